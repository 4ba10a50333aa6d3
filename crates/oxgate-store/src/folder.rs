//! The data folder: made if absent, closed to others, on a local file system, locked by one process.

use oxgate_core::Timestamp;
use rustix::fs::{FlockOperation, flock, statfs};
use rustix::io::Errno;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// The lock file's name in the data folder.
const LOCK: &str = "oxgate.lock";

/// File systems on which locks or syncs do not reach the disk that holds the data, by the number in `statfs(2)`.
const NETWORK: [(i64, &str); 6] = [
    (0x6969, "NFS"),
    (0x517b, "SMB"),
    (0xff53_4d42, "CIFS"),
    (0xfe53_4d42, "SMB2"),
    (0x00c3_6400, "Ceph"),
    (0x5346_414f, "AFS"),
];

/// FUSE is local or remote; the mount table knows which.
const FUSE: i64 = 0x6573_5546;
const FUSE_NETWORK: [&str; 6] =
    ["fuse.sshfs", "fuse.glusterfs", "fuse.s3fs", "fuse.rclone", "fuse.curlftpfs", "fuse.davfs"];

/// A data folder that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Another process has it.
    #[error("the data folder {} is in use by {holder}: stop that one first, or choose another folder", folder.display())]
    Locked {
        /// The folder.
        folder: PathBuf,
        /// The process that holds it and since when, as it wrote itself.
        holder: String,
    },
    /// It lies on a network file system.
    #[error("the data folder {} lies on {kind}, where a sync is no promise: choose a local disk", folder.display())]
    Network {
        /// The folder.
        folder: PathBuf,
        /// The file system.
        kind: String,
    },
    /// The operating system refused.
    #[error("cannot {act} {}", path.display())]
    Io {
        /// What was tried.
        act: &'static str,
        /// On which file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
}

/// Makes the folder if it is absent and closes it to everyone but its owner.
pub(crate) fn prepare(folder: &Path) -> Result<(), FolderError> {
    let failed = |act, source| FolderError::Io { act, path: folder.to_owned(), source };
    if !folder.exists() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| failed("make", error))?;
        // The folder's own entry must survive a power failure as what is in it does. Some file systems take no sync
        // of a folder, and none of ours can be told to wait for theirs.
        for parent in folder.ancestors().skip(1) {
            let _ = File::open(parent).and_then(|parent| parent.sync_all());
        }
    }
    let mode = fs::metadata(folder).map_err(|error| failed("look at", error))?.permissions().mode();
    if mode & 0o777 != 0o700 {
        fs::set_permissions(folder, Permissions::from_mode(0o700)).map_err(|error| failed("close to others", error))?;
    }
    refuse_network(folder)
}

fn refuse_network(folder: &Path) -> Result<(), FolderError> {
    let stat = statfs(folder).map_err(|error| FolderError::Io {
        act: "ask the file system of",
        path: folder.to_owned(),
        source: error.into(),
    })?;
    let magic = stat.f_type;
    let kind = match NETWORK.iter().find(|(number, _)| *number == magic) {
        Some((_, name)) => Some((*name).to_owned()),
        None if magic == FUSE => fs::read_to_string("/proc/self/mountinfo")
            .ok()
            .and_then(|table| mounted_as(&table, folder))
            .filter(|kind| FUSE_NETWORK.contains(&kind.as_str())),
        None => None,
    };
    match kind {
        Some(kind) => Err(FolderError::Network { folder: folder.to_owned(), kind }),
        None => Ok(()),
    }
}

/// The file system type of the mount that `path` lies in; `mountinfo` as in `proc(5)`.
fn mounted_as(mountinfo: &str, path: &Path) -> Option<String> {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let mounts = mountinfo.lines().filter_map(|line| {
        let (left, right) = line.split_once(" - ")?;
        Some((Path::new(left.split(' ').nth(4)?), right.split(' ').next()?))
    });
    mounts
        .filter(|(mount, _)| path.starts_with(mount))
        .max_by_key(|(mount, _)| mount.components().count())
        .map(|(_, kind)| kind.to_owned())
}

/// The exclusive right to the folder; given back when dropped, and by the kernel when the process dies.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

/// Takes the folder for this process, or says who has it.
pub(crate) fn lock(folder: &Path, now: Timestamp) -> Result<Lock, FolderError> {
    let path = folder.join(LOCK);
    let failed = |act| {
        let path = path.clone();
        move |source: io::Error| FolderError::Io { act, path, source }
    };
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .map_err(failed("open"))?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => {}
        Err(Errno::WOULDBLOCK) => {
            let mut holder = String::new();
            file.read_to_string(&mut holder).map_err(failed("read"))?;
            let holder = if holder.is_empty() { "another process".to_owned() } else { holder.trim().to_owned() };
            return Err(FolderError::Locked { folder: folder.to_owned(), holder });
        }
        Err(error) => return Err(failed("lock")(error.into())),
    }
    let holder = format!("process {} since {now}\n", std::process::id());
    file.set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| file.write_all(holder.as_bytes()))
        .map_err(failed("write"))?;
    Ok(Lock { _file: file })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_mount_counts() {
        let table = "1 0 8:1 / / rw - ext4 /dev/sda rw\n\
                     2 1 0:5 / /srv/far rw shared:7 - fuse.sshfs host:/ rw\n\
                     3 2 0:6 / /srv/far/near rw - ext4 /dev/sdb rw\n";
        let kind = |path: &str| mounted_as(table, Path::new(path));
        assert_eq!(kind("/srv/other").as_deref(), Some("ext4"));
        assert_eq!(kind("/srv/far/data").as_deref(), Some("fuse.sshfs"));
        assert_eq!(kind("/srv/far/near/data").as_deref(), Some("ext4"));
        assert_eq!(kind("/srv/farther").as_deref(), Some("ext4"));
    }

    #[test]
    fn a_folder_is_closed_to_others() {
        let dir = tempfile::tempdir().unwrap();
        let (made, open) = (dir.path().join("a/b"), dir.path().join("open"));
        fs::create_dir(&open).unwrap();
        fs::set_permissions(&open, Permissions::from_mode(0o755)).unwrap();
        for folder in [made, open] {
            prepare(&folder).unwrap();
            assert_eq!(fs::metadata(folder).unwrap().permissions().mode() & 0o777, 0o700);
        }
    }

    #[test]
    fn a_second_holder_learns_who_the_first_is() {
        let dir = tempfile::tempdir().unwrap();
        let first = lock(dir.path(), Timestamp(0)).unwrap();
        let refused = lock(dir.path(), Timestamp(1)).unwrap_err().to_string();
        assert!(refused.contains(&format!("process {} since 1970-01-01", std::process::id())), "{refused}");
        drop(first);
        lock(dir.path(), Timestamp(2)).unwrap();
    }
}
