//! The inbox of a pull handler: its deliveries, leased in runs from the store instead of being sent.
//!
//! A lease is a run of consecutive deliveries of one lane. While it holds, nobody else gets one of that lane, so that the
//! order inside a lane is the consumer's to keep; several lanes are leased side by side. What is acknowledged is settled
//! in the store before the acknowledgement is answered (guarantee G1). What is not, because the lease ran out, was given
//! back, or this process ended, is still queued and is leased again: at least once, like every handler.
//!
//! Leases stand in memory only: they promise nothing that outlives the process.

/// Which deliveries of a lane make the next run.
mod run;

use crate::inbox::run::Choice;
use bytes::Bytes;
use oxgate_core::delivery::Policy;
use oxgate_core::limits::LANE_WINDOW;
use oxgate_core::{Clock, DeliveryId, Entropy, Fact, Reason, State, Timestamp};
use oxgate_dispatch::Timer;
use oxgate_store::command::{AttemptRecord, Record, Recorded};
use oxgate_store::faults::Mutation;
use oxgate_store::view::{Change, EventRow, OpenDelivery};
use oxgate_store::{ReadError, Refused, Store};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// The longest a lease can hold without being extended.
pub const LEASE_MAX: Duration = Duration::from_mins(15);

/// The most deliveries of one lease.
pub const RUN_MAX: usize = 500;

/// Bodies handed over with one lease; a run ends early where they come to more.
const RUN_BYTES_MAX: u64 = 8 * 1024 * 1024;

const NACKED: Reason = Reason::word("nack");

/// What a consumer asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ask {
    /// The pull handler.
    pub target: String,
    /// Deliveries at most, 1 to [`RUN_MAX`].
    pub most: usize,
    /// How long the lease holds, up to [`LEASE_MAX`].
    pub within: Duration,
    /// How long to wait for something to lease.
    pub wait: Duration,
    /// Bodies above this are not handed over with the lease.
    pub inline_max: u64,
}

/// A lease.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Run {
    /// Names the lease in what the consumer says about it.
    pub lease: String,
    /// When it ends.
    pub until: Timestamp,
    /// The lane's number.
    pub lane: i64,
    /// In the order in which they are to be handled.
    pub deliveries: Vec<Leased>,
}

/// One delivery of a lease.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Leased {
    /// The delivery.
    pub delivery: OpenDelivery,
    /// Its event.
    pub event: EventRow,
    /// Its bytes, unless it is too large to be handed over at once.
    pub body: Option<Bytes>,
}

/// What a consumer says about deliveries of its lease.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It has them.
    Ack,
    /// It could not handle them.
    Nack {
        /// Not before so long.
        retry_in: Duration,
        /// For good: park them at once.
        park: bool,
    },
}

/// Why a consumer's word does not count.
#[derive(Clone, Debug, thiserror::Error)]
pub enum InboxError {
    /// The lease has run out, was given back, or never was.
    #[error("the lease is over: its deliveries are queued again; lease anew")]
    LeaseOver,
    /// Deliveries that are not, or no longer, part of the lease.
    #[error("{count} of the deliveries named are not part of this lease")]
    NotLeased {
        /// How many.
        count: usize,
    },
    /// The store takes nothing at the moment; the lease still holds.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The store cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// All leases of all pull handlers.
pub struct Inbox {
    store: Store,
    clock: Arc<dyn Clock>,
    timer: Arc<dyn Timer>,
    entropy: Arc<dyn Entropy>,
    leases: Mutex<Leases>,
    bell: Notify,
}

#[derive(Default)]
struct Leases {
    by_id: HashMap<String, Lease>,
    /// Lanes that are leased, or being looked at, and by which lease.
    lanes: HashMap<i64, Option<String>>,
    /// The lane leased last, so that all get their turn.
    turn: i64,
}

struct Lease {
    target: String,
    lane: i64,
    began: Timestamp,
    until: Timestamp,
    open: Vec<DeliveryId>,
}

impl Leases {
    /// Ends leases whose time is over.
    fn expire(&mut self, now: Timestamp) {
        let over: Vec<String> =
            self.by_id.iter().filter(|(_, lease)| lease.until <= now).map(|(id, _)| id.clone()).collect();
        for id in &over {
            self.end(id);
        }
    }

    fn end(&mut self, id: &str) {
        if let Some(lease) = self.by_id.remove(id) {
            self.lanes.remove(&lease.lane);
        }
    }

