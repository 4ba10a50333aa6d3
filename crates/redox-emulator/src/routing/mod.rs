//! `POST /endpoint` and `/query`: from a request to accepted logs, an answer, or a refusal.

/// Every data model and event type that Redox publishes.
pub(crate) mod catalogue;

/// The `Meta` of a message.
pub(crate) mod meta;

/// Synchronous requests.
mod query;

/// Replies in the configured shape.
pub(crate) mod reply;

pub(crate) use query::Asked;

use crate::Emulator;
use crate::exchange::{Answer, Request, Response, Turn};
use crate::faults::{FaultKind, Scope};
use crate::files::FileGone;
use crate::logs::{LogKind, NewLog};
use crate::message::Message;
use crate::observed::{Observed, What};
use crate::received::NewReceived;
use catalogue::{Mode, Published};
use http::{Method, StatusCode};
use jiff::Timestamp;
use meta::Meta;
use reply::{Refusal, error_element};
use serde_json::{Value, json};
use std::sync::Arc;

/// A message that passed every check and knows where it goes.
pub(crate) struct Routed {
    pub(crate) message: Value,
    pub(crate) meta: Meta,
    pub(crate) event: &'static Published,
    pub(crate) source: String,
    pub(crate) destinations: Vec<String>,
}

/// A refusal together with what can be echoed.
struct Refused {
    meta: Option<Meta>,
    source: Option<String>,
    refusal: Refusal,
}

impl Emulator {
    /// A data model request.
    pub(crate) fn endpoint(&mut self, turn: &mut Turn<'_>, request: &Request, scope: &Scope) -> Response {
        if request.method != Method::POST {
            return Answer::text(StatusCode::NOT_FOUND, "Not Found").into();
        }
        if request.is_oversized || request.body.len() > self.config.limits.body_bytes_max {
            return self.gateway_error(StatusCode::PAYLOAD_TOO_LARGE).into();
        }
        let grant = match self.authorize(turn, request, scope) {
            Ok(grant) => grant,
            Err(answer) => return (*answer).into(),
        };
        match self.route(turn.now, &request.body, &grant.sources) {
            Ok(routed) if routed.event.mode == Mode::Query => self.ask(turn, routed, scope),
            Ok(routed) => self.accept(turn, routed, &request.body, scope).into(),
            Err(refused) => {
                let mut seen = Observed::new(turn.now, What::Refused);
                seen.event = refused.meta.as_ref().map(Meta::event);
                seen.source = refused.source.as_deref().map(|id| self.directory.source_name(id).to_owned());
                seen.status = Some(StatusCode::BAD_REQUEST.as_u16());
                seen.detail = Some(refused.refusal.to_string());
                turn.effects.observed.push(seen);
                self.refusal(turn, refused.meta.as_ref(), refused.source.as_deref(), &refused.refusal).into()
            }
        }
    }

    /// Every check between a body and its destinations.
    fn route(&self, now: Timestamp, body: &[u8], sources: &[String]) -> Result<Routed, Box<Refused>> {
        let blank = |refusal| Box::new(Refused { meta: None, source: None, refusal });
        let mut message: Value = serde_json::from_slice(body).map_err(|_| blank(Refusal::NotJson))?;
        let meta = Meta::read(&message).ok_or_else(|| blank(Refusal::NoMeta))?;
        let source = choose_source(&meta, sources);
        let refuse = |refusal| Box::new(Refused { meta: Some(meta.clone()), source: source.clone().ok(), refusal });
        let source = source.clone().map_err(refuse)?;
        if meta.data_model.is_empty() {
            return Err(refuse(Refusal::MetaFieldMissing("DataModel")));
        }
        if meta.event_type.is_empty() {
            return Err(refuse(Refusal::MetaFieldMissing("EventType")));
        }
        let event = catalogue::find(&meta.data_model, &meta.event_type, self.config.strict)
            .ok_or_else(|| refuse(Refusal::UnknownEvent(meta.event())))?;
        if event.mode == Mode::Response {
            return Err(refuse(Refusal::ReplySent(meta.event())));
        }
        let is_one = |ids: &Vec<String>| event.mode != Mode::Query || ids.len() == 1;
        if !meta.destinations.as_ref().is_none_or(is_one) {
            return Err(refuse(Refusal::NotOneDestination));
        }
        let destinations = self.choose_destinations(&meta, &source).map_err(refuse)?;
        if !is_one(&destinations) {
            return Err(refuse(Refusal::NotOneDestination));
        }
        if let Some(field) = event.missing(&message) {
            let (data_model, event_type) = (meta.data_model.clone(), meta.event_type.clone());
            return Err(refuse(Refusal::FieldMissing { field, data_model, event_type }));
        }
        self.embed_files(&mut message, &source, now).map_err(|FileGone| refuse(Refusal::FileGone))?;
        Ok(Routed { message, meta, event, source, destinations })
    }

