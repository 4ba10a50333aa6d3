//! `POST /v1/events`: one event as JSON, or many as NDJSON; answered once durable.

use crate::batch;
use crate::caller::Caller;
use crate::gateway::Gateway;
use crate::intake;
use crate::params::{Params, header, parsed, span, time};
use crate::problem::{Code, Problem};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header as names};
use oxgate_core::{Phi, Timestamp};
use oxgate_outbound::enqueue::Queued;
use oxgate_outbound::submit::{IDEMPOTENCY_KEY_BYTES_MAX, Priority, Submission};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// The longest `?wait=`: a proxy on the way gives up sooner than this.
const WAIT_MAX: Duration = Duration::from_mins(5);

/// Answered when an earlier request with the same idempotency key made the event.
const REPEATED: HeaderName = HeaderName::from_static("oxgate-repeated");

/// What the request's headers say about each event in its body.
#[derive(Clone, Debug)]
pub(crate) struct Envelope {
    client: String,
    content_type: String,
    idempotency_key: Option<Phi<String>>,
    correlation: Option<Phi<String>>,
    expires_at: Option<Timestamp>,
    reply_within: Option<Duration>,
    priority: Priority,
}

impl Envelope {
    fn read(caller: &Caller, headers: &HeaderMap, now: Timestamp) -> Result<Self, Problem> {
        let text = |text: &str| Some(Phi::new(text.to_owned()));
        let key = format!("1 to {IDEMPOTENCY_KEY_BYTES_MAX} visible ASCII characters, once");
        Ok(Self {
            client: caller.client.clone(),
            content_type: content_type(headers),
            idempotency_key: header(headers, "idempotency-key", &key, text)?,
            correlation: header(headers, "oxgate-correlation", "UTF-8 text, once", text)?,
            expires_at: header(headers, "oxgate-expires", "RFC 3339, or a span such as `2h`", |text| time(text, now))?,
            reply_within: header(headers, "oxgate-reply-within", "a span such as `24h`", span)?,
            priority: header(headers, "oxgate-priority", "`live` or `backfill`", parsed)?.unwrap_or_default(),
        })
    }

    fn submission(&self, body: Bytes, idempotency_key: Option<Phi<String>>) -> Submission {
        Submission {
            client: self.client.clone(),
            body: Phi::new(body),
            content_type: self.content_type.clone(),
            idempotency_key,
            correlation: self.correlation.clone(),
            expires_at: self.expires_at,
            reply_within: self.reply_within,
            priority: self.priority,
        }
    }

    /// The event on line `line` of a batch. The batch's key makes one key for each line, so that a batch that broke off
    /// may be sent again whole.
    pub(crate) fn line(&self, body: Bytes, line: u64) -> Submission {
        let key = self.idempotency_key.as_ref().map(|key| Phi::new(format!("{}:{line}", key.expose())));
        self.submission(body, key)
    }
}

/// The declared type, where it can be one of a JSON message: what a tool sends by default says nothing about the body.
/// Without its parameters, which are free text.
fn content_type(headers: &HeaderMap) -> String {
    let declared = essence(headers);
    if declared == "application/json" || declared.ends_with("+json") && declared.len() <= 100 {
        declared
    } else {
        "application/json".to_owned()
    }
}

/// Whether the body is one event a line.
fn is_batch(headers: &HeaderMap) -> bool {
    matches!(essence(headers).as_str(), "application/x-ndjson" | "application/ndjson" | "application/jsonl")
}

fn essence(headers: &HeaderMap) -> String {
    let declared = headers.get(names::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// `POST /v1/events`.
pub(crate) async fn events(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let params = Params::read(&uri, &["wait"])?;
    let wait =
        params.get("wait", "a span up to `5m`, such as `30s`", |text| span(text).filter(|wait| *wait <= WAIT_MAX))?;
    let envelope = Envelope::read(&caller, &headers, gateway.clock.now())?;
    if is_batch(&headers) {
        if wait.is_some() {
            let detail = "`wait` is for single events: a batch is answered line by line as its events become durable";
            return Err(Problem::new(Code::BadParameter, detail).with("parameter", "wait"));
        }
        return Ok(batch::respond(gateway, envelope, body));
    }
    let (bytes, _share) = intake::message(&gateway.bodies, &headers, body).await?;
    let key = envelope.idempotency_key.clone();
    let mut queued = gateway.outbound.submit(envelope.submission(bytes, key)).await?;
    let is_repeat = queued.is_repeat();
    if let Some(wait) = wait {
        queued = gateway.outbound.wait(queued, wait).await?;
    }
    let mut response = (StatusCode::ACCEPTED, Json(receipt(&queued))).into_response();
    if is_repeat {
        response.headers_mut().insert(REPEATED, HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// What the application keeps: the event's id, and where its deliveries stand.
pub(crate) fn receipt(queued: &Queued) -> Value {
    let delivery = |delivery: &oxgate_outbound::enqueue::QueuedDelivery| {
        json!({
            "id": delivery.id,
            "destination": delivery.destination,
            "lane": delivery.lane,
            "state": delivery.state.as_str(),
        })
    };
    json!({
        "id": queued.event(),
        "state": queued.state().as_str(),
        "deliveries": queued.deliveries().iter().map(delivery).collect::<Vec<_>>(),
    })
}
