//! The sample application: takes signed webhooks, remembers what it has seen, and can be down or trip over an event.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use oxgate_core::EventId;
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// A webhook that was taken.
#[derive(Clone, Debug)]
pub(crate) struct Got {
    /// `webhook-id`.
    pub(crate) id: EventId,
    /// `PatientAdmin.Arrival`.
    pub(crate) kind: String,
    /// `Oxgate-Answers`: the questions that it answers.
    pub(crate) answers: Vec<String>,
    /// `Oxgate-Correlation`: what was given with the question.
    pub(crate) correlation: Option<String>,
    /// `Order.Comments`: what a hospital says when it will not carry out an order.
    pub(crate) comments: Option<String>,
    /// `Oxgate-Out-Of-Order`.
    pub(crate) is_late_in_lane: bool,
}

/// What the application does and has seen.
#[derive(Debug, Default)]
struct Inner {
    is_down: bool,
    trips_over: Option<String>,
    got: Vec<Got>,
    repeats: usize,
    bad_signatures: usize,
    refused_down: usize,
    tripped: usize,
    ops: Vec<Value>,
}

/// A handle to it; clones are one application.
#[derive(Clone)]
pub(crate) struct Application {
    inner: Arc<Mutex<Inner>>,
    changed: Arc<Notify>,
    key: Arc<aws_lc_rs::hmac::Key>,
    stop: CancellationToken,
}

impl Application {
    /// Starts it on a free port; `secret` is the `whsec_…` that the gateway signs with.
    pub(crate) async fn start(secret: &str) -> std::io::Result<(Self, SocketAddr)> {
        let key = STANDARD.decode(secret.trim_start_matches("whsec_")).map_err(std::io::Error::other)?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let addr = listener.local_addr()?;
        let application = Self {
            inner: Arc::default(),
            changed: Arc::default(),
            key: Arc::new(aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &key)),
            stop: CancellationToken::new(),
        };
        let router = Router::new()
            .route("/events", post(take_event))
            .route("/ops", post(take_ops))
            .with_state(application.clone());
        let stop = application.stop.clone();
        tokio::spawn(async move { axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned()).await });
        Ok((application, addr))
    }

    /// Down: every webhook is answered 503.
    pub(crate) fn be_down(&self, is_down: bool) {
        self.lock().is_down = is_down;
    }

    /// Trips over events of this kind: answers 500.
    pub(crate) fn trip_over(&self, kind: Option<&str>) {
        self.lock().trips_over = kind.map(str::to_owned);
    }

    /// Everything taken so far, in order of arrival.
    pub(crate) fn got(&self) -> Vec<Got> {
        self.lock().got.clone()
    }

    /// Webhooks whose id had been seen before.
    pub(crate) fn repeats(&self) -> usize {
        self.lock().repeats
    }

    /// Webhooks whose signature was wrong.
    pub(crate) fn bad_signatures(&self) -> usize {
        self.lock().bad_signatures
    }

    /// Attempts that met the application down.
    pub(crate) fn refused_down(&self) -> usize {
        self.lock().refused_down
    }

    /// Attempts that it tripped over.
    pub(crate) fn tripped(&self) -> usize {
        self.lock().tripped
    }

    /// Operational events, in order of arrival.
    pub(crate) fn ops(&self) -> Vec<Value> {
        self.lock().ops.clone()
    }

    /// Resolves after the next webhook.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    pub(crate) fn end(&self) {
        self.stop.cancel();
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether some `v1` signature is ours over id, timestamp and body, as Standard Webhooks has it.
    fn is_signed(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        let (Some(id), Some(timestamp), Some(signatures)) =
            (text(headers, "webhook-id"), text(headers, "webhook-timestamp"), text(headers, "webhook-signature"))
        else {
            return false;
        };
        let mut message = format!("{id}.{timestamp}.").into_bytes();
        message.extend_from_slice(body);
        signatures.split(' ').filter_map(|signature| signature.strip_prefix("v1,")).any(|signature| {
            STANDARD.decode(signature).is_ok_and(|tag| aws_lc_rs::hmac::verify(&self.key, &message, &tag).is_ok())
        })
    }

    fn take(&self, headers: &HeaderMap, body: &[u8]) -> StatusCode {
        let kind = redox_model::envelope::read(body).map_or_else(|_| "?".to_owned(), |message| kind_of(&message));
        let mut inner = self.lock();
        if inner.is_down {
            inner.refused_down += 1;
            return StatusCode::SERVICE_UNAVAILABLE;
        }
        if inner.trips_over.as_ref() == Some(&kind) {
            inner.tripped += 1;
            return StatusCode::INTERNAL_SERVER_ERROR;
        }
        let Some(id) = text(headers, "webhook-id").and_then(|id| id.parse().ok()) else {
            return StatusCode::BAD_REQUEST;
        };
        if inner.got.iter().any(|got| got.id == id) {
            inner.repeats += 1;
            return StatusCode::OK;
        }
        let answers = text(headers, "oxgate-answers").unwrap_or_default();
        inner.got.push(Got {
            id,
            kind,
            answers: answers.split(',').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect(),
            correlation: text(headers, "oxgate-correlation").map(str::to_owned),
            comments: comments(body),
            is_late_in_lane: headers.contains_key("oxgate-out-of-order"),
        });
        StatusCode::OK
    }
}

fn kind_of(message: &redox_model::envelope::Message<'_>) -> String {
    match message {
        redox_model::envelope::Message::DataModel(envelope) => {
            format!("{}.{}", envelope.data_model, envelope.event_type)
        }
        redox_model::envelope::Message::FhirBundle(_) => "FHIR".to_owned(),
    }
}

fn comments(body: &[u8]) -> Option<String> {
    let event: Value = serde_json::from_slice(body).ok()?;
    event.pointer("/Order/Comments")?.as_str().map(str::to_owned)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

async fn take_event(State(application): State<Application>, headers: HeaderMap, body: Bytes) -> StatusCode {
    if !application.is_signed(&headers, &body) {
        application.lock().bad_signatures += 1;
        return StatusCode::UNAUTHORIZED;
    }
    let status = application.take(&headers, &body);
    application.changed.notify_waiters();
    status
}

async fn take_ops(State(application): State<Application>, headers: HeaderMap, body: Bytes) -> StatusCode {
    if !application.is_signed(&headers, &body) {
        application.lock().bad_signatures += 1;
        return StatusCode::UNAUTHORIZED;
    }
    if let Ok(event) = serde_json::from_slice(&body) {
        application.lock().ops.push(event);
    }
    application.changed.notify_waiters();
    StatusCode::OK
}
