//! The person in charge: decides what nobody else can, and now and then stops a lane, releases, reroutes, cancels, edits or
//! replays, one by one or by filter. All of it goes through the API, as a person's acts do.

use crate::bulk;
use crate::checks;
use crate::life::Life;
use crate::orphans;
use crate::plans::{self, AUDIT, is_redox};
use crate::world::{MARK, World};
use oxgate_core::lane::LaneState;
use oxgate_core::{Direction, EventId, Reason, State};
use oxgate_dispatch::UNROUTED;
use oxgate_store::view::DeliveryRow;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// Known to be in doubt for less than this, a send may still be on its way to Redox, and nobody can tell.
const DUST: Duration = Duration::from_mins(5);

/// Looks in again and again.
pub(crate) async fn watch(world: Arc<World>) {
    loop {
        let pause =
            if world.is_healed() { world.chance.millis(15_000..40_000) } else { world.chance.millis(60_000..400_000) };
        tokio::time::sleep(pause).await;
        if let Some(life) = world.living() {
            let _died = life.within(look(&world, &life)).await;
        }
    }
}

async fn look(world: &World, life: &Life) {
    let moody = !world.is_healed() && world.scenario.busy_operator;
    let Ok(lanes) = life.store.lanes().await else { return };
    for lane in &lanes {
        orphans::look_after(world, life, lane).await;
    }
    if (moody || world.is_healed()) && world.chance.thousandth(200) {
        bulk::releases(world, life).await;
    }
    let Ok(parked) = life.store.parked(None, None, 500).await else { return };
    for row in parked {
        checks::parked(world, &row);
        if let Some((path, body)) = decision(world, life, &row).await {
            act(world, life, &path, body).await;
        }
    }
    let Ok(lanes) = life.store.lanes().await else { return };
    for lane in lanes {
        let word = match lane.state {
            // A person may start it earlier, at the price of the order that is held against it here.
            LaneState::Paused if lane.reason == Reason::CATCHING_UP => continue,
            LaneState::Paused if world.is_healed() || world.chance.thousandth(400) => "resume",
            LaneState::Open if moody && world.chance.thousandth(100) => world.chance.one_of(&["pause", "drain"]),
            // What holds it holds it still when it resumes.
            LaneState::Blocked { .. } if moody && world.chance.thousandth(200) => "pause",
            _ => continue,
        };
        act(world, life, &format!("/v1/lanes/{}/{word}", lane.id), json!({})).await;
    }
    if moody && world.chance.thousandth(350) {
        replay(world, life).await;
    }
    if moody && world.chance.thousandth(150) {
        bulk::some(world, life).await;
    }
    if moody && world.chance.thousandth(150) {
        cancel_one(world, life).await;
    }
}

/// What is to be done about a parked delivery: where to say it, and what.
async fn decision(world: &World, life: &Life, row: &DeliveryRow) -> Option<(String, Value)> {
    let now = world.clock.elapsed();
    let since = *world.witness().doubted.entry((row.id, row.row.attempts)).or_insert(now);
    let long = now.saturating_sub(since) >= DUST;
    let (healed, moody) = (world.is_healed(), world.scenario.busy_operator);
    let on = |word: &str, body| Some((format!("/v1/deliveries/{}/{word}", row.id), body));
    if row.target == UNROUTED {
        let acts = healed || moody && world.chance.thousandth(100);
        let elsewhere = world.chance.thousandth(300);
        return match (acts, elsewhere) {
            (false, _) => None,
            (true, true) => on("reroute", json!({ "target": AUDIT })),
            (true, false) => on("cancel", json!({})),
        };
    }
    if row.row.reason == Reason::UNKNOWN_OUTCOME {
        // With Redox's own log in front of them.
        let taken = world.witness().attempts.get(&row.id).is_some_and(|seen| seen.taken > 0);
        let decided = if taken { "accepted" } else { "resend" };
        let acts = long && (healed || world.chance.thousandth(500));
        return if acts { on("release", json!({ "as": decided })) } else { None };
    }
    // Of such a message no event can ever be made.
    if row.row.reason.as_str() == "child-invalid" {
        return if healed { on("cancel", json!({})) } else { None };
    }
    if healed {
        return on("release", json!({}));
    }
    if !(moody && world.chance.thousandth(300)) {
        return None;
    }
    match world.chance.among(0..20) {
        0..3 => on("cancel", json!({})),
        3..6 => {
            let event = life.store.event(row.id.event).await.ok().flatten()?;
            on("reroute", json!({ "target": plans::alternative(&row.target, event.direction)? }))
        }
        6..9 => edited(life, row).await,
        _ => on("release", json!({})),
    }
}

/// The event once more, corrected, in the place of what is parked.
async fn edited(life: &Life, row: &DeliveryRow) -> Option<(String, Value)> {
    let event = life.store.event(row.id.event).await.ok().flatten()?;
    if event.direction == Direction::Ops {
        return None;
    }
    let mut body: Value = serde_json::from_slice(&life.store.body(event.id).await.ok().flatten()?).ok()?;
    // A person's own message: it is no transmission of Redox's.
    body["Meta"].as_object_mut()?.remove("Logs");
    body["Corrected"] = format!("{MARK} by hand").into();
    let order = json!({ "cancel": row.id.to_string(), "body": body });
    Some((format!("/v1/events/{}/resend", event.id), order))
}

/// An event that somebody has long had, once more.
async fn replay(world: &World, life: &Life) {
    let events: Vec<EventId> = world.witness().acknowledged().into_iter().map(|(event, ..)| event).collect();
    if events.is_empty() {
        return;
    }
    let event = world.chance.one_of(&events);
    let body = if world.chance.thousandth(200) { json!({ "target": AUDIT }) } else { json!({}) };
    bulk::replay(world, life, &format!("/v1/events/{event}/replay"), body).await;
}

/// Something that waits, or is just being sent, is not wanted any more.
async fn cancel_one(world: &World, life: &Life) {
    let Ok(open) = crate::verdict::open(&life.store) else { return };
    if open.is_empty() {
        return;
    }
    let index = usize::try_from(world.chance.among(0..open.len() as u64)).unwrap_or(0);
    let chosen = &open[index];
    let target = life.store.delivery(chosen.id).await.ok().flatten().map(|row| row.target);
    // What may have reached Redox is not called cancelled without a look into its log.
    if chosen.row.state == State::Unknown && target.is_some_and(|target| is_redox(&target)) {
        return;
    }
    act(world, life, &format!("/v1/deliveries/{}/cancel", chosen.id), json!({})).await;
}

/// Asks for an act. Refused, or lost with the gateway, it is asked again at the next look.
pub(crate) async fn act(world: &World, life: &Life, path: &str, mut body: Value) -> Option<(u16, Value)> {
    body["why"] = "simulated".into();
    let answer = life.call(path, &body).await;
    world.note("operator", format_args!("{path} {:?}", answer.as_ref().map(|(status, _)| status)));
    answer
}
