//! Virtual time: it stands still while anything can be done, and then moves to the next thing that waits.

use oxgate_core::{Clock, Timestamp};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// When every world begins: 2026-03-01T12:00:00Z.
const BEGINNING: i64 = 1_772_366_400_000;

/// The same as a time.
pub(crate) const fn beginning() -> Timestamp {
    Timestamp(BEGINNING)
}

/// A clock over the runtime's paused time. The world's own is right; the gateway's may be set, as clocks are.
#[derive(Debug)]
pub(crate) struct WorldClock {
    begun: Instant,
    /// How far it is ahead of the true time, in milliseconds.
    ahead: AtomicI64,
    /// The farthest that it was ever off.
    farthest: AtomicI64,
}

impl WorldClock {
    /// A right clock. Call it inside the runtime.
    pub(crate) fn new() -> Self {
        Self { begun: Instant::now(), ahead: AtomicI64::new(0), farthest: AtomicI64::new(0) }
    }

    /// Time since the world began.
    pub(crate) fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Sets the clock ahead, or back.
    pub(crate) fn jump(&self, millis: i64) {
        let ahead = self.ahead.fetch_add(millis, Ordering::Relaxed) + millis;
        self.farthest.fetch_max(ahead.abs(), Ordering::Relaxed);
    }

    /// The farthest that it was ever off the true time.
    pub(crate) fn farthest_off(&self) -> Duration {
        Duration::from_millis(self.farthest.load(Ordering::Relaxed).unsigned_abs())
    }
}

impl Clock for WorldClock {
    fn now(&self) -> Timestamp {
        let elapsed = i64::try_from(self.begun.elapsed().as_millis()).unwrap_or(i64::MAX);
        Timestamp(BEGINNING + elapsed + self.ahead.load(Ordering::Relaxed))
    }
}
