//! The road in: what Redox pushes is received, verified, made durable and acknowledged; handlers take it from there.
//!
//! **What it does.** A request at `/redox/{endpoint}` is held to the endpoint's limits, checked for one of its tokens, and
//! then either answered on the same call (a synchronous request, by a responder) or written to the store and
//! acknowledged. The crate also holds the targets that deliver over HTTP: signed webhooks to the application, operational
//! events to whoever watches the gateway.
//!
//! **Where it sits.**
//!
//! ```text
//!  Redox ──► receive ─► verify ─► classify ─┬─► accept ═► STORE ═► dispatch ═► handle ──► application
//!                                           └─► respond ──► responder ──► answer on the same call
//! ```
//!
//! Each stage takes the previous one's type and is the only place that makes its own: a delivery without a right token is
//! no value that *accept* could be called with.
//!
//! **Invariants.**
//! - `200` leaves only after the store has resolved the accept (guarantee G1); a synchronous request is never answered with
//!   an empty `200`.
//! - Every event that is kept has at least one delivery: what cannot be read or routed is parked, not dropped (G4).
//! - All parsing, hashing and sealing happens before the writer; a panic in it makes the event unreadable, not lost.
//! - Identifiers leave this crate as keyed hashes. Logs carry our ids, configured names, counts and lengths (G8).
//! - What Redox sent is handed to handlers byte for byte; ours stands in headers.
//!
//! **What it deliberately does not do.** No SQL. Nothing about sending to Redox: that road meets this one in the store
//! only. It decides neither when a delivery starts nor what a failure leads to: handlers report, the dispatcher decides.

/// The configuration's view: endpoints, routes, partners, rules.
pub mod plan;

/// The road as one value, with the plan in force.
pub mod inbound;

/// What passed, as counters.
pub mod counts;

/// The door.
pub mod receive;

/// HL7 v2 over MLLP: doors of their own, the same road.
pub mod mllp;

/// How a request is turned away.
mod turned_away;

/// Does the request carry one of our tokens?
mod verify;

/// Synchronous or not?
mod classify;

/// Synchronous requests, answered on the same call.
pub mod respond;

/// Everything else, made durable before it is acknowledged.
mod accept;

/// Feeds that fall silent, and logs that Redox sends again and again.
mod watch;

/// Order keys of events that are in the store already.
mod order;

/// Events from before a handler's time.
mod catch_up;

/// Deliveries leased by consumers instead of being sent.
pub mod inbox;

/// The targets: HTTP handlers, operational events, forwards, discard.
pub mod handle;

pub use accept::resource::{NotTaken, Resource};
pub use catch_up::{Beginning, CatchUpError};
pub use counts::{Counter, Counts};
pub use handle::{
    Copied, Denied, DiscardHandler, FileHandler, FileSettings, Folders, ForwardHandler, Hl7ToRedox, HttpHandler,
    HttpSettings, Made, MllpHandler, OpsHandler, PeerError, PeerSettings, Refusal, Transform, Way,
};
pub use inbound::{Inbound, Parts};
pub use inbox::Inbox;
pub use order::order_keys;
pub use plan::{CannotHandle, Endpoint, Partner, Plan, PlanError, Route, RouteKind};
pub use receive::router;
pub use respond::Responder;
pub use turned_away::Why;
pub use watch::{HeldUp, Silent};

#[cfg(test)]
mod tests;
