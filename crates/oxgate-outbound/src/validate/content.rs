//! What a body holds, against the documentation of its event type and what its destinations require.

use super::Invalid;
use crate::plan::Destination;
use redox_model::catalogue::{self, EventInfo, Type};
use redox_model::envelope::{self, Message};
use redox_model::validate::{self, Level, Problem, Report, Requirement, Rule, Severity};

/// The most problems that a refusal lists: enough to mend a mapping, short enough to log.
pub const PROBLEMS_MAX: usize = 20;

/// Judges a body for these destinations. A requirement counts where the event type has the member, so that a destination
/// that requires `Visit.VisitNumber` still takes messages that have no visit; level off looks at no content at all.
pub fn report(body: &[u8], destinations: &[&Destination], level: Level) -> Report {
    let mut requirements: Vec<Requirement> = Vec::new();
    for requirement in destinations.iter().flat_map(|destination| &destination.requires) {
        if !requirements.contains(requirement) {
            requirements.push(requirement.clone());
        }
    }
    if !requirements.is_empty() {
        let event = match envelope::read(body) {
            Ok(Message::DataModel(envelope)) => catalogue::find(&envelope.data_model, &envelope.event_type),
            _ => None,
        };
        requirements.retain(|requirement| event.is_some_and(|event| has(event, requirement)));
    }
    validate::with_requirements(body, level, &requirements)
}

/// Whether messages of this type have the member. Every object may have `Extensions`, and only its sender knows what
/// is in them.
pub fn has(event: &EventInfo, requirement: &Requirement) -> bool {
    let path = requirement.to_string();
    let mut shape = Some(event.root());
    for name in path.split('.') {
        if name == "Extensions" {
            return shape.is_some();
        }
        let Some(field) = shape.and_then(|shape| shape.field(name)) else { return false };
        shape = match field.ty {
            Type::Object(id) => Some(id.shape()),
            _ => None,
        };
    }
    true
}

/// Refuses a body that has errors, and one that is well made but a reply: those come from Redox and never go there.
pub(crate) fn check(body: &[u8], destinations: &[&Destination], level: Level) -> Result<(), Invalid> {
    let mut report = report(body, destinations, level);
    for problem in &mut report.problems {
        if matches!(problem.rule, Rule::MetaOnly | Rule::AnswerNamedAsQuery) {
            problem.severity = Severity::Error;
        }
    }
    if report.is_valid() {
        return Ok(());
    }
    let kind = report.event.map_or_else(|| "the body".to_owned(), ToString::to_string);
    let is_error = |problem: &Problem| problem.severity == Severity::Error;
    // Those beyond the report's own limit are not told apart by weight; that many are too many either way.
    let errors = report.count(Severity::Error) + report.omitted;
    let problems = report.problems.into_iter().filter(is_error).take(PROBLEMS_MAX).collect();
    Err(Invalid::Content { kind, errors, problems })
}

/// The first problem as the end of a sentence.
pub(super) fn first(problems: &[Problem]) -> String {
    let shown = problems.first().map(|problem| {
        let Problem { path, expected, found, line, column, .. } = problem;
        format!(", the first at {path} (line {line}, column {column}): expected {expected}, found {found}")
    });
    shown.unwrap_or_default()
}
