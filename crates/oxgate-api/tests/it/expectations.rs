//! Questions by how their answers were judged.

use crate::house::{House, NOW};
use http::StatusCode;
use oxgate_core::delivery::Delivery;
use oxgate_core::expectation::{Judgement, KeyKind};
use oxgate_core::lane::LaneScope;
use oxgate_core::{Address, ContentHash, Direction, EventId, Flags, OrderKeys, Reason, Refs};
use oxgate_store::command::{Accept, Accepted, AnswerProbe, NewDelivery, NewEvent, NewExpectation, Submit, Submitted};
use serde_json::json;

async fn event(house: &House, direction: Direction, model: &str) -> NewEvent {
    let store = &house.gateway.store;
    NewEvent {
        tag: store.tag(),
        direction,
        door: "main".into(),
        partner: "north".into(),
        address: Address { model: model.into(), event_type: "New".into(), ..Address::default() },
        flags: Flags::default(),
        accepted_at: NOW,
        parent: None,
        content: ContentHash::of([b"{}".as_slice()]),
        content_type: "application/json".into(),
        body: store.seal(b"{}").await.unwrap(),
        refs: Refs::default(),
        correlation: None,
    }
}

fn parked() -> Vec<NewDelivery> {
    let delivery = Delivery::parked(NOW, Reason::UNROUTED);
    vec![NewDelivery { target: "unrouted".into(), scope: LaneScope::default(), keys: OrderKeys::Free, delivery }]
}

async fn asked(house: &House, order: &str, patient: &str) -> EventId {
    let keyed = house.gateway.store.keyed();
    let expectation = NewExpectation {
        rule: "order".into(),
        partner: "north".into(),
        within: None,
        keys: vec![(KeyKind::Order, keyed.hash("order", order))],
        patients: vec![keyed.patient("MR", patient)],
    };
    let event = event(house, Direction::Outbound, "Order").await;
    let submit = Submit { event, idempotency: None, deliveries: parked(), expectations: vec![expectation] };
    match house.gateway.store.submit(submit).await.unwrap() {
        Submitted::New { event, .. } => event,
        other => panic!("{other:?}"),
    }
}

async fn answered(house: &House, order: &str, patient: &str) {
    let keyed = house.gateway.store.keyed();
    let probe = AnswerProbe {
        partner: "north".into(),
        rules: vec!["order".into()],
        parts: vec![vec![(KeyKind::Order, keyed.hash("order", order))]],
        patients: vec![keyed.patient("MR", patient)],
    };
    let event = event(house, Direction::Inbound, "Results").await;
    let accept = Accept { event, dedup: None, deliveries: parked(), answers: Some(probe) };
    assert!(matches!(house.gateway.store.accept(accept).await.unwrap(), Accepted::New { .. }));
}

#[tokio::test]
async fn g7_questions_are_chosen_by_the_grade_of_an_answer() {
    let house = House::still();
    let right = asked(&house, "o-1", "a").await;
    let wrong = asked(&house, "o-2", "a").await;
    asked(&house, "o-3", "a").await;
    answered(&house, "o-1", "a").await;
    answered(&house, "o-2", "b").await;
    for judged in Judgement::ALL {
        let expected = match judged.as_str() {
            "exact" => vec![json!(right)],
            "suspect" => vec![json!(wrong)],
            _ => Vec::new(),
        };
        let answer = house.call("GET", &format!("/v1/expectations?grade={}", judged.as_str()), "").await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let found = answer.json();
        let events: Vec<_> = found["expectations"].as_array().unwrap().iter().map(|row| row["event"].clone()).collect();
        assert_eq!(events, expected, "{judged:?}");
    }
    let both = house.call("GET", "/v1/expectations?grade=suspect&standing=answered", "").await.json();
    assert_eq!(both["expectations"], json!([]), "a suspect answer answers nothing");
}

#[tokio::test]
async fn an_unknown_grade_is_refused_with_those_that_there_are() {
    let house = House::still();
    for grade in ["", "single", "Suspect", "perfect"] {
        let answer = house.call("GET", &format!("/v1/expectations?grade={grade}"), "").await;
        assert_eq!((answer.code().as_str(), answer.status), ("OXG0008", StatusCode::BAD_REQUEST), "{grade}");
        assert_eq!(answer.json()["parameter"], "grade");
        let detail = answer.text_of("detail");
        for judged in Judgement::ALL {
            assert!(detail.contains(&format!("`{}`", judged.as_str())), "{detail}");
        }
        assert!(grade.is_empty() || !detail.contains(&format!("`{grade}`")), "{detail}");
    }
}
