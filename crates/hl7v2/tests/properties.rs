//! What holds for any input: nothing panics, nothing is lost, and what is written is read back.

use hl7v2::{
    Change, Charset, Delimiters, Draft, Encoding, Limits, Message, Mode, Options, ParseError, Path, Presence,
    Timestamp, ack, batch, charset, escape, mllp, outline,
};
use proptest::prelude::*;

/// Bytes that look like messages more often than random ones do.
fn input() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        4 => Just(b"MSH|^~\\&|A|B|C|D|20260101||ADT^A01|1|P|2.5".to_vec()),
        2 => Just(b"\rPID|1||2^^^X&Y^MR~3||Muster^Max".to_vec()),
        2 => Just(b"\nOBX|1|TX|a\\F\\b||c\\X0D\\d".to_vec()),
        1 => Just(b"MSH".to_vec()),
        1 => Just(b"MSH#!".to_vec()),
        1 => Just(b"\rBHS|^~\\&|".to_vec()),
        1 => Just(b"\rBTS|2".to_vec()),
        1 => Just(b"\xEF\xBB\xBF".to_vec()),
        1 => Just(b"\x0B".to_vec()),
        1 => Just(b"\x1C\r".to_vec()),
        2 => prop_oneof![Just(b"\r".to_vec()), Just(b"\n".to_vec()), Just(b"\r\n".to_vec()), Just(b"|".to_vec())],
        1 => Just(b"||||||8859/1".to_vec()),
        1 => Just(b"pid|x".to_vec()),
        2 => proptest::collection::vec(any::<u8>(), 0..12),
        1 => "[A-Z0-9|^~&\\\\\"]{0,10}".prop_map(String::into_bytes),
    ];
    proptest::collection::vec(part, 0..10).prop_map(|parts| parts.concat())
}

fn options(strict: bool) -> Options {
    let limits = Limits::default().with_segments(20).with_fields(40).with_values(60);
    Options { mode: if strict { Mode::Strict } else { Mode::Lenient }, limits, charset: None }
}

