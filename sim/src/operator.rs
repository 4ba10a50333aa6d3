//! The person in charge: decides what nobody else can, and now and then stops a lane, releases or cancels.

use crate::checks;
use crate::life::{self, Life};
use crate::world::World;
use oxgate_core::lane::{LaneAct, LaneState};
use oxgate_core::{Clock, Fact, Reason, State};
use oxgate_dispatch::UNROUTED;
use oxgate_store::command::{Actor, LaneChange, Record};
use oxgate_store::view::DeliveryRow;
use std::sync::Arc;
use std::time::Duration;

/// Parked for less than this, a send may still be on its way to Redox, and nobody can tell.
const DUST: Duration = Duration::from_secs(10);

/// Looks in again and again.
pub(crate) async fn watch(world: Arc<World>) {
    loop {
        let pause =
            if world.is_healed() { world.chance.millis(15_000..40_000) } else { world.chance.millis(60_000..400_000) };
        tokio::time::sleep(pause).await;
        if let Some(life) = world.living() {
            life.within(look(&world, &life)).await;
        }
    }
}

async fn look(world: &World, life: &Life) {
    let Ok(parked) = life.store.parked(None, None, 500).await else { return };
    for row in parked {
        checks::parked(world, &row);
        if let Some(fact) = decision(world, &row) {
            act(world, life, &row, fact).await;
        }
    }
    let Ok(lanes) = life.store.lanes().await else { return };
    for lane in lanes {
        let act = match lane.state {
            LaneState::Paused if world.is_healed() || world.chance.thousandth(400) => LaneAct::Resume,
            LaneState::Open if !world.is_healed() && world.scenario.busy_operator && world.chance.thousandth(100) => {
                world.chance.one_of(&[LaneAct::Pause, LaneAct::Drain])
            }
            _ => continue,
        };
        world.note("operator", format_args!("lane {} {}", lane.id, act.as_str()));
        let seen = Some(lane.state);
        let change = LaneChange { lane: lane.id, act, seen, reason: Reason::BY_PERSON, actor: Some(actor()) };
        // Refused, it is asked again at the next look.
        let _again = life.store.lane(change).await;
    }
}

fn decision(world: &World, row: &DeliveryRow) -> Option<Fact> {
    let long = row.ended_at.is_none_or(|at| world.gateway_clock.now().since(at) >= DUST);
    let healed = world.is_healed();
    let moody = world.scenario.busy_operator;
    if row.target == UNROUTED {
        return (healed || moody && world.chance.thousandth(100)).then_some(Fact::Cancel);
    }
    if row.row.reason == Reason::UNKNOWN_OUTCOME {
        // With Redox's own log in front of them.
        let taken = world.witness().attempts.get(&row.id).is_some_and(|seen| seen.taken > 0);
        let decided = if taken { Fact::DecideAccepted } else { Fact::DecideResend };
        return (long && (healed || world.chance.thousandth(500))).then_some(decided);
    }
    if healed {
        return Some(Fact::Release);
    }
    (moody && world.chance.thousandth(300))
        .then(|| if world.chance.thousandth(150) { Fact::Cancel } else { Fact::Release })
}

async fn act(world: &World, life: &Life, row: &DeliveryRow, fact: Fact) {
    debug_assert_eq!(row.row.state, State::Parked, "only parked ones are listed");
    world.note("operator", format_args!("{} {}", row.id, fact.name()));
    let policy = life::spec(world, &row.target).policy;
    let record = Record { actor: Some(actor()), ..Record::new(row.id, fact, policy) };
    // Refused, it is asked again at the next look.
    let _again = life.store.record(record).await;
}

fn actor() -> Actor {
    Actor { name: "operator".to_owned(), why: "simulated".to_owned() }
}
