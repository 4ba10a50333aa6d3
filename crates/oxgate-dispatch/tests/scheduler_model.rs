//! The scheduler against a naive model that keeps every delivery in one list, under random histories: late and lost
//! changes, reads that overlap with them, releases into old places, barriers, small windows, limited rates.

use oxgate_core::lane::LaneState;
use oxgate_core::{Delivery, DeliveryId, EventId, OrderKeys, Timestamp};
use oxgate_dispatch::Rate;
use oxgate_dispatch::scheduler::{GateRules, Load, Place, Scheduler, Start};
use oxgate_store::view::OpenDelivery;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::num::NonZeroU32;
use std::time::Duration;

const WINDOW: usize = 8;
const CONCURRENCY: usize = 4;
const TARGET: &str = "app";

#[derive(Clone, Debug)]
enum Op {
    Admit {
        lane: i64,
        keys: OrderKeys,
        due_in: u64,
        expires_in: Option<u64>,
    },
    /// The changes of this many commits reach the scheduler.
    Hear(usize),
    /// The hook ran over: what was not heard of this lane is replaced by a word that there is more.
    Overflow {
        lane: i64,
    },
    /// The store is read for the windows that want it; the rows arrive with `Answer`.
    Read,
    Answer {
        fails: bool,
    },
    Settle(usize),
    Fail {
        which: usize,
        wait: u64,
    },
    Park(usize),
    Release(usize),
    Cancel(usize),
    Lane {
        lane: i64,
        open: bool,
    },
    Tick(u64),
    Pick,
}

#[derive(Clone, Debug)]
enum Change {
    Open(OpenDelivery),
    Closed(i64, DeliveryId),
    Overflow(i64),
}

struct World {
    scheduler: Scheduler,
    now: Timestamp,
    next: u64,
    /// Every open delivery, durably.
    open: BTreeMap<(i64, Place), OpenDelivery>,
    parked: Vec<OpenDelivery>,
    in_flight: BTreeSet<(i64, Place)>,
    unheard: VecDeque<Change>,
    reads: VecDeque<(Load, Vec<OpenDelivery>)>,
    closed_lanes: HashSet<i64>,
    settled: usize,
    rate: Option<Rate>,
    /// When attempts started.
    starts: Vec<Timestamp>,
}

impl World {
    fn new(rate: Option<Rate>) -> Self {
        let mut scheduler = Scheduler::with_window(WINDOW);
        scheduler.set_targets([GateRules { name: TARGET.into(), concurrency: 4, rate, spills: false }]);
        for lane in 0..2 {
            scheduler.lane_changed(lane, TARGET, LaneState::Open);
        }
        Self {
            scheduler,
            now: Timestamp(1_000),
            next: 1,
            open: BTreeMap::new(),
            parked: Vec::new(),
            in_flight: BTreeSet::new(),
            unheard: VecDeque::new(),
            reads: VecDeque::new(),
            closed_lanes: HashSet::new(),
            settled: 0,
            rate,
            starts: Vec::new(),
        }
    }

    fn apply(&mut self, op: Op) {
        match op {
            Op::Admit { lane, keys, due_in, expires_in } => self.accept(lane, keys, due_in, expires_in),
            Op::Hear(count) => self.hear(count),
            Op::Overflow { lane } => self.overflow(lane),
            Op::Read => self.read(),
            Op::Answer { fails } => self.answer(fails),
            Op::Settle(which) => self.conclude(which, |world, open| {
                world.settled += 1;
                world.close(&open);
            }),
            Op::Park(which) => self.conclude(which, |world, open| {
                world.close(&open);
                world.parked.push(open);
            }),
            Op::Fail { which, wait } => self.conclude(which, |world, open| world.requeue(open, wait)),
            Op::Release(which) => self.release(which),
            Op::Cancel(which) => self.cancel(which),
            Op::Lane { lane, open } => self.lane(lane, open),
            Op::Tick(ms) => self.now = self.now.plus(Duration::from_millis(ms)),
            Op::Pick => self.pick(),
        }
        let size = self.scheduler.size();
        assert!(size.deliveries <= 2 * WINDOW + self.in_flight.len(), "windows bound memory: {size:?}");
    }

    fn accept(&mut self, lane: i64, keys: OrderKeys, due_in: u64, expires_in: Option<u64>) {
        let id = EventId { seq: self.next, tag: 7 }.delivery(0);
        let expires_at = expires_in.map(|ms| self.now.plus(Duration::from_millis(ms)));
        let row = Delivery::queued(self.now.plus(Duration::from_millis(due_in)), expires_at);
        let open = OpenDelivery { id, lane, rank: self.next, keys, row };
        self.next += 1;
        self.open.insert((lane, Place::of(&open)), open.clone());
        self.unheard.push_back(Change::Open(open));
    }

    fn hear(&mut self, count: usize) {
        for _ in 0..count {
            match self.unheard.pop_front() {
                Some(Change::Open(open)) => assert!(self.scheduler.admit(open), "both lanes are known"),
                Some(Change::Closed(lane, id)) => self.scheduler.ended(lane, id),
                Some(Change::Overflow(lane)) => self.scheduler.forget(lane),
                None => break,
            }
        }
    }

