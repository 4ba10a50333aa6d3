//! The quota of an egress address as the Redox client sees it, and its slots on disk, so that a restart forgets nothing.

use oxgate_dispatch::{QuotaGate, Share};
use oxgate_store::command::Command;
use oxgate_store::{ReadError, Refused, Store};
use redox_client::RequestClass;
use redox_client::meter::Permit;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

tokio::task_local! {
    /// Set while a delivery is sent for which the dispatcher has taken the permit already.
    static PREPAID: Cell<bool>;
    /// The share of the delivery that files are uploaded for.
    static SHARE: Share;
}

/// Runs what a delivery of this share needs besides its own request.
pub(crate) async fn by_share<F: Future>(share: Share, work: F) -> F::Output {
    SHARE.scope(share, work).await
}

/// Runs a send whose first request the dispatcher has paid for. Without it each delivery would count twice.
pub(crate) async fn prepaid<F: Future>(send: F) -> F::Output {
    PREPAID.scope(Cell::new(true), send).await
}

/// Asks the quota before each request of a client: events from the live share, queries from the interactive one.
#[derive(Debug)]
pub struct Meter {
    gate: Arc<QuotaGate>,
}

impl Meter {
    /// A meter on this gate. All clients that leave through one address share the gate.
    pub fn new(gate: Arc<QuotaGate>) -> Self {
        Self { gate }
    }

    async fn permit_class(&self, class: RequestClass) {
        match class {
            RequestClass::Query => self.gate.permit(Share::Interactive).await,
            RequestClass::Event if PREPAID.try_with(Cell::take).unwrap_or(false) => {}
            RequestClass::Platform => self.gate.permit(Share::FollowUp).await,
            // Outside a delivery somebody waits for the file's URI.
            RequestClass::File => self.gate.permit(SHARE.try_with(|share| *share).unwrap_or(Share::Interactive)).await,
            // A token serves every share, and the second try of an event after a 401 is under way already: they take
            // whatever is free before they wait.
            RequestClass::Event | RequestClass::Token => {
                let shares = [Share::Live, Share::Interactive, Share::FollowUp];
                if !shares.into_iter().any(|share| self.gate.try_permit(share).is_ok()) {
                    self.gate.permit(Share::Live).await;
                }
            }
        }
    }
}

impl redox_client::Meter for Meter {
    fn permit(&self, class: RequestClass) -> Permit<'_> {
        Box::pin(self.permit_class(class))
    }

    fn refused(&self, pause: Option<Duration>) {
        self.gate.refused(pause);
    }
}

/// Keeps the slots of one gate in the store.
#[derive(Debug)]
pub struct QuotaKeeper {
    store: Store,
    gate: Arc<QuotaGate>,
    /// Handed out by the gate and not yet durable.
    unwritten: BTreeMap<i64, u32>,
}

impl QuotaKeeper {
    /// Gives the gate what an earlier process had used. Call it before anything is sent.
    ///
    /// # Errors
    /// When the store cannot be read; the gate is then as it was.
    pub async fn restore(store: Store, gate: Arc<QuotaGate>) -> Result<Self, ReadError> {
        let slots = store.quota(gate.egress().to_owned(), gate.oldest_counted()).await?;
        gate.restore(&slots);
        Ok(Self { store, gate, unwritten: BTreeMap::new() })
    }

    /// Writes the slots that have changed. Call it every second and once more at the end: a crash then forgets at most
    /// one second's requests, which the unused part of the quota covers.
    ///
    /// # Errors
    /// When the store refuses; the next call writes what this one could not.
    pub async fn save(&mut self) -> Result<(), Refused> {
        self.unwritten.extend(self.gate.unsaved());
        while let Some((&slot, &used)) = self.unwritten.first_key_value() {
            let egress = self.gate.egress().to_owned();
            self.store.command(Command::Quota { egress, slot, used }).await?;
            self.unwritten.remove(&slot);
        }
        Ok(())
    }
}
