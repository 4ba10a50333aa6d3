//! The gateway's disk: groups are written step by step, commits fail, and a crash leaves the files as a crash would.
//!
//! What a power failure takes is modelled on SQLite's documentation ("PRAGMA synchronous"): in a write-ahead log only
//! `FULL` syncs the log at each commit. With anything less the log's tail is in memory only, and it is cut at a random
//! place. SQLite's own recovery then says what is left.

use crate::chance::Chance;
use crate::scenario::{Crash, Point};
use crate::world::World;
use anyhow::{Context, Result};
use oxgate_core::limits::{DISK_FREE_LOW_BYTES, DISK_FREE_OK_BYTES};
use oxgate_store::faults::{Failure, Faults};
use oxgate_store::{Begun, Stepper};
use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// `PRAGMA synchronous` of a connection that syncs at each commit.
const FULL: i64 = 2;

/// Size of the reserve file: nothing is learnt from a large one.
const RESERVE_BYTES: u64 = 64 * 1024;

/// How often a sick store is probed, as the writer's thread does it.
const PROBE: Duration = Duration::from_secs(1);

/// The files of one life after the other.
pub(crate) struct Disk {
    all: TempDir,
    lives: u32,
}

impl Disk {
    /// An empty disk, in memory where the system offers it.
    pub(crate) fn new() -> Result<Self> {
        let builder = |at: &Path| tempfile::Builder::new().prefix("oxgate-sim-").tempdir_in(at);
        let memory = Path::new("/dev/shm");
        let all = builder(if memory.is_dir() { memory } else { Path::new("/tmp") }).context("making a folder")?;
        Ok(Self { all, lives: 0 })
    }

    /// Where the present life keeps its files.
    pub(crate) fn folder(&self) -> PathBuf {
        self.all.path().join(self.lives.to_string())
    }

    /// The life has ended: its files as they are, or as a power failure leaves them, are what the next one finds.
    pub(crate) fn crash(&mut self, power: bool, synchronous: i64, chance: &Chance) -> Result<()> {
        let before = self.folder();
        self.lives += 1;
        let after = self.folder();
        fs::create_dir(&after).context("making a folder")?;
        for name in ["oxgate.db", "oxgate.db-wal"] {
            let (from, to) = (before.join(name), after.join(name));
            if !from.exists() {
                continue;
            }
            fs::copy(&from, &to).context("keeping the files")?;
            let log = name.ends_with("-wal");
            if log && power && synchronous < FULL {
                let file = OpenOptions::new().write(true).open(&to).context("opening the log")?;
                let length = file.metadata().context("measuring the log")?.len();
                file.set_len(chance.among(0..length + 1)).context("cutting the log")?;
            }
        }
        // What the dead life still has open stays readable to it.
        fs::remove_dir_all(&before).context("forgetting the dead life's files")
    }
}

/// Failures of commits, free space, and the deliberate bug, as the store takes them.
pub(crate) fn faults(world: &Arc<World>) -> Faults {
    let faults = world.mutation.map_or_else(Faults::default, Faults::mutated);
    let fails = |full: u64| {
        let world = Arc::clone(world);
        Arc::new(move |group| {
            if !world.strikes(world.scenario.commits_failing / 2) {
                return Ok(());
            }
            let failure = if world.chance.thousandth(full) { Failure::Full } else { Failure::Io };
            world.note("disk", format_args!("the commit of group {group} fails: {failure:?}"));
            Err(failure)
        })
    };
    let space = Arc::clone(world);
    // A full disk is met while the log is written, so what it refuses has never taken effect.
    let faults = faults.failing_before_commit(fails(300)).failing_after_commit(fails(0));
    let may_fill = world.scenario.disk_low.is_some() || world.scenario.commits_failing > 0;
    faults.with_reserve(RESERVE_BYTES).with_free_bytes(Arc::new(move || match (space.disk_is_low(), may_fill) {
        (true, _) => DISK_FREE_LOW_BYTES / 2,
        (false, true) => DISK_FREE_OK_BYTES,
        // Between the marks: enough, and no reserve file is laid for nothing.
        (false, false) => DISK_FREE_OK_BYTES - 1,
    }))
}

/// Writes groups until the gateway dies by `crash`; without one, for ever.
pub(crate) async fn write(world: &World, stepper: &mut Stepper, crash: Option<Crash>) {
    let mut groups = 0;
    loop {
        stepper.wanted().await;
        if !stepper.is_sick() {
            // While one group is synced the next one gathers.
            tokio::time::sleep(world.chance.millis(0..4)).await;
            if let Some(begun) = stepper.begin() {
                groups += 1;
                let dies_at = |point| crash.is_some_and(|crash| crash.group <= groups && crash.point == point);
                if make_durable(world, stepper, begun, &dies_at).await {
                    return;
                }
            }
        }
        while stepper.is_sick() {
            let until = tokio::time::sleep(PROBE);
            let mut until = std::pin::pin!(until);
            loop {
                tokio::select! {
                    biased;
                    () = &mut until => break,
                    () = stepper.wanted() => stepper.refuse(),
                }
            }
            stepper.probe();
        }
    }
}

/// Commits one group; whether the gateway dies over it.
async fn make_durable(world: &World, stepper: &mut Stepper, begun: Begun, dies_at: &dyn Fn(Point) -> bool) -> bool {
    let (wrote, commands) = (begun.wrote(), begun.commands());
    tokio::time::sleep(world.chance.millis(0..12)).await;
    if wrote && dies_at(Point::BeforeCommit) {
        return true;
    }
    stepper.finish(begun);
    world.note("group", format_args!("{commands} commands, wrote {wrote}"));
    if wrote && dies_at(Point::AfterCommit) {
        return true;
    }
    // Whoever was answered goes on before the end comes.
    tokio::time::sleep(Duration::from_millis(1)).await;
    wrote && dies_at(Point::AfterAnswers)
}
