//! What a seed does to its world: how much traffic, under which rules, and which calamities. Drawn once, at the beginning.

use crate::chance::Chance;
use crate::configuration::{self, Change, Restart};
use oxgate_core::delivery::{OnPark, Policy};
use oxgate_core::limits::BODIES_IN_FLIGHT_BYTES;
use oxgate_core::order::OrderBy;
use std::time::Duration;

/// How long traffic and calamities last; afterwards everything is well, and must come to rest.
pub(crate) const ACTIVE: Duration = Duration::from_mins(40);

/// Where in a group's life the gateway dies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Point {
    /// Its transaction is open.
    BeforeCommit,
    /// It is durable, and nobody has been answered.
    AfterCommit,
    /// It is durable and answered.
    AfterAnswers,
}

/// A death of the gateway.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Crash {
    /// In this group of its life.
    pub(crate) group: u64,
    /// There.
    pub(crate) point: Point,
    /// The machine goes down with it, and what was not synced is gone.
    pub(crate) power: bool,
    /// How long until it is started again.
    pub(crate) down: Duration,
}

/// Everything that a seed decides beforehand.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each switches one part of the world, whatever the others do")]
pub(crate) struct Scenario {
    /// Messages that Redox pushes of its own accord.
    pub(crate) messages: u64,
    /// Events that the application submits.
    pub(crate) submissions: u64,
    /// Patients they are about: few, so that keys meet.
    pub(crate) patients: u64,
    /// Deliveries of a lane held in memory.
    pub(crate) window: usize,
    /// How the order of the application's handler is refined, until a restart changes it.
    pub(crate) app_order: OrderBy,
    /// How the order towards Redox is refined, until a restart changes it.
    pub(crate) redox_order: OrderBy,
    /// The rules of the application's handler.
    pub(crate) app_policy: Policy,
    /// Deaths in a row.
    pub(crate) crashes: Vec<Crash>,
    /// Restarts by which the configuration changes.
    pub(crate) restarts: Vec<Restart>,
    /// Commits that fail, in a thousand; half of them after they have taken effect.
    pub(crate) commits_failing: u64,
    /// Whether an application that is down answers most of what it is sent, and blames the messages.
    pub(crate) app_blames: bool,
    /// Messages and replies that get lost on each way, in a thousand.
    pub(crate) lost: u64,
    /// Where the way to Redox is worse than the others: what gets lost on it, in a thousand.
    pub(crate) redox_lost: Option<u64>,
    /// Messages that the application cannot digest until it is mended, in a thousand.
    pub(crate) poison: u64,
    /// Spans during which the application is down: when, how long.
    pub(crate) app_outages: Vec<(Duration, Duration)>,
    /// The same for Redox.
    pub(crate) redox_outages: Vec<(Duration, Duration)>,
    /// Clock changes of the gateway: when, by how many milliseconds.
    pub(crate) clock_jumps: Vec<(Duration, i64)>,
    /// A span without disk space.
    pub(crate) disk_low: Option<(Duration, Duration)>,
    /// A span during which a handler is gone from the configuration.
    pub(crate) unplugged: Option<(Duration, Duration)>,
    /// Whether a person pauses, drains, releases, reroutes, cancels, edits and replays meanwhile.
    pub(crate) busy_operator: bool,
    /// Messages that come again with other content under the same log, or the same in other words, in a thousand.
    pub(crate) conflicts: u64,
    /// Whether forwards make events from events.
    pub(crate) forwards: bool,
    /// Whether a consumer leases from a pull handler.
    pub(crate) pull: bool,
    /// Whether Redox's logs can be asked about sends in doubt.
    pub(crate) platform: bool,
    /// Submissions that are backfill, in a thousand.
    pub(crate) backfill: u64,
    /// Room for bodies in memory, in bytes.
    pub(crate) bodies: usize,
}

impl Scenario {
    /// The scenario of a seed.
    pub(crate) fn of(seed: u64) -> Self {
        let chance = Chance::new(seed, "scenario");
        let minutes = |range| Duration::from_secs(chance.among(range) * 60);
        let spans = |most: u64| -> Vec<(Duration, Duration)> {
            (0..chance.among(0..most + 1)).map(|_| (minutes(1..25), chance.millis(5_000..600_000))).collect()
        };
        let half = || chance.thousandth(500);
        let app_policy = Policy {
            on_park: chance.one_of(&[OnPark::Continue, OnPark::HoldKey, OnPark::HoldLane]),
            failures_max: u16::try_from(chance.among(2..13)).unwrap_or(12),
            failures_span: chance.one_of(&[Duration::ZERO, Duration::from_mins(5), Duration::from_hours(1)]),
            ..Policy::HANDLER
        };
        let crashes = (0..chance.among(0..5)).map(|_| Crash {
            group: chance.among(1..60),
            point: chance.one_of(&[Point::BeforeCommit, Point::AfterCommit, Point::AfterAnswers]),
            power: half(),
            down: chance.millis(10..120_000),
        });
        let scenario = Self {
            crashes: crashes.collect(),
            restarts: configuration::restarts(seed),
            messages: chance.among(6..30),
            submissions: chance.among(4..16),
            patients: chance.among(1..5),
            window: chance.one_of(&[4, 8, 32, 1_024]),
            app_order: chance.one_of(&[
                OrderBy::All,
                OrderBy::Patient,
                OrderBy::Patient,
                OrderBy::Visit,
                OrderBy::None,
            ]),
            redox_order: chance.one_of(&[OrderBy::All, OrderBy::Patient]),
            app_policy,
            commits_failing: if half() { chance.among(5..60) } else { 0 },
            lost: if half() { chance.among(5..150) } else { 0 },
            app_blames: half(),
            redox_lost: chance.thousandth(300).then(|| chance.among(50..200)),
            poison: if half() { chance.among(20..200) } else { 0 },
            app_outages: if half() { spans(3) } else { Vec::new() },
            redox_outages: if half() { spans(3) } else { Vec::new() },
            clock_jumps: (0..chance.among(0..3))
                .map(|_| (minutes(1..30), chance.one_of(&[-3_600_000, -90_000, -1, 5_000, 7_200_000])))
                .collect(),
            disk_low: chance.thousandth(300).then(|| (minutes(1..20), minutes(1..8))),
            unplugged: chance.thousandth(250).then(|| (minutes(1..20), minutes(1..10))),
            busy_operator: half(),
            conflicts: if chance.thousandth(350) { chance.among(50..400) } else { 0 },
            forwards: chance.thousandth(350),
            pull: chance.thousandth(350),
            platform: half(),
            backfill: if chance.thousandth(300) { chance.among(200..700) } else { 0 },
            bodies: chance.one_of(&[16 * 1024, BODIES_IN_FLIGHT_BYTES]),
        };
        scenario.with_backlogs()
    }

    /// Something waits while the rules for it change, and is parked before its handler leaves.
    fn with_backlogs(mut self) -> Self {
        if self.audit_leaves() {
            self.poison = self.poison.max(200);
            (self.app_policy.failures_max, self.app_policy.failures_span) = (2, Duration::ZERO);
        }
        for Restart { outage, change, .. } in &self.restarts {
            match change {
                Change::App(_) | Change::AuditLeaves => self.app_outages.push(*outage),
                Change::Redox(_) => self.redox_outages.push(*outage),
                Change::AuditReturns | Change::LateComes { .. } => {}
            }
        }
        self
    }

    /// Whether the second handler leaves the configuration some time.
    pub(crate) fn audit_leaves(&self) -> bool {
        self.restarts.iter().any(|restart| restart.change == Change::AuditLeaves)
    }
}
