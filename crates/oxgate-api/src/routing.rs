//! What the present configuration makes of an event that is in the store already: for reroute, release of unrouted
//! events, and replay.

use bytes::Bytes;
use oxgate_core::delivery::Policy;
use oxgate_core::lane::{LaneBy, LaneScope};
use oxgate_core::{Address, Clock, Delivery, Direction, Keyed, OrderKeys};
use oxgate_dispatch::{TargetSpec, UNROUTED};
use oxgate_inbound::mllp::Listener;
use oxgate_inbound::{Route, RouteKind, order_keys};
use oxgate_outbound::plan::Plan;
use oxgate_outbound::submit::Priority;
use oxgate_store::command::NewDelivery;
use oxgate_store::view::EventRow;
use redox_model::envelope::{self, Message};
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

/// Each has its own target.
const PRIORITIES: [Priority; 2] = [Priority::Live, Priority::Backfill];

/// One consistent state of the configuration, as far as it says where events go.
#[derive(Clone, Debug)]
pub struct Routes {
    /// Which target takes which inbound events, in the order of the configuration.
    pub inbound: Vec<Route>,
    /// The doors of HL7 v2 senders.
    pub listeners: Vec<Listener>,
    /// Sources and destinations of the road to Redox.
    pub outbound: Arc<Plan>,
    /// The targets' rules.
    pub targets: Vec<TargetSpec>,
}

/// The configuration in force, asked about stored events.
pub struct Routing {
    keyed: Keyed,
    clock: Arc<dyn Clock>,
    routes: RwLock<Arc<Routes>>,
}

impl Routing {
    /// With these routes to begin with; `keyed` is the store's.
    pub fn new(keyed: Keyed, clock: Arc<dyn Clock>, routes: Routes) -> Self {
        Self { keyed, clock, routes: RwLock::new(Arc::new(routes)) }
    }

    /// Replaces the routes as a whole.
    pub fn replace(&self, routes: Routes) {
        *self.routes.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(routes);
    }

    /// The rules by which a delivery is judged: its target's, or, for a target that is gone from the configuration,
    /// those that its direction usually has.
    pub(crate) fn policy(&self, target: &str, direction: Direction) -> Policy {
        let usual = if direction == Direction::Outbound { Policy::REDOX } else { Policy::HANDLER };
        let routes = self.routes();
        routes.targets.iter().find(|spec| spec.name == target).map_or(usual, |spec| spec.policy)
    }

    /// Whether the configuration has this target.
    pub(crate) fn knows(&self, target: &str) -> bool {
        target == UNROUTED || self.routes().targets.iter().any(|spec| spec.name == target)
    }

    /// The names of all targets, the built-in one among them.
    pub(crate) fn all_targets(&self) -> Vec<String> {
        let routes = self.routes();
        routes.targets.iter().map(|spec| spec.name.clone()).chain([UNROUTED.to_owned()]).collect()
    }

    /// Whether deliveries of an event can be handed to this target as they are.
    pub(crate) fn can_take_over(&self, event: &EventRow, target: &str) -> bool {
        match event.direction {
            Direction::Outbound => {
                let routes = self.routes();
                let source = routes.outbound.source_by_id(&event.address.source);
                source.is_some_and(|source| PRIORITIES.iter().any(|one| source.account.target_for(*one) == target))
            }
            direction => self.targets(direction).iter().any(|name| name == target),
        }
    }

    /// The rules of a pull handler, or the names of those that there are.
    pub(crate) fn pull(&self, name: &str) -> Result<TargetSpec, Vec<String>> {
        let routes = self.routes();
        let pulls = || routes.targets.iter().filter(|spec| spec.kind == "pull");
        let found = pulls().find(|spec| spec.name == name).cloned();
        found.ok_or_else(|| pulls().map(|spec| spec.name.clone()).collect())
    }

