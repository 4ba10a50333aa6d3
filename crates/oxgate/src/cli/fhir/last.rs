//! `--since last`: each increment goes into a folder of its own under the first export, and begins where the one before
//! it ended, by the server's own time.

use crate::exit::Failure;
use fhir_bulk::LOCK_FILE;
use fhir_bulk::receipt::Receipt;
use std::path::{Path, PathBuf};

/// Where the increments of an export are.
const INCREMENTS: &str = "increments";

/// The place of an increment.
#[derive(Debug)]
pub(super) struct Increment {
    pub(super) dir: PathBuf,
    /// The time of the data of the export before it.
    pub(super) transaction_time: String,
}

/// The next increment of the export in `base`; the one that is not finished, to go on with it.
pub(super) async fn place(base: &Path, goes_on: bool) -> Result<Increment, Failure> {
    let unfinished = |dir: &Path| {
        Failure::usage(format!(
            "the export in {} is not finished; add --resume, or --cancel and remove it",
            dir.display()
        ))
    };
    let mut last = receipt(base).await?.ok_or_else(|| {
        Failure::usage(format!(
            "{} holds no finished export to go on from; export without --since first",
            base.display()
        ))
    })?;
    for number in 1_u32.. {
        let dir = base.join(INCREMENTS).join(format!("{number:04}"));
        let transaction_time = last.transaction_time.clone();
        match receipt(&dir).await? {
            Some(next) => last = next,
            None if goes_on => return Ok(Increment { dir, transaction_time }),
            // A folder whose kick-off was refused holds no job, and is used again.
            None if dir.join(".job/job.json").exists() => return Err(unfinished(&dir)),
            None => return Ok(Increment { dir, transaction_time }),
        }
    }
    Err(Failure::failed("there are too many increments"))
}

async fn receipt(dir: &Path) -> Result<Option<Receipt>, Failure> {
    let path = dir.join(LOCK_FILE);
    match tokio::fs::read(&path).await {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|error| Failure::failed(format!("{} is not what an export writes: {error}", path.display()))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::failed(format!("cannot read {}: {error}", path.display()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finish(dir: &Path, time: &str) {
        std::fs::create_dir_all(dir).unwrap();
        let lock = serde_json::json!({
            "format": "fhir-bulk export", "version": 1, "base": "https://a.example/", "export": {}, "transactionTime": time,
            "generation": "2.0", "files": [], "severities": {},
        });
        std::fs::write(dir.join(LOCK_FILE), lock.to_string()).unwrap();
    }

    #[tokio::test]
    async fn increments_follow_one_another() {
        let home = tempfile::tempdir().unwrap();
        let base = home.path();
        assert_eq!(place(base, false).await.unwrap_err().exit, crate::exit::Exit::Usage);
        finish(base, "one");
        let first = place(base, false).await.unwrap();
        assert_eq!((first.dir.clone(), first.transaction_time.as_str()), (base.join("increments/0001"), "one"));
        std::fs::create_dir_all(first.dir.join(".job")).unwrap();
        assert_eq!(place(base, false).await.unwrap().dir, first.dir, "its kick-off was refused");
        std::fs::write(first.dir.join(".job/job.json"), "{}").unwrap();
        assert_eq!(place(base, false).await.unwrap_err().exit, crate::exit::Exit::Usage, "the first is not finished");
        assert_eq!(place(base, true).await.unwrap().dir, first.dir);
        finish(&first.dir, "two");
        let second = place(base, false).await.unwrap();
        assert_eq!((second.dir, second.transaction_time.as_str()), (base.join("increments/0002"), "two"));
    }
}
