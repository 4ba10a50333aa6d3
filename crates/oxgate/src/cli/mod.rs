//! The command line: one file a command, data to stdout, everything else to stderr.

mod apikeys;
mod bench;
mod by_filter;
mod completions;
mod config;
mod counted;
mod demo;
mod doctor;
mod emulator;
mod envelope;
mod events;
mod expectations;
mod fhir;
mod hl7;
mod init;
pub(crate) mod keys;
mod lanes;
mod models;
mod parked;
mod query;
mod redox;
mod send;
mod serve;
mod store;
mod validate;

use crate::config::Loaded;
use crate::exit::{Done, Failure};
use crate::gateway::Gateway;
use crate::output::Format;
use clap::{Args, Parser, Subcommand};
use std::path::{Path, PathBuf};

/// The durable gateway between an application and Redox, the healthcare integration platform.
///
/// An application hands Oxgate a clinical event and may forget about it; Redox hands Oxgate an event and has its answer
/// after the event is durable. Try `oxgate demo`: it needs no account and no network.
#[derive(Debug, Parser)]
#[command(name = "oxgate", version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    shared: Shared,
    #[command(subcommand)]
    command: Command,
}

/// What every command understands.
#[derive(Clone, Debug, Args)]
pub(crate) struct Shared {
    /// The configuration file.
    #[arg(short, long, global = true, value_name = "FILE", env = "OXGATE_CONFIG", default_value = "oxgate.toml")]
    pub(crate) config: PathBuf,
    /// How to print data.
    #[arg(long, global = true, value_enum, default_value_t)]
    pub(crate) format: Format,
    /// The running gateway's address, instead of the socket in its data folder.
    #[arg(long, global = true, value_name = "URL", env = "OXGATE_URL")]
    pub(crate) url: Option<String>,
    /// The API key to come with, for --url.
    #[arg(long, global = true, value_name = "KEY", env = "OXGATE_TOKEN", hide_env_values = true)]
    pub(crate) token: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Emulator, gateway and a sample application: one story, then it stays up.
    Demo(demo::Demo),
    /// Run the gateway.
    Serve(serve::Serve),
    /// Run Redox in a box, offline.
    Emulator(emulator::Emulator),
    /// Write a commented configuration and keys, and say what to paste into Redox's dashboard.
    Init(init::Init),
    /// Check or show the configuration.
    #[command(subcommand)]
    Config(config::Config),
    /// Check everything from here to Redox and back, with a remedy for what is wrong.
    Doctor(doctor::Doctor),
    /// Make and publish signing keys.
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Let applications and people in.
    #[command(subcommand)]
    Apikeys(apikeys::ApiKeys),
    /// What Redox knows: data models and event types.
    #[command(subcommand)]
    Models(models::Models),
    /// Check messages without sending them.
    Validate(validate::Validate),
    /// Work on HL7 v2 messages.
    #[command(subcommand)]
    Hl7(hl7::Hl7),
    /// Submit events to Redox through the running gateway.
    Send(send::Send),
    /// Ask Redox a question and print the answer.
    Query(query::Query),
    /// What happened to events.
    #[command(subcommand)]
    Events(events::Events),
    /// Deliveries that need a person.
    #[command(subcommand)]
    Parked(parked::Parked),
    /// The orders that deliveries go in.
    #[command(subcommand)]
    Lanes(lanes::Lanes),
    /// Questions that wait for an answer.
    #[command(subcommand)]
    Expectations(expectations::Expectations),
    /// What Redox has set up and what its logs say.
    #[command(subcommand)]
    Redox(redox::Redox),
    /// The data folder.
    #[command(subcommand)]
    Store(store::Store),
    /// FHIR Bulk Data: export resources into a folder.
    #[command(subcommand)]
    Fhir(fhir::Fhir),
    /// Measure how fast this machine is with Oxgate on it.
    #[command(subcommand)]
    Bench(bench::Bench),
    /// Print a completion script for a shell.
    Completions(completions::Completions),
}

impl Shared {
    /// The configuration, read and checked.
    pub(crate) fn load(&self) -> Result<Loaded, Failure> {
        Loaded::read(&self.config).map_err(Failure::failed)
    }

    /// The running gateway.
    pub(crate) fn gateway(&self) -> Result<Gateway, Failure> {
        if let Some(base) = &self.url {
            return Ok(Gateway::Url { base: base.clone(), token: self.token.clone() });
        }
        Ok(Gateway::Socket(self.load()?.socket()))
    }

    /// Prints a JSON document as it is, or as the text that `text` makes of it.
    pub(crate) fn show(&self, value: &serde_json::Value, text: impl FnOnce(&serde_json::Value) -> String) -> Done {
        match self.format {
            Format::Json => crate::output::json(value),
            Format::Text => crate::output::print(&text(value)),
        }
    }
}

/// Carries out the command.
pub(crate) async fn run(cli: Cli) -> Done {
    let shared = cli.shared;
    match cli.command {
        Command::Demo(command) => command.run(&shared).await,
        Command::Serve(command) => command.run(&shared).await,
        Command::Emulator(command) => command.run(&shared).await,
        Command::Init(command) => command.run(&shared).await,
        Command::Config(command) => command.run(&shared),
        Command::Doctor(command) => command.run(&shared).await,
        Command::Keys(command) => command.run(&shared),
        Command::Apikeys(command) => command.run(&shared).await,
        Command::Models(command) => command.run(&shared),
        Command::Validate(command) => command.run(&shared),
        Command::Hl7(command) => command.run(&shared).await,
        Command::Send(command) => command.run(&shared).await,
        Command::Query(command) => command.run(&shared).await,
        Command::Events(command) => command.run(&shared).await,
        Command::Parked(command) => command.run(&shared).await,
        Command::Lanes(command) => command.run(&shared).await,
        Command::Expectations(command) => command.run(&shared).await,
        Command::Redox(command) => command.run(&shared).await,
        Command::Store(command) => command.run(&shared).await,
        Command::Fhir(command) => command.run(&shared).await,
        Command::Bench(command) => command.run(&shared).await,
        Command::Completions(command) => command.run(),
    }
}

/// Reads a file, or stdin for `-`.
fn read_input(path: &Path) -> Result<Vec<u8>, Failure> {
    let read = if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut bytes).map(|_| bytes)
    } else {
        std::fs::read(path)
    };
    read.map_err(|error| Failure::failed(format!("cannot read {}: {error}", path.display())))
}

/// A value as one part of a query string.
fn encoded(value: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(byte);
    value
        .as_bytes()
        .iter()
        .map(|byte| if plain(byte) { char::from(*byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
