//! Where the bytes of a file land: a thread of its own writes, hashes and checks them while the network brings the next ones.

use crate::download::ContentError;
use crate::folder::{Folder, FolderError};
use crate::lines::{LineCheck, Tally};
use aws_lc_rs::digest;
use bytes::Bytes;
use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Small pieces are gathered to this size before they are written; larger ones go to disk as they are.
const WRITE_BYTES: usize = 128 * 1024;
/// Pieces of one file that may wait for the disk, each of at most some 400 KiB; past that the network waits.
const WAITING_MAX: usize = 4;
/// A part is read back in pieces of this size.
const READ_BYTES: usize = 256 * 1024;

/// A file under way: what has come of it went through all of this.
pub(crate) struct Growing {
    file: BufWriter<File>,
    /// `None` without checks.
    hash: Option<digest::Context>,
    check: LineCheck,
    bytes: u64,
    /// Most bytes, where they were announced.
    bytes_max: Option<u64>,
}

/// A whole file that has passed its checks and is on disk; without checks, one that has been handed to the system.
#[derive(Debug)]
pub(crate) struct Landed {
    pub(crate) bytes: u64,
    /// In hexadecimal; empty without checks.
    pub(crate) sha256: String,
    pub(crate) tally: Tally,
}

/// Why a file did not land.
#[derive(Debug)]
pub(crate) enum Spoilt {
    /// What came is wrong.
    Content(ContentError),
    /// Our own disk.
    Disk(FolderError),
}

impl<E: Into<ContentError>> From<E> for Spoilt {
    fn from(error: E) -> Self {
        Self::Content(error.into())
    }
}

/// What is looked for in a file.
pub(crate) struct Checks {
    pub(crate) lines: LineCheck,
    pub(crate) is_hashed: bool,
    pub(crate) bytes_max: Option<u64>,
}

impl Growing {
    /// A file of which nothing has come.
    pub(crate) fn fresh(file: File, checks: Checks) -> Self {
        Self {
            file: BufWriter::with_capacity(WRITE_BYTES, file),
            hash: checks.is_hashed.then(|| digest::Context::new(&digest::SHA256)),
            check: checks.lines,
            bytes: 0,
            bytes_max: checks.bytes_max,
        }
    }

    /// What came before a break, read again through the checks; `None` if it is not there.
    pub(crate) async fn taken_up(path: PathBuf, checks: Checks, folder: Arc<Folder>) -> Result<Option<Self>, Spoilt> {
        joined(tokio::task::spawn_blocking(move || {
            let _held = folder;
            Self::taken_up_now(&path, checks)
        }))
        .await
    }

    fn taken_up_now(path: &Path, checks: Checks) -> Result<Option<Self>, Spoilt> {
        let Ok(mut part) = OpenOptions::new().read(true).write(true).open(path) else { return Ok(None) };
        let mut buffer = vec![0; READ_BYTES];
        let own = part.try_clone().map_err(|source| disk("read", path, source))?;
        let mut growing = Self::fresh(own, checks);
        loop {
            let read = part.read(&mut buffer).map_err(|source| disk("read", path, source))?;
            if read == 0 {
                break;
            }
            growing.look_at(&buffer[..read])?;
        }
        Ok((growing.bytes > 0).then_some(growing))
    }

    /// Bytes that have come.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    fn look_at(&mut self, bytes: &[u8]) -> Result<(), ContentError> {
        self.bytes += bytes.len() as u64;
        if let Some(hash) = &mut self.hash {
            hash.update(bytes);
        }
        self.check.feed(bytes)?;
        match self.bytes_max.filter(|most| self.bytes > *most) {
            Some(most) => Err(ContentError::TooLarge(most)),
            None => Ok(()),
        }
    }

    /// Takes what comes until the end is announced (true) or the stream just stops (false).
    fn drain(&mut self, stream: &mut mpsc::Receiver<Piece>, lines: &AtomicU64, path: &Path) -> Result<bool, Spoilt> {
        while let Some(piece) = stream.blocking_recv() {
            let Piece::Bytes(bytes) = piece else { return Ok(true) };
            self.file.write_all(&bytes).map_err(|source| disk("write", path, source))?;
            self.look_at(&bytes)?;
            lines.store(self.check.lines(), Ordering::Relaxed);
        }
        Ok(false)
    }

    fn land(
        mut self,
        stream: &mut mpsc::Receiver<Piece>,
        lines: &AtomicU64,
        path: &Path,
    ) -> Result<Option<Landed>, Spoilt> {
        let ended = self.drain(stream, lines, path);
        // Even a file that is wrong or not whole is kept: the rest may follow, or a person looks at it.
        self.file.flush().map_err(|source| disk("write", path, source))?;
        if !ended? {
            return Ok(None);
        }
        let tally = self.check.finish()?;
        if self.hash.is_some() {
            self.file.get_ref().sync_all().map_err(|source| disk("write", path, source))?;
        }
        let sha256 = self.hash.map(|hash| hex(hash.finish().as_ref())).unwrap_or_default();
        Ok(Some(Landed { bytes: self.bytes, sha256, tally }))
    }
}

enum Piece {
    Bytes(Bytes),
    End,
}

/// The way to the thread of a file. Dropping it ends the file where it is.
pub(crate) struct Sink {
    pieces: mpsc::Sender<Piece>,
    lines: Arc<AtomicU64>,
    landing: JoinHandle<Result<Option<Landed>, Spoilt>>,
}

impl Sink {
    /// Starts the thread; it holds the folder until the file has landed or stopped.
    pub(crate) fn open(growing: Growing, path: PathBuf, folder: Arc<Folder>) -> Self {
        let (pieces, mut stream) = mpsc::channel(WAITING_MAX);
        let lines = Arc::new(AtomicU64::new(0));
        let seen = Arc::clone(&lines);
        let landing = tokio::task::spawn_blocking(move || {
            let _held = folder;
            growing.land(&mut stream, &seen, &path)
        });
        Self { pieces, lines, landing }
    }

    /// Hands over the next bytes; false once nothing is taken any more, and [`Sink::end`] says why.
    pub(crate) async fn take(&self, bytes: Bytes) -> bool {
        self.pieces.send(Piece::Bytes(bytes)).await.is_ok()
    }

    /// Lines seen so far.
    pub(crate) fn lines(&self) -> u64 {
        self.lines.load(Ordering::Relaxed)
    }

    /// The end of the stream: whole, or broken off; the file if it is whole and right.
    pub(crate) async fn end(self, is_whole: bool) -> Result<Option<Landed>, Spoilt> {
        if is_whole {
            // A thread that has stopped says why below.
            let _ = self.pieces.send(Piece::End).await;
        }
        drop(self.pieces);
        joined(self.landing).await
    }
}

async fn joined<T>(thread: JoinHandle<Result<T, Spoilt>>) -> Result<T, Spoilt> {
    match thread.await {
        Ok(done) => done,
        Err(error) => Err(disk("finish writing to", Path::new("a file"), io::Error::other(error))),
    }
}

fn disk(what: &'static str, path: &Path, source: io::Error) -> Spoilt {
    Spoilt::Disk(FolderError::Io { what, path: path.to_owned(), source })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string");
        text
    })
}
