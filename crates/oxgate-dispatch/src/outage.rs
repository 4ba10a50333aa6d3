//! Outage is not poison: what a failed attempt says about the event, and what about its target. Pure.
//!
//! A failure of the *target* (refused, unreachable, overloaded) makes its lanes wait behind a circuit breaker: after a
//! pause a single probe, and a success opens everything. It never counts towards parking.
//!
//! A failure of the *event* counts only with evidence that the target is well: it has settled something else since this
//! event first failed, or its health URL answers. Without evidence the head of a lane could wait for ever: nothing behind
//! it starts, so nothing settles. So after [`TRIAL_AFTER`] it is set aside and one successor is tried; if that settles,
//! the head is parked, else it is put back.

use crate::target::{Outcome, Report};
use oxgate_core::delivery::Mode;
use oxgate_core::retry::Backoff;
use oxgate_core::{DeliveryId, Fact, Timestamp};
use std::collections::HashMap;
use std::time::Duration;

/// How long a head fails without evidence before a successor is tried, and between two such trials.
pub const TRIAL_AFTER: Duration = Duration::from_hours(1);

/// The longest pause that a peer may ask for with `Retry-After`; a mistaken header must not stop a feed for a week.
pub const RETRY_AFTER_MAX: Duration = Duration::from_hours(1);

/// What is known about one target.
#[derive(Debug)]
pub struct Outage {
    backoff: Backoff,
    breaker: Breaker,
    /// How often something settled: failures compare it with what it was when they began.
    settled: u64,
    /// Deliveries that fail for their own sake, as it seems.
    failing: HashMap<DeliveryId, Failing>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Breaker {
    Closed { since: Timestamp },
    Open { since: Timestamp, until: Timestamp, failures: u32 },
}

#[derive(Clone, Copy, Debug)]
struct Failing {
    settled_then: u64,
    /// When it first failed, or when a successor was last tried.
    since: Timestamp,
}

/// An attempt that is over, as the judgement needs it.
#[derive(Clone, Copy, Debug)]
pub struct Attempt {
    /// The delivery.
    pub id: DeliveryId,
    /// Repeatable or once.
    pub mode: Mode,
    /// Attempts of this delivery so far, this one included.
    pub attempts: u32,
    /// When it began.
    pub started_at: Timestamp,
    /// Whether it was the target's probe.
    pub probe: bool,
    /// Whether the target was asked at all; without that, nothing is learnt about it.
    pub asked: bool,
    /// Whether the target's health URL answered after the failure.
    pub healthy: bool,
    /// When evidence about an unknown outcome is to be looked for, counted from now.
    pub check_after: Duration,
    /// 64 random bits, for jitter.
    pub random: u64,
}

/// What follows from an attempt.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Judgement {
    /// The fact to record.
    pub fact: Fact,
    /// Park at once, whatever the limit of counted failures: the target said no for good.
    pub park: bool,
    /// What it says about the target.
    pub gate: Gate,
    /// A successor is to be tried: this delivery has failed for long without evidence.
    pub try_successor: bool,
}

impl Judgement {
    const fn of(fact: Fact, gate: Gate) -> Self {
        Self { fact, park: false, gate, try_successor: false }
    }
}

/// What an attempt says about its target.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gate {
    /// It is well.
    Up,
    /// It is not; the next probe is due at this time.
    Down(Timestamp),
    /// Nothing.
    Unchanged,
}

impl Outage {
    /// A target that is taken to be well until something else is seen.
    pub fn new(backoff: Backoff, now: Timestamp) -> Self {
        Self { backoff, breaker: Breaker::Closed { since: now }, settled: 0, failing: HashMap::new() }
    }

    /// Goes on with another schedule.
    pub const fn set_backoff(&mut self, backoff: Backoff) {
        self.backoff = backoff;
    }

    /// What to make of an attempt that ended at `now` with `report`.
    pub fn judge(&mut self, attempt: Attempt, report: &Report, now: Timestamp) -> Judgement {
        match report.outcome {
            Outcome::Accepted => {
                self.settled += 1;
                self.failing.remove(&attempt.id);
                Judgement::of(Fact::Accepted, self.close(now))
            }
            Outcome::Rejected => {
                self.failing.remove(&attempt.id);
                let fact = Fact::EventFailure { reason: report.reason.clone(), counts: true, retry_at: now };
                let gate = if attempt.asked { self.close(now) } else { Gate::Unchanged };
                Judgement { park: true, ..Judgement::of(fact, gate) }
            }
            Outcome::EventFailed => self.event_failed(attempt, report, now),
            Outcome::TargetFailed => {
                let until = self.open(attempt, report.retry_after, now);
                let fact = Fact::TargetFailure { reason: report.reason.clone(), retry_at: until };
                Judgement::of(fact, Gate::Down(until))
            }
            Outcome::Unknown => self.unknown(attempt, report, now),
        }
    }

