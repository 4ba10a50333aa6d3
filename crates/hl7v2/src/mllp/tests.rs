//! Streams of every kind, cut in every way.

use proptest::prelude::*;

use super::*;

/// What a stream gives when it comes in pieces of these sizes, over and over.
fn decode(stream: &[u8], config: Config, sizes: &[usize]) -> Vec<Event> {
    let mut decoder = Decoder::new(config);
    let (mut events, mut rest, mut turn) = (Vec::new(), stream, 0);
    while !rest.is_empty() {
        let size = sizes[turn % sizes.len()].clamp(1, rest.len());
        turn += 1;
        let (mut packet, behind) = rest.split_at(size);
        rest = behind;
        while let Some(event) = decoder.advance(&mut packet) {
            events.push(event);
        }
        assert!(packet.is_empty());
    }
    while let Some(event) = decoder.finish() {
        events.push(event);
    }
    events
}

fn check_with(config: Config, stream: &[u8], expected: &[&str]) {
    let whole = decode(stream, config, &[usize::MAX]);
    let show = |event: &Event| match event {
        Event::Frame { offset, message } => format!("frame {offset} {}", message.escape_ascii()),
        Event::Junk { offset, length, sample } => format!("junk {offset} {length} {}", sample.escape_ascii()),
        Event::Cut { offset, length, sample } => format!("cut {offset} {length} {}", sample.escape_ascii()),
        Event::TooLong { offset, limit, .. } => format!("too long {offset} {limit}"),
        Event::OtherProtocol { protocol } => format!("protocol {protocol}"),
    };
    assert_eq!(whole.iter().map(show).collect::<Vec<_>>(), expected, "{}", stream.escape_ascii());
    for split in 1..stream.len() {
        assert_eq!(decode(stream, config, &[split, usize::MAX]), whole, "split at {split}: {}", stream.escape_ascii());
    }
    assert_eq!(decode(stream, config, &[1]), whole, "byte by byte");
}

fn check(stream: &[u8], expected: &[&str]) {
    check_with(Config::default(), stream, expected);
}

#[test]
fn frames_are_found_however_the_stream_is_cut() {
    check(b"\x0BMSH|1\r\x1C\r", &["frame 1 MSH|1\\r"]);
    check(b"\x0Ba\x1C\r\x0Bb\x1C\r\x0Bc\x1C\r", &["frame 1 a", "frame 5 b", "frame 9 c"]);
    check(b"\x0B\x1C\r", &["frame 1 "]);
    check(b"", &[]);
}

#[test]
fn line_ends_blanks_and_keepalives_between_frames_are_nothing() {
    check(b"\r\n \0\x0Ba\x1C\r\n\r\n\x0Bb\x1C\r\n", &["frame 5 a", "frame 12 b"]);
}

#[test]
fn a_missing_last_byte_is_forgiven() {
    check(b"\x0Ba\x1C\x0Bb\x1C", &["frame 1 a", "frame 4 b"]);
    let mut decoder = Decoder::new(Config::default());
    assert_eq!(decoder.advance(&mut &b"\x0Ba\x1C"[..]), None);
    assert!(decoder.is_inside());
    assert!(matches!(decoder.idle(), Some(Event::Frame { .. })));
    // The last byte that comes after all is nothing.
    assert_eq!(decoder.advance(&mut &b"\r"[..]), None);
    assert_eq!((decoder.idle(), decoder.finish()), (None, None));
}

#[test]
fn frame_bytes_inside_data_are_data() {
    check(b"\x0Ba\x1Cb\x0Bc\x0BMSx\x1C\x1C\r", &["frame 1 a\\x1cb\\x0bc\\x0bMSx\\x1c"]);
    check(b"\x0Ba\x0B\x1C\r", &["frame 1 a\\x0b"]);
    check(b"\x0Ba\x0BM\x0BMSH\x1C\r", &["cut 1 3 a\\x0bM", "frame 5 MSH"]);
    check(b"\x0Ba\x1C\rb\x1C\r\x0Bc\x1C\r", &["frame 1 a", "junk 4 3 b\\x1c\\r", "frame 8 c"]);
}

