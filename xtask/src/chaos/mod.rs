//! `cargo xtask chaos`: one calamity after the other falls upon a gateway under load; then everything is counted.
//!
//! It is killed without warning, frozen, cut off from its peers in the middle of requests, left without disk space, and
//! Redox refuses, delays and drops. Emulator, application, load and operator are those of `cargo xtask kill`.

mod cut;
mod volume;

use crate::kill::application::Application;
use crate::kill::gateway::Gateway;
use crate::kill::load::Load;
use crate::kill::operator::Operator;
use crate::kill::tally::Tally;
use crate::kill::{emulator, rest};
use anyhow::{Context, Result, anyhow, bail};
use cut::Cable;
use redox_emulator::{FaultKind, FaultRule, Rng, Running};
use serde_json::json;
use std::io::Write;
use std::time::Duration;
use tokio::time::sleep;
use volume::Volume;

/// A calamity.
#[derive(Clone, Copy, Debug)]
enum Calamity {
    Kill,
    Freeze,
    Cut,
    FullDisk,
    Redox,
}

const ALL: [Calamity; 5] = [Calamity::Kill, Calamity::Freeze, Calamity::Cut, Calamity::FullDisk, Calamity::Redox];

/// Runs for so long and prints the tally; an error if anything was lost, doubled or reordered.
pub(crate) fn run(minutes: u64, seed: u64) -> Result<()> {
    let runtime = tokio::runtime::Runtime::new().context("starting the runtime")?;
    let (tally, rounds) = runtime.block_on(chaos(Duration::from_mins(minutes), seed))?;
    let text = serde_json::to_string_pretty(&tally.json()).context("printing the tally")?;
    writeln!(std::io::stdout(), "{text}").context("printing the tally")?;
    if tally.is_clean(rounds) {
        Ok(())
    } else {
        bail!("chaos: the tally is not clean; repeat with --minutes {minutes} --seed {seed}")
    }
}

/// Everything that can be harmed.
struct Stage {
    redox: Running,
    gateway: Gateway,
    /// To the application's handler.
    handler: Cable,
    /// To the gateway's door.
    door: Cable,
    /// To the one for HL7 v2.
    mllp: Cable,
    volume: Option<Volume>,
}

async fn chaos(span: Duration, seed: u64) -> Result<(Tally, u32)> {
    // A second installation is refused and changes nothing.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let (redox, application) = (emulator().await?, Application::start().await?);
    let handler = Cable::to(application.addr).await?;
    let volume = Volume::mount(span)?;
    let mut folder = tempfile::Builder::new();
    let folder = folder.prefix("oxgate-chaos-");
    let folder = volume.as_ref().map_or_else(|| folder.tempdir(), |volume| folder.tempdir_in(volume.path()));
    let mut gateway = Gateway::prepare_in(folder.context("a folder")?, &redox, handler.addr()).await?;
    gateway.start().await?;
    gateway.register(&redox).await?;
    let listens = gateway.base.trim_start_matches("http://").to_owned();
    let door = Cable::to(listens.parse().context("the gateway's address")?).await?;
    move_door(&redox, &listens, &door).await?;
    gateway.base = format!("http://{}", door.addr());
    let mllp = Cable::to(gateway.mllp).await?;
    gateway.mllp = mllp.addr();
    let mut stage = Stage { redox, gateway, handler, door, mllp, volume };

    let load = Load::start(&stage.redox, &stage.gateway);
    let (mut operator, mut rng, mut rounds) = (Operator::default(), Rng::new(seed), 0);
    let over = sleep(span);
    let mut over = std::pin::pin!(over);
    loop {
        tokio::select! {
            () = &mut over => break,
            () = sleep(Duration::from_millis(300 + rng.below(2_000))) => {}
        }
        rounds += 1;
        let calamity = ALL[usize::try_from(rng.below(ALL.len() as u64)).unwrap_or(0)];
        eprintln!("{rounds}: {calamity:?}, {} submitted so far", load.acknowledged());
        strike(&mut stage, calamity, &mut rng).await.with_context(|| format!("{calamity:?}"))?;
        // While something is still wrong the operator may be turned away, and looks in again.
        if let Err(error) = operator.decide(&stage.gateway, &stage.redox).await {
            eprintln!("{rounds}: the operator was turned away: {error:#}");
        }
    }
    stage.redox.control().clear_faults().await.map_err(|error| anyhow!("{error}"))?;
    let acknowledged = load.stop().await;
    let tally = rest::at_rest(&stage.redox, &application, &stage.gateway, &acknowledged, &mut operator).await?;
    stage.gateway.kill()?;
    stage.redox.shutdown().await;
    Ok((tally, rounds))
}

/// Has Redox knock through the cable.
async fn move_door(redox: &Running, listens: &str, door: &Cable) -> Result<()> {
    let info = redox.info();
    let ours = info["destinations"].as_array().into_iter().flatten().find(|one| one["behaviour"] == "endpoint");
    let ours = ours.context("the application's destination")?;
    let (id, url) = (ours["id"].as_str().context("its id")?, ours["url"].as_str().context("its URL")?);
    let through = url.replace(listens, &door.addr().to_string());
    anyhow::ensure!(through != url, "the endpoint's URL {url} does not name {listens}");
    redox.control().change_destination(id, &json!({"url": through})).await.map_err(|error| anyhow!("{error}"))?;
    Ok(())
}

async fn strike(stage: &mut Stage, calamity: Calamity, rng: &mut Rng) -> Result<()> {
    match calamity {
        Calamity::Kill => {
            stage.gateway.kill()?;
            sleep(Duration::from_millis(rng.below(1_500))).await;
            stage.gateway.start().await
        }
        Calamity::Freeze => {
            stage.gateway.signal("STOP")?;
            sleep(Duration::from_millis(500 + rng.below(6_000))).await;
            stage.gateway.signal("CONT")
        }
        Calamity::Cut => {
            for _ in 0..=rng.below(4) {
                stage.handler.cut();
                stage.door.cut();
                stage.mllp.cut();
                sleep(Duration::from_millis(rng.below(400))).await;
            }
            Ok(())
        }
        Calamity::FullDisk => {
            let Some(volume) = &stage.volume else { return Ok(()) };
            volume.fill()?;
            sleep(Duration::from_millis(1_000 + rng.below(4_000))).await;
            volume.empty()
        }
        Calamity::Redox => misbehave(&stage.redox, rng).await,
    }
}

/// Redox refuses, delays, drops and repeats for a while.
async fn misbehave(redox: &Running, rng: &mut Rng) -> Result<()> {
    let sends = [
        FaultRule { status: Some(503), ..FaultRule::new(FaultKind::Status) },
        FaultRule { status: Some(429), ..FaultRule::new(FaultKind::Status) },
        FaultRule { ms: Some(1_500), ..FaultRule::new(FaultKind::Latency) },
        FaultRule::new(FaultKind::DropBefore),
        FaultRule::new(FaultKind::DropAfter),
        FaultRule::new(FaultKind::TokenExpired),
    ];
    let pick = usize::try_from(rng.below(sends.len() as u64)).unwrap_or(0);
    let send = FaultRule { path: Some("/endpoint".to_owned()), ..sends[pick].clone() };
    for rule in [send, FaultRule::new(FaultKind::Duplicate)] {
        let rule = FaultRule { probability: 0.3, count: Some(10), ..rule };
        redox.control().add_fault(&rule).await.map_err(|error| anyhow!("{error}"))?;
    }
    sleep(Duration::from_millis(500 + rng.below(3_000))).await;
    redox.control().clear_faults().await.map_err(|error| anyhow!("{error}"))?;
    Ok(())
}
