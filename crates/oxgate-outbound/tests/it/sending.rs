//! What leaves for Redox, and what becomes of a delivery by the reply.

use crate::gateway::{Act, Gateway, order, submission};
use oxgate_core::delivery::Policy;
use oxgate_core::lane::{LaneBy, LaneScope};
use oxgate_core::order::OrderBy;
use oxgate_core::{Address, Clock, Delivery, Fact, OrderKeys, Reason, State};
use oxgate_outbound::submit::Submission;
use oxgate_store::command::{NewDelivery, Record, Recorded};
use redox_client::TokenError;
use redox_client::transport::{Lost, NotSent};
use std::time::Duration;

const LAB: &str = r#"[{"ID":"d-lab"}]"#;
const RADIOLOGY: &str = r#"[{"ID":"d-radiology"}]"#;

#[tokio::test]
async fn each_destination_gets_the_body_with_itself_alone() {
    let mut gateway = Gateway::new();
    gateway.run();
    let given = r#"[ {"ID":"d-lab", "Name":"x"} , {"Name":"Radiology"},{"ID":"d-elsewhere"} ]"#;
    let body = order("O-1", given);
    let queued = gateway.submit(&body).await;
    let done = gateway.done(queued).await;
    assert_eq!(done.state(), State::Settled);
    let mut sent = gateway.redox.sent();
    sent.sort();
    let mut expected = [
        r#"[ {"ID":"d-lab", "Name":"x"} ]"#,
        r#"[ {"ID":"d-radiology","Name":"Radiology"} ]"#,
        r#"[ {"ID":"d-elsewhere"} ]"#,
    ]
    .map(|only| body.replace(given, only));
    expected.sort();
    assert_eq!(sent, expected);
    let rows = gateway.store.deliveries(done.event()).await.unwrap();
    let mut receipts: Vec<_> = rows.into_iter().map(|row| row.receipt.unwrap()).collect();
    receipts.sort();
    assert_eq!(receipts, ["log-1", "log-2", "log-3"]);
}

