//! Problem documents, whole: their shape is an interface.

use crate::house::House;
use crate::message::{MARKER, NORTH, SOUTH, order, search};
use serde_json::{Value, json};

async fn check(house: &House, path: &str, body: impl Into<String>, expected: Value) {
    let answer = house.call("POST", path, body.into()).await;
    let code = answer.code();
    let mut document = answer.json();
    assert!(!document.to_string().contains(MARKER), "{document}");
    let page = format!("https://github.com/oxgate/oxgate/blob/main/docs/errors/{code}.md");
    assert_eq!(document["type"], page);
    assert!(document["title"].as_str().is_some_and(|title| !title.is_empty()));
    for member in ["type", "title"] {
        document.as_object_mut().unwrap().shift_remove(member);
    }
    assert_eq!(document, expected);
}

#[tokio::test]
async fn not_json() {
    let body = format!("{{\n  \"Meta\": {{\"DataModel\": {MARKER}}}\n}}");
    let house = House::still();
    let answer = house.call("POST", "/v1/events", body).await;
    assert_eq!((answer.code().as_str(), answer.status.as_u16()), ("OXG0005", 400));
    assert_eq!((&answer.json()["line"], &answer.json()["column"]), (&json!(2), &json!(25)));
    assert!(!answer.json().to_string().contains(MARKER));
}

#[tokio::test]
async fn no_meta() {
    let expected = json!({
        "status": 422,
        "detail": "no `Meta` object in the body (and it is no FHIR Bundle of type `message`)",
        "code": "OXG0010",
        "path": "$.Meta",
    });
    check(&House::still(), "/v1/events", json!({ "Patient": MARKER }).to_string(), expected).await;
}

#[tokio::test]
async fn unknown_event_type() {
    let mut body = order("1", &[NORTH]);
    body["Meta"]["EventType"] = "Neu".into();
    let expected = json!({
        "status": 422,
        "detail": "`Meta.DataModel` and `Meta.EventType` name no documented event type, did you mean `Order.New`?",
        "code": "OXG0011",
        "path": "$.Meta",
        "nearest": "Order.New",
    });
    check(&House::still(), "/v1/events", body.to_string(), expected).await;
}

#[tokio::test]
async fn unknown_destination() {
    let answer = House::still().call("POST", "/v1/events", order("1", &["nowhere"]).to_string()).await;
    assert_eq!((answer.code().as_str(), answer.status.as_u16()), ("OXG0013", 422));
    assert_eq!(answer.json()["path"], "$.Meta.Destinations[0]");
    assert_eq!(answer.json()["known"], json!(["north-ehr", "south-ehr"]));
}

#[tokio::test]
async fn destination_that_does_not_accept() {
    let answer = House::still().call("POST", "/v1/events", order("1", &[SOUTH]).to_string()).await;
    assert_eq!((answer.code().as_str(), answer.status.as_u16()), ("OXG0014", 422));
    assert_eq!(answer.json()["accepts"], json!(["Notes", "Order.Cancel"]));
    assert_eq!(answer.json()["accepted_by"], json!(["north-ehr"]));
}

#[tokio::test]
async fn no_destination_and_doubled_destination() {
    let house = House::still();
    let answer = house.call("POST", "/v1/events", order("1", &[]).to_string()).await;
    assert_eq!(answer.code(), "OXG0012");
    let answer = house.call("POST", "/v1/events", order("1", &[NORTH, NORTH]).to_string()).await;
    assert_eq!((answer.code().as_str(), &answer.json()["path"]), ("OXG0038", &json!("$.Meta.Destinations[1]")));
}

#[tokio::test]
async fn content_that_is_not_valid() {
    let mut body = order("1", &[NORTH]);
    body["Patient"]["Identifiers"] = json!([{ "ID": { "secret": MARKER }, "IDType": "MR" }]);
    let expected = json!({
        "status": 422,
        "detail": "Order.New has 1 error, the first at $.Patient.Identifiers[0].ID (line 1, column 199): expected \
                   a string, found object of length 1",
        "code": "OXG0041",
        "kind": "Order.New",
        "errors": 1,
        "problems": [{
            "path": "$.Patient.Identifiers[0].ID",
            "rule": "type",
            "expected": "a string",
            "found": { "type": "object", "length": 1 },
            "line": 1,
            "column": 199,
        }],
    });
    check(&House::still(), "/v1/events", body.to_string(), expected).await;
}

#[tokio::test]
async fn wrong_road() {
    let expected = json!({
        "status": 422,
        "detail": "PatientSearch.Query is a query, answered on the same call: post it to /v1/queries",
        "code": "OXG0015",
        "send_to": "/v1/queries",
    });
    check(&House::still(), "/v1/events", search(NORTH).to_string(), expected).await;
}

#[tokio::test]
async fn acts_name_what_they_expect() {
    let expected = json!({
        "status": 422,
        "detail": "a member is missing, unknown or of another type near line 1, column 13: expected an object with \
                   `why`, a text, and `if_state`, a lane's state, each optional",
        "code": "OXG0009",
        "line": 1,
        "column": 13,
    });
    check(&House::still(), "/v1/lanes/1/pause", format!("{{\"{MARKER}\":1}}"), expected).await;
}

#[tokio::test]
async fn parameters_are_read_strictly() {
    let house = House::still();
    for path in [
        format!("/v1/events?limit={MARKER}"),
        format!("/v1/events?{MARKER}=1"),
        format!("/v1/events?state={MARKER}"),
        format!("/v1/events?before={MARKER}"),
        "/v1/events?limit=0".to_owned(),
        "/v1/lanes?limit=1&limit=2".to_owned(),
        format!("/v1/expectations?standing={MARKER}"),
    ] {
        let answer = house.call("GET", &path, "").await;
        assert_eq!((answer.code().as_str(), answer.status.as_u16()), ("OXG0008", 400), "{path}");
        assert!(!answer.json().to_string().contains(MARKER), "{path}");
    }
}
