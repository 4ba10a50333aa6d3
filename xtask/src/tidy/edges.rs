//! The edge table of `ARCHITECTURE.md` against what Cargo knows: every edge is in both, and every edge leads downward.

use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
}

/// One row of the table.
struct Row {
    level: u8,
    uses: BTreeSet<String>,
}

pub(super) fn check(root: &Path) -> Result<Vec<String>> {
    let text = std::fs::read_to_string(root.join("ARCHITECTURE.md")).context("reading ARCHITECTURE.md")?;
    let table = table(&text);
    let actual = actual(root)?;
    let mut findings = Vec::new();
    for (name, uses) in &actual {
        let Some(row) = table.get(name) else {
            findings.push(format!("ARCHITECTURE.md: the edge table has no row for the crate `{name}`"));
            continue;
        };
        for missing in uses.difference(&row.uses) {
            findings.push(format!("ARCHITECTURE.md: `{name}` uses `{missing}`, which its row does not say"));
        }
        for gone in row.uses.difference(uses) {
            findings.push(format!("ARCHITECTURE.md: the row of `{name}` says it uses `{gone}`, which it does not"));
        }
        for used in uses {
            if table.get(used).is_some_and(|below| below.level >= row.level) {
                findings.push(format!("`{name}` uses `{used}`, which is not on a lower level"));
            }
        }
    }
    for name in table.keys().filter(|name| !actual.contains_key(*name)) {
        findings.push(format!("ARCHITECTURE.md: the edge table has a row for `{name}`, which is no crate"));
    }
    Ok(findings)
}

/// Rows look like `| 3 | `oxgate-inbound` | `oxgate-core`, `oxgate-store` | … |`.
fn table(text: &str) -> BTreeMap<String, Row> {
    let quoted = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let rows = text.lines().filter_map(|line| {
        let cells: Vec<&str> = line.trim().strip_prefix('|')?.split('|').map(str::trim).collect();
        let level = cells.first()?.parse().ok()?;
        let name = quoted(cells.get(1)?).pop()?;
        Some((name, Row { level, uses: quoted(cells.get(2)?).into_iter().collect() }))
    });
    rows.collect()
}

/// Normal dependencies between crates of the workspace; what tests use is not part of the architecture.
fn actual(root: &Path) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root)
        .output()
        .context("running cargo metadata")?;
    let metadata: Metadata = serde_json::from_slice(&output.stdout).context("reading cargo metadata")?;
    let names: BTreeSet<String> = metadata.packages.iter().map(|package| package.name.clone()).collect();
    let edges = metadata.packages.into_iter().filter(|package| package.name != "xtask").map(|package| {
        let normal = package.dependencies.into_iter().filter(|dependency| dependency.kind.is_none());
        (package.name, normal.map(|dependency| dependency.name).filter(|name| names.contains(name)).collect())
    });
    Ok(edges.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_rows_and_skips_prose() {
        let table =
            table("| level | crate | uses |\n|---|---|---|\n| 1 | `b` | `a` | text |\n| 0 | `a` | – | text |\n");
        assert_eq!(table.len(), 2);
        assert_eq!(table["b"].level, 1);
        assert!(table["b"].uses.contains("a") && table["a"].uses.is_empty());
    }
}
