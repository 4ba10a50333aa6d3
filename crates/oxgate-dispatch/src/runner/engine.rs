//! The loop: hears changes, finished tasks, commands and the timer, and after each does everything that can be done now.

use super::attempt::{self, Finished};
use super::records::plain;
use super::recover::{Recovered, reading, recover};
use super::targets::{OF_STRANGERS, Targets};
use super::unknown::Unknown;
use super::{Command, STORE_PAUSE, Shared};
use crate::scheduler::{Load, Scheduler};
use crate::status::{Held, Limited, Status};
use crate::target::{BoxFuture, Finding, Wired};
use oxgate_core::delivery::Policy;
use oxgate_core::lane::{LaneAct, LaneState};
use oxgate_core::{DeliveryId, Fact, Reason, State, Timestamp};
use oxgate_store::command::{LaneChange, Record, Recorded};
use oxgate_store::view::{Change, LaneRow, OpenDelivery};
use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::bytes::Bytes;

/// Windows that are read at once: enough to keep the store's readers busy.
pub const LOADS_AT_ONCE: usize = 8;

/// Expiries, holds and releases that are recorded at once, so that they leave room in the store's queue.
pub const HOUSEKEEPING_AT_ONCE: usize = 256;

/// How long a delivery keeps its place after its row turned out to be other than thought.
const DISTRUST: Duration = Duration::from_mins(1);

/// The state of the running runner. Each method handles one thing heard; [`Engine::act`] does what follows.
pub(super) struct Engine {
    pub(super) shared: Arc<Shared>,
    pub(super) scheduler: Scheduler,
    pub(super) targets: Targets,
    pub(super) tasks: JoinSet<Done>,
    /// Deliveries in state `unknown`.
    pub(super) unknown: BTreeMap<DeliveryId, Unknown>,
    /// Heads that ask for a successor to be tried, once their own failure is durable.
    pub(super) trials: HashSet<DeliveryId>,
    pub(super) illegal: u64,
    commands: mpsc::Receiver<Command>,
    /// Kept over the turns of the loop: dropping it half-way could lose what it has taken already.
    changes: BoxFuture<'static, Vec<Change>>,
    loads: VecDeque<Load>,
    loading: usize,
    housekeeping: VecDeque<(i64, DeliveryId, Fact)>,
    housekept: usize,
    /// Attempts and records that a graceful stop waits for.
    under_way: usize,
    /// Lanes that are not known, or whose changes were lost: to be read.
    lanes_wanted: HashSet<i64>,
    /// Those of them that are being read.
    lanes_reading: Option<HashSet<i64>>,
    /// Lanes whose state we are changing.
    changing: HashSet<i64>,
    /// Nothing is begun or read before this time, because the store refused.
    hold_until: Timestamp,
    /// The time at the last look.
    last_look: Timestamp,
    ready: bool,
    stop_by: Option<Timestamp>,
}

/// What a task brings back.
pub(super) enum Done {
    Recovered(Option<Recovered>),
    Attempt(Box<Finished>),
    Record(RecordDone),
    Window(Load, Option<Vec<OpenDelivery>>),
    Lanes(Option<Vec<LaneRow>>),
    /// Lanes that have parked deliveries, and may have nothing else.
    ParkedLanes(Vec<LaneRow>),
    LaneChanged(i64),
    /// The store has closed before it could be told something.
    Closed,
    /// A delivery whose row was not what we took it for has kept its place for long enough.
    Distrusted(i64, DeliveryId),
    Looked(DeliveryId, Finding),
}

/// A record that is durable, or refused for good.
pub(super) struct RecordDone {
    pub(super) lane: i64,
    pub(super) id: DeliveryId,
    pub(super) policy: Policy,
    pub(super) purpose: Purpose,
    /// `None`: the store has closed.
    pub(super) recorded: Option<Recorded>,
}

/// What a record is about.
pub(super) enum Purpose {
    /// It ends an attempt, whose place at the target is then free.
    Attempt {
        target: String,
        /// The delivery waits for its target to come back.
        after_outage: bool,
    },
    /// It concludes a second look at an unknown outcome.
    Doubt,
    /// Expiry, holding, releasing: queued, so many at once.
    Housekeeping,
    /// It parks a head after the trial of its successor.
    Trial,
}

