//! Checks a file while it streams by: every line a JSON resource of the file's type, no more than a line in memory.

use crate::names::ResourceType;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What the lines of a file have to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expect {
    /// Resources of this type.
    Only(ResourceType),
    /// Resources of any type: blocks organised by a resource.
    Any,
    /// Nothing is looked at but the number of lines.
    Unchecked,
}

/// Bounds on a file.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Longest line in bytes.
    pub line_bytes: usize,
    /// Most lines, where their number was announced.
    pub lines: Option<u64>,
}

/// What is wrong with a line. Shows types and positions, never content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} {fault}")]
pub struct LineError {
    /// The line, from 1; blank ones count.
    pub line: u64,
    /// The fault.
    pub fault: LineFault,
}

/// A kind of wrong line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineFault {
    /// Not text.
    #[error("is not UTF-8 (byte {0})")]
    NotText(usize),
    /// Not JSON; often a line cut short.
    #[error("is not JSON (column {0})")]
    NotJson(usize),
    /// JSON, but no resource.
    #[error("is no resource: it is no object with a resourceType")]
    NotAResource,
    /// A resource of another type.
    #[error("is a resource of type {found}, but the file is announced as {expected}")]
    OtherType {
        /// What it is.
        found: String,
        /// What it should be.
        expected: ResourceType,
    },
    /// Longer than allowed.
    #[error("is longer than {0} bytes")]
    TooLong(usize),
    /// One more than announced.
    #[error("is one more than the {0} that were announced")]
    TooMany(u64),
}

/// What a whole file held.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Lines that are not blank.
    pub lines: u64,
    /// Issues of `OperationOutcome`s by severity.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub severities: BTreeMap<String, u64>,
}

/// A check under way.
#[derive(Debug)]
pub struct LineCheck {
    expect: Expect,
    bounds: Bounds,
    /// The beginning of a line whose end has not come yet.
    open: Vec<u8>,
    /// Lines that ended, blank ones too.
    ended: u64,
    tally: Tally,
}

/// As much of a resource as is looked at.
#[derive(Deserialize)]
struct Head<'a> {
    #[serde(rename = "resourceType", borrow)]
    resource_type: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Outcome {
    #[serde(default)]
    issue: Vec<Issue>,
}

#[derive(Deserialize)]
struct Issue {
    #[serde(default)]
    severity: Option<String>,
}

impl LineCheck {
    /// A check of a file from its first byte.
    pub fn new(expect: Expect, bounds: Bounds) -> Self {
        Self { expect, bounds, open: Vec::new(), ended: 0, tally: Tally::default() }
    }

    /// The next bytes of the file.
    pub fn feed(&mut self, mut bytes: &[u8]) -> Result<(), LineError> {
        while let Some(end) = memchr::memchr(b'\n', bytes) {
            let (head, rest) = bytes.split_at(end);
            if self.open.is_empty() {
                self.line(head)?;
            } else {
                self.keep(head)?;
                let mut line = std::mem::take(&mut self.open);
                self.line(&line)?;
                line.clear();
                self.open = line;
            }
            self.ended += 1;
            bytes = &rest[1..];
        }
        self.keep(bytes)
    }

    /// Lines so far that are not blank.
    pub fn lines(&self) -> u64 {
        self.tally.lines
    }

    /// The end of the file; its last line needs no newline.
    pub fn finish(mut self) -> Result<Tally, LineError> {
        let line = std::mem::take(&mut self.open);
        self.line(&line)?;
        Ok(self.tally)
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), LineError> {
        if self.expect == Expect::Unchecked {
            // Only whether there is anything matters.
            let something = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
            if self.open.is_empty() {
                self.open.extend(something);
            }
            return Ok(());
        }
        if self.open.len() + bytes.len() > self.bounds.line_bytes {
            return Err(self.wrong(LineFault::TooLong(self.bounds.line_bytes)));
        }
        self.open.extend_from_slice(bytes);
        Ok(())
    }

    fn wrong(&self, fault: LineFault) -> LineError {
        LineError { line: self.ended + 1, fault }
    }

