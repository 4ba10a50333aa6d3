//! What a person who waits would want to see. Carries no content of resources.

use crate::job::Planned;
use crate::kickoff::Generation;
use std::time::Duration;

/// Somebody who watches an export. Called in the middle of it: must not block.
pub trait Watch: Send + Sync {
    /// Something happened.
    fn saw(&self, event: &Event<'_>);
}

/// Nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn saw(&self, _event: &Event<'_>) {}
}

/// Something that happened.
#[derive(Debug)]
pub enum Event<'a> {
    /// Not quite as it should be, but no reason to stop.
    Warning(String),
    /// The server is busy with another export and wants us to wait.
    Refused {
        /// Until we ask again.
        wait: Duration,
    },
    /// The server took the job.
    Accepted,
    /// A job of an earlier process is taken up.
    Resumed {
        /// Files that are in place already.
        done: usize,
    },
    /// The job goes on.
    Running {
        /// The server's words (`X-Progress`), cleaned and cut to 100 characters.
        progress: Option<&'a str>,
        /// Until we ask again.
        wait: Duration,
    },
    /// The server did not answer as it should; we ask again.
    Hiccup {
        /// What happened.
        why: String,
        /// Until we ask again.
        wait: Duration,
    },
    /// A page of the manifest was read.
    Page {
        /// Its place, from 0.
        number: u32,
        /// How many files it announces.
        files: usize,
        /// What it was written by.
        generation: Generation,
    },
    /// A file begins, or begins again.
    FileStarted {
        /// The file.
        file: &'a Planned,
        /// Bytes that it will have, where known.
        total: Option<u64>,
    },
    /// So much of a file has come.
    FileBytes {
        /// The file.
        file: &'a Planned,
        /// Bytes in all, decoded.
        bytes: u64,
        /// Resources in all that have been looked at.
        lines: u64,
    },
    /// A file broke off, was refused, or was not right; it is tried again.
    FileRetry {
        /// The file.
        file: &'a Planned,
        /// What happened.
        why: String,
        /// Until it is tried again.
        wait: Duration,
    },
    /// A file is in place.
    FileDone {
        /// The file.
        file: &'a Planned,
        /// Its bytes.
        bytes: u64,
        /// Its lines.
        lines: u64,
    },
    /// A file was given up.
    FileFailed {
        /// The file.
        file: &'a Planned,
        /// Why.
        why: String,
    },
    /// Links had expired and were asked for again.
    LinksRenewed,
    /// The server was told to delete the job.
    JobDeleted {
        /// Whether it agreed.
        agreed: bool,
    },
}
