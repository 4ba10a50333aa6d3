//! Typed messages: lenient reading, nothing lost on the way back, and what building one looks like.
#![cfg(feature = "models")]

use proptest::prelude::*;
use redox_model::{
    Kind, catalogue,
    models::{self, order, patient_admin, results, shared},
    sample,
    typed::{self, Event, MAX_OBJECTS, Number, Read, ReadError, Shape, Visitor},
    validate::{Level, Rule, validate},
};
use serde_json::{Value, json};

fn read<T: Shape>(value: &Value) -> Read<T> {
    typed::read(value.to_string().as_bytes()).expect("readable")
}

fn notes<T>(read: &Read<T>) -> Vec<(&str, Rule)> {
    read.notes.iter().map(|note| (note.path.as_str(), note.rule)).collect()
}

/// Reads a message as its type; tells how many notes there were, and the message written again, twice.
struct RoundTrip(Value);

impl Visitor for RoundTrip {
    type Output = (usize, Value, Value);

    fn visit<T: Event>(self) -> Self::Output {
        let Read { message, notes, .. } = read::<T>(&self.0);
        let by_serde = serde_json::to_value(&message).expect("serialises");
        assert!(serde_json::from_value::<T>(by_serde.clone()).expect("deserialises") == message);
        (notes.len(), serde_json::from_str(&message.to_json()).expect("JSON"), by_serde)
    }
}

/// Without nulls.
fn pruned(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name, pruned(value)))
            .collect(),
        Value::Array(items) => items.into_iter().map(pruned).collect(),
        other => other,
    }
}

#[test]
fn every_event_type_is_read_and_written_without_loss() {
    for event in catalogue::events() {
        for (seed, minimal) in [(1, false), (2, true)] {
            let mut message = sample::build(event, seed, minimal);
            message["Extra"] = json!({ "kept": [1, null, { "a": "\u{e9}" }] });
            message["Meta"]["Extensions"] = json!({ "x": { "string": "y" } });
            let (notes, written, by_serde) = models::visit(event, RoundTrip(message.clone()));
            assert_eq!(notes, 0, "{event}");
            let expected = pruned(message);
            assert_eq!(pruned(written), expected, "{event}");
            assert_eq!(pruned(by_serde), expected, "{event}");
        }
    }
}

#[test]
fn an_order_is_built_in_few_lines() {
    let text = |text: &str| Some(text.to_owned());
    let order = order::New {
        meta: shared::Meta {
            test: Some(true),
            destinations: vec![shared::System { name: text("Sample Laboratory"), ..Default::default() }],
            ..Default::default()
        },
        patient: shared::Patient {
            identifiers: vec![shared::PatientIdentifier {
                id: "0042".into(),
                id_type: "MR".into(),
                ..Default::default()
            }],
            demographics: Some(shared::Demographics {
                first_name: text("Testina"),
                last_name: text("Sampleton"),
                dob: text("2008-01-06"),
                ..Default::default()
            }),
            ..Default::default()
        },
        order: order::Order {
            id: "o-1".into(),
            status: text("New"),
            procedure: Some(shared::DescribedCode {
                code: text("24321-2"),
                codeset: text("LOINC"),
                ..Default::default()
            }),
            ..Default::default()
        },
        ..Default::default()
    };
    let json = order.to_json();
    let report = validate(json.as_bytes(), Level::Strict);
    assert_eq!((report.event, report.problems), (catalogue::find("Order", "New"), vec![]));
    assert_eq!(typed::read::<order::New>(json.as_bytes()).expect("readable").message.order, order.order);
}

