//! What is kept, where it goes, and what it answers.

use super::fixture::{PATIENT, Road, ScriptedPeer, arrival, endpoint, message, peer, plan, route};
use crate::{CannotHandle, Endpoint, Plan, RouteKind};
use axum::response::IntoResponse;
use http::StatusCode;
use oxgate_core::expectation::{Fit, Grade, KeyKind};
use oxgate_core::filter::Filter;
use oxgate_core::lane::LaneScope;
use oxgate_core::order::OrderBy;
use oxgate_core::{
    Address, ContentHash, Delivery, Direction, EventId, Flags, OrderKeys, Reason, Refs, State, Timestamp,
};
use oxgate_dispatch::{Target, UNROUTED};
use oxgate_store::command::{NewDelivery, NewEvent, NewExpectation, Submit, Submitted};
use std::time::Duration;

#[tokio::test]
async fn g4_what_is_not_json_is_kept_parked_and_acknowledged() {
    let road = Road::new();
    for body in ["", "not JSON", "{\"Meta\":", "[]", "{}", r#"{"Meta":{"EventType":"New"}}"#] {
        let event = road.post(body).await.event();
        let row = road.event(event).await;
        assert!(row.flags.has(Flags::UNREADABLE), "{body}");
        let deliveries = road.deliveries(event).await;
        assert_eq!(deliveries.len(), 1);
        assert_eq!(deliveries[0].target, UNROUTED);
        assert_eq!((deliveries[0].row.state, &deliveries[0].row.reason), (State::Parked, &Reason::UNREADABLE));
        assert_eq!(road.store.body(event).await.expect("readable").expect("kept"), body.as_bytes());
    }
    assert_eq!(road.counts().unreadable.get(), 6);
}

