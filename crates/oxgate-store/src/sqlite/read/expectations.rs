//! Expectations and answers.

use super::Reader;
use crate::command::LinkedAnswer;
use crate::sqlite::columns::{event_id, natural, number, time, unreadable};
use crate::sqlite::statements as sql;
use crate::view::{AnswerRow, ExpectationQuery, ExpectationRow};
use oxgate_core::expectation::{Fit, Grade, Judgement, Standing};
use oxgate_core::{EventId, Timestamp};
use rusqlite::types::Value;
use rusqlite::{Row, params_from_iter};

impl Reader {
    pub(super) fn list_expectations(&self, query: &ExpectationQuery) -> rusqlite::Result<Vec<ExpectationRow>> {
        let ExpectationQuery { standing, event, judged, limit } = query;
        let mut conditions = vec!["1"];
        let mut values: Vec<Value> = Vec::new();
        if let Some(standing) = standing {
            conditions.push("x.state = ?");
            values.push(i64::from(standing.code()).into());
        }
        if let Some(event) = event {
            conditions.push("x.event = ? AND e.tag = ?");
            values.extend([number(event.seq).into(), i64::from(event.tag).into()]);
        }
        if let Some(judged) = judged {
            let (condition, code) = match judged {
                Judgement::Grade(grade) => {
                    ("EXISTS (SELECT 1 FROM answers a WHERE a.expectation = x.id AND a.grade = ?)", grade.code())
                }
                Judgement::Fit(fit) => {
                    ("EXISTS (SELECT 1 FROM answers a WHERE a.expectation = x.id AND a.fit = ?)", fit.code())
                }
            };
            conditions.push(condition);
            values.push(i64::from(code).into());
        }
        let text = format!(
            "SELECT x.id, x.event, e.tag, x.rule, x.partner, x.state, x.was_late, x.due_at FROM expectations x \
             JOIN events e ON e.seq = x.event WHERE {} ORDER BY x.id DESC LIMIT {}",
            conditions.join(" AND "),
            limit.min(&ExpectationQuery::LIMIT_MAX),
        );
        let mut statement = self.connection.prepare(&text)?;
        statement.query_map(params_from_iter(values), |row| self.read_expectation(row))?.collect()
    }

    fn read_expectation(&self, row: &Row<'_>) -> rusqlite::Result<ExpectationRow> {
        let id = row.get(0)?;
        let mut statement = self.connection.prepare_cached(sql::ANSWERS_OF_EXPECTATION)?;
        let answers = statement.query_map([id], |row| {
            Ok(AnswerRow {
                event: event_id(row.get(0)?, row.get(1)?),
                part: row.get(2)?,
                grade: grade(row, 3)?,
                fit: fit(row, 4)?,
                at: Timestamp(row.get(5)?),
            })
        })?;
        Ok(ExpectationRow {
            id,
            event: event_id(row.get(1)?, row.get(2)?),
            rule: self.name(row.get(3)?)?,
            partner: self.name(row.get(4)?)?,
            standing: Standing::from_code(row.get(5)?).ok_or_else(|| unreadable(5, "no standing"))?,
            was_late: row.get(6)?,
            due_at: time(row.get(7)?),
            answers: answers.collect::<rusqlite::Result<_>>()?,
        })
    }

    /// How many are late, without any answer yet.
    pub(super) fn late(&self) -> rusqlite::Result<u64> {
        self.connection.prepare_cached(sql::EXPECTATIONS_LATE)?.query_row([], |row| row.get(0).map(natural))
    }

    /// Only what is linked: neither suspect answers nor those that fit too many questions.
    pub(super) fn questions_of(&self, id: EventId) -> rusqlite::Result<Vec<LinkedAnswer>> {
        if self.event_row(id)?.is_none() {
            return Ok(Vec::new());
        }
        let mut statement = self.connection.prepare_cached(sql::ANSWERS_BY_EVENT)?;
        let mut rows = statement.query([number(id.seq)])?;
        let mut links: Vec<LinkedAnswer> = Vec::new();
        while let Some(row) = rows.next()? {
            let (grade, fit) = (grade(row, 2)?, fit(row, 3)?);
            let question = event_id(row.get(0)?, row.get(1)?);
            let known = links.iter().any(|link| link.question == question);
            if !known && grade.links() && fit != Fit::Overflow {
                links.push(LinkedAnswer { question, grade, fit, correlation: row.get(4)? });
            }
        }
        Ok(links)
    }
}

fn grade(row: &Row<'_>, index: usize) -> rusqlite::Result<Grade> {
    let code: u8 = row.get(index)?;
    [Grade::Exact, Grade::Unguarded, Grade::Unproven, Grade::Suspect]
        .into_iter()
        .find(|grade| grade.code() == code)
        .ok_or_else(|| unreadable(index, "no grade"))
}

fn fit(row: &Row<'_>, index: usize) -> rusqlite::Result<Fit> {
    let code: u8 = row.get(index)?;
    [Fit::Single, Fit::Ambiguous, Fit::Overflow]
        .into_iter()
        .find(|fit| fit.code() == code)
        .ok_or_else(|| unreadable(index, "no fit"))
}
