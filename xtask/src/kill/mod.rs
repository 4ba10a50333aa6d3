//! `cargo xtask kill`: a gateway under load is killed at random moments and restarted; then everything is counted.
//!
//! The emulator, the application and the load live in this process and never stop; only the gateway dies. Redox retries
//! what was not acknowledged, the load repeats what was not acknowledged under the same idempotency key or, over MLLP, the
//! same control id, and a scripted operator decides the sends whose outcome nobody can tell, as a person with Redox's log in front of them would.

pub(crate) mod application;
pub(crate) mod gateway;
pub(crate) mod hospital;
pub(crate) mod load;
pub(crate) mod operator;
pub(crate) mod rest;
pub(crate) mod tally;

use anyhow::{Context, Result, bail};
use application::Application;
use gateway::Gateway;
use load::Load;
use operator::Operator;
use redox_emulator::{Config, EhrConfig, Limits, Rng, Running, SystemClock};
use std::io::Write;
use std::time::Duration;
use tally::Tally;

/// Runs the rounds and prints the tally; an error if anything was lost, doubled or reordered.
pub(crate) fn run(rounds: u32, seed: u64) -> Result<()> {
    let runtime = tokio::runtime::Runtime::new().context("starting the runtime")?;
    let tally = runtime.block_on(rounds_of(rounds, seed))?;
    let text = serde_json::to_string_pretty(&tally.json()).context("printing the tally")?;
    writeln!(std::io::stdout(), "{text}").context("printing the tally")?;
    if tally.is_clean(rounds) {
        Ok(())
    } else {
        bail!("kill: the tally is not clean; repeat with --rounds {rounds} --seed {seed}")
    }
}

async fn rounds_of(rounds: u32, seed: u64) -> Result<Tally> {
    // A second installation is refused and changes nothing.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let redox = emulator().await?;
    let application = Application::start().await?;
    let mut gateway = Gateway::prepare(&redox, &application).await?;
    gateway.start().await?;
    gateway.register(&redox).await?;
    let load = Load::start(&redox, &gateway);
    let mut operator = Operator::default();
    let mut rng = Rng::new(seed);
    for round in 1..=rounds {
        let alive = Duration::from_millis(200 + rng.below(1_300));
        tokio::time::sleep(alive).await;
        gateway.kill()?;
        gateway.start().await?;
        operator.decide(&gateway, &redox).await?;
        eprintln!(
            "round {round} of {rounds}: killed after {} ms, {} submitted so far",
            alive.as_millis(),
            load.acknowledged()
        );
    }
    let acknowledged = load.stop().await;
    let tally = rest::at_rest(&redox, &application, &gateway, &acknowledged, &mut operator).await?;
    gateway.kill()?;
    redox.shutdown().await;
    Ok(tally)
}

/// Redox in a box, with waits a fiftieth as long and no quota.
pub(crate) async fn emulator() -> Result<Running> {
    let limits = Limits { rate_limit: u32::MAX, ..Limits::default() };
    let ehr = EhrConfig { results_delay: "10s".parse().context("a span")?, ..EhrConfig::default() };
    let config = Config { limits, ehr, time_scale: 0.02, ..Config::default() };
    redox_emulator::start(config, SystemClock, 7).await.context("starting the emulator")
}
