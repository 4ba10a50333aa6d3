//! Lanes and their counts.

use super::Reader;
use crate::sqlite::columns::{lane_state, natural};
use crate::sqlite::statements as sql;
use crate::view::{CatchUpRow, LaneDepth, LaneRow};
use oxgate_core::{Reason, Timestamp};
use rusqlite::{OptionalExtension, Row};
use std::collections::HashSet;

impl Reader {
    /// All lanes as they were made.
    pub(super) fn lane_rows(&self) -> rusqlite::Result<Vec<LaneRow>> {
        let mut statement = self.connection.prepare_cached(sql::LANES)?;
        statement.query_map([], |row| self.read_lane(row))?.collect()
    }

    pub(super) fn all_lanes(&self) -> rusqlite::Result<Vec<LaneRow>> {
        let busy = self.busy_ids()?;
        let mut lanes = self.lane_rows()?;
        lanes.sort_by_key(|lane| (!busy.contains(&lane.id), lane.id));
        Ok(lanes)
    }

    pub(super) fn lanes_with_work(&self) -> rusqlite::Result<Vec<LaneRow>> {
        let busy = self.busy_ids()?;
        let mut lanes = self.lane_rows()?;
        lanes.retain(|lane| busy.contains(&lane.id));
        Ok(lanes)
    }

    /// One step in the index of open deliveries for each lane; never a walk over the deliveries.
    fn busy_ids(&self) -> rusqlite::Result<HashSet<i64>> {
        self.connection.prepare_cached(sql::LANES_BUSY)?.query_map([], |row| row.get(0))?.collect()
    }

    fn read_lane(&self, row: &Row<'_>) -> rusqlite::Result<LaneRow> {
        Ok(LaneRow {
            id: row.get(0)?,
            target: self.name(row.get(1)?)?,
            label: row.get(3)?,
            state: lane_state(row, 4, 7)?,
            reason: Reason::stored(row.get(5)?),
            since: Timestamp(row.get(6)?),
        })
    }

    /// A lane's target and label.
    pub(super) fn lane_names(&self, lane: i64) -> rusqlite::Result<(String, String)> {
        let found: Option<(i64, String)> = self
            .connection
            .prepare_cached(sql::LANE_NAMES)?
            .query_row([lane], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let (target, label) = found.unwrap_or_default();
        Ok((self.name(target)?, label))
    }

    /// What new targets have caught up with.
    pub(super) fn catch_up_rows(&self) -> rusqlite::Result<Vec<CatchUpRow>> {
        let mut statement = self.connection.prepare_cached(sql::CATCH_UPS)?;
        let rows = statement.query_map([], |row| {
            let count = |index| row.get(index).map(natural);
            Ok(CatchUpRow {
                target: row.get(0)?,
                since: Timestamp(row.get(1)?),
                through: count(2)?,
                last: count(3)?,
                given: count(4)?,
                without_body: count(5)?,
            })
        })?;
        rows.collect()
    }

    pub(super) fn depth(&self, lane: i64) -> rusqlite::Result<LaneDepth> {
        let count =
            |statement: &str| self.connection.prepare_cached(statement)?.query_row([lane], |row| row.get::<_, i64>(0));
        let oldest: Option<i64> =
            self.connection.prepare_cached(sql::LANE_OLDEST)?.query_row([lane], |row| row.get(0)).optional()?;
        Ok(LaneDepth {
            open: count(sql::LANE_COUNT_OPEN)?.unsigned_abs(),
            parked: count(sql::LANE_COUNT_PARKED)?.unsigned_abs(),
            oldest: oldest.map(Timestamp),
        })
    }
}
