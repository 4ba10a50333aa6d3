//! The platform API beyond the golden exchanges: what it shows is the emulator's real state, and writing changes it.

use crate::keys::{Signer, claims, token_form};
use crate::world::{World, arrival, message, order};
use http::Method;
use redox_emulator::directory::fixture;
use redox_emulator::exchange::{Outcome, Reply, Request, Response};
use redox_emulator::{Client, Config, PlatformRole};
use serde_json::{Value, json};

const ENVIRONMENT: &str = "/platform/v1/environments/e0000000-0000-4000-8000-000000000001";
const LOGS: &str = "/platform/v1/organizations/1/logs";

fn call(world: &mut World, method: Method, path: &str, body: &Value) -> (u16, Value) {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let request = Request::new(method, path, body).with_header("authorization", &world.bearer());
    let answer = world.answer(&request);
    (answer.status.as_u16(), serde_json::from_slice(&answer.body).unwrap())
}

fn get(world: &mut World, path: &str) -> Value {
    let (status, body) = call(world, Method::GET, path, &Value::Null);
    assert_eq!(status, 200, "{path}: {body}");
    body["payload"].clone()
}

fn search(world: &mut World, what: &str, body: &Value) -> Vec<Value> {
    let (status, found) = call(world, Method::POST, &format!("{ENVIRONMENT}/logs/search/{what}"), body);
    assert_eq!(status, 200, "{found}");
    found["payload"]["results"].as_array().unwrap().clone()
}

