//! What is asked of Redox's platform API now and then: what became of sends, gaps between the two sides, what may go where.

use super::gaps::Gaps;
use super::plan::Lasting;
use crate::config::Loaded;
use oxgate_api::{Reconcile, ReconcileFault, Reconciled};
use oxgate_core::{Clock, Timestamp};
use oxgate_dispatch::Timer;
use oxgate_outbound::compare::{CompareError, Comparison, Ours, Scope, compare};
use oxgate_outbound::plan::Plan;
use oxgate_outbound::records::PlatformRecords;
use oxgate_outbound::{Capabilities, Follower, Outbound};
use oxgate_store::Store;
use redox_client::Client;
use redox_wire::platform::Log;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How far back a comparison on schedule looks, in its own intervals: one round that fails leaves no hole.
const ROUNDS_BACK: u32 = 3;

/// How often, from the configuration.
#[derive(Clone, Copy, Debug)]
struct Paces {
    follow: Duration,
    reconcile: Duration,
    capabilities: Duration,
}

/// Everything that is asked, and what it is asked for.
pub(super) struct Watch {
    comparer: Comparer,
    outbound: Arc<Outbound<Client>>,
    timer: Arc<dyn Timer>,
    paces: Paces,
}

/// Compares the two sides, on schedule and for a person.
#[derive(Clone)]
struct Comparer {
    store: Store,
    records: Arc<PlatformRecords>,
    clock: Arc<dyn Clock>,
    outbound: Arc<Outbound<Client>>,
    destinations: HashSet<String>,
}

impl Watch {
    /// `None` without platform credentials.
    pub(super) fn new(
        loaded: &Loaded,
        lasting: &Lasting,
        outbound: &Arc<Outbound<Client>>,
        time: (Arc<dyn Clock>, Arc<dyn Timer>),
    ) -> Option<Self> {
        let (records, platform) = (lasting.records.clone()?, loaded.config.platform.as_ref()?);
        let destinations = loaded.config.endpoints.iter().flat_map(|endpoint| endpoint.destinations.clone()).collect();
        let (clock, timer) = time;
        let outbound = outbound.clone();
        let comparer =
            Comparer { store: lasting.store.clone(), records, clock, outbound: outbound.clone(), destinations };
        let paces = Paces {
            follow: platform.follow_every.0,
            reconcile: platform.reconcile_every.0,
            capabilities: platform.subscriptions_every.0,
        };
        Some(Self { comparer, outbound, timer, paces })
    }

    /// Works until `stop`. Each request has its own place in the quota, behind what is live.
    pub(super) async fn run(self, stop: CancellationToken) {
        tokio::select! {
            () = self.follow() => {}
            () = self.reconcile() => {}
            () = self.learn() => {}
            () = stop.cancelled() => {}
        }
    }

    async fn pause(&self, span: Duration) {
        self.timer.until(self.comparer.clock.now().plus(span)).await;
    }

    async fn follow(&self) {
        let Comparer { store, records, clock, .. } = &self.comparer;
        let follower = Follower::new(store.clone(), records.clone(), clock.clone());
        loop {
            match follower.round().await {
                // What has piled up while the gateway was down is read without a pause; the quota paces it.
                Ok(round) if !round.is_current => continue,
                Ok(round) => {
                    tracing::debug!(listed = round.listed, changed = round.changed, "Redox's logs were read on");
                }
                Err(error) => tracing::warn!(%error, "what became of sends is asked again later"),
            }
            self.pause(self.paces.follow).await;
        }
    }

    async fn reconcile(&self) {
        let mut gaps = Gaps::default();
        loop {
            self.pause(self.paces.reconcile).await;
            let since = self.comparer.clock.now().minus(self.paces.reconcile * ROUNDS_BACK);
            match self.comparer.compare(since).await {
                Ok(found) => gaps.tell(&self.comparer.store, &found).await,
                Err(error) => tracing::warn!(%error, "the two sides are compared again later"),
            }
        }
    }

    async fn learn(&self) {
        loop {
            let plan: Arc<Plan> = self.outbound.plan();
            match Capabilities::ask(&*self.comparer.records, &plan).await {
                Ok(capabilities) => self.outbound.learn(capabilities),
                Err(error) => tracing::warn!(%error, "what destinations accept is asked again later"),
            }
            self.pause(self.paces.capabilities).await;
        }
    }
}

/// What a person's question is answered with, whether or not there are credentials.
pub(super) fn for_people(watch: Option<&Watch>) -> Reconcile {
    let comparer = watch.map(|watch| watch.comparer.clone());
    Arc::new(move |since| {
        let comparer = comparer.clone();
        Box::pin(async move {
            match comparer {
                Some(comparer) => comparer.report(since).await,
                None => Err(ReconcileFault::NoPlatform),
            }
        })
    })
}

impl Comparer {
    async fn compare(&self, since: Timestamp) -> Result<Comparison, CompareError> {
        let sources = self.outbound.plan().sources.iter().map(|source| source.id.clone()).collect();
        let scope = Scope { sources, destinations: self.destinations.clone(), since, now: self.clock.now() };
        compare(&self.store, &*self.records, &scope).await
    }

    /// For a person: the same comparison as a document.
    async fn report(&self, since: Timestamp) -> Result<Reconciled, ReconcileFault> {
        let found = self.compare(since).await.map_err(|error| match error {
            CompareError::Platform(error) => ReconcileFault::Peer(error.to_string()),
            CompareError::Read(error) => ReconcileFault::Store(error.to_string()),
        })?;
        Ok(Reconciled(json!({
            "since": since.to_string(),
            "logs": found.logs,
            "unreadable": found.unreadable,
            "ours": found.ours,
            "without_log": found.without_log,
            "gaps": found.gaps().len(),
            "only_redox": found.only_redox.iter().map(of_redox).collect::<Value>(),
            "only_gateway": found.only_gateway.iter().map(of_ours).collect::<Value>(),
        })))
    }
}

fn of_redox(log: &Log) -> Value {
    let kind = [log.data_model.as_deref(), log.event_type.as_deref()].map(Option::unwrap_or_default).join(".");
    json!({
        "log": log.id.as_str(),
        "way": log.kind.map(redox_wire::platform::LogKind::word),
        "status": log.status.map(redox_wire::platform::LogStatus::word),
        "kind": kind,
        "source": log.source.as_ref().map(redox_wire::id::TechnicalId::as_str),
        "destination": log.destination.as_ref().map(redox_wire::id::TechnicalId::as_str),
        "created_at": log.created_at.map(|at| Timestamp(at).to_string()),
    })
}

fn of_ours(ours: &Ours) -> Value {
    json!({
        "event": ours.event, "delivery": ours.delivery, "log": ours.log, "kind": ours.kind, "at": ours.at.to_string(),
    })
}
