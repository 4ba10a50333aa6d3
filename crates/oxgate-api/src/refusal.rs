//! Why the road to Redox refused something, as problem documents.

use crate::problem::{Code, Problem};
use oxgate_core::limits::BODY_BYTES_MAX;
use oxgate_core::{EventId, Reason};
use oxgate_outbound::SubmissionError;
use oxgate_outbound::enqueue::EnqueueError;
use oxgate_outbound::fhir::{BadFhir, BadFhirRequest, FhirError};
use oxgate_outbound::files::UploadError;
use oxgate_outbound::plan::NoSource;
use oxgate_outbound::query::QueryError;
use oxgate_outbound::submit::SubmitError;
use oxgate_outbound::validate::Invalid;
use redox_model::envelope::EnvelopeError;
use serde_json::{Value, json};
use std::time::Duration;

impl From<SubmissionError> for Problem {
    fn from(error: SubmissionError) -> Self {
        match error {
            SubmissionError::Submit(error) => error.into(),
            SubmissionError::Invalid(error) => error.into(),
            SubmissionError::Enqueue(error) => error.into(),
        }
    }
}

impl From<SubmitError> for Problem {
    fn from(error: SubmitError) -> Self {
        let detail = error.to_string();
        let header = |name: &str| Self::new(Code::BadParameter, detail.clone()).with("parameter", name);
        match error {
            SubmitError::Empty => Self::new(Code::NotJson, detail).with("line", 1).with("column", 1),
            SubmitError::TooLarge { .. } => Self::new(Code::TooLarge, detail).with("limit", BODY_BYTES_MAX),
            SubmitError::IdempotencyKey { .. } => header("idempotency-key"),
            SubmitError::Correlation { .. } => header("oxgate-correlation"),
            SubmitError::Expired { .. } => header("oxgate-expires"),
            SubmitError::ReplyWithin { .. } => header("oxgate-reply-within"),
        }
    }
}

impl From<EnqueueError> for Problem {
    fn from(error: EnqueueError) -> Self {
        match error {
            EnqueueError::KeyReused { event } => {
                Self::new(Code::KeyReused, error.to_string()).with("event", event.to_string())
            }
            EnqueueError::Refused(refused) => refused.into(),
            EnqueueError::Read(error) => error.into(),
        }
    }
}

impl From<Invalid> for Problem {
    fn from(error: Invalid) -> Self {
        let with = |code| Self::new(code, error.to_string());
        match &error {
            Invalid::Unreadable(unreadable) => of_envelope(unreadable),
            Invalid::FhirBundle => with(Code::WrongRoad),
            Invalid::UnknownKind { nearest } => {
                with(Code::UnknownEvent).with("path", "$.Meta").with_some("nearest", nearest.as_deref())
            }
            Invalid::IsQuery { .. } => with(Code::WrongRoad).with("send_to", "/v1/queries"),
            Invalid::IsEvent { .. } => with(Code::WrongRoad).with("send_to", "/v1/events"),
            Invalid::NotSendable { mode, .. } => with(Code::WrongRoad).with("mode", *mode),
            Invalid::UnknownSource { nearest, known } => with(Code::UnknownSource)
                .with("path", "$.Meta.Source")
                .with("known", known.as_slice())
                .with_some("nearest", nearest.as_deref()),
            Invalid::SourceNeeded { known } => {
                with(Code::UnknownSource).with("path", "$.Meta.Source.ID").with("known", known.as_slice())
            }
            Invalid::NoDestination { known } => {
                with(Code::NoDestination).with("path", "$.Meta.Destinations").with("known", known.as_slice())
            }
            Invalid::TooManyDestinations { count } | Invalid::QueryToSeveral { count } => {
                with(Code::BadDestinations).with("path", "$.Meta.Destinations").with("count", *count)
            }
            Invalid::DestinationUnnamed { index } | Invalid::DestinationTwice { index, .. } => {
                with(Code::BadDestinations).with("path", item(*index))
            }
            Invalid::UnknownDestination { index, nearest, known } => with(Code::UnknownDestination)
                .with("path", item(*index))
                .with("known", known.as_slice())
                .with_some("nearest", nearest.as_deref()),
            Invalid::NotAccepted { index, destination, instead, .. } => with(Code::NotAccepted)
                .with("path", item(*index))
                .with("destination", destination.as_str())
                .with("nearest", instead.nearest.as_slice())
                .with("accepts", instead.accepts.as_slice())
                .with("accepted_by", instead.takers.as_slice()),
            Invalid::Content { kind, errors, problems } => with(Code::NotValid)
                .with("kind", kind.as_str())
                .with("errors", *errors)
                .with("problems", problems.iter().map(broken).collect::<Vec<_>>()),
            Invalid::ReplyNotExpected { .. } => with(Code::NoAnswerExpected).with("parameter", "oxgate-reply-within"),
        }
    }
}

impl Problem {
    /// With a member that is left out when there is nothing to say.
    fn with_some(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }
}

/// A broken rule with its place, what could have stood there, and type and length of what does; never a value.
fn broken(broken: &redox_model::validate::Problem) -> Value {
    json!({
        "path": broken.path,
        "rule": broken.rule,
        "expected": broken.expected,
        "found": broken.found,
        "line": broken.line,
        "column": broken.column,
    })
}

