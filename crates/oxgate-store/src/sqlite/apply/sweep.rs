//! Retention in small steps: bodies, de-duplication keys, idempotency keys, closed expectations, orphaned parts.
//!
//! Bodies and keys are found by walking their primary keys from where the last step ended, so that no table needs an
//! index over time. What may not go yet is passed over and met again on the next round.

use super::Fault;
use super::Turn;
use crate::sqlite::columns::{body_of_slot, natural, number, slots};
use crate::sqlite::statements as sql;
use oxgate_core::limits::QUOTA_WINDOW;
use oxgate_core::{State, Timestamp};
use rusqlite::params;
use std::time::Duration;

/// The most rows that one step removes of each kind.
const STEP_MAX: u32 = 256;

/// Rows looked at for each row that may be removed.
const LOOK: u32 = 4;

/// Parts without an event for so long belong to nobody any more.
const STAGED_KEPT: Duration = Duration::from_hours(1);

/// Pages given back to the file system in one step, once a quarter of the file is unused.
const VACUUM_PAGES: u32 = 256;

/// Where the walks stand. Kept in memory: a restart begins a new round.
#[derive(Debug, Default)]
pub(in crate::sqlite) struct Walks {
    bodies: i64,
    dedup: (i64, Vec<u8>),
    submissions: (i64, Vec<u8>),
    pub(super) events: i64,
    /// Lane, rank and number of the last parked delivery looked at.
    pub(super) parked: (i64, i64, u16),
}

/// Whether a body may go.
enum Age {
    /// Its event is younger than bodies are kept, and so is everything behind it.
    Young,
    /// Something of its event is open, parked, awaited, or ended too recently.
    Needed,
    /// It may go.
    Over,
}

