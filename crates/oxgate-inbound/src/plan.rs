//! What the configuration says about the road in, and the check that a plan is taken as a whole or not at all.

use crate::mllp::Listener;
use crate::respond::Responder;
use oxgate_core::Address;
use oxgate_core::expectation::{KeyKind, Rule};
use oxgate_core::filter::Filter;
use oxgate_core::lane::LaneBy;
use oxgate_core::order::OrderBy;
use oxgate_dispatch::UNROUTED;
use secrecy::{ExposeSecret, SecretString};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

/// The road in, as the configuration describes it.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The doors that Redox pushes to.
    pub endpoints: Vec<Endpoint>,
    /// The doors that HL7 v2 senders connect to.
    pub listeners: Vec<Listener>,
    /// Names of bulk exports whose resources become events; filters name them as endpoints.
    pub exports: Vec<String>,
    /// Which target takes which events, in the order of the configuration.
    pub routes: Vec<Route>,
    /// The health systems and the Redox ids they are known by.
    pub partners: Vec<Partner>,
    /// Which events answer which questions.
    pub rules: Vec<Rule>,
}

/// A door that Redox pushes to: `/redox/{name}`.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Letters, digits, `-` and `_`; stands in the path, in lanes and in logs.
    pub name: String,
    /// The verification tokens that are valid; two during a rotation.
    pub tokens: Vec<SecretString>,
    /// What to do with an event that cannot be understood or that no handler takes.
    pub cannot_handle: CannotHandle,
    /// The same for some events; the first rule whose filter takes the event counts.
    pub rules: Vec<(Filter, CannotHandle)>,
    /// Alarm when nothing has come for so long.
    pub silent_after: Option<Duration>,
    /// The largest body taken, in bytes after decompression.
    pub body_bytes_max: usize,
}

impl Endpoint {
    /// What to do with an event of this address if it cannot be handled. One that cannot be read has no address that a
    /// rule could name.
    pub(crate) fn cannot_handle(&self, address: &Address) -> CannotHandle {
        let rule = self.rules.iter().find(|(filter, _)| filter.takes(&self.name, address));
        rule.map_or(self.cannot_handle, |(_, choice)| *choice)
    }
}

/// What becomes of an event that cannot be understood or handled.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum CannotHandle {
    /// Answer `200` and park it: one odd event does not stop a feed.
    #[default]
    Keep,
    /// Answer `503` and keep nothing: Redox pauses the feed and keeps everything (for planned downtime).
    Hold,
}

/// A target and the events it takes.
#[derive(Clone, Debug)]
pub struct Route {
    /// The target's configured name.
    pub target: String,
    /// Which events it takes. Several routes may name one target; an event goes to a target once.
    pub filter: Filter,
    /// What tells the target's lanes apart.
    pub lane_by: Vec<LaneBy>,
    /// Which earlier deliveries of its lane a delivery waits for.
    pub order_by: OrderBy,
    /// What the target does.
    pub kind: RouteKind,
}

/// What a route's target does with an event.
#[derive(Clone, Debug)]
pub enum RouteKind {
    /// Receives notifications through the dispatcher.
    Handler,
    /// Makes events for other handlers, which arrive under the target's name as their door.
    Forward,
    /// Answers synchronous requests on the same call.
    Responder(Responder),
    /// Takes events in order to forget them: an explicit, counted end.
    Discard,
}

/// One health system, as Redox knows its systems.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Partner {
    /// The configured name.
    pub name: String,
    /// `Meta.Source.ID`s of its events.
    pub sources: Vec<String>,
    /// `Meta.Destinations[].ID`s that lead to it.
    pub destinations: Vec<String>,
    /// `Meta.FacilityCode`s that are its own, where several systems share a source; none means all.
    pub facilities: Vec<String>,
}

