//! The control API under `/_emulator`: what a test or a person may ask of the emulator that Redox has no address for.

/// Sources, destinations, subscriptions, keys.
mod directory;

/// The simulated EHR, the feed, and faults.
mod behaviour;

/// The bulk server.
mod bulk;

/// Logs, received messages, deliveries on demand, queues.
mod traffic;

use crate::Emulator;
use crate::auth::KeysError;
use crate::config::{Limits, Switches};
use crate::exchange::{Answer, Request, Response, Turn};
use crate::faults::FaultError;
use crate::form;
use crate::verification::VerifyError;
use http::{Method, StatusCode};
use jiff::SignedDuration;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The description of the emulator.
pub(crate) const ROOT: &str = "/_emulator";
/// Everything else of the control API.
pub(crate) const PREFIX: &str = "/_emulator/";

/// Why a control request is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ControlError {
    #[error("no control address {method} {path}; see docs/control.md of redox-emulator")]
    NoSuchAddress { method: Method, path: String },
    #[error("body is not what this address takes: {0}")]
    Body(#[source] serde_json::Error),
    #[error("no {what} has the id {id:?}")]
    Unknown { what: &'static str, id: String },
    #[error("a {what} with the id {id:?} exists already; PATCH it")]
    Exists { what: &'static str, id: String },
    #[error("query parameter {name:?} is not {expected}")]
    Parameter { name: &'static str, expected: &'static str },
    #[error("time_scale must be a number above 0, not {0}")]
    TimeScale(f64),
    #[error("log {0:?} holds no message any more; only recent asynchronous messages can be delivered again")]
    NotRedeliverable(String),
    #[error("body has no Meta with DataModel and EventType; set \"verbatim\": true to deliver it as it is")]
    NoMeta,
    #[error(transparent)]
    Keys(#[from] KeysError),
    #[error(transparent)]
    Fault(#[from] FaultError),
    #[error(transparent)]
    Verify(#[from] VerifyError),
}

impl ControlError {
    fn status(&self) -> StatusCode {
        match self {
            Self::NoSuchAddress { .. } | Self::Unknown { .. } | Self::Verify(VerifyError::Unknown(_)) => {
                StatusCode::NOT_FOUND
            }
            Self::Exists { .. } | Self::NotRedeliverable(_) | Self::Verify(VerifyError::NoUrl(_)) => {
                StatusCode::CONFLICT
            }
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

/// What a control address gives.
type Controlled = Result<Response, ControlError>;

#[expect(clippy::unnecessary_wraps, reason = "ends a chain of fallible steps at every address")]
fn ok(body: &Value) -> Controlled {
    Ok(Answer::json(StatusCode::OK, body).into())
}

/// Reads a JSON body; an empty one counts as `{}`.
fn read<T: DeserializeOwned>(request: &Request) -> Result<T, ControlError> {
    let body: &[u8] = if request.body.is_empty() { b"{}" } else { &request.body };
    serde_json::from_slice(body).map_err(ControlError::Body)
}

/// A query parameter as text.
fn parameter(request: &Request, name: &str) -> Option<String> {
    form::value(request.query.as_deref().unwrap_or_default(), name)
}

/// A query parameter as a number.
fn number(request: &Request, name: &'static str) -> Result<Option<u64>, ControlError> {
    let parse = |text: String| text.parse().map_err(|_| ControlError::Parameter { name, expected: "a whole number" });
    parameter(request, name).map(parse).transpose()
}

/// Settings that may change while the emulator runs.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    strict: Option<bool>,
    time_scale: Option<f64>,
    clock_skew: Option<SignedDuration>,
    switches: Option<Value>,
    limits: Option<Value>,
}

impl Emulator {
    /// Answers a control request; quota and faults do not apply.
    pub(crate) fn control(&mut self, turn: &mut Turn<'_>, request: &Request) -> Response {
        self.controlled(turn, request).unwrap_or_else(|error| {
            let mut text = error.to_string();
            if let ControlError::Body(source) = &error {
                text = format!("body is not what this address takes: {source}");
            }
            Answer::json(error.status(), &json!({"error": text})).into()
        })
    }

    fn controlled(&mut self, turn: &mut Turn<'_>, request: &Request) -> Controlled {
        let rest = request.path.strip_prefix(ROOT).unwrap_or_default();
        let segments: Vec<&str> = rest.split('/').filter(|segment| !segment.is_empty()).collect();
        let method = request.method.as_str();
        match (method, segments.as_slice()) {
            ("GET", []) => ok(&self.info()),
            ("GET", ["settings"]) => ok(&self.settings()),
            ("PATCH", ["settings"]) => self.change_settings(request),
            ("POST", ["tokens", "expire"]) => ok(&json!({"expired": self.tokens.expire_all(self.own_time(turn.now))})),
            (_, ["keys" | "destinations" | "subscriptions", ..]) => self.control_directory(turn, request, &segments),
            (_, ["logs" | "received" | "deliver" | "queues", ..]) => self.control_traffic(turn, request, &segments),
            (_, ["faults" | "ehr" | "feed" | "fhir", ..]) => self.control_behaviour(turn, request, &segments),
            ("GET", ["uploads"]) => ok(&json!({"uploads": self.uploads(turn.now)})),
            ("POST", ["uploads", "expire"]) => ok(&json!({"expired": self.expire_uploads()})),
            (_, ["bulk", ..]) => self.control_bulk(request, &segments),
            _ => no_such_address(request),
        }
    }

    /// `GET /_emulator`: what a client has to be configured with.
    pub(crate) fn info(&self) -> Value {
        let base = self.base_url.as_deref().unwrap_or_default();
        let directory = &self.directory;
        let keyed = directory.sources.iter().find(|source| source.api_key.is_some());
        let sources: Value = directory.sources.iter().map(|one| json!({"id": one.id, "name": one.name})).collect();
        let destinations: Value = directory
            .destinations
            .iter()
            .map(|one| {
                json!({
                    "id": one.id, "name": one.name, "accepts": one.accepts, "url": one.url,
                    "behaviour": one.behaviour, "verification_token": one.verification_token,
                    "verification_method": one.verification_method, "is_verified": one.is_verified,
                    "answers_as": one.answers_as, "slug": one.slug,
                })
            })
            .collect();
        json!({
            "base_url": base,
            "api_key": keyed.and_then(|source| source.api_key.as_deref()),
            "api_secret": keyed.and_then(|source| source.secret.as_deref()),
            "client_id": self.keys.first_client(),
            "token_url": format!("{base}/v2/auth/token"),
            "authenticate_url": format!("{base}/auth/authenticate"),
            "endpoint_url": format!("{base}/endpoint"),
            "platform_base": format!("{base}/platform"),
            "fhir_base": self.fhir_base(),
            "bulk_base": format!("{base}/fhir/bulk"),
            "organization_id": directory.organization_id,
            "environment_id": directory.environment.id,
            "strict": self.config.strict,
            "time_scale": self.config.time_scale,
            "sources": sources,
            "destinations": destinations,
            "received": self.received.counts,
            "tokens_issued": self.tokens.issued,
        })
    }

    fn settings(&self) -> Value {
        json!({
            "strict": self.config.strict,
            "time_scale": self.config.time_scale,
            "clock_skew": self.skew,
            "switches": self.config.switches,
            "limits": self.config.limits,
        })
    }

    /// Changes what is named and leaves the rest; all or nothing.
    fn change_settings(&mut self, request: &Request) -> Controlled {
        let change: Settings = read(request)?;
        let switches: Switches = merged(&self.config.switches, change.switches)?;
        let limits: Limits = merged(&self.config.limits, change.limits)?;
        if let Some(scale) = change.time_scale {
            if !(scale.is_finite() && scale > 0.0) {
                return Err(ControlError::TimeScale(scale));
            }
            self.config.time_scale = scale;
        }
        if limits.rate_limit != self.config.limits.rate_limit {
            self.quota.clear();
        }
        self.config.switches = switches;
        self.config.limits = limits;
        self.config.strict = change.strict.unwrap_or(self.config.strict);
        self.skew = change.clock_skew.unwrap_or(self.skew);
        ok(&self.settings())
    }
}

fn no_such_address(request: &Request) -> Controlled {
    Err(ControlError::NoSuchAddress { method: request.method.clone(), path: request.path.clone() })
}

/// A value with the members of `change` in place of its own.
fn merged<T: serde::Serialize + DeserializeOwned>(own: &T, change: Option<Value>) -> Result<T, ControlError> {
    let mut members = serde_json::to_value(own).map_err(ControlError::Body)?;
    if let (Some(members), Some(Value::Object(change))) = (members.as_object_mut(), change) {
        members.extend(change);
    }
    serde_json::from_value(members).map_err(ControlError::Body)
}
