//! What the envelope reader makes of messages as Redox and its customers write them, and of what nobody should write.

use redox_model::{
    Kind, MAX_DEPTH,
    envelope::{self, Envelope, EnvelopeError, FhirBundle, MAX_ENTRIES, Message},
};

const ARRIVAL: &str = r#"{
  "Patient": { "Demographics": { "FirstName": "Testina", "Notes": ["a \"quoted\" note", ""] } },
  "Meta": {
    "DataModel": "PatientAdmin", "EventType": "Arrival", "EventDateTime": "2026-03-01T12:00:00.000Z", "Test": "true",
    "Source": { "ID": "7ce6f387-c33c-417d-8682-81e83628cbd9", "Name": "Caf\u00e9 General" },
    "Destinations": [ {"ID": "d-1", "Name": "One"} , {"ID": "d-2", "Name": null},{"Name":"Three","ID":3} ],
    "Logs": [{ "ID": "l-1", "AttemptID": "a-1" }, null],
    "Message": { "ID": 6352609957 }, "Transmission": { "ID": "12414" },
    "FacilityCode": null, "Extensions": { "user-id": { "string": "x" } }
  },
  "Visit": { "VisitNumber": "1" }
}"#;

fn data_model(body: &[u8]) -> Envelope<'_> {
    match envelope::read(body).expect("readable") {
        Message::DataModel(envelope) => envelope,
        other @ Message::FhirBundle(_) => panic!("taken for {other:?}"),
    }
}

fn refusal(body: &str) -> EnvelopeError {
    envelope::read(body.as_bytes()).expect_err("refused")
}

