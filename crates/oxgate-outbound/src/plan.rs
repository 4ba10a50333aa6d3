//! What the configuration says about the road to Redox: who may be named as source, who as destination, and by which rules.

use crate::submit::Priority;
use oxgate_core::Address;
use oxgate_core::expectation::Rule;
use oxgate_core::filter::names_kind;
use oxgate_core::lane::{LaneBy, LaneScope};
use oxgate_core::order::OrderBy;
use redox_model::nearest;
use redox_model::validate::{Level, Requirement};
use std::sync::Arc;

/// One consistent state of the configuration. A reload swaps it as a whole; a submission under way keeps the one it began with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    /// Who sends, in Redox's terms.
    pub sources: Vec<Source>,
    /// Where events and queries may go.
    pub destinations: Vec<Destination>,
    /// Which events expect an answer.
    pub rules: Vec<Rule>,
    /// What tells lanes apart, besides the destination, which always does.
    pub lane_by: Vec<LaneBy>,
    /// How far order is refined inside a lane.
    pub order_by: OrderBy,
    /// What becomes of event types that the catalogue does not know.
    pub unknown_kinds: UnknownKinds,
    /// How exactly events are held to the documentation, and whether to what their destinations require.
    pub level: Level,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            sources: Vec::new(),
            destinations: Vec::new(),
            rules: Rule::built_in(),
            lane_by: LaneBy::OUTBOUND.to_vec(),
            order_by: OrderBy::All,
            unknown_kinds: UnknownKinds::Refuse,
            level: Level::Lenient,
        }
    }
}

/// Credentials with Redox, as far as this crate needs to know them.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Account {
    /// The configured name; queries find their client by it.
    pub name: String,
    /// The name of the dispatcher's target that sends with these credentials.
    pub target: String,
}

impl Account {
    /// The dispatcher's target for deliveries of this priority.
    pub fn target_for(&self, priority: Priority) -> String {
        match priority {
            Priority::Live => self.target.clone(),
            Priority::Backfill => backfill_target(&self.target),
        }
    }
}

/// The sibling of a target that backfill goes to: the same credentials, lanes and places of its own. No configured name
/// has a colon in it, so none can be taken for it.
pub fn backfill_target(target: &str) -> String {
    format!("{target}:backfill")
}

/// A Redox source that one of our accounts may send as.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    /// The configured name.
    pub name: String,
    /// `Meta.Source.ID`.
    pub id: String,
    /// Whose credentials send for it.
    pub account: Arc<Account>,
}

/// A Redox destination.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Destination {
    /// The configured name; a submission may name it instead of the id.
    pub name: String,
    /// `Meta.Destinations[].ID`.
    pub id: String,
    /// What it takes: `Order.New`, `Results.*`, `Notes`. Empty: everything.
    pub accepts: Vec<String>,
    /// The models that Redox routes to it, by the id of the source, where the platform API has said; beside `accepts`.
    pub subscribed: Vec<(String, Vec<String>)>,
    /// What it requires beyond the documentation, of every event type that has the member.
    pub requires: Vec<Requirement>,
    /// The health system behind it. Answers are matched inside one partner, so without it nothing is expected back.
    pub partner: Option<String>,
    /// Where its FHIR server is, if it has one.
    pub fhir: Option<FhirServer>,
}

/// A FHIR R4 server behind Redox, as its address names it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct FhirServer {
    /// The destination's slug.
    pub slug: String,
    /// `Development`, `Staging` or `Production`.
    pub environment: String,
}

/// Why it cannot be told as whom a request goes out.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoSource {
    /// None has this name or id.
    #[error("no source has this name or id{}", nearest.as_deref().map(|name| format!(", did you mean `{name}`?")).unwrap_or_default())]
    Unknown {
        /// The nearest configured name.
        nearest: Option<String>,
        /// All configured names.
        known: Vec<String>,
    },
    /// Several could be meant.
    #[error("`Oxgate-Source` is needed to tell the sources apart, by name or id")]
    Needed {
        /// All configured names.
        known: Vec<String>,
    },
}

/// What to do with an event type that the catalogue does not know.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum UnknownKinds {
    /// Refuse it with a suggestion: most often it is a slip of the pen.
    #[default]
    Refuse,
    /// Send it all the same: Redox may know it already.
    Send,
}

