//! What the gateway is configured to do: targets by name, their rules, routes, partners, the road to Redox.

use crate::configuration::OrderRule;
use crate::world::World;
use oxgate_api::Routes;
use oxgate_core::Direction;
use oxgate_core::expectation::Rule;
use oxgate_core::filter::Filter;
use oxgate_core::order::OrderBy;
use oxgate_dispatch::TargetSpec;
use oxgate_inbound::{CannotHandle, Endpoint, Partner, Plan, Route, RouteKind};
use oxgate_outbound::plan::{Account, Destination, Source};
use redox_emulator::directory::fixture;
use secrecy::SecretString;
use std::sync::Arc;

/// The application's handler.
pub(crate) const APP: &str = "app";
/// A second handler, which may leave the configuration.
pub(crate) const AUDIT: &str = "audit";
/// A handler that comes late, and wants what was there before it.
pub(crate) const LATE: &str = "late";
/// The handler of operational events.
pub(crate) const WATCH: &str = "watch";
/// The handler that is leased from.
pub(crate) const PULL: &str = "pull";
/// Makes events for the other handlers.
pub(crate) const COPIES: &str = "copies";
/// Makes orders for Redox.
pub(crate) const ORDERS: &str = "orders";
/// The road to Redox.
pub(crate) const REDOX: &str = "redox";
/// The same for backfill.
pub(crate) const BACKFILL: &str = "redox:backfill";

/// How the second handler's are put in order.
pub(crate) const AUDIT_RULE: OrderRule = OrderRule::inbound(OrderBy::All);

/// The models that the late handler takes.
pub(crate) const LATE_TAKES: [&str; 5] = ["PatientAdmin", "Results", "Order", "Media", "Scheduling"];

/// Whether a target leads to Redox.
pub(crate) fn is_redox(target: &str) -> bool {
    target == REDOX || target == BACKFILL
}

/// The names of the targets that are configured at the moment, when nothing is unplugged.
pub(crate) fn names(world: &World) -> Vec<&'static str> {
    let mut names = vec![APP, WATCH, REDOX, BACKFILL];
    let configuration = world.configuration();
    names.extend(configuration.audit.then_some(AUDIT));
    names.extend(configuration.late.map(|_| LATE));
    if world.scenario.pull {
        names.push(PULL);
    }
    if world.scenario.forwards {
        names.extend([COPIES, ORDERS]);
    }
    names
}

/// The rules of a target.
pub(crate) fn spec(world: &World, name: &str) -> TargetSpec {
    let configuration = world.configuration();
    let redox = |name| TargetSpec { order_by: configuration.redox.order_by, concurrency: 2, ..TargetSpec::redox(name) };
    match name {
        APP => TargetSpec {
            policy: world.scenario.app_policy,
            order_by: configuration.app.order_by,
            concurrency: 3,
            ..TargetSpec::handler(APP, "http")
        },
        PULL => TargetSpec {
            policy: world.scenario.app_policy,
            order_by: configuration.app.order_by,
            ..TargetSpec::handler(PULL, "pull")
        },
        // Who takes over what it has goes on by its own rules.
        AUDIT if world.scenario.audit_leaves() => {
            TargetSpec { policy: world.scenario.app_policy, ..TargetSpec::handler(AUDIT, "http") }
        }
        COPIES | ORDERS => TargetSpec::handler(name, "forward"),
        WATCH => TargetSpec::handler(WATCH, "ops"),
        REDOX => redox(REDOX),
        BACKFILL => TargetSpec { concurrency: 1, ..redox(BACKFILL) },
        name => TargetSpec::handler(name, "http"),
    }
}

/// The road in.
pub(crate) fn inbound(world: &World) -> Plan {
    Plan {
        endpoints: vec![Endpoint {
            name: "main".to_owned(),
            tokens: vec![SecretString::from(fixture::VERIFICATION_TOKEN)],
            cannot_handle: CannotHandle::Keep,
            rules: Vec::new(),
            silent_after: None,
            body_bytes_max: 1024 * 1024,
        }],
        routes: routes(world),
        partners: vec![Partner {
            name: "memorial".to_owned(),
            sources: vec![fixture::EHR_SOURCE.to_owned()],
            destinations: vec![fixture::EHR_DESTINATION.to_owned()],
            facilities: Vec::new(),
        }],
        rules: Rule::built_in(),
        ..Plan::default()
    }
}

/// What the calendar says is nobody's business but the late handler's: until then it stays unrouted. Notes are for the forwards only.
fn routes(world: &World) -> Vec<Route> {
    let route = |target: &str, events: &[&str], OrderRule { lane_by, order_by }, kind| Route {
        target: target.to_owned(),
        filter: Filter { events: events.iter().map(|&text| text.to_owned()).collect(), ..Filter::default() },
        lane_by: lane_by.to_vec(),
        order_by,
        kind,
    };
    let usual = ["PatientAdmin", "Results", "Order", "Media"];
    let configuration = world.configuration();
    let mut routes = vec![route(APP, &usual, configuration.app, RouteKind::Handler)];
    if configuration.audit {
        routes.push(route(AUDIT, &usual, AUDIT_RULE, RouteKind::Handler));
    }
    if configuration.late.is_some() {
        routes.push(route(LATE, &LATE_TAKES, OrderRule::inbound(OrderBy::All), RouteKind::Handler));
    }
    if world.scenario.pull {
        routes.push(route(PULL, &usual, configuration.app, RouteKind::Handler));
    }
    if world.scenario.forwards {
        let by_patient = OrderRule::inbound(OrderBy::Patient);
        routes.push(route(COPIES, &["Notes.New"], by_patient, RouteKind::Forward));
        routes.push(route(ORDERS, &["Notes.Replace"], by_patient, RouteKind::Handler));
    }
    routes
}

/// The road to Redox.
pub(crate) fn outbound(world: &World) -> oxgate_outbound::plan::Plan {
    let redox = world.configuration().redox;
    let account = Arc::new(Account { name: "main".to_owned(), target: REDOX.to_owned() });
    let destination = |name: &str, id: &str| Destination {
        name: name.to_owned(),
        id: id.to_owned(),
        accepts: Vec::new(),
        subscribed: Vec::new(),
        requires: Vec::new(),
        partner: Some("memorial".to_owned()),
        fhir: None,
    };
    oxgate_outbound::plan::Plan {
        sources: vec![Source { name: "App".to_owned(), id: fixture::APPLICATION_SOURCE.to_owned(), account }],
        destinations: vec![
            destination("EHR", fixture::EHR_DESTINATION),
            destination("Archive", fixture::ARCHIVE_DESTINATION),
        ],
        lane_by: redox.lane_by.to_vec(),
        order_by: redox.order_by,
        ..oxgate_outbound::plan::Plan::default()
    }
}

/// What the API knows of all that.
pub(crate) fn known(world: &World) -> Routes {
    Routes {
        inbound: routes(world),
        listeners: Vec::new(),
        outbound: Arc::new(outbound(world)),
        targets: names(world).into_iter().map(|name| spec(world, name)).collect(),
    }
}

/// Where a target can hand a parked delivery to.
pub(crate) fn alternative(target: &str, direction: Direction) -> Option<&'static str> {
    match (direction, target) {
        (Direction::Inbound, APP) => Some(AUDIT),
        (Direction::Inbound, _) => Some(APP),
        _ => None,
    }
}
