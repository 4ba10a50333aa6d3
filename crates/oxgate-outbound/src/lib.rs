//! From an application to Redox: a submission is checked, made durable, sent once, and settled; a query is answered at once.
//!
//! ```text
//!  application ─ POST /v1/events ─► submit ─ validate ─ enqueue ═► STORE ═► dispatcher ─► send ─► Redox
//!                                                                   ▲                      │
//!                                                                   └── record ◄─ outcome ◄┘
//!  application ─ POST /v1/queries ─► validate ──────────────────────────────► query ─────► Redox ─► the answer
//!  application ─ /v1/fhir/… ───────► validate ──────────────────────────────► fhir ──────► Redox ─► the answer
//!  application ─ POST /v1/files ────────────────────────────────────────────► files ─────► Redox ─► a URI
//! ```
//!
//! **What it does.** [`Outbound`] takes what the API hands it through three stages, each with a type that only it can
//! make: `Submission → Submitted → Valid → Queued`. [`RedoxTarget`](send::RedoxTarget) is what the dispatcher hands
//! deliveries to; it sends each and says what Redox's reply means. [`meter`] keeps both within Redox's quota.
//!
//! With platform credentials it also looks into Redox's logs: for sends in doubt ([`reconcile`]), for what became of
//! accepted ones ([`follow`]), for what one side has and the other has not ([`compare`]), and asks which models may go
//! where ([`capabilities`]).
//!
//! **Where it sits.** Beside the inbound road, which it does not know: the two meet in the store. The API calls it, the
//! dispatcher calls its target, the binary builds its [`Plan`](plan::Plan).
//!
//! **Invariants.**
//! - [`Outbound::submit`] resolves with an event only after the transaction that holds it is durable (guarantee G1), and
//!   that transaction holds its deliveries and what it expects back, or nothing (G7).
//! - An event leaves only through [`RedoxTarget`](send::RedoxTarget), whose caller has written the attempt to disk. A
//!   reply is reported as "not accepted" only when it says so for certain; all else is unknown (G5).
//! - A submitted body is sent as it came, but for two things: `Meta.Destinations` is reduced to the delivery's own, where a
//!   destination given by its configured name gets its `ID`; and files above a configured size stand in it as the URIs of
//!   their uploads. The stored body keeps the files.
//! - No error, log line or `Debug` here shows anything out of a body (G8).
//!
//! **What it deliberately does not do.** No SQL, no HTTP server, no retry and no ordering (the dispatcher's), no tokens
//! and no connections (`redox-client`'s), no reading of replies (`redox-wire`'s), nothing inbound.

/// What the configuration says: sources, destinations, rules.
pub mod plan;

/// A submission as it arrived; `Submission → Submitted`.
pub mod submit;

/// What the body is, where it goes and what it holds; `Submitted → Valid`.
pub mod validate;

/// One transaction; `Valid → Queued`.
pub mod enqueue;

/// The Redox target of the dispatcher.
pub mod send;

/// Redox's quota, counted and kept.
pub mod meter;

/// Synchronous queries.
pub mod query;

/// FHIR R4 through Redox.
pub mod fhir;

/// Files, uploaded by themselves or out of an event.
pub mod files;

/// What is needed of Redox's platform API.
pub mod records;

/// What became of a send whose outcome is unknown.
pub mod reconcile;

/// What became of accepted sends behind Redox.
pub mod follow;

/// Inbox and outbox against Redox's logs.
pub mod compare;

/// Which models Redox routes where.
pub mod capabilities;

/// What is needed of a Redox client.
pub mod transport;

/// Looking up in the plan what an envelope names.
mod address;

/// Order keys and expected answers.
mod correlate;

/// What a reply means for a delivery.
mod outcome;

/// Waiting for a submission to be done.
mod wait;

/// The parts as one thing.
mod outbound;

pub use address::DESTINATIONS_MAX;
pub use capabilities::Capabilities;
pub use enqueue::overall;
pub use follow::Follower;
pub use outbound::{Outbound, Roads, SubmissionError};
pub use outcome::RATE_LIMIT_PAUSE;

/// The door that the store and the timelines name for what came through the API.
pub const DOOR: &str = "api";
