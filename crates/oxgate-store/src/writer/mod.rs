//! The one thread that writes: groups of commands, one transaction and one sync each, answers only afterwards.
//!
//! There is no lingering: while one group is being synced the next one gathers, so a group is as large as the disk is
//! slow. A failed commit acknowledges nobody; what is true then is what recovery finds.

mod queue;

/// The same writer, group by group, for whoever wants to say when.
#[cfg(any(test, feature = "mutations"))]
mod stepper;

pub(crate) use queue::Queue;
#[cfg(any(test, feature = "mutations"))]
pub use stepper::{Begun, Stepper};

use crate::Refused;
use crate::changes::Changes;
use crate::command::Command;
use crate::disk::Disk;
use crate::engine::{Applied, Engine, GroupError};
use crate::faults::{Failure, Faults, Mutation};
use crate::view::{Change, Counters, Health};
use oxgate_core::Clock;
use queue::{Group, Waiting};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// How often a sick store is probed.
const PROBE: Duration = Duration::from_secs(1);

/// What the writer shares with the handle.
pub(crate) struct Shared {
    pub(crate) queue: Queue,
    pub(crate) changes: Changes,
    pub(crate) disk: Disk,
    pub(crate) counts: Counts,
    pub(crate) sick: watch::Sender<bool>,
}

impl Shared {
    pub(crate) fn health(&self) -> Health {
        if *self.sick.borrow() {
            Health::Sick
        } else if self.disk.is_low() {
            Health::DiskLow
        } else {
            Health::Well
        }
    }
}

/// Exact counters.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    groups: AtomicU64,
    commands: AtomicU64,
    events: AtomicU64,
    duplicates: AtomicU64,
    groups_without_write: AtomicU64,
    suspected: AtomicU64,
    illegal: AtomicU64,
    alarms: Mutex<BTreeMap<String, u64>>,
}

impl Counts {
    pub(crate) fn read(&self, checkpoints: u64) -> Counters {
        let get = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Counters {
            groups: get(&self.groups),
            commands: get(&self.commands),
            events: get(&self.events),
            duplicates: get(&self.duplicates),
            groups_without_write: get(&self.groups_without_write),
            checkpoints,
            suspected: get(&self.suspected),
            illegal: get(&self.illegal),
        }
    }

    /// Operational events by type. The types are ours and few.
    pub(crate) fn alarms(&self) -> BTreeMap<String, u64> {
        self.alarms.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn add(&self, applied: &Applied) {
        let add = |count: &AtomicU64, more: u64| count.fetch_add(more, Ordering::Relaxed);
        add(if applied.wrote { &self.groups } else { &self.groups_without_write }, 1);
        add(&self.commands, applied.outcomes.len() as u64);
        add(&self.events, applied.events);
        add(&self.duplicates, applied.duplicates);
        add(&self.suspected, applied.suspected);
        add(&self.illegal, applied.illegal);
        if !applied.alarms.is_empty() {
            let mut alarms = self.alarms.lock().unwrap_or_else(PoisonError::into_inner);
            for what in &applied.alarms {
                *alarms.entry(what.clone()).or_default() += 1;
            }
        }
    }
}

/// The writer's own things; [`Writer::run`] is its life.
pub(crate) struct Writer<E> {
    pub(crate) engine: E,
    pub(crate) shared: Arc<Shared>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) faults: Faults,
    /// Groups begun, for the fault hooks.
    pub(crate) number: u64,
}

impl<E: Engine> Writer<E> {
    /// Writes groups until the queue is closed and empty.
    pub(crate) fn run(mut self) {
        while let Some(group) = self.shared.queue.next_group() {
            let group = self.admitted(group);
            self.write(group);
            if *self.shared.sick.borrow() && !self.convalesce() {
                break;
            }
            self.engine.between_groups();
        }
        self.shared.changes.close();
    }

    /// What of a group may be written with the space there is.
    fn admitted(&self, group: Group) -> Group {
        if self.shared.disk.look() { refuse_new_work(group) } else { group }
    }

    fn write(&mut self, group: Group) {
        if group.commands.is_empty() {
            return;
        }
        let Group { commands, waiting } = group;
        if let Err((waiting, error)) = self.transact(&commands, waiting) {
            self.not_written(commands, waiting, &error);
        }
    }

    fn not_written(&mut self, commands: Vec<Command>, waiting: Vec<Waiting>, error: &GroupError) {
        match error {
            GroupError::Command { .. } if commands.len() > 1 => self.each_alone(commands, waiting),
            error => self.failed(commands, waiting, error),
        }
    }

    /// One of the group failed for its own sake: each command in its own transaction, so that only that one fails.
    fn each_alone(&mut self, commands: Vec<Command>, waiting: Vec<Waiting>) {
        for (command, waiting) in commands.into_iter().zip(waiting) {
            if *self.shared.sick.borrow() {
                waiting.answer(Err(Refused::Sick));
            } else {
                self.write(Group { commands: vec![command], waiting: vec![waiting] });
            }
        }
    }

