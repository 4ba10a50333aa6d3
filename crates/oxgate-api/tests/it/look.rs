//! Looking at events.

use crate::house::{House, Plans};
use crate::message::{MARKER, NORTH, order, pushed};
use http::{Request, StatusCode};
use oxgate_api::{Scope, router};
use oxgate_store::Faults;
use oxgate_store::faults::Failure;
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tower::ServiceExt;

/// Whether some file of the store holds this text: the audit is written, not sealed, and has no content to hide.
pub(crate) fn is_written(folder: &Path, text: &str) -> bool {
    /// The reserve file is larger, and empty.
    const SEARCHED_MAX: u64 = 16 * 1024 * 1024;
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()).any(|entry| {
        let meta = entry.metadata().unwrap();
        let searched = meta.is_file() && meta.len() < SEARCHED_MAX;
        searched && std::fs::read(entry.path()).unwrap().windows(text.len()).any(|window| window == text.as_bytes())
    })
}

#[tokio::test]
async fn events_are_listed_newest_first_and_page_by_page() {
    let house = House::still();
    let mut made = Vec::new();
    for number in 1..=5 {
        made.push(house.submitted(&number.to_string()).await.0);
    }
    let ids = |answer: &Value| -> Vec<String> {
        answer["events"].as_array().unwrap().iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect()
    };
    let first = house.call("GET", "/v1/events?limit=2", "").await.json();
    assert_eq!(ids(&first), [made[4].clone(), made[3].clone()]);
    let next = format!("/v1/events?limit=2&before={}", first["next"].as_str().unwrap());
    let second = house.call("GET", &next, "").await.json();
    assert_eq!(ids(&second), [made[2].clone(), made[1].clone()]);
    let last = format!("/v1/events?limit=2&before={}", second["next"].as_str().unwrap());
    let last = house.call("GET", &last, "").await.json();
    assert_eq!((ids(&last), last["next"].is_null()), (vec![made[0].clone()], true));

    let after = house.call("GET", &format!("/v1/events?after={}", made[2]), "").await.json();
    assert_eq!(ids(&after), [made[3].clone(), made[4].clone()]);
    let both = format!("/v1/events?after={}&before={}", made[0], made[4]);
    assert_eq!(house.call("GET", &both, "").await.code(), "OXG0008");
}

#[tokio::test]
async fn filters_narrow_the_list() {
    let house = House::still();
    let (outbound, _) = house.submitted("1").await;
    let inbound = house.pushed("PatientAdmin", "Arrival", "log-1").await;
    let unrouted = house.pushed("Notes", "New", "log-2").await;
    for (filter, expected) in [
        ("direction=outbound", vec![&outbound]),
        ("direction=inbound", vec![&unrouted, &inbound]),
        ("model=Notes", vec![&unrouted]),
        ("type=Arrival", vec![&inbound]),
        ("door=api", vec![&outbound]),
        ("state=parked", vec![&unrouted]),
        ("log=log-1", vec![&inbound]),
        ("model=Notes&state=queued", vec![]),
    ] {
        let list = house.call("GET", &format!("/v1/events?{filter}"), "").await.json();
        let ids: Vec<&str> = list["events"].as_array().unwrap().iter().map(|e| e["id"].as_str().unwrap()).collect();
        assert_eq!(ids, expected, "{filter}");
    }
}

#[tokio::test]
async fn an_event_is_shown_with_its_deliveries_and_timeline() {
    let house = House::still();
    let event = house.pushed("Notes", "New", "log-1").await;
    let shown = house.call("GET", &format!("/v1/events/{event}"), "").await.json();
    assert_eq!((&shown["state"], &shown["redox"]["log"]), (&"parked".into(), &"log-1".into()));
    assert_eq!(shown["flags"], serde_json::json!(["unrouted"]));
    let delivery = &shown["deliveries"][0];
    assert_eq!((&delivery["target"], &delivery["reason"]), (&"unrouted".into(), &"unrouted".into()));
    let same = house.call("GET", &format!("/v1/deliveries/{}", delivery["id"].as_str().unwrap()), "").await.json();
    assert_eq!(&same, delivery);

    let timeline = house.call("GET", &format!("/v1/events/{event}/timeline"), "").await.json();
    let what: Vec<&str> =
        timeline["timeline"].as_array().unwrap().iter().map(|e| e["what"].as_str().unwrap()).collect();
    assert!(what.contains(&"accepted") && what.contains(&"parked"), "{what:?}");
}

#[tokio::test]
async fn ids_that_name_nothing_are_404() {
    let house = House::still();
    house.submitted("1").await;
    for id in ["evt_00000000000000000000", "evt_1", "x", MARKER] {
        for path in ["", "/timeline", "/payload"] {
            let answer = house.call("GET", &format!("/v1/events/{id}{path}"), "").await;
            assert_eq!((answer.code().as_str(), answer.status.as_u16()), ("OXG0021", 404), "{id}{path}");
            assert!(!answer.json().to_string().contains(MARKER));
        }
        assert_eq!(house.call("GET", &format!("/v1/deliveries/{id}"), "").await.code(), "OXG0022");
    }
}