#[test]
fn logs_come_page_by_page_and_none_is_missed() {
    let mut world = World::new(Config::default());
    for number in 0..120 {
        world.post(&arrival(number));
        world.seconds(1);
    }
    let path = format!("{ENVIRONMENT}/logs/search/metadata?_count=50");
    let (mut seen, mut pages, mut next) = (Vec::new(), 0, String::new());
    loop {
        let (_, page) = call(&mut world, Method::POST, &format!("{path}{next}"), &json!({"type": "send"}));
        pages += 1;
        seen.extend(page["payload"]["results"].as_array().unwrap().iter().map(|log| log["id"].clone()));
        match page["meta"]["page"]["nextCursor"].as_str() {
            Some(cursor) => next = format!("&_cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!((pages, seen.len()), (3, 120));
    seen.dedup();
    assert_eq!(seen.len(), 120);
    let third = get(&mut world, &format!("{LOGS}?_page=3"));
    assert_eq!(third["results"].as_array().unwrap().len(), 20);
    assert_eq!(call(&mut world, Method::GET, &format!("{LOGS}?_page=first"), &Value::Null).0, 400);
}

#[test]
fn a_log_found_once_is_found_by_its_own_times() {
    let mut world = World::new(Config::default());
    world.now += jiff::SignedDuration::from_micros(1_234);
    world.post(&arrival(1));
    let log = search(&mut world, "metadata", &json!({}))[0].clone();
    let own = json!({
        "createdAfter": log["createdAt"], "createdBefore": log["createdAt"],
        "updatedAfter": log["updatedAt"], "updatedBefore": log["updatedAt"],
        "dataModel": "PatientAdmin", "eventType": "Arrival", "status": "succeeded",
        "sourceId": fixture::APPLICATION_SOURCE, "destinationId": fixture::EHR_DESTINATION,
        "serviceRegion": "AWS_USA_EAST_1", "dataMode": "realtime",
    });
    assert_eq!(search(&mut world, "metadata", &own), std::slice::from_ref(&log));
    for (name, other) in [
        ("createdAfter", "2026-03-02T09:30:00.002Z"),
        ("updatedBefore", "2026-03-02T09:30:00.000Z"),
        ("eventType", "Transfer"),
        ("status", "failed"),
        ("sourceId", fixture::EHR_SOURCE),
        ("serviceRegion", "AWS_CAN_CENTRAL"),
        ("dataMode", "backfill"),
        ("facilityCode", "NORTH"),
    ] {
        let mut changed = own.clone();
        changed[name] = other.into();
        assert_eq!(search(&mut world, "metadata", &changed), Vec::<Value>::new(), "{name}");
    }
    for (name, bad) in [("type", "sent"), ("createdAfter", "today"), ("serviceRegion", "MOON")] {
        let path = format!("{ENVIRONMENT}/logs/search/metadata");
        assert_eq!(call(&mut world, Method::POST, &path, &json!({name: bad})).0, 400, "{name}");
    }
}

#[test]
fn several_regions_must_be_told_apart() {
    let mut config = Config::default();
    config.directory.environment.service_regions.push("GCP_USA_CENTRAL_1".to_owned());
    let mut world = World::new(config);
    let path = format!("{ENVIRONMENT}/logs/search/metadata");
    assert_eq!(call(&mut world, Method::POST, &path, &json!({})).0, 400);
    assert_eq!(call(&mut world, Method::POST, &path, &json!({"serviceRegion": "AWS_USA_EAST_1"})).0, 200);
}

#[test]
fn delivery_status_changes_over_time_and_is_followed_by_update_time() {
    let mut world = World::new(Config::default());
    world.control("PATCH", "/settings", &json!({"limits": {"simulated_delay": "5s"}}));
    let id = world.post(&order("o1")).1["Meta"]["Logs"][0]["ID"].as_str().unwrap().to_owned();
    let status = |world: &mut World| {
        let log = get(world, &format!("{LOGS}/{id}"))["result"].clone();
        (log["status"].as_str().unwrap().to_owned(), log["attempts"]["total"].as_u64().unwrap())
    };
    assert_eq!(status(&mut world), ("pending".to_owned(), 1));
    world.control("POST", "/faults", &json!({"kind": "destination_error", "status": 503, "count": 2}));
    world.seconds(5);
    assert_eq!(status(&mut world), ("failed".to_owned(), 2), "the first retry begins at once");
    let changed = format!("{LOGS}?updatedAfter=2026-03-02T09%3A30%3A04.000Z");
    assert_eq!(get(&mut world, &changed)["results"].as_array().unwrap().len(), 1);
    world.seconds(5);
    assert_eq!(status(&mut world), ("failed".to_owned(), 2));
    world.seconds(15);
    assert_eq!(status(&mut world), ("succeeded".to_owned(), 3));
    let later = format!("{LOGS}?updatedAfter=2026-03-02T09%3A30%3A24.000Z");
    assert_eq!(get(&mut world, &later)["results"][0]["status"], "succeeded");
    world.seconds(60);
    assert_eq!(search(&mut world, "metadata", &json!({"type": "receive", "dataModel": "Results"})).len(), 1);
}

#[test]
fn what_a_filter_drops_was_accepted_and_ends_as_filtered() {
    let mut world = World::new(Config::default());
    let ehr = format!("/destinations/{}", fixture::EHR_DESTINATION);
    world.control("PATCH", &ehr, &json!({"filters": ["Order.New"]}));
    let (status, reply) = world.post(&order("o1"));
    assert_eq!(status, 200);
    let log = get(&mut world, &format!("{LOGS}/{}", reply["Meta"]["Logs"][0]["ID"].as_str().unwrap()));
    assert_eq!(
        (&log["result"]["status"], &log["result"]["attempts"]["latest"]["status"]),
        (&json!("filtered"), &json!("filtered"))
    );
    world.seconds(60);
    assert_eq!(search(&mut world, "metadata", &json!({"type": "receive"})).len(), 0, "the EHR never saw it");
}

#[test]
fn payloads_are_searched_and_never_shown() {
    let mut world = World::new(Config::default());
    world.post(&order("o1"));
    world.post(&arrival(7));
    let by = |value: &str, category: &str| json!({"searchTerms": [{"value": value, "category": category}]});
    assert_eq!(search(&mut world, "payloads", &by("ex-7", "patient")).len(), 1);
    assert_eq!(search(&mut world, "payloads", &by("o1", "order")).len(), 1);
    assert_eq!(search(&mut world, "payloads", &by("o1", "patient")).len(), 0);
    let found = search(&mut world, "payloads", &by("Sampleton", "patient"));
    assert_eq!(found.len(), 1);
    assert!(!found[0].to_string().contains("Sampleton"));
    assert_eq!(call(&mut world, Method::POST, &format!("{ENVIRONMENT}/logs/search/payloads"), &json!({})).0, 400);
}

#[test]
fn roles_bound_what_a_user_may_do() {
    let pairs = [
        (PlatformRole::None, [403, 403, 403]),
        (PlatformRole::Reader, [200, 403, 403]),
        (PlatformRole::Support, [200, 200, 403]),
        (PlatformRole::Engineer, [200, 200, 200]),
    ];
    for (platform_role, expected) in pairs {
        let own = Signer::es384("k1");
        let clients = vec![Client { platform_role, jwks: Some(own.jwks()), ..Client::default() }];
        let mut world = World::new(Config { clients, ..Config::default() });
        world.oauth(&own);
        let terms = json!({"searchTerms": [{"value": "x", "category": "patient"}]});
        let statuses = [
            call(&mut world, Method::GET, &format!("{ENVIRONMENT}/sources"), &Value::Null).0,
            call(&mut world, Method::POST, &format!("{ENVIRONMENT}/logs/search/payloads"), &terms).0,
            call(&mut world, Method::POST, &format!("{ENVIRONMENT}/sources"), &json!({"name": "New"})).0,
        ];
        assert_eq!(statuses, expected, "{platform_role:?}");
    }
    let mut strict = World::new(Config { strict: true, ..Config::default() });
    assert_eq!(call(&mut strict, Method::GET, LOGS, &Value::Null).0, 403, "an API key and secret are for data models");
}

#[test]
fn a_new_way_is_made_subscribed_and_used() {
    let mut world = World::new(Config::default());
    let lab = json!({"name": "Lab", "endpoint": "https://lab.test/redox", "verificationToken": "t"});
    let (_, made) = call(&mut world, Method::POST, &format!("{ENVIRONMENT}/destinations"), &lab);
    let id = made["payload"]["destination"]["id"].as_str().unwrap().to_owned();
    assert!(!made.to_string().contains("verificationToken"), "it stays secret");
    let mut sent = message("Order", "New", &json!({"Patient": {"Identifiers": []}, "Order": {"ID": "o1"}}));
    sent["Meta"]["Destinations"] = json!([{"ID": id}]);
    assert_eq!(world.post(&sent).0, 400, "no subscription yet");
    let link = json!({"source": {"id": fixture::APPLICATION_SOURCE}, "destination": {"id": id}, "dataModel": "Order"});
    assert_eq!(call(&mut world, Method::POST, &format!("{ENVIRONMENT}/subscriptions"), &link).0, 200);
    let listed = get(&mut world, &format!("{ENVIRONMENT}/subscriptions?searchTerm=lab"));
    assert_eq!(listed["subscriptions"][0]["destination"]["id"], id);
    assert_eq!(world.post(&sent).0, 200);
    assert_eq!(world.only_delivery().url, "https://lab.test/redox");
    let bad = json!({"endpoint": "ftp://lab.test"});
    assert_eq!(call(&mut world, Method::PATCH, &format!("/platform/v1/destinations/{id}"), &bad).0, 400);
    let orphan = json!({"source": {"id": "nowhere"}, "destination": {"id": id}, "dataModel": "Order"});
    assert_eq!(call(&mut world, Method::POST, &format!("{ENVIRONMENT}/subscriptions"), &orphan).0, 400);
}

#[test]
fn demo_app_of_2021_finds_subscriptions_at_the_older_address() {
    let mut world = World::new(Config::default());
    let listed = get(&mut world, "/platform/v0/organizations/1/subscriptions");
    let first = &listed["subscriptions"][0];
    assert!(first["source"]["id"].is_string() && first["destination"]["id"].is_string());
    assert!(first["dataModel"].is_string());
}

/// A token request with an assertion by this key of this client.
fn ask_token(world: &mut World, client: &str, own: &Signer, jti: &str) -> Response {
    let mut claims = claims(world.now, jti);
    claims["iss"] = client.into();
    claims["sub"] = client.into();
    let request = Request::new(Method::POST, "/v2/auth/token", token_form(&own.sign(&claims)))
        .with_header("content-type", "application/x-www-form-urlencoded")
        .with_header("host", "emulator.test");
    world.request(&request)
}

#[test]
fn keys_are_fetched_from_where_a_client_publishes_them_and_again_after_a_rotation() {
    let mut world = World::new(Config { strict: true, ..Config::default() });
    let own = Signer::es384("k1");
    world.control("POST", "/keys", &own.jwks());
    world.oauth(&own);
    let key = json!({"name": "Gateway", "jwksURL": "https://gateway.test/.well-known/jwks.json"});
    let (_, made) = call(&mut world, Method::POST, &format!("{ENVIRONMENT}/apikeys"), &key);
    let client = made["payload"]["apikey"]["id"].as_str().unwrap().to_owned();
    for (round, kid) in ["first", "second"].into_iter().enumerate() {
        let signer = Signer::es384(kid);
        assert!(matches!(ask_token(&mut world, &client, &signer, kid), Response::Later(_)), "{kid}: not known yet");
        let fetch = world.only_delivery();
        assert_eq!((fetch.method.as_str(), fetch.url.as_str()), ("GET", "https://gateway.test/.well-known/jwks.json"));
        world.settle(&fetch, Outcome::Answered { status: 200, body: signer.jwks().to_string().into() });
        let Some((_, Reply::Answer(token))) = world.replies.pop() else { panic!("no answer") };
        assert_eq!(token.status, 200, "{token:?}");
        let again = ask_token(&mut world, &client, &signer, &format!("{kid}-{round}"));
        assert!(matches!(again, Response::Now(Reply::Answer(answer)) if answer.status == 200), "known by now");
    }
    let stranger = Signer::es384("stranger");
    assert!(matches!(ask_token(&mut world, &client, &stranger, "s"), Response::Later(_)));
    let fetch = world.only_delivery();
    world.settle(&fetch, Outcome::Refused);
    let Some((_, Reply::Answer(refused))) = world.replies.pop() else { panic!("no answer") };
    assert_eq!(refused.status, 401);
    assert_eq!(call(&mut world, Method::DELETE, &format!("/platform/v1/apikeys/{client}"), &Value::Null).0, 200);
    assert!(matches!(ask_token(&mut world, &client, &stranger, "t"), Response::Now(_)), "no such client any more");
}
