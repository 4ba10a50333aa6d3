//! The identifiers in a message as keyed hashes: what a delivery waits for, and what an answer is found by.
//!
//! **What it does.** It turns the identifiers that `redox-model` reads out of a message into the hashes of `oxgate-core`.
//!
//! **Where it sits.** Both roads and the API use it. A question is hashed on the way out and its answer on the way in:
//! they meet only if both are hashed by the same words, so the words stand here and nowhere else.
//!
//! **Invariants.** Clear values live on the stack of one call; what leaves says nothing without the store's search key
//! (guarantee G8). What cannot be read makes a barrier among order keys, never a missing key.
//!
//! **What it deliberately does not do.** No reading of bodies, no decision about matches, no storage.

/// The words that search knows.
mod search;

pub use search::{Sought, of_message};

use oxgate_core::expectation::KeyKind;
use oxgate_core::order::OrderBy;
use oxgate_core::{KeyHash, Keyed, OrderKeys};
use redox_model::keys::{Identifier, Keys, Part};

/// More order keys than this make a barrier: a message about so many patients may wait for all and hold all, which is
/// always right, only slower.
pub const ORDER_KEYS_MAX: usize = 64;

/// Patient identifiers of one message that guard a match; further ones are not looked at.
pub const PATIENTS_MAX: usize = 64;

/// Whether this order looks into the body.
pub fn looks_into_body(order_by: OrderBy) -> bool {
    matches!(order_by, OrderBy::Patient | OrderBy::Visit | OrderBy::Order)
}

/// Which earlier deliveries of its lane a message waits for. Keys that cannot be found make a barrier.
pub fn order(order_by: OrderBy, keys: Option<&Keys>, keyed: &Keyed) -> OrderKeys {
    let hashes: Vec<KeyHash> = match (order_by, keys) {
        (OrderBy::All, _) => return OrderKeys::All,
        (OrderBy::None, _) => return OrderKeys::Free,
        (_, None) => return OrderKeys::Barrier,
        // Keys are missing: which, nobody knows.
        (_, Some(keys)) if keys.truncated => return OrderKeys::Barrier,
        // A merge names both patients, a rescheduling both visits: each waits for what came before under either.
        (OrderBy::Patient, Some(keys)) => {
            keys.patients.iter().chain(&keys.prior_patients).map(|id| patient(id, keyed)).collect()
        }
        (OrderBy::Visit, Some(keys)) => {
            keys.visits.iter().chain(&keys.prior_visits).map(|visit| hash(KeyKind::Visit, visit, keyed)).collect()
        }
        (OrderBy::Order, Some(keys)) => {
            keys.parts.iter().flat_map(|part| of_orders(part, keyed)).map(|(_, hash)| hash).collect()
        }
    };
    if hashes.len() > ORDER_KEYS_MAX {
        return OrderKeys::Barrier;
    }
    OrderKeys::from_keys(hashes.into_iter().map(|hash| keyed.order(hash)).collect())
}

/// The patients that guard a match, at most [`PATIENTS_MAX`].
pub fn patients(keys: &Keys, keyed: &Keyed) -> Vec<KeyHash> {
    keys.patients.iter().take(PATIENTS_MAX).map(|id| patient(id, keyed)).collect()
}

/// What an answer offers, part by part: each order, referral or appointment in the message is a part of its own; visits
/// that belong to no appointment make one more part together.
pub fn answer_parts(keys: &Keys, keyed: &Keyed) -> Vec<Vec<(KeyKind, KeyHash)>> {
    let mut parts: Vec<_> = keys.parts.iter().map(|part| of_part(part, keyed)).collect();
    let appointments = || keys.parts.iter().filter_map(|part| part.appointment.as_ref());
    let free = |visit: &&String| !appointments().any(|appointment| appointment == *visit);
    let visits = keys.visits.iter().filter(free).chain(&keys.prior_visits);
    parts.push(visits.map(|visit| (KeyKind::Visit, hash(KeyKind::Visit, visit, keyed))).collect());
    parts.retain(|part| !part.is_empty());
    parts
}

/// What a question may be answered by, for one kind of key. Patients are none: they guard a match and never make one.
pub fn question_keys(kind: KeyKind, keys: &Keys, keyed: &Keyed) -> Vec<KeyHash> {
    values(kind, keys).map(|value| hash(kind, value, keyed)).collect()
}

/// Whether a question has keys of this kind at all.
pub fn has_question_keys(kind: KeyKind, keys: &Keys) -> bool {
    values(kind, keys).next().is_some()
}

fn values(kind: KeyKind, keys: &Keys) -> impl Iterator<Item = &str> {
    let of_parts = keys.parts.iter().filter_map(move |part| match kind {
        KeyKind::Order => part.order.as_deref(),
        KeyKind::ApplicationOrder => part.application_order.as_deref(),
        KeyKind::Referral => part.referral.as_deref(),
        KeyKind::Visit | KeyKind::Patient => None,
    });
    let visits = keys.visits.iter().filter(move |_| kind == KeyKind::Visit).map(String::as_str);
    of_parts.chain(visits)
}

fn of_part(part: &Part, keyed: &Keyed) -> Vec<(KeyKind, KeyHash)> {
    let others = [(KeyKind::Referral, &part.referral), (KeyKind::Visit, &part.appointment)];
    let others = others.into_iter().filter_map(|(kind, value)| Some((kind, hash(kind, value.as_deref()?, keyed))));
    of_orders(part, keyed).chain(others).collect()
}

