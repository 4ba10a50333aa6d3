//! `PatientAdmin.Arrival` of invented patients, about 4.4 KB each, with a fresh log id and visit number every time.

use bytes::Bytes;
use redox_model::{catalogue, sample};
use serde_json::Value;
use std::sync::atomic::{AtomicU64, Ordering};

/// Different patients; each message is one of them with ids of its own.
const PATIENTS: u64 = 256;

/// Placeholders of the same length as what they are replaced by.
const LOG: &str = "00000000-1111-4222-8333-LLLLLLLLLLLL";
const VISIT: &str = "VVVVVVVVVVVV";

/// Sections that a complete sample has and an everyday arrival of 4.4 KB does not.
const LEFT_OUT: [(&str, &str); 5] = [
    ("Patient", "Contacts"),
    ("Visit", "Guarantor"),
    ("Visit", "Insurances"),
    ("Visit", "AdditionalStaff"),
    ("Visit", "ReferringProvider"),
];

/// A message with the places of its ids.
#[derive(Debug)]
struct Template {
    bytes: Vec<u8>,
    log: usize,
    visit: usize,
}

/// An endless supply of messages.
#[derive(Debug)]
pub(super) struct Bodies {
    templates: Vec<Template>,
    next: AtomicU64,
    distinct: bool,
}

impl Bodies {
    /// `distinct`: no two messages alike; else every message of a patient is the same one.
    pub(super) fn new(distinct: bool) -> Self {
        Self { templates: (0..PATIENTS).map(Template::of).collect(), next: AtomicU64::new(0), distinct }
    }

    /// The next message.
    pub(super) fn next(&self) -> Bytes {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let count = self.templates.len() as u64;
        let template = &self.templates[usize::try_from(number % count).expect("less than the templates")];
        template.with_ids(if self.distinct { number } else { number % count })
    }

    /// Mean length of a message, bytes.
    pub(super) fn mean_bytes(&self) -> usize {
        self.templates.iter().map(|template| template.bytes.len()).sum::<usize>() / self.templates.len()
    }
}

impl Template {
    fn of(patient: u64) -> Self {
        let arrival = catalogue::find_dotted("PatientAdmin.Arrival").expect("the catalogue has arrivals");
        let mut message = sample::build(arrival, patient + 1, false);
        for (section, member) in LEFT_OUT {
            message.get_mut(section).and_then(Value::as_object_mut).and_then(|section| section.shift_remove(member));
        }
        message["Meta"]["Logs"][0]["ID"] = LOG.into();
        message["Visit"]["VisitNumber"] = VISIT.into();
        let text = message.to_string();
        let place = |of: &str| text.find(of).expect("it was put there just now");
        Self { log: place("LLLLLLLLLLLL"), visit: place(VISIT), bytes: text.into_bytes() }
    }

    fn with_ids(&self, number: u64) -> Bytes {
        let digits = format!("{number:012}");
        let mut bytes = self.bytes.clone();
        for place in [self.log, self.visit] {
            bytes[place..place + digits.len()].copy_from_slice(digits.as_bytes());
        }
        bytes.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use redox_model::envelope::{self, Message};
    use std::collections::HashSet;

    fn log_of(body: &[u8]) -> String {
        let Ok(Message::DataModel(envelope)) = envelope::read(body) else { panic!("a data model message") };
        envelope.logs[0].id.as_ref().expect("an id").to_string()
    }

    #[test]
    fn distinct_messages_differ_and_are_of_the_announced_size() {
        let bodies = Bodies::new(true);
        let some: Vec<Bytes> = (0..600).map(|_| bodies.next()).collect();
        let logs: HashSet<String> = some.iter().map(|body| log_of(body)).collect();
        assert_eq!(logs.len(), 600);
        assert!((4_000..4_900).contains(&bodies.mean_bytes()), "{} bytes", bodies.mean_bytes());
    }

    #[test]
    fn redeliveries_come_again_byte_for_byte() {
        let bodies = Bodies::new(false);
        let first: Vec<Bytes> = (0..PATIENTS).map(|_| bodies.next()).collect();
        let again: Vec<Bytes> = (0..PATIENTS).map(|_| bodies.next()).collect();
        assert_eq!(first, again);
    }
}
