//! Lanes: shown with their depth, stopped and started.

use crate::house::House;
use oxgate_core::delivery::{Fact, Policy};
use oxgate_core::{Reason, Timestamp};
use oxgate_dispatch::{Rate, TargetSpec, Wired};
use serde_json::{Value, json};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

async fn only_lane(house: &House) -> Value {
    let lanes = house.call("GET", "/v1/lanes", "").await.json();
    assert_eq!(lanes["lanes"].as_array().unwrap().len(), 1, "{lanes}");
    lanes["lanes"][0].clone()
}

async fn act(house: &House, lane: &Value, act: &str) -> crate::house::Answer {
    house.call("POST", &format!("/v1/lanes/{}/{act}", lane["id"]), json!({ "why": "maintenance" }).to_string()).await
}

#[tokio::test]
async fn lanes_are_shown_with_their_depth() {
    let house = House::still();
    house.submitted("1").await;
    house.submitted("2").await;
    house.advance(std::time::Duration::from_mins(1));
    let lane = only_lane(&house).await;
    assert_eq!((&lane["target"], &lane["state"]), (&json!("redox"), &json!("open")));
    assert_eq!((&lane["open"], &lane["parked"], &lane["oldest_age_s"]), (&json!(2), &json!(0), &json!(60)));
    let none = house.call("GET", "/v1/lanes?target=app", "").await.json();
    assert_eq!(none["lanes"], json!([]));
    let none = house.call("GET", "/v1/lanes?state=paused", "").await.json();
    assert_eq!(none["lanes"], json!([]));
}

#[tokio::test]
async fn pause_resume_drain() {
    let house = House::still();
    house.submitted("1").await;
    let lane = only_lane(&house).await;
    for (name, state) in [("pause", "paused"), ("resume", "open"), ("drain", "draining"), ("resume", "open")] {
        let answer = act(&house, &lane, name).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.json()["state"], state);
        assert_eq!(only_lane(&house).await["state"], state);
    }
}

#[tokio::test]
async fn a_lane_that_is_not_there_is_404() {
    let house = House::still();
    for id in ["1", "-1", "x"] {
        let answer = house.call("POST", &format!("/v1/lanes/{id}/pause"), "").await;
        assert_eq!((answer.code().as_str(), answer.status.as_u16()), ("OXG0023", 404), "{id}");
    }
}

#[tokio::test]
async fn g5_a_blocked_lane_is_not_opened_past_what_blocks_it() {
    let house = House::still();
    let (_, delivery) = house.submitted("1").await;
    let lost = Fact::NoOutcome { reason: Reason::RESET, check_at: Timestamp::ZERO };
    house.happened(delivery, Policy::REDOX, [Fact::Start { ticket: 1 }, lost, Fact::EvidenceAmbiguous]).await;
    let lane = only_lane(&house).await;
    assert_eq!((&lane["state"], &lane["blocked_by"]), (&json!("blocked"), &json!(delivery)));
    let answer = act(&house, &lane, "resume").await;
    assert_eq!((answer.code().as_str(), &answer.json()["blocked_by"]), ("OXG0025", &json!(delivery)));

    // Paused meanwhile, it is blocked again when resumed.
    assert_eq!(act(&house, &lane, "pause").await.json()["state"], "paused");
    assert_eq!(act(&house, &lane, "resume").await.json()["state"], "blocked");

    let release = format!("/v1/deliveries/{delivery}/release");
    house.call("POST", &release, json!({ "as": "accepted" }).to_string()).await;
    assert_eq!(only_lane(&house).await["state"], "open");
}

