//! Data to stdout, as aligned text for people or as JSON for programs; everything else goes to stderr.

use crate::exit::{Done, Failure};
use serde_json::Value;
use std::io::{self, Write};

/// How a command prints its data.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON document.
    Json,
}

/// Writes to stdout. A reader that has gone away ends the command quietly.
pub(crate) fn print(text: &str) -> Done {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush());
    match written {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::failed(format!("cannot write to stdout: {error}"))),
    }
}

/// Prints a JSON value, indented.
pub(crate) fn json(value: &Value) -> Done {
    print(&serde_json::to_string_pretty(value).expect("a JSON value prints"))
}

/// Rows under a heading, columns as wide as their widest cell. Nothing is cut: a narrow terminal wraps.
pub(crate) fn table(heading: &[&str], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = heading.iter().map(|cell| cell.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded: Vec<String> = cells.zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        padded.join("  ").trim_end().to_owned()
    };
    let mut lines = vec![line(&mut heading.iter().copied())];
    lines.extend(rows.iter().map(|row| line(&mut row.iter().map(String::as_str))));
    lines.join("\n")
}

/// A member of a JSON object as a table cell: text as it is, numbers printed, absent and null as `-`.
pub(crate) fn cell(value: &Value, pointer: &str) -> String {
    match value.pointer(pointer) {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::String(text)) if text.is_empty() => "-".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned))
            .collect::<Vec<_>>()
            .join(","),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let rows = vec![vec!["evt_1".into(), "ok".into()], vec!["e".into(), "parked".into()]];
        assert_eq!(table(&["ID", "STATE"], &rows), "ID     STATE\nevt_1  ok\ne      parked");
    }

    #[test]
    fn cells_show_what_is_there() {
        let value = serde_json::json!({"a": {"b": 3}, "flags": ["x", "y"], "none": null});
        assert_eq!(["/a/b", "/flags", "/none", "/gone"].map(|path| cell(&value, path)), ["3", "x,y", "-", "-"]);
    }
}
