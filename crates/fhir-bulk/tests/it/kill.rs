//! The process ends at any moment, and another one goes on: the folder ends up with the same bytes.

use crate::world::{SharedClock, World, files, small};
use fhir_bulk::job::Phase;
use fhir_bulk::kickoff::Generation;
use fhir_bulk::{Export, Exporter, Start, Unwatched};
use redox_emulator::{BulkConfig, BulkGeneration};
use std::collections::BTreeMap;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::runtime::{Builder, Runtime};

/// A future that is polled so many times and then never again.
struct Mortal<F> {
    inner: Pin<Box<F>>,
    polls: u32,
}

impl<F: Future> Future for Mortal<F> {
    /// `None` for death.
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.polls == 0 {
            return Poll::Ready(None);
        }
        self.polls -= 1;
        self.inner.as_mut().poll(context).map(Some)
    }
}

fn export() -> Export {
    Export { generation: Generation::V3, allow_partial_manifests: true, ..Export::default() }
}

/// One life of a process: a runtime of its own, whose end takes every task and every waiting write with it. True if it
/// came to the end of the export.
fn live(world: &World, dir: &Path, polls: u32) -> bool {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let exporter = exporter(world);
        let start = match Exporter::look(dir).await.unwrap() {
            Some(_) => Start::Resume,
            None => Start::New(Box::new(export())),
        };
        let run = Mortal { inner: Box::pin(exporter.run(dir, start)), polls };
        run.await.map(|done| done.map(drop).unwrap()).is_some()
    })
}

fn exporter(world: &World) -> Exporter {
    Exporter::new(fhir_bulk::Setup {
        base: world.base(),
        auth: fhir_bulk::Auth::None,
        trusted: Vec::new(),
        authorities: None,
        limits: world.limits,
        time: Arc::clone(&world.clock) as Arc<SharedClock>,
        watch: Arc::new(Unwatched),
    })
    .unwrap()
}

/// Dies after every number of polls up to the length of a whole life, a second time half as long after that, and compares.
fn survives_death_anywhere(bulk: BulkConfig) {
    let server = Runtime::new().unwrap();
    let world = server.block_on(World::new(bulk));
    let whole = world.dir.join("whole");
    assert!(live(&world, &whole, u32::MAX));
    let expect: BTreeMap<String, Vec<u8>> = files(&whole);
    let counts = &server.block_on(world.state())["counts"];
    let in_a_row: u64 = ["kick_offs", "polls", "deletes"].iter().map(|name| counts[name].as_u64().unwrap()).sum();
    assert!(in_a_row > 5, "{counts}");
    assert_eq!(expect.len(), 9);
    let mut polls = 0;
    let mut deaths = 0_u64;
    loop {
        world.clock.reset();
        let dir = world.dir.join(format!("dies-{polls}"));
        let asked = |name: &str| server.block_on(world.state())["counts"][name].as_u64().unwrap();
        let polls_before = asked("polls");
        let is_first_whole = live(&world, &dir, polls);
        let kick_offs = asked("kick_offs");
        let job = server.block_on(Exporter::look(&dir)).unwrap();
        let is_accepted = job.is_some_and(|job| job.phase >= Phase::Accepted && job.status_url.is_some());
        assert!(is_accepted || asked("polls") == polls_before, "the status address is on disk before it is used");
        let half_way = files(&dir);
        assert!(half_way.iter().all(|(name, bytes)| expect.get(name) == Some(bytes)), "after {polls} polls");
        if !is_first_whole {
            deaths += 1;
            live(&world, &dir, polls / 2);
            assert!(live(&world, &dir, u32::MAX), "resumed after {polls} polls");
            assert!(!is_accepted || asked("kick_offs") == kick_offs, "a job that is known is not started again");
        }
        assert_eq!(files(&dir), expect, "after {polls} polls");
        if is_first_whole {
            break;
        }
        std::fs::remove_dir_all(&dir).unwrap();
        polls += 1 + polls / 24;
    }
    // How often a life is polled depends on the machine, but no answer is there before the next poll: requests that follow
    // each other are as many moments at least, and up to 24 each of them was tried.
    assert!(deaths >= in_a_row.min(24), "{deaths} deaths for {in_a_row} requests in a row");
}

fn paged() -> BulkConfig {
    BulkConfig { generation: BulkGeneration::V3, files_per_page: Some(3), error_file: true, ..small() }
}

#[test]
fn death_at_any_moment_changes_nothing() {
    survives_death_anywhere(paged());
}

#[test]
fn death_at_any_moment_changes_nothing_where_files_are_continued() {
    survives_death_anywhere(BulkConfig { gzip: false, ranges: true, lines_per_file: 10, ..paged() });
}
