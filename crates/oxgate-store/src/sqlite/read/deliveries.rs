//! Deliveries: windows for the scheduler, rows for people.

use super::Reader;
use crate::sqlite::columns::{Stored, number};
use crate::sqlite::statements as sql;
use crate::view::{DeliveryRow, OpenDelivery};
use oxgate_core::{DeliveryId, EventId};
use rusqlite::{OptionalExtension, params};

/// The most parked deliveries of one answer.
const PARKED_MAX: u32 = 1_000;

impl Reader {
    pub(super) fn open_deliveries(
        &self,
        lane: i64,
        from: (u64, u16),
        limit: usize,
    ) -> rusqlite::Result<Vec<OpenDelivery>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut statement = self.connection.prepare_cached(sql::WINDOW)?;
        let rows = statement.query_map(params![lane, number(from.0), from.1, limit], Stored::read)?;
        rows.map(|stored| Ok(stored?.open())).collect()
    }

    pub(super) fn doubtful(&self) -> rusqlite::Result<Vec<(OpenDelivery, String)>> {
        let mut statement = self.connection.prepare_cached(sql::IN_DOUBT)?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let stored = Stored::read(row)?;
            let target = self.lane_names(stored.lane)?.0;
            found.push((stored.open(), target));
        }
        Ok(found)
    }

    pub(super) fn deliveries_of(&self, id: EventId) -> rusqlite::Result<Vec<DeliveryRow>> {
        self.stored_deliveries(id)?.into_iter().map(|stored| self.shown(stored)).collect()
    }

    pub(super) fn stored_deliveries(&self, id: EventId) -> rusqlite::Result<Vec<Stored>> {
        let mut statement = self.connection.prepare_cached(sql::DELIVERIES_OF_EVENT)?;
        let rows = statement.query_map([number(id.seq)], Stored::read)?;
        rows.filter(|stored| stored.as_ref().map_or(true, |stored| stored.id.event == id)).collect()
    }

    pub(super) fn delivery_row(&self, id: DeliveryId) -> rusqlite::Result<Option<DeliveryRow>> {
        self.connection
            .prepare_cached(sql::DELIVERY_GET)?
            .query_row(params![number(id.event.seq), id.n], Stored::read)
            .optional()?
            .filter(|stored| stored.id == id)
            .map(|stored| self.shown(stored))
            .transpose()
    }

    /// The oldest of each lane, merged: there is no index over all parked deliveries in order.
    pub(super) fn parked_rows(
        &self,
        target: Option<&str>,
        after: Option<DeliveryId>,
        limit: u32,
    ) -> rusqlite::Result<Vec<DeliveryRow>> {
        let limit = limit.min(PARKED_MAX);
        let after = match after {
            Some(id) => self.delivery_row(id)?.map_or((0, 0), |row| (row.rank, row.id.n)),
            None => (0, 0),
        };
        let mut statement = self.connection.prepare_cached(sql::PARKED_OF_LANE)?;
        let mut found: Vec<Stored> = Vec::new();
        for lane in self.lane_rows()? {
            if target.is_none_or(|target| lane.target == target) {
                let mut rows = statement.query(params![lane.id, number(after.0), after.1, limit])?;
                while let Some(row) = rows.next()? {
                    found.push(Stored::read(row)?);
                }
            }
        }
        found.sort_unstable_by_key(|stored| (stored.rank, stored.id.n));
        found.truncate(limit as usize);
        found.into_iter().map(|stored| self.shown(stored)).collect()
    }

    pub(super) fn shown(&self, stored: Stored) -> rusqlite::Result<DeliveryRow> {
        let (target, lane_label) = self.lane_names(stored.lane)?;
        Ok(DeliveryRow {
            id: stored.id,
            lane: stored.lane,
            lane_label,
            target,
            rank: stored.rank,
            row: stored.row,
            started_at: stored.started_at,
            ended_at: stored.ended_at,
            receipt: stored.receipt,
            downstream: stored.downstream,
            out_of_order: stored.out_of_order,
        })
    }
}
