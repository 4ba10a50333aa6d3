//! An outbound event with its idempotency key, its deliveries and the answers it waits for.

use super::Fault;
use super::Turn;
use crate::command::{Idempotency, NewExpectation, Submit, Submitted};
use crate::sqlite::columns::{Stored, number};
use crate::sqlite::names::Kind;
use crate::sqlite::statements as sql;
use oxgate_core::expectation::KeyKind;
use oxgate_core::{EventId, KeyHash};
use rusqlite::{OptionalExtension, params};

/// A key that makes a match.
const PRIMARY: u8 = 1;
/// A patient's identifier, which guards one.
const GUARD: u8 = 2;

impl Turn<'_> {
    pub(super) fn submit(&mut self, submit: &Submit) -> Result<Submitted, Fault> {
        if let Some(key) = &submit.idempotency
            && let Some(earlier) = self.earlier_submission(key)?
        {
            return Ok(earlier);
        }
        let new = &submit.event;
        let (event, deliveries) = self.insert_event(new, new.flags, new.parent, &submit.deliveries)?;
        if let Some(key) = &submit.idempotency {
            let client = self.name(Kind::Client, &key.client)?;
            let hash = self.idempotency_hash(key);
            let now = self.context.now.0;
            self.execute(sql::SUBMISSION_INSERT, params![client, hash.0, key.body.0, number(event.seq), now])?;
        }
        for expectation in &submit.expectations {
            self.expect(event, expectation)?;
        }
        Ok(Submitted::New { event, deliveries })
    }

    fn earlier_submission(&mut self, key: &Idempotency) -> rusqlite::Result<Option<Submitted>> {
        let client = self.name(Kind::Client, &key.client)?;
        let hash = self.idempotency_hash(key);
        let found: Option<(i64, [u8; 16])> = self
            .connection
            .prepare_cached(sql::SUBMISSION_GET)?
            .query_row(params![client, hash.0], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((seq, body)) = found else { return Ok(None) };
        let event = self.event_id(seq)?;
        if body != key.body.0 {
            return Ok(Some(Submitted::KeyReused { event }));
        }
        let mut statement = self.connection.prepare_cached(sql::DELIVERIES_OF_EVENT)?;
        let deliveries =
            statement.query_map([seq], |row| Ok(Stored::read(row)?.id))?.collect::<rusqlite::Result<_>>()?;
        Ok(Some(Submitted::Repeated { event, deliveries }))
    }

    /// The header's text is the application's and may name a patient; only its keyed hash is stored.
    fn idempotency_hash(&self, key: &Idempotency) -> KeyHash {
        self.context.keyed.hash("idempotency", &key.key)
    }

    pub(super) fn expect(&mut self, event: EventId, new: &NewExpectation) -> rusqlite::Result<()> {
        let partner = self.name(Kind::Partner, &new.partner)?;
        let rule = self.name(Kind::Rule, &new.rule)?;
        let within = new.within.map(|within| i64::try_from(within.as_millis()).unwrap_or(i64::MAX / 2));
        let id = self.connection.prepare_cached(sql::EXPECTATION_INSERT)?.insert(params![
            number(event.seq),
            rule,
            partner,
            within
        ])?;
        for (kind, hash) in &new.keys {
            self.execute(sql::EXPECTATION_KEY_INSERT, params![partner, kind.code(), hash.0, id, PRIMARY])?;
        }
        for hash in &new.patients {
            self.execute(sql::EXPECTATION_KEY_INSERT, params![partner, KeyKind::Patient.code(), hash.0, id, GUARD])?;
        }
        Ok(())
    }
}
