//! `oxgate config`: check or show the configuration.

use super::Shared;
use crate::exit::{Done, Failure};
use crate::output::{Format, json, print};
use clap::Subcommand;
use serde_json::json;

/// The JSON Schema of the configuration file; a test holds its keys against the types that read the file.
const SCHEMA: &str = include_str!("../config/schema.json");

/// Check or show the configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    /// Read it as `serve` would, secrets included, and say what is wrong.
    Check,
    /// Print it with every default filled in. Secrets are references and stay so.
    Show,
    /// Print its JSON Schema.
    Schema,
}

impl Config {
    pub(crate) fn run(&self, shared: &Shared) -> Done {
        match self {
            Self::Check => {
                let loaded = shared.load().map_err(|failure| Failure::invalid(failure.message))?;
                crate::serve::plan::check(&loaded).map_err(Failure::invalid)?;
                let config = &loaded.config;
                let shown = json!({
                    "ok": true,
                    "file": loaded.path.display().to_string(),
                    "accounts": config.accounts.len(),
                    "sources": config.sources.len(),
                    "destinations": config.destinations.len(),
                    "endpoints": config.endpoints.len(),
                    "handlers": config.handlers.len(),
                });
                shared.show(&shown, |_| format!("{}: fine", loaded.path.display()))
            }
            Self::Show => {
                let config = shared.load()?.config;
                match shared.format {
                    Format::Json => {
                        json(&serde_json::to_value(&config).map_err(|error| Failure::failed(error.to_string()))?)
                    }
                    Format::Text => print(
                        toml::to_string_pretty(&config).map_err(|error| Failure::failed(error.to_string()))?.trim_end(),
                    ),
                }
            }
            Self::Schema => print(SCHEMA.trim_end()),
        }
    }
}
