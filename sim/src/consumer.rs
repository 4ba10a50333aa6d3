//! Who leases from a pull handler: takes runs, handles them, says so, or falls silent and loses the lease.

use crate::checks;
use crate::life::Life;
use crate::plans::PULL;
use crate::world::World;
use oxgate_core::{DeliveryId, State};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// Leases again and again.
pub(crate) async fn lease(world: Arc<World>) {
    if !world.scenario.pull {
        return;
    }
    let mut handling = tokio::task::JoinSet::new();
    loop {
        tokio::time::sleep(world.chance.millis(500..20_000)).await;
        while handling.try_join_next().is_some() {}
        let Some(life) = world.living() else { continue };
        if world.app_is_down() || handling.len() > 4 {
            continue;
        }
        let ask = json!({
            "max": world.chance.among(1..6), "for": format!("{}s", world.chance.among(5..60)),
            "wait": format!("{}s", world.chance.among(0..10)),
        });
        let Some((200, run)) = life.call(&format!("/v1/inbox/{PULL}/lease"), &ask).await else { continue };
        let leased = ids(&run["deliveries"]);
        if leased.is_empty() {
            continue;
        }
        world.note("lease", format_args!("{} {leased:?}", run["lease"]));
        checks::leased(&world, &life.store, &leased);
        handling.spawn(handle(Arc::clone(&world), life, run["lease"].clone(), leased));
    }
}

fn ids(deliveries: &Value) -> Vec<DeliveryId> {
    let list = deliveries.as_array().into_iter().flatten();
    list.filter_map(|one| one["delivery"].as_str()?.parse().ok()).collect()
}

/// Handles a run and says what came of it; not always in time, and not always at all.
async fn handle(world: Arc<World>, life: Arc<Life>, lease: Value, run: Vec<DeliveryId>) {
    let now = world.clock.elapsed();
    for id in &run {
        world.witness().received.entry(*id).or_insert(now);
    }
    tokio::time::sleep(world.chance.millis(1..8_000)).await;
    if world.strikes(100) {
        // The consumer dies over it.
        return;
    }
    if world.chance.thousandth(200) {
        let longer = json!({ "lease": lease, "for": "30s" });
        if life.call(&format!("/v1/inbox/{PULL}/extend"), &longer).await.is_none() {
            return;
        }
        tokio::time::sleep(world.chance.millis(1..40_000)).await;
    }
    if world.strikes(world.scenario.poison) {
        return refuse(&world, &life, &lease, run[0]).await;
    }
    // All of them at once, or one after the other.
    let parts: Vec<&[DeliveryId]> = if world.chance.thousandth(500) { vec![&run[..]] } else { run.chunks(1).collect() };
    for part in parts {
        world.witness().acked.extend(part.iter().copied());
        let said = json!({ "lease": lease, "deliveries": part.iter().map(DeliveryId::to_string).collect::<Vec<_>>() });
        let Some((status, answer)) = life.call(&format!("/v1/inbox/{PULL}/ack"), &said).await else { return };
        world.note("ack", format_args!("{part:?} {status}"));
        if status != 200 {
            return;
        }
        durable(&world, &life, &answer);
        tokio::time::sleep(Duration::from_millis(world.chance.among(0..500))).await;
    }
}

/// G1: what an acknowledgement was answered for is on disk.
fn durable(world: &World, life: &Life, answer: &Value) {
    let list = answer["deliveries"].as_array().into_iter().flatten().filter(|one| one["state"] == "settled");
    for id in list.filter_map(|one| one["delivery"].as_str()?.parse().ok()) {
        let row = life.store.look(|reads| reads.delivery(id));
        if !matches!(row, Ok(Some(row)) if row.row.state == State::Settled) {
            return world.broken("G1", &format!("{id} is acknowledged by its consumer, and not on disk as settled"));
        }
    }
}

async fn refuse(world: &World, life: &Life, lease: &Value, id: DeliveryId) {
    let park = world.chance.thousandth(300);
    {
        let mut witness = world.witness();
        let seen = witness.attempts.entry(id).or_default();
        seen.event_failures += 1;
        seen.rejected += u32::from(park);
    }
    let said = json!({ "lease": lease, "deliveries": [id.to_string()], "retry_in": "20s", "park": park });
    let answer = life.call(&format!("/v1/inbox/{PULL}/nack"), &said).await;
    world.note("nack", format_args!("{id} park {park} {:?}", answer.map(|(status, _)| status)));
}
