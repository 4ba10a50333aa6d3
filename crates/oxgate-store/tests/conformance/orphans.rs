//! What an orphaned lane still has, handed to another target: nothing lost, in order, holds and all.

use super::bed::{Bed, Open};
use super::sample::{accept, accept_keyed, refusal};
use oxgate_core::delivery::{OnPark, Policy};
use oxgate_core::lane::{LaneAct, LaneBy, LaneScope, LaneState};
use oxgate_core::order::OrderBy;
use oxgate_core::{DeliveryId, Fact, Reason, State};
use oxgate_store::command::{Accept, Actor, Command, LaneChange, LaneChanged, Outcome, Reassign, Reassigned};
use oxgate_store::view::{Change, LaneRow};
use std::time::Duration;

const CONTINUE: Policy = Policy { failures_max: 1, failures_span: Duration::ZERO, ..Policy::HANDLER };

fn orphan<O: Open>(bed: &mut Bed<O>, lane: i64) {
    let change = LaneChange { lane, act: LaneAct::Orphan, seen: None, reason: Reason::NONE, actor: None };
    assert!(matches!(bed.run(Command::Lane(change)), Outcome::Lane(LaneChanged::Done(_))));
}

fn step<O: Open>(bed: &mut Bed<O>, lane: i64, rows: u32) -> Reassigned {
    let actor = Actor { name: "operator".into(), why: "renamed".into() };
    match bed.run(Command::Reassign(Reassign { lane, to: "next".into(), rows, actor })) {
        Outcome::Reassigned(reassigned) => reassigned,
        other => panic!("{other:?}"),
    }
}

/// All of the lane, two deliveries a step; the lane that took it.
fn reassign<O: Open>(bed: &mut Bed<O>, lane: i64) -> LaneRow {
    loop {
        match step(bed, lane, 2) {
            Reassigned::Done { lane, complete: true, .. } => return lane,
            Reassigned::Done { lane, moved, .. } => {
                assert_eq!((moved, &lane.state), (2, &LaneState::Paused), "nothing starts before all have come");
                bed.reopen();
            }
            other => panic!("{other:?}"),
        }
    }
}

fn window<O: Open>(bed: &Bed<O>, lane: i64) -> Vec<DeliveryId> {
    bed.read(|reads| reads.window(lane, (0, 0), 100)).into_iter().map(|open| open.id).collect()
}

pub(crate) fn g1_what_an_orphaned_lane_has_goes_to_another_target_in_order<O: Open>() {
    let mut bed = Bed::<O>::new();
    let ids: Vec<DeliveryId> = (1..=5).map(|body| bed.accept(accept(body))).collect();
    let lane = bed.delivery(ids[0]).lane;
    bed.fact(ids[1], refusal(), CONTINUE);
    orphan(&mut bed, lane);
    let taken = reassign(&mut bed, lane);
    assert_eq!((taken.target.as_str(), &taken.state), ("next", &LaneState::Open));
    assert_eq!(taken.label, format!("reassigned:{lane} endpoint=main model=PatientAdmin"));
    assert_eq!(window(&bed, taken.id), [ids[0], ids[2], ids[3], ids[4]]);
    assert_eq!(window(&bed, lane), []);
    let parked = bed.read(|reads| reads.parked(Some("next"), None, 10));
    assert_eq!(parked.iter().map(|row| row.id).collect::<Vec<_>>(), [ids[1]]);
    // Released, it goes to the target that took it over.
    bed.fact(ids[1], Fact::Release, CONTINUE);
    assert_eq!(window(&bed, taken.id), ids);
    let told: Vec<_> = bed.read(|reads| reads.timeline(ids[2].event));
    assert!(told.iter().any(|step| step.what == "reassigned" && step.actor.as_deref() == Some("operator")), "{told:?}");
}

pub(crate) fn g4_holds_go_with_what_is_reassigned<O: Open>() {
    for on_park in [OnPark::HoldKey, OnPark::HoldLane] {
        let mut bed = Bed::<O>::new();
        let policy = Policy { on_park, ..CONTINUE };
        let ids: Vec<DeliveryId> = (1..=3).map(|body| bed.accept(accept_keyed(body, &[7]))).collect();
        let lane = bed.delivery(ids[0]).lane;
        bed.fact(ids[0], refusal(), policy);
        orphan(&mut bed, lane);
        let taken = reassign(&mut bed, lane);
        if on_park == OnPark::HoldLane {
            assert_eq!(taken.state, LaneState::Blocked { by: ids[0] });
        } else {
            assert_eq!(bed.state(ids[1]), State::Held);
        }
        bed.reopen();
        bed.fact(ids[0], Fact::Cancel, policy);
        assert_eq!([ids[1], ids[2]].map(|id| bed.state(id)), [State::Queued; 2]);
        let lanes = bed.read(|reads| reads.lanes());
        assert_eq!(lanes.into_iter().find(|row| row.id == taken.id).unwrap().state, LaneState::Open);
    }
}

