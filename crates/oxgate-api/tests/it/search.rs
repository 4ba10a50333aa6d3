//! Search by what stands in messages, with the place up to which the index is complete.

use crate::house::House;
use crate::message::{MARKER, NORTH};
use oxgate_api::Indexer;
use serde_json::{Value, json};

async fn search(house: &House, body: Value) -> Value {
    let answer = house.call("POST", "/v1/events/search", body.to_string()).await;
    assert!(!String::from_utf8_lossy(&answer.body).contains(MARKER), "{answer:?}");
    answer.json()
}

fn ids(found: &Value) -> Vec<&str> {
    found["events"].as_array().unwrap().iter().map(|event| event["id"].as_str().unwrap()).collect()
}

async fn index(house: &House) {
    let mut indexer = Indexer::new(house.gateway.store.clone());
    while indexer.step().await.unwrap() {}
}

#[tokio::test]
async fn g8_events_are_found_by_what_a_person_knows() {
    let house = House::still();
    let (order, _) = house.submitted("O-17").await;
    let arrival = house.pushed("PatientAdmin", "Arrival", "log-1").await;
    let patient = json!({ "patient": { "id": format!("{MARKER}-8"), "type": "MR" } });
    let behind = search(&house, patient.clone()).await;
    assert_eq!((ids(&behind), &behind["complete"], &behind["complete_through"]), (vec![], &json!(false), &json!(null)));
    index(&house).await;
    let found = search(&house, patient.clone()).await;
    assert_eq!((ids(&found), &found["complete"]), (vec![arrival.as_str()], &json!(true)));
    assert_eq!(found["complete_through"], json!(arrival));
    assert_eq!(ids(&search(&house, json!({ "patient": { "id": format!("{MARKER}-8") } })).await), [arrival.as_str()]);
    assert_eq!(ids(&search(&house, json!({ "order": "O-17" })).await), [order.as_str()]);
    assert_eq!(ids(&search(&house, json!({ "log": "log-1" })).await), [arrival.as_str()]);
    assert!(ids(&search(&house, json!({ "visit": "O-17" })).await).is_empty());
    // What came since is told to be missing, and found once the indexer has been by.
    let later = house.pushed("PatientAdmin", "Discharge", "log-2").await;
    let behind = search(&house, patient.clone()).await;
    assert_eq!((ids(&behind), &behind["complete_through"]), (vec![arrival.as_str()], &json!(arrival)));
    index(&house).await;
    let page = search(&house, json!({ "patient": { "id": format!("{MARKER}-8"), "type": "MR" }, "limit": 1 })).await;
    assert_eq!((ids(&page), &page["next"]), (vec![later.as_str()], &json!(later)));
    let mut rest = patient;
    rest["before"] = page["next"].clone();
    assert_eq!(ids(&search(&house, rest).await), [arrival.as_str()]);
    let _ = NORTH;
}

#[tokio::test]
async fn one_thing_at_a_time() {
    let house = House::still();
    for body in [
        json!({}),
        json!({ "visit": "1", "order": "2" }),
        json!({ "patient": MARKER }),
        json!({ "limit": 0, "visit": "1" }),
    ] {
        assert_eq!(search(&house, body).await["code"], "OXG0009");
    }
}
