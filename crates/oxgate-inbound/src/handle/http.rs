//! Webhooks to the application: Redox's bytes unchanged, signed, with what the gateway knows in headers.

use super::headers::{self, Answers};
use super::peer::{Message, Peer, PeerError, PeerSettings};
use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use oxgate_core::{Clock, EventId, Reason};
use oxgate_dispatch::{Body, BoxFuture, Job, Outcome, Report, Target};
use oxgate_store::view::EventRow;
use oxgate_store::{ReadError, Store};
use std::sync::Arc;

pub(super) const BODY: HeaderName = HeaderName::from_static("oxgate-body");

/// The store could not be read; neither target nor event is to blame, and the lane tries again.
const STORE_READ: Reason = Reason::word("store-read");

/// How to reach an application.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// The peer.
    pub peer: PeerSettings,
    /// Where the application reaches the gateway's API, without a path: `https://oxgate.internal:8443`. Large bodies are
    /// handed over as a link below it.
    pub api_base: String,
}

/// Posts each event to one URL. A repeat carries the same `webhook-id`.
pub struct HttpHandler {
    peer: Peer,
    store: Store,
    clock: Arc<dyn Clock>,
    api_base: String,
}

impl HttpHandler {
    /// A handler at the settings' URL.
    ///
    /// # Errors
    /// [`PeerError`] names the setting that cannot be used.
    pub fn new(settings: &HttpSettings, store: Store, clock: Arc<dyn Clock>) -> Result<Self, PeerError> {
        Ok(Self { peer: Peer::new(&settings.peer)?, store, clock, api_base: settings.api_base.clone() })
    }

    async fn hand_over(&self, job: Job) -> Report {
        let Ok(answers) = answers(&self.store, job.event.id).await else {
            return Report::new(Outcome::TargetFailed, STORE_READ);
        };
        let mut headers = headers::of_event(&job, &answers);
        let (content_type, body) = match &job.body {
            Body::Inline(bytes) => (job.event.content_type.as_str(), bytes.clone()),
            Body::Large => {
                headers.insert(BODY, HeaderValue::from_static("link"));
                ("application/json", link(&self.api_base, &job.event))
            }
        };
        let id = job.event.id.to_string();
        self.peer.deliver(Message { id: &id, at: self.clock.now(), content_type, headers, body }).await
    }
}

/// What stands in the place of a body too large to be handed over.
pub(super) fn link(api_base: &str, event: &EventRow) -> Bytes {
    let payload_url = format!("{}/v1/events/{}/payload", api_base.trim_end_matches('/'), event.id);
    let link = serde_json::json!({
        "event_id": event.id,
        "payload_url": payload_url,
        "bytes": event.body_bytes,
        "content_type": event.content_type,
    });
    link.to_string().into()
}

/// The questions that the event answers. One that its patient contradicts is no answer and is not told as one.
///
/// # Errors
/// When the store cannot be read.
pub async fn answers(store: &Store, event: EventId) -> Result<Answers, ReadError> {
    let mut answers = Answers::default();
    for answer in store.answered_by(event).await?.into_iter().filter(|answer| answer.grade.links()) {
        if !answers.questions.contains(&answer.question) {
            answers.questions.push(answer.question);
        }
        let correlation = answer.correlation.and_then(|sealed| store.open_text(&sealed));
        answers.correlations.extend(correlation.filter(|text| !answers.correlations.contains(text)));
    }
    Ok(answers)
}

impl Target for HttpHandler {
    fn deliver(&self, job: Job) -> BoxFuture<'_, Report> {
        Box::pin(self.hand_over(job))
    }

    fn healthy(&self) -> BoxFuture<'_, bool> {
        Box::pin(self.peer.is_healthy())
    }
}

impl std::fmt::Debug for HttpHandler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpHandler").field("peer", &self.peer).finish_non_exhaustive()
    }
}
