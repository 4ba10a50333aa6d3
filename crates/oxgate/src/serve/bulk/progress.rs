//! What a run tells while it goes: the latest word of the server, and how many files are there.

use super::record::Run;
use fhir_bulk::names::FileId;
use fhir_bulk::{Event, Watch};
use oxgate_api::Export;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Shared by the exporter, which tells, and the API, which shows.
#[derive(Debug, Default)]
pub(super) struct Progress(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    /// Files by page of the manifest: a page that is read again replaces itself.
    pages: BTreeMap<u32, usize>,
    /// Lines of the files in place.
    done: BTreeMap<FileId, u64>,
    /// Files that an earlier process had put in place.
    earlier: usize,
    words: Option<String>,
}

impl Progress {
    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn clear(&self) {
        *self.lock() = Seen::default();
    }

    /// Fills in what is known of `run`: from its lock file once there is one.
    pub(super) fn show(&self, export: &mut Export, run: &Run) {
        if let Ok(receipt) = run.receipt() {
            let files = receipt.files.len() as u64;
            (export.files, export.files_done) = (files, files);
            export.resources = receipt.files.iter().map(|file| file.lines).sum();
            return;
        }
        let seen = self.lock();
        export.files = seen.pages.values().map(|files| *files as u64).sum();
        export.files_done = (seen.earlier + seen.done.len()) as u64;
        export.resources = seen.done.values().sum();
        export.progress.clone_from(&seen.words);
    }
}

impl Watch for Progress {
    fn saw(&self, event: &Event<'_>) {
        let mut seen = self.lock();
        match event {
            Event::Page { number, files, .. } => drop(seen.pages.insert(*number, *files)),
            Event::FileDone { file, lines, .. } => drop(seen.done.insert(file.id, *lines)),
            Event::Running { progress, .. } => seen.words = progress.map(str::to_owned),
            Event::Refused { .. } => seen.words = Some("the server is busy with another export".to_owned()),
            Event::Resumed { done } => (seen.earlier, seen.words) = (*done, Some("going on".to_owned())),
            Event::Warning(text) => tracing::warn!(text, "a bulk export warns"),
            Event::FileRetry { file, why, .. } => tracing::info!(file = file.name(), why, "a file is asked for again"),
            Event::FileFailed { file, why } => tracing::warn!(file = file.name(), why, "a file did not come"),
            _ => {}
        }
    }
}
