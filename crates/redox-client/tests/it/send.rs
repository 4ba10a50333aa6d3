//! What a sender learns: the reply, or the place where the request failed.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use redox_client::meter::Permit;
use redox_client::{Client, Endpoints, Lost, Meter, NotSent, RequestClass, SendError, Setup, TokenError};
use redox_wire::reply::{Receipt, Reply, RequestKind, TargetCause, UnknownWhy};
use tokio::task::JoinSet;

use crate::faulty::{Fate, Faulty};
use crate::peer::{Act, MESSAGE, Peer, TOKEN};
use crate::{TestClock, legacy, oauth, setup};

const BODY: &[u8] = br#"{"Meta":{"DataModel":"Results","EventType":"New"},  "keeps": "its  spaces"}"#;

async fn peer() -> (Peer, Setup) {
    let clock = TestClock::new();
    let peer = Peer::start(&clock).await;
    let setup = setup(&peer.url, oauth().0, &clock);
    (peer, setup)
}

/// A client that has its token from a good peer and its messages broken by another.
async fn broken(fates: Vec<Fate>) -> (Peer, Faulty, Client) {
    let (peer, mut setup) = peer().await;
    let faulty = Faulty::start(fates).await;
    setup.endpoints.message = Endpoints::below(&faulty.url).expect("is a base URL").message;
    let client = Client::new(setup).expect("a client is set up");
    client.tokens().token().await.expect("a token");
    (peer, faulty, client)
}

/// A client whose messages go to `message`.
async fn misdirected(message: &str) -> (Peer, Client) {
    let (peer, mut setup) = peer().await;
    setup.endpoints.message = Endpoints::below(message).expect("is a base URL").message;
    (peer, Client::new(setup).expect("a client is set up"))
}

async fn send(client: &Client) -> Result<Reply, SendError> {
    client.send(Bytes::from_static(BODY), RequestKind::Async).await
}

#[tokio::test]
async fn bytes_arrive_as_they_are() {
    let (peer, setup) = peer().await;
    let client = Client::new(setup).expect("a client is set up");
    let reply = send(&client).await.expect("a reply");
    assert!(matches!(reply.receipt(), Receipt::Logs(logs) if logs[0].log.as_str() == "log-1"), "{reply:?}");
    let seen = &peer.seen(MESSAGE)[0];
    assert_eq!(seen.body, BODY);
    assert_eq!(seen.header("authorization"), Some("Bearer oauth-1"));
    assert_eq!(seen.header("content-type"), Some("application/json"));
    assert_eq!(seen.header("content-encoding"), None);
    assert_eq!(seen.header("content-length"), Some(BODY.len().to_string().as_str()));
}

#[tokio::test]
async fn a_401_costs_one_new_token_and_one_more_try() {
    let (peer, setup) = peer().await;
    peer.refuse("oauth-1");
    let client = Client::new(setup).expect("a client is set up");
    assert!(matches!(send(&client).await, Ok(Reply::Accepted { .. })));
    assert_eq!((peer.count(TOKEN), peer.count(MESSAGE)), (2, 2));
    assert!(matches!(send(&client).await, Ok(Reply::Accepted { .. })));
    assert_eq!((peer.count(TOKEN), peer.count(MESSAGE)), (2, 3));
}

#[tokio::test]
async fn a_second_401_is_the_reply() {
    let (peer, setup) = peer().await;
    peer.refuse("oauth-1");
    peer.refuse("oauth-2");
    let client = Client::new(setup).expect("a client is set up");
    assert!(matches!(send(&client).await, Ok(Reply::Unauthorized(_))));
    assert_eq!((peer.count(TOKEN), peer.count(MESSAGE)), (2, 2));
}

#[tokio::test]
async fn many_401s_for_one_token_cost_one_new_token() {
    let (peer, setup) = peer().await;
    peer.refuse("oauth-1");
    let client = Client::new(setup).expect("a client is set up");
    let mut callers = JoinSet::new();
    for _ in 0..100 {
        let client = client.clone();
        callers.spawn(async move { send(&client).await });
    }
    assert!(callers.join_all().await.into_iter().all(|reply| matches!(reply, Ok(Reply::Accepted { .. }))));
    assert_eq!(peer.count(TOKEN), 2);
}

