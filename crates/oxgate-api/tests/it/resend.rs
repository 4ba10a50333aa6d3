//! An edited event in the place of one: both or neither.

use crate::house::{Answer, House};
use crate::message::{NORTH, order, pushed};
use http::StatusCode;
use oxgate_core::delivery::{Fact, Policy};
use oxgate_core::{DeliveryId, Reason};
use serde_json::{Value, json};

async fn resend(house: &House, event: &str, body: Value) -> Answer {
    house.call("POST", &format!("/v1/events/{event}/resend"), body.to_string()).await
}

async fn parked(house: &House, delivery: DeliveryId) {
    let rejected = Fact::EventFailure { reason: Reason::REJECTED, counts: true, retry_at: crate::house::NOW };
    house.happened(delivery, Policy::REDOX, [Fact::Start { ticket: 1 }, rejected]).await;
}

#[tokio::test]
async fn a_parked_order_is_cancelled_and_its_correction_sent() {
    let house = House::still();
    let (event, delivery) = house.submitted("O-1").await;
    parked(&house, delivery).await;
    let body = json!({ "cancel": delivery.to_string(), "why": "wrong number", "body": order("O-2", &[NORTH]) });
    let answer = resend(&house, &event, body.clone()).await;
    assert_eq!((answer.status, answer.text_of("parent")), (StatusCode::OK, event.clone()), "{answer:?}");
    let child = house.call("GET", &format!("/v1/events/{}", answer.text_of("event")), "").await.json();
    assert_eq!((&child["parent"], &child["state"]), (&json!(event), &json!("queued")));
    let first = house.call("GET", &format!("/v1/events/{event}"), "").await.json();
    assert_eq!(first["state"], "cancelled");
    let again = resend(&house, &event, body).await;
    assert_eq!((again.code().as_str(), house.gateway.store.counters().events), ("OXG0025", 2), "once");
}

#[tokio::test]
async fn what_cannot_be_sent_cancels_nothing() {
    let house = House::still();
    let (event, delivery) = house.submitted("O-1").await;
    parked(&house, delivery).await;
    let to_nobody = json!({ "cancel": delivery.to_string(), "body": order("O-2", &["nowhere"]) });
    assert_eq!(resend(&house, &event, to_nobody).await.code(), "OXG0013");
    let without_body = json!({ "cancel": delivery.to_string() });
    assert_eq!(resend(&house, &event, without_body).await.code(), "OXG0009");
    let (other, _) = house.submitted("O-3").await;
    let of_another = json!({ "cancel": delivery.to_string(), "body": order("O-2", &[NORTH]) });
    assert_eq!(resend(&house, &other, of_another).await.code(), "OXG0022");
    let first = house.call("GET", &format!("/v1/events/{event}"), "").await.json();
    assert_eq!(first["state"], "parked");
}

#[tokio::test]
async fn an_edited_arrival_goes_to_today_s_handlers() {
    let house = House::still();
    let event = house.pushed("PatientAdmin", "Arrival", "log-1").await;
    let edited = json!({ "body": pushed("PatientAdmin", "Discharge", "log-1"), "why": "mapping mended" });
    let answer = resend(&house, &event, edited).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let child = house.call("GET", &format!("/v1/events/{}", answer.text_of("event")), "").await.json();
    assert_eq!((&child["event_type"], &child["parent"]), (&json!("Discharge"), &json!(event)));
    assert_eq!(child["deliveries"][0]["target"], "app");
    let unrouted = resend(&house, &event, json!({ "body": pushed("Media", "New", "log-9") })).await;
    assert_eq!((unrouted.code().as_str(), &unrouted.json()["reason"]), ("OXG0064", &json!("child-unrouted")));
}
