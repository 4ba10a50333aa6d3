//! What can be heard from the body of a reply: errors, receipt, or at least its first words.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::{Details, LogRef, MAX_ERRORS, MAX_PEER_TEXT, Receipt, ReplyBody, RequestKind};
use crate::errors::{self, ReplyError};
use crate::id::TechnicalId;
use crate::peer::PeerText;

/// Most elements of `Meta.Logs` that are kept: one per destination, and a message has few.
const MAX_LOGS: usize = 64;

/// A body, read as far as it can be.
#[derive(Debug, Default)]
pub(super) struct Heard {
    json: bool,
    /// It has what makes a success an answer.
    answer: bool,
    errors: Vec<ReplyError>,
    receipt: Receipt,
    text: Option<PeerText>,
}

/// The parts of a reply that are read. Everything else, up to 40 MB of clinical data in the answer to a query, is skipped
/// without being stored. A repeated member fails the reading, so that a second `Errors` cannot hide the first.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(rename = "Meta", borrow)]
    meta: Option<&'a RawValue>,
    /// Not documented at the top, but an error wherever it stands.
    #[serde(rename = "Errors")]
    errors: Option<Value>,
    /// Gateway errors, according to one production client.
    #[serde(rename = "errorDetail")]
    error_detail: Option<Value>,
    /// FHIR: what the resource is.
    #[serde(rename = "resourceType")]
    resource_type: Option<Value>,
    /// FHIR: the issues of an `OperationOutcome`.
    issue: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
struct Meta {
    #[serde(rename = "Errors")]
    errors: Option<Value>,
    #[serde(rename = "Logs")]
    logs: Option<Value>,
    #[serde(rename = "Message")]
    message: Option<Value>,
}

impl Heard {
    /// Reads a body, whatever its declared type: refusals come as text declared as HTML, and JSON may come undeclared.
    pub(super) fn from_body(kind: RequestKind, body: ReplyBody<'_>) -> Self {
        let bytes = match body {
            ReplyBody::Whole(bytes) => bytes,
            // The beginning of a document is no document, even where it happens to parse.
            ReplyBody::CutShort(bytes) => return Self { text: words(bytes), ..Self::default() },
            ReplyBody::TooLong => return Self::default(),
        };
        match object(bytes) {
            Some(envelope) => Self::from_envelope(kind, &envelope, bytes),
            None => Self { json: is_json(bytes), text: words(bytes), ..Self::default() },
        }
    }

    fn from_envelope(kind: RequestKind, envelope: &Envelope<'_>, bytes: &[u8]) -> Self {
        let meta: Option<Meta> = envelope.meta.and_then(|meta| object(meta.get().as_bytes()));
        let has_meta = meta.is_some();
        let meta = meta.unwrap_or_default();
        let mut found = Vec::new();
        for value in [&meta.errors, &envelope.errors].into_iter().flatten() {
            errors::collect(value, &mut found);
        }
        let resource = envelope.resource_type.as_ref().and_then(Value::as_str);
        if resource == Some("OperationOutcome") {
            // Read only here: other resources may have a member of this name, and it may be large.
            let issues = envelope.issue.and_then(|issue| serde_json::from_str(issue.get()).ok());
            errors::collect_issues(&issues.unwrap_or(Value::Null), &mut found);
        }
        if found.is_empty() {
            errors::collect(envelope.error_detail.as_ref().unwrap_or(&Value::Null), &mut found);
        }
        let answer = match kind {
            RequestKind::Async | RequestKind::Sync => has_meta,
            RequestKind::Fhir => resource.is_some(),
        };
        // With errors, they say it; an answer without any has nothing to explain.
        let text = if answer || !found.is_empty() { None } else { words(bytes) };
        Self { json: true, answer, errors: found, receipt: receipt(&meta), text }
    }

    pub(super) fn is_json(&self) -> bool {
        self.json
    }

    pub(super) fn is_answer(&self) -> bool {
        self.answer
    }

    pub(super) fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Any error that names the route makes the reply one about the route.
    pub(super) fn is_routing(&self) -> bool {
        self.errors.iter().any(ReplyError::is_routing)
    }

    /// All errors are about the destination: the query got through Redox.
    pub(super) fn is_from_destination(&self) -> bool {
        self.has_errors() && self.errors.iter().all(ReplyError::is_from_destination)
    }

    pub(super) fn into_receipt(self) -> Receipt {
        self.receipt
    }

    pub(super) fn into_details(self, status: u16) -> Details {
        let errors_total = self.errors.len();
        let mut errors = self.errors;
        errors.truncate(MAX_ERRORS);
        Details { status, receipt: self.receipt, errors, errors_total, text: self.text }
    }
}

/// Reads a JSON object. Serde would read a struct from an array of its fields too.
fn object<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Option<T> {
    let starts_object = bytes.trim_ascii_start().first() == Some(&b'{');
    starts_object.then(|| serde_json::from_slice(bytes).ok())?
}

fn is_json(bytes: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok()
}

fn words(bytes: &[u8]) -> Option<PeerText> {
    PeerText::from_body(bytes, MAX_PEER_TEXT)
}

/// Logs if there are any, else the message id of the older shape.
fn receipt(meta: &Meta) -> Receipt {
    let logs: Vec<LogRef> = match &meta.logs {
        Some(Value::Array(logs)) => logs.iter().take(MAX_LOGS).filter_map(log_ref).collect(),
        _ => Vec::new(),
    };
    if !logs.is_empty() {
        return Receipt::Logs(logs);
    }
    let message = meta.message.as_ref().and_then(|message| TechnicalId::from_json(message.get("ID")?));
    message.map_or(Receipt::None, Receipt::Message)
}

fn log_ref(log: &Value) -> Option<LogRef> {
    let id = |name: &str| TechnicalId::from_json(log.get(name)?);
    Some(LogRef { log: id("ID")?, attempt: id("AttemptID") })
}
