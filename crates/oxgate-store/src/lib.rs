//! Durable truth on SQLite: the only SQL in the project.
//!
//! **What it does.** It keeps events, deliveries, lanes and expectations, and changes them by commands: take an event,
//! record a fact about a delivery, change a lane. Commands are applied in groups, each group in one transaction with
//! one sync, and a command resolves only after that sync.
//!
//! **Where it sits.** In the middle. Inbound and outbound never call each other; both write here, and the dispatcher
//! learns of new work here ([`Store::changes`]). Below it there is only `oxgate-core`, whose state machine decides
//! every delivery inside the transaction that writes it.
//!
//! **Invariants.** Nobody is answered before the commit has returned from its sync (guarantee G1). De-duplication,
//! links between answers and questions, and what parking does to those behind are part of the transaction that causes
//! them (G2, G7, G4). Bodies are packed and sealed before they reach the writer; a patient's identifiers stand in the
//! tables only as keyed hashes (G8). Every queue, group, window and step is bounded (G9).
//!
//! **What it deliberately does not do.** No HTTP, no JSON of Redox, no parsing of bodies, no clock and no randomness of
//! its own, no metrics. It decides nothing that depends on a target's configuration: after a crash it lists the
//! deliveries in doubt and leaves it to the dispatcher to say what they are.

/// Where and how to open the store.
pub mod settings;

/// Failures on demand and deliberate bugs, for tests.
pub mod faults;

/// What can be asked of the store, and what comes back.
pub mod command;

/// What the store shows.
pub mod view;

/// Opening: folder, lock, keys, database, threads.
mod open;

/// The data folder and its lock.
mod folder;

/// The handle.
mod store;

/// Packing and sealing of bodies.
mod vault;

/// The one thread that writes.
mod writer;

/// What the dispatcher hears after a commit.
mod changes;

/// Free space and the reserve.
mod disk;

/// What a database must be able to do.
pub mod engine;

/// SQLite as that database.
pub mod sqlite;

pub use engine::ReadError;
pub use faults::Faults;
pub use folder::FolderError;
pub use open::OpenError;
pub use settings::{Kek, Retention, Settings};
#[cfg(any(test, feature = "mutations"))]
pub use sqlite::read::Pause;
pub use store::Store;
#[cfg(any(test, feature = "mutations"))]
pub use writer::{Begun, Stepper};

/// Why a call was not carried out: nobody may be acknowledged.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refused {
    /// The writer's queue is full: come back.
    #[error("the store is busy: its queue is full; try again shortly")]
    Busy,
    /// Too little free space.
    #[error("the store's disk is nearly full: free some space in the data folder's file system")]
    DiskLow,
    /// The last commit failed.
    #[error("the store cannot write at the moment; it probes every second and recovers by itself")]
    Sick,
    /// The store is closing.
    #[error("the store is closing")]
    Closed,
    /// This command alone could not be carried out.
    #[error("the store could not carry out this command; its log says why")]
    Fault,
}

#[cfg(test)]
extern crate self as oxgate_store;

#[cfg(test)]
mod tests;
