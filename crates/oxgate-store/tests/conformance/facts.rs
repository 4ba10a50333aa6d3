//! Facts and rows: what the state machine decides stands in the store, with its history.

use super::bed::{Bed, Open, opened};
use super::sample::{NOON, accept, accept_keyed, attempt, delivery, fact, order, refusal};
use oxgate_core::delivery::Policy;
use oxgate_core::lane::{LaneBy, LaneScope};
use oxgate_core::limits::RECORDS_MAX;
use oxgate_core::order::OrderBy;
use oxgate_core::{DeliveryId, EventId, Fact, OrderKeys, Reason, State};
use oxgate_store::command::{Actor, AttemptRecord, Child, Command, NewDelivery, Outcome, Record, Recorded};
use oxgate_store::view::Change;
use std::time::Duration;

const ONE_STRIKE: Policy = Policy { failures_max: 1, failures_span: Duration::ZERO, ..Policy::HANDLER };

pub(crate) fn a_handler_takes_an_event<O: Open>() {
    let mut bed = Bed::<O>::new();
    let id = bed.accept(accept(1));
    let settle = Record { attempt: Some(attempt(204, Reason::NONE)), ..fact(id, Fact::Accepted, Policy::HANDLER) };
    let applied = bed.group(&[Command::Record(Box::new(settle))]);
    let lane = bed.delivery(id).lane;
    assert_eq!(applied.changes, [Change::Closed { id, lane, state: State::Settled }]);
    let row = bed.delivery(id);
    assert_eq!((row.row.attempts, row.started_at, row.ended_at), (1, Some(NOON), Some(NOON)));
}

pub(crate) fn g5_a_send_is_on_disk_before_it_leaves<O: Open>() {
    let mut bed = Bed::<O>::new();
    let id = bed.submit(order(1, "o-1", &[]));
    assert_eq!(bed.fact(id, Fact::Start { ticket: 1 }, Policy::REDOX).0, State::Sending);
    bed.reopen();
    assert_eq!(bed.state(id), State::Sending);
    assert!(matches!(bed.record(fact(id, Fact::Start { ticket: 1 }, Policy::REDOX)), Recorded::Illegal(_)));
}

pub(crate) fn g5_a_refused_start_undoes_its_own_and_no_other<O: Open>() {
    let mut bed = Bed::<O>::new();
    let id = bed.submit(order(1, "o-1", &[]));
    bed.fact(id, Fact::Start { ticket: u64::MAX }, Policy::REDOX);
    bed.reopen();
    assert_eq!(bed.fact(id, Fact::StartRefused { ticket: 1 }, Policy::REDOX).0, State::Sending);
    assert_eq!(bed.fact(id, Fact::StartRefused { ticket: u64::MAX }, Policy::REDOX).0, State::Queued);
    let timeline = bed.read(|reads| reads.timeline(id.event));
    let undone = timeline.iter().find(|entry| entry.what == "requeued");
    assert_eq!(undone.map(|entry| entry.reason.as_str()), Some("start-refused"));
}

pub(crate) fn g5_a_restart_leaves_the_send_in_doubt<O: Open>() {
    let mut bed = Bed::<O>::new();
    let id = bed.submit(order(1, "o-1", &[]));
    bed.fact(id, Fact::Start { ticket: 1 }, Policy::REDOX);
    bed.reopen();
    let doubt = bed.read(|reads| reads.in_doubt());
    assert_eq!(doubt.len(), 1);
    assert_eq!((doubt[0].0.id, doubt[0].1.as_str()), (id, "redox"));
    assert_eq!(bed.fact(id, Fact::Recovered, Policy::REDOX).0, State::Unknown);
    assert_eq!(bed.delivery(id).row.reason, Reason::INTERRUPTED);
    assert_eq!(bed.read(|reads| reads.in_doubt())[0].0.row.state, State::Unknown);
}

pub(crate) fn failures_count_and_park<O: Open>() {
    let mut bed = Bed::<O>::new();
    let id = bed.accept(accept(1));
    let policy = Policy { failures_max: 3, failures_span: Duration::from_mins(1), ..Policy::HANDLER };
    let mut states = Vec::new();
    for _ in 0..4 {
        let failed = Record { attempt: Some(attempt(400, Reason::status(400))), ..fact(id, refusal(), policy) };
        let Recorded::Done { row, .. } = bed.record(failed) else { panic!() };
        states.push((row.state, row.counted));
        bed.wait(Duration::from_secs(25));
    }
    let expected = [(State::Queued, 1), (State::Queued, 2), (State::Queued, 3), (State::Parked, 4)];
    assert_eq!(states, expected);
    bed.reopen();
    let row = bed.delivery(id).row;
    assert_eq!((row.counted, row.counted_since, row.attempts), (4, Some(NOON), 4));
}

