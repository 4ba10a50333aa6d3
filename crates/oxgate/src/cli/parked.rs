//! `oxgate parked`: deliveries that need a person.

use super::by_filter::{ByFilter, Consent, Selection};
use super::{Shared, encoded};
use crate::exit::{Done, Failure};
use crate::gateway::Request;
use crate::output::{cell, table};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

/// Deliveries that need a person.
#[derive(Debug, Subcommand)]
pub(crate) enum Parked {
    /// List them, oldest first.
    List {
        /// Only of this target.
        #[arg(long)]
        target: Option<String>,
        /// At most so many.
        #[arg(long, default_value_t = 100)]
        limit: u32,
    },
    /// Put one back into its place, or many by filter.
    Release {
        #[command(flatten)]
        which: Which,
        /// For an unknown outcome: what Redox did with it.
        #[arg(long = "as", value_enum, requires = "id")]
        decided: Option<Decided>,
        /// Hand them to this target instead.
        #[arg(long, value_name = "TARGET", conflicts_with = "decided")]
        reroute: Option<String>,
    },
    /// End one, or many by filter.
    Cancel {
        #[command(flatten)]
        which: Which,
    },
}

/// One, or many.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// `dlv_…`; without it, those that fit the filter.
    id: Option<String>,
    /// Parked by this target.
    #[arg(long, help_heading = "Filter")]
    target: Option<String>,
    /// In this lane, by its number.
    #[arg(long, help_heading = "Filter")]
    lane: Option<i64>,
    /// Parked for this reason, e.g. `unrouted`.
    #[arg(long, help_heading = "Filter")]
    reason: Option<String>,
    #[command(flatten)]
    events: Selection,
    #[command(flatten)]
    consent: Consent,
}

impl Which {
    fn by_filter(&self, path: &'static str, verb: &'static str, done: &'static str) -> ByFilter<'_> {
        let more = vec![
            ("target", self.target.clone().map(Value::from)),
            ("lane", self.lane.map(Value::from)),
            ("reason", self.reason.clone().map(Value::from)),
        ];
        ByFilter { path, verb, done, events: &self.events, more, consent: &self.consent }
    }
}

/// What a person found out about an unknown outcome.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Decided {
    /// Redox has it.
    Accepted,
    /// Redox never had it: send it again.
    Resend,
}

impl Parked {
    pub(crate) async fn run(&self, shared: &Shared) -> Done {
        match self {
            Self::List { target, limit } => {
                let target = target.as_ref().map_or_else(String::new, |target| format!("&target={}", encoded(target)));
                let path = format!("/v1/parked?limit={limit}{target}");
                shared.show(&shared.gateway()?.json(Request::get(path)).await?, list)
            }
            Self::Release { which, decided, reroute } => {
                let mut many = which.by_filter("/v1/releases", "release", "released");
                many.check(which.id.as_deref())?;
                let Some(id) = &which.id else {
                    many.more.push(("to", reroute.clone().map(Value::from)));
                    return many.run(shared).await;
                };
                let why = &which.consent.why;
                if let Some(target) = reroute {
                    return one(shared, id, "reroute", &json!({"target": target, "why": why})).await;
                }
                let decided = decided.map(|decided| match decided {
                    Decided::Accepted => "accepted",
                    Decided::Resend => "resend",
                });
                one(shared, id, "release", &json!({"as": decided, "why": why})).await
            }
            Self::Cancel { which } => {
                let many = which.by_filter("/v1/cancels", "cancel", "cancelled");
                many.check(which.id.as_deref())?;
                match &which.id {
                    Some(id) => one(shared, id, "cancel", &json!({"why": which.consent.why})).await,
                    None => many.run(shared).await,
                }
            }
        }
    }
}

/// An act on one delivery.
async fn one(shared: &Shared, id: &str, act: &str, body: &Value) -> Result<(), Failure> {
    let path = format!("/v1/deliveries/{}/{act}", encoded(id));
    let done = shared.gateway()?.json(Request::post_json(path, body)).await?;
    shared.show(&done, |done| {
        let made = cell(done, "/made");
        let state = format!("{id}: {}", cell(done, "/delivery/state"));
        if made == "-" || made.is_empty() { state } else { format!("{state}, {made} in its place") }
    })
}

fn list(parked: &Value) -> String {
    let rows: Vec<_> = parked
        .get("parked")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|delivery| {
            ["/id", "/target", "/lane_label", "/reason", "/attempts", "/ended_at"]
                .map(|path| cell(delivery, path))
                .to_vec()
        })
        .collect();
    table(&["DELIVERY", "TARGET", "LANE", "REASON", "ATTEMPTS", "PARKED"], &rows)
}
