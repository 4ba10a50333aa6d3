//! What deliveries go to: a target's rules, the job handed to it, and the report it gives back.

use crate::limiter::{QuotaGate, Share};
use crate::rate::Rate;
use oxgate_core::delivery::Policy;
use oxgate_core::order::OrderBy;
use oxgate_core::retry::Backoff;
use oxgate_core::{DeliveryId, Reason, Timestamp};
use oxgate_store::command::Child;
use oxgate_store::view::EventRow;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::bytes::Bytes;

/// A future behind a pointer, so that traits with async methods stay usable as `dyn`.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Something that takes deliveries: an HTTP handler, Redox, a file.
///
/// For a target of mode `Once` the runner has made the attempt durable before it calls [`Target::deliver`]; nothing of
/// the event may leave towards the peer outside that call, files that it embeds excepted. A panic inside is caught and
/// reported as [`Outcome::EventFailed`] (repeatable) or [`Outcome::Unknown`] (once). A call that outlasts
/// [`Job::deadline`] is dropped and reported as [`Outcome::TargetFailed`] (repeatable) or [`Outcome::Unknown`] (once).
pub trait Target: Send + Sync + 'static {
    /// Does what has to come before the attempt is made durable, and gives back the job as it is to be delivered: gets a
    /// token, puts files where the event can refer to them. Whatever goes wrong here leaves nothing in doubt, because the
    /// event itself has not left; so a report of [`Outcome::Unknown`] has no place here and is taken as
    /// [`Outcome::TargetFailed`]. A call that outlasts [`Job::deadline`] is dropped and tried again later.
    fn prepare(&self, job: Job) -> BoxFuture<'_, Result<Job, Report>> {
        Box::pin(std::future::ready(Ok(job)))
    }

    /// Tries once to hand over `job`, as [`Target::prepare`] gave it back.
    fn deliver(&self, job: Job) -> BoxFuture<'_, Report>;

    /// Whether the target's health URL answers. Asked after an [`Outcome::EventFailed`] to tell a poisonous event from a
    /// target that is not well; `false` where there is no such URL.
    fn healthy(&self) -> BoxFuture<'_, bool> {
        Box::pin(std::future::ready(false))
    }
}

/// Finds out what became of a send whose outcome cannot be told. Without it an unknown delivery is parked, and its lane
/// held, as the target's policy says.
pub trait Evidence: Send + Sync + 'static {
    /// Looks for traces of `doubt` at the peer.
    fn look(&self, doubt: Doubt) -> BoxFuture<'_, Finding>;
}

/// A delivery whose last attempt ended without a readable outcome.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Doubt {
    /// The delivery.
    pub delivery: DeliveryId,
    /// Its target's name.
    pub target: String,
    /// Attempts begun so far, the doubtful one included.
    pub attempts: u32,
}

/// What [`Evidence::look`] found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Finding {
    /// The peer has it.
    Accepted {
        /// The peer's own id for it, where one was found.
        receipt: Option<String>,
        /// Which evidence.
        reason: Reason,
    },
    /// The peer never had it; it is sent again.
    Absent,
    /// Several readings; a person decides.
    Ambiguous,
    /// Too early to tell; look again at this time.
    Later(Timestamp),
}

/// A target's rules, as configured.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TargetSpec {
    /// The configured name; lanes refer to it.
    pub name: String,
    /// What kind it is, for status and metrics: `http`, `ops`, `redox`, `pull`, `unrouted`.
    pub kind: String,
    /// The state machine's rules.
    pub policy: Policy,
    /// How far order inside its lanes is refined. Read where deliveries are made; the scheduler sees only their keys.
    pub order_by: OrderBy,
    /// Attempts under way at once, over all lanes; at least 1.
    pub concurrency: u32,
    /// How often attempts start, over all lanes; as often as there is something to do, when absent.
    pub rate: Option<Rate>,
    /// The pause after failures: of an event before its next attempt, of the target before its next probe.
    pub backoff: Backoff,
    /// One attempt, from its start to its report.
    pub timeout: Duration,
    /// Bodies above this many bytes are not loaded: the job says [`Body::Large`].
    pub inline_max: u64,
    /// How long after an attempt without outcome evidence is first looked for. Unused without [`Evidence`].
    pub check_after: Duration,
}

impl TargetSpec {
    /// A handler: repeatable, one attempt at a time for each order key and 8 in all at any rate, back-off from 1 s to
    /// 5 min, 30 s an attempt.
    pub fn handler(name: impl Into<String>, kind: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind: kind.into(),
            policy: Policy::HANDLER,
            order_by: OrderBy::All,
            concurrency: 8,
            rate: None,
            backoff: Backoff { first: Duration::from_secs(1), most: Duration::from_mins(5) },
            timeout: Duration::from_secs(30),
            inline_max: oxgate_core::limits::WEBHOOK_INLINE_BYTES as u64,
            check_after: Duration::ZERO,
        }
    }

    /// Redox: once, all bodies inline, as long an attempt as Redox itself allows.
    pub fn redox(name: impl Into<String>) -> Self {
        Self {
            policy: Policy::REDOX,
            timeout: oxgate_core::limits::SEND_CEILING,
            inline_max: u64::MAX,
            check_after: Duration::from_mins(2),
            ..Self::handler(name, "redox")
        }
    }

    /// The built-in target of events that no handler takes: its deliveries are parked from the start and never run.
    pub fn unrouted() -> Self {
        Self::handler(UNROUTED, UNROUTED)
    }
}