    fn overflow(&mut self, lane: i64) {
        let of_lane = |change: &Change| match change {
            Change::Open(open) => open.lane == lane,
            Change::Closed(number, _) | Change::Overflow(number) => *number == lane,
        };
        self.unheard.retain(|change| !of_lane(change));
        self.unheard.push_back(Change::Overflow(lane));
    }

    fn read(&mut self) {
        for load in self.scheduler.wants_load() {
            let rows: Vec<OpenDelivery> = self
                .open
                .values()
                .filter(|open| open.lane == load.lane && (open.rank, open.id.n) >= load.from)
                .take(load.limit)
                .cloned()
                .collect();
            self.reads.push_back((load, rows));
        }
    }

    fn answer(&mut self, fails: bool) {
        if let Some((load, rows)) = self.reads.pop_front() {
            self.scheduler.loaded(load, (!fails).then_some(rows));
        }
    }

    /// The record of an attempt commits. Earlier changes have been heard by then: they were queued before.
    fn conclude(&mut self, which: usize, how: impl FnOnce(&mut Self, OpenDelivery)) {
        let Some(&key) = self.in_flight.iter().nth(which % self.in_flight.len().max(1)) else { return };
        self.hear(usize::MAX);
        self.in_flight.remove(&key);
        let id = EventId { seq: key.1.seq, tag: 7 }.delivery(0);
        self.scheduler.attempt_over(TARGET, id);
        match self.open.get(&key).cloned() {
            Some(open) => how(self, open),
            // Cancelled under way: the record is only noted, and the row that it shows has ended.
            None => self.scheduler.ended(key.0, id),
        }
    }

    fn close(&mut self, open: &OpenDelivery) {
        self.open.remove(&(open.lane, Place::of(open)));
        self.unheard.push_back(Change::Closed(open.lane, open.id));
        self.scheduler.ended(open.lane, open.id);
    }

    fn requeue(&mut self, mut open: OpenDelivery, wait: u64) {
        open.row.due_at = self.now.plus(Duration::from_millis(wait));
        open.row.attempts += 1;
        self.open.insert((open.lane, Place::of(&open)), open.clone());
        self.unheard.push_back(Change::Open(open.clone()));
        self.scheduler.still_open(open.lane, open.id, open.row, false, self.now);
    }

    fn release(&mut self, which: usize) {
        if self.parked.is_empty() {
            return;
        }
        let mut open = self.parked.swap_remove(which % self.parked.len());
        open.row.due_at = self.now;
        self.open.insert((open.lane, Place::of(&open)), open.clone());
        self.unheard.push_back(Change::Open(open));
    }

    fn cancel(&mut self, which: usize) {
        let Some((&key, open)) = self.open.iter().nth(which % self.open.len().max(1)) else { return };
        self.unheard.push_back(Change::Closed(open.lane, open.id));
        self.open.remove(&key);
    }

    fn lane(&mut self, lane: i64, open: bool) {
        let state = if open { LaneState::Open } else { LaneState::Paused };
        if open {
            self.closed_lanes.remove(&lane)
        } else {
            self.closed_lanes.insert(lane)
        };
        self.scheduler.lane_changed(lane, TARGET, state);
    }

    fn pick(&mut self) {
        for (lane, id) in self.scheduler.overdue(self.now) {
            let key = (lane, Place::new(id, id.event.seq));
            if self.open.remove(&key).is_some() {
                self.unheard.push_back(Change::Closed(lane, id));
            }
            self.scheduler.ended(lane, id);
        }
        for start in self.scheduler.pick(self.now) {
            self.check(&start);
            assert!(self.rate_allows(), "never faster than the rate");
            self.starts.push(self.now);
            self.in_flight.insert((start.lane, Place::new(start.id, start.rank)));
            assert!(self.in_flight.len() <= CONCURRENCY, "never more than the target takes");
        }
    }

    /// Whether one more start is within the rate: counted from each earlier one, there are no more than a burst and the
    /// share of the time since.
    fn rate_allows(&self) -> bool {
        let Some(rate) = self.rate else { return true };
        let per = rate.per().as_millis();
        self.starts.iter().rev().zip(2_u128..).all(|(from, count)| {
            count * per
                <= u128::from(rate.burst()) * per + self.now.since(*from).as_millis() * u128::from(rate.starts())
        })
    }

    /// What a delivery that starts must fulfil, by the list of all deliveries.
    fn check(&self, start: &Start) {
        let place = Place::new(start.id, start.rank);
        assert!(!self.closed_lanes.contains(&start.lane), "a closed lane starts nothing");
        assert!(!self.in_flight.contains(&(start.lane, place)), "never twice at once");
        let Some(open) = self.open.get(&(start.lane, place)) else {
            assert!(self.is_unheard(start.lane, start.id), "ended deliveries do not start once that is known");
            return;
        };
        if !self.is_unheard(start.lane, start.id) {
            assert!(open.row.due_at <= self.now, "not before its time");
        }
        for earlier in self.earlier(open) {
            assert!(
                self.is_unheard(start.lane, earlier.id),
                "{} started before {} of the same key",
                start.id,
                earlier.id
            );
        }
    }

