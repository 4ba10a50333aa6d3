//! Lanes: the few, nameable orders of deliveries.

use crate::address::Address;
use crate::hash::ContentHash;
use crate::id::DeliveryId;
use crate::order::OrderBy;
use serde::{Deserialize, Serialize};

/// One part of an address that tells lanes apart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LaneBy {
    /// The door: endpoint or API.
    Endpoint,
    /// `Meta.Source.ID`.
    Source,
    /// `Meta.Destinations[].ID`.
    Destination,
    /// `Meta.DataModel`.
    Model,
    /// `Meta.EventType`.
    Type,
    /// `Meta.FacilityCode`.
    Facility,
}

impl LaneBy {
    /// Inbound lanes unless configured otherwise; the handler is the lane's target and so always tells lanes apart.
    pub const INBOUND: [Self; 4] = [Self::Endpoint, Self::Destination, Self::Source, Self::Model];
    /// Outbound lanes unless configured otherwise.
    pub const OUTBOUND: [Self; 3] = [Self::Source, Self::Destination, Self::Model];

    const fn name(self) -> &'static str {
        match self {
            Self::Endpoint => "endpoint",
            Self::Source => "source",
            Self::Destination => "destination",
            Self::Model => "model",
            Self::Type => "type",
            Self::Facility => "facility",
        }
    }
}

/// How the deliveries of a target are put in order: which parts of an address tell its lanes apart, and how far order
/// inside them is refined. What was accepted under another rule shares neither lanes nor keys with what comes now, so the
/// store waits between the two.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct LaneRule(u16);

impl LaneRule {
    /// The rule of a target that is configured so.
    pub fn new(by: &[LaneBy], order_by: OrderBy) -> Self {
        let parts = by.iter().fold(0, |parts, part| parts | 1 << *part as u16);
        Self(parts | (order_by as u16) << 8)
    }

    /// The number that stands in the store.
    pub const fn code(self) -> u16 {
        self.0
    }

    /// The rule with this number.
    pub const fn from_code(code: u16) -> Self {
        Self(code)
    }
}

/// Which lane of a target a delivery belongs to: a text such as `endpoint=main model=Order`, and the rule it was made by.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct LaneScope {
    text: String,
    rule: LaneRule,
}

impl LaneScope {
    /// The scope of an event that came through `door` with this address. Parts that are empty are left out.
    pub fn of(by: &[LaneBy], order_by: OrderBy, door: &str, address: &Address) -> Self {
        let mut parts = by.to_vec();
        parts.sort_unstable();
        parts.dedup();
        let rule = LaneRule::new(&parts, order_by);
        let text = parts.into_iter().filter_map(|part| {
            let value = match part {
                LaneBy::Endpoint => door,
                LaneBy::Source => &address.source,
                LaneBy::Destination => &address.destination,
                LaneBy::Model => &address.model,
                LaneBy::Type => &address.event_type,
                LaneBy::Facility => &address.facility,
            };
            (!value.is_empty()).then(|| format!("{}={}", part.name(), value.replace(['%', ' '], "_")))
        });
        Self { text: text.collect::<Vec<_>>().join(" "), rule }
    }

    /// The rule by which it was made.
    pub const fn rule(&self) -> LaneRule {
        self.rule
    }

    /// The readable form; also the lane's label.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Sixteen bytes that stand for the scope in the store's unique index.
    pub fn key(&self) -> [u8; 16] {
        ContentHash::of([self.text.as_bytes()]).0
    }
}

/// Whether lanes with these labels may hold deliveries of one event stream: not when they name different values of the same
/// part. A part that only one of them names decides nothing.
pub fn may_share(one: &str, other: &str) -> bool {
    let ours = one.split(' ').filter_map(|part| part.split_once('='));
    let mut differing = ours.flat_map(|(name, value)| {
        other.split(' ').filter_map(|part| part.split_once('=')).filter(move |(its, is)| *its == name && *is != value)
    });
    differing.next().is_none()
}

