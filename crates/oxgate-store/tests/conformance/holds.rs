//! Never stuck, never skipped silently (guarantee G4): what parking does to those behind, and what ends it.

use super::bed::{Bed, Open, opened};
use super::sample::{accept_keyed, delivery, fact, order, refusal};
use oxgate_core::delivery::{OnPark, Policy};
use oxgate_core::lane::{LaneBy, LaneScope, LaneState};
use oxgate_core::order::OrderBy;
use oxgate_core::{Address, Delivery, DeliveryId, Fact, OrderKeys, Reason, State};
use oxgate_store::command::{Accept, Command};
use std::time::Duration;

const HOLD_KEY: Policy =
    Policy { failures_max: 1, failures_span: Duration::ZERO, on_park: OnPark::HoldKey, ..Policy::HANDLER };

fn accept_with<O: Open>(bed: &mut Bed<O>, body: u64, keys: OrderKeys) -> DeliveryId {
    bed.accept(Accept { deliveries: vec![delivery("app", keys)], ..super::sample::accept(body) })
}

fn keyed<O: Open>(bed: &mut Bed<O>, body: u64, keys: &[u64]) -> DeliveryId {
    bed.accept(accept_keyed(body, keys))
}

pub(crate) fn g4_later_ones_of_the_key_are_held<O: Open>() {
    let mut bed = Bed::<O>::new();
    let before = keyed(&mut bed, 1, &[1]);
    let parked = keyed(&mut bed, 2, &[1, 2]);
    let (one, two, both) = (keyed(&mut bed, 3, &[1]), keyed(&mut bed, 4, &[2]), keyed(&mut bed, 5, &[2, 3]));
    let other = keyed(&mut bed, 6, &[3]);
    let applied = bed.group(&[Command::Record(Box::new(fact(parked, refusal(), HOLD_KEY)))]);
    let held = [one, two, both].map(|id| (id, State::Held));
    assert_eq!(opened(&applied.changes), held);
    assert_eq!([before, other].map(|id| bed.state(id)), [State::Queued; 2]);
    let applied = bed.group(&[Command::Record(Box::new(fact(parked, Fact::Cancel, HOLD_KEY)))]);
    assert_eq!(opened(&applied.changes), [one, two, both].map(|id| (id, State::Queued)));
}

pub(crate) fn g4_new_ones_of_a_held_key_start_held<O: Open>() {
    let mut bed = Bed::<O>::new();
    let parked = keyed(&mut bed, 1, &[1]);
    bed.fact(parked, refusal(), HOLD_KEY);
    let (held, free) = (keyed(&mut bed, 2, &[1]), keyed(&mut bed, 3, &[2]));
    let all = accept_with(&mut bed, 4, OrderKeys::All);
    let states = |bed: &Bed<O>| [held, free, all].map(|id| bed.state(id));
    assert_eq!(states(&bed), [State::Held, State::Queued, State::Held]);
    assert_eq!(bed.delivery(held).row.reason, Reason::KEY_HELD);
    bed.fact(parked, Fact::Release, HOLD_KEY);
    assert_eq!(states(&bed), [State::Queued; 3]);
    let after = keyed(&mut bed, 5, &[1]);
    assert_eq!(bed.state(after), State::Queued);
}

pub(crate) fn a_key_held_twice_is_released_once_both_end<O: Open>() {
    let mut bed = Bed::<O>::new();
    let (one, two) = (keyed(&mut bed, 1, &[1]), keyed(&mut bed, 2, &[2]));
    let both = keyed(&mut bed, 3, &[1, 2]);
    for id in [one, two] {
        bed.fact(id, refusal(), HOLD_KEY);
    }
    bed.fact(one, Fact::Cancel, HOLD_KEY);
    assert_eq!(bed.state(both), State::Held);
    bed.fact(two, Fact::Expire, HOLD_KEY);
    assert_eq!(bed.state(both), State::Queued);
}

pub(crate) fn a_barrier_is_held_by_any_key<O: Open>() {
    let mut bed = Bed::<O>::new();
    let parked = keyed(&mut bed, 1, &[1]);
    let old = accept_with(&mut bed, 2, OrderKeys::Barrier);
    bed.fact(parked, refusal(), HOLD_KEY);
    let new = accept_with(&mut bed, 3, OrderKeys::Barrier);
    assert_eq!([old, new].map(|id| bed.state(id)), [State::Held; 2]);
    bed.fact(parked, Fact::Cancel, HOLD_KEY);
    assert_eq!([old, new].map(|id| bed.state(id)), [State::Queued; 2]);
    // And one that is parked holds everything, even what waits for nothing else.
    bed.fact(old, refusal(), HOLD_KEY);
    let free = accept_with(&mut bed, 4, OrderKeys::Free);
    assert_eq!([new, free].map(|id| bed.state(id)), [State::Held; 2]);
}

pub(crate) fn free_ones_are_never_held<O: Open>() {
    let mut bed = Bed::<O>::new();
    let parked = accept_with(&mut bed, 1, OrderKeys::All);
    let old = accept_with(&mut bed, 2, OrderKeys::Free);
    bed.fact(parked, refusal(), HOLD_KEY);
    let new = accept_with(&mut bed, 3, OrderKeys::Free);
    assert_eq!([old, new].map(|id| bed.state(id)), [State::Queued; 2]);
    // A free one that is parked holds nobody.
    bed.fact(old, refusal(), HOLD_KEY);
    bed.fact(parked, Fact::Cancel, HOLD_KEY);
    let after = accept_with(&mut bed, 4, OrderKeys::All);
    assert_eq!(bed.state(after), State::Queued);
}

