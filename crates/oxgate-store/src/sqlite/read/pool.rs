//! A few read-only connections for many askers, each question on a blocking thread.

use super::Reader;
use crate::engine::{ReadError, Reads};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// Questions answered at once. More would only compete for the same disk and the same cores.
const AT_ONCE: usize = 4;

/// Opens connections as they are needed and keeps them.
#[derive(Debug)]
pub(crate) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Reader>>,
    permits: Semaphore,
}

impl Readers {
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), idle: Mutex::new(Vec::new()), permits: Semaphore::new(AT_ONCE) }
    }

    /// Asks a snapshot on a blocking thread.
    pub(crate) async fn ask<T: Send + 'static>(
        self: &Arc<Self>,
        ask: impl FnOnce(&dyn Reads) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, ReadError> {
        let _permit = self.permits.acquire().await;
        let readers = Arc::clone(self);
        let answer = tokio::task::spawn_blocking(move || readers.with_one(ask)).await;
        answer.unwrap_or(Err(ReadError::Interrupted))
    }

    /// Closes the idle connections, so that a last checkpoint finds no reader.
    pub(crate) fn close(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn with_one<T>(&self, ask: impl FnOnce(&dyn Reads) -> Result<T, ReadError>) -> Result<T, ReadError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let reader = match idle {
            Some(reader) => reader,
            None => Reader::open(&self.path)?,
        };
        let answer = reader.snapshot(ask);
        if answer.is_ok() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
        }
        answer
    }
}
