//! A few read-only connections for many askers, each question on a blocking thread.

use super::Reader;
use crate::engine::{ReadError, Reads};
use std::fmt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// Questions answered at once. More would only compete for the same disk and the same cores.
const AT_ONCE: usize = 4;

/// Opens connections as they are needed and keeps them.
pub(crate) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Reader>>,
    permits: Semaphore,
    /// Set when there are to be no threads: questions are answered on the spot, with this pause before and after.
    pause: Option<Pause>,
}

/// Waits for as long as a read may take.
#[cfg_attr(
    not(any(test, feature = "mutations")),
    expect(unreachable_pub, reason = "only a build for simulations hands it out")
)]
pub type Pause = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

impl Readers {
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), idle: Mutex::new(Vec::new()), permits: Semaphore::new(AT_ONCE), pause: None }
    }

    /// Without threads of its own.
    #[cfg(any(test, feature = "mutations"))]
    pub(crate) fn on_the_spot(path: &Path, pause: Pause) -> Self {
        Self { pause: Some(pause), ..Self::new(path) }
    }

    /// Asks a snapshot on a blocking thread.
    pub(crate) async fn ask<T: Send + 'static>(
        self: &Arc<Self>,
        ask: impl FnOnce(&dyn Reads) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<T, ReadError> {
        let _permit = self.permits.acquire().await;
        if let Some(pause) = &self.pause {
            pause().await;
            let answer = self.with_one(ask);
            pause().await;
            return answer;
        }
        let readers = Arc::clone(self);
        let answer = tokio::task::spawn_blocking(move || readers.with_one(ask)).await;
        answer.unwrap_or(Err(ReadError::Interrupted))
    }

    /// Closes the idle connections, so that a last checkpoint finds no reader.
    pub(crate) fn close(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(crate) fn with_one<T>(&self, ask: impl FnOnce(&dyn Reads) -> Result<T, ReadError>) -> Result<T, ReadError> {
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

impl fmt::Debug for Readers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Readers").field("path", &self.path).finish_non_exhaustive()
    }
}
