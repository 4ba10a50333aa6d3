//! No statement walks a table that grows with the number of events.

use super::ALL;
use crate::sqlite::connect::{self, Role};
use crate::sqlite::schema;

/// Tables that configuration, a person's surveyable limit or minutes bound.
const SMALL: [&str; 9] =
    ["lanes", "staging", "data_keys", "key_holds", "rate_slots", "names", "catch_ups", "rules", "seams"];

/// Statements that a person or a restart asks, never an event on its way.
const SORTS: [&str; 2] = ["ANSWERS_OF_EXPECTATION", "ANSWERS_BY_EVENT"];

#[test]
fn none_walks_a_growing_table() {
    let folder = tempfile::tempdir().unwrap();
    let connection = connect::open(&folder.path().join("db"), Role::Writer { skip_sync: false }).unwrap();
    schema::migrate(&connection).unwrap();
    assert!(ALL.len() > 80);
    for (name, statement) in ALL {
        let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {statement}")).unwrap();
        for parameter in 1..=explain.parameter_count() {
            explain.raw_bind_parameter(parameter, 1).unwrap();
        }
        let mut rows = explain.raw_query();
        while let Some(row) = rows.next().unwrap() {
            let plan: String = row.get(3).unwrap();
            let small = SMALL.iter().any(|table| plan.starts_with(&format!("SCAN {table}")));
            // The indexes of deliveries in doubt and of late expectations hold only those.
            let in_doubt = plan.contains("deliveries_doubt") || plan.contains("expectations_late");
            let nothing = plan == "SCAN CONSTANT ROW";
            assert!(!plan.starts_with("SCAN") || small || in_doubt || nothing, "{name}: {plan}");
            assert!(!plan.contains("TEMP B-TREE") || SORTS.contains(name), "{name}: {plan}");
        }
    }
}