#[test]
fn scalars_of_another_type_are_coerced_with_a_note() {
    let message = json!({
        "Meta": { "DataModel": "PatientAdmin", "EventType": "Arrival", "Test": "TRUE", "Message": { "ID": "6352609957" } },
        "Patient": { "Identifiers": [{ "ID": 42, "IDType": true }], "Demographics": null },
        "Visit": { "VisitNumber": 9_007_199_254_740_993_i64 },
    });
    let read = read::<patient_admin::Arrival>(&message);
    let Read { message: arrival, .. } = &read;
    assert_eq!(arrival.meta.test, Some(true));
    assert_eq!(
        arrival.meta.message.as_ref().and_then(|message| message.id.as_ref()).and_then(Number::as_i64),
        Some(6_352_609_957)
    );
    assert_eq!(
        (arrival.patient.identifiers[0].id.as_str(), arrival.patient.identifiers[0].id_type.as_str()),
        ("42", "true")
    );
    assert_eq!(arrival.visit.as_ref().and_then(|visit| visit.visit_number.as_deref()), Some("9007199254740993"));
    assert_eq!(
        notes(&read),
        [
            ("$.Meta.Test", Rule::Coerced),
            ("$.Meta.Message.ID", Rule::Coerced),
            ("$.Patient.Identifiers[0].ID", Rule::Coerced),
            ("$.Patient.Identifiers[0].IDType", Rule::Coerced),
            ("$.Patient.Demographics", Rule::Null),
            ("$.Visit.VisitNumber", Rule::Coerced),
        ]
    );
}

