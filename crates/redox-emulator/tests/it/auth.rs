//! Tokens: assertions are really verified, and tokens end.

use crate::keys::{Signer, claims, token_form};
use crate::world::{World, arrival};
use http::Method;
use redox_emulator::Config;
use redox_emulator::directory::fixture;
use redox_emulator::exchange::Request;
use serde_json::{Value, json};

fn ask(world: &mut World, path: &str, assertion: &str) -> (u16, Value) {
    let request = Request::new(Method::POST, path, token_form(assertion))
        .with_header("content-type", "application/x-www-form-urlencoded")
        .with_header("host", "emulator.test");
    let answer = world.answer(&request);
    (answer.status.as_u16(), serde_json::from_slice(&answer.body).unwrap())
}

fn registered(config: Config, signer: &Signer) -> World {
    let mut world = World::new(config);
    world.control("POST", "/keys", &signer.jwks());
    world
}

fn strict() -> Config {
    Config { strict: true, ..Config::default() }
}

/// Asks with changed claims; the error description, or nothing when a token was issued.
fn refusal(world: &mut World, signer: &Signer, change: impl FnOnce(&mut Value)) -> Option<String> {
    let mut claims = claims(world.now, "once");
    change(&mut claims);
    let (status, body) = ask(world, "/v2/auth/token", &signer.sign(&claims));
    if status == 200 {
        return None;
    }
    assert_eq!((status, &body["error"]), (401, &json!("invalid_client")));
    body["error_description"].as_str().map(str::to_owned)
}

#[test]
fn every_documented_algorithm_is_accepted_and_its_token_works() {
    for signer in [Signer::es384("k1"), Signer::rs384("k1")] {
        let mut world = registered(strict(), &signer);
        let assertion = signer.sign(&claims(world.now, "a"));
        let (status, body) = ask(&mut world, "/v2/auth/token", &assertion);
        assert_eq!((status, &body["expires_in"], &body["token_type"]), (200, &json!(300), &json!("Bearer")));
        let mut request = world.endpoint(&arrival(1));
        request = request.with_header("authorization", &format!("bearer {}", body["access_token"].as_str().unwrap()));
        assert_eq!(world.answer(&request).status, 200);
        world.seconds(300);
        let expired = world.answer(&request);
        assert_eq!(expired.status, 401);
        assert_eq!(expired.headers["content-type"], "application/json; charset=utf-8");
    }
    let signer = Signer::hs384("shared between us");
    let mut world = World::new(strict());
    let assertion = signer.sign(&claims(world.now, "a"));
    assert_eq!(ask(&mut world, "/v2/auth/token", &assertion).0, 401, "no secret registered yet");
    world.control("POST", "/keys", &json!({"shared_secret": "shared between us"}));
    assert_eq!(ask(&mut world, "/v2/auth/token", &assertion).0, 200);
}

#[test]
fn signature_and_key_must_match() {
    let (own, other) = (Signer::es384("k1"), Signer::es384("k1"));
    let mut world = registered(Config::default(), &own);
    assert_eq!(refusal(&mut world, &other, |_| ()).unwrap(), "signature does not match the registered key");
    let mut nameless = Signer::es384("k1");
    nameless.header.kid = None;
    assert!(refusal(&mut world, &nameless, |_| ()).unwrap().starts_with("kid is required"));
    let stranger = Signer::es384("k2");
    assert!(refusal(&mut world, &stranger, |_| ()).unwrap().starts_with("kid matches no key"));
    // An HMAC over the public key's id must not pass for an asymmetric signature.
    let confused = Signer::hs384("k1");
    assert_eq!(refusal(&mut world, &confused, |_| ()).unwrap(), "no shared secret is registered for this client");
    assert_eq!(refusal(&mut world, &own, |_| ()), None);
}

#[test]
fn claims_are_checked_leniently() {
    let signer = Signer::es384("k1");
    let mut world = registered(Config::default(), &signer);
    let mut check = |change: fn(&mut Value)| refusal(&mut world, &signer, change);
    assert_eq!(check(|claims| claims["aud"] = Value::Null), None, "a production client sends none");
    assert_eq!(check(|claims| claims["aud"] = "https://api.redoxengine.com/v2/auth/token".into()), None);
    assert_eq!(check(|claims| claims["aud"] = json!(["x", "http://emulator.test/oauth/token"])), None);
    assert_eq!(check(|claims| claims["aud"] = "https://elsewhere.test".into()).unwrap(), "aud must be the token URL");
    assert_eq!(check(|claims| claims["sub"] = "x".into()).unwrap(), "sub must equal iss");
    assert!(check(|claims| claims["iss"] = "x".into()).unwrap().starts_with("iss is missing or not"));
    assert_eq!(check(|claims| claims["exp"] = 1.into()).unwrap(), "the assertion has expired");
    assert_eq!(check(|claims| claims["exp"] = Value::Null), None, "the documented sample sends none");
    assert_eq!(check(|_| ()), None, "a repeated jti is tolerated");
}

