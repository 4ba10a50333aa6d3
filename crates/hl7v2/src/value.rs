//! A value of a message at any level: a slice of it, and how to read the slice.

use std::{borrow::Cow, fmt, ops::Range};

use crate::{Charset, Delimiters, escape, scan};

/// How the bytes of a message are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoding {
    /// What separates.
    pub delimiters: Delimiters,
    /// What bytes stand for.
    pub charset: Charset,
}

/// How deep a value stands in its segment. HL7 v2 has no deeper levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// A field with all its repetitions.
    Field,
    /// One repetition of a field.
    Repetition,
    /// One component.
    Component,
    /// One subcomponent.
    Subcomponent,
    /// MSH-1 or MSH-2: taken as it is, never split or unescaped.
    Literal,
}

/// Whether a value says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Presence {
    /// The message ends before the value's place.
    Absent,
    /// The place is there and holds nothing. Like absent, this says nothing.
    Empty,
    /// `""`: the sender says that there is no value, and that a stored one is to be deleted.
    Null,
    /// Something.
    Present,
}

/// A piece of a message.
#[derive(Clone, Copy)]
pub(crate) enum Raw<'a> {
    /// Of one whose bytes are the text.
    Text(&'a str),
    /// Of any.
    Bytes(&'a [u8]),
}

impl<'a> Raw<'a> {
    #[inline]
    fn bytes(self) -> &'a [u8] {
        match self {
            Raw::Text(text) => text.as_bytes(),
            Raw::Bytes(bytes) => bytes,
        }
    }

    /// What lies between two places, each an end or beside a separator.
    #[inline]
    fn part(self, range: Range<usize>) -> Self {
        match self {
            Raw::Text(text) => Raw::Text(&text[range]),
            Raw::Bytes(bytes) => Raw::Bytes(&bytes[range]),
        }
    }
}

/// Shows no content.
impl fmt::Debug for Raw<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Raw").field("length", &self.bytes().len()).finish_non_exhaustive()
    }
}

/// A value at any level, borrowed from the input. `Debug` shows its level, presence and length, never its content.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    raw: Option<Raw<'a>>,
    level: Level,
    encoding: Encoding,
}

/// Equal are values of the same bytes that are read the same way.
impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.raw.map(Raw::bytes) == other.raw.map(Raw::bytes)
            && (self.level, self.encoding) == (other.level, other.encoding)
    }
}

impl Eq for Value<'_> {}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = self.raw().len();
        f.debug_struct("Value")
            .field("level", &self.level)
            .field("presence", &self.presence())
            .field("length", &length)
            .finish_non_exhaustive()
    }
}

impl<'a> Value<'a> {
    pub(crate) fn new(raw: Option<Raw<'a>>, level: Level, encoding: Encoding) -> Self {
        Self { raw, level, encoding }
    }

