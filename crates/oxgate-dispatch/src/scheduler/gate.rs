//! Whether a target takes another attempt: its concurrency, its rate, and the circuit breaker's position.

use super::GateRules;
use crate::rate::Pacer;
use oxgate_core::{DeliveryId, Timestamp};
use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

/// One target as the scheduler sees it.
#[derive(Debug)]
pub(super) struct Gate {
    concurrency: usize,
    /// How often attempts start, if that is limited.
    pacer: Option<Pacer>,
    /// Whether held deliveries come back by themselves when nothing precedes them any more.
    pub(super) spills: bool,
    position: Position,
    under_way: HashSet<DeliveryId>,
    /// Lanes with something ready.
    pub(super) lanes: BTreeSet<i64>,
    /// The lane that had the last turn.
    turn: i64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Position {
    /// Takes attempts.
    Up,
    /// Takes none before this time, then a single probe.
    Down { until: Timestamp },
    /// Waits for the outcome of the probe.
    Probing { probe: DeliveryId, since: Timestamp },
}

impl Gate {
    pub(super) fn new(rules: &GateRules) -> Self {
        Self {
            concurrency: rules.concurrency.max(1) as usize,
            pacer: rules.rate.map(Pacer::new),
            spills: rules.spills,
            position: Position::Up,
            under_way: HashSet::new(),
            lanes: BTreeSet::new(),
            turn: i64::MIN,
        }
    }

    /// Goes on under other rules.
    pub(super) fn set_rules(&mut self, rules: &GateRules) {
        self.concurrency = rules.concurrency.max(1) as usize;
        self.spills = rules.spills;
        match (&mut self.pacer, rules.rate) {
            (Some(pacer), Some(rate)) => pacer.set_rate(rate),
            (pacer, rate) => *pacer = rate.map(Pacer::new),
        }
    }

    pub(super) fn down(&mut self, until: Timestamp) {
        self.position = Position::Down { until };
    }

    pub(super) fn up(&mut self) -> bool {
        std::mem::replace(&mut self.position, Position::Up) != Position::Up
    }

    pub(super) fn takes(&self, now: Timestamp) -> bool {
        self.has_place(now) && self.paced_until().is_none_or(|at| at <= now)
    }

    /// Until when nothing but the rate keeps something from starting.
    pub(super) fn limited_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.paced_until().filter(|at| *at > now && !self.lanes.is_empty() && self.has_place(now))
    }

    /// Whether one more could be under way, as fast as they may come.
    fn has_place(&self, now: Timestamp) -> bool {
        let open = match self.position {
            Position::Up => true,
            Position::Down { until } => until <= now,
            Position::Probing { .. } => false,
        };
        open && self.under_way.len() < self.concurrency
    }

    fn paced_until(&self) -> Option<Timestamp> {
        self.pacer.as_ref().map(Pacer::next_start)
    }

    /// When a probe is due, or the next start under the rate, if something waits for it.
    pub(super) fn wake(&self) -> Option<Timestamp> {
        let probe = match self.position {
            Position::Up => None,
            Position::Down { until } => Some(until),
            Position::Probing { .. } => return None,
        };
        let waits = !self.lanes.is_empty() && self.under_way.len() < self.concurrency;
        probe.max(self.paced_until()).filter(|_| waits)
    }

    pub(super) fn start(&mut self, id: DeliveryId, now: Timestamp) {
        self.under_way.insert(id);
        if let Some(pacer) = &mut self.pacer {
            let counted = pacer.take(now);
            debug_assert!(counted, "a start is made only where the gate takes one");
        }
        if let Position::Down { .. } = self.position {
            self.position = Position::Probing { probe: id, since: now };
        }
    }

    /// The attempt is over. A probe that ended without saying how the target is leaves the next one the same task.
    pub(super) fn over(&mut self, id: DeliveryId) {
        self.under_way.remove(&id);
        match self.position {
            Position::Probing { probe, since } if probe == id => self.position = Position::Down { until: since },
            _ => (),
        }
    }

    pub(super) fn clock_set_back(&mut self, by: Duration) {
        self.pacer.iter_mut().for_each(|pacer| pacer.clock_set_back(by));
        match &mut self.position {
            Position::Up => {}
            Position::Down { until } => *until = until.minus(by),
            Position::Probing { since, .. } => *since = since.minus(by),
        }
    }

    pub(super) fn is_probe(&self, id: DeliveryId) -> bool {
        matches!(self.position, Position::Probing { probe, .. } if probe == id)
    }

    pub(super) fn under_way(&self) -> usize {
        self.under_way.len()
    }

    /// The next lane in the round, and the turn with it.
    pub(super) fn next_lane(&mut self) -> Option<i64> {
        let after = self.turn.checked_add(1).unwrap_or(i64::MIN);
        let lane = self.lanes.range(after..).next().or_else(|| self.lanes.first()).copied()?;
        self.turn = lane;
        Some(lane)
    }
}