/// The name of the built-in target for events that no handler takes.
pub const UNROUTED: &str = "unrouted";

/// A target as it stands in the running gateway: its rules, and what carries them out.
#[derive(Clone)]
pub struct Wired {
    /// The rules.
    pub spec: TargetSpec,
    /// What delivers. Without it the runner starts nothing for this target (`unrouted`, and targets whose consumers
    /// lease from the store themselves) but does not call its lanes orphaned.
    pub sender: Option<Arc<dyn Target>>,
    /// The quota that each attempt takes a permit from, before it is made durable.
    pub quota: Option<Arc<QuotaGate>>,
    /// Whose part of the quota that is. Replays take theirs from [`Share::FollowUp`] wherever they go.
    pub share: Share,
    /// Where to look for evidence about unknown outcomes.
    pub evidence: Option<Arc<dyn Evidence>>,
}

impl Wired {
    /// A target that delivers, without quota and evidence.
    pub fn new(spec: TargetSpec, sender: Arc<dyn Target>) -> Self {
        Self { spec, sender: Some(sender), quota: None, share: Share::Live, evidence: None }
    }

    /// A target for which the runner starts nothing.
    pub const fn without_sender(spec: TargetSpec) -> Self {
        Self { spec, sender: None, quota: None, share: Share::Live, evidence: None }
    }
}

impl fmt::Debug for Wired {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wired").field("spec", &self.spec).field("sends", &self.sender.is_some()).finish_non_exhaustive()
    }
}

/// One attempt to make.
#[derive(Clone)]
pub struct Job {
    /// The delivery.
    pub delivery: DeliveryId,
    /// Counted from 1 and rising with each attempt of this delivery, over restarts where the store keeps the count.
    pub attempt_no: u32,
    /// The event to hand over.
    pub event: EventRow,
    /// Its bytes.
    pub body: Body,
    /// Later deliveries of its lane that it should have preceded have gone already: it was parked, or set aside.
    pub out_of_order: bool,
    /// Which share of the quota it is sent by; what is needed for it besides, files, say, goes by the same.
    pub share: Share,
    /// When the attempt began.
    pub started_at: Timestamp,
    /// When the attempt is given up.
    pub deadline: Timestamp,
}

/// The bytes of a job.
#[derive(Clone, PartialEq, Eq)]
pub enum Body {
    /// As they were accepted.
    Inline(Bytes),
    /// Larger than the target's `inline_max`, and so not loaded.
    Large,
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inline(bytes) => write!(f, "Inline({} bytes)", bytes.len()),
            Self::Large => f.write_str("Large"),
        }
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job")
            .field("delivery", &self.delivery)
            .field("attempt_no", &self.attempt_no)
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}

/// How an attempt ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Outcome {
    /// The target has it.
    Accepted,
    /// The target said no, for good: the same bytes would be refused again. Parks at once.
    Rejected,
    /// The event was refused or dropped for its own sake, and another try may help. Counts towards parking only with
    /// evidence that the target is well otherwise. A `Once` target must not report it unless it is sure that the peer
    /// did not take the event: it parks there like [`Outcome::Rejected`].
    EventFailed,
    /// The target is down or refuses us, and is known not to have taken it. Never counts towards parking.
    TargetFailed,
    /// Nobody can tell whether the target has it.
    Unknown,
}

/// What came of one attempt.
#[derive(Clone, PartialEq, Eq)]
pub struct Report {
    /// How it ended.
    pub outcome: Outcome,
    /// The HTTP status, where there was one.
    pub status: Option<u16>,
    /// What was seen, content-free.
    pub reason: Reason,
    /// The peer's own id for what it took (Redox's log id).
    pub receipt: Option<String>,
    /// What the peer said. Goes to the body store, never into a log.
    pub detail: Option<Bytes>,
    /// How long the peer asked us to wait.
    pub retry_after: Option<Duration>,
    /// Events made from this one: written in the transaction that settles the delivery, so that they are made once.
    pub children: Vec<Child>,
}

impl Report {
    /// A report of this outcome, with nothing else known.
    pub const fn new(outcome: Outcome, reason: Reason) -> Self {
        Self { outcome, status: None, reason, receipt: None, detail: None, retry_after: None, children: Vec::new() }
    }

    /// The target has it.
    pub const fn accepted() -> Self {
        Self::new(Outcome::Accepted, Reason::NONE)
    }

    /// With the HTTP status.
    #[must_use]
    pub const fn with_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// With the peer's own id for it.
    #[must_use]
    pub fn with_receipt(mut self, receipt: impl Into<String>) -> Self {
        self.receipt = Some(receipt.into());
        self
    }

    /// With what the peer said.
    #[must_use]
    pub fn with_detail(mut self, detail: Bytes) -> Self {
        self.detail = (!detail.is_empty()).then_some(detail);
        self
    }

    /// With the events made from this one.
    #[must_use]
    pub fn with_children(mut self, children: Vec<Child>) -> Self {
        self.children = children;
        self
    }

    /// With the pause that the peer asked for.
    #[must_use]
    pub const fn with_retry_after(mut self, pause: Duration) -> Self {
        self.retry_after = Some(pause);
        self
    }
}

impl fmt::Debug for Report {
    /// Leaves out the peer's words: they may quote the event.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Report")
            .field("outcome", &self.outcome)
            .field("status", &self.status)
            .field("reason", &self.reason)
            .field("detail_bytes", &self.detail.as_ref().map(Bytes::len))
            .finish_non_exhaustive()
    }
}
