//! A snapshot of the runner for `/metrics` and `/readyz`: counts, configured names and times only.

use crate::scheduler::WindowSize;
use oxgate_core::Timestamp;

/// How the runner and its targets are doing.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Status {
    /// The recovery at start is done and deliveries flow.
    pub ready: bool,
    /// A write was refused and is being repeated: what it is about waits.
    pub store_refuses: bool,
    /// By name.
    pub targets: Vec<TargetStatus>,
    /// Lanes with work that a parked delivery holds.
    pub lanes_blocked: u64,
    /// Deliveries held in memory, over all windows.
    pub window_deliveries: u64,
    /// Records that the state machine refused; must stay 0 apart from races with a person's acts.
    pub illegal: u64,
}

/// What the runner holds in memory at one moment; each part has a bound.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Held {
    /// Windows of lanes.
    pub windows: Vec<WindowSize>,
    /// Attempts under way at each target: as many as its concurrency allows.
    pub attempts: Vec<(String, usize)>,
    /// Windows being read: [`crate::runner::LOADS_AT_ONCE`] at most.
    pub reads: usize,
    /// Expiries, holds and releases being recorded: [`crate::runner::HOUSEKEEPING_AT_ONCE`] at most.
    pub housekeeping: usize,
}

/// Lanes that a target's rate keeps waiting at this moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Limited {
    /// When the next attempt may start.
    pub until: Timestamp,
    /// The lanes' numbers, rising.
    pub lanes: Vec<i64>,
}

/// How one target is doing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TargetStatus {
    /// Its configured name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// Whether it takes deliveries, as far as we know.
    pub up: bool,
    /// Since when it has been up or down.
    pub since: Timestamp,
    /// When the next probe is due, while it is down.
    pub next_probe: Option<Timestamp>,
    /// Target failures in a row.
    pub failures: u32,
    /// Attempts under way, their recording included.
    pub in_flight: u32,
    /// Lanes with open work in memory.
    pub lanes_busy: u64,
    /// Of these, lanes that wait for the target to come back.
    pub lanes_waiting: u64,
    /// What waits for nothing but the target's rate.
    pub limited: Option<Limited>,
    /// Attempts that were accepted, since start.
    pub accepted: u64,
    /// Attempts that failed or were rejected for the event's sake, since start.
    pub event_failures: u64,
    /// Attempts that failed for the target's sake, since start.
    pub target_failures: u64,
    /// Attempts whose outcome could not be told, since start.
    pub unknown: u64,
}
