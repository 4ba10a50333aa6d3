//! Nothing acknowledged is lost (guarantee G1): who is answered when, and what a failed commit leaves.

use super::sample::{accept as new, accept_logged, fact, order};
use super::{Place, accept, submit, try_accept};
use crate::command::{Accepted, Command, LaneChange};
use crate::faults::{Failure, Faults, Mutation};
use crate::view::{Change, EventQuery, Health};
use crate::{Refused, Store};
use oxgate_core::delivery::Policy;
use oxgate_core::lane::{LaneAct, LaneState};
use oxgate_core::{Fact, Reason, State};
use std::fs;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::Poll;

/// Fails the commits for as long as it is switched on.
#[derive(Clone, Default)]
struct Switch(Arc<AtomicBool>);

impl Switch {
    fn set(&self, on: bool) {
        self.0.store(on, Ordering::SeqCst);
    }

    fn hook(&self, failure: Failure) -> crate::faults::CommitHook {
        let on = Arc::clone(&self.0);
        Arc::new(move |_| if on.load(Ordering::SeqCst) { Err(failure) } else { Ok(()) })
    }
}

/// Whether an accept is still unanswered at the moment before its commit.
async fn waits_for_the_commit(mut faults: Faults) -> bool {
    let (at_commit, arrived) = tokio::sync::mpsc::unbounded_channel();
    let (go, wait) = mpsc::channel();
    let wait = Mutex::new(wait);
    faults = faults.failing_before_commit(Arc::new(move |_| {
        at_commit.send(()).unwrap();
        wait.lock().unwrap().recv().unwrap();
        Ok(())
    }));
    let place = Place::with(faults);
    let store = place.open();
    let mut arrived = arrived;
    let mut asked = pin!(try_accept(&store, new(1), b"{}"));
    // The accept runs on this very task, so nothing but the writer's answer can make it ready; and a writer that answers too
    // early may be quicker than this task.
    if std::future::poll_fn(|context| Poll::Ready(asked.as_mut().poll(context).is_ready())).await {
        go.send(()).unwrap();
        return false;
    }
    arrived.recv().await.unwrap();
    let pending = std::future::poll_fn(|context| Poll::Ready(asked.as_mut().poll(context).is_pending())).await;
    go.send(()).unwrap();
    if pending {
        asked.await.unwrap();
    }
    pending
}

#[tokio::test]
async fn g1_nobody_is_answered_before_the_commit() {
    assert!(waits_for_the_commit(Faults::default()).await);
    assert!(!waits_for_the_commit(Faults::mutated(Mutation::G1AnswerBeforeCommit)).await);
}

#[tokio::test]
async fn g1_a_failed_commit_acknowledges_nobody() {
    let fails = Switch::default();
    let place = Place::with(Faults::default().failing_before_commit(fails.hook(Failure::Io)));
    let store = place.open();
    let (kept, _) = accept(&store, accept_logged(1, "log-1", "a")).await;
    fails.set(true);
    let refused = try_accept(&store, accept_logged(2, "log-2", "a"), b"{}").await;
    assert_eq!(refused, Err(Refused::Sick));
    fails.set(false);
    store.recovered().await;
    assert_eq!(store.health(), Health::Well);
    assert_eq!(store.events(EventQuery { limit: 9, ..EventQuery::default() }).await.unwrap().len(), 1);
    accept(&store, accept_logged(3, "log-2", "a")).await;
    drop(store);
    let again = place.open();
    assert!(again.event(kept).await.unwrap().is_some());
}

/// While it is sick, the store refuses at once; after it, every lane is to be loaded anew.
#[tokio::test]
async fn a_sick_store_refuses_at_once() {
    let fails = Switch::default();
    let place = Place::with(Faults::default().failing_before_commit(fails.hook(Failure::Io)));
    let store = place.open();
    let (_, id) = accept(&store, new(1)).await;
    let lane = store.delivery(id).await.unwrap().unwrap().lane;
    assert_eq!(store.changes().await.len(), 2);
    fails.set(true);
    let change = LaneChange { lane, act: LaneAct::Pause, seen: None, reason: Reason::NONE, actor: None };
    assert_eq!(store.lane(change).await, Err(Refused::Sick));
    assert_eq!(store.health(), Health::Sick);
    assert_eq!(store.record(fact(id, Fact::Cancel, Policy::HANDLER)).await, Err(Refused::Sick));
    assert_eq!(store.command(Command::Late).await, Err(Refused::Sick));
    assert_eq!(store.delivery(id).await.unwrap().unwrap().row.state, State::Queued);
    fails.set(false);
    store.recovered().await;
    assert_eq!(store.changes().await, [Change::Overflow { lane }]);
    assert_eq!(store.lanes().await.unwrap()[0].state, LaneState::Open);
}

