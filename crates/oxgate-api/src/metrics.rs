//! `GET /metrics`: counters and gauges of store, doors, dispatcher and this surface, in the OpenMetrics text format.
//!
//! Labels hold configured names, route templates and codes only (guarantee G8); a name from outside never becomes one.

use crate::gateway::Gateway;
use crate::guard::internal;
use crate::problem::Problem;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header;
use oxgate_dispatch::Status;
use oxgate_store::ReadError;
use oxgate_store::view::{Health, LaneRow, Unresolved};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Everything that is told as an operational event, by type.
const ALARMS: [&str; 13] = [
    "answer.overflow",
    "answer.suspect",
    "delivery.failed_downstream",
    "delivery.parked",
    "disk.low",
    "event.suspected_duplicate",
    "expectation.late",
    "feed.silent",
    "handler.caught_up",
    "lane.blocked",
    "lane.orphaned",
    "reconcile.gap",
    "redox.retrying",
];

/// Requests by method, route template and status.
#[derive(Clone, Debug, Default)]
pub struct Requests(Arc<Mutex<BTreeMap<Kind, u64>>>);

type Kind = (&'static str, String, u16);

impl Requests {
    /// One more.
    pub(crate) fn count(&self, method: &'static str, route: &str, status: u16) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry((method, route.to_owned(), status)).or_default() += 1;
    }

    fn all(&self) -> BTreeMap<Kind, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// `GET /metrics`.
pub(crate) async fn metrics(State(gateway): State<Arc<Gateway>>) -> Result<Response, Problem> {
    let mut snapshot = Snapshot::default();
    snapshot.process(&gateway);
    snapshot.store(&gateway);
    snapshot.inbound(&gateway);
    snapshot.requests(&gateway);
    // A store that cannot be read must not hide the counters that say so.
    if let Ok(lanes) = gateway.store.lanes().await {
        snapshot.lanes(&lanes);
        if let Ok(orphaned) = orphaned(&gateway, &lanes).await {
            let help = "Lanes with deliveries, open or parked, whose target is not configured";
            snapshot.gauge("lanes_orphaned", help, orphaned);
        }
    }
    if let Ok(unresolved) = gateway.store.unresolved().await {
        snapshot.unresolved(&gateway, unresolved);
    }
    if let Some(status) = gateway.runner.status().await {
        snapshot.runner(&status);
    }
    let mut registry = Registry::with_prefix("oxgate");
    registry.register_collector(Box::new(snapshot));
    let mut out = String::new();
    text::encode(&mut out, &registry).map_err(|fmt::Error| internal())?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], out).into_response())
}

/// Lanes that a target has left behind with something in them.
async fn orphaned(gateway: &Gateway, lanes: &[LaneRow]) -> Result<u64, ReadError> {
    let mut orphaned = 0;
    for lane in lanes.iter().filter(|lane| !gateway.routing.knows(&lane.target)) {
        let depth = gateway.store.lane_depth(lane.id).await?;
        orphaned += u64::from(depth.open + depth.parked > 0);
    }
    Ok(orphaned)
}

/// Everything that is shown, read once.
#[derive(Debug, Default)]
struct Snapshot(Vec<Metric>);

