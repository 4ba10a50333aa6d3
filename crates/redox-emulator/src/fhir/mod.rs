//! FHIR R4 through Redox: a sandbox behind every simulated EHR that has a slug.
//!
//! Source: Redox docs, "FHIR API reference"; HL7 FHIR R4, "RESTful API", "Search" and "Messaging".

/// The invented patients as FHIR resources, and what clients have created.
mod resources;

/// Conditions of a search.
mod parameters;

/// Searches and their pages.
mod search;

/// Named operations that write: `$…-create`.
mod operation;

/// Message Bundles pushed to subscribers.
pub(crate) mod notification;

use crate::Emulator;
use crate::auth::TokenKind;
use crate::directory::{Behaviour, Destination};
use crate::exchange::{Answer, Request, Response, Turn};
use crate::faults::{FaultKind, Scope};
use crate::logs::{AttemptResult, LogKind, NewLog};
use crate::observed::{Observed, What};
use http::{HeaderValue, StatusCode};
use jiff::Timestamp;
use resources::Created;
use search::Cursors;
use serde_json::{Value, json};

pub(crate) use resources::KINDS;

/// Where FHIR R4 is; below it come a destination's slug and the environment.
pub(crate) const PREFIX: &str = "/fhir/R4/";

/// Everything the sandbox remembers.
#[derive(Debug, Default)]
pub(crate) struct Fhir {
    created: Created,
    cursors: Cursors,
}

/// One request on its way through the sandbox.
struct Call<'a> {
    request: &'a Request,
    /// Source id it is made as.
    source: String,
    destination: String,
    /// Address of the sandbox, without a slash at the end.
    base: String,
}

/// Why a request is refused: an `OperationOutcome`.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
struct Refused {
    status: StatusCode,
    /// From the value set `issue-type`.
    code: &'static str,
    text: String,
}

impl Refused {
    fn new(status: StatusCode, code: &'static str, text: impl Into<String>) -> Self {
        Self { status, code, text: text.into() }
    }

    fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", format!("there is no such {what}"))
    }

    fn invalid(text: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid", text)
    }

    /// The refusal as a person sees it who watches.
    fn observed(&self, now: Timestamp) -> Observed {
        let mut seen = Observed::new(now, What::Refused);
        seen.event = Some("FHIR".to_owned());
        seen.status = Some(self.status.as_u16());
        seen.detail = Some(self.text.clone());
        seen
    }

    fn answer(&self) -> Answer {
        let issue = json!([{"severity": "error", "code": self.code, "details": {"text": self.text}}]);
        resource(self.status, &json!({"resourceType": "OperationOutcome", "issue": issue}))
    }
}

/// An answer in FHIR's own media type.
fn resource(status: StatusCode, body: &Value) -> Answer {
    Answer::json(status, body).with("content-type", HeaderValue::from_static("application/fhir+json; charset=utf-8"))
}

impl Emulator {
    /// Everything under [`PREFIX`].
    pub(crate) fn fhir(&mut self, turn: &mut Turn<'_>, request: &Request, scope: &Scope) -> Response {
        let grant = match self.authorize(turn, request, scope) {
            Ok(grant) => grant,
            Err(answer) => return (*answer).into(),
        };
        let path = request.path.strip_prefix(PREFIX).unwrap_or_default();
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let [slug, flag, rest @ ..] = segments.as_slice() else {
            return Refused::not_found("destination").answer().into();
        };
        let call = match self.fhir_call(request, &grant.sources, grant.kind, (slug, flag)) {
            Ok(call) => call,
            Err(refused) => {
                turn.effects.observed.push(refused.observed(turn.now));
                return refused.answer().into();
            }
        };
        let kind = rest.first().copied().unwrap_or_default();
        let what = interaction(request, rest);
        let log = self.fhir_log(turn, &call, kind, &what);
        let fault = self.strike(turn, FaultKind::DestinationError, scope).map(|rule| rule.status.unwrap_or(400));
        let answered = match fault.and_then(|status| StatusCode::from_u16(status).ok()) {
            Some(status) => {
                let text = format!(
                    "{} returned status code {}",
                    self.directory.destination_name(&call.destination),
                    status.as_u16()
                );
                Err(Refused::new(status, "exception", text))
            }
            None => self.fhir_interaction(turn, &call, rest),
        };
        let answer = answered.unwrap_or_else(|refused| refused.answer());
        self.fhir_settle(turn, &log, &answer);
        answer.into()
    }

