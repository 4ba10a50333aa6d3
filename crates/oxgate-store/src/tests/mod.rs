//! The store as a whole: handle, writer, disk, keys, and the deliberate bugs that these tests must catch.

#[path = "../../tests/conformance/sample.rs"]
#[expect(dead_code, reason = "shared with the conformance suite, which uses all of it")]
mod sample;

/// Acknowledged means durable.
mod durable;

/// Each deliberate bug breaks its guarantee visibly.
mod mutations;

/// What lies on the disk, and who may open it.
mod at_rest;

/// Free space.
mod space;

/// What a group costs.
mod cost;

use crate::command::{Accept, Accepted, Submit, Submitted};
use crate::{Faults, Kek, OpenError, Refused, Settings, Store};
use oxgate_core::{Clock, DeliveryId, EventId, Timestamp};
use sample::{Counted, NOON};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// A clock that stands until it is moved.
#[derive(Debug)]
struct HandClock(AtomicI64);

impl HandClock {
    fn at(time: Timestamp) -> Self {
        Self(AtomicI64::new(time.0))
    }

    fn advance(&self, span: Duration) {
        self.0.fetch_add(i64::try_from(span.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

/// A folder and what is needed to open a store in it.
struct Place {
    folder: tempfile::TempDir,
    clock: Arc<HandClock>,
    entropy: Arc<Counted>,
    settings: Settings,
}

impl Place {
    fn new() -> Self {
        Self::with(Faults::default())
    }

    fn with(faults: Faults) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let kek = Some(Kek { name: "first".into(), key: [9; 32] });
        let settings = Settings { kek, faults, ..Settings::new(folder.path(), [3; 32]) };
        Self { folder, clock: Arc::new(HandClock::at(NOON)), entropy: Arc::default(), settings }
    }

    fn open(&self) -> Store {
        self.try_open(self.settings.clone()).unwrap()
    }

    /// Opens once more, without failures, after every handle of the last opening is gone.
    fn reopened(&self) -> Store {
        self.try_open(Settings { faults: Faults::default(), ..self.settings.clone() }).unwrap()
    }

    fn try_open(&self, settings: Settings) -> Result<Store, OpenError> {
        Store::open(settings, Arc::<HandClock>::clone(&self.clock), Arc::<Counted>::clone(&self.entropy))
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Accepts with a body sealed by the store.
async fn try_accept(store: &Store, mut accept: Accept, body: &[u8]) -> Result<Accepted, Refused> {
    accept.event.body = store.seal(body).await?;
    store.accept(accept).await
}

/// Accepts a new event with a small body.
async fn accept(store: &Store, accept: Accept) -> (EventId, DeliveryId) {
    match try_accept(store, accept, b"{}").await {
        Ok(Accepted::New { event, deliveries, .. }) => (event, deliveries[0]),
        other => panic!("{other:?}"),
    }
}

/// Submits a new event with a small body.
async fn submit(store: &Store, mut submit: Submit) -> DeliveryId {
    submit.event.body = store.seal(b"{}").await.unwrap();
    match store.submit(submit).await {
        Ok(Submitted::New { deliveries, .. }) => deliveries[0],
        other => panic!("{other:?}"),
    }
}

/// Bytes that do not compress.
fn noise(seed: u64, bytes: usize) -> Vec<u8> {
    let mut out = vec![0; bytes];
    blake3::Hasher::new().update(&seed.to_be_bytes()).finalize_xof().fill(&mut out);
    out
}
