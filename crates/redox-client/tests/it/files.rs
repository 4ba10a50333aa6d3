//! Uploads: the multipart body on the wire, streams that cannot be sent twice, and what the answers mean.

use std::io;

use bytes::Bytes;
use futures_util::stream;
use redox_client::{Client, File, SendError};
use redox_wire::reply::Reply;
use redox_wire::upload::UploadReply;
use serde_json::Value;

use crate::golden::{assert_same_frame, bytes, golden, status};
use crate::peer::{Act, Peer, TOKEN};
use crate::{TestClock, oauth, setup};

const UPLOAD: &str = "/upload";
const STORED: &str = r#"{"URI":"https://blob.redoxengine.com/14652614"}"#;

async fn peer() -> (Peer, Client) {
    let clock = TestClock::new();
    let peer = Peer::start(&clock).await;
    let client = Client::new(setup(&peer.url, oauth().0, &clock)).expect("a client is set up");
    (peer, client)
}

fn report() -> File {
    let file = File::whole(Bytes::from_static(b"%PDF-1.4 invented"), Some("application/pdf".to_owned()));
    File { name: Some("report.pdf".to_owned()), ..file }
}

fn chunks(bytes: &'static [u8]) -> impl futures_util::TryStream<Ok = Bytes, Error = io::Error> + Send + 'static {
    stream::iter(bytes.chunks(5).map(|chunk| Ok::<_, io::Error>(Bytes::from_static(chunk))))
}

/// A recorded multipart body with the boundary that was really used.
fn with_boundary(exchange: &Value, content_type: &str) -> String {
    let (_, boundary) = content_type.split_once("boundary=").expect("has a boundary");
    bytes(&exchange["request"]["body"]).replace("<boundary>", boundary)
}

#[tokio::test]
async fn uploads_are_the_golden_ones() {
    for name in ["upload-accepted", "upload-too-large", "upload-forbidden", "upload-unavailable"] {
        let (peer, client) = peer().await;
        let exchange = golden(name);
        let body = bytes(&exchange["response"]["body"]);
        peer.then(UPLOAD, Act::SayWith(status(&exchange), ("x-test", "golden"), body));
        let word = match client.upload(report()).await.expect("a reply") {
            UploadReply::Stored(uri) => {
                assert_eq!(exchange["response"]["body"]["URI"], uri.as_str());
                "uploaded"
            }
            UploadReply::NotStored(reply) => reply.word(),
        };
        assert_eq!(word, exchange["means"], "{name}");
        let seen = peer.seen(UPLOAD).remove(0);
        assert_same_frame(&seen, &exchange["request"]);
        let wanted = with_boundary(&exchange, seen.header("content-type").expect("has a type"));
        assert_eq!(String::from_utf8(seen.body).expect("is text"), wanted, "{name}");
    }
}

#[tokio::test]
async fn a_stream_arrives_whole_with_and_without_its_length() {
    const CONTENT: &[u8] = b"an invented report that comes in pieces";
    for length in [Some(CONTENT.len() as u64), None] {
        let (peer, client) = peer().await;
        peer.then(UPLOAD, Act::Say(201, STORED));
        let stored = client.upload(File::streamed(chunks(CONTENT), length, None)).await.expect("a reply");
        assert!(matches!(stored, UploadReply::Stored(_)), "{stored:?}");
        let seen = peer.seen(UPLOAD).remove(0);
        assert_eq!(seen.header("content-length").is_some(), length.is_some());
        let body = String::from_utf8(seen.body).expect("is text");
        assert!(body.contains("\r\n\r\nan invented report that comes in pieces\r\n--"), "{body}");
        assert!(body.contains("name=\"file\"; filename=\"file\"\r\nContent-Type: application/octet-stream"), "{body}");
    }
}

#[tokio::test]
async fn a_401_costs_a_new_token_and_one_more_try_if_the_bytes_are_there() {
    let (peer, client) = peer().await;
    peer.then(UPLOAD, Act::Say(401, "Invalid request"));
    peer.then(UPLOAD, Act::Say(201, STORED));
    assert!(matches!(client.upload(report()).await, Ok(UploadReply::Stored(_))));
    assert_eq!((peer.count(TOKEN), peer.count(UPLOAD)), (2, 2));

    peer.then(UPLOAD, Act::Say(401, "Invalid request"));
    let refused = client.upload(File::streamed(chunks(b"once"), None, None)).await.expect("a reply");
    assert!(matches!(refused, UploadReply::NotStored(Reply::Unauthorized(_))), "{refused:?}");
    assert_eq!((peer.count(TOKEN), peer.count(UPLOAD)), (2, 3), "what has flowed away is not sent again");
    peer.then(UPLOAD, Act::Say(201, STORED));
    assert!(matches!(client.upload(report()).await, Ok(UploadReply::Stored(_))));
    assert_eq!(peer.count(TOKEN), 3, "the next upload has a new token");
}

#[tokio::test]
async fn a_stream_that_breaks_breaks_the_upload() {
    let (_peer, client) = peer().await;
    let pieces = [Ok(Bytes::from_static(b"begun")), Err(io::Error::other("the application went away"))];
    let error = client.upload(File::streamed(stream::iter(pieces), None, None)).await.expect_err("breaks");
    assert!(matches!(error, SendError::Lost(_)), "{error:?}");
}

#[tokio::test]
async fn a_media_type_that_is_none_is_not_sent() {
    let (peer, client) = peer().await;
    let file = File::whole(Bytes::from_static(b"x"), Some("not a type".to_owned()));
    let error = client.upload(file).await.expect_err("cannot be built");
    assert!(error.is_certainly_not_accepted(), "{error:?}");
    assert_eq!(peer.count(UPLOAD), 0);
}
