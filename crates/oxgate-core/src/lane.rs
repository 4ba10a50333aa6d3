//! Lanes: the few, nameable orders of deliveries.

use crate::address::Address;
use crate::hash::ContentHash;
use crate::id::DeliveryId;
use crate::time::Timestamp;
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

/// Which lane of a target a delivery belongs to: a text such as `endpoint=main model=Order`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct LaneScope(String);

impl LaneScope {
    /// The scope of an event that came through `door` with this address. Parts that are empty are left out.
    pub fn of(by: &[LaneBy], door: &str, address: &Address) -> Self {
        let mut parts = by.to_vec();
        parts.sort_unstable();
        parts.dedup();
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
        Self(text.collect::<Vec<_>>().join(" "))
    }

    /// The readable form; also the lane's label.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Sixteen bytes that stand for the scope in the store's unique index.
    pub fn key(&self) -> [u8; 16] {
        ContentHash::of([self.0.as_bytes()]).0
    }
}

/// What a lane is doing. Only an [`LaneState::Open`] lane starts deliveries.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LaneState {
    /// Starts deliveries as they come due.
    Open,
    /// A person stopped it.
    Paused,
    /// Its target is down or refuses us; tries again at the given time.
    Waiting {
        /// When the next probe is due.
        until: Timestamp,
    },
    /// A parked delivery holds it.
    Blocked {
        /// The delivery that holds it.
        by: DeliveryId,
    },
    /// Finishes what is under way, then stays paused.
    Draining,
    /// Its target has left the configuration.
    Orphaned,
}

impl LaneState {
    /// The number that stands in the store.
    pub const fn code(&self) -> u8 {
        match self {
            Self::Open => 0,
            Self::Paused => 1,
            Self::Waiting { .. } => 2,
            Self::Blocked { .. } => 3,
            Self::Draining => 4,
            Self::Orphaned => 5,
        }
    }

    /// The word that the API and the command line use.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Paused => "paused",
            Self::Waiting { .. } => "waiting",
            Self::Blocked { .. } => "blocked",
            Self::Draining => "draining",
            Self::Orphaned => "orphaned",
        }
    }

    /// Whether deliveries may start.
    pub const fn starts(&self) -> bool {
        matches!(self, Self::Open)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scope_reads_well_and_ignores_the_order_of_parts() {
        let address = Address { model: "Order".into(), source: "s-1".into(), ..Address::default() };
        let scope = LaneScope::of(&[LaneBy::Model, LaneBy::Endpoint, LaneBy::Facility], "main", &address);
        assert_eq!(scope.as_str(), "endpoint=main model=Order");
        assert_eq!(scope, LaneScope::of(&[LaneBy::Endpoint, LaneBy::Facility, LaneBy::Model], "main", &address));
    }

    #[test]
    fn values_cannot_forge_another_scope() {
        let forged = Address { model: "Order type=New".into(), ..Address::default() };
        let honest = Address { model: "Order".into(), event_type: "New".into(), ..Address::default() };
        let by = [LaneBy::Model, LaneBy::Type];
        assert_ne!(LaneScope::of(&by, "", &forged), LaneScope::of(&by, "", &honest));
    }
}
