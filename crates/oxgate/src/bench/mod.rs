//! `oxgate bench receive`: how fast the gateway takes what Redox pushes, beside what the disk and the HTTP stack allow.
//!
//! Absolute figures say more about the machine than about the program, so everything is a ratio to a *floor*: the same
//! HTTP stack that does nothing but store the body. All of them, and the gateway, run in this one process with the load
//! generator, by turns, in several rounds; a ratio is taken within a round, and the median of the rounds is reported.

/// Messages of invented patients, each with an id of its own.
mod bodies;

/// The same HTTP stack with next to nothing behind it.
mod floor;

/// The gateway, in a temporary folder.
mod gateway;

/// Connections that post one message after the other.
mod load;

/// Rounds to figures.
mod figures;

/// Figures to the page of the documentation.
mod page;

pub(crate) use figures::{Figures, Spread};
pub(crate) use page::page;

use crate::exit::Failure;
use bodies::Bodies;
use figures::Round;
use floor::{Floor, FloorKind};
use gateway::BenchGateway;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// What to measure.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Connections that post at the same time.
    pub(crate) connections: usize,
    /// How long each subject is under load, over all rounds.
    pub(crate) span: Duration,
    /// Rounds; each subject has its turn in each.
    pub(crate) rounds: u32,
    /// Every message new; else every message a redelivery of one that is known.
    pub(crate) distinct: bool,
    /// A handler takes the events meanwhile; else the application is down and they stay queued.
    pub(crate) delivers: bool,
    /// Where the files are written: on the disk that is to be measured.
    pub(crate) folder: PathBuf,
}

/// Runs the rounds; `tell` hears of each as it begins.
pub(crate) async fn receive(plan: &Plan, tell: impl Fn(u32)) -> Result<Figures, Failure> {
    let folder = tempfile::Builder::new().prefix("oxgate-bench-").tempdir_in(&plan.folder).map_err(|error| {
        let at = plan.folder.display();
        Failure::failed(format!("cannot make a folder in {at}: {error}; name another with --dir"))
    })?;
    let bodies = Arc::new(Bodies::new(plan.distinct));
    let gateway = BenchGateway::start(folder.path(), plan.delivers).await?;
    let start = |kind| Floor::start(kind, folder.path());
    let (overwrite, append, noop) =
        (start(FloorKind::Overwrite).await?, start(FloorKind::Append).await?, start(FloorKind::Noop).await?);
    let span = plan.span / plan.rounds;
    let warm = span.min(Duration::from_millis(300));
    for addr in [gateway.addr(), overwrite.addr(), append.addr(), noop.addr()] {
        load::run(addr, plan.connections, warm, &bodies).await?;
    }
    let mut rounds = Vec::new();
    for number in 1..=plan.rounds {
        tell(number);
        let before = gateway.counters();
        let gateway_run = load::run(gateway.addr(), plan.connections, span, &bodies).await?;
        let counted = gateway.counted_since(&before);
        // What the gateway still has to deliver would be a load on the others' turns.
        gateway.at_rest().await;
        rounds.push(Round {
            gateway: gateway_run,
            counted,
            overwrite: load::run(overwrite.addr(), plan.connections, span, &bodies).await?,
            append: load::run(append.addr(), plan.connections, span, &bodies).await?,
            noop: load::run(noop.addr(), plan.connections, span, &bodies).await?,
            bare_sync_us: floor::bare_sync(folder.path(), bodies.mean_bytes()).await?,
        });
    }
    gateway.stop().await;
    for floor in [overwrite, append, noop] {
        floor.stop().await;
    }
    Ok(Figures::of(plan, bodies.mean_bytes(), &rounds))
}
