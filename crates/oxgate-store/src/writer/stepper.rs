//! The writer without its thread: a simulation holds it, and says when a group begins and when it is made durable.
//!
//! Nothing of the writer's work is done here a second time; [`super::Writer::run`] goes through the same steps.

use super::Writer;
use super::queue::{Group, Waiting};
use crate::Refused;
use crate::command::Command;
use crate::engine::Applied;
use crate::folder::Lock;
use crate::sqlite::Sqlite;

/// A writer to be driven by hand. Dropping it between [`Stepper::begin`] and [`Stepper::finish`] is a crash before the
/// commit: the transaction is lost, and nobody is answered.
pub struct Stepper {
    writer: Writer<Sqlite>,
    /// Held as long as the writer lives.
    _lock: Lock,
}

/// A group whose transaction is open.
pub struct Begun {
    commands: Vec<Command>,
    waiting: Vec<Waiting>,
    applied: Applied,
}

impl Begun {
    /// Commands in the group.
    pub const fn commands(&self) -> usize {
        self.commands.len()
    }

    /// Whether it changed anything, and so needs a sync.
    pub const fn wrote(&self) -> bool {
        self.applied.wrote
    }
}

impl Stepper {
    pub(crate) const fn new(writer: Writer<Sqlite>, lock: Lock) -> Self {
        Self { writer, _lock: lock }
    }

    /// Resolves when a command waits.
    pub async fn wanted(&self) {
        self.writer.shared.queue.wanted().await;
    }

    /// Takes what waits and applies it in a transaction; `None` when nothing came of it that could be made durable.
    pub fn begin(&mut self) -> Option<Begun> {
        let group = self.writer.shared.queue.try_group()?;
        let Group { commands, mut waiting } = self.writer.admitted(group);
        if commands.is_empty() {
            return None;
        }
        match self.writer.begin(&commands, &mut waiting) {
            Ok(applied) => Some(Begun { commands, waiting, applied }),
            Err(error) => {
                self.writer.not_written(commands, waiting, &error);
                None
            }
        }
    }

    /// Commits, tells of it, answers; or does what a failed commit demands.
    pub fn finish(&mut self, begun: Begun) {
        let Begun { commands, waiting, applied } = begun;
        if let Err((waiting, error)) = self.writer.finish(applied, waiting) {
            self.writer.not_written(commands, waiting, &error);
        }
    }

    /// Whether a commit has failed, so that [`Stepper::probe`] is what has to be done, once a second.
    pub fn is_sick(&self) -> bool {
        *self.writer.shared.sick.borrow()
    }

    /// Refuses what waits and tries once to come back.
    pub fn probe(&mut self) -> bool {
        self.refuse();
        self.writer.probe()
    }

    /// Refuses what waits.
    pub fn refuse(&mut self) {
        while let Some(group) = self.writer.shared.queue.try_group() {
            for waiting in group.waiting {
                waiting.answer(Err(Refused::Sick));
            }
        }
    }

    /// What SQLite was told about syncing: 0 off, 1 normal, 2 full. In a write-ahead log only `full` syncs at a commit.
    pub fn synchronous(&self) -> i64 {
        self.writer.engine.pragma("synchronous")
    }
}

impl std::fmt::Debug for Stepper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stepper").field("writer", &self.writer.engine).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Begun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Begun").field("commands", &self.commands.len()).finish_non_exhaustive()
    }
}
