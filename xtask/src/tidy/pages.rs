//! Pages and code that must say the same: crates explain themselves, relative links lead somewhere, mutations are listed.

use anyhow::Result;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

pub(super) fn check(root: &Path) -> Result<Vec<String>> {
    let mut findings = mutations(root)?;
    let mut pages = vec![
        root.join("README.md"),
        root.join("ARCHITECTURE.md"),
        root.join("CONTRIBUTING.md"),
        root.join("SECURITY.md"),
    ];
    collect(&root.join("docs"), &mut pages)?;
    for page in pages {
        let shown = page.strip_prefix(root).unwrap_or(&page).display().to_string();
        let Ok(text) = std::fs::read_to_string(&page) else {
            findings.push(format!("{shown}: is missing"));
            continue;
        };
        for (number, link) in links(&text) {
            let target = page.parent().unwrap_or(root).join(link.split('#').next().unwrap_or_default());
            if !target.exists() {
                findings.push(format!("{shown}:{number}: the link `{link}` leads nowhere"));
            }
        }
    }
    Ok(findings)
}

/// The deliberate bugs in the code are those in `docs/concepts/guarantees.md`.
fn mutations(root: &Path) -> Result<Vec<String>> {
    let page = std::fs::read_to_string(root.join("docs/concepts/guarantees.md"))?;
    let code = std::fs::read_to_string(root.join("crates/oxgate-store/src/faults.rs"))?;
    let is_name = |text: &&str| {
        let bytes = text.as_bytes();
        bytes.len() > 3 && bytes[0] == b'g' && bytes[1].is_ascii_digit() && bytes[2] == b'-'
    };
    let listed: BTreeSet<&str> = page.split('`').skip(1).step_by(2).filter(is_name).collect();
    let built: BTreeSet<&str> = code.split('"').skip(1).step_by(2).filter(is_name).collect();
    let missing = built
        .difference(&listed)
        .map(|name| format!("docs/concepts/guarantees.md: the mutation `{name}` is not listed"));
    let gone =
        listed.difference(&built).map(|name| format!("docs/concepts/guarantees.md: there is no mutation `{name}`"));
    Ok(missing.chain(gone).collect())
}

fn collect(folder: &Path, pages: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, pages)?;
        } else if path.extension().is_some_and(|extension| extension == "md") {
            pages.push(path);
        }
    }
    pages.sort();
    Ok(())
}

/// Relative links with their line numbers: `[text](path)`.
fn links(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for part in line.split("](").skip(1) {
            let link = part.split(')').next().unwrap_or_default();
            if !link.is_empty() && !link.contains("://") && !link.starts_with('#') && !link.starts_with("mailto:") {
                found.push((number + 1, link));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_relative_links_only() {
        let text = "see [a](docs/a.md#part) and [b](https://example.org)\n[c](#here) [d](b.md)";
        assert_eq!(links(text), [(1, "docs/a.md#part"), (2, "b.md")]);
    }
}
