//! What is forgiven and what is refused, each with its place, and what the limits are.

use hl7v2::{Charset, Limits, Message, Mode, NoteKind, Options, ParseError, Place, Presence};

fn lenient(text: &[u8]) -> Message<'_> {
    Message::parse(text, &Options::default()).expect("a message")
}

fn strict() -> Options {
    Options { mode: Mode::Strict, ..Options::default() }
}

#[test]
fn what_is_forgiven_has_a_place_and_is_refused_when_strict() {
    for (text, kind, start, end) in [
        (&b"\xEF\xBB\xBFMSH|^~\\&|A\r"[..], NoteKind::ByteOrderMark, 0, 3),
        (b" \r\nMSH|^~\\&|A\r", NoteKind::BlankBeforeHeader, 0, 3),
        (b"\x0BMSH|^~\\&|A\r", NoteKind::BlankBeforeHeader, 0, 1),
        (b"junk\rMSH|^~\\&|A\r", NoteKind::UnparsedText, 0, 5),
        (b"MSH|^~\\&|A\rPIDX|1\rPID|1\r", NoteKind::UnparsedText, 11, 17),
        (b"MSH|^~\\&|A\rlost\r", NoteKind::UnparsedText, 11, 15),
        (b"MSH|^~|A\r", NoteKind::ShortEncodingCharacters, 4, 6),
        (b"MSH|^~\\&#!|A\r", NoteKind::LongEncodingCharacters, 4, 10),
        (b"MSH|^~\\&|A\nPID|1\n", NoteKind::LineFeed, 10, 11),
        (b"MSH|^~\\&|A\r\nPID|1\r\n", NoteKind::CarriageReturnLineFeed, 10, 12),
        (b"MSH|^~\\&|A\rPID|1", NoteKind::MissingFinalTerminator, 16, 16),
        (b"MSH|^~\\&|A\r\rPID|1\r \r", NoteKind::BlankLine, 11, 11),
        (b"MSH|^~\\&|A\rNTE|1||a\rb|c\r", NoteKind::ContinuationLine, 20, 23),
        (b"MSH|^~\\&|A\rpid|1\r", NoteKind::LowerCaseSegmentId, 11, 14),
        (b"MSH|^~\\&|A\r\x1C\r", NoteKind::FrameEnd, 11, 13),
        (b"MSH|^~\\&||||||||||||||||KLINGON\r", NoteKind::UnknownCharset, 24, 31),
        (b"MSH|^~\\&||||||||||||||||ISO IR87\r", NoteKind::UnsupportedCharset, 24, 32),
        (b"MSH|^~\\&||||||||||||||||~ISO IR87\r", NoteKind::UnsupportedCharset, 24, 33),
        (b"MSH|^~\\&|\xE9|||||||||||||||ASCII\r", NoteKind::CharsetMismatch, 9, 10),
        (b"MSH|^~\\&|\xE9\r", NoteKind::GuessedCharset, 9, 10),
        (b"MSH|^~\\&|\xE9|||||||||||||||UTF-8\r", NoteKind::InvalidText, 9, 10),
        (b"MSH|^~\\&|a\0\r", NoteKind::ZeroByte, 10, 11),
    ] {
        let message = lenient(text);
        let shown = text.escape_ascii();
        let [note] = message.notes() else { panic!("{shown}: {:?}", message.notes()) };
        assert_eq!((note.kind, note.span.clone()), (kind, start..end), "{shown}");
        match Message::parse(text, &strict()) {
            Err(ParseError::NotAllowed(refused)) => assert_eq!(&refused, note, "{shown}"),
            other => panic!("{shown}: {other:?}"),
        }
    }
    let text = b"MSH|^~\\&|A\rPID|1\rPV2\r";
    assert_eq!(Message::parse(text, &strict()).expect("nothing to forgive").segments().len(), 3);
}

#[test]
fn what_is_no_message_is_refused_with_its_place() {
    for (text, error) in [
        (&b""[..], ParseError::NoHeader),
        (b"{\"Meta\":{}}", ParseError::NoHeader),
        (b"PID|1\rPV1|1", ParseError::NoHeader),
        (b"MSH", ParseError::CutHeader { offset: 3 }),
        (b"MSH|", ParseError::CutHeader { offset: 4 }),
        (b"\r\rMSH\rPID", ParseError::CutHeader { offset: 5 }),
        (b"MSHAB^~\\&", ParseError::BadDelimiter { offset: 3 }),
        (b"MSH|^^\\&|", ParseError::BadDelimiter { offset: 5 }),
        (b"MSH|\xC3\xA9|", ParseError::BadDelimiter { offset: 4 }),
        (b"FHS|^~\\&|A\rMSH|^~\\&|", ParseError::Batch { offset: 0 }),
        (b"x\rBHS|^~\\&|A\rMSH|^~\\&|", ParseError::Batch { offset: 2 }),
        (b"MSH|^~\\&|A\rMSH|^~\\&|B", ParseError::SecondHeader { offset: 11 }),
        (b"MSH|^~\\&|A\rBTS|1", ParseError::SecondHeader { offset: 11 }),
        (b"\xFF\xFEM\0S\0H\0", ParseError::Utf16),
        (b"M\0S\0H\0|\0", ParseError::Utf16),
    ] {
        let found = Message::parse(text, &Options::default()).expect_err("no message");
        assert_eq!(found, error, "{}", text.escape_ascii());
    }
}