/// Why a plan is refused. The plan in force stays as it is.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PlanError {
    /// A name that cannot stand in a path.
    #[error("the name `{name}` of a door must be 1 to 64 letters, digits, `-` or `_`")]
    EndpointName {
        /// The name as configured.
        name: String,
    },
    /// Two endpoints of one name.
    #[error("two doors, endpoints or listeners, are named `{name}`")]
    EndpointTwice {
        /// The name.
        name: String,
    },
    /// Nobody could get in, or everybody.
    #[error("endpoint `{name}` needs at least one verification token, and none may be empty")]
    Token {
        /// The endpoint's name.
        name: String,
    },
    /// A body limit of nothing.
    #[error("door `{name}` must take bodies of at least one byte, over at least one connection")]
    BodyLimit {
        /// The endpoint's name.
        name: String,
    },
    /// A name that is empty or taken by the built-in target.
    #[error("route target `{target}` is not a usable name: it is empty or the built-in `unrouted`")]
    TargetName {
        /// The name as configured.
        target: String,
    },
    /// One target cannot do two things.
    #[error("target `{target}` is named by routes of different kinds; give each kind its own target")]
    TargetKind {
        /// The target's name.
        target: String,
    },
    /// A filter that names an endpoint nobody configured.
    #[error("a route to `{target}` names the endpoint `{endpoint}`, which is not configured")]
    UnknownEndpoint {
        /// The target's name.
        target: String,
        /// The name that is not there.
        endpoint: String,
    },
    /// Two partners that cannot be told apart.
    #[error("partners `{first}` and `{second}` share the source `{shared}`; tell them apart by facility codes")]
    PartnersOverlap {
        /// One partner.
        first: String,
        /// The other.
        second: String,
        /// The Redox source id they share.
        shared: String,
    },
    /// Partners or rules of one name, or of none.
    #[error("{what} name `{name}` is empty or used twice")]
    Name {
        /// `partner` or `rule`.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A rule that could match by patient alone, or never.
    #[error("rule `{name}` needs questions, answers and at least one kind of key other than `patient`")]
    Rule {
        /// The rule's name.
        name: String,
    },
}

/// A plan that has been checked: what a request works with from its first to its last step.
#[derive(Debug)]
pub(crate) struct Ready {
    endpoints: HashMap<String, Arc<Endpoint>>,
    listeners: HashMap<String, Arc<Listener>>,
    pub(crate) routes: Vec<Route>,
    partners: Vec<Partner>,
    pub(crate) rules: Vec<Rule>,
}

impl Plan {
    /// Checks everything and puts it into the form that requests work with.
    pub(crate) fn check(self) -> Result<Ready, PlanError> {
        self.check_endpoints()?;
        self.check_listeners()?;
        self.check_routes()?;
        self.check_partners()?;
        self.check_rules()?;
        let endpoints = self.endpoints.into_iter().map(|endpoint| (endpoint.name.clone(), Arc::new(endpoint)));
        let listeners = self.listeners.into_iter().map(|listener| (listener.name.clone(), Arc::new(listener)));
        Ok(Ready {
            endpoints: endpoints.collect(),
            listeners: listeners.collect(),
            routes: self.routes,
            partners: self.partners,
            rules: self.rules,
        })
    }

    fn check_endpoints(&self) -> Result<(), PlanError> {
        let mut seen = HashSet::new();
        for Endpoint { name, tokens, body_bytes_max, .. } in &self.endpoints {
            if !is_name(name) {
                return Err(PlanError::EndpointName { name: name.clone() });
            }
            if !seen.insert(name) {
                return Err(PlanError::EndpointTwice { name: name.clone() });
            }
            if tokens.is_empty() || tokens.iter().any(|token| token.expose_secret().trim().is_empty()) {
                return Err(PlanError::Token { name: name.clone() });
            }
            if *body_bytes_max == 0 {
                return Err(PlanError::BodyLimit { name: name.clone() });
            }
        }
        Ok(())
    }

    /// Listeners and endpoints are doors alike: filters, lanes and logs know them by name.
    fn check_listeners(&self) -> Result<(), PlanError> {
        let mut seen: HashSet<_> = self.endpoints.iter().map(|endpoint| &endpoint.name).collect();
        for Listener { name, body_bytes_max, connections_max, .. } in &self.listeners {
            if !is_name(name) {
                return Err(PlanError::EndpointName { name: name.clone() });
            }
            if !seen.insert(name) {
                return Err(PlanError::EndpointTwice { name: name.clone() });
            }
            if *body_bytes_max == 0 || *connections_max == 0 {
                return Err(PlanError::BodyLimit { name: name.clone() });
            }
        }
        Ok(())
    }

