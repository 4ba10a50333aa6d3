//! FHIR interactions on the wire, and how their answers are read.

use std::time::Duration;

use bytes::Bytes;
use redox_client::{Client, FhirAddress, FhirRequest, Lost, SendError};
use serde_json::Value;

use crate::golden::{address, assert_same_frame, bytes, golden, status};
use crate::peer::{Act, Gate, Peer};
use crate::{TestClock, oauth, setup};

const APPLICATION: &str = "a0000000-0000-4000-8000-000000000001";

/// The address and the request of a golden exchange.
fn parsed(exchange: &Value) -> (FhirAddress, FhirRequest) {
    let (path, _) = address(exchange);
    let rest = path.strip_prefix("/fhir/R4/").expect("is below the base");
    let mut parts = rest.splitn(3, '/');
    let mut part = || parts.next().expect("has a slug, an environment and a request");
    let (slug, environment) = (part().to_owned(), part().to_owned());
    let method = exchange["request"]["method"].as_str().expect("has a method");
    let body = Bytes::from(bytes(&exchange["request"]["body"]));
    let request = FhirRequest::parse(method, part(), None, body).expect("is passed on");
    (FhirAddress { slug, environment }, request.as_source(APPLICATION).expect("fits a header"))
}

#[tokio::test]
async fn interactions_are_the_golden_ones() {
    for name in [
        "fhir-read",
        "fhir-read-not-found",
        "fhir-search",
        "fhir-search-nobody",
        "fhir-operation",
        "fhir-operation-refused",
        "fhir-unknown-destination",
    ] {
        let clock = TestClock::new();
        let peer = Peer::start(&clock).await;
        let client = Client::new(setup(&peer.url, oauth().0, &clock)).expect("a client is set up");
        let exchange = golden(name);
        let answer = bytes(&exchange["response"]["body"]);
        let (path, _) = address(&exchange);
        let kind = ("content-type", "application/fhir+json; charset=utf-8");
        peer.then(path.clone(), Act::SayWith(status(&exchange), kind, answer.clone()));
        let (to, request) = parsed(&exchange);
        let got = client.fhir(&to, request, Duration::from_mins(2)).await.expect("an answer");
        assert_eq!(got.reply.word(), exchange["means"], "{name}");
        assert_eq!((got.body, got.content_type.as_deref()), (Bytes::from(answer), Some(kind.1)), "{name}");
        let seen = peer.seen(&path).remove(0);
        assert_same_frame(&seen, &exchange["request"]);
        assert_eq!(String::from_utf8(seen.body).expect("is text"), bytes(&exchange["request"]["body"]), "{name}");
    }
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_lost() {
    let clock = TestClock::new();
    let peer = Peer::start(&clock).await;
    let client = Client::new(setup(&peer.url, oauth().0, &clock)).expect("a client is set up");
    client.tokens().token().await.expect("a token");
    peer.then("/fhir/R4/memorial/Development/Patient/p-1", Act::Hold(Gate::closed()));
    let to = FhirAddress { slug: "memorial".to_owned(), environment: "Development".to_owned() };
    let request = FhirRequest::read("Patient", "p-1").expect("is one");
    // Nothing will ever come, so any time limit shows the same.
    let lost = client.fhir(&to, request, Duration::from_millis(50)).await;
    assert!(matches!(lost, Err(SendError::Lost(Lost::Timeout))), "{lost:?}");
}