pub(crate) fn g6_every_turn_stands_in_the_timeline<O: Open>() {
    let mut bed = Bed::<O>::new();
    let id = bed.submit(order(1, "o-1", &[]));
    let step = Duration::from_secs(1);
    let unknown = Fact::NoOutcome { reason: Reason::TIMEOUT, check_at: NOON };
    for next in [
        Fact::Start { ticket: 1 },
        unknown,
        Fact::EvidenceAmbiguous,
        Fact::DecideResend,
        Fact::Start { ticket: 1 },
        Fact::Accepted,
    ] {
        bed.wait(step);
        let ends = matches!(next, Fact::NoOutcome { .. } | Fact::Accepted);
        let attempt = ends.then(|| super::sample::AttemptAt(bed.now).attempt(200, Reason::NONE));
        let done = bed.record(Record { attempt, ..fact(id, next, Policy::REDOX) });
        assert!(matches!(done, Recorded::Done { .. }), "{done:?}");
    }
    let timeline: Vec<String> =
        bed.read(|reads| reads.timeline(id.event)).into_iter().map(|entry| entry.what).collect();
    let expected = ["accepted", "unknown", "attempt", "parked", "requeued", "attempt", "settled"];
    assert_eq!(timeline, expected);
}

pub(crate) fn a_first_success_writes_no_attempt<O: Open>() {
    let mut bed = Bed::<O>::new();
    let id = bed.accept(accept(1));
    bed.record(Record { attempt: Some(attempt(204, Reason::NONE)), ..fact(id, Fact::Accepted, Policy::HANDLER) });
    let timeline = bed.read(|reads| reads.timeline(id.event));
    let told: Vec<_> = timeline.iter().map(|entry| (entry.what.as_str(), entry.attempt, entry.status)).collect();
    assert_eq!(told, [("accepted", None, None), ("attempt", Some(id.attempt(1)), Some(204)), ("settled", None, None)]);
}

pub(crate) fn an_illegal_fact_changes_nothing<O: Open>() {
    let mut bed = Bed::<O>::new();
    let id = bed.accept(accept(1));
    let before = bed.delivery(id);
    let release = Command::Record(Box::new(fact(id, Fact::Release, Policy::HANDLER)));
    let applied = bed.group(&[release]);
    assert!(!applied.wrote);
    assert_eq!(applied.illegal, 1);
    assert_eq!(bed.delivery(id), before);
    // A person's mistake is no broken invariant.
    let actor = Some(Actor { name: "operator".into(), why: "try".into() });
    let release = Record { actor, ..fact(id, Fact::Release, Policy::HANDLER) };
    assert_eq!(bed.group(&[Command::Record(Box::new(release))]).illegal, 0);
}

pub(crate) fn a_wrong_tag_finds_nothing<O: Open>() {
    let mut bed = Bed::<O>::new();
    let mut id = bed.accept(accept(1));
    id.event.tag ^= 1;
    assert_eq!(bed.record(fact(id, Fact::Cancel, Policy::HANDLER)), Recorded::Missing);
    assert!(bed.read(|reads| reads.event(id.event)).is_none());
    assert!(bed.read(|reads| reads.body(id.event)).is_none());
    assert!(bed.read(|reads| reads.delivery(id)).is_none());
    assert!(bed.read(|reads| reads.deliveries(id.event)).is_empty());
    assert!(bed.read(|reads| reads.timeline(id.event)).is_empty());
    id.event.seq = u64::MAX;
    assert_eq!(bed.record(fact(id, Fact::Cancel, Policy::HANDLER)), Recorded::Missing);
}

pub(crate) fn a_cancel_during_a_send_is_kept_as_a_wish<O: Open>() {
    let mut bed = Bed::<O>::new();
    let id = bed.submit(order(1, "o-1", &[]));
    bed.fact(id, Fact::Start { ticket: 1 }, Policy::REDOX);
    assert_eq!(bed.fact(id, Fact::Cancel, Policy::REDOX).0, State::Sending);
    bed.reopen();
    let down = Fact::TargetFailure { reason: Reason::CONNECT, retry_at: NOON };
    assert_eq!(bed.fact(id, down, Policy::REDOX).0, State::Cancelled);
}

pub(crate) fn g3_a_release_keeps_its_place<O: Open>() {
    let mut bed = Bed::<O>::new();
    let ids: Vec<_> = (1..=3).map(|body| bed.accept(accept(body))).collect();
    assert_eq!(bed.fact(ids[0], refusal(), ONE_STRIKE).0, State::Parked);
    assert_eq!(bed.fact(ids[0], Fact::Release, ONE_STRIKE).0, State::Queued);
    let lane = bed.delivery(ids[0]).lane;
    let window: Vec<_> = bed.read(|reads| reads.window(lane, (0, 0), 10)).into_iter().map(|open| open.id).collect();
    assert_eq!(window, ids);
    assert!(!bed.delivery(ids[0]).out_of_order);
}