    /// Who asks, and whom: every check before the resource matters.
    fn fhir_call<'a>(
        &self,
        request: &'a Request,
        sources: &[String],
        token: TokenKind,
        (slug, flag): (&str, &str),
    ) -> Result<Call<'a>, Refused> {
        let forbidden = |text: &str| Refused::new(StatusCode::FORBIDDEN, "forbidden", text);
        if token == TokenKind::Legacy {
            return Err(forbidden("FHIR takes OAuth tokens only; this one was issued for an API key and secret"));
        }
        let is_meant = |one: &&Destination| one.behaviour == Behaviour::Ehr && one.slug.as_deref() == Some(slug);
        let destination = self.directory.destinations.iter().find(is_meant);
        let destination = destination.ok_or_else(|| Refused::not_found("destination"))?;
        if self.directory.environment.environment_flag != flag {
            return Err(Refused::not_found("environment"));
        }
        let source = match request.header("redox-source-id") {
            Some(named) if sources.iter().any(|own| own == named) => named.to_owned(),
            Some(_) => return Err(forbidden("Redox-Source-Id is not a source of this API key")),
            None if self.directory.sources.len() > 1 => {
                let text = "Redox-Source-Id is required: the environment has several sources";
                return Err(Refused::new(StatusCode::BAD_REQUEST, "required", text));
            }
            None => sources.first().cloned().unwrap_or_default(),
        };
        let is_subscribed = self.directory.subscriptions.iter().any(|link| {
            link.source == source && link.destination == destination.id && link.data_model.starts_with("FHIR.")
        });
        if !is_subscribed {
            return Err(forbidden("no FHIR subscription links this source to this destination"));
        }
        let base = format!("{}{PREFIX}{slug}/{flag}", self.base_url.as_deref().unwrap_or_default());
        Ok(Call { request, source, destination: destination.id.clone(), base })
    }

    fn fhir_interaction(&mut self, turn: &mut Turn<'_>, call: &Call<'_>, rest: &[&str]) -> Result<Answer, Refused> {
        let unsupported = || {
            let text = format!("{} /{} is not supported here", call.request.method, rest.join("/"));
            Refused::new(StatusCode::METHOD_NOT_ALLOWED, "not-supported", text)
        };
        if let ("GET", ["metadata"]) = (call.request.method.as_str(), rest) {
            return Ok(resource(StatusCode::OK, &resources::capabilities(turn.now)));
        }
        let [kind, rest @ ..] = rest else { return Err(unsupported()) };
        let kind =
            KINDS.into_iter().find(|known| known == kind).ok_or_else(|| Refused::not_found("kind of resource"))?;
        match (call.request.method.as_str(), rest) {
            ("GET", []) => self.fhir_search(turn, call, kind, call.request.query.as_deref().unwrap_or_default()),
            ("POST", ["_search"]) => {
                let form =
                    std::str::from_utf8(&call.request.body).map_err(|_| Refused::invalid("the form is not UTF-8"))?;
                let content_type = call.request.header("content-type").unwrap_or_default().to_ascii_lowercase();
                if !content_type.starts_with("application/x-www-form-urlencoded") {
                    let text = "content-type must be application/x-www-form-urlencoded";
                    return Err(Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-supported", text));
                }
                self.fhir_search(turn, call, kind, form)
            }
            ("POST", [operation]) if operation.starts_with('$') => self.fhir_operation(turn, call, kind, operation),
            ("POST", []) if kind == "Binary" => self.fhir_binary(turn, call),
            ("GET", [id]) => {
                let found = self.fhir_read(kind, id).ok_or_else(|| Refused::not_found("resource"))?;
                Ok(resource(StatusCode::OK, &found).with("etag", HeaderValue::from_static("W/\"1\"")))
            }
            _ => Err(unsupported()),
        }
    }

    /// A request's log: data model `FHIR.<Resource>`, the interaction as its event type.
    fn fhir_log(&mut self, turn: &mut Turn<'_>, call: &Call<'_>, kind: &str, what: &str) -> String {
        let new = NewLog {
            kind: LogKind::Request,
            source: call.source.clone(),
            destination: call.destination.clone(),
            data_model: format!("FHIR.{}", KINDS.into_iter().find(|known| *known == kind).unwrap_or("Unknown")),
            event_type: what.to_owned(),
            message: None,
            message_number: self.logs.next_message_number(),
            bytes: call.request.body.len(),
            facility_code: None,
        };
        self.logs.open(turn, new, self.config.limits.kept_max)
    }

    fn fhir_settle(&mut self, turn: &mut Turn<'_>, log: &str, answer: &Answer) {
        let status = answer.status.as_u16();
        self.logs.begin_attempt(turn, log);
        self.logs.end_attempt(
            log,
            turn.now,
            AttemptResult { status: Some(status), is_good: answer.status.is_success() },
        );
        let mut seen = Observed::new(turn.now, What::Answered);
        if let Some(log) = self.logs.get(log) {
            seen.event = Some(log.event());
            seen.source = Some(self.directory.source_name(&log.source).to_owned());
            seen.destination = Some(self.directory.destination_name(&log.destination).to_owned());
        }
        seen.log = Some(log.to_owned());
        seen.status = Some(status);
        turn.effects.observed.push(seen);
    }
}

/// What a request does, as the event type of its log: `read`, `search`, `create`, or the operation's name.
fn interaction(request: &Request, rest: &[&str]) -> String {
    match (request.method.as_str(), rest) {
        (_, [_, operation]) if operation.starts_with('$') => operation.trim_start_matches('$').to_owned(),
        ("POST", [_, "_search"]) | ("GET", [_]) => "search".to_owned(),
        ("POST", [_]) => "create".to_owned(),
        _ => "read".to_owned(),
    }
}
