//! Delivery to destinations: order, retries, attempts, pauses, verification.

use crate::world::{HOOK, World, arrival, body};
use redox_emulator::directory::fixture::{self, APPLICATION_DESTINATION};
use redox_emulator::exchange::{Delivery, Outcome, Reply, Request, Response};
use redox_emulator::{Config, RETRY_SCHEDULE_S};
use serde_json::{Value, json};

fn deliver(world: &mut World, message: &Value) -> String {
    world.control("POST", "/deliver", &json!({"body": message}))["log"].as_str().unwrap().to_owned()
}

fn log_id(message: &Value) -> &str {
    message["Meta"]["Logs"][0]["ID"].as_str().unwrap()
}

#[test]
fn delivery_carries_both_tokens_and_a_rebuilt_meta() {
    let mut world = World::with_hook(Config::default());
    let log = deliver(&mut world, &arrival(1));
    let delivery = world.only_delivery();
    assert_eq!((delivery.url.as_str(), delivery.timeout.as_secs()), (HOOK, 30));
    assert_eq!(delivery.headers["verification-token"], fixture::VERIFICATION_TOKEN);
    assert_eq!(delivery.headers["authorization"], format!("Bearer {}", fixture::VERIFICATION_TOKEN));
    assert_eq!(delivery.headers["application-name"], "RedoxEngine");
    let sent = body(&delivery);
    assert_eq!(log_id(&sent), log);
    assert_eq!(sent["Meta"]["Destinations"], json!([{"ID": APPLICATION_DESTINATION, "Name": "Application"}]));
    assert_eq!(sent["Meta"]["Source"]["ID"], fixture::EHR_SOURCE);
    assert_eq!(sent["Visit"], arrival(1)["Visit"]);
}

#[test]
fn fifo_one_at_a_time_per_source_destination_and_model() {
    let mut world = World::with_hook(Config::default());
    let first = deliver(&mut world, &arrival(1));
    let second = deliver(&mut world, &arrival(2));
    let other = deliver(&mut world, &crate::world::order("o1"));
    assert_eq!(world.outgoing.len(), 2, "the head of each queue is under way, nothing else");
    let head = world.outgoing.pop_front().unwrap();
    assert_eq!(log_id(&body(&head)), first);
    let parallel = world.outgoing.pop_front().unwrap();
    assert_eq!(log_id(&body(&parallel)), other);
    world.settle_status(&parallel, 200);
    assert!(world.outgoing.is_empty(), "another queue's success starts nothing here");
    world.settle_status(&head, 200);
    assert_eq!(log_id(&body(&world.only_delivery())), second);
}

#[test]
fn failed_head_pauses_its_queue_and_keeps_the_published_schedule() {
    let mut world = World::with_hook(Config::default());
    let first = deliver(&mut world, &arrival(1));
    deliver(&mut world, &arrival(2));
    let outcomes = [
        Outcome::Answered { status: 500, body: Vec::new().into() },
        Outcome::Answered { status: 404, body: Vec::new().into() },
        Outcome::Answered { status: 302, body: Vec::new().into() },
        Outcome::Refused,
        Outcome::TimedOut,
    ];
    let mut attempts = Vec::new();
    let mut waits = Vec::new();
    for round in 0..10 {
        let delivery = world.only_delivery();
        let sent = body(&delivery);
        assert_eq!(log_id(&sent), first, "always the head, the rest waits");
        attempts.push(sent["Meta"]["Logs"][0]["AttemptID"].as_str().unwrap().to_owned());
        world.settle(&delivery, outcomes[round % outcomes.len()].clone());
        let wait = world.next_due().unwrap();
        waits.push(wait.as_secs());
        if wait.as_secs() > 0 {
            world.seconds(wait.as_secs() - 1);
            assert!(world.outgoing.is_empty(), "not before its time");
        }
        world.seconds(wait.as_secs().min(1));
    }
    assert_eq!(waits[..8], RETRY_SCHEDULE_S);
    assert_eq!(waits[8..], [120, 120]);
    attempts.sort_unstable();
    attempts.dedup();
    assert_eq!(attempts.len(), 10, "each attempt has its own id");
    let log = world.control("GET", &format!("/logs/{first}"), &json!(null));
    assert_eq!((&log["status"], &log["attempts_total"]), (&json!("failed"), &json!(11)));
    let head = world.only_delivery();
    world.settle_status(&head, 200);
    let next = world.only_delivery();
    assert_ne!(log_id(&body(&next)), first);
    world.settle_status(&next, 503);
    assert_eq!(world.next_due().unwrap().as_secs(), 0, "the schedule begins anew for the next head");
}