impl Turn<'_> {
    /// How many rows were removed or closed; zero means that this stretch of the walk held nothing to remove.
    pub(super) fn sweep(&mut self, rows: u32) -> Result<u32, Fault> {
        let most = rows.min(STEP_MAX);
        let mut changed = self.sweep_bodies(most)?;
        changed += self.sweep_dedup(most)?;
        changed += self.sweep_submissions(most)?;
        changed += self.close_expectations(most)?;
        changed += self.sweep_staging(most)?;
        changed += self.forget(most)?;
        let old = self.context.now.minus(QUOTA_WINDOW * 2);
        changed += rows_of(self.execute(sql::QUOTA_DELETE_OLD, [old.0])?);
        if changed > 0 {
            self.give_back()?;
        }
        Ok(changed)
    }

    fn sweep_bodies(&mut self, most: u32) -> Result<u32, Fault> {
        let from = self.memory.walks.bodies;
        let walked: Vec<(i64, Option<i64>)> = {
            let mut statement = self.connection.prepare_cached(sql::BODY_WALK)?;
            let rows = statement.query_map(params![from, most * LOOK], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect::<rusqlite::Result<_>>()?
        };
        let (mut removed, mut next) = (0, from);
        let mut round_ends = walked.len() < (most * LOOK) as usize;
        for (at, event) in &walked {
            if removed == most {
                round_ends = false;
                break;
            }
            next = at + 1;
            // Parts other than the first, and parts nobody owns yet, carry no event.
            let Some(event) = event else { continue };
            match self.body_age(*event)? {
                Age::Young => {
                    round_ends = true;
                    break;
                }
                Age::Needed => {}
                Age::Over => {
                    let body = body_of_slot(*at);
                    let (first, last) = slots(body);
                    self.execute(sql::BODY_DELETE, params![first, last])?;
                    self.execute(sql::EVENT_BODY_CLEAR, params![event, number(body)])?;
                    removed += 1;
                }
            }
        }
        self.memory.walks.bodies = if round_ends { 0 } else { next };
        Ok(removed)
    }

    /// Over: the event's last delivery ended long enough ago, nothing of it is open or parked, and no answer awaited.
    fn body_age(&self, event: i64) -> rusqlite::Result<Age> {
        let kept = self.context.retention.bodies;
        let accepted: i64 =
            self.connection.prepare_cached(sql::EVENT_ACCEPTED_AT)?.query_row([event], |row| row.get(0))?;
        if Timestamp(accepted).plus(kept) > self.context.now {
            return Ok(Age::Young);
        }
        let (ended, least): (Option<i64>, Option<u8>) = self
            .connection
            .prepare_cached(sql::DELIVERIES_ENDED)?
            .query_row([event], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let all_ended = least.and_then(State::from_code).is_some_and(State::has_ended);
        let over = Timestamp(ended.unwrap_or(i64::MAX)).plus(kept) <= self.context.now;
        let awaited = self.connection.prepare_cached(sql::EXPECTATION_AWAITED)?.exists([event])?;
        Ok(if all_ended && over && !awaited { Age::Over } else { Age::Needed })
    }

    fn sweep_dedup(&mut self, most: u32) -> Result<u32, Fault> {
        let (scope, key) = self.memory.walks.dedup.clone();
        let walked: Vec<(i64, Vec<u8>, i64, i64)> = {
            let mut statement = self.connection.prepare_cached(sql::DEDUP_WALK)?;
            let rows = statement
                .query_map(params![scope, key, most], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
            rows.collect::<rusqlite::Result<_>>()?
        };
        let old = self.context.now.minus(self.context.retention.dedup).0;
        let mut removed = 0;
        for (scope, key, event, at) in &walked {
            // A key outlives its event's body, however long that body has to be kept.
            if *at < old && !self.connection.prepare_cached(sql::EVENT_HAS_BODY)?.exists([event])? {
                self.execute(sql::DEDUP_DELETE, params![scope, key])?;
                self.execute(sql::VARIANTS_DELETE, params![scope, key])?;
                removed += 1;
            }
        }
        let end = walked.len() < most as usize;
        self.memory.walks.dedup =
            walked.into_iter().next_back().filter(|_| !end).map(|(scope, key, ..)| (scope, key)).unwrap_or_default();
        Ok(removed)
    }

    fn sweep_submissions(&mut self, most: u32) -> Result<u32, Fault> {
        let (client, key) = self.memory.walks.submissions.clone();
        let walked: Vec<(i64, Vec<u8>, i64)> = {
            let mut statement = self.connection.prepare_cached(sql::SUBMISSION_WALK)?;
            let rows =
                statement.query_map(params![client, key, most], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            rows.collect::<rusqlite::Result<_>>()?
        };
        let old = self.context.now.minus(self.context.retention.submissions).0;
        let mut removed = 0;
        for (client, key, at) in &walked {
            if *at < old {
                self.execute(sql::SUBMISSION_DELETE, params![client, key])?;
                removed += 1;
            }
        }
        let end = walked.len() < most as usize;
        self.memory.walks.submissions =
            walked.into_iter().next_back().filter(|_| !end).map(|(client, key, _)| (client, key)).unwrap_or_default();
        Ok(removed)
    }

    /// Expectations that are no longer matched lose their keys, so that the matching index stays small.
    fn close_expectations(&mut self, most: u32) -> Result<u32, Fault> {
        let closing: Vec<i64> = {
            let mut statement = self.connection.prepare_cached(sql::EXPECTATIONS_CLOSING)?;
            let rows = statement.query_map(params![self.context.now.0, most], |row| row.get(0))?;
            rows.collect::<rusqlite::Result<_>>()?
        };
        for id in &closing {
            self.execute(sql::EXPECTATION_KEYS_DELETE, [id])?;
            self.execute(sql::EXPECTATION_CLOSE, [id])?;
        }
        Ok(rows_of(closing.len()))
    }

    fn sweep_staging(&mut self, most: u32) -> Result<u32, Fault> {
        let old = self.context.now.minus(STAGED_KEPT);
        Ok(sweep_staged_before(self.connection, old, most)?)
    }

    fn give_back(&self) -> rusqlite::Result<()> {
        let ask = |pragma: &str| self.connection.query_row(pragma, [], |row| row.get::<_, i64>(0));
        if ask("PRAGMA freelist_count")? * 4 > ask("PRAGMA page_count")? {
            let mut statement = self.connection.prepare(&format!("PRAGMA incremental_vacuum({VACUUM_PAGES})"))?;
            let mut rows = statement.query([])?;
            while rows.next()?.is_some() {}
        }
        Ok(())
    }
}

/// Removes parts that no event took over and that were begun before `time`.
pub(in crate::sqlite) fn sweep_staged_before(
    connection: &rusqlite::Connection,
    time: Timestamp,
    most: u32,
) -> rusqlite::Result<u32> {
    let staged: Vec<i64> = {
        let mut statement = connection.prepare_cached(sql::STAGING_OLD)?;
        statement.query_map(params![time.0, most], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?
    };
    for body in &staged {
        let (first, last) = slots(natural(*body));
        connection.prepare_cached(sql::BODY_DELETE)?.execute(params![first, last])?;
        connection.prepare_cached(sql::STAGING_DELETE)?.execute([body])?;
    }
    Ok(rows_of(staged.len()))
}

fn rows_of(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