#[test]
fn claims_are_checked_strictly() {
    let signer = Signer::es384("k1");
    let mut world = registered(strict(), &signer);
    let mut check = |change: fn(&mut Value)| refusal(&mut world, &signer, change);
    assert_eq!(check(|claims| claims["aud"] = Value::Null).unwrap(), "aud is missing; it must be the token URL");
    assert!(check(|claims| claims["aud"] = "https://api.redoxengine.com/v2/auth/token".into()).is_some());
    assert_eq!(check(|claims| claims["exp"] = Value::Null).unwrap(), "exp is missing");
    let longer = |claims: &mut Value| claims["exp"] = (claims["exp"].as_i64().unwrap() + 1).into();
    assert_eq!(check(longer).unwrap(), "exp is more than 300 seconds ahead");
    assert_eq!(check(|claims| claims["jti"] = Value::Null).unwrap(), "jti is missing");
    assert_eq!(check(|_| ()), None);
    assert!(check(|_| ()).unwrap().starts_with("jti was used before"));
}

#[test]
fn replayed_jti_is_remembered_until_it_has_expired() {
    let signer = Signer::es384("k1");
    let mut world = registered(strict(), &signer);
    assert_eq!(refusal(&mut world, &signer, |_| ()), None);
    world.seconds(299);
    assert!(refusal(&mut world, &signer, |_| ()).is_some());
    // That refused use was another assertion with the same jti; it extends the memory by its own life.
    world.seconds(301);
    assert_eq!(refusal(&mut world, &signer, |_| ()), None);
}

#[test]
fn skewed_clock_refuses_what_has_expired_by_it() {
    let signer = Signer::es384("k1");
    let mut world = registered(Config::default(), &signer);
    world.control("PATCH", "/settings", &json!({"clock_skew": "10m"}));
    assert_eq!(refusal(&mut world, &signer, |_| ()).unwrap(), "the assertion has expired");
}

#[test]
fn older_source_path_takes_the_api_key_as_issuer() {
    let signer = Signer::es384("k1");
    let mut world = registered(Config::default(), &signer);
    let mut claims = claims(world.now, "a");
    claims["iss"] = fixture::API_KEY.into();
    claims["sub"] = fixture::API_KEY.into();
    claims["aud"] = "https://api.redoxengine.com/oauth/token".into();
    assert_eq!(ask(&mut world, "/oauth/token", &signer.sign(&claims)).0, 200);
}

#[test]
fn legacy_tokens_live_a_day_and_are_refreshed() {
    let mut world = World::new(Config::default());
    let keys = json!({"apiKey": fixture::API_KEY, "secret": fixture::API_SECRET});
    let first: Value = serde_json::from_slice(&world.json("/auth/authenticate", &keys).body).unwrap();
    assert_eq!(first["expires"], "2026-03-03T09:30:00.000Z");
    assert_eq!(world.post(&arrival(1)).0, 200);
    world.seconds(86_399);
    assert_eq!(world.post(&arrival(2)).0, 200);
    world.seconds(1);
    assert_eq!(world.post(&arrival(3)).0, 401);
    let refresh = json!({"apiKey": fixture::API_KEY, "refreshToken": first["refreshToken"]});
    let second: Value = serde_json::from_slice(&world.json("/auth/refreshToken", &refresh).body).unwrap();
    assert_eq!(second["refreshToken"], first["refreshToken"]);
    assert_ne!(second["accessToken"], first["accessToken"]);
    world.forget_token();
    assert_eq!(world.post(&arrival(4)).0, 200);
    let forged = json!({"apiKey": fixture::API_KEY, "refreshToken": "guess"});
    assert_eq!(world.json("/auth/refreshToken", &forged).status, 401);
}

#[test]
fn tokens_can_be_ended_early() {
    let mut world = World::new(Config::default());
    assert_eq!(world.post(&arrival(1)).0, 200);
    assert_eq!(world.control("POST", "/tokens/expire", &json!({}))["expired"], 1);
    assert_eq!(world.post(&arrival(1)).0, 401);
}

#[test]
fn unusable_key_sets_are_refused_with_a_reason() {
    let mut world = World::new(Config::default());
    let (status, body) = world.try_control("POST", "/keys", &json!({"keys": "none"}));
    assert_eq!(status, 400);
    assert!(body["error"].as_str().unwrap().starts_with("not a JWK set (RFC 7517)"), "{body}");
    let mut set = Signer::es384("k1").jwks();
    set["keys"][0].as_object_mut().unwrap().remove("kid");
    let (_, body) = world.try_control("POST", "/keys", &set);
    assert!(body["error"].as_str().unwrap().contains("no \"kid\""), "{body}");
    let (_, body) = world.try_control("POST", "/keys?client_id=nobody", &Signer::es384("k1").jwks());
    assert!(body["error"].as_str().unwrap().contains("no OAuth client has the id \"nobody\""), "{body}");
}
