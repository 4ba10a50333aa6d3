//! Events into files: one line of JSON each, on disk before the delivery is settled.
//!
//! Files are numbered (`events-00000001.ndjson`), readable by their owner only, and hold what the events hold: where they
//! lie is the operator's decision. One is appended to until it has its size, then the next is begun; whoever reads them
//! may take every file but the newest. A line that a crash or a full disk has torn was never settled: it is cut off
//! before the next one is written, which repeats it.

use super::line;
use bytes::Bytes;
use oxgate_core::Reason;
use oxgate_dispatch::{Body, BoxFuture, Job, Outcome, Report, Target};
use oxgate_store::Store;
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

const WRITE: Reason = Reason::word("file-write");
const STORE_READ: Reason = Reason::word("store-read");
const NOT_LOADED: Reason = Reason::word("body-not-loaded");

const PREFIX: &str = "events-";
const SUFFIX: &str = ".ndjson";

/// Read at a time when looking for the last whole line.
const CHUNK: u64 = 64 * 1024;

/// Where the files lie, and how large they become.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileSettings {
    /// The folder; made if it is not there.
    pub folder: PathBuf,
    /// A file that has so many bytes gets no more.
    pub rotate_bytes: u64,
}

/// Appends each event to the newest file.
pub struct FileHandler {
    store: Store,
    files: Arc<Files>,
    rotate_bytes: u64,
}

struct Files {
    folder: PathBuf,
    newest: Mutex<Option<Newest>>,
}

/// The folders that are being written to: handlers of one folder, also those before and after a reload, take turns.
#[derive(Default)]
pub struct Folders(Mutex<HashMap<PathBuf, Weak<Files>>>);

impl Folders {
    fn open(&self, folder: &Path) -> io::Result<Arc<Files>> {
        let mut folders = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(files) = folders.get(folder).and_then(Weak::upgrade) {
            return Ok(files);
        }
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let newest = Mutex::new(Some(Newest::find(folder)?));
        let files = Arc::new(Files { folder: folder.to_owned(), newest });
        folders.insert(folder.to_owned(), Arc::downgrade(&files));
        Ok(files)
    }
}

/// The file that is appended to.
struct Newest {
    file: File,
    number: u64,
    /// Its length up to the last whole line.
    length: u64,
}

impl FileHandler {
    /// Writes into the settings' folder.
    ///
    /// # Errors
    /// When the folder cannot be made or written to.
    pub fn new(settings: &FileSettings, store: Store, folders: &Folders) -> io::Result<Self> {
        Ok(Self { store, files: folders.open(&settings.folder)?, rotate_bytes: settings.rotate_bytes })
    }

    async fn hand_over(&self, job: Job) -> Report {
        let Body::Inline(body) = &job.body else { return Report::new(Outcome::Rejected, NOT_LOADED) };
        let Ok(answers) = super::http::answers(&self.store, job.event.id).await else {
            return Report::new(Outcome::TargetFailed, STORE_READ);
        };
        let facts = line::facts(&line::Facts {
            delivery: job.delivery,
            attempt: job.attempt_no,
            event: &job.event,
            out_of_order: job.out_of_order,
            answers: &answers.questions,
            correlations: &answers.correlations,
        });
        let (files, body, rotate_bytes): (_, Bytes, _) = (Arc::clone(&self.files), body.clone(), self.rotate_bytes);
        let written = tokio::task::spawn_blocking(move || {
            let mut line = line::with_body(&facts, &body);
            line.push(b'\n');
            files.append(&line, rotate_bytes)
        });
        match written.await {
            Ok(Ok(())) => Report::accepted(),
            Ok(Err(error)) => {
                tracing::warn!(%error, "an event could not be written to its file; it is tried again");
                Report::new(Outcome::TargetFailed, WRITE)
            }
            // The process is ending and takes no more blocking work.
            Err(_) => Report::new(Outcome::TargetFailed, WRITE),
        }
    }
}

impl Files {
    /// Returns after the line's sync.
    fn append(&self, line: &[u8], rotate_bytes: u64) -> io::Result<()> {
        let mut slot = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        let mut newest = match slot.take() {
            Some(newest) => newest,
            None => Newest::find(&self.folder)?,
        };
        if newest.length >= rotate_bytes {
            newest = Newest::create(&self.folder, newest.number + 1)?;
        }
        let written = newest.file.write_all(line).and_then(|()| newest.file.sync_data());
        match written {
            Ok(()) => {
                newest.length += line.len() as u64;
                *slot = Some(newest);
                Ok(())
            }
            // Without a newest one the next call finds it anew, and cuts off what is torn.
            Err(error) => Err(error),
        }
    }
}

impl Newest {
    /// The newest file of the folder without a torn line, or the first one.
    fn find(folder: &Path) -> io::Result<Self> {
        let mut last = 0;
        for entry in std::fs::read_dir(folder)? {
            last = last.max(number_of(&entry?.file_name().to_string_lossy()).unwrap_or(0));
        }
        if last == 0 {
            return Self::create(folder, 1);
        }
        let mut file = OpenOptions::new().read(true).write(true).open(path_of(folder, last))?;
        let length = whole_lines(&mut file)?;
        file.set_len(length)?;
        file.seek(SeekFrom::Start(length))?;
        file.sync_all()?;
        Ok(Self { file, number: last, length })
    }

