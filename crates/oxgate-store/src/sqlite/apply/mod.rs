//! Commands in, outcomes out, against an open transaction: no thread, no clock, no begin and no commit.
//!
//! Everything is looked up before it is written, so duplicates, conflicts and illegal transitions are ordinary
//! outcomes. An error means that a statement failed that cannot fail, and rolls the whole group back.

/// An inbound event: de-duplication, then the event with all that follows from it.
mod accept;

/// An outbound event with its idempotency key and expectations.
mod submit;

/// Rows that accept and submit share: event, body, deliveries.
mod insert;

/// Answers that find their questions.
mod answers;

/// A fact about a delivery, run through the state machine.
mod record;

/// Events made from an event.
mod children;

/// What parking does to those behind, and what ends it.
mod holds;

/// Lanes: made on first use, changed by persons and by parked deliveries.
mod lane;

/// Events for targets that came after them.
mod catch_up;

/// Order across a change of the rule by which a target's deliveries are put in order.
mod seam;

/// What an orphaned lane still has, handed to another target.
mod reassign;

/// What became of accepted sends behind Redox.
mod follow;

/// Operational events.
mod ops;

/// Expectations whose deadline has passed.
mod late;

/// Search keys.
mod index;

/// Retention in small steps.
mod sweep;

/// Retention of rows: what is left of an event, audit, search keys; and what was parked for too long.
mod forget;

pub(super) use index::INDEXED;
pub(super) use sweep::{Walks, sweep_staged_before};

use super::memory::Memory;
use super::names::Kind;
use super::statements as sql;
use crate::command::{Actor, Command, Outcome};
use crate::engine::{Applied, CommandError};
use crate::faults::Faults;
use crate::settings::Retention;
use oxgate_core::{Entropy, EventId, Keyed, Timestamp};
use rusqlite::{Connection, params};
use std::sync::atomic::{AtomicU64, Ordering};

/// What the commands may know besides the tables.
pub(super) struct Context<'a> {
    pub(super) now: Timestamp,
    /// Targets of kind `ops`.
    pub(super) ops: &'a [String],
    pub(super) retention: Retention,
    pub(super) keyed: &'a Keyed,
    /// For the tags of operational events.
    pub(super) entropy: &'a dyn Entropy,
    /// The next body id.
    pub(super) bodies: &'a AtomicU64,
    pub(super) faults: &'a Faults,
}

/// Why a command failed: SQLite's own words, or ours.
#[derive(Debug)]
pub(super) enum Fault {
    Sql(rusqlite::Error),
    Ours(CommandError),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<CommandError> for Fault {
    fn from(error: CommandError) -> Self {
        Self::Ours(error)
    }
}

/// Characters of a person's reason that are kept.
const NOTE_CHARS: usize = 200;

/// Applies `commands` in their order.
///
/// # Errors
/// The place of the command that failed, and why. The transaction must then be rolled back and `memory` loaded anew.
pub(super) fn apply(
    connection: &Connection,
    memory: &mut Memory,
    context: &Context<'_>,
    commands: &[Command],
) -> Result<Applied, (usize, Fault)> {
    let before = connection.total_changes();
    let mut turn = Turn { connection, memory, context, applied: Applied::default() };
    for (index, command) in commands.iter().enumerate() {
        let outcome = turn.run(command).map_err(|error| (index, error))?;
        turn.applied.outcomes.push(outcome);
    }
    turn.applied.wrote = connection.total_changes() != before;
    Ok(turn.applied)
}

/// One call of [`apply`].
struct Turn<'a> {
    connection: &'a Connection,
    memory: &'a mut Memory,
    context: &'a Context<'a>,
    applied: Applied,
}

impl Turn<'_> {
    fn run(&mut self, command: &Command) -> Result<Outcome, Fault> {
        let now = self.context.now;
        Ok(match command {
            Command::Accept(accept) => Outcome::Accepted(self.accept(accept)?),
            Command::Submit(submit) => Outcome::Submitted(self.submit(submit)?),
            Command::Record(record) => Outcome::Recorded(self.record(record)?),
            Command::Records(records) => Outcome::Records(self.records(records)?),
            Command::Lane(change) => Outcome::Lane(self.change_lane(change)?),
            Command::Reassign(reassign) => Outcome::Reassigned(self.reassign(reassign)?),
            Command::Overtaken(delivery) => {
                self.overtaken(*delivery)?;
                Outcome::Done
            }
            Command::Late => Outcome::Rows(self.late()?),
            Command::Sweep { rows } => Outcome::Rows(self.sweep(*rows)?),
            Command::Part { body, part, codec, data_key, bytes } => {
                self.stage(*body, *part, (*codec, *data_key, bytes))?;
                Outcome::Done
            }
            Command::DataKey { id, kek, wrapped } => {
                self.execute(sql::DATA_KEY_INSERT, params![id, kek, wrapped, now.0])?;
                Outcome::Done
            }
            Command::Quota { egress, slot, used } => {
                let egress = self.name(Kind::Egress, egress)?;
                self.execute(sql::QUOTA_SET, params![egress, slot, used])?;
                Outcome::Done
            }
            Command::Follow(follow) => Outcome::Rows(self.follow(follow)?),
            Command::BeginCatchUp { target, since, last } => {
                self.begin_catch_up(target, *since, *last)?;
                Outcome::Done
            }
            Command::CatchUp(batch) => Outcome::Rows(self.catch_up(batch)?),
            Command::Note { delivery, what, reason } => {
                self.note(*delivery, what, reason)?;
                Outcome::Done
            }
            Command::Index { through, keys } => {
                self.index(*through, keys)?;
                Outcome::Done
            }
            Command::Report { what, event, data } => {
                self.report(what, *event, data)?;
                Outcome::Done
            }
            Command::Audit { actor, act, event } => {
                self.audit(actor, act, event.map(|event| (event, None)))?;
                Outcome::Done
            }
        })
    }

    fn execute(&self, statement: &str, parameters: impl rusqlite::Params) -> rusqlite::Result<usize> {
        self.connection.prepare_cached(statement)?.execute(parameters)
    }

    fn name(&mut self, kind: Kind, name: &str) -> rusqlite::Result<i64> {
        self.memory.name(self.connection, kind, name)
    }

    fn body_id(&self) -> u64 {
        self.context.bodies.fetch_add(1, Ordering::Relaxed)
    }

    fn audit(&self, actor: &Actor, act: &str, about: Option<(EventId, Option<u16>)>) -> rusqlite::Result<()> {
        let note: String = actor.why.chars().take(NOTE_CHARS).collect();
        let event = about.map(|(event, _)| super::columns::number(event.seq));
        let n = about.and_then(|(_, n)| n);
        self.execute(sql::AUDIT_INSERT, params![self.context.now.0, actor.name, act, event, n, note])?;
        Ok(())
    }
}
