//! The road to Redox as one thing to hold: the API submits, queries and waits through it, a reload swaps its plan.

use crate::capabilities::Capabilities;
use crate::enqueue::{self, EnqueueError, Queued};
use crate::fhir::{self, BadFhir, FhirAnswer, FhirCall, FhirError, ValidFhir};
use crate::files::{self, Upload, UploadError};
use crate::plan::Plan;
use crate::query::{self, QueryError, QueryOutcome};
use crate::submit::{self, Submission, SubmitError};
use crate::transport::Transport;
use crate::validate::{self, Invalid};
use crate::wait::Waiters;
use bytes::Bytes;
use oxgate_core::{Clock, Phi};
use oxgate_store::command::Child;
use oxgate_store::view::Change;
use oxgate_store::{ReadError, Store};
use redox_client::Client;
use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// Why a submission was not queued, by stage.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SubmissionError {
    /// A header or the length of the body.
    #[error(transparent)]
    Submit(#[from] SubmitError),
    /// The body.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The idempotency key, or the store.
    #[error(transparent)]
    Enqueue(#[from] EnqueueError),
}

/// The plan in force, and the accounts' clients by their configured names. Swapped together.
pub struct Roads<T = Client> {
    /// What the configuration says.
    pub plan: Arc<Plan>,
    /// What queries leave through.
    pub clients: HashMap<String, Arc<T>>,
}

/// Takes submissions and queries. One for the process, shared by all requests.
pub struct Outbound<T = Client> {
    store: Store,
    clock: Arc<dyn Clock>,
    roads: RwLock<Arc<Roads<T>>>,
    /// The configuration's own plan, and what subscriptions add to it.
    known: RwLock<(Arc<Plan>, Capabilities)>,
    waiters: Waiters,
}

impl<T: Transport> Outbound<T> {
    /// Over this store, with these roads to begin with.
    pub fn new(store: Store, clock: Arc<dyn Clock>, roads: Roads<T>) -> Self {
        let known = RwLock::new((Arc::clone(&roads.plan), Capabilities::default()));
        Self { store, clock, roads: RwLock::new(Arc::new(roads)), known, waiters: Waiters::default() }
    }

    /// Replaces plan and clients as a whole. What is under way ends by the old ones.
    pub fn replace(&self, roads: Roads<T>) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.0 = Arc::clone(&roads.plan);
        self.put(Roads { plan: Arc::new(known.1.merged(&roads.plan)), clients: roads.clients });
    }

    /// What subscriptions say of the destinations, from now on and over reloads.
    pub fn learn(&self, capabilities: Capabilities) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let plan = Arc::new(capabilities.merged(&known.0));
        known.1 = capabilities;
        self.put(Roads { plan, clients: self.roads().clients.clone() });
    }

    fn put(&self, roads: Roads<T>) {
        *self.roads.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(roads);
    }

    /// The plan in force.
    pub fn plan(&self) -> Arc<Plan> {
        Arc::clone(&self.roads().plan)
    }

    /// Submits, validates and queues one event. Resolves when it is durable and not before.
    ///
    /// # Errors
    /// [`SubmissionError`]; the event will not be sent, except that an unreadable repeat of an earlier submission stands
    /// as that earlier one left it.
    pub async fn submit(&self, submission: Submission) -> Result<Queued, SubmissionError> {
        let now = self.clock.now();
        let submitted = submit::submit(submission, now)?;
        let valid = validate::validate(submitted, &self.plan())?;
        Ok(enqueue::enqueue(&self.store, valid, now).await?)
    }

    /// Submits and validates one event like [`Outbound::submit`], but leaves it to another event's transaction to write
    /// it: for what a forward makes, and for what a person sends in the place of another. Its idempotency key is unused.
    ///
    /// # Errors
    /// [`SubmissionError`]; nothing is written either way.
    pub async fn child(&self, submission: Submission) -> Result<Child, SubmissionError> {
        let now = self.clock.now();
        let valid = validate::validate(submit::submit(submission, now)?, &self.plan())?;
        Ok(enqueue::child(&self.store, &valid, now).await.map_err(EnqueueError::from)?)
    }

    /// Sends a query and returns Redox's answer, `within` at most.
    ///
    /// # Errors
    /// [`QueryError`].
    pub async fn query(&self, body: Phi<Bytes>, within: Duration) -> Result<QueryOutcome, QueryError> {
        let begun = self.clock.now();
        let roads = self.roads();
        let query = query::validate(body.expose(), &roads.plan)?;
        let account = &query.source.account.name;
        let no_account = || QueryError::NoAccount { account: account.clone() };
        let client = Arc::clone(roads.clients.get(account).ok_or_else(no_account)?);
        query::exchange(&*client, &self.store, query, within, begun).await
    }

    /// Uploads a file to Redox as the source of this configured name or id, or the only one, and returns its URI. Nothing is
    /// kept of it here.
    ///
    /// # Errors
    /// [`UploadError`]; it may be uploaded again after any of them.
    pub async fn upload(&self, source: Option<&str>, file: Upload) -> Result<String, UploadError> {
        let roads = self.roads();
        let source = roads.plan.source_named(source)?;
        let account = &source.account.name;
        let no_account = || UploadError::NoAccount { account: account.clone() };
        let client = Arc::clone(roads.clients.get(account).ok_or_else(no_account)?);
        files::upload(&*client, file).await
    }

    /// Checks a FHIR request against the plan; nothing leaves yet, so that it can be audited first.
    ///
    /// # Errors
    /// [`BadFhir`].
    pub fn fhir_request(&self, call: FhirCall) -> Result<ValidFhir, BadFhir> {
        fhir::validate(call, &self.plan())
    }

    /// Passes a FHIR request on and returns the answer, within the budget of a synchronous exchange.
    ///
    /// # Errors
    /// [`FhirError`].
    pub async fn fhir(&self, request: ValidFhir) -> Result<FhirAnswer, FhirError> {
        let roads = self.roads();
        let no_account = || FhirError::NoAccount { account: request.account.clone() };
        let client = Arc::clone(roads.clients.get(&request.account).ok_or_else(no_account)?);
        fhir::exchange(&*client, request).await
    }

    /// Waits until no delivery of a submission can go on without a person, or until `until` resolves; either way the
    /// submission comes back as it then stands. Woken through [`Outbound::observe`], it asks the store once a change.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn wait(&self, queued: Queued, until: impl Future<Output = ()>) -> Result<Queued, ReadError> {
        let mut waiter = self.waiters.register(queued.event());
        let mut until = std::pin::pin!(until);
        let mut queued = queued;
        loop {
            let rows = self.store.deliveries(queued.event()).await?;
            queued = queued.updated(&rows);
            if queued.is_done() {
                return Ok(queued);
            }
            tokio::select! {
                () = waiter.changed() => {}
                () = &mut until => return Ok(queued),
            }
        }
    }

    /// Learns from the store's post-commit changes which deliveries have closed, and wakes who waits for them. The
    /// store's changes have one consumer, the dispatcher, which calls this as one of its observers.
    pub fn observe(&self, changes: &[Change]) {
        for change in changes {
            if let Change::Closed { id, .. } = change {
                self.waiters.wake(id.event);
            }
        }
    }

    fn roads(&self) -> Arc<Roads<T>> {
        Arc::clone(&self.roads.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<T> fmt::Debug for Outbound<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbound").field("store", &self.store).finish_non_exhaustive()
    }
}
