//! Redox's logs at work: sends in doubt, what became of accepted ones, gaps between the two sides, what may go where.

use crate::books::{Books, id, log};
use crate::gateway::{Act, Gateway, order, plan, submission};
use oxgate_core::order::OrderBy;
use oxgate_core::{Clock, Downstream, Reason, State};
use oxgate_outbound::compare::{Scope, compare};
use oxgate_outbound::enqueue::Queued;
use oxgate_outbound::plan::Plan;
use oxgate_outbound::reconcile::Reconciler;
use oxgate_outbound::validate::Invalid;
use oxgate_outbound::{Capabilities, Follower, SubmissionError};
use redox_client::SendError;
use redox_client::transport::Lost;
use redox_wire::platform::{LogKind, LogStatus, Refusal, Subscription};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

const LAB: &str = r#"[{"ID":"d-lab"}]"#;
const ATTEMPT_MAX: Duration = Duration::from_mins(2);

/// A gateway with an order whose reply was lost, and Redox's books. `exclusive`: nothing else sends as our source.
async fn in_doubt(exclusive: bool) -> (Gateway, Arc<Books>, Queued) {
    in_doubt_by(exclusive, plan()).await
}

/// The same with a plan of its own.
async fn in_doubt_by(exclusive: bool, plan: Plan) -> (Gateway, Arc<Books>, Queued) {
    let mut gateway = Gateway::new();
    let books = Arc::new(Books::default());
    let sources = HashSet::from_iter(exclusive.then(|| "s-1".to_owned()));
    let clock = Arc::clone(&gateway.clock) as Arc<dyn Clock>;
    let time = (clock, Arc::clone(&gateway.clock) as _);
    let reconciler = Reconciler::new(gateway.store.clone(), Arc::clone(&books), time, sources, ATTEMPT_MAX);
    gateway.redox.next(Act::Fail(SendError::Lost(Lost::Timeout)));
    gateway.run_with(Some(Arc::new(reconciler)));
    gateway.replace_plan(plan);
    let queued = gateway.submit(&order("O-1", LAB)).await;
    gateway.redox.has_sent(1).await;
    until(&gateway, &queued, State::Unknown).await;
    (gateway, books, queued)
}