#[tokio::test]
async fn a_replay_goes_to_the_destination_of_the_first_delivery() {
    let mut gateway = Gateway::new();
    gateway.run();
    let body = order("O-1", r#"[{"ID":"d-lab"},{"ID":"d-radiology"}]"#);
    let done = gateway.submit(&body).await;
    let done = gateway.done(done).await;
    let first = done.deliveries()[1].id;
    let address = Address {
        source: "s-1".into(),
        destination: "d-radiology".into(),
        model: "Order".into(),
        ..Address::default()
    };
    let again = NewDelivery {
        target: "redox".into(),
        scope: LaneScope::of(&LaneBy::OUTBOUND, OrderBy::All, "api", &address),
        keys: OrderKeys::All,
        delivery: Delivery::queued(gateway.clock.now(), None),
    };
    let record = Record { instead: Some(again), ..Record::new(first, Fact::Replay, Policy::REDOX) };
    let recorded = gateway.store.record(record).await.unwrap();
    let Recorded::Done { made: Some(made), .. } = recorded else { panic!("{recorded:?}") };
    assert_eq!(made.n, 2);
    gateway.redox.has_sent(3).await;
    assert_eq!(gateway.redox.sent()[2], order("O-1", RADIOLOGY));
}

#[tokio::test]
async fn what_redox_refuses_is_parked_and_the_next_one_goes() {
    let mut gateway = Gateway::new();
    gateway.redox.next(Act::Say(400, r#"{"Meta":{"Errors":[{"Text":"no","Module":"DataModels"}]}}"#));
    gateway.redox.next(Act::Say(200, r#"{"Meta":{"Logs":[{"ID":"log-x"}],"Errors":[{"Text":"odd"}]}}"#));
    let mut queued = Vec::new();
    for id in ["O-1", "O-2", "O-3"] {
        queued.push(gateway.submit(&order(id, LAB)).await);
    }
    gateway.run();
    let mut found = Vec::new();
    for one in queued {
        let done = gateway.done(one).await;
        let row = gateway.store.delivery(done.deliveries()[0].id).await.unwrap().unwrap();
        found.push((row.row.state, row.row.reason, row.receipt));
    }
    assert_eq!(found[0], (State::Parked, Reason::REJECTED, None));
    assert_eq!(found[1], (State::Parked, Reason::ACCEPTED_WITH_ERRORS, Some("log-x".into())));
    assert_eq!(found[2].0, State::Settled);
    assert_eq!(gateway.redox.sent().len(), 3);
}

#[tokio::test]
async fn g4_an_outage_parks_nothing_and_what_was_not_sent_is_sent_later() {
    let mut gateway = Gateway::new();
    gateway.redox.next(Act::Fail(NotSent::Connect("refused".into()).into()));
    gateway.redox.next(Act::Say(503, ""));
    gateway.redox.next(Act::Say(401, "Invalid request"));
    gateway.redox.next(Act::Say(500, ""));
    let queued = gateway.submit(&order("O-1", LAB)).await;
    gateway.run();
    for attempt in 1..=4 {
        gateway.requeued(&queued, attempt).await;
        assert_eq!(gateway.redox.sent().len(), attempt as usize);
        // However far the back-off has grown, it is over by then.
        gateway.clock.advance(Duration::from_mins(10));
    }
    assert_eq!(gateway.done(queued).await.state(), State::Settled);
    assert_eq!(gateway.redox.sent().len(), 5);
}

#[tokio::test]
async fn g5_an_unknown_outcome_is_never_sent_again() {
    let mut gateway = Gateway::new();
    gateway.redox.next(Act::Fail(Lost::Timeout.into()));
    let first = gateway.submit(&order("O-1", LAB)).await;
    let behind = gateway.submit(&order("O-2", LAB)).await;
    gateway.run();
    let first = tokio::select! {
        done = gateway.done(first.clone()) => done,
        () = gateway.requeued(&first, 1) => panic!("queued to be sent again"),
    };
    let row = gateway.store.delivery(first.deliveries()[0].id).await.unwrap().unwrap().row;
    assert_eq!((row.state, row.reason), (State::Parked, Reason::UNKNOWN_OUTCOME));
    gateway.clock.advance(Duration::from_hours(24));
    // Another lane goes on, so the dispatcher has had its turn at everything that may go.
    let elsewhere = gateway.submit(&order("O-3", RADIOLOGY)).await;
    gateway.done(elsewhere).await;
    let mut gateway = gateway.reopen().await;
    gateway.run();
    let elsewhere = gateway.submit(&order("O-4", RADIOLOGY)).await;
    gateway.done(elsewhere).await;
    assert_eq!(gateway.redox.sent(), [order("O-4", RADIOLOGY)]);
    let behind = gateway.outbound.wait(behind, std::future::ready(())).await.unwrap();
    assert_eq!(behind.state(), State::Queued);
}

#[tokio::test]
async fn g5_an_attempt_cut_off_by_the_end_of_the_process_is_unknown() {
    let mut gateway = Gateway::new();
    gateway.redox.next(Act::Hang);
    let queued = gateway.submit(&order("O-1", LAB)).await;
    gateway.run();
    gateway.redox.has_sent(1).await;
    let row = gateway.store.delivery(queued.deliveries()[0].id).await.unwrap().unwrap().row;
    assert_eq!(row.state, State::Sending, "on disk before the first byte");
    let mut gateway = gateway.reopen().await;
    gateway.run();
    let done = gateway.done(queued).await;
    assert_eq!(done.state(), State::Parked);
    assert!(gateway.redox.sent().is_empty());
}

#[tokio::test]
async fn what_is_due_no_more_is_not_sent() {
    let mut gateway = Gateway::new();
    let expires_at = Some(gateway.clock.now().plus(Duration::from_mins(1)));
    let body = order("O-1", LAB);
    let queued = gateway.try_submit(Submission { expires_at, ..submission(&body) }).await.unwrap();
    gateway.clock.advance(Duration::from_mins(2));
    gateway.run();
    assert_eq!(gateway.done(queued).await.state(), State::Expired);
    assert!(gateway.redox.sent().is_empty());
}

#[tokio::test]
async fn g5_a_refused_token_is_no_attempt_and_leaves_nothing_unknown() {
    let mut gateway = Gateway::new();
    gateway.redox.refuse_token(TokenError::Refused { status: 401, text: None });
    let queued = gateway.submit(&order("O-1", LAB)).await;
    gateway.run();
    gateway.requeued(&queued, 0).await;
    let row = gateway.store.delivery(queued.deliveries()[0].id).await.unwrap().unwrap();
    assert_eq!((row.row.state, row.row.reason), (State::Queued, Reason::TOKEN_REFUSED));
    assert!(gateway.redox.sent().is_empty());
    let timeline = gateway.store.timeline(queued.event()).await.unwrap();
    let waits = timeline.iter().find(|entry| entry.what == "waiting").expect("told");
    assert_eq!(waits.reason, Reason::TOKEN_REFUSED);
    gateway.clock.advance(Duration::from_mins(10));
    assert_eq!(gateway.done(queued).await.state(), State::Settled);
}
