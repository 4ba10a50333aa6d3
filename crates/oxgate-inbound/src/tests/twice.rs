//! Once in: redeliveries are recognised by their log, other content is never dropped.

use super::fixture::{PATIENT, Road, Setup, TOKEN, arrival, message, request, send};
use axum::extract::Request;
use http::StatusCode;
use oxgate_core::{EventId, Flags, State};
use oxgate_store::faults::{Faults, Mutation};
use std::collections::HashSet;
use std::sync::Arc;
use tokio::sync::Barrier;

/// How many of 32 simultaneous redeliveries became events.
async fn events_of_a_burst(setup: Setup) -> (usize, HashSet<EventId>) {
    let road = Road::with(setup);
    let start = Arc::new(Barrier::new(32));
    let tasks: Vec<_> = (0..32)
        .map(|n| {
            let (router, start) = (road.router.clone(), Arc::clone(&start));
            let body = message("PatientAdmin.Arrival", Some(("log-1", &format!("attempt-{n}"))), PATIENT);
            tokio::spawn(async move {
                start.wait().await;
                send(router, request(body)).await
            })
        })
        .collect();
    let mut ids = HashSet::new();
    for task in tasks {
        let answer = task.await.expect("no panic");
        assert_eq!(answer.status, StatusCode::OK);
        ids.insert(answer.event());
    }
    (road.events().await.len(), ids)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn g2_the_same_log_from_32_connections_at_once_is_one_event() {
    let (events, ids) = events_of_a_burst(Setup::default()).await;
    assert_eq!((events, ids.len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn g2_the_burst_would_show_a_store_that_does_not_recognise() {
    let settings = Box::new(|settings: &mut oxgate_store::Settings| {
        settings.faults = Faults::mutated(Mutation::G2SkipDedup);
    });
    let (events, _) = events_of_a_burst(Setup { settings, ..Setup::default() }).await;
    assert_eq!(events, 32);
}

#[tokio::test]
async fn g2_a_redelivery_is_one_event_whatever_changes_in_meta() {
    let road = Road::new();
    let first = road.post(message("Order.New", Some(("log-1", "attempt-1")), PATIENT)).await;
    let retry = message("Order.New", Some(("log-1", "attempt-2")), PATIENT)
        .replace("\"FacilityCode\"", "\"EventDateTime\":\"2026-03-01T12:00:10Z\",\"FacilityCode\"");
    let second = road.post(retry).await;
    assert_eq!(first.event(), second.event());
    assert!(second.body.contains("\"duplicate\":true"), "{}", second.body);
    assert_eq!((road.events().await.len(), road.counts().duplicates.get()), (1, 1));
}

#[tokio::test]
async fn g2_members_in_another_order_are_the_same_content() {
    let road = Road::new();
    let content =
        [r#""Patient":{"Identifiers":[{"ID":"MRN-4711-0815","IDType":"MR"}]}"#, r#""Order":{"ID":"7","Notes":["a"]}"#];
    let first = message("Order.New", Some(("log-1", "a")), &content.join(","));
    let turned = [
        r#""Order":{"Notes": [ "a" ],"ID":"7"}"#,
        r#""Patient":{"Identifiers":[{"IDType":"MR","ID":"MRN-4711-0815"}]}"#,
    ];
    let second = message("Order.New", Some(("log-1", "b")), &turned.join(","));
    let first = road.post(first).await.event();
    assert_eq!(road.post(second.clone()).await.event(), first);
    assert_eq!(road.post(second).await.event(), first);
    assert_eq!((road.events().await.len(), road.counts().conflicts.get()), (1, 0));
}

#[tokio::test]
async fn g2_other_content_under_a_known_log_is_a_new_event_linked_and_delivered() {
    let road = Road::new();
    let body = |order: &str| message("Order.New", Some(("log-1", "a")), &format!(r#""Order":{{"ID":"{order}"}}"#));
    let first = road.post(body("7")).await.event();
    let other = road.post(body("8")).await.event();
    assert_ne!(first, other);
    let row = road.event(other).await;
    assert!(row.flags.has(Flags::CONFLICT));
    assert_eq!(row.parent, Some(first));
    let deliveries = road.deliveries(other).await;
    assert_eq!((deliveries[0].target.as_str(), deliveries[0].row.state), ("app", State::Queued));
    // Each of the two is recognised again.
    assert_eq!([road.post(body("7")).await.event(), road.post(body("8")).await.event()], [first, other]);
    assert_eq!((road.counts().conflicts.get(), road.counts().duplicates.get()), (1, 2));
}

/// Whichever of two contents came first: the other one is recognised in other words too.
#[tokio::test]
async fn g2_other_content_in_other_words_is_recognised() {
    let road = Road::new();
    let body = |order: &str| message("Order.New", Some(("log-1", "a")), &format!(r#""Order":{order}"#));
    let first = road.post(body(r#"{"ID":"7"}"#)).await.event();
    let other = road.post(body(r#"{"ID":"8","Notes":[]}"#)).await.event();
    let turned = road.post(body(r#"{ "Notes": [], "ID": "8" }"#)).await.event();
    assert_ne!(first, other);
    assert_eq!(turned, other);
    assert_eq!((road.events().await.len(), road.counts().conflicts.get()), (2, 1));
}

#[tokio::test]
async fn g2_arrival_cancel_arrival_without_ids_is_three() {
    let road = Road::new();
    for kind in ["PatientAdmin.Arrival", "PatientAdmin.Cancel", "PatientAdmin.Arrival"] {
        road.post(message(kind, None, PATIENT)).await.event();
    }
    let events = road.events().await;
    assert_eq!(events.len(), 3);
    assert!(events.iter().all(|event| event.flags.has(Flags::WITHOUT_ID)));
    assert_eq!(road.counts().without_id.get(), 3);
}

#[tokio::test]
async fn g2_the_same_log_to_another_destination_is_another_event() {
    let road = Road::new();
    let first = road.post(arrival("log-1")).await.event();
    let elsewhere = arrival("log-1").replace("destination-1", "destination-2");
    assert_ne!(road.post(elsewhere).await.event(), first);
    assert_eq!(road.counts().conflicts.get(), 0);
}

#[tokio::test]
async fn g2_the_same_log_at_another_endpoint_is_another_event() {
    let mut plan = super::fixture::plan();
    plan.endpoints.push(super::fixture::endpoint("second"));
    let road = Road::with_plan(plan);
    let first = road.post(arrival("log-1")).await.event();
    let second = Request::post("/redox/second").header("verification-token", TOKEN).body(arrival("log-1").into());
    assert_ne!(road.send(second.expect("a request")).await.event(), first);
}

#[tokio::test]
async fn g2_older_ids_and_bundles_are_recognised_too() {
    let road = Road::new();
    let transmission = arrival("log-1")
        .replace(r#""Logs":[{"ID":"log-1","AttemptID":"attempt-1"}]"#, r#""Transmission":{"ID":6352609957}"#);
    let bundle = r#"{"resourceType":"Bundle","type":"message","id":"bundle-1","entry":[{"resource":
        {"resourceType":"MessageHeader","eventCoding":{"code":"patient-create"}}}]}"#;
    for body in [transmission, bundle.to_owned()] {
        let first = road.post(body.clone()).await.event();
        assert_eq!(road.post(body).await.event(), first);
    }
    let events = road.events().await;
    assert_eq!(events[0].refs.transmission.as_deref(), Some("6352609957"));
    assert_eq!(
        (events[1].address.kind().as_str(), events[1].refs.bundle.as_deref()),
        ("FHIR.patient-create", Some("bundle-1"))
    );
}
