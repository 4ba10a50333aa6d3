//! Following accepted sends to their destinations: Redox's logs by the time of their last change, in small pages.
//!
//! Redox calls nobody back about a delivery (Redox docs, "Logs for data exchange"), so its logs are read on from where the
//! last round ended. The order of a listing is not documented, and a log that changes while pages are read moves to another
//! page: a round therefore begins a little before the end of the last one, and seeing a log twice changes nothing.

use crate::records::Records;
use oxgate_core::{Clock, Downstream, Timestamp};
use oxgate_store::command::{Command, Follow, Outcome};
use oxgate_store::{ReadError, Refused, Store};
use redox_client::PlatformError;
use redox_wire::platform::{Log, LogStatus, PAGE_MAX, Refusal};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Where the place of the last round stands in the store.
const CURSOR: &str = "follow";

/// How much of the last round's time is read again.
const OVERLAP: Duration = Duration::from_mins(2);

/// How far back the first round begins.
const FIRST: Duration = Duration::from_hours(24);

/// The longest time that is asked for at once; halved when Redox says that it is too much, down to the shortest.
const SPAN_MAX: Duration = Duration::from_hours(1);
const SPAN_MIN: Duration = Duration::from_mins(1);

/// Pages of one span; more than this is not expected within an hour of 7,500 requests per five minutes.
const PAGES_MAX: usize = 2_000;

/// Why a round ended early. The next one begins where this one began.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// Redox gave no answer.
    #[error("Redox's logs cannot be listed: {0}")]
    Platform(#[from] PlatformError),
    /// The store cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The store cannot be written.
    #[error("what Redox's logs say cannot be written: {0}")]
    Write(#[from] Refused),
}

/// What a round brought.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Round {
    /// Logs that were listed.
    pub listed: usize,
    /// Deliveries that changed.
    pub changed: u32,
    /// Logs that could not be read.
    pub unreadable: usize,
    /// The present has been reached; otherwise another round is due at once.
    pub is_current: bool,
}

/// Reads Redox's logs on.
pub struct Follower<R> {
    store: Store,
    records: Arc<R>,
    clock: Arc<dyn Clock>,
    span_ms: AtomicU64,
}

impl<R: Records> Follower<R> {
    /// Over these records.
    pub fn new(store: Store, records: Arc<R>, clock: Arc<dyn Clock>) -> Self {
        let span_ms = AtomicU64::new(u64::try_from(SPAN_MAX.as_millis()).unwrap_or(u64::MAX));
        Self { store, records, clock, span_ms }
    }

    /// Reads on by one span of time, to the present at most. What it read is durable when it returns.
    ///
    /// # Errors
    /// [`FollowError`]; nothing is skipped.
    pub async fn round(&self) -> Result<Round, FollowError> {
        let now = self.clock.now();
        let begin = self.store.cursor(CURSOR.to_owned()).await?.map_or(now.minus(FIRST), Timestamp);
        let span = Duration::from_millis(self.span_ms.load(Ordering::Relaxed));
        let end = begin.plus(span).min(now);
        let after = begin.minus(OVERLAP).minus(self.records.skew());
        let mut round = Round { is_current: end == now, ..Round::default() };
        for number in 1..=PAGES_MAX {
            let page = match self.records.updated(after, end.plus(self.records.skew()), number).await {
                Ok(page) => page,
                Err(error) => return Err(self.shorter(error).into()),
            };
            let is_last = page.elements() < PAGE_MAX;
            round.listed += page.elements();
            round.unreadable += page.unreadable;
            let seen: Vec<_> = page.items.iter().filter_map(seen).collect();
            let cursor = is_last.then(|| (CURSOR.to_owned(), end.millis()));
            if !seen.is_empty() || is_last {
                let outcome = self.store.command(Command::Follow(Follow { seen, cursor })).await?;
                round.changed += if let Outcome::Rows(rows) = outcome { rows } else { 0 };
            }
            if is_last {
                self.span_ms.store(u64::try_from(SPAN_MAX.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
                return Ok(round);
            }
        }
        Err(self.shorter(PlatformError::Endless).into())
    }

    /// The next round asks for half as much where this one asked for too much.
    fn shorter(&self, error: PlatformError) -> PlatformError {
        if matches!(error, PlatformError::Refused(Refusal::TooLarge) | PlatformError::Endless) {
            let least = u64::try_from(SPAN_MIN.as_millis()).unwrap_or(1);
            let half = self.span_ms.load(Ordering::Relaxed) / 2;
            self.span_ms.store(half.max(least), Ordering::Relaxed);
        }
        error
    }
}

/// What a log says of the delivery that holds it. A word that is not known says nothing.
fn seen(log: &Log) -> Option<(String, Downstream)> {
    let downstream = match log.status? {
        LogStatus::Pending => Downstream::Pending,
        LogStatus::Succeeded => Downstream::Succeeded,
        LogStatus::Failed => Downstream::Failed,
        LogStatus::Filtered => Downstream::Filtered,
        LogStatus::Other => return None,
    };
    Some((log.id.as_str().to_owned(), downstream))
}

impl<R> std::fmt::Debug for Follower<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Follower").finish_non_exhaustive()
    }
}
