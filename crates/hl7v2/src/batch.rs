//! Files with several messages: where each begins, and what stands around them.
//!
//! `[FHS] { [BHS] { message } [BTS] } [FTS]` is the standard's form (HL7 v2 chapter 2, "Batch"); files that put messages
//! one behind the other, with or without frame bytes, are as common. A message begins at each line that begins with `MSH`.

use std::ops::Range;

use memchr::memchr2;

use crate::{
    Charset, Delimiters, Level, Note, NoteKind, Value, charset, parse,
    value::{Encoding, Raw},
};

/// A part of a file. The parts of a file follow each other without a gap.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Piece {
    /// What it is.
    pub kind: PieceKind,
    /// Its bytes.
    pub span: Range<usize>,
}

/// What a part of a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PieceKind {
    /// A message, for [`crate::Message::parse`], with the blanks and frame bytes around it.
    Message,
    /// FHS, with the byte order mark before it if there is one.
    FileHeader,
    /// BHS.
    BatchHeader,
    /// BTS.
    BatchTrailer,
    /// FTS.
    FileTrailer,
    /// Line ends, blanks and frame bytes only.
    Blank,
    /// Text outside of any message.
    Unparsed,
}

/// A file and its parts.
#[derive(Debug, Clone)]
pub struct File<'a> {
    source: &'a [u8],
    pieces: Vec<Piece>,
}

/// A count in a trailer that differs from what was found, with the trailer's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Miscount {
    /// BTS-1 counts messages, FTS-1 counts batches.
    pub trailer: PieceKind,
    /// What the trailer says.
    pub declared: usize,
    /// What was found.
    pub found: usize,
    /// Where the trailer stands.
    pub span: Range<usize>,
}

impl<'a> File<'a> {
    /// Finds the parts. UTF-16 is turned into UTF-8 by [`crate::charset::normalise`] before.
    pub fn read(source: &'a [u8]) -> Self {
        let mut file = File { source, pieces: Vec::new() };
        let mut begin = 0;
        let mut kind = PieceKind::Unparsed;
        let mut line = 0;
        while line < source.len() {
            // A byte order mark or a frame's first byte belongs to the header behind it.
            let rest = &source[line..];
            let rest = rest.strip_prefix(charset::BOM).unwrap_or(rest);
            let text = rest.strip_prefix(b"\x0B").unwrap_or(rest);
            let length = memchr2(b'\r', b'\n', text).map_or(text.len(), |end| end + 1);
            let pair = text[..length].ends_with(b"\r") && text.get(length) == Some(&b'\n');
            let end = source.len() - text.len() + length + usize::from(pair);
            if let Some(begun) = header_kind(text) {
                file.push(kind, begin..line);
                begin = line;
                kind = begun;
                // Only messages go on over several lines.
                if begun != PieceKind::Message {
                    file.push(begun, begin..end);
                    (begin, kind) = (end, PieceKind::Unparsed);
                }
            }
            line = end;
        }
        file.push(kind, begin..source.len());
        file
    }

    fn push(&mut self, kind: PieceKind, span: Range<usize>) {
        let is_blank = |byte: &u8| byte.is_ascii_whitespace() || matches!(*byte, 0 | 0x0B | 0x1C);
        let kind = match kind {
            PieceKind::Unparsed if self.source[span.clone()].iter().all(is_blank) => PieceKind::Blank,
            kind => kind,
        };
        if !span.is_empty() {
            self.pieces.push(Piece { kind, span });
        }
    }

