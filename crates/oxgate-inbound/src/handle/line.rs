//! One event on one line of JSON, for receivers that take no headers: files, queues, leases.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use oxgate_core::{DeliveryId, EventId};
use oxgate_store::view::EventRow;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

/// What stands in the headers of a webhook.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The delivery.
    pub delivery: DeliveryId,
    /// The attempt's number.
    pub attempt: u32,
    /// The event.
    pub event: &'a EventRow,
    /// Later ones of its lane have gone before it.
    pub out_of_order: bool,
    /// The questions that it answers.
    pub answers: &'a [EventId],
    /// The application's values of those.
    pub correlations: &'a [String],
}

/// Everything but the body.
pub fn facts(facts: &Facts<'_>) -> Value {
    let Facts { delivery, attempt, event, out_of_order, answers, correlations } = *facts;
    json!({
        "id": event.id,
        "delivery": delivery,
        "attempt": attempt,
        "endpoint": event.door,
        "data_model": event.address.model,
        "event_type": event.address.event_type,
        "source": event.address.source,
        "destination": event.address.destination,
        "facility": event.address.facility,
        "accepted_at": event.accepted_at.to_string(),
        "flags": event.flags.names(),
        "parent": event.parent,
        "out_of_order": out_of_order,
        "answers": answers,
        "correlations": correlations,
        "bytes": event.body_bytes,
        "content_type": event.content_type,
    })
}

/// The facts with the body as one line. A JSON body stands in `body` as it came, but for line breaks between its tokens,
/// which become spaces; anything else stands in `body_base64`.
pub fn with_body(facts: &Value, body: &[u8]) -> Vec<u8> {
    let mut line = facts.to_string().into_bytes();
    // The facts are an object, so the last byte is its closing brace.
    line.pop();
    if serde_json::from_slice::<IgnoredAny>(body).is_ok() {
        line.extend_from_slice(b",\"body\":");
        // JSON escapes line breaks inside strings, so these stand between tokens (RFC 8259 §2, §7).
        line.extend(body.iter().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { *byte }));
    } else {
        line.extend_from_slice(b",\"body_base64\":\"");
        line.extend_from_slice(STANDARD.encode(body).as_bytes());
        line.push(b'"');
    }
    line.push(b'}');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_stands_as_it_came_on_one_line() {
        let facts = json!({ "id": "evt_1" });
        let line = with_body(&facts, b"{\n  \"n\": 1.10,\r\n  \"s\": \"a\\nb\"\n}");
        assert_eq!(String::from_utf8_lossy(&line), r#"{"id":"evt_1","body":{   "n": 1.10,    "s": "a\nb" }}"#);
        assert_eq!(with_body(&facts, b"MSH|^~"), br#"{"id":"evt_1","body_base64":"TVNIfF5+"}"#);
        assert_eq!(with_body(&facts, b"\xff"), br#"{"id":"evt_1","body_base64":"/w=="}"#);
    }
}