    /// The destinations named, each of them subscribed and willing; without names, leniently, every subscriber.
    fn choose_destinations(&self, meta: &Meta, source: &str) -> Result<Vec<String>, Refusal> {
        let Some(ids) = &meta.destinations else {
            if self.config.strict {
                return Err(Refusal::MetaFieldMissing("Destinations"));
            }
            let all = self.directory.subscribers(source, &meta.data_model, &meta.event_type);
            let all: Vec<String> = all.into_iter().map(|destination| destination.id.clone()).collect();
            return if all.is_empty() { Err(Refusal::NotSubscribed) } else { Ok(all) };
        };
        if ids.is_empty() {
            return Err(Refusal::NotSubscribed);
        }
        for id in ids {
            let destination = self.directory.destination(id).ok_or(Refusal::NotSubscribed)?;
            if !self.directory.is_subscribed(source, id, &meta.data_model) {
                return Err(Refusal::NotSubscribed);
            }
            if !destination.accepts(&meta.data_model, &meta.event_type) {
                return Err(Refusal::NotAccepted { destination: destination.name.clone(), event: meta.event() });
            }
        }
        Ok(ids.clone())
    }

    /// Stores an asynchronous message: one log per destination, then delivery behind the answer's back.
    fn accept(&mut self, turn: &mut Turn<'_>, routed: Routed, body: &bytes::Bytes, scope: &Scope) -> Answer {
        let Routed { message, meta, event: _, source, destinations } = routed;
        let message_number = self.logs.next_message_number();
        let message = Arc::new(Message::from_sender(&meta, message));
        let mut log_ids = Vec::with_capacity(destinations.len());
        for destination in &destinations {
            let new = NewLog {
                kind: LogKind::Send,
                source: source.clone(),
                destination: destination.clone(),
                data_model: meta.data_model.clone(),
                event_type: meta.event_type.clone(),
                message: Some(Arc::clone(&message)),
                message_number,
                bytes: body.len(),
                facility_code: meta.facility_code(),
            };
            log_ids.push(self.logs.open(turn, new, self.config.limits.kept_max));
        }
        self.received.note(
            NewReceived {
                at: turn.now,
                source: source.clone(),
                meta: &meta,
                destinations: destinations.clone(),
                logs: log_ids.clone(),
                body: body.clone(),
            },
            &self.config.limits,
        );
        // The answer shows the ids as they are on acceptance, before anything is delivered.
        let logs: Vec<_> = log_ids.iter().filter_map(|id| self.logs.get(id)).collect();
        let mut reply = self.reply_meta(&meta, &source, &logs, &meta.event_type);
        if self.strike(turn, FaultKind::AcceptedWithErrors, scope).is_some() {
            let error =
                error_element(turn, "Something went wrong after the message was stored", "transmission", "Send");
            reply.insert("Errors".to_owned(), json!([error]));
        }
        for (index, (log, destination)) in log_ids.iter().zip(&destinations).enumerate() {
            let mut seen = Observed::new(turn.now, What::Accepted);
            // Told once, however many destinations it has.
            seen.received = (index == 0).then_some(self.received.counts.accepted);
            seen.event = Some(meta.event());
            seen.source = Some(self.directory.source_name(&source).to_owned());
            seen.destination = Some(self.directory.destination_name(destination).to_owned());
            seen.log = Some(log.clone());
            turn.effects.observed.push(seen);
            self.hand_over(turn, log);
        }
        Answer::json(StatusCode::OK, &json!({"Meta": reply}))
    }
}

/// The source a message is sent as: the one named if the caller may, else the only one it has.
fn choose_source(meta: &Meta, allowed: &[String]) -> Result<String, Refusal> {
    match (&meta.source, allowed) {
        (Some(named), _) if allowed.contains(named) => Ok(named.clone()),
        (Some(_), _) => Err(Refusal::SourceForeign),
        (None, [only]) => Ok(only.clone()),
        (None, _) => Err(Refusal::SourceNeeded),
    }
}
