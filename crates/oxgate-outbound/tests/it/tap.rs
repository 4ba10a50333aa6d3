//! The store's ledger with an ear on it, so that a test can wait for a delivery to be queued anew.

use oxgate_core::{DeliveryId, EventId, State};
use oxgate_dispatch::ledger::ReadFailed;
use oxgate_dispatch::{BoxFuture, Ledger};
use oxgate_store::command::{LaneChange, Record, Recorded, SealedBody};
use oxgate_store::view::{Change, EventRow, LaneRow, OpenDelivery};
use oxgate_store::{Refused, Store};
use std::sync::Arc;
use tokio::sync::watch;

#[derive(Clone)]
pub(crate) struct Tap {
    store: Store,
    opened: Arc<watch::Sender<Vec<OpenDelivery>>>,
}

impl Tap {
    pub(crate) fn new(store: Store) -> Self {
        Self { store, opened: Arc::default() }
    }

    /// Resolves when the delivery is back in the queue after so many attempts.
    pub(crate) async fn requeued(&self, id: DeliveryId, attempts: u32) {
        let is_it =
            |open: &OpenDelivery| open.id == id && open.row.state == State::Queued && open.row.attempts == attempts;
        self.opened.subscribe().wait_for(|all| all.iter().any(is_it)).await.expect("the sender is here");
    }
}

impl Ledger for Tap {
    fn changes(&self) -> BoxFuture<'_, Vec<Change>> {
        Box::pin(async {
            let changes = self.store.changes().await;
            let opened = changes.iter().filter_map(|change| match change {
                Change::Open(open) => Some(open.clone()),
                _ => None,
            });
            self.opened.send_modify(|all| all.extend(opened));
            changes
        })
    }

    fn busy_lanes(&self) -> BoxFuture<'_, Result<Vec<LaneRow>, ReadFailed>> {
        Ledger::busy_lanes(&self.store)
    }

    fn lanes(&self) -> BoxFuture<'_, Result<Vec<LaneRow>, ReadFailed>> {
        Ledger::lanes(&self.store)
    }

    fn window(
        &self,
        lane: i64,
        from: (u64, u16),
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<OpenDelivery>, ReadFailed>> {
        Ledger::window(&self.store, lane, from, limit)
    }

    fn in_doubt(&self) -> BoxFuture<'_, Result<Vec<(OpenDelivery, String)>, ReadFailed>> {
        Ledger::in_doubt(&self.store)
    }

    fn record(&self, record: Record) -> BoxFuture<'_, Result<Recorded, Refused>> {
        Ledger::record(&self.store, record)
    }

    fn lane(&self, change: LaneChange) -> BoxFuture<'_, Result<bool, Refused>> {
        Ledger::lane(&self.store, change)
    }

    fn event(&self, id: EventId) -> BoxFuture<'_, Result<Option<EventRow>, ReadFailed>> {
        Ledger::event(&self.store, id)
    }

    fn body(&self, id: EventId) -> BoxFuture<'_, Result<Option<Vec<u8>>, ReadFailed>> {
        Ledger::body(&self.store, id)
    }

    fn out_of_order(&self, id: DeliveryId) -> BoxFuture<'_, Result<bool, ReadFailed>> {
        Ledger::out_of_order(&self.store, id)
    }

    fn seal<'a>(&'a self, detail: &'a [u8]) -> BoxFuture<'a, Result<SealedBody, Refused>> {
        Ledger::seal(&self.store, detail)
    }
}
