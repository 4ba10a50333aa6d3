//! In order (guarantee G3) across a change of `lane_by` or `order_by` while something waits.

use super::bed::{Bed, Open};
use super::sample::{self, delivery, refusal};
use oxgate_core::delivery::{OnPark, Policy};
use oxgate_core::lane::{LaneAct, LaneBy, LaneScope, LaneState};
use oxgate_core::order::OrderBy;
use oxgate_core::{DeliveryId, Fact, OrderKeys, Reason, State};
use oxgate_store::command::{Accept, Command, LaneChange, NewDelivery};
use oxgate_store::view::LaneRow;
use std::time::Duration;

const CONTINUE: Policy = Policy { failures_max: 1, failures_span: Duration::ZERO, ..Policy::HANDLER };
const HOLD_LANE: Policy = Policy { on_park: OnPark::HoldLane, ..CONTINUE };
const HOLD_KEY: Policy = Policy { on_park: OnPark::HoldKey, ..CONTINUE };

/// A target's configuration, as far as it says in which order its deliveries go.
#[derive(Clone, Copy)]
struct Rule(&'static [LaneBy], OrderBy);

const BY_MODEL: Rule = Rule(&[LaneBy::Endpoint, LaneBy::Model], OrderBy::All);
const BY_ENDPOINT: Rule = Rule(&[LaneBy::Endpoint], OrderBy::All);
const BY_PATIENT: Rule = Rule(&[LaneBy::Endpoint, LaneBy::Model], OrderBy::Patient);
const BY_ORDER: Rule = Rule(&[LaneBy::Endpoint, LaneBy::Model], OrderBy::Order);

impl Rule {
    fn keys(self, key: u64) -> OrderKeys {
        if self.1 == OrderBy::All { OrderKeys::All } else { OrderKeys::Some(vec![key]) }
    }

    fn delivery(self, model: &str, key: u64) -> NewDelivery {
        let address = oxgate_core::Address { model: model.into(), ..sample::event(0).address };
        NewDelivery { scope: LaneScope::of(self.0, self.1, "main", &address), ..delivery("app", self.keys(key)) }
    }

    fn accept<O: Open>(self, bed: &mut Bed<O>, body: u64, model: &str) -> DeliveryId {
        bed.accept(Accept { deliveries: vec![self.delivery(model, 7)], ..sample::accept(body) })
    }
}

fn lane<O: Open>(bed: &Bed<O>, id: DeliveryId) -> LaneRow {
    let lane = bed.delivery(id).lane;
    bed.read(|reads| reads.lanes()).into_iter().find(|row| row.id == lane).unwrap()
}

/// Whether the delivery's lane lets it start.
fn may_start<O: Open>(bed: &Bed<O>, id: DeliveryId) -> bool {
    lane(bed, id).state.starts_through().is_some_and(|through| bed.delivery(id).rank <= through)
}

fn settle<O: Open>(bed: &mut Bed<O>, id: DeliveryId) {
    assert!(may_start(bed, id), "{id} waits");
    bed.fact(id, Fact::Accepted, Policy::HANDLER);
}

pub(crate) fn g3_lanes_under_a_new_rule_wait_for_the_old_ones<O: Open>() {
    let mut bed = Bed::<O>::new();
    let old = [(1, "Order"), (2, "Results"), (3, "Order")].map(|(body, model)| BY_MODEL.accept(&mut bed, body, model));
    let new = [4, 5].map(|body| BY_ENDPOINT.accept(&mut bed, body, "Order"));
    let waits = LaneState::After { lane: bed.delivery(old[0]).lane, through: old[2].event.seq };
    assert_eq!(lane(&bed, new[0]).state, waits);
    assert_eq!(lane(&bed, new[0]).reason.as_str(), "order-changed");
    bed.reopen();
    assert_eq!(lane(&bed, new[0]).state, waits, "it survives a restart");
    let more = BY_ENDPOINT.accept(&mut bed, 6, "Scheduling");
    settle(&mut bed, old[0]);
    settle(&mut bed, old[2]);
    let on_other = LaneState::After { lane: bed.delivery(old[1]).lane, through: old[2].event.seq };
    assert_eq!(lane(&bed, new[0]).state, on_other, "the other old lane still has something");
    bed.fact(old[1], Fact::Cancel, Policy::HANDLER);
    for id in new.into_iter().chain([more]) {
        assert_eq!((lane(&bed, id).state, lane(&bed, id).reason), (LaneState::Open, Reason::NONE));
        settle(&mut bed, id);
    }
}

pub(crate) fn g3_another_order_in_the_same_lane_waits_for_what_is_there<O: Open>() {
    let mut bed = Bed::<O>::new();
    let old = BY_PATIENT.accept(&mut bed, 1, "Order");
    let new = BY_ORDER.accept(&mut bed, 2, "Order");
    assert_eq!(bed.delivery(old).lane, bed.delivery(new).lane);
    assert_eq!([old, new].map(|id| may_start(&bed, id)), [true, false], "their keys cannot be compared");
    bed.reopen();
    assert_eq!([old, new].map(|id| may_start(&bed, id)), [true, false]);
    bed.fact(old, Fact::Accepted, Policy::HANDLER);
    assert_eq!(lane(&bed, new).state, LaneState::Open);
}

pub(crate) fn g3_a_rule_that_goes_back_and_forth_keeps_the_order<O: Open>() {
    let mut bed = Bed::<O>::new();
    let rules = [BY_MODEL, BY_ENDPOINT, BY_MODEL, BY_PATIENT, BY_ENDPOINT];
    let ids: Vec<DeliveryId> = (1..).zip(rules).map(|(body, rule)| rule.accept(&mut bed, body, "Order")).collect();
    for (at, first) in ids.iter().enumerate() {
        for later in &ids[at + 1..] {
            assert!(!may_start(&bed, *later), "{later} comes after {first}");
        }
        settle(&mut bed, *first);
        bed.reopen();
    }
    let lanes = bed.read(|reads| reads.lanes());
    assert!(lanes.iter().all(|lane| lane.state == LaneState::Open), "{lanes:?}");
}

pub(crate) fn g3_a_parked_delivery_that_holds_its_lane_holds_what_comes_after_the_change<O: Open>() {
    for (policy, end) in [(HOLD_LANE, Fact::Release), (HOLD_LANE, Fact::Cancel), (HOLD_KEY, Fact::Cancel)] {
        let mut bed = Bed::<O>::new();
        let old = BY_PATIENT.accept(&mut bed, 1, "Order");
        bed.fact(old, refusal(), policy);
        let new = BY_ENDPOINT.accept(&mut bed, 2, "Order");
        assert!(!may_start(&bed, new), "{policy:?}: what must follow it waits for a person");
        bed.reopen();
        assert!(matches!(lane(&bed, new).state, LaneState::After { .. }));
        bed.fact(old, end.clone(), policy);
        if end == Fact::Release {
            assert!(!may_start(&bed, new), "it is open again, and comes first");
            settle(&mut bed, old);
        }
        settle(&mut bed, new);
    }
}

pub(crate) fn g3_a_parked_delivery_that_holds_nothing_is_not_waited_for<O: Open>() {
    let mut bed = Bed::<O>::new();
    let old = [1, 2].map(|body| BY_MODEL.accept(&mut bed, body, "Order"));
    let new = BY_ENDPOINT.accept(&mut bed, 3, "Order");
    settle(&mut bed, old[0]);
    assert!(!may_start(&bed, new));
    bed.fact(old[1], refusal(), CONTINUE);
    settle(&mut bed, new);
}

pub(crate) fn g3_a_release_from_before_the_change_comes_first_and_says_so<O: Open>() {
    let mut bed = Bed::<O>::new();
    let parked = [1, 2].map(|body| BY_MODEL.accept(&mut bed, body, "Order"));
    for id in parked {
        bed.fact(id, refusal(), CONTINUE);
    }
    let new = [3, 4].map(|body| BY_ENDPOINT.accept(&mut bed, body, "Order"));
    settle(&mut bed, new[0]);
    bed.reopen();
    bed.fact(parked[0], Fact::Release, CONTINUE);
    assert!(bed.delivery(parked[0]).out_of_order, "one under the new rule has gone");
    assert_eq!([parked[0], new[1]].map(|id| may_start(&bed, id)), [true, false]);
    settle(&mut bed, parked[0]);
    settle(&mut bed, new[1]);
    bed.fact(parked[1], Fact::Cancel, CONTINUE);
    // Nothing from before is left: the change is forgotten, and a release later finds nothing to wait for.
    let last = BY_ENDPOINT.accept(&mut bed, 5, "Order");
    assert_eq!(lane(&bed, last).state, LaneState::Open);
}

pub(crate) fn g3_what_is_released_between_two_changes_waits_for_what_is_before_the_first<O: Open>() {
    let mut bed = Bed::<O>::new();
    let old = BY_MODEL.accept(&mut bed, 1, "Order");
    bed.fact(old, refusal(), CONTINUE);
    let between = BY_ENDPOINT.accept(&mut bed, 2, "Order");
    assert!(may_start(&bed, between), "what is parked holds nothing");
    bed.fact(between, refusal(), CONTINUE);
    let last = BY_PATIENT.accept(&mut bed, 3, "Order");
    assert!(may_start(&bed, last));
    bed.fact(old, Fact::Release, CONTINUE);
    bed.fact(between, Fact::Release, CONTINUE);
    for (id, later) in [(old, [between, last].as_slice()), (between, &[last]), (last, &[])] {
        for later in later {
            assert!(!may_start(&bed, *later), "{later} comes after {id}");
        }
        bed.reopen();
        settle(&mut bed, id);
    }
}

pub(crate) fn lanes_that_share_nothing_do_not_wait<O: Open>() {
    let mut bed = Bed::<O>::new();
    let old = BY_MODEL.accept(&mut bed, 1, "Order");
    // Under the new rule too, the model tells them apart.
    let other = BY_PATIENT.accept(&mut bed, 2, "Results");
    let same = BY_PATIENT.accept(&mut bed, 3, "Order");
    assert_eq!([old, other, same].map(|id| may_start(&bed, id)), [true, true, false]);
    // Another target has rules of its own.
    let elsewhere = NewDelivery { target: "other".into(), ..BY_ORDER.delivery("Order", 7) };
    let elsewhere = bed.accept(Accept { deliveries: vec![elsewhere], ..sample::accept(4) });
    assert!(may_start(&bed, elsewhere));
}

pub(crate) fn a_change_without_a_backlog_leaves_no_trace<O: Open>() {
    let mut bed = Bed::<O>::new();
    let old = BY_MODEL.accept(&mut bed, 1, "Order");
    bed.fact(old, Fact::Accepted, Policy::HANDLER);
    let new = BY_ENDPOINT.accept(&mut bed, 2, "Order");
    assert_eq!(lane(&bed, new).state, LaneState::Open);
}

pub(crate) fn a_person_stops_and_starts_a_waiting_lane<O: Open>() {
    let mut bed = Bed::<O>::new();
    let old = BY_MODEL.accept(&mut bed, 1, "Order");
    let new = BY_ENDPOINT.accept(&mut bed, 2, "Order");
    let (id, waits) = (lane(&bed, new).id, lane(&bed, new).state);
    let act = |bed: &mut Bed<O>, act| {
        bed.run(Command::Lane(LaneChange { lane: id, act, seen: None, reason: Reason::BY_PERSON, actor: None }));
        lane(bed, new).state
    };
    assert_eq!(act(&mut bed, LaneAct::Pause), LaneState::Paused);
    assert_eq!(act(&mut bed, LaneAct::Resume), waits, "to resume is not to overtake");
    assert_eq!(act(&mut bed, LaneAct::Drain), LaneState::Paused, "nothing of it could start");
    settle(&mut bed, old);
    assert_eq!(lane(&bed, new).state, LaneState::Paused, "a person's word stands");
    assert_eq!(act(&mut bed, LaneAct::Resume), LaneState::Open);
    assert_eq!(bed.state(new), State::Queued);
}

pub(crate) fn what_ended_before_it_began_is_no_change_of_rule<O: Open>() {
    let mut bed = Bed::<O>::new();
    let old = BY_MODEL.accept(&mut bed, 1, "Order");
    let mut recorded = BY_ENDPOINT.delivery("Order", 7);
    recorded.delivery.state = State::Settled;
    bed.accept(Accept { deliveries: vec![recorded], ..sample::accept(2) });
    let next = BY_MODEL.accept(&mut bed, 3, "Order");
    assert_eq!([old, next].map(|id| may_start(&bed, id)), [true, true]);
}