#[tokio::test]
async fn a_paused_lane_delivers_nothing_and_a_resumed_one_does() {
    let house = House::running();
    let order = |id: &str| crate::message::order(id, &[crate::message::NORTH]).to_string();
    let first = house.call("POST", "/v1/events?wait=5m", order("1")).await.json();
    assert_eq!(first["state"], "settled");
    let lane = only_lane(&house).await;
    act(&house, &lane, "pause").await;
    let key = [("idempotency-key", "order-2")];
    let second = house.call_with("POST", "/v1/events", &key, order("2")).await;

    // Changes reach the dispatcher in commit order: what came after on another lane has been through it.
    let mut cancel = crate::message::order("3", &[crate::message::SOUTH]);
    cancel["Meta"]["EventType"] = "Cancel".into();
    let third = house.call("POST", "/v1/events?wait=5m", cancel.to_string()).await.json();
    assert_eq!(third["state"], "settled", "{third}");
    let path = format!("/v1/events/{}", second.text_of("id"));
    assert_eq!(house.call("GET", &path, "").await.json()["state"], "queued");

    act(&house, &lane, "resume").await;
    let again = house.call_with("POST", "/v1/events?wait=5m", &key, order("2")).await.json();
    assert_eq!((&again["id"], &again["state"]), (&second.json()["id"], &json!("settled")));
}

#[tokio::test]
async fn an_act_can_be_bound_to_the_state_it_was_decided_by() {
    let house = House::still();
    house.submitted("1").await;
    let lane = only_lane(&house).await;
    let path = format!("/v1/lanes/{}/pause", lane["id"]);
    let body = |state: &str| json!({ "if_state": state, "why": "maintenance" }).to_string();
    let answer = house.call("POST", &path, body("draining")).await;
    assert_eq!((answer.code().as_str(), answer.text_of("state").as_str()), ("OXG0090", "open"));
    assert_eq!(only_lane(&house).await["state"], "open", "nothing was changed");
    assert_eq!(house.call("POST", &path, body("open")).await.json()["state"], "paused");
    assert_eq!(house.call("POST", &path, body("open")).await.code(), "OXG0090");
}

#[tokio::test]
async fn g3_a_lane_that_waits_for_another_is_shown_and_cannot_be_hurried() {
    let house = House::still();
    house.pushed("PatientAdmin", "Arrival", "log-1").await;
    let mut plan = crate::house::inbound_plan();
    plan.routes[0].lane_by = vec![oxgate_core::lane::LaneBy::Endpoint];
    house.gateway.inbound.replace_plan(plan).unwrap();
    house.pushed("PatientAdmin", "Discharge", "log-2").await;
    let lanes = house.call("GET", "/v1/lanes?state=after", "").await.json();
    let (lanes, all) = (lanes["lanes"].clone(), house.call("GET", "/v1/lanes", "").await.json());
    assert_eq!((lanes.as_array().unwrap().len(), all["lanes"].as_array().unwrap().len()), (1, 2), "{all}");
    let lane = &lanes[0];
    assert_eq!((&lane["after"], &lane["reason"]), (&all["lanes"][0]["id"], &json!("order-changed")));
    let answer = act(&house, lane, "resume").await;
    assert_eq!((answer.code().as_str(), &answer.json()["after"]), ("OXG0025", &lane["after"]));
}

#[tokio::test]
async fn a_lane_that_waits_for_its_turn_says_so_and_until_when() {
    let house = House::running();
    let replace = async |rate| {
        let spec = TargetSpec { rate, ..TargetSpec::handler("app", "http") };
        house.gateway.runner.replace_targets(vec![Wired::new(spec, Arc::new(crate::house::Takes))]).await;
    };
    replace(Some(Rate::new(NonZeroU32::MIN, Duration::from_hours(24)))).await;
    house.pushed("PatientAdmin", "Arrival", "log-1").await;
    house.pushed("PatientAdmin", "Discharge", "log-2").await;
    // The first goes at once; each look gives the dispatcher its turn.
    let lane = loop {
        let lane = only_lane(&house).await;
        if lane["open"] == 1 && lane["reason"] == "rate-limit" {
            break lane;
        }
    };
    assert_eq!((&lane["state"], &lane["until"]), (&json!("open"), &json!("2026-03-02T12:00:00.000Z")));
    let metrics = house.call("GET", "/metrics", "").await;
    let metrics = String::from_utf8_lossy(&metrics.body);
    assert!(metrics.contains("oxgate_target_lanes_limited{target=\"app\",kind=\"http\"} 1"), "{metrics}");
    replace(None).await;
    while only_lane(&house).await["open"] != 0 {}
    assert_eq!(only_lane(&house).await["reason"], Value::Null);
}