/// The next batch of changes. Outside the runtime's budget for one task's turn: pending must mean that there are none.
fn listen(shared: &Arc<Shared>) -> BoxFuture<'static, Vec<Change>> {
    let shared = Arc::clone(shared);
    Box::pin(tokio::task::unconstrained(async move {
        let changes = shared.ledger.changes().await;
        shared.observers.iter().for_each(|observe| observe(&changes));
        changes
    }))
}

impl Engine {
    pub(super) fn new(
        shared: Arc<Shared>,
        wired: Vec<Wired>,
        window: usize,
        commands: mpsc::Receiver<Command>,
    ) -> Self {
        let mut targets = Targets::default();
        targets.replace(wired, shared.clock.now());
        let mutation = shared.ledger.mutation();
        let mut scheduler = Scheduler::with_window(window).mutated(mutation);
        scheduler.set_targets(targets.gates(mutation));
        Self {
            changes: listen(&shared),
            shared,
            scheduler,
            targets,
            tasks: JoinSet::new(),
            unknown: BTreeMap::new(),
            trials: HashSet::new(),
            illegal: 0,
            commands,
            loads: VecDeque::new(),
            loading: 0,
            housekeeping: VecDeque::new(),
            housekept: 0,
            under_way: 0,
            lanes_wanted: HashSet::new(),
            lanes_reading: None,
            changing: HashSet::new(),
            hold_until: Timestamp::ZERO,
            last_look: Timestamp::ZERO,
            ready: false,
            stop_by: None,
        }
    }

    pub(super) async fn run(mut self) {
        let (shared, policies) = (Arc::clone(&self.shared), self.targets.policies());
        self.tasks.spawn(async move { Done::Recovered(recover(shared, policies).await) });
        while !self.has_stopped() {
            let wake = self.wake();
            let timer = self.shared.timer.until(wake);
            // A clock that is set back must not draw out what was to happen by it.
            let look_again = self.shared.timer.look_again();
            tokio::select! {
                biased;
                heard = &mut self.changes => self.heard(heard),
                Some(done) = self.tasks.join_next() => {
                    // What was committed before this result was queued before it, and so must be heard before it.
                    self.hear().await;
                    self.done(done);
                }
                Some(command) = self.commands.recv() => self.command(command),
                () = timer => (),
                () = look_again, if wake != Timestamp::NEVER => (),
            }
            while let Some(done) = self.tasks.try_join_next() {
                self.hear().await;
                self.done(done);
            }
            // A flood of changes must not keep an operator waiting.
            while let Ok(command) = self.commands.try_recv() {
                self.command(command);
            }
            self.act();
            self.tell_watch();
        }
        // Dropping the rest is what a crash would do, and recovery knows how to take it.
        self.tasks.shutdown().await;
    }

    // --- what is heard ---

    /// Hears everything that is in the store's queue, without waiting.
    async fn hear(&mut self) {
        loop {
            let polled = std::future::poll_fn(|context| Poll::Ready(self.changes.as_mut().poll(context))).await;
            match polled {
                Poll::Ready(heard) => self.heard(heard),
                Poll::Pending => return,
            }
        }
    }

    fn heard(&mut self, changes: Vec<Change>) {
        // The store says nothing more once it has closed.
        self.changes = if changes.is_empty() { Box::pin(std::future::pending()) } else { listen(&self.shared) };
        for change in changes {
            match change {
                Change::Open(open) => {
                    if open.row.state != State::Unknown {
                        self.unknown.remove(&open.id);
                    } else if self.unknown.get(&open.id).is_some_and(|known| known.lane != open.lane) {
                        self.reassigned(&open);
                    }
                    let lane = open.lane;
                    if !self.scheduler.admit(open) {
                        self.lanes_wanted.insert(lane);
                    }
                }
                Change::Closed { id, lane, .. } => {
                    self.forget_delivery(lane, id);
                    self.scheduler.ended(lane, id);
                }
                Change::Overflow { lane } => {
                    self.scheduler.lane_overflowed(lane);
                    // A read that is under way may be older than what was lost.
                    self.lanes_reading.as_mut().map(|reading| reading.remove(&lane));
                    self.lanes_wanted.insert(lane);
                }
                Change::Lane(row) => self.lane_row(&row),
            }
        }
    }

    /// A send in doubt has been handed to another target. Where that is not known yet, the read of its lane brings it back.
    fn reassigned(&mut self, open: &OpenDelivery) {
        match (self.target_of(open.lane), self.unknown.get_mut(&open.id)) {
            (Some(target), Some(unknown)) => (unknown.lane, unknown.target) = (open.lane, target),
            _ => _ = self.unknown.remove(&open.id),
        }
    }

