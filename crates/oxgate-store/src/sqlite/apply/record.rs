//! A fact about a delivery: through the state machine against the row as it stands, then the row and its effects.

use super::Fault;
use super::Turn;
use super::insert::Place;
use crate::command::{Actor, AttemptRecord, NewDelivery, Record, Recorded};
use crate::engine::CommandError;
use crate::faults::Mutation;
use crate::sqlite::columns::{Stored, natural, number};
use crate::sqlite::statements as sql;
use crate::view::Change;
use oxgate_core::delivery::{Effect, Mode, Policy, Step, step as core_step};
use oxgate_core::lane::LaneState;
use oxgate_core::limits::RECORDS_MAX;
use oxgate_core::{Delivery, DeliveryId, Direction, Fact, OrderKeys, State};
use rusqlite::params;
use std::collections::HashMap;
use std::time::Duration;

/// How long a question without a deadline, or one that was never sent, is matched.
const UNDATED_EXPECTATION_KEPT: Duration = Duration::from_hours(24 * 400);

/// Rows behind a delivery that are looked at for one that overtook it; beyond them the answer is "probably".
const OVERTAKERS_LOOKED_AT: u32 = 10_000;

/// What came with a fact.
#[derive(Clone, Copy, Default)]
pub(super) struct Circumstances<'a> {
    pub(super) attempt: Option<&'a AttemptRecord>,
    pub(super) receipt: Option<&'a str>,
    pub(super) actor: Option<&'a Actor>,
    pub(super) instead: Option<&'a NewDelivery>,
}

