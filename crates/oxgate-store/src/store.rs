//! The handle that the rest of the gateway holds: commands that resolve when durable, questions, changes.

use crate::Refused;
use crate::command::{
    Accept, Accepted, Command, LaneChange, LaneChanged, LinkedAnswer, Outcome, Reassign, Reassigned, Record, Recorded,
    SealedBody, Submit, Submitted,
};
use crate::engine::{ReadError, StoredBody};
use crate::faults::Mutation;
use crate::open::{self, OpenError, Opened};
use crate::settings::Settings;
use crate::vault::Packed;
use crate::view::{
    CatchUpRow, Change, Counters, DeliveryRow, EventQuery, EventRow, ExpectationQuery, ExpectationRow, Health,
    LaneDepth, LaneRow, OpenDelivery, TimelineEntry, Unresolved,
};
use oxgate_core::{AttemptId, Clock, DeliveryId, Entropy, EventId, KeyHash, Keyed, Timestamp};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Bodies above this are packed and sealed on a blocking thread instead of the caller's.
const SEALED_ON_THE_SPOT: usize = 1024 * 1024;

/// Parts of one large body on their way to the writer at once.
const PARTS_AT_ONCE: usize = 4;

/// An open store; cheap to clone. When the last clone is dropped the store closes as by [`Store::close`].
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    opened: Opened,
    ends: Mutex<open::Threads>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    /// Held while a new data key is made durable, so that one day has one key.
    renewing: tokio::sync::Mutex<()>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.end();
    }
}

impl Inner {
    fn end(&self) {
        self.opened.shared.queue.close();
        self.ends.lock().unwrap_or_else(PoisonError::into_inner).end(&self.opened.readers);
    }
}

