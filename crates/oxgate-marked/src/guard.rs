//! What was seen where it must not be, and the end of a test.

use crate::{log, patient};
use memchr::memmem;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Bytes shown around a mark.
const AROUND: usize = 60;

/// Places where a mark was seen, by this process.
static SEEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Looks for marks in what stands at a place; what is found fails the test when its [`Guard`] is dropped.
pub fn look(place: &str, bytes: impl AsRef<[u8]>) {
    let bytes = bytes.as_ref();
    for mark in patient::marks() {
        let Some(at) = memmem::find(bytes, mark.as_bytes()) else { continue };
        let around = &bytes[at.saturating_sub(AROUND)..bytes.len().min(at + mark.len() + AROUND)];
        let text = String::from_utf8_lossy(around).escape_debug().to_string();
        seen().insert(format!("`{mark}` stands in {place}: …{text}…"));
    }
}

/// Looks for marks in the names of all files below a folder, and in those files that `is_searched` says.
///
/// # Panics
/// When the folder cannot be read: a harness looks while it is still there.
pub fn look_into_folder(folder: &Path, is_searched: &dyn Fn(&Path) -> bool) {
    for entry in std::fs::read_dir(folder).expect("a folder that can be read") {
        let path = entry.expect("an entry").path();
        let shown = path.display().to_string();
        look("the name of a file", &shown);
        if path.is_dir() {
            look_into_folder(&path, is_searched);
        } else if path.is_file() && is_searched(&path) {
            // A file may go meanwhile: the log of a store that closes.
            if let Ok(bytes) = std::fs::read(&path) {
                look(&format!("the file {shown}"), bytes);
            }
        }
    }
}

fn seen() -> std::sync::MutexGuard<'static, BTreeSet<String>> {
    SEEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Stands in every harness. Dropped at the end of a test it panics if a mark was seen where none may stand.
#[derive(Debug)]
pub struct Guard(());

impl Guard {
    /// From now on every log line of this process is looked at, at every level and of every crate.
    pub fn new() -> Self {
        log::watch();
        Self(())
    }
}

impl Default for Guard {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let places: Vec<String> = std::mem::take(&mut *seen()).into_iter().collect();
        let fails_already = std::thread::panicking();
        assert!(places.is_empty() || fails_already, "patient data where none may stand:\n{}", places.join("\n"));
    }
}
