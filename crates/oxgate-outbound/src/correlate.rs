//! From the identifiers in a message to the keys of its order and to the answers it expects.

use crate::plan::{Destination, Plan};
use crate::validate::{NoReply, Valid};
use oxgate_core::expectation::{KeyKind, Rule};
use oxgate_core::{Address, KeyHash, Keyed};
use oxgate_store::command::NewExpectation;
use redox_model::keys::Keys;

/// Keys of one question that answers are matched by. Each is a row of the enqueue transaction.
const QUESTION_KEYS_MAX: usize = 256;

/// What a valid submission waits for: for each rule that it asks by, one expectation for each partner it goes to.
pub(crate) fn expectations(valid: &Valid, keyed: &Keyed) -> Vec<NewExpectation> {
    let within = valid.submitted.submission().reply_within;
    let patients = oxgate_keys::patients(&valid.keys, keyed);
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
    } else if rules.all(|rule| !rule.keys.iter().any(|kind| oxgate_keys::has_question_keys(*kind, keys))) {
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
    let of_kind =
        |kind: KeyKind| oxgate_keys::question_keys(kind, keys, keyed).into_iter().map(move |hash| (kind, hash));
    let mut hashes: Vec<_> = rule.keys.iter().flat_map(|kind| of_kind(*kind)).collect();
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
