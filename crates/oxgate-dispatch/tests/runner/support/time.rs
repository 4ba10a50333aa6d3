//! A clock, a timer and chance that a test moves by hand.

use oxgate_core::{Clock, Entropy, Timestamp};
use oxgate_dispatch::{BoxFuture, Timer};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::watch;

pub(crate) const START: Timestamp = Timestamp(1_800_000_000_000);

/// A clock and its timer, moved by hand.
pub(crate) struct Time {
    now: watch::Sender<i64>,
    waiting: Arc<Mutex<BTreeSet<(i64, u64)>>>,
    next: AtomicU64,
}

impl Time {
    pub(crate) fn new() -> Arc<Self> {
        let now = watch::Sender::new(START.millis());
        Arc::new(Self { now, waiting: Arc::default(), next: AtomicU64::new(0) })
    }

    pub(crate) fn advance_to(&self, at: Timestamp) {
        self.now.send_modify(|now| *now = at.millis().max(*now));
    }

    /// The first time that somebody waits for.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        let waiting = self.waiting.lock().expect("no test panics while it holds this");
        waiting.iter().map(|(at, _)| Timestamp(*at)).find(|at| *at != Timestamp::NEVER)
    }
}

impl Clock for Time {
    fn now(&self) -> Timestamp {
        Timestamp(*self.now.borrow())
    }
}

struct Waiting(Arc<Mutex<BTreeSet<(i64, u64)>>>, (i64, u64));

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.lock().expect("no test panics while it holds this").remove(&self.1);
    }
}

impl Timer for Time {
    fn until(&self, at: Timestamp) -> BoxFuture<'static, ()> {
        let key = (at.millis(), self.next.fetch_add(1, Ordering::Relaxed));
        self.waiting.lock().expect("no test panics while it holds this").insert(key);
        let waiting = Waiting(Arc::clone(&self.waiting), key);
        let mut now = self.now.subscribe();
        Box::pin(async move {
            let _waiting = waiting;
            let _world_gone = now.wait_for(|now| *now >= at.millis()).await;
        })
    }
}

/// A small generator with a seed.
pub(crate) struct Seeded(pub(crate) Mutex<u64>);

impl Entropy for Seeded {
    fn fill(&self, out: &mut [u8]) {
        let mut state = self.0.lock().expect("no test panics while it holds this");
        for byte in out {
            *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = state.to_be_bytes()[0];
        }
    }
}
