//! Tokens, challenges, limits: what the door lets in and how it turns away.

use super::fixture::{PATIENT, Road, Setup, TOKEN, arrival, endpoint, message, plan, request};
use crate::Plan;
use axum::extract::Request;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use oxgate_core::Flags;
use oxgate_dispatch::BytesBudget;
use oxgate_store::faults::{Failure, Faults};
use std::sync::Arc;

const CHALLENGE: &str = "5f6b0c1e-0000-4000-8000-00000000c0de";

fn with_headers(headers: &[(&str, &str)], body: String) -> Request {
    let mut request = Request::post("/redox/main");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body.into()).expect("a request")
}

#[tokio::test]
async fn a_wrong_or_missing_token_is_401_and_nothing_is_stored() {
    let road = Road::new();
    for headers in [
        &[][..],
        &[("verification-token", "wrong")],
        &[("authorization", "Bearer wrong")],
        &[("authorization", "Basic dG9rZW4tb2YtdGhlLXRlc3Rz")],
    ] {
        let answer = road.send(with_headers(headers, arrival("log-1"))).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{headers:?}");
        assert!(!answer.body.contains("token-of"), "{}", answer.body);
    }
    assert_eq!((road.events().await.len(), road.counts().unauthorized.get()), (0, 4));
}

#[tokio::test]
async fn either_header_and_either_token_let_in() {
    let road = Road::new();
    let bearer = format!("Bearer {TOKEN}");
    for (n, header) in
        [("verification-token", TOKEN), ("authorization", &bearer), ("verification-token", "token-of-last-year")]
            .iter()
            .enumerate()
    {
        let answer = road.send(with_headers(&[*header], arrival(&format!("log-{n}")))).await;
        assert_eq!(answer.status, StatusCode::OK);
    }
    assert_eq!(road.events().await.len(), 3);
}

