//! `oxgate parked`: deliveries that need a person.

use super::{Shared, encoded};
use crate::exit::Done;
use crate::gateway::Request;
use crate::output::{cell, table};
use clap::{Subcommand, ValueEnum};
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
    /// Put one back into its place.
    Release {
        /// `dlv_…`
        id: String,
        /// For an unknown outcome: what Redox did with it.
        #[arg(long = "as", value_enum)]
        decided: Option<Decided>,
        /// Why; goes to the audit.
        #[arg(long, default_value = "")]
        why: String,
    },
    /// End one.
    Cancel {
        /// `dlv_…`
        id: String,
        /// Why; goes to the audit.
        #[arg(long, default_value = "")]
        why: String,
    },
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
        let gateway = shared.gateway()?;
        match self {
            Self::List { target, limit } => {
                let target = target.as_ref().map_or_else(String::new, |target| format!("&target={}", encoded(target)));
                let parked = gateway.json(Request::get(format!("/v1/parked?limit={limit}{target}"))).await?;
                shared.show(&parked, list)
            }
            Self::Release { id, decided, why } => {
                let decided = decided.map(|decided| match decided {
                    Decided::Accepted => "accepted",
                    Decided::Resend => "resend",
                });
                let body = json!({"as": decided, "why": why});
                let done =
                    gateway.json(Request::post_json(format!("/v1/deliveries/{}/release", encoded(id)), &body)).await?;
                shared.show(&done, |done| format!("{id}: {}", cell(done, "/state")))
            }
            Self::Cancel { id, why } => {
                let body = json!({"why": why});
                let done =
                    gateway.json(Request::post_json(format!("/v1/deliveries/{}/cancel", encoded(id)), &body)).await?;
                shared.show(&done, |done| format!("{id}: {}", cell(done, "/state")))
            }
        }
    }
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
