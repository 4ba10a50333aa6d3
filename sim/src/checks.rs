//! Promises that are held against every step: before an attempt leaves, and whenever a delivery is parked.

use crate::across;
use crate::late;
use crate::plans::{self, AUDIT, LATE, PULL, is_redox};
use crate::witness::{Place, Reopened};
use crate::world::World;
use oxgate_core::delivery::OnPark;
use oxgate_core::{Clock, DeliveryId, EventId, OrderKeys, Reason, State, Timestamp};
use oxgate_dispatch::outage::TRIAL_AFTER;
use oxgate_dispatch::{Job, UNROUTED};
use oxgate_store::view::{Change, DeliveryRow, LaneRow, OpenDelivery};
use oxgate_store::{ReadError, Store};
use std::time::Duration;

/// A start is decided a moment before its attempt leaves: what became known within this time need not have been known
/// to it.
pub(crate) const MOMENT: Duration = Duration::from_secs(5);

/// More than a lane can have here.
const ALL: usize = 10_000;

/// What the store tells its dispatcher, seen just before it acts on it.
pub(crate) fn changes(world: &World, store: &Store, changes: &[Change]) {
    let now = world.clock.elapsed();
    let batch = {
        let mut witness = world.witness();
        witness.batches += 1;
        witness.batches
    };
    for change in changes {
        match change {
            Change::Open(open) => {
                world.note("open", format_args!("{} {} {}", open.id, open.row.state.as_str(), open.row.reason));
                let mut witness = world.witness();
                let place = Place { lane: open.lane, keys: open.keys.clone(), rank: open.rank };
                let first = witness.places.entry(open.id).or_insert(place).rank;
                if witness.parked.remove(&open.id).is_some() {
                    witness.reopened.insert(open.id, Reopened { at: now, batch });
                }
                drop(witness);
                if open.rank != first {
                    world.broken("G3", &format!("{} comes back at rank {}, not at {first}", open.id, open.rank));
                }
            }
            Change::Closed { id, state, .. } => {
                world.note("closed", format_args!("{id} {}", state.as_str()));
                if *state == State::Parked {
                    let mut witness = world.witness();
                    witness.parked.insert(*id, now);
                    witness.ever_parked.insert(*id);
                    drop(witness);
                    if let Ok(Some(row)) = store.look(|reads| reads.delivery(*id)) {
                        parked(world, &row);
                    }
                } else {
                    world.witness().parked.remove(id);
                }
            }
            Change::Lane(row) => world.note("lane", format_args!("{} {} {}", row.id, row.label, row.state.as_str())),
            Change::Overflow { lane } => world.note("overflow", format_args!("{lane}")),
        }
    }
}

/// G1: at the moment when an acknowledgement leaves, the event is in what a crash would leave.
pub(crate) fn acknowledged(world: &World, store: &Store, event: EventId) {
    if !matches!(store.look(|reads| reads.event(event)), Ok(Some(_))) {
        world.broken("G1", &format!("{event} is acknowledged, and not yet committed"));
    }
}

/// G4: what was parked had reason to be.
pub(crate) fn parked(world: &World, row: &DeliveryRow) {
    if row.row.state != State::Parked {
        return;
    }
    let seen = world.witness().attempts.get(&row.id).copied().unwrap_or_default();
    let justified = match row.target.as_str() {
        UNROUTED => [Reason::UNROUTED, Reason::UNREADABLE].contains(&row.row.reason),
        // A crash may have come between the start and the first byte, and nobody can tell.
        target if is_redox(target) && row.row.reason == Reason::UNKNOWN_OUTCOME => row.row.attempts > 0,
        _ if seen.rejected > 0 => true,
        target if is_redox(target) => false,
        target => {
            let limit = u32::from(plans::spec(world, target).policy.failures_max);
            let counted = seen.event_failures >= if row.row.reason == Reason::FAILURE_LIMIT { 1 } else { limit };
            // A consumer that refuses an event speaks for itself; of others the fault may be their own.
            let proved = |target: &str| world.witness().proved.get(target).copied() >= seen.first_failure;
            // Taken over, it may have been parked at the handler that it was made for.
            let before = across::is_taken_over(&row.lane_label) && proved(AUDIT);
            counted && (target == PULL || proved(target) || before)
        }
    };
    if !justified {
        world.broken("G4", &format!("{} is parked as {} after {seen:?}", row.id, row.row.reason));
    }
}

