//! The quota of an egress address: a rolling window in slots, shared out between kinds of work.
//!
//! Redox counts requests per client address over a rolling window (Redox docs, "Quotas and constraints"). [`Quota`] is
//! the pure part: time is an argument, and its slots can be written down and read back, so that a restart does not
//! forget what was used. [`QuotaGate`] waits on it.

/// Waiting for a permit of the quota.
mod gate;

pub use gate::QuotaGate;

use oxgate_core::Timestamp;
use oxgate_core::limits::{QUOTA_REQUESTS, QUOTA_USED_PERCENT, QUOTA_WINDOW};
use std::collections::VecDeque;
use std::time::Duration;

/// A kind of work with its share of the quota. Requests for tokens count like the work they are for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Share {
    /// Deliveries as they come: 60 % of the quota.
    Live = 0,
    /// Somebody waits for the answer: 10 %, and what `Live` leaves unused.
    Interactive = 1,
    /// Follow-up, reconciling, replay: 10 %, and what the others leave unused.
    FollowUp = 2,
}

impl Share {
    const fn percent(self) -> u32 {
        match self {
            Self::Live => 60,
            Self::Interactive | Self::FollowUp => 10,
        }
    }
}

/// What lower shares leave of unused higher ones, in percent of the quota: a replay that has borrowed everything would
/// otherwise stop live work for a whole window.
const RESERVE_PERCENT: u32 = 10;

/// The figures of a quota.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct QuotaRules {
    /// Requests allowed in one window.
    pub requests: u32,
    /// The rolling window's length.
    pub window: Duration,
    /// The length of a slot; a request is forgotten up to one slot late, never early.
    pub slot: Duration,
    /// How much of the quota is used at most, in percent.
    pub used_percent: u32,
}

impl Default for QuotaRules {
    fn default() -> Self {
        Self {
            requests: QUOTA_REQUESTS,
            window: QUOTA_WINDOW,
            slot: Duration::from_secs(5),
            used_percent: QUOTA_USED_PERCENT,
        }
    }
}

/// The first pause after a refusal (429) that names none. Redox documents a rolling window and no `Retry-After` (Redox
/// docs, "Quotas and constraints"): shorter waits only add requests to the window. Each further refusal doubles it.
pub const REFUSED_PAUSE: Duration = Duration::from_secs(30);

/// The longest pause after refusals that name none: by then the whole window has rolled on.
pub const REFUSED_PAUSE_MAX: Duration = QUOTA_WINDOW;

/// The longest pause that a refusal may ask for; a mistaken header must not stop everything for a week.
const ASKED_PAUSE_MAX: Duration = Duration::from_hours(1);

/// A rolling window of requests. At most `window / slot + 1` slots are held.
#[derive(Clone, Debug)]
pub struct Quota {
    rules: QuotaRules,
    slots: VecDeque<Slot>,
    refused: Refused,
}

/// What the peer's own refusals say of its count.
#[derive(Clone, Copy, Debug, Default)]
struct Refused {
    /// Nothing leaves before this.
    until: Timestamp,
    /// Pauses in a row.
    in_a_row: u32,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    start: i64,
    by_share: [u32; 3],
    /// Requests of an earlier process, whose shares are not known.
    restored: u32,
}

impl Slot {
    fn total(&self) -> u32 {
        self.by_share.iter().sum::<u32>() + self.restored
    }
}

impl Quota {
    /// An unused quota.
    pub const fn new(rules: QuotaRules) -> Self {
        Self { rules, slots: VecDeque::new(), refused: Refused { until: Timestamp::ZERO, in_a_row: 0 } }
    }

    /// Takes one request.
    ///
    /// # Errors
    /// The time at which asking again may succeed, when the share and what it may borrow are used up.
    pub fn take(&mut self, share: Share, now: Timestamp) -> Result<(), Timestamp> {
        self.forget(now);
        if now < self.refused.until {
            return Err(self.refused.until);
        }
        if !self.may(share) {
            return Err(self.next_free(now));
        }
        let start = self.slot_start(now);
        match self.slots.back_mut() {
            // A clock set back goes on in the newest slot: forgetting late is the safe side.
            Some(slot) if slot.start >= start => slot.by_share[share as usize] += 1,
            _ => {
                let mut slot = Slot { start, by_share: [0; 3], restored: 0 };
                slot.by_share[share as usize] = 1;
                self.slots.push_back(slot);
            }
        }
        Ok(())
    }

