//! Reading a message: one pass over the lines, which become segments, parts of segments, or reported text.

use std::ops::Range;

use memchr::{memchr, memchr2};

use crate::{
    Charset, Delimiters, Message, Note, NoteKind,
    charset::{self, Declared},
    message::{Span, to_usize},
    scan,
    value::Encoding,
};

/// How to read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// What to do about what the standard does not allow.
    pub mode: Mode,
    /// How much to read.
    pub limits: Limits,
    /// The charset, where the reader knows better than the message.
    pub charset: Option<Charset>,
}

/// What to do about what the standard does not allow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    /// Forgive what can be forgiven without guessing at content, and note it.
    #[default]
    Lenient,
    /// Refuse the first thing that lenient reading would have forgiven.
    Strict,
}

/// How much is read before a message is refused. Depth needs no limit: HL7 v2 has four levels and no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of a message. Redox takes 30 MB; the default is 32 MiB. More than 4 GiB are never read.
    pub bytes: usize,
    /// Segments of a message.
    pub segments: usize,
    /// Fields of a segment.
    pub fields: usize,
    /// Values at all levels of a message, as counted by its separators.
    pub values: usize,
    /// Notes that are listed; the last one says that there are more.
    pub notes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 32 << 20, segments: 100_000, fields: 10_000, values: 4_000_000, notes: 1_000 }
    }
}

impl Limits {
    /// These limits with another number of bytes.
    #[must_use]
    pub fn with_bytes(self, bytes: usize) -> Self {
        Self { bytes, ..self }
    }

    /// These limits with another number of segments.
    #[must_use]
    pub fn with_segments(self, segments: usize) -> Self {
        Self { segments, ..self }
    }

    /// These limits with another number of fields.
    #[must_use]
    pub fn with_fields(self, fields: usize) -> Self {
        Self { fields, ..self }
    }

    /// These limits with another number of values.
    #[must_use]
    pub fn with_values(self, values: usize) -> Self {
        Self { values, ..self }
    }
}

/// Why input is no message. Every kind has a position; none quotes the input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// No line begins with `MSH`.
    #[error("no message: no line begins with the header segment MSH")]
    NoHeader,
    /// The header ends before its encoding characters.
    #[error("header cut off at byte {offset}: MSH, a field separator and encoding characters must be there")]
    CutHeader {
        /// Where the input or the line ends.
        offset: usize,
    },
    /// A character of the header cannot be a separator.
    #[error("byte {offset} cannot be a separator: separators are distinct punctuation characters")]
    BadDelimiter {
        /// Where it stands.
        offset: usize,
    },
    /// The input is UTF-16.
    #[error("input is UTF-16, whose half characters look like separators: turn it into UTF-8 first")]
    Utf16,
    /// The input begins with a batch or file header.
    #[error("a batch begins at byte {offset}: split it into messages first")]
    Batch {
        /// Where.
        offset: usize,
    },
    /// Another message or batch segment begins inside the message.
    #[error("another message or batch segment begins at byte {offset}: split the input into messages first")]
    SecondHeader {
        /// Where.
        offset: usize,
    },
    /// A limit was passed.
    #[error("more than {limit} {what} at byte {offset}")]
    TooMany {
        /// What there is too much of: `bytes`, `segments`, `fields in a segment`, `values`.
        what: &'static str,
        /// The limit.
        limit: usize,
        /// Where it was passed.
        offset: usize,
    },
    /// Strict reading met something that lenient reading forgives.
    #[error("not allowed: {0}")]
    NotAllowed(Note),
}

impl ParseError {
    /// The byte of the input at which reading ended.
    pub fn offset(&self) -> usize {
        match self {
            ParseError::NoHeader | ParseError::Utf16 => 0,
            ParseError::CutHeader { offset }
            | ParseError::BadDelimiter { offset }
            | ParseError::Batch { offset }
            | ParseError::SecondHeader { offset }
            | ParseError::TooMany { offset, .. } => *offset,
            ParseError::NotAllowed(note) => note.span.start,
        }
    }
}

/// Line end bytes, and the frame byte that some files keep.
const FRAME_START: u8 = 0x0B;
const FRAME_END: u8 = 0x1C;

