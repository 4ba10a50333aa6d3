//! Order where lanes and keys cannot tell it: across a change of the rules for a target, and across a change of hands.

use crate::checks::MOMENT;
use crate::configuration::{Configuration, OrderRule};
use crate::plans::{self, APP, AUDIT, AUDIT_RULE, PULL, is_redox};
use crate::world::World;
use oxgate_core::delivery::OnPark;
use oxgate_core::lane::LaneScope;
use oxgate_core::order::OrderBy;
use oxgate_core::{Address, DeliveryId, EventId, Reason};
use oxgate_store::view::{DeliveryRow, LaneRow, OpenDelivery};
use oxgate_store::{ReadError, Store};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What an acknowledged event says about its place in an order.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    door: String,
    address: Address,
    /// Whom it is about; nobody when that cannot be told.
    patients: BTreeSet<String>,
}

/// An event has been acknowledged: from now on it comes before what arrives.
pub(crate) fn heard(world: &World, store: &Store, event: EventId, body: &[u8]) {
    if world.scenario.restarts.is_empty() {
        return;
    }
    let Ok(Some(row)) = store.look(|reads| reads.event(event)) else { return };
    let message: Value = serde_json::from_slice(body).unwrap_or_default();
    let named = |member: &str| message["Patient"][member].as_array().cloned().unwrap_or_default();
    let all = named("Identifiers").into_iter().chain(named("PreviousIdentifiers"));
    let patients = all.map(|one| format!("{} {}", one["IDType"], one["ID"])).collect();
    let subject = Subject { door: row.door, address: row.address, patients };
    world.witness().subjects.insert(event, subject);
}

impl OrderRule {
    /// Whether one of two events waits for the other by this rule. Of visits nothing is said: hardly two share one.
    fn relates(self, one: &Subject, other: &Subject) -> bool {
        let scope = |of: &Subject| LaneScope::of(self.lane_by, self.order_by, &of.door, &of.address);
        let share = match self.order_by {
            OrderBy::All => true,
            OrderBy::Patient => {
                one.patients.is_empty() || other.patients.is_empty() || !one.patients.is_disjoint(&other.patients)
            }
            OrderBy::Visit | OrderBy::Order | OrderBy::None => false,
        };
        share && scope(one).as_str() == scope(other).as_str()
    }
}

/// The rule by which this target's deliveries are made.
fn rule(configuration: &Configuration, target: &str) -> OrderRule {
    match target {
        APP | PULL => configuration.app,
        target if is_redox(target) => configuration.redox,
        _ => AUDIT_RULE,
    }
}

/// Something of a target that has not ended.
struct Left {
    id: DeliveryId,
    lane: i64,
    rank: u64,
    is_parked: bool,
    reason: Reason,
}

impl From<&OpenDelivery> for Left {
    fn from(open: &OpenDelivery) -> Self {
        Self { id: open.id, lane: open.lane, rank: open.rank, is_parked: false, reason: open.row.reason.clone() }
    }
}

impl From<&DeliveryRow> for Left {
    fn from(row: &DeliveryRow) -> Self {
        Self { id: row.id, lane: row.lane, rank: row.rank, is_parked: true, reason: row.row.reason.clone() }
    }
}

/// G3, and G4 for what is parked and holds: what was acknowledged before an event arrived, for the same target, comes first
/// where one of the two's rules puts them in order. Within one lane and rule [`checks`](crate::checks) holds it.
pub(crate) fn in_order(world: &World, store: &Store, target: &str, me: &OpenDelivery) {
    if world.scenario.restarts.is_empty() || me.rank != me.id.event.seq {
        return;
    }
    let Some(mine) = world.witness().subjects.get(&me.id.event).cloned() else { return };
    let Ok((lanes, left)) = left(store, target) else { return };
    let taken_over = |lane| lanes.get(&lane).is_some_and(|row: &LaneRow| is_taken_over(&row.label));
    if taken_over(me.lane) {
        return;
    }
    let my_rule = rule(&world.configuration_at(me.id.event.seq), target);
    for other in left.iter().filter(|other| other.id != me.id && other.rank == other.id.event.seq) {
        let moved = taken_over(other.lane);
        let (arrived, by) = {
            let witness = world.witness();
            let arrived = if moved { witness.taken_over.get(&other.id).copied() } else { Some(other.rank) };
            (arrived, if moved { AUDIT } else { target })
        };
        let its_rule = rule(&world.configuration_at(other.rank), by);
        let told_by_lane = other.lane == me.lane && its_rule == my_rule;
        if arrived.is_none_or(|arrived| arrived >= me.id.event.seq) || told_by_lane {
            continue;
        }
        let Some(its) = world.witness().subjects.get(&other.id.event).cloned() else { continue };
        if (its_rule.relates(&its, &mine) || my_rule.relates(&its, &mine)) && holds(world, target, other, its_rule) {
            let (guarantee, is) =
                if other.is_parked { ("G4", "parked and holds it") } else { ("G3", "open before it") };
            return world.broken(guarantee, &format!("{} starts across a change, and {} is {is}", me.id, other.id));
        }
    }
}

/// Whether what is left keeps others waiting, and that has been known for a moment.
fn holds(world: &World, target: &str, other: &Left, its_rule: OrderRule) -> bool {
    let now = world.clock.elapsed();
    let policy = plans::spec(world, target).policy;
    let witness = world.witness();
    if !other.is_parked {
        return witness.reopened.get(&other.id).is_none_or(|reopened| reopened.at + MOMENT <= now);
    }
    let known = witness.parked.get(&other.id).is_some_and(|at| *at + MOMENT <= now);
    let on_park = if other.reason == Reason::UNKNOWN_OUTCOME { policy.on_unknown } else { policy.on_park };
    known
        && match on_park {
            OnPark::Continue => false,
            OnPark::HoldKey => its_rule.order_by != OrderBy::None,
            OnPark::HoldLane => true,
        }
}

/// Whether a lane of this label was made for what another target had.
pub(crate) fn is_taken_over(label: &str) -> bool {
    label.starts_with("reassigned:")
}

fn left(store: &Store, target: &str) -> Result<(BTreeMap<i64, LaneRow>, Vec<Left>), ReadError> {
    store.look(|reads| {
        let lanes: BTreeMap<i64, LaneRow> =
            reads.lanes()?.into_iter().filter(|lane| lane.target == target).map(|lane| (lane.id, lane)).collect();
        let mut left: Vec<Left> = reads.parked(Some(target), None, 1_000)?.iter().map(Left::from).collect();
        for lane in lanes.keys() {
            left.extend(reads.window(*lane, (0, 0), 10_000)?.iter().map(Left::from));
        }
        Ok((lanes, left))
    })
}
