//! What an exporter is made of: the server, the authorization, the limits, and who watches.

use crate::access::{Access, Auth, Origin};
use crate::chance::Time;
use crate::download::FileError;
use crate::folder::FolderError;
use crate::http::{CallError, ClientError, Http, NetworkError};
use crate::job::{Job, Phase};
use crate::kickoff::{Export, KickOffError, Level};
use crate::manifest::ManifestError;
use crate::outcome::Outcome;
use crate::pace::Pace;
use crate::plan::PlanError;
use crate::receipt::Receipt;
use crate::watch::Watch;
use reqwest::Url;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// What to do when a file has another number of resources than its manifest announces.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CountRule {
    /// The file is not taken.
    #[default]
    Reject,
    /// The file is taken, with a warning.
    Warn,
}

/// Bounds and habits of an export.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Files at once (4; servers with many small files answer more with 429).
    pub parallel: usize,
    /// Broken connections, and failed status requests in a row, after which one gives up (6).
    pub attempts: u32,
    /// Refusals of one file with 429 or 5xx, and hiccups of the status in a row, after which one gives up (60).
    pub refusals: u32,
    /// Longest line of a file in bytes (64 MiB); it is in memory whole.
    pub line_bytes: usize,
    /// Largest page of a manifest in bytes (64 MiB).
    pub manifest_bytes: usize,
    /// How long a job may run, and how long another job may keep ours from starting (30 days).
    pub patience: Duration,
    /// Waiting.
    pub pace: Pace,
    /// Wrong counts.
    pub counts: CountRule,
    /// Check and hash every line, and wait until each file is on disk. Without it only HTTP itself is trusted to notice a
    /// short file, and the system to write it down in time: a power failure may cost files that a killed process would not.
    pub verify: bool,
    /// Look at the `CapabilityStatement` before the kick-off.
    pub check_capabilities: bool,
    /// Tell the server to delete the job once everything is in place.
    pub delete_after: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            parallel: 4,
            attempts: 6,
            refusals: 60,
            line_bytes: 64 * 1024 * 1024,
            manifest_bytes: 64 * 1024 * 1024,
            patience: Duration::from_hours(24 * 30),
            pace: Pace::default(),
            counts: CountRule::default(),
            verify: true,
            check_capabilities: true,
            delete_after: false,
        }
    }
}

/// Everything an exporter needs.
pub struct Setup {
    /// The FHIR base of the server.
    pub base: Url,
    /// How the client proves who it is.
    pub auth: Auth,
    /// Further hosts that may see the token; the base's own always may.
    pub trusted: Vec<Origin>,
    /// Certificates in PEM that are trusted beside the system's.
    pub authorities: Option<Vec<u8>>,
    /// Bounds and habits.
    pub limits: Limits,
    /// The clock.
    pub time: Arc<dyn Time>,
    /// Who watches.
    pub watch: Arc<dyn Watch>,
}

/// Exports from one server.
pub struct Exporter {
    pub(crate) base: Url,
    pub(crate) http: Http,
    pub(crate) access: Access,
    pub(crate) limits: Limits,
    pub(crate) time: Arc<dyn Time>,
    pub(crate) watch: Arc<dyn Watch>,
}

/// Whether to begin or to go on.
#[derive(Debug, Clone)]
pub enum Start {
    /// A new export into a folder without one.
    New(Box<Export>),
    /// Whatever the folder's record says, where it stopped.
    Resume,
}

/// What an export is worth for an exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Something here: the disk, the folder.
    Local,
    /// What was asked for cannot be asked.
    Usage,
    /// The server sent what is no valid export.
    Invalid,
    /// The server could not be reached, or refused.
    Peer,
}

