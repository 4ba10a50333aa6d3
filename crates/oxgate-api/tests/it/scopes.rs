//! Every route against every scope.

use crate::house::{Answer, House};
use axum::body::Body;
use http::{Request, StatusCode};
use oxgate_api::{OPENAPI, Scope};
use serde_json::Value;
use tower::ServiceExt;

/// (method, path with ids filled in, scope) of every operation, out of the description, which a unit test holds against
/// the route table.
fn operations() -> Vec<(String, String, Option<Scope>)> {
    let document: Value = serde_json::from_str(OPENAPI).unwrap();
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let scope = operation["security"][0]["apiKey"][0].as_str().map(|name| name.parse().unwrap());
            operations.push((method.to_uppercase(), path.replace("{id}", "evt_00000000000000000000"), scope));
        }
    }
    operations
}

async fn status(house: &House, method: &str, path: &str, key: Option<&str>) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(key) = key {
        request = request.header("authorization", format!("Bearer {key}"));
    }
    let response = house.router().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    if response.headers().get("content-type").is_some_and(|kind| kind == "text/event-stream") {
        // It has no end.
        return Answer {
            status: response.status(),
            headers: response.headers().clone(),
            body: axum::body::Bytes::new(),
        };
    }
    Answer::of(response).await
}

#[tokio::test]
async fn a_route_opens_to_its_scope_and_to_no_other() {
    let house = House::running();
    let keys = Scope::ALL.map(|scope| (scope, house.key(&[scope])));
    let mut checked = 0;
    for (method, path, wanted) in operations() {
        let Some(wanted) = wanted else { continue };
        for (scope, key) in &keys {
            let answer = status(&house, &method, &path, Some(key)).await;
            if *scope == wanted {
                let closed = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::INTERNAL_SERVER_ERROR];
                assert!(!closed.contains(&answer.status), "{method} {path} with {scope}: {answer:?}");
            } else {
                assert_eq!(answer.code(), "OXG0002", "{method} {path} with {scope}");
                assert_eq!(answer.json()["scope"], wanted.as_str());
            }
            checked += 1;
        }
    }
    assert!(checked >= 24 * 5, "only {checked} pairs");
}

#[tokio::test]
async fn without_a_key_only_what_watches_the_process_is_open() {
    let house = House::running();
    let wrong = format!("oxg_{}", "0".repeat(52));
    for (method, path, scope) in operations() {
        for key in [None, Some("secret"), Some(wrong.as_str())] {
            let answer = status(&house, &method, &path, key).await;
            if scope.is_some() {
                assert_eq!(answer.code(), "OXG0001", "{method} {path}");
                assert!(answer.headers.contains_key("www-authenticate"));
            } else {
                let closed = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::NOT_FOUND];
                assert!(!closed.contains(&answer.status), "{method} {path}: {answer:?}");
            }
        }
    }
}

#[tokio::test]
async fn under_v1_nobody_learns_which_paths_exist() {
    let house = House::still();
    assert_eq!(status(&house, "GET", "/v1/nothing", None).await.code(), "OXG0001");
    assert_eq!(status(&house, "PUT", "/v1/events", None).await.code(), "OXG0001");
    let key = house.key(&[Scope::Read]);
    assert_eq!(status(&house, "GET", "/v1/nothing", Some(&key)).await.code(), "OXG0003");
    let answer = status(&house, "PUT", "/v1/events", Some(&key)).await;
    assert_eq!(answer.code(), "OXG0004");
    assert!(answer.headers["allow"].to_str().unwrap().contains("POST"), "{answer:?}");
}

#[tokio::test]
async fn the_owners_listener_needs_no_key() {
    let house = House::still();
    assert_eq!(house.call("GET", "/v1/admin/apikeys", "").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_revoked_key_is_refused_at_once() {
    let house = House::still();
    let key = house.key(&[Scope::Read]);
    assert_eq!(status(&house, "GET", "/v1/lanes", Some(&key)).await.status, StatusCode::OK);
    assert_eq!(house.call("DELETE", "/v1/admin/apikeys/key-1", "").await.status, StatusCode::OK);
    assert_eq!(status(&house, "GET", "/v1/lanes", Some(&key)).await.code(), "OXG0001");
}
