//! Acknowledgements: whether one is due, writing it, and reading one (HL7 v2 chapter 2, "Message acknowledgement").

mod read;

mod write;

use crate::{Message, Path, escape::EncodeError};

pub use read::{Match, Received, ReceivedError, read};
pub use write::{reject_unreadable, write};

/// The verdict of an acknowledgement, MSA-1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AckCode {
    /// `AA`: taken and processed.
    ApplicationAccept,
    /// `AE`: not processed for an error in it, or for trouble here.
    ApplicationError,
    /// `AR`: refused: not readable, or not meant for this receiver.
    ApplicationReject,
    /// `CA`: taken into safe custody.
    CommitAccept,
    /// `CE`: not taken for an error.
    CommitError,
    /// `CR`: refused.
    CommitReject,
}

impl AckCode {
    const ALL: [AckCode; 6] = [
        AckCode::ApplicationAccept,
        AckCode::ApplicationError,
        AckCode::ApplicationReject,
        AckCode::CommitAccept,
        AckCode::CommitError,
        AckCode::CommitReject,
    ];

    /// The two letters.
    pub fn as_str(self) -> &'static str {
        match self {
            AckCode::ApplicationAccept => "AA",
            AckCode::ApplicationError => "AE",
            AckCode::ApplicationReject => "AR",
            AckCode::CommitAccept => "CA",
            AckCode::CommitError => "CE",
            AckCode::CommitReject => "CR",
        }
    }

    /// The code of these two letters, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str().eq_ignore_ascii_case(name.trim()))
    }

    /// Whether the message was taken.
    pub fn is_accept(self) -> bool {
        matches!(self, AckCode::ApplicationAccept | AckCode::CommitAccept)
    }

    /// Whether it speaks of custody only, not of processing.
    pub fn is_commit(self) -> bool {
        matches!(self, AckCode::CommitAccept | AckCode::CommitError | AckCode::CommitReject)
    }

    /// The code that speaks of custody with the same verdict.
    #[must_use]
    pub fn as_commit(self) -> Self {
        match self {
            AckCode::ApplicationAccept | AckCode::CommitAccept => AckCode::CommitAccept,
            AckCode::ApplicationError | AckCode::CommitError => AckCode::CommitError,
            AckCode::ApplicationReject | AckCode::CommitReject => AckCode::CommitReject,
        }
    }
}

impl std::fmt::Display for AckCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// When a sender wants an acknowledgement (HL7 table 0155).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Condition {
    /// `AL`.
    Always,
    /// `NE`, or nothing where the other of the two fields says something.
    Never,
    /// `ER`: only if it was not accepted.
    OnError,
    /// `SU`: only if it was accepted.
    OnSuccess,
}

impl Condition {
    fn is_met(self, is_accept: bool) -> bool {
        match self {
            Condition::Always => true,
            Condition::Never => false,
            Condition::OnError => !is_accept,
            Condition::OnSuccess => is_accept,
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        match name.trim() {
            "AL" => Some(Condition::Always),
            "NE" => Some(Condition::Never),
            "ER" => Some(Condition::OnError),
            "SU" => Some(Condition::OnSuccess),
            _ => None,
        }
    }
}

/// Which acknowledgements a message asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AckMode {
    /// MSH-15 and MSH-16 say nothing: one `AA`, `AE` or `AR`. Also the mode for senders that fill them and mean this.
    Original,
    /// At least one of them says something.
    Enhanced {
        /// MSH-15: when to confirm custody.
        commit: Condition,
        /// MSH-16: when to confirm processing.
        application: Condition,
    },
}

impl AckMode {
    /// What the message asks for. Words that table 0155 does not have count as nothing.
    pub fn of(message: &Message<'_>) -> Self {
        let asked = |number| Condition::from_name(&message.header().field(number).text());
        match (asked(15), asked(16)) {
            (None, None) => AckMode::Original,
            (commit, application) => AckMode::Enhanced {
                commit: commit.unwrap_or(Condition::Never),
                application: application.unwrap_or(Condition::Never),
            },
        }
    }

    /// The code to answer with at once, on the same connection, for a verdict that custody and processing share; `None` if
    /// the sender wants no answer. Where only processing is to be confirmed, the `A` code goes out.
    pub fn reply(self, verdict: AckCode) -> Option<AckCode> {
        match self {
            AckMode::Original => Some(verdict),
            AckMode::Enhanced { commit, .. } if commit.is_met(verdict.is_accept()) => Some(verdict.as_commit()),
            AckMode::Enhanced { commit: Condition::Never, application } => {
                application.is_met(verdict.is_accept()).then_some(verdict)
            }
            AckMode::Enhanced { .. } => None,
        }
    }

