//! The control API for tests in the same process: the same addresses, without a socket.

use super::Shared;
use crate::ehr::FeedSettings;
use crate::exchange::{Reply, Request};
use crate::faults::FaultRule;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use std::sync::Arc;

/// The control API of a running emulator. Every method is one request of `docs/control.md`.
#[derive(Clone, Debug)]
pub struct Control {
    shared: Arc<Shared>,
}

/// A control request was refused.
#[derive(Debug, thiserror::Error)]
#[error("emulator control answered {status} to {method} {path}: {text}")]
pub struct ControlRefused {
    /// The method.
    pub method: Method,
    /// The path.
    pub path: String,
    /// The status.
    pub status: StatusCode,
    /// The reason, in words.
    pub text: String,
}

impl Control {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Any control request: `path` is what follows `/_emulator`, e.g. `/logs?status=failed`.
    ///
    /// # Errors
    ///
    /// If the emulator answers with anything but 200.
    pub async fn call(&self, method: Method, path: &str, body: &Value) -> Result<Value, ControlRefused> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = Request::new(method.clone(), &format!("/_emulator{path}"), body);
        let refused = |status, text: String| ControlRefused { method, path: path.to_owned(), status, text };
        match self.shared.answer(&request).await {
            // Only a shutdown leaves a control request without an answer.
            Reply::Hangup => Err(refused(StatusCode::SERVICE_UNAVAILABLE, "the emulator is stopping".to_owned())),
            Reply::Answer(answer) => {
                let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
                if answer.status == StatusCode::OK {
                    return Ok(body);
                }
                let text = body.get("error").and_then(Value::as_str).unwrap_or_default();
                Err(refused(answer.status, text.to_owned()))
            }
        }
    }

    /// Registers a JWK set for the first OAuth client.
    pub async fn register_keys(&self, jwks: &Value) -> Result<Value, ControlRefused> {
        self.call(Method::POST, "/keys", jwks).await
    }

    /// Changes members of a destination, e.g. `{"url": …, "verification_token": …}`.
    pub async fn change_destination(&self, id: &str, change: &Value) -> Result<Value, ControlRefused> {
        self.call(Method::PATCH, &format!("/destinations/{id}"), change).await
    }

    /// Verifies a destination; `{"verified", "reason"}`.
    pub async fn verify(&self, destination: &str) -> Result<Value, ControlRefused> {
        self.call(Method::POST, &format!("/destinations/{destination}/verify"), &Value::Null).await
    }

    /// Logs, newest first; `query` like `status=failed&limit=10`, or empty.
    pub async fn logs(&self, query: &str) -> Result<Value, ControlRefused> {
        self.call(Method::GET, &with_query("/logs", query), &Value::Null).await
    }

    /// Accepted messages, oldest first; `query` like `after=10`, or empty.
    pub async fn received(&self, query: &str) -> Result<Value, ControlRefused> {
        self.call(Method::GET, &with_query("/received", query), &Value::Null).await
    }

    /// Uploaded files, oldest first; `{"uploads"}`.
    pub async fn uploads(&self) -> Result<Value, ControlRefused> {
        self.call(Method::GET, "/uploads", &Value::Null).await
    }

    /// Delivers a message to the application's destination; `{"log"}`.
    pub async fn deliver(&self, body: &Value) -> Result<Value, ControlRefused> {
        self.call(Method::POST, "/deliver", &json!({"body": body})).await
    }

    /// Delivers a log again.
    pub async fn redeliver(&self, log: &str) -> Result<Value, ControlRefused> {
        self.call(Method::POST, &format!("/logs/{log}/redeliver"), &Value::Null).await
    }

    /// Puts a fault rule in force; `{"id"}`.
    pub async fn add_fault(&self, rule: &FaultRule) -> Result<Value, ControlRefused> {
        self.call(Method::POST, "/faults", &json!(rule)).await
    }

    /// Ends every fault rule.
    pub async fn clear_faults(&self) -> Result<Value, ControlRefused> {
        self.call(Method::DELETE, "/faults", &Value::Null).await
    }

    /// Changes how the simulated EHR behaves.
    pub async fn change_ehr(&self, change: &Value) -> Result<Value, ControlRefused> {
        self.call(Method::PATCH, "/ehr", change).await
    }

    /// Answers orders left open: the one named, or all.
    pub async fn answer_orders(&self, order_id: Option<&str>) -> Result<Value, ControlRefused> {
        self.call(Method::POST, "/ehr/answer", &json!({"order_id": order_id})).await
    }

    /// Starts, stops or paces the feed.
    pub async fn set_feed(&self, settings: &FeedSettings) -> Result<Value, ControlRefused> {
        self.call(Method::PATCH, "/feed", &json!(settings)).await
    }

    /// Has the feed emit `count` events now; `{"emitted", "logs"}`.
    pub async fn emit(&self, count: u32) -> Result<Value, ControlRefused> {
        self.call(Method::POST, "/feed/emit", &json!({"count": count})).await
    }

    /// Pushes a FHIR notification about an invented patient, e.g. (`patient-created`, `p-1`); `{"logs"}`.
    pub async fn notify(&self, event: &str, patient: &str) -> Result<Value, ControlRefused> {
        self.call(Method::POST, "/fhir/notify", &json!({"event": event, "patient": patient})).await
    }

    /// Pauses the queues of a destination.
    pub async fn pause(&self, destination: &str) -> Result<Value, ControlRefused> {
        self.call(Method::POST, "/queues/pause", &json!({"destination": destination})).await
    }

    /// Lets the queues of a destination go on, at once.
    pub async fn resume(&self, destination: &str) -> Result<Value, ControlRefused> {
        self.call(Method::POST, "/queues/resume", &json!({"destination": destination})).await
    }

    /// Changes settings: `strict`, `time_scale`, `clock_skew`, `switches`, `limits`.
    pub async fn change_settings(&self, change: &Value) -> Result<Value, ControlRefused> {
        self.call(Method::PATCH, "/settings", change).await
    }
}

/// A question mark in front of the query is as good as none.
fn with_query(path: &str, query: &str) -> String {
    format!("{path}?{}", query.trim_start_matches('?'))
}
