//! `oxgate models`: what Redox knows: data models, event types, and what is in their messages.

use super::Shared;
use crate::exit::{Done, Failure};
use crate::output::{cell, json, print, table};
use clap::{Args, Subcommand};
use redox_model::catalogue::{self, EventInfo};
use redox_model::{sample, schema, tree};
use serde_json::{Value, json};

/// What Redox knows: data models, event types, and what is in their messages.
#[derive(Debug, Subcommand)]
pub(crate) enum Models {
    /// List them all.
    List,
    /// Print what a message has: members, types, which are required, documented values, and the answer to a query.
    Show(Named),
    /// Print a synthetic message that is valid to the letter.
    Sample {
        #[command(flatten)]
        named: Named,
        /// Only what is required.
        #[arg(long)]
        minimal: bool,
        /// Another number makes another message, the same number always the same.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Print a JSON Schema (draft 2020-12).
    Schema(Named),
}

/// An event type.
#[derive(Debug, Args)]
pub(crate) struct Named {
    /// Such as `Order.New`, `ClinicalSummary.PatientPush` or `"Clinical Summary.PatientPush"`.
    #[arg(value_name = "MODEL.EVENT")]
    name: String,
}

impl Models {
    pub(crate) fn run(&self, shared: &Shared) -> Done {
        match self {
            Self::List => list(shared),
            Self::Show(named) => show(named.find()?, shared),
            Self::Sample { named, minimal, seed } => json(&sample::build(named.find()?, *seed, *minimal)),
            Self::Schema(named) => json(&schema::export(named.find()?)),
        }
    }
}

impl Named {
    fn find(&self) -> Result<&'static EventInfo, Failure> {
        let name = self.name.trim();
        catalogue::find_dotted(name).ok_or_else(|| Failure::usage(unknown(name)))
    }
}

/// Why there is no such event type, and which one may have been meant.
fn unknown(name: &str) -> String {
    let Some((data_model, event_type)) = name.split_once('.') else {
        let joined = |name: &str| name.replace(' ', "").to_ascii_lowercase();
        let of_model = catalogue::events().iter().filter(|event| joined(event.data_model) == joined(name));
        let names: Vec<String> = of_model.map(ToString::to_string).collect();
        return if names.is_empty() {
            format!(
                "`{name}` names no event type: write MODEL.EVENT, such as `Order.New`; `oxgate models list` has all"
            )
        } else {
            format!("`{name}` is a data model: name one of its event types, {}", names.join(", "))
        };
    };
    match catalogue::find_suggestion(data_model, event_type) {
        Some(near) => format!("Redox documents no event type `{name}`; did you mean `{near}`?"),
        None => format!("Redox documents no event type `{name}`; `oxgate models list` has all"),
    }
}

fn list(shared: &Shared) -> Done {
    let events: Vec<Value> = catalogue::events()
        .iter()
        .map(|info| json!({"data_model": info.data_model, "event_type": info.event_type, "mode": info.mode.as_str(), "pair": info.pair}))
        .collect();
    shared.show(&Value::Array(events), |events| {
        let rows: Vec<_> = events
            .as_array()
            .into_iter()
            .flatten()
            .map(|info| ["/data_model", "/event_type", "/mode", "/pair"].map(|path| cell(info, path)).to_vec())
            .collect();
        table(&["DATA MODEL", "EVENT TYPE", "MODE", "PAIR"], &rows)
    })
}

fn show(event: &EventInfo, shared: &Shared) -> Done {
    if shared.format == crate::output::Format::Text {
        return print(tree::render(event).trim_end());
    }
    let members = serde_json::to_value(tree::rows(event)).map_err(Failure::failed)?;
    json(&json!({
        "event": event.to_string(),
        "data_model": event.data_model,
        "event_type": event.event_type,
        "mode": event.mode.as_str(),
        "pair": event.pair,
        "stages": event.stages,
        "members": members,
    }))
}