    /// The peer refused a request because there were too many: nothing leaves for a while, whatever it is for. Its count is
    /// the one that matters, and it may see requests that we do not.
    ///
    /// Refusals of requests that were under way together are one.
    pub fn refused(&mut self, pause: Option<Duration>, now: Timestamp) {
        let Refused { until, in_a_row } = self.refused;
        let in_a_row = match now {
            now if now < until => in_a_row,
            now if now < until.plus(self.rules.window) => in_a_row.saturating_add(1),
            _ => 1,
        };
        let grown = REFUSED_PAUSE.saturating_mul(1 << in_a_row.saturating_sub(1).min(16)).min(REFUSED_PAUSE_MAX);
        let pause = pause.map_or(grown, |asked| asked.min(ASKED_PAUSE_MAX));
        self.refused = Refused { until: until.max(now.plus(pause)), in_a_row };
    }

    /// Requests in the window that ends at `now`, over all shares.
    pub fn used(&self, now: Timestamp) -> u32 {
        self.slots.iter().filter(|slot| !self.is_past(slot, now)).map(Slot::total).sum()
    }

    /// The slots with their totals (start in Unix ms, requests), oldest first, for the store.
    pub fn slots(&self) -> Vec<(i64, u32)> {
        self.slots.iter().map(|slot| (slot.start, slot.total())).collect()
    }

    /// Takes over what an earlier process had used. Slots that are known already are left alone.
    pub fn restore(&mut self, slots: &[(i64, u32)]) {
        for &(start, restored) in slots {
            if let Err(at) = self.slots.binary_search_by_key(&start, |slot| slot.start) {
                self.slots.insert(at, Slot { start, by_share: [0; 3], restored });
            }
        }
    }

    /// The earliest slot that the window at `now` still counts; the store may delete older ones.
    pub fn oldest_counted(&self, now: Timestamp) -> Timestamp {
        now.minus(self.rules.window).minus(self.rules.slot)
    }

    fn may(&self, share: Share) -> bool {
        let used = |upto: Share| -> u32 {
            self.slots.iter().map(|slot| slot.by_share[..=upto as usize].iter().sum::<u32>()).sum()
        };
        let total: u32 = self.slots.iter().map(Slot::total).sum();
        if total >= self.of_quota(self.rules.used_percent) {
            return false;
        }
        let own: u32 = self.slots.iter().map(|slot| slot.by_share[share as usize]).sum();
        let own_share = own < self.of_quota(share.percent());
        match share {
            Share::Live => own_share,
            Share::Interactive => {
                let both = Share::Live.percent() + Share::Interactive.percent();
                own_share || used(share) < self.of_quota(both - RESERVE_PERCENT)
            }
            Share::FollowUp => own_share || total < self.of_quota(self.rules.used_percent - RESERVE_PERCENT),
        }
    }

    fn of_quota(&self, percent: u32) -> u32 {
        let part = u64::from(self.rules.requests) * u64::from(percent) / 100;
        u32::try_from(part).unwrap_or(u32::MAX).max(1)
    }

    fn slot_start(&self, now: Timestamp) -> i64 {
        let slot = self.slot_ms();
        now.millis().div_euclid(slot) * slot
    }

    fn slot_ms(&self) -> i64 {
        i64::try_from(self.rules.slot.as_millis()).unwrap_or(i64::MAX).max(1)
    }

    fn is_past(&self, slot: &Slot, now: Timestamp) -> bool {
        Timestamp(slot.start).plus(self.rules.slot).plus(self.rules.window) <= now
    }

    fn forget(&mut self, now: Timestamp) {
        while self.slots.front().is_some_and(|slot| self.is_past(slot, now)) {
            self.slots.pop_front();
        }
    }

    /// When the oldest slot leaves the window: the first moment at which anything becomes free.
    fn next_free(&self, now: Timestamp) -> Timestamp {
        let oldest = self.slots.front().map_or(now, |slot| Timestamp(slot.start));
        oldest.plus(self.rules.slot).plus(self.rules.window)
    }
}

#[cfg(test)]
mod tests;