pub(crate) fn g3_an_overtaken_release_says_so<O: Open>() {
    let mut bed = Bed::<O>::new();
    let one = bed.accept(accept_keyed(1, &[1]));
    let two = bed.accept(accept_keyed(2, &[2]));
    let other = bed.accept(accept_keyed(3, &[3]));
    let later = bed.accept(accept_keyed(4, &[1]));
    for parked in [one, two] {
        bed.fact(parked, refusal(), ONE_STRIKE);
    }
    for settled in [other, later] {
        bed.fact(settled, Fact::Accepted, ONE_STRIKE);
    }
    for parked in [one, two] {
        bed.fact(parked, Fact::Release, ONE_STRIKE);
    }
    // The first shares a key with one that has gone; the second shares none.
    assert_eq!([one, two].map(|id| bed.delivery(id).out_of_order), [true, false]);
}

pub(crate) fn a_replay_goes_to_the_tail<O: Open>() {
    let mut bed = Bed::<O>::new();
    let first = bed.accept(accept(1));
    let second = bed.accept(accept(2));
    bed.fact(first, Fact::Accepted, Policy::HANDLER);
    let (state, made) = bed.fact(first, Fact::Replay, Policy::HANDLER);
    let replay = made.unwrap();
    assert_eq!((state, replay), (State::Settled, first.event.delivery(1)));
    let third = bed.accept(accept(3));
    bed.reopen();
    let fourth = bed.accept(accept(4));
    let lane = bed.delivery(first).lane;
    let window: Vec<_> = bed.read(|reads| reads.window(lane, (0, 0), 10)).into_iter().map(|open| open.id).collect();
    assert_eq!(window, [second, replay, third, fourth]);
    assert!(!bed.delivery(replay).out_of_order);
    bed.fact(second, Fact::Accepted, Policy::HANDLER);
    let again = bed.fact(first, Fact::Replay, Policy::HANDLER).1.unwrap();
    assert!(bed.delivery(again).out_of_order);
}

/// The handler's rule has changed between an event and its replay: another lane, of the same handler.
pub(crate) fn g3_a_replay_under_another_rule_says_that_it_is_late<O: Open>() {
    let mut bed = Bed::<O>::new();
    let ids = [1, 2].map(|body| bed.accept(accept(body)));
    bed.fact(ids[0], Fact::Accepted, Policy::HANDLER);
    let address = bed.event(ids[0].event).address;
    let now = |target: &str| NewDelivery {
        scope: LaneScope::of(&[LaneBy::Endpoint], OrderBy::Patient, "main", &address),
        ..delivery(target, OrderKeys::from_keys(vec![7]))
    };
    let replay = |bed: &mut Bed<O>, target: &str| {
        let record = Record { instead: Some(now(target)), ..fact(ids[0], Fact::Replay, Policy::HANDLER) };
        match bed.record(record) {
            Recorded::Done { made: Some(made), .. } => bed.delivery(made),
            other => panic!("{other:?}"),
        }
    };
    let early = replay(&mut bed, "app");
    assert_ne!(early.lane, bed.delivery(ids[0]).lane);
    assert!(!early.out_of_order && early.rank > bed.delivery(ids[1]).rank, "nothing has overtaken it, and it is last");
    bed.fact(ids[1], Fact::Accepted, Policy::HANDLER);
    assert!(replay(&mut bed, "app").out_of_order);
    assert!(!replay(&mut bed, "other").out_of_order, "what another target had says nothing of this one's order");
}

pub(crate) fn a_reroute_goes_to_another_target<O: Open>() {
    let mut bed = Bed::<O>::new();
    let id = bed.accept(accept(1));
    bed.fact(id, refusal(), ONE_STRIKE);
    let instead = Some(NewDelivery { ..delivery("other", OrderKeys::All) });
    let reroute = Record { instead, ..fact(id, Fact::Reroute, ONE_STRIKE) };
    let applied = bed.group(&[Command::Record(Box::new(reroute))]);
    let made = id.event.delivery(1);
    assert_eq!(opened(&applied.changes), [(made, State::Queued)]);
    assert_eq!(bed.state(id), State::Cancelled);
    assert_eq!(bed.delivery(made).target, "other");
}

