//! What goes wrong without any request failing: a feed that falls silent, and a log that Redox sends again and again.
//!
//! Redox keeps a feed in order, so one message that it cannot hand over holds up all behind it. It is seen here as one
//! log id under ever new attempt ids (Redox docs, "Logs"), whatever the reason is that our answers do not count.

use crate::plan::Endpoint;
use oxgate_core::{ContentHash, Timestamp};
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Attempts of one log that make an alarm: one retry is ordinary weather.
const ATTEMPTS_TOLD: usize = 3;

/// Logs remembered at once. Each feed is held up by one log at a time.
const LOGS_MAX: usize = 1_024;

/// An endpoint from which nothing has come for longer than it should take.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Silent {
    /// The endpoint.
    pub endpoint: String,
    /// When something came last; the start of the process if nothing ever did.
    pub since: Timestamp,
}

/// A log that Redox does not get past, and with it all that is behind it in its feed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HeldUp {
    /// The endpoint.
    pub endpoint: String,
    /// Redox's id of the log.
    pub log: String,
}

/// What has been noticed so far.
#[derive(Debug)]
pub(crate) struct Watch {
    started_at: Timestamp,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    heard: HashMap<String, Timestamp>,
    told_silent: HashSet<String>,
    /// Attempts by log, at most [`ATTEMPTS_TOLD`] of each.
    logs: HashMap<ContentHash, Vec<ContentHash>>,
    order: VecDeque<ContentHash>,
    /// Not asked for yet; at most [`LOGS_MAX`].
    held_up: Vec<HeldUp>,
}

impl Watch {
    pub(crate) fn new(started_at: Timestamp) -> Self {
        Self { started_at, seen: Mutex::default() }
    }

    /// A delivery with a right token has arrived.
    pub(crate) fn heard(&self, endpoint: &str, at: Timestamp) {
        let mut seen = self.lock();
        match seen.heard.get_mut(endpoint) {
            Some(last) => *last = at.max(*last),
            None => drop(seen.heard.insert(endpoint.to_owned(), at)),
        }
        if seen.told_silent.remove(endpoint) {
            tracing::info!(endpoint.name = endpoint, "the feed is heard again");
        }
    }

    /// Whether this attempt is the one at which Redox's repeating of the log is worth an alarm: once for each log.
    pub(crate) fn is_retrying(&self, endpoint: &str, log: &str, attempt: &str) -> bool {
        let hash = |text: &str| ContentHash::of([endpoint.as_bytes(), log.as_bytes(), text.as_bytes()]);
        let (id, log, attempt) = (log, hash(""), hash(attempt));
        let mut seen = self.lock();
        if !seen.logs.contains_key(&log) {
            if seen.order.len() >= LOGS_MAX
                && let Some(oldest) = seen.order.pop_front()
            {
                seen.logs.remove(&oldest);
            }
            seen.order.push_back(log);
        }
        let attempts = seen.logs.entry(log).or_default();
        if attempts.len() >= ATTEMPTS_TOLD || attempts.contains(&attempt) {
            return false;
        }
        attempts.push(attempt);
        let told = attempts.len() == ATTEMPTS_TOLD;
        if told && seen.held_up.len() < LOGS_MAX {
            seen.held_up.push(HeldUp { endpoint: endpoint.to_owned(), log: id.to_owned() });
        }
        told
    }

    /// Logs that Redox was found not to get past since the last call.
    pub(crate) fn held_up(&self) -> Vec<HeldUp> {
        std::mem::take(&mut self.lock().held_up)
    }

    /// Endpoints that have fallen silent since the last call.
    pub(crate) fn fallen_silent<'a>(
        &self,
        endpoints: impl Iterator<Item = &'a Endpoint>,
        now: Timestamp,
    ) -> Vec<Silent> {
        let mut seen = self.lock();
        let mut silent = Vec::new();
        for endpoint in endpoints {
            let Some(span) = endpoint.silent_after else { continue };
            let since = seen.heard.get(&endpoint.name).copied().unwrap_or(self.started_at);
            if since.plus(span) <= now && seen.told_silent.insert(endpoint.name.clone()) {
                silent.push(Silent { endpoint: endpoint.name.clone(), since });
            }
        }
        silent.sort_by(|left, right| left.endpoint.cmp(&right.endpoint));
        silent
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_feed_is_told_silent_once_until_it_is_heard_again() {
        let hour = Duration::from_hours(1);
        let watched = Endpoint { silent_after: Some(hour), ..crate::tests::fixture::endpoint("main") };
        let free = crate::tests::fixture::endpoint("other");
        let watch = Watch::new(Timestamp(0));
        let told = |now| watch.fallen_silent([&watched, &free].into_iter(), now).len();
        let at = |hours: u32| Timestamp(0).plus(hour * hours);
        assert_eq!((told(Timestamp(1)), told(at(1)), told(at(2))), (0, 1, 0));
        watch.heard("main", at(2));
        assert_eq!((told(Timestamp(at(3).0 - 1)), told(at(3)), told(at(9))), (0, 1, 0));
    }

    #[test]
    fn the_third_attempt_of_one_log_is_told_once() {
        let watch = Watch::new(Timestamp(0));
        let told: Vec<bool> = ["1", "1", "2", "2", "3", "3", "4"]
            .iter()
            .map(|attempt| watch.is_retrying("main", "log", attempt))
            .collect();
        assert_eq!(told, [false, false, false, false, true, false, false]);
        assert!(!watch.is_retrying("other", "log", "9"), "another endpoint's");
        assert_eq!(watch.held_up(), [HeldUp { endpoint: "main".into(), log: "log".into() }]);
        assert_eq!(watch.held_up(), []);
    }

    #[test]
    fn g9_logs_are_forgotten_beyond_a_bound() {
        let watch = Watch::new(Timestamp(0));
        for log in 0..LOGS_MAX * 2 {
            for attempt in ["1", "2", "3"] {
                watch.is_retrying("main", &log.to_string(), attempt);
            }
        }
        let seen = watch.lock();
        assert_eq!((seen.logs.len(), seen.order.len(), seen.held_up.len()), (LOGS_MAX, LOGS_MAX, LOGS_MAX));
    }
}