    fn held(&mut self, target: &str, id: &str, now: Timestamp) -> Result<&mut Lease, InboxError> {
        self.expire(now);
        self.by_id.get_mut(id).filter(|lease| lease.target == target).ok_or(InboxError::LeaseOver)
    }
}

/// A lane that is being looked at; free again when dropped without a lease.
struct Place<'a> {
    inbox: &'a Inbox,
    lane: i64,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut leases = self.inbox.lock();
        if leases.lanes.get(&self.lane) == Some(&None) {
            leases.lanes.remove(&self.lane);
        }
    }
}

impl Inbox {
    /// Over this store; nothing is leased.
    pub fn new(store: Store, clock: Arc<dyn Clock>, timer: Arc<dyn Timer>, entropy: Arc<dyn Entropy>) -> Self {
        Self { store, clock, timer, entropy, leases: Mutex::default(), bell: Notify::new() }
    }

    /// Learns that there may be something to lease. The store's changes have one consumer, the dispatcher, which calls
    /// this as one of its observers.
    pub fn observe(&self, changes: &[Change]) {
        if changes.iter().any(|change| !matches!(change, Change::Closed { .. })) {
            self.bell.notify_waiters();
        }
    }

    /// The next run, as soon as there is one; `None` when nothing came in time.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn lease(&self, ask: &Ask) -> Result<Option<Run>, InboxError> {
        let give_up = self.clock.now().plus(ask.wait);
        loop {
            // Registered before the look, so that what comes in between is not missed.
            let mut rung = std::pin::pin!(self.bell.notified());
            rung.as_mut().enable();
            let look_again = match self.look(ask).await? {
                Ok(run) => return Ok(Some(run)),
                Err(look_again) => look_again,
            };
            if self.clock.now() >= give_up {
                return Ok(None);
            }
            tokio::select! {
                () = rung => {}
                () = self.timer.until(look_again.min(give_up)) => {}
            }
        }
    }

    /// A run, or when there may be one at the latest.
    async fn look(&self, ask: &Ask) -> Result<Result<Run, Timestamp>, InboxError> {
        let mut lanes: Vec<(i64, u64)> = {
            let lanes = self.store.busy_lanes().await?;
            let ours = lanes.into_iter().filter(|lane| lane.target == ask.target);
            ours.filter_map(|lane| Some((lane.id, lane.state.starts_through()?))).collect()
        };
        let turn = self.lock().turn;
        lanes.sort_unstable_by_key(|(lane, _)| (*lane <= turn, *lane));
        let mut look_again = Timestamp::NEVER;
        for (lane, through) in lanes {
            let place = match self.reserve(lane) {
                Ok(place) => place,
                Err(until) => {
                    look_again = look_again.min(until);
                    continue;
                }
            };
            let mut window = self.store.window(lane, (0, 0), LANE_WINDOW).await?;
            window.retain(|delivery| delivery.rank <= through);
            let Choice { run, due } = run::choose(window, ask.most.min(RUN_MAX), self.clock.now());
            look_again = look_again.min(due);
            let loaded = self.load(run, ask.inline_max).await?;
            if !loaded.is_empty() {
                return Ok(Ok(self.begin(&place, ask, loaded)));
            }
        }
        Ok(Err(look_again))
    }

    /// The lane, if nobody has it; else until when somebody does.
    fn reserve(&self, lane: i64) -> Result<Place<'_>, Timestamp> {
        let mut leases = self.lock();
        leases.expire(self.clock.now());
        match leases.lanes.get(&lane) {
            Some(Some(id)) => return Err(leases.by_id.get(id).map_or(Timestamp::NEVER, |lease| lease.until)),
            // Somebody is looking; the bell rings when they leave a lane that they had.
            Some(None) => return Err(self.clock.now().plus(Duration::from_secs(1))),
            None => leases.lanes.insert(lane, None),
        };
        Ok(Place { inbox: self, lane })
    }

    async fn load(&self, run: Vec<OpenDelivery>, inline_max: u64) -> Result<Vec<Leased>, InboxError> {
        let (mut loaded, mut bytes) = (Vec::with_capacity(run.len()), 0);
        for delivery in run {
            let Some(event) = self.store.event(delivery.id.event).await? else { break };
            let inline = event.body_bytes <= inline_max;
            bytes += if inline { event.body_bytes } else { 0 };
            if bytes > RUN_BYTES_MAX && !loaded.is_empty() {
                break;
            }
            let body = if inline { self.store.body(event.id).await?.map(Bytes::from) } else { None };
            loaded.push(Leased { delivery, event, body });
        }
        Ok(loaded)
    }

    fn begin(&self, place: &Place<'_>, ask: &Ask, deliveries: Vec<Leased>) -> Run {
        let began = self.clock.now();
        let until = began.plus(ask.within.min(LEASE_MAX));
        let id = format!("lse_{:016x}", self.entropy.number());
        let open = deliveries.iter().map(|leased| leased.delivery.id).collect();
        let lease = Lease { target: ask.target.clone(), lane: place.lane, began, until, open };
        let mut leases = self.lock();
        leases.turn = place.lane;
        leases.lanes.insert(place.lane, Some(id.clone()));
        leases.by_id.insert(id.clone(), lease);
        Run { lease: id, until, lane: place.lane, deliveries }
    }

    /// Says how deliveries of a lease ended; all of them when none is named. Resolves when that is durable; the state
    /// that each is in then.
    ///
    /// A nack ends the lease and gives back what it does not name, uncounted: what follows a delivery that could not be
    /// handled must not be handled before it.
    ///
    /// # Errors
    /// [`InboxError`]; what was recorded before a refusal stays recorded, and saying it again does no harm.
    pub async fn settle(
        &self,
        (target, policy): (&str, Policy),
        lease: &str,
        named: &[DeliveryId],
        verdict: Verdict,
    ) -> Result<Vec<(DeliveryId, State)>, InboxError> {
        let (chosen, began) = self.chosen(target, lease, named)?;
        if verdict == Verdict::Ack && self.store.mutation() == Some(Mutation::G1AckUnwritten) {
            self.leave(lease, &chosen, verdict);
            return Ok(chosen.into_iter().map(|id| (id, State::Settled)).collect());
        }
        let records = chosen.iter().map(|id| self.store.record(self.record(*id, policy, began, verdict)));
        let mut states = Vec::with_capacity(chosen.len());
        // Handed to the writer together: one group, one sync.
        for (id, recorded) in chosen.iter().zip(futures_util::future::join_all(records).await) {
            match recorded? {
                Recorded::Done { row, .. } => states.push((*id, row.state)),
                // A person was quicker; what they decided stands.
                Recorded::Illegal(illegal) => states.push((*id, illegal.state)),
                Recorded::Missing => {}
            }
        }
        self.leave(lease, &chosen, verdict);
        Ok(states)
    }

    fn chosen(
        &self,
        target: &str,
        lease: &str,
        named: &[DeliveryId],
    ) -> Result<(Vec<DeliveryId>, Timestamp), InboxError> {
        let mut leases = self.lock();
        let held = leases.held(target, lease, self.clock.now())?;
        let count = named.iter().filter(|id| !held.open.contains(id)).count();
        if count > 0 {
            return Err(InboxError::NotLeased { count });
        }
        let all = named.is_empty();
        Ok((held.open.iter().copied().filter(|id| all || named.contains(id)).collect(), held.began))
    }

    fn record(&self, id: DeliveryId, policy: Policy, began: Timestamp, verdict: Verdict) -> Record {
        let ended_at = self.clock.now();
        let attempt =
            |reason| AttemptRecord { no: None, started_at: began, ended_at, status: None, reason, detail: None };
        match verdict {
            Verdict::Ack => Record { attempt: Some(attempt(Reason::NONE)), ..Record::new(id, Fact::Accepted, policy) },
            Verdict::Nack { retry_in, park } => {
                let fact = Fact::EventFailure { reason: NACKED, counts: true, retry_at: ended_at.plus(retry_in) };
                let at_once = Policy { failures_max: 1, failures_span: Duration::ZERO, ..policy };
                let policy = if park { at_once } else { policy };
                Record { attempt: Some(attempt(NACKED)), ..Record::new(id, fact, policy) }
            }
        }
    }

    fn leave(&self, lease: &str, done: &[DeliveryId], verdict: Verdict) {
        let mut leases = self.lock();
        let over = match leases.by_id.get_mut(lease) {
            Some(held) => {
                held.open.retain(|id| !done.contains(id));
                held.open.is_empty() || matches!(verdict, Verdict::Nack { .. })
            }
            None => false,
        };
        if over {
            leases.end(lease);
            drop(leases);
            self.bell.notify_waiters();
        }
    }

    /// Makes a lease hold for so long from now on.
    ///
    /// # Errors
    /// When the lease is over.
    pub fn extend(&self, target: &str, lease: &str, within: Duration) -> Result<Timestamp, InboxError> {
        let now = self.clock.now();
        let mut leases = self.lock();
        let held = leases.held(target, lease, now)?;
        held.until = now.plus(within.min(LEASE_MAX));
        Ok(held.until)
    }

    /// Leases that hold now.
    pub fn leased(&self) -> usize {
        let mut leases = self.lock();
        leases.expire(self.clock.now());
        leases.by_id.len()
    }

    fn lock(&self) -> MutexGuard<'_, Leases> {
        self.leases.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Inbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inbox").field("leased", &self.leased()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
