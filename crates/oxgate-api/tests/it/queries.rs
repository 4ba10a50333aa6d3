//! Queries: Redox's answer as it is, or a problem that says whose fault it is.

use crate::house::House;
use crate::message::{MARKER, NORTH, SOUTH, order, search};
use crate::redox::Says;
use http::StatusCode;

const FOUND: &str = r#"{"Meta":{"DataModel":"PatientSearch","EventType":"Response"},"Patient":{"Identifiers":[]}}"#;

#[tokio::test]
async fn the_answer_is_passed_on() {
    let house = House::still();
    house.redox.will_say(Says::Reply(200, FOUND));
    let answer = house.call("POST", "/v1/queries", search(NORTH).to_string()).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.body, FOUND);
    assert_eq!(answer.headers["content-type"], "application/json");
    assert_eq!(answer.headers["cache-control"], "no-store");

    let id = answer.headers["oxgate-event-id"].to_str().unwrap();
    let shown = house.call("GET", &format!("/v1/events/{id}"), "").await.json();
    assert_eq!((&shown["data_model"], &shown["body_bytes"]), (&"PatientSearch".into(), &0.into()));
}

#[tokio::test]
async fn a_query_without_an_answer_says_why() {
    let house = House::still();
    for (says, code, status) in [
        (Says::NotThere, "OXG0032", 502),
        (Says::Late, "OXG0033", 504),
        (Says::Reply(401, r#"{"Meta":{"Errors":[{"ID":1,"Text":"x"}]}}"#), "OXG0037", 502),
        (Says::Reply(429, ""), "OXG0034", 429),
    ] {
        house.redox.will_say(says);
        let answer = house.call("POST", "/v1/queries", search(NORTH).to_string()).await;
        assert_eq!((answer.code().as_str(), answer.status.as_u16()), (code, status), "{says:?}: {answer:?}");
        assert!(!answer.json().to_string().contains(MARKER));
        assert_eq!(answer.headers.contains_key("retry-after"), status == 429);
    }
}

#[tokio::test]
async fn an_event_is_no_query() {
    let house = House::still();
    let answer = house.call("POST", "/v1/queries", order("1", &[NORTH]).to_string()).await;
    assert_eq!((answer.code().as_str(), answer.json()["send_to"].as_str()), ("OXG0015", Some("/v1/events")));
    let mut two = search(NORTH);
    two["Meta"]["Destinations"] = serde_json::json!([{ "ID": NORTH }, { "ID": SOUTH }]);
    assert_eq!(house.call("POST", "/v1/queries", two.to_string()).await.code(), "OXG0038");
    assert_eq!(house.call("POST", "/v1/queries", "").await.code(), "OXG0005");
}

#[tokio::test]
async fn a_query_that_is_not_valid_is_not_sent() {
    let house = House::still();
    let mut wrong = search(NORTH);
    wrong["Patient"]["Demographics"] = serde_json::json!([MARKER]);
    let answer = house.call("POST", "/v1/queries", wrong.to_string()).await;
    assert_eq!((answer.code().as_str(), answer.status.as_u16()), ("OXG0041", 422));
    let problem = answer.json();
    assert_eq!((&problem["kind"], &problem["errors"]), (&"PatientSearch.Query".into(), &1.into()));
    assert_eq!(problem["problems"][0]["path"], "$.Patient.Demographics");
    assert!(!problem.to_string().contains(MARKER));
}
