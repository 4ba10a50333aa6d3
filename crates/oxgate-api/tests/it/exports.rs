//! Bulk exports as jobs.

use crate::house::House;
use http::StatusCode;

#[tokio::test]
async fn an_export_is_shown_started_once_and_cancelled_once() {
    let house = House::still();
    let listed = house.call("GET", "/v1/bulk", "").await.json();
    assert_eq!(listed["exports"][0]["name"], "nightly");
    let path = |act: &str| format!("/v1/bulk/nightly{act}");
    let table = [
        ("POST", "/cancel", StatusCode::CONFLICT, "OXG0080"),
        ("POST", "/start", StatusCode::ACCEPTED, "running"),
        ("POST", "/start", StatusCode::CONFLICT, "OXG0079"),
        ("GET", "", StatusCode::OK, "running"),
        ("POST", "/cancel", StatusCode::OK, "idle"),
    ];
    for (method, act, status, word) in table {
        let answer = house.call(method, &path(act), "").await;
        assert_eq!(answer.status, status, "{answer:?}");
        let body = answer.json();
        assert!(body["state"] == word || body["code"] == word, "{body}");
    }
    for (method, act) in [("GET", ""), ("POST", "/start"), ("POST", "/cancel")] {
        let answer = house.call(method, &format!("/v1/bulk/other{act}"), "").await;
        assert_eq!((answer.status, answer.text_of("code").as_str()), (StatusCode::NOT_FOUND, "OXG0078"));
    }
    assert_eq!(house.call("POST", &path("/start"), r#"{"wy":"x"}"#).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}
