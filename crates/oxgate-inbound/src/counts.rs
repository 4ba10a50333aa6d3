//! What passed through the doors, as plain counters that metrics and tests read.

use std::sync::atomic::{AtomicU64, Ordering};

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// One more.
    pub fn add_one(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// How many so far.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

macro_rules! counts {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// What passed through the doors since the start.
        #[derive(Debug, Default)]
        pub struct Counts {
            $($(#[$doc])* pub $name: Counter,)*
        }

        impl Counts {
            /// All counters by name, in a fixed order.
            pub fn all(&self) -> Vec<(&'static str, u64)> {
                vec![$((stringify!($name), self.$name.get()),)*]
            }
        }
    };
}

counts! {
    /// Requests that reached a configured endpoint.
    requests,
    /// Requests to endpoints that are not configured.
    unknown_endpoint,
    /// Requests without a verification token, or with a wrong one.
    unauthorized,
    /// Endpoint verifications answered.
    challenges,
    /// Bodies over the endpoint's limit.
    too_large,
    /// Bodies that broke off or could not be decompressed.
    broken_bodies,
    /// Requests turned away because the bodies in flight had used up their budget.
    over_budget,
    /// Logs that Redox sent three times and more.
    redox_retrying,
    /// Feeds that fell silent for longer than configured.
    feeds_silent,
    /// Events written.
    accepted,
    /// Redeliveries recognised; nothing written.
    duplicates,
    /// Events that came under a known key with other content; written, flagged and linked.
    conflicts,
    /// Events without a readable envelope; written and parked.
    unreadable,
    /// Events that no handler takes; written and parked.
    unrouted,
    /// Events that carried no Redox id to recognise a redelivery by.
    without_id,
    /// Deliveries taken by a discard target.
    discarded,
    /// Events turned away because their endpoint holds what cannot be handled.
    held,
    /// Events turned away because the store refused.
    refused_by_store,
    /// Events with more parts or identifiers than are compared with open questions.
    probes_cut,
    /// Events linked to at least one question.
    answers,
    /// Panics caught; each one is a defect.
    panics,
    /// Connections of HL7 senders.
    hl7_connections,
    /// Frames of HL7 senders, readable or not.
    hl7_messages,
    /// Bytes in HL7 streams that are no message: outside of frames, cut off, too long, unreadable.
    hl7_faults,
    /// Synchronous requests answered by a responder.
    queries_answered,
    /// Synchronous requests that no responder takes.
    queries_without_responder,
    /// Synchronous requests whose responder failed.
    queries_failed,
    /// Synchronous requests whose responder was too late.
    queries_late,
    /// Synchronous exchanges that could not be recorded afterwards.
    queries_unrecorded,
}
