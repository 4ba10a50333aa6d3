//! Under which keys an event is found, and by which keys a person asks.

use crate::{hash, patient};
use oxgate_core::expectation::KeyKind;
use oxgate_core::{KeyHash, Keyed};
use redox_model::keys::{Identifier, Keys};

/// Kinds of keys that only search knows; those of [`KeyKind::code`] are below 100.
const DOCUMENT: u8 = 101;
const ACCOUNT: u8 = 102;
/// A patient's identifier without the system it belongs to.
const PATIENT_ID: u8 = 103;

/// What a person looks for. Holds clear values, and so has no `Debug`.
pub enum Sought {
    /// A patient's identifier, and the system it belongs to where it is known.
    Patient {
        /// `Identifiers[].ID`.
        id: String,
        /// `Identifiers[].IDType`.
        id_type: Option<String>,
    },
    /// A visit number.
    Visit(String),
    /// An order, by the placer's or the filler's number.
    Order(String),
    /// A document.
    Document(String),
    /// An account number.
    Account(String),
    /// A referral.
    Referral(String),
}

impl Sought {
    /// The keys that it may stand under.
    pub fn keys(&self, keyed: &Keyed) -> Vec<(u8, KeyHash)> {
        let of = |kind: KeyKind, value: &str| (kind.code(), hash(kind, value.trim(), keyed));
        match self {
            Self::Patient { id, id_type: Some(id_type) } => {
                vec![(KeyKind::Patient.code(), keyed.patient(id_type.trim(), id.trim()))]
            }
            Self::Patient { id, id_type: None } => vec![(PATIENT_ID, keyed.hash("patient_id", id.trim()))],
            Self::Visit(value) => vec![of(KeyKind::Visit, value)],
            Self::Order(value) => vec![of(KeyKind::Order, value), of(KeyKind::ApplicationOrder, value)],
            Self::Document(value) => vec![(DOCUMENT, keyed.hash("document", value.trim()))],
            Self::Account(value) => vec![(ACCOUNT, keyed.hash("account", value.trim()))],
            Self::Referral(value) => vec![of(KeyKind::Referral, value)],
        }
    }
}

/// All keys that a message is found under, without repeats.
pub fn of_message(keys: &Keys, keyed: &Keyed) -> Vec<(u8, KeyHash)> {
    let mut found = Vec::new();
    for Identifier { id, .. } in keys.patients.iter().chain(&keys.prior_patients) {
        found.push((PATIENT_ID, keyed.hash("patient_id", id)));
    }
    let patients = keys.patients.iter().chain(&keys.prior_patients);
    found.extend(patients.map(|identifier| (KeyKind::Patient.code(), patient(identifier, keyed))));
    let mut add = |kind: KeyKind, value: &str| found.push((kind.code(), hash(kind, value, keyed)));
    for visit in keys.visits.iter().chain(&keys.prior_visits) {
        add(KeyKind::Visit, visit);
    }
    for part in &keys.parts {
        let values = [
            (KeyKind::Order, &part.order),
            (KeyKind::ApplicationOrder, &part.application_order),
            (KeyKind::Referral, &part.referral),
            (KeyKind::Visit, &part.appointment),
        ];
        values
            .into_iter()
            .filter_map(|(kind, value)| Some((kind, value.as_deref()?)))
            .for_each(|(kind, value)| add(kind, value));
    }
    found.extend(keys.accounts.iter().map(|account| (ACCOUNT, keyed.hash("account", account))));
    let documents = keys.parts.iter().filter_map(|part| part.document.as_deref());
    found.extend(documents.map(|document| (DOCUMENT, keyed.hash("document", document))));
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYED: Keyed = Keyed::new([7; 32]);

    #[test]
    fn g8_a_message_is_found_by_what_a_person_knows() {
        let body = r#"{"Patient":{"Identifiers":[{"ID":"0007","IDType":"MR"}]},"Visit":{"VisitNumber":"V-1"},
            "Orders":[{"ID":"O-1","ApplicationOrderID":"F-1"}]}"#;
        let keys = redox_model::keys::read(body.as_bytes(), "Results", "New").expect("JSON");
        let stands_under = of_message(&keys, &KEYED);
        let found = |sought: Sought| sought.keys(&KEYED).iter().any(|key| stands_under.contains(key));
        let patient =
            |id: &str, id_type: Option<&str>| Sought::Patient { id: id.into(), id_type: id_type.map(Into::into) };
        assert!(found(patient("0007", Some("MR"))) && found(patient(" 0007 ", None)));
        assert!(!found(patient("0007", Some("EPI"))) && !found(patient("7", None)));
        assert!(found(Sought::Visit("V-1".into())) && found(Sought::Order("O-1".into())));
        assert!(found(Sought::Order("F-1".into())) && !found(Sought::Document("O-1".into())));
    }
}
