//! Events for a target that came after them: once each, at their own place, however often the process ends meanwhile.

use crate::bed::{Bed, Open, opened};
use crate::sample::{NOON, accept, delivery};
use oxgate_core::delivery::Policy;
use oxgate_core::lane::{LaneAct, LaneScope, LaneState};
use oxgate_core::{Delivery, DeliveryId, EventId, Fact, OrderKeys, Reason, State, Timestamp};
use oxgate_store::command::{Accept, Actor, CatchUp, Command, Given, LaneChange, NewDelivery, Record};
use oxgate_store::view::{CatchUpRow, LaneRow, OpenDelivery};
use std::time::Duration;

const NEW: &str = "newcomer";

fn given(event: EventId) -> Given {
    Given { event, delivery: delivery(NEW, OrderKeys::All), unrouted: None }
}

fn batch(from: u64, through: u64, events: &[EventId]) -> Command {
    let given = events.iter().copied().map(given).collect();
    Command::CatchUp(CatchUp { target: NEW.into(), from, through, given, without_body: 0 })
}

fn begin<O: Open>(bed: &mut Bed<O>, last: u64) {
    bed.run(Command::BeginCatchUp { target: NEW.into(), since: Timestamp::ZERO, last });
}

fn place<O: Open>(bed: &Bed<O>) -> CatchUpRow {
    bed.read(|reads| reads.catch_ups()).remove(0)
}

fn lane<O: Open>(bed: &Bed<O>) -> LaneRow {
    bed.read(|reads| reads.lanes()).into_iter().find(|lane| lane.target == NEW).unwrap()
}

/// The open deliveries of the new target in the order in which they start.
fn window<O: Open>(bed: &Bed<O>) -> Vec<OpenDelivery> {
    let lane = lane(bed).id;
    bed.read(|reads| reads.window(lane, (0, 0), 1_000))
}

/// An event for both targets, as it comes once the new one has its route.
fn for_both(body: u64) -> Accept {
    let mut accept = accept(body);
    accept.deliveries.push(delivery(NEW, OrderKeys::All));
    accept
}

/// Four events that were here before.
fn old<O: Open>(bed: &mut Bed<O>) -> Vec<EventId> {
    (1..=4).map(|body| bed.accept(accept(body)).event).collect()
}

pub(crate) fn g3_events_from_before_go_first<O: Open>() {
    let mut bed = Bed::<O>::new();
    let before = old(&mut bed);
    begin(&mut bed, before[3].seq);
    let newer = bed.accept(for_both(5)).event;
    assert_eq!((lane(&bed).state, lane(&bed).reason), (LaneState::Paused, Reason::CATCHING_UP));
    let applied = bed.group(&[batch(0, before[1].seq, &before[..2])]);
    assert_eq!(opened(&applied.changes).len(), 2, "the dispatcher hears of them");
    assert_eq!(lane(&bed).state, LaneState::Paused);
    assert_eq!(bed.rows(batch(before[1].seq, before[3].seq, &before[2..])), 2);
    assert_eq!((lane(&bed).state, lane(&bed).reason), (LaneState::Open, Reason::NONE));
    let order: Vec<EventId> = window(&bed).iter().map(|open| open.id.event).collect();
    assert_eq!(order, [before, vec![newer]].concat());
    assert!(place(&bed).is_done());
    let after = bed.accept(for_both(6)).event;
    assert_eq!((lane(&bed).state, window(&bed).last().unwrap().id.event), (LaneState::Open, after));
}

