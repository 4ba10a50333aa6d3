//! What an `OperationOutcome` says, by codes only: its free text may name a patient.

use serde_json::Value;
use std::fmt;

/// The codes of an `OperationOutcome`, at most five issues.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    issues: Vec<(String, String)>,
}

const ISSUES_MAX: usize = 5;

impl Outcome {
    /// Reads a body; `None` if it is no `OperationOutcome`.
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(body).ok()?;
        if value.get("resourceType").and_then(Value::as_str) != Some("OperationOutcome") {
            return None;
        }
        let issues = value.get("issue").and_then(Value::as_array).into_iter().flatten().take(ISSUES_MAX);
        let code = |issue: &Value, name: &str| {
            let text = issue.get(name).and_then(Value::as_str).unwrap_or_default();
            let is_code =
                (1..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
            if is_code { text.to_owned() } else { "?".to_owned() }
        };
        Some(Self { issues: issues.map(|issue| (code(issue, "severity"), code(issue, "code"))).collect() })
    }

    /// The server says that it may work later (FHIR `IssueType` `transient` and its children).
    pub fn is_transient(&self) -> bool {
        const TRANSIENT: [&str; 6] = ["transient", "lock-error", "no-store", "timeout", "incomplete", "throttled"];
        self.issues.iter().any(|(_, code)| TRANSIENT.contains(&code.as_str()))
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (severity, code)) in self.issues.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{severity}: {code}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_shown_and_text_is_not() {
        let body = br#"{"resourceType":"OperationOutcome","issue":[
            {"severity":"error","code":"transient","diagnostics":"Jane Sampleton"},{"severity":"Jane","code":"x y"}]}"#;
        let outcome = Outcome::read(body).unwrap();
        assert_eq!(outcome.to_string(), "error: transient, ?: ?");
        assert!(outcome.is_transient());
        assert!(!Outcome::read(br#"{"resourceType":"OperationOutcome"}"#).unwrap().is_transient());
        assert_eq!(Outcome::read(b"{}"), None);
        assert_eq!(Outcome::read(b"<html>"), None);
    }
}
