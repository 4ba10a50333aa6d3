//! The vocabulary of Oxgate and the decisions made with it.
//!
//! **What it does.** It names the things that every other crate talks about (events, deliveries, lanes, order keys,
//! expectations) and holds the rules that can be decided from values alone: what a delivery may do next, whether a
//! handler takes an event, in which order deliveries start, when to try again, which answer belongs to which question.
//!
//! **Where it sits.** At the bottom. The store persists these types, the dispatcher drives the state machine, the doors
//! build the values.
//!
//! **Invariants.** The same arguments give the same result: time arrives as [`Timestamp`], randomness as numbers. No type
//! here can print patient data; [`Phi`] hides what it carries.
//!
//! **What it deliberately does not do.** No input or output, no clock, no randomness, no logging, no async, no knowledge
//! of HTTP, SQL or of Redox's JSON.

/// Points in time, spans, and the two doors through which time and chance come in.
pub mod time;

/// Public identifiers that carry their row's address.
pub mod id;

/// A wrapper for patient data that shows nothing.
pub mod phi;

/// Every bound of the gateway, with its reason.
pub mod limits;

/// What an event says about itself without its content: the address on the envelope.
pub mod address;

/// Facts about an accepted event: direction, flags, references.
pub mod event;

/// Which events a handler takes.
pub mod filter;

/// Keyed and unkeyed hashes: content, de-duplication, search and order.
pub mod hash;

/// Which earlier deliveries a delivery must wait for.
pub mod order;

/// Named orders of deliveries.
pub mod lane;

/// Why something is as it is, in words without content.
pub mod reason;

/// The life of a delivery as a pure function.
pub mod delivery;

/// What became of an accepted event behind Redox.
pub mod downstream;

/// When to try again.
pub mod retry;

/// Questions that wait for an answer, and how an answer finds its question.
pub mod expectation;

pub use address::Address;
pub use delivery::{Delivery, Fact, State};
pub use downstream::Downstream;
pub use event::{Direction, Flags, Refs};
pub use hash::{ContentHash, DedupKey, KeyHash, Keyed};
pub use id::{AttemptId, DeliveryId, EventId};
pub use order::OrderKeys;
pub use phi::Phi;
pub use reason::Reason;
pub use time::{Clock, Entropy, Timestamp};
