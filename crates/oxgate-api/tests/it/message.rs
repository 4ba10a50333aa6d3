//! Messages in Redox's documented shapes, about people who do not exist.

use serde_json::{Value, json};

/// A word that stands for patient data: it may appear in payloads and nowhere else.
pub(crate) const MARKER: &str = oxgate_marked::patient::FAMILY;

pub(crate) const SOURCE: &str = "11111111-aaaa-4aaa-8aaa-000000000001";
pub(crate) const NORTH: &str = "22222222-bbbb-4bbb-8bbb-000000000001";
pub(crate) const SOUTH: &str = "22222222-bbbb-4bbb-8bbb-000000000002";

/// An order from the application for these destinations.
pub(crate) fn order(id: &str, destinations: &[&str]) -> Value {
    let destinations: Vec<Value> = destinations.iter().map(|id| json!({ "ID": id })).collect();
    json!({
        "Meta": {
            "DataModel": "Order",
            "EventType": "New",
            "Source": { "ID": SOURCE },
            "Destinations": destinations,
        },
        "Patient": { "Identifiers": [{ "ID": format!("{MARKER}-7"), "IDType": "MR" }] },
        "Order": { "ID": id },
    })
}

/// A patient search for this destination.
pub(crate) fn search(destination: &str) -> Value {
    json!({
        "Meta": {
            "DataModel": "PatientSearch",
            "EventType": "Query",
            "Source": { "ID": SOURCE },
            "Destinations": [{ "ID": destination }],
        },
        "Patient": { "Demographics": { "LastName": MARKER } },
    })
}

/// An event that Redox pushes, with its own log id.
pub(crate) fn pushed(model: &str, event_type: &str, log: &str) -> Value {
    json!({
        "Meta": {
            "DataModel": model,
            "EventType": event_type,
            "Source": { "ID": "33333333-cccc-4ccc-8ccc-000000000001" },
            "Destinations": [{ "ID": "44444444-dddd-4ddd-8ddd-000000000001" }],
            "Logs": [{ "ID": log, "AttemptID": format!("{log}-1") }],
        },
        "Patient": { "Identifiers": [{ "ID": format!("{MARKER}-8"), "IDType": "MR" }] },
    })
}
