//! Lists, windows, bodies: what went in comes out, in order and bounded.

use super::bed::{Bed, Open};
use super::sample::{NOON, accept, accept_logged, event, order, refusal};
use oxgate_core::delivery::Policy;
use oxgate_core::{DeliveryId, Direction, Fact, Flags, Refs, State, Timestamp};
use oxgate_store::command::{Accept, Command, NewEvent, SealedBody};
use oxgate_store::view::EventQuery;
use std::time::Duration;

pub(crate) fn a_large_body_comes_in_parts<O: Open>() {
    let mut bed = Bed::<O>::new();
    let part = |part: u32| Command::Part {
        body: 9,
        part,
        codec: 1,
        data_key: 4,
        bytes: vec![u8::try_from(part).unwrap(); 1_000],
    };
    bed.group(&[part(0), part(1)]);
    bed.group(&[part(2)]);
    let body = SealedBody { id: 9, codec: 1, data_key: 4, bytes: 9_999, inline: None };
    let id = bed.accept(Accept { event: NewEvent { body, ..event(9) }, ..accept(9) });
    bed.reopen();
    let stored = bed.read(|reads| reads.body(id.event)).unwrap();
    assert_eq!((stored.id, stored.codec), (9, 1));
    assert_eq!(stored.parts, [0, 1, 2].map(|byte| (4, vec![byte; 1_000])));
    assert_eq!(bed.event(id.event).body_bytes, 9_999);
}

pub(crate) fn parts_that_are_gone_fail_their_event_alone<O: Open>() {
    let mut bed = Bed::<O>::new();
    let body = SealedBody { id: 9, codec: 0, data_key: 0, bytes: 9, inline: None };
    let lost = Accept { event: NewEvent { body, ..event(9) }, ..accept(9) };
    let group = [Command::Accept(Box::new(accept(1))), Command::Accept(Box::new(lost))];
    assert!(bed.fails(&group).contains("not staged"));
    // The group was rolled back as a whole; its sequence numbers are free again.
    let id = bed.accept(accept(1));
    assert_eq!(id.event.seq, 1);
}

pub(crate) fn a_window_is_read_from_a_place_on<O: Open>() {
    let mut bed = Bed::<O>::new();
    let ids: Vec<DeliveryId> = (1..=5).map(|body| bed.accept(accept(body))).collect();
    bed.fact(ids[1], Fact::Accepted, Policy::HANDLER);
    let lane = bed.delivery(ids[0]).lane;
    let window = |from, limit| -> Vec<DeliveryId> {
        bed.read(|reads| reads.window(lane, from, limit)).into_iter().map(|open| open.id).collect()
    };
    assert_eq!(window((0, 0), 2), [ids[0], ids[2]]);
    assert_eq!(window((ids[2].event.seq, 1), 9), [ids[3], ids[4]]);
    assert!(bed.read(|reads| reads.window(lane + 1, (0, 0), 9)).is_empty());
}

pub(crate) fn busy_lanes_come_first<O: Open>() {
    let mut bed = Bed::<O>::new();
    let idle = bed.accept(accept(1));
    bed.submit(order(2, "o-1", &[]));
    bed.fact(idle, Fact::Accepted, Policy::HANDLER);
    let targets = |lanes: Vec<oxgate_store::view::LaneRow>| -> Vec<String> {
        lanes.into_iter().map(|lane| lane.target).collect()
    };
    assert_eq!(targets(bed.read(|reads| reads.lanes())), ["redox", "app"]);
    assert_eq!(targets(bed.read(|reads| reads.busy_lanes())), ["redox"]);
    let lane = bed.read(|reads| reads.busy_lanes())[0].id;
    let depth = bed.read(|reads| reads.lane_depth(lane));
    assert_eq!((depth.open, depth.parked, depth.oldest), (1, 0, Some(NOON)));
}

pub(crate) fn events_are_listed_by_what_they_are<O: Open>() {
    let mut bed = Bed::<O>::new();
    let inbound = bed.accept(accept(1)).event;
    let outbound = bed.submit(order(2, "o-1", &[])).event;
    let logged = bed.accept(accept_logged(3, "log-3", "a"));
    bed.fact(logged, Fact::Accepted, Policy::HANDLER);
    let logged = logged.event;
    let list = |query: EventQuery| -> Vec<oxgate_core::EventId> {
        bed.read(|reads| reads.events(&query)).into_iter().map(|event| event.id).collect()
    };
    let all = || EventQuery { limit: 10, ..EventQuery::default() };
    assert_eq!(list(all()), [logged, outbound, inbound]);
    assert_eq!(list(EventQuery { ascending: true, limit: 2, ..all() }), [inbound, outbound]);
    assert_eq!(list(EventQuery { from: Some(logged.seq), ..all() }), [outbound, inbound]);
    assert_eq!(list(EventQuery { from: Some(inbound.seq), ascending: true, ..all() }), [outbound, logged]);
    assert_eq!(list(EventQuery { direction: Some(Direction::Outbound), ..all() }), [outbound]);
    assert_eq!(list(EventQuery { model: Some("Order".into()), ..all() }), [outbound]);
    assert_eq!(list(EventQuery { event_type: Some("Arrival".into()), ..all() }), [logged, inbound]);
    assert_eq!(list(EventQuery { door: Some("api".into()), ..all() }), [outbound]);
    assert_eq!(list(EventQuery { state: Some(State::Settled), ..all() }), [logged]);
    assert_eq!(list(EventQuery { log: Some("log-3".into()), ..all() }), [logged]);
    assert!(list(EventQuery { model: Some("never seen".into()), ..all() }).is_empty());
    assert!(list(EventQuery { log: Some("never seen".into()), ..all() }).is_empty());
}