#[test]
fn retries_change_nothing_but_the_attempt_id() {
    let mut world = World::with_hook(Config::default());
    deliver(&mut world, &arrival(1));
    let mut attempts = Vec::new();
    for _ in 0..3 {
        let delivery = world.only_delivery();
        attempts.push(body(&delivery));
        world.settle_status(&delivery, 500);
        world.seconds(10);
    }
    assert_ne!(attempts[0], attempts[2], "each names its own attempt");
    for message in &mut attempts {
        message["Meta"]["Logs"][0]["AttemptID"] = Value::Null;
    }
    assert_eq!(attempts[0], attempts[1]);
    assert_eq!(attempts[0], attempts[2]);
}

#[test]
fn time_scale_shortens_the_schedule() {
    let mut world = World::with_hook(Config { time_scale: 0.01, ..Config::default() });
    deliver(&mut world, &arrival(1));
    for _ in 0..2 {
        let delivery = world.only_delivery();
        world.settle_status(&delivery, 500);
        world.advance(world.next_due().unwrap());
    }
    let delivery = world.only_delivery();
    world.settle_status(&delivery, 500);
    assert_eq!(world.next_due().unwrap().as_millis(), 100);
}

#[test]
fn paused_queue_finishes_what_is_under_way_and_goes_on_when_resumed() {
    let mut world = World::with_hook(Config::default());
    deliver(&mut world, &arrival(1));
    deliver(&mut world, &arrival(2));
    let queue = json!({"destination": APPLICATION_DESTINATION, "data_model": "PatientAdmin"});
    assert_eq!(world.control("POST", "/queues/pause", &queue)["queues"], 1);
    let first = world.only_delivery();
    world.settle_status(&first, 200);
    assert!(world.outgoing.is_empty());
    let queues = world.control("GET", "/queues", &json!(null));
    assert_eq!((&queues["queues"][0]["length"], &queues["queues"][0]["is_paused"]), (&json!(1), &json!(true)));
    world.control("POST", "/queues/resume", &queue);
    assert_eq!(world.outgoing.len(), 1);
}

#[test]
fn resume_ends_a_wait_and_the_old_timer_does_nothing() {
    let mut world = World::with_hook(Config::default());
    deliver(&mut world, &arrival(1));
    for _ in 0..2 {
        let delivery = world.only_delivery();
        world.settle_status(&delivery, 500);
        world.seconds(0);
    }
    world.seconds(4);
    world.control("POST", "/queues/resume", &json!({}));
    let by_hand = world.only_delivery();
    world.settle_status(&by_hand, 500);
    // The second failure had planned a retry for 6 s from now, the third one plans its own for 10 s.
    world.seconds(9);
    assert!(world.outgoing.is_empty(), "the retry that was planned first has been overtaken");
    world.seconds(1);
    let planned = world.only_delivery();
    world.settle_status(&planned, 200);
    assert_eq!(world.next_due(), None);
}

#[test]
fn manual_retries_wait_for_a_person() {
    let mut config = Config::default();
    config.switches.retries = redox_emulator::config::Retries::Manual;
    let mut world = World::with_hook(config);
    deliver(&mut world, &arrival(1));
    let delivery = world.only_delivery();
    world.settle_status(&delivery, 500);
    world.seconds(100_000);
    assert!(world.outgoing.is_empty());
    world.control("POST", "/queues/resume", &json!({}));
    assert_eq!(world.outgoing.len(), 1);
}

#[test]
fn messages_wait_for_a_url() {
    let mut world = World::new(Config::default());
    let log = deliver(&mut world, &arrival(1));
    assert!(world.outgoing.is_empty());
    world.control("PATCH", &format!("/destinations/{APPLICATION_DESTINATION}"), &json!({"url": HOOK}));
    assert_eq!(log_id(&body(&world.only_delivery())), log);
}