/// Segments of the standard that senders were seen to write, used only to tell an id in lower case from text.
const KNOWN: &str = "ABS ACC ADD AFF AIG AIL AIP AIS AL1 ARV AUT BLG BPO CER CON CTD CTI DB1 DG1 DRG DSC DSP EQP ERR EVN \
    FAC FT1 GOL GP1 GP2 GT1 IAM IIM IN1 IN2 IN3 INV IPC LAN LOC MFA MFE MFI MRG MSA NCK NK1 NPU NTE OBR OBX ODS ORC ORG \
    OVR PCR PD1 PDA PDC PEO PES PID PR1 PRA PRB PRC PRD PRT PSH PTH PV1 PV2 QAK QPD QRD QRF RCP RDF RDT RF1 RGS RMI ROL \
    RQ1 RQD RXA RXC RXD RXE RXG RXO RXR SAC SCH SFT SPM STF TQ1 TQ2 TXA UAC UB1 UB2 URD URS VAR VTQ";

pub(crate) fn parse<'a>(source: &'a [u8], options: &Options) -> Result<Message<'a>, ParseError> {
    let limit = options.limits.bytes.min(u32::MAX as usize);
    if source.len() > limit {
        return Err(ParseError::TooMany { what: "bytes", limit, offset: limit });
    }
    if charset::is_wide(source) {
        return Err(ParseError::Utf16);
    }
    let mut notes = Notes { list: Vec::new(), mode: options.mode, limit: options.limits.notes };
    let start = find_header(source, &mut notes)?;
    let delimiters = read_delimiters(source, start, &mut notes)?;
    let end = find_end(source, start, &mut notes)?;
    check_values(&source[start..end], delimiters, start, options.limits.values)?;
    // Room as the length suggests; more grows as it comes.
    let room = |one_in: usize| ((end - start) / one_in + 8).min(ROOM_MAX);
    let mut reader = Reader {
        source,
        delimiters,
        limits: options.limits,
        segments: Vec::with_capacity(room(64)),
        separators: Vec::with_capacity(room(4)),
        notes,
        line_feed: false,
        line_pair: false,
        blank: false,
    };
    reader.read_lines(start, end)?;
    let Reader { segments, separators, mut notes, .. } = reader;
    let encoding = Encoding { delimiters, charset: Charset::Utf8 };
    // Checked once here, so that no value that is read is checked again.
    let utf8 = std::str::from_utf8(source).ok();
    let mut message = Message { source, text: utf8, encoding, segments, separators, notes: Vec::new() };
    let is_ascii = source[start..].is_ascii();
    message.encoding.charset = choose_charset(&message, options.charset, start, is_ascii, &mut notes)?;
    message.text = utf8.filter(|_| is_ascii || message.encoding.charset == Charset::Utf8);
    if let Some(zero) = memchr(0, &source[start..end]) {
        notes.add(NoteKind::ZeroByte, start + zero..start + zero + 1)?;
    }
    notes.list.sort_by_key(|note| note.span.start);
    message.notes = notes.list;
    Ok(message)
}

/// What was forgiven so far; in strict mode, nothing is.
struct Notes {
    list: Vec<Note>,
    mode: Mode,
    limit: usize,
}

impl Notes {
    fn add(&mut self, kind: NoteKind, span: Range<usize>) -> Result<(), ParseError> {
        let note = Note { kind, span };
        if self.mode == Mode::Strict {
            return Err(ParseError::NotAllowed(note));
        }
        match self.list.len() {
            length if length + 1 < self.limit => self.list.push(note),
            length if length < self.limit => self.list.push(Note { kind: NoteKind::More, ..note }),
            _ => {}
        }
        Ok(())
    }
}

/// Whether one of these segments begins here: its id, and something that can separate fields.
pub(crate) fn begins_with_any(text: &[u8], ids: &[&[u8; 3]]) -> bool {
    let separated = text.get(3).is_none_or(|byte| byte.is_ascii_punctuation() || matches!(byte, b'\r' | b'\n'));
    separated && ids.iter().any(|id| text.starts_with(&id[..]))
}

