//! What has to be done now and then: late answers, retention, search keys, alarms, the quota's slots on disk.

use oxgate_api::Indexer;
use oxgate_core::{Clock, Timestamp, limits};
use oxgate_dispatch::Timer;
use oxgate_inbound::{HeldUp, Inbound, Silent};
use oxgate_outbound::meter::QuotaKeeper;
use oxgate_store::Store;
use oxgate_store::command::{Command, Outcome};
use oxgate_store::view::Health;
use serde_json::json;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often quota slots are written and deadlines looked for: a new question may have an earlier deadline than any other.
const TICK: Duration = Duration::from_secs(1);

/// How often suspected duplicates are told of, at most.
const DUPLICATES_EVERY: Duration = Duration::from_mins(1);

/// How often retention begins a round.
const SWEEP_EVERY: Duration = Duration::from_mins(5);

/// Steps of the indexer in one tick, 64 events each.
const INDEX_STEPS: u32 = 32;

/// Alarms that wait for the store. There are as many as there are feeds, and few of those.
const UNTOLD_MAX: usize = 1_024;

/// Rows that one step of retention touches: a few milliseconds of the writer's time.
const SWEEP_ROWS: u32 = 256;

/// What the chores are done with.
pub(super) struct Chores {
    pub(super) store: Store,
    pub(super) inbound: Arc<Inbound>,
    pub(super) keeper: QuotaKeeper,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) timer: Arc<dyn Timer>,
}

impl Chores {
    /// Works until `stop`.
    pub(super) async fn run(self, stop: CancellationToken) {
        let Self { store, inbound, mut keeper, clock, timer } = self;
        let (mut indexer, mut told) = (Indexer::new(store.clone()), Told::default());
        let mut duplicates_at = clock.now();
        let mut sweep_at = clock.now();
        loop {
            let now = clock.now();
            late(&store, now).await;
            told.silent_feeds(inbound.fallen_silent());
            told.held_up(inbound.held_up());
            told.rest(&store).await;
            told.disk(&store).await;
            if duplicates_at <= now {
                told.duplicates(&store).await;
                duplicates_at = now.plus(DUPLICATES_EVERY);
            }
            index(&mut indexer, &stop).await;
            if sweep_at <= now {
                sweep(&store, &stop).await;
                sweep_at = clock.now().plus(SWEEP_EVERY);
            }
            if let Err(error) = keeper.save().await {
                tracing::debug!(%error, "the quota's slots are written next time");
            }
            tokio::select! {
                () = timer.until(clock.now().plus(TICK)) => {}
                () = stop.cancelled() => break,
            }
        }
        if let Err(error) = keeper.save().await {
            tracing::warn!(%error, "the quota's last slots could not be written: the next start knows of one second's requests less");
        }
    }
}

/// Turns expectations whose deadline has passed into late ones.
async fn late(store: &Store, now: Timestamp) {
    match store.next_late().await {
        Ok(Some(due)) if due <= now => {
            // One call reports a limited number; the next tick finds what is left.
            if let Err(error) = store.command(Command::Late).await {
                tracing::debug!(%error, "late answers are reported next time");
            }
        }
        Ok(_) => {}
        Err(error) => tracing::warn!(%error, "the next deadline cannot be read"),
    }
}

/// What has been told of. An alarm that the store did not take is told when it does.
#[derive(Default)]
struct Told {
    disk_is_low: bool,
    duplicates: u64,
    /// What nobody has been told of yet, at most [`UNTOLD_MAX`].
    untold: VecDeque<(&'static str, serde_json::Value)>,
}

impl Told {
    /// Feeds from which nothing has come for too long.
    fn silent_feeds(&mut self, fallen: Vec<Silent>) {
        for Silent { endpoint, since } in fallen {
            tracing::warn!(endpoint.name = endpoint, since = %since, "nothing has come through this endpoint");
            self.note("feed.silent", json!({ "endpoint": endpoint, "since": since.to_string() }));
        }
    }

    /// Feeds that Redox does not get on with. What holds them up may well be that the store takes nothing.
    fn held_up(&mut self, logs: Vec<HeldUp>) {
        for HeldUp { endpoint, log } in logs {
            self.note("redox.retrying", json!({ "endpoint": endpoint, "log": log }));
        }
    }

    fn note(&mut self, what: &'static str, data: serde_json::Value) {
        if self.untold.len() < UNTOLD_MAX {
            self.untold.push_back((what, data));
        }
    }

    /// Tells what has been noted, as far as the store takes it.
    async fn rest(&mut self, store: &Store) {
        while let Some((what, data)) = self.untold.front() {
            if !report(store, what, data.clone()).await {
                return;
            }
            self.untold.pop_front();
        }
    }

    /// Tells once that space is running out.
    async fn disk(&mut self, store: &Store) {
        let is_low = store.look_at_disk() == Health::DiskLow;
        if is_low && !self.disk_is_low {
            tracing::warn!("the disk is nearly full: new work is refused");
            let data = json!({ "refuses_below_bytes": limits::DISK_FREE_LOW_BYTES });
            self.disk_is_low = report(store, "disk.low", data).await;
        } else {
            self.disk_is_low = is_low;
        }
    }

    /// Tells of events that look like earlier ones under other ids, all of a while together: a sender that repeats a whole
    /// day must not make as many alarms.
    async fn duplicates(&mut self, store: &Store) {
        let suspected = store.counters().suspected;
        if suspected > self.duplicates {
            let fresh = suspected - self.duplicates;
            tracing::warn!(events = fresh, "events came again under other ids; they were kept, flagged and delivered");
            if report(store, "event.suspected_duplicate", json!({ "events": fresh })).await {
                self.duplicates = suspected;
            }
        }
    }
}

/// Whether the store took it.
async fn report(store: &Store, what: &str, data: serde_json::Value) -> bool {
    let reported = store.command(Command::Report { what: what.to_owned(), event: None, data }).await;
    if let Err(error) = &reported {
        tracing::warn!(%error, what, "an alarm could not be written; it is told later");
    }
    reported.is_ok()
}

/// Writes search keys of what has come since; the rest of a burst waits for the next tick.
async fn index(indexer: &mut Indexer, stop: &CancellationToken) {
    for _ in 0..INDEX_STEPS {
        if stop.is_cancelled() {
            return;
        }
        match indexer.step().await {
            Ok(true) => tokio::task::yield_now().await,
            Ok(false) => return,
            Err(error) => {
                tracing::debug!(%error, "search keys are written next time");
                return;
            }
        }
    }
}

/// Removes what retention allows, in steps that let others in between.
async fn sweep(store: &Store, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        match store.command(Command::Sweep { rows: SWEEP_ROWS }).await {
            Ok(Outcome::Rows(rows)) if rows > 0 => tokio::task::yield_now().await,
            Ok(_) => return,
            Err(error) => {
                tracing::debug!(%error, "retention goes on next time");
                return;
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
