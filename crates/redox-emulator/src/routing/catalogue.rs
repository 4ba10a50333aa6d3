//! Every data model and event type that Redox publishes: how it travels, what answers it, which fields it must have.

use serde_json::Value;
use std::sync::LazyLock;

/// How an event travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Stored by Redox and delivered later.
    Async,
    /// Asked and answered on one connection.
    Query,
    /// The answer to a query; never sent on its own.
    Response,
}

/// What is published about one event type.
#[derive(Debug)]
pub(crate) struct Published {
    pub(crate) data_model: &'static str,
    pub(crate) event_type: &'static str,
    pub(crate) mode: Mode,
    /// Event type of the reply to a query.
    pub(crate) reply: Option<&'static str>,
    /// Paths that must be present; `[]` stands for every element of an array.
    required: Vec<&'static str>,
}

static EVENTS: LazyLock<Vec<Published>> = LazyLock::new(|| {
    include_str!("catalogue.txt").lines().filter(|line| !line.starts_with('#')).filter_map(read_line).collect()
});

fn read_line(line: &'static str) -> Option<Published> {
    let mut words = line.split_whitespace();
    let (data_model, event_type, mode, reply) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let mode = match mode {
        "query" => Mode::Query,
        "response" => Mode::Response,
        _ => Mode::Async,
    };
    let reply = (reply != "-").then_some(reply);
    Some(Published { data_model, event_type, mode, reply, required: words.collect() })
}

/// The data models, in catalogue order.
pub(crate) fn models() -> impl Iterator<Item = &'static str> {
    let mut last = "";
    EVENTS.iter().filter_map(move |event| {
        let is_new = event.data_model != last;
        last = event.data_model;
        is_new.then_some(last)
    })
}

/// Whether two spellings name the same data model: `Clinical Summary` is also written without the space.
pub(crate) fn same_model(one: &str, other: &str) -> bool {
    equal_without(b' ', one, other)
}

/// Whether two spellings name the same event type: case and hyphens vary between real senders (`Preadmit`, `Sign-on`).
pub(crate) fn same_event(one: &str, other: &str) -> bool {
    equal_without(b'-', one, other)
}

/// Whether a name means this message: a data model (`Order`, `FHIR.Patient`) or one of its event types (`Order.New`).
pub(crate) fn names(name: &str, data_model: &str, event_type: &str) -> bool {
    let is_event = |(model, event): (&str, &str)| same_model(model, data_model) && same_event(event, event_type);
    same_model(name, data_model) || name.rsplit_once('.').is_some_and(is_event)
}

/// Equality that ignores ASCII case and one character. Asked many times for each message, hence without copies.
fn equal_without(ignored: u8, one: &str, other: &str) -> bool {
    let is_letter = |byte: &u8| *byte != ignored;
    let one = one.bytes().filter(is_letter).map(|byte| byte.to_ascii_lowercase());
    one.eq(other.bytes().filter(is_letter).map(|byte| byte.to_ascii_lowercase()))
}

/// Looks an event type up. Strictly, case counts.
pub(crate) fn find(data_model: &str, event_type: &str, is_strict: bool) -> Option<&'static Published> {
    EVENTS.iter().find(|event| {
        let is_event =
            if is_strict { event.event_type == event_type } else { same_event(event.event_type, event_type) };
        is_event && same_model(event.data_model, data_model)
    })
}

impl Published {
    /// The first required field that the message lacks.
    pub(crate) fn missing(&self, message: &Value) -> Option<&'static str> {
        self.required.iter().copied().find(|path| !has(message, path))
    }
}

/// Whether the path is there; under an array, in every element. Null counts as absent.
fn has(value: &Value, path: &str) -> bool {
    let (head, rest) = path.split_once('.').map_or((path, None), |(head, rest)| (head, Some(rest)));
    let (name, is_list) = head.strip_suffix("[]").map_or((head, false), |name| (name, true));
    match (value.get(name), rest) {
        (None | Some(Value::Null), _) => false,
        (Some(Value::Array(items)), Some(rest)) if is_list => items.iter().all(|item| has(item, rest)),
        (Some(inner), Some(rest)) => has(inner, rest),
        (Some(_), None) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::{EVENTS, Mode, find, models, same_model};
    use serde_json::json;

    #[test]
    fn catalogue_is_whole() {
        assert_eq!(models().count(), 24);
        assert_eq!(EVENTS.len(), 111);
        assert_eq!(EVENTS.iter().filter(|event| event.mode == Mode::Query).count(), 21);
        assert!(EVENTS.iter().filter(|event| event.mode == Mode::Query).all(|event| event.reply.is_some()));
    }

    #[test]
    fn spellings_of_real_senders_are_found() {
        assert!(same_model("Clinical Summary", "ClinicalSummary"));
        assert_eq!(find("PatientAdmin", "Preadmit", false).unwrap().event_type, "PreAdmit");
        assert!(find("PatientAdmin", "Preadmit", true).is_none());
        assert!(find("PatientAdmin", "Teleport", false).is_none());
    }

    #[test]
    fn missing_fields_are_named_by_path() {
        let device = find("Device", "New", false).unwrap();
        assert_eq!(device.missing(&json!({"Device": {}, "Observations": []})), Some("Device.ID"));
        assert_eq!(device.missing(&json!({"Device": {"ID": "x"}, "Observations": []})), None);
        let order = find("Order", "New", false).unwrap();
        let nameless =
            json!({"Patient": {"Identifiers": [{"ID": "1", "IDType": "MR"}, {"ID": "2"}]}, "Order": {"ID": "3"}});
        assert_eq!(order.missing(&nameless), Some("Patient.Identifiers[].IDType"));
        assert_eq!(order.missing(&json!({"Patient": {"Identifiers": []}, "Order": {"ID": null}})), Some("Order.ID"));
    }
}
