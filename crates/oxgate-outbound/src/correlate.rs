//! From the identifiers in a message to the keys of its order and to the answers it expects.

use crate::plan::{Destination, Plan};
use crate::validate::{NoReply, Valid};
use oxgate_core::expectation::{KeyKind, Rule};
use oxgate_core::order::OrderBy;
use oxgate_core::{Address, KeyHash, Keyed, OrderKeys};
use oxgate_store::command::NewExpectation;
use redox_model::keys::{Identifier, Keys};

/// More order keys than this make a barrier: a message about so many patients may wait for all and hold all, which is
/// always right, only slower.
const ORDER_KEYS_MAX: usize = 64;

/// Keys of one question that answers are matched by. Each is a row of the enqueue transaction.
const QUESTION_KEYS_MAX: usize = 256;

/// Patient identifiers of one question that guard a match.
const PATIENTS_MAX: usize = 64;

/// Which earlier deliveries of its lane a message waits for. A merge carries the keys of both patients; a message
/// without a key of the kind asked for waits for all.
pub(crate) fn order_keys(order_by: OrderBy, keys: &Keys, keyed: &Keyed) -> OrderKeys {
    let hashes: Vec<KeyHash> = match order_by {
        OrderBy::All => return OrderKeys::All,
        OrderBy::None => return OrderKeys::Free,
        OrderBy::Patient => keys.patients.iter().chain(&keys.prior_patients).map(|id| patient(id, keyed)).collect(),
        OrderBy::Visit => {
            let visits = keys.visits.iter().chain(&keys.prior_visits);
            visits.map(|visit| keyed.hash(KeyKind::Visit.as_str(), visit)).collect()
        }
        OrderBy::Order => [KeyKind::Order, KeyKind::ApplicationOrder]
            .into_iter()
            .flat_map(|kind| values(kind, keys).into_iter().map(move |value| keyed.hash(kind.as_str(), value)))
            .collect(),
    };
    if hashes.len() > ORDER_KEYS_MAX {
        return OrderKeys::Barrier;
    }
    OrderKeys::from_keys(hashes.into_iter().map(|hash| keyed.order(hash)).collect())
}

/// What a valid submission waits for: for each rule that it asks by, one expectation for each partner it goes to.
pub(crate) fn expectations(valid: &Valid, keyed: &Keyed) -> Vec<NewExpectation> {
    let within = valid.submitted.submission().reply_within;
    let patients: Vec<KeyHash> = valid.keys.patients.iter().take(PATIENTS_MAX).map(|id| patient(id, keyed)).collect();
    let partners = partners(valid.destinations.iter());
    let asked = valid.plan.rules.iter().filter(|rule| rule.is_asked_by(&valid.address));
    let mut out = Vec::new();
    for rule in asked {
        let keys = rule_keys(rule, &valid.keys, keyed);
        if keys.is_empty() {
            continue;
        }
        out.extend(partners.iter().map(|partner| NewExpectation {
            rule: rule.name.clone(),
            partner: (*partner).to_owned(),
            within: within.or(rule.within),
            keys: keys.clone(),
            patients: patients.clone(),
        }));
    }
    out
}

/// Whether an answer to this event could be recognised at all.
pub(crate) fn check_reply(
    plan: &Plan,
    address: &Address,
    destinations: &[&Destination],
    keys: &Keys,
) -> Result<(), NoReply> {
    let mut rules = plan.rules.iter().filter(|rule| rule.is_asked_by(address)).peekable();
    if rules.peek().is_none() {
        Err(NoReply::NoRule)
    } else if partners(destinations.iter().copied()).is_empty() {
        Err(NoReply::NoPartner)
    } else if rules.all(|rule| rule.keys.iter().all(|kind| values(*kind, keys).is_empty())) {
        Err(NoReply::NoKeys)
    } else {
        Ok(())
    }
}

/// The partner of all these destinations; empty when they have none or several.
pub(crate) fn only_partner(destinations: &[Destination]) -> String {
    match &partners(destinations.iter())[..] {
        [only] => (*only).to_owned(),
        _ => String::new(),
    }
}

fn partners<'a>(destinations: impl Iterator<Item = &'a Destination>) -> Vec<&'a str> {
    let mut partners: Vec<&str> = destinations.filter_map(|destination| destination.partner.as_deref()).collect();
    partners.sort_unstable();
    partners.dedup();
    partners
}

fn rule_keys(rule: &Rule, keys: &Keys, keyed: &Keyed) -> Vec<(KeyKind, KeyHash)> {
    let pairs = rule.keys.iter().flat_map(|kind| values(*kind, keys).into_iter().map(|value| (*kind, value)));
    let mut hashes: Vec<_> = pairs.map(|(kind, value)| (kind, keyed.hash(kind.as_str(), value))).collect();
    hashes.sort_unstable();
    hashes.dedup();
    if hashes.len() > QUESTION_KEYS_MAX {
        tracing::warn!(
            rule = rule.name,
            keys = hashes.len(),
            "more keys than are matched; answers to the rest stay unlinked"
        );
        hashes.truncate(QUESTION_KEYS_MAX);
    }
    hashes
}

/// The values of one kind of key. Patients are none: they guard a match and never make one.
fn values(kind: KeyKind, keys: &Keys) -> Vec<&str> {
    let parts = keys.parts.iter();
    match kind {
        KeyKind::Order => parts.filter_map(|part| part.order.as_deref()).collect(),
        KeyKind::ApplicationOrder => parts.filter_map(|part| part.application_order.as_deref()).collect(),
        KeyKind::Referral => parts.filter_map(|part| part.referral.as_deref()).collect(),
        KeyKind::Visit => keys.visits.iter().map(String::as_str).collect(),
        KeyKind::Patient => Vec::new(),
    }
}

fn patient(identifier: &Identifier, keyed: &Keyed) -> KeyHash {
    keyed.patient(identifier.id_type.as_deref().unwrap_or_default(), &identifier.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYED: Keyed = Keyed::new([7; 32]);

    fn keys(body: &str, model: &str, event_type: &str) -> Keys {
        redox_model::keys::read(body.as_bytes(), model, event_type).expect("JSON")
    }

    #[test]
    fn deliveries_wait_for_those_about_the_same() {
        let arrival = keys(r#"{"Patient":{"Identifiers":[{"ID":"1","IDType":"MR"}]}}"#, "PatientAdmin", "Arrival");
        let merge = keys(
            r#"{"Patient":{"Identifiers":[{"ID":"2","IDType":"MR"}],"PreviousIdentifiers":[{"ID":"1","IDType":"MR"}]}}"#,
            "PatientAdmin",
            "PatientMerge",
        );
        let order = |by, keys: &Keys| order_keys(by, keys, &KEYED);
        assert!(order(OrderBy::Patient, &arrival).precedes(&order(OrderBy::Patient, &merge)));
        assert_eq!(order(OrderBy::Visit, &arrival), OrderKeys::Barrier);
        assert_eq!(order(OrderBy::All, &arrival), OrderKeys::All);
        assert_eq!(order(OrderBy::None, &arrival), OrderKeys::Free);
        let ids: Vec<String> = (0..65).map(|id| format!(r#"{{"ID":"{id}"}}"#)).collect();
        let many = keys(&format!(r#"{{"Orders":[{}]}}"#, ids.join(",")), "Order", "GroupedOrders");
        assert_eq!(order(OrderBy::Order, &many), OrderKeys::Barrier);
    }
}