impl Turn<'_> {
    pub(super) fn record(&mut self, record: &Record) -> Result<Recorded, Fault> {
        let Some(mut stored) = self.stored(record.delivery)? else { return Ok(Recorded::Missing) };
        if is_told_again(record, &stored.row) && !self.context.faults.has(Mutation::G2ChildrenAgain) {
            return Ok(Recorded::Done { row: stored.row, made: None, children: Vec::new() });
        }
        // A repeatable target has no durable start; its attempts are counted when they end.
        if record.policy.mode == Mode::Repeatable && record.attempt.is_some() {
            stored.row.attempts += 1;
        }
        let (fact, policy) = self.as_mutated(record);
        let step = match core_step(&stored.row, &fact, &policy, self.context.now) {
            Ok(step) => step,
            Err(illegal) => {
                self.applied.illegal += u64::from(record.actor.is_none());
                return Ok(Recorded::Illegal(illegal));
            }
        };
        if self.skips(&fact) {
            return Ok(Recorded::Done { row: step.next, made: None, children: Vec::new() });
        }
        // A fact that is only noted must not make the same children again.
        let moves = step.next.state != stored.row.state || self.context.faults.has(Mutation::G2ChildrenAgain);
        let children = if moves { self.children(record)? } else { Vec::new() };
        let receipt = record.receipt.clone().or_else(|| super::children::receipt(&children));
        let circumstances = Circumstances {
            attempt: record.attempt.as_ref(),
            receipt: receipt.as_deref(),
            actor: record.actor.as_ref(),
            instead: record.instead.as_ref(),
        };
        let (row, made) = self.advance(&stored, step, &fact, circumstances)?;
        if let Some(actor) = &record.actor {
            let id = record.delivery;
            self.audit(actor, record.fact.name(), Some((id.event, Some(id.n))))?;
        }
        Ok(Recorded::Done { row, made, children })
    }

    /// Facts about several deliveries, in one transaction and in the order given.
    pub(super) fn records(&mut self, records: &[Record]) -> Result<Vec<Recorded>, Fault> {
        if records.len() > RECORDS_MAX {
            return Err(CommandError::TooManyRecords { count: records.len() }.into());
        }
        let mut refused: HashMap<DeliveryId, Recorded> = HashMap::new();
        let mut all = Vec::with_capacity(records.len());
        for record in records {
            let recorded = match refused.get(&record.delivery) {
                Some(refusal) => refusal.clone(),
                None => self.record(record)?,
            };
            if !matches!(recorded, Recorded::Done { .. }) {
                refused.insert(record.delivery, recorded.clone());
            }
            all.push(recorded);
        }
        Ok(all)
    }

    /// Somebody is about to be told that the delivery comes out of order.
    pub(super) fn overtaken(&self, id: DeliveryId) -> Result<(), Fault> {
        if self.stored(id)?.is_some() {
            self.execute(sql::DELIVERY_OVERTAKEN, params![number(id.event.seq), id.n])?;
        }
        Ok(())
    }

    /// Fact and policy as recorded; with `g4-count-outage` an outage speaks against the event.
    fn as_mutated(&self, record: &Record) -> (Fact, Policy) {
        match &record.fact {
            Fact::TargetFailure { reason, retry_at } if self.context.faults.has(Mutation::G4CountOutage) => {
                let policy = Policy { failures_max: 1, failures_span: Duration::ZERO, ..record.policy };
                (Fact::EventFailure { reason: reason.clone(), counts: true, retry_at: *retry_at }, policy)
            }
            fact => (fact.clone(), record.policy),
        }
    }

    /// Whether a deliberate bug answers this fact without writing it.
    fn skips(&self, fact: &Fact) -> bool {
        let faults = &self.context.faults;
        (matches!(fact, Fact::Start { .. }) && faults.has(Mutation::G5SkipStart))
            || (*fact == Fact::Expire && faults.has(Mutation::G6SkipExpiry))
    }

    /// Writes what a step makes of a delivery, with everything that follows from it. Returns the row as it stands then,
    /// and the delivery that was made instead, if one was.
    pub(super) fn advance(
        &mut self,
        before: &Stored,
        step: Step,
        fact: &Fact,
        circumstances: Circumstances<'_>,
    ) -> Result<(Delivery, Option<DeliveryId>), Fault> {
        let after = self.after(before, step.next, fact, &circumstances)?;
        self.write_row(&after)?;
        if let Some(attempt) = circumstances.attempt {
            let unheld = before.row.state == State::Sending && after.receipt.is_none();
            self.write_attempt(&after, attempt, fact, unheld)?;
        }
        if let Some(what) = turn_of_life(&before.row, &after.row, &step.effects, fact, circumstances.attempt.is_some())
            && !self.context.faults.has(Mutation::G6SkipStep)
        {
            let actor = circumstances.actor.map(|actor| actor.name.as_str());
            let (id, now) = (after.id, self.context.now.0);
            let parameters = params![number(id.event.seq), id.n, now, what, after.row.reason.as_str(), actor];
            self.execute(sql::STEP_INSERT, parameters)?;
        }
        self.tell(before, &after, fact);
        let made = self.effects(&after, &step.effects, circumstances.instead)?;
        match (before.row.state, after.row.state) {
            (old, new) if !old.is_open() && new.is_open() => {
                self.grows_heavier(after.lane, after.rank)?;
                self.wait_for_seam(after.lane, after.rank)?;
            }
            (old, new) if old != new && !new.is_open() => self.grows_lighter(after.lane, after.rank)?,
            _ => {}
        }
        Ok((after.row, made))
    }

    fn after(
        &mut self,
        before: &Stored,
        next: Delivery,
        fact: &Fact,
        circumstances: &Circumstances<'_>,
    ) -> Result<Stored, Fault> {
        let mut after = Stored { row: next, ..before.clone() };
        let now = self.context.now;
        let began = circumstances.attempt.map(|attempt| attempt.started_at);
        let began = began.or(matches!(fact, Fact::Start { .. }).then_some(now));
        after.started_at = before.started_at.or(began);
        if after.row.state.is_open() {
            after.ended_at = None;
        } else if after.row.state != before.row.state {
            after.ended_at = Some(now);
        }
        if let Some(attempt) = circumstances.attempt {
            after.status = attempt.status;
        }
        if let Some(receipt) = circumstances.receipt {
            after.receipt = Some(receipt.to_owned());
        }
        let back_in_place = before.row.state == State::Parked && after.row.state == State::Queued;
        if back_in_place && self.context.faults.has(Mutation::G3IgnoreRank) {
            after.rank = self.memory.next_rank(self.connection)?;
        } else if back_in_place {
            after.out_of_order =
                before.out_of_order || self.is_overtaken(before.id, (before.lane, before.rank), &before.keys)?;
        }
        let comes_back = after.row.state == State::Queued && !matches!(before.row.state, State::Queued | State::Held);
        if comes_back && self.is_held(after.lane, (after.rank, after.id.n), &after.keys)? {
            // While it was away, an earlier one of its key was parked. The policy plays no part in this step.
            if let Ok(held) = core_step(&after.row, &Fact::KeyHeld, &Policy::HANDLER, now) {
                after.row = held.next;
            }
        }
        Ok(after)
    }

    fn write_row(&self, after: &Stored) -> rusqlite::Result<()> {
        let row = &after.row;
        let parameters = params![
            number(after.id.event.seq),
            after.id.n,
            row.state.code(),
            row.reason.as_str(),
            row.attempts,
            row.counted,
            row.counted_since.map(|at| at.0),
            row.due_at.0,
            row.cancel_wished,
            after.started_at.map(|at| at.0),
            after.ended_at.map(|at| at.0),
            number(after.rank),
            after.out_of_order,
            after.status,
            after.receipt,
            row.ticket.map(u64::cast_signed),
        ];
        self.execute(sql::DELIVERY_UPDATE, parameters)?;
        Ok(())
    }

    /// A successful first attempt is told by the delivery's own row; every other gets one of its own, and so does a send
    /// that was accepted without a receipt: it has left a log at Redox that nobody holds.
    fn write_attempt(&self, after: &Stored, attempt: &AttemptRecord, fact: &Fact, unheld: bool) -> Result<(), Fault> {
        let accepted = *fact == Fact::Accepted;
        if accepted && after.row.attempts <= 1 && attempt.detail.is_none() && !unheld {
            return Ok(());
        }
        if let Some(detail) = &attempt.detail {
            self.own_body(after.id.event, detail)?;
        }
        let parameters = params![
            number(after.id.event.seq),
            after.id.n,
            after.row.attempts,
            attempt.started_at.0,
            attempt.ended_at.0,
            accepted,
            attempt.status,
            attempt.reason.as_str(),
            attempt.detail.as_ref().map(|detail| number(detail.id)),
        ];
        self.execute(sql::ATTEMPT_INSERT, parameters)?;
        Ok(())
    }

    /// What the dispatcher hears. A start is its own doing and no news to it.
    fn tell(&mut self, before: &Stored, after: &Stored, fact: &Fact) {
        let unchanged = before.row == after.row && before.rank == after.rank;
        if unchanged
            || matches!(fact, Fact::Start { .. })
            || (before.row.state.has_ended() && after.row.state.has_ended())
        {
            return;
        }
        self.applied.changes.push(if after.row.state.is_open() {
            Change::Open(after.open())
        } else {
            Change::Closed { id: after.id, lane: after.lane, state: after.row.state }
        });
    }

    fn effects(
        &mut self,
        after: &Stored,
        effects: &[Effect],
        instead: Option<&NewDelivery>,
    ) -> Result<Option<DeliveryId>, Fault> {
        let mut made = None;
        for effect in effects {
            match effect {
                Effect::Parked(on_park) => self.parked(after, *on_park)?,
                Effect::Unparked => self.unparked(after)?,
                Effect::Ended => self.ended(after)?,
                Effect::DeadlineStarts => {
                    let now = self.context.now;
                    let undated = now.plus(UNDATED_EXPECTATION_KEPT).0;
                    self.execute(sql::EXPECTATIONS_START, params![number(after.id.event.seq), now.0, undated])?;
                }
                Effect::Replayed | Effect::Rerouted => made = Some(self.repeat(after, instead)?),
                // The dispatcher keeps the waiting lane in memory; a note is a line of the timeline.
                Effect::LaneWaits(_) | Effect::Noted => {}
            }
        }
        Ok(made)
    }

    fn ended(&mut self, after: &Stored) -> Result<(), Fault> {
        if after.row.state != State::Settled {
            let closes = self.context.now.plus(UNDATED_EXPECTATION_KEPT).0;
            self.execute(sql::EXPECTATIONS_GIVE_UP, params![number(after.id.event.seq), closes])?;
        }
        let blocks = LaneState::Blocked { by: after.id };
        if self.memory.lanes.get(&after.lane).is_some_and(|lane| lane.state == blocks) {
            self.unblock_lane(after)?;
        }
        Ok(())
    }

    /// A new delivery of the same event at the tail: as asked, or like the one before.
    fn repeat(&mut self, like: &Stored, instead: Option<&NewDelivery>) -> Result<DeliveryId, Fault> {
        let seq = number(like.id.event.seq);
        let n = self.connection.prepare_cached(sql::DELIVERY_NEXT_N)?.query_row([seq], |row| row.get(0))?;
        let id = like.id.event.delivery(n);
        let tail = self.memory.next_rank(self.connection)?;
        let rank = if self.context.faults.has(Mutation::G3ReplayInPlace) { like.rank } else { tail };
        let (lane, keys, row) = match instead {
            Some(new) => {
                self.follow_rule(&new.target, new.scope.rule(), rank)?;
                (self.lane_for(&new.target, &new.scope)?, &new.keys, new.delivery.clone())
            }
            None => (like.lane, &like.keys, Delivery::queued(self.context.now, None)),
        };
        let place = Place {
            id,
            lane,
            direction: self.direction(like.id.event)?,
            rank,
            origin: Some(like.id.n),
            out_of_order: self.is_repeat_overtaken(like, lane, keys)?,
        };
        self.insert_delivery(place, keys, row)?;
        Ok(id)
    }

    /// Whether a repeat comes after later ones of its target: by the lane and keys that it had, or by those it has now,
    /// which may be of another rule.
    fn is_repeat_overtaken(&self, like: &Stored, lane: i64, keys: &OrderKeys) -> rusqlite::Result<bool> {
        let target = |lane: i64| self.memory.lanes.get(&lane).map(|row| row.target.as_str());
        if target(lane) != target(like.lane) {
            return Ok(false);
        }
        let changed = lane != like.lane || *keys != like.keys;
        Ok(self.is_overtaken(like.id, (like.lane, like.rank), &like.keys)?
            || (changed && self.is_overtaken(like.id, (lane, like.rank), keys)?))
    }

    pub(super) fn direction(&self, event: oxgate_core::EventId) -> rusqlite::Result<Direction> {
        let code =
            self.connection.prepare_cached(sql::EVENT_DIRECTION)?.query_row([number(event.seq)], |row| row.get(0))?;
        Direction::from_code(code).ok_or_else(|| crate::sqlite::columns::unreadable(0, "no direction"))
    }

    /// Whether a later event's delivery in the same lane that should have waited has settled already, or one beyond a
    /// change of rule, where keys cannot tell and what is queued may be under way.
    ///
    /// Looks at a bounded number of rows behind it and then says yes: a warning too many is harmless.
    fn is_overtaken(&self, id: DeliveryId, place: (i64, u64), keys: &OrderKeys) -> rusqlite::Result<bool> {
        let mut statement = self.connection.prepare_cached(sql::OVERTAKERS)?;
        let mut rows = statement.query(params![number(id.event.seq), OVERTAKERS_LOOKED_AT])?;
        let mut looked_at = 0;
        while let Some(row) = rows.next()? {
            looked_at += 1;
            let (lane, state) = (row.get::<_, i64>(0)?, row.get::<_, u8>(1)?);
            let original = row.get::<_, Option<u16>>(2)?.is_none();
            let settled = state == State::Settled.code();
            let same = || -> rusqlite::Result<bool> {
                Ok(lane == place.0 && keys.precedes(&OrderKeys::from_bytes(row.get_ref(3)?.as_blob()?)))
            };
            let began = settled || State::from_code(state).is_some_and(State::is_open);
            let across = || -> rusqlite::Result<bool> { Ok(self.is_across_seam(place, (lane, natural(row.get(4)?)))) };
            if original && (settled && same()? || began && across()?) {
                return Ok(true);
            }
        }
        Ok(looked_at == OVERTAKERS_LOOKED_AT)
    }
}

