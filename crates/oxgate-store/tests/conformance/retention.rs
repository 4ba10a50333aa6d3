//! What goes when: nothing open, parked or awaited loses its body, and keys outlive bodies.

use super::bed::{Bed, Open};
use super::sample::{accept, accept_logged, event, order, refusal};
use oxgate_core::delivery::Policy;
use oxgate_core::{ContentHash, DeliveryId, Fact, State, Timestamp};
use oxgate_store::command::{Accept, Accepted, Command, Idempotency, SealedBody, Submit, Submitted};
use std::time::Duration;

const DAY: Duration = Duration::from_hours(24);

/// Sweeps until a whole round finds nothing.
fn sweep<O: Open>(bed: &mut Bed<O>) {
    let mut idle = 0;
    while idle < 3 {
        idle = if bed.rows(Command::Sweep { rows: 64 }) == 0 { idle + 1 } else { 0 };
    }
}

fn has_body<O: Open>(bed: &Bed<O>, id: DeliveryId) -> bool {
    let stored = bed.read(|reads| reads.body(id.event)).is_some();
    assert_eq!(bed.event(id.event).has_body, stored);
    stored
}

fn accept_now<O: Open>(bed: &Bed<O>, accept: Accept) -> Accept {
    Accept { event: oxgate_store::command::NewEvent { accepted_at: bed.now, ..accept.event }, ..accept }
}

pub(crate) fn a_body_goes_when_its_time_has_come<O: Open>() {
    let mut bed = Bed::<O>::new();
    let id = bed.accept(accept(1));
    bed.wait(DAY * 40);
    bed.fact(id, Fact::Accepted, Policy::HANDLER);
    bed.wait(Duration::from_millis(30 * 24 * 3_600_000 - 1));
    sweep(&mut bed);
    assert!(has_body(&bed, id), "the time counts from the end of the last delivery");
    bed.wait(Duration::from_millis(1));
    sweep(&mut bed);
    assert!(!has_body(&bed, id));
    assert_eq!(bed.read(|reads| reads.timeline(id.event)).len(), 2, "what happened stays on record");
}

pub(crate) fn a_body_that_is_needed_stays<O: Open>() {
    let mut bed = Bed::<O>::new();
    let [open, parked, over] = [1, 2, 3].map(|body| bed.accept(accept(body)));
    let strict = Policy { failures_max: 1, failures_span: Duration::ZERO, ..Policy::HANDLER };
    bed.fact(parked, refusal(), strict);
    bed.fact(over, Fact::Accepted, strict);
    bed.wait(DAY * 400);
    sweep(&mut bed);
    assert_eq!([open, parked, over].map(|id| has_body(&bed, id)), [true, true, false]);
    bed.fact(parked, Fact::Cancel, strict);
    bed.wait(DAY * 30);
    sweep(&mut bed);
    assert_eq!([open, parked].map(|id| has_body(&bed, id)), [true, false]);
}

pub(crate) fn an_awaited_question_keeps_its_body<O: Open>() {
    let mut bed = Bed::<O>::new();
    let mut asked = order(1, "o-1", &[]);
    asked.expectations[0].within = Some(DAY * 100);
    let asked = bed.submit(asked);
    bed.send(asked);
    bed.wait(DAY * 99);
    sweep(&mut bed);
    assert!(has_body(&bed, asked));
    bed.wait(DAY);
    bed.rows(Command::Late);
    sweep(&mut bed);
    assert!(!has_body(&bed, asked));
}

pub(crate) fn a_key_outlives_its_body<O: Open>() {
    let mut bed = Bed::<O>::new();
    let (over, open) = (accept_logged(1, "log-1", "a"), accept_logged(2, "log-2", "a"));
    let (over, open) = (bed.accept(over), bed.accept(open));
    bed.fact(over, Fact::Accepted, Policy::HANDLER);
    bed.wait(DAY * 34);
    sweep(&mut bed);
    assert!(!has_body(&bed, over));
    assert_eq!(bed.try_accept(accept_logged(3, "log-1", "a")), Accepted::Duplicate(over.event));
    bed.wait(DAY * 2);
    sweep(&mut bed);
    let again = accept_now(&bed, accept_logged(4, "log-1", "a"));
    assert!(matches!(bed.try_accept(again), Accepted::New { .. }));
    bed.wait(DAY * 400);
    sweep(&mut bed);
    assert_eq!(bed.try_accept(accept_logged(5, "log-2", "a")), Accepted::Duplicate(open.event));
}

pub(crate) fn idempotency_keys_go_after_a_week<O: Open>() {
    let mut bed = Bed::<O>::new();
    let submit = |body| Submit {
        idempotency: Some(Idempotency {
            client: "app".into(),
            key: "k".into(),
            body: ContentHash::of([b"a".as_slice()]),
        }),
        ..order(body, "o-1", &[])
    };
    bed.submit(submit(1));
    bed.wait(DAY * 7);
    sweep(&mut bed);
    assert!(matches!(bed.try_submit(submit(2)), Submitted::Repeated { .. }));
    bed.wait(Duration::from_millis(1));
    sweep(&mut bed);
    assert!(matches!(bed.try_submit(submit(3)), Submitted::New { .. }));
}

fn part(body: u64, part: u32) -> Command {
    Command::Part { body, part, codec: 0, data_key: 0, bytes: vec![7; 1_000] }
}

