//! Handlers that come later than events: what they are given, in which order, and what a crash in the middle changes.

use super::fixture::{PATIENT, Road, Setup, arrival, message, plan, route};
use crate::{Beginning, RouteKind};
use futures_util::future::join_all;
use oxgate_core::delivery::Policy;
use oxgate_core::filter::Filter;
use oxgate_core::limits::CATCH_UP_MAX;
use oxgate_core::order::OrderBy;
use oxgate_core::{Clock, Direction, EventId, Fact, OrderKeys, State, Timestamp};
use oxgate_store::Settings;
use oxgate_store::command::{Command, Outcome, Record};
use oxgate_store::view::{EventQuery, OpenDelivery};
use std::time::Duration;

const LATE: &str = "late";

/// The usual plan with a further handler, for admissions and documents.
fn with_late(order_by: OrderBy) -> Setup {
    let events = ["PatientAdmin", "Media"].map(str::to_owned).to_vec();
    let mut late = route(LATE, Filter { events, ..Filter::default() }, RouteKind::Handler);
    late.order_by = order_by;
    let mut plan = plan();
    plan.routes.push(late);
    let settings = Box::new(|settings: &mut Settings| settings.ops = vec!["watch".into()]);
    Setup { plan, settings, ..Setup::default() }
}

async fn begin(road: &Road, since: Timestamp) {
    road.inbound.begin_catch_ups(&[Beginning { target: LATE.into(), since }]).await.expect("noted");
}

async fn catch_up(road: &Road) {
    while road.inbound.catch_up(CATCH_UP_MAX).await.expect("given") {}
}

async fn starts(road: &Road) -> bool {
    let lanes = road.store.lanes().await.expect("readable");
    lanes.into_iter().find(|lane| lane.target == LATE).expect("made").state.starts_through().is_some()
}

/// The open deliveries of a late handler's only lane, in the order in which they start.
async fn window(road: &Road, target: &str) -> Vec<OpenDelivery> {
    let lanes = road.store.lanes().await.expect("readable");
    let lane = lanes.into_iter().find(|lane| lane.target == target).expect("made").id;
    road.store.window(lane, (0, 0), 10_000).await.expect("readable")
}

/// What the operational events say, without what else they are about.
async fn said(road: &Road) -> serde_json::Value {
    let query = EventQuery { direction: Some(Direction::Ops), limit: 1, ..EventQuery::default() };
    let event = road.store.events(query).await.expect("readable").remove(0);
    let body = road.store.body(event.id).await.expect("readable").expect("kept");
    let said: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(said["type"], "handler.caught_up");
    said["data"].clone()
}

#[tokio::test]
async fn g3_a_late_handler_has_every_event_once_and_in_order_whatever_crashes() {
    let road = Road::new();
    for hundred in 0..6 {
        let bodies = (0..100).map(|one| {
            let kind = if one % 4 == 0 { "Notes.New" } else { "PatientAdmin.Arrival" };
            message(kind, Some((&format!("log-{hundred}-{one}"), "a")), PATIENT)
        });
        for answer in join_all(bodies.map(|body| road.post(body))).await {
            answer.event();
        }
    }
    let admissions: Vec<EventId> =
        road.events().await.iter().filter(|row| row.address.model == "PatientAdmin").map(|row| row.id).collect();
    assert_eq!(admissions.len(), 450);

    let mut road = road.reopened(with_late(OrderBy::All)).await;
    begin(&road, Timestamp::ZERO).await;
    let newer = road.post(arrival("log-new")).await.event();
    let mut lives = 0;
    while road.inbound.catch_up(CATCH_UP_MAX).await.expect("given") {
        lives += 1;
        assert_eq!(starts(&road).await, lives == 3, "nothing starts before all are there");
        road = road.reopened(with_late(OrderBy::All)).await;
        begin(&road, Timestamp::ZERO).await;
    }
    assert_eq!(lives, 3, "600 events in batches of 256, each in a life of its own");
    let newest = road.post(arrival("log-newest")).await.event();
    let expected = [admissions, vec![newer, newest]].concat();
    let given: Vec<EventId> = window(&road, LATE).await.iter().map(|open| open.id.event).collect();
    assert_eq!(given, expected);
    assert_eq!(said(&road).await, serde_json::json!({ "handler": LATE, "given": 450, "without_body": 0 }));

    let road = road.reopened(with_late(OrderBy::All)).await;
    begin(&road, Timestamp::ZERO).await;
    assert!(!road.inbound.catch_up(CATCH_UP_MAX).await.expect("readable"), "a second start gives nothing twice");
    assert_eq!(window(&road, LATE).await.len(), expected.len());
}