pub(crate) fn g1_a_crash_loses_and_doubles_nothing<O: Open>() {
    let mut bed = Bed::<O>::with_ops(&["watch"]);
    let before = old(&mut bed);
    begin(&mut bed, before[3].seq);
    bed.reopen();
    // Beginning again changes nothing: the events that came meanwhile have their deliveries.
    begin(&mut bed, before[3].seq + 100);
    assert_eq!(bed.rows(batch(0, before[1].seq, &before[..2])), 2);
    bed.reopen();
    // The answer to the first batch was lost, so it comes again, whole or with more behind it.
    assert_eq!(bed.rows(batch(0, before[1].seq, &before[..2])), 0);
    assert_eq!(bed.rows(batch(0, before[3].seq, &before)), 0);
    let newer = bed.accept(for_both(5)).event;
    assert_eq!(lane(&bed).state, LaneState::Paused, "it still waits after a restart");
    assert_eq!(bed.reports(), Vec::<serde_json::Value>::new());
    assert_eq!(bed.rows(batch(before[1].seq, before[3].seq, &before[2..])), 2);
    bed.reopen();
    assert_eq!(bed.rows(batch(before[1].seq, before[3].seq, &before[2..])), 0);
    // Told by the batch that was the last, and by no repeat of it.
    let [told] = &bed.reports()[..] else { panic!("{:?}", bed.reports()) };
    assert_eq!(told["type"], "handler.caught_up");
    assert_eq!(told["data"], serde_json::json!({ "handler": NEW, "given": 4, "without_body": 0 }));
    let found = CatchUpRow {
        target: NEW.into(),
        since: Timestamp::ZERO,
        through: before[3].seq,
        last: before[3].seq,
        given: 4,
        without_body: 0,
    };
    assert_eq!(place(&bed), found);
    let events: Vec<EventId> = window(&bed).iter().map(|open| open.id.event).collect();
    assert_eq!(events, [before, vec![newer]].concat());
    assert_eq!(lane(&bed).state, LaneState::Open);
}

pub(crate) fn an_event_that_was_replayed_there_is_not_given_again<O: Open>() {
    let mut bed = Bed::<O>::new();
    let before = old(&mut bed);
    begin(&mut bed, before[3].seq);
    bed.fact(before[1].delivery(0), Fact::Accepted, Policy::HANDLER);
    let replay = Record {
        instead: Some(delivery(NEW, OrderKeys::All)),
        ..Record::new(before[1].delivery(0), Fact::Replay, Policy::HANDLER)
    };
    bed.record(replay);
    assert_eq!(bed.rows(batch(0, before[3].seq, &before)), 3);
    assert_eq!(window(&bed).len(), 4);
}

pub(crate) fn g4_an_unrouted_event_is_given_instead_of_staying_parked<O: Open>() {
    let mut bed = Bed::<O>::new();
    let mut unrouted = accept(1);
    unrouted.deliveries = vec![NewDelivery {
        target: "unrouted".into(),
        scope: LaneScope::default(),
        keys: OrderKeys::Free,
        delivery: Delivery::parked(NOON, Reason::UNROUTED),
    }];
    let parked: DeliveryId = bed.accept(unrouted);
    begin(&mut bed, parked.event.seq);
    let given = vec![Given { unrouted: Some(parked), ..given(parked.event) }];
    let through = parked.event.seq;
    bed.run(Command::CatchUp(CatchUp { target: NEW.into(), from: 0, through, given, without_body: 0 }));
    assert_eq!(bed.state(parked), State::Cancelled);
    assert_eq!(bed.state(parked.event.delivery(1)), State::Queued);
    let told = bed.read(|reads| reads.timeline(parked.event));
    assert!(told.iter().any(|entry| entry.what == "rerouted" && entry.delivery == Some(parked)), "{told:?}");
}

pub(crate) fn what_retention_has_removed_is_counted<O: Open>() {
    let mut bed = Bed::<O>::new();
    let gone = bed.accept(accept(1));
    bed.fact(gone, Fact::Accepted, Policy::HANDLER);
    bed.wait(Duration::from_hours(24 * 400));
    let kept = bed.accept(accept(2)).event;
    bed.rows(Command::Sweep { rows: 100 });
    begin(&mut bed, kept.seq);
    assert_eq!(bed.rows(batch(0, kept.seq, &[gone.event, kept])), 1);
    assert_eq!((place(&bed).given, place(&bed).without_body), (1, 1));
}

pub(crate) fn a_lane_that_a_person_paused_stays_paused<O: Open>() {
    let mut bed = Bed::<O>::new();
    let before = old(&mut bed);
    begin(&mut bed, before[3].seq);
    bed.accept(for_both(5));
    let actor = Some(Actor { name: "ops".into(), why: "not before Monday".into() });
    let pause = LaneChange { lane: lane(&bed).id, act: LaneAct::Pause, seen: None, reason: Reason::BY_PERSON, actor };
    bed.run(Command::Lane(pause));
    assert_eq!(bed.rows(batch(0, before[3].seq, &before)), 4);
    assert_eq!(lane(&bed).state, LaneState::Paused);
}

pub(crate) fn on_an_empty_store_nothing_waits<O: Open>() {
    let mut bed = Bed::<O>::new();
    begin(&mut bed, 0);
    assert!(place(&bed).is_done());
    bed.accept(for_both(1));
    assert_eq!(lane(&bed).state, LaneState::Open);
}