/// Whether the attempt that a record ends is on disk already: then it must not count, nor make its children, twice.
fn is_told_again(record: &Record, row: &Delivery) -> bool {
    let no = record.attempt.as_ref().and_then(|attempt| attempt.no);
    record.policy.mode == Mode::Repeatable && no.is_some_and(|no| no <= row.attempts)
}

/// The word under which a turn stands in the timeline, unless the delivery's row or an attempt's tells it already.
fn turn_of_life(
    before: &Delivery,
    after: &Delivery,
    effects: &[Effect],
    fact: &Fact,
    attempted: bool,
) -> Option<&'static str> {
    match fact {
        Fact::Start { .. } => None,
        Fact::Release => Some("released"),
        Fact::Reroute => Some("rerouted"),
        Fact::Replay => Some("replayed"),
        Fact::Accepted if matches!(before.state, State::Queued | State::Sending) => None,
        _ if effects.contains(&Effect::Noted) => Some(fact.name()),
        // Not even begun, because its target was not ready; told once for each reason, not once for each try.
        Fact::TargetFailure { .. } if !attempted && before.state == State::Queued && before.reason != after.reason => {
            Some("waiting")
        }
        _ if before.state == after.state => None,
        Fact::TargetFailure { .. } if attempted && after.state == State::Queued => None,
        _ if after.state == State::Queued => Some("requeued"),
        _ => Some(after.state.as_str()),
    }
}
