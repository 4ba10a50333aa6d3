//! One token for everybody, always valid, asked for as rarely as possible.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use redox_client::{Client, TokenError};
use redox_wire::token::UnavailableWhy;
use serde_json::{Value, json};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::peer::{AUTHENTICATE, Act, Gate, Peer, REFRESH, TOKEN};
use crate::{TestClock, legacy, oauth, setup};

const CALLERS: usize = 1_000;

async fn oauth_peer() -> (Peer, TestClock, Client) {
    let clock = TestClock::new();
    let peer = Peer::start(&clock).await;
    let client = Client::new(setup(&peer.url, oauth().0, &clock)).expect("a client is set up");
    (peer, clock, client)
}

async fn legacy_peer() -> (Peer, TestClock, Client) {
    let clock = TestClock::new();
    let peer = Peer::start(&clock).await;
    let client = Client::new(setup(&peer.url, legacy(), &clock)).expect("a client is set up");
    (peer, clock, client)
}

/// Starts many callers at the same moment and returns the generations they got, or the errors.
async fn crowd(client: &Client) -> JoinSet<Result<u64, TokenError>> {
    let barrier = Arc::new(Barrier::new(CALLERS + 1));
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        let (client, barrier) = (client.clone(), Arc::clone(&barrier));
        callers.spawn(async move {
            barrier.wait().await;
            client.tokens().token().await.map(|token| token.generation())
        });
    }
    barrier.wait().await;
    callers
}

#[tokio::test]
async fn a_thousand_callers_make_one_token_request() {
    let (peer, _, client) = oauth_peer().await;
    let gate = Gate::closed();
    peer.then(TOKEN, Act::Hold(gate.clone()));
    let callers = crowd(&client).await;
    peer.arrived(TOKEN, 1).await;
    gate.open();
    let got: BTreeSet<u64> = callers.join_all().await.into_iter().map(|got| got.expect("a token")).collect();
    assert_eq!((got, peer.count(TOKEN)), (BTreeSet::from([1]), 1));
}

#[tokio::test]
async fn a_thousand_callers_share_one_failure() {
    let (peer, clock, client) = oauth_peer().await;
    let gate = Gate::closed();
    peer.then(TOKEN, Act::HoldThenSay(gate.clone(), 503));
    let callers = crowd(&client).await;
    peer.arrived(TOKEN, 1).await;
    gate.open();
    let down = TokenError::Unavailable { status: 503, why: UnavailableWhy::Status, retry_after: None };
    assert!(callers.join_all().await.into_iter().all(|got| got == Err(down.clone())));
    assert_eq!(client.tokens().token().await.expect_err("just failed"), down);
    assert_eq!(peer.count(TOKEN), 1, "the failure answers for a moment");
    clock.advance_seconds(1);
    assert_eq!(client.tokens().token().await.expect("works again").generation(), 1);
    assert_eq!(peer.count(TOKEN), 2);
}

#[tokio::test]
async fn a_late_refusal_of_an_old_token_does_not_end_the_new_one() {
    let (peer, _, client) = oauth_peer().await;
    let old = client.tokens().token().await.expect("a token");
    client.tokens().invalidate(&old);
    assert_eq!(client.tokens().token().await.expect("a token").generation(), 2);
    client.tokens().invalidate(&old);
    assert_eq!(client.tokens().token().await.expect("a token").generation(), 2);
    assert_eq!(peer.count(TOKEN), 2);
}

#[tokio::test]
async fn a_caller_that_gives_up_takes_nothing_from_others() {
    let (peer, _, client) = oauth_peer().await;
    let gate = Gate::closed();
    peer.then(TOKEN, Act::Hold(gate.clone()));
    let impatient = tokio::spawn({
        let client = client.clone();
        async move { client.tokens().token().await.map(|_| ()) }
    });
    peer.arrived(TOKEN, 1).await;
    impatient.abort();
    assert!(impatient.await.expect_err("was stopped").is_cancelled());
    gate.open();
    client.tokens().token().await.expect("the request went on");
    assert_eq!(peer.count(TOKEN), 1);
}

