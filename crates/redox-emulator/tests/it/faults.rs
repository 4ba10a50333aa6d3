//! Faults on purpose.

use crate::world::{World, arrival, message};
use redox_emulator::directory::fixture;
use redox_emulator::exchange::{Reply, Response};
use redox_emulator::{Config, Emulator, FaultKind, FaultRule};
use serde_json::{Value, json};

fn with_fault(rule: &Value) -> World {
    let mut world = World::with_hook(Config::default());
    world.bearer();
    world.control("POST", "/faults", rule);
    world
}

fn accepted(world: &mut World) -> u64 {
    world.control("GET", "/received", &json!(null))["counts"]["accepted"].as_u64().unwrap()
}

fn deliver(world: &mut World, number: u32) {
    world.control("POST", "/deliver", &json!({"body": arrival(number)}));
}

fn visits(messages: &[Value]) -> Vec<&str> {
    messages.iter().map(|message| message["Visit"]["VisitNumber"].as_str().unwrap()).collect()
}

#[test]
fn drop_before_loses_the_message_and_drop_after_keeps_it() {
    for (kind, kept) in [("drop_before", 0), ("drop_after", 1)] {
        let mut world = with_fault(&json!({"kind": kind, "count": 1}));
        let request = world.endpoint(&arrival(1));
        assert!(matches!(world.request(&request), Response::Now(Reply::Hangup)));
        assert_eq!(accepted(&mut world), kept, "{kind}");
        assert_eq!(world.post(&arrival(2)).0, 200, "once only");
    }
}

#[test]
fn status_fault_accepts_nothing() {
    let mut world = with_fault(&json!({"kind": "status", "status": 502, "path": "/endpoint", "model": "PatientAdmin"}));
    assert_eq!(world.post(&arrival(1)).0, 502);
    assert_eq!(accepted(&mut world), 0);
    assert_eq!(world.post(&message("PatientSearch", "Query", &json!({"Patient": {}}))).0, 200, "another model");
    world.control("DELETE", "/faults", &json!(null));
    assert_eq!(world.post(&arrival(1)).0, 200);
}

#[test]
fn latency_holds_the_reply_back_not_the_message() {
    let mut world = with_fault(&json!({"kind": "latency", "ms": 1500}));
    let request = world.endpoint(&arrival(1));
    let Response::Later(ticket) = world.request(&request) else { panic!("answered at once") };
    assert_eq!(accepted(&mut world), 1);
    world.seconds(1);
    assert!(world.replies.is_empty());
    world.seconds(1);
    assert_eq!(world.replies[0].0, ticket);
}

#[test]
fn token_fault_ends_the_token_that_was_sent() {
    let mut world = with_fault(&json!({"kind": "token_expired", "count": 1}));
    assert_eq!(world.post(&arrival(1)).0, 401);
    assert_eq!(world.post(&arrival(1)).0, 401, "it stays ended");
    world.forget_token();
    assert_eq!(world.post(&arrival(1)).0, 200);
}

#[test]
fn duplicate_repeats_the_log_before_the_next_message() {
    let mut world = with_fault(&json!({"kind": "duplicate", "skip": 1, "count": 1}));
    for number in 1..=3 {
        deliver(&mut world, number);
    }
    let messages = world.accept_all();
    assert_eq!(visits(&messages), ["V-1", "V-2", "V-2", "V-3"]);
    assert_eq!(messages[1]["Meta"]["Logs"][0]["ID"], messages[2]["Meta"]["Logs"][0]["ID"]);
    assert_ne!(messages[1]["Meta"]["Logs"][0]["AttemptID"], messages[2]["Meta"]["Logs"][0]["AttemptID"]);
}

#[test]
fn endless_duplicate_repeats_each_message_once() {
    let mut world = with_fault(&json!({"kind": "duplicate"}));
    deliver(&mut world, 1);
    deliver(&mut world, 2);
    assert_eq!(visits(&world.accept_all()), ["V-1", "V-1", "V-2", "V-2"]);
}

#[test]
fn send_again_has_another_log() {
    let mut world = with_fault(&json!({"kind": "send_again", "count": 1}));
    deliver(&mut world, 1);
    let messages = world.accept_all();
    assert_eq!(visits(&messages), ["V-1", "V-1"]);
    assert_ne!(messages[0]["Meta"]["Logs"][0]["ID"], messages[1]["Meta"]["Logs"][0]["ID"]);
}

