//! An ear on the store's changes, so that a test can wait for a delivery to be queued anew.

use oxgate_core::{DeliveryId, Reason, State};
use oxgate_store::view::{Change, OpenDelivery};
use std::sync::Arc;
use tokio::sync::watch;

#[derive(Clone, Default)]
pub(crate) struct Tap {
    opened: Arc<watch::Sender<Vec<OpenDelivery>>>,
}

impl Tap {
    /// Called by the dispatcher.
    pub(crate) fn observe(&self, changes: &[Change]) {
        let opened = changes.iter().filter_map(|change| match change {
            Change::Open(open) => Some(open.clone()),
            _ => None,
        });
        self.opened.send_modify(|all| all.extend(opened));
    }

    /// Resolves when the delivery is back in the queue after so many attempts.
    pub(crate) async fn requeued(&self, id: DeliveryId, attempts: u32) {
        let is_it = |open: &OpenDelivery| {
            // Not the one that it began with.
            let again = open.row.attempts == attempts && open.row.reason != Reason::NONE;
            open.id == id && open.row.state == State::Queued && again
        };
        self.opened.subscribe().wait_for(|all| all.iter().any(is_it)).await.expect("the sender is here");
    }
}
