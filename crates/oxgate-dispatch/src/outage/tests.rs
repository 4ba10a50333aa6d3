//! Judgements, one rule at a time.

use super::*;
use oxgate_core::{EventId, Reason};

const NOW: Timestamp = Timestamp(1_000_000);
const BACKOFF: Backoff = Backoff { first: Duration::from_secs(1), most: Duration::from_mins(5) };
/// Full jitter draws the shortest pause with this number: a tenth of the ceiling.
const SHORTEST: u64 = 0;

fn attempt(seq: u64, now: Timestamp) -> Attempt {
    Attempt {
        id: EventId { seq, tag: 0 }.delivery(0),
        mode: Mode::Repeatable,
        attempts: 1,
        started_at: now,
        probe: false,
        asked: true,
        healthy: false,
        check_after: Duration::ZERO,
        random: SHORTEST,
    }
}

fn failed(outcome: Outcome) -> Report {
    Report::new(outcome, Reason::status(500))
}

fn counts(judgement: &Judgement) -> bool {
    match judgement.fact {
        Fact::EventFailure { counts, .. } => counts,
        ref other => panic!("no event failure: {other:?}"),
    }
}

#[test]
fn g4_event_failures_count_only_with_evidence() {
    let mut target = Outage::new(BACKOFF, NOW);
    let (bad, good) = (attempt(1, NOW), attempt(2, NOW));
    target.judge(good, &Report::accepted(), NOW);
    assert!(!counts(&target.judge(bad, &failed(Outcome::EventFailed), NOW)), "that was before it first failed");
    assert!(!counts(&target.judge(bad, &failed(Outcome::EventFailed), NOW)));
    target.judge(good, &Report::accepted(), NOW);
    assert!(counts(&target.judge(bad, &failed(Outcome::EventFailed), NOW)));
    let other = Attempt { healthy: true, ..attempt(3, NOW) };
    assert!(counts(&target.judge(other, &failed(Outcome::EventFailed), NOW)), "its health URL answers");
}

#[test]
fn g4_target_failures_open_the_breaker_and_back_off() {
    let mut target = Outage::new(BACKOFF, NOW);
    let mut now = NOW;
    let mut pauses = Vec::new();
    for _ in 0..11 {
        let probe = Attempt { probe: now != NOW, ..attempt(1, now) };
        let judged = target.judge(probe, &failed(Outcome::TargetFailed), now);
        let Gate::Down(until) = judged.gate else { panic!("the target is down: {judged:?}") };
        assert_eq!(judged.fact, Fact::TargetFailure { reason: Reason::status(500), retry_at: until });
        pauses.push(until.since(now));
        now = until;
    }
    assert!(pauses.is_sorted(), "{pauses:?}");
    assert_eq!((pauses[0], pauses[10]), (Duration::from_millis(100), Duration::from_secs(30)), "{pauses:?}");
    let judged = target.judge(Attempt { probe: true, ..attempt(1, now) }, &Report::accepted(), now);
    assert_eq!(judged.gate, Gate::Up);
    assert!(target.standing().0);
}

#[test]
fn attempts_beside_the_first_failure_do_not_lengthen_the_pause() {
    let mut target = Outage::new(BACKOFF, NOW);
    let first = target.judge(attempt(1, NOW), &failed(Outcome::TargetFailed), NOW.plus(Duration::from_millis(10)));
    let beside = target.judge(attempt(2, NOW), &failed(Outcome::TargetFailed), NOW.plus(Duration::from_millis(20)));
    assert_eq!(first.gate, beside.gate);
    assert_eq!(target.standing().3, 1);
}

#[test]
fn retry_after_is_honoured_within_reason() {
    let mut target = Outage::new(BACKOFF, NOW);
    let busy = failed(Outcome::TargetFailed).with_retry_after(Duration::from_mins(20));
    let judged = target.judge(attempt(1, NOW), &busy, NOW);
    assert_eq!(judged.gate, Gate::Down(NOW.plus(Duration::from_mins(20))));
    let silly = failed(Outcome::TargetFailed).with_retry_after(Duration::from_hours(1_000));
    let later = NOW.plus(Duration::from_mins(20));
    let judged = target.judge(Attempt { probe: true, ..attempt(1, later) }, &silly, later);
    assert_eq!(judged.gate, Gate::Down(later.plus(RETRY_AFTER_MAX)));
}

#[test]
fn a_head_without_evidence_asks_for_a_trial_once_an_hour() {
    let mut target = Outage::new(BACKOFF, NOW);
    let trials: Vec<i64> = (0..30)
        .filter(|step| {
            let now = NOW.plus(Duration::from_mins(5) * *step);
            target.judge(attempt(1, now), &failed(Outcome::EventFailed), now).try_successor
        })
        .map(i64::from)
        .collect();
    assert_eq!(trials, [12, 24]);
    target.forget(attempt(1, NOW).id);
    assert_eq!(target.failing(), 0);
}

#[test]
fn rejected_parks_at_once_and_unknown_never_opens_the_breaker_of_a_target_that_is_up() {
    let mut target = Outage::new(BACKOFF, NOW);
    let judged = target.judge(attempt(1, NOW), &failed(Outcome::Rejected), NOW);
    assert!(judged.park && counts(&judged));
    let once = Attempt { mode: Mode::Once, check_after: Duration::from_secs(7), ..attempt(2, NOW) };
    let judged = target.judge(once, &failed(Outcome::Unknown), NOW);
    assert_eq!(judged.gate, Gate::Unchanged);
    let check_at = NOW.plus(Duration::from_secs(7));
    assert_eq!(judged.fact, Fact::NoOutcome { reason: Reason::status(500), check_at });
    target.judge(attempt(3, NOW), &failed(Outcome::TargetFailed), NOW);
    let judged = target.judge(Attempt { probe: true, ..once }, &failed(Outcome::Unknown), NOW);
    assert!(matches!(judged.gate, Gate::Down(_)), "a probe without outcome proves nothing");
}
