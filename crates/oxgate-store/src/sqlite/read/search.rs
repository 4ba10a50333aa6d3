//! Events by search key: day by day backwards, since keys lie by day.

use super::Reader;
use crate::sqlite::apply::INDEXED;
use crate::sqlite::columns::{natural, number};
use crate::sqlite::statements as sql;
use crate::view::EventRow;
use oxgate_core::KeyHash;
use rusqlite::{OptionalExtension, params};

/// The most events of one answer.
const FOUND_MAX: u32 = 1_000;

impl Reader {
    pub(super) fn found(
        &self,
        kind: u8,
        hash: KeyHash,
        before: u64,
        limit: u32,
    ) -> rusqlite::Result<(Vec<EventRow>, u64)> {
        let limit = limit.min(FOUND_MAX) as usize;
        let mut days = self.connection.prepare_cached(sql::KEY_DAY_BEFORE)?;
        let mut keys = self.connection.prepare_cached(sql::KEY_EVENTS)?;
        let (mut found, mut day) = (Vec::new(), i64::MAX);
        while found.len() < limit {
            let Some(earlier) = days.query_row([day], |row| row.get::<_, Option<i64>>(0))? else { break };
            day = earlier;
            let room = u32::try_from(limit - found.len()).unwrap_or(FOUND_MAX);
            let events =
                keys.query_map(params![day, kind, hash.0, number(before), room], |row| row.get::<_, i64>(0))?;
            for event in events {
                // A row that retention has removed is not found any more.
                found.extend(self.event_by_seq(event?)?);
            }
        }
        let indexed: Option<i64> =
            self.connection.prepare_cached(sql::META_GET)?.query_row([INDEXED], |row| row.get(0)).optional()?;
        Ok((found, natural(indexed.unwrap_or(0))))
    }
}
