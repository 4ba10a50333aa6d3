//! Questions to a snapshot: read-only connections beside the writer, one short read transaction a question.

/// Events and their bodies.
mod events;

/// Deliveries: windows for the scheduler, rows for people.
mod deliveries;

/// Lanes and their counts.
mod lanes;

/// What happened to an event, in order.
mod timeline;

/// Events by search key.
mod search;

/// Expectations and answers.
mod expectations;

/// Redox's logs as the gateway knows them.
mod logs;

/// A few connections for many askers.
mod pool;

#[cfg(any(test, feature = "mutations"))]
pub use pool::Pause;
pub(crate) use pool::Readers;

use super::connect::{self, ConnectError, Role};
use super::names::{Kind, Texts, name_id};
use super::statements as sql;
use crate::command::LinkedAnswer;
use crate::engine::{ReadError, Reads, StoredBody};
use crate::view::{
    CatchUpRow, DeliveryRow, EventQuery, EventRow, ExpectationQuery, ExpectationRow, LaneDepth, LaneRow, OpenDelivery,
    TimelineEntry, Unresolved,
};
use oxgate_core::{AttemptId, DeliveryId, EventId, KeyHash, Timestamp};
use rusqlite::{Connection, params};
use std::path::Path;
use std::sync::Arc;

/// One read-only connection.
#[derive(Debug)]
pub(crate) struct Reader {
    connection: Connection,
    texts: Texts,
}

impl Reader {
    pub(crate) fn open(path: &Path) -> Result<Self, ReadError> {
        let connection = connect::open(path, Role::Reader)?;
        Ok(Self { connection, texts: Texts::default() })
    }

    /// Asks within one read transaction, so that several statements see the same state.
    pub(crate) fn snapshot<T>(&self, ask: impl FnOnce(&dyn Reads) -> Result<T, ReadError>) -> Result<T, ReadError> {
        self.connection.prepare_cached("BEGIN")?.execute([])?;
        let answer = ask(self);
        self.connection.prepare_cached("COMMIT")?.execute([])?;
        answer
    }

    fn name(&self, id: i64) -> rusqlite::Result<String> {
        self.texts.get(&self.connection, id)
    }

    fn id_of(&self, kind: Kind, name: &str) -> rusqlite::Result<Option<i64>> {
        name_id(&self.connection, kind, name)
    }
}

impl From<rusqlite::Error> for ReadError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(Arc::new(error))
    }
}

impl From<ConnectError> for ReadError {
    fn from(error: ConnectError) -> Self {
        Self::Database(Arc::new(error))
    }
}

impl Reads for Reader {
    fn window(&self, lane: i64, from: (u64, u16), limit: usize) -> Result<Vec<OpenDelivery>, ReadError> {
        Ok(self.open_deliveries(lane, from, limit)?)
    }

    fn lanes(&self) -> Result<Vec<LaneRow>, ReadError> {
        Ok(self.all_lanes()?)
    }

    fn busy_lanes(&self) -> Result<Vec<LaneRow>, ReadError> {
        Ok(self.lanes_having(sql::LANES_BUSY)?)
    }

    fn parked_lanes(&self) -> Result<Vec<LaneRow>, ReadError> {
        Ok(self.lanes_having(sql::LANES_PARKED)?)
    }

    fn unresolved(&self) -> Result<Unresolved, ReadError> {
        Ok(Unresolved { parked: self.parked_by_target()?, late: self.late()? })
    }

    fn lane_depth(&self, lane: i64) -> Result<LaneDepth, ReadError> {
        Ok(self.depth(lane)?)
    }

    fn in_doubt(&self) -> Result<Vec<(OpenDelivery, String)>, ReadError> {
        Ok(self.doubtful()?)
    }

    fn event(&self, id: EventId) -> Result<Option<EventRow>, ReadError> {
        Ok(self.event_row(id)?)
    }

    fn body(&self, id: EventId) -> Result<Option<StoredBody>, ReadError> {
        Ok(self.event_body(id)?)
    }

    fn attempt_detail(&self, id: AttemptId) -> Result<Option<StoredBody>, ReadError> {
        Ok(self.detail(id)?)
    }

    fn deliveries(&self, id: EventId) -> Result<Vec<DeliveryRow>, ReadError> {
        Ok(self.deliveries_of(id)?)
    }

    fn delivery(&self, id: DeliveryId) -> Result<Option<DeliveryRow>, ReadError> {
        Ok(self.delivery_row(id)?)
    }

    fn events(&self, query: &EventQuery) -> Result<Vec<EventRow>, ReadError> {
        Ok(self.list_events(query)?)
    }

    fn parked(
        &self,
        target: Option<&str>,
        after: Option<DeliveryId>,
        limit: u32,
    ) -> Result<Vec<DeliveryRow>, ReadError> {
        Ok(self.parked_rows(target, after, limit)?)
    }

    fn search(&self, kind: u8, hash: KeyHash, before: u64, limit: u32) -> Result<(Vec<EventRow>, u64), ReadError> {
        Ok(self.found(kind, hash, before, limit)?)
    }

    fn timeline(&self, id: EventId) -> Result<Vec<TimelineEntry>, ReadError> {
        Ok(self.compose_timeline(id)?)
    }

    fn expectations(&self, query: &ExpectationQuery) -> Result<Vec<ExpectationRow>, ReadError> {
        Ok(self.list_expectations(query)?)
    }

    fn answered_by(&self, id: EventId) -> Result<Vec<LinkedAnswer>, ReadError> {
        Ok(self.questions_of(id)?)
    }

    fn quota(&self, egress: &str, from: Timestamp) -> Result<Vec<(i64, u32)>, ReadError> {
        let Some(egress) = self.id_of(Kind::Egress, egress)? else { return Ok(Vec::new()) };
        let mut statement = self.connection.prepare_cached(sql::QUOTA_GET)?;
        let slots = statement.query_map(params![egress, from.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(slots.collect::<rusqlite::Result<_>>()?)
    }

    fn next_late(&self) -> Result<Option<Timestamp>, ReadError> {
        let next: Option<i64> =
            self.connection.prepare_cached(sql::EXPECTATION_NEXT)?.query_row([], |row| row.get(0))?;
        Ok(next.map(Timestamp))
    }

    fn known_logs(&self, logs: &[String]) -> Result<Vec<String>, ReadError> {
        Ok(self.known_of(logs)?)
    }

    fn neighbours(&self, id: DeliveryId, from: Timestamp, until: Timestamp) -> Result<bool, ReadError> {
        Ok(self.has_neighbours(id, from, until)?)
    }

    fn catch_ups(&self) -> Result<Vec<CatchUpRow>, ReadError> {
        Ok(self.catch_up_rows()?)
    }

    fn cursor(&self, name: &str) -> Result<Option<i64>, ReadError> {
        Ok(self.cursor_at(name)?)
    }
}
