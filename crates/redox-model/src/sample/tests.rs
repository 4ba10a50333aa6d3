//! Samples of every event type against the validator and the other readers.

use super::*;
use crate::{
    catalogue::events,
    envelope, keys,
    validate::{Level, validate},
};

#[test]
fn every_sample_validates_strictly_without_a_word() {
    for event in events() {
        for (seed, minimal) in [0, 1, 2, u64::MAX].into_iter().flat_map(|seed| [(seed, false), (seed, true)]) {
            let body = build(event, seed, minimal).to_string();
            let report = validate(body.as_bytes(), Level::Strict);
            assert_eq!(report.event, Some(event));
            assert_eq!(report.problems, [], "{event}, seed {seed}, minimal {minimal}");
        }
    }
}

#[test]
fn a_full_sample_has_every_member_and_a_minimal_one_only_what_is_required() {
    fn check(shape: &'static Shape, value: &Value, minimal: bool) {
        for field in &shape.fields {
            let wanted = field.required || (!minimal && !field.deprecated);
            let member = value.get(field.name);
            assert_eq!(member.is_some(), wanted, "{}.{}", shape.name, field.name);
            let Some(member) = member else { continue };
            let items =
                if field.many { member.as_array().expect("array").as_slice() } else { std::slice::from_ref(member) };
            assert!(!items.is_empty(), "{}.{}", shape.name, field.name);
            if let Type::Object(shape) = field.ty {
                for item in items {
                    check(shape.shape(), item, minimal);
                }
            }
        }
    }
    for event in events() {
        for minimal in [false, true] {
            check(event.root(), &build(event, 7, minimal), minimal);
        }
    }
}

#[test]
fn the_seed_decides_and_nothing_else() {
    for event in events() {
        assert_eq!(build(event, 5, false), build(event, 5, false));
        assert_ne!(build(event, 5, false), build(event, 6, false), "{event}");
    }
}

#[test]
fn samples_have_an_envelope_and_the_keys_their_event_is_known_by() {
    for event in events() {
        let body = build(event, 3, false).to_string();
        let Ok(envelope::Message::DataModel(envelope)) = envelope::read(body.as_bytes()) else { panic!("{event}") };
        assert_eq!((&*envelope.data_model, &*envelope.event_type), (event.data_model, event.event_type));
        assert_eq!(envelope.test, Some(true));
        let keys = keys::read(body.as_bytes(), event.data_model, event.event_type).expect("keys");
        if event.root().field("Patient").is_some_and(|field| field.required) {
            assert!(!keys.patients.is_empty(), "{event}");
        }
        if event.root().fields.iter().any(|field| matches!(field.name, "Order" | "Orders" | "Note" | "Referral")) {
            assert!(!keys.parts.is_empty(), "{event}");
        }
    }
}
