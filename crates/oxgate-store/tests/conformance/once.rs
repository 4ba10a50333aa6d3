//! Once in (guarantee G2): redeliveries, conflicts, repeated submissions.

use super::bed::{Bed, Open};
use super::sample::{accept, accept_logged, delivery, event, order};
use oxgate_core::{ContentHash, Flags, OrderKeys, State};
use oxgate_store::command::{Accept, Accepted, Command, Idempotency, Submit, Submitted, Verdict};
use oxgate_store::view::ExpectationQuery;

fn with_verdict(mut accept: Accept, verdict: Verdict) -> Accept {
    accept.dedup.as_mut().unwrap().verdict = Some(verdict);
    accept
}

pub(crate) fn g2_the_same_log_is_one_event<O: Open>() {
    let mut bed = Bed::<O>::new();
    let first = bed.accept(accept_logged(1, "log-1", "a"));
    assert_eq!(bed.try_accept(accept_logged(2, "log-1", "a")), Accepted::Duplicate(first.event));
    bed.reopen();
    assert_eq!(bed.try_accept(accept_logged(3, "log-1", "a")), Accepted::Duplicate(first.event));
    assert_ne!(bed.accept(accept_logged(4, "log-2", "a")).event, first.event);
}

pub(crate) fn g2_other_content_is_a_mismatch_until_compared<O: Open>() {
    let mut bed = Bed::<O>::new();
    let first = bed.accept(accept_logged(1, "log-1", "a"));
    let again = bed.group(&[Command::Accept(Box::new(accept_logged(2, "log-1", "b")))]);
    assert!(!again.wrote);
    assert_eq!(
        bed.try_accept(accept_logged(2, "log-1", "b")),
        Accepted::Mismatch { first: first.event, others: vec![] }
    );
    let same = with_verdict(accept_logged(2, "log-1", "b"), Verdict::SameAs(first.event));
    assert_eq!(bed.try_accept(same), Accepted::Duplicate(first.event));
}

pub(crate) fn g2_a_conflict_is_linked_flagged_and_delivered<O: Open>() {
    let mut bed = Bed::<O>::new();
    let first = bed.accept(accept_logged(1, "log-1", "a"));
    let other = bed.accept(with_verdict(accept_logged(2, "log-1", "b"), Verdict::Different { compared: 1 }));
    let row = bed.event(other.event);
    assert_eq!((row.parent, row.flags), (Some(first.event), Flags::CONFLICT));
    assert_eq!(bed.state(other), State::Queued);
    // Both are known from now on, with or without a verdict.
    assert_eq!(bed.try_accept(accept_logged(3, "log-1", "b")), Accepted::Duplicate(other.event));
    let late_verdict = with_verdict(accept_logged(3, "log-1", "b"), Verdict::Different { compared: 1 });
    assert_eq!(bed.try_accept(late_verdict), Accepted::Duplicate(other.event));
    assert_eq!(bed.try_accept(accept_logged(4, "log-1", "a")), Accepted::Duplicate(first.event));
    let unknown = Accepted::Mismatch { first: first.event, others: vec![other.event] };
    assert_eq!(bed.try_accept(accept_logged(5, "log-1", "c")), unknown);
    // A verdict that knows nothing of the other one is no verdict; one that names it counts.
    let half = with_verdict(accept_logged(5, "log-1", "c"), Verdict::Different { compared: 1 });
    assert_eq!(bed.try_accept(half), unknown);
    let same = with_verdict(accept_logged(5, "log-1", "c"), Verdict::SameAs(other.event));
    assert_eq!(bed.try_accept(same), Accepted::Duplicate(other.event));
}

/// Arrival, Cancel, Arrival with equal content and no id: three events.
pub(crate) fn g2_without_an_id_nothing_is_dropped<O: Open>() {
    let mut bed = Bed::<O>::new();
    let content = ContentHash::of([b"arrival".as_slice()]);
    let mut events = Vec::new();
    for (body, event_type) in [(1, "Arrival"), (2, "Cancel"), (3, "Arrival")] {
        let mut arrival = accept(body);
        arrival.event.content = content;
        arrival.event.address.event_type = event_type.into();
        arrival.event.flags = Flags::WITHOUT_ID;
        events.push(bed.accept(arrival).event);
    }
    events.dedup();
    assert_eq!(events.len(), 3);
}

