//! What became of a send whose outcome is unknown, as far as Redox's logs tell.
//!
//! A log is evidence of *a* send with this source, destination, model and event type at this time, not of *this* one: Redox
//! keeps no id of ours. So a single log is taken for this send's only where nothing else can have left it: the source is
//! ours alone (`exclusive`), and no other send of the same address was under way without a log to show for it. And no log is
//! taken for "never arrived" only when it is missing twice, the second time well after the last moment at which it could
//! have been made, by the clock and by the time that has passed: a clock that is set ahead makes nothing arrive sooner.

use crate::records::Records;
use futures_util::FutureExt;
use oxgate_core::{Clock, DeliveryId, Reason, Timestamp};
use oxgate_dispatch::{BoxFuture, Doubt, Evidence, Finding, Timer};
use oxgate_store::command::Command;
use oxgate_store::faults::Mutation;
use oxgate_store::view::{DeliveryRow, EventRow, TimelineEntry};
use oxgate_store::{ReadError, Store};
use redox_client::PlatformError;
use redox_wire::platform::{LogFilter, LogKind};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How much earlier than the attempt a log may be dated, besides what the clocks differ by.
const BEFORE: Duration = Duration::from_secs(5);

/// How long after the attempt's deadline a log may still be made.
const AFTER: Duration = Duration::from_mins(2);

/// A log that is still missing this long after the attempt's end will not come.
const SETTLED_AFTER: Duration = Duration::from_mins(5);

/// Between two looks that find nothing, at least.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// How long a platform API that does not answer is asked; then a person decides.
const PATIENCE: Duration = Duration::from_hours(1);

/// Logs that are named to the person who decides.
const CANDIDATES_SHOWN: usize = 20;

/// Looks into Redox's logs for sends in doubt.
pub struct Reconciler<R> {
    store: Store,
    records: Arc<R>,
    clock: Arc<dyn Clock>,
    timer: Arc<dyn Timer>,
    /// Ids of sources that nothing but this gateway sends as.
    exclusive: HashSet<String>,
    /// The longest that an attempt takes.
    attempt_max: Duration,
    /// Sends whose log was missing at an earlier look, with what resolves once the dust has settled since. A restart
    /// forgets them and looks twice again.
    missing: Mutex<HashMap<DeliveryId, BoxFuture<'static, ()>>>,
}

/// An attempt in doubt: when it can have been made, and what its log must look like.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Attempt {
    began: Timestamp,
    deadline: Timestamp,
    /// An earlier attempt of the same delivery began so late that a log in the window may be its.
    repeated: bool,
}

/// What earlier looks for a log have found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Before {
    /// There was none.
    Unlooked,
    /// Nothing, a moment ago.
    Missing,
    /// Nothing, so long ago that whatever was on its way then has arrived.
    LongMissing,
}

/// What a look saw.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Seen {
    /// Logs that fit and that nobody holds.
    unclaimed: usize,
    /// Everything in the answer could be read.
    whole: bool,
    /// What earlier looks have found.
    before: Before,
    /// The source is ours alone, and nothing else can have left a log.
    alone: bool,
}

/// What follows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Verdict {
    Found,
    Absent,
    Ambiguous,
    LookAgain(Timestamp),
}

/// The rule, without any asking; `dust` is how long after a first look whatever was on its way has arrived.
fn verdict(seen: Seen, now: Timestamp, dust: Duration) -> Verdict {
    match (seen.unclaimed, seen.before) {
        _ if !seen.whole => Verdict::Ambiguous,
        (0, Before::LongMissing) => Verdict::Absent,
        (0, Before::Missing) => Verdict::LookAgain(now.plus(LOOK_AGAIN)),
        (0, Before::Unlooked) => Verdict::LookAgain(now.plus(dust)),
        (1, _) if seen.alone => Verdict::Found,
        _ => Verdict::Ambiguous,
    }
}

impl<R: Records> Reconciler<R> {
    /// Over these records. `exclusive` are the ids of sources that nothing but this gateway sends as.
    pub fn new(
        store: Store,
        records: Arc<R>,
        (clock, timer): (Arc<dyn Clock>, Arc<dyn Timer>),
        exclusive: HashSet<String>,
        attempt_max: Duration,
    ) -> Self {
        Self { store, records, clock, timer, exclusive, attempt_max, missing: Mutex::default() }
    }

