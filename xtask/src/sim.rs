//! `cargo xtask sim`: builds the simulation and runs it; the simulation says what it found.

use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::Command;

/// From so many seeds on an optimised build is worth its time.
const MANY: u64 = 1_000;

/// Runs the simulation with these arguments.
pub(crate) fn run(root: &Path, arguments: &[String]) -> Result<()> {
    let given = arguments.iter().position(|one| one == "--seeds").and_then(|at| arguments.get(at + 1)?.parse().ok());
    let many = given.is_some_and(|seeds: u64| seeds >= MANY) || arguments.iter().any(|one| one == "--mutations");
    let profile = if many { "sim" } else { "dev" };
    let status = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--profile", profile, "--package", "oxgate-sim", "--"])
        .args(arguments)
        .current_dir(root)
        .status()
        .context("running the simulation")?;
    if status.success() { Ok(()) } else { bail!("sim: a promise was broken, or the arguments are wrong; see above") }
}
