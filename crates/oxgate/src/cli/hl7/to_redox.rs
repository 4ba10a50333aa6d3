//! `oxgate hl7 to-redox`: messages as Redox events, with what was assumed, missing or left behind.

use super::Input;
use super::input::{Entry, each_read, ndjson};
use crate::chance::SystemClock;
use crate::cli::read_input;
use crate::exit::{Done, Failure};
use crate::output::{Format, print};
use crate::zones::SystemZones;
use clap::Args;
use hl7_redox::{Config, Context, Mapped, Unmapped, map};
use oxgate_core::Clock;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Turn messages into Redox events, one a line, as `oxgate send -` takes them; incomplete ones are only named.
#[derive(Debug, Args)]
pub(crate) struct ToRedox {
    #[command(flatten)]
    input: Input,
    /// Changes to the built-in mapping, in TOML.
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// List what a message holds and no event carries: places and lengths, no values.
    #[arg(long)]
    unmapped: bool,
}

impl ToRedox {
    pub(super) fn run(&self, format: Format) -> Done {
        let own = self.mapping.as_deref().map(mapping).transpose()?;
        let config = own.as_ref().unwrap_or_else(|| Config::built_in());
        let zones = SystemZones::default();
        let as_json = format == Format::Json;
        each_read(&self.input.files, as_json, |entry, message| {
            let now = SystemClock.now().to_string();
            let context = Context { event_date_time: &now, source: None, destinations: &[], zones: &zones };
            let mapping = config.mapping_for(message);
            let outcome = match map(message, mapping, &context) {
                Ok(outcome) => outcome,
                Err(error) => {
                    entry.refuse(message.header().range().start, &error, as_json)?;
                    return Ok(false);
                }
            };
            let unmapped = self.unmapped.then(|| outcome.unmapped(message, mapping));
            if as_json {
                ndjson(&record(entry, mapping.name(), &outcome.events, unmapped.as_deref()))?;
            } else {
                for event in &outcome.events {
                    show(entry, message.header().range().start, event)?;
                }
                for left in unmapped.iter().flatten() {
                    let place = format_args!("{}:{}: message {}", entry.file, entry.line, entry.number);
                    eprintln!("{place}: unmapped: {} ({} bytes)", left.path, left.length);
                }
            }
            Ok(outcome.events.iter().all(Mapped::is_complete))
        })
    }
}

/// An operator's changes to the mapping.
fn mapping(path: &Path) -> Result<Config, Failure> {
    let invalid = |error: &dyn std::fmt::Display| Failure::invalid(format!("{}: {error}", path.display()));
    let text = String::from_utf8(read_input(path)?).map_err(|error| invalid(&error.utf8_error()))?;
    Config::parse(&text).map_err(|error| invalid(&error))
}

/// Prints the event if Redox can take it, and says on stderr what there is to know about it.
fn show(entry: &Entry<'_>, header: usize, event: &Mapped) -> Done {
    let Entry { file, line, number, .. } = entry;
    let Mapped { data_model, event_type, body, problems, .. } = event;
    for problem in problems {
        let severity = if problem.kind.is_error() { "error" } else { "note" };
        eprintln!("{file}:{line}: message {number}: {data_model}.{event_type}: {severity} {problem}");
    }
    if event.is_complete() {
        return print(body);
    }
    let what = format_args!("{data_model}.{event_type} is incomplete; `--format json` shows what there is");
    entry.complain(header, what);
    Ok(())
}

fn record(entry: &Entry<'_>, mapping: &str, events: &[Mapped], unmapped: Option<&[Unmapped]>) -> Value {
    let event = |event: &Mapped| {
        json!({
            "data_model": event.data_model,
            "event_type": event.event_type,
            "complete": event.is_complete(),
            "problems": event.problems,
            "body": serde_json::from_str::<Value>(&event.body).expect("an event is JSON"),
        })
    };
    let mut record = entry.record();
    record["mapping"] = json!(mapping);
    record["events"] = events.iter().map(event).collect();
    if let Some(unmapped) = unmapped {
        let left = |left: &Unmapped| json!({"path": left.path, "length": left.length});
        record["unmapped"] = unmapped.iter().map(left).collect();
    }
    record
}
