//! What is wrong with a message: every problem with its place, what was expected, and what was found.
//!
//! A report never holds a value out of the message: found is a type and a length, and the span lets a caller who may
//! show values look them up in the body. The message is checked as it is read, by the shape in the catalogue; no tree is
//! built.
//!
//! | problem | strict | lenient |
//! |---|---|---|
//! | not JSON, no `Meta`, unknown event, required member absent, value of another kind | error | error |
//! | scalar of another type that can be read as the documented one; null where none is documented | error | note |
//! | value set (trusted lists), format, spelling of the event type, member given twice | error | warning |
//! | value set (less trusted lists) | warning | note |
//! | undocumented member | warning | note |
//! | sections absent from an acknowledgement or error of Redox | error | – |
//!
//! Such a reply carries a note at both levels ([`Rule::MetaOnly`]): whoever sends messages can tell it from one.
//! `off` reports only what makes a body undeliverable: not JSON, or no named `Meta`.

// Going through a message.
mod trail;
mod walk;
mod wording;

// What comes out, and what one destination asks for beyond it.
mod report;
mod requirement;

use std::borrow::Cow;

use report::{Finding, Findings};
pub use report::{Found, MAX_PROBLEMS, Problem, Report, Rule, Severity};
pub use requirement::{Requirement, RequirementError};
use walk::Walked;

use crate::{
    catalogue::{self, EventInfo, Mode},
    envelope::{self, Envelope, EnvelopeError, Message},
    scan::{self, Fault, Scanner},
};

/// How exactly a message is held to the documentation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Level {
    /// To the letter: for messages one writes oneself.
    Strict,
    /// As far as real systems keep to it.
    #[default]
    Lenient,
    /// Not at all, beyond being readable.
    Off,
}

impl Level {
    /// `strict`, `lenient`, `off`.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Strict => "strict",
            Level::Lenient => "lenient",
            Level::Off => "off",
        }
    }

    /// The level of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Level::Strict, Level::Lenient, Level::Off].into_iter().find(|level| level.as_str() == name)
    }
}

