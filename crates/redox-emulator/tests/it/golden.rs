//! The golden exchanges of `fixtures/wire`: what the emulator answers and sends has their status and their shape.

use crate::keys::{Signer, claims};
use crate::world::{World, order};
use http::{Method, StatusCode};
use redox_emulator::Config;
use redox_emulator::directory::fixture;
use redox_emulator::exchange::{Answer, Request};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Members whose text is part of the shape.
const LITERAL: [&str; 6] = ["DataModel", "EventType", "Type", "Module", "Text", "error"];

pub(crate) fn exchanges() -> Vec<Value> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/wire");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    let read = |path: &PathBuf| {
        let exchange: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        assert_eq!(exchange["name"].as_str(), path.file_stem().unwrap().to_str(), "a file is named after its exchange");
        exchange
    };
    files.iter().map(read).collect()
}

/// Brings the emulator into the state that an exchange was recorded in.
fn prepare(world: &mut World, name: &str) {
    let switches = match name {
        "send-accepted-2020" | "send-field-missing-2020" => json!({"reply_shape": "2020"}),
        "send-accepted-empty-errors" => json!({"success_errors": "empty"}),
        "send-accepted-integer-ids" => json!({"ids": "integer"}),
        "send-error-detail" => json!({"gateway_errors": "error_detail"}),
        "query-one-patient-mirrored" => json!({"reply_event_type": "mirrored"}),
        "query-destination-failed-2020" => json!({"reply_shape": "2020", "partial_failure": "400"}),
        _ => json!({}),
    };
    world.control("PATCH", "/settings", &json!({"switches": switches}));
    let fault = match name {
        "send-internal-error" => json!({"kind": "status", "status": 500}),
        "send-bad-gateway" | "send-error-detail" => json!({"kind": "status", "status": 502}),
        "send-gateway-timeout" => json!({"kind": "status", "status": 504}),
        "query-destination-failed" | "query-destination-failed-2020" => json!({"kind": "destination_error"}),
        _ => Value::Null,
    };
    let token = world.bearer();
    if !fault.is_null() {
        world.control("POST", "/faults", &fault);
    }
    match name {
        "send-too-large" => {
            world.control("PATCH", "/settings", &json!({"limits": {"body_bytes_max": 10}}));
        }
        "send-rate-limited" => {
            for _ in 0..10_000 {
                world.answer(&Request::new(Method::GET, "/nowhere", "").with_header("authorization", &token));
            }
        }
        _ => {}
    }
}

fn text(body: &Value) -> String {
    body.as_str().map_or_else(|| body.to_string(), str::to_owned)
}

/// The recorded request with today's token, refresh token and assertion in place of the examples.
fn request(world: &mut World, name: &str, recorded: &Value, own: &Signer) -> Request {
    let mut body = text(&recorded["body"]);
    let mut claims = claims(world.now, "golden");
    if name == "token-oauth-source" {
        claims["iss"] = fixture::API_KEY.into();
        claims["sub"] = fixture::API_KEY.into();
    }
    body = body.replace("<assertion>", &own.sign(&claims));
    body = body.replace("<assertion signed by another key>", &Signer::es384("k1").sign(&claims));
    if name == "token-legacy-refresh" {
        let keys = json!({"apiKey": fixture::API_KEY, "secret": fixture::API_SECRET});
        let issued: Value = serde_json::from_slice(&world.json("/auth/authenticate", &keys).body).unwrap();
        let mut refresh: Value = serde_json::from_str(&body).unwrap();
        refresh["refreshToken"] = issued["refreshToken"].clone();
        body = refresh.to_string();
    }
    let method = Method::from_bytes(recorded["method"].as_str().unwrap().as_bytes()).unwrap();
    let mut request =
        Request::new(method, recorded["path"].as_str().unwrap(), body).with_header("host", "emulator.test");
    for (header, value) in recorded["headers"].as_object().unwrap() {
        request = request.with_header(header, value.as_str().unwrap());
    }
    if request.headers.contains_key("authorization") && !name.contains("unauthorized") {
        request = request.with_header("authorization", &world.bearer());
    }
    if name == "send-unauthorized-json" {
        let form = crate::keys::token_form(&own.sign(&claims));
        let ask = Request::new(Method::POST, "/v2/auth/token", form)
            .with_header("content-type", "application/x-www-form-urlencoded");
        let issued: Value = serde_json::from_slice(&world.answer(&ask).body).unwrap();
        let token = format!("Bearer {}", issued["access_token"].as_str().unwrap());
        request = request.with_header("authorization", &token);
        world.seconds(301);
    }
    request
}

