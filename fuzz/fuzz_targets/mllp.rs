//! The MLLP decoder: however a stream is cut into packets, the same is found in it, and no byte goes by unseen.

#![no_main]

use hl7v2::mllp::{Config, Decoder, Event, frame};
use libfuzzer_sys::fuzz_target;

/// Streams above this are cut at so many places instead of at each.
const CUTS_MAX: usize = 256;

fuzz_target!(|input: &[u8]| {
    let [settings, stream @ ..] = input else { return };
    let config = Config::default().with_frame_max(usize::from(settings & 0x3f) * 4).with_junk_max(64);
    let config = if settings & 0x40 == 0 { config } else { config.with_unstarted() };
    let whole = decode(config, &[stream]);
    let step = (stream.len() / CUTS_MAX).max(1);
    for cut in (1..stream.len()).step_by(step) {
        let (head, tail) = stream.split_at(cut);
        assert_eq!(decode(config, &[head, tail]), whole, "cut at {cut}");
    }
    assert_eq!(decode(config, &stream.chunks(1).collect::<Vec<_>>()), whole, "byte by byte");
    for event in &whole {
        check(event, config, stream);
    }
    // What can be framed comes out of its frame.
    if let Ok(framed) = frame(stream) {
        let found = decode(Config::default(), &[&framed]);
        assert!(matches!(&found[..], [Event::Frame { message, offset: 1 }] if message == stream));
    }
});

fn decode(config: Config, packets: &[&[u8]]) -> Vec<Event> {
    let mut decoder = Decoder::new(config);
    let mut events = Vec::new();
    for packet in packets {
        let mut packet = *packet;
        while let Some(event) = decoder.advance(&mut packet) {
            events.push(event);
        }
        assert!(packet.is_empty());
        assert!(decoder.held() <= config.frame_max.max(hl7v2::mllp::SAMPLE_MAX) + 4, "more is held than allowed");
    }
    while let Some(event) = decoder.finish() {
        events.push(event);
    }
    events
}

fn check(event: &Event, config: Config, stream: &[u8]) {
    let at = |offset: u64| usize::try_from(offset).expect("inside the stream");
    match event {
        Event::Frame { offset, message } => {
            assert!(message.len() <= config.frame_max);
            assert_eq!(&stream[at(*offset)..at(*offset) + message.len()], message, "a frame is a piece of the stream");
        }
        Event::Junk { offset, length, sample } | Event::Cut { offset, length, sample } => {
            assert!(at(*offset + *length) <= stream.len());
            assert_eq!(&stream[at(*offset)..at(*offset) + sample.len()], sample);
        }
        Event::TooLong { offset, sample, .. } => {
            assert_eq!(&stream[at(*offset)..at(*offset) + sample.len()], sample);
        }
        _ => {}
    }
}
