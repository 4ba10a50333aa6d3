//! G9: bounds held against what the dispatcher has in memory, after each of its turns.

use crate::plans;
use crate::world::World;
use oxgate_dispatch::Held;
use oxgate_dispatch::runner::{HOUSEKEEPING_AT_ONCE, LOADS_AT_ONCE};
use oxgate_dispatch::scheduler::HELD_WINDOWS;

/// Order keys of one delivery at most: a merge names two patients, each by one identifier here.
const KEYS_EACH: usize = 2;

/// What is in memory is within the window, whatever waits in the store.
pub(crate) fn check(world: &World, held: &Held) {
    let window = world.scenario.window;
    for lane in &held.windows {
        if lane.active > window + lane.busy || lane.held > window * HELD_WINDOWS + lane.busy {
            world.broken("G9", &format!("a window of {window} holds {lane:?}"));
        }
        if lane.keys > (lane.active + lane.held) * KEYS_EACH {
            world.broken("G9", &format!("queues of keys outlive their deliveries: {lane:?}"));
        }
    }
    for (target, attempts) in &held.attempts {
        if *attempts > plans::spec(world, target).concurrency as usize {
            world.broken("G9", &format!("{attempts} attempts at {target} at once"));
        }
    }
    if held.reads > LOADS_AT_ONCE || held.housekeeping > HOUSEKEEPING_AT_ONCE {
        world.broken("G9", &format!("{} reads and {} records at once", held.reads, held.housekeeping));
    }
}
