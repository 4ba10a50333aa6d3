//! Operational events to whoever watches the gateway: JSON `{"type", "timestamp", "data"}`, signed like a webhook.

use super::headers;
use super::peer::{Message, Peer, PeerError, PeerSettings};
use oxgate_core::{Clock, Reason};
use oxgate_dispatch::{Body, BoxFuture, Job, Outcome, Report, Target};
use std::sync::Arc;

/// An operational event has a few hundred bytes; a large one can only be a target's `inline_max` set too low.
const TOO_LARGE: Reason = Reason::word("ops-body-too-large");

/// Posts each operational event to one URL. A repeat carries the same `webhook-id`.
pub struct OpsHandler {
    peer: Peer,
    clock: Arc<dyn Clock>,
}

impl OpsHandler {
    /// A handler at the settings' URL.
    ///
    /// # Errors
    /// [`PeerError`] names the setting that cannot be used.
    pub fn new(settings: &PeerSettings, clock: Arc<dyn Clock>) -> Result<Self, PeerError> {
        Ok(Self { peer: Peer::new(settings)?, clock })
    }

    async fn hand_over(&self, job: Job) -> Report {
        let Body::Inline(body) = &job.body else { return Report::new(Outcome::Rejected, TOO_LARGE) };
        let id = job.event.id.to_string();
        let message = Message {
            id: &id,
            at: self.clock.now(),
            content_type: "application/json",
            headers: headers::of_delivery(&job),
            body: body.clone(),
        };
        self.peer.deliver(message).await
    }
}

impl Target for OpsHandler {
    fn deliver(&self, job: Job) -> BoxFuture<'_, Report> {
        Box::pin(self.hand_over(job))
    }

    fn healthy(&self) -> BoxFuture<'_, bool> {
        Box::pin(self.peer.is_healthy())
    }
}

impl std::fmt::Debug for OpsHandler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpsHandler").field("peer", &self.peer).finish_non_exhaustive()
    }
}