pub(crate) fn holds_stay_inside_their_lane<O: Open>() {
    let mut bed = Bed::<O>::new();
    let parked = keyed(&mut bed, 1, &[1]);
    bed.fact(parked, refusal(), HOLD_KEY);
    let mut elsewhere = accept_keyed(2, &[1]);
    elsewhere.deliveries[0].scope = LaneScope::of(&[LaneBy::Endpoint], OrderBy::All, "side", &Address::default());
    let elsewhere = bed.accept(elsewhere);
    assert_eq!(bed.state(elsewhere), State::Queued);
}

pub(crate) fn holds_survive_a_reopen<O: Open>() {
    let mut bed = Bed::<O>::new();
    let parked = keyed(&mut bed, 1, &[1]);
    bed.fact(parked, refusal(), HOLD_KEY);
    bed.reopen();
    let held = keyed(&mut bed, 2, &[1]);
    assert_eq!(bed.state(held), State::Held);
    bed.reopen();
    bed.fact(parked, Fact::Release, HOLD_KEY);
    assert_eq!(bed.state(held), State::Queued);
}

fn unknown<O: Open>(bed: &mut Bed<O>, body: u64) -> DeliveryId {
    let id = bed.submit(order(body, "o-1", &[]));
    bed.fact(id, Fact::Start { ticket: 1 }, Policy::REDOX);
    let lost = Fact::NoOutcome { reason: Reason::TIMEOUT, check_at: bed.now };
    bed.fact(id, lost, Policy::REDOX);
    id
}

fn lane_of<O: Open>(bed: &Bed<O>, id: DeliveryId) -> LaneState {
    let lane = bed.delivery(id).lane;
    bed.read(|reads| reads.lanes()).into_iter().find(|row| row.id == lane).unwrap().state
}

pub(crate) fn g4_an_unknown_send_blocks_its_lane<O: Open>() {
    let mut bed = Bed::<O>::with_ops(&["watch"]);
    let id = unknown(&mut bed, 1);
    bed.fact(id, Fact::EvidenceAmbiguous, Policy::REDOX);
    assert_eq!(lane_of(&bed, id), LaneState::Blocked { by: id });
    bed.reopen();
    assert_eq!(lane_of(&bed, id), LaneState::Blocked { by: id });
    let told: Vec<_> = bed.reports().iter().map(|report| report["type"].clone()).collect();
    assert_eq!(told, ["delivery.parked", "lane.blocked"]);
    bed.fact(id, Fact::DecideAccepted, Policy::REDOX);
    assert_eq!(lane_of(&bed, id), LaneState::Open);
}

pub(crate) fn a_lane_stays_blocked_until_the_last_hold_ends<O: Open>() {
    let mut bed = Bed::<O>::new();
    let (first, second) = (unknown(&mut bed, 1), unknown(&mut bed, 2));
    for id in [second, first] {
        bed.fact(id, Fact::EvidenceAmbiguous, Policy::REDOX);
    }
    bed.fact(second, Fact::DecideAccepted, Policy::REDOX);
    assert_eq!(lane_of(&bed, first), LaneState::Blocked { by: first });
    bed.fact(first, Fact::Cancel, Policy::REDOX);
    assert_eq!(lane_of(&bed, first), LaneState::Open);
}

pub(crate) fn a_parked_delivery_is_reported_once<O: Open>() {
    let mut bed = Bed::<O>::with_ops(&["watch", "pager"]);
    let id = keyed(&mut bed, 1, &[1]);
    bed.fact(id, refusal(), HOLD_KEY);
    let reports = bed.reports();
    assert_eq!(reports.len(), 1);
    let data = &reports[0]["data"];
    assert_eq!(reports[0]["type"], "delivery.parked");
    assert_eq!(reports[0]["timestamp"], bed.now.to_string());
    assert_eq!(data["delivery"], id.to_string());
    assert_eq!(data["kind"], "PatientAdmin.Arrival");
    assert_eq!(data["target"], "app");
    assert_eq!(data["label"], "endpoint=main model=PatientAdmin");
    assert_eq!(data["reason"], "http-400");
    // One event, one delivery for each target of kind ops.
    let lanes = bed.read(|reads| reads.busy_lanes());
    let targets: Vec<_> = lanes.iter().map(|lane| lane.target.as_str()).collect();
    assert_eq!(targets, ["watch", "pager"]);
    // One that is parked from the start is reported as well.
    let mut unrouted = super::sample::accept(2);
    unrouted.deliveries[0].delivery = Delivery::parked(bed.now, Reason::UNROUTED);
    bed.accept(unrouted);
    assert_eq!(bed.reports()[1]["data"]["reason"], "unrouted");
}

pub(crate) fn a_parked_report_is_not_reported<O: Open>() {
    let mut bed = Bed::<O>::with_ops(&["watch"]);
    let id = keyed(&mut bed, 1, &[1]);
    let applied = bed.group(&[Command::Record(Box::new(fact(id, refusal(), HOLD_KEY)))]);
    let report = opened(&applied.changes)[0].0;
    let strict = Policy { on_park: OnPark::HoldLane, ..HOLD_KEY };
    assert_eq!(bed.fact(report, refusal(), strict).0, State::Parked);
    assert_eq!(bed.reports().len(), 1);
}
