//! Health, readiness, metrics, key set.

use crate::house::House;
use crate::message::{MARKER, NORTH, order};
use crate::redox::Says;
use http::StatusCode;
use serde_json::json;

#[tokio::test]
async fn ready_means_that_deliveries_flow() {
    let house = House::running();
    // A delivery that has ended proves that the dispatcher is through with its start.
    house.call("POST", "/v1/events?wait=5m", order("1", &[NORTH]).to_string()).await;
    let answer = house.call("GET", "/readyz", "").await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert_eq!(answer.json(), json!({ "ready": true, "reasons": [], "store": "well", "targets_down": [] }));
}

#[tokio::test]
async fn a_dispatcher_that_has_stopped_is_not_ready_and_yet_healthy() {
    let house = House::still();
    let answer = house.call("GET", "/readyz", "").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.json()["reasons"], json!(["the dispatcher has stopped"]));
    let answer = house.call("GET", "/healthz", "").await;
    assert_eq!((answer.status, answer.json()), (StatusCode::OK, json!({ "status": "up", "version": "0.0.0-test" })));
}

#[tokio::test]
async fn a_target_that_is_down_is_named_and_the_gateway_stays_ready() {
    let house = House::running();
    house.redox.will_say(Says::NotThere);
    let sent = house.call("POST", "/v1/events", order("1", &[NORTH]).to_string()).await;
    let down = loop {
        let ready = house.call("GET", "/readyz", "").await;
        if ready.json()["targets_down"] == json!(["redox"]) {
            break ready;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!((down.status, &down.json()["ready"]), (StatusCode::OK, &json!(true)));
    // The target is known to be down a moment before the attempt's record is durable.
    let path = format!("/v1/events/{}", sent.text_of("id"));
    let state = loop {
        let shown = house.call("GET", &path, "").await.json();
        if shown["state"] != "sending" {
            break shown["state"].clone();
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(state, "queued", "an outage parks nothing");
}

#[tokio::test]
async fn metrics_count_without_content() {
    let house = House::running();
    house.call("POST", "/v1/events?wait=5m", order("1", &[NORTH]).to_string()).await;
    house.pushed("PatientAdmin", "Arrival", "log-1").await;
    house.pushed("PatientAdmin", "Arrival", "log-2").await;
    house.pushed("Notes", "New", "log-3").await;
    house.call("GET", &format!("/v1/events/{MARKER}"), "").await;
    house.call(MARKER, &format!("/{MARKER}"), "").await;
    let answer = house.call("GET", "/metrics", "").await;
    assert_eq!(answer.headers["content-type"], "application/openmetrics-text; version=1.0.0; charset=utf-8");
    let text = std::str::from_utf8(&answer.body).unwrap();
    for line in [
        "oxgate_store_events_total 4",
        "oxgate_inbound_accepted_total 3",
        "oxgate_store_health{health=\"well\"} 1",
        "oxgate_http_requests_total{method=\"POST\",route=\"/v1/events\",status=\"202\"} 1",
        "oxgate_http_requests_total{method=\"GET\",route=\"/v1/events/{id}\",status=\"404\"} 1",
        "oxgate_http_requests_total{method=\"other\",route=\"-\",status=\"404\"} 1",
        "oxgate_target_up{target=\"redox\",kind=\"redox\"} 1",
        "oxgate_target_attempts_total{target=\"redox\",outcome=\"accepted\"} 1",
        "oxgate_lanes{target=\"redox\",state=\"open\"} 1",
        "oxgate_build{version=\"0.0.0-test\"} 1",
        "oxgate_alarms_total{type=\"delivery.parked\"} 1",
        "oxgate_alarms_total{type=\"expectation.late\"} 0",
        "oxgate_store_suspected_duplicates_total 1",
        "oxgate_inbound_redox_retrying_total 0",
        "oxgate_inbound_feeds_silent_total 0",
        "oxgate_lanes_orphaned 0",
        "oxgate_deliveries_parked{target=\"unrouted\"} 1",
        "oxgate_deliveries_parked{target=\"app\"} 0",
        "oxgate_expectations_late 0",
        "# TYPE oxgate_store_events counter",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    assert!(text.lines().any(|line| line.starts_with("oxgate_store_disk_free_bytes ")), "{text}");
    assert!(!text.contains(MARKER), "{text}");
    assert!(text.ends_with("# EOF\n"));
}

#[tokio::test]
async fn the_key_set_and_the_description_are_open() {
    let house = House::still();
    let answer = house.call("GET", "/.well-known/jwks.json", "").await;
    assert_eq!(
        (answer.headers["content-type"].to_str().unwrap(), answer.json()),
        ("application/jwk-set+json", json!({ "keys": [] }))
    );
    assert_eq!(house.call("GET", "/openapi.json", "").await.json()["openapi"], "3.1.0");
}

#[tokio::test]
async fn the_doors_for_redox_stand_beside() {
    let house = House::still();
    let answer = house.call_with("POST", "/redox/main", &[("verification-token", "wrong")], "{}").await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(house.gateway.store.counters().events, 0);
    house.pushed("PatientAdmin", "Arrival", "log-1").await;
    assert_eq!(house.gateway.store.counters().events, 1);
}
