//! `oxgate`: the durable gateway between an application and Redox.
//!
//! **What it does.** It reads the command line and the configuration, builds the parts, and looks after their lifetime.
//!
//! **Where it sits.** On top: the only crate that may use every other one.
//!
//! **What it deliberately does not do.** No business rules. What may happen to a delivery, which handler takes an event
//! or what a reply means is decided in the crates below.

/// How commands end.
mod exit;

/// The command line as types.
mod cli;

/// The configuration file.
mod config;

/// Real clock, real randomness.
mod chance;

/// Logs.
mod telemetry;

/// The gateway as a running process.
mod serve;

/// How commands talk to a running gateway.
mod gateway;

/// Time zones as the operating system knows them.
mod zones;

/// Text and JSON for people and programs.
mod output;

/// Figures beside the machine's own limits.
mod bench;

/// The story that shows everything at once.
mod demo;

use clap::Parser;
use mimalloc::MiMalloc;
use std::process::ExitCode;

/// Every event is made and freed on different threads, which the C library's allocator pays for with a tenth of the
/// processor.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    telemetry::keep_panics_content_free();
    // One crypto library for everything; nothing else can have been installed this early.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let cli = cli::Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return report(&exit::Failure::failed(format!("cannot start the runtime: {error}"))),
    };
    match runtime.block_on(cli::run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => report(&failure),
    }
}

fn report(failure: &exit::Failure) -> ExitCode {
    if !failure.message.is_empty() {
        eprintln!("oxgate: {}", failure.message);
    }
    ExitCode::from(failure.exit as u8)
}