#[derive(Debug)]
struct Metric {
    name: String,
    help: &'static str,
    kind: MetricType,
    samples: Vec<(Vec<(&'static str, String)>, u64)>,
}

impl Snapshot {
    fn counter(&mut self, name: impl Into<String>, help: &'static str, value: u64) {
        self.family(name, help, MetricType::Counter, vec![(Vec::new(), value)]);
    }

    fn gauge(&mut self, name: impl Into<String>, help: &'static str, value: u64) {
        self.family(name, help, MetricType::Gauge, vec![(Vec::new(), value)]);
    }

    fn family(
        &mut self,
        name: impl Into<String>,
        help: &'static str,
        kind: MetricType,
        samples: Vec<(Vec<(&'static str, String)>, u64)>,
    ) {
        self.0.push(Metric { name: name.into(), help, kind, samples });
    }

    fn process(&mut self, gateway: &Gateway) {
        let uptime = gateway.clock.now().since(gateway.started_at).as_secs();
        self.gauge("uptime_seconds", "Seconds since the gateway began to serve", uptime);
        let version = vec![("version", gateway.version.to_owned())];
        self.family("build", "The running version", MetricType::Gauge, vec![(version, 1)]);
    }

    fn store(&mut self, gateway: &Gateway) {
        let counters = gateway.store.counters();
        for (name, help, value) in [
            ("store_groups", "Groups committed", counters.groups),
            ("store_commands", "Commands applied", counters.commands),
            ("store_events", "Events written", counters.events),
            ("store_duplicates", "Redeliveries recognised", counters.duplicates),
            ("store_groups_without_write", "Groups that needed no sync", counters.groups_without_write),
            ("store_checkpoints", "Checkpoints run", counters.checkpoints),
            (
                "store_suspected_duplicates",
                "Events with the content of an earlier one under another id",
                counters.suspected,
            ),
            ("store_illegal", "Facts that could not happen in a delivery's state", counters.illegal),
        ] {
            self.counter(name, help, value);
        }
        if let Some(free) = gateway.store.disk_free_bytes() {
            self.gauge("store_disk_free_bytes", "Free bytes on the disk of the data folder", free);
        }
        // All of them from the start, so that an alarm can be set on a figure that has not moved yet.
        let mut alarms: BTreeMap<String, u64> = ALARMS.map(|what| (what.to_owned(), 0)).into();
        alarms.extend(gateway.store.alarms());
        let samples = alarms.into_iter().map(|(what, count)| (vec![("type", what)], count)).collect();
        self.family("alarms", "Operational events by type", MetricType::Counter, samples);
        let health = gateway.store.health();
        let is = |wanted| (vec![("health", health_name(wanted).to_owned())], u64::from(health == wanted));
        let samples = [Health::Well, Health::DiskLow, Health::Sick].map(is).to_vec();
        self.family("store_health", "1 for how the store is doing", MetricType::Gauge, samples);
    }

    fn inbound(&mut self, gateway: &Gateway) {
        for (name, value) in gateway.inbound.counts().all() {
            self.counter(format!("inbound_{name}"), "What passed through the doors for Redox, by outcome", value);
        }
    }

    fn requests(&mut self, gateway: &Gateway) {
        let samples = gateway.requests.all().into_iter().map(|((method, route, status), count)| {
            let labels = vec![("method", method.to_owned()), ("route", route), ("status", status.to_string())];
            (labels, count)
        });
        let samples = samples.collect();
        self.family("http_requests", "Requests to this surface", MetricType::Counter, samples);
    }

    fn lanes(&mut self, rows: &[LaneRow]) {
        let mut counts: BTreeMap<(&str, &str), u64> = BTreeMap::new();
        for row in rows {
            *counts.entry((&row.target, row.state.as_str())).or_default() += 1;
        }
        let samples = counts
            .into_iter()
            .map(|((target, state), count)| (vec![("target", target.to_owned()), ("state", state.to_owned())], count));
        let samples = samples.collect();
        self.family("lanes", "Lanes by target and state", MetricType::Gauge, samples);
    }

    fn unresolved(&mut self, gateway: &Gateway, unresolved: Unresolved) {
        let Unresolved { parked, late } = unresolved;
        // Targets without any stand there with 0, so that an alarm can be set on them and ends.
        let mut counts: BTreeMap<String, u64> =
            gateway.routing.all_targets().into_iter().map(|target| (target, 0)).collect();
        counts.extend(parked);
        let samples = counts.into_iter().map(|(target, count)| (vec![("target", target)], count)).collect();
        self.family("deliveries_parked", "Deliveries that need a person, by target", MetricType::Gauge, samples);
        self.gauge("expectations_late", "Questions past their deadline without an answer", late);
    }

    fn runner(&mut self, status: &Status) {
        self.gauge("runner_ready", "1 once deliveries flow", status.ready.into());
        self.gauge("runner_window_deliveries", "Deliveries held in memory", status.window_deliveries);
        self.gauge("runner_lanes_blocked", "Lanes with work that a parked delivery holds", status.lanes_blocked);
        self.counter("runner_illegal", "Records that the state machine refused", status.illegal);
        let of = |value: &dyn Fn(&oxgate_dispatch::TargetStatus) -> u64| -> Vec<_> {
            let label = |target: &oxgate_dispatch::TargetStatus| {
                vec![("target", target.name.clone()), ("kind", target.kind.clone())]
            };
            status.targets.iter().map(|target| (label(target), value(target))).collect()
        };
        for (name, help, samples) in [
            ("target_up", "1 while the target takes deliveries", of(&|target| target.up.into())),
            ("target_attempts_in_flight", "Attempts under way", of(&|target| target.in_flight.into())),
            ("target_lanes_busy", "Lanes with open work in memory", of(&|target| target.lanes_busy)),
            ("target_lanes_waiting", "Lanes waiting for the target", of(&|target| target.lanes_waiting)),
            (
                "target_lanes_limited",
                "Lanes waiting for the target's rate alone",
                of(&|target| target.limited.as_ref().map_or(0, |limited| limited.lanes.len() as u64)),
            ),
        ] {
            self.family(name, help, MetricType::Gauge, samples);
        }
        let attempts = status.targets.iter().flat_map(|target| {
            let counts = [
                ("accepted", target.accepted),
                ("event_failure", target.event_failures),
                ("target_failure", target.target_failures),
                ("unknown", target.unknown),
            ];
            counts
                .map(|(outcome, count)| (vec![("target", target.name.clone()), ("outcome", outcome.to_owned())], count))
        });
        let attempts = attempts.collect();
        self.family("target_attempts", "Attempts by how they ended", MetricType::Counter, attempts);
    }
}

/// How the store is doing, in one word.
pub(crate) const fn health_name(health: Health) -> &'static str {
    match health {
        Health::Well => "well",
        Health::DiskLow => "disk-low",
        Health::Sick => "sick",
    }
}

impl Collector for Snapshot {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        for Metric { name, help, kind, samples } in &self.0 {
            let mut metric = encoder.encode_descriptor(name, help, None, *kind)?;
            for (labels, value) in samples {
                if labels.is_empty() {
                    encode(&mut metric, *kind, *value)?;
                } else {
                    encode(&mut metric.encode_family(labels)?, *kind, *value)?;
                }
            }
        }
        Ok(())
    }
}

fn encode(metric: &mut MetricEncoder<'_>, kind: MetricType, value: u64) -> fmt::Result {
    match kind {
        MetricType::Counter => metric.encode_counter::<NoLabelSet, u64, u64>(&value, None),
        _ => metric.encode_gauge(&value),
    }
}
