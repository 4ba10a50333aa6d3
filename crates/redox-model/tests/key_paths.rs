//! The key table against the catalogue: whatever the documentation calls a patient's identifier, a visit number, an
//! account number or an order id is read from a full sample of every event type.

use redox_model::{catalogue, keys, sample, tree};
use serde_json::Value;

/// The text at a row's first place in a sample.
fn text(sample: &Value, path: &str) -> String {
    let pointer = format!("/{}", path.trim_end_matches("[]").replace("[].", "/0/").replace('.', "/"));
    let value = sample.pointer(&pointer).and_then(Value::as_str);
    value.unwrap_or_else(|| panic!("no text at {path}")).to_owned()
}

/// Members whose identifiers are not those of the message's patient: candidates of a search, and people insured.
const OTHERS: [&str; 3] = ["PotentialMatches", "Insured", "Subscribers[].Identifiers"];

#[test]
fn every_documented_key_is_read() {
    let mut checked = 0;
    for event in catalogue::events() {
        let sample = sample::build(event, 9, false);
        let keys = keys::read(sample.to_string().as_bytes(), event.data_model, event.event_type).expect("readable");
        for tree::Row { path, .. } in tree::rows(event) {
            if OTHERS.iter().any(|other| path.contains(other)) {
                continue;
            }
            let plain = path.replace("[]", "");
            let names: Vec<&str> = plain.rsplit('.').collect();
            let found: Vec<String> = match names[..] {
                ["ID", "Identifiers", "Patient" | "Patients", ..] => {
                    keys.patients.iter().map(|key| key.id.clone()).collect()
                }
                ["ID", "PreviousIdentifiers", ..] => keys.prior_patients.iter().map(|key| key.id.clone()).collect(),
                ["VisitNumber", ..] => keys.visits.clone(),
                ["OldVisitNumber", ..] => keys.prior_visits.clone(),
                ["AccountNumber", "Visit" | "Visits", ..] => keys.accounts.clone(),
                ["ID", "Order" | "Orders", ..] => keys.parts.iter().filter_map(|part| part.order.clone()).collect(),
                ["ApplicationOrderID", ..] => {
                    keys.parts.iter().filter_map(|part| part.application_order.clone()).collect()
                }
                ["DocumentID", ..] => keys.parts.iter().filter_map(|part| part.document.clone()).collect(),
                ["OriginalDocumentID", ..] => {
                    keys.parts.iter().filter_map(|part| part.original_document.clone()).collect()
                }
                ["ID", "Referral" | "Referrals"] => {
                    keys.parts.iter().filter_map(|part| part.referral.clone()).collect()
                }
                _ => continue,
            };
            assert!(found.contains(&text(&sample, &path)), "{event}: {path}");
            checked += 1;
        }
    }
    assert!(checked > 200, "only {checked} keys in the catalogue");
}
