//! One seed from its beginning to its verdict: lives and deaths of the gateway in one world.

use crate::application;
use crate::chance::Chance;
use crate::configuration::Restart;
use crate::consumer;
use crate::disk::Disk;
use crate::leak::Leak;
use crate::life::{End, Life};
use crate::operator;
use crate::redox::Redox;
use crate::rest;
use crate::scenario::Crash;
use crate::verdict;
use crate::world::World;
use anyhow::{Context, Result};
use oxgate_store::faults::Mutation;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// How a seed went.
pub struct Report {
    /// Which.
    pub seed: u64,
    /// The first broken promise, and how.
    pub broken: Option<(&'static str, String)>,
    /// Stands for the trace.
    pub hash: String,
    /// How often what happened.
    pub counts: BTreeMap<&'static str, u64>,
    /// The trace, if it was to be kept.
    pub lines: Vec<String>,
}

/// Runs a seed.
///
/// # Errors
/// When the simulation itself fails; a broken promise is a report.
pub fn run(seed: u64, mutation: Option<Mutation>, keep_trace: bool) -> Result<Report> {
    let leak = Leak::default();
    let subscriber = leak.subscriber();
    tracing::subscriber::with_default(subscriber, || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .context("starting the runtime")?;
        runtime.block_on(async {
            let world = World::new(seed, mutation, keep_trace);
            // What the parts do to each other is deep enough to be worth its own allocation.
            Box::pin(history(&world)).await?;
            if let Some(line) = leak.found() {
                world.broken("G8", &format!("a log line names a patient: {line}"));
            }
            let mut witness = world.witness();
            Ok(Report {
                seed,
                broken: witness.broken.take(),
                hash: witness.trace.hash(),
                counts: witness.trace.counts().clone(),
                lines: witness.trace.lines().to_vec(),
            })
        })
    })
}

async fn history(world: &Arc<World>) -> Result<()> {
    world.note("scenario", format_args!("{:?}", world.scenario));
    let redox = Redox::new(world)?;
    let mut disk = Disk::new()?;
    std::fs::create_dir(disk.folder()).context("making the first folder")?;
    let power = Chance::new(world.seed, "power");
    let mut around = tokio::task::JoinSet::new();
    around.spawn(Arc::clone(world).calamities());
    around.spawn(application::push(Arc::clone(world), Arc::clone(&redox)));
    around.spawn(application::submit(Arc::clone(world)));
    around.spawn(operator::watch(Arc::clone(world)));
    around.spawn(consumer::lease(Arc::clone(world)));
    around.spawn(until_at_rest(Arc::clone(world), Arc::clone(&redox)));
    let mut crashes = world.scenario.crashes.iter().copied();
    let mut restarts = world.scenario.restarts.iter().copied();
    let (mut crash, mut restart) = (crashes.next(), restarts.next());
    for number in 0.. {
        let (life, body) = Life::start(world, &redox, &disk.folder(), number).context("starting the gateway")?;
        world.note("life", format_args!("{number} begins"));
        verdict::after_start(world, &life.store);
        let (end, stepper) = life.live(body, crash, restart.map(|restart| restart.at)).await;
        world.set_living(None);
        verdict::files(world, &disk.folder())?;
        let (power_failure, down) = match (end, crash, restart) {
            (End::Crash, Some(Crash { point, power, down, .. }), _) => {
                world.note("life", format_args!("{number} ends: {point:?}, power {power}"));
                crash = crashes.next();
                (power, down)
            }
            (End::Restart, _, Some(Restart { down, change, .. })) => {
                world.note("life", format_args!("{number} is stopped"));
                world.configure(verdict::newest(&life.store).context("reading the newest event")?, change);
                restart = restarts.next();
                (false, down)
            }
            _ => break,
        };
        disk.crash(power_failure, stepper.synchronous(), &power)?;
        drop((stepper, life));
        // Whatever the dead life had under way ends before the next one begins.
        tokio::time::sleep(down.max(Duration::from_millis(5))).await;
    }
    around.shutdown().await;
    Ok(())
}

/// Waits until nothing is left to do in a healed world, then gives the verdict.
async fn until_at_rest(world: Arc<World>, redox: Arc<Redox>) {
    if let Err(error) = rest(&world, &redox).await {
        world.broken("sim", &format!("{error:#}"));
    }
    world.over.cancel();
}

async fn rest(world: &Arc<World>, redox: &Arc<Redox>) -> Result<()> {
    let by = crate::scenario::ACTIVE + verdict::REST;
    let mut late_ones_told = false;
    loop {
        tokio::time::sleep(Duration::from_mins(1)).await;
        let Some(life) = world.living() else { continue };
        if !world.is_healed() {
            continue;
        }
        if verdict::is_at_rest(world, redox, &life.store)? {
            if late_ones_told {
                return rest::check(world, &life).await;
            }
            late_ones_told = true;
            tokio::time::sleep(application::REPLY_WITHIN + Duration::from_mins(5)).await;
        } else if world.clock.elapsed() > by {
            // What waits for room that nobody gives back is stuck for that reason.
            rest::given_back(world, &life);
            verdict::stuck(world, &life.store);
            return Ok(());
        }
    }
}
