//! The golden exchanges of uploads and of the platform API: status, and every member that is written down. Others may
//! stand beside these.

use crate::golden::exchanges;
use crate::keys::Signer;
use crate::world::{HOOK, World, arrival};
use http::Method;
use redox_emulator::directory::fixture;
use redox_emulator::exchange::{Answer, Outcome, Reply, Request, Response};
use redox_emulator::{Client, Config, PlatformRole};
use serde_json::{Value, json};

/// Bodies of these answers are not documented.
const STATUS_ONLY: [&str; 4] = ["rejected", "target-failed", "unavailable", "rate-limited"];

/// Fails unless everything that is written down is there, in its type.
pub(crate) fn has_shape(own: &Value, recorded: &Value, path: &str) {
    match (own, recorded) {
        (Value::Object(own), Value::Object(recorded)) => {
            for (name, value) in recorded {
                let path = format!("{path}.{name}");
                has_shape(own.get(name).unwrap_or_else(|| panic!("{path} is missing in {own:?}")), value, &path);
            }
        }
        (Value::Array(own), Value::Array(recorded)) => {
            assert_eq!(own.len(), recorded.len(), "length of {path}");
            for (index, (own, recorded)) in own.iter().zip(recorded).enumerate() {
                has_shape(own, recorded, &format!("{path}[{index}]"));
            }
        }
        _ => assert_eq!(std::mem::discriminant(own), std::mem::discriminant(recorded), "type of {path}: {own}"),
    }
}

/// Brings the emulator into the state of an exchange; the id of its latest log.
fn prepare(name: &str) -> (World, String) {
    let role = if name == "platform-forbidden" { PlatformRole::Support } else { PlatformRole::Engineer };
    let clients = vec![Client { platform_role: role, ..Client::default() }];
    let mut world = World::with_hook(Config { clients, ..Config::default() });
    let own = Signer::es384("k1");
    let mut set = own.jwks();
    set["keys"][0]["use"] = "sig".into();
    world.control("POST", "/keys", &set);
    world.oauth(&own);
    let mut log = String::new();
    if name.starts_with("platform-log") {
        for number in 1..=3 {
            world.seconds(1);
            let mut sent = arrival(number);
            sent["Meta"]["FacilityCode"] = "NORTH".into();
            let reply = world.post(&sent).1;
            reply["Meta"]["Logs"][0]["ID"].as_str().unwrap().clone_into(&mut log);
        }
    }
    let settings = match name {
        "upload-forbidden" => json!({"switches": {"uploads": "forbidden"}}),
        "upload-too-large" => json!({"limits": {"upload_bytes_max": 4}}),
        "platform-rate-limited" => json!({"limits": {"rate_limit": 0}}),
        _ => json!({}),
    };
    world.control("PATCH", "/settings", &settings);
    match name {
        "upload-unavailable" => world.control("POST", "/faults", &json!({"kind": "status", "status": 502})),
        "platform-timeout" => world.control("POST", "/faults", &json!({"kind": "status", "status": 504})),
        _ => Value::Null,
    };
    (world, log)
}

fn request(world: &mut World, recorded: &Value, log: &str) -> Request {
    let body = match &recorded["body"] {
        Value::String(text) => text.replace("<boundary>", "golden-boundary"),
        other => other.to_string(),
    };
    let method = Method::from_bytes(recorded["method"].as_str().unwrap().as_bytes()).unwrap();
    let path = recorded["path"].as_str().unwrap().replace("3f0c2a52-0f2b-4a5e-9a59-6d2f2a1f8e01", log);
    let mut request = Request::new(method, &path, body);
    for (header, value) in recorded["headers"].as_object().unwrap() {
        let value = value.as_str().unwrap().replace("<boundary>", "golden-boundary");
        let value = if header == "authorization" && value.len() > 30 { world.bearer() } else { value };
        request = request.with_header(header, &value);
    }
    request
}

/// The answer, or what comes of the challenge that the request set off.
fn answer(world: &mut World, request: &Request, name: &str) -> Answer {
    match world.request(request) {
        Response::Now(Reply::Answer(answer)) => answer,
        Response::Later(_) => {
            let challenge = world.only_delivery();
            let status = if name == "platform-destination-verify" { 200 } else { 404 };
            world.settle(&challenge, Outcome::Answered { status, body: challenge.body.clone() });
            match world.replies.pop() {
                Some((_, Reply::Answer(answer))) => answer,
                other => panic!("{name}: {other:?}"),
            }
        }
        other @ Response::Now(_) => panic!("{name}: {other:?}"),
    }
}

#[test]
fn uploads_and_the_platform_api_answer_as_written_down() {
    let mut count = 0;
    for exchange in exchanges() {
        let name = exchange["name"].as_str().unwrap();
        if !name.starts_with("upload-") && !name.starts_with("platform-") {
            continue;
        }
        let (mut world, log) = prepare(name);
        let request = request(&mut world, &exchange["request"], &log);
        let answer = answer(&mut world, &request, name);
        let recorded = &exchange["response"];
        assert_eq!(u64::from(answer.status.as_u16()), recorded["status"].as_u64().unwrap(), "{name}: {answer:?}");
        for (header, value) in recorded["headers"].as_object().unwrap() {
            let is_number = value.as_str().unwrap().parse::<u32>().is_ok();
            assert!(is_number || answer.headers[header.as_str()] == value.as_str().unwrap(), "{name}: {header}");
        }
        let text = std::str::from_utf8(&answer.body).unwrap();
        match (&recorded["body"], exchange["means"].as_str().unwrap()) {
            (Value::String(body), means) if STATUS_ONLY.contains(&means) => assert_eq!(body, "", "{name}"),
            (Value::String(body), _) => assert_eq!(text, body, "{name}"),
            (body, _) => has_shape(&serde_json::from_str(text).unwrap(), body, name),
        }
        count += 1;
    }
    assert!(count >= 34, "{count}");
}

#[test]
fn the_destination_of_the_golden_exchanges_is_the_gateway() {
    let mut world = World::with_hook(Config::default());
    let path = format!("/platform/v1/destinations/{}", fixture::APPLICATION_DESTINATION);
    let request = Request::new(Method::GET, &path, "").with_header("authorization", &world.bearer());
    let body: Value = serde_json::from_slice(&world.answer(&request).body).unwrap();
    assert_eq!(body["payload"]["destination"]["endpoint"], HOOK);
}
