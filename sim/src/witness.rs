//! What was seen from outside, and what must never be seen: the record against which the promises are held.

use crate::across::Subject;
use crate::trace::Trace;
use bytes::Bytes;
use oxgate_core::{DeliveryId, EventId, OrderKeys};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Everything seen.
pub(crate) struct Witness {
    pub(crate) trace: Trace,
    /// The first broken promise, and how.
    pub(crate) broken: Option<(&'static str, String)>,
    /// What Redox pushed, by its log id and what it says.
    pub(crate) pushed: BTreeMap<(String, String), Pushed>,
    /// What the application submitted, by its number.
    pub(crate) submitted: BTreeMap<u64, Submitted>,
    /// The newest event that anybody was told of.
    pub(crate) newest_acknowledged: u64,
    /// Attempts of each delivery, over all lives of the gateway.
    pub(crate) attempts: BTreeMap<DeliveryId, Attempts>,
    /// Where each delivery stands, as the store first said.
    pub(crate) places: BTreeMap<DeliveryId, Place>,
    /// Deliveries that are parked, since when.
    pub(crate) parked: BTreeMap<DeliveryId, Duration>,
    /// All that were ever parked.
    pub(crate) ever_parked: BTreeSet<DeliveryId>,
    /// Parked ones that were opened again.
    pub(crate) reopened: BTreeMap<DeliveryId, Reopened>,
    /// Parked ones that a person has looked at, by the number of their attempts, since when.
    pub(crate) doubted: BTreeMap<(DeliveryId, u32), Duration>,
    /// Deliveries that a handler has, since when.
    pub(crate) received: BTreeMap<DeliveryId, Duration>,
    /// Deliveries that a pull consumer acknowledged.
    pub(crate) acked: BTreeSet<DeliveryId>,
    /// Acknowledged events, as far as they say what their order is.
    pub(crate) subjects: BTreeMap<EventId, Subject>,
    /// Deliveries that another handler took over, with the last event accepted before.
    pub(crate) taken_over: BTreeMap<DeliveryId, u64>,
    /// How often changes were heard.
    pub(crate) batches: u64,
    /// When each target last proved to be well.
    pub(crate) proved: BTreeMap<String, Duration>,
    /// Orders that Redox left unanswered on purpose.
    pub(crate) unanswered: BTreeSet<u64>,
}

/// A delivery's place in its lane.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) lane: i64,
    pub(crate) keys: OrderKeys,
    pub(crate) rank: u64,
}

/// A parked delivery that is open again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reopened {
    pub(crate) at: Duration,
    /// Heard with what else was heard at once.
    pub(crate) batch: u64,
}

/// A message that Redox pushed.
#[derive(Default)]
pub(crate) struct Pushed {
    /// The event that it was acknowledged as.
    pub(crate) acknowledged: Option<EventId>,
    /// The bytes of the attempt that was acknowledged first.
    pub(crate) body: Bytes,
    /// Of an answer: the order's number.
    pub(crate) answers: Option<u64>,
    /// It names an order, and another patient than that order's.
    pub(crate) is_stray: bool,
}

/// An event of the application.
pub(crate) struct Submitted {
    pub(crate) body: Bytes,
    /// The event that it was acknowledged as.
    pub(crate) acknowledged: Option<EventId>,
    /// Whether its sender waits for an answer, and how long.
    pub(crate) reply_within: Option<Duration>,
}

/// What became of a delivery's attempts.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Attempts {
    pub(crate) begun: u32,
    /// Failures for the event's own sake.
    pub(crate) event_failures: u32,
    /// When the first of these was.
    pub(crate) first_failure: Option<Duration>,
    pub(crate) target_failures: u32,
    pub(crate) rejected: u32,
    /// How often Redox took it.
    pub(crate) taken: u32,
}

impl Witness {
    pub(crate) fn new(keep_trace: bool) -> Self {
        Self {
            trace: Trace::new(keep_trace),
            broken: None,
            pushed: BTreeMap::new(),
            submitted: BTreeMap::new(),
            newest_acknowledged: 0,
            attempts: BTreeMap::new(),
            places: BTreeMap::new(),
            parked: BTreeMap::new(),
            ever_parked: BTreeSet::new(),
            reopened: BTreeMap::new(),
            doubted: BTreeMap::new(),
            received: BTreeMap::new(),
            acked: BTreeSet::new(),
            subjects: BTreeMap::new(),
            taken_over: BTreeMap::new(),
            batches: 0,
            proved: BTreeMap::new(),
            unanswered: BTreeSet::new(),
        }
    }

    /// Every event that somebody was told is safe.
    pub(crate) fn acknowledged(&self) -> Vec<(EventId, String, Bytes)> {
        let pushed =
            self.pushed.iter().filter_map(|((log, _), one)| Some((one.acknowledged?, log.clone(), one.body.clone())));
        let submitted = self.submitted.iter();
        let submitted = submitted
            .filter_map(|(number, one)| Some((one.acknowledged?, format!("order {number}"), one.body.clone())));
        pushed.chain(submitted).collect()
    }
}
