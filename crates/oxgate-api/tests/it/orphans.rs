//! Lanes whose target is gone: handed to another target or cancelled, counted first.

use crate::house::{Answer, House, routes};
use http::StatusCode;
use oxgate_core::DeliveryId;
use oxgate_core::Reason;
use oxgate_core::delivery::{Fact, Policy};
use serde_json::{Value, json};
use std::time::Duration;

const STRICT: Policy = Policy { failures_max: 1, failures_span: Duration::ZERO, ..Policy::HANDLER };

/// Three arrivals for `app`, the second of them parked, and `app` gone from the configuration.
async fn orphaned() -> (House, Vec<DeliveryId>, Value) {
    let house = House::still();
    let mut ids: Vec<DeliveryId> = Vec::new();
    for log in ["log-1", "log-2", "log-3"] {
        let event = house.pushed("PatientAdmin", "Arrival", log).await;
        let shown = house.call("GET", &format!("/v1/events/{event}"), "").await.json();
        ids.push(shown["deliveries"][0]["id"].as_str().unwrap().parse().unwrap());
    }
    let refused = Fact::EventFailure { reason: Reason::status(400), counts: true, retry_at: crate::house::NOW };
    house.happened(ids[1], STRICT, [refused]).await;
    let mut without = routes(&["PatientAdmin"]);
    without.inbound.retain(|route| route.target != "app");
    without.targets.retain(|spec| spec.name != "app");
    house.gateway.routing.replace(without);
    let lanes = house.call("GET", "/v1/lanes?target=app", "").await.json();
    let lane = lanes["lanes"][0]["id"].clone();
    (house, ids, lane)
}

async fn act(house: &House, lane: &Value, act: &str, body: Value) -> Answer {
    house.call("POST", &format!("/v1/lanes/{lane}/{act}"), body.to_string()).await
}

async fn targets(house: &House, ids: &[DeliveryId]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for id in ids {
        let shown = house.call("GET", &format!("/v1/deliveries/{id}"), "").await;
        found.push((shown.text_of("target"), shown.text_of("state")));
    }
    found
}

#[tokio::test]
async fn g2_what_an_orphaned_lane_has_is_counted_and_then_handed_over() {
    let (house, ids, lane) = orphaned().await;
    let counted = act(&house, &lane, "reassign", json!({ "target": "queue" })).await;
    assert_eq!(counted.status, StatusCode::OK, "{counted:?}");
    let counted = counted.json();
    assert_eq!((&counted["dry_run"], &counted["open"], &counted["parked"]), (&json!(true), &json!(2), &json!(1)));
    assert_eq!(targets(&house, &ids).await[0].0, "app", "counting moves nothing");
    let order = json!({ "target": "queue", "dry_run": false, "why": "app was replaced" });
    let done = act(&house, &lane, "reassign", order.clone()).await.json();
    assert_eq!((&done["reassigned"], &done["lane"]["open"], &done["to"]["open"]), (&json!(3), &json!(0), &json!(2)));
    assert_eq!((&done["to"]["target"], &done["to"]["state"]), (&json!("queue"), &json!("open")), "{done}");
    let now = targets(&house, &ids).await;
    let of = |state: &str| ("queue".to_owned(), state.to_owned());
    assert_eq!(now, [of("queued"), of("parked"), of("queued")]);
    let again = act(&house, &lane, "reassign", order).await.json();
    assert_eq!(again["reassigned"], 0, "there is nothing left");
    let timeline = house.call("GET", &format!("/v1/events/{}/timeline", ids[0].event), "").await.json();
    let moved = timeline["timeline"].as_array().unwrap().iter().find(|line| line["what"] == "reassigned").cloned();
    assert_eq!(moved.expect("in the timeline")["actor"], "local");
}

#[tokio::test]
async fn an_orphaned_lane_is_given_up() {
    let (house, ids, lane) = orphaned().await;
    let counted = act(&house, &lane, "cancel", json!({})).await.json();
    assert_eq!((&counted["open"], &counted["parked"], &counted["cancelled"]), (&json!(2), &json!(1), &json!(0)));
    let done = act(&house, &lane, "cancel", json!({ "dry_run": false, "why": "app is no more" })).await.json();
    assert_eq!((&done["cancelled"], &done["refused"]), (&json!(3), &json!(0)), "{done}");
    let ended = ("app".to_owned(), "cancelled".to_owned());
    assert_eq!(targets(&house, &ids).await, [ended.clone(), ended.clone(), ended]);
}

#[tokio::test]
async fn what_cannot_take_over_is_refused_by_name() {
    let (house, ids, lane) = orphaned().await;
    for (body, code) in [
        (json!({ "target": "redox" }), "OXG0028"),
        (json!({ "target": "nobody", "dry_run": false }), "OXG0028"),
        (json!({ "dry_run": false }), "OXG0009"),
    ] {
        assert_eq!(act(&house, &lane, "reassign", body).await.code(), code);
    }
    assert_eq!(act(&house, &lane, "cancel", json!({ "target": "queue" })).await.code(), "OXG0009");
    assert_eq!(act(&house, &json!(99), "reassign", json!({ "target": "queue" })).await.code(), "OXG0023");
    // The target is back: the lane goes on by itself, and nobody takes anything from it.
    house.gateway.routing.replace(routes(&["PatientAdmin"]));
    for (name, body) in [("reassign", json!({ "target": "queue", "dry_run": false })), ("cancel", json!({}))] {
        let answer = act(&house, &lane, name, body).await;
        assert_eq!((answer.code().as_str(), answer.status), ("OXG0091", StatusCode::CONFLICT));
    }
    assert!(targets(&house, &ids).await.iter().all(|(target, _)| target == "app"));
}

#[tokio::test]
async fn an_orphaned_lane_is_neither_paused_nor_resumed() {
    let (house, _, lane) = orphaned().await;
    act(&house, &lane, "reassign", json!({ "target": "queue", "dry_run": false })).await;
    for name in ["pause", "resume", "drain"] {
        let answer = act(&house, &lane, name, json!({})).await;
        assert_eq!((answer.code().as_str(), answer.text_of("state").as_str()), ("OXG0025", "orphaned"));
    }
}
