//! Which targets an event goes to: one delivery for each target that takes it, and never none.

use crate::plan::{Ready, Route, RouteKind};
use crate::verify::Verified;
use oxgate_core::lane::{LaneBy, LaneScope};
use oxgate_core::order::OrderBy;
use oxgate_core::{Address, Delivery, OrderKeys, Reason};
use oxgate_dispatch::UNROUTED;
use oxgate_store::command::NewDelivery;

/// The routes that take the event: the first that fits of each target, in the order of the configuration. Responders
/// take synchronous requests only.
pub(super) fn matching<'a>(plan: &'a Ready, endpoint: &str, address: &Address) -> Vec<&'a Route> {
    let mut routes: Vec<&Route> = Vec::new();
    for route in &plan.routes {
        let asynchronous = !matches!(route.kind, RouteKind::Responder(_));
        let taken = routes.iter().any(|other| other.target == route.target);
        if asynchronous && !taken && route.filter.takes(endpoint, address) {
            routes.push(route);
        }
    }
    routes
}

/// One delivery for each route.
pub(super) fn of_routes(
    routes: &[&Route],
    verified: &Verified,
    address: &Address,
    waits_for: impl Fn(OrderBy) -> OrderKeys,
) -> Vec<NewDelivery> {
    let of_route = |route: &&Route| NewDelivery {
        target: route.target.clone(),
        scope: LaneScope::of(&route.lane_by, &verified.endpoint().name, address),
        keys: waits_for(route.order_by),
        delivery: Delivery::queued(verified.at(), None),
    };
    routes.iter().map(of_route).collect()
}

/// The delivery of an event that no handler takes.
pub(super) fn unrouted(verified: &Verified) -> NewDelivery {
    parked(verified, Reason::UNROUTED)
}

/// The delivery of an event that cannot be read.
pub(super) fn unreadable(verified: &Verified) -> NewDelivery {
    parked(verified, Reason::UNREADABLE)
}

/// Parked from the start on the built-in target. Its lanes are told apart by endpoint only, so that they stay few, and
/// nothing in them waits for anything: they are a list to look through, not an order.
fn parked(verified: &Verified, reason: Reason) -> NewDelivery {
    NewDelivery {
        target: UNROUTED.to_owned(),
        scope: LaneScope::of(&[LaneBy::Endpoint], &verified.endpoint().name, &Address::default()),
        keys: OrderKeys::Free,
        delivery: Delivery::parked(verified.at(), reason),
    }
}