/// Resolves when the first delivery is in this state.
async fn until(gateway: &Gateway, queued: &Queued, state: State) {
    let id = queued.deliveries()[0].id;
    loop {
        let row = gateway.store.delivery(id).await.expect("readable").expect("is there");
        if row.row.state == state {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn g5_a_lone_log_of_an_exclusive_source_settles_the_send() {
    let (gateway, books, queued) = in_doubt(true).await;
    books.write(log("log-of-it", gateway.clock.now(), LogStatus::Succeeded));
    gateway.clock.advance(Duration::from_mins(2));
    let filter = books.asked(1).await;
    assert_eq!((filter.kind, filter.data_model.as_deref()), (Some(LogKind::Send), Some("Order")));
    assert_eq!((filter.source.as_deref(), filter.destination.as_deref()), (Some("s-1"), Some("d-lab")));
    let done = gateway.done(queued).await;
    let row = gateway.store.delivery(done.deliveries()[0].id).await.unwrap().unwrap();
    assert_eq!((row.row.state, row.receipt.as_deref()), (State::Settled, Some("log-of-it")));
    assert_eq!(row.row.reason, Reason::FOUND_IN_LOG);
    assert_eq!(gateway.redox.sent().len(), 1, "it is not sent again");
}

#[tokio::test]
async fn g5_otherwise_a_person_decides_and_sees_the_candidates() {
    for (exclusive, logs) in [(false, 1), (true, 2)] {
        let (gateway, books, queued) = in_doubt(exclusive).await;
        for n in 0..logs {
            books.write(log(&format!("candidate-{n}"), gateway.clock.now(), LogStatus::Pending));
        }
        gateway.clock.advance(Duration::from_mins(2));
        let done = gateway.done(queued).await;
        assert_eq!(done.state(), State::Parked);
        let timeline = gateway.store.timeline(done.event()).await.unwrap();
        let named: Vec<_> = timeline.iter().filter(|line| line.what == "candidate log").collect();
        assert_eq!(named.len(), logs);
        assert_eq!(named[0].reason.as_str(), "candidate-0");
        assert_eq!(gateway.redox.sent().len(), 1);
    }
}

#[tokio::test]
async fn g5_a_log_that_somebody_holds_is_no_evidence_and_absence_takes_two_looks() {
    let (gateway, books, queued) = in_doubt(true).await;
    // Another order that was accepted in the same minutes; its log is its own.
    books.write(log("log-2", gateway.clock.now(), LogStatus::Succeeded));
    let other = gateway.submit(&order("O-2", r#"[{"ID":"d-radiology"}]"#)).await;
    let other = gateway.done(other).await;
    let held = gateway.store.delivery(other.deliveries()[0].id).await.unwrap().unwrap();
    assert_eq!(held.receipt.as_deref(), Some("log-2"));
    gateway.clock.advance(Duration::from_mins(2));
    books.asked(1).await;
    until(&gateway, &queued, State::Unknown).await;
    assert_eq!(gateway.redox.sent().len(), 2, "one look is not enough");
    gateway.clock.advance(Duration::from_mins(8));
    books.asked(2).await;
    let done = gateway.done(queued).await;
    assert_eq!((done.state(), gateway.redox.sent().len()), (State::Settled, 3), "then it is sent again");
}

/// A request that got stuck on its way leaves its log late, when the next send is in doubt already.
#[tokio::test]
async fn g5_a_late_log_of_an_earlier_send_is_no_evidence_for_the_next() {
    // Both are under way at once: neither waits for the other.
    let (gateway, books, first) = in_doubt_by(true, Plan { order_by: OrderBy::None, ..plan() }).await;
    gateway.clock.advance(Duration::from_mins(2));
    books.asked(1).await;
    until(&gateway, &first, State::Unknown).await;
    gateway.clock.advance(Duration::from_secs(90));
    gateway.redox.next(Act::Fail(SendError::Lost(Lost::Timeout)));
    let second = gateway.submit(&order("O-2", LAB)).await;
    until(&gateway, &second, State::Unknown).await;
    books.write(log("log-of-the-first", gateway.clock.now(), LogStatus::Succeeded));
    gateway.clock.advance(Duration::from_mins(2));
    assert_eq!(gateway.done(second).await.state(), State::Parked);
}

#[tokio::test]
async fn g5_a_platform_api_that_does_not_answer_decides_nothing() {
    let (gateway, books, queued) = in_doubt(true).await;
    books.refuses.lock().unwrap().push(Refusal::Unavailable { status: 503, retry_after: None });
    books.write(log("log-of-it", gateway.clock.now(), LogStatus::Succeeded));
    gateway.clock.advance(Duration::from_mins(2));
    books.asked(1).await;
    until(&gateway, &queued, State::Unknown).await;
    gateway.clock.advance(Duration::from_mins(1));
    books.asked(2).await;
    assert_eq!(gateway.done(queued).await.state(), State::Settled);
}

#[tokio::test]
async fn what_redox_says_of_its_deliveries_is_read_on_page_by_page() {
    let mut gateway = Gateway::new();
    gateway.run();
    let books = Arc::new(Books::default());
    let queued = gateway.submit(&order("O-1", LAB)).await;
    let done = gateway.done(queued).await;
    let delivery = done.deliveries()[0].id;
    let follower = Follower::new(gateway.store.clone(), Arc::clone(&books), Arc::clone(&gateway.clock) as _);
    for n in 0..60 {
        books.write(log(&format!("foreign-{n}"), gateway.clock.now(), LogStatus::Failed));
    }
    books.write(log("log-1", gateway.clock.now(), LogStatus::Pending));
    while !follower.round().await.expect("is answered").is_current {}
    let downstream = async || gateway.store.delivery(delivery).await.unwrap().unwrap().downstream;
    assert_eq!(downstream().await, Some(Downstream::Pending), "it stood on the second page");

    gateway.clock.advance(Duration::from_mins(30));
    books.logs.lock().unwrap().last_mut().unwrap().status = Some(LogStatus::Failed);
    books.logs.lock().unwrap().last_mut().unwrap().updated_at = Some(gateway.clock.now().millis());
    books.refuses.lock().unwrap().push(Refusal::TooLarge);
    follower.round().await.expect_err("is too much at once");
    let round = follower.round().await.expect("half of it is answered");
    assert!(round.is_current, "half an hour is half of the longest span");
    assert_eq!(round.changed, 1, "logs that are seen twice change nothing");
    assert_eq!(downstream().await, Some(Downstream::Failed));
}

#[tokio::test]
async fn what_one_side_has_and_the_other_has_not_is_listed() {
    let mut gateway = Gateway::new();
    gateway.run();
    let books = Books::default();
    let begun = gateway.clock.now();
    for n in ["O-1", "O-2"] {
        let queued = gateway.submit(&order(n, LAB)).await;
        gateway.done(queued).await;
    }
    books.write(log("log-1", begun, LogStatus::Succeeded));
    books.write(log("unheard-of", begun, LogStatus::Succeeded));
    let mut foreign = log("of-another-source", begun, LogStatus::Succeeded);
    foreign.source = Some(id("s-9"));
    books.write(foreign);
    let mut waiting = log("not-delivered-yet", begun, LogStatus::Pending);
    (waiting.kind, waiting.destination) = (Some(LogKind::Receive), Some(id("d-own")));
    books.write(waiting);
    gateway.clock.advance(Duration::from_mins(10));
    books.write(log("too-young", gateway.clock.now(), LogStatus::Pending));
    let scope = Scope {
        sources: HashSet::from(["s-1".to_owned()]),
        destinations: HashSet::from(["d-own".to_owned()]),
        since: begun.minus(Duration::from_hours(24)),
        now: gateway.clock.now(),
    };
    let found = compare(&gateway.store, &books, &scope).await.expect("is answered");
    let only_redox: Vec<&str> = found.only_redox.iter().map(|log| log.id.as_str()).collect();
    assert_eq!(only_redox, ["not-delivered-yet", "unheard-of"]);
    let only_gateway: Vec<&str> = found.only_gateway.iter().map(|ours| ours.log.as_str()).collect();
    assert_eq!(only_gateway, ["log-2"]);
    assert_eq!((found.logs, found.ours, found.unreadable), (3, 2, 0));
    assert_eq!(found.gaps(), ["unheard-of", "log-2"], "what is still on its way to us is no gap");
}

#[tokio::test]
async fn what_no_subscription_carries_is_refused_before_it_is_sent() {
    let gateway = Gateway::new();
    let books = Books::default();
    let link = |model: &str, is_deleted| Subscription {
        source: id("s-1"),
        destination: id("d-lab"),
        data_model: model.to_owned(),
        is_deleted,
    };
    books.links.lock().unwrap().extend([link("ClinicalSummary", false), link("Results", false), link("Order", true)]);
    let capabilities = Capabilities::ask(&books, &gateway.outbound.plan()).await.expect("is answered");
    assert_eq!(capabilities.models("s-1", "d-lab").unwrap(), ["Clinical Summary", "Results"]);
    gateway.outbound.learn(capabilities);
    let refused = gateway.try_submit(submission(&order("O-1", LAB))).await.expect_err("is not subscribed");
    let SubmissionError::Invalid(Invalid::NotAccepted { destination, instead, .. }) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(
        (destination.as_str(), &instead.accepts[..]),
        ("Lab", &["Clinical Summary".into(), "Results".into()][..])
    );
    let elsewhere = gateway.try_submit(submission(&order("O-1", r#"[{"ID":"d-elsewhere"}]"#))).await;
    assert!(elsewhere.is_err(), "nothing at all leads there");
}