impl Store {
    /// Opens the store in `settings.folder`, making it if it is not there. Blocks; takes milliseconds.
    ///
    /// Deliveries found in `sending` are left as they are: what they become depends on their target's rules, so the
    /// dispatcher asks [`Store::in_doubt`] first thing and records [`oxgate_core::Fact::Recovered`] for each.
    ///
    /// # Errors
    /// See [`OpenError`]; keys, lock and schema are checked before anything is written.
    #[expect(clippy::needless_pass_by_value, reason = "the operator's key leaves the caller's hands and is wiped here")]
    pub fn open(settings: Settings, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Result<Self, OpenError> {
        let (opened, threads) = open::open(&settings, Arc::clone(&clock), &entropy)?;
        let (ends, renewing) = (Mutex::new(threads), tokio::sync::Mutex::new(()));
        Ok(Self { inner: Arc::new(Inner { opened, ends, clock, entropy, renewing }) })
    }

    /// Opens it without threads of its own: groups are written when the [`crate::Stepper`] is told to, and questions
    /// are answered on the asker's task, with `pause` before and after. For simulations.
    ///
    /// # Errors
    /// As for [`Store::open`].
    #[cfg(any(test, feature = "mutations"))]
    #[expect(clippy::needless_pass_by_value, reason = "as for `open`")]
    pub fn open_stepped(
        settings: Settings,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        pause: crate::Pause,
    ) -> Result<(Self, crate::Stepper), OpenError> {
        let (opened, stepper) = open::open_stepped(&settings, Arc::clone(&clock), &entropy, pause)?;
        let (ends, renewing) = (Mutex::new(open::Threads::none()), tokio::sync::Mutex::new(()));
        Ok((Self { inner: Arc::new(Inner { opened, ends, clock, entropy, renewing }) }, stepper))
    }

    /// Asks a snapshot on the spot, without any pause: for those who watch from outside.
    ///
    /// # Errors
    /// Those of `ask`, and when no snapshot can be had.
    #[cfg(any(test, feature = "mutations"))]
    pub fn look<T>(&self, ask: impl FnOnce(&dyn crate::engine::Reads) -> Result<T, ReadError>) -> Result<T, ReadError> {
        self.inner.opened.readers.with_one(ask)
    }

    /// The deliberate bug that tests have built in, for the parts of the gateway that stand on this store; none in an
    /// ordinary build.
    pub fn mutation(&self) -> Option<Mutation> {
        self.inner.opened.faults.mutation()
    }

    /// The search key, for correlation and order keys.
    pub fn keyed(&self) -> &Keyed {
        &self.inner.opened.keyed
    }

    /// 32 random bits for an event's tag.
    pub fn tag(&self) -> u32 {
        let mut tag = [0; 4];
        self.inner.entropy.fill(&mut tag);
        u32::from_le_bytes(tag)
    }

    // ── In ──────────────────────────────────────────────────────────────────────────────────────────────────────

    /// Packs and seals a body on the caller's task; a large one is already written in parts when this returns.
    ///
    /// # Errors
    /// Only for large bodies, and when the day's first data key cannot be written.
    pub async fn seal(&self, body: &[u8]) -> Result<SealedBody, Refused> {
        self.renew_key().await?;
        let packed = if body.len() > SEALED_ON_THE_SPOT {
            let (vault, body) = (Arc::clone(&self.inner.opened.vault), body.to_vec());
            tokio::task::spawn_blocking(move || vault.pack(&body)).await.map_err(|_| Refused::Closed)?
        } else {
            self.inner.opened.vault.pack(body)
        };
        let Packed { id, codec, data_key, mut parts } = packed;
        let inline = if parts.len() == 1 { parts.pop() } else { None };
        if inline.is_none() {
            self.stage(id, codec, data_key, parts).await?;
        }
        Ok(SealedBody { id, codec, data_key, bytes: body.len() as u64, inline })
    }

    async fn stage(&self, body: u64, codec: u8, data_key: u32, parts: Vec<Vec<u8>>) -> Result<(), Refused> {
        let mut under_way = std::collections::VecDeque::with_capacity(PARTS_AT_ONCE);
        for (part, bytes) in (0..).zip(parts) {
            if under_way.len() == PARTS_AT_ONCE
                && let Some(earliest) = under_way.pop_front()
            {
                answer(earliest).await?;
            }
            self.refuse_new_work()?;
            let command = Command::Part { body, part, codec, data_key, bytes };
            under_way.push_back(self.inner.opened.shared.queue.add(command).await?);
        }
        for one in under_way {
            answer(one).await?;
        }
        Ok(())
    }

    /// The first seal of a day waits for its new data key to be durable; all others find it there.
    async fn renew_key(&self) -> Result<(), Refused> {
        let now = self.inner.clock.now();
        let vault = &self.inner.opened.vault;
        if !vault.is_key_wanted(now) {
            return Ok(());
        }
        let _one_at_a_time = self.inner.renewing.lock().await;
        if let Some(fresh) = vault.key_wanted(now) {
            let wrapped = &fresh.wrapped;
            let (kek, bytes) = (wrapped.kek.clone(), wrapped.bytes.clone());
            self.command(Command::DataKey { id: wrapped.id, kek, wrapped: bytes }).await?;
            vault.install(fresh);
        }
        Ok(())
    }

    /// Seals a short text (the application's correlation value) under the newest data key.
    ///
    /// # Errors
    /// None at present; sealing may come to need the writer.
    pub fn seal_text(&self, text: &str) -> Result<Vec<u8>, Refused> {
        Ok(self.inner.opened.vault.seal_text(text))
    }

    /// A short text as it was; `None` when it cannot be opened.
    pub fn open_text(&self, sealed: &[u8]) -> Option<String> {
        self.inner.opened.vault.open_text(sealed)
    }

    /// Takes an inbound event. Resolves when durable; refuses at once when there is no room.
    ///
    /// # Errors
    /// Nobody may be acknowledged. After [`Refused::Sick`] the event may turn out to be stored all the same.
    pub async fn accept(&self, accept: Accept) -> Result<Accepted, Refused> {
        match self.offer(Command::Accept(Box::new(accept))).await? {
            Outcome::Accepted(accepted) => Ok(accepted),
            _ => Err(Refused::Fault),
        }
    }

    /// Takes an outbound event. Resolves when durable; refuses at once when there is no room.
    ///
    /// # Errors
    /// As for [`Store::accept`].
    pub async fn submit(&self, submit: Submit) -> Result<Submitted, Refused> {
        match self.offer(Command::Submit(Box::new(submit))).await? {
            Outcome::Submitted(submitted) => Ok(submitted),
            _ => Err(Refused::Fault),
        }
    }

    /// Records a fact about a delivery. Resolves when durable; waits for room.
    ///
    /// A repeatable target has no durable start: do not record [`oxgate_core::Fact::Start`] for it, give the
    /// [`crate::command::AttemptRecord`] with the fact that ends the attempt, and the attempt is counted then.
    ///
    /// # Errors
    /// The fact may turn out to be stored all the same after [`Refused::Sick`]; for a start that means: do not send.
    pub async fn record(&self, record: Record) -> Result<Recorded, Refused> {
        match self.command(Command::Record(Box::new(record))).await? {
            Outcome::Recorded(recorded) => Ok(recorded),
            _ => Err(Refused::Fault),
        }
    }

    /// Records several facts, all in one transaction and in the order given. Resolves when durable; waits for room.
    ///
    /// # Errors
    /// As for [`Store::record`], for all of them.
    pub async fn records(&self, records: Vec<Record>) -> Result<Vec<Recorded>, Refused> {
        match self.command(Command::Records(records)).await? {
            Outcome::Records(recorded) => Ok(recorded),
            _ => Err(Refused::Fault),
        }
    }

    /// Changes a lane's state, unless it has moved on from the one that was seen. Resolves when durable.
    ///
    /// # Errors
    /// As for [`Store::record`].
    pub async fn lane(&self, change: LaneChange) -> Result<LaneChanged, Refused> {
        match self.command(Command::Lane(change)).await? {
            Outcome::Lane(changed) => Ok(changed),
            _ => Err(Refused::Fault),
        }
    }

    /// One step of handing an orphaned lane to another target. Resolves when durable.
    ///
    /// # Errors
    /// As for [`Store::record`].
    pub async fn reassign(&self, reassign: Reassign) -> Result<Reassigned, Refused> {
        match self.command(Command::Reassign(reassign)).await? {
            Outcome::Reassigned(reassigned) => Ok(reassigned),
            _ => Err(Refused::Fault),
        }
    }

    /// Any other command. Resolves when durable; waits for room.
    ///
    /// # Errors
    /// As for [`Store::record`].
    pub async fn command(&self, command: Command) -> Result<Outcome, Refused> {
        if self.health() == Health::Sick {
            return Err(Refused::Sick);
        }
        answer(self.inner.opened.shared.queue.add(command).await?).await
    }

    async fn offer(&self, command: Command) -> Result<Outcome, Refused> {
        self.refuse_new_work()?;
        answer(self.inner.opened.shared.queue.offer(command)?).await
    }

    fn refuse_new_work(&self) -> Result<(), Refused> {
        match self.health() {
            Health::Well => Ok(()),
            Health::Sick => Err(Refused::Sick),
            // The writer may be idle just because the doors refuse, so the doors look again themselves.
            Health::DiskLow if self.inner.opened.shared.disk.look() => Err(Refused::DiskLow),
            Health::DiskLow => Ok(()),
        }
    }

    // ── Out ─────────────────────────────────────────────────────────────────────────────────────────────────────

    /// The changes since the last call, in commit order; waits until there are some. For one consumer.
    ///
    /// Nothing is told of what happened before the store was opened: load [`Store::busy_lanes`] first, then listen.
    /// After a failed commit every lane is told as overflowed. Empty once the store has closed.
    pub async fn changes(&self) -> Vec<Change> {
        self.inner.opened.shared.changes.take().await
    }

    /// Open deliveries of a lane from a place (rank, n) on, oldest first; `held`, `sending` and `unknown` among them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn window(&self, lane: i64, from: (u64, u16), limit: usize) -> Result<Vec<OpenDelivery>, ReadError> {
        self.inner.opened.readers.ask(move |reads| reads.window(lane, from, limit)).await
    }

