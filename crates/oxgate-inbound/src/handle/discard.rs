//! Takes events in order to forget them: the explicit, counted end of what nobody needs.

use crate::counts::Counts;
use oxgate_dispatch::{BoxFuture, Job, Report, Target};
use std::sync::Arc;

/// Accepts every delivery and counts it. The event stays in the store until retention removes it.
#[derive(Debug)]
pub struct DiscardHandler {
    counts: Arc<Counts>,
}

impl DiscardHandler {
    /// Counts into `counts.discarded`.
    pub const fn new(counts: Arc<Counts>) -> Self {
        Self { counts }
    }
}

impl Target for DiscardHandler {
    fn deliver(&self, _job: Job) -> BoxFuture<'_, Report> {
        self.counts.discarded.add_one();
        Box::pin(std::future::ready(Report::accepted()))
    }

    fn healthy(&self) -> BoxFuture<'_, bool> {
        Box::pin(std::future::ready(true))
    }
}
