//! What an orphaned lane still has, handed to another target in steps of a bounded number of rows.
//!
//! The deliveries keep their ids, ranks, keys and holds and come to a lane of their own at the new target, so whatever
//! was settled before stays where it was settled. That lane is paused until the last of them has come.

use super::Fault;
use super::Turn;
use crate::command::{Reassign, Reassigned};
use crate::faults::Mutation;
use crate::sqlite::columns::{Stored, number};
use crate::sqlite::names::Kind;
use crate::sqlite::statements as sql;
use crate::view::Change;
use oxgate_core::lane::LaneState;
use oxgate_core::{ContentHash, Reason, State};
use rusqlite::params;

/// Why a lane is paused that deliveries are still coming to.
const COMING: Reason = Reason::word("reassigning");

impl Turn<'_> {
    pub(super) fn reassign(&mut self, asked: &Reassign) -> Result<Reassigned, Fault> {
        let Some(from) = self.memory.lanes.get(&asked.lane).cloned() else { return Ok(Reassigned::Missing) };
        if from.state != LaneState::Orphaned {
            return Ok(Reassigned::NotOrphaned(from));
        }
        if let Some(LaneState::After { lane, .. }) = self.waits_for(asked.lane, None)?
            && lane != asked.lane
        {
            return Ok(Reassigned::After { lane });
        }
        let to = self.lane_of_orphans(asked, &from.label)?;
        let steps = asked.rows.max(1);
        let mut rows = self.unfinished(sql::WINDOW, asked.lane, steps)?;
        let room = steps - u32::try_from(rows.len()).unwrap_or(steps);
        let with_parked = !self.context.faults.has(Mutation::G1LeaveParked);
        if with_parked {
            rows.extend(self.unfinished(sql::PARKED_OF_LANE, asked.lane, room)?);
        }
        if !self.context.faults.has(Mutation::G4LeaveHolds) {
            self.move_holds(asked.lane, to)?;
        }
        for row in &rows {
            self.move_delivery(row, to, asked)?;
        }
        let left = self.is_there(sql::LANE_OPEN_THROUGH, asked.lane, u64::MAX)?
            || with_parked && self.is_there(sql::LANE_PARKED_THROUGH, asked.lane, u64::MAX)?;
        if !left {
            if !self.context.faults.has(Mutation::G3ReassignAside) {
                self.take_over_seams(&from.target, to)?;
            }
            let state = self.state_by_itself(to)?;
            self.set_lane(to, state, Reason::NONE)?;
        }
        // Both windows are read again; the lanes' own words follow.
        self.applied.changes.extend([Change::Overflow { lane: asked.lane }, Change::Overflow { lane: to }]);
        self.audit(&asked.actor, &format!("lane.reassign {} {to}", asked.lane), None)?;
        let moved = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let lane = self.memory.lanes.get(&to).cloned();
        Ok(lane.map_or(Reassigned::Missing, |lane| Reassigned::Done { lane, moved, complete: !left }))
    }

    /// The lane that takes what comes from this one; the same for each step.
    fn lane_of_orphans(&mut self, asked: &Reassign, label: &str) -> Result<i64, Fault> {
        let target = self.name(Kind::Target, &asked.to)?;
        // No part of a scope, so that it tells nobody apart who shared the lane before.
        let label = format!("reassigned:{} {label}", asked.lane);
        let key = ContentHash::of([label.as_bytes()]).0;
        let known = self.memory.lane_ids.get(&(target, key)).copied();
        let lane = match known {
            Some(lane) => lane,
            // A person's act, so no scope from outside makes lanes without end here.
            None => self.make_lane((&asked.to, target), key, &label)?,
        };
        let coming = self.memory.lanes.get(&lane).is_some_and(|row| row.reason == COMING);
        if !coming {
            self.set_lane(lane, LaneState::Paused, COMING)?;
        }
        Ok(lane)
    }

    fn unfinished(&self, statement: &str, lane: i64, limit: u32) -> rusqlite::Result<Vec<Stored>> {
        let mut statement = self.connection.prepare_cached(statement)?;
        statement.query_map(params![lane, 0, 0, limit], Stored::read)?.collect()
    }

    /// What is parked holds in the lane that it goes to what it has held in its own.
    fn move_holds(&mut self, from: i64, to: i64) -> rusqlite::Result<()> {
        self.execute(sql::LANE_HOLDS_MOVE, [from, to])?;
        self.execute(sql::KEY_HOLDS_MOVE, [from, to])?;
        if self.memory.holding.remove(&from) {
            self.memory.holding.insert(to);
        }
        Ok(())
    }

    fn move_delivery(&mut self, row: &Stored, to: i64, asked: &Reassign) -> Result<(), Fault> {
        let seq = number(row.id.event.seq);
        self.execute(sql::DELIVERY_MOVE, params![seq, row.id.n, to])?;
        let reason = row.row.reason.as_str();
        let parameters = params![seq, row.id.n, self.context.now.0, "reassigned", reason, asked.actor.name];
        self.execute(sql::STEP_INSERT, parameters)?;
        // Whoever looks after a send in doubt must learn whose it is now; the rest is read with the window.
        if matches!(row.row.state, State::Sending | State::Unknown) {
            let moved = Stored { lane: to, ..row.clone() };
            self.applied.changes.push(Change::Open(moved.open()));
        }
        Ok(())
    }
}
