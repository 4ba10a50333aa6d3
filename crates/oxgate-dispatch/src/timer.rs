//! Waiting for a point in time, as an argument: the runtime's timer in the binary, a hand-moved one in tests.

use crate::target::BoxFuture;
use oxgate_core::{Clock, Timestamp};
use std::sync::Arc;
use std::time::Duration;

/// Wakes a task at a time of the [`Clock`] that it belongs to.
pub trait Timer: Send + Sync + 'static {
    /// Resolves once the clock has reached `at`; at once when it has already.
    fn until(&self, at: Timestamp) -> BoxFuture<'static, ()>;
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
}
