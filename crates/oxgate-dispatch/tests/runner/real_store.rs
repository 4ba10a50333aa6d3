//! The runner on the real store: the two agree on what a record, a change and a window are.

use crate::support::{Reply, Script, Seeded, Time, say};
use oxgate_core::delivery::Mode;
use oxgate_core::lane::{LaneBy, LaneScope, LaneState};
use oxgate_core::order::OrderBy;
use oxgate_core::{Address, Clock, ContentHash, Delivery, Direction, EventId, Flags, OrderKeys, Refs, State};
use oxgate_dispatch::{BytesBudget, Outcome, Parts, Runner, Target, TargetSpec, Timer, Wired};
use oxgate_store::command::{Accept, Accepted, NewDelivery, NewEvent};
use oxgate_store::view::DeliveryRow;
use oxgate_store::{Settings, Store};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;

async fn accept(store: &Store, target: &str, time: &Time, no: u64) -> EventId {
    accept_by(store, target, &[LaneBy::Model], time, no).await
}

async fn accept_by(store: &Store, target: &str, by: &[LaneBy], time: &Time, no: u64) -> EventId {
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
        scope: LaneScope::of(by, OrderBy::All, "main", &address),
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

/// `lane_by` changes while twenty wait, one of which the target refuses and which then holds its lane.
#[tokio::test]
async fn g3_order_holds_across_a_change_of_lanes_with_a_backlog() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let time = Time::new();
    let clock = || Arc::clone(&time) as Arc<dyn Clock>;
    let open = || {
        let settings = Settings::new(folder.path(), [3; 32]);
        Store::open(settings, clock(), Arc::new(Seeded(Mutex::new(1)))).expect("the store opens")
    };
    let bell = Arc::new(Notify::new());
    let bad = Arc::new(Mutex::new(0));
    let refused = Arc::clone(&bad);
    let app = ringing(&bell, move |seq, _| {
        let bad = *refused.lock().expect("no test panics while it holds this");
        say(if seq == bad { Outcome::Rejected } else { Outcome::Accepted })
    });
    let run = |store: &Store| {
        let mut spec = TargetSpec::handler("app", "http");
        spec.policy.on_park = oxgate_core::delivery::OnPark::HoldLane;
        let runner = Runner::new(Parts {
            ledger: Arc::new(store.clone()),
            clock: clock(),
            timer: Arc::clone(&time) as Arc<dyn Timer>,
            entropy: Arc::new(Seeded(Mutex::new(2))),
            bodies: BytesBudget::default(),
            targets: vec![Wired::new(spec, Arc::clone(&app) as Arc<dyn Target>)],
            observers: Vec::new(),
        });
        tokio::spawn(runner.with_window(8).run())
    };
    let store = open();
    let mut events = Vec::new();
    for no in 0..20 {
        events.push(accept(&store, "app", &time, no).await);
    }
    for no in 20..40 {
        events.push(accept_by(&store, "app", &[LaneBy::Endpoint], &time, no).await);
    }
    *bad.lock().expect("no test panics while it holds this") = events[9].seq;
    let task = run(&store);
    let parked = state_becomes(&store, events[9], State::Parked).await;
    task.abort();
    assert!(task.await.expect_err("aborted").is_cancelled());
    assert_eq!(app.accepted(), events[..9].iter().map(|id| id.seq).collect::<Vec<_>>());
    store.close().await;
    drop(store);

    // After a restart too, both what is behind it and what was accepted under the new rule waits for a person.
    let store = open();
    let new = store.deliveries(events[20]).await.expect("reads")[0].lane;
    let state = |lanes: Vec<oxgate_store::view::LaneRow>, id| {
        lanes.into_iter().find(|lane| lane.id == id).expect("its lane").state
    };
    assert_eq!(state(store.lanes().await.expect("reads"), parked.lane), LaneState::Blocked { by: parked.id });
    assert!(
        matches!(state(store.lanes().await.expect("reads"), new), LaneState::After { lane, .. } if lane == parked.lane)
    );
    let task = run(&store);
    let policy = oxgate_core::delivery::Policy::HANDLER;
    let cancel = oxgate_store::command::Record::new(parked.id, oxgate_core::Fact::Cancel, policy);
    store.record(cancel).await.expect("writes");
    for (at, event) in events.iter().enumerate().filter(|(at, _)| *at != 9) {
        let row = state_becomes(&store, *event, State::Settled).await;
        assert_eq!(row.row.attempts, 1, "{at}");
    }
    let expected: Vec<u64> = events.iter().map(|id| id.seq).filter(|seq| *seq != events[9].seq).collect();
    assert_eq!(app.accepted(), expected, "all of them, each once, in the order of their acceptance");
    assert_eq!(state(store.lanes().await.expect("reads"), new), LaneState::Open);
    task.abort();
    store.close().await;
}
