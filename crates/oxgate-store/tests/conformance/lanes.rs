//! Lanes: made on first use, changed by persons, blocked by parked deliveries.

use super::bed::{Bed, Open};
use super::sample::{accept, refusal};
use oxgate_core::delivery::{OnPark, Policy};
use oxgate_core::lane::{LaneAct, LaneState};
use oxgate_core::{Fact, Reason, State};
use oxgate_store::command::{Actor, Command, LaneChange, LaneChanged, Outcome};
use oxgate_store::view::Change;
use std::time::Duration;

const STRICT: Policy =
    Policy { failures_max: 1, failures_span: Duration::ZERO, on_park: OnPark::HoldLane, ..Policy::HANDLER };

fn person() -> Actor {
    Actor { name: "operator".into(), why: "maintenance".into() }
}

fn change(lane: i64, act: LaneAct) -> Command {
    Command::Lane(LaneChange { lane, act, seen: None, reason: Reason::BY_PERSON, actor: Some(person()) })
}

/// Changes a lane that is there; the state it has then.
fn act<O: Open>(bed: &mut Bed<O>, lane: i64, act: LaneAct) -> LaneState {
    match bed.run(change(lane, act)) {
        Outcome::Lane(LaneChanged::Done(row)) => row.state,
        other => panic!("{other:?}"),
    }
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
    for (asked, wanted) in [(LaneAct::Pause, LaneState::Paused), (LaneAct::Resume, LaneState::Open)] {
        assert_eq!(act(&mut bed, lane, asked), wanted);
        bed.reopen();
        assert_eq!(state(&bed, lane), wanted);
    }
}

pub(crate) fn a_drain_ends_when_what_was_there_has_gone<O: Open>() {
    let mut bed = Bed::<O>::new();
    let ids = [1, 2].map(|body| bed.accept(accept(body)));
    let lane = bed.delivery(ids[0]).lane;
    let draining = LaneState::Draining { through: ids[1].event.seq };
    assert_eq!(act(&mut bed, lane, LaneAct::Drain), draining);
    let later = bed.accept(accept(3));
    bed.fact(ids[0], Fact::Accepted, Policy::HANDLER);
    bed.reopen();
    assert_eq!(state(&bed, lane), draining);
    bed.fact(ids[1], Fact::Cancel, Policy::HANDLER);
    assert_eq!((state(&bed, lane), bed.state(later)), (LaneState::Paused, State::Queued));
    // Nothing of before is left, so there is nothing to wait for.
    bed.fact(later, Fact::Accepted, Policy::HANDLER);
    assert_eq!(act(&mut bed, lane, LaneAct::Drain), LaneState::Paused);
}

pub(crate) fn a_drain_that_meets_a_hold_is_over<O: Open>() {
    let mut bed = Bed::<O>::new();
    let ids = [1, 2].map(|body| bed.accept(accept(body)));
    let lane = bed.delivery(ids[0]).lane;
    act(&mut bed, lane, LaneAct::Drain);
    bed.fact(ids[0], refusal(), STRICT);
    assert_eq!(state(&bed, lane), LaneState::Paused);
    assert_eq!(act(&mut bed, lane, LaneAct::Resume), LaneState::Blocked { by: ids[0] });
    assert_eq!(act(&mut bed, lane, LaneAct::Drain), LaneState::Paused, "it can start nothing");
}

pub(crate) fn a_paused_lane_that_is_held_resumes_blocked<O: Open>() {
    let mut bed = Bed::<O>::new();
    let id = bed.accept(accept(1));
    let lane = bed.delivery(id).lane;
    act(&mut bed, lane, LaneAct::Pause);
    bed.fact(id, refusal(), STRICT);
    assert_eq!(state(&bed, lane), LaneState::Paused);
    for _ in 0..2 {
        assert_eq!(act(&mut bed, lane, LaneAct::Resume), LaneState::Blocked { by: id });
    }
    bed.fact(id, Fact::Cancel, STRICT);
    assert_eq!(state(&bed, lane), LaneState::Open);
}

pub(crate) fn g4_a_change_decided_by_an_older_state_changes_nothing<O: Open>() {
    let mut bed = Bed::<O>::with_ops(&["watch"]);
    let id = bed.accept(accept(1));
    let lane = bed.delivery(id).lane;
    let seen = bed.read(|reads| reads.lanes())[0].clone();
    let asked = |act, seen: &LaneState| {
        let seen = Some(seen.clone());
        Command::Lane(LaneChange { lane, act, seen, reason: Reason::word("target-gone"), actor: None })
    };
    act(&mut bed, lane, LaneAct::Pause);
    let paused = bed.read(|reads| reads.lanes())[0].clone();
    // The dispatcher saw an open lane whose target is gone; a person has paused it meanwhile.
    let applied = bed.group(&[asked(LaneAct::Orphan, &seen.state)]);
    assert_eq!(applied.outcomes, [Outcome::Lane(LaneChanged::Moved(paused.clone()))]);
    assert!(!applied.wrote && applied.changes.is_empty());
    assert_eq!(bed.reports(), Vec::<serde_json::Value>::new(), "nobody is told of what did not happen");
    assert_eq!(bed.read(|reads| reads.lanes())[0], paused);
    // By what it is now, the same is done; two in one group see each other.
    let (first, second) = (asked(LaneAct::Orphan, &paused.state), asked(LaneAct::Resume, &paused.state));
    let outcomes = bed.group(&[first, second]).outcomes;
    assert!(matches!(&outcomes[0], Outcome::Lane(LaneChanged::Done(row)) if row.state == LaneState::Orphaned));
    assert!(matches!(&outcomes[1], Outcome::Lane(LaneChanged::Moved(row)) if row.state == LaneState::Orphaned));
    assert_eq!(state(&bed, lane), LaneState::Orphaned);
}

pub(crate) fn g4_a_block_is_seen_by_those_who_decided_before_it<O: Open>() {
    let mut bed = Bed::<O>::new();
    let ids = [1, 2].map(|body| bed.accept(accept(body)));
    let lane = bed.delivery(ids[0]).lane;
    bed.fact(ids[0], refusal(), STRICT);
    let drain = LaneChange {
        lane,
        act: LaneAct::Drain,
        seen: Some(LaneState::Open),
        reason: Reason::BY_PERSON,
        actor: Some(person()),
    };
    let blocked = LaneState::Blocked { by: ids[0] };
    let moved = bed.run(Command::Lane(drain.clone()));
    assert!(matches!(moved, Outcome::Lane(LaneChanged::Moved(row)) if row.state == blocked));
    // Blocked by another delivery is another state.
    let other = LaneChange { seen: Some(LaneState::Blocked { by: ids[1] }), ..drain };
    assert!(matches!(bed.run(Command::Lane(other)), Outcome::Lane(LaneChanged::Moved(_))));
    assert_eq!(state(&bed, lane), blocked);
}

pub(crate) fn an_orphaned_lane_is_reported<O: Open>() {
    let mut bed = Bed::<O>::with_ops(&["watch"]);
    let id = bed.accept(accept(1));
    let lane = bed.delivery(id).lane;
    for _ in 0..2 {
        bed.run(change(lane, LaneAct::Orphan));
    }
    let reports = bed.reports();
    assert_eq!(reports.len(), 1);
    assert_eq!((&reports[0]["type"], &reports[0]["data"]["lane"]), (&"lane.orphaned".into(), &lane.into()));
}

pub(crate) fn no_such_lane<O: Open>() {
    let mut bed = Bed::<O>::new();
    assert_eq!(bed.run(change(77, LaneAct::Pause)), Outcome::Lane(LaneChanged::Missing));
}