pub(crate) fn g3_what_comes_next_waits_for_what_was_reassigned<O: Open>() {
    let mut bed = Bed::<O>::new();
    let to = |body, target: &str| {
        let mut new = accept(body);
        new.deliveries[0].target = target.into();
        Accept { ..new }
    };
    let old = bed.accept(to(1, "app"));
    let here = bed.accept(to(2, "next"));
    let lane = bed.delivery(old).lane;
    orphan(&mut bed, lane);
    let taken = reassign(&mut bed, lane);
    let later = bed.accept(to(3, "next"));
    let state = |bed: &Bed<O>, id| {
        let lane = bed.delivery(id).lane;
        bed.read(|reads| reads.lanes()).into_iter().find(|row| row.id == lane).unwrap().state
    };
    assert_eq!(bed.delivery(here).lane, bed.delivery(later).lane);
    let LaneState::After { through, .. } = state(&bed, later) else { panic!("{:?}", state(&bed, later)) };
    assert!((here.event.seq..later.event.seq).contains(&through), "what was there before goes on");
    bed.fact(here, Fact::Accepted, Policy::HANDLER);
    assert_eq!(state(&bed, later), LaneState::After { lane: taken.id, through });
    bed.fact(old, Fact::Accepted, Policy::HANDLER);
    assert_eq!(state(&bed, later), LaneState::Open);
}

pub(crate) fn what_was_settled_stays_where_it_was_settled<O: Open>() {
    let mut bed = Bed::<O>::new();
    let ids = [1, 2].map(|body| bed.accept(accept(body)));
    let lane = bed.delivery(ids[0]).lane;
    bed.fact(ids[0], Fact::Accepted, Policy::HANDLER);
    orphan(&mut bed, lane);
    reassign(&mut bed, lane);
    assert_eq!(ids.map(|id| bed.delivery(id).target), ["app", "next"]);
    assert_eq!(bed.read(|reads| reads.lanes()).into_iter().find(|row| row.id == lane).unwrap().target, "app");
}

pub(crate) fn only_an_orphaned_lane_is_reassigned<O: Open>() {
    let mut bed = Bed::<O>::new();
    let id = bed.accept(accept(1));
    let lane = bed.delivery(id).lane;
    assert!(matches!(step(&mut bed, lane, 5), Reassigned::NotOrphaned(row) if row.state == LaneState::Open));
    assert_eq!(step(&mut bed, 77, 5), Reassigned::Missing);
    assert_eq!(bed.delivery(id).target, "app");
    // Both windows are read anew, whatever the dispatcher thinks it knows of them.
    orphan(&mut bed, lane);
    let actor = Actor { name: "operator".into(), why: String::new() };
    let applied = bed.group(&[Command::Reassign(Reassign { lane, to: "next".into(), rows: 5, actor })]);
    let overflowed = |change: &Change| matches!(change, Change::Overflow { .. });
    assert_eq!(applied.changes.iter().filter(|change| overflowed(change)).count(), 2);
}

pub(crate) fn g3_lanes_that_waited_for_each_other_still_do<O: Open>() {
    let mut bed = Bed::<O>::new();
    let first = bed.accept(accept(1));
    // The rule changes: another lane, which waits for the first.
    let mut new = accept(2);
    let address = new.event.address.clone();
    new.deliveries[0].scope = LaneScope::of(&[LaneBy::Endpoint], OrderBy::All, "main", &address);
    let second = bed.accept(new);
    let [one, two] = [first, second].map(|id| bed.delivery(id).lane);
    for lane in [one, two] {
        orphan(&mut bed, lane);
    }
    assert_eq!(step(&mut bed, two, 5), Reassigned::After { lane: one }, "in their order, or not at all");
    let one = reassign(&mut bed, one);
    let two = reassign(&mut bed, two);
    let through = first.event.seq;
    assert_eq!((one.state, two.state), (LaneState::Open, LaneState::After { lane: one.id, through }));
    bed.reopen();
    bed.fact(first, Fact::Accepted, Policy::HANDLER);
    let lanes = bed.read(|reads| reads.lanes());
    assert_eq!(lanes.into_iter().find(|row| row.id == two.id).unwrap().state, LaneState::Open);
}