#[test]
fn what_fits_no_field_is_kept_in_its_own_words() {
    let body = r#"{"Meta":{"DataModel":"Results","EventType":"New","Source":"s","Test":"maybe","New":1.10},
        "Patient":{"Identifiers":{"ID":"1"},"Notes":["a",null,{"b":1e2}]},"Orders":[{"ID":"1","Results":7}], "Foo" : [ 1 ] }"#;
    let Read { message, notes, .. } = typed::read::<results::New>(body.as_bytes()).expect("readable");
    assert_eq!(message.meta.other.get("Source"), Some("\"s\""));
    assert_eq!(message.meta.other.get("New"), Some("1.10"));
    assert_eq!(message.patient.other.get("Notes"), Some(r#"["a",null,{"b":1e2}]"#));
    assert!(message.patient.notes.is_empty(), "an array is kept whole or taken whole");
    assert_eq!(message.other.get("Foo"), Some("[ 1 ]"));
    let kept: Vec<_> = notes.iter().filter(|note| note.rule == Rule::Type).map(|note| note.path.as_str()).collect();
    assert_eq!(
        kept,
        ["$.Meta.Source", "$.Meta.Test", "$.Patient.Identifiers", "$.Patient.Notes", "$.Orders[0].Results",]
    );
    let tree = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
    let mut written = tree(&message.to_json());
    // Required members that were absent are written empty; nothing else is new, and nothing is gone.
    written["Orders"][0].as_object_mut().expect("object").shift_remove("Status");
    assert_eq!(written, tree(body));
}

#[test]
fn a_name_that_is_no_text_is_not_written_over() {
    let body = r#"{"Meta":{"DataModel":"Order","EventType":{"ID":"x"}}}"#;
    let mut message = typed::read::<order::New>(body.as_bytes()).expect("readable").message;
    message.name_meta();
    assert_eq!((message.meta.data_model.as_str(), message.meta.event_type.as_str()), ("Order", ""));
    let written = message.to_json();
    assert!(written.contains(r#""EventType":{"ID":"x"}"#) && written.matches("EventType").count() == 1, "{written}");
    assert!(typed::read::<order::New>(written.as_bytes()).expect("readable").message == message);
}

#[test]
fn a_meta_that_is_no_object_stays_as_it_is() {
    let mut read = read::<order::New>(&json!({"Meta": [{"DataModel": "Order"}]}));
    let before = read.message.clone();
    read.message.name_meta();
    assert_eq!(read.message, before, "names that nobody would see");
    assert!(read.message.to_json().contains(r#""Meta":[{"DataModel":"Order"}]"#));
}

#[test]
fn the_last_of_two_members_counts() {
    for (body, expected) in [
        (r#"{"Order":{"ID":[],"ID":"x"}}"#, r#""ID":"x""#),
        (r#"{"Order":{"ID":"x","ID":[]}}"#, r#""ID":[]"#),
        (r#"{"Order":{"ID":"x","ID":"y"}}"#, r#""ID":"y""#),
    ] {
        let written = typed::read::<order::New>(body.as_bytes()).expect("readable").message.to_json();
        assert!(written.contains(expected) && written.matches("\"ID\"").count() == 1, "{written}");
    }
}

#[test]
fn numbers_keep_their_text() {
    let body = r#"{"Meta":{"Message":{"ID":18446744073709551617},"Transmission":{"ID":1.500}}}"#;
    let Read { message, .. } = typed::read::<order::New>(body.as_bytes()).expect("readable");
    let id = |reference: &Option<shared::NumericReference>| {
        reference.clone().and_then(|reference| reference.id).expect("read")
    };
    assert_eq!(
        (id(&message.meta.message).as_str(), id(&message.meta.message).as_i64()),
        ("18446744073709551617", None)
    );
    assert_eq!(
        (id(&message.meta.transmission).as_str(), id(&message.meta.transmission).as_f64()),
        ("1.500", Some(1.5))
    );
    assert!(message.to_json().contains(r#""Message":{"ID":18446744073709551617},"Transmission":{"ID":1.500}"#));
    for text in ["1", "-0.5e3", "18446744073709551617"] {
        assert_eq!(Number::parse(text).as_ref().map(Number::as_str), Some(text));
    }
    for text in ["", " 1", "1 ", "01", "x", "1,", "NaN", "\"1\""] {
        assert_eq!(Number::parse(text), None, "{text:?}");
    }
}

#[test]
fn what_is_no_object_is_refused_by_position() {
    let refused = |body: &str| typed::read::<order::New>(body.as_bytes()).expect_err("refused");
    assert_eq!(refused("[]"), ReadError::NotAnObject { found: Kind::Array });
    assert_eq!(refused("{\n\"Order\":{\"ID\" 1}}"), ReadError::NotJson { line: 2, column: 15, expected: "`:`" });
    assert_eq!(refused("{} {}"), ReadError::NotJson { line: 1, column: 4, expected: "the end of the body" });
    let many = format!("{{\"Orders\":[{}{{}}]}}", "{},".repeat(MAX_OBJECTS));
    assert_eq!(typed::read::<results::New>(many.as_bytes()).expect_err("refused"), ReadError::TooManyObjects);
    let deep = format!("{{\"Order\":{}", "{\"Order\":".repeat(100_000));
    assert!(matches!(refused(&deep), ReadError::TooDeep { line: 1, .. }));
}

#[test]
fn debug_shows_no_value() {
    let message = json!({ "Meta": { "DataModel": "SECRET" }, "Patient": { "Notes": ["SECRET"], "SECRET": "SECRET" }, "SECRET": 1 });
    let read = read::<order::New>(&message);
    let shown = format!("{read:?} {:?} {:?}", read.message.patient, read.message.other);
    assert!(!shown.contains("SECRET") && shown.contains("order.New"), "{shown}");
}

/// Reads whatever the bytes are; what is read must be written as something that reads the same.
struct Survive<'a>(&'a [u8]);

impl Visitor for Survive<'_> {
    type Output = bool;

    fn visit<T: Event>(self) -> bool {
        let Ok(Read { message, .. }) = typed::read::<T>(self.0) else { return false };
        let mut named = message;
        named.name_meta();
        let again = typed::read::<T>(named.to_json().as_bytes()).expect("what is written is readable");
        assert!(again.message == named);
        true
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(which in any::<prop::sample::Index>(), seed in any::<u64>(), edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6)) {
        let event = &catalogue::events()[which.index(111)];
        let mut body = sample::build(event, seed, true).to_string().into_bytes();
        for (index, byte) in edits {
            let at = index.index(body.len());
            body[at] = byte;
        }
        let readable = serde_json::from_slice::<Value>(&body).is_ok_and(|value| value.is_object());
        prop_assert_eq!(models::visit(event, Survive(&body)), readable);
    }
}
