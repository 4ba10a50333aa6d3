//! Redox's logs as the gateway knows them: which it holds, and what else may have left one at the same time.

use super::Reader;
use crate::sqlite::columns::number;
use crate::sqlite::statements as sql;
use oxgate_core::{DeliveryId, Timestamp};
use rusqlite::{OptionalExtension, params};

/// Rows of failed attempts and doubts that are looked at for neighbours; beyond them the answer is "yes".
const NEIGHBOURS_LOOKED_AT: usize = 10_000;

/// A delivery and the time in which it was under way.
struct UnderWay {
    event: i64,
    n: u16,
    from: Option<i64>,
    until: Option<i64>,
}

impl Reader {
    pub(super) fn known_of(&self, logs: &[String]) -> rusqlite::Result<Vec<String>> {
        let mut known = Vec::new();
        for log in logs {
            if !self.events_of_log(log)?.is_empty() {
                known.push(log.clone());
            }
        }
        Ok(known)
    }

    pub(super) fn has_neighbours(&self, id: DeliveryId, from: Timestamp, until: Timestamp) -> rusqlite::Result<bool> {
        let mut looked_at = 0;
        for statement in [sql::NEIGHBOURS_TRIED, sql::NEIGHBOURS_UNKNOWN] {
            let mut statement = self.connection.prepare_cached(statement)?;
            let mut rows = statement.query([from.0])?;
            while let Some(row) = rows.next()? {
                looked_at += 1;
                let (event, n) = (row.get(0)?, row.get(1)?);
                let under_way = UnderWay { event, n, from: row.get(2)?, until: row.get(3)? };
                if looked_at > NEIGHBOURS_LOOKED_AT || self.is_neighbour(id, &under_way, from, until)? {
                    return Ok(true);
                }
            }
        }
        let mut statement = self.connection.prepare_cached(sql::NEIGHBOURS_SENDING)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let under_way = UnderWay { event: row.get(0)?, n: row.get(1)?, from: row.get(2)?, until: None };
            if self.is_neighbour(id, &under_way, from, until)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Another delivery, under way in this time, with the same source, destination, model and event type. A time that is
    /// not known is any time.
    fn is_neighbour(
        &self,
        id: DeliveryId,
        other: &UnderWay,
        from: Timestamp,
        until: Timestamp,
    ) -> rusqlite::Result<bool> {
        let own = number(id.event.seq);
        let itself = other.event == own && other.n == id.n;
        let apart = other.from.is_some_and(|began| began > until.0) || other.until.is_some_and(|ended| ended < from.0);
        if itself || apart {
            return Ok(false);
        }
        let mut same = self.connection.prepare_cached(sql::SAME_ADDRESS)?;
        same.query_row(params![other.event, own], |_| Ok(())).optional().map(|found| found.is_some())
    }

    pub(super) fn cursor_at(&self, name: &str) -> rusqlite::Result<Option<i64>> {
        self.connection.prepare_cached(sql::CURSOR_GET)?.query_row([name], |row| row.get(0)).optional()
    }
}
