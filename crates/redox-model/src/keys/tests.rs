//! Keys of the message kinds that are correlated, and of messages with odd shapes.

use serde_json::json;

use super::*;

fn keys(model: &str, event: &str, body: &serde_json::Value) -> Keys {
    read(body.to_string().as_bytes(), model, event).expect("readable")
}

fn id(id: &str, id_type: &str) -> Identifier {
    Identifier::new(id, Some(id_type).filter(|id_type| !id_type.is_empty())).expect("not blank")
}

#[test]
fn an_order_has_its_patient_visit_and_one_part() {
    let keys = keys(
        "Order",
        "New",
        &json!({
            "Meta": { "DataModel": "Order", "EventType": "New" },
            "Patient": { "Identifiers": [{ "ID": " 0042 ", "IDType": "MR" }, { "ID": 42, "IDType": null }, { "ID": "  " }, { "ID": "0042", "IDType": "MR" }] },
            "Visit": { "VisitNumber": 1_234_567_890_123_i64, "AccountNumber": "aC-7" },
            "Order": { "ID": "157968300", "ApplicationOrderID": null, "Provider": { "ID": "not an order" } },
        }),
    );
    assert_eq!(keys.patients, [id("0042", "MR"), id("42", "")]);
    assert_eq!(keys.visits, ["1234567890123"]);
    assert_eq!(keys.accounts, ["aC-7"]);
    assert_eq!(keys.parts, [Part { order: Some("157968300".into()), ..Part::default() }]);
}

#[test]
fn results_have_one_part_per_order() {
    let keys = keys(
        "Results",
        "New",
        &json!({
            "Patient": { "Identifiers": [{ "ID": "1", "IDType": "MR" }] },
            "Orders": [
                { "ID": "A", "ApplicationOrderID": "x", "Results": [{ "ID": "no" }] },
                { "Status": "Resulted" },
                { "ID": 7 },
            ],
        }),
    );
    let part = |order: &str, application: Option<&str>| Part {
        order: Some(order.into()),
        application_order: application.map(Into::into),
        ..Part::default()
    };
    assert_eq!(keys.parts, [part("A", Some("x")), part("7", None)]);
}

#[test]
fn a_merge_has_both_patients() {
    let body = json!({ "Patient": { "Identifiers": [{ "ID": "1", "IDType": "MR" }], "PreviousIdentifiers": [{ "ID": "2", "IDType": "MR" }] } });
    let keys = keys("PatientAdmin", "PatientMerge", &body);
    assert_eq!((keys.patients, keys.prior_patients), (vec![id("1", "MR")], vec![id("2", "MR")]));
}

#[test]
fn documents_referrals_and_appointments_are_parts() {
    let note = keys(
        "Notes",
        "Replace",
        &json!({ "Note": { "DocumentID": "d2", "OriginalDocumentID": "d1" }, "Orders": [{ "ID": "o" }] }),
    );
    assert_eq!(note.parts.len(), 2);
    assert_eq!(note.parts[0].document.as_deref(), Some("d2"));
    assert_eq!(note.parts[0].original_document.as_deref(), Some("d1"));
    assert_eq!(note.parts[1].order.as_deref(), Some("o"));

    let referral = keys(
        "Referral",
        "New",
        &json!({ "Referral": { "ID": "r", "AlternateID": "a", "Visit": { "VisitNumber": "v" } } }),
    );
    assert_eq!(
        (referral.parts[0].referral.as_deref(), referral.parts[0].alternate_referral.as_deref()),
        (Some("r"), Some("a"))
    );
    assert_eq!(referral.visits, ["v"]);

    let moved =
        keys("Scheduling", "Reschedule", &json!({ "Visit": { "VisitNumber": "new", "OldVisitNumber": "old" } }));
    assert_eq!(moved.parts[0].appointment.as_deref(), Some("new"));
    assert_eq!((moved.visits, moved.prior_visits), (vec!["new".to_owned()], vec!["old".to_owned()]));

    let arrival = keys("PatientAdmin", "Arrival", &json!({ "Visit": { "VisitNumber": "new" } }));
    assert_eq!(arrival.parts, []);

    let summary = keys(
        "Clinical Summary",
        "PatientPush",
        &json!({ "Header": { "Document": { "ID": "s" }, "Patient": { "Identifiers": [{ "ID": "1" }] } } }),
    );
    assert_eq!((summary.parts[0].document.as_deref(), summary.patients.len()), (Some("s"), 1));
}

#[test]
fn unknown_models_are_read_by_convention_and_odd_shapes_do_no_harm() {
    let known = keys(
        "Teleportation",
        "Begin",
        &json!({ "Patient": { "Identifiers": { "ID": "1", "IDType": "MR" } }, "Order": { "ID": true } }),
    );
    assert_eq!(known.patients, [id("1", "MR")]);
    assert_eq!(known.parts[0].order.as_deref(), Some("true"));
    let odd = keys(
        "Order",
        "New",
        &json!({ "Patient": "Jane", "Visit": [null, 3, []], "Order": [[{ "ID": { "x": 1 } }]], "Orders": null }),
    );
    assert_eq!(odd, Keys::default());
}

#[test]
fn what_is_no_object_is_refused_by_position() {
    assert_eq!(read(b"[]", "Order", "New"), Err(KeysError::NotAnObject { found: Kind::Array }));
    assert_eq!(
        read(b"{} 1", "Order", "New"),
        Err(KeysError::NotJson { line: 1, column: 4, expected: "the end of the body" })
    );
    let deep = format!("{{\"Orders\":{}", "[".repeat(100_000));
    assert_eq!(read(deep.as_bytes(), "Order", "New"), Err(KeysError::TooDeep { line: 1, column: 74 }));
}

#[test]
fn debug_shows_no_value() {
    let keys = keys(
        "Order",
        "New",
        &json!({
            "Patient": { "Identifiers": [{ "ID": "SECRET", "IDType": "SECRET" }], "PreviousIdentifiers": [{ "ID": "SECRET" }] },
            "Visit": { "VisitNumber": "SECRET", "AccountNumber": "SECRET" },
            "Order": { "ID": "SECRET", "ApplicationOrderID": "SECRET" },
            "Note": { "DocumentID": "SECRET", "OriginalDocumentID": "SECRET" },
            "Referral": { "ID": "SECRET", "AlternateID": "SECRET" },
        }),
    );
    let shown = format!("{keys:?} {:#?} {:?}", keys, keys.patients);
    assert!(!shown.contains("SECRET") && shown.contains("id_length: 6"), "{shown}");
    assert_eq!(keys.parts.len(), 3);
}

#[test]
fn every_list_is_bounded() {
    let identifiers: Vec<_> = (0..MAX_KEYS + 10).map(|n| json!({ "ID": n })).collect();
    let orders: Vec<_> = (0..MAX_KEYS + 10).map(|n| json!({ "ID": n })).collect();
    let full = keys(
        "Results",
        "New",
        &json!({ "Patient": { "Identifiers": identifiers[..MAX_KEYS] }, "Orders": orders[..MAX_KEYS] }),
    );
    assert_eq!((full.patients.len(), full.parts.len(), full.truncated), (MAX_KEYS, MAX_KEYS, false));
    let patients = keys("Results", "New", &json!({ "Patient": { "Identifiers": identifiers } }));
    assert_eq!((patients.patients.len(), patients.truncated), (MAX_KEYS, true));
    let parts = keys("Results", "New", &json!({ "Orders": orders }));
    assert_eq!((parts.parts.len(), parts.truncated), (MAX_KEYS, true));
}
