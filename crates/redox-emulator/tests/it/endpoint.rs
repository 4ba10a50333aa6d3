//! Sending and asking: routing, refusals, the quota, and what is remembered.

use crate::world::{World, arrival, message};
use http::Method;
use redox_emulator::directory::fixture;
use redox_emulator::exchange::{Outcome, Reply, Request, Response};
use redox_emulator::{Config, Limits};
use serde_json::{Value, json};

#[test]
fn one_log_per_destination_with_different_attempts() {
    let mut world = World::new(Config::default());
    let mut sent = arrival(1);
    sent["Meta"]["Destinations"] = json!([{"ID": fixture::EHR_DESTINATION}, {"ID": fixture::ARCHIVE_DESTINATION}]);
    let (status, reply) = world.post(&sent);
    assert_eq!(status, 200);
    let logs = reply["Meta"]["Logs"].as_array().unwrap();
    assert_eq!(logs.len(), 2);
    assert_ne!(logs[0]["ID"], logs[1]["ID"]);
    assert_ne!(logs[0]["AttemptID"], logs[1]["AttemptID"]);
    let listed = world.control("GET", "/logs?status=succeeded", &json!(null));
    let listed = listed["logs"].as_array().unwrap();
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[1]["id"], logs[0]["ID"], "newest first");
    assert_eq!(listed[1]["attempts"][0]["id"], logs[0]["AttemptID"], "the attempt that the reply named");
}

#[test]
fn one_bad_destination_refuses_all() {
    let mut world = World::new(Config::default());
    let mut sent = arrival(1);
    sent["Meta"]["Destinations"] = json!([{"ID": fixture::EHR_DESTINATION}, {"ID": "nowhere"}]);
    let (status, reply) = world.post(&sent);
    assert_eq!(status, 400);
    assert_eq!(reply["Meta"]["Errors"][0]["Module"], "Subscriptions");
    assert_eq!(world.control("GET", "/received", &json!(null))["counts"]["accepted"], 0);
}

#[test]
fn subscription_and_accepted_event_types_both_count() {
    let mut world = World::new(Config::default());
    let mut results = message("Results", "New", &json!({"Patient": {"Identifiers": []}, "Orders": []}));
    results["Meta"]["Destinations"] = json!([{"ID": fixture::ARCHIVE_DESTINATION}]);
    assert_eq!(world.post(&results).0, 200);
    results["Meta"]["EventType"] = "NewUnsolicited".into();
    let (status, reply) = world.post(&results);
    assert_eq!(status, 400);
    let text = reply["Meta"]["Errors"][0]["Text"].as_str().unwrap();
    assert!(text.contains("Records archive does not accept Results.NewUnsolicited"), "{text}");

    let link = json!({
        "source": fixture::APPLICATION_SOURCE, "destination": fixture::EHR_DESTINATION, "data_model": "PatientAdmin",
    });
    assert_eq!(world.control("DELETE", "/subscriptions", &link)["removed"], 1);
    assert_eq!(world.post(&arrival(1)).0, 400);
    world.control("POST", "/subscriptions", &link);
    assert_eq!(world.post(&arrival(1)).0, 200);
}

#[test]
fn source_must_be_the_callers() {
    let mut world = World::new(Config::default());
    let mut sent = arrival(1);
    sent["Meta"]["Source"] = json!({"ID": fixture::EHR_SOURCE});
    let (status, reply) = world.post(&sent);
    assert_eq!((status, &reply["Meta"]["Errors"][0]["Module"]), (400, &json!("Sources")));
    sent["Meta"]["Source"] = json!({"ID": fixture::APPLICATION_SOURCE});
    assert_eq!(world.post(&sent).0, 200);
}

#[test]
fn unknown_and_reply_event_types_are_refused() {
    let mut world = World::new(Config::default());
    for (model, event) in [("PatientAdmin", "Teleport"), ("Nonsense", "New"), ("PatientSearch", "Response")] {
        let (status, reply) = world.post(&message(model, event, &json!({"Patient": {}})));
        assert_eq!((status, &reply["Meta"]["Errors"][0]["Module"]), (400, &json!("DataModels")), "{model}.{event}");
    }
}

#[test]
fn strict_wants_destinations_and_exact_case() {
    let mut world = World::new(Config { strict: true, ..Config::default() });
    let mut sent = arrival(1);
    sent["Meta"].as_object_mut().unwrap().remove("Destinations");
    assert_eq!(world.post(&sent).0, 400);
    let mut sent = arrival(1);
    sent["Meta"]["EventType"] = "arrival".into();
    assert_eq!(world.post(&sent).0, 400);
    assert_eq!(world.post(&arrival(1)).0, 200);
}

