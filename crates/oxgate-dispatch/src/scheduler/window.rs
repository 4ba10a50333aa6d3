//! The open deliveries of one lane that are held in memory, and which of them may start.

use super::order::{Order, Place};
use super::tail::{Loading, Tail};
use oxgate_core::{Delivery, DeliveryId, OrderKeys, State, Timestamp};
use oxgate_store::faults::Mutation;
use oxgate_store::view::OpenDelivery;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

/// Held deliveries are kept beside the window, so that they do not fill it; this many windows of them at most, then the
/// lane reads no further.
pub const HELD_WINDOWS: usize = 8;

/// One open delivery.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) id: DeliveryId,
    pub(super) keys: OrderKeys,
    pub(super) row: Delivery,
    /// Not before this time. The row's own, unless the row waits for a target that has come back meanwhile.
    due: Timestamp,
    /// An attempt or a record is under way.
    busy: bool,
    /// It waits for its target to come back rather than for its own time.
    after_outage: bool,
    /// It came back while a later one of its key was under way: the store could not know yet that it was overtaken.
    pub(super) overtaken: bool,
    /// Since when it has been failing, or its outcome has not been known.
    pub(super) stuck_since: Option<Timestamp>,
}

impl Entry {
    fn queued(&self) -> bool {
        self.row.state == State::Queued
    }
}

/// A head set aside while one successor is tried.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trial {
    pub(super) head: Place,
    pub(super) probe: Place,
}

/// The window of a lane: at most `size` deliveries that are not held, in order, complete up to its tail's bound.
#[derive(Debug)]
pub(super) struct Window {
    size: usize,
    mutation: Option<Mutation>,
    entries: BTreeMap<Place, Entry>,
    places: HashMap<DeliveryId, Place>,
    pub(super) order: Order,
    /// First for all their keys, and due.
    ready: BTreeSet<Place>,
    /// First for all their keys, and due later.
    later: BTreeSet<(Timestamp, Place)>,
    expiries: BTreeSet<(Timestamp, Place)>,
    busy: BTreeSet<Place>,
    held: usize,
    /// Entries with a time in `stuck_since`.
    stuck: BTreeSet<Place>,
    tail: Tail,
    trial: Option<Trial>,
    /// Places before this one may start.
    limit: Place,
    /// Heads of queues that are held although nothing precedes them any more.
    pub(super) releasable: BTreeSet<Place>,
}