#[test]
fn reorder_lets_the_next_message_overtake() {
    let mut world = with_fault(&json!({"kind": "reorder", "count": 1}));
    for number in 1..=3 {
        deliver(&mut world, number);
    }
    assert_eq!(visits(&world.accept_all()), ["V-2", "V-1", "V-3"]);
    let mut alone = with_fault(&json!({"kind": "reorder", "count": 1}));
    deliver(&mut alone, 1);
    assert!(alone.outgoing.is_empty());
    alone.seconds(10);
    assert_eq!(visits(&alone.accept_all()), ["V-1"], "not held back for ever");
}

#[test]
fn unreachable_destination_is_retried_without_being_asked() {
    let mut world =
        with_fault(&json!({"kind": "unreachable", "count": 2, "destination": fixture::APPLICATION_DESTINATION}));
    deliver(&mut world, 1);
    assert!(world.outgoing.is_empty());
    world.seconds(10);
    let message = world.accept_all().remove(0);
    let log = message["Meta"]["Logs"][0]["ID"].as_str().unwrap();
    let log = world.control("GET", &format!("/logs/{log}"), &json!(null));
    assert_eq!((&log["attempts_total"], &log["status"]), (&json!(3), &json!("succeeded")));
}

#[test]
fn same_seed_strikes_the_same_requests() {
    let struck = || {
        let mut world = with_fault(&json!({"kind": "status", "status": 503, "probability": 0.4, "seed": 5}));
        (0..30).map(|number| world.post(&arrival(number)).0).collect::<Vec<_>>()
    };
    let first = struck();
    assert!(first.contains(&503) && first.contains(&200));
    assert_eq!(first, struck());
}

#[test]
fn bad_rules_are_refused_with_a_reason() {
    let mut world = World::new(Config::default());
    for (rule, reason) in [
        (json!({"kind": "status"}), "needs \"status\""),
        (json!({"kind": "sabotage"}), "unknown variant"),
        (json!({"kind": "duplicate", "propability": 1}), "unknown field"),
    ] {
        let (status, body) = world.try_control("POST", "/faults", &rule);
        assert_eq!(status, 400);
        assert!(body["error"].as_str().unwrap().contains(reason), "{body}");
    }
    assert_eq!(world.try_control("DELETE", "/faults/9", &json!(null)).0, 404);
}

#[test]
fn replies_are_spoilt_after_the_request_was_processed() {
    let mut world = World::new(Config::default());
    world.bearer();
    for kind in ["garbled_reply", "cut_reply", "slow_body"] {
        world.control("POST", "/faults", &json!({"kind": kind, "count": 1, "ms": 50}));
        let request = world.endpoint(&arrival(1));
        let answer = world.answer(&request);
        assert_eq!(answer.status, 200);
        let is_json = serde_json::from_slice::<Value>(&answer.body).is_ok();
        let seen = (is_json, answer.cut.is_some(), answer.slow.is_some());
        assert_eq!(seen, (kind != "garbled_reply", kind == "cut_reply", kind == "slow_body"), "{kind}");
    }
    let received = world.control("GET", "/received", &json!(null));
    assert_eq!(received["counts"]["accepted"], 3, "each was stored");
    let (status, _) = world.try_control("POST", "/faults", &json!({"kind": "slow_body"}));
    assert_eq!(status, 400, "it needs ms");
}

#[test]
fn accepted_with_errors_is_stored_and_names_an_error() {
    let mut world = World::new(Config::default());
    world.control("POST", "/faults", &json!({"kind": "accepted_with_errors", "model": "PatientAdmin"}));
    let (status, reply) = world.post(&arrival(1));
    assert_eq!((status, &reply["Meta"]["Errors"][0]["Module"]), (200, &json!("Send")));
    assert!(reply["Meta"]["Logs"][0]["ID"].is_string());
    assert_eq!(world.control("GET", "/received", &json!(null))["counts"]["accepted"], 1);
}

#[test]
fn configured_faults_are_in_force_from_the_start() {
    let faults = vec![FaultRule { status: Some(503), ..FaultRule::new(FaultKind::Status) }];
    let mut world = World::new(Config { faults, ..Config::default() });
    let keys = json!({"apiKey": "x", "secret": "y"});
    assert_eq!(world.json("/auth/authenticate", &keys).status, 503);
    let incomplete = Config { faults: vec![FaultRule::new(FaultKind::Status)], ..Config::default() };
    let error = Emulator::new(incomplete).unwrap_err().to_string();
    assert!(error.contains("\"faults\"") && error.contains("status"), "{error}");
}
