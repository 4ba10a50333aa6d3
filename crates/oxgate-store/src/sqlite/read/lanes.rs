//! Lanes and their counts.

use super::Reader;
use crate::sqlite::columns::{lane_state, natural};
use crate::sqlite::statements as sql;
use crate::view::{CatchUpRow, LaneDepth, LaneRow};
use oxgate_core::{Reason, Timestamp};
use rusqlite::{OptionalExtension, Row};
use std::collections::{BTreeMap, HashSet};

impl Reader {
    /// All lanes as they were made.
    pub(super) fn lane_rows(&self) -> rusqlite::Result<Vec<LaneRow>> {
        let mut statement = self.connection.prepare_cached(sql::LANES)?;
        statement.query_map([], |row| self.read_lane(row))?.collect()
    }

    pub(super) fn all_lanes(&self) -> rusqlite::Result<Vec<LaneRow>> {
        let busy = self.ids(sql::LANES_BUSY)?;
        let mut lanes = self.lane_rows()?;
        lanes.sort_by_key(|lane| (!busy.contains(&lane.id), lane.id));
        Ok(lanes)
    }

    /// Lanes that this statement finds something of.
    pub(super) fn lanes_having(&self, statement: &str) -> rusqlite::Result<Vec<LaneRow>> {
        let having = self.ids(statement)?;
        let mut lanes = self.lane_rows()?;
        lanes.retain(|lane| having.contains(&lane.id));
        Ok(lanes)
    }

    /// One step in the index of open, or of parked, deliveries for each lane; never a walk over the deliveries.
    fn ids(&self, statement: &str) -> rusqlite::Result<HashSet<i64>> {
        self.connection.prepare_cached(statement)?.query_map([], |row| row.get(0))?.collect()
    }

    /// How many deliveries are parked, for each target that has some.
    pub(super) fn parked_by_target(&self) -> rusqlite::Result<BTreeMap<String, u64>> {
        let mut parked = BTreeMap::new();
        for lane in self.lanes_having(sql::LANES_PARKED)? {
            let count: i64 =
                self.connection.prepare_cached(sql::LANE_COUNT_PARKED)?.query_row([lane.id], |row| row.get(0))?;
            *parked.entry(lane.target).or_default() += natural(count);
        }
        Ok(parked)
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
