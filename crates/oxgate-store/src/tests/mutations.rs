//! Each deliberate bug breaks its guarantee where a test sees it.

use super::sample::{NOON, accept as new, accept_logged, fact, order, refusal, results};
use super::{Place, accept, submit, try_accept};
use crate::command::{Accepted, Recorded};
use crate::faults::{Faults, Mutation};
use crate::sqlite::Sqlite;
use oxgate_core::delivery::Policy;
use oxgate_core::{Fact, Reason, State};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

fn sound() -> Faults {
    Faults::default()
}

/// The same redelivered log from 32 connections at once: how many events?
async fn events_of_32(faults: Faults) -> usize {
    let place = Place::with(faults);
    let store = place.open();
    let asked: Vec<_> = (1..=32)
        .map(|body| {
            let store = store.clone();
            tokio::spawn(async move { try_accept(&store, accept_logged(body, "log-1", "a"), b"{}").await.unwrap() })
        })
        .collect();
    let mut events = HashSet::new();
    for one in asked {
        events.insert(match one.await.unwrap() {
            Accepted::New { event, .. } | Accepted::Duplicate(event) => event,
            other @ Accepted::Mismatch { .. } => panic!("{other:?}"),
        });
    }
    events.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn g2_one_log_from_32_connections_is_one_event() {
    assert_eq!(events_of_32(sound()).await, 1);
    assert_eq!(events_of_32(Faults::mutated(Mutation::G2SkipDedup)).await, 32);
}

/// A released delivery: is it first in its lane again?
async fn release_is_first(faults: Faults) -> bool {
    let place = Place::with(faults);
    let store = place.open();
    let (_, first) = accept(&store, new(1)).await;
    accept(&store, new(2)).await;
    let strict = Policy { failures_max: 1, failures_span: Duration::ZERO, ..Policy::HANDLER };
    for next in [refusal(), Fact::Release] {
        store.record(fact(first, next, strict)).await.unwrap();
    }
    let lane = store.delivery(first).await.unwrap().unwrap().lane;
    store.window(lane, (0, 0), 1).await.unwrap()[0].id == first
}

#[tokio::test]
async fn g3_a_released_delivery_is_first_again() {
    assert!(release_is_first(sound()).await);
    assert!(!release_is_first(Faults::mutated(Mutation::G3IgnoreRank)).await);
}

/// A crash right after a start was answered: does the store know of the send?
async fn start_survives(faults: Faults) -> bool {
    let place = Place::with(faults);
    let store = place.open();
    let id = submit(&store, order(1, "o-1", &[])).await;
    let started = store.record(fact(id, Fact::Start { ticket: 1 }, Policy::REDOX)).await.unwrap();
    let Recorded::Done { row, .. } = started else { panic!("{started:?}") };
    assert_eq!(row.state, State::Sending);
    drop(store);
    !place.reopened().in_doubt().await.unwrap().is_empty()
}

#[tokio::test]
async fn g5_a_start_is_on_disk_when_it_is_answered() {
    assert!(start_survives(sound()).await);
    assert!(!start_survives(Faults::mutated(Mutation::G5SkipStart)).await);
}

/// A target that refuses connections: does its delivery wait?
async fn outage_parks_nothing(faults: Faults) -> bool {
    let place = Place::with(faults);
    let store = place.open();
    let (_, id) = accept(&store, new(1)).await;
    let down = Fact::TargetFailure { reason: Reason::CONNECT, retry_at: NOON };
    store.record(fact(id, down, Policy::HANDLER)).await.unwrap();
    store.parked(None, None, 10).await.unwrap().is_empty()
}

#[tokio::test]
async fn g4_an_outage_parks_nothing() {
    assert!(outage_parks_nothing(sound()).await);
    assert!(!outage_parks_nothing(Faults::mutated(Mutation::G4CountOutage)).await);
}

/// A delivery whose time is over: has it ended, and is that on record?
async fn expiry_ends(faults: Faults) -> bool {
    let place = Place::with(faults);
    let store = place.open();
    let (event, id) = accept(&store, new(1)).await;
    store.record(fact(id, Fact::Expire, Policy::HANDLER)).await.unwrap();
    let ended = store.delivery(id).await.unwrap().unwrap().row.state.has_ended();
    ended && store.timeline(event).await.unwrap().iter().any(|entry| entry.what == "expired")
}

#[tokio::test]
async fn g6_an_expired_delivery_has_ended() {
    assert!(expiry_ends(sound()).await);
    assert!(!expiry_ends(Faults::mutated(Mutation::G6SkipExpiry)).await);
}

/// An answer with the expected keys: is it linked by the accept that takes it?
async fn answer_is_linked(faults: Faults) -> bool {
    let place = Place::with(faults);
    let store = place.open();
    submit(&store, order(1, "o-1", &["p-1"])).await;
    match try_accept(&store, results(2, &["o-1"], &["p-1"]), b"{}").await.unwrap() {
        Accepted::New { answers, .. } => answers.len() == 1,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn g7_an_answer_is_linked_by_its_accept() {
    assert!(answer_is_linked(sound()).await);
    assert!(!answer_is_linked(Faults::mutated(Mutation::G7SkipLink)).await);
}

/// That the sync itself happens, only the system calls show; here, that SQLite was told to.
#[test]
fn g1_sqlite_is_told_to_sync_each_commit() {
    for (faults, level) in [(sound(), 2), (Faults::mutated(Mutation::G1SkipSync), 0)] {
        let place = Place::with(faults);
        let engine = Sqlite::open(&place.settings, Arc::<super::Counted>::clone(&place.entropy)).unwrap();
        assert_eq!(engine.pragma("synchronous"), level);
    }
}

#[test]
fn mutations_are_known_by_their_names() {
    for mutation in Mutation::ALL {
        assert_eq!(Mutation::from_name(mutation.name()), Some(mutation));
        assert!(mutation.name().starts_with('g'));
    }
    assert_eq!(Mutation::from_name("g9-nothing"), None);
}