pub(crate) fn g2_duplicates_inside_one_group<O: Open>() {
    let mut bed = Bed::<O>::new();
    let group: Vec<Command> =
        (1..=3).map(|body| Command::Accept(Box::new(accept_logged(body, "log-1", "a")))).collect();
    let applied = bed.group(&group);
    assert_eq!((applied.events, applied.duplicates), (1, 2));
}

pub(crate) fn g2_scopes_do_not_mix<O: Open>() {
    let mut bed = Bed::<O>::new();
    bed.accept(accept_logged(1, "log-1", "a"));
    let mut elsewhere = accept_logged(2, "log-1", "a");
    elsewhere.dedup.as_mut().unwrap().scope = "main destination-2".into();
    bed.accept(elsewhere);
}

pub(crate) fn a_pure_duplicate_writes_nothing<O: Open>() {
    let mut bed = Bed::<O>::new();
    bed.accept(accept_logged(1, "log-1", "a"));
    let applied = bed.group(&[Command::Accept(Box::new(accept_logged(2, "log-1", "a")))]);
    assert!(!applied.wrote && applied.changes.is_empty());
}

fn keyed(submit: Submit, client: &str, key: &str, body: &str) -> Submit {
    let body = ContentHash::of([body.as_bytes()]);
    Submit { idempotency: Some(Idempotency { client: client.into(), key: key.into(), body }), ..submit }
}

pub(crate) fn a_submission_repeats_under_its_key<O: Open>() {
    let mut bed = Bed::<O>::new();
    let mut two = order(1, "o-1", &[]);
    two.deliveries.push(delivery("redox", OrderKeys::All));
    let Submitted::New { event, deliveries } = bed.try_submit(keyed(two.clone(), "app", "k", "a")) else { panic!() };
    assert_eq!(deliveries.len(), 2);
    bed.reopen();
    two.event = self::event(2);
    let repeated = Submitted::Repeated { event, deliveries };
    assert_eq!(bed.try_submit(keyed(two, "app", "k", "a")), repeated);
    assert_eq!(
        bed.read(|reads| reads.expectations(&ExpectationQuery { limit: 10, ..ExpectationQuery::default() })).len(),
        1
    );
}

pub(crate) fn a_submission_key_with_another_body_is_refused<O: Open>() {
    let mut bed = Bed::<O>::new();
    let first = bed.submit(keyed(order(1, "o-1", &[]), "app", "k", "a"));
    let reused = bed.try_submit(keyed(order(2, "o-2", &[]), "app", "k", "b"));
    assert_eq!(reused, Submitted::KeyReused { event: first.event });
}

pub(crate) fn submission_keys_are_the_clients_own<O: Open>() {
    let mut bed = Bed::<O>::new();
    bed.submit(keyed(order(1, "o-1", &[]), "app", "k", "a"));
    bed.submit(keyed(order(2, "o-2", &[]), "other", "k", "b"));
    bed.submit(keyed(order(3, "o-3", &[]), "app", "K", "c"));
}

pub(crate) fn an_event_needs_a_delivery<O: Open>() {
    let mut bed = Bed::<O>::new();
    let nowhere = Accept { deliveries: Vec::new(), ..accept(1) };
    assert_eq!(bed.fails(&[Command::Accept(Box::new(nowhere))]), "an event came without a delivery");
    bed.accept(accept(2));
}

pub(crate) fn equal_content_under_another_id_is_flagged_and_delivered<O: Open>() {
    let mut bed = Bed::<O>::new();
    let first = bed.accept(accept_logged(1, "log-1", "a"));
    let second = bed.accept(accept_logged(2, "log-2", "a"));
    bed.reopen();
    let third = bed.accept(accept_logged(3, "log-3", "a"));
    let other = bed.accept(accept_logged(4, "log-4", "b"));
    for (id, of) in [(first, None), (second, Some(first.event)), (third, Some(first.event)), (other, None)] {
        let event = bed.event(id.event);
        assert_eq!((event.flags.has(Flags::SUSPECTED_DUPLICATE), event.parent), (of.is_some(), of));
        assert_eq!(bed.state(id), State::Queued);
    }
    let mut elsewhere = accept_logged(5, "log-5", "a");
    elsewhere.event.door = "other".into();
    let elsewhere = bed.accept(elsewhere);
    assert!(!bed.event(elsewhere.event).flags.has(Flags::SUSPECTED_DUPLICATE), "another endpoint's");
}