/// What holds when an attempt leaves: its place in the order, its lane, and for Redox that it is on disk.
pub(crate) fn attempt(world: &World, store: &Store, job: &Job) {
    let id = job.delivery;
    world.witness().attempts.entry(id).or_default().begun += 1;
    let Ok(Some(row)) = store.look(|reads| reads.delivery(id)) else {
        return world.broken("G1", &format!("{id} is being sent, and the store does not have it"));
    };
    if is_redox(&row.target) && row.row.state != State::Sending {
        return world.broken("G5", &format!("{id} leaves for Redox, and stands as {} on disk", row.row.state.as_str()));
    }
    let decided = world.gateway_clock.now().minus(just_set_ahead(world));
    if row.row.expires_at.is_some_and(|at| at.plus(Duration::from_mins(1)) < decided) {
        world.broken("G6", &format!("{id} is being sent although its time is over"));
    }
    if !row.row.state.is_open() {
        // A person has ended it a moment ago.
        return;
    }
    let Ok(lane) = lane(store, &row) else { return };
    let Some(me) = lane.open.iter().find(|open| open.id == id) else { return };
    in_order(world, me, &lane.open);
    not_held(world, &row.target, me, &lane);
    across::in_order(world, store, &row.target, me);
    if row.target == LATE {
        late::attempt(world, store, id.event);
    }
    told(world, job, me, store);
}

/// What holds when a consumer is handed a run: each of it has its place in the order, those before it in the run aside.
pub(crate) fn leased(world: &World, store: &Store, run: &[DeliveryId]) {
    for (index, id) in run.iter().enumerate() {
        let Ok(Some(row)) = store.look(|reads| reads.delivery(*id)) else {
            return world.broken("G1", &format!("{id} is leased, and the store does not have it"));
        };
        let Ok(mut lane) = lane(store, &row) else { return };
        lane.open.retain(|open| !run[..index].contains(&open.id));
        // A person has ended it a moment ago.
        let Some(me) = lane.open.iter().find(|open| open.id == *id) else { continue };
        in_order(world, me, &lane.open);
        not_held(world, &row.target, me, &lane);
        across::in_order(world, store, &row.target, me);
    }
}

/// A lane as it stands on disk.
struct Lane {
    row: Option<LaneRow>,
    open: Vec<OpenDelivery>,
    parked: Vec<DeliveryRow>,
}

fn lane(store: &Store, of: &DeliveryRow) -> Result<Lane, ReadError> {
    store.look(|reads| {
        let parked = reads.parked(Some(&of.target), None, 1_000)?;
        Ok(Lane {
            row: reads.lanes()?.into_iter().find(|row| row.id == of.lane),
            open: reads.window(of.lane, (0, 0), ALL)?,
            parked: parked.into_iter().filter(|row| row.lane == of.lane).collect(),
        })
    })
}

/// The place that a delivery was made at, whatever the store says by now; `rank` when its making went unseen.
fn place(world: &World, id: DeliveryId, rank: u64) -> (u64, u16) {
    (world.witness().places.get(&id).map_or(rank, |place| place.rank), id.n)
}

/// G3: every earlier open delivery of the lane that shares a key has left the open ones.
fn in_order(world: &World, me: &OpenDelivery, open: &[OpenDelivery]) {
    let now = world.clock.elapsed();
    let mine = place(world, me.id, me.rank);
    let precedes = |other: &&OpenDelivery| place(world, other.id, other.rank) < mine && other.keys.precedes(&me.keys);
    let before: Vec<&OpenDelivery> = open.iter().filter(precedes).collect();
    let witness = world.witness();
    let mine = witness.reopened.get(&me.id).map_or(0, |reopened| reopened.batch);
    // What was let go at once, or before this one, was known to be open when this one was picked.
    let just_opened =
        |id| witness.reopened.get(&id).is_some_and(|reopened| reopened.at + MOMENT > now && reopened.batch > mine);
    let blocking: Vec<DeliveryId> = before.iter().map(|other| other.id).filter(|id| !just_opened(*id)).collect();
    // The one exception: a head that has failed for long is set aside while one successor is tried.
    let is_trial = |head: &DeliveryId| {
        let seen = witness.attempts.get(head).copied().unwrap_or_default();
        seen.first_failure.is_some_and(|at| at + TRIAL_AFTER <= now + allowance(world))
    };
    let broken = match blocking.as_slice() {
        [] => None,
        [head] if is_trial(head) => None,
        [first, ..] => Some(*first),
    };
    drop(witness);
    let Some(first) = broken else { return };
    // The dispatcher took one whose time was over for ended; then it is its end that is missing on disk.
    let latest = world.gateway_clock.now().plus(set_back(world));
    let was_over = |other: &OpenDelivery| other.row.expires_at.is_some_and(|at| at <= latest);
    if open.iter().any(|other| other.id == first && was_over(other)) {
        return world.broken("G6", &format!("{first} is open although its time was over, and {} starts", me.id));
    }
    world.broken("G3", &format!("{} starts while {first} is open before it", me.id));
}

