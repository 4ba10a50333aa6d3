//! Logs: one set-up, to stderr, as text for people or JSON for machines. Patient data cannot get in: no type that
//! carries it can be printed.

use std::io::{IsTerminal, Write};
use tracing_subscriber::EnvFilter;

/// How log lines look.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize, serde::Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Starts logging; `filter` is in the syntax of `tracing` (`info`, `oxgate_dispatch=debug,info`).
pub(crate) fn start(filter: &str, format: LogFormat) -> Result<(), String> {
    let filter =
        EnvFilter::try_new(filter).map_err(|error| format!("log filter `{filter}` cannot be read: {error}"))?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(true)
        // A log that cannot be written, on a full disk, must not take the program down with a complaint about it.
        .log_internal_errors(false);
    let started = match format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    started.map_err(|error| format!("cannot start logging: {error}"))
}

/// Lets a panic say where it happened and nothing else: its message may quote what was being read.
pub(crate) fn keep_panics_content_free() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
        tracing::error!(panic.place = %place, "a part of the program panicked; its caller was told, the rest goes on");
        // Where not even this can be written, there is nobody to tell; a second panic would end the process.
        let _unwritable = writeln!(std::io::stderr(), "oxgate: panicked at {place}");
    }));
}
