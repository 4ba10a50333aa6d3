//! Waiting for a point in time, as an argument: the runtime's timer in the binary, a hand-moved one in tests.

use crate::target::BoxFuture;
use oxgate_core::{Clock, Timestamp};
use std::sync::Arc;
use std::time::Duration;

/// Wakes a task at a time of the [`Clock`] that it belongs to.
pub trait Timer: Send + Sync + 'static {
    /// Resolves once the clock has reached `at`; at once when it has already.
    fn until(&self, at: Timestamp) -> BoxFuture<'static, ()>;

    /// Resolves `span` after `now`, which is the present: for limits and pauses, which a clock that is set meanwhile must
    /// neither cut short nor draw out.
    fn after(&self, now: Timestamp, span: Duration) -> BoxFuture<'static, ()> {
        self.until(now.plus(span))
    }

    /// Resolves when it is worth while to look whether the clock was set back, which [`Timer::until`] would only draw out.
    /// Never, where nobody sets the clock.
    fn look_again(&self) -> BoxFuture<'static, ()> {
        Box::pin(std::future::pending())
    }
}

/// The runtime's timer, following a wall clock.
pub struct ClockTimer {
    clock: Arc<dyn Clock>,
}

/// The longest single sleep. The wall clock may be set while a task sleeps; it is looked at again this often.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

impl ClockTimer {
    /// A timer that follows `clock`.
    pub const fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock }
    }
}

impl Timer for ClockTimer {
    fn until(&self, at: Timestamp) -> BoxFuture<'static, ()> {
        let clock = Arc::clone(&self.clock);
        Box::pin(async move {
            loop {
                let left = at.since(clock.now());
                if left.is_zero() {
                    return;
                }
                tokio::time::sleep(left.min(LOOK_AGAIN)).await;
            }
        })
    }

    fn after(&self, _now: Timestamp, span: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(span))
    }

    fn look_again(&self) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(LOOK_AGAIN))
    }
}
