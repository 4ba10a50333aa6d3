//! Which targets an event goes to: one delivery for each target that takes it, and never none.

use super::Arrival;
use crate::plan::{Ready, Route, RouteKind};
use oxgate_core::lane::{LaneBy, LaneScope};
use oxgate_core::order::OrderBy;
use oxgate_core::{Address, Delivery, OrderKeys, Reason};
use oxgate_dispatch::UNROUTED;
use oxgate_store::command::NewDelivery;

/// The routes that take the event: the first that fits of each target, in the order of the configuration. Responders
/// take synchronous requests only, and what a forward made for handlers goes to no such forward again: it could go round
/// for ever.
pub(crate) fn matching<'a>(plan: &'a Ready, endpoint: &str, address: &Address) -> Vec<&'a Route> {
    let mut routes: Vec<&Route> = Vec::new();
    let was_forwarded = plan.forwards_to_handlers(endpoint);
    for route in &plan.routes {
        let takes_events = match route.kind {
            RouteKind::Responder(_) => false,
            RouteKind::Forward => !was_forwarded,
            RouteKind::Handler | RouteKind::Discard => true,
        };
        let taken = routes.iter().any(|other| other.target == route.target);
        if takes_events && !taken && route.filter.takes(endpoint, address) {
            routes.push(route);
        }
    }
    routes
}

/// One delivery for each route.
pub(super) fn of_routes(
    routes: &[&Route],
    arrival: Arrival<'_>,
    address: &Address,
    waits_for: impl Fn(OrderBy) -> OrderKeys,
) -> Vec<NewDelivery> {
    let of_route = |route: &&Route| NewDelivery {
        target: route.target.clone(),
        scope: LaneScope::of(&route.lane_by, route.order_by, arrival.door, address),
        keys: waits_for(route.order_by),
        delivery: Delivery::queued(arrival.at, None),
    };
    routes.iter().map(of_route).collect()
}

/// The delivery of an event that no handler takes.
pub(super) fn unrouted(arrival: Arrival<'_>) -> NewDelivery {
    parked(arrival, Reason::UNROUTED)
}

/// The delivery of an event that cannot be read.
pub(super) fn unreadable(arrival: Arrival<'_>) -> NewDelivery {
    parked(arrival, Reason::UNREADABLE)
}

/// Parked from the start on the built-in target. Its lanes are told apart by endpoint only, so that they stay few, and
/// nothing in them waits for anything: they are a list to look through, not an order.
fn parked(arrival: Arrival<'_>, reason: Reason) -> NewDelivery {
    NewDelivery {
        target: UNROUTED.to_owned(),
        scope: LaneScope::of(&[LaneBy::Endpoint], OrderBy::None, arrival.door, &Address::default()),
        keys: OrderKeys::Free,
        delivery: Delivery::parked(arrival.at, reason),
    }
}