    fn line(&mut self, line: &[u8]) -> Result<(), LineError> {
        let line = if self.ended == 0 { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line) } else { line };
        let line = line.trim_ascii();
        if line.is_empty() {
            return Ok(());
        }
        self.tally.lines += 1;
        if let Some(announced) = self.bounds.lines.filter(|announced| self.tally.lines > *announced) {
            return Err(self.wrong(LineFault::TooMany(announced)));
        }
        if self.expect == Expect::Unchecked {
            return Ok(());
        }
        if line.len() > self.bounds.line_bytes {
            return Err(self.wrong(LineFault::TooLong(self.bounds.line_bytes)));
        }
        let text = std::str::from_utf8(line).map_err(|error| self.wrong(LineFault::NotText(error.valid_up_to())))?;
        let head: Head<'_> = serde_json::from_str(text).map_err(|error| {
            self.wrong(if error.is_data() { LineFault::NotAResource } else { LineFault::NotJson(error.column()) })
        })?;
        if let Expect::Only(expected) = &self.expect
            && head.resource_type != expected.as_str()
        {
            let found = ResourceType::try_from(head.resource_type.into_owned());
            let found = found.map_or_else(|_| "that is no name".to_owned(), String::from);
            return Err(self.wrong(LineFault::OtherType { found, expected: expected.clone() }));
        }
        if head.resource_type == "OperationOutcome" {
            self.note_severities(text);
        }
        Ok(())
    }

    fn note_severities(&mut self, text: &str) {
        let Ok(outcome) = serde_json::from_str::<Outcome>(text) else { return };
        for issue in outcome.issue {
            let known = ["fatal", "error", "warning", "information", "success"];
            let severity = issue.severity.filter(|severity| known.contains(&severity.as_str()));
            *self.tally.severities.entry(severity.unwrap_or_else(|| "unknown".to_owned())).or_default() += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patient() -> Expect {
        Expect::Only(ResourceType::try_from("Patient".to_owned()).unwrap())
    }

    /// Every way of cutting the file into chunks gives the same verdict.
    fn check(expect: &Expect, lines: Option<u64>, file: &[u8]) -> Result<Tally, LineError> {
        let run = |chunk: usize| {
            let mut check = LineCheck::new(expect.clone(), Bounds { line_bytes: 60, lines });
            file.chunks(chunk).try_for_each(|bytes| check.feed(bytes))?;
            check.finish()
        };
        let whole = run(file.len().max(1));
        for chunk in 1..=file.len() {
            assert_eq!(run(chunk), whole, "in chunks of {chunk}");
        }
        whole
    }

    #[test]
    fn good_files_are_counted() {
        let line = r#"{"resourceType":"Patient","id":"x"}"#;
        let table = [
            (String::new(), 0),
            (format!("{line}\n{line}\n"), 2),
            (format!("{line}\n{line}"), 2),
            (format!("\u{feff}\n\r\n{line}\r\n  \n{line}\r\n\n"), 2),
            (r#"{"id":"x","name":[{"family":"é"}],"resourceType":"Patient"}"#.to_owned(), 1),
        ];
        for (file, lines) in table {
            assert_eq!(check(&patient(), Some(2), file.as_bytes()).unwrap().lines, lines, "{file:?}");
        }
        let mixed = "{\"resourceType\":\"Parameters\"}\n{\"resourceType\":\"Patient\"}\n";
        assert_eq!(check(&Expect::Any, None, mixed.as_bytes()).unwrap().lines, 2);
        assert_eq!(check(&Expect::Unchecked, None, b"nonsense\n\n  \nmore").unwrap().lines, 2);
    }

    #[test]
    fn wrong_lines_are_named() {
        let good = "{\"resourceType\":\"Patient\"}\n";
        let long = format!("{{\"resourceType\":\"Patient\",\"x\":\"{}\"}}", "x".repeat(60));
        let other = LineFault::OtherType {
            found: "Group".to_owned(),
            expected: ResourceType::try_from("Patient".to_owned()).unwrap(),
        };
        let table: [(&[u8], LineFault); 8] = [
            (b"{\"resourceType\":\"Group\"}", other),
            (b"{\"resourceType\":\"Pat", LineFault::NotJson(20)),
            (b"{\"resourceType\":\"Patient\"} {}", LineFault::NotJson(28)),
            (b"[]", LineFault::NotAResource),
            (b"{\"id\":\"1\"}", LineFault::NotAResource),
            (b"{\"resourceType\":7}", LineFault::NotAResource),
            (b"{\"resourceType\":\"Patient\",\"x\":\"\xff\"}", LineFault::NotText(31)),
            (long.as_bytes(), LineFault::TooLong(60)),
        ];
        for (bad, fault) in table {
            let file = [good.as_bytes(), b"\n", bad].concat();
            assert_eq!(
                check(&patient(), None, &file),
                Err(LineError { line: 3, fault }),
                "{}",
                String::from_utf8_lossy(bad)
            );
        }
        let three = good.repeat(3);
        let error = check(&patient(), Some(2), three.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), "line 3 is one more than the 2 that were announced");
    }

    #[test]
    fn severities_are_counted_but_only_known_ones_are_named() {
        let line = |severity: &str| {
            format!("{{\"resourceType\":\"OperationOutcome\",\"issue\":[{{\"severity\":\"{severity}\"}}]}}\n")
        };
        let file = [line("error"), line("error"), line("warning"), line("Jane Doe")].concat();
        let mut check = LineCheck::new(Expect::Any, Bounds { line_bytes: 1000, lines: None });
        check.feed(file.as_bytes()).unwrap();
        let tally = check.finish().unwrap();
        let seen: Vec<_> = tally.severities.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        assert_eq!(seen, [("error", 2), ("unknown", 1), ("warning", 1)]);
    }
}