/// The segments that stand around messages, or begin them.
pub(crate) const ENVELOPE: [&[u8; 3]; 5] = [b"MSH", b"FHS", b"BHS", b"BTS", b"FTS"];

fn find_header(source: &[u8], notes: &mut Notes) -> Result<usize, ParseError> {
    let bom = if source.starts_with(charset::BOM) { charset::BOM.len() } else { 0 };
    if bom > 0 {
        notes.add(NoteKind::ByteOrderMark, 0..bom)?;
    }
    let is_blank = |byte: &u8| byte.is_ascii_whitespace() || matches!(*byte, FRAME_START | 0);
    let blank = source[bom..].iter().take_while(|byte| is_blank(byte)).count();
    let first = bom + blank;
    if source[first..].starts_with(b"MSH") {
        if blank > 0 {
            notes.add(NoteKind::BlankBeforeHeader, bom..first)?;
        }
        return Ok(first);
    }
    if begins_with_any(&source[first..], &ENVELOPE) {
        return Err(ParseError::Batch { offset: first });
    }
    let mut at = first;
    while let Some(ended) = memchr2(b'\r', b'\n', &source[at..]) {
        at += ended + 1;
        let text = source[at..].strip_prefix(&[FRAME_START]).unwrap_or(&source[at..]);
        if begins_with_any(text, &ENVELOPE) {
            let start = source.len() - text.len();
            if !text.starts_with(b"MSH") {
                return Err(ParseError::Batch { offset: start });
            }
            notes.add(NoteKind::UnparsedText, bom..start)?;
            return Ok(start);
        }
    }
    Err(ParseError::NoHeader)
}

fn read_delimiters(source: &[u8], start: usize, notes: &mut Notes) -> Result<Delimiters, ParseError> {
    let ends_line = |byte: u8| matches!(byte, b'\r' | b'\n');
    let Some(&field) = source.get(start + 3).filter(|byte| !ends_line(**byte)) else {
        return Err(ParseError::CutHeader { offset: start + 3 });
    };
    let rest = &source[start + 4..];
    let encoding = &rest[..rest.iter().position(|byte| *byte == field || ends_line(*byte)).unwrap_or(rest.len())];
    if encoding.is_empty() {
        return Err(ParseError::CutHeader { offset: start + 4 });
    }
    let delimiters = Delimiters::new(field, encoding)
        .map_err(|error| ParseError::BadDelimiter { offset: start + 3 + error.index })?;
    let span = start + 4..start + 4 + encoding.len();
    match encoding.len() {
        0..4 => notes.add(NoteKind::ShortEncodingCharacters, span)?,
        4..=5 => {}
        _ => notes.add(NoteKind::LongEncodingCharacters, span)?,
    }
    Ok(delimiters)
}

/// Where the message's lines end: before the end of a frame, behind the last terminator.
fn find_end(source: &[u8], start: usize, notes: &mut Notes) -> Result<usize, ParseError> {
    let is_tail = |byte: &u8| matches!(*byte, b'\r' | b'\n' | FRAME_END);
    let tail = source[start..].iter().rev().take_while(|byte| is_tail(byte)).count();
    let content = source.len() - tail;
    let frame = memchr(FRAME_END, &source[content..]).map(|at| content + at);
    if let Some(frame) = frame {
        notes.add(NoteKind::FrameEnd, frame..source.len())?;
    }
    let end = frame.unwrap_or(source.len());
    if end == content {
        notes.add(NoteKind::MissingFinalTerminator, content..content)?;
    }
    Ok(end)
}

/// Counting is only needed where there is room for too many.
fn check_values(text: &[u8], delimiters: Delimiters, start: usize, limit: usize) -> Result<(), ParseError> {
    if text.len() <= limit {
        return Ok(());
    }
    let all =
        [Some(delimiters.field()), Some(delimiters.component()), delimiters.repetition(), delimiters.subcomponent()];
    let is_separator = |byte: &u8| all.contains(&Some(*byte));
    let over = text.iter().enumerate().filter(|(_, byte)| is_separator(byte)).nth(limit);
    over.map_or(Ok(()), |(at, _)| Err(ParseError::TooMany { what: "values", limit, offset: start + at }))
}

