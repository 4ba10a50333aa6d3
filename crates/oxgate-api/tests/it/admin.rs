//! Reload and API keys over HTTP.

use crate::house::{Answer, House, Plans};
use crate::message::MARKER;
use http::{Request, StatusCode};
use oxgate_api::{ConfigFault, Reloaded};
use serde_json::json;
use std::sync::Arc;
use tower::ServiceExt;

#[tokio::test]
async fn a_key_is_shown_once_and_works_until_revoked() {
    let house = House::still();
    let body = json!({ "name": "lab", "scopes": ["read"], "expires": "90d", "why": "new system" });
    let answer = house.call("POST", "/v1/admin/apikeys", body.to_string()).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    let (key, id) = (answer.text_of("key"), answer.text_of("id"));
    assert_eq!(answer.json()["expires_at"], "2026-05-30T12:00:00.000Z");

    let lanes = |key: String| {
        let request = Request::get("/v1/lanes")
            .header("authorization", format!("bearer {key}"))
            .body(axum::body::Body::empty())
            .unwrap();
        let router = house.router();
        async move { Answer::of(router.oneshot(request).await.unwrap()).await.status }
    };
    assert_eq!(lanes(key.clone()).await, StatusCode::OK);
    let list = house.call("GET", "/v1/admin/apikeys", "").await;
    assert_eq!(list.json()["apikeys"][0]["id"], id);
    assert!(!String::from_utf8_lossy(&list.body).contains(&key[4..]), "never shown again");

    let revoked = house.call("DELETE", &format!("/v1/admin/apikeys/{id}"), "").await.json();
    assert_eq!(revoked["revoked_at"], "2026-03-01T12:00:00.000Z");
    assert_eq!(lanes(key).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn keys_that_cannot_be_made_are_refused() {
    let house = House::still();
    let post = |body: serde_json::Value| house.call("POST", "/v1/admin/apikeys", body.to_string());
    for body in [
        json!({ "name": "a b", "scopes": ["read"] }),
        json!({ "name": "a", "scopes": [] }),
        json!({ "name": "a", "scopes": [MARKER] }),
        json!({ "name": "a", "scopes": ["read"], "expires": MARKER }),
        json!({ "name": "a", "scopes": ["read"], "expires": "2020-01-01T00:00:00Z" }),
        json!({}),
    ] {
        let answer = post(body.clone()).await;
        assert_eq!(answer.code(), "OXG0009", "{body}");
        assert!(!answer.json().to_string().contains(MARKER), "{answer:?}");
    }
    assert_eq!(post(json!({ "name": "a", "scopes": ["read"] })).await.status, StatusCode::CREATED);
    let again = post(json!({ "name": "a", "scopes": ["read"] })).await;
    assert_eq!((again.code().as_str(), again.status), ("OXG0030", StatusCode::CONFLICT));
    assert_eq!(house.call("DELETE", "/v1/admin/apikeys/nobody", "").await.code(), "OXG0031");
}

#[tokio::test]
async fn a_reload_says_what_changed_or_what_is_wrong() {
    let changed = Reloaded { changes: vec!["handler `app`: timeout 30s → 10s".into()] };
    let reload = Arc::new(move || Box::pin(std::future::ready(Ok(changed.clone()))) as _);
    let house = House::with(Plans { reload, ..Plans::default() });
    let answer = house.call("POST", "/v1/admin/reload", "").await;
    assert_eq!(answer.json(), json!({ "changes": ["handler `app`: timeout 30s → 10s"] }));

    let fault = ConfigFault {
        file: "oxgate.toml".into(),
        line: Some(12),
        key: Some("handler.app.timout".into()),
        message: "unknown key".into(),
        nearest: Some("timeout".into()),
    };
    let reload = Arc::new(move || Box::pin(std::future::ready(Err(vec![fault.clone()]))) as _);
    let house = House::with(Plans { reload, ..Plans::default() });
    let answer = house.call("POST", "/v1/admin/reload", "").await;
    assert_eq!((answer.code().as_str(), answer.status), ("OXG0029", StatusCode::UNPROCESSABLE_ENTITY));
    let expected = json!([{
        "file": "oxgate.toml", "line": 12, "key": "handler.app.timout", "message": "unknown key", "nearest": "timeout",
    }]);
    assert_eq!(answer.json()["faults"], expected);
}

#[tokio::test]
async fn a_panic_is_answered_without_what_it_said() {
    let reload = Arc::new(|| panic!("{MARKER}"));
    let house = House::with(Plans { reload, ..Plans::default() });
    let answer = house.call("POST", "/v1/admin/reload", "").await;
    assert_eq!((answer.code().as_str(), answer.status), ("OXG0036", StatusCode::INTERNAL_SERVER_ERROR));
    assert!(answer.headers.contains_key("oxgate-request-id"));
    assert!(!answer.json().to_string().contains(MARKER));
}
