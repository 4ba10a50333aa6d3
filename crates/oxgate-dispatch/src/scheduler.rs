//! Which delivery starts when: a pure value, told of every change and of the time.
//!
//! Each lane has a window of its open deliveries. Inside it a delivery may start when it is the oldest for each of its
//! order keys, is due, and its lane is open; its target's gate (concurrency, rate, circuit breaker) has the last word. Lanes
//! of one target take turns. What waits for a gate is not under way: it has no place, can be cancelled and can expire.
//!
//! A started delivery keeps its place until [`Scheduler::ended`] or [`Scheduler::still_open`] says that what came of it
//! is durable: so a successor never overtakes a result that a crash could undo.

/// Whether a target takes another attempt.
mod gate;

/// Who waits for whom inside one window.
mod order;

/// Keeping one bad key from filling a window.
mod spill;

/// How far a window is complete.
mod tail;

/// The open deliveries of one lane that are held in memory.
mod window;

pub use order::Place;
pub use window::HELD_WINDOWS;

use crate::rate::Rate;
use gate::Gate;
use oxgate_core::lane::LaneState;
use oxgate_core::limits::LANE_WINDOW;
use oxgate_core::{Delivery, DeliveryId, Timestamp};
use oxgate_store::faults::Mutation;
use oxgate_store::view::OpenDelivery;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use window::{Entry, Window};

/// The pure scheduler of all lanes.
#[derive(Debug)]
pub struct Scheduler {
    window: usize,
    mutation: Option<Mutation>,
    lanes: BTreeMap<i64, Lane>,
    /// Ordered, so that the same events lead to the same starts.
    gates: BTreeMap<String, Gate>,
    /// When which lane needs a look.
    wakes: BTreeSet<(Timestamp, i64)>,
    /// Lanes whose windows want more from the store.
    hungry: BTreeSet<i64>,
    /// Lanes with held deliveries that nothing precedes any more.
    releasable: BTreeSet<i64>,
    /// Lanes whose windows are full enough for a spill, with the time of the next look.
    crowded: BTreeMap<i64, Timestamp>,
}

#[derive(Debug)]
struct Lane {
    target: String,
    state: LaneState,
    /// Its state may have changed unheard.
    suspended: bool,
    window: Window,
    wake: Option<Timestamp>,
}

impl Lane {
    /// The last rank that may start; `None` when nothing may.
    const fn starts_through(&self) -> Option<u64> {
        if self.suspended { None } else { self.state.starts_through() }
    }
}

/// A delivery to start now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Start {
    /// Its lane's number.
    pub lane: i64,
    /// Its target's name.
    pub target: String,
    /// Its id.
    pub id: DeliveryId,
    /// Its rank.
    pub rank: u64,
    /// Its row.
    pub row: Delivery,
    /// A later one of its key was under way when it was released: whoever receives it may have that one already.
    pub overtaken: bool,
}

/// A read that a window wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Load {
    /// The lane's number.
    pub lane: i64,
    /// From this place on (rank, n), that place included.
    pub from: (u64, u16),
    /// At most so many deliveries.
    pub limit: usize,
}

/// How a scheduler is told of a target.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GateRules {
    /// The target's name.
    pub name: String,
    /// Attempts under way at once.
    pub concurrency: u32,
    /// How often attempts start, whatever they are: first ones, repeats, probes.
    pub rate: Option<Rate>,
    /// Whether followers of a bad key may be held to keep the window free. Not where held deliveries wait for a person:
    /// the two could not be told apart after a restart.
    pub spills: bool,
}

/// What a scheduler holds in memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Size {
    /// Deliveries in windows, held ones included.
    pub deliveries: usize,
    /// Order keys with a queue.
    pub keys: usize,
    /// Lanes.
    pub lanes: usize,
}

/// What one lane holds in memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct WindowSize {
    /// The lane's number.
    pub lane: i64,
    /// Deliveries that are not held: as many as a window takes at most, and those under way beyond its end.
    pub active: usize,
    /// Held ones: [`HELD_WINDOWS`] windows of them at most.
    pub held: usize,
    /// Of both, those under way.
    pub busy: usize,
    /// Order keys with a queue.
    pub keys: usize,
}

