//! The ledger that the dispatcher is given: another one, with every change also told to the streams.

use crate::stream::Feed;
use oxgate_core::{DeliveryId, EventId};
use oxgate_dispatch::ledger::ReadFailed;
use oxgate_dispatch::{BoxFuture, Ledger};
use oxgate_store::Refused;
use oxgate_store::command::{LaneChange, Record, Recorded, SealedBody};
use oxgate_store::view::{Change, EventRow, LaneRow, OpenDelivery};

/// A [`Ledger`] whose changes a [`Feed`] sees before the dispatcher does.
#[derive(Debug)]
pub struct Announced<L> {
    ledger: L,
    feed: Feed,
}

impl<L: Ledger> Announced<L> {
    /// `ledger`, with `feed` as an observer of its changes.
    pub const fn new(ledger: L, feed: Feed) -> Self {
        Self { ledger, feed }
    }
}

impl<L: Ledger> Ledger for Announced<L> {
    fn changes(&self) -> BoxFuture<'_, Vec<Change>> {
        Box::pin(async {
            let changes = self.ledger.changes().await;
            self.feed.observe(&changes);
            changes
        })
    }

    fn busy_lanes(&self) -> BoxFuture<'_, Result<Vec<LaneRow>, ReadFailed>> {
        self.ledger.busy_lanes()
    }

    fn lanes(&self) -> BoxFuture<'_, Result<Vec<LaneRow>, ReadFailed>> {
        self.ledger.lanes()
    }

    fn window(&self, lane: i64, from: (u64, u16), most: usize) -> BoxFuture<'_, Result<Vec<OpenDelivery>, ReadFailed>> {
        self.ledger.window(lane, from, most)
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
