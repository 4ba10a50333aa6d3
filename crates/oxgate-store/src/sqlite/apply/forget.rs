//! Retention of rows: events that are long over with all that stands beside them, audit, search keys; and deliveries that
//! were parked for too long.
//!
//! Rows outlive bodies and keys. The newest event's row always stays: its sequence number is where the next one begins.

use super::Fault;
use super::Turn;
use super::record::Circumstances;
use crate::sqlite::columns::{Stored, number};
use crate::sqlite::statements as sql;
use oxgate_core::delivery::{Policy, step};
use oxgate_core::{Fact, State, Timestamp};
use rusqlite::params;
use std::time::Duration;

/// An event's row with what decides whether it may go: sequence number, acceptance, whether its body is gone.
type Walked = (i64, i64, bool);

impl Turn<'_> {
    /// How many events, audit lines and search keys were removed, and how many parked deliveries expired.
    pub(super) fn forget(&mut self, most: u32) -> Result<u32, Fault> {
        let mut changed = self.expire_parked(most)?;
        changed += self.forget_events(most)?;
        changed += self.forget_audit(most)?;
        changed += self.forget_keys(most)?;
        Ok(changed)
    }

    fn forget_events(&mut self, most: u32) -> Result<u32, Fault> {
        let from = self.memory.walks.events;
        let walked: Vec<Walked> = {
            let mut statement = self.connection.prepare_cached(sql::EVENT_WALK)?;
            let rows =
                statement.query_map(params![from, most + 1], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            rows.collect::<rusqlite::Result<_>>()?
        };
        let (mut removed, mut next, mut round_ends) = (0, from, walked.len() <= most as usize);
        // Without its last one, so that the newest event of all is never looked at.
        for (seq, accepted_at, bodiless) in walked.iter().take(walked.len().saturating_sub(1)) {
            if self.is_young(Timestamp(*accepted_at), self.context.retention.records) {
                round_ends = true;
                break;
            }
            next = seq + 1;
            if *bodiless && self.is_long_over(*seq)? {
                self.forget_event(*seq)?;
                removed += 1;
            }
        }
        self.memory.walks.events = if round_ends { 0 } else { next };
        Ok(removed)
    }

    fn is_young(&self, at: Timestamp, kept: Duration) -> bool {
        at.plus(kept) > self.context.now
    }

    fn is_long_over(&self, event: i64) -> rusqlite::Result<bool> {
        let (ended, least): (Option<i64>, Option<u8>) = self
            .connection
            .prepare_cached(sql::DELIVERIES_ENDED)?
            .query_row([event], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let all_ended = least.and_then(State::from_code).is_some_and(State::has_ended);
        let matched = self.expectations_of(event)?.iter().any(|(_, state)| *state < 4);
        let ended = Timestamp(ended.unwrap_or(i64::MAX));
        Ok(all_ended && !matched && ended.plus(self.context.retention.records) <= self.context.now)
    }

    fn expectations_of(&self, event: i64) -> rusqlite::Result<Vec<(i64, u8)>> {
        let mut statement = self.connection.prepare_cached(sql::EXPECTATIONS_OF_EVENT)?;
        statement.query_map([event], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
    }

    fn forget_event(&self, event: i64) -> rusqlite::Result<()> {
        for (expectation, _) in self.expectations_of(event)? {
            for statement in [sql::ANSWERS_DELETE, sql::EXPECTATION_KEYS_DELETE, sql::EXPECTATION_DELETE] {
                self.execute(statement, [expectation])?;
            }
        }
        let beside = [sql::ANSWERS_BY_DELETE, sql::STEPS_DELETE, sql::ATTEMPTS_DELETE, sql::DELIVERIES_DELETE];
        for statement in beside.into_iter().chain([sql::EVENT_DELETE]) {
            self.execute(statement, [event])?;
        }
        Ok(())
    }

    fn forget_audit(&self, most: u32) -> rusqlite::Result<u32> {
        let oldest: Vec<(i64, i64)> = {
            let mut statement = self.connection.prepare_cached(sql::AUDIT_OLDEST)?;
            let rows = statement.query_map([most], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect::<rusqlite::Result<_>>()?
        };
        let mut removed = 0;
        for (id, at) in oldest {
            if self.is_young(Timestamp(at), self.context.retention.audit) {
                break;
            }
            self.execute(sql::AUDIT_DELETE, [id])?;
            removed += 1;
        }
        Ok(removed)
    }

    /// Search keys of the oldest day, once no event of that day can have a row any more.
    fn forget_keys(&self, most: u32) -> rusqlite::Result<u32> {
        const DAY: i64 = 24 * 3_600_000;
        let day: Option<i64> = self.connection.prepare_cached(sql::KEY_DAY_FIRST)?.query_row([], |row| row.get(0))?;
        let Some(day) = day.filter(|day| !self.is_young(Timestamp((day + 1) * DAY), self.context.retention.records))
        else {
            return Ok(0);
        };
        let keys: Vec<(u8, Vec<u8>, i64)> = {
            let mut statement = self.connection.prepare_cached(sql::KEYS_OF_DAY)?;
            let rows = statement.query_map(params![day, most], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            rows.collect::<rusqlite::Result<_>>()?
        };
        for (kind, hash, event) in &keys {
            self.execute(sql::KEY_DELETE, params![day, kind, hash, event])?;
        }
        Ok(u32::try_from(keys.len()).unwrap_or(u32::MAX))
    }

    /// Ends what nobody has looked at for too long; lane by lane, a stretch of one lane a step.
    fn expire_parked(&mut self, most: u32) -> Result<u32, Fault> {
        let (lane, rank, n) = self.memory.walks.parked;
        let stretch: Vec<Stored> = {
            let mut statement = self.connection.prepare_cached(sql::PARKED_OF_LANE)?;
            statement.query_map(params![lane, rank, n, most], Stored::read)?.collect::<rusqlite::Result<_>>()?
        };
        self.memory.walks.parked = match stretch.last() {
            Some(last) if stretch.len() == most as usize => (lane, number(last.rank), last.id.n),
            _ => (self.memory.lanes.keys().filter(|id| **id > lane).min().copied().unwrap_or(0), 0, 0),
        };
        let mut expired = 0;
        for parked in stretch {
            let since = parked.ended_at.unwrap_or(Timestamp::NEVER);
            if self.is_young(since, self.context.retention.parked_max_age) {
                continue;
            }
            // Expiry reads the same under every policy.
            if let Ok(step) = step(&parked.row, &Fact::Expire, &Policy::HANDLER, self.context.now) {
                self.advance(&parked, step, &Fact::Expire, Circumstances::default())?;
                expired += 1;
            }
        }
        Ok(expired)
    }
}