impl Window {
    /// A window that knows nothing of its lane yet.
    pub(super) fn new(size: usize, mutation: Option<Mutation>) -> Self {
        Self {
            size: size.max(2),
            mutation,
            entries: BTreeMap::new(),
            places: HashMap::new(),
            order: Order::new(mutation),
            ready: BTreeSet::new(),
            later: BTreeSet::new(),
            expiries: BTreeSet::new(),
            busy: BTreeSet::new(),
            held: 0,
            stuck: BTreeSet::new(),
            tail: Tail::Missing { bound: Place::FIRST },
            trial: None,
            limit: Place::FIRST,
            releasable: BTreeSet::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Entries that count towards the window's size.
    pub(super) fn active(&self) -> usize {
        self.entries.len() - self.held
    }

    pub(super) const fn size(&self) -> usize {
        self.size
    }

    /// Whether something that may start has come due.
    pub(super) fn has_ready(&self) -> bool {
        self.ready.first().is_some_and(|place| *place < self.limit)
    }

    /// Lets deliveries up to this rank start, or none.
    pub(super) fn start_through(&mut self, rank: Option<u64>) {
        self.limit = rank.map_or(Place::FIRST, |rank| Place { rank, n: u16::MAX, seq: u64::MAX });
    }

    pub(super) fn is_busy(&self) -> bool {
        !self.busy.is_empty()
    }

    pub(super) fn busy(&self) -> usize {
        self.busy.len()
    }

    pub(super) const fn is_complete(&self) -> bool {
        matches!(self.tail, Tail::Complete)
    }

    pub(super) fn get(&self, place: Place) -> Option<&Entry> {
        self.entries.get(&place)
    }

    pub(super) fn place(&self, id: DeliveryId) -> Option<Place> {
        self.places.get(&id).copied()
    }

    /// Those that have been failing, or whose outcome is not known, while they are first for all their keys.
    pub(super) fn stuck_heads(&self) -> impl Iterator<Item = (Place, &Entry)> {
        let stuck = self.stuck.iter().filter_map(|place| Some((*place, self.entries.get(place)?)));
        stuck.filter(|(place, entry)| self.order.is_first(*place, &entry.keys))
    }

    // --- what is in it ---

    /// A delivery became open, or changed.
    pub(super) fn admit(&mut self, open: OpenDelivery) {
        if let Some(place) = self.place(open.id) {
            // The change of a record that we have seen the result of already, or of an act of somebody else.
            if self.entries.get(&place).is_some_and(|entry| entry.row != open.row) {
                self.change(place, |entry| {
                    entry.due = open.row.due_at;
                    entry.after_outage = false;
                    entry.row = open.row;
                });
                // One that was held may have come back, and then it counts.
                self.shrink();
            }
            return;
        }
        let place = Place::of(&open);
        match &mut self.tail {
            Tail::Missing { bound } if place >= *bound => return,
            Tail::Loading(loading) if place >= loading.bound => return loading.opened(open),
            _ => self.insert(place, open),
        }
        self.shrink();
    }

    /// A delivery is no longer open.
    pub(super) fn close(&mut self, id: DeliveryId) {
        let place = self.place(id);
        if let Some(place) = place {
            self.remove(place);
        }
        // What was under way beyond the bound may be among the rows that are being read.
        if let Tail::Loading(loading) = &mut self.tail
            && place.is_none_or(|place| place >= loading.bound)
        {
            loading.closed(id);
        }
    }

    /// Forgets all but what is under way: the store knows better.
    pub(super) fn forget(&mut self) {
        let idle: Vec<Place> = self.entries.keys().filter(|place| !self.busy.contains(place)).copied().collect();
        for place in idle {
            self.remove(place);
        }
        self.tail.lower(Place::FIRST);
        if let Tail::Loading(loading) = &mut self.tail {
            loading.spoiled = true;
        }
    }

    /// The read that the window wants: from where, and how many.
    pub(super) fn wants_load(&self) -> Option<(Place, usize)> {
        let Tail::Missing { bound } = self.tail else { return None };
        let (active, room) = (self.active(), self.held < self.size * HELD_WINDOWS);
        // One more than there is room for, so that a full answer always brings something new beside the place that it
        // begins with.
        let moving = active - self.stuck.len().min(active);
        (room && active < self.size && moving <= self.size / 2).then(|| (bound, self.size - active + 1))
    }

    pub(super) fn load_begins(&mut self) {
        if let Some(bound) = self.tail.bound() {
            self.tail = Tail::Loading(Loading::new(bound, self.size));
        }
    }

    pub(super) fn loaded(&mut self, rows: Option<Vec<OpenDelivery>>, limit: usize) {
        let bound = self.tail.bound().unwrap_or(Place::FIRST);
        let tail = std::mem::replace(&mut self.tail, Tail::Missing { bound });
        let (Tail::Loading(loading), Some(rows)) = (tail, rows) else { return };
        let brought = loading.finish(rows, limit);
        self.tail = brought.bound.map_or(Tail::Complete, |bound| Tail::Missing { bound });
        for row in brought.rows {
            // What was under way during the read is known better here.
            if self.place(row.id).is_none() {
                self.admit(row);
            }
        }
        for open in brought.opened.into_values() {
            self.admit(open);
        }
    }

    fn insert(&mut self, place: Place, open: OpenDelivery) {
        let last = self.entries.last_key_value().is_none_or(|(last, _)| *last < place);
        let overtaken = self.is_overlapped(place, &open.keys);
        self.order.insert(place, &open.keys);
        self.places.insert(open.id, place);
        let entry = Entry {
            id: open.id,
            keys: open.keys,
            due: open.row.due_at,
            row: open.row,
            busy: false,
            after_outage: false,
            overtaken,
            stuck_since: None,
        };
        self.entries.insert(place, entry);
        self.index(place);
        if !last {
            // A released one goes before those that were first until now.
            let ready = self.ready.range(place.next()..).copied();
            let later = self.later.iter().map(|(_, at)| *at).filter(|at| *at > place);
            for at in ready.chain(later).collect::<Vec<_>>() {
                self.unindex(at);
                self.index(at);
            }
        }
    }

    fn remove(&mut self, place: Place) {
        self.unindex(place);
        let Some(entry) = self.entries.remove(&place) else { return };
        self.places.remove(&entry.id);
        self.busy.remove(&place);
        self.stuck.remove(&place);
        if self.trial.is_some_and(|trial| trial.head == place || trial.probe == place) {
            self.end_trial();
        }
        for next in self.order.remove(place, &entry.keys) {
            self.unindex(next);
            self.index(next);
        }
    }

    /// Takes the last idle ones out again while there are too many: the store keeps them.
    fn shrink(&mut self) {
        if self.mutation == Some(Mutation::G9EndlessWindow) {
            return;
        }
        while self.active() > self.size || self.held > self.size * HELD_WINDOWS {
            let Some(place) = self.entries.keys().rev().find(|place| !self.busy.contains(place)).copied() else {
                return;
            };
            self.remove(place);
            self.tail.lower(place);
        }
    }

    // --- which of it may start ---

    /// Changes an entry with its indexes.
    fn change(&mut self, place: Place, change: impl FnOnce(&mut Entry)) {
        self.unindex(place);
        if let Some(entry) = self.entries.get_mut(&place) {
            change(entry);
        }
        self.index(place);
    }

    fn unindex(&mut self, place: Place) {
        let Some(entry) = self.entries.get(&place) else { return };
        self.ready.remove(&place);
        self.later.remove(&(entry.due, place));
        if let Some(at) = entry.row.expires_at {
            self.expiries.remove(&(at, place));
        }
        if entry.indexed_as_held() {
            self.held -= 1;
        }
        self.releasable.remove(&place);
    }

    fn index(&mut self, place: Place) {
        let Some(entry) = self.entries.get(&place) else { return };
        let first = self.order.is_first(place, &entry.keys);
        if entry.indexed_as_held() {
            self.held += 1;
            if first && !entry.busy {
                self.releasable.insert(place);
            }
        }
        if let Some(at) = entry.row.expires_at
            && !entry.busy
            && matches!(entry.row.state, State::Queued | State::Held)
        {
            self.expiries.insert((at, place));
        }
        let (aside, tried) = self.trial.map_or((false, false), |t| (t.head == place, t.probe == place));
        if entry.queued() && !entry.busy && !aside && (first || tried) {
            self.later.insert((entry.due, place));
        }
    }

    /// Lets time pass: what has come due is ready.
    pub(super) fn advance(&mut self, now: Timestamp) {
        while let Some(&(due, place)) = self.later.first()
            && due <= now
        {
            self.later.pop_first();
            self.ready.insert(place);
        }
    }

    /// The clock was set back: what is due in a while stays due in that while.
    pub(super) fn clock_set_back(&mut self, by: Duration) {
        for place in self.entries.keys().copied().collect::<Vec<_>>() {
            let was_ready = self.ready.contains(&place);
            self.change(place, |entry| {
                // "Not before somebody acts" is no time of the clock.
                if entry.due != Timestamp::NEVER {
                    entry.due = if was_ready { Timestamp::ZERO } else { entry.due.minus(by) };
                }
                entry.stuck_since = entry.stuck_since.map(|since| since.minus(by));
            });
        }
    }

    /// When something comes due.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.later.first().map(|(due, _)| *due)
    }

    /// When something expires.
    pub(super) fn next_expiry(&self) -> Option<Timestamp> {
        self.expiries.first().map(|(at, _)| *at)
    }

    /// The first one that may start now; it is busy from here on.
    pub(super) fn start(&mut self, now: Timestamp) -> Option<Place> {
        let place = self.ready.range(..self.limit).copied().find(|place| self.may_start(*place, now))?;
        self.occupy(place);
        Some(place)
    }

    fn may_start(&self, place: Place, now: Timestamp) -> bool {
        let Some(entry) = self.entries.get(&place) else { return false };
        // A released one waits for the attempt of a later one of its key that began while it was parked.
        entry.row.expires_at.is_none_or(|at| at > now) && !self.is_overlapped(place, &entry.keys)
    }

    /// Whether a later one with one of these keys is under way.
    fn is_overlapped(&self, place: Place, keys: &OrderKeys) -> bool {
        let overlaps = |at: &Place| self.entries.get(at).is_some_and(|later| keys.precedes(&later.keys));
        self.busy.range(place.next()..).any(overlaps)
    }

    /// Marks an entry as under way.
    pub(super) fn occupy(&mut self, place: Place) {
        self.change(place, |entry| entry.busy = true);
        self.busy.insert(place);
    }

    /// What was under way has been recorded and the delivery is still open, with this row.
    pub(super) fn still_open(&mut self, place: Place, row: Delivery, after_outage: bool, now: Timestamp) {
        let failing = row.state == State::Unknown || (row.state == State::Queued && !after_outage && row.due_at > now);
        self.vacate(place, |entry| {
            entry.due = row.due_at;
            entry.after_outage = after_outage;
            entry.stuck_since = failing.then(|| entry.stuck_since.unwrap_or(now));
            entry.row = row;
        });
        if failing && self.entries.contains_key(&place) {
            self.stuck.insert(place);
        } else {
            self.stuck.remove(&place);
        }
    }

    /// What was under way came to nothing; the row is as it was, but nothing is tried before `until`.
    pub(super) fn postpone(&mut self, place: Place, until: Timestamp) {
        self.vacate(place, |entry| entry.due = entry.due.max(until));
    }

    /// Nothing is under way any more.
    fn vacate(&mut self, place: Place, change: impl FnOnce(&mut Entry)) {
        self.busy.remove(&place);
        self.change(place, |entry| {
            entry.busy = false;
            change(entry);
        });
        if self.trial.is_some_and(|trial| trial.probe == place) {
            self.end_trial();
        }
        // Beyond the bound only what is under way is known, so this one could not be judged here.
        if self.tail.bound().is_some_and(|bound| place >= bound) {
            self.remove(place);
        }
        // One that was held may have come back, and then it counts.
        self.shrink();
    }

    /// Those whose time limit has passed; they are busy from here on.
    pub(super) fn overdue(&mut self, now: Timestamp) -> Vec<DeliveryId> {
        let mut ids = Vec::new();
        while let Some(&(at, place)) = self.expiries.first()
            && at <= now
        {
            self.occupy(place);
            ids.extend(self.get(place).map(|entry| entry.id));
        }
        ids
    }

    /// The target is back: what waited for it is due.
    pub(super) fn outage_over(&mut self) {
        let waiting: Vec<Place> =
            self.entries.iter().filter(|(_, entry)| entry.after_outage).map(|(place, _)| *place).collect();
        for place in waiting {
            self.change(place, |entry| {
                entry.after_outage = false;
                entry.due = Timestamp::ZERO;
            });
        }
    }

    // --- trying a successor of a head that stands still ---

    pub(super) const fn trial(&self) -> Option<Trial> {
        self.trial
    }

    /// Sets `head` aside and lets the first successor that waits for nothing else be tried; `None` when there is none.
    pub(super) fn try_successor(&mut self, head: Place) -> Option<Trial> {
        let first = self.entries.get(&head)?;
        if self.trial.is_some() || first.busy {
            return None;
        }
        let (probe, _) = self.entries.range(head.next()..self.limit.max(head.next())).find(|(place, entry)| {
            let waits_for_head = first.keys.precedes(&entry.keys);
            let else_first = self.order.is_first_but_for(Some(head), **place, &entry.keys);
            entry.queued() && !entry.busy && waits_for_head && else_first
        })?;
        let trial = Trial { head, probe: *probe };
        self.unindex(trial.head);
        self.unindex(trial.probe);
        self.trial = Some(trial);
        self.index(trial.head);
        self.index(trial.probe);
        Some(trial)
    }

    fn end_trial(&mut self) {
        let Some(trial) = self.trial.take() else { return };
        for place in [trial.head, trial.probe] {
            self.unindex(place);
            self.index(place);
        }
    }
}

impl Entry {
    const fn indexed_as_held(&self) -> bool {
        matches!(self.row.state, State::Held)
    }

    pub(super) const fn is_busy(&self) -> bool {
        self.busy
    }
}
