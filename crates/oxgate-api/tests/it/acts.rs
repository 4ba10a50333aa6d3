//! Release, cancel, reroute, replay: what each does, and what is refused.

use crate::house::{House, routes};
use http::StatusCode;
use oxgate_core::delivery::{Fact, Policy};
use oxgate_core::lane::LaneBy;
use oxgate_core::order::OrderBy;
use oxgate_core::{DeliveryId, OrderKeys, Reason, Timestamp};
use serde_json::{Value, json};

fn rejected() -> Vec<Fact> {
    let refused = Fact::EventFailure { reason: Reason::REJECTED, counts: true, retry_at: Timestamp::ZERO };
    vec![Fact::Start { ticket: 1 }, refused]
}

fn unknown() -> Vec<Fact> {
    vec![Fact::Start { ticket: 1 }, Fact::NoOutcome { reason: Reason::RESET, check_at: Timestamp::ZERO }]
}

fn settled() -> Vec<Fact> {
    vec![Fact::Start { ticket: 1 }, Fact::Accepted]
}

/// One submitted order whose delivery has been through these facts.
async fn outbound(house: &House, facts: Vec<Fact>) -> (String, DeliveryId) {
    let (event, delivery) = house.submitted("1").await;
    house.happened(delivery, Policy::REDOX, facts).await;
    (event, delivery)
}

async fn act(house: &House, delivery: DeliveryId, act: &str, body: Value) -> crate::house::Answer {
    house.call("POST", &format!("/v1/deliveries/{delivery}/{act}"), body.to_string()).await
}

