//! A message on its way to a destination, and the body that each attempt sends.

use crate::Emulator;
use crate::config::{DeliveryIds, EventDateTime};
use crate::logs::Log;
use crate::routing::meta::{Meta, payload};
use bytes::Bytes;
use http::HeaderValue;
use serde_json::{Map, Value, json};

/// What is delivered.
#[derive(Clone, Debug)]
pub(crate) enum Message {
    /// A data model message; its `Meta` is rebuilt for each destination and attempt.
    Shaped {
        data_model: String,
        event_type: String,
        /// `EventDateTime` as its sender wrote it.
        written_at: Option<Value>,
        /// Members of `Meta` that Redox passes on: `Test`, `FacilityCode`, `Extensions`, `CanceledEvent`, unknown ones.
        members: Map<String, Value>,
        /// Everything beside `Meta`, serialised as an object.
        payload: Bytes,
    },
    /// Bytes that go out exactly as they are.
    Verbatim(Bytes),
    /// A FHIR Bundle, which has no `Meta`.
    Bundle(Bytes),
}

/// Members of `Meta` that are Redox's to fill.
const REPLACED: [&str; 9] =
    ["DataModel", "EventType", "EventDateTime", "Source", "Destinations", "Logs", "Message", "Transmission", "Errors"];

impl Message {
    /// A message as a sender handed it in.
    pub(crate) fn from_sender(meta: &Meta, message: Value) -> Self {
        let mut members = meta.members.clone();
        members.retain(|name, _| !REPLACED.contains(&name.as_str()));
        Self::Shaped {
            data_model: meta.data_model.clone(),
            event_type: meta.event_type.clone(),
            written_at: meta.members.get("EventDateTime").filter(|at| at.is_string()).cloned(),
            members,
            payload: payload(message),
        }
    }

    /// Media type of its deliveries.
    pub(crate) fn content_type(&self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Bundle(_) => "application/fhir+json",
            _ => "application/json",
        })
    }

    /// Size without `Meta`.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Shaped { payload, .. } => payload.len(),
            Self::Verbatim(bytes) | Self::Bundle(bytes) => bytes.len(),
        }
    }

    /// A message that the emulator makes up.
    pub(crate) fn invented(data_model: &str, event_type: &str, payload: &Value) -> Self {
        let mut members = Map::new();
        members.insert("Test".to_owned(), true.into());
        members.insert("FacilityCode".to_owned(), Value::Null);
        Self::Shaped {
            data_model: data_model.to_owned(),
            event_type: event_type.to_owned(),
            written_at: None,
            members,
            payload: payload.to_string().into(),
        }
    }
}

impl Emulator {
    /// The body of a delivery: the same for every attempt but for the attempt's id.
    pub(crate) fn delivery_body(&self, message: &Message, log: &Log) -> Bytes {
        let (data_model, event_type, written_at, members, payload) = match message {
            Message::Verbatim(bytes) | Message::Bundle(bytes) => return bytes.clone(),
            Message::Shaped { data_model, event_type, written_at, members, payload } => {
                (data_model, event_type, written_at, members, payload)
            }
        };
        let mut meta = Map::new();
        meta.insert("DataModel".to_owned(), data_model.as_str().into());
        meta.insert("EventType".to_owned(), event_type.as_str().into());
        let sent_at = log.first_attempt_at.unwrap_or(log.created_at);
        let delivered_at = Value::String(format!("{sent_at:.3}"));
        let written = written_at.clone().filter(|_| self.config.switches.event_date_time == EventDateTime::Event);
        meta.insert("EventDateTime".to_owned(), written.unwrap_or(delivered_at));
        if let Some(test) = members.get("Test") {
            meta.insert("Test".to_owned(), test.clone());
        }
        let (source, destination) = (&log.source, &log.destination);
        meta.insert("Source".to_owned(), json!({"ID": source, "Name": self.directory.source_name(source)}));
        let name = self.directory.destination_name(destination);
        meta.insert("Destinations".to_owned(), json!([{"ID": destination, "Name": name}]));
        let ids = self.config.switches.delivery_ids;
        if matches!(ids, DeliveryIds::Logs | DeliveryIds::Both) {
            meta.insert("Logs".to_owned(), json!([self.log_ids(log)]));
        }
        if matches!(ids, DeliveryIds::Legacy | DeliveryIds::Both) {
            meta.insert("Message".to_owned(), json!({"ID": log.message_number}));
            meta.insert("Transmission".to_owned(), json!({"ID": log.transmission_number}));
        }
        for (name, value) in members {
            meta.entry(name.clone()).or_insert_with(|| value.clone());
        }
        splice(&Value::Object(meta), payload)
    }
}

/// `{"Meta": …}` followed by the payload's members, whose text stays as it is.
fn splice(meta: &Value, payload: &[u8]) -> Bytes {
    let mut body = format!("{{\"Meta\":{meta}").into_bytes();
    match payload.strip_prefix(b"{") {
        Some(b"}") | None => body.push(b'}'),
        Some(members) => {
            body.push(b',');
            body.extend_from_slice(members);
        }
    }
    body.into()
}

#[cfg(test)]
mod tests {
    use super::splice;
    use serde_json::json;

    #[test]
    fn payload_text_is_kept() {
        let body = splice(&json!({"a": 1}), br#"{"x":1.50,"y":[]}"#);
        assert_eq!(body, r#"{"Meta":{"a":1},"x":1.50,"y":[]}"#);
        assert_eq!(splice(&json!({}), b"{}"), r#"{"Meta":{}}"#);
    }
}
