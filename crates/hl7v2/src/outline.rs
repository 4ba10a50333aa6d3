//! A whole message for people and for programs: as an indented tree, and as JSON.
//!
//! Both hold the message's content. JSON has the message's own structure, numbered as HL7 numbers it:
//! `{"id":"PID","fields":{"3":[{"1":"42","4":"GHH"},"77"],"5":{"1":"Muster"},"16":null}}`. A leaf is a string, `""` is null,
//! a field with several repetitions is an array, a value with several parts is an object; empty parts are left out.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::{Message, Presence, Value, value::Level};

/// One line per segment, below it one line per filled leaf with its path.
pub fn tree(message: &Message<'_>) -> String {
    let mut out = String::new();
    let mut ordinals: BTreeMap<_, usize> = BTreeMap::new();
    for segment in message.segments() {
        let id = segment.id();
        let ordinal = ordinals.entry(id.clone()).or_default();
        *ordinal += 1;
        let name = if *ordinal > 1 { format!("{id}[{ordinal}]") } else { id.into_owned() };
        let _ = writeln!(out, "{name}");
        for (number, field) in segment.fields().filter(|(_, field)| field.is_filled()) {
            let mut leaf = |path: &str, value: Value<'_>| {
                let text = if value.presence() == Presence::Null { "\"\"".into() } else { value.text() };
                let _ = writeln!(out, "  {path:<16} {}", text.escape_debug());
            };
            leaves(&format!("{name}-{number}"), field, &mut leaf);
        }
    }
    out
}

fn leaves(path: &str, value: Value<'_>, leaf: &mut dyn FnMut(&str, Value<'_>)) {
    let parts = parts(value);
    if parts.len() < 2 {
        return match parts.first() {
            Some(part) if part.level() != value.level() => leaves(path, *part, leaf),
            _ => leaf(path, value),
        };
    }
    for (index, part) in parts.into_iter().enumerate().filter(|(_, part)| part.is_filled()) {
        let path = match part.level() {
            Level::Repetition => format!("{path}[{}]", index + 1),
            _ => format!("{path}.{}", index + 1),
        };
        leaves(&path, part, leaf);
    }
}

/// The immediate parts of a value; a leaf has none.
fn parts(value: Value<'_>) -> Vec<Value<'_>> {
    match value.level() {
        Level::Field => value.repetitions().collect(),
        Level::Repetition => value.components().collect(),
        Level::Component => value.subcomponents().collect(),
        Level::Subcomponent | Level::Literal => Vec::new(),
    }
}

/// The message as one JSON object on one line: `charset`, `segments`, and `notes` with what was forgiven.
pub fn json(message: &Message<'_>) -> String {
    let mut out = String::from("{\"charset\":");
    string(message.charset().as_str(), &mut out);
    out.push_str(",\"segments\":[");
    for (index, segment) in message.segments().enumerate() {
        out.push_str(if index > 0 { ",{\"id\":" } else { "{\"id\":" });
        string(&segment.id(), &mut out);
        out.push_str(",\"fields\":");
        object(segment.fields().filter(|(_, field)| field.is_filled()), &mut out);
        out.push('}');
    }
    out.push_str("],\"notes\":[");
    for (index, note) in message.notes().iter().enumerate() {
        let separator = if index > 0 { "," } else { "" };
        let (kind, start, end) = (note.kind, note.span.start, note.span.end);
        let _ = write!(out, "{separator}{{\"kind\":\"{kind}\",\"start\":{start},\"end\":{end}}}");
    }
    out.push_str("]}");
    out
}

/// A value as JSON, in the form described above.
pub fn json_value(value: Value<'_>) -> String {
    let mut out = String::new();
    write_value(value, &mut out);
    out
}

fn object<'a>(members: impl Iterator<Item = (usize, Value<'a>)>, out: &mut String) {
    out.push('{');
    for (index, (number, value)) in members.enumerate() {
        let separator = if index > 0 { "," } else { "" };
        let _ = write!(out, "{separator}\"{number}\":");
        write_value(value, out);
    }
    out.push('}');
}

fn write_value(value: Value<'_>, out: &mut String) {
    let parts = parts(value);
    match parts.as_slice() {
        [] if value.presence() == Presence::Null => out.push_str("null"),
        [] => string(&value.text(), out),
        [only] => write_value(*only, out),
        parts if value.level() == Level::Field => {
            for (index, part) in parts.iter().enumerate() {
                out.push(if index > 0 { ',' } else { '[' });
                write_value(*part, out);
            }
            out.push(']');
        }
        parts => {
            let filled = parts.iter().enumerate().filter(|(_, part)| part.is_filled());
            object(filled.map(|(index, part)| (index + 1, *part)), out);
        }
    }
}

fn string(text: &str, out: &mut String) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            char if char.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(char));
            }
            char => out.push(char),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Options;

    const TEXT: &[u8] = b"MSH|^~\\&|A\nPID|1||42^^^GHH&1.2~77||Muster^A\\F\\B|\"\"|^|x\\X0A\\\"\nOBX|1\nOBX|2";

    #[test]
    fn the_tree_names_each_leaf_by_its_path() {
        let message = Message::parse(TEXT, &Options::default()).expect("a message");
        let lines = tree(&message);
        let expected = [
            "MSH",
            "  MSH-1            |",
            "  MSH-2            ^~\\\\&",
            "  MSH-3            A",
            "PID",
            "  PID-1            1",
            "  PID-3[1].1       42",
            "  PID-3[1].4.1     GHH",
            "  PID-3[1].4.2     1.2",
            "  PID-3[2]         77",
            "  PID-5.1          Muster",
            "  PID-5.2          A|B",
            "  PID-6            \\\"\\\"",
            "  PID-8            x\\n\\\"",
            "OBX",
            "  OBX-1            1",
            "OBX[2]",
            "  OBX[2]-1         2",
        ];
        assert_eq!(lines.lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn json_keeps_structure_and_nulls() {
        let message = Message::parse(TEXT, &Options::default()).expect("a message");
        assert_eq!(
            json(&message),
            concat!(
                r#"{"charset":"UNICODE UTF-8","segments":[{"id":"MSH","fields":{"1":"|","2":"^~\\&","3":"A"}},"#,
                r#"{"id":"PID","fields":{"1":"1","3":[{"1":"42","4":{"1":"GHH","2":"1.2"}},"77"],"5":{"1":"Muster","2":"A|B"},"#,
                r#""6":null,"8":"x\u000a\""}},{"id":"OBX","fields":{"1":"1"}},{"id":"OBX","fields":{"1":"2"}}],"#,
                r#""notes":[{"kind":"line-feed","start":10,"end":11},{"kind":"missing-final-terminator","start":72,"end":72}]}"#,
            )
        );
        assert_eq!(json_value(message.get(&"PID-3[2]".parse().expect("a path"))), "\"77\"");
    }
}
