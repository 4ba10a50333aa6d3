//! Order across a change of the rule that a target's deliveries are put in order by.
//!
//! Under another rule the same event goes to another lane, or carries other keys, so lanes and keys say nothing about who
//! comes first between the two. Where the rule changes while something is unfinished there is a *seam*: a rank. What
//! comes after it starts only when nothing from before it is left in any lane that may hold the same events. A parked
//! delivery holds a seam only where it holds its lane or its key, as it does without one.
//!
//! The rule travels with each delivery, so the seam lies exactly where the first one of another rule is written, whether
//! that follows a reload, a restart, or a request that was under way meanwhile.

use super::Turn;
use crate::faults::Mutation;
use crate::sqlite::columns::{natural, number};
use crate::sqlite::names::Kind;
use crate::sqlite::statements as sql;
use oxgate_core::Reason;
use oxgate_core::lane::{LaneRule, LaneState, may_share};
use rusqlite::{OptionalExtension, params};

/// Why a lane waits.
const RULE_CHANGED: Reason = Reason::word("order-changed");

impl Turn<'_> {
    /// A delivery made by this rule is about to be written at `rank`.
    pub(super) fn follow_rule(&mut self, target: &str, rule: LaneRule, rank: u64) -> rusqlite::Result<()> {
        let known = self.memory.rules.get(target).copied();
        if known == Some(rule) {
            return Ok(());
        }
        let id = self.name(Kind::Target, target)?;
        self.execute(sql::RULE_SET, params![id, rule.code()])?;
        self.memory.rules.insert(target.to_owned(), rule);
        let changes = known.is_some() && !self.context.faults.has(Mutation::G3ForgetSeam);
        if changes { self.add_seam(target, rank - 1) } else { Ok(()) }
    }

    /// What is written for the target after `rank` waits for what it has now.
    pub(super) fn add_seam(&mut self, target: &str, rank: u64) -> rusqlite::Result<()> {
        let mut unfinished = false;
        for (lane, _) in self.lanes_of(target) {
            unfinished = unfinished || self.is_unfinished(lane, rank)? || self.has_parked(lane, rank)?;
        }
        if unfinished && !self.seams_of(target).contains(&rank) {
            let id = self.name(Kind::Target, target)?;
            self.execute(sql::SEAM_INSERT, params![id, number(rank)])?;
            let seams = self.memory.seams.entry(target.to_owned()).or_default();
            if let Err(place) = seams.binary_search(&rank) {
                seams.insert(place, rank);
            }
        }
        Ok(())
    }

    /// What `lane` has was taken over from another target: it keeps its order towards what else comes from there, and what
    /// is written for its target from now on waits for it.
    pub(super) fn take_over_seams(&mut self, from: &str, lane: i64) -> rusqlite::Result<()> {
        let Some(target) = self.memory.lanes.get(&lane).map(|row| row.target.clone()) else { return Ok(()) };
        for seam in self.seams_of(from).to_vec().into_iter().chain([self.memory.last_rank()]) {
            self.add_seam(&target, seam)?;
        }
        let first: Option<i64> =
            self.connection.prepare_cached(sql::LANE_OPEN_FIRST)?.query_row([lane], |row| row.get(0)).optional()?;
        if let Some(first) = first {
            self.grows_heavier(lane, natural(first))?;
        }
        Ok(())
    }

    /// An open lane gets an open delivery at `rank`: whether it has to wait with it.
    pub(super) fn wait_for_seam(&mut self, lane: i64, rank: u64) -> rusqlite::Result<()> {
        let Some(row) = self.memory.lanes.get(&lane) else { return Ok(()) };
        // What is new lies behind every seam; what comes back may lie between two.
        let before = |seam: &u64| *seam < rank;
        let Some(last) = self.seams_of(&row.target).iter().copied().rfind(before) else { return Ok(()) };
        if row.state != LaneState::Open || self.memory.passed.get(&lane).is_some_and(|passed| *passed >= last) {
            return Ok(());
        }
        if let Some(state) = self.waits_for(lane, Some(rank))? {
            return self.set_lane(lane, state, RULE_CHANGED);
        }
        self.memory.passed.insert(lane, last);
        Ok(())
    }

    /// The first seam that still holds what the lane has, or is about to get at `coming`, and the first lane that has
    /// something from before it.
    pub(super) fn waits_for(&self, lane: i64, coming: Option<u64>) -> rusqlite::Result<Option<LaneState>> {
        let Some(row) = self.memory.lanes.get(&lane) else { return Ok(None) };
        let seams = self.seams_of(&row.target);
        if seams.is_empty() {
            return Ok(None);
        }
        let sharing = self.lanes_sharing(&row.target, &row.label);
        for &through in seams {
            let has_more = coming.is_some_and(|rank| rank > through);
            if !has_more && !self.is_there(sql::LANE_OPEN_BEYOND, lane, through)? {
                return Ok(None);
            }
            for &other in &sharing {
                if self.is_unfinished(other, through)? {
                    return Ok(Some(LaneState::After { lane: other, through }));
                }
            }
        }
        Ok(None)
    }

    /// Something of the lane at `rank` is finished: a drain may have ended, and lanes that waited for it may go on.
    pub(super) fn grows_lighter(&mut self, lane: i64, rank: u64) -> rusqlite::Result<()> {
        let Some(row) = self.memory.lanes.get(&lane) else { return Ok(()) };
        if let LaneState::Draining { through } = row.state
            && rank <= through
            && !self.is_there(sql::LANE_OPEN_THROUGH, lane, through)?
        {
            self.set_lane(lane, LaneState::Paused, Reason::word("drained"))?;
        }
        let Some(row) = self.memory.lanes.get(&lane) else { return Ok(()) };
        let Some(seam) = self.seams_of(&row.target).iter().copied().find(|seam| rank <= *seam) else { return Ok(()) };
        let target = row.target.clone();
        if self.is_unfinished(lane, seam)? {
            return Ok(());
        }
        let waits = |state: &LaneState| matches!(state, LaneState::After { lane: for_lane, .. } if *for_lane == lane);
        let mut waiting: Vec<i64> =
            self.memory.lanes.values().filter(|row| waits(&row.state)).map(|row| row.id).collect();
        waiting.sort_unstable();
        for id in waiting {
            let state = self.state_by_itself(id)?;
            if self.memory.lanes.get(&id).is_some_and(|row| row.state != state) {
                let reason = if state == LaneState::Open { Reason::NONE } else { RULE_CHANGED };
                self.set_lane(id, state, reason)?;
            }
        }
        self.forget_seams(&target, lane)
    }

    /// Something of the lane at `rank` is open again: what waited for it once waits for it again.
    pub(super) fn grows_heavier(&mut self, lane: i64, rank: u64) -> rusqlite::Result<()> {
        let Some(row) = self.memory.lanes.get(&lane) else { return Ok(()) };
        let Some(seam) = self.seams_of(&row.target).iter().copied().find(|seam| rank <= *seam) else { return Ok(()) };
        for other in self.lanes_sharing(&row.target, &row.label) {
            self.memory.passed.remove(&other);
            let goes_on = match self.memory.lanes.get(&other).map(|row| &row.state) {
                Some(LaneState::Open) => true,
                Some(LaneState::After { through, .. }) => *through > seam,
                _ => false,
            };
            if goes_on && self.is_there(sql::LANE_OPEN_BEYOND, other, seam)? {
                self.set_lane(other, LaneState::After { lane, through: seam }, RULE_CHANGED)?;
            }
        }
        Ok(())
    }

    /// Whether a seam lies between an earlier delivery of one lane and a later one of another, so that their keys cannot
    /// tell whether the later one should have waited.
    pub(super) fn is_across_seam(&self, earlier: (i64, u64), later: (i64, u64)) -> bool {
        let (Some(one), Some(other)) = (self.memory.lanes.get(&earlier.0), self.memory.lanes.get(&later.0)) else {
            return false;
        };
        one.target == other.target
            && self.seams_of(&one.target).iter().any(|seam| earlier.1 <= *seam && *seam < later.1)
            && may_share(&one.label, &other.label)
    }

    /// Forgets seams that nothing unfinished lies before, parked deliveries included: released, those come before it.
    fn forget_seams(&mut self, target: &str, lane: i64) -> rusqlite::Result<()> {
        let mut lanes: Vec<i64> = self.lanes_of(target).into_iter().map(|(id, _)| id).collect();
        // The one that has just grown lighter is the one that may not be empty yet.
        lanes.sort_unstable_by_key(|other| (*other != lane, *other));
        while let Some(seam) = self.seams_of(target).first().copied() {
            for &lane in &lanes {
                if self.is_unfinished(lane, seam)? || self.has_parked(lane, seam)? {
                    return Ok(());
                }
            }
            let id = self.name(Kind::Target, target)?;
            self.execute(sql::SEAM_DELETE, params![id, number(seam)])?;
            let left = self.memory.seams.get_mut(target).map_or(0, |seams| {
                seams.remove(0);
                seams.len()
            });
            if left == 0 {
                self.memory.seams.remove(target);
            }
        }
        Ok(())
    }

    /// Whether something in the lane up to this rank is open, or holds what follows it.
    fn is_unfinished(&self, lane: i64, through: u64) -> rusqlite::Result<bool> {
        Ok(self.is_there(sql::LANE_OPEN_THROUGH, lane, through)?
            || self.is_there(sql::LANE_HOLD_THROUGH, lane, through)?
            || self.is_there(sql::KEY_HOLD_THROUGH, lane, through)?)
    }

    fn has_parked(&self, lane: i64, through: u64) -> rusqlite::Result<bool> {
        self.is_there(sql::LANE_PARKED_THROUGH, lane, through)
    }

    fn seams_of(&self, target: &str) -> &[u64] {
        if self.memory.seams.is_empty() { &[] } else { self.memory.seams.get(target).map_or(&[], Vec::as_slice) }
    }

    /// Lanes of a target with their labels.
    fn lanes_of(&self, target: &str) -> Vec<(i64, String)> {
        let of_target = self.memory.lanes.values().filter(|row| row.target == target);
        let mut lanes: Vec<_> = of_target.map(|row| (row.id, row.label.clone())).collect();
        lanes.sort_unstable();
        lanes
    }

    fn lanes_sharing(&self, target: &str, label: &str) -> Vec<i64> {
        let sharing = |(id, other): (i64, String)| may_share(label, &other).then_some(id);
        self.lanes_of(target).into_iter().filter_map(sharing).collect()
    }
}
