//! The targets that receive events: signed webhooks over HTTP, files, operational events, forwards, discard.

/// A peer over HTTP: settings, client, one signed POST.
pub(crate) mod peer;

/// Standard Webhooks signatures.
mod sign;

/// Addresses that are never spoken to, by number and after name resolution.
pub(crate) mod guard;

/// Our headers beside Redox's bytes.
mod headers;

/// What an answer or its absence says about target and event.
mod outcome;

/// Webhooks to the application.
mod http;

/// HL7 v2 messages as Redox events.
mod hl7;

/// HL7 v2 messages to a receiver.
mod mllp;

/// Messages into a NATS JetStream stream.
#[cfg(feature = "nats")]
pub mod nats;

/// One event on one line of JSON.
pub mod line;

/// Events into files.
mod file;

/// Operational events.
mod ops;

/// Events made from events.
pub mod forward;

/// Takes events in order to forget them.
mod discard;

pub use self::http::{HttpHandler, HttpSettings, answers};
pub use discard::DiscardHandler;
pub use file::{FileHandler, FileSettings, Folders};
pub use forward::{Copied, Denied, ForwardHandler, Made, Refusal, Transform, Way};
pub use headers::Answers;
pub use hl7::Hl7ToRedox;
pub use mllp::MllpHandler;
pub use ops::OpsHandler;
pub use peer::{PeerError, PeerSettings};
pub use sign::SecretError;

/// What was seen when no whole answer came, content-free.
pub(crate) fn reason_of(error: &reqwest::Error) -> oxgate_core::Reason {
    outcome::of_error(error).1
}

#[cfg(test)]
mod forward_tests;
#[cfg(test)]
mod tests;
