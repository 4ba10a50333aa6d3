//! The road in as one value: the store, the plan in force, the limits and the counters.

use crate::accept::reading::{self, Reader};
use crate::counts::Counts;
use crate::mllp::Faults;
use crate::plan::{Plan, PlanError, Ready};
use crate::watch::{HeldUp, Silent, Watch};
use oxgate_core::{Clock, Entropy};
use oxgate_dispatch::BytesBudget;
use oxgate_store::Store;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

/// Synchronous exchanges being recorded at once. Recording is a courtesy: past this it is skipped and counted.
const RECORDINGS_MAX: usize = 256;

/// What the road in is made of.
#[derive(Clone)]
pub struct Parts {
    /// Durable truth.
    pub store: Store,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// Where the ids of synchronous exchanges come from.
    pub entropy: Arc<dyn Entropy>,
    /// What is counted; shared with the handlers.
    pub counts: Arc<Counts>,
    /// Bytes of bodies in flight, shared with the other doors and the dispatcher.
    pub budget: BytesBudget,
    /// How long a synchronous exchange may take, [`oxgate_core::limits::SYNC_BUDGET`] unless configured otherwise.
    pub sync_budget: Duration,
}

/// Receives, verifies, accepts and responds. One value serves all endpoints.
pub struct Inbound {
    pub(crate) parts: Parts,
    plan: RwLock<Arc<Ready>>,
    pub(crate) reader: Reader,
    faults: Faults,
    pub(crate) recordings: Arc<Semaphore>,
    pub(crate) tasks: TaskTracker,
    pub(crate) watch: Watch,
}

impl Inbound {
    /// Checks the plan and puts it in force.
    ///
    /// # Errors
    /// [`PlanError`] names the first mistake in the plan.
    pub fn new(parts: Parts, plan: Plan) -> Result<Self, PlanError> {
        Ok(Self {
            watch: Watch::new(parts.clock.now()),
            parts,
            plan: RwLock::new(Arc::new(plan.check()?)),
            reader: reading::read,
            faults: Faults::default(),
            recordings: Arc::new(Semaphore::new(RECORDINGS_MAX)),
            tasks: TaskTracker::new(),
        })
    }

    /// Puts another plan in force, for requests that arrive from now on; those under way finish with the old one.
    ///
    /// # Errors
    /// [`PlanError`] names the first mistake; the plan in force then stays as it is.
    pub fn replace_plan(&self, plan: Plan) -> Result<(), PlanError> {
        let ready = Arc::new(plan.check()?);
        *self.plan.write().unwrap_or_else(PoisonError::into_inner) = ready;
        Ok(())
    }

    /// What passed through the doors since the start.
    pub fn counts(&self) -> &Counts {
        &self.parts.counts
    }

    /// What was wrong in HL7 streams lately.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Endpoints that have fallen silent since the last call.
    pub fn fallen_silent(&self) -> Vec<Silent> {
        let silent = self.watch.fallen_silent(self.plan().endpoints(), self.parts.clock.now());
        for _ in &silent {
            self.parts.counts.feeds_silent.add_one();
        }
        silent
    }

    /// Logs that Redox does not get past, found so since the last call.
    pub fn held_up(&self) -> Vec<HeldUp> {
        self.watch.held_up()
    }

    /// Waits until what is done after an answer (recording synchronous exchanges) is done. Call it once no request
    /// can arrive any more and before the store is closed.
    pub async fn drain(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// The plan in force.
    pub(crate) fn plan(&self) -> Arc<Ready> {
        Arc::clone(&self.plan.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// With another reader of bodies, so that a test can make the reading panic.
    #[cfg(test)]
    pub(crate) fn with_reader(mut self, reader: Reader) -> Self {
        self.reader = reader;
        self
    }
}

impl std::fmt::Debug for Inbound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inbound").field("plan", &self.plan()).finish_non_exhaustive()
    }
}
