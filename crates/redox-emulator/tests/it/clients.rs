//! The exact wire forms of public clients, replayed: they must work unmodified but for the host.

use crate::keys::{Signer, token_form};
use crate::world::World;
use http::Method;
use redox_emulator::Config;
use redox_emulator::directory::fixture;
use redox_emulator::exchange::Request;
use serde_json::{Value, json};

fn send(world: &mut World, path: &str, token: &str, message: &Value) -> (u16, Value) {
    let request = Request::new(Method::POST, path, message.to_string())
        .with_header("authorization", &format!("Bearer {token}"))
        .with_header("content-type", "application/json");
    let answer = world.answer(&request);
    (answer.status.as_u16(), serde_json::from_slice(&answer.body).unwrap_or_default())
}

/// .NET sample: three keys to both addresses, no `Destinations`, dates without zone, `Preadmit`.
#[test]
fn dotnet_sample() {
    let mut world = World::new(Config::default());
    let mut keys = json!({"apiKey": fixture::API_KEY, "secret": fixture::API_SECRET, "refreshToken": null});
    let first: Value = serde_json::from_slice(&world.json("/auth/authenticate", &keys).body).unwrap();
    keys["refreshToken"] = first["refreshToken"].clone();
    let second: Value = serde_json::from_slice(&world.json("/auth/refreshToken", &keys).body).unwrap();
    let token = second["accessToken"].as_str().unwrap();
    let identifiers = json!({"Identifiers": [{"ID": "EX-1", "IDType": "MR"}]});
    for event in ["Arrival", "Cancel", "Discharge", "NewPatient", "PatientUpdate", "Preadmit", "Registration"] {
        let meta = json!({"DataModel": "PatientAdmin", "EventType": event, "EventDateTime": "2017-08-01T12:00:00"});
        let (status, reply) = send(&mut world, "/endpoint", token, &json!({"Meta": meta, "Patient": identifiers}));
        assert_eq!(status, 200, "{event}: {reply}");
        assert_eq!(reply["Meta"]["Logs"].as_array().unwrap().len(), 2, "every subscriber of the model");
    }
}

/// Ruby gem: `Test: true`, microseconds, the older address for queries.
#[test]
fn ruby_gem() {
    let mut world = World::new(Config::default());
    let token = world.bearer();
    let meta = json!({
        "DataModel": "PatientSearch", "EventType": "Query", "Test": true,
        "EventDateTime": "2025-12-01T10:00:00.123456Z", "Source": {"ID": fixture::APPLICATION_SOURCE},
        "Destinations": [{"ID": fixture::EHR_DESTINATION, "Name": "whatever"}],
    });
    let message = json!({"Patient": {"Demographics": {"LastName": "Ipsumsdottir"}}, "Meta": meta});
    let (status, reply) = send(&mut world, "/query", token.strip_prefix("Bearer ").unwrap(), &message);
    assert_eq!((status, &reply["Patient"]["Demographics"]["FirstName"]), (200, &json!("Loremia")));
    assert_eq!(reply["Meta"]["Destinations"][0]["Name"], "Memorial Hospital (EHR)", "the true name");
}

/// Tidepool: RS384 without `aud` and without `typ`; base64 content in the message.
#[test]
fn tidepool() {
    let mut signer = Signer::rs384("k1");
    signer.header.typ = None;
    let mut world = World::new(Config::default());
    world.control("POST", "/keys", &signer.jwks());
    let now = world.now.as_second();
    let claims = json!({
        "iss": fixture::CLIENT_ID, "sub": fixture::CLIENT_ID, "iat": now, "exp": now + 300, "jti": "0123456789abcdef",
    });
    let request = Request::new(Method::POST, "/v2/auth/token", token_form(&signer.sign(&claims)))
        .with_header("content-type", "application/x-www-form-urlencoded");
    let token: Value = serde_json::from_slice(&world.answer(&request).body).unwrap();
    let note = json!({
        "ContentType": "Base64 Encoded", "FileContents": "JVBERi0=", "FileType": "PDF", "DocumentType": "Report",
        "DocumentID": "DOC-1", "Provider": {"ID": "4000000001"},
    });
    let message = json!({
        "Meta": {
            "DataModel": "Notes", "EventType": "New", "Source": {"ID": fixture::APPLICATION_SOURCE},
            "Destinations": [{"ID": fixture::EHR_DESTINATION}],
        },
        "Patient": {"Identifiers": [{"ID": "EX-1", "IDType": "MR"}]}, "Note": note,
    });
    let (status, reply) = send(&mut world, "/endpoint", token["access_token"].as_str().unwrap(), &message);
    assert_eq!(status, 200, "{reply}");
}

/// Redox demo application of 2021: the older token address with the API key as issuer, `Meta.Extensions`, and the data
/// model spelt with a space.
#[test]
fn redox_demo_app() {
    let signer = Signer::rs384("k1");
    let mut world = World::new(Config::default());
    world.control("POST", "/keys", &signer.jwks());
    let now = world.now.as_second();
    let claims = json!({
        "iss": fixture::API_KEY, "sub": fixture::API_KEY, "aud": "https://api.redoxengine.com/oauth/token",
        "iat": now, "exp": now + 300, "jti": "0123456789abcdef",
    });
    let request = Request::new(Method::POST, "/oauth/token", token_form(&signer.sign(&claims)))
        .with_header("content-type", "application/x-www-form-urlencoded");
    let token: Value = serde_json::from_slice(&world.answer(&request).body).unwrap();
    let token = token["access_token"].as_str().unwrap();
    let meta = json!({
        "DataModel": "Clinical Summary", "EventType": "DocumentGet",
        "Destinations": [{"ID": fixture::EHR_DESTINATION}],
        "Extensions": {"purpose-of-use": {"coding": {"code": "TREATMENT"}}},
    });
    let (status, reply) = send(&mut world, "/endpoint", token, &json!({"Meta": meta, "Document": {"ID": "x"}}));
    assert_eq!(status, 200);
    assert!(reply["Meta"]["Errors"][0]["Text"].is_string(), "the client prints it: {reply}");
}

/// Node sample of 2016: authenticates each time, wants exactly 200, and posts form-encoded credentials in some demos.
#[test]
fn node_sample() {
    let mut world = World::new(Config::default());
    let form = format!("apiKey={}&secret={}", fixture::API_KEY, fixture::API_SECRET);
    let request = Request::new(Method::POST, "/auth/authenticate", form)
        .with_header("content-type", "application/x-www-form-urlencoded");
    let answer = world.answer(&request);
    assert_eq!(answer.status, 200);
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(body["expires"], "2026-03-03T09:30:00.000Z", "milliseconds and Z");
}
