//! Expectations whose deadline has passed become late, each with its operational event in the same transaction.

use super::Fault;
use super::Turn;
use super::ops::LateQuestion;
use crate::faults::Mutation;
use crate::sqlite::names::name_text;
use crate::sqlite::statements as sql;
use oxgate_core::Timestamp;
use rusqlite::params;

/// Expectations turned in one step, so that a long outage does not end in one long transaction.
const STEP: u32 = 256;

impl Turn<'_> {
    /// How many became late; as many as a step takes means that there may be more.
    pub(super) fn late(&mut self) -> Result<u32, Fault> {
        if self.context.faults.has(Mutation::G7LateUnsaid) {
            return Ok(0);
        }
        let now = self.context.now;
        let due: Vec<(i64, i64, i64, i64, i64)> = {
            let mut statement = self.connection.prepare_cached(sql::EXPECTATIONS_DUE)?;
            let rows = statement.query_map(params![now.0, STEP], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
            })?;
            rows.collect::<rusqlite::Result<_>>()?
        };
        let closes = now.plus(self.context.retention.expectations);
        let mut turned = 0;
        for (id, event, rule, partner, due_at) in due {
            self.execute(sql::EXPECTATION_LATE, params![id, closes.0])?;
            let late = LateQuestion {
                event: self.event_id(event)?,
                rule: name_text(self.connection, rule)?,
                partner: name_text(self.connection, partner)?,
                due_at: Timestamp(due_at),
            };
            self.report_late(&late)?;
            turned += 1;
        }
        Ok(turned)
    }
}
