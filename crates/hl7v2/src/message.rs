//! A message as it was read: its bytes, and where its segments and fields begin.

use std::{borrow::Cow, fmt, ops::Range};

use crate::{
    Charset, Delimiters, Note, Path,
    parse::{self, Options, ParseError},
    path::Location,
    value::{Encoding, Level, Raw, Value},
};

/// A message, borrowed from the input. `Debug` shows segment ids and lengths, never content.
#[derive(Clone)]
pub struct Message<'a> {
    pub(crate) source: &'a [u8],
    /// The same, where the bytes are the text: all of them UTF-8, and read as such.
    pub(crate) text: Option<&'a str>,
    pub(crate) encoding: Encoding,
    pub(crate) segments: Vec<Span>,
    /// The place of every field separator of every segment, in order.
    pub(crate) separators: Vec<u32>,
    pub(crate) notes: Vec<Note>,
}

/// Where a segment stands. The end is before its terminator.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) first_separator: u32,
    /// In upper case.
    pub(crate) id: [u8; 3],
}

/// A place in the input as people count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// From 1; CR, LF and CR LF each end a line.
    pub line: usize,
    /// In bytes, from 1.
    pub column: usize,
}

impl<'a> Message<'a> {
    /// Reads one message: the input holds one header (MSH), at its beginning or behind text that is reported.
    /// Files with several messages or batch headers are split by [`crate::batch`] before, UTF-16 is turned into UTF-8 by
    /// [`crate::charset::normalise`] before.
    pub fn parse(input: &'a [u8], options: &Options) -> Result<Self, ParseError> {
        parse::parse(input, options)
    }

    /// The input, unchanged.
    pub fn as_bytes(&self) -> &'a [u8] {
        self.source
    }

    /// What separates.
    pub fn delimiters(&self) -> Delimiters {
        self.encoding.delimiters
    }

    /// What its text is read in. May differ from what MSH-18 says; then a note says why.
    pub fn charset(&self) -> Charset {
        self.encoding.charset
    }

    /// How its values are read.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// What was forgiven, by position.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// Line and column of a byte of the input.
    pub fn place(&self, offset: usize) -> Place {
        place(self.source, offset)
    }

    /// The header, MSH.
    pub fn header(&self) -> Segment<'_, 'a> {
        Segment { message: self, index: 0 }
    }

    /// All segments in order, the header first.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = Segment<'_, 'a>> + ExactSizeIterator + Clone {
        (0..self.segments.len()).map(|index| Segment { message: self, index })
    }

    /// The segment of this number, from 0.
    pub fn segment_at(&self, index: usize) -> Option<Segment<'_, 'a>> {
        (index < self.segments.len()).then_some(Segment { message: self, index })
    }

    /// The first segment of this id.
    #[inline]
    pub fn segment(&self, id: &str) -> Option<Segment<'_, 'a>> {
        let id = upper(id)?;
        let index = self.segments.iter().position(|span| span.id == id)?;
        Some(Segment { message: self, index })
    }

    /// All segments of this id, in order.
    pub fn segments_named<'s>(&'s self, id: &'s str) -> impl Iterator<Item = Segment<'s, 'a>> + use<'s, 'a> {
        (0..self.segments.len()).map(|index| Segment { message: self, index }).filter(move |segment| segment.is(id))
    }

    /// The first value the path leads to; absent if there is none.
    pub fn get(&self, path: &Path) -> Value<'a> {
        path.first(self)
    }

    /// All values the path leads to, with their places. Only paths with `[*]` or a condition lead to several.
    pub fn get_all(&self, path: &Path) -> Vec<(Location, Value<'a>)> {
        path.all(self)
    }

    /// A part that begins and ends beside a separator or a line end.
    #[inline]
    fn raw(&self, range: Range<usize>) -> Raw<'a> {
        match self.text {
            Some(text) => Raw::Text(&text[range]),
            None => Raw::Bytes(&self.source[range]),
        }
    }

    /// The segments alone, each ended by CR, as the standard wants it: without byte order mark, frame bytes, unparsed text
    /// and empty lines; the line ends inside continued fields become blanks.
    pub fn to_canonical(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.source.len() + 1);
        for segment in self.segments() {
            out.extend(segment.raw().iter().map(|byte| if matches!(byte, b'\r' | b'\n') { b' ' } else { *byte }));
            out.push(b'\r');
        }
        // At the very end the byte is a frame's, wherever it came from.
        while out.ends_with(b"\x1C\r") {
            out.truncate(out.len() - 2);
            out.push(b'\r');
        }
        out
    }
}

impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("length", &self.source.len())
            .field("segments", &self.segments().map(Segment::id).collect::<Vec<_>>())
            .field("notes", &self.notes)
            .finish_non_exhaustive()
    }
}

/// A segment id in upper case; anything that is not three bytes long is none.
fn upper(id: &str) -> Option<[u8; 3]> {
    <[u8; 3]>::try_from(id.as_bytes()).ok().map(|id| id.map(|byte| byte.to_ascii_uppercase()))
}

/// Line and column of a byte.
pub(crate) fn place(source: &[u8], offset: usize) -> Place {
    let before = &source[..offset.min(source.len())];
    let mut place = Place { line: 1, column: 1 };
    for (index, byte) in before.iter().enumerate() {
        let ends_line = *byte == b'\n' || (*byte == b'\r' && source.get(index + 1) != Some(&b'\n'));
        if ends_line {
            place = Place { line: place.line + 1, column: 1 };
        } else {
            place.column += 1;
        }
    }
    place
}

/// One segment of a message.
#[derive(Clone, Copy)]
pub struct Segment<'m, 'a> {
    message: &'m Message<'a>,
    index: usize,
}

impl fmt::Debug for Segment<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Segment").field("id", &self.id()).field("index", &self.index).finish_non_exhaustive()
    }
}

impl<'m, 'a> Segment<'m, 'a> {
    /// The message it is in.
    pub fn message(self) -> &'m Message<'a> {
        self.message
    }

    /// Its number in the message, from 0.
    pub fn index(self) -> usize {
        self.index
    }

    /// Its three characters, in upper case.
    pub fn id(self) -> Cow<'a, str> {
        let id = Charset::Utf8.decode(&self.raw()[..3]);
        if id.bytes().any(|byte| byte.is_ascii_lowercase()) { Cow::Owned(id.to_ascii_uppercase()) } else { id }
    }

    /// Whether it has this id.
    pub fn is(self, id: &str) -> bool {
        Some(self.span().id) == upper(id)
    }

    /// Whether it is a local segment, whose meaning sender and receiver agreed on.
    pub fn is_local(self) -> bool {
        self.raw()[0].eq_ignore_ascii_case(&b'Z')
    }

    /// Its bytes without the terminator; line ends inside are those of continued fields.
    pub fn raw(self) -> &'a [u8] {
        &self.message.source[self.range()]
    }

    /// Where it stands in the input.
    pub fn range(self) -> Range<usize> {
        let span = self.span();
        to_usize(span.start)..to_usize(span.end)
    }

    /// How many fields it has; those of MSH count its separators as the standard does.
    pub fn field_count(self) -> usize {
        self.separators().len() + usize::from(self.is_header())
    }

    /// The field of this number, from 1. MSH-1 is the field separator, MSH-2 the encoding characters.
    #[inline]
    pub fn field(self, number: usize) -> Value<'a> {
        let level = if self.is_header() && number <= 2 { Level::Literal } else { Level::Field };
        let raw = self.field_range(number).map(|range| self.message.raw(range));
        Value::new(raw, level, self.message.encoding)
    }

    /// Where a field stands in the input.
    #[inline]
    pub fn field_range(self, number: usize) -> Option<Range<usize>> {
        let separators = self.separators();
        let Some(nth) = number.checked_sub(1 + usize::from(self.is_header())) else {
            let first = separators.first().filter(|_| self.is_header() && number == 1)?;
            return Some(to_usize(*first)..to_usize(*first) + 1);
        };
        let start = to_usize(*separators.get(nth)?) + 1;
        let end = separators.get(nth + 1).map_or(self.range().end, |next| to_usize(*next));
        Some(start..end)
    }

    /// All fields with their numbers.
    pub fn fields(self) -> impl Iterator<Item = (usize, Value<'a>)> + use<'m, 'a> {
        (1..=self.field_count()).map(move |number| (number, self.field(number)))
    }

    #[inline]
    fn is_header(self) -> bool {
        self.index == 0
    }

    #[inline]
    fn span(self) -> Span {
        self.message.segments[self.index]
    }

    #[inline]
    fn separators(self) -> &'m [u32] {
        let next = self.message.segments.get(self.index + 1);
        let end = next.map_or(self.message.separators.len(), |next| to_usize(next.first_separator));
        &self.message.separators[to_usize(self.span().first_separator)..end]
    }
}

/// Offsets are kept in 32 bits; [`crate::Limits`] never allows longer input.
pub(crate) fn to_usize(offset: u32) -> usize {
    usize::try_from(offset).expect("32 bits fit into every supported platform's usize")
}