#[tokio::test]
async fn the_assertion_says_who_when_and_to_whom() {
    let clock = TestClock::new();
    let peer = Peer::start(&clock).await;
    let (credentials, jwk) = oauth();
    let kid = jwk.common.key_id.clone();
    let client = Client::new(setup(&peer.url, credentials, &clock)).expect("a client is set up");
    client.tokens().token().await.expect("a token");
    clock.advance_seconds(300);
    client.tokens().token().await.expect("a token");

    let url = format!("{}{TOKEN}", peer.url);
    let mut nonces = BTreeSet::new();
    for (request, now) in peer.seen(TOKEN).iter().zip([784_111_777, 784_112_077]) {
        assert_eq!(request.header("content-type"), Some("application/x-www-form-urlencoded"));
        assert_eq!(request.field("grant_type"), Some("client_credentials"));
        assert_eq!(request.field("scope"), None);
        let jwt = request.field("client_assertion").expect("has an assertion");
        assert_eq!(jsonwebtoken::decode_header(jwt).expect("has a header").kid, kid);
        let mut validation = Validation::new(Algorithm::ES384);
        validation.validate_exp = false;
        validation.set_audience(&[&url]);
        let key = DecodingKey::from_jwk(&jwk).expect("is a public key");
        let claims = jsonwebtoken::decode::<Value>(jwt, &key, &validation).expect("is signed for this URL").claims;
        assert_eq!((&claims["iss"], &claims["sub"]), (&json!("client-1"), &json!("client-1")));
        assert_eq!((&claims["iat"], &claims["exp"]), (&json!(now), &json!(now + 300)));
        nonces.insert(claims["jti"].as_str().expect("has a nonce").to_owned());
    }
    assert_eq!(nonces.len(), 2);
}

#[tokio::test]
async fn a_token_is_renewed_behind_its_callers() {
    let (peer, clock, client) = oauth_peer().await;
    let gate = Gate::closed();
    client.tokens().token().await.expect("a token");
    peer.then(TOKEN, Act::Hold(gate.clone()));

    clock.advance_seconds(209);
    assert_eq!(client.tokens().token().await.expect("still fresh").generation(), 1);
    clock.advance_seconds(31);
    assert_eq!(peer.count(TOKEN), 1, "nothing is renewed in the first two thirds");
    for _ in 0..10 {
        assert_eq!(client.tokens().token().await.expect("ageing, still valid").generation(), 1);
    }
    peer.arrived(TOKEN, 2).await;
    clock.advance_seconds(50);
    let waiting = tokio::spawn({
        let client = client.clone();
        async move { client.tokens().token().await.map(|token| token.generation()) }
    });
    gate.open();
    assert_eq!(waiting.await.expect("runs to its end"), Ok(2), "an ended token is not handed out");
    assert_eq!(peer.count(TOKEN), 2);
}

#[tokio::test]
async fn a_failed_renewal_does_not_spoil_a_valid_token() {
    let (peer, clock, client) = oauth_peer().await;
    client.tokens().token().await.expect("a token");
    peer.then(TOKEN, Act::SayWith(503, ("retry-after", "5"), String::new()));
    clock.advance_seconds(245);
    assert_eq!(client.tokens().token().await.expect("valid").generation(), 1);
    peer.arrived(TOKEN, 2).await;
    assert_eq!(client.tokens().token().await.expect("valid").generation(), 1);
    // At its end the callers wait: for the failure if it is still under way, else for a new token.
    clock.advance_seconds(55);
    let _either = client.tokens().token().await;
    clock.advance_seconds(5);
    assert_eq!(client.tokens().token().await.expect("renewed").generation(), 2);
    assert_eq!(peer.count(TOKEN), 3);
}

/// A quarter of an hour, second by second: whoever asks gets a token that is still valid, and the endpoint is asked once per
/// token life.
#[tokio::test]
async fn no_caller_is_given_an_ended_token() {
    let (peer, clock, client) = oauth_peer().await;
    let mut granted_at = vec![0];
    for second in 0..900 {
        let generation = client.tokens().token().await.expect("a token").generation();
        let generation = usize::try_from(generation).expect("is small");
        // Seen first at this second, granted at the latest then; asked for earlier, which only shortens its life.
        granted_at.resize(generation + 1, second);
        assert!(second < granted_at[generation] + 300, "token {generation} at second {second}");
        clock.advance_seconds(1);
    }
    let asked = peer.count(TOKEN);
    assert!((4..=5).contains(&asked), "{asked} token requests in 900 s, each token is renewed after 210 to 290 s");
}

