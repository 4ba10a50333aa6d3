//! `oxgate lanes`: the orders that deliveries go in.

use super::Shared;
use super::counted::{self, Counted};
use crate::exit::Done;
use crate::gateway::Request;
use crate::output::{cell, table};
use clap::{Args, Subcommand};
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
    /// Hand what an orphaned lane has to another target, in its order.
    Reassign {
        /// The lane's number.
        id: i64,
        /// The target that takes over.
        #[arg(long)]
        to: String,
        #[command(flatten)]
        consent: Consent,
    },
    /// Cancel what an orphaned lane has.
    Cancel {
        /// The lane's number.
        id: i64,
        #[command(flatten)]
        consent: Consent,
    },
}

/// Whether to go on, and why.
#[derive(Debug, Args)]
pub(crate) struct Consent {
    /// Only count.
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Do not ask.
    #[arg(long, short)]
    yes: bool,
    /// Why; goes to the audit.
    #[arg(long, default_value = "")]
    why: String,
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
            Self::Reassign { id, to, consent } => {
                let orphans = Orphans { lane: *id, act: "reassign", target: Some(to), consent };
                return orphans.run(shared, |done| reassigned(done, to)).await;
            }
            Self::Cancel { id, consent } => {
                let orphans = Orphans { lane: *id, act: "cancel", target: None, consent };
                return orphans.run(shared, cancelled).await;
            }
        };
        let lane = gateway.json(Request::post_json(format!("/v1/lanes/{id}/{verb}"), &json!({"why": why}))).await?;
        shared.show(&lane, |lane| format!("lane {id}: {}", cell(lane, "/state")))
    }
}

/// An act on all that an orphaned lane has.
struct Orphans<'a> {
    lane: i64,
    act: &'static str,
    /// Who takes over.
    target: Option<&'a str>,
    consent: &'a Consent,
}

impl Orphans<'_> {
    async fn run(&self, shared: &Shared, told: impl Fn(&Value) -> String) -> Done {
        let Self { lane, act, target, consent } = self;
        let path = format!("/v1/lanes/{lane}/{act}");
        let to = target.map_or_else(String::new, |target| format!(" to `{target}`"));
        let act = Counted {
            request: &|dry_run| {
                let mut body = json!({"dry_run": dry_run, "why": consent.why});
                if let Some(target) = target {
                    body["target"] = (*target).into();
                }
                Request::post_json(path.clone(), &body)
            },
            deliveries: |counts| ["open", "parked"].iter().filter_map(|member| counts[*member].as_u64()).sum(),
            show: &counted,
            verb: act,
            to: &to,
        };
        let consent = counted::Consent::of(consent.dry_run, consent.yes);
        match act.run(shared, consent).await? {
            Some(done) => shared.show(&done, told),
            None => Ok(()),
        }
    }
}

fn reassigned(done: &Value, to: &str) -> String {
    format!("{} reassigned to `{to}`, lane {}", cell(done, "/reassigned"), cell(done, "/to/id"))
}

fn cancelled(done: &Value) -> String {
    let refused = done.get("refused").and_then(Value::as_u64).unwrap_or(0);
    let refused = if refused == 0 { String::new() } else { format!("; {refused} under way or ended meanwhile") };
    format!("{} cancelled{refused}", cell(done, "/cancelled"))
}

/// What a dry run says.
fn counted(counts: &Value) -> String {
    let [lane, open, parked] = ["/lane/id", "/open", "/parked"].map(|path| cell(counts, path));
    let cost = match counts["redox_requests"].as_u64() {
        None | Some(0) => String::new(),
        Some(requests) => format!(", {requests} requests out of Redox's quota"),
    };
    format!("lane {lane}: {open} open, {parked} parked{cost}")
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