#[tokio::test]
async fn g4_an_event_that_no_handler_takes_is_parked_as_unrouted() {
    let road = Road::new();
    let event = road.post(message("Media.New", Some(("log-1", "a")), r#""Media":{}"#)).await.event();
    assert!(road.event(event).await.flags.has(Flags::UNROUTED));
    let delivery = &road.deliveries(event).await[0];
    assert_eq!((delivery.target.as_str(), delivery.lane_label.as_str()), (UNROUTED, "endpoint=main"));
    assert_eq!((delivery.row.state, &delivery.row.reason), (State::Parked, &Reason::UNROUTED));
    assert_eq!(road.counts().unrouted.get(), 1);
}

#[tokio::test]
async fn an_endpoint_that_holds_keeps_neither() {
    let holding = Endpoint { cannot_handle: CannotHandle::Hold, ..endpoint("main") };
    let road = Road::with_plan(Plan { endpoints: vec![holding], ..plan() });
    for body in ["not JSON".to_owned(), message("Media.New", Some(("log-1", "a")), r#""Media":{}"#)] {
        let answer = road.post(body).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(answer.headers.contains_key("retry-after"));
    }
    assert_eq!((road.events().await.len(), road.counts().held.get()), (0, 2));
    assert_eq!(road.post(arrival("log-2")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_rule_holds_some_events_and_the_first_that_takes_one_counts() {
    let of = |events: &str| Filter { events: vec![events.into()], ..Filter::default() };
    let rules = vec![
        (of("Media.Replace"), CannotHandle::Keep),
        (of("Media"), CannotHandle::Hold),
        (of("Results"), CannotHandle::Hold),
    ];
    let road = Road::with_plan(Plan { endpoints: vec![Endpoint { rules, ..endpoint("main") }], ..plan() });
    let push = async |kind: &str, log: &str| road.post(message(kind, Some((log, "a")), PATIENT)).await.status;
    assert_eq!(push("Media.New", "log-1").await, StatusCode::SERVICE_UNAVAILABLE, "held: Redox keeps it");
    assert_eq!(push("Media.Replace", "log-2").await, StatusCode::OK, "an earlier rule keeps it");
    assert_eq!(push("Vaccination.New", "log-3").await, StatusCode::OK, "no rule takes it, the endpoint keeps it");
    assert_eq!(push("Results.New", "log-4").await, StatusCode::OK, "a handler takes it, so nothing is held");
    assert_eq!(road.post("no JSON").await.status, StatusCode::OK, "what has no address fits no rule");
    let states: Vec<State> =
        futures_util::future::join_all(road.events().await.iter().map(|row| road.deliveries(row.id)))
            .await
            .into_iter()
            .map(|rows| rows[0].row.state)
            .collect();
    assert_eq!(states, [State::Parked, State::Parked, State::Queued, State::Parked]);
    assert_eq!(road.counts().held.get(), 1);
}

#[tokio::test]
async fn unknown_models_are_routed_like_known_ones() {
    let filter = Filter { events: vec!["Hologram.*".into()], ..Filter::default() };
    let road = Road::with_plan(Plan { routes: vec![route("new", filter, RouteKind::Handler)], ..plan() });
    let event = road.post(message("Hologram.Beam", Some(("log-1", "a")), r#""X":1"#)).await.event();
    assert!(road.event(event).await.flags.has(Flags::UNKNOWN_KIND));
    assert_eq!(road.deliveries(event).await[0].target, "new");
}

#[tokio::test]
async fn an_event_goes_once_to_each_target_that_takes_it() {
    let all = Filter::default;
    let only = |kind: &str| Filter { events: vec![kind.to_owned()], ..Filter::default() };
    let mut by_patient = route("by-patient", all(), RouteKind::Handler);
    by_patient.order_by = OrderBy::Patient;
    let routes = vec![
        route("first", only("PatientAdmin"), RouteKind::Handler),
        route("first", all(), RouteKind::Handler),
        route("never", only("Order"), RouteKind::Handler),
        route("nobody", all(), RouteKind::Discard),
        by_patient,
    ];
    let road = Road::with_plan(Plan { routes, ..plan() });
    let event = road.post(arrival("log-1")).await.event();
    let deliveries = road.deliveries(event).await;
    let targets: Vec<&str> = deliveries.iter().map(|delivery| delivery.target.as_str()).collect();
    assert_eq!(targets, ["first", "nobody", "by-patient"]);
    let label = "endpoint=main source=source-1 destination=destination-1 model=PatientAdmin";
    assert!(deliveries.iter().all(|delivery| delivery.lane_label == label), "{}", deliveries[0].lane_label);
    let keyed = road.store.keyed();
    let window = road.store.window(deliveries[2].lane, (0, 0), 10).await.expect("readable");
    assert_eq!(window[0].keys, OrderKeys::Some(vec![keyed.order(keyed.patient("MR", "MRN-4711-0815"))]));
}

/// An order that waits for its results, put into the store as the road out would.
async fn ask(road: &Road, order: &str, patient: &str) -> EventId {
    let (store, keyed) = (&road.store, road.store.keyed());
    let body = store.seal(b"{}").await.expect("sealed");
    let event = NewEvent {
        tag: store.tag(),
        direction: Direction::Outbound,
        door: "api".into(),
        partner: "north".into(),
        address: Address { model: "Order".into(), event_type: "New".into(), ..Address::default() },
        flags: Flags::default(),
        accepted_at: Timestamp(1_772_366_400_000),
        parent: None,
        content: ContentHash::of([b"{}".as_slice()]),
        content_type: "application/json".into(),
        body,
        refs: Refs::default(),
        correlation: Some(store.seal_text(&format!("task of {order}")).expect("sealed")),
    };
    let delivery = NewDelivery {
        target: "redox".into(),
        scope: LaneScope::default(),
        keys: OrderKeys::All,
        delivery: Delivery::queued(Timestamp(1_772_366_400_000), None),
    };
    let expectation = NewExpectation {
        rule: "order".into(),
        partner: "north".into(),
        within: Some(Duration::from_hours(24)),
        keys: vec![(KeyKind::Order, keyed.hash("order", order))],
        patients: vec![keyed.patient("MR", patient)],
    };
    let submit = Submit { event, idempotency: None, deliveries: vec![delivery], expectations: vec![expectation] };
    match store.submit(submit).await.expect("taken") {
        Submitted::New { event, .. } => event,
        other => panic!("not new: {other:?}"),
    }
}

fn results(log: &str, orders: &[&str]) -> String {
    let orders: Vec<String> = orders.iter().map(|id| format!(r#"{{"ID":"{id}","Status":"Resulted"}}"#)).collect();
    message("Results.New", Some((log, "a")), &format!(r#"{PATIENT},"Orders":[{}]"#, orders.join(",")))
}

#[tokio::test]
async fn g7_results_are_linked_to_their_order() {
    let road = Road::new();
    let question = ask(&road, "ORD-1", "MRN-4711-0815").await;
    let answer = road.post(results("log-1", &["ORD-0", "ORD-1"])).await.event();
    let linked = road.store.answered_by(answer).await.expect("readable");
    assert_eq!(linked.len(), 1);
    assert_eq!((linked[0].question, linked[0].grade, linked[0].fit), (question, Grade::Exact, Fit::Single));
    let correlation = linked[0].correlation.as_deref().and_then(|sealed| road.store.open_text(sealed));
    assert_eq!(correlation.as_deref(), Some("task of ORD-1"));
    assert_eq!(road.counts().answers.get(), 1);
}

#[tokio::test]
async fn g7_the_handler_is_told_which_questions_are_answered() {
    let (road, app) = (Road::new(), ScriptedPeer::new(|_| StatusCode::OK.into_response()).await);
    let questions = [ask(&road, "ORD-1", "MRN-4711-0815").await, ask(&road, "ORD-2", "MRN-4711-0815").await];
    ask(&road, "ORD-3", "MRN-4711-0816").await;
    let answer = road.post(results("log-1", &["ORD-1", "ORD-2", "ORD-3"])).await.event();
    road.handler(peer(&app.url)).deliver(road.job(answer).await).await;
    let seen = &app.seen()[0];
    assert_eq!(seen.header("oxgate-answers"), Some(questions.map(|id| id.to_string()).join(",").as_str()));
    let correlations: Vec<_> = seen.headers.get_all("oxgate-correlation").iter().collect();
    assert_eq!(correlations, ["task of ORD-1", "task of ORD-2"]);
}

#[tokio::test]
async fn g7_an_answer_about_another_patient_is_not_linked() {
    let road = Road::new();
    ask(&road, "ORD-1", "MRN-4711-0816").await;
    let answer = road.post(results("log-1", &["ORD-1"])).await.event();
    let linked = road.store.answered_by(answer).await.expect("readable");
    assert!(linked.iter().all(|answer| answer.grade == Grade::Suspect), "{linked:?}");
    assert_eq!(road.counts().answers.get(), 0);
}

#[tokio::test]
async fn g7_nobody_elses_answer_and_no_other_kind_is_linked() {
    let road = Road::new();
    ask(&road, "ORD-1", "MRN-4711-0815").await;
    let stranger = results("log-1", &["ORD-1"]).replace("source-1", "source-2");
    let other_kind = results("log-2", &["ORD-1"]).replace("\"Results\"", "\"Notes\"");
    for body in [stranger, other_kind] {
        let event = road.post(body).await.event();
        assert_eq!(road.store.answered_by(event).await.expect("readable"), []);
    }
}
