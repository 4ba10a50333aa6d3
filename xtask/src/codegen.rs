//! `cargo xtask codegen`: writes the typed messages of `redox-model` from its catalogue, or says whether they are stale.
//!
//! The generator is an example of the crate itself, built without the typed messages, so that it still runs when what
//! it wrote last does not compile.

use anyhow::{Context, Result, bail, ensure};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the generated files are, below the workspace.
const FOLDER: &str = "crates/redox-model/src/generated";

/// Writes the files, or with `check` leaves them as they are and fails when they would change.
pub(crate) fn run(root: &Path, check: bool) -> Result<()> {
    let folder = root.join(FOLDER);
    if !check {
        return generate(root, &folder);
    }
    let fresh = tempfile::tempdir().context("making a folder for the fresh files")?;
    generate(root, fresh.path())?;
    let (fresh, found) = (files(fresh.path())?, files(&folder)?);
    let stale: Vec<String> = fresh
        .keys()
        .chain(found.keys().filter(|name| !fresh.contains_key(*name)))
        .filter(|name| fresh.get(*name) != found.get(*name))
        .map(|name| name.display().to_string())
        .collect();
    if !stale.is_empty() {
        bail!("stale below {FOLDER}: {}; `cargo xtask codegen` writes them anew", stale.join(", "));
    }
    eprintln!("codegen: {} files are fresh", fresh.len());
    Ok(())
}

fn generate(root: &Path, folder: &Path) -> Result<()> {
    let status = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--package", "redox-model", "--no-default-features", "--example", "codegen", "--"])
        .arg(folder)
        .current_dir(root)
        .status()
        .context("starting cargo for the generator")?;
    ensure!(status.success(), "the generator failed ({status})");
    Ok(())
}

/// All files of a folder by name.
fn files(folder: &Path) -> Result<BTreeMap<PathBuf, String>> {
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry?.path();
        Ok((PathBuf::from(path.file_name().unwrap_or_default()), std::fs::read_to_string(&path)?))
    };
    let entries = std::fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    entries.map(read).collect()
}
