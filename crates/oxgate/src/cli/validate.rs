//! `oxgate validate`: check messages without sending them.

use super::{Shared, read_input};
use crate::exit::{Done, Failure};
use crate::output::{Format, json, print};
use clap::{Args, ValueEnum};
use redox_model::validate::{self, Problem, Report, Severity};
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::PathBuf;

/// Check messages without sending them; exits with 3 if one is invalid.
#[derive(Debug, Args)]
pub(crate) struct Validate {
    /// Files with one JSON message, or NDJSON with one a line; `-` is stdin.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How exactly messages are held to the documentation.
    #[arg(long, value_enum, default_value_t)]
    level: Level,
    /// Show the values that were found. They may be patient data.
    #[arg(long)]
    show_values: bool,
}

/// How exactly.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Level {
    /// To the letter: for messages one writes oneself.
    Strict,
    /// As far as real systems keep to it.
    #[default]
    Lenient,
    /// Not at all, beyond being readable.
    Off,
}

/// One message and what is wrong with it.
struct Checked<'a> {
    file: String,
    line: usize,
    body: &'a [u8],
    report: Report,
}

impl Validate {
    pub(crate) fn run(&self, shared: &Shared) -> Done {
        let level = match self.level {
            Level::Strict => validate::Level::Strict,
            Level::Lenient => validate::Level::Lenient,
            Level::Off => validate::Level::Off,
        };
        let (mut messages, mut invalid) = (0_usize, 0_usize);
        let mut shown = Vec::new();
        for file in &self.files {
            let bytes = read_input(file)?;
            for (line, body) in split(&bytes) {
                let checked =
                    Checked { file: file.display().to_string(), line, body, report: validate::validate(body, level) };
                messages += 1;
                invalid += usize::from(!checked.report.is_valid());
                match shared.format {
                    Format::Json => shown.push(self.json(&checked)),
                    Format::Text => print(&self.text(&checked))?,
                }
            }
        }
        if shared.format == Format::Json {
            json(&Value::Array(shown))?;
        }
        match invalid {
            0 => Ok(()),
            _ => Err(Failure::invalid(format!("{invalid} of {messages} messages are invalid"))),
        }
    }

    fn text(&self, checked: &Checked<'_>) -> String {
        let place = format!("{}:{}", checked.file, checked.line);
        let event = checked
            .report
            .event
            .map_or_else(String::new, |event| format!(" {}.{}", event.data_model, event.event_type));
        let verdict = if checked.report.is_valid() { "valid" } else { "invalid" };
        let mut text = format!("{place}:{event} {verdict}");
        for problem in &checked.report.problems {
            write!(text, "\n  {problem}").expect("writing to a string");
            if self.show_values {
                write!(text, ": {}", value(checked.body, problem)).expect("writing to a string");
            }
        }
        text
    }

    fn json(&self, checked: &Checked<'_>) -> Value {
        let problems: Vec<Value> = checked
            .report
            .problems
            .iter()
            .map(|problem| {
                let mut shown = json!({
                    "severity": problem.severity.as_str(),
                    "rule": problem.rule.as_str(),
                    "path": problem.path,
                    "expected": problem.expected,
                    "found": problem.found.to_string(),
                    "line": problem.line,
                    "column": problem.column,
                });
                if self.show_values {
                    shown["value"] = json!(value(checked.body, problem));
                }
                shown
            })
            .collect();
        let count = |severity| checked.report.problems.iter().filter(|problem| problem.severity == severity).count();
        json!({
            "file": checked.file,
            "line": checked.line,
            "data_model": checked.report.event.map(|event| event.data_model),
            "event_type": checked.report.event.map(|event| event.event_type),
            "valid": checked.report.is_valid(),
            "errors": count(Severity::Error),
            "warnings": count(Severity::Warning),
            "notes": count(Severity::Note),
            "problems": problems,
        })
    }
}

fn value(body: &[u8], problem: &Problem) -> String {
    String::from_utf8_lossy(body.get(problem.span.clone()).unwrap_or_default()).into_owned()
}

/// The messages of a file with their first lines: NDJSON is known by its first line being a whole JSON value.
fn split(bytes: &[u8]) -> Vec<(usize, &[u8])> {
    let whole = |line: &[u8]| serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok();
    let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if !whole(first) || first.len() + 1 >= bytes.trim_ascii_end().len() {
        return vec![(1, bytes)];
    }
    let lines = bytes.split(|byte| *byte == b'\n').enumerate();
    lines.filter(|(_, line)| !line.trim_ascii().is_empty()).map(|(index, line)| (index + 1, line)).collect()
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn ndjson_is_known_by_its_first_line() {
        assert_eq!(split(b"{}\n{\n\n{}").len(), 3);
        assert_eq!(split(b"{\n\"a\": 1\n}\n").len(), 1);
        assert_eq!(split(b"{}\n").len(), 1);
        assert_eq!(split(b"not json\n{}").len(), 1);
    }
}
