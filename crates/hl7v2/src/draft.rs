//! Changing a message, and building one: every change touches the bytes of the value it names and nothing else.

use std::ops::Range;

use crate::{
    Charset, Delimiters, Message, Mode, Options, ParseError, Path, Presence, Segment, Value,
    escape::{self, EncodeError},
    value::Level,
};

/// A message that can be changed. Its bytes are a readable message at all times.
#[derive(Clone)]
pub struct Draft {
    bytes: Vec<u8>,
    options: Options,
}

/// Shows the length only.
impl std::fmt::Debug for Draft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Draft").field("length", &self.bytes.len()).finish_non_exhaustive()
    }
}

/// What to put in a value's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change<'t> {
    /// A text; separators in it are escaped.
    Text(&'t str),
    /// `""`: the value is to be deleted by the receiver.
    Null,
    /// Nothing.
    Empty,
    /// Bytes as they are to stand in the message, separators and escapes included.
    Raw(&'t [u8]),
}

/// Why a change was not made. The draft is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The segment is not there.
    #[error("the message has no segment {path} could be in: append it first")]
    NoSegment {
        /// Where the value was to go.
        path: String,
    },
    /// The path does not name one place.
    #[error("{path} may be several places: name the repetition by its number")]
    NotOnePlace {
        /// Where the value was to go.
        path: String,
    },
    /// The separators cannot be changed in a message that uses them.
    #[error("MSH-1 and MSH-2 cannot be changed in a message that is written with them")]
    Separators,
    /// The message has no such level.
    #[error("the message has no separator for {what}")]
    NoSeparator {
        /// `repetitions` or `subcomponents`.
        what: &'static str,
    },
    /// The text cannot be written.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The raw bytes hold a line end or a separator of a higher level.
    #[error("byte {at} of the raw value would end it")]
    Raw {
        /// In bytes from 0.
        at: usize,
    },
    /// A segment id is three letters or digits, in upper case, and no header's.
    #[error("a segment id is a letter and two letters or digits in upper case, and not MSH, FHS, BHS, BTS or FTS")]
    SegmentId,
    /// The changed message would be past a limit.
    #[error("the changed message would not be readable: {0}")]
    Unreadable(#[from] ParseError),
}

impl Draft {
    /// A message of a header without content, in UTF-8. MSH-18 is not set.
    pub fn new(delimiters: Delimiters) -> Self {
        let mut bytes = b"MSH".to_vec();
        bytes.push(delimiters.field());
        bytes.extend(delimiters.encoding_characters());
        bytes.push(b'\r');
        Self { bytes, options: Options { charset: Some(Charset::Utf8), ..Options::default() } }
    }

    /// A message to be changed, with the charset it was read in.
    pub fn of(message: &Message<'_>) -> Self {
        let options = Options { mode: Mode::Lenient, charset: Some(message.charset()), ..Options::default() };
        Self { bytes: message.as_bytes().to_vec(), options }
    }

    /// The message as it stands.
    pub fn message(&self) -> Message<'_> {
        Message::parse(&self.bytes, &self.options).expect("every change keeps the message readable")
    }

    /// The message's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The message's bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Puts something in a value's place. A place beyond the end of its segment, field or component is made. A field
    /// without repetition number is replaced with all its repetitions, a component with all its subcomponents.
    pub fn set(&mut self, path: &Path, change: Change<'_>) -> Result<(), EditError> {
        let (range, replacement) = self.plan(path, change)?;
        self.splice(range, &replacement)
    }

    /// Adds an empty segment behind all others; returns its number.
    pub fn append(&mut self, id: &str) -> Result<usize, EditError> {
        let count = self.message().segments().len();
        self.insert(count, id)
    }

    /// Adds an empty segment before the one of that number, or behind the last; returns its number. Its terminator is that
    /// of the header.
    pub fn insert(&mut self, index: usize, id: &str) -> Result<usize, EditError> {
        let upper = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        let is_id = id.len() == 3 && id.as_bytes()[0].is_ascii_uppercase() && id.bytes().all(upper);
        if !is_id || crate::parse::ENVELOPE.iter().any(|envelope| id.as_bytes() == &envelope[..]) {
            return Err(EditError::SegmentId);
        }
        let message = self.message();
        let index = index.clamp(1, message.segments().len());
        let end = message.header().range().end;
        let terminator: &[u8] = match &self.bytes[end..] {
            [b'\r', b'\n', ..] => b"\r\n",
            [b'\n', ..] => b"\n",
            _ => b"\r",
        };
        let mut text = Vec::new();
        let at = if let Some(next) = message.segment_at(index) {
            text.extend_from_slice(id.as_bytes());
            text.extend_from_slice(terminator);
            next.range().start
        } else {
            let last = message.segment_at(index - 1).map_or(end, |last| last.range().end);
            text.extend_from_slice(terminator);
            text.extend_from_slice(id.as_bytes());
            last
        };
        self.splice(at..at, &text)?;
        Ok(index)
    }

    /// Takes a segment out, with its terminator. The header stays; false if there is no such segment.
    pub fn remove(&mut self, index: usize) -> bool {
        let message = self.message();
        let Some(segment) = message.segment_at(index).filter(|_| index > 0) else { return false };
        let range = segment.range();
        let terminator = match &self.bytes[range.end..] {
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            _ => 0,
        };
        let _removed = self.bytes.drain(range.start..range.end + terminator);
        true
    }

    fn splice(&mut self, range: Range<usize>, replacement: &[u8]) -> Result<(), EditError> {
        let mut changed = Vec::with_capacity(self.bytes.len() + replacement.len());
        changed.extend_from_slice(&self.bytes[..range.start]);
        changed.extend_from_slice(replacement);
        changed.extend_from_slice(&self.bytes[range.end..]);
        Message::parse(&changed, &self.options)?;
        self.bytes = changed;
        Ok(())
    }

    /// What to replace, and by what.
    fn plan(&self, path: &Path, change: Change<'_>) -> Result<(Range<usize>, Vec<u8>), EditError> {
        let message = self.message();
        if path.segment() == "MSH" && path.field() <= 2 {
            return Err(EditError::Separators);
        }
        if path.is_many() {
            return Err(EditError::NotOnePlace { path: path.to_string() });
        }
        let nth = path.ordinal().unwrap_or(1) - 1;
        let segment = message.segments_named(path.segment()).nth(nth);
        let segment = segment.ok_or_else(|| EditError::NoSegment { path: path.to_string() })?;
        let mut place = Place::field(segment, path.field());
        let delimiters = message.delimiters();
        if path.repetition().is_some() || path.component().is_some() {
            let separator = delimiters.repetition();
            place.descend(separator, path.repetition().unwrap_or(1), &self.bytes, "repetitions")?;
        }
        if let Some(number) = path.component() {
            place.descend(Some(delimiters.component()), number, &self.bytes, "components")?;
        }
        if let Some(number) = path.subcomponent() {
            place.descend(delimiters.subcomponent(), number, &self.bytes, "subcomponents")?;
        }
        let mut replacement = place.padding;
        match change {
            Change::Text(text) => escape::encode(text, message.encoding(), &mut replacement)?,
            Change::Null => replacement.extend_from_slice(b"\"\""),
            Change::Empty => {}
            Change::Raw(raw) => {
                let level = if path.subcomponent().is_some() {
                    Level::Subcomponent
                } else if path.component().is_some() {
                    Level::Component
                } else if path.repetition().is_some() {
                    Level::Repetition
                } else {
                    Level::Field
                };
                check_raw(raw, delimiters, level)?;
                replacement.extend_from_slice(raw);
            }
        }
        Ok((place.range, replacement))
    }
}