fn staged(body: u64) -> Accept {
    let sealed = SealedBody { id: body, codec: 0, data_key: 0, bytes: 2_000, inline: None };
    Accept { event: oxgate_store::command::NewEvent { body: sealed, ..event(body) }, ..accept(body) }
}

pub(crate) fn parts_of_nobody_go<O: Open>() {
    let mut bed = Bed::<O>::new();
    for body in [1, 2, 3] {
        bed.group(&[part(body, 0), part(body, 1)]);
    }
    let owned = bed.accept(staged(1));
    bed.wait(Duration::from_hours(1));
    sweep(&mut bed);
    let still_there = bed.accept(staged(2));
    bed.wait(Duration::from_millis(1));
    sweep(&mut bed);
    assert!(bed.fails(&[Command::Accept(Box::new(staged(3)))]).contains("not staged"));
    bed.group(&[part(4, 0)]);
    bed.reopen();
    assert!(bed.fails(&[Command::Accept(Box::new(staged(4)))]).contains("not staged"));
    for id in [owned, still_there] {
        assert_eq!(bed.read(|reads| reads.body(id.event)).unwrap().parts.len(), 2);
    }
}

pub(crate) fn quota_slots_go<O: Open>() {
    let mut bed = Bed::<O>::new();
    bed.run(Command::Quota { egress: "default".into(), slot: bed.now.0, used: 9 });
    let slots = |bed: &Bed<O>| bed.read(|reads| reads.quota("default", Timestamp::ZERO)).len();
    sweep(&mut bed);
    assert_eq!(slots(&bed), 1);
    bed.wait(Duration::from_hours(1));
    sweep(&mut bed);
    assert_eq!(slots(&bed), 0);
}

pub(crate) fn a_sweep_goes_in_steps_and_gets_round<O: Open>() {
    let mut bed = Bed::<O>::new();
    let ids: Vec<DeliveryId> = (1..=50).map(|body| bed.accept(accept(body))).collect();
    for id in ids.iter().step_by(5) {
        bed.fact(*id, Fact::Accepted, Policy::HANDLER);
    }
    bed.wait(DAY * 30);
    assert!(bed.rows(Command::Sweep { rows: 3 }) <= 3);
    let mut steps = 0;
    while ids.iter().step_by(5).any(|id| has_body(&bed, *id)) {
        bed.rows(Command::Sweep { rows: 3 });
        steps += 1;
        assert!(steps < 100, "a round passes over what must stay");
    }
    assert_eq!(ids.iter().filter(|id| has_body(&bed, **id)).count(), 40);
}

pub(crate) fn what_is_left_of_an_event_goes_last<O: Open>() {
    let mut bed = Bed::<O>::new();
    let asked = bed.submit(order(1, "o-1", &["p-1"]));
    bed.send(asked);
    let answer = bed.accept(accept_logged(2, "log-1", "a"));
    bed.fact(answer, Fact::Accepted, Policy::HANDLER);
    let open = bed.accept(accept(3));
    let newest = bed.accept(accept(4));
    bed.fact(newest, Fact::Accepted, Policy::HANDLER);
    bed.wait(DAY * 729);
    bed.rows(Command::Late);
    sweep(&mut bed);
    assert!(!has_body(&bed, answer), "bodies go first");
    bed.wait(DAY * 60);
    sweep(&mut bed);
    bed.reopen();
    let is_there = |bed: &Bed<O>, id: DeliveryId| bed.read(|reads| reads.event(id.event)).is_some();
    assert_eq!([asked, answer, open, newest].map(|id| is_there(&bed, id)), [false, false, true, true]);
    assert!(bed.read(|reads| reads.timeline(answer.event)).is_empty());
    // Numbers go on where they were, and the key is free again.
    let again = bed.accept(accept_logged(5, "log-1", "a"));
    assert!(again.event.seq > newest.event.seq);
}

pub(crate) fn what_nobody_looked_at_expires<O: Open>() {
    let mut bed = Bed::<O>::new();
    let strict = Policy { failures_max: 1, failures_span: Duration::ZERO, ..Policy::HANDLER };
    let [old, young] = [1, 2].map(|body| bed.accept(accept(body)));
    bed.fact(old, refusal(), strict);
    bed.wait(DAY);
    bed.fact(young, refusal(), strict);
    bed.wait(DAY * 729);
    sweep(&mut bed);
    assert_eq!([old, young].map(|id| bed.state(id)), [State::Expired, State::Parked]);
    assert!(has_body(&bed, old), "its body is kept from here on as if it had been settled");
    bed.wait(DAY * 30);
    sweep(&mut bed);
    assert_eq!(([old, young].map(|id| bed.state(id)), has_body(&bed, old)), ([State::Expired; 2], false));
}

pub(crate) fn audit_lines_go<O: Open>() {
    let mut bed = Bed::<O>::new();
    let line = || Command::Audit {
        actor: oxgate_store::command::Actor { name: "local".into(), why: String::new() },
        act: "config.reload".into(),
        event: None,
    };
    bed.run(line());
    bed.wait(DAY * 2_190);
    bed.run(line());
    bed.wait(DAY);
    assert_eq!(bed.rows(Command::Sweep { rows: 64 }), 1);
    assert_eq!(bed.rows(Command::Sweep { rows: 64 }), 0);
}