#[test]
fn quota_is_a_rolling_window_and_spares_the_control_api() {
    let limits = Limits { rate_limit: 3, retry_after_s: Some(7), ..Limits::default() };
    let mut world = World::new(Config { limits, ..Config::default() });
    world.bearer();
    assert_eq!(world.post(&arrival(1)).0, 200);
    world.seconds(100);
    assert_eq!(world.post(&arrival(2)).0, 200);
    let request = world.endpoint(&arrival(3));
    let refused = world.answer(&request);
    assert_eq!(refused.status, 429);
    assert_eq!(refused.headers["x-ratelimit-limit"], "3");
    assert_eq!(refused.headers["retry-after"], "7");
    world.control("GET", "", &json!(null));
    world.seconds(200);
    assert_eq!(world.post(&arrival(4)).0, 200, "the first two have left the window of 300 s");
}

#[test]
fn repeated_bodies_are_told_apart_from_new_ones() {
    let mut world = World::new(Config::default());
    world.post(&arrival(1));
    world.post(&arrival(2));
    let (_, second) = world.post(&arrival(1));
    let received = world.control("GET", "/received", &json!(null));
    assert_eq!(received["counts"], json!({"accepted": 3, "distinct_bodies": 2, "repeated_bodies": 1}));
    let repeats = world.control("GET", "/received?repeats=true", &json!(null));
    let repeats = repeats["received"].as_array().unwrap();
    assert_eq!(repeats.len(), 1);
    assert_eq!(repeats[0]["occurrence"], 2);
    assert_eq!(repeats[0]["body"], arrival(1));
    assert_eq!(repeats[0]["logs"][0], second["Meta"]["Logs"][0]["ID"]);
}

#[test]
fn query_to_an_endpoint_is_answered_by_it() {
    let mut world = World::with_hook(Config::default());
    let link = json!({
        "source": fixture::APPLICATION_SOURCE, "destination": fixture::APPLICATION_DESTINATION,
        "data_model": "PatientSearch",
    });
    world.control("POST", "/subscriptions", &link);
    let mut query = message("PatientSearch", "Query", &json!({"Patient": {}}));
    query["Meta"]["Destinations"] = json!([{"ID": fixture::APPLICATION_DESTINATION}]);
    let mut ask = |outcome: Outcome| {
        let request = world.endpoint(&query);
        let Response::Later(ticket) = world.request(&request) else { panic!("answered before the endpoint was") };
        let delivery = world.only_delivery();
        assert_eq!(delivery.timeout.as_secs(), 120);
        world.settle(&delivery, outcome);
        let (answered, reply) = world.replies.pop().unwrap();
        assert_eq!(answered, ticket);
        let Reply::Answer(answer) = reply else { panic!("hung up") };
        (answer.status.as_u16(), serde_json::from_slice::<Value>(&answer.body).unwrap_or_default())
    };
    let good = json!({"Meta": {"DataModel": "PatientSearch"}, "Patient": {"Notes": []}}).to_string();
    let (status, reply) = ask(Outcome::Answered { status: 200, body: good.into() });
    assert_eq!((status, &reply["Patient"]), (200, &json!({"Notes": []})));
    assert_eq!(reply["Meta"]["EventType"], "Response");
    let (status, reply) = ask(Outcome::Answered { status: 503, body: "busy".into() });
    assert_eq!((status, &reply["Meta"]["Errors"][0]["DestinationStatusCode"]), (200, &json!(503)));
    let (status, reply) = ask(Outcome::Refused);
    assert_eq!((status, &reply["Meta"]["Errors"][0]["Type"]), (200, &json!("transmission")));
    assert_eq!(ask(Outcome::TimedOut).0, 504);
}

#[test]
fn date_is_given_on_the_emulators_own_clock() {
    let mut world = World::new(Config::default());
    let answer = world.answer(&Request::new(Method::GET, "/nowhere", ""));
    assert_eq!(answer.status, 404);
    assert_eq!(answer.headers["date"], "Mon, 02 Mar 2026 09:30:00 GMT");
    world.control("PATCH", "/settings", &json!({"clock_skew": "2h"}));
    let answer = world.answer(&Request::new(Method::GET, "/nowhere", ""));
    assert_eq!(answer.headers["date"], "Mon, 02 Mar 2026 11:30:00 GMT");
}