#[test]
fn redelivery_keeps_the_log_and_has_a_new_attempt() {
    let mut world = World::with_hook(Config::default());
    let log = deliver(&mut world, &arrival(1));
    let (status, _) = world.try_control("POST", "/logs/unknown/redeliver", &json!({}));
    assert_eq!(status, 404);
    let first = world.accept_all().remove(0);
    world.control("POST", &format!("/logs/{log}/redeliver"), &json!({"count": 2}));
    let again = world.accept_all();
    assert_eq!(again.len(), 2);
    assert_eq!(log_id(&again[0]), log);
    assert_ne!(again[0]["Meta"]["Logs"][0]["AttemptID"], first["Meta"]["Logs"][0]["AttemptID"]);
    assert_ne!(again[0]["Meta"]["Logs"][0]["AttemptID"], again[1]["Meta"]["Logs"][0]["AttemptID"]);
}

#[test]
fn strict_delivers_to_verified_destinations_and_takes_200_only() {
    let mut world = World::with_hook(Config { strict: true, ..Config::default() });
    deliver(&mut world, &arrival(1));
    assert!(world.outgoing.is_empty(), "not verified");
    verify(&mut world, str::to_owned);
    let delivery = world.only_delivery();
    world.settle_status(&delivery, 204);
    world.seconds(0);
    let retry = world.only_delivery();
    world.settle_status(&retry, 200);
    assert!(world.outgoing.is_empty());
}

#[test]
fn verbatim_bodies_go_out_as_they_are() {
    let mut world = World::with_hook(Config::default());
    world.control("POST", "/deliver", &json!({"body": "{not json", "verbatim": true}));
    assert_eq!(world.only_delivery().body, "{not json");
    let (status, answer) = world.try_control("POST", "/deliver", &json!({"body": {"no": "Meta"}}));
    assert_eq!(status, 400);
    assert!(answer["error"].as_str().unwrap().contains("verbatim"), "{answer}");
}

#[test]
fn legacy_and_missing_ids_are_switches() {
    let mut world = World::with_hook(Config::default());
    let mut meta_with = |ids: &str| {
        world.control("PATCH", "/settings", &json!({"switches": {"delivery_ids": ids}}));
        deliver(&mut world, &arrival(1));
        world.accept_all().remove(0)["Meta"].clone()
    };
    let legacy = meta_with("legacy");
    assert!(legacy["Transmission"]["ID"].as_u64().unwrap() > u64::from(u32::MAX));
    assert_eq!(legacy.get("Logs"), None);
    let none = meta_with("none");
    assert!(["Logs", "Message", "Transmission"].iter().all(|name| none.get(name).is_none()));
    let both = meta_with("both");
    assert!(["Logs", "Message", "Transmission"].iter().all(|name| both.get(name).is_some()));
}

#[test]
fn synchronous_request_to_the_application_skips_the_queue() {
    let mut world = World::with_hook(Config::default());
    deliver(&mut world, &arrival(1));
    let stuck = world.only_delivery();
    world.settle_status(&stuck, 500);
    let query = crate::world::message("PatientSearch", "Query", &json!({"Patient": {}}));
    let request = Request::new(http::Method::POST, "/_emulator/deliver", json!({"body": query}).to_string());
    let Response::Later(ticket) = world.request(&request) else { panic!("answered at once") };
    let delivery = world.only_delivery();
    let answer = json!({"Meta": {}, "Patient": {}});
    world.settle(&delivery, Outcome::Answered { status: 200, body: answer.to_string().into() });
    let (answered, Reply::Answer(reply)) = world.replies.remove(0) else { panic!("hung up") };
    assert_eq!(answered, ticket);
    let reply: Value = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!(reply, json!({"status": 200, "body": answer}));
}