/// Looks at everything there is.
fn exercise(message: &Message<'_>) {
    let _ = (outline::tree(message), outline::json(message), message.to_canonical(), format!("{message:?}"));
    let _ = (hl7v2::trigger::of(message), ack::AckMode::of(message), ack::read(message).map(|ack| ack.code));
    for segment in message.segments() {
        for (number, field) in segment.fields() {
            let range = segment.field_range(number).expect("a field that is there");
            assert_eq!(&message.as_bytes()[range], field.raw());
            let _ = field.joined_text();
        }
    }
    let reply = ack::Reply {
        code: ack::AckCode::ApplicationAccept,
        control_id: "1",
        time: "20260101",
        text: None,
        errors: &[],
    };
    if let Ok(answer) = ack::write(message, &reply) {
        let answer = Message::parse(&answer, &Options::default()).expect("a readable answer");
        let received = ack::read(&answer).expect("MSA");
        let sent = message.header().field(10);
        if !sent.raw().trim_ascii().is_empty() {
            assert_eq!(received.matches(sent.raw()), ack::Match::Exact);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_bytes_are_a_message_or_an_error_with_a_position(bytes in input(), strict in any::<bool>()) {
        match Message::parse(&bytes, &options(strict)) {
            Ok(message) => {
                prop_assert_eq!(message.as_bytes(), &bytes[..]);
                prop_assert!(!strict || message.notes().is_empty());
                exercise(&message);
            }
            Err(error) => {
                prop_assert!(error.offset() <= bytes.len(), "{}", error);
            }
        }
    }

    #[test]
    fn strict_and_lenient_read_the_same(bytes in input()) {
        let lenient = Message::parse(&bytes, &options(false));
        match Message::parse(&bytes, &options(true)) {
            Ok(strict) => {
                let lenient = lenient.expect("lenient reads what strict reads");
                prop_assert_eq!(outline::json(&strict), outline::json(&lenient));
                prop_assert!(lenient.notes().is_empty());
            }
            Err(ParseError::NotAllowed(note)) => {
                if let Ok(lenient) = lenient {
                    prop_assert!(lenient.notes().contains(&note), "{note}");
                }
            }
            Err(error) => prop_assert_eq!(lenient.err(), Some(error)),
        }
    }

    #[test]
    fn the_parts_of_a_file_are_the_file(bytes in input()) {
        let file = batch::File::read(&bytes);
        let mut next = 0;
        for piece in file.pieces() {
            prop_assert_eq!(piece.span.start, next);
            prop_assert!(!piece.span.is_empty());
            next = piece.span.end;
            let _ = (file.field(piece, 1).text(), file.field(piece, 3).text());
        }
        prop_assert_eq!(next, bytes.len());
        let _ = (file.miscounts(), file.notes());
        // A message that was split off holds no second header and no batch.
        for (_, message) in file.messages() {
            let error = Message::parse(message, &Options::default()).err();
            prop_assert!(!matches!(error, Some(ParseError::SecondHeader { .. } | ParseError::Batch { .. })), "{:?}", error);
        }
    }

    #[test]
    fn text_that_is_escaped_is_read_back(text in any::<String>(), encoding in encodings()) {
        let mut raw = Vec::new();
        match escape::encode(&text, encoding, &mut raw) {
            Ok(()) => {
                let lost = raw.iter().find(|byte| byte.is_ascii_control() || **byte == encoding.delimiters.field());
                prop_assert_eq!(lost, None);
                prop_assert_eq!(escape::decode(&raw, encoding), text);
            }
            Err(escape::EncodeError::Charset { index, .. }) => {
                let char = text.chars().nth(index).expect("a place in the text");
                prop_assert!(!char.is_ascii() && encoding.charset != Charset::Utf8);
            }
            Err(escape::EncodeError::NoEscape { .. }) => prop_assert_eq!(encoding.delimiters.escape(), None),
        }
    }

    #[test]
    fn any_bytes_are_decoded(raw in input(), encoding in encodings()) {
        let text = escape::decode(&raw, encoding);
        let growth = 100 * raw.len() + 100;
        prop_assert!(text.len() <= growth);
    }

    #[test]
    fn what_is_set_is_read_back_and_the_rest_stays(
        bytes in input(),
        path in "(PID|OBX)-[1-9](\\[[1-3]\\])?(\\.[1-4](\\.[1-3])?)?",
        text in "[a-z|^~&\\\\\"\r\né]{0,6}",
    ) {
        let Ok(message) = Message::parse(&bytes, &Options::default()) else { return Ok(()) };
        let path: Path = path.parse().expect("a path");
        let mut draft = Draft::of(&message);
        if draft.set(&path, Change::Text(&text)).is_err() {
            prop_assert_eq!(draft.into_bytes(), bytes);
            return Ok(());
        }
        let changed = draft.message();
        let value = changed.get(&path);
        prop_assert_eq!(value.text(), text.as_str());
        prop_assert_eq!(value.presence() == Presence::Null, false);
        prop_assert_eq!(changed.segments().len(), message.segments().len());
        for (before, after) in message.segments().zip(changed.segments()) {
            let is_target = before.is(path.segment()) && Some(before.index()) == message.segment(path.segment()).map(hl7v2::Segment::index);
            for (number, field) in before.fields().filter(|(number, _)| !is_target || *number != path.field()) {
                prop_assert_eq!(field.raw(), after.field(number).raw());
            }
        }
        // Setting it back gives the bytes back, unless places had to be made.
        let old = message.get(&path);
        let made = old.presence() == Presence::Absent;
        let mut back = Draft::of(&changed);
        back.set(&path, Change::from(old)).expect("what was there fits");
        if !made {
            prop_assert_eq!(back.into_bytes(), bytes);
        }
    }

    #[test]
    fn paths_print_as_they_are_read(text in "[A-Z][A-Z0-9]{2}(\\[[1-9]\\])?-[1-9]([(\\[][1-9][)\\]])?(\\.[1-9](\\.[1-9])?)?|\\PC{0,12}") {
        if let Ok(path) = text.parse::<Path>() {
            prop_assert_eq!(path.to_string().parse::<Path>(), Ok(path));
        }
    }

    #[test]
    fn times_print_as_they_are_read(text in "[0-9]{4,14}(\\.[0-9]{1,4})?([+-][01][0-9][0-5][0-9])?|\\PC{0,20}") {
        if let Ok(stamp) = Timestamp::parse(&text) {
            prop_assert_eq!(Timestamp::parse(&stamp.to_string()).map(|again| again.to_string()), Ok(stamp.to_string()));
        }
    }

    #[test]
    fn messages_survive_their_frame(bytes in input()) {
        let Ok(frame) = mllp::frame(&bytes) else { return Ok(()) };
        let mut decoder = mllp::Decoder::new(mllp::Config::default());
        let mut rest = &frame[..];
        match decoder.advance(&mut rest) {
            Some(mllp::Event::Frame { message, offset: 1 }) => prop_assert_eq!(message, bytes),
            other => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn anything_can_be_normalised(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
        let once = charset::normalise(&bytes).into_owned();
        prop_assert_eq!(charset::normalise(&once).into_owned(), once.clone());
    }
}

fn encodings() -> impl Strategy<Value = Encoding> {
    let delimiters = prop_oneof![
        3 => Just(Delimiters::default()),
        1 => Just(Delimiters::new(b'|', b"^~\\&#").expect("legal")),
        1 => Just(Delimiters::new(b'#', b"!@%*").expect("legal")),
        1 => Just(Delimiters::new(b'\\', b"^~").expect("legal")),
    ];
    let charset = prop_oneof![
        3 => Just(Charset::Utf8),
        1 => Just(Charset::Iso8859_1),
        1 => Just(Charset::Iso8859_7),
        1 => Just(Charset::Windows1252),
    ];
    (delimiters, charset).prop_map(|(delimiters, charset)| Encoding { delimiters, charset })
}