    /// Whether an application acknowledgement is to follow later as a message of its own, with another control id.
    pub fn wants_application_later(self, verdict: AckCode) -> bool {
        match self {
            AckMode::Original | AckMode::Enhanced { commit: Condition::Never, .. } => false,
            AckMode::Enhanced { application, .. } => application.is_met(verdict.is_accept()),
        }
    }
}

/// What is wrong with a message, for ERR.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorDetail {
    /// Where, if it is at one place.
    pub location: Option<Path>,
    /// What kind of error.
    pub condition: ErrorCondition,
    /// Words for a person; no patient data.
    pub text: Option<String>,
}

/// Kinds of errors, HL7 table 0357.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the table's own texts are in `text`")]
pub enum ErrorCondition {
    SegmentSequence,
    RequiredFieldMissing,
    DataType,
    TableValueNotFound,
    ValueTooLong,
    UnsupportedMessageType,
    UnsupportedEventCode,
    UnsupportedProcessingId,
    UnsupportedVersionId,
    UnknownKeyIdentifier,
    DuplicateKeyIdentifier,
    ApplicationRecordLocked,
    ApplicationInternalError,
}

impl ErrorCondition {
    /// The code of table 0357.
    pub fn code(self) -> u16 {
        match self {
            ErrorCondition::SegmentSequence => 100,
            ErrorCondition::RequiredFieldMissing => 101,
            ErrorCondition::DataType => 102,
            ErrorCondition::TableValueNotFound => 103,
            ErrorCondition::ValueTooLong => 104,
            ErrorCondition::UnsupportedMessageType => 200,
            ErrorCondition::UnsupportedEventCode => 201,
            ErrorCondition::UnsupportedProcessingId => 202,
            ErrorCondition::UnsupportedVersionId => 203,
            ErrorCondition::UnknownKeyIdentifier => 204,
            ErrorCondition::DuplicateKeyIdentifier => 205,
            ErrorCondition::ApplicationRecordLocked => 206,
            ErrorCondition::ApplicationInternalError => 207,
        }
    }

    /// The text of table 0357.
    pub fn text(self) -> &'static str {
        match self {
            ErrorCondition::SegmentSequence => "Segment sequence error",
            ErrorCondition::RequiredFieldMissing => "Required field missing",
            ErrorCondition::DataType => "Data type error",
            ErrorCondition::TableValueNotFound => "Table value not found",
            ErrorCondition::ValueTooLong => "Value too long",
            ErrorCondition::UnsupportedMessageType => "Unsupported message type",
            ErrorCondition::UnsupportedEventCode => "Unsupported event code",
            ErrorCondition::UnsupportedProcessingId => "Unsupported processing id",
            ErrorCondition::UnsupportedVersionId => "Unsupported version id",
            ErrorCondition::UnknownKeyIdentifier => "Unknown key identifier",
            ErrorCondition::DuplicateKeyIdentifier => "Duplicate key identifier",
            ErrorCondition::ApplicationRecordLocked => "Application record locked",
            ErrorCondition::ApplicationInternalError => "Application internal error",
        }
    }
}

/// An acknowledgement to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply<'r> {
    /// The verdict.
    pub code: AckCode,
    /// MSH-10 of the answer: an id of its own, at most 20 characters where the receiver is older than 2.7.
    pub control_id: &'r str,
    /// MSH-7 of the answer: now, as HL7 writes it, with offset.
    pub time: &'r str,
    /// MSA-3, a short reason; no patient data.
    pub text: Option<&'r str>,
    /// What is wrong, one ERR each.
    pub errors: &'r [ErrorDetail],
}

/// Why no acknowledgement was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AckError {
    /// The message is an acknowledgement itself, and those are never acknowledged.
    #[error("the message is an acknowledgement, which is never acknowledged")]
    IsAck,
    /// A text cannot be written in the message's charset.
    #[error("text for the acknowledgement: {0}")]
    Encode(#[from] EncodeError),
}

/// Whether the message is an acknowledgement: of type ACK, or with MSA and no other purpose said.
pub fn is_ack(message: &Message<'_>) -> bool {
    let code = message.header().field(9).component(1).text();
    message.segment("MSA").is_some() && (code == "ACK" || code == "MCF" || code.trim().is_empty())
}

#[cfg(test)]
mod tests;
