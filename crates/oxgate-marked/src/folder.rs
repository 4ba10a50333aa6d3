//! A gateway's temporary folder, searched before it goes.

use crate::guard::{Guard, look_into_folder};
use std::ops::Deref;
use std::path::Path;
use tempfile::TempDir;

/// What a store's database and its log are called: they hold the audit, lane names and everything else that is no body,
/// and bodies only sealed.
const STORE: &str = "oxgate.db";

/// A temporary folder for one gateway. When it goes, the names of all its files and the store in it are searched for
/// marks, and then its [`Guard`] ends the test.
#[derive(Debug)]
pub struct Folder {
    folder: TempDir,
    _guard: Guard,
}

impl Folder {
    /// An empty one.
    ///
    /// # Panics
    /// When the system has no place for it.
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder"), _guard: Guard::new() }
    }
}

impl Default for Folder {
    fn default() -> Self {
        Self::new()
    }
}

impl Deref for Folder {
    type Target = TempDir;

    fn deref(&self) -> &TempDir {
        &self.folder
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let is_store = |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(STORE));
        look_into_folder(self.folder.path(), &is_store);
    }
}
