//! Waiting for a permit of the quota, first come first served within each share.

use super::{Quota, QuotaRules, Share};
use crate::timer::Timer;
use oxgate_core::{Clock, Timestamp};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The quota of one egress address, shared by everything that leaves through it: sends, token requests, queries.
pub struct QuotaGate {
    egress: String,
    quota: Mutex<Quota>,
    /// One queue a share: the first of each waits for the quota, the others wait for the first.
    queues: [tokio::sync::Mutex<()>; 3],
    /// The slots as last handed out for writing.
    saved: Mutex<BTreeMap<i64, u32>>,
    clock: Arc<dyn Clock>,
    timer: Arc<dyn Timer>,
}

impl QuotaGate {
    /// A gate for the egress address of this configured name.
    pub fn new(egress: impl Into<String>, rules: QuotaRules, clock: Arc<dyn Clock>, timer: Arc<dyn Timer>) -> Self {
        Self {
            egress: egress.into(),
            quota: Mutex::new(Quota::new(rules)),
            queues: Default::default(),
            saved: Mutex::default(),
            clock,
            timer,
        }
    }

    /// The egress address's configured name, under which the store keeps the slots.
    pub fn egress(&self) -> &str {
        &self.egress
    }

    /// Waits until one request may be made and counts it. Dropping the future before it resolves counts nothing.
    pub async fn permit(&self, share: Share) {
        let _turn = self.queues[share as usize].lock().await;
        while let Err(at) = self.try_permit(share) {
            self.timer.until(at).await;
        }
    }

    /// Counts one request if it may be made at once.
    ///
    /// # Errors
    /// The time at which asking again may succeed.
    pub fn try_permit(&self, share: Share) -> Result<(), Timestamp> {
        self.quota().take(share, self.clock.now())
    }

    /// Stops everything for a while: the peer has answered 429.
    pub fn refused(&self, pause: Option<Duration>) {
        self.quota().refused(pause, self.clock.now());
    }

    /// Requests in the present window.
    pub fn used(&self) -> u32 {
        self.quota().used(self.clock.now())
    }

    /// Takes over the slots of an earlier process, as the store kept them. Call it before the first permit.
    pub fn restore(&self, slots: &[(i64, u32)]) {
        self.quota().restore(slots);
    }

    /// Slots that have changed since the last call (start in Unix ms, requests), for the store. Call it every second: a
    /// crash then forgets at most one second's requests, which the unused fifth of the quota covers.
    pub fn unsaved(&self) -> Vec<(i64, u32)> {
        let slots = self.quota().slots();
        let mut saved = self.saved.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = slots.iter().copied().filter(|(start, used)| saved.get(start) != Some(used)).collect();
        *saved = slots.into_iter().collect();
        changed
    }

    /// The start of the oldest slot that still counts; what to ask the store for at start.
    pub fn oldest_counted(&self) -> Timestamp {
        self.quota().oldest_counted(self.clock.now())
    }

    fn quota(&self) -> std::sync::MutexGuard<'_, Quota> {
        // Nothing inside the lock panics half-way, so a poisoned quota is still a consistent one.
        self.quota.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for QuotaGate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QuotaGate").field("egress", &self.egress).finish_non_exhaustive()
    }
}
