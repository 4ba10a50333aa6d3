//! `oxgate bench`: how fast this machine is with Oxgate on it.

use super::Shared;
use crate::bench::{self, Figures, Plan};
use crate::exit::{Done, Failure};
use crate::output::{Format, json, print, table};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;
use std::path::PathBuf;
use std::time::Duration;

/// Measure this machine with Oxgate on it; needs no configuration and touches no store of yours.
#[derive(Debug, Subcommand)]
pub(crate) enum Bench {
    /// Receiving what Redox pushes, beside what the disk and HTTP alone allow.
    Receive(Receive),
}

/// Receiving, in rounds, by turns with the floors.
#[derive(Debug, Args)]
pub(crate) struct Receive {
    /// Connections that post at the same time; several numbers are measured one after the other.
    #[arg(long, value_name = "N", value_delimiter = ',', default_values_t = [1, 64], value_parser = clap::value_parser!(u16).range(1..=1_000))]
    connections: Vec<u16>,
    /// How long the gateway is under load, over all rounds; so is each of the three floors.
    #[arg(long, value_name = "S", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=3_600))]
    seconds: u16,
    /// Rounds; everybody has a turn in each.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    rounds: u32,
    /// Send what is known already instead of new messages.
    #[arg(long)]
    redelivered: bool,
    /// Let a handler take the events meanwhile; by default the application is down and receiving alone is measured.
    #[arg(long)]
    deliver: bool,
    /// Where to write; must be on the disk to measure.
    #[arg(long, value_name = "DIR", default_value = ".")]
    dir: PathBuf,
    /// Also write the page of the documentation.
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
}

impl Bench {
    pub(crate) async fn run(&self, shared: &Shared) -> Done {
        let Self::Receive(receive) = self;
        crate::telemetry::start("off,oxgate=error", crate::telemetry::LogFormat::Text).map_err(Failure::usage)?;
        receive.run(shared.format).await
    }
}

impl Receive {
    async fn run(&self, format: Format) -> Done {
        if cfg!(debug_assertions) {
            eprintln!("oxgate: this is a debug build; build with --release for figures that mean something");
        }
        let mut measured = Vec::new();
        for &connections in &self.connections {
            let bar = ProgressBar::new(u64::from(self.rounds)).with_style(style());
            bar.set_message(format!("{connections} connections"));
            let round = |number: u32| bar.set_position(u64::from(number));
            measured.push(bench::receive(&self.plan(connections), round).await?);
            bar.finish_and_clear();
        }
        if let Some(path) = &self.write {
            std::fs::write(path, bench::page(&measured, &self.command()))
                .map_err(|error| Failure::failed(format!("cannot write {}: {error}", path.display())))?;
        }
        match format {
            Format::Json => json(&Value::Array(measured.iter().map(Figures::json).collect())),
            Format::Text => print(&text(&measured)),
        }
    }

    fn plan(&self, connections: u16) -> Plan {
        Plan {
            connections: usize::from(connections),
            span: Duration::from_secs(u64::from(self.seconds)),
            rounds: self.rounds,
            distinct: !self.redelivered,
            delivers: self.deliver,
            folder: self.dir.clone(),
        }
    }

    /// The command that measures the same again.
    fn command(&self) -> String {
        let connections: Vec<String> = self.connections.iter().map(ToString::to_string).collect();
        let mut command = format!(
            "oxgate bench receive --connections {} --seconds {} --rounds {}",
            connections.join(","),
            self.seconds,
            self.rounds
        );
        for (given, flag) in [(self.redelivered, " --redelivered"), (self.deliver, " --deliver")] {
            command.push_str(if given { flag } else { "" });
        }
        command
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{msg}: round {pos} of {len} {bar:30} {elapsed}").expect("the template is a constant")
}

fn text(measured: &[Figures]) -> String {
    let heading = [
        "CONNECTIONS",
        "EVENTS/S",
        "P50 µs",
        "P90 µs",
        "P99 µs",
        "TO FLOOR",
        "TO APPEND",
        "TO NO-OP",
        "FLOOR P50 µs",
        "EVENTS/SYNC",
    ];
    let ratio = |of: &bench::Spread| format!("{:.2} ({:.2}-{:.2})", of.median(), of.least(), of.most());
    let rows: Vec<Vec<String>> = measured
        .iter()
        .map(|of| {
            vec![
                of.connections.to_string(),
                format!("{:.0}", of.events_per_s.median()),
                of.p50_us.to_string(),
                of.p90_us.to_string(),
                of.p99_us.to_string(),
                ratio(&of.ratio_to_floor),
                ratio(&of.ratio_to_append),
                ratio(&of.ratio_to_noop),
                of.floor_p50_us.to_string(),
                format!("{:.1}", of.events_per_sync),
            ]
        })
        .collect();
    table(&heading, &rows)
}