#[test]
fn a_frame_without_end_is_reported_and_the_next_one_is_read() {
    check(b"\x0BMSH|1\r\x0BMSH|2\r\x1C\r", &["cut 1 6 MSH|1\\r", "frame 8 MSH|2\\r"]);
    check(b"\x0BMSH|1", &["cut 1 5 MSH|1"]);
    check(b"\x0Ba\x0BMS", &["cut 1 4 a\\x0bMS"]);
}

#[test]
fn junk_is_reported_with_its_place() {
    check(b"hello\x0Ba\x1C\rbye", &["junk 0 5 hello", "frame 6 a", "junk 9 3 bye"]);
    check(b"MSH|1\r\x1C\r", &["junk 0 8 MSH|1\\r\\x1c\\r"]);
    check_with(Config::default().with_unstarted(), b"\rMSH|1\r\x1C\r\x0Ba\x1C\r", &["frame 1 MSH|1\\r", "frame 10 a"]);
    check_with(Config::default().with_junk_max(4), b"hello\x0Ba\x1C\r", &["too long 0 4"]);
}

#[test]
fn too_much_ends_the_stream() {
    let config = Config::default().with_frame_max(4);
    check_with(config, b"\x0Babcd\x1C\r", &["frame 1 abcd"]);
    check_with(config, b"\x0Babcde\x1C\r\x0Ba\x1C\r", &["too long 1 4"]);
    check_with(config, b"\x0Babc\x1Cd\x1C\r", &["too long 1 4"]);
    check_with(config, b"\x0Babc\x0BM\x1C\r", &["too long 1 4"]);
}

#[test]
fn other_protocols_are_recognised() {
    check(b"GET / HTTP/1.1\r\n\r\n", &["protocol HTTP"]);
    check(b"\x16\x03\x01\x02\x00\x01", &["protocol TLS"]);
    // Not at the beginning: junk.
    check(b"\x0Ba\x1C\rGET / ", &["frame 1 a", "junk 4 6 GET / "]);
}

#[test]
fn what_would_break_a_frame_is_not_framed() {
    assert_eq!(frame(b"MSH|"), Ok(b"\x0BMSH|\x1C\r".to_vec()));
    assert_eq!(frame(b"a\x1Cb"), Err(FrameError { at: 1 }));
    assert_eq!(frame(b"\x0B"), Err(FrameError { at: 0 }));
}

fn streams() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        Just(b"\x0B".to_vec()),
        Just(b"\x1C".to_vec()),
        Just(b"\r".to_vec()),
        Just(b"\x1C\r".to_vec()),
        Just(b"MSH".to_vec()),
        Just(b"\x0BMSH|".to_vec()),
        Just(b"M".to_vec()),
        Just(b"GET ".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..4),
    ];
    proptest::collection::vec(part, 0..24).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn the_cut_of_the_stream_never_matters(
        stream in streams(),
        sizes in proptest::collection::vec(1_usize..9, 1..6),
        frame_max in 0_usize..20,
        unstarted in any::<bool>(),
    ) {
        let config = Config { frame_max, junk_max: 12, accept_unstarted: unstarted };
        prop_assert_eq!(decode(&stream, config, &sizes), decode(&stream, config, &[usize::MAX]));
    }

    #[test]
    fn what_is_framed_comes_out_again(messages in proptest::collection::vec("[^\u{b}\u{1c}]{0,12}", 0..5)) {
        let stream: Vec<u8> = messages.iter().flat_map(|text| frame(text.as_bytes()).expect("framable")).collect();
        let events = decode(&stream, Config::default(), &[3]);
        let found: Vec<_> = events
            .into_iter()
            .map(|event| match event {
                Event::Frame { message, .. } => String::from_utf8(message).expect("UTF-8"),
                other => panic!("{other:?}"),
            })
            .collect();
        prop_assert_eq!(found, messages);
    }
}
