//! Redox in a box: an offline stand-in for the healthcare integration platform, to try, test and break a client against.
//!
//! **What it does.** On one port it serves the addresses of the real hosts: tokens for an API key or a signed assertion,
//! `/endpoint` and `/query`, `/upload`, the platform API, a FHIR R4 sandbox, and a FHIR bulk server, all with invented
//! patients. It stores what it accepts, delivers to destinations in order with the published retry schedule, verifies endpoints, and plays an EHR that
//! answers orders, knows a few invented patients and has an admission feed. Faults go wrong on purpose, reproducibly.
//!
//! **Where it sits.** Opposite a gateway, as its peer. It shares no code with any client: two sides with one codec would
//! agree on their mistakes. Both are tested against the golden exchanges in `fixtures/wire`.
//!
//! **Invariants.** [`Emulator`] is pure: no clock, no sockets, no threads. The same calls with the same times and seed
//! give the same effects, so a simulation can drive it. A queue has at most one message on its way, and its head leaves
//! only when the destination has it. A log keeps its id through every retry; each attempt has its own.
//! [`Observed`] never carries message content.
//!
//! **What it deliberately does not do.** No persistence: a restart forgets everything. No TLS and no authentication on
//! the control API: it is for development machines.
//!
//! # A test of your own client
//!
//! Start an emulator on a free port, point the client at it, and ask the emulator afterwards what it got. Faults make it
//! fail where and when you want; with a `time_scale` below 1 retries and answers do not keep a test waiting.
//!
//! ```
//! use redox_emulator::directory::fixture;
//! use redox_emulator::{Config, FaultKind, FaultRule, SystemClock};
//! use serde_json::{Value, json};
//!
//! # async fn send(url: &str, token: &str, order: &Value) -> reqwest::Result<reqwest::Response> {
//! #     reqwest::Client::new().post(url).bearer_auth(token).json(order).send().await
//! # }
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let redox = redox_emulator::start(Config { time_scale: 0.001, ..Config::default() }, SystemClock, 1).await?;
//! let mut watch = redox.observe();
//!
//! // What your client would do: obtain a token, and send an order to the simulated hospital.
//! let keys = json!({"apiKey": fixture::API_KEY, "secret": fixture::API_SECRET});
//! let url = format!("{}/auth/authenticate", redox.base_url());
//! let token: Value = reqwest::Client::new().post(url).json(&keys).send().await?.json().await?;
//! let token = token["accessToken"].as_str().unwrap_or_default();
//! let order = json!({
//!     "Meta": {"DataModel": "Order", "EventType": "New", "Destinations": [{"ID": fixture::EHR_DESTINATION}]},
//!     "Patient": {"Identifiers": [{"ID": "MR-0001", "IDType": "MR"}]},
//!     "Order": {"ID": "ORD-1", "Status": "New"},
//! });
//!
//! // The first attempt is stored, but its answer never comes: does the client send the order twice?
//! let lost = FaultRule { count: Some(1), ..FaultRule::new(FaultKind::DropAfter) };
//! redox.control().add_fault(&FaultRule { path: Some("/endpoint".to_owned()), ..lost }).await?;
//! let endpoint = format!("{}/endpoint", redox.base_url());
//! assert!(send(&endpoint, token, &order).await.is_err());
//! assert_eq!(send(&endpoint, token, &order).await?.status(), 200);
//! let received = redox.control().received("").await?;
//! assert_eq!(received["counts"]["repeated_bodies"], 1, "this one does");
//!
//! // The hospital answers each order with a result, which waits until the application's endpoint is known.
//! while watch.recv().await?.event.as_deref() != Some("Results.New") {}
//! let results = redox.control().logs("data_model=Results").await?;
//! assert_eq!(results["logs"][0]["status"], "pending");
//! redox.shutdown().await;
//! # Ok(())
//! # }
//! # let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
//! # runtime.block_on(example())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

/// The values that cross the border of the core.
pub mod exchange;

/// What an emulator is started with.
pub mod config;

/// Where the shell takes the time from.
mod clock;

/// Seeded randomness.
mod random;

/// The core: all state, and the way of a request through it.
mod emulator;

/// How many requests a peer may make.
mod quota;

/// Requests and deliveries that go wrong on purpose.
mod faults;

/// Who is calling.
mod auth;

/// Reading forms and queries.
mod form;

/// Reading multipart forms.
mod multipart;

/// Who may send what to whom.
pub mod directory;

/// From a request to accepted logs, an answer, or a refusal.
mod routing;

/// Uploaded files.
mod files;

/// What was accepted from the application.
mod received;

/// One log per message and destination.
mod logs;

/// A message on its way to a destination.
mod message;

/// Delivery in order, with retries.
mod queue;

/// Requests from Redox to a destination.
mod delivery;

/// Verifying a destination by a challenge.
mod verification;

/// The simulated EHR.
mod ehr;

/// FHIR R4 through Redox.
mod fhir;

/// The FHIR bulk server.
mod bulk;

/// What happened, for a person who watches.
mod observed;

/// The platform API.
mod platform;

#[doc = include_str!("../docs/control.md")]
pub mod control;

/// Sockets, time, and deliveries that really leave.
mod shell;

pub use auth::KeysError;
pub use bulk::{BulkConfig, BulkFaults, BulkGeneration};
pub use clock::{Clock, SystemClock};
pub use config::{Client, Config, ConfigError, Limits, PlatformRole, Switches};
pub use ehr::{EhrConfig, FeedFormat, FeedSettings, Rejection, ResultStage};
pub use emulator::Emulator;
pub use exchange::{Effects, Handled};
pub use faults::{FaultError, FaultKind, FaultRule};
pub use fhir::notification::Detail;
pub use logs::{Attempt, AttemptResult, Log, LogKind, LogStatus};
pub use observed::{Observed, What};
pub use queue::RETRY_SCHEDULE_S;
pub use random::Rng;
pub use received::{Received, ReceivedCounts};
pub use shell::{Control, ControlRefused, Running, start};