#[tokio::test]
async fn a_payload_is_given_as_it_came_and_the_look_is_audited() {
    let house = House::still();
    let event = house.pushed("PatientAdmin", "Arrival", "log-1").await;
    assert!(!is_written(house.folder.path(), "payload.read"));
    let key = house.key(&[Scope::ReadPhi]);
    let request = Request::get(format!("/v1/events/{event}/payload")).header("authorization", format!("Bearer {key}"));
    let response =
        router(house.gateway.clone()).oneshot(request.body(axum::body::Body::empty()).unwrap()).await.unwrap();
    let answer = crate::house::Answer::of(response).await;
    assert_eq!(answer.body, pushed("PatientAdmin", "Arrival", "log-1").to_string());
    assert_eq!(answer.headers["content-type"], "application/json");
    assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    assert!(is_written(house.folder.path(), "payload.read"));
    assert!(is_written(house.folder.path(), "key-1"), "the audit names the key");
}

#[tokio::test]
async fn without_its_line_in_the_audit_no_payload_leaves() {
    let failing = Arc::new(AtomicBool::new(false));
    let hook = failing.clone();
    let faults = Faults::default()
        .failing_before_commit(Arc::new(move |_| if hook.load(Ordering::SeqCst) { Err(Failure::Io) } else { Ok(()) }));
    let house = House::with(Plans { faults, ..Plans::default() });
    let event = house.pushed("PatientAdmin", "Arrival", "log-1").await;
    failing.store(true, Ordering::SeqCst);
    let answer = house.call("GET", &format!("/v1/events/{event}/payload"), "").await;
    assert_eq!(answer.code(), "OXG0019");
    assert!(!answer.json().to_string().contains(MARKER));
}

#[tokio::test]
async fn g8_only_payloads_hold_content() {
    let house = House::still();
    house.submitted("1").await;
    let event = house.pushed("PatientAdmin", "Arrival", "log-1").await;
    house.call("POST", "/v1/events", order("2", &["nowhere"]).to_string()).await;
    for path in [
        "/v1/events".to_owned(),
        format!("/v1/events/{event}"),
        format!("/v1/events/{event}/timeline"),
        "/v1/parked".into(),
        "/v1/lanes".into(),
        "/v1/expectations".into(),
        "/healthz".into(),
    ] {
        let answer = house.call("GET", &path, "").await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(!std::str::from_utf8(&answer.body).unwrap().contains(MARKER), "{path}: {answer:?}");
    }
    let payload = house.call("GET", &format!("/v1/events/{event}/payload"), "").await;
    assert!(std::str::from_utf8(&payload.body).unwrap().contains(MARKER), "the marker is a marker");
}

#[tokio::test]
async fn correlation_values_need_read_phi() {
    let house = House::still();
    let headers = [("oxgate-correlation", MARKER)];
    let answer = house.call_with("POST", "/v1/events", &headers, order("1", &[NORTH]).to_string()).await;
    let path = format!("/v1/events/{}", answer.text_of("id"));
    for (scopes, shown) in [(vec![Scope::Read], false), (vec![Scope::Read, Scope::ReadPhi], true)] {
        let key = house.key(&scopes);
        let request = Request::get(&path)
            .header("authorization", format!("Bearer {key}"))
            .body(axum::body::Body::empty())
            .unwrap();
        let answer = crate::house::Answer::of(house.router().oneshot(request).await.unwrap()).await;
        assert_eq!(std::str::from_utf8(&answer.body).unwrap().contains(MARKER), shown);
        assert_eq!(answer.json()["has_correlation"], true);
    }
}

#[tokio::test]
async fn a_body_that_was_never_kept_is_gone() {
    let house = House::still();
    house.redox.will_say(crate::redox::TAKEN);
    let answer = house.call("POST", "/v1/queries", crate::message::search(NORTH).to_string()).await;
    let id = answer.headers["oxgate-event-id"].to_str().unwrap().to_owned();
    let answer = house.call("GET", &format!("/v1/events/{id}/payload"), "").await;
    assert_eq!((answer.code().as_str(), answer.status), ("OXG0024", StatusCode::GONE));
}

#[tokio::test]
async fn what_a_peer_said_is_content_and_the_look_is_audited() {
    let house = House::running();
    house.redox.will_say(crate::redox::Says::Reply(
        400,
        r#"{"Meta":{"Errors":[{"ID":4098,"Text":"Marzibando cannot be found","Type":"validation","Module":"Ingestion"}]}}"#,
    ));
    let sent = house.call("POST", "/v1/events?wait=5m", order("1", &[NORTH]).to_string()).await;
    assert_eq!(sent.json()["state"], "parked");
    let timeline = house.call("GET", &format!("/v1/events/{}/timeline", sent.text_of("id")), "").await.json();
    assert!(!timeline.to_string().contains(MARKER), "{timeline}");
    let attempt = timeline["timeline"].as_array().unwrap().iter().find_map(|entry| entry["attempt"].as_str());
    let path = format!("/v1/attempts/{}/detail", attempt.expect("a failed attempt has an id"));
    assert!(!is_written(house.folder.path(), "detail.read"));
    let answer = house.call("GET", &path, "").await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert!(std::str::from_utf8(&answer.body).unwrap().contains(MARKER), "{answer:?}");
    assert!(is_written(house.folder.path(), "detail.read"));
    for id in ["att_0", MARKER] {
        assert_eq!(house.call("GET", &format!("/v1/attempts/{id}/detail"), "").await.code(), "OXG0040");
    }
}