    fn failed(&mut self, commands: Vec<Command>, waiting: Vec<Waiting>, error: &GroupError) {
        let refusal = match error {
            GroupError::Command { source, .. } => {
                tracing::error!(error = source as &dyn std::error::Error, "a command could not be carried out");
                Refused::Fault
            }
            GroupError::Full => {
                // The reserve makes room; what settles or frees space gets a second chance at once.
                self.shared.disk.is_full();
                let before = commands.len();
                let group = refuse_new_work(Group { commands, waiting });
                return if group.commands.len() < before { self.write(group) } else { self.second_chance(group) };
            }
            GroupError::Broken(source) => {
                tracing::error!(
                    error = source.as_ref() as &dyn std::error::Error,
                    "a commit failed: nothing is taken until a probe succeeds"
                );
                self.shared.sick.send_replace(true);
                Refused::Sick
            }
        };
        for waiting in waiting {
            waiting.answer(Err(refusal.clone()));
        }
    }

    /// A group without new work that met a full disk: once more with the room that the reserve gave, or not at all.
    fn second_chance(&mut self, group: Group) {
        let Group { commands, waiting } = group;
        match self.transact(&commands, waiting) {
            Ok(()) => {}
            Err((waiting, GroupError::Full)) => {
                for waiting in waiting {
                    waiting.answer(Err(Refused::DiskLow));
                }
            }
            Err((waiting, error)) => self.failed(commands, waiting, &error),
        }
    }

    /// One transaction; the callers are answered when it is durable, or handed back when it is not.
    fn transact(&mut self, commands: &[Command], mut waiting: Vec<Waiting>) -> Result<(), (Vec<Waiting>, GroupError)> {
        match self.begin(commands, &mut waiting) {
            Ok(applied) => self.finish(applied, waiting),
            Err(error) => Err((waiting, error)),
        }
    }

    /// Applies a group: its transaction is open when this returns, and nobody is answered yet.
    fn begin(&mut self, commands: &[Command], waiting: &mut Vec<Waiting>) -> Result<Applied, GroupError> {
        self.number += 1;
        let mut applied = self.engine.apply(self.clock.now(), commands)?;
        if self.faults.has(Mutation::G1AnswerBeforeCommit) {
            answer(std::mem::take(waiting), &mut applied);
        }
        Ok(applied)
    }

    /// Makes a group durable, then tells of it, then answers.
    fn finish(&mut self, mut applied: Applied, waiting: Vec<Waiting>) -> Result<(), (Vec<Waiting>, GroupError)> {
        if applied.wrote {
            if let Err(error) = self.commit() {
                return Err((waiting, error));
            }
        } else {
            self.engine.end_unwritten();
        }
        self.shared.counts.add(&applied);
        let changes = std::mem::take(&mut applied.changes);
        // Before the answers: whoever acts on one must not be ahead of the changes it rests on.
        self.shared.changes.publish(changes);
        answer(waiting, &mut applied);
        Ok(())
    }

    /// Commits; a failure of the second kind, where the commit may have happened, leaves no transaction either.
    fn commit(&mut self) -> Result<(), GroupError> {
        if let Err(failure) = self.faults.before_commit(self.number) {
            self.engine.roll_back();
            return Err(injected(failure));
        }
        if let Err(error) = self.engine.commit() {
            self.engine.roll_back();
            return Err(error);
        }
        self.faults.after_commit(self.number).map_err(injected)
    }

    /// Refuses everything and probes until a probe succeeds; `false` when the store closes meanwhile.
    fn convalesce(&mut self) -> bool {
        loop {
            if !self.shared.queue.refuse_for(PROBE, &Refused::Sick) {
                return false;
            }
            if self.probe() {
                return true;
            }
        }
    }

    /// One try to come back after a failed commit.
    fn probe(&mut self) -> bool {
        self.number += 1;
        let probe = self.faults.before_commit(self.number).map_err(injected);
        match probe.and_then(|()| self.engine.recover(self.clock.now())) {
            Ok(()) => {}
            Err(GroupError::Full) => {
                self.shared.disk.is_full();
                return false;
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "the store still cannot write");
                return false;
            }
        }
        // What the failed commit made of the lanes is known to nobody: let them be loaded anew.
        let lanes = self.engine.read(|reads| reads.lanes()).unwrap_or_default();
        self.shared.changes.publish(lanes.into_iter().map(|lane| Change::Overflow { lane: lane.id }).collect());
        self.shared.sick.send_replace(false);
        tracing::info!("the store can write again");
        true
    }
}

fn answer(waiting: Vec<Waiting>, applied: &mut Applied) {
    for (waiting, outcome) in waiting.into_iter().zip(std::mem::take(&mut applied.outcomes)) {
        waiting.answer(Ok(outcome));
    }
}

/// Little free space: new events are refused, everything that moves deliveries on or frees space is not.
fn refuse_new_work(group: Group) -> Group {
    let mut kept = Group::default();
    for (command, waiting) in group.commands.into_iter().zip(group.waiting) {
        if is_new_work(&command) {
            waiting.answer(Err(Refused::DiskLow));
        } else {
            kept.commands.push(command);
            kept.waiting.push(waiting);
        }
    }
    kept
}

fn is_new_work(command: &Command) -> bool {
    matches!(command, Command::Accept(_) | Command::Submit(_) | Command::Part { .. } | Command::CatchUp(_))
}

fn injected(failure: Failure) -> GroupError {
    match failure {
        Failure::Full => GroupError::Full,
        Failure::Io => GroupError::Broken("the disk failed, as a test asked".into()),
    }
}
