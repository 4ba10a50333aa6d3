//! The client makes the requests of the golden exchanges in `fixtures/wire`, and understands their replies over a real
//! connection.

use std::collections::BTreeSet;
use std::path::PathBuf;

use bytes::Bytes;
use redox_client::{Client, Credentials, LegacyKey, OAuthClient};
use redox_wire::reply::{Reply, RequestKind};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::peer::{AUTHENTICATE, Act, MESSAGE, Peer, REFRESH, Seen, TOKEN};
use crate::{TestClock, oauth, setup};

pub(crate) fn golden(name: &str) -> Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../../fixtures/wire/{name}.json"));
    serde_json::from_slice(&std::fs::read(&path).expect("the exchange is there")).expect("is JSON")
}

/// A JSON value stands for its serialised form, a string for itself.
pub(crate) fn bytes(body: &Value) -> String {
    body.as_str().map_or_else(|| body.to_string(), str::to_owned)
}

/// The status of an exchange's reply.
pub(crate) fn status(exchange: &Value) -> u16 {
    exchange["response"]["status"].as_u64().and_then(|status| status.try_into().ok()).expect("has a status")
}

/// The path of an exchange, and the names and values after it; the size of a page left out, which is an example.
pub(crate) fn address(exchange: &Value) -> (String, BTreeSet<String>) {
    let path = exchange["request"]["path"].as_str().expect("has a path");
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    (path.to_owned(), pairs(query))
}

fn pairs(query: &str) -> BTreeSet<String> {
    query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("_count=")).map(str::to_owned).collect()
}

/// Method, address and declared headers must be the same, apart from the token itself and a boundary.
pub(crate) fn assert_same_frame(seen: &Seen, request: &Value) {
    let (path, query) = address(&json!({"request": request}));
    assert_eq!((&seen.method, &seen.path), (&request["method"].as_str().expect("has a method").to_owned(), &path));
    assert_eq!(pairs(seen.query.as_deref().unwrap_or_default()), query);
    for (name, value) in request["headers"].as_object().expect("has headers") {
        let (ours, theirs) = (seen.header(name).unwrap_or_default(), value.as_str().unwrap_or_default());
        match theirs.split_once("<boundary>") {
            Some((before, _)) => assert!(ours.starts_with(before), "{name}: {ours}"),
            None if name == "authorization" => assert_eq!(ours.split(' ').next(), theirs.split(' ').next()),
            None => assert_eq!(ours, theirs, "{name}"),
        }
    }
}

/// Names and values of a form, the assertion's value left out.
fn form(text: &str) -> BTreeSet<String> {
    let blank = |pair: &str| match pair.split_once('=') {
        Some(("client_assertion", _)) => "client_assertion".to_owned(),
        _ => pair.to_owned(),
    };
    text.split('&').map(blank).collect()
}

#[tokio::test]
async fn oauth_requests_are_the_golden_ones() {
    for (name, scope) in [("token-oauth", None), ("token-oauth-scope", Some("fhir:development"))] {
        let clock = TestClock::new();
        let peer = Peer::start(&clock).await;
        let (Credentials::OAuth(client), _) = oauth() else { panic!("is an OAuth client") };
        let credentials = Credentials::OAuth(OAuthClient { scope: scope.map(str::to_owned), ..client });
        let client = Client::new(setup(&peer.url, credentials, &clock)).expect("a client is set up");
        client.tokens().token().await.expect("a token");
        let (seen, exchange) = (peer.seen(TOKEN).remove(0), golden(name));
        assert_same_frame(&seen, &exchange["request"]);
        let ours = String::from_utf8(seen.body).expect("is text");
        assert_eq!(form(&ours), form(exchange["request"]["body"].as_str().expect("is a form")), "{name}");
    }
}

#[tokio::test]
async fn legacy_requests_are_the_golden_ones() {
    let (first, renewal) = (golden("token-legacy"), golden("token-legacy-refresh"));
    let text = |value: &Value| SecretString::from(value.as_str().expect("is text"));
    let (api_key, secret) = (text(&first["request"]["body"]["apiKey"]), text(&first["request"]["body"]["secret"]));
    let clock = TestClock::new();
    let peer = Peer::start(&clock).await;
    let mut granted = first["response"]["body"].clone();
    granted["expires"] = json!("1994-11-06T09:49:37.000Z");
    granted["refreshToken"] = renewal["request"]["body"]["refreshToken"].clone();
    peer.then(AUTHENTICATE, Act::SayWith(200, ("x-test", "golden"), granted.to_string()));
    let credentials = Credentials::Legacy(LegacyKey { api_key, secret });
    let client = Client::new(setup(&peer.url, credentials, &clock)).expect("a client is set up");
    client.tokens().token().await.expect("a token");
    clock.advance_seconds(3600);
    client.tokens().token().await.expect("a token");
    for (path, exchange) in [(AUTHENTICATE, first), (REFRESH, renewal)] {
        let seen = peer.seen(path).remove(0);
        assert_same_frame(&seen, &exchange["request"]);
        assert_eq!(serde_json::from_slice::<Value>(&seen.body).expect("is JSON"), exchange["request"]["body"]);
    }
}

#[tokio::test]
async fn messages_and_replies_are_the_golden_ones() {
    for (name, kind) in [
        ("send-accepted", RequestKind::Async),
        ("send-accepted-2020", RequestKind::Async),
        ("send-not-subscribed", RequestKind::Async),
        ("send-bad-gateway", RequestKind::Async),
        ("query-one-patient", RequestKind::Sync),
        ("query-destination-failed", RequestKind::Sync),
    ] {
        let exchange = golden(name);
        let clock = TestClock::new();
        let peer = Peer::start(&clock).await;
        peer.then(MESSAGE, Act::SayWith(status(&exchange), ("x-test", "golden"), bytes(&exchange["response"]["body"])));
        let client = Client::new(setup(&peer.url, oauth().0, &clock)).expect("a client is set up");
        let body = Bytes::from(bytes(&exchange["request"]["body"]));
        let reply: Reply = client.send(body.clone(), kind).await.expect("a reply");
        assert_eq!(reply.word(), exchange["means"], "{name}");
        let seen = peer.seen(MESSAGE).remove(0);
        assert_same_frame(&seen, &exchange["request"]);
        assert_eq!(seen.body, body, "{name}");
    }
}
