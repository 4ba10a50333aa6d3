//! A client for FHIR Bulk Data export: it starts a job, follows it, and brings every file home, whole or not at all.
//!
//! *In the flow*: a program hands over what to export and a folder. [`kickoff`] spells the request, [`run`](Exporter::run)
//! asks for the status until there is a manifest, each file streams through its checks to disk, and at the end
//! `manifest.lock.json` says what is there.
//!
//! *Invariants*
//!
//! - Every step is on disk before the next one begins, the status address first of all. The process may end at any moment;
//!   [`Start::Resume`] goes on, days later, and ends with the same bytes.
//! - A name in the output folder means a whole, checked file. Everything else is under `.job`.
//! - The token goes to the server's own origin and to hosts that were named, over redirects too, and nowhere else; not even
//!   there for files that do not need it.
//! - Memory does not grow with the size of files: for each download a line at most, a write buffer, and a few
//!   pieces that wait for the disk.
//! - Errors name files, lines, paths, types and codes; never content. Nor do they show links, which may be keys.
//!
//! *Deliberately not here*: scheduling, storage beyond the folder, and what is done with the resources. Clock and randomness
//! come in through [`Time`] and [`Entropy`].
//!
//! *Sources*: HL7 FHIR Bulk Data Access 1.0, 2.0, 3.0 and 4.0 (ballot); HL7 SMART App Launch 2.2, "Backend Services".

// Time and randomness, given by the caller.
pub mod chance;
// Names of files in the output folder.
pub mod names;
// The request that starts an export.
pub mod kickoff;
// How long to wait before asking again.
pub mod pace;
// What a manifest says, whichever generation wrote it.
pub mod manifest;
// Whether a server says that it exports.
pub mod capabilities;
// What an `OperationOutcome` says, by codes.
mod outcome;
// Who gets the token.
mod access;
// SMART Backend Services.
pub mod smart;
// One request to the server.
mod http;
// What an answer of the status address means.
mod status;
// The record of an export.
pub mod job;
// The output folder.
mod folder;
// The pages of the manifest, and the numbers of their files.
mod plan;
// Links that expire.
mod links;
// The check of every line.
pub mod lines;
// The disk's end of a download.
mod sink;
// One file.
mod download;
// What the export brought.
pub mod receipt;
// What a person who waits would want to see.
pub mod watch;
// What an exporter is made of.
mod exporter;
// The export from the kick-off to the lock file.
mod run;

pub use access::{Auth, Origin};
pub use chance::{Entropy, Time, TokioTime};
pub use download::{ContentError, FetchError, FileError};
pub use exporter::{CountRule, ExportError, Exporter, Fault, Limits, Report, Setup, Start};
pub use folder::{FolderError, LOCK_FILE};
pub use http::{CallError, ClientError, NetworkError};
pub use kickoff::{Export, Level};
pub use links::RenewError;
pub use outcome::Outcome;
pub use plan::PlanError;
pub use reqwest::Url;
pub use watch::{Event, Unwatched, Watch};
