//! Delivery in order: one queue per (source, destination, data model), paused by the first failure until it is overcome.
//! Simulated destinations take part like any other; only the way to them is shorter.
//!
//! Source: Redox docs, "Handling notifications and responses" and "Logs" (retry schedule).

use crate::Emulator;
use crate::config::Retries;
use crate::delivery::Purpose;
use crate::directory::Behaviour;
use crate::exchange::{Alarm, Outcome, Turn};
use crate::faults::{FaultKind, Scope};
use crate::logs::AttemptResult;
use crate::observed::{Observed, What};
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use std::collections::VecDeque;

/// Waits before the first, second, … retry in seconds; the last one repeats without end.
pub const RETRY_SCHEDULE_S: [i64; 8] = [0, 10, 10, 20, 30, 50, 80, 120];
/// How long a message that shall be overtaken waits for one to overtake it.
const OVERTAKEN_MAX: SignedDuration = SignedDuration::from_secs(10);

/// What one order of deliveries is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct QueueKey {
    pub(crate) source: String,
    pub(crate) destination: String,
    pub(crate) data_model: String,
}

/// A message in a queue.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) log: String,
    /// It was delivered before; a duplicate fault does not repeat it again.
    pub(crate) is_repeat: bool,
}

/// Messages of one key, oldest first; the head stays until its destination has it.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    pub(crate) entries: VecDeque<Entry>,
    pub(crate) state: State,
    /// Failures of the head since its last success.
    pub(crate) failures: u32,
    /// Stopped by a person, or by a failure where retries are manual.
    pub(crate) is_paused: bool,
    /// Held back by a reordering fault.
    overtaken: Option<Entry>,
    round: u64,
}

/// What a queue is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// Nothing; it may start its head.
    #[default]
    Idle,
    /// The head is on its way.
    Busy,
    /// The head failed and waits for its retry.
    Waiting { until: Timestamp },
}

/// The wait before the next retry after `failures` failures in a row.
pub(crate) fn retry_delay(failures: u32) -> SignedDuration {
    let index = usize::try_from(failures.saturating_sub(1)).unwrap_or(usize::MAX);
    let seconds = RETRY_SCHEDULE_S.get(index).or(RETRY_SCHEDULE_S.last());
    SignedDuration::from_secs(seconds.copied().unwrap_or_default())
}

impl Emulator {
    /// Puts a log at the end of its queue and starts the queue if it rests.
    pub(crate) fn enqueue(&mut self, turn: &mut Turn<'_>, log_id: &str) {
        let Some(log) = self.logs.get(log_id) else { return };
        let key = QueueKey {
            source: log.source.clone(),
            destination: log.destination.clone(),
            data_model: log.data_model.clone(),
        };
        let (scope, copy) = (Scope::delivery(log), log.again());
        let mut entries = vec![Entry { log: log_id.to_owned(), is_repeat: false }];
        if self.is_simulated(&key.destination) {
            self.queues.entry(key.clone()).or_default().entries.extend(entries);
            return self.drive(turn, &key);
        }
        if self.strike(turn, FaultKind::SendAgain, &scope).is_some() {
            let log = self.logs.open(turn, copy, self.config.limits.kept_max);
            entries.push(Entry { log, is_repeat: false });
        }
        let is_overtaken = self.strike(turn, FaultKind::Reorder, &scope).is_some();
        let queue = self.queues.entry(key.clone()).or_default();
        if is_overtaken && queue.overtaken.is_none() {
            queue.overtaken = entries.pop();
            turn.wake(self.scaled(OVERTAKEN_MAX), Alarm::Release { queue: key.clone() });
        } else {
            entries.extend(queue.overtaken.take());
        }
        self.queues.entry(key.clone()).or_default().entries.extend(entries);
        self.drive(turn, &key);
    }

    /// Puts a delivered log into its queue once more.
    pub(crate) fn enqueue_again(&mut self, turn: &mut Turn<'_>, key: &QueueKey, log: &str) {
        let queue = self.queues.entry(key.clone()).or_default();
        queue.entries.push_back(Entry { log: log.to_owned(), is_repeat: true });
        self.drive(turn, key);
    }

