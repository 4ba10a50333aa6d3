//! A ledger in memory: what survives when a runner is dropped.

use super::time::{START, Time};
use oxgate_core::delivery::{Effect, OnPark, Policy, step};
use oxgate_core::lane::{LaneAct, LaneState};
use oxgate_core::{
    Address, Clock, Delivery, DeliveryId, Direction, EventId, Fact, Flags, OrderKeys, Reason, Refs, State, Timestamp,
};
use oxgate_dispatch::ledger::ReadFailed;
use oxgate_dispatch::{BoxFuture, Ledger};
use oxgate_store::Refused;
use oxgate_store::command::{AttemptRecord, LaneChange, LaneChanged, Record, Recorded, SealedBody};
use oxgate_store::view::{Change, EventRow, LaneRow, OpenDelivery};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};
use tokio::sync::Notify;

/// A delivery as it stands in the book.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) lane: i64,
    pub(crate) rank: u64,
    pub(crate) keys: OrderKeys,
    pub(crate) row: Delivery,
    pub(crate) receipt: Option<String>,
    pub(crate) attempts: Vec<AttemptRecord>,
}

/// How writes fare.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Writes {
    Succeed,
    /// Refused, nothing written.
    Refused,
    /// Refused, although written: a commit whose outcome was not known.
    TakeEffectAndRefused,
}