async fn first_delivery(house: &House, event: &str) -> DeliveryId {
    let shown = house.call("GET", &format!("/v1/events/{event}"), "").await.json();
    shown["deliveries"][0]["id"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn release_puts_a_parked_delivery_back() {
    let house = House::still();
    let (event, delivery) = outbound(&house, rejected()).await;
    let parked = house.call("GET", "/v1/parked", "").await.json();
    assert_eq!((&parked["parked"][0]["id"], &parked["parked"][0]["reason"]), (&json!(delivery), &"rejected".into()));
    let answer = act(&house, delivery, "release", json!({ "why": "destination was set up" })).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert_eq!(answer.json()["delivery"]["state"], "queued");
    let timeline = house.call("GET", &format!("/v1/events/{event}/timeline"), "").await.json();
    let released = timeline["timeline"].as_array().unwrap().iter().find(|entry| entry["what"] == "released").cloned();
    assert_eq!(released.expect("in the timeline")["actor"], "local");
}

#[tokio::test]
async fn what_cannot_happen_is_refused_with_the_state() {
    let house = House::still();
    let (_, delivery) = outbound(&house, settled()).await;
    for (name, body) in [("release", json!({})), ("cancel", json!({})), ("reroute", json!({ "target": "redox" }))] {
        let answer = act(&house, delivery, name, body).await;
        assert_eq!((answer.code().as_str(), answer.status), ("OXG0025", StatusCode::CONFLICT), "{name}");
        assert_eq!(answer.json()["state"], "settled");
    }
    let answer = act(&house, delivery, "release", json!({ "as": "resend" })).await;
    assert_eq!(answer.code(), "OXG0025", "nothing is unknown about it");
}

#[tokio::test]
async fn g5_an_unknown_outcome_is_released_by_a_decision_only() {
    for parked in [false, true] {
        for (decision, state) in [("accepted", "settled"), ("resend", "queued")] {
            let house = House::still();
            let mut facts = unknown();
            facts.extend(parked.then_some(Fact::EvidenceAmbiguous));
            let (_, delivery) = outbound(&house, facts).await;
            let answer = act(&house, delivery, "release", json!({})).await;
            assert_eq!((answer.code().as_str(), answer.status), ("OXG0026", StatusCode::CONFLICT));
            assert_eq!(answer.json()["accepts"], json!(["accepted", "resend"]));
            let answer = act(&house, delivery, "release", json!({ "as": decision })).await;
            assert_eq!(answer.json()["delivery"]["state"], state, "parked: {parked}");
        }
    }
}

#[tokio::test]
async fn cancel_ends_a_delivery() {
    let house = House::still();
    let (_, delivery) = outbound(&house, Vec::new()).await;
    let answer = act(&house, delivery, "cancel", json!({ "why": "sent by mistake" })).await;
    assert_eq!(answer.json()["delivery"]["state"], "cancelled");
    assert_eq!(act(&house, delivery, "cancel", json!({})).await.code(), "OXG0025");
}

#[tokio::test]
async fn cancel_of_a_send_under_way_is_a_wish() {
    let house = House::still();
    let (_, delivery) = outbound(&house, vec![Fact::Start { ticket: 1 }]).await;
    let answer = act(&house, delivery, "cancel", json!({})).await.json();
    assert_eq!((&answer["delivery"]["state"], &answer["delivery"]["cancel_wished"]), (&json!("sending"), &json!(true)));
}

#[tokio::test]
async fn g4_an_unrouted_event_goes_along_todays_routes() {
    let house = House::still();
    let event = house.pushed("Notes", "New", "log-1").await;
    let delivery = first_delivery(&house, &event).await;
    let answer = act(&house, delivery, "release", json!({})).await;
    assert_eq!((answer.code().as_str(), answer.status), ("OXG0027", StatusCode::CONFLICT));
    assert_eq!(answer.json()["known"], json!(["app", "queue"]));

    house.gateway.routing.replace(routes(&["Notes"]));
    let answer = act(&house, delivery, "release", json!({ "why": "handler added" })).await.json();
    assert_eq!(answer["delivery"]["state"], "cancelled");
    let made: DeliveryId = answer["made"][0].as_str().unwrap().parse().unwrap();
    let made = house.call("GET", &format!("/v1/deliveries/{made}"), "").await.json();
    assert_eq!((&made["target"], &made["state"]), (&json!("app"), &json!("queued")));
    assert_eq!(made["event"], event);
}

#[tokio::test]
async fn reroute_hands_a_parked_delivery_to_another_target() {
    let house = House::still();
    let event = house.pushed("Notes", "New", "log-1").await;
    let delivery = first_delivery(&house, &event).await;
    let answer = act(&house, delivery, "reroute", json!({ "target": "redox" })).await;
    assert_eq!((answer.code().as_str(), answer.status), ("OXG0028", StatusCode::UNPROCESSABLE_ENTITY));
    assert_eq!(answer.json()["known"], json!(["app", "queue"]));
    assert_eq!(act(&house, delivery, "reroute", json!({})).await.code(), "OXG0009");
    let answer = act(&house, delivery, "reroute", json!({ "target": "app" })).await.json();
    assert_eq!(answer["delivery"]["state"], "cancelled");
    assert_eq!(answer["made"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_replay_goes_to_the_tail_under_the_same_event() {
    let house = House::still();
    let (event, delivery) = outbound(&house, settled()).await;
    let path = format!("/v1/events/{event}/replay");
    let answer = house.call("POST", &path, json!({ "why": "lost on their side" }).to_string()).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert_eq!(answer.json()["event"], event);
    let made: DeliveryId = answer.json()["deliveries"][0].as_str().unwrap().parse().unwrap();
    assert_eq!((made.event, made.n), (delivery.event, 1));
    let (old, new) =
        (house.gateway.store.delivery(delivery).await.unwrap(), house.gateway.store.delivery(made).await.unwrap());
    let (old, new) = (old.unwrap(), new.unwrap());
    assert_eq!((&old.target, old.lane), (&new.target, new.lane));
    assert!(new.rank > old.rank, "at the tail");

    let answer = house.call("POST", &path, "").await;
    assert_eq!((answer.code().as_str(), answer.status), ("OXG0025", StatusCode::CONFLICT), "one at a time");
    assert_eq!(answer.json()["delivery"], json!(made));
}

/// Lane and keys follow the handler's rules of now, not those of the event's time.
#[tokio::test]
async fn g3_a_replay_follows_the_rules_of_now() {
    let house = House::still();
    let event = house.pushed("PatientAdmin", "Arrival", "log-1").await;
    let old = first_delivery(&house, &event).await;
    house.happened(old, Policy::HANDLER, [Fact::Accepted]).await;
    let mut now = routes(&["PatientAdmin"]);
    (now.inbound[0].lane_by, now.inbound[0].order_by) = (vec![LaneBy::Model], OrderBy::Patient);
    house.gateway.routing.replace(now);
    let store = &house.gateway.store;
    let path = format!("/v1/events/{event}/replay");
    let counted = house.call("POST", "/v1/replays", "{}").await.json();
    assert_eq!(counted["by_lane"], json!({ "app model=PatientAdmin": 1 }), "foretold as it comes");
    let answer = house.call("POST", &path, "").await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let made: Vec<DeliveryId> = serde_json::from_value(answer.json()["deliveries"].clone()).unwrap();
    let [made] = made[..] else { panic!("one for each handler: {made:?}") };
    let row = store.delivery(made).await.unwrap().unwrap();
    assert_eq!((row.target.as_str(), row.lane_label.as_str()), ("app", "model=PatientAdmin"));
    let window = store.window(row.lane, (0, 0), 10).await.unwrap();
    let OrderKeys::Some(keys) = &window[0].keys else { panic!("by patient: {window:?}") };
    assert_eq!((window.len(), window[0].id, keys.len()), (1, made, 1));

    // Settled, there are two lanes that it has been in, and still one handler.
    house.happened(made, Policy::HANDLER, [Fact::Accepted]).await;
    let answer = house.call("POST", &path, "").await.json();
    assert_eq!(answer["deliveries"].as_array().map(Vec::len), Some(1), "{answer}");
    assert_eq!(house.call("POST", &path, "").await.code(), "OXG0025", "one at a time");
}

#[tokio::test]
async fn a_replay_goes_nowhere_that_is_gone() {
    let house = House::still();
    let event = house.pushed("PatientAdmin", "Arrival", "log-1").await;
    house.happened(first_delivery(&house, &event).await, Policy::HANDLER, [Fact::Accepted]).await;
    let mut without = routes(&["PatientAdmin"]);
    without.inbound.retain(|route| route.target != "app");
    without.targets.retain(|spec| spec.name != "app");
    house.gateway.routing.replace(without);
    let path = format!("/v1/events/{event}/replay");
    let answer = house.call("POST", &path, "").await;
    assert_eq!((answer.code().as_str(), &answer.json()["known"]), ("OXG0028", &json!(["queue"])));
    let answer = house.call("POST", &path, json!({ "target": "queue" }).to_string()).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
}

#[tokio::test]
async fn a_replay_to_a_target_that_is_not_known_is_refused() {
    let house = House::still();
    let (event, _) = outbound(&house, settled()).await;
    let path = format!("/v1/events/{event}/replay");
    let answer = house.call("POST", &path, json!({ "target": "app" }).to_string()).await;
    assert_eq!((answer.code().as_str(), &answer.json()["known"]), ("OXG0028", &json!(["redox", "redox:backfill"])));
}

#[tokio::test]
async fn a_replay_as_new_is_another_event_with_its_parent() {
    let house = House::still();
    for (event, target) in [
        (outbound(&house, settled()).await.0, "redox"),
        (house.pushed("PatientAdmin", "Arrival", "log-1").await, "app"),
    ] {
        let answer =
            house.call("POST", &format!("/v1/events/{event}/replay"), json!({ "as_new": true }).to_string()).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let child = answer.text_of("event");
        assert_ne!(child, event);
        let shown = house.call("GET", &format!("/v1/events/{child}"), "").await.json();
        assert_eq!((&shown["parent"], &shown["state"]), (&json!(event), &json!("queued")));
        assert_eq!(shown["deliveries"][0]["target"], target);
        let (old, new) = (format!("/v1/events/{event}/payload"), format!("/v1/events/{child}/payload"));
        assert_eq!(house.call("GET", &old, "").await.body, house.call("GET", &new, "").await.body);
    }
}