/// What a line is.
enum Line {
    Segment,
    LowerCase,
    Header,
    Continuation,
    Unparsed,
    Blank,
}

/// The most segments and separators that room is made for before they are found.
const ROOM_MAX: usize = 1 << 14;

struct Reader<'a> {
    source: &'a [u8],
    delimiters: Delimiters,
    limits: Limits,
    segments: Vec<Span>,
    separators: Vec<u32>,
    notes: Notes,
    // Which habits were noted already.
    line_feed: bool,
    line_pair: bool,
    blank: bool,
}

impl Reader<'_> {
    fn read_lines(&mut self, start: usize, end: usize) -> Result<(), ParseError> {
        let mut at = start;
        while at < end {
            let line_end = memchr2(b'\r', b'\n', &self.source[at..end]).map_or(end, |length| at + length);
            self.read_line(at..line_end)?;
            at = line_end + self.terminator(line_end, end)?;
        }
        Ok(())
    }

    /// The length of the terminator at the end of a line.
    fn terminator(&mut self, at: usize, end: usize) -> Result<usize, ParseError> {
        match &self.source[at..end] {
            [b'\r', b'\n', ..] => {
                if !std::mem::replace(&mut self.line_pair, true) {
                    self.notes.add(NoteKind::CarriageReturnLineFeed, at..at + 2)?;
                }
                Ok(2)
            }
            [b'\n', ..] => {
                if !std::mem::replace(&mut self.line_feed, true) {
                    self.notes.add(NoteKind::LineFeed, at..at + 1)?;
                }
                Ok(1)
            }
            _ => Ok(1),
        }
    }

    fn read_line(&mut self, line: Range<usize>) -> Result<(), ParseError> {
        match self.classify(&self.source[line.clone()]) {
            Line::Segment => self.begin_segment(line),
            Line::LowerCase => {
                self.notes.add(NoteKind::LowerCaseSegmentId, line.start..line.start + 3)?;
                self.begin_segment(line)
            }
            Line::Header => Err(ParseError::SecondHeader { offset: line.start }),
            Line::Continuation => {
                self.notes.add(NoteKind::ContinuationLine, line.clone())?;
                let last = self.segments.last_mut().expect("the header is the first segment");
                last.end = to_u32(line.end);
                self.add_separators(line)
            }
            Line::Unparsed => self.notes.add(NoteKind::UnparsedText, line),
            Line::Blank if std::mem::replace(&mut self.blank, true) => Ok(()),
            Line::Blank => self.notes.add(NoteKind::BlankLine, line),
        }
    }

    fn classify(&self, line: &[u8]) -> Line {
        let field = self.delimiters.field();
        if self.segments.is_empty() {
            return Line::Segment;
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            return Line::Blank;
        }
        let id = match line {
            // As nearly every line begins.
            [_, _, _, separator, ..] if *separator == field && !line[..3].contains(&field) => &line[..3],
            _ => &line[..memchr(field, line).unwrap_or(line.len())],
        };
        let is_name = |upper: bool| {
            let letter = |byte: &u8| if upper { byte.is_ascii_uppercase() } else { byte.is_ascii_lowercase() };
            letter(&id[0]) && id[1..].iter().all(|byte| letter(byte) || byte.is_ascii_digit())
        };
        match id.len() {
            3 if is_name(true) && ENVELOPE.iter().any(|envelope| id == &envelope[..]) => Line::Header,
            3 if is_name(true) => Line::Segment,
            3 if is_name(false) && is_known(id) && line.len() > 3 => Line::LowerCase,
            // Text behind the header cannot be its continuation, and an id of two or four characters is a slip, not text.
            2 | 4 if line.len() > id.len() && is_name(true) => Line::Unparsed,
            _ if self.segments.len() == 1 => Line::Unparsed,
            // What is no field's continuation is nobody's.
            _ if self.last_is_bare() => Line::Unparsed,
            _ => Line::Continuation,
        }
    }

    /// Whether the last segment is an id and nothing more.
    fn last_is_bare(&self) -> bool {
        self.segments.last().is_some_and(|span| to_usize(span.first_separator) == self.separators.len())
    }

    fn begin_segment(&mut self, line: Range<usize>) -> Result<(), ParseError> {
        if self.segments.len() >= self.limits.segments {
            let limit = self.limits.segments;
            return Err(ParseError::TooMany { what: "segments", limit, offset: line.start });
        }
        let id = &self.source[line.start..line.start + 3];
        self.segments.push(Span {
            start: to_u32(line.start),
            end: to_u32(line.end),
            first_separator: to_u32(self.separators.len()),
            id: [id[0], id[1], id[2]].map(|byte| byte.to_ascii_uppercase()),
        });
        self.add_separators(line)
    }

    fn add_separators(&mut self, line: Range<usize>) -> Result<(), ParseError> {
        let first = self.segments.last().map_or(0, |span| to_usize(span.first_separator));
        let start = to_u32(line.start);
        scan::separators(&self.source[line], self.delimiters.field(), start, &mut self.separators);
        if self.separators.len() - first > self.limits.fields {
            let offset = to_usize(self.separators[first + self.limits.fields]);
            return Err(ParseError::TooMany { what: "fields in a segment", limit: self.limits.fields, offset });
        }
        Ok(())
    }
}

