//! Files that only their owner may read.

use crate::exit::{Done, Failure};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// Makes a folder for its owner only; one that exists stays as it is.
pub(crate) fn make_folder(path: &Path) -> Done {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|error| Failure::failed(format!("cannot make the folder {}: {error}", path.display())))
}

/// Writes a new file for its owner only; one that exists is never overwritten.
pub(crate) fn write_secret(path: &Path, text: &str) -> Done {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        make_folder(folder)?;
    }
    let cannot = |error: std::io::Error| Failure::failed(format!("cannot write {}: {error}", path.display()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(cannot)?;
    file.write_all(text.as_bytes()).and_then(|()| file.write_all(b"\n")).and_then(|()| file.sync_all()).map_err(cannot)
}