#[test]
fn limits_hold_at_their_number_and_not_before() {
    let text = b"MSH|^~\\&|A\rPID|1|2|3\rPV1|1^2~3\r";
    let limits = Limits::default();
    let parse = |limits| Message::parse(text, &Options { limits, ..Options::default() }).map(|_| ());
    for (fits, over, what, offset) in [
        (limits.with_bytes(31), limits.with_bytes(30), "bytes", 30),
        (limits.with_segments(3), limits.with_segments(2), "segments", 21),
        (limits.with_fields(3), limits.with_fields(2), "fields in a segment", 18),
        (limits.with_values(11), limits.with_values(10), "values", 28),
    ] {
        assert_eq!(parse(fits), Ok(()), "{what}");
        match parse(over) {
            Err(ParseError::TooMany { what: found, offset: at, .. }) => assert_eq!((found, at), (what, offset)),
            other => panic!("{what}: {other:?}"),
        }
    }
}

#[test]
fn notes_are_listed_up_to_their_limit() {
    let text = [b"MSH|^~\\&|A\rNTE|1||x\r".to_vec(), b"more\r".repeat(2_000)].concat();
    let message = lenient(&text);
    assert_eq!(message.notes().len(), 1_000);
    assert_eq!(message.notes().last().map(|note| note.kind), Some(NoteKind::More));
    // What is not listed is not lost.
    assert_eq!(message.segment("NTE").expect("a note").field(3).raw().len(), 1 + 5 * 2_000);
}

#[test]
fn the_charset_is_the_readers_then_the_marks_then_the_headers_then_the_bytes() {
    let read = |text: &[u8], charset| {
        let options = Options { charset, ..Options::default() };
        Message::parse(text, &options).expect("a message").header().field(3).text().into_owned()
    };
    assert_eq!(read(b"MSH|^~\\&|\xEB|||||||||||||||8859/7\r", None), "λ");
    assert_eq!(read(b"MSH|^~\\&|\xEB|||||||||||||||8859/7\r", Some(Charset::Iso8859_1)), "ë");
    assert_eq!(read("\u{FEFF}MSH|^~\\&|ë|||||||||||||||8859/7\r".as_bytes(), None), "ë");
    assert_eq!(read("MSH|^~\\&|ë\r".as_bytes(), None), "ë");
    assert_eq!(read("MSH|^~\\&|ë|||||||||||||||ASCII\r".as_bytes(), None), "ë");
    assert_eq!(read(b"MSH|^~\\&|\x92|||||||||||||||8859/1~8859/7\r", None), "\u{92}");
    assert_eq!(read(b"MSH|^~\\&|\x92\r", None), "\u{2019}");
    // What cannot be read is marked, not passed for other letters.
    assert_eq!(read(b"MSH|^~\\&|a\x83\x65|||||||||||||||SHIFT-JIS\r", None), "a\u{FFFD}e");
}

#[test]
fn fields_are_numbered_as_the_standard_does() {
    let message = lenient(b"MSH|^~\\&|A||\rPID|1|\"\"||x\rPV2\r");
    let header = message.header();
    assert_eq!(
        (header.field(1).raw(), header.field(2).raw(), header.field(3).raw()),
        (&b"|"[..], &b"^~\\&"[..], &b"A"[..])
    );
    assert_eq!(header.field(2).component(1).text(), "^~\\&");
    assert_eq!(header.field_count(), 5);
    let patient = message.segment("PID").expect("a patient");
    let presences: Vec<_> = (0..6).map(|number| patient.field(number).presence()).collect();
    use Presence::{Absent, Empty, Null, Present};
    assert_eq!(presences, [Absent, Present, Null, Empty, Present, Absent]);
    assert_eq!(message.segment("PV2").expect("a visit").field_count(), 0);
    assert_eq!(patient.field_range(4).map(|range| &message.as_bytes()[range]), Some(&b"x"[..]));
}

#[test]
fn places_are_counted_in_lines_of_every_kind() {
    let text = b"MSH|^~\\&|A\r\nPID|1\rPV1|1\nPV2";
    let message = lenient(text);
    for (offset, line, column) in [(0, 1, 1), (10, 1, 11), (12, 2, 1), (18, 3, 1), (24, 4, 1), (27, 4, 4), (99, 4, 4)] {
        assert_eq!(message.place(offset), Place { line, column }, "{offset}");
    }
}

#[test]
fn continued_fields_keep_their_line_ends_and_the_canonical_form_does_not() {
    let message = lenient(b"\n MSH|^~\\&|A\nNTE|1||one\ntwo|x\n\n\x1C\r");
    let note = message.segment("NTE").expect("a note");
    assert_eq!((note.field(3).text(), note.field(4).text()), ("one\ntwo".into(), "x".into()));
    assert_eq!(message.to_canonical(), b"MSH|^~\\&|A\rNTE|1||one two|x\r");
}

#[test]
fn the_canonical_form_is_its_own_canonical_form() {
    // Behind the header stands text that belongs to no segment, so the header's last byte becomes the message's.
    for text in [
        &b"MSH|^~\\&|A\x1C\r20 text\r\nMSH#x"[..],
        b"MSH|^~\\&|A\rPID|1\x1C\x1C\r x\x1C",
        b"MSH|^~\\&|A\rADT\rIN1x|a\r",
    ] {
        let message = Message::parse(text, &Options::default()).expect("a message");
        let canonical = message.to_canonical();
        let again = Message::parse(&canonical, &Options::default()).expect("a message");
        assert_eq!(again.to_canonical(), canonical, "{}", canonical.escape_ascii());
    }
}
