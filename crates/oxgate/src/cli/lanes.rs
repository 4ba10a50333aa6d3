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
    /// Finish what is there, then stay paused.
    Drain {
        /// The lane's number.
        id: i64,
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
        };
        let lane = gateway.json(Request::post_json(format!("/v1/lanes/{id}/{verb}"), &json!({"why": why}))).await?;
        shared.show(&lane, |lane| format!("lane {id}: {}", cell(lane, "/state")))
    }
}

fn list(lanes: &Value) -> String {
    let rows: Vec<_> = lanes
        .get("lanes")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|lane| {
            ["/id", "/target", "/label", "/state", "/reason", "/open", "/parked", "/oldest_age_s"]
                .map(|path| cell(lane, path))
                .to_vec()
        })
        .collect();
    table(&["LANE", "TARGET", "LABEL", "STATE", "REASON", "OPEN", "PARKED", "OLDEST (S)"], &rows)
}
