//! `oxgate validate`: check messages without sending them.

use super::{Shared, read_input};
use crate::config::process::Level;
use crate::exit::{Done, Failure};
use crate::output::{Format, json, print};
use clap::Args;
use oxgate_outbound::plan::Destination;
use oxgate_outbound::validate::content;
use redox_model::validate::{Problem, Report, Severity};
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Check messages without sending them; exits with 3 if one is invalid.
#[derive(Debug, Args)]
pub(crate) struct Validate {
    /// Files with one JSON message, or NDJSON with one a line; `-` is stdin.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How exactly messages are held to the documentation.
    #[arg(long, value_enum, default_value_t)]
    level: Level,
    /// A destination of the configuration: what it `requires` is checked too.
    #[arg(long, value_name = "NAME")]
    destination: Option<String>,
    /// Show the values that were found. They may be patient data.
    #[arg(long)]
    show_values: bool,
}

/// One message and what is wrong with it.
struct Checked<'a> {
    file: String,
    /// Where in the file it begins, from 1.
    line: usize,
    body: &'a [u8],
    report: Report,
}

impl Validate {
    pub(crate) fn run(&self, shared: &Shared) -> Done {
        let destination = self.destination.as_deref().map(|name| self.destination(name, shared)).transpose()?;
        let destinations: Vec<&Destination> = destination.iter().collect();
        let (mut messages, mut invalid) = (0_usize, 0_usize);
        let mut shown = Vec::new();
        for file in &self.files {
            let bytes = read_input(file)?;
            for (line, body) in split(file, &bytes) {
                let report = content::report(body, &destinations, self.level.into());
                let checked = Checked { file: file.display().to_string(), line, body, report };
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

    /// The destination of that name, as a submission would meet it.
    fn destination(&self, name: &str, shared: &Shared) -> Result<Destination, Failure> {
        if self.level == Level::Off {
            return Err(Failure::usage("`--level off` looks at no content, so `--destination` has nothing to check"));
        }
        let loaded = shared.load()?;
        let configured = &loaded.config.destinations;
        let found = configured.iter().find(|destination| destination.name.get_ref() == name);
        found.map(crate::serve::plan::destination).ok_or_else(|| {
            let names: Vec<&str> = configured.iter().map(|destination| destination.name.get_ref().as_str()).collect();
            let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            Failure::usage(format!("{} has no destination `{name}`; configured: {names}", loaded.path.display()))
        })
    }

    fn text(&self, checked: &Checked<'_>) -> String {
        let Checked { file, line, report, .. } = checked;
        let event = report.event.map_or_else(String::new, |event| format!(" {event}"));
        let verdict = if report.is_valid() { "valid" } else { "invalid" };
        let mut text = format!("{file}:{line}:{event} {verdict}");
        for problem in &report.problems {
            let Problem { severity, rule, path, expected, found, column, .. } = problem;
            let line = checked.line_of(problem);
            write!(
                text,
                "\n  {severity} {rule} at {path} (line {line}, column {column}): expected {expected}, found {found}"
            )
            .expect("writing to a string");
            if self.show_values && !problem.span.is_empty() {
                write!(text, ": {}", cut(checked.value(problem))).expect("writing to a string");
            }
        }
        if report.omitted > 0 {
            write!(text, "\n  and {} more problems", report.omitted).expect("writing to a string");
        }
        text
    }

    fn json(&self, checked: &Checked<'_>) -> Value {
        let Checked { file, line, report, .. } = checked;
        let problems: Vec<Value> = report
            .problems
            .iter()
            .map(|problem| {
                let mut shown = json!(problem);
                shown["line"] = json!(checked.line_of(problem));
                if self.show_values {
                    shown["value"] = if problem.span.is_empty() { Value::Null } else { checked.value(problem).into() };
                }
                shown
            })
            .collect();
        json!({
            "file": file,
            "line": line,
            "data_model": report.event.map(|event| event.data_model),
            "event_type": report.event.map(|event| event.event_type),
            "valid": report.is_valid(),
            "errors": report.count(Severity::Error),
            "warnings": report.count(Severity::Warning),
            "notes": report.count(Severity::Note),
            "problems": problems,
            "omitted": report.omitted,
        })
    }
}

impl Checked<'_> {
    /// The problem's line in the file; its own is that in the message.
    fn line_of(&self, problem: &Problem) -> usize {
        self.line + problem.line - 1
    }

    /// What stands where the problem is, as it is written there.
    fn value(&self, problem: &Problem) -> String {
        String::from_utf8_lossy(problem.excerpt(self.body)).into_owned()
    }
}

/// The longest value that is printed for a person.
const SHOWN_CHARS: usize = 200;

/// A value that fits a line.
fn cut(value: String) -> String {
    match value.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value,
    }
}

/// The messages of a file with their first lines. NDJSON is known by its name, or by its first line being a whole JSON
/// value with more behind it.
fn split<'b>(file: &Path, bytes: &'b [u8]) -> Vec<(usize, &'b [u8])> {
    let named = file.extension().is_some_and(|name| name == "ndjson" || name == "jsonl");
    let whole = |line: &[u8]| serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok();
    let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if !named && (!whole(first) || first.len() + 1 >= bytes.trim_ascii_end().len()) {
        return vec![(1, bytes)];
    }
    let lines = bytes.split(|byte| *byte == b'\n').enumerate();
    lines.filter(|(_, line)| !line.trim_ascii().is_empty()).map(|(index, line)| (index + 1, line)).collect()
}

#[cfg(test)]
mod tests {
    use super::{cut, split};
    use std::path::Path;

    #[test]
    fn ndjson_is_known_by_its_name_or_its_first_line() {
        let messages = |file: &str, bytes: &[u8]| split(Path::new(file), bytes).len();
        assert_eq!(messages("-", b"{}\n{\n\n{}"), 3);
        assert_eq!(messages("-", b"{\n\"a\": 1\n}\n"), 1);
        assert_eq!(messages("-", b"{}\n"), 1);
        assert_eq!(messages("-", b"not json\n{}"), 1);
        assert_eq!(messages("batch.ndjson", b"not json\n{}\n\n"), 2);
        assert_eq!(messages("-", b""), 1);
    }

    #[test]
    fn a_long_value_is_cut_between_characters() {
        assert_eq!(cut("é".repeat(200)), "é".repeat(200));
        assert_eq!(cut("é".repeat(201)), "é".repeat(200) + "…");
    }
}