fn check_raw(raw: &[u8], delimiters: Delimiters, level: Level) -> Result<(), EditError> {
    let ends = |byte: &u8| {
        let byte = Some(*byte);
        matches!(byte, Some(b'\r' | b'\n'))
            || byte == Some(delimiters.field())
            || (level >= Level::Repetition && byte == delimiters.repetition())
            || (level >= Level::Component && byte == Some(delimiters.component()))
            || (level >= Level::Subcomponent && byte == delimiters.subcomponent())
    };
    raw.iter().position(ends).map_or(Ok(()), |at| Err(EditError::Raw { at }))
}

/// Where a value is or would be: the bytes it has, and the separators that must be written before it.
struct Place {
    range: Range<usize>,
    padding: Vec<u8>,
}

impl Place {
    fn field(segment: Segment<'_, '_>, number: usize) -> Self {
        if let Some(range) = segment.field_range(number) {
            return Self { range, padding: Vec::new() };
        }
        let missing = number - segment.field_count();
        let end = segment.range().end;
        Self { range: end..end, padding: vec![segment.message().delimiters().field(); missing] }
    }

    fn descend(
        &mut self,
        separator: Option<u8>,
        number: usize,
        bytes: &[u8],
        what: &'static str,
    ) -> Result<(), EditError> {
        let Some(separator) = separator else {
            return if number == 1 { Ok(()) } else { Err(EditError::NoSeparator { what }) };
        };
        let parts = bytes[self.range.clone()].split(|byte| *byte == separator);
        let mut start = self.range.start;
        let mut count = 0;
        for part in parts {
            count += 1;
            if count == number {
                self.range = start..start + part.len();
                return Ok(());
            }
            start += part.len() + 1;
        }
        self.padding.extend(std::iter::repeat_n(separator, number - count));
        self.range = self.range.end..self.range.end;
        Ok(())
    }
}

