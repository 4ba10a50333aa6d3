//! Messages about invented patients, in the documented shapes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

fn meta(data_model: &str, event_type: &str, destination: &str) -> Value {
    json!({"DataModel": data_model, "EventType": event_type, "Test": true, "Destinations": [{"Name": destination}]})
}

fn patient(number: u32) -> Value {
    json!({
        "Identifiers": [{"ID": format!("OX-{number:04}"), "IDType": "MR"}],
        "Demographics": {
            "FirstName": "Testina", "LastName": format!("Mango-{number}"), "DOB": "1984-02-29", "Sex": "Female",
            "Address": {"StreetAddress": "1 Invented Street", "City": "Nowhere", "State": "WI", "ZIP": "00000", "Country": "US"},
        },
    })
}

fn visit(number: u32) -> Value {
    json!({
        "VisitNumber": format!("V-{number:04}"), "PatientClass": "Inpatient", "VisitDateTime": "2026-03-01T08:30:00.000Z",
        "Location": {"Type": "Inpatient", "Facility": "Memorial Hospital", "Department": "3 East", "Room": "301", "Bed": "A"},
    })
}

/// `PatientAdmin.Arrival`.
pub(super) fn arrival(number: u32, destination: &str) -> Value {
    json!({"Meta": meta("PatientAdmin", "Arrival", destination), "Patient": patient(number), "Visit": visit(number)})
}

/// `Order.New`; the order's number decides what the emulated hospital does with it.
pub(super) fn order(id: &str, number: u32) -> Value {
    json!({
        "Meta": meta("Order", "New", "memorial"),
        "Patient": patient(number),
        "Visit": visit(number),
        "Order": {
            "ID": id, "Status": "New", "TransactionDateTime": "2026-03-01T09:00:00.000Z", "Priority": "Stat",
            "Procedure": {"Code": "49086-2", "Codeset": "LOINC", "Description": "First trimester maternal screen"},
            "Provider": {"ID": "4356789876", "IDType": "NPI", "FirstName": "Invented", "LastName": "Orderer"},
        },
    })
}

/// `Scheduling.New`.
pub(super) fn appointment(number: u32) -> Value {
    let mut visit = visit(number);
    visit["Reason"] = json!("Follow-up");
    visit["Duration"] = json!(30);
    json!({
        "Meta": meta("Scheduling", "New", "memorial"),
        "Patient": patient(number),
        "AppointmentInfo": [{"Code": "type", "Codeset": null, "Description": "Follow-up", "Value": "30"}],
        "Visit": visit,
    })
}

/// `Notes.New`.
pub(super) fn note(number: u32, destination: &str) -> Value {
    json!({
        "Meta": meta("Notes", "New", destination),
        "Patient": patient(number),
        "Visit": visit(number),
        "Note": {
            "ContentType": "Plain Text", "DocumentType": "Consult Note", "DocumentID": format!("DOC-{number:04}"),
            "ServiceDateTime": "2026-03-01T10:00:00.000Z", "DocumentationDateTime": "2026-03-01T10:05:00.000Z",
            "FileContents": "The invented patient is well.",
            "Provider": {"ID": "4356789876", "IDType": "NPI", "FirstName": "Invented", "LastName": "Writer"},
        },
    })
}

/// A report of 300 KiB, of which every byte is invented.
pub(super) fn report() -> Vec<u8> {
    b"An invented report about nobody. ".iter().copied().cycle().take(300 * 1024).collect()
}

/// `Media.New` with the report inside.
pub(super) fn media(number: u32, report: &[u8]) -> Value {
    json!({
        "Meta": meta("Media", "New", "archive"),
        "Patient": patient(number),
        "Visit": visit(number),
        "Media": {
            "FileType": "TXT", "FileName": "report.txt", "FileContents": STANDARD.encode(report),
            "DocumentType": "Consult Note", "DocumentID": format!("MEDIA-{number:04}"), "Availability": "Available",
            "Provider": {"ID": "4356789876", "IDType": "NPI", "FirstName": "Invented", "LastName": "Writer"},
        },
    })
}

/// The same note as the hospital would send it.
pub(super) fn note_from_hospital(number: u32) -> Value {
    let mut note = note(number, "application");
    note["Meta"] = json!({"DataModel": "Notes", "EventType": "New", "Test": true});
    note
}

/// `PatientSearch.Query` for a patient that the emulated hospital knows.
pub(super) fn search() -> Value {
    json!({
        "Meta": meta("PatientSearch", "Query", "memorial"),
        "Patient": {"Identifiers": [{"ID": "MR-0001", "IDType": "MR"}]},
    })
}

/// `PatientSearch.Query` by name and birth date that two patients share.
pub(super) fn ambiguous_search() -> Value {
    json!({
        "Meta": meta("PatientSearch", "Query", "memorial"),
        "Patient": {"Demographics": {"FirstName": "Mirror", "LastName": "Twinfield", "DOB": "1985-05-05"}},
    })
}

/// An order for a destination that takes none.
pub(super) fn order_to_archive() -> Value {
    let mut order = order("ORD-0", 1);
    order["Meta"]["Destinations"] = json!([{"Name": "archive"}]);
    order
}
