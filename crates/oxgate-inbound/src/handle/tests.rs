//! Handlers against scripted peers: what they send, and how they read what comes back.

use super::guard::Lookup;
use super::peer::{Message, Peer};
use super::{DiscardHandler, OpsHandler, PeerSettings};
use crate::Counts;
use crate::tests::fixture::{Road, SECRET, ScriptedPeer, Seen, arrival, message, peer};
use aws_lc_rs::digest;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use oxgate_core::{Flags, Reason, Timestamp};
use oxgate_dispatch::{Body, Job, Outcome, Report, Target};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

fn ok(_: &Seen) -> Response {
    StatusCode::OK.into_response()
}

/// Any delivery.
async fn some_job(road: &Road) -> Job {
    let event = road.post(arrival("log-1")).await.event();
    road.job(event).await
}

/// HMAC-SHA256 written out after RFC 2104, so that the check does not lean on what it checks.
fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    let padded = |with: u8| -> Vec<u8> {
        let key = key.iter().copied().chain(std::iter::repeat(0)).take(64);
        key.map(|byte| byte ^ with).collect()
    };
    let sha256 = |parts: &[&[u8]]| digest::digest(&digest::SHA256, &parts.concat()).as_ref().to_vec();
    let inner = sha256(&[&padded(0x36), message]);
    sha256(&[&padded(0x5c), &inner])
}

#[tokio::test]
async fn a_webhook_is_redox_s_bytes_with_our_headers_and_a_standard_signature() {
    let (road, app) = (Road::new(), ScriptedPeer::new(ok).await);
    let body = arrival("log-1").replace("\"FacilityCode\"", "\"Test\":true, \"FacilityCode\"");
    let event = road.post(body.clone()).await.event();
    let report = road.handler(peer(&app.url)).deliver(road.job(event).await).await;
    assert_eq!(report, Report::accepted().with_status(200));
    let seen = &app.seen()[0];
    assert_eq!((seen.body.as_ref(), seen.header("content-type")), (body.as_bytes(), Some("application/json")));
    let id = event.to_string();
    let expected = [
        ("webhook-id", Some(id.as_str())),
        ("webhook-timestamp", Some("1772366400")),
        ("oxgate-delivery", Some(&event.delivery(0).to_string())),
        ("oxgate-attempt", Some("3")),
        ("oxgate-endpoint", Some("main")),
        ("oxgate-test", Some("true")),
        ("oxgate-answers", None),
        ("oxgate-correlation", None),
        ("oxgate-out-of-order", None),
        ("oxgate-conflict-with", None),
        ("oxgate-body", None),
    ];
    for (name, value) in expected {
        assert_eq!(seen.header(name), value, "{name}");
    }
    let key = STANDARD.decode(SECRET.strip_prefix("whsec_").expect("a prefix")).expect("base 64");
    let signed = [format!("{id}.1772366400.").as_bytes(), body.as_bytes()].concat();
    let signature = format!("v1,{}", STANDARD.encode(hmac_sha256(&key, &signed)));
    assert_eq!(seen.header("webhook-signature"), Some(signature.as_str()));
}

#[tokio::test]
async fn a_repeat_carries_the_same_id_and_a_new_signature() {
    let (road, app) = (Road::new(), ScriptedPeer::new(ok).await);
    let handler = road.handler(peer(&app.url));
    let first = some_job(&road).await;
    handler.deliver(first.clone()).await;
    handler.deliver(Job { attempt_no: 4, ..first }).await;
    let seen = app.seen();
    assert_eq!(seen[0].header("webhook-id"), seen[1].header("webhook-id"));
    assert_eq!((seen[0].header("oxgate-attempt"), seen[1].header("oxgate-attempt")), (Some("3"), Some("4")));
}

