//! The gateway as a running process: built from the configuration, looked after until it is asked to stop.

/// Listeners.
mod doors;

/// Files that only their owner may read.
mod files;

/// Connections to requests.
pub(crate) mod http;

/// The store's keys.
mod keys;

/// Configuration to parts.
pub(crate) mod plan;

/// Configuration anew.
mod reload;

/// What has to be done now and then.
mod chores;

/// Stop and reload.
pub(crate) mod signals;

pub(crate) use files::{make_folder, write_secret};

use crate::chance::{OsEntropy, SystemClock};
use crate::config::Loaded;
use crate::exit::{Done, Failure};
use http::{Door, Limits};
use oxgate_api::{ApiKeys, Feed, Gateway, Requests, Routing};
use oxgate_core::{Clock, limits};
use oxgate_dispatch::{BytesBudget, ClockTimer, Ledger, QuotaGate, QuotaRules, Runner, Timer};
use oxgate_inbound::Inbound;
use oxgate_outbound::Outbound;
use oxgate_outbound::meter::QuotaKeeper;
use oxgate_store::Store;
use plan::Lasting;
use redox_client::Client;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A gateway that serves.
pub(crate) struct Running {
    /// Where its first door is.
    pub(crate) addr: SocketAddr,
    /// The parts, for whoever runs in the same process.
    pub(crate) gateway: Arc<Gateway>,
    stop: CancellationToken,
    tasks: TaskTracker,
    stop_within: std::time::Duration,
}

/// What the last configuration made.
pub(crate) struct Current {
    loaded: Loaded,
    jwks: serde_json::Value,
}

/// Runs the gateway until SIGTERM or SIGINT.
pub(crate) async fn run(loaded: Loaded) -> Done {
    let running = start(loaded).await?;
    tracing::info!(address = %running.addr, "serving");
    let mut reloads = signals::Reloads::listen();
    let stop = signals::asked_to_stop();
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            () = reloads.next() => {
                // Refusals are logged where they are found; the configuration in force stays.
                let _ = (running.gateway.reload)().await;
            }
        }
    }
    tracing::info!("stopping: doors are closing, what is under way finishes");
    tokio::select! {
        () = running.stop() => Ok(()),
        () = signals::asked_to_stop() => Err(Failure::failed("stopped at the second signal; attempts under way are unknown")),
    }
}

/// Opens the configured store.
pub(crate) fn open_store(loaded: &Loaded) -> Result<Store, String> {
    let settings = keys::of_store(loaded)?;
    Store::open(settings, Arc::new(SystemClock), Arc::new(OsEntropy)).map_err(|error| error.to_string())
}

/// Builds the gateway and opens its doors.
pub(crate) async fn start(loaded: Loaded) -> Result<Running, Failure> {
    // A second installation is refused and changes nothing.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let store = open_store(&loaded).map_err(Failure::failed)?;
    let doors = doors::open(&loaded).await?;
    let addr = doors.open.first().map(TcpListener::local_addr).transpose()?.unwrap_or(loaded.config.server.listen);
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let timer: Arc<dyn Timer> = Arc::new(ClockTimer::new(clock.clone()));
    let rules = QuotaRules { requests: loaded.config.server.redox_quota, ..QuotaRules::default() };
    let gate = Arc::new(QuotaGate::new("default", rules, clock.clone(), timer.clone()));
    let keeper = QuotaKeeper::restore(store.clone(), gate.clone()).await.map_err(Failure::failed)?;
    let api_base = loaded.config.server.public_url.clone().unwrap_or_else(|| format!("http://{addr}"));
    let lasting = Lasting { store: store.clone(), counts: Arc::default(), gate, api_base };
    let built = plan::build(&loaded, &lasting).map_err(Failure::failed)?;

    let bodies = BytesBudget::new(limits::BODIES_IN_FLIGHT_BYTES);
    let outbound = Arc::new(Outbound::new(store.clone(), clock.clone(), built.roads));
    let inbound_parts = oxgate_inbound::Parts {
        store: store.clone(),
        clock: clock.clone(),
        entropy: Arc::new(OsEntropy),
        counts: lasting.counts.clone(),
        budget: bodies.clone(),
        sync_budget: limits::SYNC_BUDGET,
    };
    let inbound = Arc::new(Inbound::new(inbound_parts, built.inbound).map_err(Failure::failed)?);
    let feed = Feed::default();
    let routing = Arc::new(Routing::new(store.keyed().clone(), clock.clone(), built.routes));
    let runner = Runner::new(oxgate_dispatch::Parts {
        ledger: ledger(&store, &outbound, &feed),
        clock: clock.clone(),
        timer: timer.clone(),
        entropy: Arc::new(OsEntropy),
        bodies: bodies.clone(),
        targets: built.targets,
    });
    let handle = runner.handle();
    let stop_within = loaded.config.server.stop_timeout.0;
    let limits = Limits {
        connections: loaded.config.server.connections_max,
        head: loaded.config.server.head_timeout.0,
        stop: stop_within,
    };
    let keys =
        ApiKeys::open(&loaded.data()).map_err(|error| Failure::failed(format!("cannot read the API keys: {error}")))?;
    let current = Arc::new(Mutex::new(Current { loaded, jwks: built.jwks }));
    let reload = reload::Reloader {
        lasting: lasting.clone(),
        inbound: inbound.clone(),
        outbound: outbound.clone(),
        routing: routing.clone(),
        runner: handle.clone(),
        current: current.clone(),
    };
    let jwks_now = current.clone();
    let gateway = Arc::new(Gateway {
        store: store.clone(),
        routing,
        inbound,
        outbound: outbound.clone(),
        runner: handle,
        keys: Arc::new(keys),
        clock: clock.clone(),
        entropy: Arc::new(OsEntropy),
        bodies,
        feed,
        reload: Arc::new(move || {
            let reload = reload.clone();
            Box::pin(async move { reload.reload().await })
        }),
        jwks: Arc::new(move || jwks_now.lock().unwrap_or_else(PoisonError::into_inner).jwks.clone()),
        requests: Requests::default(),
        started_at: clock.now(),
        version: env!("CARGO_PKG_VERSION"),
    });
    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
    tasks.spawn(runner.run());
    tasks.spawn(chores::run(store, keeper, clock, timer, stop.clone()));
    for listener in doors.open {
        tasks.spawn(http::serve(Door::Tcp(listener), oxgate_api::router(gateway.clone()), limits, stop.clone()));
    }
    tasks.spawn(http::serve(Door::Unix(doors.local), oxgate_api::local_router(gateway.clone()), limits, stop.clone()));
    tasks.close();
    Ok(Running { addr, gateway, stop, tasks, stop_within })
}

/// The store as the dispatcher sees it: its changes pass by those who wait for them.
fn ledger(store: &Store, outbound: &Arc<Outbound<Client>>, feed: &Feed) -> Arc<dyn Ledger> {
    Arc::new(oxgate_outbound::watch::Watched::new(
        oxgate_api::Announced::new(store.clone(), feed.clone()),
        outbound.clone(),
    ))
}

impl Running {
    /// Closes the doors, lets what is under way finish, and closes the store.
    pub(crate) async fn stop(self) {
        self.gateway.feed.close();
        self.stop.cancel();
        self.gateway.runner.stop(self.stop_within).await;
        self.tasks.wait().await;
        self.gateway.inbound.drain().await;
        self.gateway.store.close().await;
    }
}
