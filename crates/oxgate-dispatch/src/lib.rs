//! Decides which delivery starts when, and runs it.
//!
//! **What it does.** The [`scheduler`] knows the open deliveries of each lane, as far as a bounded window shows them, and
//! says which may start. [`outage`] tells a target that is down from an event that is poison. [`rate`] paces the attempts
//! at a target, the [`limiter`] keeps the quota of an egress address. All of these are pure: no clock, no input or output, no runtime; the simulation drives
//! exactly this code. The [`runner`] is the thin task around them: it listens to the store, calls
//! [`Target::deliver`](target::Target::deliver), and records what came of it.
//!
//! **Where it sits.** Between the store and the targets. One dispatcher serves both directions: an inbound event goes
//! to handlers (repeatable), an outbound one to Redox (once: a durable `sending` before the first byte).
//!
//! ```text
//!  store ── changes, windows ──► scheduler ── starts ──► attempt: permit, durable start, deliver ──► report
//!    ▲                              ▲  gates                                                           │
//!    └────────── records ───────────┴──────────────────── outage: which fact is it? ◄─────────────────┘
//! ```
//!
//! **Invariants.**
//! - A delivery starts only when every earlier open delivery of its lane that shares an order key has durably left the
//!   open ones (guarantee G3). The one exception is the probe of a lane that stands still: see [`outage`].
//! - A target's failure never parks an event (G4).
//! - Nothing leaves for a `Once` target before its start is durable, and what was under way in a crash is unknown (G5).
//! - Memory grows with busy lanes times their window, not with the backlog or the number of order keys (G9).
//!
//! **What it deliberately does not do.** It knows no HTTP, no Redox and no SQL. It does not match handlers to events or
//! compute order keys: deliveries arrive with their lane and keys.
//!
//! **Use.** Implement [`Target`], wrap it with its rules into [`Wired`], hand all of them with the store to
//! [`Runner::new`], spawn [`Runner::run`], keep the [`Handle`] for reload, status and stop.
//!
//! ```
//! use oxgate_dispatch::{BoxFuture, Job, Report, Target, TargetSpec, Wired};
//! use std::sync::Arc;
//!
//! struct Accepting;
//!
//! impl Target for Accepting {
//!     fn deliver(&self, job: Job) -> BoxFuture<'_, Report> {
//!         Box::pin(async move { Report::accepted().with_receipt(job.delivery.to_string()) })
//!     }
//! }
//!
//! let wired = Wired::new(TargetSpec::handler("app", "sample"), Arc::new(Accepting));
//! assert_eq!(wired.spec.concurrency, 8);
//! ```

/// What a delivery goes to, what it is handed, what it reports.
pub mod target;

/// What the runner needs from the store.
pub mod ledger;

/// Waiting for a time, as an argument.
pub mod timer;

/// Which delivery starts when.
pub mod scheduler;

/// Whether a failure speaks against the event or against its target.
pub mod outage;

/// How often attempts at a target may start.
pub mod rate;

/// The quota of an egress address.
pub mod limiter;

/// One budget of bytes for all bodies in flight.
pub mod budget;

/// The task that drives all of it.
pub mod runner;

/// What the runner shows of itself.
pub mod status;

pub use budget::{BytesBudget, BytesPermit};
pub use ledger::Ledger;
pub use limiter::{Quota, QuotaGate, QuotaRules, Share};
pub use rate::Rate;
pub use runner::{Handle, Observer, Parts, Runner, Watch};
pub use status::{Held, Limited, Status, TargetStatus};
pub use target::{
    Body, BoxFuture, Doubt, Evidence, Finding, Job, Outcome, Report, Target, TargetSpec, UNROUTED, Wired,
};
pub use timer::{ClockTimer, Timer};