    async fn find(&self, id: DeliveryId) -> Result<Finding, ReadError> {
        let (Some(row), Some(event)) = (self.store.delivery(id).await?, self.store.event(id.event).await?) else {
            return Ok(Finding::Ambiguous);
        };
        let now = self.clock.now();
        let timeline = self.store.timeline(id.event).await?;
        let margin = self.records.skew() + BEFORE;
        let attempt = Attempt::last(&row, &timeline, self.attempt_max, margin);
        let (from, until) = (attempt.began.minus(margin), attempt.deadline.plus(AFTER).plus(self.records.skew()));
        let found = match self.records.search(filter(&event, from, until)).await {
            Ok(found) => found,
            Err(error) => return Ok(unanswered(&error, now, attempt.deadline)),
        };
        let logs: Vec<String> = found.items.iter().map(|log| log.id.as_str().to_owned()).collect();
        let known: HashSet<String> = self.store.known_logs(logs.clone()).await?.into_iter().collect();
        let unclaimed: Vec<String> = logs.into_iter().filter(|log| !known.contains(log)).collect();
        let alone = unclaimed.len() == 1 && !attempt.repeated && self.exclusive.contains(&event.address.source) && {
            let (since, until) = others_within((from, until), self.attempt_max, self.records.skew());
            !self.store.neighbours(id, since, until).await?
        };
        let before = self.before(id);
        let seen = Seen { unclaimed: unclaimed.len(), whole: found.unreadable == 0, before, alone };
        let verdict = match self.store.mutation() {
            Some(Mutation::G5FirstLook) if seen.unclaimed == 0 => Verdict::Absent,
            Some(Mutation::G5AnyLog) => verdict(Seen { alone: true, ..seen }, now, self.dust()),
            _ => verdict(seen, now, self.dust()),
        };
        Ok(self.conclude(id, verdict, unclaimed, now).await)
    }

    async fn conclude(&self, id: DeliveryId, verdict: Verdict, mut logs: Vec<String>, now: Timestamp) -> Finding {
        if let Verdict::LookAgain(at) = verdict {
            self.note_missing(id, now);
            return Finding::Later(at);
        }
        self.lock().remove(&id);
        tracing::info!(delivery.id = %id, ?verdict, logs = logs.len(), "looked into Redox's logs");
        match verdict {
            Verdict::Found => Finding::Accepted { receipt: logs.pop(), reason: Reason::FOUND_IN_LOG },
            Verdict::Absent => Finding::Absent,
            Verdict::Ambiguous | Verdict::LookAgain(_) => {
                self.name_candidates(id, &logs).await;
                Finding::Ambiguous
            }
        }
    }

    /// The person who decides sees in the timeline which logs came into question.
    async fn name_candidates(&self, id: DeliveryId, logs: &[String]) {
        for log in logs.iter().take(CANDIDATES_SHOWN) {
            let what = "candidate log".to_owned();
            let note = Command::Note { delivery: id, what, reason: Reason::stored(log.clone()) };
            if let Err(error) = self.store.command(note).await {
                tracing::warn!(delivery.id = %id, %error, "a candidate log could not be noted");
            }
        }
    }

    /// How long after a look that found nothing the attempt has surely ended, and its log would be there. Counted as time
    /// passes, not by the clock, which may be set meanwhile.
    fn dust(&self) -> Duration {
        self.attempt_max + SETTLED_AFTER
    }

    fn before(&self, id: DeliveryId) -> Before {
        let mut missing = self.lock();
        let Some(dust) = missing.get_mut(&id) else { return Before::Unlooked };
        if dust.now_or_never().is_none() {
            return Before::Missing;
        }
        // What has resolved must not be asked again.
        *dust = Box::pin(std::future::ready(()));
        Before::LongMissing
    }

