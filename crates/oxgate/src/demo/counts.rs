//! What everybody counted, and whether it adds up.

use crate::output::table;
use serde_json::{Map, Value};

/// One count and what it must be.
#[derive(Clone, Debug)]
struct Count {
    name: &'static str,
    what: &'static str,
    is: u64,
    must: u64,
}

/// All counts, in the order of the story.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts(Vec<Count>);

impl Counts {
    /// Adds a count.
    pub(crate) fn add(&mut self, name: &'static str, what: &'static str, is: usize, must: usize) {
        self.0.push(Count { name, what, is: is as u64, must: must as u64 });
    }

    /// Whether every count is what it must be.
    pub(crate) fn ok(&self) -> bool {
        self.0.iter().all(|count| count.is == count.must)
    }

    /// For people.
    pub(crate) fn table(&self) -> String {
        let rows: Vec<Vec<String>> = self
            .0
            .iter()
            .map(|count| {
                let verdict =
                    if count.is == count.must { "✓".to_owned() } else { format!("✗ must be {}", count.must) };
                vec![count.what.to_owned(), format!("{:>5}", count.is), verdict]
            })
            .collect();
        format!("\n{}", table(&["COUNTED", "    N", ""], &rows))
    }

    /// For programs: one object of counts, and `ok`.
    pub(crate) fn json(&self) -> Value {
        let mut object: Map<String, Value> =
            self.0.iter().map(|count| (count.name.to_owned(), count.is.into())).collect();
        object.insert("ok".to_owned(), self.ok().into());
        Value::Object(object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_wrong_count_is_enough() {
        let mut counts = Counts::default();
        counts.add("lost", "lost", 0, 0);
        assert!(counts.ok() && counts.json()["ok"] == true);
        counts.add("doubled", "doubled", 1, 0);
        assert!(!counts.ok() && counts.json()["ok"] == false);
        assert!(counts.table().contains("✗ must be 0"));
    }
}
