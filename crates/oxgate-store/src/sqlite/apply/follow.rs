//! What Redox's logs say of accepted sends: an attribute of the delivery, a line of its timeline, an alarm when it failed.

use super::{Fault, Turn};
use crate::command::Follow;
use crate::sqlite::columns::{event_id, number};
use crate::sqlite::statements as sql;
use oxgate_core::{DeliveryId, Downstream, Reason};
use rusqlite::params;

/// A delivery found by its receipt.
struct Followed {
    id: DeliveryId,
    lane: i64,
    before: Option<Downstream>,
}

impl Turn<'_> {
    /// How many deliveries changed.
    pub(super) fn follow(&mut self, follow: &Follow) -> Result<u32, Fault> {
        let mut changed = 0;
        for (receipt, downstream) in &follow.seen {
            for found in self.followed(receipt)? {
                if found.before != Some(*downstream) {
                    self.goes_on(&found, *downstream, receipt)?;
                    changed += 1;
                }
            }
        }
        if let Some((name, at)) = &follow.cursor {
            self.execute(sql::CURSOR_SET, params![name, at])?;
        }
        Ok(changed)
    }

    fn followed(&self, receipt: &str) -> rusqlite::Result<Vec<Followed>> {
        let mut statement = self.connection.prepare_cached(sql::FOLLOWED)?;
        let rows = statement.query_map([receipt], |row| {
            Ok(Followed {
                id: event_id(row.get(0)?, row.get(2)?).delivery(row.get(1)?),
                lane: row.get(3)?,
                before: row.get::<_, Option<u8>>(4)?.and_then(Downstream::from_code),
            })
        })?;
        rows.collect()
    }

    fn goes_on(&mut self, found: &Followed, downstream: Downstream, receipt: &str) -> Result<(), Fault> {
        let (event, n) = (number(found.id.event.seq), found.id.n);
        self.execute(sql::DOWNSTREAM_SET, params![event, n, downstream.code()])?;
        self.note(found.id, &format!("downstream {downstream}"), &Reason::NONE)?;
        if downstream == Downstream::Failed {
            self.report_failed_downstream(found.id, found.lane, receipt)?;
        }
        Ok(())
    }

    /// A line of a timeline.
    pub(super) fn note(&self, id: DeliveryId, what: &str, reason: &Reason) -> Result<(), Fault> {
        let (event, actor) = (number(id.event.seq), None::<&str>);
        self.execute(sql::STEP_INSERT, params![event, id.n, self.context.now.0, what, reason.as_str(), actor])?;
        Ok(())
    }
}
