//! The part of the configuration that a restart may change: rules of order, a handler that leaves, one that comes late.

use crate::chance::Chance;
use crate::clock;
use crate::scenario::{ACTIVE, Scenario};
use oxgate_core::Timestamp;
use oxgate_core::lane::LaneBy;
use oxgate_core::order::OrderBy;
use std::time::Duration;

/// How the deliveries of a target are put in order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct OrderRule {
    pub(crate) lane_by: &'static [LaneBy],
    pub(crate) order_by: OrderBy,
}

impl OrderRule {
    /// A handler's, with the lanes that it has unless configured otherwise.
    pub(crate) const fn inbound(order_by: OrderBy) -> Self {
        Self { lane_by: &LaneBy::INBOUND, order_by }
    }
}

/// What is configured at the moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Configuration {
    /// How the application's handlers put theirs in order.
    pub(crate) app: OrderRule,
    /// How the road to Redox does.
    pub(crate) redox: OrderRule,
    /// Whether the second handler is there.
    pub(crate) audit: bool,
    /// Since when the handler that comes late wants events, once it is there.
    pub(crate) late: Option<Timestamp>,
}

impl Configuration {
    /// As a world begins.
    pub(crate) const fn of(scenario: &Scenario) -> Self {
        Self {
            app: OrderRule::inbound(scenario.app_order),
            redox: OrderRule { lane_by: &LaneBy::OUTBOUND, order_by: scenario.redox_order },
            audit: true,
            late: None,
        }
    }

    /// With one thing changed.
    pub(crate) fn with(&self, change: Change) -> Self {
        let mut new = self.clone();
        match change {
            Change::App(rule) => new.app = rule,
            Change::Redox(rule) => new.redox = rule,
            Change::AuditLeaves => new.audit = false,
            Change::AuditReturns => new.audit = true,
            Change::LateComes { since } => new.late = Some(since),
        }
        new
    }
}

/// What somebody edits while the gateway is stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Change {
    App(OrderRule),
    Redox(OrderRule),
    AuditLeaves,
    AuditReturns,
    LateComes { since: Timestamp },
}

/// The gateway is stopped, and started again with another configuration.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Restart {
    pub(crate) at: Duration,
    /// How long until it is started again.
    pub(crate) down: Duration,
    /// While whoever takes what is concerned is down, so that something waits: when, how long.
    pub(crate) outage: (Duration, Duration),
    pub(crate) change: Change,
}

/// The restarts of a seed, in their order: none in most worlds.
pub(crate) fn restarts(seed: u64) -> Vec<Restart> {
    let chance = Chance::new(seed, "restarts");
    let mut restarts = Vec::new();
    let mut at = |from: u64, to: u64, change| {
        let (at, down) = (chance.millis(from * 60_000..to * 60_000), chance.millis(10..60_000));
        let outage = (at.saturating_sub(chance.millis(0..240_000)), chance.millis(30_000..600_000));
        restarts.push(Restart { at, down, outage, change });
    };
    if chance.thousandth(180) {
        for _ in 0..chance.among(1..3) {
            at(2, 35, Change::App(app_rule(&chance)));
        }
    }
    if chance.thousandth(120) {
        at(2, 35, Change::Redox(redox_rule(&chance)));
    }
    if chance.thousandth(180) {
        at(8, 25, Change::AuditLeaves);
        if chance.thousandth(400) {
            at(26, 38, Change::AuditReturns);
        }
    }
    if chance.thousandth(180) {
        let begun = chance.millis(0..u64::try_from(ACTIVE.as_millis()).unwrap_or(0) / 2);
        let since = if chance.thousandth(600) { Timestamp::ZERO } else { clock::beginning().plus(begun) };
        at(4, 36, Change::LateComes { since });
    }
    restarts.sort_by_key(|restart| restart.at);
    restarts
}

fn app_rule(chance: &Chance) -> OrderRule {
    let lane_by: &'static [LaneBy] =
        chance.one_of(&[&LaneBy::INBOUND, &[LaneBy::Endpoint], &[LaneBy::Source], &[LaneBy::Model, LaneBy::Type]]);
    let order_by = chance.one_of(&[OrderBy::All, OrderBy::Patient, OrderBy::Patient, OrderBy::Visit, OrderBy::None]);
    OrderRule { lane_by, order_by }
}

/// The destination tells lanes apart whatever is configured.
fn redox_rule(chance: &Chance) -> OrderRule {
    let lane_by: &'static [LaneBy] =
        chance.one_of(&[&LaneBy::OUTBOUND, &[LaneBy::Source, LaneBy::Destination], &[LaneBy::Destination]]);
    OrderRule { lane_by, order_by: chance.one_of(&[OrderBy::All, OrderBy::Patient]) }
}
