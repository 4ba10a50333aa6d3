//! `oxgate expectations`: questions that wait for an answer.

use super::{Shared, encoded};
use crate::exit::Done;
use crate::gateway::Request;
use crate::output::{cell, table};
use clap::Subcommand;
use serde_json::Value;

/// Questions that wait for an answer.
#[derive(Debug, Subcommand)]
pub(crate) enum Expectations {
    /// List them, newest first.
    List {
        /// `armed`, `waiting`, `answered`, `late` or `closed`.
        #[arg(long)]
        state: Option<String>,
        /// With an answer judged `exact`, `unguarded`, `unproven`, `suspect`, `ambiguous` or `overflow`.
        #[arg(long)]
        grade: Option<String>,
        /// At most so many.
        #[arg(long, default_value_t = 100)]
        limit: u32,
    },
}

impl Expectations {
    pub(crate) async fn run(&self, shared: &Shared) -> Done {
        let Self::List { state, grade, limit } = self;
        let only = |name: &str, value: &Option<String>| {
            value.as_ref().map_or_else(String::new, |value| format!("&{name}={}", encoded(value)))
        };
        let (state, grade) = (only("standing", state), only("grade", grade));
        let path = format!("/v1/expectations?limit={limit}{state}{grade}");
        let found = shared.gateway()?.json(Request::get(path)).await?;
        shared.show(&found, list)
    }
}

/// How well an answer fits, by patient and by number of questions.
fn judged(answer: &Value) -> String {
    let (grade, fit) = (cell(answer, "/grade"), cell(answer, "/fit"));
    if fit == "single" { grade } else { format!("{grade}, {fit}") }
}

fn list(found: &Value) -> String {
    let rows: Vec<_> = found
        .get("expectations")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|expectation| {
            let answers = expectation.get("answers").and_then(Value::as_array).into_iter().flatten();
            let answers: Vec<String> =
                answers.map(|answer| format!("{} ({})", cell(answer, "/event"), judged(answer))).collect();
            let mut row =
                ["/event", "/rule", "/partner", "/standing", "/due_at"].map(|path| cell(expectation, path)).to_vec();
            if expectation["was_late"] == true && row[3] != "late" {
                row[3] += ", was late";
            }
            row.push(if answers.is_empty() { "-".to_owned() } else { answers.join(", ") });
            row
        })
        .collect();
    table(&["QUESTION", "RULE", "PARTNER", "STANDING", "DUE", "ANSWERS"], &rows)
}
