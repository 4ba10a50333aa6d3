//! Free space: what is refused, what goes on, and the way back without a restart (guarantee G9).

use super::sample::{accept as new, fact, order};
use super::{Place, accept, noise, submit, try_accept};
use crate::command::{Command, Recorded};
use crate::disk::RESERVE;
use crate::faults::{Failure, Faults, Mutation};
use crate::view::Health;
use crate::{Refused, Store};
use oxgate_core::Fact;
use oxgate_core::delivery::Policy;
use oxgate_core::limits::{BODY_PART_BYTES, DISK_FREE_LOW_BYTES, DISK_FREE_OK_BYTES};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Free space as the test says.
#[derive(Clone)]
struct Free(Arc<AtomicU64>);

impl Free {
    fn new() -> Self {
        Self(Arc::new(AtomicU64::new(DISK_FREE_OK_BYTES)))
    }

    fn set(&self, bytes: u64) {
        self.0.store(bytes, Ordering::SeqCst);
    }

    fn faults(&self) -> Faults {
        let free = Arc::clone(&self.0);
        Faults::default().with_free_bytes(Arc::new(move || free.load(Ordering::SeqCst)))
    }
}

#[tokio::test]
async fn g9_with_little_space_only_new_work_is_refused() {
    let free = Free::new();
    let place = Place::with(free.faults());
    let store = place.open();
    let (_, id) = accept(&store, new(1)).await;
    let mut kept = order(2, "o-1", &[]);
    kept.event.body = store.seal(b"{}").await.unwrap();
    free.set(DISK_FREE_LOW_BYTES - 1);
    assert_eq!(try_accept(&store, new(3), b"{}").await, Err(Refused::DiskLow));
    assert_eq!(store.submit(kept.clone()).await, Err(Refused::DiskLow));
    assert_eq!(store.seal(&noise(1, 2 * BODY_PART_BYTES)).await, Err(Refused::DiskLow));
    assert_eq!(store.health(), Health::DiskLow);
    let settled = store.record(fact(id, Fact::Accepted, Policy::HANDLER)).await;
    assert!(matches!(settled, Ok(Recorded::Done { .. })));
    store.command(Command::Sweep { rows: 10 }).await.unwrap();
    free.set(DISK_FREE_OK_BYTES);
    assert!(store.submit(kept).await.is_ok());
    assert_eq!(store.health(), Health::Well);
}

/// The deliberate bug takes what must be refused.
#[tokio::test]
async fn g9_a_store_that_ignores_its_space_is_seen() {
    let faults = Faults::mutated(Mutation::G9IgnoreSpace).with_free_bytes(Arc::new(|| DISK_FREE_LOW_BYTES - 1));
    let place = Place::with(faults);
    assert!(try_accept(&place.open(), new(1), b"{}").await.is_ok());
}

/// The disk says no in the middle of a commit: the reserve goes, settling goes on, and nothing acknowledged is lost.
#[tokio::test]
async fn g9_a_full_disk_costs_the_reserve_and_nothing_else() {
    let (free, full) = (Free::new(), Arc::new(AtomicBool::new(false)));
    let is_full = Arc::clone(&full);
    let hook: crate::faults::CommitHook =
        Arc::new(move |_| if is_full.swap(false, Ordering::SeqCst) { Err(Failure::Full) } else { Ok(()) });
    let place = Place::with(free.faults().failing_before_commit(hook));
    let store: Store = place.open();
    let (_, id) = accept(&store, new(1)).await;
    assert!(place.path().join(RESERVE).exists());
    // Between the marks: low only because a write failed, and not laid anew by a look.
    free.set(DISK_FREE_OK_BYTES - 1);
    full.store(true, Ordering::SeqCst);
    assert_eq!(try_accept(&store, new(2), b"{}").await, Err(Refused::DiskLow));
    assert!(!place.path().join(RESERVE).exists());
    assert_eq!(store.health(), Health::DiskLow);
    free.set(DISK_FREE_OK_BYTES);
    submit(&store, order(3, "o-1", &[])).await;
    assert!(place.path().join(RESERVE).exists());
    free.set(DISK_FREE_OK_BYTES - 1);
    full.store(true, Ordering::SeqCst);
    let settled = store.record(fact(id, Fact::Accepted, Policy::HANDLER)).await;
    assert!(matches!(settled, Ok(Recorded::Done { .. })), "the reserve made room: {settled:?}");
}
