//! Control of what travels: logs, received messages, deliveries on demand, queues.

use super::{ControlError, Controlled, no_such_address, number, ok, parameter, read};
use crate::Emulator;
use crate::directory::Behaviour;
use crate::exchange::{Request, Turn};
use crate::logs::{Log, LogKind, NewLog};
use crate::message::Message;
use crate::queue::QueueKey;
use crate::received::Received;
use crate::routing::Asked;
use crate::routing::catalogue::{self, Mode, same_event, same_model};
use crate::routing::meta::Meta;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Most elements that a list gives unless asked for fewer.
const LIST_MAX: u64 = 10_000;

/// A message to be delivered on demand.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Deliver {
    /// Destination id; the first endpoint if absent.
    destination: Option<String>,
    /// Source id; that of the simulated EHR if absent.
    source: Option<String>,
    /// The message: an object with `Meta`, or with `verbatim` anything; a string then stands for its text.
    body: Value,
    /// Send the body as it is: no `Meta` is filled in.
    #[serde(default)]
    verbatim: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WhichQueues {
    source: Option<String>,
    destination: Option<String>,
    data_model: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Redeliver {
    count: Option<u32>,
}

impl Emulator {
    pub(super) fn control_traffic(&mut self, turn: &mut Turn<'_>, request: &Request, segments: &[&str]) -> Controlled {
        match (request.method.as_str(), segments) {
            ("GET", ["logs"]) => self.list_logs(request),
            ("GET", ["logs", id]) => ok(&json!(self.known_log(id)?)),
            ("POST", ["logs", id, "redeliver"]) => self.redeliver(turn, request, id),
            ("GET", ["received"]) => self.list_received(request),
            ("POST", ["deliver"]) => self.deliver(turn, request),
            ("GET", ["queues"]) => ok(&self.list_queues()),
            ("POST", ["queues", act @ ("pause" | "resume")]) => self.steer_queues(turn, request, act),
            _ => no_such_address(request),
        }
    }

    fn known_log(&self, id: &str) -> Result<&Log, ControlError> {
        self.logs.get(id).ok_or_else(|| ControlError::Unknown { what: "log", id: id.to_owned() })
    }

    /// Logs, newest first, filtered by query parameters, with counts over everything received.
    fn list_logs(&self, request: &Request) -> Controlled {
        let wanted = |name: &str, own: &str| parameter(request, name).is_none_or(|wanted| wanted == own);
        let limit = usize::try_from(number(request, "limit")?.unwrap_or(LIST_MAX)).unwrap_or(usize::MAX);
        let model = parameter(request, "data_model");
        let event = parameter(request, "event_type");
        let status = parameter(request, "status");
        let kind = parameter(request, "type");
        let is_word = |wanted: &Option<String>, own: Value| wanted.as_ref().is_none_or(|wanted| own == wanted.as_str());
        let fits = |log: &&Log| {
            wanted("source", &log.source)
                && wanted("destination", &log.destination)
                && model.as_ref().is_none_or(|model| same_model(model, &log.data_model))
                && event.as_ref().is_none_or(|event| same_event(event, &log.event_type))
                && is_word(&status, json!(log.status))
                && is_word(&kind, json!(log.kind))
        };
        let logs: Vec<&Log> = self.logs.iter().rev().filter(fits).take(limit).collect();
        ok(&json!({"logs": logs, "received": self.received.counts}))
    }

    /// Received messages, oldest first, with their bodies as long as these are kept.
    fn list_received(&self, request: &Request) -> Controlled {
        let after = number(request, "after")?.unwrap_or(0);
        let limit = usize::try_from(number(request, "limit")?.unwrap_or(LIST_MAX)).unwrap_or(usize::MAX);
        let model = parameter(request, "data_model");
        let event = parameter(request, "event_type");
        let has_bodies = parameter(request, "bodies").as_deref() != Some("false");
        let only_repeats = parameter(request, "repeats").as_deref() == Some("true");
        let fits = |one: &&Received| {
            one.number > after
                && model.as_ref().is_none_or(|model| same_model(model, &one.data_model))
                && event.as_ref().is_none_or(|event| same_event(event, &one.event_type))
                && (!only_repeats || one.occurrence > 1)
        };
        let element = |one: &Received| {
            let mut element = json!(one);
            if has_bodies {
                let body = one.body.as_ref().and_then(|body| serde_json::from_slice(body).ok());
                element["body"] = body.unwrap_or_default();
            }
            element
        };
        let list: Value = self.received.iter().filter(fits).take(limit).map(element).collect();
        ok(&json!({"received": list, "counts": self.received.counts}))
    }

    /// Delivers a log again: same log id, new attempt id.
    fn redeliver(&mut self, turn: &mut Turn<'_>, request: &Request, id: &str) -> Controlled {
        let wanted: Redeliver = read(request)?;
        let log = self.known_log(id)?;
        let is_endpoint = self.behaviour(&log.destination) == Some(Behaviour::Endpoint);
        if log.message.is_none() || !is_endpoint {
            return Err(ControlError::NotRedeliverable(id.to_owned()));
        }
        let key = QueueKey {
            source: log.source.clone(),
            destination: log.destination.clone(),
            data_model: log.data_model.clone(),
        };
        let count = wanted.count.unwrap_or(1);
        for _ in 0..count {
            self.enqueue_again(turn, &key, id);
        }
        ok(&json!({"log": id, "redeliveries": count}))
    }

    fn behaviour(&self, destination: &str) -> Option<Behaviour> {
        self.directory.destination(destination).map(|destination| destination.behaviour)
    }

    /// Delivers a given message, without asking for a subscription. A synchronous request is answered with what the
    /// destination answers.
    fn deliver(&mut self, turn: &mut Turn<'_>, request: &Request) -> Controlled {
        let wanted: Deliver = read(request)?;
        let endpoint = || self.directory.destinations.iter().find(|one| one.behaviour == Behaviour::Endpoint);
        let first = || endpoint().map(|destination| destination.id.clone());
        let destination = wanted.destination.or_else(first).unwrap_or_default();
        if self.directory.destination(&destination).is_none() {
            return Err(ControlError::Unknown { what: "destination", id: destination });
        }
        let source = wanted.source.or_else(|| crate::ehr::ehr_source(&self.directory)).unwrap_or_default();
        let meta = Meta::read(&wanted.body).filter(|meta| !meta.data_model.is_empty() && !meta.event_type.is_empty());
        let message = match (&meta, wanted.verbatim) {
            (_, true) => Message::Verbatim(text(wanted.body)),
            (Some(meta), false) => Message::from_sender(meta, wanted.body),
            (None, false) => return Err(ControlError::NoMeta),
        };
        let meta = meta.unwrap_or_default();
        let event = catalogue::find(&meta.data_model, &meta.event_type, false);
        let query = event.filter(|event| event.mode == Mode::Query);
        let kind = match (query, meta.data_model.is_empty()) {
            (Some(_), _) => LogKind::Respond,
            (None, true) => LogKind::Unknown,
            (None, false) => LogKind::Receive,
        };
        let message = Arc::new(message);
        let new = NewLog {
            kind,
            source: source.clone(),
            destination: destination.clone(),
            data_model: meta.data_model.clone(),
            event_type: meta.event_type.clone(),
            message: query.is_none().then(|| Arc::clone(&message)),
            message_number: self.logs.next_message_number(),
            bytes: request.body.len(),
            facility_code: meta.facility_code(),
        };
        let Some(event) = query else {
            let log = self.post(turn, new);
            return ok(&json!({"log": log}));
        };
        let log = self.logs.open(turn, new, self.config.limits.kept_max);
        let reply = event.reply.unwrap_or(event.event_type);
        let asked = Asked { ticket: self.next_ticket(), meta, source, log, reply, is_bare: true };
        Ok(self.ask_endpoint(turn, asked, &destination, &message))
    }

    fn list_queues(&self) -> Value {
        let element = |(key, queue): (&QueueKey, &crate::queue::Queue)| {
            json!({
                "source": key.source, "destination": key.destination, "data_model": key.data_model,
                "length": queue.entries.len(), "state": queue.state, "failures": queue.failures,
                "is_paused": queue.is_paused, "head": queue.entries.front().map(|entry| &entry.log),
            })
        };
        json!({"queues": self.queues.iter().map(element).collect::<Vec<_>>()})
    }

    /// Pauses or resumes the queues that fit; all of them if nothing is named.
    fn steer_queues(&mut self, turn: &mut Turn<'_>, request: &Request, act: &str) -> Controlled {
        let which: WhichQueues = read(request)?;
        let fits = |key: &&QueueKey| {
            which.source.as_ref().is_none_or(|source| *source == key.source)
                && which.destination.as_ref().is_none_or(|destination| *destination == key.destination)
                && which.data_model.as_ref().is_none_or(|model| same_model(model, &key.data_model))
        };
        let keys: Vec<QueueKey> = self.queues.keys().filter(fits).cloned().collect();
        for key in &keys {
            match act {
                "pause" => self.pause(key),
                _ => self.resume(turn, key),
            }
        }
        ok(&json!({"queues": keys.len()}))
    }
}

/// The bytes that a JSON value stands for: a string for its text, anything else for its serialised form.
fn text(body: Value) -> Bytes {
    match body {
        Value::String(text) => text.into(),
        other => other.to_string().into(),
    }
}