#[test]
fn everything_is_read_with_its_place() {
    let envelope = data_model(ARRIVAL.as_bytes());
    assert_eq!((&*envelope.data_model, &*envelope.event_type), ("PatientAdmin", "Arrival"));
    assert_eq!(envelope.event_date_time.as_deref(), Some("2026-03-01T12:00:00.000Z"));
    assert_eq!(envelope.test, Some(true));
    assert_eq!(envelope.source.name.as_deref(), Some("Café General"));
    let destinations: Vec<_> = envelope
        .destinations
        .iter()
        .map(|item| (item.id.as_deref(), item.name.as_deref(), &ARRIVAL[item.span.clone()]))
        .collect();
    assert_eq!(
        destinations,
        [
            (Some("d-1"), Some("One"), r#"{"ID": "d-1", "Name": "One"}"#),
            (Some("d-2"), None, r#"{"ID": "d-2", "Name": null}"#),
            (Some("3"), Some("Three"), r#"{"Name":"Three","ID":3}"#),
        ]
    );
    let logs: Vec<_> = envelope.logs.iter().map(|log| (log.id.as_deref(), log.attempt_id.as_deref())).collect();
    assert_eq!(logs, [(Some("l-1"), Some("a-1")), (None, None)]);
    assert_eq!(envelope.message_id.as_deref(), Some("6352609957"));
    assert_eq!(envelope.transmission_id.as_deref(), Some("12414"));
    assert_eq!((envelope.facility_code.as_deref(), envelope.canceled_event.as_deref()), (None, None));
    assert!(!envelope.has_errors);
    let meta = &ARRIVAL[envelope.meta_span.clone()];
    assert!(meta.starts_with("\"Meta\": {") && meta.ends_with("} }\n  }"), "{meta}");
    let [before, after] = envelope.outside_meta(ARRIVAL.as_bytes());
    assert_eq!(before.len() + meta.len() + after.len(), ARRIVAL.len());
    assert!(after.starts_with(b",\n  \"Visit\""));
}

#[test]
fn nothing_is_copied_without_an_escape() {
    let envelope = data_model(ARRIVAL.as_bytes());
    let borrowed = |text: &std::borrow::Cow<'_, str>| matches!(text, std::borrow::Cow::Borrowed(_));
    assert!(borrowed(&envelope.data_model) && envelope.message_id.as_ref().is_some_and(borrowed));
    assert!(!envelope.source.name.as_ref().is_some_and(borrowed));
}

#[test]
fn one_destination_is_kept_and_every_other_byte() {
    let envelope = data_model(ARRIVAL.as_bytes());
    let items = [r#"{"ID": "d-1", "Name": "One"}"#, r#"{"ID": "d-2", "Name": null}"#, r#"{"Name":"Three","ID":3}"#];
    let list = r#"{"ID": "d-1", "Name": "One"} , {"ID": "d-2", "Name": null},{"Name":"Three","ID":3}"#;
    for (index, item) in items.iter().enumerate() {
        let reduced = envelope::with_only_destination(ARRIVAL.as_bytes(), &envelope, index);
        assert_eq!(String::from_utf8(reduced).expect("UTF-8"), ARRIVAL.replace(list, item));
    }
    let single = r#"{"Meta":{"DataModel":"A","EventType":"B","Destinations":[ {"ID":"x"} ]}}"#;
    let envelope = data_model(single.as_bytes());
    assert_eq!(envelope::with_only_destination(single.as_bytes(), &envelope, 0), single.as_bytes());
}

#[test]
fn odd_types_are_passed_over_and_the_last_of_two_counts() {
    let body = r#"{"Meta":{"DataModel":"X","EventType":"Y"},"\u004deta":{"DataModel":"Clinical Summary","EventType":"Q",
        "Test":1,"Source":"s","Destinations":{"ID":"x"},"Logs":7,"Message":null,"Errors":null,"EventType":"PatientPush"}}"#;
    let envelope = data_model(body.as_bytes());
    assert_eq!((&*envelope.data_model, &*envelope.event_type), ("Clinical Summary", "PatientPush"));
    assert_eq!((envelope.test, envelope.source.id.as_deref(), envelope.destinations.len()), (None, None, 0));
    assert_eq!(envelope.destinations_span, None);
    assert!(body[envelope.meta_span].starts_with(r#""\u004deta":{"#));
}

#[test]
fn errors_are_noticed_and_read_on_request() {
    let body = br#"{"Meta":{"DataModel":"Order","EventType":"New","Errors":[ {"ID":4,"Text":"no \"such\" thing","Type":"transmission","Module":"Send","DestinationStatusCode":400},{} ]}}"#;
    let envelope = data_model(body);
    assert!(envelope.has_errors);
    let errors = envelope.errors(body);
    assert_eq!(errors.len(), 2);
    assert_eq!((errors[0].id.as_deref(), errors[0].text.as_deref()), (Some("4"), Some("no \"such\" thing")));
    assert_eq!((errors[0].module.as_deref(), errors[0].destination_status.as_deref()), (Some("Send"), Some("400")));
    assert!(!format!("{errors:?}").contains("such"));
    let empty = br#"{"Meta":{"DataModel":"Order","EventType":"New","Errors":[ ]}}"#;
    assert!(!data_model(empty).has_errors && data_model(empty).errors(empty).is_empty());
}

#[test]
fn refusals_say_what_is_wrong_and_where() {
    assert_eq!(
        refusal("{\n \"Meta\": {]"),
        EnvelopeError::NotJson { line: 2, column: 11, expected: "a member name or `}`" }
    );
    assert_eq!(refusal("[1]"), EnvelopeError::NotAnObject { found: Kind::Array });
    assert_eq!(refusal("[1"), EnvelopeError::NotJson { line: 1, column: 3, expected: "`,` or `]`" });
    assert_eq!(refusal("{}"), EnvelopeError::NoMeta);
    assert_eq!(refusal(r#"{"Meta":[]}"#), EnvelopeError::NoMeta);
    assert_eq!(refusal(r#"{"Meta":{"EventType":"New"}}"#), EnvelopeError::Unnamed { member: "DataModel" });
    assert_eq!(
        refusal(r#"{"Meta":{"DataModel":"Order","EventType":" "}}"#),
        EnvelopeError::Unnamed { member: "EventType" }
    );
    let unfinished = r#"{"Meta":{"DataModel":"Order","EventType":"New"}"#;
    assert!(matches!(refusal(unfinished), EnvelopeError::NotJson { line: 1, column: 48, .. }));
    let deep = format!("{{\"a\":{}", "[".repeat(200_000));
    assert_eq!(refusal(&deep), EnvelopeError::TooDeep { line: 1, column: 5 + MAX_DEPTH });
    let bad = envelope::read(b"{\"a\":\"\xff\"}").expect_err("refused");
    assert_eq!(bad.to_string(), "not JSON: expected valid UTF-8 at line 1, column 7");
}

#[test]
fn fhir_message_bundles_are_recognised() {
    let body = r#"{"type":"message","resourceType":"Bundle","id":"b-1","entry":[
        {"resource":{"resourceType":"Patient","source":{"endpoint":"no"}}},
        {"fullUrl":"u","resource":{"source":{"endpoint":"urn:here"},"eventCoding":{"code":"patient-create"},"resourceType":"MessageHeader"}}]}"#;
    let Ok(Message::FhirBundle(FhirBundle { id, event, source_endpoint, .. })) = envelope::read(body.as_bytes()) else {
        panic!("not taken for a bundle");
    };
    assert_eq!(
        (id.as_deref(), event.as_deref(), source_endpoint.as_deref()),
        (Some("b-1"), Some("patient-create"), Some("urn:here"))
    );
    assert_eq!(refusal(&body.replace("\"message\"", "\"searchset\"")), EnvelopeError::NoMeta);
    let bare = envelope::read(br#"{"resourceType":"Bundle","type":"message"}"#);
    assert_eq!(bare, Ok(Message::FhirBundle(FhirBundle::default())));
}

#[test]
fn the_lists_in_meta_are_bounded() {
    for member in ["Destinations", "Logs"] {
        let body = |entries: usize| {
            let list = vec!["{}"; entries].join(",");
            format!(r#"{{"Meta":{{"DataModel":"A","EventType":"B","{member}":[{list}]}}}}"#)
        };
        assert!(envelope::read(body(MAX_ENTRIES).as_bytes()).is_ok(), "{member}");
        assert_eq!(refusal(&body(MAX_ENTRIES + 1)), EnvelopeError::TooMany { member });
    }
}