impl std::fmt::Display for Level {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// Checks a whole message.
pub fn validate(body: &[u8], level: Level) -> Report {
    with_requirements(body, level, &[])
}

/// Checks a whole message, and that it has what its destination requires beyond the documentation.
pub fn with_requirements(body: &[u8], level: Level, requirements: &[Requirement]) -> Report {
    let Judged { event, mut findings, content } = at_once(body, level).unwrap_or_else(|| carefully(body, level));
    for requirement in requirements.iter().filter(|_| content) {
        requirement.check(body, &mut findings);
    }
    findings.into_report(event, body)
}

/// Checks what can be told without looking below `Meta`: JSON, `Meta`, a known data model and event type.
pub fn envelope_level(body: &[u8]) -> Report {
    let mut findings = Findings::default();
    let event = match read(body, &mut findings) {
        Some(Message::DataModel(envelope)) => identify(&envelope, Level::Strict, &mut findings),
        Some(Message::FhirBundle(_)) | None => None,
    };
    findings.into_report(event, body)
}

/// What has been made of a body.
struct Judged {
    event: Option<&'static EventInfo>,
    findings: Findings,
    /// Whether it is a message whose content has been looked at.
    content: bool,
}

/// Judges in one pass what is a message beyond doubt: all of it can be read, and it has one `Meta` with names that the
/// catalogue knows.
fn at_once(body: &[u8], level: Level) -> Option<Judged> {
    if level == Level::Off {
        return None;
    }
    let scanner = Scanner::new(body).ok()?;
    let (data_model, event_type) = envelope::names(&scanner)?;
    let event = catalogue::find(&data_model, &event_type)?;
    let (event, Walked { findings, doubtful }) = best_fit(&scanner, event, level).ok()?;
    (!doubtful).then_some(Judged { event: Some(event), findings, content: true })
}

/// Judges any body: first what it is, then whether it is well made.
fn carefully(body: &[u8], level: Level) -> Judged {
    let mut judged = Judged { event: None, findings: Findings::default(), content: false };
    let Some(Message::DataModel(envelope)) = read(body, &mut judged.findings) else { return judged };
    if level == Level::Off {
        judged.event = catalogue::find(&envelope.data_model, &envelope.event_type);
        return judged;
    }
    judged.event = identify(&envelope, level, &mut judged.findings);
    let Some(event) = judged.event else { return judged };
    let reply = is_reply(body, &envelope);
    if reply {
        judged.findings.push(Finding {
            severity: Severity::Note,
            rule: Rule::MetaOnly,
            path: "$".to_owned(),
            expected: Cow::Borrowed("a message rather than Redox's acknowledgement or error"),
            span: 0..body.len(),
        });
    }
    let meta = event.root().field("Meta").filter(|_| reply && level == Level::Lenient);
    judged.content = meta.is_none();
    let walked = Scanner::new(body).and_then(|scanner| match meta {
        Some(meta) => walk::only(scanner, meta, level).map(|findings| (event, findings)),
        None => best_fit(&scanner, event, level).map(|(event, walked)| (event, walked.findings)),
    });
    let Ok((event, found)) = walked else {
        debug_assert!(false, "the envelope reader has read the body with the same scanner");
        return judged;
    };
    judged.event = Some(event);
    judged.findings.append(found);
    judged
}

/// Checks the body as the event it is named after; if it does not fit a query, but its answer, then as that.
fn best_fit(
    scanner: &Scanner<'_>,
    event: &'static EventInfo,
    level: Level,
) -> Result<(&'static EventInfo, Walked), Fault> {
    let as_named = walk::message(scanner.clone(), event.root(), level)?;
    if event.mode != Mode::SyncQuery || !as_named.findings.has_errors() {
        return Ok((event, as_named));
    }
    let Some(answer) = event.pair_info() else { return Ok((event, as_named)) };
    let mut as_answer = walk::message(scanner.clone(), answer.root(), level)?;
    // Many answers require nothing, so a broken query could pass for one: only what is made of the answer's members is.
    let unknown = |walked: &Walked| walked.findings.count(Rule::UnknownField);
    if as_answer.findings.has_errors() || unknown(&as_answer) >= unknown(&as_named) {
        return Ok((event, as_named));
    }
    as_answer.findings.push(Finding {
        severity: if level == Level::Strict { Severity::Warning } else { Severity::Note },
        rule: Rule::AnswerNamedAsQuery,
        path: "$.Meta.EventType".to_owned(),
        expected: Cow::Owned(format!("`{}`", answer.event_type)),
        span: 0..0,
    });
    Ok((answer, as_answer))
}

/// Whether the body is what Redox answers a message with: a `Meta` and nothing else, that lists errors, or has a log and
/// none of what a message on its way must have (time, test flag, destinations). With destinations it is taken for a
/// message that has lost its sections: Redox repeats them in newer acknowledgements, but a sender cannot do without.
fn is_reply(body: &[u8], envelope: &Envelope<'_>) -> bool {
    let logged = envelope.message_id.is_some() || envelope.logs.iter().any(|log| log.id.is_some());
    let addressed = envelope.event_date_time.is_some() || envelope.test.is_some() || !envelope.destinations.is_empty();
    let [before, after] = envelope.outside_meta(body).map(<[u8]>::trim_ascii);
    (envelope.has_errors || logged && !addressed) && before == b"{" && after == b"}"
}

/// The catalogue's event for the names in `Meta`.
fn identify(envelope: &Envelope<'_>, level: Level, findings: &mut Findings) -> Option<&'static EventInfo> {
    let (data_model, event_type) = (&*envelope.data_model, &*envelope.event_type);
    if let Some(event) = catalogue::find(data_model, event_type) {
        return Some(event);
    }
    let mut report = |severity, rule, expected| {
        findings.push(Finding { severity, rule, path: "$.Meta".to_owned(), expected, span: envelope.meta_value() });
    };
    // Redox also passes FHIR interactions through in this envelope; their bodies are FHIR's business.
    if data_model.starts_with("FHIR.") {
        report(Severity::Note, Rule::KnownEvent, Cow::Borrowed("a data model with a documented shape"));
        return None;
    }
    let suggestion = catalogue::find_suggestion(data_model, event_type);
    if let Some(event) = catalogue::find_misspelt(data_model, event_type).filter(|_| level == Level::Lenient) {
        report(Severity::Warning, Rule::EventSpelling, Cow::Owned(format!("the spelling of {event}")));
        return Some(event);
    }
    let expected = match suggestion {
        Some(near) => Cow::Owned(format!("a documented data model and event type (nearest: {near})")),
        None => Cow::Borrowed("a documented data model and event type"),
    };
    report(Severity::Error, Rule::KnownEvent, expected);
    None
}

/// Reads the envelope; what keeps it from being read is a finding.
fn read<'a>(body: &'a [u8], findings: &mut Findings) -> Option<Message<'a>> {
    let error = match envelope::read(body) {
        Ok(message) => return Some(message),
        Err(error) => error,
    };
    let (rule, path, expected, span) = match error {
        EnvelopeError::NotJson { line, column, expected } => {
            let at = scan::offset(body, line, column);
            (Rule::JsonSyntax, "$".to_owned(), Cow::Borrowed(expected), at..at)
        }
        EnvelopeError::TooDeep { line, column } => {
            let at = scan::offset(body, line, column);
            let expected = Cow::Owned(format!("at most {} levels of nesting", scan::MAX_DEPTH));
            (Rule::JsonDepth, "$".to_owned(), expected, at..at)
        }
        EnvelopeError::NotAnObject { .. } => {
            (Rule::BodyObject, "$".to_owned(), Cow::Borrowed("an object with `Meta`"), 0..body.len())
        }
        EnvelopeError::NoMeta => {
            let expected = Cow::Borrowed("an object with `DataModel` and `EventType`");
            (Rule::MetaMissing, "$.Meta".to_owned(), expected, 0..0)
        }
        EnvelopeError::TooMany { member } => {
            let expected = Cow::Owned(format!("at most {} entries", envelope::MAX_ENTRIES));
            (Rule::MetaEntries, format!("$.Meta.{member}"), expected, 0..0)
        }
        EnvelopeError::Unnamed { member } => {
            (Rule::MetaNamed, format!("$.Meta.{member}"), Cow::Borrowed("a string that is not empty"), 0..0)
        }
    };
    findings.push(Finding { severity: Severity::Error, rule, path, expected, span });
    None
}

#[cfg(test)]
mod tests;