/// How long a crowded window is left alone after a look.
const SPILL_LOOKS: Duration = Duration::from_secs(5);

impl Default for Scheduler {
    fn default() -> Self {
        Self::new()
    }
}

impl Scheduler {
    /// A scheduler with windows of the usual size.
    pub fn new() -> Self {
        Self::with_window(LANE_WINDOW)
    }

    /// A scheduler with windows of `window` deliveries, at least 2.
    pub fn with_window(window: usize) -> Self {
        Self {
            window,
            mutation: None,
            lanes: BTreeMap::new(),
            gates: BTreeMap::new(),
            wakes: BTreeSet::new(),
            hungry: BTreeSet::new(),
            releasable: BTreeSet::new(),
            crowded: BTreeMap::new(),
        }
    }

    /// With a bug that a test has built in on purpose.
    #[must_use]
    pub const fn mutated(mut self, mutation: Option<Mutation>) -> Self {
        self.mutation = mutation;
        self
    }

    // --- targets ---

    /// The targets that deliver. Lanes of other targets start nothing.
    pub fn set_targets(&mut self, targets: impl IntoIterator<Item = GateRules>) {
        let mut before = std::mem::take(&mut self.gates);
        for rules in targets {
            let mut gate = before.remove(&rules.name).unwrap_or_else(|| Gate::new(&rules));
            gate.set_rules(&rules);
            self.gates.insert(rules.name, gate);
        }
        self.touch_all();
    }

    /// The target is down: nothing starts before `until`, then a single probe.
    pub fn target_down(&mut self, target: &str, until: Timestamp) {
        if let Some(gate) = self.gates.get_mut(target) {
            gate.down(until);
        }
    }

    /// The target is well: its lanes go on, and what waited for it is due.
    pub fn target_up(&mut self, target: &str) {
        if !self.gates.get_mut(target).is_some_and(Gate::up) {
            return;
        }
        let lanes: Vec<i64> =
            self.lanes.iter().filter(|(_, lane)| lane.target == target).map(|(number, _)| *number).collect();
        for number in lanes {
            self.outage_over(number);
        }
    }

    /// Whether this delivery is the target's probe.
    pub fn is_probe(&self, target: &str, id: DeliveryId) -> bool {
        self.gates.get(target).is_some_and(|gate| gate.is_probe(id))
    }

    /// The attempt is over and its place at the target is free again.
    pub fn attempt_over(&mut self, target: &str, id: DeliveryId) {
        if let Some(gate) = self.gates.get_mut(target) {
            gate.over(id);
        }
    }

    /// Attempts under way at a target.
    pub fn under_way(&self, target: &str) -> usize {
        self.gates.get(target).map_or(0, Gate::under_way)
    }

    /// The lanes of a target that have something due which only the target's rate keeps from starting, and until when.
    pub fn limited(&self, target: &str, now: Timestamp) -> Option<(Timestamp, impl Iterator<Item = i64>)> {
        let gate = self.gates.get(target)?;
        Some((gate.limited_until(now)?, gate.lanes.iter().copied()))
    }

    // --- lanes ---

    /// A lane was made or changed.
    pub fn lane_changed(&mut self, number: i64, target: &str, state: LaneState) {
        let (size, mutation) = (self.window, self.mutation);
        let lane = self.lanes.entry(number).or_insert_with(|| Lane {
            target: target.to_owned(),
            state: LaneState::Open,
            suspended: false,
            window: Window::new(size, mutation),
            wake: None,
        });
        lane.state = state;
        lane.suspended = false;
        self.touch(number);
    }

    /// Changes of this lane were lost: nothing starts until [`Scheduler::lane_changed`] says how it stands, and its
    /// window is read again.
    pub fn lane_overflowed(&mut self, lane: i64) {
        self.with_lane(lane, |lane| {
            lane.suspended = true;
            lane.window.forget();
        });
    }

    /// A parked delivery holds the lane; told before the store's own word of it arrives. A lane that a person stopped
    /// stays as it is.
    pub fn block(&mut self, lane: i64, by: DeliveryId) {
        self.with_lane(lane, |lane| {
            if lane.starts_through().is_some() {
                lane.state = LaneState::Blocked { by };
            }
        });
    }