pub(crate) fn a_receipt_is_kept_and_found<O: Open>() {
    let mut bed = Bed::<O>::new();
    let id = bed.submit(order(1, "o-1", &[]));
    bed.fact(id, Fact::Start { ticket: 1 }, Policy::REDOX);
    let receipt = Some("log-77".to_owned());
    bed.record(Record { receipt: receipt.clone(), ..fact(id, Fact::Accepted, Policy::REDOX) });
    assert_eq!(bed.delivery(id).receipt, receipt);
    let query = oxgate_store::view::EventQuery { log: receipt, limit: 10, ..Default::default() };
    let found: Vec<_> = bed.read(|reads| reads.events(&query)).into_iter().map(|event| event.id).collect();
    assert_eq!(found, [id.event]);
}

pub(crate) fn a_person_is_on_record<O: Open>() {
    let mut bed = Bed::<O>::new();
    let id = bed.accept(accept(1));
    bed.fact(id, refusal(), ONE_STRIKE);
    let actor = Some(Actor { name: "operator".into(), why: "wrong address".into() });
    bed.record(Record { actor, ..fact(id, Fact::Cancel, ONE_STRIKE) });
    let timeline = bed.read(|reads| reads.timeline(id.event));
    let cancelled = timeline.iter().find(|entry| entry.what == "cancelled").unwrap();
    assert_eq!(cancelled.actor.as_deref(), Some("operator"));
}

pub(crate) fn g3_what_is_announced_stands_in_the_row<O: Open>() {
    let mut bed = Bed::<O>::new();
    let id = bed.accept(accept(1));
    bed.run(Command::Overtaken(id));
    bed.reopen();
    assert!(bed.delivery(id).out_of_order);
    assert!(!bed.group(&[Command::Overtaken(id)]).wrote, "said once");
    let forged = DeliveryId { event: EventId { tag: id.event.tag ^ 1, ..id.event }, ..id };
    assert!(!bed.group(&[Command::Overtaken(forged)]).wrote);
}

pub(crate) fn g3_facts_that_come_together_are_durable_together<O: Open>() {
    let mut bed = Bed::<O>::new();
    let ids: Vec<_> = (1..=4).map(|body| bed.accept(accept(body))).collect();
    for id in &ids[..3] {
        bed.fact(*id, refusal(), ONE_STRIKE);
    }
    let release = |id: &DeliveryId| fact(*id, Fact::Release, ONE_STRIKE);
    // The last one cannot be carried out at all: then none of them is.
    let missing = Record { children: vec![unwritable()], ..fact(ids[2], Fact::Cancel, ONE_STRIKE) };
    let doomed = [release(&ids[0]), release(&ids[1]), missing].to_vec();
    bed.fails(&[Command::Records(doomed)]);
    assert_eq!([0, 1, 2].map(|at| bed.state(ids[at])), [State::Parked; 3]);
    // One that has moved on meanwhile says so and stops nobody.
    let applied = bed.group(&[Command::Records(ids.iter().map(release).collect())]);
    let [Outcome::Records(recorded)] = applied.outcomes.as_slice() else { panic!("{:?}", applied.outcomes) };
    assert!(recorded[..3].iter().all(|recorded| matches!(recorded, Recorded::Done { .. })), "{recorded:?}");
    assert!(matches!(recorded[3], Recorded::Illegal(_)));
    assert_eq!(opened(&applied.changes), [0, 1, 2].map(|at| (ids[at], State::Queued)), "heard at once, in order");
}

pub(crate) fn too_many_facts_at_once_fail_the_command<O: Open>() {
    let mut bed = Bed::<O>::new();
    let id = bed.accept(accept(1));
    let records = vec![fact(id, Fact::Recovered, ONE_STRIKE); RECORDS_MAX + 1];
    assert!(bed.fails(&[Command::Records(records)]).contains("at most 500"));
}

/// A child whose body is said to be staged and is not.
fn unwritable() -> Child {
    let mut event = super::sample::event(99);
    event.body.inline = None;
    Child { event, deliveries: vec![delivery("app", OrderKeys::All)], expectations: Vec::new(), answers: None }
}

pub(crate) fn g4_an_attempt_that_is_told_again_counts_once<O: Open>() {
    let mut bed = Bed::<O>::new();
    let id = bed.accept(accept(1));
    let two_strikes = Policy { failures_max: 2, ..ONE_STRIKE };
    let failed = |no| {
        let attempt = AttemptRecord { no: Some(no), ..attempt(500, Reason::status(500)) };
        Record { attempt: Some(attempt), ..fact(id, refusal(), two_strikes) }
    };
    // The first commit was refused to whoever asked, and had taken effect.
    for _ in 0..2 {
        let recorded = bed.record(failed(1));
        assert!(matches!(recorded, Recorded::Done { row, .. } if row.state == State::Queued && row.counted == 1));
    }
    assert!(!bed.group(&[Command::Record(Box::new(failed(1)))]).wrote);
    assert!(matches!(bed.record(failed(2)), Recorded::Done { row, .. } if row.state == State::Parked));
    assert_eq!(bed.delivery(id).row.attempts, 2);
}
