//! The answer that a submission waits for: armed with it, counted from the settle, found by its keys.

use crate::gateway::{Gateway, order, submission};
use oxgate_core::delivery::Delivery;
use oxgate_core::expectation::{Grade, KeyKind, Standing};
use oxgate_core::lane::LaneScope;
use oxgate_core::{Address, Clock, ContentHash, Direction, Flags, OrderKeys, Phi, Reason, Refs};
use oxgate_outbound::submit::Submission;
use oxgate_store::command::{Accept, Accepted, AnswerProbe, NewDelivery, NewEvent};
use oxgate_store::view::ExpectationQuery;
use std::time::Duration;

#[tokio::test]
async fn g7_an_expectation_is_armed_with_the_event_and_counts_from_the_settle() {
    let mut gateway = Gateway::new();
    let reply_within = Some(Duration::from_mins(90));
    let body = order("O-1", r#"[{"ID":"d-lab"}]"#);
    let queued = gateway.try_submit(Submission { reply_within, ..submission(&body) }).await.unwrap();
    let event = queued.event();
    let before = gateway.store.expectations(ExpectationQuery::of(event)).await.unwrap();
    let [armed] = &before[..] else { panic!("{before:?}") };
    assert_eq!((armed.standing, armed.due_at), (Standing::Armed, None));
    assert_eq!((armed.rule.as_str(), armed.partner.as_str()), ("order", "general"));
    gateway.clock.advance(Duration::from_hours(5));
    gateway.run();
    gateway.done(queued).await;
    let after = gateway.store.expectations(ExpectationQuery::of(event)).await.unwrap();
    assert_eq!(after[0].standing, Standing::Waiting);
    assert_eq!(after[0].due_at, Some(gateway.clock.now().plus(Duration::from_mins(90))));
}

#[tokio::test]
async fn g7_each_partner_is_expected_to_answer_once() {
    let gateway = Gateway::new();
    let all = r#"[{"ID":"d-lab"},{"ID":"d-radiology"},{"ID":"d-elsewhere"}]"#;
    let queued = gateway.submit(&order("O-1", all)).await;
    let rows = gateway.store.expectations(ExpectationQuery::of(queued.event())).await.unwrap();
    let mut partners: Vec<_> = rows.iter().map(|row| row.partner.as_str()).collect();
    partners.sort_unstable();
    assert_eq!(partners, ["county", "general"]);
    assert!(rows.iter().all(|row| row.standing == Standing::Armed));
}

#[tokio::test]
async fn g7_an_answer_with_the_same_keys_finds_the_question() {
    let gateway = Gateway::new();
    let body = order("O-1", r#"[{"ID":"d-lab"}]"#);
    let correlation = Some(Phi::new("ward 7".to_owned()));
    let queued = gateway.try_submit(Submission { correlation, ..submission(&body) }).await.unwrap();
    for (partner, order) in [("county", "O-1"), ("general", "O-2")] {
        let Accepted::New { answers, .. } = gateway.store.accept(answer(&gateway, partner, order).await).await.unwrap()
        else {
            panic!("not accepted");
        };
        assert_eq!(answers, [], "{partner} {order}");
    }
    let accepted = gateway.store.accept(answer(&gateway, "general", "O-1").await).await.unwrap();
    let Accepted::New { answers, .. } = accepted else { panic!("not accepted") };
    let [link] = &answers[..] else { panic!("{answers:?}") };
    assert_eq!((link.question, link.grade), (queued.event(), Grade::Exact));
    let sealed = link.correlation.as_ref().unwrap();
    assert_eq!(gateway.store.open_text(sealed).as_deref(), Some("ward 7"));
}

/// Results of this order, as the inbound road would accept them.
async fn answer(gateway: &Gateway, partner: &str, order: &str) -> Accept {
    let keyed = gateway.store.keyed();
    let now = gateway.clock.now();
    Accept {
        event: NewEvent {
            tag: gateway.store.tag(),
            direction: Direction::Inbound,
            door: "main".into(),
            partner: partner.into(),
            address: Address { model: "Results".into(), event_type: "New".into(), ..Address::default() },
            flags: Flags::default(),
            accepted_at: now,
            parent: None,
            content: ContentHash::of([order.as_bytes(), partner.as_bytes()]),
            content_type: "application/json".into(),
            body: gateway.store.seal(b"{}").await.expect("takes bodies"),
            refs: Refs::default(),
            correlation: None,
        },
        dedup: None,
        deliveries: vec![NewDelivery {
            target: "unrouted".into(),
            scope: LaneScope::default(),
            keys: OrderKeys::Free,
            delivery: Delivery::parked(now, Reason::UNROUTED),
        }],
        answers: Some(AnswerProbe {
            partner: partner.into(),
            rules: vec!["order".into()],
            parts: vec![vec![(KeyKind::Order, keyed.hash("order", order))]],
            patients: vec![keyed.patient("MR", "MRN-4711-0815")],
        }),
    }
}
