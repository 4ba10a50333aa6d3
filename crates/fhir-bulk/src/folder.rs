//! The output folder: finished files in plain view, everything unfinished under `.job`, and one process at a time.
//!
//! Every change goes through a blocking task that holds the folder, and with it its lock. A caller that gives up in the
//! middle leaves the change to end on its own, and nobody else gets the folder before it has.

use crate::job::{Done, Entry, Job, JobError, read_journal};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The folder for what is not finished.
const WORK: &str = ".job";
/// What the export brought, for programs to check against.
pub const LOCK_FILE: &str = "manifest.lock.json";

/// Why the folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Reading or writing failed.
    #[error("cannot {what} {}: {source}", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process has it.
    #[error("another export is at work in {}", .0.display())]
    Busy(PathBuf),
    /// The job file is not usable.
    #[error("{}: {source}", path.display())]
    Job {
        /// The file.
        path: PathBuf,
        /// Why.
        source: JobError,
    },
}

/// The folder of one export, locked until this and every task that it started are gone.
#[derive(Debug)]
pub(crate) struct Folder {
    dir: PathBuf,
    journal: Mutex<File>,
    _lock: File,
}

/// What a folder held when it was opened.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) folder: Arc<Folder>,
    pub(crate) job: Option<Job>,
    pub(crate) entries: Vec<Entry>,
}

fn io_error<'a>(what: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> FolderError + 'a {
    move |source| FolderError::Io { what, path: path.to_owned(), source }
}

impl Folder {
    /// Opens the folder, makes it if need be, and cuts a torn line off the journal.
    pub(crate) async fn open(dir: &Path) -> Result<Opened, FolderError> {
        let dir = dir.to_owned();
        blocking(move || Self::open_now(dir)).await
    }

