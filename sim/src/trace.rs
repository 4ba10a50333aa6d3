//! What happened, in order: a hash to compare two runs of a seed, and the lines for whoever looks into one.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// The trace of one run.
#[derive(Default)]
pub(crate) struct Trace {
    hasher: blake3::Hasher,
    lines: Option<Vec<String>>,
    counts: BTreeMap<&'static str, u64>,
}

impl Trace {
    /// A trace that keeps its lines only when somebody is going to read them.
    pub(crate) fn new(keep: bool) -> Self {
        Self { lines: keep.then(Vec::new), ..Self::default() }
    }

    /// Something happened.
    pub(crate) fn note(&mut self, at: Duration, kind: &'static str, what: fmt::Arguments<'_>) {
        let line = format!("{:>10.3} {kind:<10} {what}", at.as_secs_f64());
        self.hasher.update(line.as_bytes());
        self.hasher.update(b"\n");
        *self.counts.entry(kind).or_default() += 1;
        if let Some(lines) = &mut self.lines {
            lines.push(line);
        }
    }

    /// Stands for everything that was noted.
    pub(crate) fn hash(&self) -> String {
        self.hasher.finalize().to_hex()[..16].to_owned()
    }

    /// How often each kind of thing happened.
    pub(crate) const fn counts(&self) -> &BTreeMap<&'static str, u64> {
        &self.counts
    }

    /// The lines, where they were kept.
    pub(crate) fn lines(&self) -> &[String] {
        self.lines.as_deref().unwrap_or_default()
    }
}
