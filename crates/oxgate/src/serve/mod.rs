//! The gateway as a running process: built from the configuration, looked after until it is asked to stop.

/// Listeners.
mod doors;

/// Files that only their owner may read.
mod files;

/// Connections to requests.
pub(crate) mod http;

/// The store's keys.
mod keys;

/// The same for HL7 v2.
pub(crate) mod hl7;

/// Configuration to parts.
pub(crate) mod plan;

/// Bulk exports as jobs.
mod bulk;

/// Handlers of kind `nats`.
#[cfg(feature = "nats")]
pub(crate) mod nats;

/// The same in a build without them.
#[cfg(not(feature = "nats"))]
#[path = "without_nats.rs"]
pub(crate) mod nats;

/// Events made from events.
mod forward;

/// Configuration anew.
mod reload;

/// Clients of Redox.
pub(crate) mod redox;

/// The parts put together.
mod wire;

/// What is asked of the platform API now and then.
mod watch;

/// What the two sides differ by.
mod gaps;

/// Events from before a handler's time.
mod catch_up;

/// What has to be done now and then.
mod chores;

/// Stop and reload.
pub(crate) mod signals;

pub(crate) use files::{make_folder, write_secret};

use crate::chance::{OsEntropy, SystemClock};
use crate::config::Loaded;
use crate::exit::{Done, Failure};
use http::{Door, Limits};
use oxgate_api::Gateway;
use oxgate_inbound::mllp::Doors;
use oxgate_store::Store;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A gateway that serves.
pub(crate) struct Running {
    /// Where its first door is.
    pub(crate) addr: SocketAddr,
    /// The parts, for whoever runs in the same process.
    pub(crate) gateway: Arc<Gateway>,
    listeners: Arc<Doors>,
    stop: CancellationToken,
    tasks: TaskTracker,
    stop_within: std::time::Duration,
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
    // The store's lock comes first: a second gateway must not touch the first one's socket.
    let store = open_store(&loaded).map_err(Failure::failed)?;
    let doors = doors::open(&loaded).await?;
    let addr = doors.open.first().map(TcpListener::local_addr).transpose()?.unwrap_or(loaded.config.server.listen);
    let server = &loaded.config.server;
    let stop_within = server.stop_timeout.0;
    let limits = Limits { connections: server.connections_max, head: server.head_timeout.0, stop: stop_within };
    let wire::Wired { gateway, runner, chores, listeners, jobs, watch } = wire::together(loaded, store, addr).await?;
    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
    tasks.spawn(runner.run());
    let (clock, timer) = (chores.clock.clone(), chores.timer.clone());
    tasks.spawn(catch_up::run(gateway.inbound.clone(), clock, timer, stop.clone()));
    tasks.spawn(chores.run(stop.clone()));
    jobs.spawn(&tasks, &stop);
    if let Some(watch) = watch {
        tasks.spawn(watch.run(stop.clone()));
    }
    for listener in doors.open {
        tasks.spawn(http::serve(Door::Tcp(listener), oxgate_api::router(gateway.clone()), limits, stop.clone()));
    }
    tasks.spawn(http::serve(Door::Unix(doors.local), oxgate_api::local_router(gateway.clone()), limits, stop.clone()));
    tasks.close();
    Ok(Running { addr, gateway, listeners, stop, tasks, stop_within })
}

impl Running {
    /// Closes the doors, lets what is under way finish, and closes the store.
    pub(crate) async fn stop(self) {
        self.gateway.feed.close();
        self.stop.cancel();
        self.listeners.close(self.stop_within).await;
        self.gateway.runner.stop(self.stop_within).await;
        self.tasks.wait().await;
        self.gateway.inbound.drain().await;
        self.gateway.store.close().await;
    }
}
