//! From a report to what it changes: the fact to record, the target's gate, and, once durable, the delivery's place.

use super::STORE_PAUSE;
use super::attempt::{End, Finished, Reported};
use super::engine::{Engine, Purpose, RecordDone};
use super::records::plain;
use super::unknown::Unknown;
use crate::outage::{Attempt, Gate, Judgement, Outage};
use crate::scheduler::Start;
use crate::target::{Outcome, Wired};
use oxgate_core::delivery::{OnPark, Policy};
use oxgate_core::{Delivery, DeliveryId, Fact, Reason, State};
use oxgate_store::command::{AttemptRecord, Recorded};
use oxgate_store::faults::Mutation;
use std::time::Duration;

impl Engine {
    /// An attempt is over: what it says is recorded, and only then does the delivery leave its place.
    pub(super) fn attempt_over(&mut self, finished: Finished) {
        let Finished { start, wired, end } = finished;
        match end {
            End::Reported(reported) => self.reported(start, &wired, reported, true),
            End::NotReady(reported) => self.reported(start, &wired, reported, false),
            End::NotBegun => {
                self.scheduler.attempt_over(&start.target, start.id);
                let until = self.shared.clock.now().plus(STORE_PAUSE);
                self.scheduler.not_begun(start.lane, start.id, until);
            }
            End::MovedOn => {
                self.scheduler.attempt_over(&start.target, start.id);
                self.distrust(start.lane, start.id);
            }
            // The commit may have taken effect although it was refused; what it began has to be undone before anything else.
            End::StartRefused(ticket) => {
                self.hold_starts();
                let record = plain(start.id, Fact::StartRefused { ticket }, wired.spec.policy);
                self.record(start.lane, Purpose::Attempt { target: start.target, after_outage: false }, record);
            }
        }
    }

    /// `began` unless the attempt failed before it was promised: it then has no number and no row of its own.
    fn reported(&mut self, start: Start, wired: &Wired, reported: Reported, began: bool) {
        let Reported { report, asked, attempt_no, started_at, healthy } = reported;
        let now = self.shared.clock.now();
        let policy = wired.spec.policy;
        let attempt = Attempt {
            id: start.id,
            mode: policy.mode,
            attempts: attempt_no,
            started_at,
            probe: self.scheduler.is_probe(&start.target, start.id),
            asked,
            healthy: healthy || self.shared.ledger.mutation() == Some(Mutation::G4CountUnproved),
            check_after: if wired.evidence.is_some() { wired.spec.check_after } else { Duration::ZERO },
            random: self.shared.entropy.number(),
        };
        let judgement = match self.targets.get_mut(&start.target) {
            Some(running) => running.judge(attempt, &report, now),
            // It has left the configuration meanwhile, with all that was known of it.
            None => Outage::new(wired.spec.backoff, now).judge(attempt, &report, now),
        };
        tracing::debug!(delivery = %start.id, outcome = ?report.outcome, reason = %report.reason, "attempt over");
        self.turn_gate(&start.target, judgement.gate);
        self.follow_trial(&start, &judgement, report.outcome);

        let policy = if judgement.park { park_now(policy) } else { policy };
        let mut record = plain(start.id, judgement.fact, policy);
        record.receipt = report.receipt;
        record.children = report.children;
        let attempt = AttemptRecord {
            no: Some(attempt_no),
            started_at,
            ended_at: now,
            status: report.status,
            reason: report.reason,
            detail: None,
        };
        let after_outage = report.outcome == Outcome::TargetFailed;
        if self.shared.ledger.mutation() == Some(Mutation::G3EndEarly) {
            self.scheduler.ended(start.lane, start.id);
        }
        let purpose = Purpose::Attempt { target: start.target, after_outage };
        record.attempt = began.then_some(attempt);
        self.record_with_detail(start.lane, purpose, record, report.detail);
    }

    fn turn_gate(&mut self, target: &str, gate: Gate) {
        match gate {
            Gate::Up => self.scheduler.target_up(target),
            Gate::Down(until) => self.scheduler.target_down(target, until),
            Gate::Unchanged => (),
        }
    }

