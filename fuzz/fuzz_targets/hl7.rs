//! The HL7 v2 parser, which stands at a door: any bytes are a message or an error with a position, nothing is lost, and
//! what is written again reads the same.

#![no_main]

use hl7v2::{Draft, Limits, Message, Mode, Options, ack, batch, charset, outline};
use hl7v2::mllp::frame;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let normal = charset::normalise(input);
    let file = batch::File::read(&normal);
    assert_eq!(file.pieces().iter().map(|piece| piece.span.len()).sum::<usize>(), normal.len(), "bytes between pieces");
    let lenient = Message::parse(&normal, &Options::default());
    let strict = Message::parse(&normal, &Options { mode: Mode::Strict, ..Options::default() });
    for error in [lenient.as_ref().err(), strict.as_ref().err()].into_iter().flatten() {
        assert!(error.offset() <= normal.len(), "an error beyond the end");
    }
    let Ok(message) = lenient else {
        assert!(strict.is_err(), "strict takes what lenient refuses");
        return;
    };
    if let Ok(strict) = strict {
        assert_eq!(outline::json(&strict), outline::json(&message), "strict and lenient read differently");
    }
    check(&message);
});

fn check(message: &Message<'_>) {
    let bytes = message.as_bytes();
    assert_eq!(Draft::of(message).into_bytes(), bytes, "a round trip changes bytes");
    serde_json::from_str::<serde::de::IgnoredAny>(&outline::json(message)).expect("an outline is JSON");
    if message.notes().len() < Limits::default().notes {
        let mut covered = vec![false; bytes.len()];
        let spans = message.segments().map(hl7v2::Segment::range);
        for span in spans.chain(message.notes().iter().map(|note| note.span.clone())) {
            covered[span].fill(true);
        }
        let lost = bytes.iter().zip(covered).position(|(byte, covered)| !covered && !byte.is_ascii_whitespace());
        assert_eq!(lost, None, "a byte in no segment and no note");
    }
    for segment in message.segments() {
        for (number, field) in segment.fields() {
            let range = segment.field_range(number).expect("a field that is there");
            assert_eq!(&bytes[range], field.raw());
            let _ = (field.text(), field.joined_text());
        }
    }
    let canonical = message.to_canonical();
    let options = Options { charset: Some(message.charset()), ..Options::default() };
    let again = Message::parse(&canonical, &options).expect("the canonical form is a message");
    assert_eq!(again.segments().len(), message.segments().len());
    assert_eq!(again.to_canonical(), canonical);
    answer(message);
}

/// The acknowledgement of any message that may have one names it.
fn answer(message: &Message<'_>) {
    let code = ack::AckCode::ApplicationAccept;
    let reply = ack::Reply { code, control_id: "1", time: "20260101", text: None, errors: &[] };
    let Ok(answer) = ack::write(message, &reply) else { return };
    let answer = Message::parse(&answer, &Options::default()).expect("a readable answer");
    let received = ack::read(&answer).expect("MSA");
    let control_id = message.header().field(10).raw();
    // What cannot be framed cannot have come, or go back, over MLLP.
    if frame(control_id).is_ok() && !control_id.trim_ascii().is_empty() {
        assert_eq!(received.matches(control_id), ack::Match::Exact);
    }
}