    /// What waits in this lane for its target is due: the target is back.
    pub fn outage_over(&mut self, lane: i64) {
        self.with_lane(lane, |lane| lane.window.outage_over());
    }

    /// The name of a lane's target; `None` when the lane is not known.
    pub fn lane_target(&self, number: i64) -> Option<&str> {
        self.lanes.get(&number).map(|lane| lane.target.as_str())
    }

    /// The state of a lane; `None` when it is not known.
    pub fn lane_state(&self, number: i64) -> Option<&LaneState> {
        self.lanes.get(&number).map(|lane| &lane.state)
    }

    /// The lanes: number, target, state, deliveries in the window.
    pub fn lanes(&self) -> impl Iterator<Item = (i64, &str, &LaneState, usize)> {
        self.lanes.iter().map(|(number, lane)| (*number, lane.target.as_str(), &lane.state, lane.window.len()))
    }

    /// Whether anything of the lane is under way.
    pub fn is_busy(&self, lane: i64) -> bool {
        self.lanes.get(&lane).is_some_and(|lane| lane.window.is_busy())
    }

    // --- deliveries ---

    /// A delivery became open or changed. `false`: its lane is not known; name the lane, and it will be read.
    pub fn admit(&mut self, open: OpenDelivery) -> bool {
        self.with_lane(open.lane, |lane| lane.window.admit(open)).is_some()
    }

    /// A delivery has durably left the open ones, by our record or somebody else's act.
    pub fn ended(&mut self, lane: i64, id: DeliveryId) {
        self.with_lane(lane, |lane| lane.window.close(id));
    }

    /// What came of an attempt (or of another record) is durable, and the delivery is still open with this row.
    /// `after_outage`: it waits for its target, and is due as soon as that is back.
    pub fn still_open(&mut self, lane: i64, id: DeliveryId, row: Delivery, after_outage: bool, now: Timestamp) {
        self.with_lane(lane, |lane| {
            if let Some(place) = lane.window.place(id) {
                lane.window.still_open(place, row, after_outage, now);
            }
        });
    }

    /// Nothing was begun after all: the delivery is as it was, and tried again at `until`.
    pub fn not_begun(&mut self, lane: i64, id: DeliveryId, until: Timestamp) {
        self.with_lane(lane, |lane| {
            if let Some(place) = lane.window.place(id) {
                lane.window.postpone(place, until);
            }
        });
    }

    /// Takes a delivery out of the running while a record about it is made. `false` when it is not here or busy.
    pub fn occupy(&mut self, lane: i64, id: DeliveryId) -> bool {
        self.with_lane(lane, |lane| {
            let place = lane.window.place(id)?;
            lane.window.get(place).filter(|entry| !entry.is_busy())?;
            lane.window.occupy(place);
            Some(())
        })
        .flatten()
        .is_some()
    }

    /// Whether a delivery is in its window, and nothing of it is under way.
    pub fn is_idle(&self, lane: i64, id: DeliveryId) -> bool {
        self.entry(lane, id).is_some_and(|entry| !entry.is_busy())
    }

    /// Whether a delivery is in its window, and an attempt or a record of it is under way.
    pub fn is_under_way(&self, lane: i64, id: DeliveryId) -> bool {
        self.entry(lane, id).is_some_and(Entry::is_busy)
    }

    fn entry(&self, lane: i64, id: DeliveryId) -> Option<&Entry> {
        let window = &self.lanes.get(&lane)?.window;
        window.get(window.place(id)?)
    }

    /// The row of a delivery, when it is in a window.
    pub fn row(&self, lane: i64, id: DeliveryId) -> Option<&Delivery> {
        let window = &self.lanes.get(&lane)?.window;
        window.get(window.place(id)?).map(|entry| &entry.row)
    }

    // --- windows ---

    /// The lane's window may be wrong or incomplete: all of it that is not under way is read again.
    pub fn forget(&mut self, lane: i64) {
        self.with_lane(lane, |lane| lane.window.forget());
    }

    /// The reads that windows want. Each is given out once; answer with [`Scheduler::loaded`].
    pub fn wants_load(&mut self) -> Vec<Load> {
        let hungry = std::mem::take(&mut self.hungry);
        let mut loads = Vec::new();
        for number in hungry {
            let Some(lane) = self.lanes.get_mut(&number) else { continue };
            let Some((from, limit)) = lane.window.wants_load() else { continue };
            lane.window.load_begins();
            loads.push(Load { lane: number, from: (from.rank, from.n), limit });
        }
        loads
    }