    fn create(folder: &Path, number: u64) -> io::Result<Self> {
        let path = path_of(folder, number);
        let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path)?;
        // The name must survive a power failure as well as the line.
        File::open(folder)?.sync_all()?;
        Ok(Self { file, number, length: 0 })
    }
}

fn path_of(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{PREFIX}{number:08}{SUFFIX}"))
}

fn number_of(name: &str) -> Option<u64> {
    name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?.parse().ok()
}

/// The file's length up to and with its last line feed.
fn whole_lines(file: &mut File) -> io::Result<u64> {
    let mut end = file.metadata()?.len();
    while end > 0 {
        let begin = end.saturating_sub(CHUNK);
        let mut chunk = Vec::new();
        file.seek(SeekFrom::Start(begin))?;
        Read::by_ref(file).take(end - begin).read_to_end(&mut chunk)?;
        if let Some(at) = chunk.iter().rposition(|byte| *byte == b'\n') {
            return Ok(begin + at as u64 + 1);
        }
        end = begin;
    }
    Ok(0)
}

impl Target for FileHandler {
    fn deliver(&self, job: Job) -> BoxFuture<'_, Report> {
        Box::pin(self.hand_over(job))
    }

    fn healthy(&self) -> BoxFuture<'_, bool> {
        Box::pin(std::future::ready(self.files.folder.is_dir()))
    }
}

impl std::fmt::Debug for FileHandler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileHandler").field("folder", &self.files.folder).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::fixture::{Road, arrival};
    use std::os::unix::fs::PermissionsExt;

    fn settings(road: &Road, rotate_bytes: u64) -> FileSettings {
        FileSettings { folder: road.folder.path().join("out"), rotate_bytes }
    }

    fn handler(road: &Road, rotate_bytes: u64) -> FileHandler {
        FileHandler::new(&settings(road, rotate_bytes), road.store.clone(), &Folders::default())
            .expect("a folder to write to")
    }

    async fn deliver(road: &Road, handler: &FileHandler, log: &str) -> Report {
        let event = road.post(arrival(log)).await.event();
        handler.deliver(road.job(event).await).await
    }

    fn read(road: &Road, number: u64) -> String {
        std::fs::read_to_string(path_of(&road.folder.path().join("out"), number)).expect("readable")
    }

    #[tokio::test]
    async fn g1_each_event_is_a_line_in_a_file_of_its_owner() {
        let road = Road::new();
        let handler = handler(&road, 1 << 20);
        for log in ["log-1", "log-2"] {
            assert_eq!(deliver(&road, &handler, log).await, Report::accepted());
        }
        let text = read(&road, 1);
        let lines: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        assert_eq!((lines.len(), &lines[1]["data_model"]), (2, &"PatientAdmin".into()));
        assert_eq!(lines[1]["body"]["Meta"]["Logs"][0]["ID"], "log-2");
        let mode = std::fs::metadata(path_of(&settings(&road, 1).folder, 1)).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[tokio::test]
    async fn a_full_file_is_followed_by_the_next_also_after_a_restart() {
        let road = Road::new();
        let first = handler(&road, 1);
        deliver(&road, &first, "log-1").await;
        deliver(&road, &first, "log-2").await;
        drop(first);
        deliver(&road, &handler(&road, 1), "log-3").await;
        for (number, log) in [(1, "log-1"), (2, "log-2"), (3, "log-3")] {
            assert!(read(&road, number).contains(log) && read(&road, number).lines().count() == 1);
        }
    }

    #[tokio::test]
    async fn a_torn_line_is_cut_off_before_the_next() {
        let road = Road::new();
        deliver(&road, &handler(&road, 1 << 20), "log-1").await;
        let whole = read(&road, 1);
        let path = path_of(&settings(&road, 1).folder, 1);
        std::fs::write(&path, format!("{whole}{}", "torn".repeat(40_000))).expect("written");
        deliver(&road, &handler(&road, 1 << 20), "log-2").await;
        let now = read(&road, 1);
        assert!(now.starts_with(&whole) && now.lines().count() == 2 && !now.contains("torn"));
    }

    #[tokio::test]
    async fn a_folder_that_is_gone_is_an_outage_and_heals() {
        let road = Road::new();
        let handler = handler(&road, 1);
        deliver(&road, &handler, "log-1").await;
        let folder = settings(&road, 1).folder;
        std::fs::remove_dir_all(&folder).expect("removed");
        let failed = deliver(&road, &handler, "log-2").await;
        assert_eq!((failed.outcome, failed.reason.as_str()), (Outcome::TargetFailed, "file-write"));
        assert!(!handler.healthy().await);
        std::fs::create_dir(&folder).expect("made again");
        assert_eq!(deliver(&road, &handler, "log-3").await, Report::accepted());
        assert!(read(&road, 1).contains("log-3"));
    }
}
