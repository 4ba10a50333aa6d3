//! The fast path: what a receiver must know about a message, read from raw bytes without a tree and without copies.
//!
//! `Meta` may stand anywhere in the object (recorded Redox replies have it last). Ids may be strings or numbers and keep
//! their text, so 64-bit ids survive; whatever may be absent may also be `null`. Of a member that occurs twice, the
//! last one counts. The whole document is checked to be JSON, so a body that passes can be kept and sent on.

mod read;

use std::{borrow::Cow, ops::Range};

use crate::scan::{self, Fault, Scanner};

/// How many destinations, logs or errors are read. Redox lists one log per destination, and nobody has a hundred.
pub const MAX_ENTRIES: usize = 1_000;

/// What a readable body is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "the large one is nearly all of the traffic and lives on the stack")]
pub enum Message<'a> {
    /// A Redox data model message: it has a `Meta`.
    DataModel(Envelope<'a>),
    /// A FHIR `Bundle` of type `message`, which Redox delivers for FHIR subscriptions.
    FhirBundle(FhirBundle<'a>),
}

/// `Meta`, as far as it decides what happens to a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Envelope<'a> {
    /// `Meta.DataModel`, as it was written: not necessarily a known one.
    pub data_model: Cow<'a, str>,
    /// `Meta.EventType`, as it was written.
    pub event_type: Cow<'a, str>,
    /// `Meta.EventDateTime` as text: real senders leave out the offset, or the time, or the dashes.
    pub event_date_time: Option<Cow<'a, str>>,
    /// `Meta.Test`; `"true"` and `"false"` as strings count too.
    pub test: Option<bool>,
    /// `Meta.Source`.
    pub source: Party<'a>,
    /// `Meta.Destinations`, one entry per item of the array.
    pub destinations: Vec<Destination<'a>>,
    /// `Meta.Logs`: one entry per destination, the first one is this message's.
    pub logs: Vec<Log<'a>>,
    /// `Meta.Message.ID`: the sender's message, shared by all destinations (deprecated by Redox).
    pub message_id: Option<Cow<'a, str>>,
    /// `Meta.Transmission.ID`: the message on its way to one destination (deprecated by Redox).
    pub transmission_id: Option<Cow<'a, str>>,
    /// `Meta.FacilityCode`.
    pub facility_code: Option<Cow<'a, str>>,
    /// `Meta.CanceledEvent`: what a `PatientAdmin.Cancel` takes back.
    pub canceled_event: Option<Cow<'a, str>>,
    /// Whether `Meta.Errors` has entries, which means failure whatever the HTTP status said.
    pub has_errors: bool,
    /// The bytes of the `Meta` member, from the opening quote of its name to the end of its value.
    pub meta_span: Range<usize>,
    /// The bytes of the value of `Meta.Destinations`, brackets included.
    pub destinations_span: Option<Range<usize>>,
    errors_span: Option<Range<usize>>,
    meta_value_start: usize,
}

/// An organisation's system as Redox knows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Party<'a> {
    /// Usually a UUID.
    pub id: Option<Cow<'a, str>>,
    /// The name given to it in Redox's dashboard.
    pub name: Option<Cow<'a, str>>,
}

/// An item of `Meta.Destinations`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Destination<'a> {
    /// Usually a UUID.
    pub id: Option<Cow<'a, str>>,
    /// The name given to it in Redox's dashboard; senders may leave it out.
    pub name: Option<Cow<'a, str>>,
    /// The bytes of the item.
    pub span: Range<usize>,
}

/// An item of `Meta.Logs`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Log<'a> {
    /// The same in every retry of a delivery.
    pub id: Option<Cow<'a, str>>,
    /// New in every retry.
    pub attempt_id: Option<Cow<'a, str>>,
}

/// An item of `Meta.Errors`, the way Redox tells what went wrong. Its `Debug` leaves the text out, since a destination
/// may have put anything into it.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorEntry<'a> {
    /// Redox's number of the error.
    pub id: Option<Cow<'a, str>>,
    /// For people; may quote the message.
    pub text: Option<Cow<'a, str>>,
    /// For example `transmission`.
    pub kind: Option<Cow<'a, str>>,
    /// The part of Redox that failed, for example `Subscriptions` or `Send`.
    pub module: Option<Cow<'a, str>>,
    /// The HTTP status of a destination that failed.
    pub destination_status: Option<Cow<'a, str>>,
}

impl std::fmt::Debug for ErrorEntry<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ErrorEntry")
            .field("id", &self.id)
            .field("text_length", &self.text.as_ref().map(|text| text.len()))
            .field("kind", &self.kind)
            .field("module", &self.module)
            .field("destination_status", &self.destination_status)
            .finish()
    }
}

