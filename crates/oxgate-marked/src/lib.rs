//! Marked patients, and the guard that fails a test when one of their values stands where no patient data may stand.
//!
//! **What it does.** [`patient`] has values of one invented patient that occur nowhere else. Tests send messages about this
//! patient; their harnesses hand everything that leaves the gateway beside payloads to [`look`] or [`look_into_folder`]:
//! log lines, metrics, problem documents, headers and addresses, lane names, and the store's files, which hold the audit
//! and every name. [`Guard`], or the [`Folder`] that has one, ends a test: dropped, it panics and names
//! the places.
//!
//! **Where it sits.** Below every test harness (guarantee G8); nothing that ships depends on it.
//!
//! **Invariants.** What was seen is kept for the whole process, because a log line knows no test: with one process a test,
//! as `cargo nextest` runs them, it names the test that did it; in a shared process some test fails all the same.
//!
//! **What it deliberately does not do.** It does not know what a harness must look at, and it does not look into payloads:
//! there a patient's data belongs.

/// The values, and messages' parts made of them.
pub mod patient;

/// What was seen, and the end of a test.
mod guard;

/// Log lines of this process.
mod log;

/// A gateway's folder, searched before it goes.
mod folder;

pub use folder::Folder;
pub use guard::{Guard, look, look_into_folder};
