//! HL7 v2 messages as Redox events: admissions as `PatientAdmin`, results as `Results`.
//!
//! Stands between a message that was read ([`hl7v2::Message`]) and an event that is to be submitted. [`Config`] holds the
//! mapping, which is data: which trigger becomes which event, which member comes from which field, what a code is called.
//! The built-in mapping is a file of the same form as an operator's own, which overrides it for all senders or for one.
//! [`map`] applies it and gives for each event the JSON, what was assumed or could not be carried, and on request
//! everything in the message that no rule has read.
//!
//! Invariants:
//! - An event has the members its documentation has, and no others: the rules are walked along the catalogue's shapes.
//! - What is not mapped is refused with a reason ([`NotMapped`]), never half mapped.
//! - A required member that cannot be filled is an error in the event's problems; whether the event is sent is the
//!   caller's decision.
//! - No IO, no clock, no randomness: the time of sending and the rules of time zones are arguments.
//! - No problem, error or `Debug` text holds a value out of a message.
//!
//! Deliberately absent: orders, schedules and documents (ORM, SIU, MDM), and the way back from a Redox event to HL7 v2; they
//! are refused by name. Sending, receiving and acknowledging are other crates' business.

// The mapping: how it is written, and what it is once it is read.
pub mod config;

mod rule;

// Applying it: what a rule means in a message, what becomes of a value, and the event as a whole.
mod scope;

mod convert;

mod build;

mod map;

// What is reported beside the event.
mod problem;

mod unmapped;

// What a time without an offset means.
mod zone;

pub use config::{Config, ConfigError, Mapping};
pub use map::{Context, Mapped, NotMapped, Outcome, System, map};
pub use problem::{Problem, ProblemKind};
pub use unmapped::Unmapped;
pub use zone::{FixedZones, Zones};
