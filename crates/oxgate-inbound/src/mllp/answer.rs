//! What goes back: the acknowledgement that a sender asks for, and whether its connection goes on.

use super::{Listener, Unavailable};
use crate::turned_away::{TurnedAway, Why};
use hl7v2::ack::{self, AckCode, AckMode, ErrorCondition, ErrorDetail, Reply};
use hl7v2::{Charset, Message, Options, mllp};
use oxgate_core::{Clock, Entropy, Timestamp};

/// An answer, and what becomes of the connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Answer {
    /// The framed acknowledgement; `None` where the sender wants none, or none can be written.
    pub(super) frame: Option<Vec<u8>>,
    /// Whether the connection ends.
    pub(super) close: bool,
}

impl Answer {
    /// Nothing to say.
    pub(super) const NONE: Self = Self { frame: None, close: false };
    /// Nothing to say, and the end.
    pub(super) const CLOSE: Self = Self { frame: None, close: true };
}

/// As much of a message as its acknowledgement repeats: its header, and the segment that may name its trigger.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Heading {
    bytes: Vec<u8>,
    charset: Charset,
}

impl std::fmt::Debug for Heading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Heading").field("bytes", &self.bytes.len()).finish_non_exhaustive()
    }
}

impl Heading {
    /// The heading of a message.
    pub(super) fn of(message: &Message<'_>) -> Self {
        let segments = [Some(message.header()), message.segment("EVN")];
        let mut bytes = Vec::new();
        for segment in segments.into_iter().flatten() {
            bytes.extend_from_slice(segment.raw());
            bytes.push(b'\r');
        }
        Self { bytes, charset: message.charset() }
    }
}

/// What acknowledgements are written with.
pub(super) struct Writer<'w> {
    pub(super) clock: &'w dyn Clock,
    pub(super) entropy: &'w dyn Entropy,
}

impl Writer<'_> {
    /// The event is durable.
    pub(super) fn taken(&self, listener: &Listener, heading: &Heading) -> Answer {
        let frame = self.of_heading(listener, heading, AckCode::ApplicationAccept, None);
        Answer { frame, close: false }
    }

    /// Nothing was written, or not now.
    pub(super) fn turned_away(&self, listener: &Listener, heading: &Heading, away: &TurnedAway) -> Answer {
        let held = away.why == Why::Held;
        if !held && listener.unavailable == Unavailable::Close {
            return Answer::CLOSE;
        }
        let text = text(away.why);
        Answer { frame: self.of_heading(listener, heading, AckCode::ApplicationError, Some(&text)), close: !held }
    }

    /// The bytes are no readable message.
    pub(super) fn unreadable(&self, bytes: &[u8], why: Why, close: bool) -> Answer {
        Answer { frame: self.without_heading(bytes, AckCode::ApplicationReject, why), close }
    }

    /// Not now, and nothing of the message is known.
    pub(super) fn refused(&self, bytes: &[u8], why: Why) -> Answer {
        Answer { frame: self.without_heading(bytes, AckCode::ApplicationError, why), close: true }
    }

    fn without_heading(&self, bytes: &[u8], code: AckCode, why: Why) -> Option<Vec<u8>> {
        let (text, control_id, time) = (text(why), control_id(self.entropy), hl7_time(self.clock.now()));
        let reply = Reply { code, control_id: &control_id, time: &time, text: Some(&text), errors: &[] };
        mllp::frame(&ack::reject_unreadable(bytes, &reply)?.ok()?).ok()
    }

    fn of_heading(
        &self,
        listener: &Listener,
        heading: &Heading,
        verdict: AckCode,
        why: Option<&str>,
    ) -> Option<Vec<u8>> {
        let options = Options { charset: Some(heading.charset), ..Options::default() };
        let message = Message::parse(&heading.bytes, &options).ok()?;
        let mode = if listener.original_mode { AckMode::Original } else { AckMode::of(&message) };
        let code = mode.reply(verdict)?;
        let errors: Vec<_> = why.map(internal).into_iter().collect();
        let (control_id, time) = (control_id(self.entropy), hl7_time(self.clock.now()));
        let reply = Reply { code, control_id: &control_id, time: &time, text: why, errors: &errors };
        // An answer that would break its own frame repeats a control id that broke the message's.
        mllp::frame(&ack::write(&message, &reply).ok()?).ok()
    }
}

fn internal(text: &str) -> ErrorDetail {
    ErrorDetail { location: None, condition: ErrorCondition::ApplicationInternalError, text: Some(text.to_owned()) }
}

/// `OXG0019 The store cannot write at the moment`: the code leads to its page in the documentation.
fn text(why: Why) -> String {
    format!("OXG{:04} {}", why.number(), why.title())
}

/// An id of at most 20 characters, which is what HL7 before 2.7 gives MSH-10.
pub fn control_id(entropy: &dyn Entropy) -> String {
    format!("OX{:016X}", entropy.number())
}

/// A moment as HL7 writes it, in UTC, to the second.
pub fn hl7_time(moment: Timestamp) -> String {
    let digits: String = moment.to_string().chars().filter(char::is_ascii_digit).take(14).collect();
    digits + "+0000"
}

#[cfg(test)]
mod tests {
    use super::hl7_time;
    use oxgate_core::Timestamp;

    #[test]
    fn moments_are_written_to_the_second_with_their_offset() {
        assert_eq!(hl7_time(Timestamp(1_772_366_405_678)), "20260301120005+0000");
    }
}
