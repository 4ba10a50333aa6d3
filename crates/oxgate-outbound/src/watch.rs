//! The ledger that the dispatcher is given: the store's own, with every change also shown to those who wait for one.

use crate::outbound::Outbound;
use crate::transport::Transport;
use oxgate_core::{DeliveryId, EventId};
use oxgate_dispatch::ledger::ReadFailed;
use oxgate_dispatch::{BoxFuture, Ledger};
use oxgate_store::Refused;
use oxgate_store::command::{LaneChange, Record, Recorded, SealedBody};
use oxgate_store::view::{Change, EventRow, LaneRow, OpenDelivery};
use std::sync::Arc;

/// A [`Ledger`] whose changes [`Outbound::observe`] sees before the dispatcher does.
#[derive(Debug)]
pub struct Watched<L, T> {
    ledger: L,
    outbound: Arc<Outbound<T>>,
}

impl<L: Ledger, T: Transport> Watched<L, T> {
    /// `ledger`, with `outbound` as the observer of its changes.
    pub fn new(ledger: L, outbound: Arc<Outbound<T>>) -> Self {
        Self { ledger, outbound }
    }
}

impl<L: Ledger, T: Transport> Ledger for Watched<L, T> {
    fn changes(&self) -> BoxFuture<'_, Vec<Change>> {
        Box::pin(async {
            let changes = self.ledger.changes().await;
            self.outbound.observe(&changes);
            changes
        })
    }

    fn busy_lanes(&self) -> BoxFuture<'_, Result<Vec<LaneRow>, ReadFailed>> {
        self.ledger.busy_lanes()
    }

    fn lanes(&self) -> BoxFuture<'_, Result<Vec<LaneRow>, ReadFailed>> {
        self.ledger.lanes()
    }

    fn window(
        &self,
        lane: i64,
        from: (u64, u16),
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<OpenDelivery>, ReadFailed>> {
        self.ledger.window(lane, from, limit)
    }

    fn in_doubt(&self) -> BoxFuture<'_, Result<Vec<(OpenDelivery, String)>, ReadFailed>> {
        self.ledger.in_doubt()
    }

    fn record(&self, record: Record) -> BoxFuture<'_, Result<Recorded, Refused>> {
        self.ledger.record(record)
    }

    fn lane(&self, change: LaneChange) -> BoxFuture<'_, Result<bool, Refused>> {
        self.ledger.lane(change)
    }

    fn event(&self, id: EventId) -> BoxFuture<'_, Result<Option<EventRow>, ReadFailed>> {
        self.ledger.event(id)
    }

    fn body(&self, id: EventId) -> BoxFuture<'_, Result<Option<Vec<u8>>, ReadFailed>> {
        self.ledger.body(id)
    }

    fn out_of_order(&self, id: DeliveryId) -> BoxFuture<'_, Result<bool, ReadFailed>> {
        self.ledger.out_of_order(id)
    }

    fn seal<'a>(&'a self, detail: &'a [u8]) -> BoxFuture<'a, Result<SealedBody, Refused>> {
        self.ledger.seal(detail)
    }
}
