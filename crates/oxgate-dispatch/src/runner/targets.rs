//! Targets as the running gateway has them: rules and sender, what is known of their health, counts.

use crate::outage::{Attempt, Judgement, Outage};
use crate::scheduler::GateRules;
use crate::status::TargetStatus;
use crate::target::{Outcome, Report, TargetSpec, UNROUTED, Wired};
use oxgate_core::Timestamp;
use oxgate_core::delivery::{OnPark, Policy};
use oxgate_store::faults::Mutation;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

/// The rules of a target that is not configured. Whether a repeat is harmless there is not known, so it is taken not to be.
pub(super) const OF_STRANGERS: Policy = Policy::REDOX;

/// One target.
pub(super) struct Running {
    pub(super) wired: Wired,
    pub(super) outage: Outage,
    counts: Counts,
}

#[derive(Default)]
struct Counts {
    accepted: u64,
    event_failures: u64,
    target_failures: u64,
    unknown: u64,
}

impl Counts {
    const fn of(&mut self, outcome: Outcome) -> &mut u64 {
        match outcome {
            Outcome::Accepted => &mut self.accepted,
            Outcome::Rejected | Outcome::EventFailed => &mut self.event_failures,
            Outcome::TargetFailed => &mut self.target_failures,
            Outcome::Unknown => &mut self.unknown,
        }
    }
}

/// All targets by name.
#[derive(Default)]
pub(super) struct Targets(BTreeMap<String, Running>);

impl Targets {
    /// Puts new ones in force; what is known of those that stay is kept.
    pub(super) fn replace(&mut self, targets: Vec<Wired>, now: Timestamp) {
        let mut before = std::mem::take(&mut self.0);
        let built_in = Wired::without_sender(TargetSpec::unrouted());
        for wired in std::iter::once(built_in).chain(targets) {
            let name = wired.spec.name.clone();
            let running = match before.remove(&name) {
                Some(mut known) => {
                    known.outage.set_backoff(wired.spec.backoff);
                    Running { wired, ..known }
                }
                None => Running { outage: Outage::new(wired.spec.backoff, now), wired, counts: Counts::default() },
            };
            self.0.insert(name, running);
        }
    }

    /// The scheduler's view: only targets that deliver.
    pub(super) fn gates(&self, mutation: Option<Mutation>) -> Vec<GateRules> {
        let sending = self.0.values().filter(|running| running.wired.sender.is_some());
        sending
            .map(|running| {
                let spec = &running.wired.spec;
                let holds = [spec.policy.on_park, spec.policy.on_unknown].contains(&OnPark::HoldKey);
                let spills = !holds || mutation == Some(Mutation::G4ReleaseHeld);
                GateRules { name: spec.name.clone(), concurrency: spec.concurrency, rate: spec.rate, spills }
            })
            .collect()
    }

    /// The names of all.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Running> {
        self.0.get(name)
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut Running> {
        self.0.get_mut(name)
    }

    pub(super) fn knows(&self, name: &str) -> bool {
        // The unrouted are parked from the start; their lanes belong to nobody on purpose.
        name == UNROUTED || self.0.contains_key(name)
    }

    /// The rules of a target.
    pub(super) fn policy(&self, name: &str) -> Policy {
        self.0.get(name).map_or(OF_STRANGERS, |running| running.wired.spec.policy)
    }

    /// The rules of all, as they are now.
    pub(super) fn policies(&self) -> HashMap<String, Policy> {
        self.0.iter().map(|(name, running)| (name.clone(), running.wired.spec.policy)).collect()
    }

    pub(super) fn clock_set_back(&mut self, by: Duration) {
        self.0.values_mut().for_each(|running| running.outage.clock_set_back(by));
    }

    pub(super) fn status(&self) -> Vec<TargetStatus> {
        self.0.values().map(Running::status).collect()
    }
}

impl Running {
    /// What to make of an attempt, counted and, where the target comes or goes by it, logged.
    pub(super) fn judge(&mut self, attempt: Attempt, report: &Report, now: Timestamp) -> Judgement {
        *self.counts.of(report.outcome) += 1;
        let was_up = self.is_up();
        let judgement = self.outage.judge(attempt, report, now);
        let target = self.wired.spec.name.as_str();
        match (was_up, self.is_up()) {
            (true, false) => {
                tracing::warn!(target_name = target, reason = %report.reason, "target down; its lanes wait");
            }
            (false, true) => tracing::info!(target_name = target, "target well again"),
            _ => (),
        }
        judgement
    }

    pub(super) const fn is_up(&self) -> bool {
        self.outage.standing().0
    }

    fn status(&self) -> TargetStatus {
        let (up, since, next_probe, failures) = self.outage.standing();
        TargetStatus {
            name: self.wired.spec.name.clone(),
            kind: self.wired.spec.kind.clone(),
            up,
            since,
            next_probe,
            failures,
            in_flight: 0,
            lanes_busy: 0,
            lanes_waiting: 0,
            limited: None,
            accepted: self.counts.accepted,
            event_failures: self.counts.event_failures,
            target_failures: self.counts.target_failures,
            unknown: self.counts.unknown,
        }
    }
}