    fn event_failed(&mut self, attempt: Attempt, report: &Report, now: Timestamp) -> Judgement {
        let settled_then = self.settled;
        let failing = self.failing.entry(attempt.id).or_insert(Failing { settled_then, since: now });
        let counts = attempt.healthy || self.settled > failing.settled_then;
        let try_successor = !counts && now.since(failing.since) >= TRIAL_AFTER;
        if try_successor {
            failing.since = now;
        }
        let retry_at = now.plus(self.pause(attempt, report.retry_after));
        let fact = Fact::EventFailure { reason: report.reason.clone(), counts, retry_at };
        // It answered, so it can be reached.
        Judgement { try_successor, ..Judgement::of(fact, self.close(now)) }
    }

    fn unknown(&mut self, attempt: Attempt, report: &Report, now: Timestamp) -> Judgement {
        // A probe without outcome proves nothing; an attempt without outcome beside others does not close the door.
        let gate =
            if attempt.probe { Gate::Down(self.open(attempt, report.retry_after, now)) } else { Gate::Unchanged };
        let check_at = match attempt.mode {
            Mode::Once => now.plus(attempt.check_after),
            Mode::Repeatable => now.plus(self.pause(attempt, report.retry_after)),
        };
        Judgement::of(Fact::NoOutcome { reason: report.reason.clone(), check_at }, gate)
    }

    /// The delivery has left the open ones, so what is remembered of its failures is of no use.
    pub fn forget(&mut self, id: DeliveryId) {
        self.failing.remove(&id);
    }

    /// Whether the target is taken to be well, since when, the next probe, and target failures in a row.
    pub const fn standing(&self) -> (bool, Timestamp, Option<Timestamp>, u32) {
        match self.breaker {
            Breaker::Closed { since } => (true, since, None, 0),
            Breaker::Open { since, until, failures } => (false, since, Some(until), failures),
        }
    }

    /// The clock was set back: pauses under way do not grow by it.
    pub fn clock_set_back(&mut self, by: Duration) {
        match &mut self.breaker {
            Breaker::Closed { since } => *since = since.minus(by),
            Breaker::Open { since, until, .. } => (*since, *until) = (since.minus(by), until.minus(by)),
        }
        self.failing.values_mut().for_each(|failing| failing.since = failing.since.minus(by));
    }

    /// Deliveries that are remembered as failing.
    pub fn failing(&self) -> usize {
        self.failing.len()
    }

    fn close(&mut self, now: Timestamp) -> Gate {
        if let Breaker::Open { .. } = self.breaker {
            self.breaker = Breaker::Closed { since: now };
        }
        Gate::Up
    }

    /// Opens the breaker, or keeps it open; the time of the next probe.
    ///
    /// Only the probe, or an attempt that began after the breaker opened, makes the pause longer: attempts that were
    /// under way beside the first failure tell the same story.
    fn open(&mut self, attempt: Attempt, retry_after: Option<Duration>, now: Timestamp) -> Timestamp {
        let asked = retry_after.map_or(now, |pause| now.plus(pause.min(RETRY_AFTER_MAX)));
        let (since, before, failures) = match self.breaker {
            Breaker::Closed { .. } => (now, now, 1),
            Breaker::Open { since, until, failures } if attempt.probe || attempt.started_at >= until => {
                (since, now, failures.saturating_add(1))
            }
            Breaker::Open { since, until, failures } => {
                let until = until.max(asked);
                self.breaker = Breaker::Open { since, until, failures };
                return until;
            }
        };
        let until = before.plus(self.backoff.pause(failures, attempt.random)).max(asked);
        self.breaker = Breaker::Open { since, until, failures };
        until
    }

    fn pause(&self, attempt: Attempt, retry_after: Option<Duration>) -> Duration {
        let asked = retry_after.unwrap_or_default().min(RETRY_AFTER_MAX);
        self.backoff.pause(attempt.attempts, attempt.random).max(asked)
    }
}

#[cfg(test)]
mod tests;