    /// A read has brought these rows, or failed (`None`; it will be wanted again).
    pub fn loaded(&mut self, load: Load, rows: Option<Vec<OpenDelivery>>) {
        self.with_lane(load.lane, |lane| lane.window.loaded(rows, load.limit));
    }

    // --- what is to be done now ---

    /// Everything that may start at `now`. What is given out is under way from here on.
    pub fn pick(&mut self, now: Timestamp) -> Vec<Start> {
        self.advance(now);
        let mut starts = Vec::new();
        let targets: Vec<String> =
            self.gates.iter().filter(|(_, gate)| !gate.lanes.is_empty()).map(|(name, _)| name.clone()).collect();
        for target in targets {
            self.pick_of(&target, now, &mut starts);
        }
        starts
    }

    fn pick_of(&mut self, target: &str, now: Timestamp, starts: &mut Vec<Start>) {
        let mut without = 0;
        while let Some(gate) = self.gates.get_mut(target)
            && gate.takes(now)
            && without < gate.lanes.len()
            && let Some(number) = gate.next_lane()
        {
            let start = self
                .with_lane(number, |lane| {
                    let place = lane.window.start(now)?;
                    let entry = lane.window.get(place)?;
                    let (id, row, overtaken) = (entry.id, entry.row.clone(), entry.overtaken);
                    Some(Start { lane: number, target: lane.target.clone(), id, rank: place.rank, row, overtaken })
                })
                .flatten();
            let Some(start) = start else {
                without += 1;
                continue;
            };
            without = 0;
            if let Some(gate) = self.gates.get_mut(target) {
                gate.start(start.id, now);
            }
            starts.push(start);
        }
    }

    /// Deliveries whose time limit has passed: to be recorded as expired. They are under way from here on.
    pub fn overdue(&mut self, now: Timestamp) -> Vec<(i64, DeliveryId)> {
        let mut all = Vec::new();
        for number in self.awake(now) {
            let ids = self.with_lane(number, |lane| lane.window.overdue(now)).unwrap_or_default();
            all.extend(ids.into_iter().map(|id| (number, id)));
        }
        all
    }

    /// Followers of a bad key that are to be held, so that they do not fill their lane's window. They are under way from
    /// here on.
    pub fn spills(&mut self, now: Timestamp) -> Vec<(i64, DeliveryId)> {
        let due: Vec<i64> = self.crowded.iter().filter(|(_, at)| **at <= now).map(|(lane, _)| *lane).collect();
        let mut all = Vec::new();
        for number in due {
            self.crowded.insert(number, now.plus(SPILL_LOOKS));
            let ids = self.with_lane(number, |lane| lane.window.spill(now)).unwrap_or_default();
            all.extend(ids.into_iter().map(|id| (number, id)));
        }
        all
    }

    /// Held deliveries that nothing precedes any more, with the next few behind them: to be released. They are under way
    /// from here on.
    pub fn releases(&mut self) -> Vec<(i64, DeliveryId)> {
        let mut all = Vec::new();
        for number in std::mem::take(&mut self.releasable) {
            let ids = self.with_lane(number, |lane| lane.window.releases()).unwrap_or_default();
            all.extend(ids.into_iter().map(|id| (number, id)));
        }
        all
    }

    /// A head has stood still for long: sets it aside and makes its first successor startable; the successor's id, or
    /// `None` when there is none that waits for the head alone. The trial ends with the successor's attempt.
    pub fn try_successor(&mut self, lane: i64, head: DeliveryId) -> Option<DeliveryId> {
        self.with_lane(lane, |lane| {
            let trial = lane.window.try_successor(lane.window.place(head)?)?;
            lane.window.get(trial.probe).map(|entry| entry.id)
        })
        .flatten()
    }

    /// The head that was set aside to try `probe`, while the trial lasts.
    pub fn head_of_trial(&self, lane: i64, probe: DeliveryId) -> Option<DeliveryId> {
        let window = &self.lanes.get(&lane)?.window;
        let trial = window.trial().filter(|trial| window.place(probe) == Some(trial.probe))?;
        window.get(trial.head).map(|entry| entry.id)
    }

