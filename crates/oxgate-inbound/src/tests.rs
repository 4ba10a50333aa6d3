//! The whole road, in process: requests go into the router, what became of them is read from a real store.

/// A store, a road and peers to talk to.
pub(crate) mod fixture;

/// Tokens, challenges, limits.
mod door;

/// De-duplication and conflicts.
mod twice;

/// What is kept, where it goes, and what it answers.
mod kept;

/// Handlers that come later than events.
mod late;

/// HL7 v2 over MLLP, in and out.
mod mllp;

/// Synchronous requests.
mod queries;

/// No patient data outside the body store.
mod private;

/// Resources of bulk exports.
mod resources;
