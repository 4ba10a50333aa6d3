//! The person in charge of what a handler has left behind that is gone from the configuration: another handler gets it, or
//! nobody.

use crate::life::Life;
use crate::operator::act;
use crate::plans::{APP, AUDIT};
use crate::verdict;
use crate::world::World;
use oxgate_core::DeliveryId;
use oxgate_store::ReadError;
use oxgate_store::view::LaneRow;
use serde_json::json;

/// Looks after one lane. As long as the handler may come back only somebody who is busy does.
pub(crate) async fn look_after(world: &World, life: &Life, lane: &LaneRow) {
    if lane.target != AUDIT || world.configuration().audit {
        return;
    }
    let moody = world.scenario.busy_operator && world.chance.thousandth(250);
    let Ok(left) = left(life, lane) else { return };
    if left.is_empty() || !(world.is_healed() || moody) {
        return;
    }
    if world.chance.thousandth(250) {
        act(world, life, &format!("/v1/lanes/{}/cancel", lane.id), json!({ "dry_run": false })).await;
        return;
    }
    let order = json!({ "target": APP, "dry_run": false });
    let answer = act(world, life, &format!("/v1/lanes/{}/reassign", lane.id), order).await;
    if answer.is_some_and(|(status, _)| status == 200) {
        taken_over(world, life, &left);
    }
}

/// What the lane has that has not ended.
fn left(life: &Life, lane: &LaneRow) -> Result<Vec<DeliveryId>, ReadError> {
    life.store.look(|reads| {
        let open = reads.window(lane.id, (0, 0), 10_000)?;
        let parked = reads.parked(Some(AUDIT), None, 1_000)?;
        let parked = parked.iter().filter(|row| row.lane == lane.id).map(|row| row.id);
        Ok(open.iter().map(|open| open.id).chain(parked).collect())
    })
}

/// From now on these come before what the other handler gets.
fn taken_over(world: &World, life: &Life, left: &[DeliveryId]) {
    let Ok(newest) = verdict::newest(&life.store) else { return };
    for id in left {
        let row = life.store.look(|reads| reads.delivery(*id));
        match row {
            Ok(Some(row)) if row.target == APP => _ = world.witness().taken_over.insert(*id, newest),
            Ok(Some(row)) if !row.row.state.has_ended() => {
                world.broken("G1", &format!("{id} was not handed over with the rest of its lane"));
            }
            Ok(Some(_)) | Err(_) => {}
            Ok(None) => world.broken("G1", &format!("{id} is gone with its lane")),
        }
    }
}