fn of_orders(part: &Part, keyed: &Keyed) -> impl Iterator<Item = (KeyKind, KeyHash)> {
    let ids = [(KeyKind::Order, &part.order), (KeyKind::ApplicationOrder, &part.application_order)];
    ids.into_iter().filter_map(|(kind, value)| Some((kind, hash(kind, value.as_deref()?, keyed))))
}

fn hash(kind: KeyKind, value: &str, keyed: &Keyed) -> KeyHash {
    keyed.hash(kind.as_str(), value)
}

fn patient(id: &Identifier, keyed: &Keyed) -> KeyHash {
    keyed.patient(id.id_type.as_deref().unwrap_or_default(), &id.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYED: Keyed = Keyed::new([7; 32]);

    fn keys(body: &str, model: &str, event_type: &str) -> Keys {
        redox_model::keys::read(body.as_bytes(), model, event_type).expect("JSON")
    }

    #[test]
    fn a_merge_waits_for_both_patients() {
        let merge = keys(
            r#"{"Patient":{"Identifiers":[{"ID":"1","IDType":"MR"}],"PreviousIdentifiers":[{"ID":"2","IDType":"MR"}]}}"#,
            "PatientAdmin",
            "PatientMerge",
        );
        let one = |id: &str| {
            let body = format!(r#"{{"Patient":{{"Identifiers":[{{"ID":"{id}","IDType":"MR"}}]}}}}"#);
            order(OrderBy::Patient, Some(&keys(&body, "PatientAdmin", "Arrival")), &KEYED)
        };
        let merged = order(OrderBy::Patient, Some(&merge), &KEYED);
        assert!(one("1").precedes(&merged) && merged.precedes(&one("2")));
        assert!(!one("1").precedes(&one("2")) && !merged.precedes(&one("3")));
    }

    #[test]
    fn keys_that_are_not_there_make_a_barrier() {
        let none = keys("{}", "PatientAdmin", "Arrival");
        for by in [OrderBy::Patient, OrderBy::Visit, OrderBy::Order] {
            assert_eq!(order(by, Some(&none), &KEYED), OrderKeys::Barrier);
            assert_eq!(order(by, None, &KEYED), OrderKeys::Barrier);
        }
        assert_eq!(order(OrderBy::All, None, &KEYED), OrderKeys::All);
        assert_eq!(order(OrderBy::None, None, &KEYED), OrderKeys::Free);
    }

    #[test]
    fn too_many_keys_make_a_barrier() {
        let orders = (0..=ORDER_KEYS_MAX).map(|n| format!(r#"{{"ID":"{n}"}}"#)).collect::<Vec<_>>().join(",");
        let many = keys(&format!(r#"{{"Orders":[{orders}]}}"#), "Results", "New");
        assert_eq!(order(OrderBy::Order, Some(&many), &KEYED), OrderKeys::Barrier);
    }

    #[test]
    fn keys_that_were_left_out_make_a_barrier() {
        let orders = vec![r#"{"ID":"1"}"#; redox_model::keys::MAX_KEYS + 1].join(",");
        let patient = r#""Patient":{"Identifiers":[{"ID":"1","IDType":"MR"}]}"#;
        let cut = keys(&format!(r#"{{{patient},"Orders":[{orders}]}}"#), "Results", "New");
        assert!(cut.truncated && cut.patients.len() == 1);
        for by in [OrderBy::Patient, OrderBy::Visit, OrderBy::Order] {
            assert_eq!(order(by, Some(&cut), &KEYED), OrderKeys::Barrier);
        }
        assert_eq!(order(OrderBy::All, Some(&cut), &KEYED), OrderKeys::All);
        assert_eq!(order(OrderBy::None, Some(&cut), &KEYED), OrderKeys::Free);
    }

    #[test]
    fn each_order_is_a_part_and_loose_visits_are_one_more() {
        let results = keys(
            r#"{"Patient":{"Identifiers":[{"ID":"1","IDType":"MR"}]},"Visit":{"VisitNumber":"v"},
               "Orders":[{"ID":"a","ApplicationOrderID":"x"},{"ID":"b"}]}"#,
            "Results",
            "New",
        );
        let parts = answer_parts(&results, &KEYED);
        let expected = [
            vec![
                (KeyKind::Order, KEYED.hash("order", "a")),
                (KeyKind::ApplicationOrder, KEYED.hash("application_order", "x")),
            ],
            vec![(KeyKind::Order, KEYED.hash("order", "b"))],
            vec![(KeyKind::Visit, KEYED.hash("visit", "v"))],
        ];
        assert_eq!(parts, expected);
        assert_eq!(patients(&results, &KEYED), [KEYED.patient("MR", "1")]);
    }

    #[test]
    fn an_appointment_is_not_named_twice_and_the_old_number_counts() {
        let moved = keys(r#"{"Visit":{"VisitNumber":"new","OldVisitNumber":"old"}}"#, "Scheduling", "Reschedule");
        let visit = |number| vec![(KeyKind::Visit, KEYED.hash("visit", number))];
        assert_eq!(answer_parts(&moved, &KEYED), [visit("new"), visit("old")]);
    }

    #[test]
    fn a_question_and_its_answer_share_their_keys() {
        let asked = keys(r#"{"Order":{"ID":"a","ApplicationOrderID":"x"}}"#, "Order", "New");
        let answered = keys(r#"{"Orders":[{"ID":"a"}]}"#, "Results", "New");
        let offered = answer_parts(&answered, &KEYED).concat();
        let hashes = question_keys(KeyKind::Order, &asked, &KEYED);
        assert!(offered.contains(&(KeyKind::Order, hashes[0])));
        assert_eq!(question_keys(KeyKind::Patient, &asked, &KEYED), []);
    }
}
