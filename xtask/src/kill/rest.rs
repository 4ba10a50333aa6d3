//! The end of a run: waits until nothing is on its way any more.

use super::application::Application;
use super::gateway::Gateway;
use super::load::Acknowledged;
use super::operator::Operator;
use super::tally::Tally;
use anyhow::Result;
use redox_emulator::Running;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long nothing may move before what has not arrived counts as lost. A run of many rounds leaves much on its way, and
/// how fast that goes says something about the machine only.
const STILL_MAX: Duration = Duration::from_mins(2);

/// A look goes through everything that ever arrived, so that it pauses for some times as long as it took.
const PAUSES: u32 = 3;

/// The tally once everything has arrived, or once nothing moves any more.
pub(crate) async fn at_rest(
    redox: &Running,
    application: &Application,
    gateway: &Gateway,
    acknowledged: &Acknowledged,
    operator: &mut Operator,
) -> Result<Tally> {
    let mut seen = (usize::MAX, usize::MAX);
    let mut moved = Instant::now();
    loop {
        let began = Instant::now();
        operator.decide(gateway, redox).await?;
        let tally = Tally::take(redox, application, gateway, acknowledged, operator).await?;
        if tally.lost() == 0 {
            return Ok(tally);
        }
        let now = (tally.lost(), tally.pushed());
        // Compared before the clock is looked at: a look at much takes longer than anything may stand still.
        if now != seen {
            (seen, moved) = (now, Instant::now());
            eprintln!("{} still on their way", tally.lost());
        } else if moved.elapsed() > STILL_MAX {
            return Ok(tally);
        }
        sleep(Duration::from_millis(200).max(began.elapsed() * PAUSES)).await;
    }
}
