//! The composition root: the one place where all parts meet.

use super::bulk::{self, Jobs};
use super::catch_up;
use super::chores::Chores;
use super::forward::Ways;
use super::plan::{self, Lasting};
use super::redox;
use super::reload::{Current, Reloader};
use super::watch::{self, Watch};
use crate::chance::{OsEntropy, SystemClock};
use crate::config::Loaded;
use crate::exit::{Failure, with_causes};
use oxgate_api::{ApiKeys, Feed, Gateway, Requests, Routing};
use oxgate_core::{Clock, limits};
use oxgate_dispatch::{BytesBudget, ClockTimer, Observer, QuotaGate, QuotaRules, Runner, Timer};
use oxgate_inbound::mllp::Doors;
use oxgate_inbound::{Inbound, Inbox};
use oxgate_outbound::Outbound;
use oxgate_outbound::meter::{Meter, QuotaKeeper};
use oxgate_store::Store;
use redox_client::Client;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// The parts, connected and not yet running.
pub(super) struct Wired {
    pub(super) gateway: Arc<Gateway>,
    pub(super) runner: Runner,
    pub(super) chores: Chores,
    pub(super) listeners: Arc<Doors>,
    pub(super) jobs: Arc<Jobs>,
    /// With platform credentials.
    pub(super) watch: Option<Watch>,
}

/// Puts the parts together on an open store; `addr` is where the first door is.
pub(super) async fn together(loaded: Loaded, store: Store, addr: SocketAddr) -> Result<Wired, Failure> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let timer: Arc<dyn Timer> = Arc::new(ClockTimer::new(clock.clone()));
    let rules = QuotaRules { requests: loaded.config.server.redox_quota, ..QuotaRules::default() };
    let gate = Arc::new(QuotaGate::new("default", rules, clock.clone(), timer.clone()));
    let keeper = QuotaKeeper::restore(store.clone(), gate.clone()).await.map_err(Failure::failed)?;
    let lasting = lasting(&loaded, &store, gate, addr)?;
    let built = plan::build(&loaded, &lasting).map_err(Failure::failed)?;

    let bodies = BytesBudget::new(limits::BODIES_IN_FLIGHT_BYTES);
    let outbound = Arc::new(Outbound::new(store.clone(), clock.clone(), built.roads));
    let inbound_parts = inbound_parts(&lasting, &clock, &bodies);
    let wanted = built.inbound.listeners.clone();
    let inbound = Arc::new(Inbound::new(inbound_parts, built.inbound).map_err(Failure::failed)?);
    catch_up::begin(&loaded, &inbound).await?;
    lasting.ways.open(&inbound, &outbound);
    let listeners = Arc::new(Doors::new(inbound.clone()));
    let bound = listeners.bind(&wanted).await.map_err(|error| Failure::failed(with_causes(&error)))?;
    let routing = Arc::new(Routing::new(store.keyed().clone(), clock.clone(), built.routes));
    let feed = Feed::default();
    let inbox = Arc::new(Inbox::new(store.clone(), clock.clone(), timer.clone(), Arc::new(OsEntropy)));
    let runner = Runner::new(oxgate_dispatch::Parts {
        ledger: Arc::new(store.clone()),
        clock: clock.clone(),
        timer: timer.clone(),
        entropy: Arc::new(OsEntropy),
        bodies: bodies.clone(),
        targets: built.targets,
        observers: observers(&outbound, &feed, &inbox),
    });
    let parts =
        bulk::Parts { inbound: inbound.clone(), bodies: bodies.clone(), clock: clock.clone(), timer: timer.clone() };
    let jobs = Arc::new(Jobs::new(bulk::specs(&loaded).map_err(Failure::failed)?, parts).map_err(Failure::failed)?);
    let keys = Arc::new(api_keys(&loaded)?);
    let watch = Watch::new(&loaded, &lasting, &outbound, (clock.clone(), timer.clone()));
    let current = Arc::new(Mutex::new(Current { loaded, jwks: built.jwks }));
    let reloader = Reloader {
        lasting,
        inbound: inbound.clone(),
        outbound: outbound.clone(),
        routing: routing.clone(),
        listeners: listeners.clone(),
        runner: runner.handle(),
        current: current.clone(),
    };
    let gateway = Gateway {
        store: store.clone(),
        inbound: inbound.clone(),
        inbox,
        outbound,
        routing,
        runner: runner.handle(),
        exports: jobs.clone(),
        keys,
        clock: clock.clone(),
        entropy: Arc::new(OsEntropy),
        bodies,
        feed,
        reload: reloader.for_people(),
        reconcile: watch::for_people(watch.as_ref()),
        jwks: Arc::new(move || current.lock().unwrap_or_else(PoisonError::into_inner).jwks.clone()),
        requests: Requests::default(),
        started_at: clock.now(),
        version: env!("CARGO_PKG_VERSION"),
    };
    listeners.serve(bound)?;
    let chores = Chores { store, inbound, keeper, clock, timer };
    Ok(Wired { gateway: Arc::new(gateway), runner, chores, listeners, jobs, watch })
}

fn api_keys(loaded: &Loaded) -> Result<ApiKeys, Failure> {
    ApiKeys::open(&loaded.data()).map_err(|error| Failure::failed(format!("cannot read the API keys: {error}")))
}

/// What outlives a reload.
fn lasting(loaded: &Loaded, store: &Store, gate: Arc<QuotaGate>, addr: SocketAddr) -> Result<Lasting, Failure> {
    let public_url = loaded.config.server.public_url.clone();
    let records = redox::records(loaded, Arc::new(Meter::new(gate.clone()))).map_err(Failure::failed)?;
    Ok(Lasting {
        store: store.clone(),
        counts: Arc::default(),
        gate,
        api_base: public_url.unwrap_or_else(|| format!("http://{addr}")),
        folders: Arc::default(),
        ways: Arc::new(Ways::default()),
        records: records.map(Arc::new),
    })
}

fn inbound_parts(lasting: &Lasting, clock: &Arc<dyn Clock>, bodies: &BytesBudget) -> oxgate_inbound::Parts {
    oxgate_inbound::Parts {
        store: lasting.store.clone(),
        clock: clock.clone(),
        entropy: Arc::new(OsEntropy),
        counts: lasting.counts.clone(),
        budget: bodies.clone(),
        sync_budget: limits::SYNC_BUDGET,
    }
}

/// Who wants to know of the store's changes besides the dispatcher: callers that wait for their submission, and streams.
fn observers(outbound: &Arc<Outbound<Client>>, feed: &Feed, inbox: &Arc<Inbox>) -> Vec<Observer> {
    let (outbound, feed, inbox) = (outbound.clone(), feed.clone(), inbox.clone());
    vec![
        Arc::new(move |changes| outbound.observe(changes)),
        Arc::new(move |changes| feed.observe(changes)),
        Arc::new(move |changes| inbox.observe(changes)),
    ]
}
