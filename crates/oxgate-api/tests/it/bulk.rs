//! Acts by filter: counted first, then carried out.

use crate::house::House;
use oxgate_core::delivery::{Fact, Policy};
use oxgate_core::{DeliveryId, Reason, State, Timestamp};
use serde_json::{Value, json};
use std::time::Duration;

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
        house.happened(delivery, Policy::REDOX, [Fact::Start { ticket: 1 }, refused.clone()]).await;
    }
    let (_, delivery) = house.submitted("3").await;
    let lost = Fact::NoOutcome { reason: Reason::RESET, check_at: Timestamp::ZERO };
    house.happened(delivery, Policy::REDOX, [Fact::Start { ticket: 1 }, lost, Fact::EvidenceAmbiguous]).await;
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
async fn a_filter_has_a_beginning_and_an_end() {
    let house = House::still();
    let hour = Duration::from_hours(1);
    for log in ["log-1", "log-2", "log-3"] {
        house.pushed("Notes", "New", log).await;
        house.advance(hour);
    }
    // 12:00, 13:00 and 14:00: the beginning belongs to it, the end does not.
    for (filter, count) in [
        (json!({ "from": "2026-03-01T13:00:00Z" }), 2),
        (json!({ "to": "2026-03-01T13:00:00Z" }), 1),
        (json!({ "from": "2026-03-01T13:00:00Z", "to": "2026-03-01T14:00:00Z" }), 1),
        (json!({ "from": "2026-03-01T14:00:00+02:00", "to": "2026-03-01T14:00:00+02:00" }), 0),
    ] {
        for (path, member) in [("/v1/releases", "deliveries"), ("/v1/cancels", "deliveries"), ("/v1/replays", "events")]
        {
            let counts = post(&house, path, json!({ "events": filter })).await;
            assert_eq!(counts[member], count, "{path} {filter}");
        }
    }
    let answer = house.call("POST", "/v1/releases", json!({ "events": { "to": "noon" } }).to_string()).await;
    assert_eq!(answer.code(), "OXG0009");
}

#[tokio::test]
async fn cancels_are_counted_then_carried_out_and_audited() {
    let house = House::still();
    parked(&house).await;
    let counts = post(&house, "/v1/cancels", json!({})).await;
    assert_eq!((&counts["dry_run"], &counts["deliveries"], &counts["cancelled"]), (&json!(true), &json!(3), &json!(0)));
    assert_eq!((&counts["need_decision"], parked_count(&house).await), (&json!(1), 4));
    let to = house.call("POST", "/v1/cancels", json!({ "to": "app" }).to_string()).await;
    assert_eq!(to.code(), "OXG0009", "a cancel goes nowhere");

    let filter = json!({ "target": "redox", "reason": "rejected", "dry_run": false, "why": "sent-by-mistake" });
    let done = post(&house, "/v1/cancels", filter).await;
    assert_eq!((&done["cancelled"], &done["refused"]), (&json!(2), &json!(0)));
    assert_eq!(parked_count(&house).await, 2, "the unknown one needs its decision, the unrouted one was not meant");
    let cancelled = house.call("GET", "/v1/events?state=cancelled", "").await.json();
    for event in cancelled["events"].as_array().unwrap() {
        let path = format!("/v1/events/{}/timeline", event["id"].as_str().unwrap());
        let timeline = house.call("GET", &path, "").await.json();
        let step = timeline["timeline"].as_array().unwrap().iter().find(|step| step["what"] == "cancelled").cloned();
        assert_eq!(step.expect("a step")["actor"], "local");
    }
    assert!(crate::look::is_written(house.folder.path(), "sent-by-mistake"), "the audit says why");
}

#[tokio::test]
async fn a_release_by_filter_hands_over_to_another_target() {
    let house = House::still();
    parked(&house).await;
    let order = json!({ "reason": "unrouted", "to": "app", "dry_run": false, "why": "by hand" });
    let done = post(&house, "/v1/releases", order).await;
    assert_eq!((&done["released"], &done["refused"]), (&json!(1), &json!(0)));
    let unknown = json!({ "target": "redox", "to": "nobody", "dry_run": false });
    let done = post(&house, "/v1/releases", unknown).await;
    assert_eq!((&done["released"], &done["refused"]), (&json!(0), &json!(2)));
    assert_eq!(done["refusals"][0]["problem"]["code"], "OXG0028");
}

#[tokio::test]
async fn replays_go_in_the_order_of_acceptance() {
    let house = House::still();
    let mut events = Vec::new();
    for id in ["1", "2", "3"] {
        let (event, delivery) = house.submitted(id).await;
        house.happened(delivery, Policy::REDOX, [Fact::Start { ticket: 1 }, Fact::Accepted]).await;
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

fn refused() -> [Fact; 2] {
    let rejected = Fact::EventFailure { reason: Reason::REJECTED, counts: true, retry_at: crate::house::NOW };
    [Fact::Start { ticket: 1 }, rejected]
}

#[tokio::test]
async fn g3_what_is_released_together_is_durable_together() {
    let house = House::still();
    let mut ids = Vec::new();
    for number in ["1", "2", "3"] {
        let (_, delivery) = house.submitted(number).await;
        house.happened(delivery, Policy::REDOX, refused()).await;
        ids.push(delivery);
    }
    let groups = || house.gateway.store.counters().groups;
    let before = groups();
    let body = json!({ "dry_run": false, "why": "set up by now" }).to_string();
    assert_eq!(house.call("POST", "/v1/releases", body.clone()).await.json()["released"], 3);
    assert_eq!(groups() - before, 1, "one transaction: nobody hears of one of them alone");
    assert_eq!(house.call("POST", "/v1/releases", body).await.json()["released"], 0);
}

#[tokio::test]
async fn g3_the_first_of_a_lane_is_released_first_whatever_its_event_s_age() {
    let house = House::still();
    let (event, first) = house.submitted("1").await;
    house.happened(first, Policy::REDOX, [Fact::Start { ticket: 1 }, Fact::Accepted]).await;
    let (_, second) = house.submitted("2").await;
    house.happened(second, Policy::REDOX, refused()).await;
    // The first event once more, behind the second one.
    let replay = house.call("POST", &format!("/v1/events/{event}/replay"), "").await.json();
    let replay: DeliveryId = replay["deliveries"][0].as_str().unwrap().parse().unwrap();
    house.happened(replay, Policy::REDOX, refused()).await;
    let one = json!({ "dry_run": false, "limit": 1 }).to_string();
    assert_eq!(house.call("POST", "/v1/releases", one).await.json()["released"], 1);
    let state = async |id| house.gateway.store.delivery(id).await.unwrap().unwrap().row.state;
    assert_eq!((state(second).await, state(replay).await), (State::Queued, State::Parked));
}
