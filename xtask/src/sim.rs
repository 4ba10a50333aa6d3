//! `cargo xtask sim`: builds the simulation and runs it; the simulation says what it found.

use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::Command;

/// Runs the simulation with these arguments.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<()> {
    let status = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--package", "oxgate-sim", "--"])
        .args(arguments)
        .current_dir(root)
        .status()
        .context("running the simulation")?;
    if status.success() { Ok(()) } else { bail!("sim: a promise was broken, or the arguments are wrong; see above") }
}
