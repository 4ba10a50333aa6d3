//! A value of a message at any level: a slice of it, and how to read the slice.

use std::{borrow::Cow, fmt};

use memchr::memchr;

use crate::{Charset, Delimiters, escape};

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

/// A value at any level, borrowed from the input. `Debug` shows its level, presence and length, never its content.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Value<'a> {
    raw: Option<&'a [u8]>,
    level: Level,
    encoding: Encoding,
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = self.raw.map_or(0, <[u8]>::len);
        f.debug_struct("Value")
            .field("level", &self.level)
            .field("presence", &self.presence())
            .field("length", &length)
            .finish_non_exhaustive()
    }
}

impl<'a> Value<'a> {
    pub(crate) fn new(raw: Option<&'a [u8]>, level: Level, encoding: Encoding) -> Self {
        Self { raw, level, encoding }
    }

    /// The bytes as they stand in the message; empty when absent.
    pub fn raw(self) -> &'a [u8] {
        self.raw.unwrap_or_default()
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
        match self.raw {
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
    pub fn text(self) -> Cow<'a, str> {
        let leaf = self.leaf();
        match leaf.presence() {
            Presence::Present if leaf.level == Level::Literal => leaf.encoding.charset.decode(leaf.raw()),
            Presence::Present => escape::decode(leaf.raw(), leaf.encoding),
            Presence::Absent | Presence::Empty | Presence::Null => Cow::Borrowed(""),
        }
    }

    /// The text of everything in the value, separators included. Empty for `""`.
    pub fn joined_text(self) -> Cow<'a, str> {
        match self.presence() {
            Presence::Present if self.level == Level::Literal => self.encoding.charset.decode(self.raw()),
            Presence::Present => escape::decode(self.raw(), self.encoding),
            Presence::Absent | Presence::Empty | Presence::Null => Cow::Borrowed(""),
        }
    }

    /// The first leaf.
    #[must_use]
    pub fn leaf(self) -> Value<'a> {
        if self.level == Level::Literal { self } else { self.subcomponent(1) }
    }

    /// The repetition of this number, from 1. Of a value inside a repetition, the first is the value itself.
    #[must_use]
    pub fn repetition(self, number: usize) -> Value<'a> {
        self.child(Level::Repetition, number)
    }

    /// The component of this number, from 1, of the (first) repetition. Of a value inside a component, the first is the
    /// value itself: a sender who writes no components means the first one.
    #[must_use]
    pub fn component(self, number: usize) -> Value<'a> {
        self.child(Level::Component, number)
    }

    /// The subcomponent of this number, from 1, of the (first) component.
    #[must_use]
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

    fn child(self, level: Level, number: usize) -> Value<'a> {
        if self.level >= level {
            let raw = if number == 1 { self.raw } else { None };
            return Value { raw, ..self };
        }
        let parent = self.above(level);
        let raw = parent.raw.and_then(|raw| nth(raw, parent.separator(level), number));
        Value { raw, level, ..self }
    }

    fn children(self, level: Level) -> Values<'a> {
        let (parent, separator) = if self.level >= level {
            (self, None)
        } else {
            let parent = self.above(level);
            (Value { level, ..parent }, parent.separator(level))
        };
        let rest = parent.raw.filter(|raw| !raw.is_empty());
        Values { rest, separator, of: parent }
    }

    /// The value whose immediate children are of that level.
    fn above(self, level: Level) -> Value<'a> {
        match level {
            Level::Component => self.repetition(1),
            Level::Subcomponent => self.component(1),
            Level::Field | Level::Repetition | Level::Literal => self,
        }
    }

    fn separator(self, level: Level) -> Option<u8> {
        match level {
            Level::Repetition => self.encoding.delimiters.repetition(),
            Level::Component => Some(self.encoding.delimiters.component()),
            Level::Subcomponent => self.encoding.delimiters.subcomponent(),
            Level::Field | Level::Literal => None,
        }
    }
}

/// The part of that number, from 1.
fn nth(raw: &[u8], separator: Option<u8>, number: usize) -> Option<&[u8]> {
    let Some(separator) = separator else { return (number == 1).then_some(raw) };
    let mut rest = raw;
    for _ in 1..number {
        rest = &rest[memchr(separator, rest)? + 1..];
    }
    let end = memchr(separator, rest).unwrap_or(rest.len());
    (number > 0).then_some(&rest[..end])
}

/// The parts of a value, one after the other.
#[derive(Debug, Clone)]
pub struct Values<'a> {
    rest: Option<&'a [u8]>,
    separator: Option<u8>,
    of: Value<'a>,
}

impl<'a> Iterator for Values<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        let rest = self.rest?;
        let end = self.separator.and_then(|separator| memchr(separator, rest));
        let raw = &rest[..end.unwrap_or(rest.len())];
        self.rest = end.map(|end| &rest[end + 1..]);
        Some(Value { raw: Some(raw), ..self.of })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(raw: &[u8]) -> Value<'_> {
        let encoding = Encoding { delimiters: Delimiters::default(), charset: Charset::Utf8 };
        Value::new(Some(raw), Level::Field, encoding)
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
        let shown = format!("{:?}", field(b"Secretina"));
        assert!(!shown.contains("Secret"), "{shown}");
        assert!(shown.contains("length: 9"), "{shown}");
    }
}