#[tokio::test]
async fn what_the_gateway_knows_stands_in_headers() {
    let (road, app) = (Road::new(), ScriptedPeer::new(ok).await);
    let body = |order: &str| message("Order.New", Some(("log-1", "a")), &format!(r#""Order":{{"ID":"{order}"}}"#));
    let first = road.post(body("7")).await.event();
    let other = road.post(body("8")).await.event();
    let mut conflict = road.job(other).await;
    conflict.out_of_order = true;
    conflict.event.flags = conflict.event.flags.with(Flags::UNREADABLE);
    road.handler(peer(&app.url)).deliver(conflict).await;
    let seen = &app.seen()[0];
    assert_eq!(seen.header("oxgate-conflict-with"), Some(first.to_string().as_str()));
    assert_eq!((seen.header("oxgate-out-of-order"), seen.header("oxgate-unreadable")), (Some("true"), Some("true")));
}

#[tokio::test]
async fn a_large_body_is_a_signed_link() {
    let (road, app) = (Road::new(), ScriptedPeer::new(ok).await);
    let mut large = some_job(&road).await;
    large.body = Body::Large;
    let (id, bytes) = (large.event.id, large.event.body_bytes);
    road.handler(peer(&app.url)).deliver(large).await;
    let seen = &app.seen()[0];
    assert_eq!((seen.header("oxgate-body"), seen.header("content-type")), (Some("link"), Some("application/json")));
    let link: serde_json::Value = serde_json::from_slice(&seen.body).expect("JSON");
    let expected = serde_json::json!({
        "event_id": id.to_string(),
        "payload_url": format!("https://oxgate.example/v1/events/{id}/payload"),
        "bytes": bytes,
        "content_type": "application/json",
    });
    assert_eq!(link, expected);
}

#[tokio::test]
async fn an_ops_event_is_posted_as_json() {
    let (road, watcher) = (Road::new(), ScriptedPeer::new(ok).await);
    let mut ops = some_job(&road).await;
    let body = r#"{"type":"delivery.parked","timestamp":"2026-03-01T12:00:00.000Z","data":{}}"#;
    ops.body = Body::Inline(Bytes::from(body));
    ops.event.content_type = String::new();
    let handler = OpsHandler::new(&peer(&watcher.url), road.clock.clone()).expect("good settings");
    assert_eq!(handler.deliver(ops).await.outcome, Outcome::Accepted);
    let seen = &watcher.seen()[0];
    assert_eq!((seen.body.as_ref(), seen.header("content-type")), (body.as_bytes(), Some("application/json")));
    assert!(seen.header("webhook-signature").is_some() && seen.header("oxgate-endpoint").is_none());
}

#[tokio::test]
async fn discarding_is_counted() {
    let road = Road::new();
    let counts = Arc::new(Counts::default());
    let handler = DiscardHandler::new(Arc::clone(&counts));
    assert_eq!(handler.deliver(some_job(&road).await).await.outcome, Outcome::Accepted);
    assert_eq!(counts.discarded.get(), 1);
}

#[tokio::test]
async fn statuses_tell_target_from_event() {
    let road = Road::new();
    let status = Arc::new(AtomicU16::new(200));
    let scripted = Arc::clone(&status);
    let app = ScriptedPeer::new(move |_| {
        let status = StatusCode::from_u16(scripted.load(Ordering::SeqCst)).expect("a status");
        (status, [("retry-after", "17"), ("location", "/elsewhere")], "no, because of Quillonette Marzibando")
            .into_response()
    })
    .await;
    let (handler, job) = (road.handler(peer(&app.url)), some_job(&road).await);
    let (target, event) = (Outcome::TargetFailed, Outcome::EventFailed);
    let table = [
        (301, target),
        (307, target),
        (400, event),
        (401, target),
        (403, target),
        (404, target),
        (407, target),
        (408, target),
        (409, event),
        (410, event),
        (413, event),
        (421, target),
        (422, event),
        (425, target),
        (429, target),
        (500, event),
        (501, target),
        (502, target),
        (503, target),
        (504, target),
    ];
    for (code, outcome) in table {
        status.store(code, Ordering::SeqCst);
        let report = handler.deliver(job.clone()).await;
        assert_eq!((report.outcome, report.status, &report.reason), (outcome, Some(code), &Reason::status(code)));
        assert_eq!(report.detail.as_deref(), Some(b"no, because of Quillonette Marzibando".as_slice()));
        assert_eq!(report.retry_after, Some(Duration::from_secs(17)));
        assert!(!format!("{report:?}").contains("Quillonette"));
    }
    for code in [200, 201, 204] {
        status.store(code, Ordering::SeqCst);
        let report = handler.deliver(job.clone()).await;
        assert_eq!((report.outcome, report.detail), (Outcome::Accepted, None));
    }
    // One request for each: no redirect was followed.
    assert_eq!(app.seen().len(), table.len() + 3);
}

#[tokio::test]
async fn only_the_beginning_of_what_a_peer_says_is_kept() {
    let road = Road::new();
    let app = ScriptedPeer::new(|_| (StatusCode::CONFLICT, "x".repeat(100_000)).into_response()).await;
    let report = road.handler(peer(&app.url)).deliver(some_job(&road).await).await;
    assert_eq!(report.detail.map(|detail| detail.len()), Some(4 * 1024));
}

#[tokio::test]
async fn a_success_whose_body_breaks_off_is_a_success() {
    let (listener, address) = listener().await;
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = vec![0; 64 * 1024];
            let _length = stream.read(&mut request).await.expect("a request");
            let half = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf";
            stream.write_all(half).await.expect("written");
        }
    });
    let road = Road::new();
    let report = road.handler(peer(&format!("http://{address}/"))).deliver(some_job(&road).await).await;
    assert_eq!(report, Report::accepted().with_status(200));
}

/// What a handler reports of a peer that behaves like this.
async fn report_of(settings: PeerSettings) -> (Outcome, Reason) {
    let road = Road::new();
    let report = road.handler(settings).deliver(some_job(&road).await).await;
    assert_eq!(report.status, None);
    (report.outcome, report.reason)
}

