//! The platform API: envelope, paging, logs.

use crate::world::{World, arrival};
use http::Method;
use redox_emulator::exchange::Request;
use redox_emulator::{Config, directory::fixture};
use serde_json::{Value, json};

fn call(world: &mut World, method: Method, path: &str, body: &Value) -> (u16, Value) {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let request = Request::new(method, path, body).with_header("authorization", &world.bearer());
    let answer = world.answer(&request);
    (answer.status.as_u16(), serde_json::from_slice(&answer.body).unwrap())
}

fn get(world: &mut World, path: &str) -> Value {
    let (status, body) = call(world, Method::GET, path, &Value::Null);
    assert_eq!(status, 200, "{path}: {body}");
    body
}

#[test]
fn groups_come_in_the_envelope() {
    let mut world = World::new(Config::default());
    let environments = get(&mut world, "/platform/v1/organizations/1/environments");
    assert_eq!(environments["meta"]["version"], "1.0.0");
    let environment = environments["payload"]["environments"][0]["id"].as_str().unwrap().to_owned();
    let base = format!("/platform/v1/environments/{environment}");
    let sources = get(&mut world, &format!("{base}/sources"));
    assert_eq!(sources["payload"]["sources"][0]["id"], fixture::APPLICATION_SOURCE);
    let destinations = get(&mut world, &format!("{base}/destinations"));
    assert_eq!(destinations["payload"]["destinations"].as_array().unwrap().len(), 3);
    let links = get(&mut world, &format!("{base}/subscriptions?destinationId={}", fixture::ARCHIVE_DESTINATION));
    let models: Vec<_> = links["payload"]["subscriptions"].as_array().unwrap().iter().collect();
    assert_eq!(models.len(), 5);
    assert_eq!(call(&mut world, Method::GET, "/platform/v1/environments/other/sources", &Value::Null).0, 404);
    let anonymous = Request::new(Method::GET, "/platform/v1/organizations/1/environments", "");
    assert_eq!(world.answer(&anonymous).status, 401);
}

#[test]
fn logs_are_paged_and_found_by_time() {
    let mut world = World::new(Config::default());
    for number in 0..120 {
        world.post(&arrival(number));
        world.seconds(1);
    }
    let mut seen = Vec::new();
    let mut cursor = "0".to_owned();
    let mut pages = 0;
    loop {
        let page = get(&mut world, &format!("/platform/v1/organizations/1/logs?_count=50&_cursor={cursor}"));
        pages += 1;
        seen.extend(page["payload"]["results"].as_array().unwrap().iter().map(|log| log["id"].clone()));
        match page["meta"]["page"]["nextCursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    assert_eq!((pages, seen.len()), (3, 120));
    let one = get(&mut world, &format!("/platform/v1/organizations/1/logs/{}", seen[7].as_str().unwrap()));
    assert_eq!(one["payload"]["result"]["attempts"]["total"], 1);
    assert_eq!(one["payload"]["result"]["attempts"]["latest"]["status"], "succeeded");
    let environment = get(&mut world, "/platform/v1/organizations/1/environments");
    let environment = environment["payload"]["environments"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/platform/v1/environments/{environment}/logs/search/metadata");
    let window = json!({
        "type": "send", "dataModel": "PatientAdmin", "createdAfter": "2026-03-02T09:30:09.500Z",
        "createdBefore": "2026-03-02T09:30:12.500Z",
    });
    let (_, found) = call(&mut world, Method::POST, &path, &window);
    assert_eq!(found["payload"]["results"].as_array().unwrap().len(), 3);
}

#[test]
fn destination_is_changed_and_verified() {
    let mut world = World::new(Config::default());
    let path = format!("/platform/v1/destinations/{}", fixture::APPLICATION_DESTINATION);
    let (status, changed) = call(&mut world, Method::PATCH, &path, &json!({"endpoint": "http://gateway.test"}));
    assert_eq!((status, &changed["payload"]["destination"]["endpoint"]), (200, &json!("http://gateway.test")));
    let request = Request::new(Method::POST, &format!("{path}/verify"), r#"{"verificationMethod": "GET"}"#)
        .with_header("authorization", &world.bearer());
    assert!(matches!(world.request(&request), redox_emulator::exchange::Response::Later(_)));
    assert_eq!(world.only_delivery().method, Method::GET);
}
