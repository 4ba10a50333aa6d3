//! The mapping from HL7 v2 to Redox: any message is mapped or refused, and an event that claims to be complete is valid.

#![no_main]

use hl7_redox::{Config, Context, FixedZones, map};
use hl7v2::{Message, Options};
use libfuzzer_sys::fuzz_target;
use redox_model::validate::{Level, validate};

fuzz_target!(|input: &[u8]| {
    let Ok(message) = Message::parse(input, &Options::default()) else { return };
    let context =
        Context { event_date_time: "2026-03-01T12:00:00.000Z", source: None, destinations: &[], zones: &FixedZones };
    let mapping = Config::built_in().mapping_for(&message);
    let Ok(outcome) = map(&message, mapping, &context) else { return };
    assert!(!outcome.events.is_empty(), "neither an event nor a reason");
    for event in &outcome.events {
        let report = validate(event.body.as_bytes(), Level::Lenient);
        assert!(report.is_valid() || !event.is_complete(), "complete and not valid: {:?}", report.problems);
    }
    for unmapped in outcome.unmapped(&message, mapping) {
        let path: hl7v2::Path = unmapped.path.parse().expect("a path");
        assert_eq!(message.get(&path).raw().len(), unmapped.length);
    }
});
