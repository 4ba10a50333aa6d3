//! Events made from events: with the fact that makes them, once, or not at all.

use super::bed::{Bed, Open, opened};
use super::sample::{accept, delivery, event, fact, order, refusal, results};
use oxgate_core::delivery::Policy;
use oxgate_core::limits::CHILDREN_MAX;
use oxgate_core::{DeliveryId, Direction, Fact, OrderKeys, Reason, State};
use oxgate_store::command::{Actor, Child, Command, Record, Recorded};
use oxgate_store::view::EventQuery;

const ONE_STRIKE: Policy = Policy { failures_max: 1, failures_span: std::time::Duration::ZERO, ..Policy::HANDLER };

/// A child for the handler `next`.
fn child(body: u64) -> Child {
    Child {
        event: event(body),
        deliveries: vec![delivery("next", OrderKeys::All)],
        expectations: Vec::new(),
        answers: None,
    }
}

fn settle(id: DeliveryId, children: Vec<Child>) -> Record {
    Record { children, ..fact(id, Fact::Accepted, Policy::HANDLER) }
}

fn events<O: Open>(bed: &Bed<O>) -> usize {
    bed.read(|reads| reads.events(&EventQuery { limit: 1_000, ..EventQuery::default() })).len()
}

pub(crate) fn g1_a_forward_is_settled_with_its_child_or_not_at_all<O: Open>() {
    let mut bed = Bed::<O>::new();
    let id = bed.accept(accept(1));
    // The second child cannot be written, so neither the first nor the settle is.
    let impossible = Child { deliveries: Vec::new(), ..child(3) };
    bed.fails(&[Command::Record(Box::new(settle(id, vec![child(2), impossible])))]);
    bed.reopen();
    assert_eq!((bed.state(id), events(&bed)), (State::Queued, 1));

    let applied = bed.group(&[Command::Record(Box::new(settle(id, vec![child(2), child(3)])))]);
    bed.reopen();
    assert_eq!((bed.state(id), events(&bed)), (State::Settled, 3));
    let made = opened(&applied.changes);
    assert_eq!(made.iter().map(|(_, state)| *state).collect::<Vec<_>>(), [State::Queued, State::Queued]);
    let ids: Vec<String> = made.iter().map(|(id, _)| id.event.to_string()).collect();
    assert_eq!(bed.delivery(id).receipt, Some(ids.join(",")));
    for (child, _) in made {
        assert_eq!(bed.event(child.event).parent, Some(id.event));
        assert_eq!(bed.delivery(child).target, "next");
    }
}

pub(crate) fn g2_a_forward_settled_twice_makes_its_child_once<O: Open>() {
    let mut bed = Bed::<O>::new();
    let id = bed.accept(accept(1));
    let Recorded::Done { children, .. } = bed.record(settle(id, vec![child(2)])) else { panic!() };
    assert_eq!(children.len(), 1);
    // The answer to the first was lost, so it is recorded again: after a restart, and with a body sealed anew.
    bed.reopen();
    let Recorded::Done { children, .. } = bed.record(settle(id, vec![child(3)])) else { panic!() };
    assert_eq!((children.len(), events(&bed)), (0, 2));
}

pub(crate) fn a_child_asks_and_answers_like_any_event<O: Open>() {
    let mut bed = Bed::<O>::new();
    let from = bed.accept(accept(1));
    let asking = order(2, "o-1", &["p-1"]);
    let asks =
        Child { event: asking.event, deliveries: asking.deliveries, expectations: asking.expectations, answers: None };
    let Recorded::Done { children, .. } = bed.record(settle(from, vec![asks])) else { panic!() };
    let question = children[0];
    assert_eq!(bed.event(question).direction, Direction::Outbound);
    bed.send(question.delivery(0));

    let from = bed.accept(accept(3));
    let answers = Child { answers: results(4, &["o-1"], &["p-1"]).answers, ..child(4) };
    let Recorded::Done { children, .. } = bed.record(settle(from, vec![answers])) else { panic!() };
    let links = bed.read(|reads| reads.answered_by(children[0]));
    assert_eq!(links.iter().map(|link| link.question).collect::<Vec<_>>(), [question]);
}

pub(crate) fn a_person_cancels_and_sends_another_in_one_step<O: Open>() {
    let mut bed = Bed::<O>::new();
    let id = bed.accept(accept(1));
    assert_eq!(bed.fact(id, refusal(), ONE_STRIKE).0, State::Parked);
    let actor = Some(Actor { name: "ops".into(), why: "wrong code".into() });
    let edited = Record { actor, children: vec![child(2)], ..fact(id, Fact::Cancel, ONE_STRIKE) };
    let Recorded::Done { row, children, .. } = bed.record(edited.clone()) else { panic!() };
    assert_eq!((row.state, children.len()), (State::Cancelled, 1));
    let expected = oxgate_core::delivery::Illegal { state: State::Cancelled, fact: Fact::Cancel.name() };
    assert_eq!(bed.record(edited), Recorded::Illegal(expected));
    assert_eq!(events(&bed), 2);
}

pub(crate) fn too_many_children_fail_the_command<O: Open>() {
    let mut bed = Bed::<O>::new();
    let id = bed.accept(accept(1));
    let many = (0..=CHILDREN_MAX as u64).map(|no| child(no + 2)).collect();
    let why = bed.fails(&[Command::Record(Box::new(settle(id, many)))]);
    assert_eq!(why, "65 events are to be made from one: at most 64 are");
    assert_eq!((bed.state(id), bed.delivery(id).row.reason), (State::Queued, Reason::NONE));
}
