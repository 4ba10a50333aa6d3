//! The handler that comes late: it gets every event from its time on, once, and each before what follows it.

use crate::plans::{LATE, LATE_TAKES};
use crate::rest;
use crate::world::World;
use oxgate_core::{Direction, EventId, Flags};
use oxgate_inbound::Inbound;
use oxgate_store::view::{DeliveryRow, EventRow};
use oxgate_store::{ReadError, Store};
use std::time::Duration;

/// Before the store is asked again, as the binary does it.
const PAUSE: Duration = Duration::from_secs(2);

/// Gives what was there before, as the binary does it, in batches so small that a crash finds one under way.
pub(crate) async fn catch_up(world: &World, inbound: &Inbound) {
    loop {
        let at_once = usize::try_from(world.chance.among(1..6)).unwrap_or(1);
        match inbound.catch_up(at_once).await {
            // On a busy machine other things come first.
            Ok(true) => tokio::time::sleep(world.chance.millis(0..20_000)).await,
            Ok(false) if inbound.have_all_caught_up().await.unwrap_or(false) => return,
            Ok(false) | Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// G3: nothing leaves for the late handler while something that it is to get is accepted before it and not even given. Once
/// it is said to have caught up that is lost, G1.
pub(crate) fn attempt(world: &World, store: &Store, event: EventId) {
    let (Ok(events), Ok(places)) = (rest::events(store), store.look(|reads| reads.catch_ups())) else { return };
    let is_done = places.iter().any(|place| place.target == LATE && place.is_done());
    let guarantee = if is_done { "G1" } else { "G3" };
    for earlier in events.iter().filter(|one| one.id.seq < event.seq && is_for_it(world, one)) {
        if matches!(given(store, earlier), Ok(rows) if rows.is_empty()) {
            return world
                .broken(guarantee, &format!("{event} leaves for `{LATE}`, which was not given {}", earlier.id));
        }
    }
}

/// G1 and G2: at rest it was given every event that it is to get, each once.
pub(crate) fn check(world: &World, store: &Store, events: &[EventRow]) -> Result<(), ReadError> {
    for event in events.iter().filter(|event| is_for_it(world, event)) {
        let given = given(store, event)?;
        // What a person has released or replayed there stands at the tail.
        let in_place = given.iter().filter(|row| row.rank == event.id.seq).count();
        if given.is_empty() {
            world.broken("G1", &format!("`{LATE}` was never given {}", event.id));
        } else if in_place > 1 {
            world.broken("G2", &format!("`{LATE}` was given {} more than once", event.id));
        }
    }
    Ok(())
}

/// What a person has made of an event goes where the person said.
fn is_for_it(world: &World, event: &EventRow) -> bool {
    let Some(since) = world.configuration().late else { return false };
    let by_itself = event.parent.is_none() || event.door == crate::plans::COPIES;
    event.direction == Direction::Inbound
        && by_itself
        && event.accepted_at >= since
        && !event.flags.has(Flags::UNREADABLE)
        && LATE_TAKES.contains(&event.address.model.as_str())
}

/// The event's deliveries to it.
fn given(store: &Store, event: &EventRow) -> Result<Vec<DeliveryRow>, ReadError> {
    let mut rows = store.look(|reads| reads.deliveries(event.id))?;
    rows.retain(|row| row.target == LATE);
    Ok(rows)
}
