//! The platform API on the wire: every question of the golden exchanges, lists to their end, refusals.

use redox_client::Client;
use redox_client::platform::{Platform, PlatformError, pick};
use redox_wire::platform::{DataMode, Log, LogFilter, LogKind, Refusal, VerificationMethod, Verify};
use serde_json::{Value, json};

use crate::golden::{address, assert_same_frame, bytes, golden, status};
use crate::peer::{Act, Peer, Seen};
use crate::{TestClock, oauth, setup};

const ENVIRONMENT: &str = "e0000000-0000-4000-8000-000000000001";
const APPLICATION: &str = "a0000000-0000-4000-8000-000000000001";
const EHR: &str = "d0000000-0000-4000-8000-000000000001";
const ARCHIVE: &str = "d0000000-0000-4000-8000-000000000002";
const OWN: &str = "d0000000-0000-4000-8000-000000000003";
const CLIENT: &str = "c0000000-0000-4000-8000-000000000001";

async fn peer() -> (Peer, Platform) {
    let clock = TestClock::new();
    let peer = Peer::start(&clock).await;
    let client = Client::new(setup(&peer.url, oauth().0, &clock)).expect("a client is set up");
    (peer, Platform::new(client, "1"))
}

/// Puts a golden answer at its address and returns that address.
fn prepare(peer: &Peer, exchange: &Value) -> String {
    let (path, _) = address(exchange);
    let body = bytes(&exchange["response"]["body"]);
    peer.then(path.clone(), Act::SayWith(status(exchange), ("x-test", "golden"), body));
    path
}

/// Scripts a golden exchange, asks, and compares what was sent; `Ok` with a count, or the refusal's word.
async fn exchange<T, F>(name: &str, ask: impl FnOnce(Platform) -> F) -> Result<T, PlatformError>
where
    F: Future<Output = Result<T, PlatformError>>,
{
    let (peer, platform) = peer().await;
    let exchange = golden(name);
    let path = prepare(&peer, &exchange);
    let answer = ask(platform).await;
    let word = match &answer {
        Ok(_) => "answered",
        Err(PlatformError::Refused(refusal)) => refusal.word(),
        Err(other) => panic!("{name}: {other}"),
    };
    assert_eq!(word, exchange["means"], "{name}");
    let seen = peer.seen(&path).remove(0);
    assert_same_frame(&seen, &exchange["request"]);
    match &exchange["request"]["body"] {
        Value::String(text) => assert_eq!(String::from_utf8_lossy(&seen.body), text.as_str(), "{name}"),
        body => assert_eq!(&serde_json::from_slice::<Value>(&seen.body).expect("is JSON"), body, "{name}"),
    }
    answer
}

/// What the golden searches ask for.
fn window() -> LogFilter {
    LogFilter {
        data_mode: Some(DataMode::Realtime),
        data_model: Some("PatientAdmin".to_owned()),
        event_type: Some("Arrival".to_owned()),
        created_after: Some(1_772_443_800_000),
        created_before: Some(1_772_444_100_000),
        source: Some(APPLICATION.to_owned()),
        destination: Some(EHR.to_owned()),
        kind: Some(LogKind::Send),
        ..LogFilter::default()
    }
}

#[tokio::test]
async fn assets_are_asked_for_as_recorded() {
    let environments = exchange("platform-environments", async |api| api.environments().await).await.expect("a list");
    assert_eq!(pick(&environments.items, None).expect("there is one").id.as_str(), ENVIRONMENT);
    assert_eq!(pick(&environments.items, Some("development")).expect("by flag").id.as_str(), ENVIRONMENT);
    assert!(pick(&environments.items, Some("Production")).is_err());
    let sources = exchange("platform-sources", async |api| api.sources(ENVIRONMENT).await).await.expect("a list");
    assert!(sources.items[0].has_api_key && !sources.items[1].has_api_key);
    exchange("platform-source", async |api| api.source(APPLICATION).await).await.expect("a source");
    let all = exchange("platform-destinations", async |api| api.destinations(ENVIRONMENT).await).await.expect("a list");
    assert_eq!(all.items[2].endpoint.as_deref(), Some("https://gateway.example.test/redox/main"));
    exchange("platform-destination", async |api| api.destination(EHR).await).await.expect("a destination");
    let keys = exchange("platform-oauth-keys", async |api| api.oauth_keys(ENVIRONMENT).await).await.expect("a list");
    assert_eq!((keys.items[0].id.as_str(), keys.items[0].kids.as_slice()), (CLIENT, &["k1".to_owned()][..]));
    exchange("platform-oauth-key", async |api| api.oauth_key(CLIENT).await).await.expect("a key");
    let jwks = "https://gateway.example.test/.well-known/jwks.json";
    let create = async |api: Platform| api.create_oauth_key(ENVIRONMENT, "Gateway", jwks).await;
    let created = exchange("platform-oauth-key-create", create).await.expect("a key");
    assert_eq!(created.jwks_url.as_deref(), Some(jwks));
}

