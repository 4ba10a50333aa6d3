//! Lanes: made when a delivery first needs one, changed by persons, by the dispatcher and by parked deliveries.
//!
//! A lane that nobody has stopped stands as the tables say: blocked while a parked delivery holds it, waiting while
//! something from before a change of its target's rule is left, else open.

use super::Fault;
use super::Turn;
use crate::command::{LaneChange, LaneChanged};
use crate::faults::Mutation;
use crate::sqlite::columns::{Stored, event_id, number};
use crate::sqlite::names::Kind;
use crate::sqlite::statements as sql;
use crate::view::{Change, LaneRow};
use oxgate_core::lane::{LaneAct, LaneScope, LaneState};
use oxgate_core::limits::LANES_MAX;
use oxgate_core::{ContentHash, DeliveryId, Direction, Reason};
use rusqlite::{OptionalExtension, params};

/// The label of the lane that takes what would need one lane too many.
const OVERFLOW: &str = "overflow";

impl Turn<'_> {
    /// The lane of this target and scope, made if it is new.
    ///
    /// Once there are as many as a person can survey, new scopes of a target share one more: in order, and visible.
    pub(super) fn lane_for(&mut self, target: &str, scope: &LaneScope) -> rusqlite::Result<i64> {
        let target_id = self.name(Kind::Target, target)?;
        let key = scope.key();
        if let Some(id) = self.memory.lane_ids.get(&(target_id, key)) {
            return Ok(*id);
        }
        if self.memory.lanes.len() < LANES_MAX {
            return self.make_lane((target, target_id), key, scope.as_str());
        }
        let key = ContentHash::of([OVERFLOW.as_bytes()]).0;
        match self.memory.lane_ids.get(&(target_id, key)) {
            Some(id) => Ok(*id),
            None => self.make_lane((target, target_id), key, OVERFLOW),
        }
    }

    pub(super) fn make_lane(&mut self, target: (&str, i64), key: [u8; 16], label: &str) -> rusqlite::Result<i64> {
        let now = self.context.now;
        let waits = self.memory.catching_up.contains(target.0) && !self.context.faults.has(Mutation::G3CatchUpOpen);
        let (state, reason) =
            if waits { (LaneState::Paused, Reason::CATCHING_UP) } else { (LaneState::Open, Reason::NONE) };
        let parameters = params![target.1, key, label, state.code(), reason.as_str(), now.0];
        let id = self.connection.prepare_cached(sql::LANE_INSERT)?.insert(parameters)?;
        let (target_id, target) = (target.1, target.0.to_owned());
        let lane = LaneRow { id, target, label: label.to_owned(), state, reason, since: now };
        self.memory.lane_ids.insert((target_id, key), id);
        self.applied.changes.push(Change::Lane(lane.clone()));
        self.memory.lanes.insert(id, lane);
        Ok(id)
    }

    /// A change asked by a person or the dispatcher, unless the lane has moved on from the state that it was decided by.
    pub(super) fn change_lane(&mut self, change: &LaneChange) -> Result<LaneChanged, Fault> {
        let Some(lane) = self.memory.lanes.get(&change.lane) else { return Ok(LaneChanged::Missing) };
        let before = lane.state.clone();
        if change.seen.as_ref().is_some_and(|seen| *seen != before) {
            return Ok(LaneChanged::Moved(lane.clone()));
        }
        let state = match change.act {
            LaneAct::Pause => LaneState::Paused,
            LaneAct::Orphan => LaneState::Orphaned,
            LaneAct::Resume if self.context.faults.has(Mutation::G4ForgetHold) => LaneState::Open,
            LaneAct::Resume => self.state_by_itself(change.lane)?,
            LaneAct::Drain => self.drained(change.lane)?,
        };
        self.set_lane(change.lane, state.clone(), change.reason.clone())?;
        if let Some(actor) = &change.actor {
            self.audit(actor, &format!("lane.{} {}", change.act.as_str(), change.lane), None)?;
        }
        let becomes = state.code() != before.code();
        match state {
            LaneState::Orphaned if becomes => self.report_orphaned(change.lane)?,
            LaneState::Blocked { by } if becomes => self.report_blocked(change.lane, by)?,
            _ => {}
        }
        Ok(self.memory.lanes.get(&change.lane).cloned().map_or(LaneChanged::Missing, LaneChanged::Done))
    }

    /// What a drain that begins now makes of a lane. It starts nothing that could not start by itself, so what is blocked
    /// is paused at once, and what waits for another lane is not waited for.
    fn drained(&self, lane: i64) -> rusqlite::Result<LaneState> {
        let through = match self.state_by_itself(lane)? {
            LaneState::After { through, .. } => through,
            LaneState::Open => self.memory.last_rank(),
            _ => return Ok(LaneState::Paused),
        };
        let some = self.is_there(sql::LANE_OPEN_THROUGH, lane, through)?;
        Ok(if some { LaneState::Draining { through } } else { LaneState::Paused })
    }

    /// The target has caught up: its lanes start, unless a person or a parked delivery holds them.
    pub(super) fn caught_up(&mut self, target: &str) -> Result<(), Fault> {
        self.memory.catching_up.remove(target);
        let waits = |lane: &&LaneRow| {
            lane.target == target && lane.state == LaneState::Paused && lane.reason == Reason::CATCHING_UP
        };
        let mut waiting: Vec<i64> = self.memory.lanes.values().filter(waits).map(|lane| lane.id).collect();
        waiting.sort_unstable();
        for lane in waiting {
            let state = self.state_by_itself(lane)?;
            self.set_lane(lane, state, Reason::NONE)?;
        }
        Ok(())
    }

    /// A parked delivery holds its lane. A lane that a person stopped stays stopped; the hold counts once it resumes.
    pub(super) fn block_lane(&mut self, parked: &Stored) -> Result<(), Fault> {
        let (id, lane) = (parked.id, parked.lane);
        let (rank, seq) = (number(parked.rank), number(id.event.seq));
        self.execute(sql::LANE_HOLD_INSERT, params![lane, rank, id.n, seq, id.event.tag])?;
        let Some(row) = self.memory.lanes.get(&lane) else { return Ok(()) };
        let reason = parked.row.reason.clone();
        match row.state {
            // Nothing more of what it was to finish can start.
            LaneState::Draining { .. } => self.set_lane(lane, LaneState::Paused, reason)?,
            LaneState::Open | LaneState::After { .. } => self.set_lane(lane, LaneState::Blocked { by: id }, reason)?,
            LaneState::Paused | LaneState::Blocked { .. } | LaneState::Orphaned => return Ok(()),
        }
        if self.direction(id.event)? != Direction::Ops {
            self.report_blocked(lane, id)?;
        }
        Ok(())
    }

    /// A delivery that may have held its lane is no longer parked.
    pub(super) fn unblock_lane(&mut self, stored: &Stored) -> Result<(), Fault> {
        let (id, lane) = (stored.id, stored.lane);
        let (rank, seq) = (number(stored.rank), number(id.event.seq));
        self.execute(sql::LANE_HOLD_DELETE, params![lane, rank, id.n, seq])?;
        let blocked = self.memory.lanes.get(&lane).is_some_and(|lane| lane.state == LaneState::Blocked { by: id });
        if blocked {
            let state = self.state_by_itself(lane)?;
            self.set_lane(lane, state, Reason::NONE)?;
        }
        Ok(())
    }

    /// How a lane stands that nobody has stopped.
    pub(super) fn state_by_itself(&self, lane: i64) -> rusqlite::Result<LaneState> {
        let first: Option<DeliveryId> = self
            .connection
            .prepare_cached(sql::LANE_HOLD_FIRST)?
            .query_row([lane], |row| Ok(event_id(row.get(0)?, row.get(1)?).delivery(row.get(2)?)))
            .optional()?;
        match first {
            Some(by) => Ok(LaneState::Blocked { by }),
            None => Ok(self.waits_for(lane, None)?.unwrap_or(LaneState::Open)),
        }
    }

    /// Whether one of these statements finds something of a lane up to, or beyond, a rank.
    pub(super) fn is_there(&self, statement: &str, lane: i64, rank: u64) -> rusqlite::Result<bool> {
        self.connection.prepare_cached(statement)?.exists(params![lane, number(rank)])
    }

    pub(super) fn set_lane(&mut self, id: i64, state: LaneState, reason: Reason) -> rusqlite::Result<()> {
        let now = self.context.now;
        let by = if let LaneState::Blocked { by } = state { Some(by) } else { None };
        let (through, after) = match state {
            LaneState::Draining { through } => (Some(through), None),
            LaneState::After { lane, through } => (Some(through), Some(lane)),
            _ => (None, None),
        };
        let parameters = params![
            id,
            state.code(),
            reason.as_str(),
            now.0,
            through.map(number),
            by.map(|by| number(by.event.seq)),
            by.map(|by| by.event.tag),
            by.map(|by| by.n),
            after,
        ];
        self.execute(sql::LANE_UPDATE, parameters)?;
        if let Some(lane) = self.memory.lanes.get_mut(&id) {
            (lane.state, lane.reason, lane.since) = (state, reason, now);
            self.applied.changes.push(Change::Lane(lane.clone()));
        }
        Ok(())
    }
}