    /// Open deliveries of the same lane that must come first.
    fn earlier<'a>(&'a self, open: &'a OpenDelivery) -> impl Iterator<Item = &'a OpenDelivery> {
        self.open
            .range((open.lane, Place::FIRST)..(open.lane, Place::of(open)))
            .map(|(_, earlier)| earlier)
            .filter(|earlier| earlier.keys.precedes(&open.keys))
    }

    /// Whether a commit about the delivery is still on its way to the scheduler.
    fn is_unheard(&self, lane: i64, id: DeliveryId) -> bool {
        self.unheard.iter().any(|change| match change {
            Change::Open(open) => open.id == id,
            Change::Closed(_, closed) => *closed == id,
            Change::Overflow(number) => *number == lane,
        })
    }

    /// Everything on its way arrives.
    fn catch_up(&mut self) {
        self.hear(usize::MAX);
        loop {
            self.read();
            if self.reads.is_empty() {
                return;
            }
            while !self.reads.is_empty() {
                self.answer(false);
            }
        }
    }

    /// Nothing that the model calls runnable in the first half of a window has been left waiting.
    fn check_work_conserving(&mut self) {
        self.catch_up();
        self.pick();
        self.catch_up();
        self.pick();
        if self.in_flight.len() == CONCURRENCY || !self.rate_allows() {
            return;
        }
        assert!(self.scheduler.limited(TARGET, self.now).is_none(), "nothing waits for a rate that is not used up");
        for lane in (0..2).filter(|lane| !self.closed_lanes.contains(lane)) {
            let of_lane = self.open.range((lane, Place::FIRST)..(lane + 1, Place::FIRST));
            for (key, open) in of_lane.take(WINDOW / 2) {
                // One that was cancelled under way may still hold its place: the word of it was lost in an overflow.
                let overlaps = self.in_flight.iter().filter(|other| other.0 == lane).any(|other| {
                    self.open.get(other).is_none_or(|later| other > key && open.keys.precedes(&later.keys))
                });
                let runnable = open.row.due_at <= self.now && self.earlier(open).next().is_none() && !overlaps;
                assert!(!runnable || self.in_flight.contains(key), "{} could run and was not started", open.id);
            }
        }
    }

    /// Everything ends when attempts succeed from now on.
    fn finish(&mut self) {
        for lane in 0..2 {
            self.lane(lane, true);
        }
        for _ in 0..10_000 {
            self.catch_up();
            self.pick();
            if self.open.is_empty() {
                return;
            }
            if self.in_flight.is_empty() {
                let wake = self.scheduler.next_wake(self.now).expect("open deliveries wait for something");
                self.now = wake;
            }
            self.apply(Op::Settle(0));
        }
        panic!("stuck with {} open", self.open.len());
    }
}

fn keys() -> impl Strategy<Value = OrderKeys> {
    prop_oneof![
        6 => proptest::collection::vec(1_u64..5, 1..3).prop_map(OrderKeys::from_keys),
        2 => Just(OrderKeys::All),
        2 => Just(OrderKeys::Free),
        1 => Just(OrderKeys::Barrier),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    let expiry = prop_oneof![9 => Just(None), 1 => (0_u64..500).prop_map(Some)];
    prop_oneof![
        12 => (0_i64..2, keys(), prop_oneof![4 => Just(0_u64), 1 => 0_u64..200], expiry)
            .prop_map(|(lane, keys, due_in, expires_in)| Op::Admit { lane, keys, due_in, expires_in }),
        8 => (1_usize..6).prop_map(Op::Hear),
        1 => (0_i64..2).prop_map(|lane| Op::Overflow { lane }),
        4 => Just(Op::Read),
        4 => prop_oneof![7 => Just(false), 1 => Just(true)].prop_map(|fails| Op::Answer { fails }),
        8 => (0_usize..8).prop_map(Op::Settle),
        3 => (0_usize..8, 0_u64..300).prop_map(|(which, wait)| Op::Fail { which, wait }),
        2 => (0_usize..8).prop_map(Op::Park),
        2 => (0_usize..8).prop_map(Op::Release),
        1 => (0_usize..40).prop_map(Op::Cancel),
        1 => (0_i64..2, any::<bool>()).prop_map(|(lane, open)| Op::Lane { lane, open }),
        3 => (0_u64..150).prop_map(Op::Tick),
        10 => Just(Op::Pick),
    ]
}

fn rate() -> impl Strategy<Value = Rate> {
    let starts = (1_u32..60).prop_map(|starts| NonZeroU32::new(starts).expect("one at least"));
    (starts, 1_u64..1_500).prop_map(|(starts, ms)| Rate::new(starts, Duration::from_millis(ms)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn g3_never_out_of_order_and_never_stuck(
        rate in proptest::option::of(rate()),
        ops in proptest::collection::vec(op(), 1..250),
    ) {
        let mut world = World::new(rate);
        for (step, op) in ops.into_iter().enumerate() {
            world.apply(op);
            if step % 16 == 0 {
                world.check_work_conserving();
            }
        }
        world.finish();
    }
}