    /// The names of the targets that an event of this direction can be given to.
    pub(crate) fn targets(&self, direction: Direction) -> Vec<String> {
        let routes = self.routes();
        let mut names: Vec<String> = match direction {
            Direction::Inbound => handlers(&routes).map(|route| route.target.clone()).collect(),
            Direction::Outbound => {
                let accounts = routes.outbound.sources.iter().map(|source| &source.account);
                accounts.flat_map(|account| PRIORITIES.map(|priority| account.target_for(priority))).collect()
            }
            Direction::Ops => {
                routes.targets.iter().filter(|spec| spec.kind == "ops").map(|spec| spec.name.clone()).collect()
            }
        };
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The deliveries that the event would get if it were accepted now; with `to`, those to that target, whether its
    /// filter takes the event or not. Empty when no handler takes it, or `to` is not known.
    pub(crate) fn deliveries(&self, event: &EventRow, body: &Bytes, to: Option<&str>) -> Vec<NewDelivery> {
        let routes = self.routes();
        match event.direction {
            Direction::Inbound => self.inbound(&routes, event, body, to),
            Direction::Outbound => self.outbound(&routes, event, body, to),
            Direction::Ops => self.ops(to),
        }
    }

    /// The handlers that an inbound event would go to if it were accepted now, each with its lane; with `to`, that one,
    /// whether its filter takes the event or not.
    pub(crate) fn lanes(&self, event: &EventRow, to: Option<&str>) -> Vec<(String, LaneScope)> {
        let routes = self.routes();
        chosen(&routes, event, to).into_iter().map(|route| (route.target.clone(), scope(route, event))).collect()
    }

    fn inbound(&self, routes: &Routes, event: &EventRow, body: &Bytes, to: Option<&str>) -> Vec<NewDelivery> {
        let listener = routes.listeners.iter().find(|listener| listener.name == event.door);
        let of_route = |route: &Route| NewDelivery {
            target: route.target.clone(),
            scope: scope(route, event),
            keys: order_keys(route.order_by, event, body, listener, &self.keyed),
            delivery: Delivery::queued(self.clock.now(), None),
        };
        chosen(routes, event, to).into_iter().map(of_route).collect()
    }

    /// One delivery for each destination that the body names and the configuration still knows.
    fn outbound(&self, routes: &Routes, event: &EventRow, body: &Bytes, to: Option<&str>) -> Vec<NewDelivery> {
        let plan = &routes.outbound;
        let Some(source) = plan.source_by_id(&event.address.source) else { return Vec::new() };
        let to = to.map_or_else(|| source.account.target.clone(), str::to_owned);
        if PRIORITIES.iter().all(|priority| source.account.target_for(*priority) != to) {
            return Vec::new();
        }
        let Ok(Message::DataModel(envelope)) = envelope::read(body) else { return Vec::new() };
        let named = envelope.destinations.iter().filter_map(|item| plan.destination_by_id(item.id.as_deref()?));
        let keys = order_keys(plan.order_by, event, body, None, &self.keyed);
        let mut by = plan.lane_by.clone();
        by.push(LaneBy::Destination);
        let of_destination = |id: &str| NewDelivery {
            target: to.clone(),
            scope: {
                let address = Address { destination: id.to_owned(), ..event.address.clone() };
                LaneScope::of(&by, plan.order_by, &event.door, &address)
            },
            keys: keys.clone(),
            delivery: Delivery::queued(self.clock.now(), None),
        };
        named.map(|destination| of_destination(&destination.id)).collect()
    }

    fn ops(&self, to: Option<&str>) -> Vec<NewDelivery> {
        let names = self.targets(Direction::Ops).into_iter().filter(|name| to.is_none_or(|to| to == name));
        let delivery = |target| NewDelivery {
            target,
            scope: LaneScope::default(),
            keys: OrderKeys::All,
            delivery: Delivery::queued(self.clock.now(), None),
        };
        names.map(delivery).collect()
    }

    fn routes(&self) -> Arc<Routes> {
        Arc::clone(&self.routes.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The first route of each handler that takes the event, or of the one that is asked for.
fn chosen<'a>(routes: &'a Routes, event: &EventRow, to: Option<&str>) -> Vec<&'a Route> {
    let mut chosen: Vec<&Route> = Vec::new();
    for route in handlers(routes) {
        let takes = match to {
            Some(name) => route.target == name,
            None => route.filter.takes(&event.door, &event.address),
        };
        if takes && !chosen.iter().any(|other| other.target == route.target) {
            chosen.push(route);
        }
    }
    chosen
}

fn scope(route: &Route, event: &EventRow) -> LaneScope {
    LaneScope::of(&route.lane_by, route.order_by, &event.door, &event.address)
}

/// The routes whose targets take stored events: responders answer synchronous requests only.
fn handlers(routes: &Routes) -> impl Iterator<Item = &Route> {
    let stores = |route: &&Route| !matches!(route.kind, RouteKind::Responder(_)) && route.target != UNROUTED;
    routes.inbound.iter().filter(stores)
}

impl fmt::Debug for Routing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Routing").finish_non_exhaustive()
    }
}