/// A clock that is set back has shown later times before.
fn set_back(world: &World) -> Duration {
    let back: i64 = world.scenario.clock_jumps.iter().map(|(_, by)| (*by).min(0)).sum();
    Duration::from_millis(back.unsigned_abs())
}

/// By how much the clock was set ahead a moment ago: what was decided just before saw an earlier time.
fn just_set_ahead(world: &World) -> Duration {
    let now = world.clock.elapsed();
    let jumps = world.scenario.clock_jumps.iter().filter(|(at, _)| *at <= now && now < *at + MOMENT);
    let ahead: i64 = jumps.map(|(_, by)| (*by).max(0)).sum();
    Duration::from_millis(u64::try_from(ahead).unwrap_or(0))
}

/// A clock that is set ahead makes an hour short.
fn allowance(world: &World) -> Duration {
    let ahead: i64 = world.scenario.clock_jumps.iter().map(|(_, by)| (*by).max(0)).sum();
    Duration::from_millis(u64::try_from(ahead).unwrap_or(0)) + MOMENT
}

/// G4: nothing passes a parked delivery that holds its lane or its key, and nothing starts in a lane that stands.
fn not_held(world: &World, target: &str, me: &OpenDelivery, lane: &Lane) {
    let now = world.clock.elapsed();
    let policy = plans::spec(world, target).policy;
    let gateway_now = world.gateway_clock.now();
    let fresh = |since: Timestamp| since.plus(MOMENT + allowance(world)) > gateway_now;
    for row in &lane.parked {
        let unknown = row.row.reason == Reason::UNKNOWN_OUTCOME;
        // It may stand on disk before anybody has heard of it.
        let unheard = || row.ended_at.is_none_or(fresh);
        let parked_now = |at: Option<Duration>| at.map_or_else(unheard, |at| at + MOMENT > now);
        let (parked_now, keys) = {
            let witness = world.witness();
            let at = witness.parked.get(&row.id);
            (parked_now(at.copied()), witness.places.get(&row.id).map(|place| place.keys.clone()))
        };
        let before = place(world, row.id, row.rank) < place(world, me.id, me.rank);
        let holds = match if unknown { policy.on_unknown } else { policy.on_park } {
            OnPark::Continue => false,
            // What was put in no order has no keys that it could hold, whatever came after a change of the rule.
            OnPark::HoldKey => before && keys.is_some_and(|keys| keys != OrderKeys::Free && keys.precedes(&me.keys)),
            OnPark::HoldLane => true,
        };
        if holds && !parked_now {
            world.broken("G4", &format!("{} starts although {} is parked and holds it", me.id, row.id));
        }
    }
    if let Some(row) = &lane.row
        && row.state.starts_through().is_none_or(|through| me.rank > through)
        && !fresh(row.since)
    {
        world.broken("G4", &format!("{} starts in a lane that is {}", me.id, row.state.as_str()));
    }
}

/// G3: who receives a delivery that was overtaken is told.
fn told(world: &World, job: &Job, me: &OpenDelivery, store: &Store) {
    let overtaker = {
        let witness = world.witness();
        let Some(reopened) = witness.reopened.get(&me.id).copied() else { return };
        let is_original = |id: DeliveryId, place: &Place| place.rank == id.event.seq;
        let Some(mine) = witness.places.get(&me.id).filter(|place| is_original(me.id, place)) else { return };
        let overtook = |(other, at): &(&DeliveryId, &Duration)| {
            let Some(place) = witness.places.get(*other).filter(|place| is_original(**other, place)) else {
                return false;
            };
            let later = (place.rank, other.n) > (mine.rank, me.id.n);
            **at < reopened.at && place.lane == me.lane && later && me.keys.precedes(&place.keys)
        };
        witness.received.iter().find(overtook).map(|(other, _)| *other)
    };
    let Some(other) = overtaker else { return };
    let settled = store.look(|reads| reads.delivery(other)).ok().flatten();
    let settled = settled.is_some_and(|row| row.row.state == State::Settled);
    if settled && !job.out_of_order && me.keys != OrderKeys::Free {
        world.broken("G3", &format!("{} was overtaken by {other}, and its handler is not told", me.id));
    }
}