/// The commit happened, its success was not seen: the sender comes again and finds its event.
#[tokio::test]
async fn g1_an_event_of_a_doubtful_commit_is_found_again() {
    let fails = Switch::default();
    let place = Place::with(Faults::default().failing_after_commit(fails.hook(Failure::Io)));
    let store = place.open();
    fails.set(true);
    let refused = try_accept(&store, accept_logged(1, "log-1", "a"), b"{}").await;
    assert_eq!(refused, Err(Refused::Sick));
    fails.set(false);
    store.recovered().await;
    let again = try_accept(&store, accept_logged(2, "log-1", "a"), b"{}").await.unwrap();
    assert!(matches!(again, Accepted::Duplicate(_)), "{again:?}");
}

/// A copy of the files at the moment before a commit is what a power failure would leave.
#[tokio::test]
async fn g1_a_crash_before_a_commit_leaves_what_was_acknowledged() {
    let copy = Place::new();
    let (from, to) = (Arc::new(Mutex::new(None::<std::path::PathBuf>)), copy.path().to_owned());
    let source = Arc::clone(&from);
    let hook: crate::faults::CommitHook = Arc::new(move |_| {
        if let Some(from) = source.lock().unwrap().take() {
            for file in ["oxgate.db", "oxgate.db-wal"] {
                fs::copy(from.join(file), to.join(file)).unwrap();
            }
        }
        Ok(())
    });
    let place = Place::with(Faults::default().failing_before_commit(hook));
    let store = place.open();
    let (acknowledged, sending) = {
        let (event, _) = accept(&store, accept_logged(1, "log-1", "a")).await;
        let id = submit(&store, order(2, "o-1", &[])).await;
        store.record(fact(id, Fact::Start { ticket: 1 }, Policy::REDOX)).await.unwrap();
        (event, id)
    };
    *from.lock().unwrap() = Some(place.path().to_owned());
    let (under_way, _) = accept(&store, accept_logged(3, "log-3", "a")).await;
    let crashed = copy.open();
    assert_eq!(crashed.body(acknowledged).await.unwrap().as_deref(), Some(b"{}".as_slice()));
    assert_eq!(crashed.event(under_way).await.unwrap(), None);
    assert_eq!(crashed.in_doubt().await.unwrap()[0].0.id, sending);
    let again = try_accept(&crashed, accept_logged(4, "log-1", "a"), b"{}").await.unwrap();
    assert_eq!(again, Accepted::Duplicate(acknowledged));
}

/// One command that cannot be carried out fails alone, whatever it was grouped with.
#[tokio::test]
async fn only_the_culprit_fails() {
    let place = Place::new();
    let store = place.open();
    let mut orphan = new(1);
    orphan.event.body = store.seal(b"{}").await.unwrap();
    orphan.event.body.inline = None;
    let (lost, kept) = tokio::join!(store.accept(orphan), try_accept(&store, new(2), b"{}"));
    assert_eq!(lost, Err(Refused::Fault));
    assert!(matches!(kept, Ok(Accepted::New { .. })));
    assert_eq!(store.health(), Health::Well);
}

#[tokio::test]
async fn a_closed_store_finishes_and_then_refuses() {
    let place = Place::new();
    let store = place.open();
    let (event, id) = accept(&store, new(1)).await;
    store.close().await;
    assert_eq!(try_accept(&store, new(2), b"{}").await, Err(Refused::Closed));
    assert_eq!(store.record(fact(id, Fact::Cancel, Policy::HANDLER)).await, Err(Refused::Closed));
    assert!(!store.changes().await.is_empty());
    assert!(store.changes().await.is_empty());
    let log = fs::metadata(place.path().join("oxgate.db-wal")).map_or(0, |file| file.len());
    assert_eq!(log, 0, "a store closed in order leaves no log behind");
    assert_eq!(place.open().event(event).await.unwrap().unwrap().id, event);
}

/// What is queued when the store closes is carried out and answered.
#[tokio::test]
async fn closing_loses_no_queued_command() {
    let place = Place::new();
    let store = place.open();
    let asked: Vec<_> = (1..=20)
        .map(|body| {
            let store: Store = store.clone();
            tokio::spawn(async move { try_accept(&store, new(body), b"{}").await })
        })
        .collect();
    store.close().await;
    let mut taken = 0;
    for one in asked {
        match one.await.unwrap() {
            Ok(Accepted::New { .. }) => taken += 1,
            Err(Refused::Closed) => {}
            other => panic!("{other:?}"),
        }
    }
    let found = place.reopened().events(EventQuery { limit: 99, ..EventQuery::default() }).await.unwrap();
    assert_eq!(found.len(), taken);
}
