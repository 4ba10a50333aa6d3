//! `oxgate fhir jobs`: the exports that the running gateway carries out.

use crate::cli::Shared;
use crate::exit::Done;
use crate::gateway::Request;
use crate::output::{cell, table};
use clap::Subcommand;
use serde_json::{Value, json};

/// The exports that the running gateway carries out.
#[derive(Debug, Subcommand)]
pub(crate) enum Jobs {
    /// List them and how far they are.
    List,
    /// Start a run, or go on with one that failed.
    Start {
        /// The export's name in the configuration.
        name: String,
        /// Why; goes to the audit.
        #[arg(long, default_value = "")]
        why: String,
    },
    /// End the run for good, and have the server drop its job.
    Cancel {
        /// The export's name in the configuration.
        name: String,
        /// Why; goes to the audit.
        #[arg(long, default_value = "")]
        why: String,
    },
}

impl Jobs {
    pub(super) async fn run(&self, shared: &Shared) -> Done {
        let gateway = shared.gateway()?;
        let (name, act, why) = match self {
            Self::List => {
                let exports = gateway.json(Request::get("/v1/bulk")).await?;
                return shared.show(&exports, list);
            }
            Self::Start { name, why } => (name, "start", why),
            Self::Cancel { name, why } => (name, "cancel", why),
        };
        let path = format!("/v1/bulk/{}/{act}", crate::cli::encoded(name));
        let export = gateway.json(Request::post_json(path, &json!({ "why": why }))).await?;
        shared.show(&export, |export| format!("{name}: {}, run {}", cell(export, "/state"), cell(export, "/run")))
    }
}

fn list(exports: &Value) -> String {
    let rows: Vec<_> = exports
        .get("exports")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|export| {
            let of = |one: &str, all: &str| format!("{} of {}", cell(export, one), cell(export, all));
            let word = |path: &str| cell(export, path);
            let note = [word("/error"), word("/progress")].into_iter().find(|text| text != "-" && !text.is_empty());
            vec![
                word("/name"),
                word("/state"),
                word("/run"),
                of("/files_done", "/files"),
                word("/resources"),
                word("/events"),
                word("/next_run_at"),
                note.unwrap_or_default(),
            ]
        })
        .collect();
    table(&["EXPORT", "STATE", "RUN", "FILES", "RESOURCES", "EVENTS", "NEXT RUN", "NOTE"], &rows)
}