    /// When to call [`Scheduler::pick`], [`Scheduler::overdue`] and [`Scheduler::spills`] next, if nothing else happens.
    /// What was due at `now` or before has been given out by them, or waits for an event rather than for time.
    pub fn next_wake(&self, now: Timestamp) -> Option<Timestamp> {
        let after = Timestamp(now.millis().saturating_add(1));
        let lanes = self.wakes.range((after, i64::MIN)..).next().map(|(at, _)| *at);
        let gates = self.gates.values().filter_map(Gate::wake);
        let crowded = self.crowded.values().copied();
        lanes.into_iter().chain(gates).chain(crowded).filter(|at| *at > now && *at != Timestamp::NEVER).min()
    }

    /// The clock was set back: what waits for a while does not wait longer by it. Time limits of deliveries follow the
    /// clock.
    pub fn clock_set_back(&mut self, by: Duration) {
        self.gates.values_mut().for_each(|gate| gate.clock_set_back(by));
        self.crowded.values_mut().for_each(|at| *at = at.minus(by));
        for number in self.lanes.keys().copied().collect::<Vec<_>>() {
            self.with_lane(number, |lane| lane.window.clock_set_back(by));
        }
    }

    /// What each lane holds in memory.
    pub fn windows(&self) -> impl Iterator<Item = WindowSize> {
        self.lanes.iter().map(|(number, lane)| {
            let (window, held) = (&lane.window, lane.window.len() - lane.window.active());
            WindowSize { lane: *number, active: window.active(), held, busy: window.busy(), keys: window.order.keys() }
        })
    }

    /// What is held in memory.
    pub fn size(&self) -> Size {
        let mut size = Size { lanes: self.lanes.len(), ..Size::default() };
        for lane in self.lanes.values() {
            size.deliveries += lane.window.len();
            size.keys += lane.window.order.keys();
        }
        size
    }

    // --- bookkeeping ---

    fn advance(&mut self, now: Timestamp) {
        for number in self.awake(now) {
            self.with_lane(number, |lane| lane.window.advance(now));
        }
    }

    fn awake(&self, now: Timestamp) -> Vec<i64> {
        self.wakes.iter().take_while(|(at, _)| *at <= now).map(|(_, lane)| *lane).collect()
    }

    fn with_lane<R>(&mut self, number: i64, act: impl FnOnce(&mut Lane) -> R) -> Option<R> {
        let done = act(self.lanes.get_mut(&number)?);
        self.touch(number);
        Some(done)
    }

    fn touch_all(&mut self) {
        for number in self.lanes.keys().copied().collect::<Vec<_>>() {
            self.touch(number);
        }
    }

    /// Brings what is known about a lane from outside (wakes, turns, reads, spills) in line with its window.
    fn touch(&mut self, number: i64) {
        let Some(lane) = self.lanes.get_mut(&number) else { return };
        let gate = self.gates.get_mut(&lane.target);
        lane.window.start_through(lane.starts_through().filter(|_| gate.is_some()));
        let starts = lane.starts_through().is_some() && gate.is_some();
        let due = if starts { lane.window.next_due() } else { None };
        let wake = [due, lane.window.next_expiry()].into_iter().flatten().min();
        if wake != lane.wake {
            if let Some(before) = lane.wake {
                self.wakes.remove(&(before, number));
            }
            self.wakes.extend(wake.map(|at| (at, number)));
            lane.wake = wake;
        }
        set(&mut self.hungry, number, lane.window.wants_load().is_some());
        let spills = gate.as_ref().is_some_and(|gate| gate.spills);
        set(&mut self.releasable, number, spills && !lane.window.releasable.is_empty());
        if let Some(gate) = gate {
            set(&mut gate.lanes, number, starts && lane.window.has_ready());
        }
        if !(spills && starts && lane.window.is_crowded()) {
            self.crowded.remove(&number);
        } else if !self.crowded.contains_key(&number)
            && let Some(at) = lane.window.next_spill()
        {
            self.crowded.insert(number, at);
        }
    }
}

fn set(set: &mut BTreeSet<i64>, number: i64, member: bool) {
    if member {
        set.insert(number);
    } else {
        set.remove(&number);
    }
}
