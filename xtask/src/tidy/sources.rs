//! Rust files: each opens with a sentence, none outgrows its room, none is left half done.

use anyhow::Result;
use std::path::{Path, PathBuf};

/// A file with more lines than this, tests not counted, has a second room in it.
const LINES_MAX: usize = 600;

pub(super) fn check(root: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for folder in ["crates", "sim", "xtask"] {
        collect(&root.join(folder), &mut files)?;
    }
    let mut findings = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(&path)?;
        let shown = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        findings.extend(look(&shown, &text));
    }
    Ok(findings)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() && path.file_name().is_none_or(|name| name != "target") {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(())
}

fn look(shown: &str, text: &str) -> Vec<String> {
    let mut findings = Vec::new();
    if !text.starts_with("//!") {
        findings.push(format!("{shown}:1: does not open with a `//!` sentence"));
    }
    // Generated files and tests may be long: nobody reads them from top to bottom.
    let exempt = shown.contains("/tests/") || shown.ends_with("tests.rs") || shown.contains("/generated/");
    let lines = text.lines().take_while(|line| *line != "#[cfg(test)]").count();
    if !exempt && lines > LINES_MAX {
        findings
            .push(format!("{shown}: {lines} lines without tests, at most {LINES_MAX}: there is a second room in it"));
    }
    for (number, line) in text.lines().enumerate() {
        // Assembled here, so that this file does not find itself.
        let left_open =
            [concat!("todo", "!("), concat!("unimplemented", "!("), concat!("FIX", "ME"), concat!("#[ig", "nore")];
        if let Some(mark) = left_open.iter().find(|mark| line.contains(**mark)) {
            findings.push(format!("{shown}:{}: `{mark}` is left open", number + 1));
        }
        if line.ends_with(' ') {
            findings.push(format!("{shown}:{}: white space at the end of the line", number + 1));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_it_looks_for() {
        assert_eq!(look("crates/a/src/lib.rs", "//! A crate.\n"), Vec::<String>::new());
        assert_eq!(look("crates/a/src/lib.rs", "fn a() {} \n").len(), 2);
        let long = format!("//! Long.\n{}", "fn a() {}\n".repeat(LINES_MAX));
        assert_eq!(look("crates/a/src/lib.rs", &long).len(), 1);
        assert!(look("crates/a/tests/it.rs", &long).is_empty());
    }
}
