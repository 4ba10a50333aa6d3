//! Embedded files: uploaded before their event is sent, named in it, kept in the store.

use crate::gateway::{Act, Gateway, order, submission};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use oxgate_core::{Reason, State};
use redox_client::transport::NotSent;
use std::time::Duration;

const FILE: &[u8] = &[7; 1_200];

fn media(files: &str) -> String {
    format!(
        r#"{{"Media":{{"FileType":"PDF","FileContents":"{files}","FileName":"x" }},"Patient":{{"Identifiers":[{{"ID":"MRN-4711-0815","IDType":"MR"}}]}},
 "Meta":{{"DataModel":"Media","EventType":"New","Destinations":[{{"ID":"d-lab"}}],"Source":{{"ID":"s-1"}} }} }}"#
    )
}

fn embedded() -> String {
    media(&STANDARD.encode(FILE))
}

/// At level lenient a document needs more than these tests are about.
async fn submit(gateway: &Gateway, body: &str) -> oxgate_outbound::enqueue::Queued {
    let mut plan = crate::gateway::plan();
    plan.level = redox_model::validate::Level::Off;
    gateway.replace_plan(plan);
    gateway.try_submit(submission(body)).await.expect("queued")
}

#[tokio::test]
async fn a_large_file_is_uploaded_and_named_and_the_stored_body_keeps_it() {
    let mut gateway = Gateway::new();
    gateway.run();
    let queued = submit(&gateway, &embedded()).await;
    let done = gateway.done(queued).await;
    assert_eq!(done.state(), State::Settled);
    assert_eq!(gateway.redox.files(), [(FILE.to_vec(), Some("application/pdf".to_owned()))]);
    assert_eq!(gateway.redox.sent(), [media("https://blob.example/1")]);
    let stored = gateway.store.body(done.event()).await.unwrap().unwrap();
    assert_eq!(String::from_utf8(stored).unwrap(), embedded());
    let timeline = gateway.store.timeline(done.event()).await.unwrap();
    assert!(timeline.iter().any(|entry| entry.what == "file uploaded"), "{timeline:?}");
}

#[tokio::test]
async fn what_is_small_or_no_file_stays_where_it_is() {
    let mut gateway = Gateway::new();
    gateway.run();
    let small = media(&STANDARD.encode(&FILE[..900]));
    let uri = media(&format!("https://blob.example/{}", "7".repeat(2_000)));
    for body in [&small, &uri] {
        let queued = submit(&gateway, body).await;
        gateway.done(queued).await;
    }
    assert!(gateway.redox.files().is_empty());
    assert_eq!(gateway.redox.sent(), [small, uri]);
}

#[tokio::test]
async fn a_uri_is_used_again_for_a_while_and_then_made_anew() {
    let mut gateway = Gateway::new();
    for _ in 0..2 {
        gateway.redox.next(Act::Fail(NotSent::Connect("refused".into()).into()));
    }
    let queued = submit(&gateway, &embedded()).await;
    gateway.run();
    gateway.requeued(&queued, 1).await;
    assert_eq!(gateway.redox.files().len(), 1);
    gateway.clock.advance(Duration::from_mins(2));
    gateway.requeued(&queued, 2).await;
    assert_eq!(gateway.redox.files().len(), 1, "the same file, a moment later");
    gateway.clock.advance(Duration::from_mins(10));
    assert_eq!(gateway.done(queued).await.state(), State::Settled);
    assert_eq!(gateway.redox.files().len(), 2, "who knows how long Redox keeps what nothing names");
    assert_eq!(gateway.redox.sent().pop().unwrap(), media("https://blob.example/2"));
}

#[tokio::test]
async fn g5_a_crash_between_upload_and_send_leaves_the_event_queued_and_uploads_again() {
    let mut gateway = Gateway::new();
    let queued = submit(&gateway, &embedded()).await;
    gateway.redox.hang_after_upload();
    gateway.run();
    gateway.redox.has_uploaded(1).await;
    let row = gateway.store.delivery(queued.deliveries()[0].id).await.unwrap().unwrap();
    assert_eq!(row.row.state, State::Queued, "no promise was made yet");
    let mut gateway = gateway.reopen().await;
    gateway.run();
    assert_eq!(gateway.done(queued).await.state(), State::Settled);
    assert_eq!((gateway.redox.files().len(), gateway.redox.sent().len()), (1, 1), "uploaded again, sent once");
}

#[tokio::test]
async fn a_refused_file_parks_its_event_and_a_refused_upload_only_waits() {
    let mut gateway = Gateway::new();
    gateway.redox.refuse_file(502);
    gateway.redox.refuse_file(413);
    let queued = submit(&gateway, &embedded()).await;
    let behind = gateway.submit(&order("O-1", r#"[{"ID":"d-lab"}]"#)).await;
    gateway.run();
    gateway.requeued(&queued, 0).await;
    let row = gateway.store.delivery(queued.deliveries()[0].id).await.unwrap().unwrap().row;
    assert_eq!((row.state, row.reason), (State::Queued, Reason::status(502)));
    gateway.clock.advance(Duration::from_mins(1));
    let done = gateway.done(queued).await;
    let row = gateway.store.delivery(done.deliveries()[0].id).await.unwrap().unwrap().row;
    assert_eq!((row.state, row.reason), (State::Parked, Reason::word("file-refused")));
    assert_eq!(gateway.done(behind).await.state(), State::Settled);
}
