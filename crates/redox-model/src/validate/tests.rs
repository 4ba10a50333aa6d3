//! The one pass against the careful reading: where it has an opinion, it is the same.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::sample;

/// Whether the one pass has an opinion on the body.
fn agrees(body: &[u8]) -> bool {
    let mut decided = false;
    for level in [Level::Strict, Level::Lenient, Level::Off] {
        let report = |judged: Judged| (judged.content, judged.findings.into_report(judged.event, body));
        if let Some(judged) = at_once(body, level) {
            decided = true;
            assert_eq!(report(judged), report(carefully(body, level)), "{level}: {}", String::from_utf8_lossy(body));
        }
    }
    decided
}

/// A full message, in the documented order of members or in the reverse.
fn message(event: &EventInfo, seed: u64, reversed: bool) -> Value {
    fn reverse(value: Value) -> Value {
        match value {
            Value::Object(members) => members.into_iter().rev().map(|(name, value)| (name, reverse(value))).collect(),
            Value::Array(items) => items.into_iter().map(reverse).collect(),
            scalar => scalar,
        }
    }
    let message = sample::build(event, seed, false);
    if reversed { reverse(message) } else { message }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn one_pass_says_what_the_careful_reading_says(
        which in any::<prop::sample::Index>(),
        seed in any::<u64>(),
        reversed in any::<bool>(),
        pretty in any::<bool>(),
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 0..4),
    ) {
        let message = message(&catalogue::events()[which.index(111)], seed, reversed);
        let mut body = if pretty { format!("{message:#}") } else { message.to_string() }.into_bytes();
        for (index, byte, how) in edits {
            let at = index.index(body.len());
            match how {
                0 => body[at] = byte,
                1 => drop(body.remove(at)),
                2 => body.insert(at, b"{}[],:\"\\0e- \n"[usize::from(byte) % 13]),
                // A stretch twice: a member given again, as often as not.
                _ => drop(body.splice(at..at, body[at..body.len().min(at + usize::from(byte))].to_vec())),
            }
        }
        agrees(&body);
    }
}

#[test]
fn well_made_messages_need_one_pass() {
    for event in catalogue::events() {
        for reversed in [false, true] {
            assert!(agrees(message(event, 7, reversed).to_string().as_bytes()), "{event}");
        }
    }
}

#[test]
fn what_is_doubtful_is_read_carefully() {
    let order = sample::build(catalogue::find("Order", "New").expect("known"), 1, true);
    let with_meta = |change: &dyn Fn(&mut Value)| {
        let mut message = order.clone();
        change(&mut message["Meta"]);
        message.to_string()
    };
    let text = order.to_string();
    let entries = |count| Value::Array(vec![json!({ "ID": "1" }); count]);
    for body in [
        text.replacen('{', "{\"Meta\":{\"DataModel\":\"Notes\",\"EventType\":\"New\"},", 1),
        text.replacen('{', "{\"Meta\":{\"DataModel\":\"Notes\",\"EventType\":\"New\"},\"M\\u0065ta\":null,", 1),
        text.replace("\"EventType\":", "\"EventType\":\"Cancel\",\"EventType\":"),
        text.replace("\"Order\"", "\"Orders\""),
        with_meta(&|meta| meta["Destinations"] = entries(envelope::MAX_ENTRIES + 1)),
        with_meta(&|meta| meta["EventType"] = json!("new")),
        with_meta(&|meta| meta["Unheard-of"] = json!(1)),
        json!({ "Meta": order["Meta"] }).to_string(),
        json!({ "Meta": [order["Meta"]], "Patient": {} }).to_string(),
        format!("{text} {{"),
        format!("[{text}]"),
        "{\"Meta\":{\"DataModel\":\"Order\"},\"Meta\":{\"EventType\":\"New\"}}".to_owned(),
        "{\"Meta\":{\"DataModel\":\"Order\",\"EventType\":\"New\"".to_owned(),
    ] {
        assert!(!agrees(body.as_bytes()), "{body}");
    }
    assert!(agrees(with_meta(&|meta| meta["Destinations"] = entries(envelope::MAX_ENTRIES)).as_bytes()));
}
