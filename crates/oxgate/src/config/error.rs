//! What is wrong with a configuration: file, line, key, why, and the nearest known key.

use std::fmt::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A configuration that was refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {}: {why}; `oxgate init` writes one", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        why: String,
    },
    /// A place in the file is wrong.
    #[error("{}:{line}:{column}: {what}", path.display())]
    At {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
        /// What is wrong, and what to do.
        what: String,
    },
    /// A secret cannot be had.
    #[error("{what}")]
    Secret {
        /// Which, why, what to do; never the secret.
        what: String,
    },
}

/// Something found by a check, with the bytes of the file that it is about.
#[derive(Debug)]
pub(crate) struct Finding {
    /// What is wrong, and what to do.
    pub(crate) what: String,
    /// Where in the file.
    pub(crate) span: Range<usize>,
}

impl ConfigError {
    pub(crate) fn from_toml(error: &toml::de::Error, text: &str, path: &Path) -> Self {
        // The library's message may quote the offending value; a value that stands where a secret belongs must not be shown.
        let mut what = error.message().trim().replace('\n', "; ");
        if what.contains("SecretRef") {
            "a secret is given by reference: `{ file = \"path\" }` or `{ env = \"NAME\" }`, never in the file itself"
                .clone_into(&mut what);
        }
        if let Some(suggestion) = suggested(&what) {
            let _ = write!(what, "; did you mean `{suggestion}`?");
        }
        Self::at(what, error.span().unwrap_or(0..0), text, path)
    }

    pub(crate) fn from_finding(finding: Finding, text: &str, path: &Path) -> Self {
        Self::at(finding.what, finding.span, text, path)
    }

    fn at(what: String, span: Range<usize>, text: &str, path: &Path) -> Self {
        let before = text.get(..span.start).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |start| start.chars().count()) + 1;
        Self::At { path: path.to_owned(), line, column, what }
    }
}

/// Of "unknown field `x`, expected one of `a`, `b`": the known name nearest to `x`.
fn suggested(message: &str) -> Option<String> {
    let (unknown, expected) = message.split_once("expected")?;
    if !unknown.starts_with("unknown") {
        return None;
    }
    let wrong = unknown.split('`').nth(1)?;
    let known = expected.split('`').skip(1).step_by(2);
    nearest(wrong, known)
}

/// The name most like `wrong`, if any is alike enough to be meant.
pub(crate) fn nearest<'a>(wrong: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    redox_model::nearest::of(wrong, known).map(str::to_owned)
}
