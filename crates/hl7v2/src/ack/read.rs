//! Reading an acknowledgement, and telling which message it answers.

use super::AckCode;
use crate::{Message, Value};

/// An acknowledgement as it was received.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Received<'a> {
    /// The verdict; `None` if MSA-1 is none of the six.
    pub code: Option<AckCode>,
    /// MSA-2: the control id of the message it answers.
    pub control_id: Value<'a>,
    /// MSA-3: words.
    pub text: Value<'a>,
    /// MSA-4: the sequence number the receiver expects next.
    pub expected_sequence: Value<'a>,
    /// The ERR segments, in the form of either version.
    pub errors: Vec<ReceivedError<'a>>,
}

/// One error an acknowledgement reports.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ReceivedError<'a> {
    /// Segment, sequence, field as components: ERR-2, before 2.5 ERR-1.
    pub location: Value<'a>,
    /// The code of table 0357: ERR-3, before 2.5 the fourth component of ERR-1.
    pub code: Value<'a>,
    /// ERR-8: words for a person.
    pub text: Value<'a>,
}

/// How well MSA-2 fits a control id. Acknowledgements are matched by this and never by their order: one that comes late
/// would pass for the answer to the next message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// Byte for byte.
    Exact,
    /// But for blanks around it, or cut off at 20 characters (the limit before 2.7) or later.
    Near,
    /// MSA-2 is empty: acceptable only where one message is unanswered.
    Unnamed,
    /// It answers another message.
    Other,
}

/// Reads an acknowledgement; `None` if the message has no MSA. A missing final CR, a missing trigger and an `A` code where
/// a `C` code was expected are no obstacles.
pub fn read<'a>(message: &Message<'a>) -> Option<Received<'a>> {
    let verdict = message.segment("MSA")?;
    let errors = message.segments_named("ERR").map(|error| {
        let old = error.field(1);
        if old.is_filled() && !error.field(2).is_filled() && !error.field(3).is_filled() {
            return ReceivedError { location: old, code: old.component(4), text: error.field(8) };
        }
        ReceivedError { location: error.field(2), code: error.field(3).component(1), text: error.field(8) }
    });
    Some(Received {
        code: AckCode::from_name(&verdict.field(1).text()),
        control_id: verdict.field(2),
        text: verdict.field(3),
        expected_sequence: verdict.field(4),
        errors: errors.collect(),
    })
}

impl Received<'_> {
    /// Whether it answers the message of this control id (MSH-10, as it was sent).
    pub fn matches(&self, control_id: &[u8]) -> Match {
        let found = self.control_id.raw();
        let (given, wanted) = (found.trim_ascii(), control_id.trim_ascii());
        if given.is_empty() {
            Match::Unnamed
        } else if found == control_id {
            Match::Exact
        } else if given == wanted || (given.len() >= 20 && wanted.starts_with(given)) {
            Match::Near
        } else {
            Match::Other
        }
    }
}