/// What a lane is doing: which of its deliveries it starts.
///
/// That its target is down is not part of it: an outage is the target's, lasts seconds or hours, and is known to the
/// dispatcher, which tries again by itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LaneState {
    /// Starts deliveries as they come due.
    Open,
    /// A person stopped it.
    Paused,
    /// A parked delivery holds it.
    Blocked {
        /// The delivery that holds it.
        by: DeliveryId,
    },
    /// Starts what was in it when it was asked to; paused once all of that has left the open ones.
    Draining {
        /// The last rank that starts.
        through: u64,
    },
    /// Its target has left the configuration.
    Orphaned,
    /// Its target was put in another order: what was accepted since waits until what was accepted before is gone.
    After {
        /// The lane, maybe itself, that still has something from before.
        lane: i64,
        /// The last rank from before; up to it deliveries start.
        through: u64,
    },
}

impl LaneState {
    /// The number that stands in the store.
    pub const fn code(&self) -> u8 {
        match self {
            Self::Open => 0,
            Self::Paused => 1,
            // 2 was written by nobody.
            Self::Blocked { .. } => 3,
            Self::Draining { .. } => 4,
            Self::Orphaned => 5,
            Self::After { .. } => 6,
        }
    }

    /// The word that the API and the command line use.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Paused => "paused",
            Self::Blocked { .. } => "blocked",
            Self::Draining { .. } => "draining",
            Self::Orphaned => "orphaned",
            Self::After { .. } => "after",
        }
    }

    /// The last rank that may start; `None` when nothing may.
    pub const fn starts_through(&self) -> Option<u64> {
        match self {
            Self::Open => Some(u64::MAX),
            Self::Draining { through } | Self::After { through, .. } => Some(*through),
            Self::Paused | Self::Blocked { .. } | Self::Orphaned => None,
        }
    }
}

/// What is asked of a lane, by a person or by the dispatcher.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LaneAct {
    /// Start nothing more.
    Pause,
    /// Go on as far as it can: a lane that a parked delivery holds is blocked again, one that waits for what came before
    /// a change of rule waits again.
    Resume,
    /// Start what is there now, then pause.
    Drain,
    /// Its target has left the configuration.
    Orphan,
}

impl LaneAct {
    /// The word that the API, the command line and the audit use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Drain => "drain",
            Self::Orphan => "orphan",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scope_reads_well_and_ignores_the_order_of_parts() {
        let address = Address { model: "Order".into(), source: "s-1".into(), ..Address::default() };
        let scope = LaneScope::of(&[LaneBy::Model, LaneBy::Endpoint, LaneBy::Facility], OrderBy::All, "main", &address);
        assert_eq!(scope.as_str(), "endpoint=main model=Order");
        let by = [LaneBy::Endpoint, LaneBy::Facility, LaneBy::Model];
        assert_eq!(scope, LaneScope::of(&by, OrderBy::All, "main", &address));
    }

    #[test]
    fn values_cannot_forge_another_scope() {
        let forged = Address { model: "Order type=New".into(), ..Address::default() };
        let honest = Address { model: "Order".into(), event_type: "New".into(), ..Address::default() };
        let of = |address| LaneScope::of(&[LaneBy::Model, LaneBy::Type], OrderBy::All, "", address);
        assert_ne!(of(&forged), of(&honest));
    }
    #[test]
    fn a_rule_is_its_parts_and_its_order() {
        let rule = |by: &[LaneBy], order_by| LaneRule::new(by, order_by);
        let usual = rule(&[LaneBy::Endpoint, LaneBy::Model], OrderBy::All);
        assert_eq!(usual, rule(&[LaneBy::Model, LaneBy::Endpoint, LaneBy::Model], OrderBy::All));
        assert_ne!(usual, rule(&[LaneBy::Model], OrderBy::All));
        assert_ne!(usual, rule(&[LaneBy::Endpoint, LaneBy::Model], OrderBy::Patient));
        assert_eq!(LaneRule::from_code(usual.code()), usual);
    }

    #[test]
    fn lanes_share_unless_a_part_tells_them_apart() {
        for (one, other, share) in [
            ("endpoint=main model=Order", "endpoint=main", true),
            ("endpoint=main model=Order", "model=Order", true),
            ("endpoint=main model=Order", "endpoint=main model=Results", false),
            ("endpoint=main", "endpoint=side model=Order", false),
            ("endpoint=main", "facility=NORTH", true),
            ("endpoint=main", "overflow", true),
            ("", "endpoint=main", true),
        ] {
            assert_eq!((may_share(one, other), may_share(other, one)), (share, share), "{one} and {other}");
        }
    }
}
