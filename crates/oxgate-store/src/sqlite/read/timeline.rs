//! What happened to an event, in order: composed from its rows, since a plain life writes no history of its own.

use super::Reader;
use crate::sqlite::columns::{Stored, event_id, number};
use crate::sqlite::statements as sql;
use crate::view::{ExpectationQuery, TimelineEntry};
use oxgate_core::{EventId, Reason, State, Timestamp};

impl Reader {
    pub(super) fn compose_timeline(&self, id: EventId) -> rusqlite::Result<Vec<TimelineEntry>> {
        let Some(event) = self.event_row(id)? else { return Ok(Vec::new()) };
        let mut entries = vec![TimelineEntry { event: event.parent, ..entry(event.accepted_at, "accepted") }];
        self.steps(id, &mut entries)?;
        self.attempts(id, &mut entries)?;
        for delivery in self.stored_deliveries(id)? {
            plain_life(&delivery, &mut entries);
        }
        self.links(id, &mut entries)?;
        // Stable: what shares a millisecond stays in the order of its kind above. Nothing comes before the acceptance,
        // whatever a clock says that was set back since.
        entries[1..].sort_by_key(|entry| entry.at);
        Ok(entries)
    }

    fn steps(&self, id: EventId, entries: &mut Vec<TimelineEntry>) -> rusqlite::Result<()> {
        let mut statement = self.connection.prepare_cached(sql::STEPS_OF_EVENT)?;
        let mut rows = statement.query([number(id.seq)])?;
        while let Some(row) = rows.next()? {
            let what: String = row.get(2)?;
            entries.push(TimelineEntry {
                delivery: Some(id.delivery(row.get(0)?)),
                reason: Reason::stored(row.get(3)?),
                actor: row.get(4)?,
                ..entry(Timestamp(row.get(1)?), &what)
            });
        }
        Ok(())
    }

    fn attempts(&self, id: EventId, entries: &mut Vec<TimelineEntry>) -> rusqlite::Result<()> {
        let mut statement = self.connection.prepare_cached(sql::ATTEMPTS_OF_EVENT)?;
        let mut rows = statement.query([number(id.seq)])?;
        while let Some(row) = rows.next()? {
            let delivery = id.delivery(row.get(0)?);
            entries.push(TimelineEntry {
                delivery: Some(delivery),
                attempt: Some(delivery.attempt(row.get(1)?)),
                status: row.get(5)?,
                reason: Reason::stored(row.get(6)?),
                ..entry(Timestamp(row.get(2)?), "attempt")
            });
        }
        Ok(())
    }

    /// Answers given and received, deadlines missed.
    fn links(&self, id: EventId, entries: &mut Vec<TimelineEntry>) -> rusqlite::Result<()> {
        for expectation in self.list_expectations(&ExpectationQuery::of(id))? {
            if let Some(due_at) = expectation.due_at.filter(|_| expectation.was_late) {
                entries.push(entry(due_at, "late"));
            }
            for answer in expectation.answers {
                let what = if answer.grade.links() { "answered" } else { "suspect answer" };
                entries.push(TimelineEntry { event: Some(answer.event), ..entry(answer.at, what) });
            }
        }
        let mut statement = self.connection.prepare_cached(sql::ANSWERS_BY_EVENT)?;
        let mut rows = statement.query([number(id.seq)])?;
        while let Some(row) = rows.next()? {
            let question = event_id(row.get(0)?, row.get(1)?);
            entries.push(TimelineEntry { event: Some(question), ..entry(Timestamp(row.get(5)?), "answers") });
        }
        Ok(())
    }
}

/// The first attempt and the end, as far as the delivery's own row tells them and nothing else did.
fn plain_life(delivery: &Stored, entries: &mut Vec<TimelineEntry>) {
    let id = delivery.id;
    let first = id.attempt(1);
    if let Some(at) = delivery.started_at
        && entries.iter().all(|entry| entry.attempt != Some(first))
    {
        let (attempt, status) = (Some(first), delivery.status);
        entries.push(TimelineEntry { delivery: Some(id), attempt, status, ..entry(at, "attempt") });
    }
    let word = delivery.row.state.as_str();
    let told = entries.iter().any(|entry| entry.delivery == Some(id) && entry.what == word);
    if let Some(at) = delivery.ended_at.filter(|_| !told && delivery.row.state >= State::Parked) {
        entries.push(TimelineEntry { delivery: Some(id), reason: delivery.row.reason.clone(), ..entry(at, word) });
    }
}

fn entry(at: Timestamp, what: &str) -> TimelineEntry {
    TimelineEntry {
        at,
        what: what.to_owned(),
        delivery: None,
        attempt: None,
        reason: Reason::NONE,
        status: None,
        event: None,
        actor: None,
    }
}
