//! The caller's say before every request: where a quota is counted and a request may have to wait.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// What a request is for. Redox counts them all against one quota per address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RequestClass {
    /// A token, legacy or OAuth.
    Token,
    /// An event.
    Event,
    /// A query or a FHIR interaction, with somebody waiting.
    Query,
    /// A file that an event is about to name.
    File,
    /// A question to the platform API.
    Platform,
}

/// Resolves when the request may leave.
pub type Permit<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Asked before every request. A permit is spent whether or not the request then succeeds.
pub trait Meter: Send + Sync {
    /// Waits until a request of this class may leave. Dropping the future must not spend anything.
    fn permit(&self, class: RequestClass) -> Permit<'_>;

    /// Told of every 429, whatever the request was for, with the pause that it asked for: the limit is one of the address
    /// (Redox docs, "Quotas and constraints").
    fn refused(&self, _pause: Option<Duration>) {}
}

/// Lets everything pass.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unmetered;

impl Meter for Unmetered {
    fn permit(&self, _class: RequestClass) -> Permit<'_> {
        Box::pin(std::future::ready(()))
    }
}