    fn note_missing(&self, id: DeliveryId, now: Timestamp) {
        self.lock().entry(id).or_insert_with(|| self.timer.after(now, self.dust()));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<DeliveryId, BoxFuture<'static, ()>>> {
        self.missing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When, by our clock, another send must have been under way for a log made in this time, by Redox's, to be its. Its log may
/// be made as late as this one's, and the clocks may be apart by `skew` either way.
fn others_within((from, until): (Timestamp, Timestamp), longest: Duration, skew: Duration) -> (Timestamp, Timestamp) {
    (from.minus(longest + AFTER + skew), until.plus(skew))
}

fn filter(event: &EventRow, from: Timestamp, until: Timestamp) -> LogFilter {
    let address = &event.address;
    LogFilter {
        kind: Some(LogKind::Send),
        source: Some(address.source.clone()),
        destination: (!address.destination.is_empty()).then(|| address.destination.clone()),
        data_model: Some(address.model.clone()),
        event_type: Some(address.event_type.clone()),
        created_after: Some(from.millis()),
        created_before: Some(until.millis()),
        ..LogFilter::default()
    }
}

/// A platform API that does not answer now is asked again for a while; one that refuses us needs a person, and so does the
/// delivery.
fn unanswered(error: &PlatformError, now: Timestamp, deadline: Timestamp) -> Finding {
    tracing::warn!(%error, "Redox's logs cannot be asked about a send in doubt");
    if now >= deadline.plus(PATIENCE) { Finding::Ambiguous } else { Finding::Later(now.plus(LOOK_AGAIN * 2)) }
}

impl Attempt {
    /// The last attempt, as the rows tell it. After a crash its own start may be nowhere; then it began after the one
    /// before it, and the delivery was found in doubt after its deadline.
    fn last(row: &DeliveryRow, timeline: &[TimelineEntry], longest: Duration, margin: Duration) -> Self {
        let begun: HashMap<u32, Timestamp> = timeline
            .iter()
            .filter_map(|entry| entry.attempt.filter(|attempt| attempt.delivery == row.id).map(|id| (id.no, entry.at)))
            .collect();
        let own = begun.get(&row.row.attempts).copied();
        let earlier = begun.iter().filter(|(no, _)| **no < row.row.attempts).map(|(_, at)| *at).max();
        let began = own.or(earlier).or(row.started_at).unwrap_or(row.row.due_at);
        let deadline = match own {
            Some(at) => at.plus(longest),
            None => row.row.due_at.max(began.plus(longest)),
        };
        Self { began, deadline, repeated: earlier.is_some_and(|at| at >= began.minus(margin)) }
    }
}

impl<R: Records> Evidence for Reconciler<R> {
    fn look(&self, doubt: Doubt) -> BoxFuture<'_, Finding> {
        Box::pin(async move {
            self.find(doubt.delivery).await.unwrap_or_else(|error| {
                tracing::warn!(delivery.id = %doubt.delivery, %error, "a send in doubt cannot be looked at now");
                Finding::Later(self.clock.now().plus(LOOK_AGAIN))
            })
        })
    }
}

impl<R> std::fmt::Debug for Reconciler<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reconciler").field("exclusive", &self.exclusive).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);
    const DUST: Duration = Duration::from_mins(7);
    const NOTHING: Seen = Seen { unclaimed: 0, whole: true, before: Before::Unlooked, alone: false };

    #[test]
    fn g5_absence_needs_two_looks_and_the_second_after_the_dust_has_settled() {
        assert_eq!(verdict(NOTHING, NOW, DUST), Verdict::LookAgain(NOW.plus(DUST)));
        // The clock was set ahead: it is late, and nothing has had the time to arrive.
        let too_soon = Seen { before: Before::Missing, ..NOTHING };
        assert_eq!(verdict(too_soon, NOW.plus(DUST), DUST), Verdict::LookAgain(NOW.plus(DUST + LOOK_AGAIN)));
        // The clock was set back: the time has passed all the same.
        let again = Seen { before: Before::LongMissing, ..NOTHING };
        assert_eq!(verdict(again, NOW.minus(DUST), DUST), Verdict::Absent);
    }

    #[test]
    fn g5_one_log_is_evidence_only_where_nothing_else_can_have_left_it() {
        let one = Seen { unclaimed: 1, ..NOTHING };
        assert_eq!(verdict(one, NOW, DUST), Verdict::Ambiguous);
        assert_eq!(verdict(Seen { alone: true, ..one }, NOW, DUST), Verdict::Found);
        assert_eq!(verdict(Seen { alone: true, unclaimed: 2, ..one }, NOW, DUST), Verdict::Ambiguous);
    }

    /// Two sends two hours apart by a clock that was set two hours ahead between them: Redox logged them within minutes.
    #[test]
    fn g5_a_send_begun_by_a_clock_that_is_ahead_may_have_left_the_log() {
        let (skew, longest) = (Duration::from_hours(2), Duration::from_mins(5));
        let logs = (NOW.minus(skew), NOW.plus(skew));
        let (since, until) = others_within(logs, longest, skew);
        assert!(until >= logs.1.plus(skew), "it began after the last log that fits, by our clock");
        assert!(since <= logs.0.minus(longest + skew), "it ended before the first log that fits, by our clock");
    }

    #[test]
    fn g5_nothing_is_concluded_from_a_list_that_cannot_be_read() {
        for unclaimed in [0, 1] {
            let seen = Seen { unclaimed, whole: false, before: Before::LongMissing, alone: true };
            assert_eq!(verdict(seen, NOW, DUST), Verdict::Ambiguous);
        }
    }
}
