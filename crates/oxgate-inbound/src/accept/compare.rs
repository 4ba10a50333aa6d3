//! Do two bodies under one de-duplication key say the same? Compared as JSON values, outside the changing parts of `Meta`.
//!
//! Runs only when the hashes of the bytes differ: a sender that writes members in another order, or other white space,
//! says the same. Numbers compare by their text, so that nothing is lost in a conversion: `1.0` and `1` differ, and a
//! difference is delivered, never dropped.

use super::reading::stable_meta;
use redox_model::envelope::{self, Message};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Whether `second` says the same as `first`. What cannot be compared is different.
pub(super) fn compare(first: &[u8], second: &[u8]) -> bool {
    match (envelope::read(first), envelope::read(second)) {
        (Ok(Message::DataModel(one)), Ok(Message::DataModel(two))) => {
            stable_meta(&one) == stable_meta(&two) && are_same_bodies(first, second, &["Meta"])
        }
        (Ok(Message::FhirBundle(_)), Ok(Message::FhirBundle(_))) => are_same_bodies(first, second, &[]),
        _ => false,
    }
}

type Members<'a> = BTreeMap<String, &'a RawValue>;

/// Compares two objects without the members named in `ignored`. Of a member that occurs twice the last counts, as
/// everywhere where bodies are read.
fn are_same_bodies(first: &[u8], second: &[u8], ignored: &[&str]) -> bool {
    let members = |body| {
        let mut members: Members<'_> = serde_json::from_slice(body).ok()?;
        members.retain(|name, _| !ignored.contains(&name.as_str()));
        Some(members)
    };
    match (members(first), members(second)) {
        (Some(first), Some(second)) => are_same_members(&first, &second),
        _ => false,
    }
}

fn are_same_members(first: &Members<'_>, second: &Members<'_>) -> bool {
    first.len() == second.len()
        && first.iter().zip(second).all(|((left, one), (right, two))| left == right && are_same(one, two))
}

/// Compares two values. Recursion ends at [`redox_model::MAX_DEPTH`]: both bodies have passed the envelope's reader.
fn are_same(first: &RawValue, second: &RawValue) -> bool {
    let (one, two) = (first.get(), second.get());
    if one == two {
        return true;
    }
    let same = match (one.as_bytes().first(), two.as_bytes().first()) {
        (Some(b'{'), Some(b'{')) => both(one, two).map(|(one, two)| are_same_members(&one, &two)),
        (Some(b'['), Some(b'[')) => both::<Vec<&RawValue>>(one, two)
            .map(|(one, two)| one.len() == two.len() && one.iter().zip(two).all(|(one, two)| are_same(one, two))),
        // Strings may differ in their escapes only.
        (Some(b'"'), Some(b'"')) => both::<String>(one, two).map(|(one, two)| one == two),
        _ => None,
    };
    same.unwrap_or(false)
}

fn both<'a, T: Deserialize<'a>>(one: &'a str, two: &'a str) -> Option<(T, T)> {
    Some((serde_json::from_str(one).ok()?, serde_json::from_str(two).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = r#"{"Meta":{"DataModel":"Order","EventType":"New","Logs":[{"ID":"l","AttemptID":"1"}]},
        "Order":{"ID":"7","Notes":["caf\u00e9",1.50]},"Patient":{"Identifiers":[]}}"#;

    fn is_same(second: &str) -> bool {
        compare(FIRST.as_bytes(), second.as_bytes())
    }

    #[test]
    fn the_order_of_members_white_space_and_escapes_do_not_count() {
        let second = r#"{"Patient" : {"Identifiers":[ ]}, "Order":{"Notes":["café", 1.50],"ID":"7"},
            "Meta":{"EventType":"New","DataModel":"Order","EventDateTime":"2026-01-01"}}"#;
        assert!(is_same(second));
    }

    #[test]
    fn everything_else_counts() {
        for (from, to) in [
            ("\"7\"", "\"8\""),
            ("\"7\"", "7"),
            ("1.50", "1.5"),
            ("\"Identifiers\":[]", "\"Identifiers\":[{}]"),
            ("\"Identifiers\":[]", "\"Identifiers\":null"),
            ("\"EventType\":\"New\"", "\"EventType\":\"Cancel\""),
            ("\"EventType\":\"New\"", "\"EventType\":\"New\",\"Test\":true"),
            ("\"Patient\"", "\"Person\""),
        ] {
            let second = FIRST.replace(from, to);
            assert_ne!(second, FIRST);
            assert!(!is_same(&second), "{to}");
        }
    }

    #[test]
    fn items_of_a_list_have_an_order() {
        let second = FIRST.replace(r#"["caf\u00e9",1.50]"#, r#"[1.50,"caf\u00e9"]"#);
        assert!(!is_same(&second));
    }

    #[test]
    fn what_cannot_be_compared_is_different() {
        for second in ["", "{}", "not JSON", r#"{"resourceType":"Bundle","type":"message"}"#] {
            assert!(!is_same(second), "{second}");
        }
    }
}