    fn open_now(dir: PathBuf) -> Result<Opened, FolderError> {
        let work = dir.join(WORK);
        make_private(&dir).map_err(io_error("make", &dir))?;
        make_private(&work).map_err(io_error("make", &work))?;
        let lock_path = work.join("lock");
        let lock = private().write(true).create(true).truncate(false).open(&lock_path);
        let lock = lock.map_err(io_error("open", &lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(FolderError::Busy(dir)),
            Err(TryLockError::Error(source)) => return Err(io_error("lock", &lock_path)(source)),
        }
        let job_path = work.join("job.json");
        let job = match fs::read(&job_path) {
            Ok(bytes) => Some(Job::read(&bytes).map_err(|source| FolderError::Job { path: job_path.clone(), source })?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(io_error("read", &job_path)(error)),
        };
        let path = work.join("journal.ndjson");
        let journal = private().append(true).create(true).open(&path).map_err(io_error("open", &path))?;
        let bytes = fs::read(&path).map_err(io_error("read", &path))?;
        let (entries, good) = read_journal(&bytes);
        if good < bytes.len() {
            journal.set_len(good as u64).map_err(io_error("cut a torn line off", &path))?;
        }
        let folder = Arc::new(Self { dir, journal: Mutex::new(journal), _lock: lock });
        Ok(Opened { folder, job, entries })
    }

    /// Where a finished file stands.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// Where a file grows.
    pub(crate) fn part(&self, name: &str) -> PathBuf {
        self.dir.join(WORK).join(format!("{name}.part"))
    }

    /// Writes the job down; it is on disk when this returns.
    pub(crate) async fn save(self: &Arc<Self>, job: &Job) -> Result<(), FolderError> {
        let (folder, bytes) = (Arc::clone(self), job.write());
        blocking(move || folder.replace(&folder.dir.join(WORK).join("job.json"), &bytes)).await
    }

    /// Removes the record of a job that does not exist.
    pub(crate) async fn forget(self: &Arc<Self>) -> Result<(), FolderError> {
        let folder = Arc::clone(self);
        blocking(move || {
            let path = folder.dir.join(WORK).join("job.json");
            fs::remove_file(&path).map_err(io_error("remove", &path))
        })
        .await
    }

    /// Starts a new journal; for a kick-off, which nothing of an earlier job can belong to.
    pub(crate) async fn clear_journal(self: &Arc<Self>) -> Result<(), FolderError> {
        let folder = Arc::clone(self);
        blocking(move || {
            let journal = folder.journal.lock().unwrap_or_else(PoisonError::into_inner);
            journal.set_len(0).map_err(io_error("empty", &folder.dir.join(WORK).join("journal.ndjson")))
        })
        .await
    }

    /// Adds a line to the journal.
    pub(crate) async fn append(self: &Arc<Self>, entry: Entry) -> Result<(), FolderError> {
        let folder = Arc::clone(self);
        blocking(move || folder.append_now(&entry, true)).await
    }

    /// Puts a whole file in place and notes it, in this order: a file without a note is fetched again.
    pub(crate) async fn place(self: &Arc<Self>, name: &str, done: Done) -> Result<(), FolderError> {
        let (folder, part, path) = (Arc::clone(self), self.part(name), self.path(name));
        blocking(move || {
            fs::rename(&part, &path).map_err(io_error("put in place", &path))?;
            folder.append_now(&Entry::Done(done), false)
        })
        .await
    }

    /// Puts a file aside that must not be taken for a good one.
    pub(crate) async fn put_aside(self: &Arc<Self>, name: &str) -> Result<PathBuf, FolderError> {
        let (folder, part) = (Arc::clone(self), self.part(name));
        let aside = self.dir.join(WORK).join(format!("{name}.rejected"));
        blocking(move || {
            let _held = folder;
            fs::rename(&part, &aside).map_err(io_error("put aside", &part))?;
            Ok(aside)
        })
        .await
    }

    /// Keeps what a server said about a failure, for a person to read.
    pub(crate) async fn keep_outcome(self: &Arc<Self>, body: Vec<u8>) -> Result<PathBuf, FolderError> {
        let (folder, path) = (Arc::clone(self), self.dir.join(WORK).join("outcome.json"));
        blocking(move || folder.replace(&path, &body).map(|()| path)).await
    }

    /// Writes the lock file.
    pub(crate) async fn write_lock(self: &Arc<Self>, bytes: Vec<u8>) -> Result<(), FolderError> {
        let folder = Arc::clone(self);
        blocking(move || folder.replace(&folder.dir.join(LOCK_FILE), &bytes)).await
    }

    /// A new, empty part; whatever still writes to a former one writes to a file without a name.
    pub(crate) async fn fresh_part(self: &Arc<Self>, name: &str) -> Result<File, FolderError> {
        let (folder, path) = (Arc::clone(self), self.part(name));
        blocking(move || {
            let _held = folder;
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(io_error("remove", &path)(error)),
                _ => {}
            }
            private().write(true).create_new(true).open(&path).map_err(io_error("create", &path))
        })
        .await
    }

    /// Whether a finished file is there with this many bytes.
    pub(crate) async fn has(&self, name: &str, bytes: u64) -> bool {
        tokio::fs::metadata(self.path(name)).await.is_ok_and(|found| found.is_file() && found.len() == bytes)
    }

    fn append_now(&self, entry: &Entry, sync: bool) -> Result<(), FolderError> {
        let path = self.dir.join(WORK).join("journal.ndjson");
        let mut line = serde_json::to_vec(entry).expect("an entry has only text keys");
        line.push(b'\n');
        let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        journal.write_all(&line).map_err(io_error("write", &path))?;
        if sync {
            journal.sync_data().map_err(io_error("write", &path))?;
        }
        Ok(())
    }

    /// Replaces a file whole, so that a reader finds the old or the new one and never a piece.
    fn replace(&self, path: &Path, bytes: &[u8]) -> Result<(), FolderError> {
        let next = self.dir.join(WORK).join("next");
        let mut file =
            private().write(true).create(true).truncate(true).open(&next).map_err(io_error("create", &next))?;
        file.write_all(bytes).and_then(|()| file.sync_all()).map_err(io_error("write", &next))?;
        fs::rename(&next, path).map_err(io_error("replace", path))?;
        let parent = path.parent().unwrap_or(&self.dir);
        File::open(parent).and_then(|dir| dir.sync_all()).map_err(io_error("write", parent))
    }
}

/// Runs a change of the disk; it goes on if the caller gives up.
async fn blocking<T: Send + 'static>(
    change: impl FnOnce() -> Result<T, FolderError> + Send + 'static,
) -> Result<T, FolderError> {
    match tokio::task::spawn_blocking(change).await {
        Ok(done) => done,
        Err(error) => Err(FolderError::Io {
            what: "finish writing to",
            path: PathBuf::from(WORK),
            source: io::Error::other(error),
        }),
    }
}

/// Files with patient data are for their owner.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn make_private(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