    fn check_routes(&self) -> Result<(), PlanError> {
        let mut kinds = HashMap::new();
        for Route { target, filter, kind, .. } in &self.routes {
            if target.trim().is_empty() || target == UNROUTED {
                return Err(PlanError::TargetName { target: target.clone() });
            }
            let kind = std::mem::discriminant(kind);
            if kinds.insert(target, kind).is_some_and(|other| other != kind) {
                return Err(PlanError::TargetKind { target: target.clone() });
            }
            let endpoints = self.endpoints.iter().map(|endpoint| &endpoint.name);
            let doors: HashSet<_> = endpoints.chain(self.listeners.iter().map(|listener| &listener.name)).collect();
            let known =
                |name: &String| doors.contains(name) || self.exports.contains(name) || forwards(&self.routes, name);
            if let Some(endpoint) = filter.endpoint.iter().find(|name| !known(name)) {
                return Err(PlanError::UnknownEndpoint { target: target.clone(), endpoint: endpoint.clone() });
            }
        }
        Ok(())
    }

    fn check_partners(&self) -> Result<(), PlanError> {
        let mut seen = HashSet::new();
        for (index, partner) in self.partners.iter().enumerate() {
            if partner.name.is_empty() || !seen.insert(&partner.name) {
                return Err(PlanError::Name { what: "partner", name: partner.name.clone() });
            }
            for other in &self.partners[..index] {
                let shared = partner.sources.iter().find(|source| other.sources.contains(source));
                if let Some(shared) = shared.filter(|_| !partner.is_apart_from(other)) {
                    let (first, second) = (other.name.clone(), partner.name.clone());
                    return Err(PlanError::PartnersOverlap { first, second, shared: shared.clone() });
                }
            }
        }
        Ok(())
    }

    fn check_rules(&self) -> Result<(), PlanError> {
        let mut seen = HashSet::new();
        for rule in &self.rules {
            if rule.name.is_empty() || !seen.insert(&rule.name) {
                return Err(PlanError::Name { what: "rule", name: rule.name.clone() });
            }
            let by_patient_alone = rule.keys.iter().all(|kind| *kind == KeyKind::Patient);
            if rule.asks.is_empty() || rule.answers.is_empty() || by_patient_alone {
                return Err(PlanError::Rule { name: rule.name.clone() });
            }
        }
        Ok(())
    }
}

fn is_name(name: &str) -> bool {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    plain && (1..=64).contains(&name.len())
}

impl Partner {
    /// Whether no facility code can belong to both; a partner without codes takes what no other partner names.
    fn is_apart_from(&self, other: &Self) -> bool {
        match (self.facilities.is_empty(), other.facilities.is_empty()) {
            (true, true) => false,
            (true, false) | (false, true) => true,
            (false, false) => !self.facilities.iter().any(|code| other.facilities.contains(code)),
        }
    }
}

impl Ready {
    /// The listener of this name.
    pub(crate) fn listener(&self, name: &str) -> Option<Arc<Listener>> {
        self.listeners.get(name).cloned()
    }

    /// All endpoints.
    pub(crate) fn endpoints(&self) -> impl Iterator<Item = &Endpoint> {
        self.endpoints.values().map(Arc::as_ref)
    }

    /// The endpoint of this name.
    pub(crate) fn endpoint(&self, name: &str) -> Option<&Arc<Endpoint>> {
        self.endpoints.get(name)
    }

    /// Whether events under this door are made by a forward for handlers.
    pub(crate) fn forwards_to_handlers(&self, door: &str) -> bool {
        forwards(&self.routes, door)
    }

    /// The partner that an event with this address came from; empty when none is configured for it.
    ///
    /// A partner that names the event's facility goes before one that takes its source as a whole.
    pub(crate) fn partner_of(&self, address: &Address) -> &str {
        let of_source = || self.partners.iter().filter(|partner| partner.sources.contains(&address.source));
        let named = of_source().find(|partner| partner.facilities.contains(&address.facility));
        let whole = || of_source().find(|partner| partner.facilities.is_empty());
        named.or_else(whole).map_or("", |partner| partner.name.as_str())
    }
}

