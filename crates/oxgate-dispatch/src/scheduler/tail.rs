//! How far a window is complete: what is known of the deliveries that the store has and the window has not.

use super::order::Place;
use oxgate_core::DeliveryId;
use oxgate_store::view::OpenDelivery;
use std::collections::{BTreeMap, HashSet};

/// The end of a window.
///
/// Every open delivery before the bound is in the window; of those at or beyond it only the ones whose attempt is under
/// way. So an entry before the bound can be judged by the window alone, and nothing else ever starts.
#[derive(Debug)]
pub(super) enum Tail {
    /// No bound: the window holds every open delivery of the lane.
    Complete,
    /// The store has more from this place on.
    Missing {
        /// The bound.
        bound: Place,
    },
    /// More is being read.
    Loading(Loading),
}

/// What happens beyond the bound while the store is being read; the rows that come back may be older or newer.
#[derive(Debug)]
pub(super) struct Loading {
    /// The bound, and where the read begins.
    pub(super) bound: Place,
    /// Opened meanwhile: the first of them by place, as many as a window holds.
    opened: BTreeMap<Place, OpenDelivery>,
    /// The first place of those that found no room in `opened`.
    dropped: Option<Place>,
    /// Closed meanwhile.
    closed: HashSet<DeliveryId>,
    /// The result cannot be used.
    pub(super) spoiled: bool,
    room: usize,
}

/// What a read brought, and what happened meanwhile.
pub(super) struct Brought {
    /// Rows as they stood during the read, oldest first.
    pub(super) rows: Vec<OpenDelivery>,
    /// Newer than the rows.
    pub(super) opened: BTreeMap<Place, OpenDelivery>,
    /// The new bound; `None` when the tail is complete.
    pub(super) bound: Option<Place>,
}

impl Tail {
    /// The first place that may be missing from the window.
    pub(super) const fn bound(&self) -> Option<Place> {
        match self {
            Self::Complete => None,
            Self::Missing { bound } => Some(*bound),
            Self::Loading(loading) => Some(loading.bound),
        }
    }

    /// Moves the bound down to `place`, if it is not lower already. A read under way then starts too late.
    pub(super) fn lower(&mut self, place: Place) {
        match self {
            Self::Complete => *self = Self::Missing { bound: place },
            Self::Missing { bound } => *bound = place.min(*bound),
            Self::Loading(loading) if place < loading.bound => {
                loading.bound = place;
                loading.spoiled = true;
            }
            Self::Loading(_) => (),
        }
    }
}

impl Loading {
    pub(super) fn new(bound: Place, room: usize) -> Self {
        Self { bound, opened: BTreeMap::new(), dropped: None, closed: HashSet::new(), spoiled: false, room }
    }

    pub(super) fn opened(&mut self, open: OpenDelivery) {
        self.closed.remove(&open.id);
        self.opened.insert(Place::of(&open), open);
        if self.opened.len() > self.room
            && let Some((place, _)) = self.opened.pop_last()
        {
            self.dropped = Some(self.dropped.map_or(place, |first| first.min(place)));
        }
    }

    pub(super) fn closed(&mut self, id: DeliveryId) {
        self.opened.retain(|_, open| open.id != id);
        // So many acts of people during one read are not worth remembering; it is read again.
        self.spoiled |= self.closed.len() >= self.room;
        if !self.spoiled {
            self.closed.insert(id);
        }
    }

    /// Sifts the rows of a read with this limit by what happened meanwhile.
    pub(super) fn finish(self, mut rows: Vec<OpenDelivery>, limit: usize) -> Brought {
        if self.spoiled {
            return Brought { rows: Vec::new(), opened: BTreeMap::new(), bound: Some(self.bound) };
        }
        let end = (rows.len() >= limit).then(|| rows.last().map_or(self.bound, |last| Place::of(last).next()));
        let bound = [end, self.dropped].into_iter().flatten().min();
        // The read begins with a place before the bound, where the window knows better.
        rows.retain(|row| Place::of(row) >= self.bound && !self.closed.contains(&row.id));
        Brought { rows, opened: self.opened, bound }
    }
}
