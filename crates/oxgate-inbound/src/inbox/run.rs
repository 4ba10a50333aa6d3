//! Which deliveries of a lane make the next run: in order, without any that must wait for one that cannot go.

use oxgate_core::{OrderKeys, State, Timestamp};
use oxgate_store::view::OpenDelivery;

/// What a lane has to offer.
pub(super) struct Choice {
    /// In the order in which they are to be handled.
    pub(super) run: Vec<OpenDelivery>,
    /// When one that is not due yet will be.
    pub(super) due: Timestamp,
}

/// The first `most` deliveries that may go. A later one may pass an earlier one that waits only where they share no
/// order key, exactly as if they were sent (guarantee G3).
pub(super) fn choose(window: Vec<OpenDelivery>, most: usize, now: Timestamp) -> Choice {
    let (mut run, mut due) = (Vec::new(), Timestamp::NEVER);
    let mut waiting: Vec<OrderKeys> = Vec::new();
    for delivery in window {
        if run.len() == most {
            break;
        }
        let row = &delivery.row;
        let is_due = row.state == State::Queued && row.due_at <= now;
        if row.state == State::Queued && !is_due {
            due = due.min(row.due_at);
        }
        if is_due && !waiting.iter().any(|earlier| earlier.precedes(&delivery.keys)) {
            run.push(delivery);
        } else {
            waiting.push(delivery.keys);
        }
    }
    Choice { run, due }
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxgate_core::{Delivery, EventId};

    fn delivery(seq: u64, keys: OrderKeys, due_at: i64) -> OpenDelivery {
        let id = EventId { seq, tag: 1 }.delivery(0);
        OpenDelivery { id, lane: 1, rank: seq, keys, row: Delivery::queued(Timestamp(due_at), None) }
    }

    fn chosen(window: Vec<OpenDelivery>, most: usize) -> (Vec<u64>, Timestamp) {
        let Choice { run, due } = choose(window, most, Timestamp(10));
        (run.iter().map(|delivery| delivery.rank).collect(), due)
    }

    #[test]
    fn g3_what_is_not_due_holds_back_what_must_follow_it() {
        let all = |seq, due| delivery(seq, OrderKeys::All, due);
        assert_eq!(chosen(vec![all(1, 0), all(2, 0), all(3, 0)], 2), (vec![1, 2], Timestamp::NEVER));
        assert_eq!(chosen(vec![all(1, 0), all(2, 20), all(3, 0)], 9), (vec![1], Timestamp(20)));
        assert_eq!(chosen(vec![all(1, 20), all(2, 0)], 9), (Vec::new(), Timestamp(20)));
        let of = |seq, key, due| delivery(seq, OrderKeys::Some(vec![key]), due);
        let window = vec![of(1, 7, 20), of(2, 8, 0), of(3, 7, 0), delivery(4, OrderKeys::Barrier, 0), of(5, 8, 0)];
        assert_eq!(chosen(window, 9), (vec![2], Timestamp(20)), "3 waits for 1, 4 for all, 5 for 4");
        let mut held = of(1, 7, 0);
        held.row.state = State::Held;
        assert_eq!(chosen(vec![held, of(2, 7, 0), of(3, 9, 0)], 9), (vec![3], Timestamp::NEVER));
    }
}
