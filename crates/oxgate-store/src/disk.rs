//! Free space: below one mark new work is refused, above a higher one it is taken again, and a reserve file holds the
//! room that deleting needs.

use crate::faults::{Faults, Mutation};
use oxgate_core::limits::{DISK_FREE_LOW_BYTES, DISK_FREE_OK_BYTES, DISK_RESERVE_BYTES};
use rustix::fs::{FallocateFlags, fallocate, statvfs};
use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// The reserve file's name in the data folder.
pub(crate) const RESERVE: &str = "oxgate.reserve";

/// What is known about the disk. Looking costs one system call, so it is done for each group and each refusal.
#[derive(Debug)]
pub(crate) struct Disk {
    folder: PathBuf,
    faults: Faults,
    low: AtomicBool,
    reserved: AtomicBool,
}

impl Disk {
    /// Looks once, and lays the reserve if there is room for it.
    pub(crate) fn new(folder: &Path, faults: Faults) -> Self {
        let size = faults.reserve_bytes().unwrap_or(DISK_RESERVE_BYTES);
        let reserved = fs::metadata(folder.join(RESERVE)).is_ok_and(|file| file.len() == size);
        let disk = Self {
            folder: folder.to_owned(),
            faults,
            low: AtomicBool::new(false),
            reserved: AtomicBool::new(reserved),
        };
        disk.look();
        disk
    }

    /// Whether new work must be refused, as of the last look.
    pub(crate) fn is_low(&self) -> bool {
        self.low.load(Ordering::Relaxed)
    }

    /// Looks again and says whether new work must be refused. Between the two marks the last answer stands.
    pub(crate) fn look(&self) -> bool {
        // A file system that does not tell is taken for large; a full disk will say so itself.
        let free = self.free().unwrap_or(u64::MAX);
        if free < DISK_FREE_LOW_BYTES && !self.faults.has(Mutation::G9IgnoreSpace) {
            if !self.low.swap(true, Ordering::Relaxed) {
                tracing::error!(free_bytes = free, "little free space: new events are refused until there is more");
            }
        } else if free >= DISK_FREE_OK_BYTES {
            if self.low.swap(false, Ordering::Relaxed) {
                tracing::info!(free_bytes = free, "enough free space again: new events are taken");
            }
            self.lay_reserve();
        }
        self.is_low()
    }

    /// The disk was full: gives the reserve to those writes that free space.
    pub(crate) fn is_full(&self) {
        self.low.store(true, Ordering::Relaxed);
        if self.reserved.swap(false, Ordering::Relaxed) {
            match fs::remove_file(self.folder.join(RESERVE)) {
                Ok(()) => tracing::error!("the disk is full: the reserve file was given up so that settling can go on"),
                Err(error) => tracing::error!(%error, "the disk is full, and the reserve file cannot be removed"),
            }
        }
    }

    /// What is free for us; `None` when the file system does not tell.
    pub(crate) fn free(&self) -> Option<u64> {
        let told = || statvfs(&self.folder).ok().map(|stat| stat.f_bavail.saturating_mul(stat.f_frsize));
        self.faults.free_bytes().or_else(told)
    }

    fn lay_reserve(&self) {
        if self.reserved.load(Ordering::Relaxed) {
            return;
        }
        match self.allocate() {
            Ok(()) => self.reserved.store(true, Ordering::Relaxed),
            Err(error) => {
                tracing::warn!(%error, "the reserve file cannot be laid; a full disk will be harder to leave");
            }
        }
    }

    fn allocate(&self) -> io::Result<()> {
        let path = self.folder.join(RESERVE);
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
        let size = self.faults.reserve_bytes().unwrap_or(DISK_RESERVE_BYTES);
        Ok(fallocate(&file, FallocateFlags::empty(), 0, size)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::AtomicU64;

    #[test]
    fn between_the_marks_the_last_answer_stands() {
        let dir = tempfile::tempdir().unwrap();
        let free = Arc::new(AtomicU64::new(DISK_FREE_OK_BYTES));
        let told = Arc::clone(&free);
        let faults = Faults::default().with_free_bytes(Arc::new(move || told.load(Ordering::Relaxed)));
        let disk = Disk::new(dir.path(), faults);
        let answers = [
            DISK_FREE_LOW_BYTES,
            DISK_FREE_LOW_BYTES - 1,
            DISK_FREE_OK_BYTES - 1,
            DISK_FREE_OK_BYTES,
            DISK_FREE_OK_BYTES - 1,
        ]
        .map(|bytes| {
            free.store(bytes, Ordering::Relaxed);
            disk.look()
        });
        assert_eq!(answers, [false, true, true, false, false]);
    }

    #[test]
    fn the_reserve_is_given_up_and_laid_anew() {
        let dir = tempfile::tempdir().unwrap();
        let faults = Faults::default().with_free_bytes(Arc::new(|| DISK_FREE_OK_BYTES));
        let disk = Disk::new(dir.path(), faults);
        let reserve = dir.path().join(RESERVE);
        assert_eq!(fs::metadata(&reserve).unwrap().len(), DISK_RESERVE_BYTES);
        disk.is_full();
        assert!(disk.is_low() && !reserve.exists());
        assert!(!disk.look() && reserve.exists());
    }
}
