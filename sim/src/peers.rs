//! What deliveries go to: handlers as peers that fail in every way, and a watch in front of each target.

use crate::checks;
use crate::plans;
use crate::world::World;
use oxgate_core::{DeliveryId, Reason};
use oxgate_dispatch::{BoxFuture, Job, Outcome, Report, Target};
use oxgate_store::Store;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

tokio::task_local! {
    /// The delivery that is being sent, for whoever stands behind the target.
    pub(crate) static CURRENT: DeliveryId;
}

/// Sees every attempt of one life before it leaves, and what came of it.
pub(crate) struct Watched {
    world: Arc<World>,
    store: Store,
    death: CancellationToken,
    name: &'static str,
    inner: Arc<dyn Target>,
}

impl Watched {
    pub(crate) fn new(
        world: &Arc<World>,
        store: &Store,
        death: &CancellationToken,
        name: &'static str,
        inner: Arc<dyn Target>,
    ) -> Self {
        Self { world: Arc::clone(world), store: store.clone(), death: death.clone(), name, inner }
    }

    async fn attempt(&self, job: Job) -> Report {
        if self.death.is_cancelled() {
            // The process is gone; nothing leaves it any more.
            std::future::pending::<()>().await;
        }
        checks::attempt(&self.world, &self.store, &job);
        let (id, no) = (job.delivery, job.attempt_no);
        self.world.note("attempt", format_args!("{} {id} no {no} late {}", self.name, job.out_of_order));
        let report = CURRENT.scope(id, self.inner.deliver(job)).await;
        self.world.note("report", format_args!("{} {id} no {no} {:?} {}", self.name, report.outcome, report.reason));
        let now = self.world.clock.elapsed();
        let mut witness = self.world.witness();
        if report.outcome == Outcome::Accepted {
            witness.proved.insert(self.name.to_owned(), now);
        }
        let seen = witness.attempts.entry(id).or_default();
        match report.outcome {
            Outcome::Unknown | Outcome::Accepted => {}
            Outcome::EventFailed => {
                seen.event_failures += 1;
                seen.first_failure.get_or_insert(now);
            }
            Outcome::Rejected => seen.rejected += 1,
            Outcome::TargetFailed => seen.target_failures += 1,
        }
        report
    }
}

impl Target for Watched {
    fn prepare(&self, job: Job) -> BoxFuture<'_, Result<Job, Report>> {
        self.inner.prepare(job)
    }

    fn deliver(&self, job: Job) -> BoxFuture<'_, Report> {
        Box::pin(self.attempt(job))
    }

    fn healthy(&self) -> BoxFuture<'_, bool> {
        Box::pin(async {
            let healthy = self.inner.healthy().await;
            if healthy {
                let now = self.world.clock.elapsed();
                self.world.witness().proved.insert(self.name.to_owned(), now);
            }
            healthy
        })
    }
}

/// An application behind a handler.
pub(crate) struct Peer {
    world: Arc<World>,
    death: CancellationToken,
    name: &'static str,
}

impl Peer {
    pub(crate) fn new(world: &Arc<World>, death: &CancellationToken, name: &'static str) -> Self {
        Self { world: Arc::clone(world), death: death.clone(), name }
    }

    async fn take(&self, job: Job) -> Report {
        let world = &self.world;
        tokio::time::sleep(world.chance.millis(1..400)).await;
        // What may have to be taken over is kept where the application is.
        if self.name == plans::APP || self.name == plans::AUDIT && world.scenario.audit_leaves() {
            if world.app_is_down() && world.scenario.app_blames && world.chance.thousandth(800) {
                return Report::new(Outcome::EventFailed, Reason::word("http-500")).with_status(500);
            }
            if world.app_is_down() {
                return match world.chance.among(0..4) {
                    // The runner gives it up.
                    0 => std::future::pending().await,
                    1 => Report::new(Outcome::TargetFailed, Reason::word("http-503")).with_status(503),
                    2 => Report::new(Outcome::TargetFailed, Reason::word("http-429"))
                        .with_status(429)
                        .with_retry_after(Duration::from_secs(world.chance.among(1..100))),
                    _ => Report::new(Outcome::TargetFailed, Reason::CONNECT),
                };
            }
            // The same messages every time, until the application is mended.
            let unlucky = job.delivery.event.seq.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
            if !world.is_healed() && unlucky % 1_000 < world.scenario.poison {
                return Report::new(Outcome::EventFailed, Reason::word("http-500")).with_status(500);
            }
        }
        if self.death.is_cancelled() {
            std::future::pending::<()>().await;
        }
        let now = world.clock.elapsed();
        world.witness().received.entry(job.delivery).or_insert(now);
        if world.strikes(world.scenario.lost) {
            // It has it, and the connection broke before it could say so.
            return Report::new(Outcome::EventFailed, Reason::RESET);
        }
        Report::accepted().with_status(200)
    }
}

impl Target for Peer {
    fn deliver(&self, job: Job) -> BoxFuture<'_, Report> {
        Box::pin(self.take(job))
    }

    fn healthy(&self) -> BoxFuture<'_, bool> {
        Box::pin(std::future::ready(!self.world.app_is_down() && self.world.chance.thousandth(500)))
    }
}
