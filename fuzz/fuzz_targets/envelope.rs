//! The envelope reader, which stands at the door: any bytes are read or refused, and what is read is there.

#![no_main]

use libfuzzer_sys::fuzz_target;
use oxgate_fuzz::{Json, judge};
use redox_model::envelope::{self, Envelope, EnvelopeError, Message};
use redox_model::keys;

fuzz_target!(|body: &[u8]| {
    let read = envelope::read(body);
    match (&read, judge(body)) {
        (_, Json::OutOfItsRange) | (Err(EnvelopeError::TooDeep { .. }), _) => {}
        (Err(EnvelopeError::NotJson { .. }), json) => assert_eq!(json, Json::No, "refused although it is JSON"),
        (_, json) => assert_eq!(json, Json::Yes, "taken although it is not JSON"),
    }
    if let Err(EnvelopeError::NotJson { line, column, .. } | EnvelopeError::TooDeep { line, column }) = read {
        assert!(line >= 1 && column >= 1);
    }
    if let Ok(Message::DataModel(envelope)) = read {
        check(body, &envelope);
    }
});

fn check(body: &[u8], envelope: &Envelope<'_>) {
    assert!(!envelope.data_model.trim().is_empty() && !envelope.event_type.trim().is_empty());
    assert!(body[envelope.meta_span.clone()].starts_with(b"\""), "`Meta` begins with its name");
    let [before, after] = envelope.outside_meta(body);
    assert_eq!(before.len() + envelope.meta_span.len() + after.len(), body.len());
    assert!(envelope.has_errors || envelope.errors(body).is_empty());
    // Envelope and keys are read by one reader: it cannot take a body here and refuse it there.
    keys::read(body, &envelope.data_model, &envelope.event_type).expect("the envelope was readable");
    for (index, destination) in envelope.destinations.iter().enumerate() {
        let span = envelope.destinations_span.clone().expect("items stand in a list");
        assert!(span.start < destination.span.start && destination.span.end < span.end);
        // The one change that a body undergoes on its way to Redox leaves a message with this destination alone.
        let reduced = envelope::with_only_destination(body, envelope, index);
        let Ok(Message::DataModel(left)) = envelope::read(&reduced) else { panic!("the reduced body is unreadable") };
        let [only] = &left.destinations[..] else { panic!("{} destinations are left", left.destinations.len()) };
        assert_eq!((&only.id, &only.name), (&destination.id, &destination.name));
        assert_eq!((&left.data_model, &left.event_type), (&envelope.data_model, &envelope.event_type));
        if index == 3 {
            break; // One is like another, and the body is read anew for each.
        }
    }
}
