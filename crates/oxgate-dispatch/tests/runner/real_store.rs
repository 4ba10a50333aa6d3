//! The runner on the real store: the two agree on what a record, a change and a window are.

use crate::support::{Reply, Script, Seeded, Time, say};
use oxgate_core::delivery::Mode;
use oxgate_core::lane::{LaneBy, LaneScope, LaneState};
use oxgate_core::{Address, Clock, ContentHash, Delivery, Direction, EventId, Flags, OrderKeys, Refs, State};
use oxgate_dispatch::{BytesBudget, Outcome, Parts, Runner, Target, TargetSpec, Timer, Wired};
use oxgate_store::command::{Accept, Accepted, NewDelivery, NewEvent};
use oxgate_store::view::DeliveryRow;
use oxgate_store::{Settings, Store};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;

async fn accept(store: &Store, target: &str, time: &Time, no: u64) -> EventId {
    let address = Address { model: "Order".into(), ..Address::default() };
    let body = format!("{{\"no\":{no}}}").into_bytes();
    let event = NewEvent {
        tag: store.tag(),
        direction: Direction::Inbound,
        door: "main".into(),
        partner: String::new(),
        address: address.clone(),
        flags: Flags::default(),
        accepted_at: time.now(),
        parent: None,
        content: ContentHash::of([body.as_slice()]),
        content_type: "application/json".into(),
        body: store.seal(&body).await.expect("room"),
        refs: Refs::default(),
        correlation: None,
    };
    let delivery = NewDelivery {
        target: target.into(),
        scope: LaneScope::of(&[LaneBy::Model], "main", &address),
        keys: OrderKeys::All,
        delivery: Delivery::queued(time.now(), None),
    };
    match store.accept(Accept { event, dedup: None, deliveries: vec![delivery], answers: None }).await {
        Ok(Accepted::New { event, .. }) => event,
        other => panic!("a new event is accepted: {other:?}"),
    }
}

/// Reads until the event's delivery stands so; each read waits for the store and gives the runner its turn.
async fn state_becomes(store: &Store, event: EventId, state: State) -> DeliveryRow {
    loop {
        let row = store.deliveries(event).await.expect("reads").remove(0);
        if row.row.state == state {
            return row;
        }
    }
}

/// Answers as told and rings when it has been asked.
fn ringing(bell: &Arc<Notify>, plan: impl Fn(u64, u32) -> Reply + Send + Sync + 'static) -> Arc<Script> {
    let bell = Arc::clone(bell);
    Script::new(move |job| {
        bell.notify_one();
        plan(job.delivery.event.seq, job.attempt_no)
    })
}

#[tokio::test]
async fn deliveries_flow_park_and_recover_on_the_real_store() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let time = Time::new();
    let clock = || Arc::clone(&time) as Arc<dyn Clock>;
    let settings = Settings::new(folder.path(), [3; 32]);
    let store = Store::open(settings, clock(), Arc::new(Seeded(Mutex::new(1)))).expect("a fresh store opens");
    let bell = Arc::new(Notify::new());
    let app = ringing(&bell, |_, _| say(Outcome::Accepted));
    let peer = ringing(&bell, |_, _| Reply::Hang);
    let wired = || {
        let redox = Wired::new(TargetSpec::redox("redox"), Arc::clone(&peer) as Arc<dyn Target>);
        assert_eq!(redox.spec.policy.mode, Mode::Once);
        vec![Wired::new(TargetSpec::handler("app", "http"), Arc::clone(&app) as Arc<dyn Target>), redox]
    };
    let runner = || {
        Runner::new(Parts {
            ledger: Arc::new(store.clone()),
            clock: clock(),
            timer: Arc::clone(&time) as Arc<dyn Timer>,
            entropy: Arc::new(Seeded(Mutex::new(2))),
            bodies: BytesBudget::default(),
            targets: wired(),
            observers: Vec::new(),
        })
    };
    let mut inbound = Vec::new();
    for no in 0..20 {
        inbound.push(accept(&store, "app", &time, no).await);
    }
    let outbound = accept(&store, "redox", &time, 99).await;
    let behind = accept(&store, "redox", &time, 100).await;

    let first = runner();
    let task = tokio::spawn(first.run());
    while app.accepted().len() < inbound.len() || peer.calls().is_empty() {
        bell.notified().await;
    }
    for id in &inbound {
        state_becomes(&store, *id, State::Settled).await;
    }
    assert_eq!(app.accepted(), inbound.iter().map(|id| id.seq).collect::<Vec<_>>());
    // The process dies while Redox has not answered.
    task.abort();
    assert!(task.await.expect_err("aborted").is_cancelled());
    assert_eq!(store.deliveries(outbound).await.expect("reads")[0].row.state, State::Sending);

    let second = runner();
    let handle = second.handle();
    let task = tokio::spawn(second.run());
    // Parked for a person: told by the store's own lane, which the runner hears of as everybody does.
    let parked = state_becomes(&store, outbound, State::Parked).await;
    let lanes = store.lanes().await.expect("reads");
    let lane = lanes.iter().find(|lane| lane.id == parked.lane).expect("its lane");
    assert_eq!(lane.state, LaneState::Blocked { by: parked.id });
    let status = handle.status().await.expect("runs");
    assert_eq!((status.ready, status.illegal), (true, 0));
    handle.stop(Duration::from_mins(1)).await;
    task.await.expect("stops in peace");
    assert_eq!(peer.calls().len(), 1, "sent once, and what follows it not at all");
    assert_eq!(store.deliveries(behind).await.expect("reads")[0].row.state, State::Queued);
    store.close().await;
}