/// A FHIR `Bundle` of type `message`: as much as routing and de-duplication need.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FhirBundle<'a> {
    /// `Bundle.id`.
    pub id: Option<Cow<'a, str>>,
    /// `MessageHeader.eventUri`, or `eventCoding.code` where there is no URI.
    pub event: Option<Cow<'a, str>>,
    /// `MessageHeader.source.endpoint`.
    pub source_endpoint: Option<Cow<'a, str>>,
}

/// Why a body has no envelope. Positions count from 1, columns in characters; nothing quotes the body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// Not one JSON document.
    #[error("not JSON: expected {expected} at line {line}, column {column}")]
    NotJson {
        /// Line of the first byte that does not fit.
        line: usize,
        /// Column of the first byte that does not fit.
        column: usize,
        /// What could have stood there.
        expected: &'static str,
    },
    /// More than [`crate::MAX_DEPTH`] objects and arrays inside each other.
    #[error("nested deeper than {} levels at line {line}, column {column}", crate::MAX_DEPTH)]
    TooDeep {
        /// Line of the first container too many.
        line: usize,
        /// Column of the first container too many.
        column: usize,
    },
    /// JSON, but an array or a scalar.
    #[error("the body is a JSON {found}, not an object with a `Meta` member")]
    NotAnObject {
        /// What it is.
        found: scan::Kind,
    },
    /// An object without a `Meta` object, and no FHIR message bundle.
    #[error("no `Meta` object in the body (and it is no FHIR Bundle of type `message`)")]
    NoMeta,
    /// More destinations or logs than [`MAX_ENTRIES`].
    #[error("`Meta.{member}` has more than {MAX_ENTRIES} entries")]
    TooMany {
        /// `Destinations` or `Logs`.
        member: &'static str,
    },
    /// `Meta` does not say what the message is.
    #[error("`Meta.{member}` is missing or empty")]
    Unnamed {
        /// `DataModel` or `EventType`.
        member: &'static str,
    },
}

impl EnvelopeError {
    fn at(fault: Fault, body: &[u8]) -> Self {
        let (line, column) = scan::position(body, fault.at);
        if fault.is_depth() {
            EnvelopeError::TooDeep { line, column }
        } else {
            EnvelopeError::NotJson { line, column, expected: fault.expected.text() }
        }
    }
}

/// Reads the envelope of a message and checks that the whole body is JSON.
pub fn read(body: &[u8]) -> Result<Message<'_>, EnvelopeError> {
    let top = read::top(body).map_err(|fault| EnvelopeError::at(fault, body))?;
    top.into_message(body)
}

/// Data model and event type, from as few bytes as hold them: of the first `Meta`, if it names both. What stands behind
/// them is not looked at.
pub(crate) fn names<'a>(scanner: &Scanner<'a>) -> Option<(Cow<'a, str>, Cow<'a, str>)> {
    read::names(scanner.clone())
}

impl Envelope<'_> {
    /// The bytes before and behind the `Meta` member: what is clinical about the message, whatever was stamped on it.
    pub fn outside_meta<'b>(&self, body: &'b [u8]) -> [&'b [u8]; 2] {
        [&body[..self.meta_span.start], &body[self.meta_span.end..]]
    }

    /// The bytes of the value of `Meta`.
    pub(crate) fn meta_value(&self) -> Range<usize> {
        self.meta_value_start..self.meta_span.end
    }

    /// The entries of `Meta.Errors`, read again from the body that this envelope was read from.
    pub fn errors<'b>(&self, body: &'b [u8]) -> Vec<ErrorEntry<'b>> {
        let span = self.errors_span.clone().and_then(|span| body.get(span));
        span.and_then(|span| read::errors(&mut Scanner::new(span).ok()?).ok()).unwrap_or_default()
    }
}

/// The body with `Meta.Destinations` reduced to one item and every other byte unchanged.
///
/// # Panics
///
/// When `index` is not below `envelope.destinations.len()`, or the body is not the one the envelope was read from.
pub fn with_only_destination(body: &[u8], envelope: &Envelope<'_>, index: usize) -> Vec<u8> {
    let spans = &envelope.destinations;
    let (first, kept, last) = (&spans[0].span, &spans[index].span, &spans[spans.len() - 1].span);
    let mut out = Vec::with_capacity(body.len());
    out.extend_from_slice(&body[..first.start]);
    out.extend_from_slice(&body[kept.clone()]);
    out.extend_from_slice(&body[last.end..]);
    out
}
