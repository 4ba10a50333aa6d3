//! The typed reader: any bytes are read or refused as any event type, and what is written again reads the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use redox_model::catalogue;
use redox_model::envelope::{self, Message};
use redox_model::models;
use redox_model::typed::{self, Event, Visitor};

fuzz_target!(|body: &[u8]| {
    let named = match envelope::read(body) {
        Ok(Message::DataModel(envelope)) => catalogue::find(&envelope.data_model, &envelope.event_type),
        _ => None,
    };
    // Where the body names no event type its length chooses one, so that shapes meet foreign members too.
    let events = catalogue::events();
    models::visit(named.unwrap_or(&events[body.len() % events.len()]), RoundTrip(body));
});

struct RoundTrip<'a>(&'a [u8]);

impl Visitor for RoundTrip<'_> {
    type Output = ();

    fn visit<T: Event>(self) {
        let Ok(read) = typed::read::<T>(self.0) else { return };
        let mut message = read.message;
        message.name_meta();
        let written = message.to_json();
        let again = typed::read::<T>(written.as_bytes()).expect("what is written is readable");
        assert!(again.message == message, "what is written reads the same");
        assert_eq!(again.message.to_json(), written);
    }
}
