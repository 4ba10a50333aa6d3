//! The HTTP surface: how applications hand over events and how people see and steer what becomes of them.
//!
//! **What it does.** It authenticates API keys and checks their scopes, turns requests into calls to the road to Redox, the
//! store and the dispatcher, and turns rows and errors into JSON and problem documents (RFC 9457). It also serves health,
//! metrics, the public key set and its own OpenAPI description.
//!
//! **Where it sits.** Above both roads and below the binary, which makes the parts and the listeners.
//!
//! ```text
//!  request ─► guard: id, caller, panic net ─► scope ─► submit · query · look · act · stream · admin ─► answer or problem
//!                                                          │        │
//!  Redox ──► /redox/{endpoint} (inbound's own router)       ▼        ▼
//!                                                      Outbound    Store
//! ```
//!
//! **Invariants.**
//! - No `202` leaves before the submission is durable: the handler has the event's id from the store and from nowhere else
//!   (guarantee G1).
//! - Every act is run by the store through the delivery's state machine and stands in the audit with who and why; a look at
//!   a payload stands there before its first byte leaves.
//! - Nothing that is answered or logged holds content, except payloads and correlation values under `read-phi` (G8).
//! - Bodies come out of one byte budget; batches are read line by line, streams and bulk acts are bounded (G9).
//! - What is not understood (a parameter, a member, a state) is refused, never ignored.
//!
//! **What it deliberately does not do.** No SQL, no business rule about what a delivery may do next (core's), no
//! validation of messages (outbound's), no listener, no TLS, no configuration (the binary's).

/// What the surface stands on.
mod gateway;

/// Every path, and the routers.
mod router;

/// In front of every route.
mod guard;

/// Who is calling.
mod caller;

/// What a key may do.
mod scope;

/// API keys and their file.
mod keys;

/// What a caller is told when a request is not carried out.
mod problem;

/// Why the road to Redox refused something.
mod refusal;

/// Request bodies.
mod intake;

/// Query parameters and headers.
mod params;

/// The road to Redox.
mod road;

/// Today's routes for yesterday's events.
mod routing;

/// `POST /v1/events`.
mod submit;

/// NDJSON.
mod batch;

/// `POST /v1/queries`.
mod query;

/// `POST /v1/files`.
mod files;

/// FHIR R4 through Redox.
mod fhir;

/// Rows as JSON.
mod show;

/// Events.
mod look;

/// Awaited answers.
mod expectations;

/// One person's act on one delivery.
mod act;

/// Deliveries.
mod deliveries;

/// Once more.
mod replay;

/// Acts by filter.
mod bulk;

/// What was wrong in HL7 streams.
mod hl7;

/// Bulk exports.
mod exports;

/// Another event in the place of one.
mod resend;

/// Leases of pull handlers.
mod inbox;

/// Events by the identifiers in them.
mod search;

/// Search keys, written behind the events.
mod index;

/// Lanes.
mod lanes;

/// What a lane has whose target is gone from the configuration.
mod orphans;

/// What one side has and the other has not.
mod reconcile;

/// Server-sent events.
mod stream;

/// Reload and API keys.
mod admin;

/// Up, ready, key set.
mod health;

/// Counters.
mod metrics;

/// The surface described.
mod openapi;

pub use caller::Caller;
pub use exports::{Export, ExportRefusal, Exports};
pub use gateway::{ConfigFault, Gateway, Reconcile, ReconcileFault, Reconciled, Reload, Reloaded};
pub use index::Indexer;
pub use keys::{ApiKey, ApiKeys, KeyError, NewApiKey, Secret};
pub use metrics::Requests;
pub use openapi::DOCUMENT as OPENAPI;
pub use problem::{Code, Problem};
pub use road::Road;
pub use router::{local_router, router};
pub use routing::{Routes, Routing};
pub use scope::{Scope, UnknownScope};
pub use stream::Feed;