    /// Nobody came to overtake: the message goes on.
    pub(crate) fn release_overtaken(&mut self, turn: &mut Turn<'_>, key: &QueueKey) {
        if let Some(queue) = self.queues.get_mut(key) {
            queue.entries.extend(queue.overtaken.take());
        }
        self.drive(turn, key);
    }

    /// Starts the head of a queue that rests, has one, and may deliver; then the next, while heads leave at once.
    pub(crate) fn drive(&mut self, turn: &mut Turn<'_>, key: &QueueKey) {
        while self.start_head(turn, key) {}
    }

    /// Starts the head; whether it has left already.
    fn start_head(&mut self, turn: &mut Turn<'_>, key: &QueueKey) -> bool {
        let can_deliver = self.directory.destination(&key.destination).is_some_and(|destination| {
            let is_open = destination.url.is_some() && (destination.is_verified || !self.config.strict);
            destination.behaviour != Behaviour::Endpoint || is_open
        });
        let Some(queue) = self.queues.get_mut(key) else { return false };
        if !can_deliver || queue.is_paused || queue.state != State::Idle {
            return false;
        }
        let Some(head) = queue.entries.front().cloned() else { return false };
        queue.state = State::Busy;
        queue.round += 1;
        let round = queue.round;
        // A log may be forgotten by now, or its message: only a repeat of a finished log can be.
        let Some((scope, Some(message))) =
            self.logs.get(&head.log).map(|log| (Scope::delivery(log), log.message.clone()))
        else {
            return self.advance(key);
        };
        if self.strike(turn, FaultKind::Unreachable, &scope).is_some() {
            self.logs.begin_attempt(turn, &head.log);
            return self.head_settled(turn, key, &Outcome::Refused);
        }
        if self.is_simulated(&key.destination) {
            self.logs.begin_attempt(turn, &head.log);
            let delay = self.scaled(self.config.limits.simulated_delay);
            if delay.is_positive() {
                turn.wake(delay, Alarm::Taken { queue: key.clone(), round });
                return false;
            }
            return self.simulated_takes(turn, key);
        }
        let timeout = self.config.limits.delivery_timeout;
        match self.send(turn, &head.log, &message, timeout, &key.destination) {
            Some(delivery) => {
                self.in_flight.insert(delivery, Purpose::Queue(key.clone()));
                false
            }
            None => self.head_settled(turn, key, &Outcome::Refused),
        }
    }

    fn is_simulated(&self, destination: &str) -> bool {
        self.directory.destination(destination).is_some_and(|one| one.behaviour != Behaviour::Endpoint)
    }

    /// A simulated destination has had the head for as long as it takes, unless the queue has moved on since.
    pub(crate) fn taken_due(&mut self, turn: &mut Turn<'_>, key: &QueueKey, round: u64) {
        let is_current = |queue: &Queue| queue.round == round && queue.state == State::Busy;
        if self.queues.get(key).is_some_and(is_current) && self.simulated_takes(turn, key) {
            self.drive(turn, key);
        }
    }

    /// A simulated destination answers for the head; whether the head has left.
    fn simulated_takes(&mut self, turn: &mut Turn<'_>, key: &QueueKey) -> bool {
        let head = self.queues.get(key).and_then(|queue| queue.entries.front());
        let Some(log_id) = head.map(|head| head.log.clone()) else { return false };
        let scope = self.logs.get(&log_id).map(Scope::delivery).unwrap_or_default();
        let fault = self.strike(turn, FaultKind::DestinationError, &scope);
        let status = fault.map(|rule| rule.status.unwrap_or(400)).or_else(|| self.ehr_refuses(&log_id)).unwrap_or(200);
        let has_left = self.head_settled(turn, key, &Outcome::Answered { status, body: Bytes::new() });
        if status == 200 {
            self.ehr_receives(turn, &log_id);
        }
        has_left
    }

    /// Drops the head, so that the next may start.
    fn advance(&mut self, key: &QueueKey) -> bool {
        if let Some(queue) = self.queues.get_mut(key) {
            queue.entries.pop_front();
            queue.failures = 0;
            queue.state = State::Idle;
        }
        true
    }

    /// What came of an attempt that was under way: the head leaves or waits, and the next may start.
    pub(crate) fn queue_settled(&mut self, turn: &mut Turn<'_>, key: &QueueKey, outcome: &Outcome) {
        if self.head_settled(turn, key, outcome) {
            self.drive(turn, key);
        }
    }

