//! Records that are repeated until the store takes them: an outcome that is known must not be lost to a sick disk.

use super::{STORE_PAUSE, Shared};
use crate::ledger::ReadFailed;
use oxgate_core::DeliveryId;
use oxgate_core::delivery::Policy;
use oxgate_core::{Fact, Reason};
use oxgate_store::Refused;
use oxgate_store::command::{AttemptRecord, LaneChange, LaneChanged, Record, Recorded};
use std::sync::atomic::Ordering;

/// A record without attempt, receipt and actor.
pub(super) const fn plain(delivery: DeliveryId, fact: Fact, policy: Policy) -> Record {
    Record::new(delivery, fact, policy)
}

impl Shared {
    /// Records, asking again while the store refuses; `None` only when it has closed.
    pub(super) async fn record(&self, mut record: Record) -> Option<Recorded> {
        loop {
            match self.ledger.record(record.clone()).await {
                Ok(recorded) => {
                    self.refuses.store(false, Ordering::Relaxed);
                    return Some(recorded);
                }
                Err(Refused::Closed) => return None,
                // These children cannot be written (their bodies were swept, or are too many); new ones may.
                Err(Refused::Fault) if !record.children.is_empty() => {
                    tracing::error!(delivery = %record.delivery, "the store refused the events made from this one");
                    record = self.made_again_later(record);
                }
                Err(refused) => {
                    // What the peer said may have been lost with the store's connection, and must not hold up the rest.
                    record.attempt.iter_mut().for_each(|attempt| attempt.detail = None);
                    self.pause(&refused).await;
                }
            }
        }
    }

    /// The same attempt, ended without its children: neither target nor event is to blame, and it is tried again.
    fn made_again_later(&self, record: Record) -> Record {
        let retry_at = self.clock.now().plus(STORE_PAUSE);
        let fact = Fact::TargetFailure { reason: Reason::word("children-refused"), retry_at };
        Record { attempt: record.attempt, ..plain(record.delivery, fact, record.policy) }
    }

    /// Changes a lane, asking again while the store refuses; `None` only when it has closed.
    pub(super) async fn change_lane(&self, change: LaneChange) -> Option<LaneChanged> {
        loop {
            match self.ledger.lane(change.clone()).await {
                Ok(changed) => return Some(changed),
                Err(Refused::Closed) => return None,
                Err(refused) => self.pause(&refused).await,
            }
        }
    }

    /// What the peer said, made ready for the body store. It is the least important part of a record: when the store
    /// cannot take it now, the record goes without it.
    pub(super) async fn with_detail(&self, mut attempt: AttemptRecord, detail: Option<&[u8]>) -> AttemptRecord {
        if let Some(detail) = detail {
            attempt.detail = self.ledger.seal(detail).await.ok();
        }
        attempt
    }

    /// Reads once; a failure takes a moment, so that asking again does not hammer.
    pub(super) async fn once<T>(&self, read: impl Future<Output = Result<T, ReadFailed>>) -> Option<T> {
        match read.await {
            Ok(found) => Some(found),
            Err(error) => {
                tracing::warn!(%error, "cannot read lanes; it is tried again");
                self.timer.after(self.clock.now(), STORE_PAUSE).await;
                None
            }
        }
    }

    async fn pause(&self, refused: &Refused) {
        if !self.refuses.swap(true, Ordering::Relaxed) {
            tracing::warn!(%refused, "the store refuses; what is known is kept and recorded later");
        }
        self.timer.after(self.clock.now(), STORE_PAUSE).await;
    }
}