#[tokio::test]
async fn without_a_token_nothing_is_sent() {
    let (peer, setup) = peer().await;
    peer.then(TOKEN, Act::Say(500, ""));
    let client = Client::new(setup).expect("a client is set up");
    let error = send(&client).await.expect_err("there is no token");
    assert!(matches!(error, SendError::NoToken(TokenError::Unavailable { status: 500, .. })), "{error:?}");
    assert!(error.is_certainly_not_accepted());
    assert_eq!(peer.count(MESSAGE), 0);
}

#[tokio::test]
async fn without_a_connection_nothing_is_sent() {
    let bound = tokio::net::TcpSocket::new_v4().expect("a socket");
    bound.bind("127.0.0.1:0".parse().expect("an address")).expect("a port is free");
    let (_peer, client) = misdirected(&format!("http://{}", bound.local_addr().expect("is bound"))).await;
    let error = send(&client).await.expect_err("nobody listens");
    assert!(matches!(error, SendError::NotSent(NotSent::Connect(_))), "{error:?}");
}

#[tokio::test]
async fn without_an_address_nothing_is_sent() {
    // A label of 64 characters is no name, so that no name server is asked.
    let (_peer, client) = misdirected(&format!("http://{}.invalid", "a".repeat(64))).await;
    let error = send(&client).await.expect_err("there is no such host");
    assert!(matches!(error, SendError::NotSent(NotSent::Resolve(_))), "{error:?}");
}

#[tokio::test]
async fn without_tls_nothing_is_sent() {
    let clock = TestClock::new();
    let plain = Peer::start(&clock).await;
    let (_peer, client) = misdirected(&plain.url.replace("http://", "https://")).await;
    let error = send(&client).await.expect_err("the peer speaks no TLS");
    assert!(matches!(error, SendError::NotSent(NotSent::Tls(_))), "{error:?}");
    assert_eq!(plain.count(MESSAGE), 0);
}

#[tokio::test]
async fn g5_a_connection_that_breaks_leaves_the_outcome_unknown_and_is_not_tried_again() {
    for fate in [Fate::ResetUnread, Fate::ResetAfterReading, Fate::CloseAfterReading] {
        let (_peer, faulty, client) =
            broken(vec![fate, Fate::Answer("HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n")]).await;
        let error = send(&client).await.expect_err("the connection breaks");
        assert!(matches!(error, SendError::Lost(Lost::Broken(_))), "{error:?}");
        assert!(!error.is_certainly_not_accepted());
        assert_eq!(faulty.connections(), 1);
    }
}

#[tokio::test]
async fn silence_leaves_the_outcome_unknown() {
    let (_peer, _faulty, client) = broken(vec![Fate::Silence]).await;
    // Nothing will ever come, so any time limit shows the same.
    let answer = client.query(Bytes::from_static(BODY), Duration::from_millis(50)).await;
    assert!(matches!(answer, Err(SendError::Lost(Lost::Timeout))), "{answer:?}");
}

#[tokio::test]
async fn a_reply_cut_short_is_read_by_its_status() {
    let cut = async |answer| {
        let (_peer, _faulty, client) = broken(vec![Fate::Answer(answer)]).await;
        send(&client).await.expect("there is a status")
    };
    let reply = cut("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"Meta\":{}}").await;
    assert!(matches!(reply, Reply::Unknown { why: UnknownWhy::CutShort, .. }), "{reply:?}");
    let reply = cut("HTTP/1.1 400 Bad Request\r\ncontent-length: 100\r\n\r\n{\"Meta\":{\"Err").await;
    assert!(matches!(reply, Reply::TargetFailed { cause: TargetCause::CutShort, .. }), "{reply:?}");
    let reply = cut("HTTP/1.1 503 Down\r\ncontent-length: 100\r\n\r\nDo").await;
    assert!(matches!(reply, Reply::TargetFailed { cause: TargetCause::Unavailable, .. }), "{reply:?}");
}