#[tokio::test]
async fn a_destination_is_verified_as_recorded() {
    let with = Verify {
        endpoint: Some("https://gateway.example.test/redox/main".to_owned()),
        verification_token: Some("emulator-verification-token".to_owned()),
        verification_method: Some(VerificationMethod::Post),
    };
    exchange("platform-destination-verify", async |api| api.verify(OWN, &with).await).await.expect("is verified");
    let refused = exchange("platform-destination-verify-failed", async |api| api.verify(OWN, &with).await).await;
    assert!(matches!(refused, Err(PlatformError::Refused(Refusal::Invalid { status: 400, text: Some(_) }))));
}

#[tokio::test]
async fn lists_and_logs_are_asked_for_as_recorded() {
    let ask = async |api: Platform| api.subscriptions(ENVIRONMENT, Some(APPLICATION), Some(ARCHIVE)).await;
    let links = exchange("platform-subscriptions", ask).await.expect("a list");
    assert_eq!(
        links.items.iter().map(|link| link.data_model.as_str()).collect::<Vec<_>>(),
        ["ClinicalSummary", "Media"]
    );
    let hour = LogFilter {
        updated_after: Some(1_772_443_800_000),
        updated_before: Some(1_772_447_400_000),
        ..LogFilter::default()
    };
    let logs = exchange("platform-logs", async |api| api.logs(&hour).await).await.expect("a list");
    assert_eq!((logs.items.len(), logs.unreadable), (2, 0));
    exchange("platform-logs-last-page", async |api| api.logs_page(&hour, 2).await).await.expect("a page");
    let id = logs.items[0].id.as_str().to_owned();
    let log: Log = exchange("platform-log", async |api| api.log(&id).await).await.expect("a log");
    assert_eq!(log, logs.items[0]);
}

#[tokio::test]
async fn a_search_goes_on_by_cursor_to_its_end() {
    let (peer, platform) = peer().await;
    let (first, last) = (golden("platform-logs-search"), golden("platform-logs-search-last-page"));
    let path = prepare(&peer, &first);
    prepare(&peer, &last);
    let found = platform.search_logs(ENVIRONMENT, &window()).await.expect("an answer");
    assert_eq!(found.items.len(), 3);
    for (seen, exchange) in peer.seen(&path).iter().zip([&first, &last]) {
        assert_same_frame(seen, &exchange["request"]);
        assert_eq!(serde_json::from_slice::<Value>(&seen.body).expect("is JSON"), exchange["request"]["body"]);
    }
}

#[tokio::test]
async fn numbered_pages_are_read_until_one_is_short() {
    let (peer, platform) = peer().await;
    let path = format!("/platform/v1/environments/{ENVIRONMENT}/subscriptions");
    let link = json!({"source": {"id": "s"}, "destination": {"id": "d"}, "dataModel": "Order", "deletedAt": null});
    for count in [50, 50, 0] {
        let body = json!({"meta": {"version": "1.0.0"}, "payload": {"subscriptions": vec![&link; count]}});
        peer.then(path.clone(), Act::SayWith(200, ("x-test", "page"), body.to_string()));
    }
    let all = platform.subscriptions(ENVIRONMENT, None, None).await.expect("a list");
    assert_eq!(all.items.len(), 100);
    let pages: Vec<Option<String>> = peer.seen(&path).into_iter().map(|seen: Seen| seen.query).collect();
    let asked = |n| Some(format!("_page={n}&_count=50"));
    assert_eq!(pages, [asked(1), asked(2), asked(3)]);
}

#[tokio::test]
async fn a_cursor_that_stands_still_is_no_endless_loop() {
    let (peer, platform) = peer().await;
    let path = format!("/platform/v1/environments/{ENVIRONMENT}/logs/search/metadata");
    let body = json!({"meta": {"page": {"nextCursor": "same"}}, "payload": {"results": []}}).to_string();
    for _ in 0..2 {
        peer.then(path.clone(), Act::SayWith(200, ("x-test", "page"), body.clone()));
    }
    let stuck = platform.search_logs(ENVIRONMENT, &LogFilter::default()).await;
    assert_eq!(stuck, Err(PlatformError::Endless));
}

#[tokio::test]
async fn refusals_are_told_apart() {
    let nothing = "00000000-0000-4000-8000-000000000000";
    let gone = exchange("platform-log-not-found", async |api| api.log(nothing).await).await;
    assert_eq!(gone, Err(PlatformError::Refused(Refusal::NotFound)));
    let limited = exchange("platform-rate-limited", async |api| api.environments().await).await;
    assert!(matches!(limited, Err(PlatformError::Refused(refusal)) if refusal.is_passing()));
    let ages = LogFilter { updated_after: Some(1_577_836_800_000), ..LogFilter::default() };
    let slow = exchange("platform-timeout", async |api| api.logs(&ages).await).await;
    assert_eq!(slow, Err(PlatformError::Refused(Refusal::TooLarge)));
    let other = exchange("platform-other-environment", async |api| api.sources(nothing).await).await;
    assert_eq!(other, Err(PlatformError::Refused(Refusal::NotFound)));
}
