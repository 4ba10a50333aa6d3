//! FHIR passed on to Redox.

use crate::house::House;
use crate::message::MARKER;
use crate::redox::Says;
use http::StatusCode;

const PATIENT: &str = r#"{"resourceType":"Patient","id":"p-1"}"#;
const OUTCOME: &str = r#"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"not-found"}]}"#;
const FORM: [(&str, &str); 1] = [("content-type", "application/x-www-form-urlencoded")];

#[tokio::test]
async fn reads_searches_and_operations_are_passed_on_unchanged() {
    let house = House::still();
    for (method, path, headers, body, asked) in [
        ("GET", "Patient/p-1", &[][..], "", "north/Development FhirRequest(read Patient, 0 bytes)"),
        ("POST", "Patient/_search", &FORM[..], "family=x", "north/Development FhirRequest(search Patient, 8 bytes)"),
        (
            "POST",
            "DocumentReference/$documentreference-create",
            &[("content-type", "application/fhir+json")][..],
            "{}",
            "north/Development FhirRequest(DocumentReference/$documentreference-create, 2 bytes)",
        ),
    ] {
        house.redox.will_say(Says::Reply(200, PATIENT));
        let answer = house.call_with(method, &format!("/v1/fhir/north-ehr/{path}"), headers, body).await;
        assert_eq!((answer.status, &answer.body[..]), (StatusCode::OK, PATIENT.as_bytes()), "{path}");
        assert_eq!(house.redox.asked().last().map(String::as_str), Some(asked));
    }
}

#[tokio::test]
async fn the_servers_refusals_are_passed_on_and_others_are_ours() {
    for (says, status, code) in [
        (Says::Reply(404, OUTCOME), 404, None),
        (Says::Reply(422, OUTCOME), 422, None),
        (Says::Reply(500, OUTCOME), 500, None),
        (Says::Reply(401, "Invalid request"), 502, Some("OXG0037")),
        (Says::Reply(429, OUTCOME), 429, Some("OXG0034")),
        (Says::Reply(502, ""), 502, Some("OXG0032")),
        (Says::Reply(504, ""), 504, Some("OXG0033")),
        (Says::NotThere, 502, Some("OXG0032")),
        (Says::Late, 504, Some("OXG0033")),
    ] {
        let house = House::still();
        house.redox.will_say(says);
        let answer = house.call("POST", "/v1/fhir/north-ehr/Appointment/$appointment-create", "{}").await;
        assert_eq!(answer.status.as_u16(), status, "{says:?}");
        match code {
            None => assert_eq!(&answer.body[..], OUTCOME.as_bytes()),
            Some(code) => assert_eq!(answer.code(), code, "{says:?}"),
        }
        if matches!(says, Says::Late) {
            assert_eq!(answer.json()["may_have_written"], true);
        }
    }
}

#[tokio::test]
async fn g8_search_parameters_in_an_address_are_refused_and_not_repeated() {
    let house = House::still();
    for (method, path) in [("GET", "Patient"), ("GET", "Patient/p-1"), ("POST", "Patient/_search")] {
        let answer = house.call(method, &format!("/v1/fhir/north-ehr/{path}?family={MARKER}"), "").await;
        assert_eq!(answer.code(), "OXG0056", "{method} {path}");
        assert!(!String::from_utf8_lossy(&answer.body).contains(MARKER));
    }
    assert!(house.redox.asked().is_empty());
}

#[tokio::test]
async fn what_is_not_passed_on_says_what_is() {
    let house = House::still();
    for (method, path, headers) in [
        ("PUT", "Patient/p-1", &[][..]),
        ("PATCH", "Patient/p-1", &[][..]),
        ("DELETE", "Patient/p-1", &[][..]),
        ("POST", "Patient", &[][..]),
        ("GET", "Patient/p-1/_history/2", &[][..]),
        ("POST", "Patient/_search", &[("content-type", "application/json")][..]),
        ("POST", "Patient/$x", &[("content-type", "application/fhir+xml")][..]),
    ] {
        let answer = house.call_with(method, &format!("/v1/fhir/north-ehr/{path}"), headers, "").await;
        assert_eq!(answer.code(), "OXG0055", "{method} {path}");
    }
    let unknown = house.call("GET", "/v1/fhir/nort-ehr/Patient/p-1", "").await;
    assert_eq!((unknown.code().as_str(), unknown.text_of("nearest").as_str()), ("OXG0013", "north-ehr"));
    let without = house.call("GET", "/v1/fhir/south-ehr/Patient/p-1", "").await;
    assert_eq!((without.code().as_str(), &without.json()["known"]), ("OXG0057", &serde_json::json!(["north-ehr"])));
    let source = [("redox-source-id", "nobody")];
    assert_eq!(house.call_with("GET", "/v1/fhir/north-ehr/Patient/p-1", &source, "").await.code(), "OXG0007");
    assert!(house.redox.asked().is_empty());
}