/// Why an export did not end well. Where there is a job, it is kept: the same folder can be resumed or cancelled.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// No HTTP client.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The request cannot be made.
    #[error(transparent)]
    KickOff(#[from] KickOffError),
    /// The folder has an export already.
    #[error("{} holds an export already ({phase:?}); resume it, or take another folder", dir.display())]
    NotEmpty {
        /// The folder.
        dir: PathBuf,
        /// How far it is.
        phase: Phase,
    },
    /// There is nothing to go on with.
    #[error("{} holds no export to {what}", dir.display())]
    NoJob {
        /// The folder.
        dir: PathBuf,
        /// What was to be done.
        what: &'static str,
    },
    /// The folder's export is of another server.
    #[error("{} holds an export of {base}; name that server, or take another folder", dir.display())]
    OtherServer {
        /// The folder.
        dir: PathBuf,
        /// Its server.
        base: String,
    },
    /// The job was cancelled.
    #[error("the export in {} was cancelled; take another folder for a new one", .0.display())]
    Cancelled(PathBuf),
    /// The server says that it cannot.
    #[error("the server announces $export, but not at the level {0:?}; skip the check of capabilities to try anyway")]
    NotAnnounced(Level),
    /// No answer.
    #[error("{what}: {source}")]
    Call {
        /// What was tried.
        what: &'static str,
        /// Why.
        source: CallError,
    },
    /// The server refused the kick-off, or the job failed.
    #[error("{what} with status {status}{}{}", outcome.as_ref().map(|codes| format!(" ({codes})")).unwrap_or_default(), kept.as_ref().map(|path| format!("; its words are kept in {}", path.display())).unwrap_or_default())]
    Refused {
        /// What was refused.
        what: &'static str,
        /// HTTP status.
        status: u16,
        /// Codes of the server's outcome.
        outcome: Option<Outcome>,
        /// Where the server's own words are.
        kept: Option<PathBuf>,
    },
    /// The kick-off went out, and nothing came back: only the server knows whether there is a job.
    #[error(
        "no answer to the kick-off: {0}; whether the server took it cannot be known. Resume to ask again, for a new job"
    )]
    Unanswered(NetworkError),
    /// The kick-off was taken, but not said where the status is.
    #[error("the server took the kick-off, but its Content-Location is {0}")]
    NoStatusUrl(&'static str),
    /// The status answers 401 or 403.
    #[error("the server refused the status request with status {status}; is {origin} a host that may see the token?")]
    Unauthorized {
        /// 401 or 403.
        status: u16,
        /// The host of the status address.
        origin: Origin,
    },
    /// The job is not there any more.
    #[error("the server does not know the job any more (status {0}); start a new export in another folder")]
    Gone(u16),
    /// Too long.
    #[error("the job has been running for {} h; resume later with more patience, or cancel it", .0.as_secs() / 3600)]
    Patience(Duration),
    /// The manifest.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The manifest is too large.
    #[error("the manifest is larger than {0} bytes")]
    ManifestTooLong(usize),
    /// Its pages do not fit.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Files are not there. All others are in place.
    #[error("{} of {all} files are missing; the first: {}", .failed.len(), .failed[0])]
    Files {
        /// Which, at least one.
        failed: Vec<FileError>,
        /// Of how many.
        all: usize,
    },
}

impl ExportError {
    /// What it is worth for an exit code.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Client(_) | Self::Folder(_) => Fault::Local,
            Self::KickOff(_)
            | Self::NotEmpty { .. }
            | Self::NoJob { .. }
            | Self::OtherServer { .. }
            | Self::Cancelled(_) => Fault::Usage,
            Self::Manifest(_) | Self::ManifestTooLong(_) | Self::Plan(_) | Self::NoStatusUrl(_) => Fault::Invalid,
            Self::Files { failed, .. } if failed.iter().any(|one| matches!(one, FileError::Rejected { .. })) => {
                Fault::Invalid
            }
            _ => Fault::Peer,
        }
    }
}

/// What an export brought.
#[derive(Debug)]
pub struct Report {
    /// The lock file as it was written.
    pub receipt: Receipt,
    /// Whether the server deleted the job; `None` if it was not asked.
    pub deleted: Option<bool>,
}

impl Exporter {
    /// An exporter for one server.
    pub fn new(setup: Setup) -> Result<Self, ClientError> {
        let Setup { base, auth, trusted, authorities, limits, time, watch } = setup;
        let http = Http::new(Arc::clone(&time), authorities.as_deref())?;
        let access = Access::new(auth, &base, trusted);
        Ok(Self { base, http, access, limits, time, watch })
    }

    /// The record of an export in a folder, without touching it; `None` if there is none.
    pub async fn look(dir: &Path) -> Result<Option<Job>, FolderError> {
        let path = dir.join(".job").join("job.json");
        match tokio::fs::read(&path).await {
            Ok(bytes) => Job::read(&bytes).map(Some).map_err(|source| FolderError::Job { path, source }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(FolderError::Io { what: "read", path, source }),
        }
    }
}
