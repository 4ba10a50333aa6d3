//! Synchronous requests: answered on the same call, or told why not; recorded without content.

use super::fixture::{Road, ScriptedPeer, Setup, message, peer, plan, route};
use crate::handle::PeerSettings;
use crate::{Plan, Responder, RouteKind};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use oxgate_core::filter::Filter;
use oxgate_core::{Reason, State};
use serde_json::{Value, json};
use std::time::Duration;

const FOUND: &str = r#"{"Meta":{"DataModel":"PatientSearch","EventType":"Response"},"Patient":{"Identifiers":[]}}"#;

fn question() -> String {
    let patient = r#""Patient":{"Demographics":{"FirstName":"Quillonette","LastName":"Marzibando"}}"#;
    message("PatientSearch.Query", Some(("log-1", "a")), patient)
}

fn setup(settings: &PeerSettings, sync_budget: Duration) -> Setup {
    let responder = RouteKind::Responder(Responder::new(settings).expect("good settings"));
    let filter = Filter { events: vec!["PatientSearch".into()], ..Filter::default() };
    let mut plan = plan();
    plan.routes.push(route("answers", filter, responder));
    Setup { plan, sync_budget, ..Setup::default() }
}

type Script = fn() -> Response;

const BUDGET: Duration = Duration::from_secs(90);

/// The road with a responder that answers by this script.
async fn answering(script: impl Fn() -> Response + Send + Sync + 'static) -> (Road, ScriptedPeer) {
    let responder = ScriptedPeer::new(move |_| script()).await;
    (Road::with(setup(&peer(&responder.url), BUDGET)), responder)
}

fn errors(body: &str) -> Value {
    let body: Value = serde_json::from_str(body).expect("JSON");
    assert_eq!((&body["Meta"]["DataModel"], &body["Meta"]["EventType"]), (&json!("PatientSearch"), &json!("Response")));
    let error = body["Meta"]["Errors"][0].clone();
    assert!(error["Text"].is_string() && error["Type"].is_string() && error["Module"].is_string(), "{error}");
    error
}

#[tokio::test]
async fn a_responder_answers_on_the_same_call() {
    let (road, responder) = answering(|| FOUND.into_response()).await;
    let answer = road.post(question()).await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, FOUND));
    assert_eq!(answer.headers["content-type"], "application/json");
    let seen = &responder.seen()[0];
    assert_eq!(seen.body, question());
    assert_eq!(seen.header("oxgate-deadline"), Some("2026-03-01T12:01:30.000Z"));
    assert_eq!(seen.header("oxgate-endpoint"), Some("main"));
    assert_eq!(seen.header("webhook-timestamp"), Some("1772366400"));
    assert!(seen.header("webhook-id").is_some_and(|id| id.starts_with("qry_")));
    assert!(seen.header("webhook-signature").is_some_and(|signature| signature.starts_with("v1,")));
}

#[tokio::test]
async fn the_exchange_is_recorded_without_content() {
    let (road, _responder) = answering(|| FOUND.into_response()).await;
    road.post(question()).await;
    road.post(question()).await;
    road.inbound.drain().await;
    // Not de-duplicated: each asker waits for an answer of its own.
    let events = road.events().await;
    assert_eq!(events.len(), 2);
    assert_eq!((events[0].address.kind().as_str(), events[0].body_bytes), ("PatientSearch.Query", 0));
    let delivery = &road.deliveries(events[0].id).await[0];
    assert_eq!((delivery.target.as_str(), delivery.row.state), ("answers", State::Settled));
    assert_eq!(road.counts().queries_answered.get(), 2);
}

#[tokio::test]
async fn it_works_while_the_store_is_down() {
    let (road, _responder) = answering(|| FOUND.into_response()).await;
    road.store.close().await;
    assert_eq!(road.post(question()).await.body, FOUND);
    road.inbound.drain().await;
    assert_eq!(road.counts().queries_unrecorded.get(), 1);
}

#[tokio::test]
async fn without_a_responder_it_is_501() {
    let road = Road::new();
    let answer = road.post(question()).await;
    assert_eq!(answer.status, StatusCode::NOT_IMPLEMENTED);
    errors(&answer.body);
    road.inbound.drain().await;
    let event = road.events().await[0].id;
    let delivery = &road.deliveries(event).await[0];
    assert_eq!((delivery.row.state, &delivery.row.reason), (State::Expired, &Reason::UNROUTED));
    assert_eq!(road.counts().queries_without_responder.get(), 1);
}

#[tokio::test]
async fn a_failing_responder_is_502_and_never_an_empty_200() {
    let scripts: [(Script, &str); 5] = [
        (|| StatusCode::INTERNAL_SERVER_ERROR.into_response(), "http-500"),
        (|| (StatusCode::NOT_FOUND, "Quillonette is not here").into_response(), "http-404"),
        (|| (StatusCode::FOUND, [("location", "/elsewhere")]).into_response(), "http-302"),
        (|| StatusCode::NO_CONTENT.into_response(), "unreadable-reply"),
        (|| "<html>".into_response(), "unreadable-reply"),
    ];
    for (script, reason) in scripts {
        let (road, responder) = answering(script).await;
        let answer = road.post(question()).await;
        assert_eq!(answer.status, StatusCode::BAD_GATEWAY, "{reason}");
        let text = errors(&answer.body)["Text"].to_string();
        assert!(text.contains(reason) && !text.contains("Quillonette"), "{text}");
        assert_eq!((responder.seen().len(), road.counts().queries_failed.get()), (1, 1));
    }
}

#[tokio::test]
async fn a_responder_that_is_too_late_is_504() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/", listener.local_addr().expect("bound"));
    // Connections are taken by the operating system and never answered.
    let impatient = PeerSettings { timeout: Duration::from_millis(20), ..peer(&url) };
    for setup in [setup(&peer(&url), Duration::from_millis(20)), setup(&impatient, BUDGET)] {
        let road = Road::with(setup);
        let answer = road.post(question()).await;
        assert_eq!(answer.status, StatusCode::GATEWAY_TIMEOUT);
        errors(&answer.body);
        assert_eq!(road.counts().queries_late.get(), 1);
    }
}

#[tokio::test]
async fn a_responder_takes_no_notifications_and_a_handler_no_questions() {
    let responder = RouteKind::Responder(Responder::new(&peer("http://127.0.0.1:9/")).expect("good settings"));
    let routes = vec![route("answers", Filter::default(), responder)];
    let road = Road::with_plan(Plan { routes, ..plan() });
    let event = road.post(super::fixture::arrival("log-1")).await.event();
    assert_eq!(road.deliveries(event).await[0].target, oxgate_dispatch::UNROUTED);
    let handlers_only = Plan { routes: vec![route("app", Filter::default(), RouteKind::Handler)], ..plan() };
    let road = Road::with_plan(handlers_only);
    assert_eq!(road.post(question()).await.status, StatusCode::NOT_IMPLEMENTED);
}