pub(crate) fn parked_ones_come_oldest_first<O: Open>() {
    let mut bed = Bed::<O>::new();
    let strict = Policy { failures_max: 1, failures_span: Duration::ZERO, ..Policy::HANDLER };
    let first = bed.accept(accept(1));
    let sent = bed.submit(order(2, "o-1", &[]));
    let last = bed.accept(accept(3));
    bed.fact(sent, Fact::Start { ticket: 1 }, Policy::REDOX);
    bed.fact(sent, refusal(), Policy::REDOX);
    for id in [last, first] {
        bed.fact(id, refusal(), strict);
    }
    let parked = |target: Option<&str>, limit| -> Vec<DeliveryId> {
        bed.read(|reads| reads.parked(target, None, limit)).into_iter().map(|row| row.id).collect()
    };
    assert_eq!(parked(None, 9), [first, sent, last]);
    assert_eq!(parked(None, 2), [first, sent]);
    assert_eq!(parked(Some("app"), 9), [first, last]);
    assert!(parked(Some("nobody"), 9).is_empty());
}

pub(crate) fn parked_ones_are_counted_by_target<O: Open>() {
    let mut bed = Bed::<O>::new();
    let strict = Policy { failures_max: 1, failures_span: Duration::ZERO, ..Policy::HANDLER };
    let (ids, sent) = ([1, 2, 3].map(|body| bed.accept(accept(body))), bed.submit(order(4, "o-1", &[])));
    let counted = |bed: &Bed<O>| {
        let lanes: Vec<String> = bed.read(|reads| reads.parked_lanes()).into_iter().map(|lane| lane.target).collect();
        (lanes, bed.read(|reads| reads.unresolved()).parked.into_iter().collect::<Vec<_>>())
    };
    assert_eq!(counted(&bed), (Vec::new(), Vec::new()));
    for id in &ids[..2] {
        bed.fact(*id, refusal(), strict);
    }
    bed.fact(sent, Fact::Start { ticket: 1 }, Policy::REDOX);
    bed.fact(sent, refusal(), Policy::REDOX);
    let names = ["app", "redox"].map(str::to_owned);
    assert_eq!(counted(&bed), (names.to_vec(), vec![(names[0].clone(), 2), (names[1].clone(), 1)]));
    bed.fact(sent, Fact::Cancel, Policy::REDOX);
    assert_eq!(counted(&bed), (names[..1].to_vec(), vec![(names[0].clone(), 2)]));
}

pub(crate) fn quota_is_read_back<O: Open>() {
    let mut bed = Bed::<O>::new();
    for (slot, used) in [(1_000, 3), (2_000, 4), (2_000, 5)] {
        bed.run(Command::Quota { egress: "default".into(), slot, used });
    }
    assert_eq!(bed.read(|reads| reads.quota("default", Timestamp(1_000))), [(1_000, 3), (2_000, 5)]);
    assert_eq!(bed.read(|reads| reads.quota("default", Timestamp(1_001))), [(2_000, 5)]);
    assert!(bed.read(|reads| reads.quota("other", Timestamp::ZERO)).is_empty());
}

pub(crate) fn an_event_comes_back_as_it_went_in<O: Open>() {
    let mut bed = Bed::<O>::new();
    let parent = bed.accept(accept(1)).event;
    let mut accept = accept(2);
    let new = &mut accept.event;
    (new.parent, new.flags, new.address.test) = (Some(parent), Flags::UNKNOWN_KIND, true);
    (new.content_type, new.correlation) = ("application/fhir+json".into(), Some(vec![1, 2, 3]));
    new.refs = Refs { log: Some("l".into()), bundle: Some("b".into()), ..Refs::default() };
    let new = accept.event.clone();
    let id = bed.accept(accept).event;
    bed.reopen();
    let row = bed.event(id);
    assert_eq!(row.address, new.address);
    assert_eq!(row.flags, Flags::UNKNOWN_KIND.with(Flags::TEST));
    assert_eq!((row.door, row.partner, row.direction), (new.door, new.partner, new.direction));
    assert_eq!((row.parent, row.content_type, row.correlation), (new.parent, new.content_type, new.correlation));
    assert_eq!((row.refs, row.accepted_at, row.body_bytes), (new.refs, new.accepted_at, new.body.bytes));
    let plain = bed.event(parent);
    assert_eq!((plain.content_type.as_str(), plain.parent), ("application/json", None));
}