    fn done(&mut self, done: Result<Done, tokio::task::JoinError>) {
        let done = match done {
            Ok(done) => done,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => return,
        };
        match done {
            Done::Recovered(recovered) => self.recovered(recovered),
            Done::Attempt(finished) => {
                self.under_way -= 1;
                self.attempt_over(*finished);
            }
            Done::Record(record) => {
                self.under_way -= 1;
                self.housekept -= usize::from(matches!(record.purpose, Purpose::Housekeeping));
                self.recorded(record);
            }
            Done::Window(load, rows) => {
                self.loading -= 1;
                let doubtful: Vec<OpenDelivery> =
                    rows.iter().flatten().filter(|open| open.row.state == State::Unknown).cloned().collect();
                self.scheduler.loaded(load, rows);
                self.doubt(load.lane, doubtful);
            }
            Done::Lanes(rows) => {
                let reading = self.lanes_reading.take().unwrap_or_default();
                match rows {
                    Some(rows) => {
                        let asked = rows.iter().filter(|row| reading.contains(&row.id));
                        asked.for_each(|row| self.lane_row(row));
                    }
                    None => self.lanes_wanted.extend(reading),
                }
            }
            Done::ParkedLanes(rows) => {
                for row in rows {
                    // Where its changes are heard, they are newer than what was read.
                    match self.scheduler.lane_state(row.id) {
                        Some(_) => self.look_at_lane(row.id),
                        None => self.look_at(row.id, row.state, &row.target),
                    }
                }
            }
            Done::LaneChanged(lane) => {
                self.changing.remove(&lane);
                // Somebody else may have been quicker; what they made of it has been heard by now.
                self.look_at_lane(lane);
            }
            Done::Distrusted(lane, id) => {
                self.scheduler.ended(lane, id);
                self.scheduler.forget(lane);
            }
            Done::Looked(id, finding) => self.looked(id, finding),
            Done::Closed => {}
        }
    }

    /// Sends in doubt that a read has brought and nobody looks after: their record was refused and had taken effect all the
    /// same.
    fn doubt(&mut self, lane: i64, doubtful: Vec<OpenDelivery>) {
        let Some(target) = self.target_of(lane) else { return };
        for OpenDelivery { id, row, .. } in doubtful {
            if !self.unknown.contains_key(&id) && self.scheduler.is_idle(lane, id) {
                let (target, attempts, due) = (target.clone(), row.attempts, row.due_at);
                self.unknown.insert(id, Unknown { id, lane, target, attempts, due, busy: false });
            }
        }
    }

    fn recovered(&mut self, recovered: Option<Recovered>) {
        let Some(Recovered { lanes, unknown }) = recovered else { return };
        for row in &lanes {
            // Those that are known already have newer states from the changes.
            if self.scheduler.lane_state(row.id).is_none() {
                self.lane_row(row);
            }
        }
        self.unknown.extend(unknown.into_iter().map(|unknown| (unknown.id, unknown)));
        self.ready = true;
        self.look_at_parked();
        tracing::info!(lanes = lanes.len(), unknown = self.unknown.len(), "deliveries flow");
    }

    fn lane_row(&mut self, row: &LaneRow) {
        self.lanes_wanted.remove(&row.id);
        self.lanes_reading.as_mut().map(|reading| reading.remove(&row.id));
        self.scheduler.lane_changed(row.id, &row.target, row.state.clone());
        self.look_at_lane(row.id);
    }

    fn look_at_lane(&mut self, lane: i64) {
        if let (Some(state), Some(target)) = (self.scheduler.lane_state(lane).cloned(), self.target_of(lane)) {
            self.look_at(lane, state, &target);
        }
    }

    /// The same for lanes that have parked deliveries only: nothing in them starts, so the scheduler knows none of them.
    fn look_at_parked(&mut self) {
        let shared = Arc::clone(&self.shared);
        self.tasks.spawn(async move { Done::ParkedLanes(reading(&shared, || shared.ledger.parked_lanes()).await) });
    }

