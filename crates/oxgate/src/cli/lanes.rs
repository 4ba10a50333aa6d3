//! `oxgate lanes`: the orders that deliveries go in.

use super::Shared;
use crate::exit::Done;
use crate::gateway::Request;
use crate::output::{cell, table};
use clap::Subcommand;
use serde_json::{Value, json};

/// The orders that deliveries go in.
#[derive(Debug, Subcommand)]
pub(crate) enum Lanes {
    /// List them with what waits in them.
    List,
    /// Start nothing more in a lane.
    Pause {
        /// The lane's number.
        id: i64,
        /// Why; goes to the audit.
        #[arg(long, default_value = "")]
        why: String,
    },
    /// Let a lane go on.
    Resume {
        /// The lane's number.
        id: i64,
        /// Why; goes to the audit.
        #[arg(long, default_value = "")]
        why: String,
    },
    /// Deliver what is there now, then stay paused.
    Drain {
        /// The lane's number.
        id: i64,
        /// Why; goes to the audit.
        #[arg(long, default_value = "")]
        why: String,
    },
    /// Hand what an orphaned lane has to another target, in its order; counts unless told otherwise.
    Reassign {
        /// The lane's number.
        id: i64,
        /// The target that takes over.
        #[arg(long)]
        to: String,
        /// Do it.
        #[arg(long)]
        yes: bool,
        /// Why; goes to the audit.
        #[arg(long, default_value = "")]
        why: String,
    },
    /// Cancel what an orphaned lane has; counts unless told otherwise.
    Cancel {
        /// The lane's number.
        id: i64,
        /// Do it.
        #[arg(long)]
        yes: bool,
        /// Why; goes to the audit.
        #[arg(long, default_value = "")]
        why: String,
    },
}

impl Lanes {
    pub(crate) async fn run(&self, shared: &Shared) -> Done {
        let gateway = shared.gateway()?;
        let (id, verb, why) = match self {
            Self::List => {
                let lanes = gateway.json(Request::get("/v1/lanes")).await?;
                return shared.show(&lanes, list);
            }
            Self::Pause { id, why } => (id, "pause", why),
            Self::Resume { id, why } => (id, "resume", why),
            Self::Drain { id, why } => (id, "drain", why),
            Self::Reassign { id, to, yes, why } => {
                let body = json!({"target": to, "dry_run": !yes, "why": why});
                let done = gateway.json(Request::post_json(format!("/v1/lanes/{id}/reassign"), &body)).await?;
                return shared.show(&done, |done| reassigned(done, to));
            }
            Self::Cancel { id, yes, why } => {
                let body = json!({"dry_run": !yes, "why": why});
                let done = gateway.json(Request::post_json(format!("/v1/lanes/{id}/cancel"), &body)).await?;
                return shared.show(&done, cancelled);
            }
        };
        let lane = gateway.json(Request::post_json(format!("/v1/lanes/{id}/{verb}"), &json!({"why": why}))).await?;
        shared.show(&lane, |lane| format!("lane {id}: {}", cell(lane, "/state")))
    }
}

fn reassigned(done: &Value, to: &str) -> String {
    if let Some(counted) = counted(done) {
        return format!("{counted} would go to `{to}`; add --yes to hand them over");
    }
    format!("{} reassigned to `{to}`, lane {}", cell(done, "/reassigned"), cell(done, "/to/id"))
}

fn cancelled(done: &Value) -> String {
    if let Some(counted) = counted(done) {
        return format!("{counted} would be cancelled; add --yes to cancel them");
    }
    let refused = done.get("refused").and_then(Value::as_u64).unwrap_or(0);
    let refused = if refused == 0 { String::new() } else { format!("; {refused} under way or ended meanwhile") };
    format!("{} cancelled{refused}", cell(done, "/cancelled"))
}

/// What a dry run says.
fn counted(done: &Value) -> Option<String> {
    let [lane, open, parked, requests] =
        ["/lane/id", "/open", "/parked", "/redox_requests"].map(|path| cell(done, path));
    let counted = format!("lane {lane}: {open} open, {parked} parked ({requests} requests to Redox)");
    (done.get("dry_run") == Some(&Value::Bool(true))).then_some(counted)
}

fn list(lanes: &Value) -> String {
    let rows: Vec<_> = lanes
        .get("lanes")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|lane| {
            ["/id", "/target", "/label", "/state", "/after", "/reason", "/open", "/parked", "/oldest_age_s"]
                .map(|path| cell(lane, path))
                .to_vec()
        })
        .collect();
    table(&["LANE", "TARGET", "LABEL", "STATE", "AFTER", "REASON", "OPEN", "PARKED", "OLDEST (S)"], &rows)
}
