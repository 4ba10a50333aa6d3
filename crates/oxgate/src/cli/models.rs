//! `oxgate models`: what Redox knows: data models and event types.

use super::Shared;
use crate::exit::Done;
use crate::output::{cell, table};
use clap::Subcommand;
use redox_model::catalogue;
use serde_json::{Value, json};

/// What Redox knows: data models and event types.
#[derive(Debug, Subcommand)]
pub(crate) enum Models {
    /// List them all.
    List,
}

impl Models {
    pub(crate) fn run(&self, shared: &Shared) -> Done {
        let Self::List = self;
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
}