    /// The bytes as they stand in the message; empty when absent.
    pub fn raw(self) -> &'a [u8] {
        self.raw.map_or(b"", Raw::bytes)
    }

    /// How deep it stands.
    pub fn level(self) -> Level {
        self.level
    }

    /// How its bytes are read.
    pub fn encoding(self) -> Encoding {
        self.encoding
    }

    /// Whether it says something.
    pub fn presence(self) -> Presence {
        match self.raw.map(Raw::bytes) {
            None => Presence::Absent,
            Some(b"") => Presence::Empty,
            Some(b"\"\"") if self.level != Level::Literal => Presence::Null,
            Some(_) => Presence::Present,
        }
    }

    /// Whether there is anything but separators in it. `""` is something.
    pub fn is_filled(self) -> bool {
        let delimiters = self.encoding.delimiters;
        let inner = [Some(delimiters.component()), delimiters.repetition(), delimiters.subcomponent()];
        self.level == Level::Literal || self.raw().iter().any(|byte| !inner.contains(&Some(*byte)))
    }

    /// The text of the first leaf: of the first repetition the first component, of that the first subcomponent. Empty for
    /// everything that is not [`Presence::Present`]. A value with subcomponents that were meant as plain text (`A & B`)
    /// is read by [`Value::joined_text`].
    #[inline]
    pub fn text(self) -> Cow<'a, str> {
        let Some(raw) = self.raw else { return Cow::Borrowed("") };
        let Delimiters { subcomponent, escape, .. } = self.encoding.delimiters;
        match raw {
            // As nearly every value is: nothing to take apart, nothing to decode.
            Raw::Text(text)
                if self.level == Level::Component
                    && scan::find([subcomponent, escape], text.as_bytes()).is_none()
                    && text != "\"\"" =>
            {
                Cow::Borrowed(text)
            }
            raw => self.decoded(self.first_leaf(raw)),
        }
    }

    /// The text of everything in the value, separators included. Empty for `""`.
    pub fn joined_text(self) -> Cow<'a, str> {
        self.raw.map_or(Cow::Borrowed(""), |raw| self.decoded(raw))
    }

    /// The first leaf.
    #[must_use]
    pub fn leaf(self) -> Value<'a> {
        let raw = self.raw.map(|raw| self.first_leaf(raw));
        Value { raw, level: self.level.max(Level::Subcomponent), ..self }
    }

    #[inline]
    fn first_leaf(self, raw: Raw<'a>) -> Raw<'a> {
        let Delimiters { component, repetition, subcomponent, .. } = self.encoding.delimiters;
        let end = match self.level {
            Level::Field => scan::find([repetition, component, subcomponent], raw.bytes()),
            Level::Repetition => scan::find([component, subcomponent], raw.bytes()),
            Level::Component => scan::find([subcomponent], raw.bytes()),
            Level::Subcomponent | Level::Literal => None,
        };
        end.map_or(raw, |end| raw.part(0..end))
    }

    /// What a piece of this value says.
    #[inline]
    fn decoded(self, raw: Raw<'a>) -> Cow<'a, str> {
        if self.level != Level::Literal {
            if raw.bytes() == b"\"\"" {
                return Cow::Borrowed("");
            }
            if scan::find([self.encoding.delimiters.escape], raw.bytes()).is_some() {
                return escape::decode(raw.bytes(), self.encoding);
            }
        }
        match raw {
            Raw::Text(text) => Cow::Borrowed(text),
            Raw::Bytes(bytes) => self.encoding.charset.decode(bytes),
        }
    }

    /// The repetition of this number, from 1. Of a value inside a repetition, the first is the value itself.
    #[must_use]
    #[inline]
    pub fn repetition(self, number: usize) -> Value<'a> {
        self.child(Level::Repetition, number)
    }

    /// The component of this number, from 1, of the (first) repetition. Of a value inside a component, the first is the
    /// value itself: a sender who writes no components means the first one.
    #[must_use]
    #[inline]
    pub fn component(self, number: usize) -> Value<'a> {
        self.child(Level::Component, number)
    }

    /// The subcomponent of this number, from 1, of the (first) component.
    #[must_use]
    #[inline]
    pub fn subcomponent(self, number: usize) -> Value<'a> {
        self.child(Level::Subcomponent, number)
    }

    /// All repetitions; none if the field is absent or empty.
    pub fn repetitions(self) -> Values<'a> {
        self.children(Level::Repetition)
    }

    /// All components of the (first) repetition; none if it is absent or empty.
    pub fn components(self) -> Values<'a> {
        self.children(Level::Component)
    }

    /// All subcomponents of the (first) component; none if it is absent or empty.
    pub fn subcomponents(self) -> Values<'a> {
        self.children(Level::Subcomponent)
    }

    #[inline]
    fn child(self, level: Level, number: usize) -> Value<'a> {
        if self.level >= level {
            let raw = if number == 1 { self.raw } else { None };
            return Value { raw, ..self };
        }
        let Delimiters { component, repetition, subcomponent, .. } = self.encoding.delimiters;
        let raw = match (level, self.level) {
            (Level::Repetition, _) => nth(self.raw, repetition, repetition, number),
            // The end of the first repetition is found on the way.
            (Level::Component, Level::Field) => nth(self.raw, component, repetition, number),
            (Level::Component, _) => nth(self.raw, component, component, number),
            _ => nth(self.component(1).raw, subcomponent, subcomponent, number),
        };
        Value { raw, level, ..self }
    }

    fn children(self, level: Level) -> Values<'a> {
        let delimiters = self.encoding.delimiters;
        let (parent, separator) = match level {
            _ if self.level >= level => (self, None),
            Level::Component => (self.repetition(1), Some(delimiters.component)),
            Level::Subcomponent => (self.component(1), Some(delimiters.subcomponent)),
            _ => (self, Some(delimiters.repetition)),
        };
        let rest = parent.raw.filter(|raw| !raw.bytes().is_empty());
        Values { rest, separator, of: Value { level: self.level.max(level), ..parent } }
    }
}

