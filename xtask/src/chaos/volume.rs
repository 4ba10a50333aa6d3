//! A small file system that can be filled; without the permission to mount one there is none, and that is said.

use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Its size in MiB: above the mark from which new work is taken again (512) with a little to spare.
const SIZE: u64 = 640;

/// What a minute under load may leave behind, in MiB. With less room a long run would end refusing all new work.
const MINUTE: u64 = 64;

/// What fills it.
const BALLAST: &str = "ballast";

/// Written at once until nothing more fits.
const PIECE: usize = 16 * 1024 * 1024;

/// A mounted file system, unmounted when this is dropped.
pub(super) struct Volume {
    at: PathBuf,
}

impl Volume {
    /// Mounts one with room for a run of this length; `None` when that is not permitted.
    pub(super) fn mount(span: Duration) -> Result<Option<Self>> {
        let size = format!("size={}m", SIZE + MINUTE * span.as_secs().div_ceil(60));
        let at = tempfile::Builder::new().prefix("oxgate-volume-").tempdir().context("a mount point")?.keep();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&at).status();
        if mounted.is_ok_and(|status| status.success()) {
            return Ok(Some(Self { at }));
        }
        eprintln!("chaos: SKIPPED: no small file system can be mounted here, so the disk is never full");
        fs::remove_dir(&at).context("removing the mount point")?;
        Ok(None)
    }

    pub(super) fn path(&self) -> &Path {
        &self.at
    }

    /// Leaves no byte free.
    pub(super) fn fill(&self) -> Result<()> {
        use std::io::Write;
        let mut ballast = fs::File::create(self.at.join(BALLAST)).context("making ballast")?;
        let zeros = vec![0; PIECE];
        // The last piece does not fit, and that is the point.
        while ballast.write_all(&zeros).is_ok() {}
        Ok(())
    }

    /// Gives the space back.
    pub(super) fn empty(&self) -> Result<()> {
        fs::remove_file(self.at.join(BALLAST)).context("removing ballast")
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        // Lazily: the gateway's folder may still be in use while everything is being taken down.
        let unmounted = Command::new("umount").arg("--lazy").arg(&self.at).status();
        if unmounted.is_ok_and(|status| status.success()) {
            // An empty mount point is all that is left.
            let _ = fs::remove_dir(&self.at);
        }
    }
}
