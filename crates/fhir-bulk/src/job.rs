//! What is written down about an export, so that the process may end at any moment and another one go on.
//!
//! Two files. `job.json` is small, versioned, replaced whole, and changes with the phase. `journal.ndjson` only grows: a line
//! for each page of the manifest and for each file that is done, so that an export of many thousand files does not rewrite
//! their list for each of them. A later line replaces an earlier one about the same thing; a torn last line never happened.

use crate::kickoff::Export;
use crate::lines::Tally;
use crate::names::{FileId, ResourceType};
use serde::{Deserialize, Serialize};

/// What `format` says in a job file.
pub const FORMAT: &str = "fhir-bulk job";
/// The version written, and the highest one read.
pub const VERSION: u32 = 1;

/// How far an export has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The kick-off may have been sent; whether the server took it is not known.
    Requested,
    /// The server took it, and said where its status is.
    Accepted,
    /// Every page of the manifest is in the journal.
    Complete,
    /// Every file is in place, and so is the lock file.
    Finished,
    /// The server was told to delete the job.
    Deleted,
    /// The job was cancelled before it was finished.
    Cancelled,
}

/// The head of an export's record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// The server.
    pub base: String,
    /// What was asked for.
    pub export: Export,
    /// How far it has come.
    pub phase: Phase,
    /// When the kick-off was first sent, by our clock.
    pub requested_at: jiff::Timestamp,
    /// Where the job's status is; from [`Phase::Accepted`] on.
    pub status_url: Option<String>,
    /// When the server took the job, by our clock.
    pub accepted_at: Option<jiff::Timestamp>,
}

/// Why a job file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JobError {
    /// Not JSON, or not a job.
    #[error("it is no record of an export (line {line}, column {column})")]
    NotAJob {
        /// Line.
        line: usize,
        /// Column.
        column: usize,
    },
    /// Written by a later program.
    #[error("it has version {0}, and this program knows up to {VERSION}; use the program that wrote it")]
    Newer(u32),
}

impl Job {
    /// Reads a job file.
    pub fn read(bytes: &[u8]) -> Result<Self, JobError> {
        #[derive(Deserialize)]
        struct Head {
            format: String,
            version: u32,
        }
        let wrong = |error: serde_json::Error| JobError::NotAJob { line: error.line(), column: error.column() };
        let head: Head = serde_json::from_slice(bytes).map_err(wrong)?;
        if head.format != FORMAT {
            return Err(JobError::NotAJob { line: 1, column: 1 });
        }
        if head.version > VERSION {
            return Err(JobError::Newer(head.version));
        }
        serde_json::from_slice(bytes).map_err(wrong)
    }

    /// The bytes of a job file.
    pub fn write(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("a job has only text keys");
        bytes.push(b'\n');
        bytes
    }
}

/// A file as the client remembers it. Its address is asked of the manifest again when it is needed after a restart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// Which it is.
    pub id: FileId,
    /// Its type, if it has one.
    pub kind: Option<ResourceType>,
    /// Where it was when the page was read.
    pub url: String,
    /// How many resources were announced.
    pub count: Option<u64>,
    /// How many bytes were announced.
    pub bytes: Option<u64>,
}

impl Planned {
    /// Its name in the output folder.
    pub fn name(&self) -> String {
        self.id.name(self.kind.as_ref())
    }

    /// Whether another reading of the manifest means the same file; its address may be a fresh one.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        (self.id, &self.kind, self.count, self.bytes) == (other.id, &other.kind, other.count, other.bytes)
    }
}

/// One page of the manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Its place, from 0.
    pub number: u32,
    /// Where it is.
    pub url: String,
    /// The server's time of the data.
    pub transaction_time: String,
    /// Whether its files need the token.
    pub requires_access_token: Option<bool>,
    /// Whether blocks of lines are organised by a type, so that files hold several.
    pub is_organized: bool,
    /// The generation of the guide that it was written by.
    pub generation: crate::kickoff::Generation,
    /// Its files.
    pub files: Vec<Planned>,
    /// The next page.
    pub next: Option<String>,
}

/// A file in place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// Which it is.
    pub id: FileId,
    /// Bytes, decoded.
    pub bytes: u64,
    /// SHA-256 of the bytes, in hexadecimal.
    pub sha256: String,
    /// What it holds.
    #[serde(flatten)]
    pub tally: Tally,
}

/// A file that broke off, on a server that gives the rest of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Which it is.
    pub id: FileId,
    /// The server's validator (`ETag`) of what has come; `None` when it must not be continued any more.
    pub validator: Option<String>,
}

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// A page was read.
    Page(Page),
    /// A file is in place.
    Done(Done),
    /// A file can be continued.
    Part(Part),
}

/// The journal's entries, up to the first line that is none: that one was torn by the end of the process.
pub fn read_journal(bytes: &[u8]) -> (Vec<Entry>, usize) {
    let mut entries = Vec::new();
    let mut good = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let Some(whole) = line.strip_suffix(b"\n") else { break };
        let Ok(entry) = serde_json::from_slice(whole) else { break };
        entries.push(entry);
        good += line.len();
    }
    (entries, good)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::Section;

    fn job() -> Job {
        Job {
            format: FORMAT.to_owned(),
            version: VERSION,
            base: "https://fhir.example.org/".to_owned(),
            export: Export { since: Some("2026-01-01T00:00:00Z".to_owned()), ..Export::default() },
            phase: Phase::Accepted,
            requested_at: jiff::Timestamp::UNIX_EPOCH,
            status_url: Some("https://fhir.example.org/jobs/1".to_owned()),
            accepted_at: Some(jiff::Timestamp::UNIX_EPOCH),
        }
    }

    #[test]
    fn a_job_survives_and_others_are_refused() {
        assert_eq!(Job::read(&job().write()), Ok(job()));
        let with = |name: &str, value: serde_json::Value| {
            let mut changed = serde_json::to_value(job()).unwrap();
            changed[name] = value;
            Job::read(changed.to_string().as_bytes())
        };
        assert_eq!(with("version", 2.into()), Err(JobError::Newer(2)));
        assert_eq!(with("format", "other".into()), Err(JobError::NotAJob { line: 1, column: 1 }));
        assert!(matches!(with("phase", "flying".into()), Err(JobError::NotAJob { .. })));
        assert!(matches!(Job::read(b"{\"format\""), Err(JobError::NotAJob { .. })));
    }

    #[test]
    fn a_torn_line_never_happened() {
        let done = |number| {
            let id = FileId { section: Section::Output, number };
            Entry::Done(Done { id, bytes: 1, sha256: "00".to_owned(), tally: Tally::default() })
        };
        let line = |entry: &Entry| serde_json::to_string(entry).unwrap() + "\n";
        let (one, two) = (line(&done(1)), line(&done(2)));
        let whole = format!("{one}{two}");
        for cut in 0..=whole.len() {
            let (entries, good) = read_journal(&whole.as_bytes()[..cut]);
            let expect = if cut == whole.len() { 2 } else { usize::from(cut >= one.len()) };
            assert_eq!(entries.len(), expect, "cut at {cut}");
            assert_eq!(good, [0, one.len(), whole.len()][expect]);
        }
        let (entries, good) = read_journal(format!("{one}garbage\n{two}").as_bytes());
        assert_eq!((entries, good), (vec![done(1)], one.len()));
    }
}
