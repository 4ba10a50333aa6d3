//! One line of the doctor's report: what was looked at, how it stands, and what to do.

use serde_json::{Value, json};
use std::fmt;

/// How something stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Status {
    /// As it must be.
    Ok,
    /// Works, and could be better.
    Warning,
    /// Not as it must be.
    Failed,
    /// A peer gave no answer.
    Unreachable,
    /// Could not be looked at, for a reason that is no fault.
    Skipped,
}

impl Status {
    const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "failed",
            Self::Unreachable => "unreachable",
            Self::Skipped => "skipped",
        }
    }
}

/// What one check found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Finding {
    /// What was looked at: `token redox`.
    pub(super) check: String,
    pub(super) status: Status,
    /// What was seen. No secrets, no patient data.
    pub(super) detail: String,
    /// What to do.
    pub(super) remedy: Option<String>,
}

impl Finding {
    fn new(check: impl Into<String>, status: Status, detail: impl Into<String>, remedy: Option<String>) -> Self {
        Self { check: check.into(), status, detail: detail.into(), remedy }
    }

    pub(super) fn ok(check: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(check, Status::Ok, detail, None)
    }

    pub(super) fn warning(check: impl Into<String>, detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(check, Status::Warning, detail, Some(remedy.into()))
    }

    pub(super) fn failed(check: impl Into<String>, detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(check, Status::Failed, detail, Some(remedy.into()))
    }

    pub(super) fn unreachable(check: impl Into<String>, detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::new(check, Status::Unreachable, detail, Some(remedy.into()))
    }

    pub(super) fn skipped(check: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(check, Status::Skipped, detail, None)
    }

    /// For programs.
    pub(super) fn document(&self) -> Value {
        json!({ "check": self.check, "status": self.status.word(), "detail": self.detail, "remedy": self.remedy })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<11}  {:<28}  {}", self.status.word(), self.check, self.detail)?;
        match &self.remedy {
            Some(remedy) => write!(f, "\n{:<11}  {:<28}  → {remedy}", "", ""),
            None => Ok(()),
        }
    }
}