/// Verifies the application's destination, which answers what `echo` makes of the challenge.
fn verify(world: &mut World, echo: impl FnOnce(&str) -> String) -> Value {
    let path = format!("/_emulator/destinations/{APPLICATION_DESTINATION}/verify");
    let Response::Later(_) = world.request(&Request::new(http::Method::POST, &path, "")) else {
        panic!("verified without asking")
    };
    let delivery = world.only_delivery();
    let challenge = if delivery.method == http::Method::POST {
        assert!(!delivery.headers.contains_key("verification-token"), "the token is in the body");
        assert_eq!(body(&delivery)["verification-token"], fixture::VERIFICATION_TOKEN);
        body(&delivery)["challenge"].as_str().unwrap().to_owned()
    } else {
        let query = delivery.url.split_once("?challenge=").unwrap().1;
        query.split('&').next().unwrap().to_owned()
    };
    let echoed = echo(&challenge);
    world.settle(&delivery, Outcome::Answered { status: 200, body: echoed.into() });
    let (_, Reply::Answer(answer)) = world.replies.remove(0) else { panic!("hung up") };
    serde_json::from_slice(&answer.body).unwrap()
}

#[test]
fn challenge_may_come_back_anywhere_in_the_body() {
    let mut world = World::with_hook(Config::default());
    assert_eq!(verify(&mut world, str::to_owned)["verified"], true);
    assert_eq!(verify(&mut world, |challenge| json!({"challenge": challenge}).to_string())["verified"], true);
    let failed = verify(&mut world, |_| "something else".to_owned());
    assert_eq!(failed["verified"], false);
    assert_eq!(failed["reason"], "the answer does not contain the challenge");
    world.control("PATCH", &format!("/destinations/{APPLICATION_DESTINATION}"), &json!({"verification_method": "GET"}));
    assert_eq!(verify(&mut world, str::to_owned)["verified"], true);
    let (status, _) = world.try_control("POST", "/destinations/nowhere/verify", &json!({}));
    assert_eq!(status, 404);
}

/// Whatever destinations answer, and whatever faults but reordering strike: each queue delivers in order, one at a time,
/// and in the end everything.
#[test]
fn order_and_completeness_hold_for_random_outcomes() {
    for seed in 0..60 {
        let mut rng = redox_emulator::Rng::new(seed);
        let mut world = World::with_hook(Config::default());
        let rules = [("duplicate", 0.2), ("unreachable", 0.2), ("send_again", 0.1)];
        for (kind, probability) in rules {
            world.control("POST", "/faults", &json!({"kind": kind, "probability": probability, "seed": seed}));
        }
        let models = ["PatientAdmin", "Notes", "Media"];
        let mut sent = vec![Vec::new(); models.len()];
        let mut arrived = vec![Vec::new(); models.len()];
        let mut under_way = Vec::new();
        let (mut number, mut quiet) = (0, 0);
        while quiet < 300 {
            let index = usize::try_from(rng.below(3)).unwrap();
            match rng.below(4) {
                0 if number < 40 => {
                    number += 1;
                    let meta = json!({"DataModel": models[index], "EventType": "New"});
                    deliver(&mut world, &json!({"Meta": meta, "Number": number}));
                    sent[index].push(number);
                }
                1 => world.seconds(i64::try_from(rng.below(90)).unwrap()),
                _ if !under_way.is_empty() => {
                    let delivery = under_way.swap_remove(index % under_way.len());
                    let is_taken = rng.chance(0.6);
                    if is_taken {
                        arrived[queue_of(&models, &delivery)].push(body(&delivery)["Number"].as_u64().unwrap());
                    }
                    world.settle_status(&delivery, if is_taken { 200 } else { 503 });
                }
                _ => {}
            }
            under_way.extend(world.outgoing.drain(..));
            let mut queues: Vec<_> = under_way.iter().map(|delivery| queue_of(&models, delivery)).collect();
            queues.sort_unstable();
            assert!(queues.windows(2).all(|pair| pair[0] != pair[1]), "seed {seed}: two of one queue under way");
            quiet = if under_way.is_empty() && number == 40 { quiet + 1 } else { 0 };
        }
        for list in &mut arrived {
            assert!(list.is_sorted(), "seed {seed}: {list:?}");
            list.dedup();
        }
        assert_eq!(arrived, sent, "seed {seed}");
    }
}

fn queue_of(models: &[&str], delivery: &Delivery) -> usize {
    let model = &body(delivery)["Meta"]["DataModel"];
    models.iter().position(|one| model == one).unwrap()
}
