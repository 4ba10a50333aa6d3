//! The replies of `/endpoint` and `/query`: `Meta` with logs or errors, in the shape that the switches choose.

use super::meta::Meta;
use crate::Emulator;
use crate::config::{IdType, ReplyShape, SuccessErrors};
use crate::exchange::{Answer, Turn};
use crate::logs::Log;
use http::StatusCode;
use serde_json::{Map, Value, json};

/// Where a dashboard link in an error text points.
const SUBSCRIPTIONS_LINK: &str = "https://dashboard.redoxengine.com/#/subscriptions";

/// Why a message is not accepted, as an element of `Meta.Errors`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("Request body is not valid JSON")]
    NotJson,
    #[error("Meta is missing")]
    NoMeta,
    #[error("Required field missing - Meta.{0}")]
    MetaFieldMissing(&'static str),
    #[error("Unknown event type {0}")]
    UnknownEvent(String),
    #[error("{0} is the reply to a query and cannot be sent on its own")]
    ReplySent(String),
    #[error("Required field missing - {field} in {data_model}:{event_type}")]
    FieldMissing { field: &'static str, data_model: String, event_type: String },
    #[error("Meta.Source.ID is required: this API key may act for several sources")]
    SourceNeeded,
    #[error("Meta.Source.ID is not a source of this API key")]
    SourceForeign,
    #[error(
        "No subscriptions. Meta.Destinations needs to contain a destination from existing subscriptions: {SUBSCRIPTIONS_LINK}"
    )]
    NotSubscribed,
    #[error("{destination} does not accept {event}")]
    NotAccepted { destination: String, event: String },
    #[error("Uploaded file not found: its URI has expired, or it belongs to another source")]
    FileGone,
    #[error("A synchronous request needs exactly one destination in Meta.Destinations")]
    NotOneDestination,
}

impl Refusal {
    /// `Type` and `Module` of the error.
    fn origin(&self) -> (&'static str, &'static str) {
        match self {
            Self::NotSubscribed | Self::NotAccepted { .. } | Self::NotOneDestination => ("message", "Subscriptions"),
            Self::SourceNeeded | Self::SourceForeign => ("message", "Sources"),
            _ => ("message", "DataModels"),
        }
    }
}

/// A failure behind Redox, reported inside the reply to a query.
#[derive(Clone, Debug)]
pub(crate) struct TargetFailure {
    pub(crate) text: String,
    /// `transmission` or `query`.
    pub(crate) kind: &'static str,
    pub(crate) status: Option<u16>,
}

impl Emulator {
    /// A 400 with the echo of `Meta` and one error.
    pub(crate) fn refusal(
        &mut self,
        turn: &mut Turn<'_>,
        meta: Option<&Meta>,
        source: Option<&str>,
        refusal: &Refusal,
    ) -> Answer {
        let (kind, module) = refusal.origin();
        let error = error_element(turn, &refusal.to_string(), kind, module);
        let mut members = Map::new();
        if let Some(meta) = meta {
            self.echo(&mut members, meta, source, true);
        }
        members.insert("Errors".to_owned(), json!([error]));
        if meta.is_some() {
            let (log, attempt, message) = (turn.rng.uuid(), turn.rng.uuid(), self.logs.next_message_number());
            match self.config.switches.reply_shape {
                ReplyShape::Today => {
                    members.insert("Logs".to_owned(), json!([{"ID": log, "AttemptID": attempt}]));
                }
                ReplyShape::Year2020 => {
                    members.insert("Message".to_owned(), json!({"ID": message}));
                }
            }
        }
        Answer::json(StatusCode::BAD_REQUEST, &json!({"Meta": members}))
    }

    /// The `Meta` of a reply to an accepted message.
    pub(crate) fn reply_meta(&self, meta: &Meta, source: &str, logs: &[&Log], event_type: &str) -> Map<String, Value> {
        let mut members = Map::new();
        let is_today = self.config.switches.reply_shape == ReplyShape::Today;
        self.echo(&mut members, meta, Some(source), is_today);
        members.insert("EventType".to_owned(), event_type.into());
        let names = logs.iter().map(|log| {
            let name = self.directory.destination_name(&log.destination);
            json!({"ID": log.destination, "Name": name})
        });
        members.insert("Destinations".to_owned(), names.collect());
        match (is_today, logs.first()) {
            (true, _) => {
                let list = logs.iter().map(|log| self.log_ids(log)).collect();
                members.insert("Logs".to_owned(), list);
            }
            (false, Some(log)) => {
                members.insert("Message".to_owned(), json!({"ID": log.message_number}));
            }
            (false, None) => {}
        }
        if self.config.switches.success_errors == SuccessErrors::Empty {
            members.insert("Errors".to_owned(), json!([]));
        }
        members
    }

    /// A query's reply: the payload's members first, `Meta` last, as recorded.
    pub(crate) fn query_reply(payload: Value, meta: Map<String, Value>) -> Answer {
        let mut body = match payload {
            Value::Object(members) => members,
            _ => Map::new(),
        };
        body.insert("Meta".to_owned(), Value::Object(meta));
        Answer::json(StatusCode::OK, &Value::Object(body))
    }

    /// `{ID, AttemptID}` of a log's latest attempt, in the configured type.
    pub(crate) fn log_ids(&self, log: &Log) -> Value {
        match self.config.switches.ids {
            IdType::Uuid => json!({"ID": log.id, "AttemptID": log.latest_attempt_id()}),
            IdType::Integer => {
                json!({"ID": log.transmission_number, "AttemptID": log.transmission_number * 1000 + u64::from(log.latest_attempt_number())})
            }
        }
    }

    /// Data model, event type, source and destinations, with the names that Redox fills in.
    fn echo(&self, members: &mut Map<String, Value>, meta: &Meta, source: Option<&str>, has_source_name: bool) {
        members.insert("DataModel".to_owned(), meta.data_model.as_str().into());
        members.insert("EventType".to_owned(), meta.event_type.as_str().into());
        if let Some(id) = source {
            let mut element = json!({"ID": id});
            if has_source_name && let Some(source) = self.directory.source(id) {
                element["Name"] = source.name.as_str().into();
            }
            members.insert("Source".to_owned(), element);
        }
        if let Some(ids) = &meta.destinations {
            let element = |id: &String| match self.directory.destination(id) {
                Some(destination) => json!({"ID": id, "Name": destination.name}),
                None => json!({"ID": id}),
            };
            members.insert("Destinations".to_owned(), ids.iter().map(element).collect());
        }
    }
}

/// One element of `Meta.Errors`; ids are numbers of eight digits, as recorded.
pub(crate) fn error_element(turn: &mut Turn<'_>, text: &str, kind: &str, module: &str) -> Value {
    json!({"ID": 80_000_000 + turn.rng.below(10_000_000), "Text": text, "Type": kind, "Module": module})
}
