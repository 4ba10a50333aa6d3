//! The key file on disk: read whole, written by rename, owner only.

use super::ApiKey;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

/// Tells one state of the file from another: a rename gives a new inode, an edit another time or length.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Stamp {
    inode: u64,
    bytes: u64,
    modified: (i64, i64),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    keys: Vec<ApiKey>,
}

/// The file's present state; the default when there is none.
pub(super) fn stamp(path: &Path) -> io::Result<Stamp> {
    match fs::metadata(path) {
        Ok(meta) => Ok(Stamp { inode: meta.ino(), bytes: meta.len(), modified: (meta.mtime(), meta.mtime_nsec()) }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Stamp::default()),
        Err(error) => Err(error),
    }
}

/// The keys with the state of the file before it was read, so that a change in between is seen next time.
pub(super) fn load(path: &Path) -> io::Result<(Stamp, Vec<ApiKey>)> {
    let stamp = stamp(path)?;
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((Stamp::default(), Vec::new())),
        Err(error) => return Err(error),
    };
    let document: Document = serde_json::from_slice(&bytes)?;
    Ok((stamp, document.keys))
}

/// Keeps other processes from changing the file until the returned value is dropped.
///
/// The lock is a file of its own, because the key file is replaced by each write.
pub(super) fn lock(path: &Path) -> io::Result<File> {
    let lock =
        OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path.with_extension("lock"))?;
    lock.lock()?;
    Ok(lock)
}

/// Replaces the file in one step: whoever reads sees the old keys or the new ones, also after a power failure.
pub(super) fn store(path: &Path, keys: &[ApiKey]) -> io::Result<()> {
    let draft = path.with_extension("json.new");
    // A draft left by a crash may have other permissions than those asked for below.
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&draft)?;
    serde_json::to_writer_pretty(&mut file, &Document { keys: keys.to_vec() })?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    fs::rename(&draft, path)?;
    match path.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}
