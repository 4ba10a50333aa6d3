//! An arriving event finds the questions it answers: within one partner, by shared key, guarded by the patient.

use super::Fault;
use super::Turn;
use crate::command::{AnswerProbe, LinkedAnswer};
use crate::faults::Mutation;
use crate::sqlite::columns::{Stored, event_id, number};
use crate::sqlite::names::Kind;
use crate::sqlite::statements as sql;
use oxgate_core::delivery::{Policy, step};
use oxgate_core::expectation::{Fit, Grade, KeyKind};
use oxgate_core::limits::ANSWER_CANDIDATES;
use oxgate_core::{EventId, Fact, KeyHash, Reason, State};
use rusqlite::params;

/// Rows of one key that are looked at; those of other rules do not count as candidates but cost a look.
const LOOKED_AT: u32 = 1_024;

/// An open question that shares a key.
struct Candidate {
    expectation: i64,
    question: i64,
    grade: Grade,
}

/// What a part of the answer is matched with.
struct Sought<'a> {
    partner: i64,
    rules: &'a [i64],
    patients: &'a [KeyHash],
}

impl Turn<'_> {
    /// Links the event to the questions it answers and returns those links, one for each question.
    ///
    /// A suspect answer, and one that fits more questions than are looked at, is written down and alarmed but
    /// changes no question's state and is not among the links.
    pub(super) fn answer(&mut self, event: EventId, probe: &AnswerProbe) -> Result<Vec<LinkedAnswer>, Fault> {
        let partner = self.name(Kind::Partner, &probe.partner)?;
        let rules = probe.rules.iter().map(|rule| self.name(Kind::Rule, rule)).collect::<rusqlite::Result<Vec<_>>>()?;
        let sought = Sought { partner, rules: &rules, patients: &probe.patients };
        let mut links: Vec<LinkedAnswer> = Vec::new();
        for (part, keys) in (0_u16..).zip(&probe.parts) {
            let candidates = self.candidates(&sought, keys)?;
            for link in self.link_part(event, part, &candidates)? {
                if links.iter().all(|known| known.question != link.question) {
                    links.push(link);
                }
            }
        }
        Ok(links)
    }

    fn candidates(&self, sought: &Sought<'_>, keys: &[(KeyKind, KeyHash)]) -> rusqlite::Result<Vec<Candidate>> {
        let mut found: Vec<Candidate> = Vec::new();
        let mut statement = self.connection.prepare_cached(sql::CANDIDATES)?;
        for (kind, hash) in keys {
            let mut rows = statement.query(params![sought.partner, kind.code(), hash.0, LOOKED_AT])?;
            while let Some(row) = rows.next()? {
                let (expectation, rule): (i64, i64) = (row.get(0)?, row.get(2)?);
                let known = found.iter().any(|candidate| candidate.expectation == expectation);
                if known || !sought.rules.contains(&rule) {
                    continue;
                }
                let ignored = self.context.faults.has(Mutation::G7IgnorePatient);
                let guards = if ignored { Vec::new() } else { self.guards(expectation)? };
                let grade = Grade::of(&guards, sought.patients);
                found.push(Candidate { expectation, question: row.get(1)?, grade });
                if found.len() > ANSWER_CANDIDATES {
                    return Ok(found);
                }
            }
        }
        Ok(found)
    }

    fn guards(&self, expectation: i64) -> rusqlite::Result<Vec<KeyHash>> {
        let mut statement = self.connection.prepare_cached(sql::GUARDS)?;
        statement.query_map([expectation], |row| row.get(0).map(KeyHash))?.collect()
    }

    fn link_part(&mut self, event: EventId, part: u16, candidates: &[Candidate]) -> Result<Vec<LinkedAnswer>, Fault> {
        let overflow = candidates.len() > ANSWER_CANDIDATES;
        let linking = candidates.iter().filter(|candidate| candidate.grade.links()).count();
        let fit = if overflow { Fit::Overflow } else { Fit::of(linking, ANSWER_CANDIDATES) };
        let now = self.context.now;
        let mut links = Vec::new();
        for candidate in candidates.iter().take(ANSWER_CANDIDATES) {
            let Candidate { expectation, question, grade } = *candidate;
            let parameters = params![expectation, number(event.seq), part, grade.code(), fit.code(), now.0];
            self.execute(sql::ANSWER_INSERT, parameters)?;
            if overflow {
                continue;
            }
            if !grade.links() {
                self.report_suspect(event, self.event_id(question)?)?;
                continue;
            }
            let closes = now.plus(self.context.retention.expectations);
            self.execute(sql::EXPECTATION_ANSWERED, params![expectation, now.0, closes.0])?;
            links.push(self.linked(question, grade, fit)?);
            if fit == Fit::Single {
                self.settle_by_answer(question)?;
            }
        }
        if overflow {
            self.report_overflow(event)?;
        }
        Ok(links)
    }

    fn linked(&self, question: i64, grade: Grade, fit: Fit) -> rusqlite::Result<LinkedAnswer> {
        self.connection.prepare_cached(sql::EVENT_CORRELATION)?.query_row([question], |row| {
            Ok(LinkedAnswer { question: event_id(question, row.get(0)?), grade, fit, correlation: row.get(1)? })
        })
    }

    /// An answer proves that its question was received, if it is plain which of the question's deliveries it proves:
    /// the only one that has not been cancelled or expired.
    fn settle_by_answer(&mut self, question: i64) -> Result<(), Fault> {
        let deliveries: Vec<Stored> = {
            let mut statement = self.connection.prepare_cached(sql::DELIVERIES_OF_EVENT)?;
            statement.query_map([question], Stored::read)?.collect::<rusqlite::Result<_>>()?
        };
        let mut live = deliveries.into_iter().filter(|one| !matches!(one.row.state, State::Cancelled | State::Expired));
        let (Some(only), None) = (live.next(), live.next()) else { return Ok(()) };
        let in_doubt = only.row.state == State::Unknown
            || (only.row.state == State::Parked && only.row.reason == Reason::UNKNOWN_OUTCOME);
        if in_doubt {
            let fact = Fact::EvidenceAccepted { reason: Reason::ANSWERED };
            // Evidence reads the same under every policy.
            if let Ok(step) = step(&only.row, &fact, &Policy::REDOX, self.context.now) {
                self.advance(&only, step, &fact, super::record::Circumstances::default())?;
            }
        }
        Ok(())
    }
}
