//! What lenient reading forgave, and where.

use std::{fmt, ops::Range};

/// One thing that the standard does not allow and that was read nevertheless.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Note {
    /// What it is.
    pub kind: NoteKind,
    /// The bytes of the input it is about. Kinds that are about the whole message point at the first occurrence.
    pub span: Range<usize>,
}

/// What was forgiven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum NoteKind {
    /// A byte order mark stands before the header.
    ByteOrderMark,
    /// Blanks, empty lines or a frame's start byte stand before the header.
    BlankBeforeHeader,
    /// Text that belongs to no segment. It is kept, and no field holds it.
    UnparsedText,
    /// MSH-2 is shorter than four characters; the recommended ones fill in.
    ShortEncodingCharacters,
    /// MSH-2 is longer than five characters; the rest means nothing.
    LongEncodingCharacters,
    /// Segments end with LF (first occurrence).
    LineFeed,
    /// Segments end with CR LF (first occurrence).
    CarriageReturnLineFeed,
    /// The last segment has no end.
    MissingFinalTerminator,
    /// A line has nothing on it (first occurrence).
    BlankLine,
    /// A line begins with no segment id, so it goes on with the last field of the segment before it.
    ContinuationLine,
    /// A segment id of the standard is written in lower case.
    LowerCaseSegmentId,
    /// The bytes of a frame's end stand behind the message.
    FrameEnd,
    /// MSH-18 says something that is no known charset; the bytes decided.
    UnknownCharset,
    /// MSH-18 names a charset that is not read here; only its ASCII part is.
    UnsupportedCharset,
    /// The bytes cannot be what MSH-18 says; the bytes decided.
    CharsetMismatch,
    /// MSH-18 says nothing and the bytes are no UTF-8: they were taken for Windows-1252.
    GuessedCharset,
    /// Bytes that are no character of the message's charset (first occurrence); U+FFFD stands for them.
    InvalidText,
    /// A zero byte stands in the message (first occurrence).
    ZeroByte,
    /// More was forgiven than is listed.
    More,
}

impl NoteKind {
    /// The stable name, such as `line-feed`.
    pub fn as_str(self) -> &'static str {
        match self {
            NoteKind::ByteOrderMark => "byte-order-mark",
            NoteKind::BlankBeforeHeader => "blank-before-header",
            NoteKind::UnparsedText => "unparsed-text",
            NoteKind::ShortEncodingCharacters => "short-encoding-characters",
            NoteKind::LongEncodingCharacters => "long-encoding-characters",
            NoteKind::LineFeed => "line-feed",
            NoteKind::CarriageReturnLineFeed => "carriage-return-line-feed",
            NoteKind::MissingFinalTerminator => "missing-final-terminator",
            NoteKind::BlankLine => "blank-line",
            NoteKind::ContinuationLine => "continuation-line",
            NoteKind::LowerCaseSegmentId => "lower-case-segment-id",
            NoteKind::FrameEnd => "frame-end",
            NoteKind::UnknownCharset => "unknown-charset",
            NoteKind::UnsupportedCharset => "unsupported-charset",
            NoteKind::CharsetMismatch => "charset-mismatch",
            NoteKind::GuessedCharset => "guessed-charset",
            NoteKind::InvalidText => "invalid-text",
            NoteKind::ZeroByte => "zero-byte",
            NoteKind::More => "more",
        }
    }

    fn describe(self) -> &'static str {
        match self {
            NoteKind::ByteOrderMark => "byte order mark before the header",
            NoteKind::BlankBeforeHeader => "blanks before the header",
            NoteKind::UnparsedText => "text that belongs to no segment",
            NoteKind::ShortEncodingCharacters => "fewer than four encoding characters in the header",
            NoteKind::LongEncodingCharacters => "more than five encoding characters in the header",
            NoteKind::LineFeed => "line feed as segment end",
            NoteKind::CarriageReturnLineFeed => "carriage return and line feed as segment end",
            NoteKind::MissingFinalTerminator => "last segment without end",
            NoteKind::BlankLine => "empty line",
            NoteKind::ContinuationLine => "line without segment id, read as part of the field before it",
            NoteKind::LowerCaseSegmentId => "segment id in lower case",
            NoteKind::FrameEnd => "frame end behind the message",
            NoteKind::UnknownCharset => "unknown charset declared",
            NoteKind::UnsupportedCharset => "charset declared that is not supported",
            NoteKind::CharsetMismatch => "bytes that contradict the declared charset",
            NoteKind::GuessedCharset => "no charset declared and no UTF-8, read as Windows-1252",
            NoteKind::InvalidText => "bytes that are no character of the charset",
            NoteKind::ZeroByte => "zero byte",
            NoteKind::More => "more notes than are listed",
        }
    }
}

impl fmt::Display for NoteKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.kind.describe(), self.span.start)
    }
}
