//! The control API: what it tells, and how it refuses.

use crate::world::World;
use redox_emulator::{Config, directory::fixture};
use serde_json::json;

#[test]
fn info_names_everything_a_client_needs() {
    let mut world = World::new(Config::default());
    let info = world.control("GET", "", &json!(null));
    for name in ["api_key", "api_secret", "client_id", "fhir_base", "bulk_base", "token_url", "endpoint_url"] {
        assert!(info[name].is_string(), "{name}");
    }
    assert_eq!(info["token_url"], "http://emulator.test/v2/auth/token");
    assert!(info["sources"].as_array().unwrap().iter().all(|one| one["id"].is_string() && one["name"].is_string()));
    for one in info["destinations"].as_array().unwrap() {
        assert!(one["id"].is_string() && one["name"].is_string() && one["accepts"].is_array());
        assert!(one.get("url").is_some());
    }
}

#[test]
fn settings_change_as_a_whole_or_not_at_all() {
    let mut world = World::new(Config::default());
    let changed = world.control(
        "PATCH",
        "/settings",
        &json!({"time_scale": 0.5, "switches": {"reply_shape": "2020"}, "limits": {"oauth_token_lifetime": "10s"}}),
    );
    assert_eq!(changed["switches"]["reply_shape"], "2020");
    assert_eq!(changed["switches"]["ids"], "uuid", "the rest stays");
    let bad = json!({"strict": true, "time_scale": 0});
    assert_eq!(world.try_control("PATCH", "/settings", &bad).0, 400);
    let bad = json!({"strict": true, "switches": {"no_such": 1}});
    let (status, body) = world.try_control("PATCH", "/settings", &bad);
    assert_eq!(status, 400);
    assert!(body["error"].as_str().unwrap().contains("no_such"), "{body}");
    let now = world.control("GET", "/settings", &json!(null));
    assert_eq!((&now["strict"], &now["time_scale"]), (&json!(false), &json!(0.5)));
}

#[test]
fn destinations_are_created_changed_and_refused_twice() {
    let mut world = World::new(Config::default());
    let made = world.control("POST", "/destinations", &json!({"name": "Second", "accepts": ["Order.New"]}));
    let id = made["id"].as_str().unwrap().to_owned();
    assert_eq!(id.len(), 36);
    assert_eq!(world.try_control("POST", "/destinations", &json!({"id": id, "name": "Again"})).0, 409);
    let changed = world.control("PATCH", &format!("/destinations/{id}"), &json!({"name": "Renamed", "id": "x"}));
    assert_eq!((&changed["name"], &changed["id"]), (&json!("Renamed"), &json!(id)));
    let link = json!({"source": "nowhere", "destination": id, "data_model": "Order"});
    assert_eq!(world.try_control("POST", "/subscriptions", &link).0, 404);
    assert_eq!(world.try_control("POST", &format!("/destinations/{id}/verify"), &json!({})).0, 409, "it has no url");
}

#[test]
fn unknown_addresses_and_broken_bodies_are_told() {
    let mut world = World::new(Config::default());
    let (status, body) = world.try_control("GET", "/no/such", &json!(null));
    assert_eq!(status, 404);
    assert!(body["error"].as_str().unwrap().contains("GET /_emulator/no/such"), "{body}");
    assert_eq!(world.try_control("PATCH", "/feed", &json!({"interval": "soon"})).0, 400);
    assert_eq!(world.try_control("GET", "/logs?limit=many", &json!(null)).0, 400);
    assert_eq!(world.try_control("GET", "/logs/unknown", &json!(null)).0, 404);
}

#[test]
fn a_new_address_must_be_verified_again() {
    let mut world = World::new(Config::default());
    let path = format!("/destinations/{}", fixture::APPLICATION_DESTINATION);
    world.control("PATCH", &path, &json!({"url": "http://a.test", "is_verified": true}));
    let changed = world.control("PATCH", &path, &json!({"is_verified": true}));
    assert_eq!(changed["is_verified"], true);
    let moved = world.control("PATCH", &path, &json!({"url": "http://b.test"}));
    assert_eq!(moved["is_verified"], false);
}
