//! What has to be done now and then: late answers, retention, the quota's slots on disk.

use oxgate_core::{Clock, Timestamp};
use oxgate_dispatch::Timer;
use oxgate_outbound::meter::QuotaKeeper;
use oxgate_store::Store;
use oxgate_store::command::{Command, Outcome};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often quota slots are written and deadlines looked for: a new question may have an earlier deadline than any other.
const TICK: Duration = Duration::from_secs(1);

/// How often retention begins a round.
const SWEEP_EVERY: Duration = Duration::from_mins(5);

/// Rows that one step of retention touches: a few milliseconds of the writer's time.
const SWEEP_ROWS: u32 = 256;

/// What the chores are done with.
pub(super) struct Chores {
    pub(super) store: Store,
    pub(super) keeper: QuotaKeeper,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) timer: Arc<dyn Timer>,
}

impl Chores {
    /// Works until `stop`.
    pub(super) async fn run(self, stop: CancellationToken) {
        let Self { store, mut keeper, clock, timer } = self;
        let mut sweep_at = clock.now();
        loop {
            let now = clock.now();
            late(&store, now).await;
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
