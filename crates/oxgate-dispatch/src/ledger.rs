//! The few calls that the runner makes to durable truth, as a trait: the store in the binary, a map in tests.

use crate::target::BoxFuture;
use oxgate_core::{DeliveryId, EventId};
use oxgate_store::command::{Command, LaneChange, LaneChanged, Record, Recorded, SealedBody};
use oxgate_store::faults::Mutation;
use oxgate_store::view::{Change, EventRow, LaneRow, OpenDelivery};
use oxgate_store::{Refused, Store};

/// A read that failed; it is tried again a little later.
#[derive(Clone, Debug, thiserror::Error)]
#[error("cannot read deliveries: {0}")]
pub struct ReadFailed(pub String);

fn failed(error: impl std::fmt::Display) -> ReadFailed {
    ReadFailed(error.to_string())
}

/// What the runner needs from the store. Every write resolves only when it is durable.
pub trait Ledger: Send + Sync + 'static {
    /// Changes since the last call, in commit order; waits until there are some. Empty once the store has closed. A
    /// change is in the queue before any later group's results are given.
    fn changes(&self) -> BoxFuture<'_, Vec<Change>>;

    /// Lanes that have open work.
    fn busy_lanes(&self) -> BoxFuture<'_, Result<Vec<LaneRow>, ReadFailed>>;

    /// Lanes that have parked deliveries.
    fn parked_lanes(&self) -> BoxFuture<'_, Result<Vec<LaneRow>, ReadFailed>>;

    /// All lanes.
    fn lanes(&self) -> BoxFuture<'_, Result<Vec<LaneRow>, ReadFailed>>;

    /// Open deliveries of a lane from a place (rank, n) on, that place included, oldest first.
    fn window(&self, lane: i64, from: (u64, u16), limit: usize)
    -> BoxFuture<'_, Result<Vec<OpenDelivery>, ReadFailed>>;

    /// Deliveries in `sending` or `unknown`, with their targets' names.
    fn in_doubt(&self) -> BoxFuture<'_, Result<Vec<(OpenDelivery, String)>, ReadFailed>>;

    /// Runs a fact through a delivery's state machine.
    fn record(&self, record: Record) -> BoxFuture<'_, Result<Recorded, Refused>>;

    /// Changes a lane's state, unless it has moved on from the one that was seen.
    fn lane(&self, change: LaneChange) -> BoxFuture<'_, Result<LaneChanged, Refused>>;

    /// Notes that a delivery comes out of order, before anybody is told so.
    fn overtaken(&self, id: DeliveryId) -> BoxFuture<'_, Result<(), Refused>>;

    /// One event.
    fn event(&self, id: EventId) -> BoxFuture<'_, Result<Option<EventRow>, ReadFailed>>;

    /// An event's body; `None` when it is no longer stored.
    fn body(&self, id: EventId) -> BoxFuture<'_, Result<Option<Vec<u8>>, ReadFailed>>;

    /// Whether a delivery was overtaken: released or replayed after later ones had gone.
    fn out_of_order(&self, id: DeliveryId) -> BoxFuture<'_, Result<bool, ReadFailed>>;

    /// Makes what a peer said ready for the body store.
    fn seal<'a>(&'a self, detail: &'a [u8]) -> BoxFuture<'a, Result<SealedBody, Refused>>;

    /// The bug that a test has built in on purpose.
    fn mutation(&self) -> Option<Mutation> {
        None
    }
}

impl Ledger for Store {
    fn changes(&self) -> BoxFuture<'_, Vec<Change>> {
        Box::pin(Self::changes(self))
    }

    fn busy_lanes(&self) -> BoxFuture<'_, Result<Vec<LaneRow>, ReadFailed>> {
        Box::pin(async move { Self::busy_lanes(self).await.map_err(failed) })
    }

    fn parked_lanes(&self) -> BoxFuture<'_, Result<Vec<LaneRow>, ReadFailed>> {
        Box::pin(async move { Self::parked_lanes(self).await.map_err(failed) })
    }

    fn lanes(&self) -> BoxFuture<'_, Result<Vec<LaneRow>, ReadFailed>> {
        Box::pin(async move { Self::lanes(self).await.map_err(failed) })
    }

    fn window(
        &self,
        lane: i64,
        from: (u64, u16),
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<OpenDelivery>, ReadFailed>> {
        Box::pin(async move { Self::window(self, lane, from, limit).await.map_err(failed) })
    }

    fn in_doubt(&self) -> BoxFuture<'_, Result<Vec<(OpenDelivery, String)>, ReadFailed>> {
        Box::pin(async move { Self::in_doubt(self).await.map_err(failed) })
    }

    fn record(&self, record: Record) -> BoxFuture<'_, Result<Recorded, Refused>> {
        Box::pin(Self::record(self, record))
    }

    fn lane(&self, change: LaneChange) -> BoxFuture<'_, Result<LaneChanged, Refused>> {
        Box::pin(Self::lane(self, change))
    }

    fn overtaken(&self, id: DeliveryId) -> BoxFuture<'_, Result<(), Refused>> {
        Box::pin(async move { self.command(Command::Overtaken(id)).await.map(|_| ()) })
    }

    fn event(&self, id: EventId) -> BoxFuture<'_, Result<Option<EventRow>, ReadFailed>> {
        Box::pin(async move { Self::event(self, id).await.map_err(failed) })
    }

    fn body(&self, id: EventId) -> BoxFuture<'_, Result<Option<Vec<u8>>, ReadFailed>> {
        Box::pin(async move { Self::body(self, id).await.map_err(failed) })
    }

    fn out_of_order(&self, id: DeliveryId) -> BoxFuture<'_, Result<bool, ReadFailed>> {
        Box::pin(async move { Ok(self.delivery(id).await.map_err(failed)?.is_some_and(|row| row.out_of_order)) })
    }

    fn seal<'a>(&'a self, detail: &'a [u8]) -> BoxFuture<'a, Result<SealedBody, Refused>> {
        Box::pin(Self::seal(self, detail))
    }

    fn mutation(&self) -> Option<Mutation> {
        Self::mutation(self)
    }
}
