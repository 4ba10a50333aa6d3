//! `run.json`: what the gateway makes of a run, replaced whole so that a reader finds the old or the new one.

use super::spec::Spec;
use fhir_bulk::LOCK_FILE;
use fhir_bulk::receipt::Receipt;
use oxgate_core::{Entropy, Timestamp};
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

const FILE: &str = "run.json";

/// How far a run is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// Its files are coming.
    Running,
    /// The server could not be reached, or refused for now; it is tried again.
    Waiting,
    /// Every file is there; its resources become events.
    Feeding,
    /// All done.
    Finished,
    /// It ended while its files came.
    Failed,
    /// It ended while its resources became events.
    FeedFailed,
    /// A person ended it.
    Cancelled,
}

impl State {
    pub(super) const fn is_under_way(self) -> bool {
        matches!(self, Self::Running | Self::Waiting | Self::Feeding)
    }

    /// The word of the API.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Running | Self::Feeding => "running",
            Self::Waiting => "waiting",
            Self::Finished => "finished",
            Self::Failed | Self::FeedFailed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// What stands in the file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Record {
    /// Tells the run from every other one, also from one whose folder was removed.
    pub(super) id: String,
    pub(super) state: State,
    /// `_since` as it is sent.
    pub(super) since: Option<String>,
    pub(super) started_at: Stamp,
    pub(super) ended_at: Option<Stamp>,
    /// Why it waits or failed.
    pub(super) error: Option<String>,
    /// Resources that are events, in all files.
    pub(super) events: u64,
    /// The file whose resources become events, by its name.
    pub(super) file: Option<String>,
    /// Lines of it that are done with.
    pub(super) lines: u64,
}

/// Milliseconds since 1970 in the file, RFC 3339 for people.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Stamp(i64);

impl Stamp {
    pub(super) const fn of(at: Timestamp) -> Self {
        Self(at.millis())
    }

    pub(super) const fn time(self) -> Timestamp {
        Timestamp(self.0)
    }
}

impl std::fmt::Display for Stamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.time().fmt(f)
    }
}

impl Record {
    pub(super) fn end(&mut self, state: State, at: Timestamp, error: Option<String>) {
        (self.state, self.ended_at, self.error) = (state, Some(Stamp::of(at)), error);
    }
}

/// A run: its folder and its record.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) number: u32,
    pub(super) dir: PathBuf,
    pub(super) record: Record,
}

impl Run {
    /// The run with the highest number.
    pub(super) fn last(folder: &Path) -> io::Result<Option<Self>> {
        let Some(number) = numbers(folder)?.into_iter().max() else { return Ok(None) };
        let dir = folder.join(format!("{number:04}"));
        let path = dir.join(FILE);
        let bytes =
            fs::read(&path).map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
        let record = serde_json::from_slice(&bytes)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", path.display())))?;
        Ok(Some(Self { number, dir, record }))
    }

    /// A run after `last`.
    pub(super) fn next(spec: &Spec, last: Option<&Self>, now: Timestamp) -> io::Result<Self> {
        let since = match spec.since.as_deref() {
            Some("last") => last_time(&spec.folder)?,
            other => other.map(str::to_owned),
        };
        let number = last.map_or(1, |run| run.number + 1);
        let dir = spec.folder.join(format!("{number:04}"));
        let mut id = [0; 16];
        Entropy::fill(&crate::chance::OsEntropy, &mut id);
        let record = Record {
            id: format!("{:032x}", u128::from_be_bytes(id)),
            state: State::Running,
            since,
            started_at: Stamp::of(now),
            ended_at: None,
            error: None,
            events: 0,
            file: None,
            lines: 0,
        };
        Ok(Self { number, dir, record })
    }

    /// The same run where it failed.
    pub(super) fn again(&self) -> Self {
        let mut run = self.clone();
        run.record.state = if self.record.state == State::FeedFailed { State::Feeding } else { State::Running };
        (run.record.ended_at, run.record.error) = (None, None);
        run
    }

    /// Writes the record; it is on disk when this returns.
    pub(super) fn save(&self) -> io::Result<()> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.dir)?;
        let next = self.dir.join("run.json.next");
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&next)?;
        let text = serde_json::to_vec_pretty(&self.record).map_err(io::Error::other)?;
        file.write_all(&text)?;
        file.sync_all()?;
        fs::rename(&next, self.dir.join(FILE))?;
        File::open(&self.dir)?.sync_all()
    }

    /// What the export brought, once it has; the lock file.
    pub(super) fn receipt(&self) -> io::Result<Receipt> {
        read_receipt(&self.dir)
    }
}

/// Numbers of the runs in a folder. One without its record was never begun.
fn numbers(folder: &Path) -> io::Result<Vec<u32>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut numbers = Vec::new();
    for entry in entries {
        let entry = entry?;
        let number = entry.file_name().to_str().and_then(|name| name.parse().ok());
        if let Some(number) = number.filter(|_| entry.path().join(FILE).exists()) {
            numbers.push(number);
        }
    }
    Ok(numbers)
}

/// The server's time of the data of the last run that has finished.
fn last_time(folder: &Path) -> io::Result<Option<String>> {
    let mut numbers = numbers(folder)?;
    numbers.sort_unstable_by(|a, b| b.cmp(a));
    for number in numbers {
        let dir = folder.join(format!("{number:04}"));
        let record: Option<Record> =
            fs::read(dir.join(FILE)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        if record.is_some_and(|record| record.state == State::Finished) {
            return read_receipt(&dir).map(|receipt| Some(receipt.transaction_time));
        }
    }
    Ok(None)
}

fn read_receipt(dir: &Path) -> io::Result<Receipt> {
    serde_json::from_slice(&fs::read(dir.join(LOCK_FILE))?).map_err(io::Error::other)
}