fn to_u32(offset: usize) -> u32 {
    u32::try_from(offset).expect("longer input was refused")
}

fn is_known(id: &[u8]) -> bool {
    KNOWN.split(' ').any(|known| known.as_bytes().eq_ignore_ascii_case(id))
}

/// The reader's own knowledge, then a byte order mark, then MSH-18, then the bytes.
fn choose_charset(
    message: &Message<'_>,
    forced: Option<Charset>,
    start: usize,
    is_ascii: bool,
    notes: &mut Notes,
) -> Result<Charset, ParseError> {
    let declared_range = message.header().field_range(18).unwrap_or(start..start);
    if is_ascii && declared_range.is_empty() {
        return Ok(forced.unwrap_or(Charset::Utf8));
    }
    let body = &message.source[start..];
    let field = message.header().field(18);
    // The first repetition is the one in force; further ones are reached by escapes.
    let declared = Declared::from_name(&field.text());
    let others_unsupported =
        field.repetitions().skip(1).any(|other| matches!(Declared::from_name(&other.text()), Declared::Unsupported(_)));
    match declared {
        Declared::Unknown => notes.add(NoteKind::UnknownCharset, declared_range.clone())?,
        Declared::Unsupported(_) => notes.add(NoteKind::UnsupportedCharset, declared_range.clone())?,
        _ if others_unsupported => notes.add(NoteKind::UnsupportedCharset, declared_range)?,
        _ => {}
    }
    if is_ascii {
        return Ok(forced.unwrap_or(match declared {
            Declared::Known(charset) => charset,
            _ => Charset::Utf8,
        }));
    }
    let first_high = body.iter().position(|byte| !byte.is_ascii()).unwrap_or(0);
    let high = start + first_high..start + first_high + 1;
    let by_bytes = if Charset::Utf8.first_invalid(body).is_none() { Charset::Utf8 } else { Charset::Windows1252 };
    let charset = match (forced, declared) {
        (Some(charset), _) => charset,
        (None, _) if message.source.starts_with(charset::BOM) => Charset::Utf8,
        (None, Declared::Known(charset)) => charset,
        (None, Declared::Ascii | Declared::Wide) => {
            notes.add(NoteKind::CharsetMismatch, high)?;
            by_bytes
        }
        // Not read: the high bytes become U+FFFD rather than somebody else's letters.
        (None, Declared::Unsupported(_)) => Charset::Utf8,
        (None, Declared::Nothing | Declared::Unknown) => {
            if by_bytes == Charset::Windows1252 {
                notes.add(NoteKind::GuessedCharset, high)?;
            }
            by_bytes
        }
    };
    if let Some(at) = charset.first_invalid(body) {
        notes.add(NoteKind::InvalidText, start + at..start + at + 1)?;
    }
    Ok(charset)
}
