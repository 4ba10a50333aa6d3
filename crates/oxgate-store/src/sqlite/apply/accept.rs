//! An inbound event: recognised as a redelivery, or written with its deliveries and the questions it answers.

use super::Fault;
use super::Turn;
use crate::command::{Accept, Accepted, Dedup, Verdict};
use crate::faults::Mutation;
use crate::sqlite::columns::number;
use crate::sqlite::names::Kind;
use crate::sqlite::statements as sql;
use oxgate_core::{ContentHash, EventId, Flags};
use rusqlite::{OptionalExtension, params};

/// Events beside the one that holds a key that a new body is compared with; Redox sends another content rarely, and more
/// than this many are kept as they come.
const VARIANTS_COMPARED: u32 = 15;

/// What the de-duplication key says about an arriving event.
enum Recognised {
    /// Nothing under this key, or no key at all.
    New,
    /// Nothing under this key yet: the new event takes it.
    Takes { scope: i64 },
    /// The same event again.
    Again(i64),
    /// Other content than the events under the key, and nobody has compared the bodies.
    Mismatch { first: i64, others: Vec<i64> },
    /// Other content, compared: a new event beside the one that holds the key.
    Beside { scope: i64, first: i64 },
}

impl Turn<'_> {
    pub(super) fn accept(&mut self, accept: &Accept) -> Result<Accepted, Fault> {
        let new = &accept.event;
        let recognised = match &accept.dedup {
            Some(dedup) if !self.context.faults.has(Mutation::G2SkipDedup) => self.recognise(dedup, new.content)?,
            _ => Recognised::New,
        };
        let (mut flags, mut parent) = (new.flags, new.parent);
        match recognised {
            Recognised::Again(seq) => {
                self.applied.duplicates += 1;
                return Ok(Accepted::Duplicate(self.event_id(seq)?));
            }
            Recognised::Mismatch { first, others } => {
                let others = others.into_iter().map(|seq| self.event_id(seq)).collect::<rusqlite::Result<_>>()?;
                return Ok(Accepted::Mismatch { first: self.event_id(first)?, others });
            }
            Recognised::Beside { first, .. } => {
                flags = flags.with(Flags::CONFLICT);
                parent = Some(self.event_id(first)?);
            }
            Recognised::New | Recognised::Takes { .. } => {}
        }
        let (door, destination) =
            (self.name(Kind::Door, &new.door)?, self.name(Kind::Destination, &new.address.destination)?);
        let content = (door, destination, new.content.0);
        if let Some(earlier) = self.memory.recent.find(&content) {
            flags = flags.with(Flags::SUSPECTED_DUPLICATE);
            self.applied.suspected += 1;
            parent = parent.or(Some(self.event_id(earlier)?));
        }
        let (event, deliveries) = self.insert_event(new, flags, parent, &accept.deliveries)?;
        self.memory.recent.note(content, number(event.seq));
        if let Some(dedup) = &accept.dedup {
            self.remember(&recognised, dedup, new.content, event)?;
        }
        let answers = match &accept.answers {
            Some(probe) if !self.context.faults.has(Mutation::G7SkipLink) => self.answer(event, probe)?,
            _ => Vec::new(),
        };
        Ok(Accepted::New { event, deliveries, answers })
    }

    fn recognise(&mut self, dedup: &Dedup, content: ContentHash) -> rusqlite::Result<Recognised> {
        let scope = self.name(Kind::Scope, &dedup.scope)?;
        let holder: Option<(i64, [u8; 16])> = self
            .connection
            .prepare_cached(sql::DEDUP_GET)?
            .query_row(params![scope, dedup.key.0], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((first, held)) = holder else { return Ok(Recognised::Takes { scope }) };
        // Rows outlive keys by far; a key that leads nowhere all the same is free.
        if !self.connection.prepare_cached(sql::EVENT_TAG)?.exists([first])? {
            return Ok(Recognised::Takes { scope });
        }
        if held == content.0 {
            return Ok(Recognised::Again(first));
        }
        let variant: Option<i64> = self
            .connection
            .prepare_cached(sql::VARIANT_GET)?
            .query_row(params![scope, dedup.key.0, content.0], |row| row.get(0))
            .optional()?;
        if let Some(event) = variant {
            return Ok(Recognised::Again(event));
        }
        let others = self.variants(scope, dedup)?;
        Ok(match dedup.verdict {
            Some(Verdict::SameAs(event)) if number(event.seq) == first || others.contains(&number(event.seq)) => {
                Recognised::Again(number(event.seq))
            }
            // One that came meanwhile has not been compared.
            Some(Verdict::Different { compared }) if compared > others.len() => Recognised::Beside { scope, first },
            _ => Recognised::Mismatch { first, others },
        })
    }

    /// Events under the key beside the one that holds it, as far as they are compared with a new one.
    fn variants(&self, scope: i64, dedup: &Dedup) -> rusqlite::Result<Vec<i64>> {
        let mut statement = self.connection.prepare_cached(sql::VARIANTS_KNOWN)?;
        let rows = statement.query_map(params![scope, dedup.key.0, VARIANTS_COMPARED], |row| row.get(0))?;
        let mut events: Vec<i64> = rows.collect::<rusqlite::Result<_>>()?;
        events.sort_unstable();
        Ok(events)
    }

    fn remember(
        &self,
        recognised: &Recognised,
        dedup: &Dedup,
        content: ContentHash,
        event: EventId,
    ) -> rusqlite::Result<()> {
        let (statement, scope) = match recognised {
            Recognised::Takes { scope } => (sql::DEDUP_INSERT, scope),
            Recognised::Beside { scope, .. } => (sql::VARIANT_INSERT, scope),
            _ => return Ok(()),
        };
        let now = self.context.now.0;
        self.execute(statement, params![scope, dedup.key.0, content.0, number(event.seq), now])?;
        Ok(())
    }
}
