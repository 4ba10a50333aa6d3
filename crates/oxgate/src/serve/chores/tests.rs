//! What the chores notice reaches the ops handler's lane and the figures, once.

use super::*;
use crate::chance::{OsEntropy, SystemClock};
use oxgate_core::Direction;
use oxgate_marked::Folder;
use oxgate_store::view::EventQuery;
use oxgate_store::{Faults, Settings};

pub(in crate::serve) fn store(folder: &Folder, faults: Faults) -> Store {
    let settings = Settings { ops: vec!["watch".into()], faults, ..Settings::new(folder.path(), [7; 32]) };
    Store::open(settings, Arc::new(SystemClock), Arc::new(OsEntropy)).expect("a fresh store opens")
}

/// Type and data of each operational event, oldest first; each is on its way to the handler, and counted.
pub(in crate::serve) async fn alarms(store: &Store) -> Vec<(String, serde_json::Value)> {
    let query = EventQuery { direction: Some(Direction::Ops), ascending: true, limit: 100, ..EventQuery::default() };
    let mut told = Vec::new();
    for event in store.events(query).await.expect("readable") {
        let delivery = store.deliveries(event.id).await.expect("readable").remove(0);
        assert_eq!((delivery.target.as_str(), delivery.row.state.is_open()), ("watch", true));
        let body = store.body(event.id).await.expect("readable").expect("kept");
        let body: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        told.push((body["type"].as_str().expect("a type").to_owned(), body["data"].clone()));
    }
    let counted: u64 = store.alarms().values().sum();
    assert_eq!(counted, u64::try_from(told.len()).expect("a few"));
    told
}

#[tokio::test]
async fn a_silent_feed_is_told_by_name() {
    let folder = Folder::new();
    let store = store(&folder, Faults::default());
    let mut told = Told::default();
    let silent = |endpoint: &str| Silent { endpoint: endpoint.into(), since: Timestamp::ZERO };
    told.silent_feeds(vec![silent("main"), silent("lab")]);
    told.rest(&store).await;
    told.rest(&store).await;
    let said = |endpoint: &str| {
        ("feed.silent".to_owned(), json!({ "endpoint": endpoint, "since": Timestamp::ZERO.to_string() }))
    };
    assert_eq!(alarms(&store).await, ["main", "lab"].map(said));
}

#[tokio::test]
async fn what_the_store_does_not_take_is_told_later() {
    let folder = Folder::new();
    let closed = store(&folder, Faults::default());
    closed.close().await;
    let mut told = Told::default();
    told.held_up(vec![HeldUp { endpoint: "main".into(), log: "log-1".into() }]);
    told.rest(&closed).await;
    drop(closed);
    let store = store(&folder, Faults::default());
    told.rest(&store).await;
    let expected = ("redox.retrying".to_owned(), json!({ "endpoint": "main", "log": "log-1" }));
    assert_eq!(alarms(&store).await, [expected]);
}

#[cfg(feature = "mutations")]
#[tokio::test]
async fn little_space_is_told_once_until_there_is_enough() {
    use std::sync::atomic::{AtomicU64, Ordering};
    let (folder, free) = (Folder::new(), Arc::new(AtomicU64::new(u64::MAX)));
    let left = free.clone();
    let store = store(&folder, Faults::default().with_free_bytes(Arc::new(move || left.load(Ordering::Relaxed))));
    let mut told = Told::default();
    for (bytes, expected) in [(u64::MAX, 0), (0, 1), (0, 1), (u64::MAX, 1), (0, 2)] {
        free.store(bytes, Ordering::Relaxed);
        told.disk(&store).await;
        assert_eq!(alarms(&store).await.len(), expected, "{bytes}");
    }
    let refused = json!({ "refuses_below_bytes": limits::DISK_FREE_LOW_BYTES });
    assert_eq!(alarms(&store).await[0], ("disk.low".to_owned(), refused));
}

#[tokio::test]
async fn suspected_duplicates_are_told_together() {
    use oxgate_core::lane::LaneScope;
    use oxgate_core::{Address, ContentHash, Delivery, Flags, OrderKeys, Refs};
    use oxgate_store::command::{Accept, NewDelivery, NewEvent};
    let folder = Folder::new();
    let store = store(&folder, Faults::default());
    let mut told = Told::default();
    for times in [1, 3, 0] {
        for _ in 0..times {
            let event = NewEvent {
                tag: store.tag(),
                direction: Direction::Inbound,
                door: "main".into(),
                partner: String::new(),
                address: Address { model: "Notes".into(), event_type: "New".into(), ..Address::default() },
                flags: Flags::default(),
                accepted_at: Timestamp::ZERO,
                parent: None,
                content: ContentHash::of([b"{}".as_slice()]),
                content_type: "application/json".into(),
                body: store.seal(b"{}").await.expect("room"),
                refs: Refs::default(),
                correlation: None,
            };
            let delivery = NewDelivery {
                target: "application".into(),
                scope: LaneScope::default(),
                keys: OrderKeys::All,
                delivery: Delivery::queued(Timestamp::ZERO, None),
            };
            let accept = Accept { event, dedup: None, deliveries: vec![delivery], answers: None };
            store.accept(accept).await.expect("taken");
        }
        told.duplicates(&store).await;
    }
    // The first one is no duplicate of anything.
    assert_eq!(alarms(&store).await, [("event.suspected_duplicate".to_owned(), json!({ "events": 3 }))]);
}