    /// A successor that settles proves that its head is the problem; a head that asks for it gets a successor tried.
    fn follow_trial(&mut self, start: &Start, judgement: &Judgement, outcome: Outcome) {
        if outcome == Outcome::Accepted
            && let Some(head) = self.scheduler.head_of_trial(start.lane, start.id)
            && self.scheduler.occupy(start.lane, head)
        {
            tracing::warn!(delivery = %head, "a successor has settled, so this one is parked");
            let fact =
                Fact::EventFailure { reason: Reason::FAILURE_LIMIT, counts: true, retry_at: self.shared.clock.now() };
            let policy = park_now(self.targets.policy(&start.target));
            self.record(start.lane, Purpose::Trial, plain(head, fact, policy));
        }
        if judgement.try_successor {
            self.trials.insert(start.id);
        }
    }

    /// What came of a record is durable.
    pub(super) fn recorded(&mut self, done: RecordDone) {
        let RecordDone { lane, id, policy, purpose, recorded } = done;
        let is_of_doubt = matches!(purpose, Purpose::Doubt);
        let after_outage = match &purpose {
            Purpose::Attempt { target, after_outage } => {
                self.scheduler.attempt_over(target, id);
                *after_outage
            }
            Purpose::Doubt | Purpose::Housekeeping | Purpose::Trial => false,
        };
        match recorded {
            // The store has closed: the next start finds the row as it stands.
            None => {}
            // The row was told before this answer came, and an attempt may have begun on it: that one still has its place.
            Some(Recorded::Done { row, .. })
                if row.state.is_open() && is_of_doubt && self.scheduler.is_under_way(lane, id) => {}
            // Another attempt has begun, whose start this one's refusal left alone: the place is that one's.
            Some(Recorded::Done { row, .. }) if row.state == State::Sending => {}
            Some(Recorded::Done { row, .. }) if row.state.is_open() => self.still_open(lane, id, row, after_outage),
            Some(Recorded::Done { row, .. }) => self.left(lane, id, &row, policy),
            Some(Recorded::Illegal(illegal)) => {
                self.illegal += 1;
                tracing::error!(delivery = %id, %illegal, "a record was refused");
                self.distrust(lane, id);
            }
            Some(Recorded::Missing) => {
                self.forget_delivery(lane, id);
                self.scheduler.ended(lane, id);
            }
        }
    }

    fn still_open(&mut self, lane: i64, id: DeliveryId, row: Delivery, after_outage: bool) {
        let now = self.shared.clock.now();
        if row.state == State::Unknown
            && let Some(target) = self.target_of(lane)
        {
            let unknown = Unknown { id, lane, target, attempts: row.attempts, due: row.due_at, busy: false };
            self.unknown.insert(id, unknown);
        } else {
            self.unknown.remove(&id);
        }
        self.scheduler.still_open(lane, id, row, after_outage, now);
        // The breaker may have closed between the failure and its record; then nothing is left to wait for.
        if after_outage && self.is_target_up(lane) {
            self.scheduler.outage_over(lane);
        }
        if self.trials.remove(&id)
            && let Some(successor) = self.scheduler.try_successor(lane, id)
        {
            tracing::warn!(delivery = %id, %successor, "nothing settles behind this one; its successor is tried");
        }
    }

    /// The delivery has left the open ones. What its parking does to those behind it is in the store already, and known
    /// here before any of them can start.
    fn left(&mut self, lane: i64, id: DeliveryId, row: &Delivery, policy: Policy) {
        self.forget_delivery(lane, id);
        if row.state == State::Parked {
            tracing::warn!(delivery = %id, reason = %row.reason, "parked");
            let unknown = row.reason == Reason::UNKNOWN_OUTCOME;
            match if unknown { policy.on_unknown } else { policy.on_park } {
                OnPark::Continue => (),
                OnPark::HoldKey => self.scheduler.forget(lane),
                OnPark::HoldLane => self.scheduler.block(lane, id),
            }
        }
        self.scheduler.ended(lane, id);
    }
}

/// The same rules with parking at the first counted failure.
const fn park_now(policy: Policy) -> Policy {
    Policy { failures_max: 1, failures_span: Duration::ZERO, ..policy }
}