    /// What came of the head's attempt; whether the head has left.
    fn head_settled(&mut self, turn: &mut Turn<'_>, key: &QueueKey, outcome: &Outcome) -> bool {
        let Some(head) = self.queues.get(key).and_then(|queue| queue.entries.front().cloned()) else { return false };
        let status = match outcome {
            Outcome::Answered { status, .. } => Some(*status),
            Outcome::Refused | Outcome::TimedOut => None,
        };
        // The documentation names 200 only; in practice any 2xx is taken for success.
        let is_good = status.is_some_and(|status| status == 200 || !self.config.strict && (200..300).contains(&status));
        self.logs.end_attempt(&head.log, turn.now, AttemptResult { status, is_good });
        let mut seen = Observed::new(turn.now, if is_good { What::Delivered } else { What::DeliveryFailed });
        let mut scope = Scope::default();
        if let Some(log) = self.logs.get(&head.log) {
            seen.event = Some(log.event());
            seen.attempt = Some(log.attempts_total);
            scope = Scope::delivery(log);
        }
        seen.source = Some(self.directory.source_name(&key.source).to_owned());
        seen.destination = Some(self.directory.destination_name(&key.destination).to_owned());
        seen.log = Some(head.log.clone());
        seen.status = status;
        turn.effects.observed.push(seen);
        if !is_good {
            self.wait_for_retry(turn, key);
            return false;
        }
        let may_repeat = !head.is_repeat && !self.is_simulated(&key.destination);
        let is_repeated = may_repeat && self.strike(turn, FaultKind::Duplicate, &scope).is_some();
        if is_repeated && let Some(queue) = self.queues.get_mut(key) {
            queue.entries.insert(1, Entry { log: head.log, is_repeat: true });
        }
        self.advance(key)
    }

    fn wait_for_retry(&mut self, turn: &mut Turn<'_>, key: &QueueKey) {
        let is_manual = self.config.switches.retries == Retries::Manual;
        let Some(queue) = self.queues.get_mut(key) else { return };
        queue.failures = queue.failures.saturating_add(1);
        queue.round += 1;
        let (failures, round) = (queue.failures, queue.round);
        if is_manual {
            queue.is_paused = true;
            queue.state = State::Idle;
            return;
        }
        let delay = self.scaled(retry_delay(failures));
        let until = turn.now.checked_add(delay).unwrap_or(Timestamp::MAX);
        if let Some(queue) = self.queues.get_mut(key) {
            queue.state = State::Waiting { until };
        }
        turn.wake(delay, Alarm::Retry { queue: key.clone(), round });
    }

    /// A retry is due, unless the queue has moved on since.
    pub(crate) fn retry_due(&mut self, turn: &mut Turn<'_>, key: &QueueKey, round: u64) {
        if let Some(queue) = self.queues.get_mut(key)
            && queue.round == round
            && matches!(queue.state, State::Waiting { .. })
        {
            queue.state = State::Idle;
            self.drive(turn, key);
        }
    }

    /// Stops a queue after what is on its way.
    pub(crate) fn pause(&mut self, key: &QueueKey) {
        if let Some(queue) = self.queues.get_mut(key) {
            queue.is_paused = true;
        }
    }

    /// Lets a queue go on, at once: a wait for a retry ends too.
    pub(crate) fn resume(&mut self, turn: &mut Turn<'_>, key: &QueueKey) {
        if let Some(queue) = self.queues.get_mut(key) {
            queue.is_paused = false;
            if matches!(queue.state, State::Waiting { .. }) {
                queue.state = State::Idle;
            }
        }
        self.drive(turn, key);
    }

    /// Starts every queue of a destination that rests; after its address or its verification changed.
    pub(crate) fn drive_destination(&mut self, turn: &mut Turn<'_>, destination: &str) {
        let keys: Vec<_> = self.queues.keys().filter(|key| key.destination == destination).cloned().collect();
        for key in keys {
            self.drive(turn, &key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::retry_delay;

    #[test]
    fn schedule_is_the_published_one() {
        let waits: Vec<_> = (1..=10).map(|failures| retry_delay(failures).as_secs()).collect();
        assert_eq!(waits, [0, 10, 10, 20, 30, 50, 80, 120, 120, 120]);
        assert_eq!(retry_delay(u32::MAX).as_secs(), 120);
    }
}
