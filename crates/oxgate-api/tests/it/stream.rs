//! Server-sent events: what was accepted, in order and resumable; what changes, live; nothing of the content.

use crate::house::House;
use crate::message::MARKER;
use axum::body::{Body, BodyDataStream};
use axum::response::Response;
use futures_util::StreamExt;
use http::{Request, StatusCode};
use oxgate_api::local_router;
use oxgate_core::State;
use oxgate_store::view::Change;
use tower::ServiceExt;

async fn open(house: &House, last: Option<&str>) -> Response {
    let mut request = Request::get("/v1/stream");
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    local_router(house.gateway.clone()).oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

/// The stream's next event as text.
async fn next(stream: &mut BodyDataStream) -> Option<String> {
    let chunk = stream.next().await?.unwrap();
    Some(String::from_utf8(chunk.to_vec()).unwrap())
}

#[tokio::test]
async fn a_stream_goes_on_after_the_last_event_seen() {
    let house = House::still();
    let mut ids = Vec::new();
    for id in ["1", "2", "3"] {
        ids.push(house.submitted(id).await.0);
    }
    let response = open(&house, Some(&ids[0])).await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut stream = response.into_body().into_data_stream();
    for id in &ids[1..] {
        let event = next(&mut stream).await.unwrap();
        assert!(event.contains("event: accepted\n") && event.contains(&format!("id: {id}\n")), "{event}");
        assert!(!event.contains(MARKER));
    }
}

#[tokio::test]
async fn changes_are_told_after_the_event_they_are_about() {
    let house = House::still();
    house.submitted("1").await;
    let mut stream = open(&house, None).await.into_body().into_data_stream();
    // Twice: the first look is made on opening, the second because of the change.
    for id in ["2", "3"] {
        let (event, delivery) = house.submitted(id).await;
        house.gateway.feed.observe(&[Change::Closed { id: delivery, lane: 1, state: State::Settled }]);
        let first = next(&mut stream).await.unwrap();
        assert!(first.contains("event: accepted\n") && first.contains(&event), "{first}");
        let second = next(&mut stream).await.unwrap();
        assert!(second.contains("event: delivery\n") && second.contains("\"state\":\"settled\""), "{second}");
    }
}

#[tokio::test]
async fn a_closed_feed_ends_its_streams() {
    let house = House::still();
    let mut stream = open(&house, None).await.into_body().into_data_stream();
    house.gateway.feed.close();
    assert_eq!(next(&mut stream).await, None);
}

#[tokio::test]
async fn g9_streams_are_limited_and_their_places_come_back() {
    let house = House::still();
    let mut open_ones = Vec::new();
    for _ in 0..32 {
        open_ones.push(open(&house, None).await);
    }
    let full = crate::house::Answer::of(open(&house, None).await).await;
    assert_eq!((full.code().as_str(), full.status), ("OXG0035", StatusCode::SERVICE_UNAVAILABLE));
    open_ones.pop();
    assert_eq!(open(&house, None).await.status(), StatusCode::OK);
    assert_eq!(crate::house::Answer::of(open(&house, Some("x")).await).await.code(), "OXG0008");
}
