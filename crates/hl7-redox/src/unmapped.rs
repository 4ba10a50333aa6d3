//! What a message holds and no event carries.

use std::collections::{BTreeMap, BTreeSet};

use hl7v2::{Message, Value};

use crate::scope::Spot;

/// A filled leaf that no rule has read into an event.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unmapped {
    /// Where it stands, as an HL7 path that [`hl7v2::Path`] reads: `PV1-10.1.1`.
    pub path: String,
    /// How many bytes it has.
    pub length: usize,
}

/// Lists what was not used. `ignore` names segments (`MSH`), fields (`PV1-1`) and components (`PID-5.7`).
pub(crate) fn list(message: &Message<'_>, used: &BTreeSet<Spot>, ignore: &[String]) -> Vec<Unmapped> {
    let mut unmapped = Vec::new();
    let mut ordinals: BTreeMap<_, usize> = BTreeMap::new();
    for segment in message.segments() {
        let id = segment.id();
        let ordinal = ordinals.entry(id.clone()).or_default();
        *ordinal += 1;
        if ignore.iter().any(|ignored| *ignored == id) {
            continue;
        }
        for (number, field) in segment.fields().filter(|(number, _)| !ignore.contains(&format!("{id}-{number}"))) {
            leaves(field, segment.index(), number, &mut |spot, value| {
                let component = format!("{id}-{number}.{}", spot.component);
                let covers = [spot, Spot { subcomponent: 0, ..spot }, Spot { component: 0, subcomponent: 0, ..spot }];
                if !covers.iter().any(|spot| used.contains(spot)) && !ignore.contains(&component) {
                    unmapped.push(Unmapped { path: spot.path(&id, *ordinal), length: value.raw().len() });
                }
            });
        }
    }
    unmapped
}

fn leaves(field: Value<'_>, segment: usize, number: usize, take: &mut dyn FnMut(Spot, Value<'_>)) {
    for (repetition, value) in (1..).zip(field.repetitions()) {
        for (component, value) in (1..).zip(value.components()) {
            for (subcomponent, value) in (1..).zip(value.subcomponents()).filter(|(_, value)| !value.raw().is_empty()) {
                take(Spot { segment, field: number, repetition, component, subcomponent }, value);
            }
        }
    }
}
