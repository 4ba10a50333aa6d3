//! The platform API as far as a gateway needs it: environments, sources, destinations, subscriptions, logs.
//!
//! Source: Redox docs, "Redox Platform API". Reading only, but for changing and verifying a destination.

use crate::Emulator;
use crate::directory::{Destination, Source, VerificationMethod};
use crate::exchange::{Answer, Request, Response, Turn};
use crate::faults::Scope;
use crate::form;
use crate::logs::Log;
use crate::routing::catalogue::{same_event, same_model};
use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};

pub(crate) const PREFIX: &str = "/platform/";

/// Largest page of a list.
const PAGE_MAX: usize = 50;

/// Why a platform request is refused.
#[derive(Debug, thiserror::Error)]
enum PlatformError {
    #[error("not found")]
    NotFound,
    #[error("{0} is not valid")]
    Invalid(&'static str),
    #[error("{0}")]
    Verify(#[from] crate::verification::VerifyError),
}

impl Emulator {
    pub(crate) fn platform(&mut self, turn: &mut Turn<'_>, request: &Request, scope: &Scope) -> Response {
        if let Err(answer) = self.authorize(turn, request, scope) {
            return (*answer).into();
        }
        self.platform_payload(turn, request).unwrap_or_else(|error| {
            let status = match error {
                PlatformError::NotFound => StatusCode::NOT_FOUND,
                PlatformError::Invalid(_) | PlatformError::Verify(_) => StatusCode::BAD_REQUEST,
            };
            let body = json!({"meta": {"version": "1.0.0"}, "payload": {"error": error.to_string()}});
            Answer::json(status, &body).into()
        })
    }

    fn platform_payload(&mut self, turn: &mut Turn<'_>, request: &Request) -> Result<Response, PlatformError> {
        let segments: Vec<&str> = request.path[PREFIX.len()..].split('/').collect();
        let organization = self.directory.organization_id.to_string();
        let environment = self.directory.environment.id.clone();
        let is_own = |id: &str| if id == environment { Ok(()) } else { Err(PlatformError::NotFound) };
        match (request.method.as_str(), segments.as_slice()) {
            ("GET", ["v1", "organizations", id, rest @ ..]) if *id == organization => match rest {
                ["environments"] => page(request, "environments", vec![self.environment_element()]),
                ["logs"] => self.platform_logs(request, &json!({})),
                ["logs", id] => {
                    let log = self.logs.get(id).ok_or(PlatformError::NotFound)?;
                    payload(&json!({"result": log_element(log)}))
                }
                _ => Err(PlatformError::NotFound),
            },
            ("POST", ["v1", "environments", id, "logs", "search", "metadata"]) => {
                is_own(id)?;
                let body = serde_json::from_slice(&request.body).map_err(|_| PlatformError::Invalid("body"))?;
                self.platform_logs(request, &body)
            }
            ("GET", ["v1", "environments", id, "sources"]) => {
                is_own(id)?;
                page(request, "sources", self.directory.sources.iter().map(|one| self.source_element(one)).collect())
            }
            ("GET", ["v1", "environments", id, "destinations"]) => {
                is_own(id)?;
                let list = self.directory.destinations.iter().map(|one| self.destination_element(one)).collect();
                page(request, "destinations", list)
            }
            ("GET", ["v1", "environments", id, "subscriptions"]) => {
                is_own(id)?;
                page(request, "subscriptions", self.subscription_elements(request))
            }
            ("GET", ["v1", "sources", id]) => {
                let source = self.directory.source(id).ok_or(PlatformError::NotFound)?;
                payload(&json!({"source": self.source_element(source)}))
            }
            ("GET", ["v1", "destinations", id]) => {
                let destination = self.directory.destination(id).ok_or(PlatformError::NotFound)?;
                payload(&json!({"destination": self.destination_element(destination)}))
            }
            ("PATCH", ["v1", "destinations", id]) => {
                self.patch_destination(request, id)?;
                self.drive_destination(turn, id);
                let destination = self.directory.destination(id).ok_or(PlatformError::NotFound)?;
                payload(&json!({"destination": self.destination_element(destination)}))
            }
            ("POST", ["v1", "destinations", id, "verify"]) => {
                self.patch_destination(request, id)?;
                Ok(self.verify(turn, id)?)
            }
            _ => Err(PlatformError::NotFound),
        }
    }

    /// Takes `name`, `endpoint`, `verificationToken` and `verificationMethod` where they are given.
    fn patch_destination(&mut self, request: &Request, id: &str) -> Result<(), PlatformError> {
        let bytes: &[u8] = if request.body.is_empty() { b"{}" } else { &request.body };
        let body: Value = serde_json::from_slice(bytes).map_err(|_| PlatformError::Invalid("body"))?;
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        let method = match body.get("verificationMethod").and_then(Value::as_str) {
            None => None,
            Some("POST") => Some(VerificationMethod::Post),
            Some("GET") => Some(VerificationMethod::Get),
            Some(_) => return Err(PlatformError::Invalid("verificationMethod")),
        };
        let destination = self.directory.destination_mut(id).ok_or(PlatformError::NotFound)?;
        if let Some(url) = text("endpoint") {
            destination.is_verified &= destination.url.as_ref() == Some(&url);
            destination.url = Some(url);
        }
        destination.name = text("name").unwrap_or_else(|| destination.name.clone());
        destination.verification_token =
            text("verificationToken").unwrap_or_else(|| destination.verification_token.clone());
        destination.verification_method = method.unwrap_or(destination.verification_method);
        Ok(())
    }

    fn environment_reference(&self) -> Value {
        let environment = &self.directory.environment;
        json!({"id": environment.id, "environmentFlag": environment.environment_flag})
    }

    fn environment_element(&self) -> Value {
        let mut element = self.environment_reference();
        element["name"] = self.directory.environment.name.as_str().into();
        element["organization"] = json!({"id": self.directory.organization_id});
        element
    }

    fn source_element(&self, source: &Source) -> Value {
        json!({
            "id": source.id, "name": source.name, "environment": self.environment_reference(),
            "apiKey": source.api_key, "hasSecret": source.secret.is_some(),
        })
    }

    fn destination_element(&self, destination: &Destination) -> Value {
        json!({
            "id": destination.id, "name": destination.name, "environment": self.environment_reference(),
            "endpoint": destination.url, "authCredential": null,
        })
    }

    fn subscription_elements(&self, request: &Request) -> Vec<Value> {
        let query = request.query.as_deref().unwrap_or_default();
        let wanted = |name: &str, own: &str| form::value(query, name).is_none_or(|wanted| wanted == own);
        let flag = &self.directory.environment.environment_flag;
        let fits = self.directory.subscriptions.iter().filter(|link| {
            wanted("sourceId", &link.source)
                && wanted("destinationId", &link.destination)
                && form::value(query, "dataModel").is_none_or(|model| same_model(&model, &link.data_model))
        });
        let element = |link: &crate::directory::Subscription| {
            json!({
                "source": {"id": link.source, "environmentFlag": flag},
                "destination": {"id": link.destination, "environmentFlag": flag},
                "dataModel": link.data_model, "deletedAt": null,
            })
        };
        fits.map(element).collect()
    }

    /// Logs that fit the conditions of query and body, oldest first.
    fn platform_logs(&self, request: &Request, body: &Value) -> Result<Response, PlatformError> {
        let query = request.query.as_deref().unwrap_or_default();
        let wanted =
            |name: &str| form::value(query, name).or_else(|| body.get(name).and_then(Value::as_str).map(str::to_owned));
        let instant = |name: &'static str| {
            let parse = |text: String| text.parse::<Timestamp>().map_err(|_| PlatformError::Invalid(name));
            wanted(name).map(parse).transpose()
        };
        let (created_after, created_before) = (instant("createdAfter")?, instant("createdBefore")?);
        let (updated_after, updated_before) = (instant("updatedAfter")?, instant("updatedBefore")?);
        let (model, event) = (wanted("dataModel"), wanted("eventType"));
        let (source, destination) = (wanted("sourceId"), wanted("destinationId"));
        let (kind, status) = (wanted("type"), wanted("status"));
        let is_word = |wanted: &Option<String>, own: Value| wanted.as_ref().is_none_or(|wanted| own == wanted.as_str());
        let fits = |log: &&Log| {
            created_after.is_none_or(|after| log.created_at > after)
                && created_before.is_none_or(|before| log.created_at < before)
                && updated_after.is_none_or(|after| log.updated_at > after)
                && updated_before.is_none_or(|before| log.updated_at < before)
                && model.as_ref().is_none_or(|model| same_model(model, &log.data_model))
                && event.as_ref().is_none_or(|event| same_event(event, &log.event_type))
                && source.as_ref().is_none_or(|source| *source == log.source)
                && destination.as_ref().is_none_or(|destination| *destination == log.destination)
                && is_word(&kind, json!(log.kind))
                && is_word(&status, json!(log.status))
        };
        page(request, "results", self.logs.iter().filter(fits).map(log_element).collect())
    }
}

fn log_element(log: &Log) -> Value {
    let latest = log.attempts.back().map(|attempt| {
        let status = match attempt.result {
            None => "pending",
            Some(result) if result.is_good => "succeeded",
            Some(_) => "failed",
        };
        json!({"id": attempt.id, "attemptAt": format!("{:.3}", attempt.at), "status": status})
    });
    json!({
        "id": log.id, "type": log.kind, "status": log.status,
        "dataModel": log.data_model, "eventType": log.event_type,
        "source": {"id": log.source}, "destination": {"id": log.destination},
        "createdAt": format!("{:.3}", log.created_at), "updatedAt": format!("{:.3}", log.updated_at),
        "attempts": {"total": log.attempts_total, "latest": latest},
    })
}

#[expect(clippy::unnecessary_wraps, reason = "stands at the end of a chain of fallible steps")]
fn payload(payload: &Value) -> Result<Response, PlatformError> {
    Ok(Answer::json(StatusCode::OK, &json!({"meta": {"version": "1.0.0"}, "payload": payload})).into())
}

/// One page of a list: `_page` from 1, or `_cursor` as the position to go on from; `_count` up to 50.
fn page(request: &Request, name: &str, list: Vec<Value>) -> Result<Response, PlatformError> {
    let query = request.query.as_deref().unwrap_or_default();
    let number = |name: &'static str| {
        let parse = |text: String| text.parse::<usize>().map_err(|_| PlatformError::Invalid(name));
        form::value(query, name).map(parse).transpose()
    };
    let count = number("_count")?.unwrap_or(PAGE_MAX).clamp(1, PAGE_MAX);
    let page = number("_page")?.unwrap_or(1).max(1);
    let from = number("_cursor")?.unwrap_or((page - 1).saturating_mul(count));
    let total = list.len();
    let elements: Vec<Value> = list.into_iter().skip(from).take(count).collect();
    let next = from.saturating_add(elements.len());
    let cursor = (next < total).then(|| next.to_string());
    let meta = json!({
        "version": "1.0.0",
        "page": {"pageType": "offset", "currentPage": from / count + 1, "total": total, "nextCursor": cursor},
    });
    let body = json!({"meta": meta, "payload": {name: elements}});
    Ok(Answer::json(StatusCode::OK, &body).into())
}
