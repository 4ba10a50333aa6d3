//! Every Redox data model and event type: what they are called, what a message is, and what is in it.
//!
//! Stands at the beginning of both roads: a message that comes from Redox is read by [`envelope`] and [`keys`] before
//! it is stored, a message that goes to Redox is checked by [`mod@validate`] before it is queued. It knows nothing of HTTP,
//! stores or configuration and can be used on its own.
//!
//! Invariants:
//! - Everything is read through one strict JSON reader, so envelope, keys and validation agree on what is readable.
//! - Reading never panics and never recurses deeper than [`MAX_DEPTH`]; the size of a body is the caller's to limit.
//! - No error, report or `Debug` text contains a value out of a message body (names and ids in `Meta` excepted).
//! - No IO, no clock, no randomness, no logging: seeds and times are arguments.
//!
//! Feature `models` (on by default): the typed messages of [`models`]. Everything else works from the catalogue alone.
//!
//! Deliberately absent: sending and receiving (`redox-client`), the rules of the wire such as tokens and error replies
//! (`redox-wire`), FHIR resources beyond recognising a message `Bundle`.

// What is known: models, event types, shapes, formats.
pub mod catalogue;
pub mod date;
pub mod format;

// What was meant by a name that is not known.
pub mod nearest;

// The one JSON reader.
mod scan;

// Reading a message that has arrived: what it is, and whom and what it is about.
pub mod envelope;
pub mod files;
pub mod keys;

// Judging a message, typed or not, before it goes anywhere.
pub mod validate;

// Messages as Rust types: what the types share, and the types.
#[cfg(feature = "models")]
#[macro_use]
pub mod typed;
#[cfg(feature = "models")]
#[path = "generated/mod.rs"]
pub mod models;

// Describing messages: an example, a schema for other tools, a tree for people.
pub mod sample;
pub mod schema;
pub mod tree;

pub use scan::{Kind, MAX_DEPTH};
pub use validate::validate;