#[tokio::test]
async fn a_stranger_is_not_read_beyond_the_length_of_a_challenge() {
    let road = Road::new();
    let large = format!(r#"{{"challenge":"{CHALLENGE}","pad":"{}"}}"#, "x".repeat(5_000));
    assert_eq!(road.send(with_headers(&[], large)).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn challenges_are_echoed_both_ways_without_side_effects() {
    let road = Road::new();
    // A store that takes nothing more does not matter.
    road.store.close().await;
    let by_post = format!(r#"{{"verification-token":"{TOKEN}","challenge":"{CHALLENGE}"}}"#);
    let bare = format!(r#"{{"challenge":"{CHALLENGE}"}}"#);
    let get = |query: &str| Request::get(format!("/redox/main?{query}"));
    let by_get = get(&format!("challenge={CHALLENGE}&verification-token={TOKEN}")).body("".into());
    let by_old_get = get(&format!("challenge={CHALLENGE}")).header("verification-token", TOKEN).body("".into());
    for request in [
        with_headers(&[], by_post),
        with_headers(&[("verification-token", TOKEN)], bare),
        by_get.expect("a request"),
        by_old_get.expect("a request"),
    ] {
        let answer = road.send(request).await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, CHALLENGE));
        assert_eq!(answer.headers["content-type"], "text/plain; charset=utf-8");
    }
    assert_eq!(road.counts().challenges.get(), 4);
}

#[tokio::test]
async fn a_challenge_is_trusted_by_the_token_it_carries() {
    let road = Road::new();
    let wrong = format!(r#"{{"verification-token":"wrong","challenge":"{CHALLENGE}"}}"#);
    let get = |query: String| Request::get(format!("/redox/main?{query}")).body("".into()).expect("a request");
    for request in [
        with_headers(&[], wrong.clone()),
        with_headers(&[("verification-token", TOKEN)], wrong),
        with_headers(&[], format!(r#"{{"challenge":"{CHALLENGE}"}}"#)),
        get(format!("challenge={CHALLENGE}&verification-token=wrong")),
        get(format!("challenge={CHALLENGE}")),
    ] {
        let answer = road.send(request).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(!answer.body.contains(CHALLENGE));
    }
    assert_eq!(road.send(get(String::new())).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn an_unknown_endpoint_is_404() {
    let road = Road::new();
    let post = Request::post("/redox/elsewhere").header("verification-token", TOKEN).body(arrival("log-1").into());
    assert_eq!(road.send(post.expect("a request")).await.status, StatusCode::NOT_FOUND);
    let get = Request::get("/redox/elsewhere?challenge=x").body("".into()).expect("a request");
    assert_eq!(road.send(get).await.status, StatusCode::NOT_FOUND);
    assert_eq!(road.counts().unknown_endpoint.get(), 2);
}

#[tokio::test]
async fn a_body_over_the_limit_is_413() {
    let road = Road::new();
    let body = message("PatientAdmin.Arrival", None, &format!(r#""Pad":"{}""#, "x".repeat(64 * 1024)));
    assert_eq!(road.post(body).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!((road.events().await.len(), road.counts().too_large.get()), (0, 1));
}

#[tokio::test]
async fn gzip_is_unpacked_and_the_limit_holds_for_what_comes_out() {
    let road = Road::new();
    let gzip = |base64: &str| {
        let mut request = request(STANDARD.decode(base64).expect("base 64"));
        request.headers_mut().insert("content-encoding", "gzip".parse().expect("a value"));
        request
    };
    let order = "H4sIAAAAAAACA6tW8k0tSVSyqlZySSxJ9M1PSc1RslLyL0pJLVLSUXItS80rCaksSAWK+aWWA0V88tOLlayiq5U8XYBi6VW6hkq1sbU6UB1WUHFzpdpaAHr0oWRaAAAA";
    let event = road.send(gzip(order)).await.event();
    let body = road.store.body(event).await.expect("readable").expect("kept");
    assert!(body.starts_with(br#"{"Meta":{"DataModel":"Order""#));
    // 100,000 spaces in 132 bytes.
    let bomb = "H4sIAAAAAAACA+3BMQEAAADCoCrrn9IaHkABAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAArwYt8HnKoIYBAA==";
    assert_eq!(road.send(gzip(bomb)).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let damaged = &order[..order.len() - 40];
    assert_eq!(road.send(gzip(damaged)).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(road.events().await.len(), 1);
}

#[tokio::test]
async fn g9_past_the_budget_of_bytes_the_sender_is_told_to_come_back() {
    let budget = BytesBudget::new(10_000);
    let road = Road::with(Setup { budget: budget.clone(), ..Setup::default() });
    let others = budget.try_take(9_900).expect("free");
    let answer = road.post(arrival("log-1")).await;
    assert_eq!(
        (answer.status, &answer.headers["retry-after"]),
        (StatusCode::SERVICE_UNAVAILABLE, &"1".parse().expect("a value"))
    );
    drop(others);
    assert_eq!(road.post(arrival("log-1")).await.status, StatusCode::OK);
    assert_eq!((budget.free(), road.counts().over_budget.get()), (10_000, 1));
}

#[tokio::test]
async fn g1_a_refused_commit_is_503_and_never_200() {
    let fail = Arc::new(|_| Err(Failure::Io));
    let settings = Box::new(move |settings: &mut oxgate_store::Settings| {
        settings.faults = Faults::default().failing_before_commit(fail);
    });
    let road = Road::with(Setup { settings, ..Setup::default() });
    let answer = road.post(arrival("log-1")).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.headers.contains_key("retry-after"));
    assert_eq!((road.counts().refused_by_store.get(), road.counts().accepted.get()), (1, 0));
}

#[tokio::test]
async fn g9_a_nearly_full_disk_is_503() {
    let settings = Box::new(|settings: &mut oxgate_store::Settings| {
        settings.faults = Faults::default().with_free_bytes(Arc::new(|| 1_000));
    });
    let road = Road::with(Setup { settings, ..Setup::default() });
    let answer = road.post(arrival("log-1")).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.body);
    assert_eq!(road.events().await.len(), 0);
}

#[tokio::test]
async fn a_closing_store_is_503() {
    let road = Road::new();
    road.store.close().await;
    assert_eq!(road.post(arrival("log-1")).await.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_plan_is_replaced_as_a_whole_or_not_at_all() {
    let road = Road::new();
    let twice = Plan { endpoints: vec![endpoint("main"), endpoint("main")], ..plan() };
    assert!(road.inbound.replace_plan(twice).is_err());
    assert_eq!(road.post(arrival("log-1")).await.status, StatusCode::OK);
    road.inbound.replace_plan(Plan { endpoints: vec![endpoint("other")], ..plan() }).expect("a good plan");
    assert_eq!(road.post(arrival("log-2")).await.status, StatusCode::NOT_FOUND);
}

fn failing_reader(_: &[u8]) -> Result<crate::accept::reading::Reading, crate::accept::reading::Unreadable> {
    panic!("on purpose")
}

#[tokio::test]
async fn g1_a_body_that_makes_our_reading_panic_is_kept_as_unreadable() {
    let setup = Setup { plan: Plan { endpoints: vec![large_endpoint()], ..plan() }, ..Setup::default() };
    let road = Road::built(setup, |inbound| inbound.with_reader(failing_reader));
    let large = message("PatientAdmin.Arrival", None, &format!(r#"{PATIENT},"Pad":"{}""#, "x".repeat(2 * 1024 * 1024)));
    // The small one is read on the request's task, the large one on another thread.
    for body in [arrival("log-1"), large] {
        let event = road.post(body.clone()).await.event();
        assert!(road.event(event).await.flags.has(Flags::UNREADABLE));
        assert_eq!(road.store.body(event).await.expect("readable"), Some(body.into_bytes()));
    }
    assert_eq!((road.counts().panics.get(), road.counts().unreadable.get()), (2, 2));
}

fn large_endpoint() -> crate::Endpoint {
    crate::Endpoint { body_bytes_max: 4 * 1024 * 1024, ..endpoint("main") }
}

#[tokio::test]
async fn a_large_body_is_kept_byte_for_byte() {
    let road = Road::with_plan(Plan { endpoints: vec![large_endpoint()], ..plan() });
    let pad = (0..300_000).fold(String::new(), |pad, n| pad + &format!("{n:x}"));
    let body = message("PatientAdmin.Arrival", Some(("log-1", "a")), &format!(r#"{PATIENT},"Pad":"{pad}""#));
    let event = road.post(body.clone()).await.event();
    assert_eq!(road.store.body(event).await.expect("readable"), Some(body.into_bytes()));
    assert_eq!(road.deliveries(event).await[0].target, "app");
}