/// The part of that number, from 1, of what lies before the first `end`.
#[inline]
fn nth(raw: Option<Raw<'_>>, separator: u8, end: u8, number: usize) -> Option<Raw<'_>> {
    let (raw, mut start) = (raw?, 0);
    let bytes = raw.bytes();
    for _ in 1..number {
        let at = start + scan::find([separator, end], &bytes[start..])?;
        if bytes[at] != separator {
            return None;
        }
        start = at + 1;
    }
    let end = scan::find([separator, end], &bytes[start..]).map_or(bytes.len(), |length| start + length);
    (number > 0).then(|| raw.part(start..end))
}

/// The parts of a value, one after the other.
#[derive(Debug, Clone)]
pub struct Values<'a> {
    rest: Option<Raw<'a>>,
    separator: Option<u8>,
    of: Value<'a>,
}

impl<'a> Iterator for Values<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        let rest = self.rest?;
        let bytes = rest.bytes();
        let end = self.separator.and_then(|separator| scan::find([separator], bytes));
        self.rest = end.map(|end| rest.part(end + 1..bytes.len()));
        let raw = end.map_or(rest, |end| rest.part(0..end));
        Some(Value { raw: Some(raw), ..self.of })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(raw: &[u8]) -> Value<'_> {
        let encoding = Encoding { delimiters: Delimiters::default(), charset: Charset::Utf8 };
        Value::new(Some(Raw::Bytes(raw)), Level::Field, encoding)
    }

    #[test]
    fn absent_empty_null_and_present_are_four_things() {
        let value = field(b"a^^\"\"");
        let presence = |number| value.component(number).presence();
        assert_eq!(
            [presence(1), presence(2), presence(3), presence(4), presence(0)],
            [Presence::Present, Presence::Empty, Presence::Null, Presence::Absent, Presence::Absent]
        );
        assert_eq!(field(b"\"\"").presence(), Presence::Null);
        assert_eq!(field(b"\"\"").text(), "");
        assert!(!field(b"^~&").is_filled());
        assert!(field(b"^\"\"").is_filled());
    }

    #[test]
    fn a_value_asked_one_level_too_deep_or_too_high_is_its_first_leaf() {
        let value = field(b"a&b^c~d");
        assert_eq!(value.text(), "a");
        assert_eq!(value.repetition(2).component(1).subcomponent(1).text(), "d");
        assert_eq!(value.component(2).component(1).subcomponent(1).text(), "c");
        assert_eq!(value.component(2).component(2).presence(), Presence::Absent);
        assert_eq!(value.component(1).joined_text(), "a&b");
        assert_eq!(value.component(2).repetition(1).text(), "c");
    }

    #[test]
    fn parts_are_counted_with_the_empty_ones() {
        let parts = |values: Values<'_>| values.map(|value| value.text().into_owned()).collect::<Vec<_>>();
        assert_eq!(parts(field(b"a~~b").repetitions()), ["a", "", "b"]);
        assert_eq!(parts(field(b"a^^b~c").components()), ["a", "", "b"]);
        assert_eq!(parts(field(b"^").components()), ["", ""]);
        assert_eq!(parts(field(b"x&y").subcomponents()), ["x", "y"]);
        assert_eq!(parts(field(b"").repetitions()).len(), 0);
        assert_eq!(parts(field(b"x").components()), ["x"]);
    }

    #[test]
    fn plain_text_is_read_without_a_copy() {
        let value = field("Mü^b&c~d".as_bytes());
        let leaves = [value, value.component(2), value.component(2).subcomponent(2), value.repetition(2)];
        assert!(leaves.iter().all(|value| matches!(value.text(), Cow::Borrowed(text) if !text.is_empty())));
    }

    #[test]
    fn debug_shows_no_content() {
        let shown = format!("{:?} {:?}", field(b"Secretina"), field(b"Secretina").components());
        assert!(!shown.contains("Secret") && !shown.contains("83"), "{shown}");
        assert!(shown.contains("length: 9"), "{shown}");
    }
}
