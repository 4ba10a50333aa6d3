//! One budget of bytes for all bodies in memory, so that memory is bounded however many attempts are under way.

use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A budget of bytes; cheap to clone, all clones draw on the same one.
#[derive(Clone, Debug)]
pub struct BytesBudget {
    free: Arc<Semaphore>,
    total: u32,
}

/// Bytes taken from a [`BytesBudget`]; they go back when this is dropped.
#[derive(Debug)]
pub struct BytesPermit {
    _taken: Option<OwnedSemaphorePermit>,
}

impl BytesBudget {
    /// A budget of `bytes`, at most 4 GiB.
    pub fn new(bytes: usize) -> Self {
        let total = u32::try_from(bytes).unwrap_or(u32::MAX);
        Self { free: Arc::new(Semaphore::new(total as usize)), total }
    }

    /// Waits until `bytes` are free and takes them, in the order of asking. A body larger than the whole budget takes
    /// the whole budget, so that it passes alone instead of never.
    pub async fn take(&self, bytes: u64) -> BytesPermit {
        let taken = Arc::clone(&self.free).acquire_many_owned(self.capped(bytes)).await;
        BytesPermit { _taken: Some(taken.expect("the budget's semaphore is never closed")) }
    }

    /// Takes `bytes` if they are free at once; `None` tells a door to answer "come back".
    pub fn try_take(&self, bytes: u64) -> Option<BytesPermit> {
        let taken = Arc::clone(&self.free).try_acquire_many_owned(self.capped(bytes)).ok()?;
        Some(BytesPermit { _taken: Some(taken) })
    }

    /// Bytes that are free at the moment.
    pub fn free(&self) -> usize {
        self.free.available_permits()
    }

    fn capped(&self, bytes: u64) -> u32 {
        u32::try_from(bytes).unwrap_or(u32::MAX).min(self.total)
    }
}

impl Default for BytesBudget {
    /// The gateway's budget for bodies in flight.
    fn default() -> Self {
        Self::new(oxgate_core::limits::BODIES_IN_FLIGHT_BYTES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn g9_a_body_above_the_budget_passes_alone() {
        let budget = BytesBudget::new(10);
        let small = budget.take(4).await;
        assert!(budget.try_take(7).is_none());
        drop(small);
        let large = budget.take(1_000).await;
        assert_eq!(budget.free(), 0);
        assert!(budget.try_take(1).is_none());
        drop(large);
        assert_eq!(budget.free(), 10);
    }
}
