//! The person in charge, at large: releases, cancels and replays by filter, and what their answers promise.

use crate::life::Life;
use crate::operator::act;
use crate::plans::{APP, AUDIT};
use crate::rest;
use crate::verdict;
use crate::world::World;
use oxgate_core::DeliveryId;
use oxgate_store::{ReadError, Store};
use serde_json::{Value, json};

/// One act on many, now and then.
pub(crate) async fn some(world: &World, life: &Life) {
    match world.chance.among(0..10) {
        0..5 => releases(world, life).await,
        5..6 => cancels(world, life).await,
        _ => replays(world, life).await,
    }
}

/// Releases what is parked, all of it or what one handler has.
pub(crate) async fn releases(world: &World, life: &Life) {
    let mut order = json!({ "dry_run": false });
    if world.chance.thousandth(300) {
        order["target"] = world.chance.one_of(&[APP, AUDIT]).into();
    }
    if world.chance.thousandth(200) {
        order["limit"] = world.chance.among(1..4).into();
    }
    act(world, life, "/v1/releases", order).await;
}

/// Gives up what the application could not digest.
async fn cancels(world: &World, life: &Life) {
    let order = json!({ "target": APP, "limit": world.chance.among(1..4), "dry_run": false });
    act(world, life, "/v1/cancels", order).await;
}

/// Replays a few events of one kind.
async fn replays(world: &World, life: &Life) {
    let model = world.chance.one_of(&["PatientAdmin", "Results", "Notes", "Order"]);
    let order = json!({
        "events": { "model": model }, "state": "settled", "limit": world.chance.among(1..5), "dry_run": false,
    });
    let before = deliveries(&life.store);
    let answer = act(world, life, "/v1/replays", order).await;
    let (Some((200, said)), Ok(before), Ok(after)) = (answer, before, deliveries(&life.store)) else { return };
    let replayed = said["replayed"].as_u64().unwrap_or(0);
    if after < before + replayed {
        world
            .broken("G1", &format!("{replayed} events are replayed, and {} deliveries more are there", after - before));
    }
}

/// One event once more: what the answer names is on disk, behind everything that was accepted before.
pub(crate) async fn replay(world: &World, life: &Life, path: &str, order: Value) {
    let newest = verdict::newest(&life.store);
    let (Some((200, said)), Ok(newest)) = (act(world, life, path, order).await, newest) else { return };
    let named = said["deliveries"].as_array().into_iter().flatten();
    for id in named.filter_map(|id| id.as_str()?.parse::<DeliveryId>().ok()) {
        match life.store.look(|reads| reads.delivery(id)) {
            Ok(Some(row)) if row.rank <= newest => {
                world.broken("G3", &format!("the replay {id} ranks before what was accepted before it"));
            }
            Ok(None) => world.broken("G1", &format!("the replay {id} is promised, and not there")),
            Ok(Some(_)) | Err(_) => {}
        }
    }
}

/// How many deliveries there are.
fn deliveries(store: &Store) -> Result<u64, ReadError> {
    let mut count = 0;
    for event in rest::events(store)? {
        count += store.look(|reads| reads.deliveries(event.id))?.len() as u64;
    }
    Ok(count)
}