/// Fails unless both have the same keys and types, and the same text where text is part of the shape.
fn same_shape(own: &Value, recorded: &Value, path: &str) {
    match (own, recorded) {
        (Value::Object(own), Value::Object(recorded)) => {
            let keys = |map: &serde_json::Map<String, Value>| {
                let mut keys: Vec<_> = map.keys().cloned().collect();
                keys.sort();
                keys
            };
            assert_eq!(keys(own), keys(recorded), "keys of {path}");
            for (name, value) in own {
                same_shape(value, &recorded[name], &format!("{path}.{name}"));
                if LITERAL.contains(&name.as_str()) {
                    assert_eq!(value, &recorded[name], "{path}.{name}");
                }
            }
        }
        (Value::Array(own), Value::Array(recorded)) => {
            assert_eq!(own.len(), recorded.len(), "length of {path}");
            for (index, (own, recorded)) in own.iter().zip(recorded).enumerate() {
                same_shape(own, recorded, &format!("{path}[{index}]"));
            }
        }
        _ => assert_eq!(std::mem::discriminant(own), std::mem::discriminant(recorded), "type of {path}: {own}"),
    }
}

fn check(answer: &Answer, recorded: &Value, name: &str) {
    assert_eq!(u64::from(answer.status.as_u16()), recorded["status"].as_u64().unwrap(), "{name}");
    for (header, value) in recorded["headers"].as_object().unwrap() {
        assert_eq!(answer.headers[header.as_str()], value.as_str().unwrap(), "{name}: {header}");
    }
    match &recorded["body"] {
        Value::String(text) => assert_eq!(answer.body, text.as_str(), "{name}"),
        body => same_shape(&serde_json::from_slice(&answer.body).unwrap(), body, name),
    }
}

#[test]
fn requests_to_redox_are_answered_as_recorded() {
    let own = Signer::es384("k1");
    let mut count = 0;
    for exchange in exchanges() {
        let name = exchange["name"].as_str().unwrap();
        let is_ours = ["send-", "query-", "token-"].iter().any(|prefix| name.starts_with(prefix));
        if !is_ours {
            continue;
        }
        let mut world = World::new(Config::default());
        world.control("POST", "/keys", &own.jwks());
        prepare(&mut world, name);
        let request = request(&mut world, name, &exchange["request"], &own);
        let answer = world.answer(&request);
        check(&answer, &exchange["response"], name);
        count += 1;
    }
    assert_eq!(count, 39);
}

#[test]
fn challenges_are_sent_as_recorded() {
    for exchange in exchanges() {
        let name = exchange["name"].as_str().unwrap();
        let (method, place) = match name {
            "challenge-post" | "challenge-post-json" => ("POST", "query"),
            "challenge-get" => ("GET", "query"),
            "challenge-get-old" => ("GET", "header"),
            _ => continue,
        };
        let mut world = World::with_hook(Config::default());
        world.control("PATCH", "/settings", &json!({"switches": {"challenge_get": place}}));
        let destination = format!("/destinations/{}", fixture::APPLICATION_DESTINATION);
        world.control("PATCH", &destination, &json!({"verification_method": method}));
        world.request(&Request::new(Method::POST, &format!("/_emulator{destination}/verify"), ""));
        let sent = world.only_delivery();
        let recorded = &exchange["request"];
        assert_eq!(sent.method.as_str(), recorded["method"].as_str().unwrap());
        for (header, value) in recorded["headers"].as_object().unwrap() {
            assert_eq!(sent.headers[header.as_str()], value.as_str().unwrap(), "{name}: {header}");
        }
        let names = |url: &str| -> Vec<String> {
            let query = url.split_once('?').map_or("", |(_, query)| query);
            query.split('&').map(|pair| pair.split('=').next().unwrap_or_default().to_owned()).collect()
        };
        assert_eq!(names(&sent.url), names(recorded["path"].as_str().unwrap()), "{name}");
        if method == "POST" {
            same_shape(&crate::world::body(&sent), &recorded["body"], name);
        }
    }
}

#[test]
fn deliveries_are_sent_as_recorded() {
    for exchange in exchanges() {
        let name = exchange["name"].as_str().unwrap();
        let ids = match name {
            "delivery-accepted" | "delivery-retried" => "logs",
            "delivery-2020" => "legacy",
            _ => continue,
        };
        let mut world = World::with_hook(Config::default());
        world.control("PATCH", "/settings", &json!({"switches": {"delivery_ids": ids}}));
        assert_eq!(world.post(&order("EX-ORDER-1")).0, u16::from(StatusCode::OK));
        world.seconds(5);
        if name == "delivery-retried" {
            let first = world.only_delivery();
            world.settle_status(&first, 500);
            world.seconds(0);
        }
        let sent = world.only_delivery();
        let recorded = &exchange["request"];
        for (header, value) in recorded["headers"].as_object().unwrap() {
            assert_eq!(sent.headers[header.as_str()], value.as_str().unwrap(), "{name}: {header}");
        }
        let body = crate::world::body(&sent);
        same_shape(&body["Meta"], &recorded["body"]["Meta"], name);
        let (own, wanted) = (&body["Orders"][0], &recorded["body"]["Orders"][0]);
        for name in wanted.as_object().unwrap().keys() {
            assert!(own.get(name).is_some(), "Orders[].{name}");
        }
    }
}
