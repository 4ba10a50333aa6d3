//! Lanes: made when a delivery first needs one, changed by persons, by the dispatcher and by parked deliveries.

use super::Fault;
use super::Turn;
use crate::command::LaneChange;
use crate::sqlite::columns::{Stored, event_id, number};
use crate::sqlite::names::Kind;
use crate::sqlite::statements as sql;
use crate::view::{Change, LaneRow};
use oxgate_core::lane::{LaneScope, LaneState};
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

    fn make_lane(&mut self, target: (&str, i64), key: [u8; 16], label: &str) -> rusqlite::Result<i64> {
        let now = self.context.now;
        let (state, reason) = if self.memory.catching_up.contains(target.0) {
            (LaneState::Paused, Reason::CATCHING_UP)
        } else {
            (LaneState::Open, Reason::NONE)
        };
        let parameters = params![target.1, key, label, state.code(), reason.as_str(), now.0];
        let id = self.connection.prepare_cached(sql::LANE_INSERT)?.insert(parameters)?;
        let (target_id, target) = (target.1, target.0.to_owned());
        let lane = LaneRow { id, target, label: label.to_owned(), state, reason, since: now };
        self.memory.lane_ids.insert((target_id, key), id);
        self.applied.changes.push(Change::Lane(lane.clone()));
        self.memory.lanes.insert(id, lane);
        Ok(id)
    }

    /// A change asked by a person or the dispatcher; `false` when there is no such lane.
    ///
    /// Resuming a paused lane that a parked delivery holds leaves it blocked; resuming a blocked one opens it.
    pub(super) fn change_lane(&mut self, change: &LaneChange) -> Result<bool, Fault> {
        let Some(lane) = self.memory.lanes.get(&change.lane) else { return Ok(false) };
        let was_blocked = matches!(lane.state, LaneState::Blocked { .. });
        let mut state = change.state.clone();
        if state == LaneState::Open && !was_blocked {
            state = self.state_by_holds(change.lane)?;
        }
        let becomes = state.code() != lane.state.code();
        self.set_lane(change.lane, state.clone(), change.reason.clone())?;
        if let Some(actor) = &change.actor {
            self.audit(actor, &format!("lane.{}", change.state.as_str()), None)?;
        }
        match state {
            LaneState::Orphaned if becomes => self.report_orphaned(change.lane)?,
            LaneState::Blocked { by } if becomes => self.report_blocked(change.lane, by)?,
            _ => {}
        }
        Ok(true)
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
            let state = self.state_by_holds(lane)?;
            self.set_lane(lane, state, Reason::NONE)?;
        }
        Ok(())
    }

    /// A parked delivery holds its lane. A lane that a person stopped stays stopped; the hold counts once it resumes.
    pub(super) fn block_lane(&mut self, parked: &Stored) -> Result<(), Fault> {
        let (id, lane) = (parked.id, parked.lane);
        let (rank, seq) = (number(parked.rank), number(id.event.seq));
        self.execute(sql::LANE_HOLD_INSERT, params![lane, rank, id.n, seq, id.event.tag])?;
        let state = self.memory.lanes.get(&lane).map(|lane| &lane.state);
        if matches!(state, Some(LaneState::Open | LaneState::Waiting { .. })) {
            self.set_lane(lane, LaneState::Blocked { by: id }, parked.row.reason.clone())?;
            if self.direction(id.event)? != Direction::Ops {
                self.report_blocked(lane, id)?;
            }
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
            let state = self.state_by_holds(lane)?;
            self.set_lane(lane, state, Reason::NONE)?;
        }
        Ok(())
    }

    /// Blocked by the first delivery that holds the lane, or open.
    fn state_by_holds(&self, lane: i64) -> rusqlite::Result<LaneState> {
        let first: Option<DeliveryId> = self
            .connection
            .prepare_cached(sql::LANE_HOLD_FIRST)?
            .query_row([lane], |row| Ok(event_id(row.get(0)?, row.get(1)?).delivery(row.get(2)?)))
            .optional()?;
        Ok(first.map_or(LaneState::Open, |by| LaneState::Blocked { by }))
    }

    fn set_lane(&mut self, id: i64, state: LaneState, reason: Reason) -> rusqlite::Result<()> {
        let now = self.context.now;
        let until = if let LaneState::Waiting { until } = state { Some(until.0) } else { None };
        let by = if let LaneState::Blocked { by } = state { Some(by) } else { None };
        let parameters = params![
            id,
            state.code(),
            reason.as_str(),
            now.0,
            until,
            by.map(|by| number(by.event.seq)),
            by.map(|by| by.event.tag),
            by.map(|by| by.n),
        ];
        self.execute(sql::LANE_UPDATE, parameters)?;
        if let Some(lane) = self.memory.lanes.get_mut(&id) {
            (lane.state, lane.reason, lane.since) = (state, reason, now);
            self.applied.changes.push(Change::Lane(lane.clone()));
        }
        Ok(())
    }
}
