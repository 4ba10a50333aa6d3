//! The write-ahead log: how long it is, and who copies it into the database when.
//!
//! A checkpoint in front of an answer would be a stall, so a connection of its own copies the log in the background.
//! It cannot start the log over while the writer keeps adding to it, and the log would grow without end; so once
//! nearly all is copied it asks the writer to do the little that is left between two groups.

use super::connect::{self, ConnectError, Role};
use rusqlite::Connection;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Frames in the log from which a background checkpoint is worth its syncs.
const WORTH_COPYING: u32 = 1_000;

/// Frames from which the log is to start over.
const LONG: u32 = 4_096;

/// Frames that the writer may be asked to copy itself.
const LITTLE: u32 = 256;

/// The shortest time between two background checkpoints.
const PAUSE: Duration = Duration::from_millis(50);

/// What writer and checkpointer know of the log.
#[derive(Debug, Default)]
pub(crate) struct Log {
    frames: AtomicU32,
    restart_wanted: AtomicBool,
    checkpoints: AtomicU64,
    /// Whether the checkpointer is to end.
    ends: Mutex<bool>,
    nudge: Condvar,
}

impl Log {
    /// Checkpoints run since start.
    pub(crate) fn checkpoints(&self) -> u64 {
        self.checkpoints.load(Ordering::Relaxed)
    }

    /// Has the writing connection tell the log's length after each commit.
    pub(super) fn watch(self: &Arc<Self>, connection: &mut Connection) -> rusqlite::Result<()> {
        let log = Arc::clone(self);
        connection.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, frames| {
            log.frames.store(u32::try_from(frames).unwrap_or(0), Ordering::Relaxed);
            Ok(())
        }))
    }

    /// The writer's part, between two groups.
    pub(super) fn after_group(&self, connection: &Connection) {
        if self.frames.load(Ordering::Relaxed) > WORTH_COPYING {
            self.nudge.notify_one();
        }
        if self.restart_wanted.swap(false, Ordering::Relaxed) {
            // Whoever reads just now is not waited for; there will be another time.
            let asked = connection.busy_timeout(Duration::ZERO).and_then(|()| checkpoint(connection, "RESTART"));
            if asked.is_ok_and(|copied| !copied.busy) {
                self.checkpoints.fetch_add(1, Ordering::Relaxed);
                self.frames.store(0, Ordering::Relaxed);
            }
            // A failure shows at the next commit.
            let _ = connection.busy_timeout(Duration::from_secs(5));
        }
    }

    /// The checkpointer's part: one background checkpoint.
    fn copy(&self, connection: &Connection) {
        match checkpoint(connection, "PASSIVE") {
            Ok(copied) => {
                self.checkpoints.fetch_add(1, Ordering::Relaxed);
                if copied.log > LONG && copied.log.saturating_sub(copied.done) <= LITTLE {
                    self.restart_wanted.store(true, Ordering::Relaxed);
                }
            }
            Err(error) => {
                tracing::warn!(%error, "the log could not be copied into the database; it grows until it can");
            }
        }
    }

    fn run(&self, connection: &Connection) {
        let mut ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        while !*ends {
            ends = self.nudge.wait(ends).unwrap_or_else(PoisonError::into_inner);
            if *ends {
                break;
            }
            drop(ends);
            self.copy(connection);
            let again = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
            let rested = self.nudge.wait_timeout_while(again, PAUSE, |ends| !*ends);
            ends = rested.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// What a checkpoint reported.
struct Copied {
    busy: bool,
    log: u32,
    done: u32,
}

fn checkpoint(connection: &Connection, mode: &str) -> rusqlite::Result<Copied> {
    connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| {
        let frames = |value: i64| u32::try_from(value).unwrap_or(0);
        Ok(Copied { busy: row.get(0)?, log: frames(row.get(1)?), done: frames(row.get(2)?) })
    })
}

/// The thread that copies the log in the background.
#[derive(Debug)]
pub(crate) struct Checkpointer {
    log: Arc<Log>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpointer {
    pub(crate) fn spawn(path: &Path, log: Arc<Log>) -> Result<Self, ConnectError> {
        let connection = connect::open(path, Role::Checkpointer)?;
        let shared = Arc::clone(&log);
        let thread = std::thread::Builder::new()
            .name("oxgate-checkpoint".to_owned())
            .spawn(move || {
                shared.run(&connection);
                // The last word: a store that was closed in order leaves no log behind.
                if let Err(error) = checkpoint(&connection, "TRUNCATE") {
                    tracing::warn!(%error, "the log could not be emptied on closing; the next start will read it");
                }
            })
            .map_err(|_| rusqlite::Error::InvalidQuery)?;
        Ok(Self { log, thread: Some(thread) })
    }

    /// Empties the log and ends the thread; call it after the writer has ended.
    pub(crate) fn close(&mut self) {
        *self.log.ends.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.log.nudge.notify_all();
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been reported where it happened.
            let _ = thread.join();
        }
    }
}
