//! NDJSON: one answer for each line, in order, each once durable.

use crate::house::{House, Plans};
use crate::message::{MARKER, NORTH, order};
use axum::body::{Body, Bytes};
use futures_util::StreamExt;
use http::{Request, StatusCode};
use oxgate_api::local_router;
use oxgate_core::EventId;
use oxgate_store::Faults;
use serde_json::Value;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tower::ServiceExt;

const NDJSON: (&str, &str) = ("content-type", "application/x-ndjson");

fn lines(body: &[u8]) -> Vec<Value> {
    std::str::from_utf8(body).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn line(id: &str) -> String {
    order(id, &[NORTH]).to_string()
}

#[tokio::test]
async fn bad_lines_in_the_middle_do_not_stop_the_others() {
    let house = House::still();
    let body = format!("{}\r\n\n{{\"Meta\": {MARKER}}}\n   \n{}\n{}", line("1"), order("2", &["nowhere"]), line("3"));
    let answer = house.call_with("POST", "/v1/events", &[NDJSON], body).await;
    assert_eq!(
        (answer.status, &answer.headers["content-type"]),
        (StatusCode::OK, &"application/x-ndjson".parse().unwrap())
    );
    let answers = lines(&answer.body);
    let told: Vec<(u64, Option<&str>, Option<&str>)> = answers
        .iter()
        .map(|line| (line["line"].as_u64().unwrap(), line["code"].as_str(), line["state"].as_str()))
        .collect();
    assert_eq!(
        told,
        [(1, None, Some("queued")), (3, Some("OXG0005"), None), (5, Some("OXG0013"), None), (6, None, Some("queued")),]
    );
    assert_eq!(answers[1]["column"], 10);
    assert!(!std::str::from_utf8(&answer.body).unwrap().contains(MARKER));
    assert_eq!(house.gateway.store.counters().events, 2);
}

#[tokio::test]
async fn lines_may_arrive_in_any_pieces() {
    let house = House::still();
    let text = format!("{}\n{}\n", line("1"), line("2"));
    for size in [1, 7, text.len()] {
        let pieces: Vec<Result<Bytes, Infallible>> =
            text.as_bytes().chunks(size).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
        let body = Body::from_stream(futures_util::stream::iter(pieces));
        let answer = house.call_with("POST", "/v1/events", &[NDJSON], body).await;
        let ids: Vec<bool> = lines(&answer.body).iter().map(|line| line["id"].is_string()).collect();
        assert_eq!(ids, [true, true], "in pieces of {size}");
    }
}

#[tokio::test]
async fn g1_a_line_is_durable_before_it_is_answered_and_answered_before_the_next_arrives() {
    let house = House::still();
    let (sender, receiver) = tokio::sync::mpsc::channel::<Result<Bytes, Infallible>>(1);
    let pieces = futures_util::stream::unfold(receiver, |mut receiver| async move {
        receiver.recv().await.map(|piece| (piece, receiver))
    });
    let request = Request::post("/v1/events").header(NDJSON.0, NDJSON.1).body(Body::from_stream(pieces)).unwrap();
    let response = local_router(house.gateway.clone()).oneshot(request).await.unwrap();
    let mut answers = response.into_body().into_data_stream();
    for id in ["1", "2", "3"] {
        sender.send(Ok((line(id) + "\n").into())).await.unwrap();
        let answer = lines(&answers.next().await.unwrap().unwrap()).remove(0);
        let event: EventId = answer["id"].as_str().unwrap().parse().unwrap();
        assert!(house.gateway.store.event(event).await.unwrap().is_some());
    }
    drop(sender);
    assert!(answers.next().await.is_none());
}

#[tokio::test]
async fn a_batch_sent_again_makes_no_second_event() {
    let house = House::still();
    let headers = [NDJSON, ("idempotency-key", "night-1")];
    let body = format!("{}\n{}\n", line("1"), line("2"));
    let first = lines(&house.call_with("POST", "/v1/events", &headers, body.clone()).await.body);
    let longer = format!("{body}{}\n", line("3"));
    let second = lines(&house.call_with("POST", "/v1/events", &headers, longer).await.body);
    assert_eq!([&first[0]["id"], &first[1]["id"]], [&second[0]["id"], &second[1]["id"]]);
    assert_eq!(house.gateway.store.counters().events, 3);
}

#[tokio::test]
async fn a_gateway_that_takes_nothing_ends_the_batch_so_that_order_is_kept() {
    let full = Arc::new(AtomicBool::new(true));
    let disk = full.clone();
    let free = Arc::new(move || if disk.load(Ordering::SeqCst) { 0 } else { u64::MAX });
    let house = House::with(Plans { faults: Faults::default().with_free_bytes(free), ..Plans::default() });
    let body = format!("{}\n{}\n", line("1"), line("2"));
    let answers = lines(&house.call_with("POST", "/v1/events", &[NDJSON], body).await.body);
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!((&answers[0]["code"], &answers[0]["line"]), (&"OXG0018".into(), &1.into()));
}

#[tokio::test]
async fn waiting_is_for_single_events() {
    let answer = House::still().call_with("POST", "/v1/events?wait=1s", &[NDJSON], line("1")).await;
    assert_eq!(answer.code(), "OXG0008");
}

#[tokio::test]
async fn an_empty_batch_has_no_answers() {
    let answer = House::still().call_with("POST", "/v1/events", &[NDJSON], "\n \r\n").await;
    assert_eq!((answer.status, answer.body.len()), (StatusCode::OK, 0));
}
