//! Who waits for whom inside one window: a queue for each order key, and a few for those that wait for more than keys.

use oxgate_core::{DeliveryId, OrderKeys};
use oxgate_store::faults::Mutation;
use oxgate_store::view::OpenDelivery;
use std::collections::{BTreeSet, HashMap};

/// A delivery's place in its lane. Places sort as deliveries were accepted, a replay at the place of its making.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Place {
    /// The rank: the event's sequence number, or a later one for a replay.
    pub rank: u64,
    /// The delivery's number within its event.
    pub n: u16,
    /// The event's sequence number, which tells a replay from the event whose rank it shares.
    pub seq: u64,
}

impl Place {
    /// Before all others.
    pub const FIRST: Self = Self { rank: 0, n: 0, seq: 0 };

    /// The place of an open delivery.
    pub const fn of(open: &OpenDelivery) -> Self {
        Self::new(open.id, open.rank)
    }

    /// The place of the delivery `id` with this rank.
    pub const fn new(id: DeliveryId, rank: u64) -> Self {
        Self { rank, n: id.n, seq: id.event.seq }
    }

    /// The smallest place after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self { seq: self.seq.saturating_add(1), ..self }
    }
}

/// The queues of one window. Membership is what counts: an entry stays in its queues while its attempt is under way,
/// and leaves them only when it is no longer open.
#[derive(Default, Debug)]
pub(super) struct Order {
    /// All entries: what a barrier waits for.
    every: BTreeSet<Place>,
    /// All but the free ones: what an entry of an "all" lane waits for.
    ordered: BTreeSet<Place>,
    /// Entries that wait for all ordered ones.
    all: BTreeSet<Place>,
    /// Entries that wait for everything and that everything waits for.
    barriers: BTreeSet<Place>,
    /// Entries by order key. Empty queues are removed, so that memory follows the window and not the number of keys.
    keyed: HashMap<u64, BTreeSet<Place>>,
    mutation: Option<Mutation>,
}

impl Order {
    pub(super) fn new(mutation: Option<Mutation>) -> Self {
        Self { mutation, ..Self::default() }
    }

    pub(super) fn insert(&mut self, place: Place, keys: &OrderKeys) {
        self.every.insert(place);
        if *keys != OrderKeys::Free {
            self.ordered.insert(place);
        }
        match keys {
            OrderKeys::All => _ = self.all.insert(place),
            OrderKeys::Barrier => _ = self.barriers.insert(place),
            OrderKeys::Free => (),
            OrderKeys::Some(keys) => {
                for key in keys {
                    self.keyed.entry(*key).or_default().insert(place);
                }
            }
        }
    }

    /// Takes an entry out of its queues; gives back the places that may have become first by it.
    pub(super) fn remove(&mut self, place: Place, keys: &OrderKeys) -> Vec<Place> {
        self.every.remove(&place);
        self.ordered.remove(&place);
        self.all.remove(&place);
        self.barriers.remove(&place);
        let mut next: Vec<Place> = self.all.first().into_iter().chain(self.barriers.first()).copied().collect();
        match keys {
            OrderKeys::Free => (),
            OrderKeys::Some(keys) => {
                for key in keys {
                    let Some(queue) = self.keyed.get_mut(key) else { continue };
                    queue.remove(&place);
                    match queue.first() {
                        Some(first) => next.push(*first),
                        None => _ = self.keyed.remove(key),
                    }
                }
            }
            // Everything up to the next one of its kind waited for this one, and nothing beyond can be first.
            OrderKeys::All => next.extend(until(&self.ordered, place, |at| self.all.contains(&at))),
            OrderKeys::Barrier => next.extend(until(&self.every, place, |at| self.barriers.contains(&at))),
        }
        next
    }

    /// Whether an entry is the oldest for each of its keys.
    pub(super) fn is_first(&self, place: Place, keys: &OrderKeys) -> bool {
        self.is_first_but_for(None, place, keys)
    }

    /// The same, with one entry thought away.
    pub(super) fn is_first_but_for(&self, away: Option<Place>, place: Place, keys: &OrderKeys) -> bool {
        let waits = |queue: &BTreeSet<Place>| queue.iter().find(|at| Some(**at) != away).is_some_and(|at| *at < place);
        let barred = self.mutation != Some(Mutation::G3IgnoreBarrier) && waits(&self.barriers);
        match keys {
            OrderKeys::Free => !barred,
            OrderKeys::All => !waits(&self.ordered),
            OrderKeys::Barrier => !waits(&self.every),
            OrderKeys::Some(keys) => {
                let counted = if self.mutation == Some(Mutation::G3FirstKeyOnly) { 1 } else { keys.len() };
                let by_key = keys.iter().take(counted).filter_map(|key| self.keyed.get(key)).any(&waits);
                !(by_key || waits(&self.all) || barred)
            }
        }
    }

    /// The queue of one key, oldest first.
    pub(super) fn queue(&self, key: u64) -> impl Iterator<Item = Place> + '_ {
        self.keyed.get(&key).into_iter().flatten().copied()
    }

    /// How many keys have a queue.
    pub(super) fn keys(&self) -> usize {
        self.keyed.len()
    }
}

/// The places of `set` after `from`, up to and including the first one that `ends` the run.
fn until(set: &BTreeSet<Place>, from: Place, ends: impl Fn(Place) -> bool) -> Vec<Place> {
    let mut run = Vec::new();
    for &place in set.range(from..) {
        run.push(place);
        if ends(place) {
            break;
        }
    }
    run
}
