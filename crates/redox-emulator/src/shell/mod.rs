//! The shell around the core: sockets, time, and deliveries that really leave.

/// The control API for tests in the same process.
mod handle;

/// The body of an answer, which may break off.
mod body;

/// Accepting connections and answering requests.
mod server;

/// Sending what the core wants sent.
mod sender;

/// Waking the core at the times it asked for.
mod alarm_clock;

pub use handle::{Control, ControlRefused};

use crate::exchange::{Effects, Handled, Reply, Request, Response, Ticket};
use crate::{Clock, Config, Emulator, Observed, Rng};
use alarm_clock::AlarmClock;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::TcpListener;
use tokio::sync::{broadcast, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How many observations a slow watcher may lag behind before it misses some.
const OBSERVED_LAG_MAX: usize = 4096;

/// Starts an emulator: it listens when this returns.
///
/// # Errors
///
/// If the address cannot be bound, the configuration is not one to start with, or no HTTP client can be made.
pub async fn start(config: Config, clock: impl Clock, seed: u64) -> io::Result<Running> {
    let listener = TcpListener::bind(config.listen).await?;
    let addr = listener.local_addr()?;
    let body_bytes_max = config.limits.body_bytes_max;
    let sender = sender::client(config.strict)?;
    let mut emulator = Emulator::new(config).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    emulator.set_base_url(format!("http://{addr}"));
    let shared = Arc::new(Shared {
        core: Mutex::new(Core { emulator, rng: Rng::new(seed), waiting: BTreeMap::new() }),
        clock: Box::new(clock),
        alarms: AlarmClock::default(),
        observed: broadcast::channel(OBSERVED_LAG_MAX).0,
        sender,
        tasks: TaskTracker::new(),
        stop: CancellationToken::new(),
    });
    shared.turn(Emulator::begin);
    shared.tasks.spawn(alarm_clock::run(Arc::clone(&shared)));
    shared.tasks.spawn(server::run(listener, Arc::clone(&shared), body_bytes_max));
    Ok(Running { addr, shared })
}

/// An emulator that listens. Dropping it stops it without waiting; [`Running::shutdown`] waits.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub addr: SocketAddr,
    shared: Arc<Shared>,
}

impl Running {
    /// `http://` and the address, without a slash at the end.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// What `GET /_emulator` gives.
    pub fn info(&self) -> Value {
        self.shared.lock().emulator.info()
    }

    /// The control API.
    pub fn control(&self) -> Control {
        Control::new(Arc::clone(&self.shared))
    }

    /// What happens from now on, free of message content.
    pub fn observe(&self) -> broadcast::Receiver<Observed> {
        self.shared.observed.subscribe()
    }

    /// Stops listening, closes every connection, and waits until nothing runs any more.
    pub async fn shutdown(self) {
        self.shared.stop.cancel();
        self.shared.tasks.close();
        self.shared.tasks.wait().await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.shared.stop.cancel();
        self.shared.tasks.close();
    }
}

/// What every task of the shell holds.
struct Shared {
    core: Mutex<Core>,
    clock: Box<dyn Clock>,
    alarms: AlarmClock,
    observed: broadcast::Sender<Observed>,
    sender: reqwest::Client,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

struct Core {
    emulator: Emulator,
    rng: Rng,
    /// Connections that wait for a promised reply.
    waiting: BTreeMap<Ticket, oneshot::Sender<Reply>>,
}

impl Shared {
    /// The core; a panic in another call does not make it unusable for the rest of a test.
    fn lock(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the core answer a request, and carries out what follows from it.
    async fn answer(self: &Arc<Self>, request: &Request) -> Reply {
        let (response, effects) = {
            let mut core = self.lock();
            let now = self.clock.now();
            let Core { emulator, rng, waiting } = &mut *core;
            let Handled { response, effects } = emulator.handle(request, now, rng);
            let response = match response {
                Response::Now(reply) => Ok(reply),
                // Registered under the same lock, so that no reply can come before anybody waits for it.
                Response::Later(ticket) => {
                    let (sender, receiver) = oneshot::channel();
                    waiting.insert(ticket, sender);
                    Err(receiver)
                }
            };
            (response, effects)
        };
        self.carry_out(effects);
        match response {
            Ok(reply) => reply,
            Err(receiver) => receiver.await.unwrap_or(Reply::Hangup),
        }
    }

    /// One call into the core that is not a request.
    fn turn(self: &Arc<Self>, call: impl FnOnce(&mut Emulator, jiff::Timestamp, &mut Rng) -> Effects) {
        let effects = {
            let mut core = self.lock();
            let now = self.clock.now();
            let Core { emulator, rng, .. } = &mut *core;
            call(emulator, now, rng)
        };
        self.carry_out(effects);
    }

    fn carry_out(self: &Arc<Self>, effects: Effects) {
        for seen in effects.observed {
            tracing::debug!(target: "redox_emulator", "{seen}");
            // Nobody watching is no error.
            let _ = self.observed.send(seen);
        }
        self.alarms.add(effects.timers);
        for delivery in effects.outgoing {
            self.tasks.spawn(sender::send(Arc::clone(self), delivery));
        }
        if !effects.replies.is_empty() {
            let mut core = self.lock();
            for (ticket, reply) in effects.replies {
                if let Some(waiting) = core.waiting.remove(&ticket) {
                    // A caller that has gone needs no reply.
                    let _ = waiting.send(reply);
                }
            }
        }
    }
}