    /// The parts in order.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The bytes of a part.
    pub fn bytes(&self, piece: &Piece) -> &'a [u8] {
        &self.source[piece.span.clone()]
    }

    /// The messages with their offsets in the file, in order.
    pub fn messages(&self) -> impl Iterator<Item = (usize, &'a [u8])> {
        let is_message = |piece: &&Piece| piece.kind == PieceKind::Message;
        self.pieces.iter().filter(is_message).map(|piece| (piece.span.start, self.bytes(piece)))
    }

    /// Text outside of any message, as notes.
    pub fn notes(&self) -> Vec<Note> {
        let is_unparsed = |piece: &&Piece| piece.kind == PieceKind::Unparsed;
        let note = |piece: &Piece| Note { kind: NoteKind::UnparsedText, span: piece.span.clone() };
        self.pieces.iter().filter(is_unparsed).map(note).collect()
    }

    /// A field of a header or trailer, numbered as the standard does: in FHS and BHS the separator is field 1. Absent for
    /// other parts. Text is read as UTF-8.
    pub fn field(&self, piece: &Piece, number: usize) -> Value<'a> {
        let bytes = self.bytes(piece);
        let bytes = bytes.strip_prefix(charset::BOM).unwrap_or(bytes).trim_ascii();
        let bytes = bytes.strip_prefix(b"\x0B").unwrap_or(bytes);
        let is_header = matches!(piece.kind, PieceKind::FileHeader | PieceKind::BatchHeader);
        let is_trailer = matches!(piece.kind, PieceKind::FileTrailer | PieceKind::BatchTrailer);
        let separator = bytes.get(3).copied().filter(|_| is_header || is_trailer);
        let delimiters = separator.and_then(|separator| {
            let encoding = bytes[4..].split(|byte| *byte == separator).next().filter(|_| is_header);
            Delimiters::new(separator, encoding.unwrap_or(b"^~\\&")).ok()
        });
        let encoding = Encoding { delimiters: delimiters.unwrap_or_default(), charset: Charset::Utf8 };
        let nth = number.checked_sub(usize::from(is_header));
        let raw = match (separator.filter(|_| delimiters.is_some()), nth) {
            (Some(_), Some(0)) if is_header => bytes.get(3..4),
            (Some(separator), Some(nth)) if nth > 0 => bytes.split(|byte| *byte == separator).nth(nth),
            _ => None,
        };
        let level = if is_header && number <= 2 { Level::Literal } else { Level::Field };
        Value::new(raw.map(Raw::Bytes), level, encoding)
    }

    /// Trailers whose count differs from what stands before them. A trailer without a number counts nothing.
    pub fn miscounts(&self) -> Vec<Miscount> {
        let (mut messages, mut batches, mut miscounts) = (0, 0, Vec::new());
        for piece in &self.pieces {
            let found = match piece.kind {
                PieceKind::Message => {
                    messages += 1;
                    continue;
                }
                PieceKind::BatchHeader => {
                    (messages, batches) = (0, batches + 1);
                    continue;
                }
                PieceKind::BatchTrailer => messages,
                PieceKind::FileTrailer => batches,
                PieceKind::FileHeader | PieceKind::Blank | PieceKind::Unparsed => continue,
            };
            let declared = self.field(piece, 1).text().trim().parse::<usize>().ok();
            if let Some(declared) = declared.filter(|declared| *declared != found) {
                miscounts.push(Miscount { trailer: piece.kind, declared, found, span: piece.span.clone() });
            }
        }
        miscounts
    }
}

fn header_kind(line: &[u8]) -> Option<PieceKind> {
    if !parse::begins_with_any(line, &parse::ENVELOPE) {
        return None;
    }
    match &line[..3] {
        b"MSH" => Some(PieceKind::Message),
        b"FHS" => Some(PieceKind::FileHeader),
        b"BHS" => Some(PieceKind::BatchHeader),
        b"BTS" => Some(PieceKind::BatchTrailer),
        _ => Some(PieceKind::FileTrailer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &[u8] = b"FHS|^~\\&|A|B\rBHS|^~\\&||C\rMSH|^~\\&|1\rPID|1\r\rMSH|^~\\&|2\rBTS|2|done\rFTS|1\r\n";

    #[test]
    fn the_parts_of_a_batch_follow_each_other_without_a_gap() {
        let file = File::read(FILE);
        let kinds: Vec<_> = file.pieces().iter().map(|piece| piece.kind).collect();
        use PieceKind::{BatchHeader, BatchTrailer, FileHeader, FileTrailer, Message};
        assert_eq!(kinds, [FileHeader, BatchHeader, Message, Message, BatchTrailer, FileTrailer]);
        assert_eq!(file.pieces().iter().flat_map(|piece| file.bytes(piece)).copied().collect::<Vec<_>>(), FILE);
        assert_eq!(file.field(&file.pieces()[0], 3).text(), "A");
        assert_eq!(file.field(&file.pieces()[0], 1).text(), "|");
        assert_eq!(file.field(&file.pieces()[4], 2).text(), "done");
        assert_eq!(file.miscounts(), []);
    }

    #[test]
    fn counts_that_do_not_fit_and_text_outside_are_reported() {
        let source = b"BHS|^~\\&\rEVN|A01\rMSH|^~\\&|1\rBTS|3\rlost\r";
        let file = File::read(source);
        let miscounts = file.miscounts();
        assert_eq!(miscounts.iter().map(|wrong| (wrong.declared, wrong.found)).collect::<Vec<_>>(), [(3, 1)]);
        let notes: Vec<_> = file.notes().into_iter().map(|note| &source[note.span]).collect();
        assert_eq!(notes, [&b"EVN|A01\r"[..], b"lost\r"]);
    }

    #[test]
    fn framed_messages_are_found_with_their_frames() {
        let file = File::read(b"\x0BMSH|^~\\&|1\r\x1C\r\r\n\x0BMSH|^~\\&|2\x1C\r");
        let messages: Vec<_> = file.messages().collect();
        assert_eq!(messages.len(), 2);
        assert!(messages.iter().all(|(_, bytes)| bytes.starts_with(b"\x0BMSH")));
    }
}
