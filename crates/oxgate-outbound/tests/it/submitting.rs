//! What becomes durable with a submission, and what a repeat of it finds.

use crate::gateway::{Gateway, order, plan, submission};
use oxgate_core::{Direction, Phi, State};
use oxgate_outbound::enqueue::{EnqueueError, Queued};
use oxgate_outbound::submit::Submission;
use oxgate_outbound::validate::Invalid;
use oxgate_outbound::{Roads, SubmissionError};
use std::collections::HashMap;
use std::future::ready;
use std::sync::Arc;

#[tokio::test]
async fn g1_a_queued_submission_survives_without_a_dispatcher() {
    let gateway = Gateway::new();
    let body = order("O-1", r#"[{"ID":"d-lab"}]"#);
    let correlation = Some(Phi::new("ward 7".to_owned()));
    let queued = gateway.try_submit(Submission { correlation, ..submission(&body) }).await.unwrap();
    let gateway = gateway.reopen().await;
    let row = gateway.store.event(queued.event()).await.unwrap().unwrap();
    assert_eq!((row.direction, row.door.as_str(), row.partner.as_str()), (Direction::Outbound, "api", "general"));
    assert_eq!((row.address.kind().as_str(), row.address.destination.as_str()), ("Order.New", "d-lab"));
    assert_eq!(gateway.store.open_text(&row.correlation.unwrap()).as_deref(), Some("ward 7"));
    assert_eq!(gateway.store.body(queued.event()).await.unwrap().unwrap(), body.as_bytes());
    let standing = gateway.outbound.wait(queued.clone(), ready(())).await.unwrap();
    assert_eq!(standing, queued);
    assert_eq!((standing.state(), standing.is_done()), (State::Queued, false));
}

#[tokio::test]
async fn each_destination_is_a_delivery_in_its_lane() {
    let gateway = Gateway::new();
    let queued = gateway.submit(&order("O-1", r#"[{"ID":"d-radiology"},{"Name":"Lab"}]"#)).await;
    let shown: Vec<_> = queued.deliveries().iter().map(|d| (d.id.n, d.destination.as_str(), d.lane.as_str())).collect();
    assert_eq!(
        shown,
        [
            (0, "d-radiology", "source=s-1 destination=d-radiology model=Order"),
            (1, "d-lab", "source=s-1 destination=d-lab model=Order"),
        ]
    );
    let rows = gateway.store.deliveries(queued.event()).await.unwrap();
    let stored: Vec<_> = rows.iter().map(|row| (row.id, row.lane_label.as_str(), row.target.as_str())).collect();
    let expected: Vec<_> = queued.deliveries().iter().map(|d| (d.id, d.lane.as_str(), "redox")).collect();
    assert_eq!(stored, expected);
}

#[tokio::test]
async fn an_idempotency_key_stands_for_one_body_of_one_client() {
    let gateway = Gateway::new();
    let (body, other) = (order("O-1", r#"[{"ID":"d-lab"},{"Name":"Radiology"}]"#), order("O-2", r#"[{"ID":"d-lab"}]"#));
    let keyed = |client: &str, body: &str| Submission {
        client: client.into(),
        idempotency_key: Some(Phi::new("order-1".into())),
        ..submission(body)
    };
    let submit = |submission| gateway.try_submit(submission);
    let ids = |queued: &Queued| (queued.event(), queued.deliveries().to_vec());
    let first = submit(keyed("key-1", &body)).await.unwrap();
    let again = submit(keyed("key-1", &body)).await.unwrap();
    assert_eq!(ids(&first), ids(&again));
    assert_eq!((first.is_repeat(), again.is_repeat()), (false, true));
    let error = submit(keyed("key-1", &other)).await.unwrap_err();
    let SubmissionError::Enqueue(EnqueueError::KeyReused { event }) = &error else { panic!("{error}") };
    assert_eq!(*event, first.event());
    assert!(error.to_string().contains(&first.event().to_string()));
    let elsewhere = submit(keyed("key-2", &other)).await.unwrap();
    assert_ne!(elsewhere.event(), first.event());
    let gateway = gateway.reopen().await;
    let after = gateway.try_submit(keyed("key-1", &body)).await.unwrap();
    assert_eq!(ids(&first), ids(&after));
}

#[tokio::test]
async fn a_reload_counts_for_what_comes_after_it() {
    let gateway = Gateway::new();
    let by_name = order("O-1", r#"[{"Name":"Lab"}]"#);
    let before = gateway.submit(&by_name).await;
    let mut changed = plan();
    changed.destinations[0].name = "Laboratory".into();
    changed.destinations[0].id = "d-other".into();
    gateway.outbound.replace(Roads { plan: Arc::new(changed), clients: HashMap::new() });
    let error = gateway.try_submit(submission(&by_name)).await.unwrap_err();
    assert!(matches!(error, SubmissionError::Invalid(Invalid::UnknownDestination { index: 0, .. })), "{error}");
    // What was accepted goes where it was accepted for.
    let stored = gateway.store.body(before.event()).await.unwrap().unwrap();
    assert_eq!(String::from_utf8(stored).unwrap(), order("O-1", r#"[{"ID":"d-lab","Name":"Lab"}]"#));
}
