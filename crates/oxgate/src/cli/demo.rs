//! `oxgate demo`: emulator, gateway and a sample application, one story, then it stays up.

use super::Shared;
use crate::exit::{Done, Failure};
use clap::Args;

/// Emulator, gateway and a sample application: one story, then it stays up with a slow feed.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// End after the story; exit 0 only if every count is what it must be.
    #[arg(long)]
    exit: bool,
}

impl Demo {
    pub(crate) async fn run(&self, shared: &Shared) -> Done {
        crate::telemetry::start("off,oxgate=error", crate::telemetry::LogFormat::Text).map_err(Failure::usage)?;
        crate::demo::run(self.exit, shared.format).await
    }
}
