//! Keeping one bad key from filling a lane's window: its followers are held in the store until its head has ended.

use super::order::Place;
use super::window::Window;
use oxgate_core::{DeliveryId, OrderKeys, State, Timestamp};
use std::collections::BTreeSet;
use std::time::Duration;

/// How long a head waits before what is behind it may be held.
pub(super) const HEAD_WAITS: Duration = Duration::from_mins(1);

/// Held deliveries of one key that come back in one step; the rest follow as these end.
const RELEASE_BATCH: usize = 64;

impl Window {
    /// Whether a spill could help: the lane has more than its window shows, and the window is more than half full.
    pub(super) fn is_crowded(&self) -> bool {
        self.active() > self.size() / 2 && self.wants_load().is_none() && !self.is_complete()
    }

    /// When a head will have waited long enough; `None` while none of a crowded window waits.
    pub(super) fn next_spill(&self) -> Option<Timestamp> {
        let waiting = self.stuck_heads().filter_map(|(_, entry)| match entry.keys {
            OrderKeys::Some(_) => entry.stuck_since,
            _ => None,
        });
        waiting.min().map(|since| since.plus(HEAD_WAITS))
    }

    /// The followers to hold: those behind keys whose heads have waited long enough, if heads and followers together
    /// fill half of the window. They are busy from here on.
    pub(super) fn spill(&mut self, now: Timestamp) -> Vec<DeliveryId> {
        let mut followers = BTreeSet::new();
        let mut heads = 0;
        for (head, entry) in self.stuck_heads() {
            let waits = entry.stuck_since.is_some_and(|since| since.plus(HEAD_WAITS) <= now);
            let (true, OrderKeys::Some(keys)) = (waits, &entry.keys) else { continue };
            heads += 1;
            for key in keys {
                followers.extend(self.order.queue(*key).filter(|place| *place != head && self.can_be_held(*place)));
            }
        }
        if heads + followers.len() < self.size() / 2 {
            return Vec::new();
        }
        self.occupy_all(followers)
    }

    /// Held ones that nothing else precedes any more, and the next few behind each of them. They are busy from here on.
    pub(super) fn releases(&mut self) -> Vec<DeliveryId> {
        let mut next = BTreeSet::new();
        for &head in &self.releasable {
            let Some(entry) = self.get(head) else { continue };
            next.insert(head);
            let OrderKeys::Some(keys) = &entry.keys else { continue };
            for key in keys {
                next.extend(self.order.queue(*key).take(RELEASE_BATCH).take_while(|place| self.is_held(*place)));
            }
        }
        self.occupy_all(next)
    }

    fn occupy_all(&mut self, places: BTreeSet<Place>) -> Vec<DeliveryId> {
        places
            .into_iter()
            .filter_map(|place| {
                self.occupy(place);
                self.get(place).map(|entry| entry.id)
            })
            .collect()
    }

    fn can_be_held(&self, place: Place) -> bool {
        self.get(place).is_some_and(|entry| {
            entry.row.state == State::Queued && !entry.is_busy() && matches!(entry.keys, OrderKeys::Some(_))
        })
    }

    fn is_held(&self, place: Place) -> bool {
        self.get(place).is_some_and(|entry| entry.row.state == State::Held && !entry.is_busy())
    }
}
