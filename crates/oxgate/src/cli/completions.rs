//! `oxgate completions`: a completion script for a shell.

use super::Cli;
use crate::exit::Done;
use clap::{Args, CommandFactory};
use clap_complete::Shell;

/// Print a completion script for a shell.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// Which shell.
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(&self) -> Done {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "oxgate", &mut script);
        crate::output::print(String::from_utf8_lossy(&script).trim_end())
    }
}
