//! The whole gateway under a seeded scheduler with virtual time, broken on purpose.
//!
//! **What it does.** It runs the production code: the HTTP surface of `oxgate-api` with the doors of `oxgate-inbound`, its
//! forwards and its inbox, `oxgate-outbound` with its look into Redox's logs, the runner of `oxgate-dispatch` with its pure
//! scheduler, the store with a real SQLite, the emulator's pure core. Time is the runtime's paused clock, which moves only
//! when nothing can be done; chance comes from the seed. Around the gateway it lets happen what happens: crashes at any
//! write, power failures, commits that fail before or after they took effect, lost, late and repeated messages, outages of
//! either side, clocks that are set, a full disk, restarts with another configuration, an operator at work.
//!
//! **Where it sits.** Beside the crates; nothing depends on it. `cargo xtask sim` runs it.
//!
//! **Invariants.** Nothing of the gateway is written here a second time: what is decided is decided by the code that
//! ships. The same seed gives the same trace, which `--twice` verifies. Every promise that is checked carries the name of
//! its guarantee (G1 to G9), and [`checks`](mod@self) runs it both along the way and at the end.
//!
//! **What it deliberately does not do.** No sockets, no threads inside a world, no PostgreSQL (one conformance suite
//! proves G10), no HTTP client library: handlers and the way to Redox are simulated peers behind the traits that the
//! real ones implement.

/// Seeded chance.
mod chance;

/// Virtual time.
mod clock;

/// What happened, in order.
mod trace;

/// What a seed does to its world.
mod scenario;

/// What restarts change about the configuration.
mod configuration;

/// Everything that outlives the gateway.
mod world;

/// What was seen from outside.
mod witness;

/// The log, listened to.
mod leak;

/// The gateway's disk.
mod disk;

/// What the gateway is configured to do.
mod plans;

/// One life of the gateway.
mod life;

/// What deliveries go to.
mod peers;

/// Events made from events.
mod forward;

/// Who leases from a pull handler.
mod consumer;

/// Redox's own records.
mod books;

/// The network towards Redox.
mod wire;

/// Redox, and its knocks at the door.
mod redox;

/// Who uses the gateway.
mod application;

/// The person in charge.
mod operator;

/// The same, by filter.
mod bulk;

/// The same, of what a handler has left behind.
mod orphans;

/// Promises held against every step.
mod checks;

/// Promises about order across a change of rules or hands.
mod across;

/// Promises about the handler that comes late.
mod late;

/// Bounds held against what is in memory.
mod bounds;

/// Promises held against what is there.
mod verdict;

/// Promises held against events, once everything has come to rest.
mod rest;

/// One seed from beginning to verdict.
mod run;

pub use oxgate_store::faults::Mutation;
pub use run::{Report, run};
