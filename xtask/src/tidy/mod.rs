//! `cargo xtask tidy`: rules that would rot if only people read them.

mod edges;
mod pages;
mod sources;

use anyhow::{Result, bail};
use std::path::Path;

/// Runs every check and reports all findings, not just the first.
pub(crate) fn run(root: &Path) -> Result<()> {
    let mut findings = edges::check(root)?;
    findings.extend(sources::check(root)?);
    findings.extend(pages::check(root)?);
    for finding in &findings {
        eprintln!("{finding}");
    }
    match findings.len() {
        0 => {
            eprintln!("tidy: fine");
            Ok(())
        }
        n => bail!("tidy: {n} findings"),
    }
}