#[tokio::test]
async fn a_token_that_ends_on_arrival_is_an_error() {
    let (peer, _, client) = oauth_peer().await;
    peer.then(TOKEN, Act::Say(200, r#"{"access_token":"t","expires_in":0}"#));
    assert_eq!(client.tokens().token().await.expect_err("has ended"), TokenError::EndedOnArrival);
}

#[tokio::test]
async fn a_refusal_is_final_and_not_repeated() {
    let (peer, clock, client) = oauth_peer().await;
    peer.then(TOKEN, Act::Say(401, r#"{"error":"invalid_client","error_description":"no such key"}"#));
    for _ in 0..3 {
        let error = client.tokens().token().await.expect_err("is refused");
        assert!(matches!(error, TokenError::Refused { status: 401, .. }) && error.is_final(), "{error:?}");
        clock.advance_seconds(9);
    }
    assert_eq!(peer.count(TOKEN), 1);
    clock.advance_seconds(5);
    client.tokens().token().await.expect("asked again after a while");
}

#[tokio::test]
async fn a_wait_asked_for_is_kept() {
    let (peer, clock, client) = oauth_peer().await;
    peer.then(TOKEN, Act::SayWith(429, ("retry-after", "60"), String::new()));
    let error = client.tokens().token().await.expect_err("is paced");
    assert_eq!((error.retry_after(), error.is_final()), (Some(Duration::from_mins(1)), false));
    clock.advance_seconds(59);
    client.tokens().token().await.expect_err("the wait is not over");
    assert_eq!(peer.count(TOKEN), 1);
    clock.advance_seconds(1);
    client.tokens().token().await.expect("the wait is over");
}

#[tokio::test]
async fn a_clock_that_is_off_is_corrected_once_for_all() {
    for ahead in [-3_600, 600] {
        let (peer, clock, client) = oauth_peer().await;
        peer.set_ahead_seconds(ahead);
        client.tokens().token().await.expect("signed again with the server's time");
        assert_eq!(peer.count(TOKEN), 2, "one refusal shows the clock");
        assert!((client.tokens().skew() - ahead * 1000).abs() <= 1000);
        clock.advance_seconds(300);
        client.tokens().token().await.expect("a token");
        assert_eq!(peer.count(TOKEN), 3, "the correction is remembered");
    }
}

#[tokio::test]
async fn a_legacy_token_ends_by_the_servers_clock() {
    let (peer, clock, client) = legacy_peer().await;
    peer.set_ahead_seconds(25 * 3600);
    client.tokens().token().await.expect("a token");
    clock.advance_seconds(24 * 3600);
    assert_eq!(client.tokens().token().await.expect("a token").generation(), 2, "24 h are over there too");
}

#[tokio::test]
async fn a_legacy_token_is_refreshed_and_if_that_fails_asked_for_anew() {
    let (peer, clock, client) = legacy_peer().await;
    client.tokens().token().await.expect("a token");
    let asked: Value = serde_json::from_slice(&peer.seen(AUTHENTICATE)[0].body).expect("is JSON");
    assert_eq!(asked, json!({"apiKey": "key-1", "secret": "secret-1"}));

    clock.advance_seconds(24 * 3600);
    client.tokens().token().await.expect("a token");
    let asked: Value = serde_json::from_slice(&peer.seen(REFRESH)[0].body).expect("is JSON");
    assert_eq!(asked, json!({"apiKey": "key-1", "refreshToken": "again-1"}));
    assert_eq!((peer.count(AUTHENTICATE), peer.count(REFRESH)), (1, 1));

    peer.then(REFRESH, Act::Say(401, "Invalid request"));
    clock.advance_seconds(24 * 3600);
    assert_eq!(client.tokens().token().await.expect("a token").generation(), 3);
    assert_eq!((peer.count(AUTHENTICATE), peer.count(REFRESH)), (2, 2));

    peer.then(REFRESH, Act::Say(429, ""));
    clock.advance_seconds(24 * 3600);
    client.tokens().token().await.expect_err("no second request after 429");
    assert_eq!((peer.count(AUTHENTICATE), peer.count(REFRESH)), (2, 3));
}

#[tokio::test]
async fn a_wrong_legacy_secret_is_final() {
    let (peer, _, client) = legacy_peer().await;
    peer.then(AUTHENTICATE, Act::Say(401, "Invalid source secret"));
    assert!(client.tokens().token().await.expect_err("is refused").is_final());
}

#[tokio::test]
async fn a_token_endpoint_that_is_not_there_is_named() {
    let clock = TestClock::new();
    let bound = tokio::net::TcpSocket::new_v4().expect("a socket");
    bound.bind("127.0.0.1:0".parse().expect("an address")).expect("a port is free");
    let url = format!("http://{}", bound.local_addr().expect("is bound"));
    let client = Client::new(setup(&url, legacy(), &clock)).expect("a client is set up");
    let error = client.tokens().token().await.expect_err("nobody listens");
    assert!(matches!(error, TokenError::Unreachable(_)) && !error.is_final(), "{error:?}");
}

#[tokio::test]
async fn a_token_is_not_shown() {
    let (_peer, _, client) = legacy_peer().await;
    let token = client.tokens().token().await.expect("a token");
    assert_eq!(format!("{token:?}"), "AccessToken { generation: 1, .. }");
}
