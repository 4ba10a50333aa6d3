//! Correlation keys: the identifiers that tie messages to one patient, one visit, one order.
//!
//! Redox links nothing it delivers to anything that was sent, so results find their order, and an update its
//! predecessor, by clinical identifiers only. Values are normalised so that two systems' spellings compare equal: white
//! space around them is dropped, numbers become their text; ASCII case and leading zeros are kept, since both carry
//! meaning in identifiers. Empty values are no keys.

mod paths;

use std::fmt;

use crate::scan::{self, Fault, Kind, Scanner};

/// What one message can be correlated by. All of it is patient data: `Debug` shows counts and lengths only.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Keys {
    /// The identifiers of the patients the message is about, in order, without repeats.
    pub patients: Vec<Identifier>,
    /// The identifiers that a merge retires (`PatientMerge`, `VisitMerge`).
    pub prior_patients: Vec<Identifier>,
    /// Visit numbers.
    pub visits: Vec<String>,
    /// The visit numbers that a `Scheduling.Reschedule` replaces.
    pub prior_visits: Vec<String>,
    /// Account numbers.
    pub accounts: Vec<String>,
    /// The orders, documents, referrals or appointments in the message, one part each, in order.
    pub parts: Vec<Part>,
    /// Whether one of the lists was full ([`MAX_KEYS`]), so that keys of the message are missing here.
    pub truncated: bool,
}

/// How many entries each list of [`Keys`] holds. A message about one patient has a handful; only answers to a census
/// come near, and those are not correlated.
pub const MAX_KEYS: usize = 1_000;

/// An identifier with the name of its system: only both together tell who is meant.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Identifier {
    /// The identifier, never empty.
    pub id: String,
    /// The system it belongs to, for example `MR` or an OID; absent where the sender named none.
    pub id_type: Option<String>,
}

/// One order, document, referral or appointment. Whatever is not in the message is `None`.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Part {
    /// The placer's order id: `Order.ID`, `Orders[].ID`.
    pub order: Option<String>,
    /// The filler's order id: `ApplicationOrderID`.
    pub application_order: Option<String>,
    /// `DocumentID` of a note or a media file, `Header.Document.ID` of a clinical summary.
    pub document: Option<String>,
    /// The document that this one replaces.
    pub original_document: Option<String>,
    /// `Referral.ID`.
    pub referral: Option<String>,
    /// `Referral.AlternateID`, the other side's id of the referral.
    pub alternate_referral: Option<String>,
    /// The visit number of a scheduled visit, which is what Redox knows an appointment by.
    pub appointment: Option<String>,
    /// `SurgicalCase.Number`.
    pub surgical_case: Option<String>,
    /// The id of a financial or claim transaction.
    pub transaction: Option<String>,
}

/// Why the keys of a body cannot be read. Positions count from 1, columns in characters; nothing quotes the body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeysError {
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
    #[error("the body is a JSON {found}, not an object")]
    NotAnObject {
        /// What it is.
        found: Kind,
    },
}

/// Reads the keys of a message of the given model and type (either spelling of the model). Models that Redox does not
/// document are read by the conventions all documented ones share.
pub fn read(body: &[u8], data_model: &str, event_type: &str) -> Result<Keys, KeysError> {
    let locate = |fault: Fault| {
        let (line, column) = scan::position(body, fault.at);
        if fault.is_depth() {
            KeysError::TooDeep { line, column }
        } else {
            KeysError::NotJson { line, column, expected: fault.expected.text() }
        }
    };
    let mut scanner = Scanner::new(body).map_err(locate)?;
    let found = scanner.kind().map_err(locate)?;
    let mut keys = Keys::default();
    let read = paths::collect(&mut scanner, paths::root(data_model, event_type), &mut keys);
    read.and_then(|()| scanner.end()).map_err(locate)?;
    if found == Kind::Object { Ok(keys) } else { Err(KeysError::NotAnObject { found }) }
}

impl Identifier {
    /// An identifier, normalised; `None` when `id` is blank.
    pub fn new(id: &str, id_type: Option<&str>) -> Option<Self> {
        Some(Self { id: normal(id)?, id_type: id_type.and_then(normal) })
    }
}

impl Part {
    /// Whether the part holds no key at all.
    pub fn is_empty(&self) -> bool {
        *self == Part::default()
    }
}

/// Trimmed; `None` when nothing is left.
fn normal(text: &str) -> Option<String> {
    let trimmed = text.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys")
            .field("patients", &self.patients.len())
            .field("prior_patients", &self.prior_patients.len())
            .field("visits", &self.visits.len())
            .field("prior_visits", &self.prior_visits.len())
            .field("accounts", &self.accounts.len())
            .field("parts", &self.parts)
            .field("truncated", &self.truncated)
            .finish()
    }
}

impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id_type_length = self.id_type.as_ref().map(String::len);
        f.debug_struct("Identifier")
            .field("id_length", &self.id.len())
            .field("id_type_length", &id_type_length)
            .finish()
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Part {
            order,
            application_order,
            document,
            original_document,
            referral,
            alternate_referral,
            appointment,
            surgical_case,
            transaction,
        } = self;
        let lengths = [
            ("order_length", order),
            ("application_order_length", application_order),
            ("document_length", document),
            ("original_document_length", original_document),
            ("referral_length", referral),
            ("alternate_referral_length", alternate_referral),
            ("appointment_length", appointment),
            ("surgical_case_length", surgical_case),
            ("transaction_length", transaction),
        ];
        let mut out = f.debug_struct("Part");
        for (name, value) in lengths {
            if let Some(value) = value {
                out.field(name, &value.len());
            }
        }
        out.finish()
    }
}

#[cfg(test)]
mod tests;