    /// Orphans a lane whose target is gone, lets it go on when the target is back. What a person has done to it meanwhile
    /// stands: the store takes the change only from the state that it was decided by.
    fn look_at(&mut self, lane: i64, state: LaneState, target: &str) {
        let known = self.targets.knows(target);
        let (act, reason) = match &state {
            LaneState::Orphaned if known => (LaneAct::Resume, "target-back"),
            LaneState::Orphaned | LaneState::Paused => return,
            _ if known => return,
            _ => (LaneAct::Orphan, "target-gone"),
        };
        let seen = Some(state);
        if self.stop_by.is_some() || !self.changing.insert(lane) {
            return;
        }
        let shared = Arc::clone(&self.shared);
        let change = LaneChange { lane, act, seen, reason: Reason::word(reason), actor: None };
        self.tasks.spawn(async move {
            match shared.change_lane(change).await {
                Some(_) => Done::LaneChanged(lane),
                None => Done::Closed,
            }
        });
    }

    fn command(&mut self, command: Command) {
        match command {
            Command::ReplaceTargets(targets, done) => {
                self.targets.replace(targets, self.shared.clock.now());
                self.scheduler.set_targets(self.targets.gates(self.shared.ledger.mutation()));
                let lanes: Vec<i64> = self.scheduler.lanes().map(|(lane, ..)| lane).collect();
                for lane in lanes {
                    self.look_at_lane(lane);
                }
                self.look_at_parked();
                let _asker_gone = done.send(());
            }
            Command::Status(answer) => _ = answer.send(self.status()),
            Command::Stop { within } => {
                self.shared.stopping.cancel();
                let by = self.shared.clock.now().plus(within);
                self.stop_by = Some(self.stop_by.map_or(by, |before| before.min(by)));
            }
        }
    }

    // --- what is done ---

    /// Does everything that can be done now.
    fn act(&mut self) {
        let now = self.shared.clock.now();
        self.follow_clock(now);
        if !self.ready || self.stop_by.is_some() || now < self.hold_until {
            return;
        }
        let overdue = self.scheduler.overdue(now).into_iter().map(|(lane, id)| (lane, id, Fact::Expire));
        self.housekeeping.extend(overdue);
        let spills = self.scheduler.spills(now).into_iter().map(|(lane, id)| (lane, id, Fact::KeyHeld));
        self.housekeeping.extend(spills);
        let releases = self.scheduler.releases().into_iter().map(|(lane, id)| (lane, id, Fact::KeyReleased));
        self.housekeeping.extend(releases);
        while self.housekept < HOUSEKEEPING_AT_ONCE
            && let Some((lane, id, fact)) = self.housekeeping.pop_front()
        {
            let policy = self.target_of(lane).map_or(OF_STRANGERS, |target| self.targets.policy(&target));
            self.housekept += 1;
            self.record(lane, Purpose::Housekeeping, plain(id, fact, policy));
        }
        self.look_at_unknown(now);
        self.start(now);
        self.read();
    }

    /// What was to happen in a while still happens in that while when the clock has been set back; what is to happen at a
    /// time of day (expiry) follows the clock.
    fn follow_clock(&mut self, now: Timestamp) {
        let before = std::mem::replace(&mut self.last_look, now);
        let back = before.since(now);
        if back.is_zero() {
            return;
        }
        tracing::warn!(back_ms = back.as_millis(), "the clock was set back");
        self.scheduler.clock_set_back(back);
        self.targets.clock_set_back(back);
        self.unknown.values_mut().for_each(|unknown| unknown.due = unknown.due.minus(back));
        self.hold_until = self.hold_until.minus(back);
        self.stop_by = self.stop_by.map(|by| by.minus(back));
    }

    fn start(&mut self, now: Timestamp) {
        for start in self.scheduler.pick(now) {
            let Some(running) = self.targets.get(&start.target) else { continue };
            let (shared, wired) = (Arc::clone(&self.shared), running.wired.clone());
            self.under_way += 1;
            self.tasks.spawn(async move { Done::Attempt(Box::new(attempt::run(shared, start, wired).await)) });
        }
    }

    fn read(&mut self) {
        self.loads.extend(self.scheduler.wants_load());
        while self.loading < LOADS_AT_ONCE
            && let Some(load) = self.loads.pop_front()
        {
            self.loading += 1;
            let shared = Arc::clone(&self.shared);
            self.tasks.spawn(async move {
                Done::Window(load, shared.once(shared.ledger.window(load.lane, load.from, load.limit)).await)
            });
        }
        if !self.lanes_wanted.is_empty() && self.lanes_reading.is_none() {
            self.lanes_reading = Some(std::mem::take(&mut self.lanes_wanted));
            let shared = Arc::clone(&self.shared);
            self.tasks.spawn(async move { Done::Lanes(shared.once(shared.ledger.lanes()).await) });
        }
    }

