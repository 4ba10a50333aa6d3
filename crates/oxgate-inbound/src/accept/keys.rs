//! Identifiers as keyed hashes: what a delivery waits for, and what an answer is found by.
//!
//! The clear values live on the stack of one function call; what leaves this module says nothing without the store's
//! search key (guarantee G8).

use oxgate_core::expectation::{KeyKind, Rule};
use oxgate_core::order::OrderBy;
use oxgate_core::{Address, KeyHash, Keyed, OrderKeys};
use oxgate_store::command::AnswerProbe;
use redox_model::keys::{Identifier, Keys, Part};

/// More order keys than this make a barrier: a message about so many patients may wait for all and hold all, which is
/// always right, only slower.
const ORDER_KEYS_MAX: usize = 64;

/// Parts of one message that are compared with open questions. Each costs look-ups in the accept transaction.
const PARTS_MAX: usize = 256;

/// Patient identifiers of one message that guard a match.
const PATIENTS_MAX: usize = 64;

/// Whether this order looks into the body.
pub(super) fn refine(order_by: OrderBy) -> bool {
    matches!(order_by, OrderBy::Patient | OrderBy::Visit | OrderBy::Order)
}

/// What a delivery waits for. Keys that cannot be found make a barrier.
pub(super) fn order(order_by: OrderBy, keys: Option<&Keys>, keyed: &Keyed) -> OrderKeys {
    let hashes: Vec<KeyHash> = match (order_by, keys) {
        (OrderBy::All, _) => return OrderKeys::All,
        (OrderBy::None, _) => return OrderKeys::Free,
        (_, None) => return OrderKeys::Barrier,
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

/// Names of the rules that an event with this address may answer.
pub(super) fn rules_answered(rules: &[Rule], address: &Address) -> Vec<String> {
    rules.iter().filter(|rule| rule.is_answered_by(address)).map(|rule| rule.name.clone()).collect()
}

/// What the event offers to the open questions of its partner, and whether some of it had to be left out.
///
/// Each order, referral or appointment in the message is a part of its own; visits that belong to no appointment make
/// one more part together.
pub(super) fn probe(keys: &Keys, keyed: &Keyed, partner: &str, rules: Vec<String>) -> (AnswerProbe, bool) {
    let mut parts: Vec<Vec<(KeyKind, KeyHash)>> = keys.parts.iter().map(|part| of_part(part, keyed)).collect();
    let appointments = || keys.parts.iter().filter_map(|part| part.appointment.as_ref());
    let free = |visit: &&String| !appointments().any(|appointment| appointment == *visit);
    let visits = keys.visits.iter().filter(free).chain(&keys.prior_visits);
    parts.push(visits.map(|visit| (KeyKind::Visit, hash(KeyKind::Visit, visit, keyed))).collect());
    parts.retain(|part| !part.is_empty());
    let cut = parts.len() > PARTS_MAX || keys.patients.len() > PATIENTS_MAX;
    parts.truncate(PARTS_MAX);
    let patients = keys.patients.iter().take(PATIENTS_MAX).map(|id| patient(id, keyed)).collect();
    (AnswerProbe { partner: partner.to_owned(), rules, parts, patients }, cut)
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
    fn each_order_is_a_part_and_loose_visits_are_one_more() {
        let results = keys(
            r#"{"Patient":{"Identifiers":[{"ID":"1","IDType":"MR"}]},"Visit":{"VisitNumber":"v"},
               "Orders":[{"ID":"a","ApplicationOrderID":"x"},{"ID":"b"}]}"#,
            "Results",
            "New",
        );
        let (probe, cut) = probe(&results, &KEYED, "north", vec!["order".into()]);
        let expected = [
            vec![
                (KeyKind::Order, KEYED.hash("order", "a")),
                (KeyKind::ApplicationOrder, KEYED.hash("application_order", "x")),
            ],
            vec![(KeyKind::Order, KEYED.hash("order", "b"))],
            vec![(KeyKind::Visit, KEYED.hash("visit", "v"))],
        ];
        assert_eq!((probe.parts.as_slice(), cut), (&expected[..], false));
        assert_eq!(probe.patients, [KEYED.patient("MR", "1")]);
    }

    #[test]
    fn an_appointment_is_not_named_twice_and_the_old_number_counts() {
        let moved = keys(r#"{"Visit":{"VisitNumber":"new","OldVisitNumber":"old"}}"#, "Scheduling", "Reschedule");
        let (probe, _) = probe(&moved, &KEYED, "north", Vec::new());
        let visit = |number| vec![(KeyKind::Visit, KEYED.hash("visit", number))];
        assert_eq!(probe.parts, [visit("new"), visit("old")]);
    }
}