fn item(index: usize) -> String {
    format!("$.Meta.Destinations[{index}]")
}

/// JSON that is none, and JSON that does not say what it is.
fn of_envelope(error: &EnvelopeError) -> Problem {
    let detail = error.to_string();
    match error {
        EnvelopeError::NotJson { line, column, .. } | EnvelopeError::TooDeep { line, column } => {
            Problem::new(Code::NotJson, detail).with("line", *line).with("column", *column)
        }
        EnvelopeError::NotAnObject { .. } => Problem::new(Code::NoMeta, detail).with("path", "$"),
        EnvelopeError::NoMeta => Problem::new(Code::NoMeta, detail).with("path", "$.Meta"),
        EnvelopeError::Unnamed { member } => {
            Problem::new(Code::NoMeta, detail).with("path", format!("$.Meta.{member}"))
        }
        _ => Problem::new(Code::NoMeta, detail),
    }
}

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Self {
        let detail = error.to_string();
        let about = |code, event: Option<EventId>| {
            Self::new(code, detail.clone()).with_some("event", event.map(|event| event.to_string()).as_deref())
        };
        match error {
            QueryError::Body(error) => error.into(),
            QueryError::Invalid(error) => error.into(),
            QueryError::NoAccount { account } => Self::new(Code::Internal, detail).with("account", account),
            QueryError::RateLimited { retry_after, event } => {
                about(Code::QuotaUsed, event).retry_after(whole_seconds(retry_after))
            }
            QueryError::NoAnswer { reason, event } if reason == Reason::TOKEN_REFUSED => {
                about(Code::PeerRefused, event).with("reason", reason.as_str())
            }
            QueryError::NoAnswer { reason, event } => {
                about(Code::PeerUnreachable, event).with("reason", reason.as_str())
            }
            QueryError::Late { event } => about(Code::PeerLate, event),
        }
    }
}

/// Rounded up: coming back too early is what the pause is against.
fn whole_seconds(pause: Duration) -> u32 {
    let seconds = pause.as_secs() + u64::from(pause.subsec_nanos() > 0);
    u32::try_from(seconds).unwrap_or(u32::MAX).max(1)
}

/// Redox gave no answer, or none that can be passed on.
fn no_answer(reason: &Reason, detail: String) -> Problem {
    let code = if *reason == Reason::TOKEN_REFUSED { Code::PeerRefused } else { Code::PeerUnreachable };
    Problem::new(code, detail).with("reason", reason.as_str())
}

impl From<NoSource> for Problem {
    fn from(error: NoSource) -> Self {
        let problem = Self::new(Code::UnknownSource, error.to_string()).with("parameter", "oxgate-source");
        match &error {
            NoSource::Unknown { nearest, known } => {
                problem.with("known", known.as_slice()).with_some("nearest", nearest.as_deref())
            }
            NoSource::Needed { known } => problem.with("known", known.as_slice()),
        }
    }
}

impl From<UploadError> for Problem {
    fn from(error: UploadError) -> Self {
        let detail = error.to_string();
        match error {
            UploadError::Source(error) => error.into(),
            UploadError::NoAccount { account } => Self::new(Code::Internal, detail).with("account", account),
            UploadError::Refused { status } => Self::new(Code::FileRefused, detail).with("redox_status", status),
            UploadError::RateLimited { retry_after } => {
                Self::new(Code::QuotaUsed, detail).retry_after(whole_seconds(retry_after))
            }
            UploadError::Failed { reason } => no_answer(&reason, detail),
        }
    }
}

impl From<BadFhir> for Problem {
    fn from(error: BadFhir) -> Self {
        let detail = error.to_string();
        match error {
            BadFhir::UnknownDestination { nearest, known } => Self::new(Code::UnknownDestination, detail)
                .with("known", known)
                .with_some("nearest", nearest.as_deref()),
            BadFhir::NoServer { destination, known } => {
                Self::new(Code::NoFhirServer, detail).with("destination", destination).with("known", known)
            }
            BadFhir::Source(error) => error.into(),
            BadFhir::Form(BadFhirRequest::Query) => Self::new(Code::QueryInAddress, detail),
            BadFhir::Form(_) => {
                let forms = vec!["GET Resource/id", "POST Resource/_search", "POST Resource/$operation"];
                Self::new(Code::NotPassedOn, detail).with("accepts", forms)
            }
        }
    }
}

impl From<FhirError> for Problem {
    fn from(error: FhirError) -> Self {
        let detail = error.to_string();
        match error {
            FhirError::NoAccount { account } => Self::new(Code::Internal, detail).with("account", account),
            FhirError::RateLimited { retry_after } => {
                Self::new(Code::QuotaUsed, detail).retry_after(whole_seconds(retry_after))
            }
            FhirError::NoAnswer { reason, doubt } => no_answer(&reason, detail).with("may_have_written", doubt),
            FhirError::Late { doubt } => Self::new(Code::PeerLate, detail).with("may_have_written", doubt),
        }
    }
}
