//! A pull handler over HTTP: lease, ack, nack, extend, and what is refused.

use crate::house::{Answer, House};
use http::StatusCode;
use oxgate_api::Scope;
use serde_json::{Value, json};

async fn said(house: &House, what: &str, body: Value) -> Answer {
    house.call("POST", &format!("/v1/inbox/queue/{what}"), body.to_string()).await
}

async fn leased(house: &House, order: Value) -> Value {
    let answer = said(house, "lease", order).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer.json()
}

#[tokio::test]
async fn g1_a_run_is_leased_and_acknowledged() {
    let house = House::still();
    let first = house.pushed("Vaccination", "New", "log-1").await;
    let second = house.pushed("Vaccination", "New", "log-2").await;
    let lease = leased(&house, json!({ "max": 5, "for": "1m" })).await;
    let events: Vec<&str> =
        lease["deliveries"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(events, [first.as_str(), second.as_str()]);
    let one = &lease["deliveries"][0];
    assert_eq!(
        (&one["endpoint"], &one["data_model"], &one["attempt"]),
        (&json!("main"), &json!("Vaccination"), &json!(1))
    );
    assert_eq!(one["body"]["Meta"]["Logs"][0]["ID"], "log-1");
    assert_eq!(lease["until"], "2026-03-01T12:01:00.000Z");
    assert_eq!(leased(&house, json!({})).await, json!({ "lease": null, "deliveries": [] }), "the lane is taken");

    let answer = said(&house, "ack", json!({ "lease": lease["lease"], "deliveries": [one["delivery"]] })).await;
    assert_eq!(answer.json()["deliveries"], json!([{ "delivery": one["delivery"], "state": "settled" }]));
    let again = said(&house, "ack", json!({ "lease": lease["lease"], "deliveries": [one["delivery"]] })).await;
    assert_eq!((again.status, again.code().as_str()), (StatusCode::CONFLICT, "OXG0062"));
    let extended = said(&house, "extend", json!({ "lease": lease["lease"], "for": "5m" })).await;
    assert_eq!(extended.json()["until"], "2026-03-01T12:05:00.000Z");
    let parked = said(&house, "nack", json!({ "lease": lease["lease"], "park": true })).await;
    assert_eq!(parked.json()["deliveries"][0]["state"], "parked");
    let over = said(&house, "ack", json!({ "lease": lease["lease"] })).await;
    assert_eq!(over.code(), "OXG0061");
    assert_eq!(house.call("GET", "/v1/parked", "").await.json()["parked"][0]["reason"], "nack");
}

#[tokio::test]
async fn what_is_not_understood_is_refused() {
    let house = House::still();
    for (what, body) in [
        ("lease", json!({ "max": 0 })),
        ("lease", json!({ "for": "16m" })),
        ("lease", json!({ "wait": "soon" })),
        ("lease", json!({ "mx": 1 })),
        ("ack", json!({ "deliveries": ["evt_1"] })),
        ("nack", json!({ "retry_in": "30d" })),
    ] {
        assert_eq!(said(&house, what, body.clone()).await.code(), "OXG0009", "{body}");
    }
    assert_eq!(said(&house, "extend", json!({ "lease": "lse_1" })).await.code(), "OXG0061");
    let stranger = house.call("POST", "/v1/inbox/app/lease", "").await;
    assert_eq!((stranger.code().as_str(), &stranger.json()["known"]), ("OXG0063", &json!(["queue"])));
}

#[tokio::test]
async fn g8_a_lease_hands_over_bodies_and_needs_the_right_to_read_them() {
    let house = House::still();
    let key = house.key(&[Scope::Read, Scope::Operate, Scope::Submit]);
    let request = http::Request::post("/v1/inbox/queue/lease").header("authorization", format!("Bearer {key}"));
    let answer = tower::ServiceExt::oneshot(house.router(), request.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!(Answer::of(answer.unwrap()).await.code(), "OXG0002");
}
