//! What the dispatcher hears after a commit: in commit order, bounded for each lane and altogether.

use crate::view::Change;
use oxgate_core::limits::LANE_WINDOW;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use tokio::sync::Notify;

/// Changes kept for a consumer that is slow, over all lanes. Beyond them a lane only says "load me again".
const WAITING_MAX: usize = 65_536;

/// Between the writer's thread and the one consumer.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    waiting: Mutex<Waiting>,
    arrived: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    list: Vec<Change>,
    /// Changes of each lane that wait; `None` once it overflowed.
    of_lane: HashMap<i64, Option<usize>>,
    closed: bool,
}

impl Changes {
    /// Hands over what a commit changed.
    pub(crate) fn publish(&self, changes: Vec<Change>) {
        if changes.is_empty() {
            return;
        }
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        for change in changes {
            waiting.add(change);
        }
        drop(waiting);
        self.arrived.notify_one();
    }

    /// No more will come.
    pub(crate) fn close(&self) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        self.arrived.notify_one();
    }

    /// All that waits, as soon as there is some; empty only when the store has closed.
    pub(crate) async fn take(&self) -> Vec<Change> {
        loop {
            {
                let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
                if !waiting.list.is_empty() || waiting.closed {
                    waiting.of_lane.clear();
                    return std::mem::take(&mut waiting.list);
                }
            }
            self.arrived.notified().await;
        }
    }
}

impl Waiting {
    fn add(&mut self, change: Change) {
        let lane = match &change {
            Change::Open(delivery) => delivery.lane,
            Change::Closed { lane, .. } | Change::Overflow { lane } => *lane,
            Change::Lane(row) => row.id,
        };
        let full = self.list.len() >= WAITING_MAX;
        let count = self.of_lane.entry(lane).or_insert(Some(0));
        match count {
            None => {}
            Some(n) if *n < LANE_WINDOW && !full && !matches!(change, Change::Overflow { .. }) => {
                *n += 1;
                self.list.push(change);
            }
            Some(_) => {
                *count = None;
                self.list.push(Change::Overflow { lane });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxgate_core::{EventId, State};

    fn closed(lane: i64, seq: u64) -> Change {
        Change::Closed { id: EventId { seq, tag: 0 }.delivery(0), lane, state: State::Settled }
    }

    #[tokio::test]
    async fn a_lane_overflows_alone_and_once() {
        let changes = Changes::default();
        changes.publish((0..2_000).map(|seq| closed(1, seq)).collect());
        changes.publish(vec![closed(2, 1), closed(1, 9)]);
        let taken = changes.take().await;
        assert_eq!(taken.len(), LANE_WINDOW + 2);
        assert_eq!(taken[LANE_WINDOW], Change::Overflow { lane: 1 });
        assert_eq!(taken[LANE_WINDOW + 1], closed(2, 1));
        changes.publish(vec![closed(1, 10)]);
        assert_eq!(changes.take().await, [closed(1, 10)]);
    }

    #[tokio::test]
    async fn a_closed_store_says_nothing_more() {
        let changes = Changes::default();
        changes.publish(vec![closed(1, 1)]);
        changes.close();
        assert_eq!(changes.take().await.len(), 1);
        assert!(changes.take().await.is_empty());
    }
}
