//! Handing over one event.

use crate::house::{House, Plans};
use crate::message::{MARKER, NORTH, order};
use http::StatusCode;
use oxgate_core::limits::BODY_BYTES_MAX;
use oxgate_dispatch::BytesBudget;
use oxgate_store::Faults;
use serde_json::json;
use std::sync::Arc;

#[tokio::test]
async fn backfill_goes_beside_live_events() {
    let house = House::running();
    let send = async |id: &str, priority: &str| {
        let body = crate::message::order(id, &[crate::message::NORTH]).to_string();
        house.call_with("POST", "/v1/events?wait=30s", &[("oxgate-priority", priority)], body).await
    };
    let answer = send("o-1", "backfill").await;
    assert_eq!(answer.json()["state"], "settled", "{answer:?}");
    assert_eq!(send("o-2", "live").await.status, StatusCode::ACCEPTED);
    let lanes = house.call("GET", "/v1/lanes", "").await.json();
    let mut targets: Vec<&str> =
        lanes["lanes"].as_array().unwrap().iter().map(|lane| lane["target"].as_str().unwrap()).collect();
    targets.sort_unstable();
    assert_eq!(targets, ["redox", "redox:backfill"]);
    let refused = send("o-3", "soon").await;
    assert_eq!((refused.code().as_str(), refused.text_of("parameter").as_str()), ("OXG0008", "oxgate-priority"));
    // A replay stays where the first delivery was.
    let again = house.call("POST", &format!("/v1/events/{}/replay", answer.text_of("id")), r#"{"as_new":true}"#).await;
    let made = again.json()["deliveries"][0].as_str().unwrap().to_owned();
    let made = house.call("GET", &format!("/v1/deliveries/{made}"), "").await;
    assert_eq!(made.text_of("target"), "redox:backfill");
}

#[tokio::test]
async fn g1_the_receipt_names_an_event_that_is_in_the_store() {
    let house = House::still();
    let answer = house.call("POST", "/v1/events", order("1", &[NORTH]).to_string()).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    let receipt = answer.json();
    assert_eq!(receipt["state"], "queued");
    assert_eq!(receipt["deliveries"].as_array().unwrap().len(), 1);
    let delivery = &receipt["deliveries"][0];
    assert_eq!(delivery["destination"], NORTH);
    assert!(delivery["lane"].as_str().unwrap().contains("model=Order"), "{delivery}");

    let id = answer.text_of("id").parse().unwrap();
    let row = house.gateway.store.event(id).await.unwrap().expect("written before the answer");
    assert_eq!(row.address.kind(), "Order.New");
    let body = house.gateway.store.body(id).await.unwrap().expect("with its body");
    assert_eq!(body, order("1", &[NORTH]).to_string().into_bytes());
}

#[tokio::test]
async fn the_same_key_gives_the_same_event_and_another_body_is_refused() {
    let house = House::still();
    let key = [("idempotency-key", "order-1")];
    let first = house.call_with("POST", "/v1/events", &key, order("1", &[NORTH]).to_string()).await;
    assert!(!first.headers.contains_key("oxgate-repeated"));
    let second = house.call_with("POST", "/v1/events", &key, order("1", &[NORTH]).to_string()).await;
    assert_eq!(second.status, StatusCode::ACCEPTED);
    assert_eq!(second.text_of("id"), first.text_of("id"));
    assert_eq!(second.headers["oxgate-repeated"], "true");

    let other = house.call_with("POST", "/v1/events", &key, order("2", &[NORTH]).to_string()).await;
    assert_eq!((other.code().as_str(), other.status), ("OXG0016", StatusCode::CONFLICT));
    assert_eq!(other.text_of("event"), first.text_of("id"));
    assert_eq!(house.gateway.store.counters().events, 1);
}

#[tokio::test]
async fn waiting_tells_how_it_ended() {
    let house = House::running();
    let answer = house.call("POST", "/v1/events?wait=5m", order("1", &[NORTH]).to_string()).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    assert_eq!(answer.json()["state"], "settled");
    assert_eq!(answer.json()["deliveries"][0]["state"], "settled");
}

#[tokio::test]
async fn a_wait_that_is_over_says_how_it_stands() {
    let house = House::still();
    let answer = house.call("POST", "/v1/events?wait=1ms", order("1", &[NORTH]).to_string()).await;
    assert_eq!((answer.status, &answer.json()["state"]), (StatusCode::ACCEPTED, &json!("queued")));
}

#[tokio::test]
async fn headers_are_read_strictly() {
    let house = House::still();
    for (name, value) in [
        ("idempotency-key", ""),
        ("oxgate-correlation", ""),
        ("oxgate-expires", "soon"),
        ("oxgate-expires", "2020-01-01T00:00:00Z"),
        ("oxgate-reply-within", "0s"),
        ("oxgate-reply-within", "a while"),
    ] {
        let answer = house.call_with("POST", "/v1/events", &[(name, value)], order("1", &[NORTH]).to_string()).await;
        assert_eq!((answer.code().as_str(), answer.json()["parameter"].as_str()), ("OXG0008", Some(name)), "{value}");
    }
    for wait in ["6m", "-1s", "x"] {
        let answer = house.call("POST", &format!("/v1/events?wait={wait}"), order("1", &[NORTH]).to_string()).await;
        assert_eq!(answer.code(), "OXG0008", "{wait}");
    }
    assert_eq!(house.gateway.store.counters().events, 0);
}

#[tokio::test]
async fn correlation_and_limits_are_kept_with_the_event() {
    let house = House::still();
    let headers = [("oxgate-correlation", MARKER), ("oxgate-expires", "2h"), ("oxgate-reply-within", "24h")];
    let answer = house.call_with("POST", "/v1/events", &headers, order("1", &[NORTH]).to_string()).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{answer:?}");
    let shown = house.call("GET", &format!("/v1/events/{}", answer.text_of("id")), "").await.json();
    assert_eq!(shown["correlation"], MARKER, "the owner may read it");
    assert_eq!(shown["deliveries"][0]["expires_at"], "2026-03-01T14:00:00.000Z");
    assert_eq!(shown["expectations"][0]["rule"], "order");
    assert_eq!(shown["expectations"][0]["standing"], "armed");
}

#[tokio::test]
async fn g9_what_is_too_much_is_turned_away() {
    let house = House::still();
    let length = (BODY_BYTES_MAX + 1).to_string();
    let answer = house.call_with("POST", "/v1/events", &[("content-length", &length)], "{}").await;
    assert_eq!((answer.code().as_str(), &answer.json()["limit"]), ("OXG0006", &json!(BODY_BYTES_MAX)));

    let house = House::with(Plans { budget: BytesBudget::new(1_000), ..Plans::default() });
    let share = house.gateway.bodies.take(900).await;
    let answer = house.call("POST", "/v1/events", order("1", &[NORTH]).to_string()).await;
    assert_eq!((answer.code().as_str(), answer.status), ("OXG0017", StatusCode::TOO_MANY_REQUESTS));
    assert_eq!(answer.headers["retry-after"], "1");
    drop(share);
    let answer = house.call("POST", "/v1/events", order("1", &[NORTH]).to_string()).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    assert_eq!(house.gateway.bodies.free(), 1_000, "the share came back");
}

#[tokio::test]
async fn g9_a_full_disk_is_said_and_nothing_is_acknowledged() {
    let faults = Faults::default().with_free_bytes(Arc::new(|| 0));
    let house = House::with(Plans { faults, ..Plans::default() });
    let answer = house.call("POST", "/v1/events", order("1", &[NORTH]).to_string()).await;
    assert_eq!((answer.code().as_str(), answer.status), ("OXG0018", StatusCode::SERVICE_UNAVAILABLE));
    assert!(answer.headers.contains_key("retry-after"));
    let ready = house.call("GET", "/readyz", "").await;
    assert_eq!((ready.status, &ready.json()["store"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("disk-low")));
    let metrics = house.call("GET", "/metrics", "").await;
    let text = std::str::from_utf8(&metrics.body).unwrap();
    for line in ["oxgate_store_health{health=\"disk-low\"} 1", "oxgate_store_disk_free_bytes 0"] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
}

#[tokio::test]
async fn what_the_body_is_the_body_says() {
    let house = House::still();
    for (declared, kept) in [
        ("application/json; charset=utf-8; name=Marzibando", "application/json"),
        ("application/x-www-form-urlencoded", "application/json"),
        ("application/vnd.redox+json", "application/vnd.redox+json"),
    ] {
        let headers = [("content-type", declared)];
        let answer = house.call_with("POST", "/v1/events", &headers, order("1", &[NORTH]).to_string()).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{declared}");
        let shown = house.call("GET", &format!("/v1/events/{}", answer.text_of("id")), "").await.json();
        assert_eq!(shown["content_type"], kept);
    }
}
