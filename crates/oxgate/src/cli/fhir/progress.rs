//! How an export goes: a bar for each file on a terminal, plain lines elsewhere; all on stderr.

use fhir_bulk::names::FileId;
use fhir_bulk::{Event, Watch};
use indicatif::{MultiProgress, ProgressBar, ProgressState, ProgressStyle};
use std::collections::HashMap;
use std::fmt::Write;
use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Shows an export to a person.
#[derive(Debug)]
pub(super) struct Progress {
    /// `None` where lines are wanted.
    bars: Option<Bars>,
}

#[derive(Debug)]
struct Bars {
    all: MultiProgress,
    /// What the job does.
    job: ProgressBar,
    files: Mutex<HashMap<FileId, FileBar>>,
}

/// The bar of one file.
#[derive(Debug)]
struct FileBar {
    /// It goes by resources, not by bytes.
    counts_lines: bool,
    bar: ProgressBar,
}

// What is not the bar takes 68 columns at most, so that 80 are enough.
const BY_BYTES: &str = "  {msg:34!} {wide_bar} {bytes:>10} {percent:>3}% {binary_bytes_per_sec:>12} {eta:>3}";
const BY_LINES: &str = "  {msg:34!} {wide_bar} {prefix:>10} {percent:>3}% {lines_per_sec:>12} {eta:>3}";
const ENDLESS: &str = "  {msg:34!} {bytes:>10} {binary_bytes_per_sec:>12} {elapsed:>3}";

impl Progress {
    pub(super) fn new() -> Self {
        let bars = std::io::stderr().is_terminal().then(|| {
            let all = MultiProgress::new();
            let job = all.add(ProgressBar::new_spinner().with_style(style("{spinner} {msg} ({elapsed})")));
            job.enable_steady_tick(Duration::from_millis(200));
            Bars { all, job, files: Mutex::default() }
        });
        Self { bars }
    }

    /// Takes the bars off the terminal.
    pub(super) fn clear(&self) {
        if let Some(bars) = &self.bars {
            bars.job.finish_and_clear();
            // Nothing is left to show if the terminal has gone.
            let _ = bars.all.clear();
        }
    }

    fn tell(&self, text: &str) {
        match &self.bars {
            // The terminal may have gone; the export goes on.
            Some(bars) => drop(bars.all.println(text)),
            None => eprintln!("{text}"),
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    style.with_key("lines_per_sec", |state: &ProgressState, out: &mut dyn Write| {
        // A bar that cannot be drawn is no reason to stop.
        let _ = write!(out, "{:.0} lines/s", state.per_sec());
    })
}

impl Bars {
    /// Moves a bar; whether the event needs no words beside it.
    fn show(&self, event: &Event<'_>) -> bool {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::FileStarted { file, total } => {
                let bar = files.remove(&file.id).map(|known| known.bar);
                let bar = bar.unwrap_or_else(|| self.all.add(ProgressBar::no_length()));
                // Compressed answers do not say how many bytes there will be; the manifest may say how many resources.
                let (length, template) = match (total, file.count) {
                    (Some(bytes), _) => (Some(*bytes), BY_BYTES),
                    (None, Some(lines)) => (Some(lines), BY_LINES),
                    (None, None) => (None, ENDLESS),
                };
                bar.set_style(style(template));
                if let Some(length) = length {
                    bar.set_length(length);
                }
                bar.set_position(0);
                bar.set_message(file.name());
                files.insert(file.id, FileBar { counts_lines: template == BY_LINES, bar });
            }
            Event::FileBytes { file, bytes, lines } => {
                if let Some(FileBar { counts_lines, bar }) = files.get(&file.id) {
                    bar.set_position(if *counts_lines { *lines } else { *bytes });
                    bar.set_prefix(indicatif::HumanBytes(*bytes).to_string());
                }
            }
            Event::FileDone { file, .. } | Event::FileFailed { file, .. } => {
                if let Some(known) = files.remove(&file.id) {
                    known.bar.finish_and_clear();
                }
                return matches!(event, Event::FileDone { .. });
            }
            Event::Running { progress, .. } => {
                self.job.set_message(format!("the server works: {}", progress.unwrap_or("no word of progress")));
            }
            Event::Refused { .. } => self.job.set_message("another export runs; waiting"),
            Event::Page { .. } => self.job.set_message("fetching files"),
            _ => return false,
        }
        true
    }
}

impl Watch for Progress {
    fn saw(&self, event: &Event<'_>) {
        if self.bars.as_ref().is_some_and(|bars| bars.show(event)) {
            return;
        }
        if let Some(text) = words(event) {
            self.tell(&text);
        }
    }
}

/// An event as a line; `None` for those that only move a bar.
fn words(event: &Event<'_>) -> Option<String> {
    let s = |wait: &Duration| format!("{} s", wait.as_secs());
    Some(match event {
        Event::Warning(text) => format!("warning: {text}"),
        Event::Refused { wait } => format!("the server is busy or not there; asking again in {}", s(wait)),
        Event::Accepted => "the server took the job".to_owned(),
        Event::Resumed { done } => format!("going on; {done} files are in place"),
        Event::Running { progress, wait } => {
            format!("running: {}; asking again in {}", progress.unwrap_or("no word of progress"), s(wait))
        }
        Event::Hiccup { why, wait } => format!("{why}; asking again in {}", s(wait)),
        Event::Page { number, files, .. } => format!("page {} of the manifest: {files} files", number + 1),
        Event::FileRetry { file, why, wait } => format!("{}: {why}; again in {}", file.name(), s(wait)),
        Event::FileDone { file, bytes, lines } => {
            format!("{}: {lines} resources, {}", file.name(), indicatif::HumanBytes(*bytes))
        }
        // The text names the file already.
        Event::FileFailed { why, .. } => format!("failed: {why}"),
        Event::LinksRenewed => "links had expired; the manifest was read again".to_owned(),
        Event::JobDeleted { agreed: true } => "the server deleted the job".to_owned(),
        Event::JobDeleted { agreed: false } => "the server did not delete the job".to_owned(),
        Event::FileStarted { .. } | Event::FileBytes { .. } => return None,
    })
}