    /// All lanes; those with open work first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn lanes(&self) -> Result<Vec<LaneRow>, ReadError> {
        self.inner.opened.readers.ask(|reads| reads.lanes()).await
    }

    /// Counts of one lane; walks its open deliveries, so not for every second.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn lane_depth(&self, lane: i64) -> Result<LaneDepth, ReadError> {
        self.inner.opened.readers.ask(move |reads| reads.lane_depth(lane)).await
    }

    /// Lanes that have open work.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn busy_lanes(&self) -> Result<Vec<LaneRow>, ReadError> {
        self.inner.opened.readers.ask(|reads| reads.busy_lanes()).await
    }

    /// Lanes that have parked deliveries.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn parked_lanes(&self) -> Result<Vec<LaneRow>, ReadError> {
        self.inner.opened.readers.ask(|reads| reads.parked_lanes()).await
    }

    /// What waits for a person, and which answers are missing. The cost grows with what is counted.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn unresolved(&self) -> Result<Unresolved, ReadError> {
        self.inner.opened.readers.ask(|reads| reads.unresolved()).await
    }

    /// Deliveries in `sending` or `unknown`, each with its target's configured name.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn in_doubt(&self) -> Result<Vec<(OpenDelivery, String)>, ReadError> {
        self.inner.opened.readers.ask(|reads| reads.in_doubt()).await
    }

    /// One event; `None` when the id names none.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn event(&self, id: EventId) -> Result<Option<EventRow>, ReadError> {
        self.inner.opened.readers.ask(move |reads| reads.event(id)).await
    }

    /// An event's body, unsealed; `None` when there is none any more.
    ///
    /// # Errors
    /// When the database cannot be read, or the seal does not open.
    pub async fn body(&self, id: EventId) -> Result<Option<Vec<u8>>, ReadError> {
        let vault = Arc::clone(&self.inner.opened.vault);
        self.inner.opened.readers.ask(move |reads| unpack(&vault, reads.body(id)?)).await
    }

    /// What the peer said to an attempt, unsealed; `None` when nothing was kept.
    ///
    /// # Errors
    /// As for [`Store::body`].
    pub async fn attempt_detail(&self, id: AttemptId) -> Result<Option<Vec<u8>>, ReadError> {
        let vault = Arc::clone(&self.inner.opened.vault);
        self.inner.opened.readers.ask(move |reads| unpack(&vault, reads.attempt_detail(id)?)).await
    }

    /// An event's deliveries.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn deliveries(&self, id: EventId) -> Result<Vec<DeliveryRow>, ReadError> {
        self.inner.opened.readers.ask(move |reads| reads.deliveries(id)).await
    }

    /// One delivery.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn delivery(&self, id: DeliveryId) -> Result<Option<DeliveryRow>, ReadError> {
        self.inner.opened.readers.ask(move |reads| reads.delivery(id)).await
    }

    /// Events that fit the query.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn events(&self, query: EventQuery) -> Result<Vec<EventRow>, ReadError> {
        self.inner.opened.readers.ask(move |reads| reads.events(&query)).await
    }

    /// Parked deliveries, oldest first, optionally of one target, and from behind one on.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn parked(
        &self,
        target: Option<String>,
        after: Option<DeliveryId>,
        limit: u32,
    ) -> Result<Vec<DeliveryRow>, ReadError> {
        self.inner.opened.readers.ask(move |reads| reads.parked(target.as_deref(), after, limit)).await
    }

    /// Events under a search key, newest first, from before this sequence number on; and the sequence number up to which
    /// the index is complete.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn search(
        &self,
        kind: u8,
        hash: KeyHash,
        before: u64,
        limit: u32,
    ) -> Result<(Vec<EventRow>, u64), ReadError> {
        self.inner.opened.readers.ask(move |reads| reads.search(kind, hash, before, limit)).await
    }

    /// An event's timeline, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn timeline(&self, id: EventId) -> Result<Vec<TimelineEntry>, ReadError> {
        self.inner.opened.readers.ask(move |reads| reads.timeline(id)).await
    }

    /// Expectations, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn expectations(&self, query: ExpectationQuery) -> Result<Vec<ExpectationRow>, ReadError> {
        self.inner.opened.readers.ask(move |reads| reads.expectations(&query)).await
    }

    /// The questions that an inbound event answers, with grade, fit and sealed correlation: only those it is linked
    /// to, neither suspect nor overflowing ones.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn answered_by(&self, id: EventId) -> Result<Vec<LinkedAnswer>, ReadError> {
        self.inner.opened.readers.ask(move |reads| reads.answered_by(id)).await
    }

    /// Quota slots of an egress address since `from`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn quota(&self, egress: String, from: Timestamp) -> Result<Vec<(i64, u32)>, ReadError> {
        self.inner.opened.readers.ask(move |reads| reads.quota(&egress, from)).await
    }

    /// When the next expectation becomes late.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn next_late(&self) -> Result<Option<Timestamp>, ReadError> {
        self.inner.opened.readers.ask(|reads| reads.next_late()).await
    }

    /// Those of these Redox log ids that some event or delivery holds.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn known_logs(&self, logs: Vec<String>) -> Result<Vec<String>, ReadError> {
        self.inner.opened.readers.ask(move |reads| reads.known_logs(&logs)).await
    }

    /// Whether another delivery with the address of this one (source, destination, model, event type) was under way in
    /// this time without being plainly accepted, so that a log of that time may be its.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn neighbours(&self, id: DeliveryId, from: Timestamp, until: Timestamp) -> Result<bool, ReadError> {
        self.inner.opened.readers.ask(move |reads| reads.neighbours(id, from, until)).await
    }

    /// Targets that are, or were, given events from before their time.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn catch_ups(&self) -> Result<Vec<CatchUpRow>, ReadError> {
        self.inner.opened.readers.ask(|reads| reads.catch_ups()).await
    }

    /// How far something has been read, as kept by [`crate::command::Follow`]; `None` at first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn cursor(&self, name: String) -> Result<Option<i64>, ReadError> {
        self.inner.opened.readers.ask(move |reads| reads.cursor(&name)).await
    }

    // ── State ───────────────────────────────────────────────────────────────────────────────────────────────────

    /// How the store is doing.
    pub fn health(&self) -> Health {
        self.inner.opened.shared.health()
    }

    /// How it is doing after a look at its disk: what others do to that, a store that writes nothing does not notice.
    pub fn look_at_disk(&self) -> Health {
        self.inner.opened.shared.disk.look();
        self.health()
    }

    /// Resolves once the store can write; at once unless it is sick.
    pub async fn recovered(&self) {
        let mut sick = self.inner.opened.shared.sick.subscribe();
        // The sender lives in this very handle.
        let _ = sick.wait_for(|sick| !sick).await;
    }

    /// Exact counters since start.
    pub fn counters(&self) -> Counters {
        self.inner.opened.shared.counts.read(self.inner.opened.log.checkpoints())
    }

    /// Operational events by type since start, whether or not a target takes them.
    pub fn alarms(&self) -> BTreeMap<String, u64> {
        self.inner.opened.shared.counts.alarms()
    }

    /// Free bytes on the store's disk; `None` when its file system does not tell.
    pub fn disk_free_bytes(&self) -> Option<u64> {
        self.inner.opened.shared.disk.free()
    }

    /// Stops the writer after what is queued, empties the log, releases the lock. Later calls are refused.
    pub async fn close(&self) {
        let inner = Arc::clone(&self.inner);
        // It fails only when the runtime goes down, and then dropping the handle does the same.
        let _ = tokio::task::spawn_blocking(move || inner.end()).await;
    }
}

async fn answer(waiting: tokio::sync::oneshot::Receiver<Result<Outcome, Refused>>) -> Result<Outcome, Refused> {
    // Without an answer the writer is gone; what it last committed is known to nobody.
    waiting.await.unwrap_or(Err(Refused::Closed))
}

fn unpack(vault: &crate::vault::Vault, body: Option<StoredBody>) -> Result<Option<Vec<u8>>, ReadError> {
    let Some(body) = body else { return Ok(None) };
    let id = body.id;
    vault.unpack(body).map(Some).ok_or(ReadError::Sealed { body: id })
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("health", &self.health()).finish_non_exhaustive()
    }
}
