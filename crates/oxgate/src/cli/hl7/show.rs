//! `oxgate hl7 parse` and `oxgate hl7 get`: what messages hold, whole or at one path.

use super::input::{Entry, each, each_read, ndjson};
use crate::exit::Done;
use crate::output::{Format, print};
use hl7v2::{Message, Path, Presence, Value, outline, trigger};
use serde_json::json;
use std::fmt::Write;
use std::path::PathBuf;

/// Shows whole messages.
pub(super) fn parse(files: &[PathBuf], format: Format) -> Done {
    let as_json = format == Format::Json;
    each_read(files, as_json, |entry, message| {
        if as_json {
            let mut record = entry.record();
            record["hl7"] = document(&outline::json(message));
            ndjson(&record)?;
        } else {
            print(&text(entry, message))?;
        }
        Ok(true)
    })
}

/// A heading, the tree, and what was forgiven.
fn text(entry: &Entry<'_>, message: &Message<'_>) -> String {
    let said = trigger::of(message);
    let trigger = said.trigger.map_or_else(String::new, |trigger| format!("^{trigger}"));
    let heading = format!("{}{trigger}", said.code);
    let Entry { file, line, number, .. } = entry;
    let charset = message.charset();
    let mut text = format!("{file}:{line}: message {number}: {}, {charset}\n", heading.escape_debug());
    text.push_str(&outline::tree(message));
    for note in message.notes() {
        let (line, column) = entry.place(note.span.start);
        writeln!(text, "note {} (line {line}, column {column})", note.kind).expect("writing to a string");
    }
    text
}

/// Prints the values at a path. Lines name their message where several messages were read.
pub(super) fn get(path: &Path, files: &[PathBuf], format: Format) -> Done {
    let as_json = format == Format::Json;
    let mut messages = 0_usize;
    let mut lines = Vec::new();
    let done = each(files, |entry| {
        messages += 1;
        let message = match entry.parse() {
            Ok(message) => message,
            Err(error) => {
                entry.refuse(error.offset(), &error, as_json)?;
                return Ok(false);
            }
        };
        let found = message.get_all(path).into_iter().filter(|(_, value)| value.is_filled());
        if as_json {
            let mut record = entry.record();
            let values = found.map(|(at, value)| json!({"at": at.to_string(), "value": value_of(value)}));
            record["values"] = values.collect();
            ndjson(&record)?;
        } else {
            let place = format!("{}:{}: ", entry.file, entry.line);
            lines.extend(found.map(|(_, value)| (place.clone(), line_of(value))));
        }
        Ok(true)
    });
    for (place, line) in lines {
        let place = if messages > 1 { place.as_str() } else { "" };
        print(&format!("{place}{line}"))?;
    }
    done
}

fn value_of(value: Value<'_>) -> serde_json::Value {
    document(&outline::json_value(value))
}

fn document(text: &str) -> serde_json::Value {
    serde_json::from_str(text).expect("an outline is JSON")
}

/// The text of a value on one line: what would break the line, or move a terminal's cursor, is escaped.
fn line_of(value: Value<'_>) -> String {
    if value.presence() == Presence::Null {
        return "\"\"".to_owned();
    }
    let shown = |char: char| match char {
        char if char.is_control() => char.escape_default().to_string(),
        char => char.to_string(),
    };
    value.text().chars().map(shown).collect()
}
