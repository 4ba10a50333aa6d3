//! `cargo xtask codegen`: writes the typed messages of `redox-model` from its catalogue.
//!
//! The generator is an example of the crate itself, built without the typed messages, so that it still runs when what
//! it wrote last does not compile. The crate's test `codegen` fails while the files are stale.

use std::{path::Path, process::Command};

use anyhow::{Context, ensure};

/// Runs the generator in the workspace at `root`.
pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    let cargo = option_env!("CARGO").unwrap_or("cargo");
    let status = Command::new(cargo)
        .args(["run", "--quiet", "--package", "redox-model", "--no-default-features", "--example", "codegen"])
        .current_dir(root)
        .status()
        .context("cannot start cargo for the generator")?;
    ensure!(status.success(), "the generator failed ({status})");
    Ok(())
}
