//! Lanes: made on first use, changed by persons, blocked by parked deliveries.

use super::bed::{Bed, Open};
use super::sample::{accept, refusal};
use oxgate_core::delivery::{OnPark, Policy};
use oxgate_core::lane::LaneState;
use oxgate_core::{Fact, Reason};
use oxgate_store::command::{Actor, Command, LaneChange, Outcome};
use oxgate_store::view::Change;
use std::time::Duration;

fn change(lane: i64, state: LaneState) -> Command {
    let actor = Some(Actor { name: "operator".into(), why: "maintenance".into() });
    Command::Lane(LaneChange { lane, state, reason: Reason::BY_PERSON, actor })
}

fn state<O: Open>(bed: &Bed<O>, lane: i64) -> LaneState {
    bed.read(|reads| reads.lanes()).into_iter().find(|row| row.id == lane).unwrap().state
}

pub(crate) fn a_lane_is_made_once<O: Open>() {
    let mut bed = Bed::<O>::new();
    let applied = bed.group(&[Command::Accept(Box::new(accept(1))), Command::Accept(Box::new(accept(2)))]);
    let made = applied.changes.iter().filter(|change| matches!(change, Change::Lane(_))).count();
    assert_eq!(made, 1);
    assert!(matches!(applied.changes[0], Change::Lane(_)), "the lane is told before what is in it");
    bed.reopen();
    bed.accept(accept(3));
    let lanes = bed.read(|reads| reads.lanes());
    assert_eq!(lanes.len(), 1);
    assert_eq!((lanes[0].target.as_str(), lanes[0].label.as_str()), ("app", "endpoint=main model=PatientAdmin"));
}

pub(crate) fn a_person_pauses_and_resumes<O: Open>() {
    let mut bed = Bed::<O>::new();
    let id = bed.accept(accept(1));
    let lane = bed.delivery(id).lane;
    for wanted in [LaneState::Paused, LaneState::Draining, LaneState::Waiting { until: bed.now }, LaneState::Open] {
        assert_eq!(bed.run(change(lane, wanted.clone())), Outcome::Lane(true));
        bed.reopen();
        assert_eq!(state(&bed, lane), wanted);
    }
}

pub(crate) fn a_paused_lane_that_is_held_resumes_blocked<O: Open>() {
    let mut bed = Bed::<O>::new();
    let id = bed.accept(accept(1));
    let lane = bed.delivery(id).lane;
    bed.run(change(lane, LaneState::Paused));
    let strict =
        Policy { failures_max: 1, failures_span: Duration::ZERO, on_park: OnPark::HoldLane, ..Policy::HANDLER };
    bed.fact(id, refusal(), strict);
    assert_eq!(state(&bed, lane), LaneState::Paused);
    bed.run(change(lane, LaneState::Open));
    assert_eq!(state(&bed, lane), LaneState::Blocked { by: id });
    // A person who resumes a blocked lane means it.
    bed.run(change(lane, LaneState::Open));
    assert_eq!(state(&bed, lane), LaneState::Open);
    bed.fact(id, Fact::Cancel, strict);
    assert_eq!(state(&bed, lane), LaneState::Open);
}

pub(crate) fn an_orphaned_lane_is_reported<O: Open>() {
    let mut bed = Bed::<O>::with_ops(&["watch"]);
    let id = bed.accept(accept(1));
    let lane = bed.delivery(id).lane;
    for _ in 0..2 {
        bed.run(change(lane, LaneState::Orphaned));
    }
    let reports = bed.reports();
    assert_eq!(reports.len(), 1);
    assert_eq!((&reports[0]["type"], &reports[0]["data"]["lane"]), (&"lane.orphaned".into(), &lane.into()));
}

pub(crate) fn no_such_lane<O: Open>() {
    let mut bed = Bed::<O>::new();
    assert_eq!(bed.run(change(77, LaneState::Paused)), Outcome::Lane(false));
}
