//! The platform API as far as a client can make use of it: environments, sources, destinations, subscriptions, OAuth API
//! keys, logs; reading, searching, and the writing parts.
//!
//! Source: Redox docs, "Redox Platform API" and its reference pages.

/// Environments, sources, destinations.
mod assets;

/// Which source may send what where.
mod subscriptions;

/// OAuth API keys.
mod apikeys;

/// Logs: one, listed, searched.
mod logs;

/// One page of a list.
mod page;

use crate::Emulator;
use crate::config::PlatformRole;
use crate::exchange::{Answer, Request, Response, Turn};
use crate::faults::Scope;
use http::StatusCode;
use serde_json::{Value, json};

pub(crate) const PREFIX: &str = "/platform/";

/// Version of the envelope.
const VERSION: &str = "1.0.0";

/// Why a platform request is refused.
#[derive(Debug, thiserror::Error)]
enum PlatformError {
    #[error("not found")]
    NotFound,
    #[error("the role of this user does not allow it")]
    Forbidden,
    #[error("{0} is not valid")]
    Invalid(&'static str),
    #[error("{0} is required")]
    Required(&'static str),
    #[error(transparent)]
    Keys(#[from] crate::auth::KeysError),
    #[error(transparent)]
    Verify(#[from] crate::verification::VerifyError),
}

impl PlatformError {
    fn answer(&self) -> Answer {
        let status = match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forbidden => StatusCode::FORBIDDEN,
            _ => StatusCode::BAD_REQUEST,
        };
        refused(status, &self.to_string())
    }
}

/// What a platform address gives.
type Platform = Result<Response, PlatformError>;

/// A refusal in the envelope. Its shape is not documented.
pub(crate) fn refused(status: StatusCode, text: &str) -> Answer {
    Answer::json(status, &json!({"meta": {"version": VERSION}, "payload": {"error": text}}))
}

/// One object in the envelope, under its name.
pub(crate) fn payload(name: &'static str, element: &Value) -> Answer {
    Answer::json(StatusCode::OK, &json!({"meta": {"version": VERSION}, "payload": {name: element}}))
}

#[expect(clippy::unnecessary_wraps, reason = "ends a chain of fallible steps at every address")]
fn give(name: &'static str, element: &Value) -> Platform {
    Ok(payload(name, element).into())
}

/// The body as an object; an empty one counts as `{}`.
fn object(request: &Request) -> Result<Value, PlatformError> {
    let bytes: &[u8] = if request.body.is_empty() { b"{}" } else { &request.body };
    serde_json::from_slice(bytes).ok().filter(Value::is_object).ok_or(PlatformError::Invalid("body"))
}

/// A member that must be text and not empty.
fn required<'a>(body: &'a Value, pointer: &str, name: &'static str) -> Result<&'a str, PlatformError> {
    body.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty()).ok_or(PlatformError::Required(name))
}

impl Emulator {
    pub(crate) fn platform(&mut self, turn: &mut Turn<'_>, request: &Request, scope: &Scope) -> Response {
        let role = match self.authorize(turn, request, scope) {
            Ok(grant) => grant.role,
            Err(answer) => return (*answer).into(),
        };
        self.platform_payload(turn, request, role).unwrap_or_else(|error| error.answer().into())
    }

    fn platform_payload(&mut self, turn: &mut Turn<'_>, request: &Request, role: PlatformRole) -> Platform {
        // Engineers manage, support staff search what messages hold, every user reads the rest.
        let needed = match (request.method.as_str(), request.path.as_str()) {
            ("GET", _) => PlatformRole::Reader,
            ("POST", path) if path.ends_with("/logs/search/metadata") => PlatformRole::Reader,
            ("POST", path) if path.ends_with("/logs/search/payloads") => PlatformRole::Support,
            _ => PlatformRole::Engineer,
        };
        if role < needed {
            return Err(PlatformError::Forbidden);
        }
        let segments: Vec<&str> = request.path[PREFIX.len()..].split('/').collect();
        let organization = self.directory.organization_id.to_string();
        let environment = self.directory.environment.id.clone();
        match segments.as_slice() {
            ["v1", "organizations", id, "environments"] if *id == organization => self.platform_environments(request),
            ["v1", "organizations", id, "logs", rest @ ..] if *id == organization => self.platform_logs(request, rest),
            // As the public demo application of 2021 asks.
            ["v0", "organizations", id, "subscriptions"] if *id == organization => self.platform_subscriptions(request),
            ["v1", "environments", id, "sources"] if *id == environment => self.platform_sources(turn, request),
            ["v1", "environments", id, "destinations"] if *id == environment => {
                self.platform_destinations(turn, request)
            }
            ["v1", "environments", id, "subscriptions"] if *id == environment => self.platform_subscriptions(request),
            ["v1", "environments", id, "apikeys"] if *id == environment => self.platform_keys(turn, request),
            ["v1", "environments", id, "logs", "search", what] if *id == environment => {
                self.platform_log_search(request, what)
            }
            ["v1", "sources", id] => self.platform_source(request, id),
            ["v1", "destinations", id, rest @ ..] => self.platform_destination(turn, request, id, rest),
            ["v1", "apikeys", id] => self.platform_key(request, id),
            _ => Err(PlatformError::NotFound),
        }
    }

    /// How other objects name the environment.
    fn environment_reference(&self) -> Value {
        let environment = &self.directory.environment;
        json!({"id": environment.id, "environmentFlag": environment.environment_flag})
    }
}