/// Where a record gets stuck on its way, by its fact's name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stall {
    /// Before it is written.
    Taking(&'static str),
    /// Written and told, before its caller is answered.
    Answering(&'static str),
}

/// Turns of the runtime that the runner is left with what it knows: enough to act on it.
const TURNS_LATE: usize = 12;

struct Pages {
    entries: BTreeMap<DeliveryId, Entry>,
    lanes: BTreeMap<i64, LaneRow>,
    overtaken: BTreeSet<DeliveryId>,
    changes: Vec<Change>,
    /// Changes of the last write, which the store hands over only after it has answered the caller.
    late: Vec<Change>,
    next: u64,
    writes: Writes,
    fails_reads: bool,
    stall: Option<Stall>,
    /// The names of the facts that were to be recorded, refused ones included.
    facts: Vec<(DeliveryId, &'static str)>,
}

/// Durable truth in memory: what survives when a runner is dropped.
pub(crate) struct Book {
    pages: Mutex<Pages>,
    changed: Notify,
    moves_on: Notify,
    time: Arc<Time>,
    this: Weak<Self>,
    /// Calls so far: shows whether anything is still moving.
    pub(crate) calls: AtomicU64,
}

impl Book {
    pub(crate) fn new(time: Arc<Time>) -> Arc<Self> {
        let pages = Pages {
            entries: BTreeMap::new(),
            lanes: BTreeMap::new(),
            overtaken: BTreeSet::new(),
            changes: Vec::new(),
            late: Vec::new(),
            next: 1,
            writes: Writes::Succeed,
            fails_reads: false,
            stall: None,
            facts: Vec::new(),
        };
        Arc::new_cyclic(|this| Self {
            pages: Mutex::new(pages),
            changed: Notify::new(),
            moves_on: Notify::new(),
            time,
            this: Weak::clone(this),
            calls: AtomicU64::new(0),
        })
    }

    /// Something that commits after all that was written before.
    fn commit<R>(&self, act: impl FnOnce(&mut Pages) -> R) -> R {
        self.with(|pages| {
            pages.publish();
            act(pages)
        })
    }

    fn with<R>(&self, act: impl FnOnce(&mut Pages) -> R) -> R {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let mut pages = self.pages.lock().expect("no test panics while it holds this");
        let done = act(&mut pages);
        if !pages.changes.is_empty() {
            self.changed.notify_one();
        }
        done
    }

    pub(crate) fn set_writes(&self, writes: Writes) {
        self.with(|pages| pages.writes = writes);
    }

    /// From here on such records get stuck.
    pub(crate) fn stall(&self, stall: Stall) {
        self.with(|pages| pages.stall = Some(stall));
    }

    /// Nothing is stuck any more.
    pub(crate) fn move_on(&self) {
        self.with(|pages| pages.stall = None);
        self.moves_on.notify_waiters();
    }

    async fn stalls(&self, here: Stall) {
        while self.with(|pages| pages.stall == Some(here)) {
            self.moves_on.notified().await;
        }
    }

    /// What the runner has wanted to record of a delivery, by name.
    pub(crate) fn facts(&self, id: DeliveryId) -> Vec<&'static str> {
        self.with(|pages| pages.facts.iter().filter(|(of, _)| *of == id).map(|(_, fact)| *fact).collect())
    }

    pub(crate) fn set_fails_reads(&self, fails: bool) {
        self.with(|pages| pages.fails_reads = fails);
    }

    pub(crate) fn make_lane(&self, id: i64, target: &str) {
        self.commit(|pages| {
            let row = LaneRow {
                id,
                target: target.to_owned(),
                label: format!("lane={id}"),
                state: LaneState::Open,
                reason: Reason::NONE,
                since: START,
            };
            pages.lanes.insert(id, row.clone());
            pages.changes.push(Change::Lane(row));
        });
    }

    /// Accepts an event with one delivery; its id carries the sequence number.
    pub(crate) fn accept(&self, lane: i64, keys: OrderKeys) -> DeliveryId {
        self.accept_until(lane, keys, None)
    }

    pub(crate) fn accept_until(&self, lane: i64, keys: OrderKeys, expires_at: Option<Timestamp>) -> DeliveryId {
        let now = self.time.now();
        self.commit(|pages| {
            let id = EventId { seq: pages.next, tag: 9 }.delivery(0);
            pages.next += 1;
            let row = Delivery::queued(now, expires_at);
            let entry = Entry { lane, rank: id.event.seq, keys, row, receipt: None, attempts: Vec::new() };
            pages.changes.push(Change::Open(open(id, &entry)));
            pages.entries.insert(id, entry);
            id
        })
    }

    /// A person's act.
    pub(crate) fn act(&self, id: DeliveryId, fact: &Fact, policy: &Policy) {
        let now = self.time.now();
        let done = self.commit(|pages| pages.step(id, fact, policy, now, |_| ()));
        assert!(matches!(done, Recorded::Done { .. }), "{fact:?}: {done:?}");
    }

    /// Somebody moves a row and nobody is told.
    pub(crate) fn move_unheard(&self, id: DeliveryId, state: State) {
        self.with(|pages| pages.entries.get_mut(&id).expect("accepted").row.state = state);
    }

    pub(crate) fn set_lane(&self, lane: i64, state: LaneState) {
        self.commit(|pages| pages.set_lane(lane, state));
    }

    /// The hook runs over: what the dispatcher has not heard yet of this lane becomes "there is more".
    pub(crate) fn overflow(&self, lane: i64) {
        self.commit(|pages| {
            pages.changes.retain(|change| match change {
                Change::Open(open) => open.lane != lane,
                Change::Closed { lane: of, .. } | Change::Overflow { lane: of } => *of != lane,
                Change::Lane(row) => row.id != lane,
            });
            pages.changes.push(Change::Overflow { lane });
        });
    }

    /// As after a restart: what was not heard is not told again.
    pub(crate) fn reopen(&self) {
        self.commit(|pages| pages.changes.clear());
    }

    pub(crate) fn entry(&self, id: DeliveryId) -> Entry {
        self.with(|pages| pages.entries[&id].clone())
    }

    pub(crate) fn state(&self, id: DeliveryId) -> State {
        self.entry(id).row.state
    }

    /// Whether the row says that the delivery comes out of order.
    pub(crate) fn is_overtaken(&self, id: DeliveryId) -> bool {
        self.with(|pages| pages.overtaken.contains(&id))
    }

    pub(crate) fn lane_state(&self, lane: i64) -> LaneState {
        self.with(|pages| pages.lanes[&lane].state.clone())
    }

    pub(crate) fn count(&self, state: State) -> usize {
        self.with(|pages| pages.entries.values().filter(|entry| entry.row.state == state).count())
    }

    fn read<T>(&self, read: impl FnOnce(&mut Pages) -> T) -> Result<T, ReadFailed> {
        self.with(|pages| if pages.fails_reads { Err(ReadFailed("told to".into())) } else { Ok(read(pages)) })
    }

    fn write<T>(&self, write: impl FnOnce(&mut Pages) -> T) -> Result<T, Refused> {
        let done = self.with(|pages| {
            pages.publish();
            let heard = pages.changes.len();
            let done = match pages.writes {
                Writes::Succeed => Ok(write(pages)),
                Writes::Refused => Err(Refused::Sick),
                Writes::TakeEffectAndRefused => {
                    write(pages);
                    Err(Refused::Sick)
                }
            };
            pages.late = pages.changes.split_off(heard);
            done
        });
        if let Some(this) = self.this.upgrade() {
            tokio::spawn(async move {
                for _ in 0..TURNS_LATE {
                    tokio::task::yield_now().await;
                }
                this.with(Pages::publish);
            });
        }
        done
    }
}

fn open(id: DeliveryId, entry: &Entry) -> OpenDelivery {
    OpenDelivery { id, lane: entry.lane, rank: entry.rank, keys: entry.keys.clone(), row: entry.row.clone() }
}

impl Pages {
    /// Lanes with a delivery in such a state.
    fn lanes_having(&self, such: impl Fn(State) -> bool) -> Vec<LaneRow> {
        let has = |lane: &&LaneRow| self.entries.values().any(|entry| entry.lane == lane.id && such(entry.row.state));
        self.lanes.values().filter(has).cloned().collect()
    }

    fn publish(&mut self) {
        self.changes.append(&mut self.late);
    }

    fn set_lane(&mut self, lane: i64, state: LaneState) {
        let row = self.lanes.get_mut(&lane).expect("a lane that was made");
        row.state = state;
        self.changes.push(Change::Lane(row.clone()));
    }

    fn step(
        &mut self,
        id: DeliveryId,
        fact: &Fact,
        policy: &Policy,
        now: Timestamp,
        also: impl FnOnce(&mut Entry),
    ) -> Recorded {
        let Some(entry) = self.entries.get_mut(&id) else { return Recorded::Missing };
        also(entry);
        let done = match step(&entry.row, fact, policy, now) {
            Ok(done) => done,
            Err(illegal) => return Recorded::Illegal(illegal),
        };
        let changed = entry.row != done.next;
        entry.row = done.next.clone();
        let entry = entry.clone();
        if changed && !matches!(fact, Fact::Start { .. }) {
            self.changes.push(if entry.row.state.is_open() {
                Change::Open(open(id, &entry))
            } else {
                Change::Closed { id, lane: entry.lane, state: entry.row.state }
            });
        }
        for effect in &done.effects {
            match effect {
                Effect::Parked(OnPark::HoldLane) => self.set_lane(entry.lane, LaneState::Blocked { by: id }),
                Effect::Parked(OnPark::HoldKey) => self.turn(id, &entry, State::Queued, &Fact::KeyHeld, now),
                Effect::Unparked | Effect::Ended => {
                    if self.lanes[&entry.lane].state == (LaneState::Blocked { by: id }) {
                        self.set_lane(entry.lane, LaneState::Open);
                    }
                    if effect == &Effect::Unparked {
                        self.turn(id, &entry, State::Held, &Fact::KeyReleased, now);
                    }
                }
                _ => (),
            }
        }
        Recorded::Done { row: entry.row, made: None, children: Vec::new() }
    }

    fn turn(&mut self, first: DeliveryId, entry: &Entry, from: State, fact: &Fact, now: Timestamp) {
        let behind: Vec<DeliveryId> = self
            .entries
            .iter()
            .filter(|(id, later)| **id > first && later.lane == entry.lane && later.row.state == from)
            .filter(|(_, later)| entry.keys.precedes(&later.keys))
            .map(|(id, _)| *id)
            .collect();
        for id in behind {
            self.step(id, fact, &Policy::HANDLER, now, |_| ());
        }
    }
}

impl Ledger for Book {
    fn changes(&self) -> BoxFuture<'_, Vec<Change>> {
        Box::pin(async move {
            loop {
                let heard = self.with(|pages| std::mem::take(&mut pages.changes));
                if !heard.is_empty() {
                    return heard;
                }
                self.changed.notified().await;
            }
        })
    }

    fn busy_lanes(&self) -> BoxFuture<'_, Result<Vec<LaneRow>, ReadFailed>> {
        Box::pin(async move { self.read(|pages| pages.lanes_having(State::is_open)) })
    }

    fn parked_lanes(&self) -> BoxFuture<'_, Result<Vec<LaneRow>, ReadFailed>> {
        Box::pin(async move { self.read(|pages| pages.lanes_having(|state| state == State::Parked)) })
    }

    fn lanes(&self) -> BoxFuture<'_, Result<Vec<LaneRow>, ReadFailed>> {
        Box::pin(async move {
            // Slower than a window, so that nothing may rely on its being quick.
            for _ in 0..TURNS_LATE {
                tokio::task::yield_now().await;
            }
            self.read(|pages| pages.lanes.values().cloned().collect())
        })
    }

    fn window(
        &self,
        lane: i64,
        from: (u64, u16),
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<OpenDelivery>, ReadFailed>> {
        Box::pin(async move {
            self.read(|pages| {
                let mut rows: Vec<OpenDelivery> = pages
                    .entries
                    .iter()
                    .filter(|(id, entry)| entry.lane == lane && (entry.rank, id.n) >= from)
                    .filter(|(_, entry)| entry.row.state.is_open())
                    .map(|(id, entry)| open(*id, entry))
                    .collect();
                rows.sort_by_key(|row| (row.rank, row.id.n));
                rows.truncate(limit);
                rows
            })
        })
    }

    fn in_doubt(&self) -> BoxFuture<'_, Result<Vec<(OpenDelivery, String)>, ReadFailed>> {
        Box::pin(async move {
            self.read(|pages| {
                let doubtful = |entry: &Entry| matches!(entry.row.state, State::Sending | State::Unknown);
                let found = pages.entries.iter().filter(|(_, entry)| doubtful(entry));
                found.map(|(id, entry)| (open(*id, entry), pages.lanes[&entry.lane].target.clone())).collect()
            })
        })
    }

    fn record(&self, record: Record) -> BoxFuture<'_, Result<Recorded, Refused>> {
        let now = self.time.now();
        Box::pin(async move {
            let fact = record.fact.name();
            self.with(|pages| pages.facts.push((record.delivery, fact)));
            self.stalls(Stall::Taking(fact)).await;
            let done = self.write(|pages| {
                pages.step(record.delivery, &record.fact, &record.policy, now, |entry| {
                    // A repeatable target has no durable start; its attempts are counted when they end.
                    let repeatable = record.policy.mode == oxgate_core::delivery::Mode::Repeatable;
                    entry.row.attempts += u32::from(repeatable && record.attempt.is_some());
                    entry.attempts.extend(record.attempt);
                    entry.receipt = record.receipt.or(entry.receipt.take());
                })
            });
            self.stalls(Stall::Answering(fact)).await;
            done
        })
    }

    fn lane(&self, change: LaneChange) -> BoxFuture<'_, Result<LaneChanged, Refused>> {
        Box::pin(async move {
            self.write(|pages| {
                let row = pages.lanes[&change.lane].clone();
                if change.seen.is_some_and(|seen| seen != row.state) {
                    return LaneChanged::Moved(row);
                }
                let state = match change.act {
                    LaneAct::Orphan => LaneState::Orphaned,
                    LaneAct::Resume => LaneState::Open,
                    act => panic!("the dispatcher does not {act:?}"),
                };
                pages.set_lane(change.lane, state);
                LaneChanged::Done(pages.lanes[&change.lane].clone())
            })
        })
    }

    fn overtaken(&self, id: DeliveryId) -> BoxFuture<'_, Result<(), Refused>> {
        Box::pin(async move { self.write(|pages| _ = pages.overtaken.insert(id)) })
    }

    fn event(&self, id: EventId) -> BoxFuture<'_, Result<Option<EventRow>, ReadFailed>> {
        Box::pin(async move { self.read(|_| Some(event_row(id))) })
    }

    fn body(&self, id: EventId) -> BoxFuture<'_, Result<Option<Vec<u8>>, ReadFailed>> {
        Box::pin(async move { self.read(|_| Some(body_of(id).into_bytes())) })
    }

    fn out_of_order(&self, id: DeliveryId) -> BoxFuture<'_, Result<bool, ReadFailed>> {
        Box::pin(async move { self.read(|pages| pages.overtaken.contains(&id)) })
    }

    fn seal<'a>(&'a self, detail: &'a [u8]) -> BoxFuture<'a, Result<SealedBody, Refused>> {
        let body =
            SealedBody { id: 1, codec: 0, data_key: 0, bytes: detail.len() as u64, inline: Some(detail.to_vec()) };
        Box::pin(async move { self.write(|_| body) })
    }
}

pub(crate) fn body_of(id: EventId) -> String {
    format!("{{\"event\":{}}}", id.seq)
}

fn event_row(id: EventId) -> EventRow {
    EventRow {
        id,
        direction: Direction::Inbound,
        door: "main".into(),
        partner: String::new(),
        address: Address::default(),
        flags: Flags::default(),
        accepted_at: START,
        parent: None,
        body_bytes: body_of(id).len() as u64,
        has_body: true,
        content_type: "application/json".into(),
        refs: Refs::default(),
        correlation: None,
    }
}
