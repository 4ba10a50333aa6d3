//! `cargo xtask`: the project's chores as a program, so that they run the same everywhere.

mod bulk;
mod chaos;
mod codegen;
mod fuzz;
mod kill;
mod sim;
mod tidy;

use clap::{Parser, Subcommand};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The project's chores.
#[derive(Debug, Parser)]
#[command(name = "xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Hold the tree against its own rules: edges between crates, headers, sizes, pages.
    Tidy,
    /// Write the typed messages of `redox-model` from its catalogue.
    Codegen {
        /// Write nothing; fail when the files are stale.
        #[arg(long)]
        check: bool,
    },
    /// Fuzz the readers of bytes that strangers send; fails on a finding.
    Fuzz {
        /// How long to run each target.
        #[arg(long, default_value_t = 10)]
        seconds: u32,
        /// Which targets; all of them when none is named.
        targets: Vec<String>,
    },
    /// Measure the memory and the speed of a bulk export beside curl; fails when an aim is missed.
    Bulk(bulk::Bulk),
    /// Simulate the gateway under many seeds with virtual time; `--help` after it shows its own options.
    #[command(disable_help_flag = true)]
    Sim {
        /// `--seeds N`, `--seed S`, `--from S`, `--mutation NAME`, `--mutations`, `--twice`, `--keep-going`.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Kill, freeze, cut off and fill the disk of a gateway under load, and count what was lost, doubled or reordered.
    Chaos {
        /// How long.
        #[arg(long, default_value_t = 5)]
        minutes: u64,
        /// Seed of the calamities.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Kill a gateway under load again and again, and count what was lost, doubled or reordered.
    Kill {
        /// How often to kill it.
        #[arg(long, default_value_t = 10)]
        rounds: u32,
        /// Seed of the moments.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Tidy => tidy::run(root()),
        Command::Codegen { check } => codegen::run(root(), check),
        Command::Fuzz { seconds, targets } => fuzz::run(root(), seconds, &targets),
        Command::Bulk(asked) => bulk::run(&asked),
        Command::Sim { arguments } => sim::run(root(), &arguments),
        Command::Chaos { minutes, seed } => chaos::run(minutes, seed),
        Command::Kill { rounds, seed } => kill::run(rounds, seed),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The workspace's folder.
fn root() -> &'static Path {
    static ROOT: std::sync::OnceLock<PathBuf> = std::sync::OnceLock::new();
    ROOT.get_or_init(|| Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(PathBuf::new, Path::to_owned))
}
