//! Acts by filter: counted first, then carried out.

use crate::house::House;
use oxgate_core::delivery::{Fact, Policy};
use oxgate_core::{Reason, Timestamp};
use serde_json::{Value, json};

async fn post(house: &House, path: &str, body: Value) -> Value {
    let answer = house.call("POST", path, body.to_string()).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

async fn parked_count(house: &House) -> usize {
    house.call("GET", "/v1/parked", "").await.json()["parked"].as_array().unwrap().len()
}

/// Two rejected sends, one whose outcome is unknown, one unrouted event.
async fn parked(house: &House) {
    let refused = Fact::EventFailure { reason: Reason::REJECTED, counts: true, retry_at: Timestamp::ZERO };
    for id in ["1", "2"] {
        let (_, delivery) = house.submitted(id).await;
        house.happened(delivery, Policy::REDOX, [Fact::Start, refused.clone()]).await;
    }
    let (_, delivery) = house.submitted("3").await;
    let lost = Fact::NoOutcome { reason: Reason::RESET, check_at: Timestamp::ZERO };
    house.happened(delivery, Policy::REDOX, [Fact::Start, lost, Fact::EvidenceAmbiguous]).await;
    house.pushed("Notes", "New", "log-1").await;
}

#[tokio::test]
async fn releases_are_counted_unless_told_otherwise() {
    let house = House::still();
    parked(&house).await;
    let counts = post(&house, "/v1/releases", json!({})).await;
    assert_eq!((&counts["dry_run"], &counts["deliveries"]), (&json!(true), &json!(3)));
    assert_eq!(counts["by_target"], json!({ "redox": 2, "unrouted": 1 }));
    assert_eq!(counts["by_reason"], json!({ "rejected": 2, "unrouted": 1 }));
    assert_eq!((&counts["redox_requests"], &counts["need_decision"]), (&json!(2), &json!(1)));
    assert_eq!(parked_count(&house).await, 4, "nothing was done");
}

#[tokio::test]
async fn releases_are_carried_out_and_refusals_are_told() {
    let house = House::still();
    parked(&house).await;
    let done = post(&house, "/v1/releases", json!({ "dry_run": false, "why": "set up" })).await;
    assert_eq!((&done["released"], &done["refused"]), (&json!(2), &json!(1)));
    assert_eq!(done["refusals"][0]["problem"]["code"], "OXG0027");
    assert_eq!(parked_count(&house).await, 2, "the unknown one and the unrouted one stay");
}

#[tokio::test]
async fn releases_are_narrowed_by_filter() {
    let house = House::still();
    parked(&house).await;
    for (filter, count) in [
        (json!({ "target": "redox" }), 2),
        (json!({ "reason": "unrouted" }), 1),
        (json!({ "events": { "model": "Notes" } }), 1),
        (json!({ "events": { "direction": "outbound", "type": "New" } }), 2),
        (json!({ "events": { "destination": "nowhere" } }), 0),
        (json!({ "limit": 1 }), 1),
        (json!({ "lane": 999 }), 0),
    ] {
        assert_eq!(post(&house, "/v1/releases", filter.clone()).await["deliveries"], count, "{filter}");
    }
    for wrong in [json!({ "modle": "Notes" }), json!({ "limit": 0 }), json!({ "events": { "typ": "New" } })] {
        let answer = house.call("POST", "/v1/releases", wrong.to_string()).await;
        assert_eq!(answer.code(), "OXG0009", "{wrong}");
    }
}

#[tokio::test]
async fn replays_go_in_the_order_of_acceptance() {
    let house = House::still();
    let mut events = Vec::new();
    for id in ["1", "2", "3"] {
        let (event, delivery) = house.submitted(id).await;
        house.happened(delivery, Policy::REDOX, [Fact::Start, Fact::Accepted]).await;
        events.push(event);
    }
    let (open, _) = house.submitted("4").await;
    let filter = json!({ "events": { "model": "Order" }, "before": open });
    let counts = post(&house, "/v1/replays", filter.clone()).await;
    assert_eq!((&counts["events"], &counts["redox_requests"], &counts["replayed"]), (&json!(3), &json!(3), &json!(0)));

    let mut order = filter;
    order["dry_run"] = false.into();
    order["after"] = events[0].clone().into();
    let done = post(&house, "/v1/replays", order).await;
    assert_eq!((&done["events"], &done["replayed"]), (&json!(2), &json!(2)));
    let mut ranks = Vec::new();
    for event in &events[1..] {
        let rows = house.gateway.store.deliveries(event.parse().unwrap()).await.unwrap();
        ranks.push(rows.last().unwrap().rank);
    }
    assert!(ranks[0] < ranks[1], "{ranks:?}");

    let all = post(&house, "/v1/replays", json!({ "dry_run": false })).await;
    assert_eq!((&all["replayed"], &all["refused"]), (&json!(1), &json!(3)), "what is open is not doubled");
}

#[tokio::test]
async fn replays_by_state_name_a_state() {
    let house = House::still();
    parked(&house).await;
    assert_eq!(post(&house, "/v1/replays", json!({ "state": "parked" })).await["events"], 4);
    let answer = house.call("POST", "/v1/replays", json!({ "state": "lost" }).to_string()).await;
    assert_eq!(answer.code(), "OXG0009");
}