#[tokio::test]
async fn order_keys_are_those_of_an_accept() {
    let road = Road::new();
    for log in ["log-1", "log-2"] {
        road.post(arrival(log)).await.event();
    }
    road.post(message("PatientAdmin.Arrival", Some(("log-3", "a")), "\"Patient\":{}")).await.event();
    let road = road.reopened(with_late(OrderBy::Patient)).await;
    begin(&road, Timestamp::ZERO).await;
    catch_up(&road).await;
    road.post(arrival("log-4")).await.event();
    let keys: Vec<OrderKeys> = window(&road, LATE).await.into_iter().map(|open| open.keys).collect();
    assert_eq!((&keys[0], &keys[0]), (&keys[1], &keys[3]));
    assert!(matches!(keys[0], OrderKeys::Some(_)) && keys[2] != keys[0], "{keys:?}");
}

#[tokio::test]
async fn g4_events_that_nobody_took_are_no_longer_parked() {
    let road = Road::new();
    let media = road.post(message("Media.New", Some(("log-1", "a")), r#""Media":{}"#)).await.event();
    let unreadable = road.post("not JSON").await.event();
    let road = road.reopened(with_late(OrderBy::All)).await;
    begin(&road, Timestamp::ZERO).await;
    catch_up(&road).await;
    let states: Vec<(String, State)> =
        road.deliveries(media).await.into_iter().map(|row| (row.target, row.row.state)).collect();
    assert_eq!(states, [("unrouted".to_owned(), State::Cancelled), (LATE.to_owned(), State::Queued)]);
    assert_eq!(road.deliveries(unreadable).await.len(), 1, "what cannot be read still waits for a person");
}

#[tokio::test]
async fn a_time_and_what_retention_has_removed_are_left_out() {
    let road = Road::new();
    let [gone, before] = [road.post(arrival("log-1")).await.event(), road.post(arrival("log-2")).await.event()];
    road.store.record(Record::new(gone.delivery(0), Fact::Accepted, Policy::HANDLER)).await.expect("settled");
    road.clock.pass(Duration::from_hours(24 * 60));
    while !matches!(road.store.command(Command::Sweep { rows: 256 }).await, Ok(Outcome::Rows(0))) {}
    assert!(!road.event(gone).await.has_body);
    let noon = road.clock.now();
    let after = road.post(arrival("log-3")).await.event();

    let mut setup = with_late(OrderBy::All);
    setup.plan.routes.push(route("later", Filter::default(), RouteKind::Handler));
    let road = road.reopened(setup).await;
    begin(&road, Timestamp::ZERO).await;
    // The handler `app` is not new: it has lanes.
    let others = ["later", "app"].map(|target| Beginning { target: target.into(), since: noon });
    road.inbound.begin_catch_ups(&others).await.expect("noted");
    catch_up(&road).await;
    for (target, events) in [(LATE, vec![before, after]), ("later", vec![after])] {
        let found: Vec<EventId> = window(&road, target).await.iter().map(|open| open.id.event).collect();
        assert_eq!(found, events, "{target}");
    }
    let places = road.store.catch_ups().await.expect("readable");
    let counts: Vec<_> = places.iter().map(|row| (row.target.as_str(), row.given, row.without_body)).collect();
    assert_eq!(counts, [(LATE, 2, 1), ("later", 1, 0)]);
    assert_eq!(road.deliveries(after).await.len(), 3);
}