    /// Records, repeating it while the store refuses; the result arrives as [`Done::Record`].
    pub(super) fn record(&mut self, lane: i64, purpose: Purpose, record: Record) {
        self.record_with_detail(lane, purpose, record, None);
    }

    pub(super) fn record_with_detail(&mut self, lane: i64, purpose: Purpose, mut record: Record, said: Option<Bytes>) {
        self.under_way += 1;
        let shared = Arc::clone(&self.shared);
        self.tasks.spawn(async move {
            if let Some(attempt) = record.attempt.take() {
                record.attempt = Some(shared.with_detail(attempt, said.as_deref()).await);
            }
            let (id, policy) = (record.delivery, record.policy);
            Done::Record(RecordDone { lane, id, policy, purpose, recorded: shared.record(record).await })
        });
    }

    /// A delivery's row is not what we took it for: somebody else has moved it, or one of us is wrong. It keeps its place
    /// for a while and then its lane is read again, so that a disagreement never becomes a storm of attempts.
    pub(super) fn distrust(&mut self, lane: i64, id: DeliveryId) {
        self.forget_delivery(lane, id);
        let until = self.shared.timer.after(self.shared.clock.now(), DISTRUST);
        self.tasks.spawn(async move {
            until.await;
            Done::Distrusted(lane, id)
        });
    }

    /// The store refused a start: a moment's pause before anything new.
    pub(super) fn hold_starts(&mut self) {
        self.hold_until = self.shared.clock.now().plus(STORE_PAUSE);
    }

    pub(super) fn forget_delivery(&mut self, lane: i64, id: DeliveryId) {
        self.unknown.remove(&id);
        self.trials.remove(&id);
        if let Some(target) = self.target_of(lane)
            && let Some(running) = self.targets.get_mut(&target)
        {
            running.outage.forget(id);
        }
    }

    pub(super) fn target_of(&self, lane: i64) -> Option<String> {
        self.scheduler.lane_target(lane).map(str::to_owned)
    }

    pub(super) fn is_target_up(&self, lane: i64) -> bool {
        let target = self.scheduler.lane_target(lane).and_then(|target| self.targets.get(target));
        target.is_some_and(super::targets::Running::is_up)
    }

    /// When something has to be done although nothing is heard.
    fn wake(&self) -> Timestamp {
        let now = self.shared.clock.now();
        if let Some(by) = self.stop_by {
            return by;
        }
        if !self.ready {
            return Timestamp::NEVER;
        }
        if now < self.hold_until {
            return self.hold_until;
        }
        let wakes = [self.scheduler.next_wake(now), self.next_look()];
        wakes.into_iter().flatten().min().unwrap_or(Timestamp::NEVER)
    }

    fn has_stopped(&self) -> bool {
        self.stop_by.is_some_and(|by| self.under_way == 0 || self.shared.clock.now() >= by)
    }

    /// Tells whoever watches the bounds what is held now.
    fn tell_watch(&self) {
        let Some(watch) = &self.shared.watch else { return };
        watch(&Held {
            windows: self.scheduler.windows().collect(),
            attempts: self.targets.names().map(|name| (name.to_owned(), self.scheduler.under_way(name))).collect(),
            reads: self.loading,
            housekeeping: self.housekept,
        });
    }

    fn status(&self) -> Status {
        let now = self.shared.clock.now();
        let mut status = Status {
            ready: self.ready && self.stop_by.is_none(),
            store_refuses: self.shared.refuses.load(Ordering::Relaxed),
            targets: self.targets.status(),
            window_deliveries: self.scheduler.size().deliveries as u64,
            illegal: self.illegal,
            ..Status::default()
        };
        for target in &mut status.targets {
            target.in_flight = u32::try_from(self.scheduler.under_way(&target.name)).unwrap_or(u32::MAX);
            let limited = self.scheduler.limited(&target.name, now);
            target.limited = limited.map(|(until, lanes)| Limited { until, lanes: lanes.collect() });
        }
        for (_, name, state, open) in self.scheduler.lanes() {
            if open == 0 {
                continue;
            }
            status.lanes_blocked += u64::from(matches!(state, LaneState::Blocked { .. }));
            if let Some(target) = status.targets.iter_mut().find(|target| target.name == name) {
                target.lanes_busy += 1;
                target.lanes_waiting += u64::from(!target.up);
            }
        }
        status
    }
}