fn forwards(routes: &[Route], door: &str) -> bool {
    routes.iter().any(|route| route.target == door && matches!(route.kind, RouteKind::Forward))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(name: &str) -> Endpoint {
        let tokens = vec![SecretString::from("t")];
        let cannot_handle = CannotHandle::Keep;
        Endpoint { name: name.into(), tokens, cannot_handle, rules: Vec::new(), silent_after: None, body_bytes_max: 1 }
    }

    fn route(target: &str, kind: RouteKind) -> Route {
        let (filter, lane_by) = (Filter::default(), LaneBy::INBOUND.to_vec());
        Route { target: target.into(), filter, lane_by, order_by: OrderBy::All, kind }
    }

    fn partner(name: &str, source: &str, facilities: &[&str]) -> Partner {
        let facilities = facilities.iter().map(|&code| code.to_owned()).collect();
        Partner { name: name.into(), sources: vec![source.into()], destinations: Vec::new(), facilities }
    }

    fn refusal(plan: Plan) -> PlanError {
        plan.check().expect_err("the plan is refused")
    }

    #[test]
    fn a_plan_with_a_mistake_is_refused() {
        let with = |endpoints: Vec<Endpoint>| Plan { endpoints, ..Plan::default() };
        assert!(matches!(refusal(with(vec![endpoint("a b")])), PlanError::EndpointName { .. }));
        assert!(matches!(refusal(with(vec![endpoint("a"), endpoint("a")])), PlanError::EndpointTwice { .. }));
        assert!(matches!(
            refusal(with(vec![Endpoint { tokens: Vec::new(), ..endpoint("a") }])),
            PlanError::Token { .. }
        ));
        assert!(matches!(
            refusal(with(vec![Endpoint { tokens: vec![SecretString::from(" ")], ..endpoint("a") }])),
            PlanError::Token { .. }
        ));
        assert!(matches!(
            refusal(with(vec![Endpoint { body_bytes_max: 0, ..endpoint("a") }])),
            PlanError::BodyLimit { .. }
        ));
    }

    #[test]
    fn routes_are_checked() {
        let with = |routes: Vec<Route>| Plan { routes, ..Plan::default() };
        assert!(matches!(refusal(with(vec![route(UNROUTED, RouteKind::Handler)])), PlanError::TargetName { .. }));
        assert!(matches!(
            refusal(with(vec![route("a", RouteKind::Handler), route("a", RouteKind::Discard)])),
            PlanError::TargetKind { .. }
        ));
        let mut stray = route("a", RouteKind::Handler);
        stray.filter.endpoint.push("nowhere".into());
        assert!(matches!(refusal(with(vec![stray])), PlanError::UnknownEndpoint { .. }));
        assert!(with(vec![route("a", RouteKind::Handler), route("a", RouteKind::Handler)]).check().is_ok());
    }

    #[test]
    fn rules_never_match_by_patient_alone() {
        let mut rule = Rule::built_in().remove(0);
        rule.keys = vec![KeyKind::Patient];
        assert!(matches!(refusal(Plan { rules: vec![rule], ..Plan::default() }), PlanError::Rule { .. }));
        assert!(Plan { rules: Rule::built_in(), ..Plan::default() }.check().is_ok());
    }

    #[test]
    fn partners_are_found_by_source_and_facility() {
        let partners = vec![partner("whole", "s", &[]), partner("north", "s", &["N"]), partner("other", "o", &["N"])];
        let ready = Plan { partners, ..Plan::default() }.check().expect("told apart by facility");
        let of = |source: &str, facility: &str| {
            let address = Address { source: source.into(), facility: facility.into(), ..Address::default() };
            ready.partner_of(&address).to_owned()
        };
        assert_eq!([of("s", "N"), of("s", "S"), of("s", "")], ["north", "whole", "whole"]);
        assert_eq!([of("o", "N"), of("o", ""), of("x", "N")], ["other", "", ""]);
    }

    #[test]
    fn partners_that_cannot_be_told_apart_are_refused() {
        for (one, two) in [(&[][..], &[][..]), (&["N", "S"][..], &["S"][..])] {
            let partners = vec![partner("a", "s", one), partner("b", "s", two)];
            assert!(matches!(refusal(Plan { partners, ..Plan::default() }), PlanError::PartnersOverlap { .. }));
        }
    }
}
