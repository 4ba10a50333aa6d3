//! What is to be known about an event beside its content.

use std::fmt;

use serde::Serialize;

/// One thing that was assumed, dropped or missing. Holds places and names of rules, never values.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct Problem {
    /// What it is.
    pub kind: ProblemKind,
    /// The member it is about, as a JSON path: `$.Patient.Demographics.DOB`.
    pub target: String,
    /// Where the value stands in the message, as an HL7 path: `PID-7.1.1`; nothing where it stands nowhere.
    pub source: Option<String>,
}

/// What can be the matter with a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ProblemKind {
    /// A member that Redox requires cannot be filled. An error.
    Required,
    /// The message has several patients and the event is about one: the first. An error; all others are notes.
    SeveralPatients,
    /// A repetition, such as an identifier, was left out since it lacks what Redox requires of it.
    ItemLeftOut,
    /// A code that no row of its table has; the member was left out.
    UnknownCode,
    /// A text that is no date; the member was left out.
    BadDate,
    /// A date that is less precise than the member; it was left out.
    ImpreciseDate,
    /// A time without offset, and no zone is known for the sender; it was given without one.
    NoZone,
    /// A text that is no number; the member was left out.
    NotANumber,
    /// A filler such as 000-00-0000; the member was left out.
    Filler,
    /// The message does not say it; the mapping assumed it.
    Assumed,
}

impl ProblemKind {
    /// Whether the event should not be sent without a look at it.
    pub fn is_error(self) -> bool {
        matches!(self, ProblemKind::Required | ProblemKind::SeveralPatients)
    }

    /// The stable name, such as `unknown-code`.
    pub fn as_str(self) -> &'static str {
        match self {
            ProblemKind::Required => "required",
            ProblemKind::SeveralPatients => "several-patients",
            ProblemKind::ItemLeftOut => "item-left-out",
            ProblemKind::UnknownCode => "unknown-code",
            ProblemKind::BadDate => "bad-date",
            ProblemKind::ImpreciseDate => "imprecise-date",
            ProblemKind::NoZone => "no-zone",
            ProblemKind::NotANumber => "not-a-number",
            ProblemKind::Filler => "filler",
            ProblemKind::Assumed => "assumed",
        }
    }
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// `unknown-code: $.Patient.Demographics.Sex from PID-8.1.1`
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.target)?;
        match &self.source {
            Some(source) => write!(f, " from {source}"),
            None => Ok(()),
        }
    }
}
