//! Makes events from events: an HL7 message becomes a Redox event, a bulk resource an event for the application.
//!
//! **How it works.** The dispatcher hands over a delivery. [`Transform`] makes new bodies from the event's; [`Way`] makes
//! of each body an event with its deliveries, for Redox or for other handlers; and the report carries them as
//! [`Child`]ren. Nothing is written until the dispatcher settles the delivery, and the same transaction writes the
//! children: a crash before it leaves the delivery queued and no child, a crash after it leaves both. So the step happens
//! once (guarantees G1 and G2), although the transformation itself may run again.
//!
//! **Plugging in.** Implement [`Transform`]; it is plain and synchronous, runs on a thread for blocking work when the body
//! is large, and may panic without harm. Refuse what can never be transformed: it parks the event with the refusal's
//! reason, and release tries again once mapping or configuration are mended. In the binary, `serve/transform.rs` names
//! each one for the configuration's `transform`.
//!
//! ```
//! use oxgate_inbound::{Made, Refusal, Transform};
//! use oxgate_core::Reason;
//! use oxgate_store::view::EventRow;
//!
//! struct Wrapped;
//!
//! impl Transform for Wrapped {
//!     fn transform(&self, _event: &EventRow, body: &[u8]) -> Result<Vec<Made>, Refusal> {
//!         let note = std::str::from_utf8(body).map_err(|_| Refusal::new(Reason::word("not-utf-8")))?;
//!         Ok(vec![Made::json(serde_json::json!({ "Note": note }).to_string())])
//!     }
//! }
//! ```

use bytes::Bytes;
use oxgate_core::limits::CHILDREN_MAX;
use oxgate_core::{Phi, Reason, Timestamp};
use oxgate_dispatch::{Body, BoxFuture, Job, Outcome, Report, Target};
use oxgate_store::command::Child;
use oxgate_store::view::EventRow;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

const PANICKED: Reason = Reason::word("transform-panicked");
const NOTHING_MADE: Reason = Reason::word("nothing-made");
const TOO_MANY: Reason = Reason::word("too-many-children");
const NOT_NOW: Reason = Reason::word("not-now");
const NOT_LOADED: Reason = Reason::word("body-not-loaded");

/// Bodies up to this many bytes are transformed on the spot, which is cheaper than a change of threads.
const TRANSFORMED_ON_THE_SPOT: usize = 64 * 1024;

/// What makes events from one.
pub trait Transform: Send + Sync + 'static {
    /// The bodies of the events to be made from this one: at least one, at most [`CHILDREN_MAX`], in the order in which
    /// they are to be written. May run again for the same event.
    ///
    /// # Errors
    /// [`Refusal`] when nothing can be made of it, today or later.
    fn transform(&self, event: &EventRow, body: &[u8]) -> Result<Vec<Made>, Refusal>;
}

/// What becomes of a body that was made.
pub trait Way: Send + Sync + 'static {
    /// An event with its deliveries, ready to be written; `forward` is the handler's name.
    fn child<'a>(&'a self, forward: &'a str, made: Made) -> BoxFuture<'a, Result<Child, Denied>>;
}

/// One event to be made.
#[derive(Clone, Debug)]
pub struct Made {
    /// Its bytes.
    pub body: Bytes,
    /// What they are.
    pub content_type: String,
    /// The application's correlation value, as if it had been submitted with the event.
    pub correlation: Option<Phi<String>>,
    /// Not to be sent to Redox after this time.
    pub expires_at: Option<Timestamp>,
    /// How long an answer from Redox's side is waited for; the rule's own time unless given.
    pub reply_within: Option<Duration>,
}

impl Made {
    /// A JSON body, with nothing beside it.
    pub fn json(body: impl Into<Bytes>) -> Self {
        Self {
            body: body.into(),
            content_type: "application/json".to_owned(),
            correlation: None,
            expires_at: None,
            reply_within: None,
        }
    }
}

/// Nothing can be made of an event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// Why, in one content-free word; stands at the parked delivery.
    pub reason: Reason,
    /// What exactly: kept like an answer from a peer, readable under `read-phi` only.
    pub detail: Option<Phi<String>>,
}

impl Refusal {
    /// For this reason.
    pub const fn new(reason: Reason) -> Self {
        Self { reason, detail: None }
    }

    /// With what exactly is wrong; it may quote the event.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(Phi::new(detail.into()));
        self
    }
}

/// Why a body did not become an event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Denied {
    /// It never will, as things stand.
    Refused(Refusal),
    /// The gateway has no room at the moment.
    NotNow,
}

/// The target: a transformation and the way that its events go.
pub struct ForwardHandler {
    name: String,
    transform: Arc<dyn Transform>,
    way: Arc<dyn Way>,
}

impl ForwardHandler {
    /// Under the handler's configured name.
    pub fn new(name: impl Into<String>, transform: Arc<dyn Transform>, way: Arc<dyn Way>) -> Self {
        Self { name: name.into(), transform, way }
    }

    async fn hand_over(&self, job: Job) -> Report {
        let Body::Inline(body) = job.body else { return Report::new(Outcome::Rejected, NOT_LOADED) };
        let (transform, event) = (Arc::clone(&self.transform), job.event);
        let is_small = body.len() <= TRANSFORMED_ON_THE_SPOT;
        let transforming =
            move || std::panic::catch_unwind(AssertUnwindSafe(|| transform.transform(&event, &body))).ok();
        let transformed = if is_small {
            transforming()
        } else {
            match tokio::task::spawn_blocking(transforming).await {
                Ok(transformed) => transformed,
                // The process is ending and takes no more blocking work.
                Err(_) => return Report::new(Outcome::TargetFailed, NOT_NOW),
            }
        };
        let made = match transformed {
            Some(Ok(made)) => made,
            Some(Err(refusal)) => return refused(refusal),
            None => {
                tracing::error!(handler = self.name, delivery = %job.delivery, "a transformation panicked");
                return Report::new(Outcome::Rejected, PANICKED);
            }
        };
        match made.len() {
            0 => return Report::new(Outcome::Rejected, NOTHING_MADE),
            count if count > CHILDREN_MAX => return Report::new(Outcome::Rejected, TOO_MANY),
            _ => {}
        }
        let mut children = Vec::with_capacity(made.len());
        for made in made {
            match self.way.child(&self.name, made).await {
                Ok(child) => children.push(child),
                Err(Denied::Refused(refusal)) => return refused(refusal),
                Err(Denied::NotNow) => return Report::new(Outcome::TargetFailed, NOT_NOW),
            }
        }
        Report::accepted().with_children(children)
    }
}

fn refused(refusal: Refusal) -> Report {
    let report = Report::new(Outcome::Rejected, refusal.reason);
    match refusal.detail {
        Some(detail) => report.with_detail(Bytes::from(detail.expose().clone())),
        None => report,
    }
}

impl Target for ForwardHandler {
    fn deliver(&self, job: Job) -> BoxFuture<'_, Report> {
        Box::pin(self.hand_over(job))
    }

    fn healthy(&self) -> BoxFuture<'_, bool> {
        Box::pin(std::future::ready(true))
    }
}

impl std::fmt::Debug for ForwardHandler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ForwardHandler").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The same bytes again: for events that another handler is to have under another door, or Redox as they are.
#[derive(Clone, Copy, Debug)]
pub struct Copied;

impl Transform for Copied {
    fn transform(&self, event: &EventRow, body: &[u8]) -> Result<Vec<Made>, Refusal> {
        let body = Bytes::copy_from_slice(body);
        Ok(vec![Made { content_type: event.content_type.clone(), ..Made::json(body) }])
    }
}
