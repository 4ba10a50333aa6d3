//! What an event offers to the open questions of its partner.

use oxgate_core::expectation::Rule;
use oxgate_core::{Address, Keyed};
use oxgate_keys::PATIENTS_MAX;
use oxgate_store::command::AnswerProbe;
use redox_model::keys::Keys;

/// Parts of one message that are compared with open questions. Each costs look-ups in the accept transaction.
const PARTS_MAX: usize = 256;

/// Names of the rules that an event with this address may answer.
pub(super) fn rules_answered(rules: &[Rule], address: &Address) -> Vec<String> {
    rules.iter().filter(|rule| rule.is_answered_by(address)).map(|rule| rule.name.clone()).collect()
}

/// What is offered, and whether some of it had to be left out.
pub(super) fn probe(keys: &Keys, keyed: &Keyed, partner: &str, rules: Vec<String>) -> (AnswerProbe, bool) {
    let mut parts = oxgate_keys::answer_parts(keys, keyed);
    let cut = parts.len() > PARTS_MAX || keys.patients.len() > PATIENTS_MAX;
    parts.truncate(PARTS_MAX);
    let patients = oxgate_keys::patients(keys, keyed);
    (AnswerProbe { partner: partner.to_owned(), rules, parts, patients }, cut)
}