impl Destination {
    /// Whether it takes events with this address.
    pub fn takes(&self, address: &Address) -> bool {
        let configured = self.accepts.is_empty() || self.accepts.iter().any(|pattern| names_kind(pattern, address));
        let routed = self.routed_from(&address.source);
        configured && routed.is_none_or(|models| models.contains(&address.model))
    }

    /// The models that Redox routes to it from a source; `None` if that is not known.
    pub fn routed_from(&self, source: &str) -> Option<&[String]> {
        self.subscribed.iter().find(|(from, _)| from == source).map(|(_, models)| models.as_slice())
    }

    /// What it accepts from a source, in words for a person: as configured, else the models that Redox routes.
    pub(crate) fn accepted_from(&self, source: &str) -> Vec<String> {
        let routed = self.routed_from(source).filter(|_| self.accepts.is_empty());
        routed.map_or_else(|| self.accepts.clone(), <[String]>::to_vec)
    }
}

impl Plan {
    /// The destination with this id.
    pub fn destination_by_id(&self, id: &str) -> Option<&Destination> {
        self.destinations.iter().find(|destination| destination.id == id)
    }

    /// The destination with this configured name.
    pub fn destination_by_name(&self, name: &str) -> Option<&Destination> {
        self.destinations.iter().find(|destination| destination.name == name)
    }

    /// The source with this id.
    pub fn source_by_id(&self, id: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.id == id)
    }

    /// The source with this configured name.
    pub fn source_by_name(&self, name: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.name == name)
    }

    /// The source that a request without a body of Redox's names by header, or the only one.
    pub(crate) fn source_named(&self, text: Option<&str>) -> Result<&Source, NoSource> {
        let known = || self.sources.iter().map(|source| source.name.clone()).collect();
        match (text, &self.sources[..]) {
            (Some(text), _) => self
                .source_by_name(text)
                .or_else(|| self.source_by_id(text))
                .ok_or_else(|| NoSource::Unknown { nearest: self.nearest_source(text), known: known() }),
            (None, [only]) => Ok(only),
            (None, _) => Err(NoSource::Needed { known: known() }),
        }
    }

    /// The configured destination whose name or id is nearest to `text`.
    pub(crate) fn nearest_destination(&self, text: &str) -> Option<String> {
        let near = nearest::by(text, &self.destinations, |known| [known.name.as_str(), known.id.as_str()]);
        near.map(|destination| destination.name.clone())
    }

    /// The configured source whose name or id is nearest to `text`.
    pub(crate) fn nearest_source(&self, text: &str) -> Option<String> {
        let near = nearest::by(text, &self.sources, |known| [known.name.as_str(), known.id.as_str()]);
        near.map(|source| source.name.clone())
    }

    /// The lane scope of a delivery. `address.destination` is the delivery's own destination and always part of the
    /// scope: a target failure of one destination must not stop the others, and the scope says where a delivery goes.
    pub(crate) fn scope(&self, address: &Address) -> LaneScope {
        let mut by = self.lane_by.clone();
        by.push(LaneBy::Destination);
        LaneScope::of(&by, self.order_by, crate::DOOR, address)
    }
}

/// Whether a lane label made by [`Plan::scope`], by this plan or an earlier one, leads to the destination with this id.
pub(crate) fn leads_to(label: &str, destination: &str) -> bool {
    let address = Address { destination: destination.to_owned(), ..Address::default() };
    let part = LaneScope::of(&[LaneBy::Destination], OrderBy::All, crate::DOOR, &address);
    label.split(' ').any(|candidate| candidate == part.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_always_names_its_destination() {
        let address = Address { destination: "d 1".into(), model: "Order".into(), ..Address::default() };
        let plan = Plan { lane_by: vec![LaneBy::Model], ..Plan::default() };
        let scope = plan.scope(&address);
        assert_eq!(scope.as_str(), "destination=d_1 model=Order");
        assert!(leads_to(scope.as_str(), "d 1"));
        assert!(!leads_to(scope.as_str(), "d") && !leads_to(scope.as_str(), "d 11"));
    }
}
