//! The task that drives the scheduler: hears of deliveries from the store, runs attempts, records what came of them.

/// One attempt, from its permit to its report.
mod attempt;

/// The loop: what is heard, what is done about it.
mod engine;

/// What a crash left under way.
mod recover;

/// Records that are repeated until the store takes them.
mod records;

/// From a report to what it changes.
mod settle;

/// Targets as the running gateway has them.
mod targets;

/// A second look at sends whose outcome is not known.
mod unknown;

pub use engine::{HOUSEKEEPING_AT_ONCE, LOADS_AT_ONCE};

use crate::budget::BytesBudget;
use crate::ledger::Ledger;
use crate::status::{Held, Status};
use crate::target::Wired;
use crate::timer::Timer;
use oxgate_core::limits::LANE_WINDOW;
use oxgate_core::{Clock, Entropy};
use oxgate_store::view::Change;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

/// Sees the store's changes just before the runner acts on them: they have one consumer, and others want to know. It must
/// not wait for anything.
pub type Observer = Arc<dyn Fn(&[Change]) + Send + Sync>;

/// Sees what the runner holds in memory, after each of its turns. It must not wait for anything.
pub type Watch = Arc<dyn Fn(&Held) + Send + Sync>;

/// What the runner is made of.
pub struct Parts {
    /// Durable truth.
    pub ledger: Arc<dyn Ledger>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Waiting for a time of that clock.
    pub timer: Arc<dyn Timer>,
    /// Chance, for jitter.
    pub entropy: Arc<dyn Entropy>,
    /// The budget of bytes for bodies in flight, shared with the doors.
    pub bodies: BytesBudget,
    /// The targets as configured. [`crate::target::UNROUTED`] is added when it is not among them.
    pub targets: Vec<Wired>,
    /// Who else wants to know of changes.
    pub observers: Vec<Observer>,
}

/// The runner before it runs.
pub struct Runner {
    parts: Parts,
    window: usize,
    watch: Option<Watch>,
    commands: mpsc::Receiver<Command>,
    handle: Handle,
}

/// Talks to a running [`Runner`]; cheap to clone.
#[derive(Clone, Debug)]
pub struct Handle {
    commands: mpsc::Sender<Command>,
}

#[derive(Debug)]
enum Command {
    ReplaceTargets(Vec<Wired>, oneshot::Sender<()>),
    Status(oneshot::Sender<Status>),
    Stop { within: Duration },
}

/// What the loop and its tasks share.
struct Shared {
    ledger: Arc<dyn Ledger>,
    observers: Vec<Observer>,
    watch: Option<Watch>,
    clock: Arc<dyn Clock>,
    timer: Arc<dyn Timer>,
    entropy: Arc<dyn Entropy>,
    bodies: BytesBudget,
    /// Set when nothing may start any more.
    stopping: CancellationToken,
    /// The store refused the last write.
    refuses: AtomicBool,
}

/// Commands are few (reload, status, stop); their senders wait when this many are in the queue.
const COMMAND_QUEUE: usize = 16;

/// How long to wait before the store is asked again after a refusal.
const STORE_PAUSE: Duration = Duration::from_secs(1);

impl Runner {
    /// A runner that has not begun. Nothing happens until [`Runner::run`] is polled.
    pub fn new(parts: Parts) -> Self {
        let (sender, commands) = mpsc::channel(COMMAND_QUEUE);
        Self { parts, window: LANE_WINDOW, watch: None, commands, handle: Handle { commands: sender } }
    }

    /// With windows of another size than [`LANE_WINDOW`]: a small one brings every turn of a long backlog into a short
    /// test.
    #[must_use]
    pub const fn with_window(mut self, window: usize) -> Self {
        self.window = window;
        self
    }

    /// With somebody who watches that memory is bounded (guarantee G9).
    #[must_use]
    pub fn watched(self, watch: Watch) -> Self {
        Self { watch: Some(watch), ..self }
    }

    /// A handle to talk to it while it runs.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Recovers what a crash left, then delivers until it is stopped through a handle. Spawn it as one task.
    ///
    /// It stops only through [`Handle::stop`]; dropping the future drops the attempts under way, as a crash would.
    pub async fn run(self) {
        let Self { parts, window, watch, commands, handle } = self;
        // Kept, so that the command queue stays open although the caller may have dropped its handles.
        let _open = handle;
        let shared = Shared {
            ledger: parts.ledger,
            observers: parts.observers,
            watch,
            clock: parts.clock,
            timer: parts.timer,
            entropy: parts.entropy,
            bodies: parts.bodies,
            stopping: CancellationToken::new(),
            refuses: AtomicBool::new(false),
        };
        engine::Engine::new(Arc::new(shared), parts.targets, window, commands).run().await;
    }
}

impl Handle {
    /// Replaces all targets. Attempts under way finish with the old ones; lanes whose target is gone become orphaned,
    /// and open again when it returns. Resolves when the new ones are in force, or the runner has stopped.
    pub async fn replace_targets(&self, targets: Vec<Wired>) {
        let (done, replaced) = oneshot::channel();
        if self.commands.send(Command::ReplaceTargets(targets, done)).await.is_ok() {
            let _stopped_meanwhile = replaced.await;
        }
    }

    /// How the runner is doing; `None` once it has stopped.
    pub async fn status(&self) -> Option<Status> {
        let (answer, status) = oneshot::channel();
        self.commands.send(Command::Status(answer)).await.ok()?;
        status.await.ok()
    }

    /// Asks it to stop: nothing starts any more, attempts under way have `within` to finish, then they are dropped. A
    /// dropped attempt at a `Once` target stays `sending` and is unknown at the next start. Await the task that runs
    /// [`Runner::run`] to see it end.
    pub async fn stop(&self, within: Duration) {
        let _stopped_already = self.commands.send(Command::Stop { within }).await;
    }
}