#[tokio::test]
async fn a_reply_that_is_too_long_is_unknown() {
    let (peer, setup) = peer().await;
    let long = format!(r#"{{"Meta":{{}},"pad":"{}"}}"#, "x".repeat(1024 * 1024));
    peer.then(MESSAGE, Act::SayWith(200, ("x-test", "long"), long));
    let client = Client::new(setup).expect("a client is set up");
    let reply = send(&client).await.expect("a reply");
    assert!(matches!(reply, Reply::Unknown { why: UnknownWhy::TooLong, .. }), "{reply:?}");
}

#[tokio::test]
async fn g5_a_redirect_is_not_followed() {
    let (peer, setup) = peer().await;
    peer.then(MESSAGE, Act::SayWith(307, ("location", "/elsewhere"), String::new()));
    let client = Client::new(setup).expect("a client is set up");
    let reply = send(&client).await.expect("a reply");
    assert!(matches!(reply, Reply::TargetFailed { cause: TargetCause::Moved, .. }), "{reply:?}");
    assert_eq!((peer.count(MESSAGE), peer.count("/elsewhere")), (1, 0));
}

#[tokio::test]
async fn a_query_brings_its_answer() {
    let (peer, setup) = peer().await;
    let answer = r#"{"Patient":{"Identifiers":[]},"Meta":{"Logs":[{"ID":"log-2"}]}}"#;
    peer.then(MESSAGE, Act::Say(200, answer));
    let client = Client::new(setup).expect("a client is set up");
    // A limit far beyond any loaded machine: the answer comes first.
    let got = client.query(Bytes::from_static(BODY), Duration::from_mins(2)).await.expect("an answer");
    assert!(matches!(got.reply, Reply::Accepted { status: 200, .. }), "{:?}", got.reply);
    assert_eq!(
        (&got.body[..], got.content_type.as_deref()),
        (answer.as_bytes(), Some("application/json; charset=utf-8"))
    );
}

/// Writes down what it is asked.
#[derive(Default)]
struct Ledger(Mutex<Vec<RequestClass>>, Mutex<Vec<Option<Duration>>>);

impl Meter for Ledger {
    fn permit(&self, class: RequestClass) -> Permit<'_> {
        self.0.lock().expect("no holder panics").push(class);
        Box::pin(std::future::ready(()))
    }

    fn refused(&self, pause: Option<Duration>) {
        self.1.lock().expect("no holder panics").push(pause);
    }
}

#[tokio::test]
async fn the_meter_is_told_of_every_429() {
    let clock = TestClock::new();
    let peer = Peer::start(&clock).await;
    let ledger = Arc::new(Ledger::default());
    let client = || {
        let meter = Arc::clone(&ledger) as Arc<dyn Meter>;
        Client::new(Setup { meter, ..setup(&peer.url, oauth().0, &clock) }).expect("a client is set up")
    };
    peer.then(TOKEN, Act::SayWith(429, ("retry-after", "7"), String::new()));
    send(&client()).await.expect_err("no token");
    peer.then(MESSAGE, Act::Say(429, ""));
    send(&client()).await.expect("a reply");
    let told = ledger.1.lock().expect("no holder panics").clone();
    assert_eq!(told, [Some(Duration::from_secs(7)), None]);
}

#[tokio::test]
async fn every_request_is_metered() {
    let (peer, mut setup) = peer().await;
    let ledger = Arc::new(Ledger::default());
    setup.meter = Arc::clone(&ledger) as Arc<dyn Meter>;
    peer.refuse("oauth-1");
    let client = Client::new(setup).expect("a client is set up");
    send(&client).await.expect("a reply");
    client.query(Bytes::from_static(BODY), Duration::from_mins(2)).await.expect("an answer");
    let asked = ledger.0.lock().expect("no holder panics").clone();
    use RequestClass::{Event, Query, Token};
    assert_eq!(asked, [Token, Event, Token, Event, Query]);
    assert_eq!(asked.len(), peer.count(TOKEN) + peer.count(MESSAGE));
}

#[tokio::test]
async fn a_legacy_key_sends_just_the_same() {
    let clock = TestClock::new();
    let peer = Peer::start(&clock).await;
    let client = Client::new(setup(&peer.url, legacy(), &clock)).expect("a client is set up");
    assert!(matches!(send(&client).await, Ok(Reply::Accepted { .. })));
    assert_eq!(peer.seen(MESSAGE)[0].header("authorization"), Some("Bearer legacy-1"));
}