/// Copies what a value says into a change.
impl<'t> From<Value<'t>> for Change<'t> {
    fn from(value: Value<'t>) -> Self {
        match value.presence() {
            Presence::Absent | Presence::Empty => Change::Empty,
            Presence::Null => Change::Null,
            Presence::Present => Change::Raw(value.raw()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Path {
        text.parse().expect("a path")
    }

    fn draft(text: &[u8]) -> Draft {
        Draft::of(&Message::parse(text, &Options::default()).expect("a message"))
    }

    #[test]
    fn a_change_touches_its_value_only() {
        let text = b"\n MSH|^~\\&|A\nPID|1||x^y&z~w\r\n\nZZZ|odd^line\n\x1C\r";
        for (at, change, expected) in [
            ("PID-3.2.2", Change::Text("a|b"), &b"x^y&a\\F\\b~w"[..]),
            ("PID-3[2]", Change::Null, b"x^y&z~\"\""),
            ("PID-3[2].3", Change::Text("c"), b"x^y&z~w^^c"),
            ("PID-3.1.2", Change::Text("c"), b"x&c^y&z~w"),
            ("PID-3", Change::Empty, b""),
            ("PID-3", Change::Raw(b"7^8~9"), b"7^8~9"),
        ] {
            let mut draft = draft(text);
            draft.set(&path(at), change).expect(at);
            let before = b"\n MSH|^~\\&|A\nPID|1||";
            let whole = [&before[..], expected, b"\r\n\nZZZ|odd^line\n\x1C\r"].concat();
            assert_eq!(draft.into_bytes(), whole, "{at}");
        }
    }

    #[test]
    fn missing_places_are_made() {
        let mut draft = Draft::new(Delimiters::default());
        draft.set(&path("MSH-9.2"), Change::Text("A01")).expect("header");
        assert_eq!(draft.append("PID"), Ok(1));
        draft.set(&path("PID-3[2].4.2"), Change::Text("1.2")).expect("deep");
        draft.set(&path("PID-5.1"), Change::Text("Muster & Söhne")).expect("name");
        draft.insert(1, "EVN").expect("a segment");
        assert_eq!(
            String::from_utf8_lossy(draft.as_bytes()),
            "MSH|^~\\&|||||||^A01\rEVN\rPID|||~^^^&1.2||Muster \\T\\ Söhne\r"
        );
        assert_eq!(draft.message().get(&path("PID-3[2].4.2")).text(), "1.2");
        assert!(draft.remove(1));
        assert!(!draft.remove(0));
        assert_eq!(draft.message().segments().len(), 2);
    }

    #[test]
    fn what_would_break_the_message_is_refused_and_nothing_changes() {
        let mut draft = draft(b"MSH|^~\\&|A\rPID|1");
        let before = draft.as_bytes().to_vec();
        for (at, change) in [
            ("MSH-2", Change::Text("x")),
            ("PV1-1", Change::Text("x")),
            ("PID[2]-1", Change::Text("x")),
            ("PID-3[*]", Change::Text("x")),
            ("PID-3(5=MR)", Change::Text("x")),
            ("PID-3", Change::Raw(b"a|b")),
            ("PID-3.1", Change::Raw(b"a^b")),
            ("PID-3", Change::Raw(b"a\rZZZ")),
            ("PID-60000", Change::Text("x")),
        ] {
            draft.set(&path(at), change).expect_err(at);
            assert_eq!(draft.as_bytes(), before, "{at}");
        }
        for id in ["MSH", "pid", "PI", "1ID", "P|D"] {
            assert_eq!(draft.append(id), Err(EditError::SegmentId));
        }
        assert_eq!(draft.append("ZZZ"), Ok(2));
        assert_eq!(draft.as_bytes(), b"MSH|^~\\&|A\rPID|1\rZZZ");
    }
}