async fn listener() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound").to_string();
    (listener, address)
}

#[tokio::test]
async fn a_refused_connection_is_the_target_s() {
    let (listener, address) = listener().await;
    drop(listener);
    assert_eq!(report_of(peer(&format!("http://{address}/"))).await, (Outcome::TargetFailed, Reason::CONNECT));
}

#[tokio::test]
async fn silence_is_the_target_s() {
    let (_listener, address) = listener().await;
    let impatient = PeerSettings { timeout: Duration::from_millis(20), ..peer(&format!("http://{address}/")) };
    assert_eq!(report_of(impatient).await, (Outcome::TargetFailed, Reason::TIMEOUT));
}

#[tokio::test]
async fn a_dropped_connection_is_the_event_s() {
    let (listener, address) = listener().await;
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut some = [0; 16];
            let _read = stream.read(&mut some).await;
        }
    });
    assert_eq!(report_of(peer(&format!("http://{address}/"))).await, (Outcome::EventFailed, Reason::RESET));
}

/// Self-signed for these tests; nothing trusts it, and its key was thrown away.
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----
MIIBrjCCAVOgAwIBAgIUcImWozzkZqJooIwBGW5t0g3RbVIwCgYIKoZIzj0EAwIw
KzEpMCcGA1UEAwwgb3hnYXRlIHRlc3Qgcm9vdCwgdHJ1c3RzIG5vdGhpbmcwIBcN
MjYxMTIyMjI0NDUzWhgPMjEyNjEwMjkyMjQ0NTNaMCsxKTAnBgNVBAMMIG94Z2F0
ZSB0ZXN0IHJvb3QsIHRydXN0cyBub3RoaW5nMFkwEwYHKoZIzj0CAQYIKoZIzj0D
AQcDQgAE5zc3pTvQBYFj43brF5EMgSWAiOT3KoM1c1IzOjv4lXQ5cXZfQHA7WI7h
M4CoSkgCddcCSXbOnKDrH+5S8+SYFaNTMFEwHQYDVR0OBBYEFHcAjEUMg0ptzDUs
GLGQXIzgYi5fMB8GA1UdIwQYMBaAFHcAjEUMg0ptzDUsGLGQXIzgYi5fMA8GA1Ud
EwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhAN5YGP9c+Gx9F2wGL7YJV0lF
QAlbfwTGSaFzKnBLNbmVAiEAjzgvWREdmmRtqXLYnvjV14AaGCqKMT/i6+5kE4fR
OOQ=
-----END CERTIFICATE-----
";

#[tokio::test]
async fn a_failed_handshake_is_the_target_s() {
    let plain = ScriptedPeer::new(ok).await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let ca_file = folder.path().join("ca.pem");
    std::fs::write(&ca_file, CERTIFICATE).expect("written");
    let over_tls = PeerSettings { ca_file: Some(ca_file), ..peer(&plain.url.replace("http:", "https:")) };
    assert_eq!(report_of(over_tls).await, (Outcome::TargetFailed, Reason::TLS));
    assert_eq!(plain.seen().len(), 0);
}

/// What is reported of a peer whose name is looked up like this.
async fn report_of_lookup(found: fn() -> io::Result<Vec<SocketAddr>>) -> Report {
    let lookup: Lookup = Arc::new(move |_| Box::pin(std::future::ready(found())));
    let peer = Peer::with_lookup(&peer("http://handler.example/"), lookup).expect("good settings");
    let (headers, body) = (HeaderMap::new(), Bytes::from("{}"));
    peer.deliver(Message { id: "evt_1", at: Timestamp(0), content_type: "", headers, body }).await
}

#[tokio::test]
async fn a_name_that_is_not_known_is_the_target_s() {
    let report = report_of_lookup(|| Err(io::Error::other("no such name"))).await;
    assert_eq!((report.outcome, report.reason), (Outcome::TargetFailed, Reason::DNS));
}

#[tokio::test]
async fn a_name_that_leads_to_a_metadata_service_is_never_connected_to() {
    let report = report_of_lookup(|| Ok(vec![SocketAddr::from(([169, 254, 169, 254], 80))])).await;
    assert_eq!((report.outcome, report.reason.as_str()), (Outcome::TargetFailed, "address-refused"));
}

#[tokio::test]
async fn health_is_what_its_url_says() {
    let app = ScriptedPeer::new(|seen: &Seen| match seen.uri.path() {
        "/well" => StatusCode::NO_CONTENT.into_response(),
        _ => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    })
    .await;
    let road = Road::new();
    let at = |path: &str| PeerSettings { health_url: Some(app.url.replace("/hook", path)), ..peer(&app.url) };
    assert!(road.handler(at("/well")).healthy().await);
    assert!(!road.handler(at("/ill")).healthy().await);
    assert!(!road.handler(peer(&app.url)).healthy().await);
}
