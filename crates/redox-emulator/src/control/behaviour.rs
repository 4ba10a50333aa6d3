//! Control of what the emulator does by itself: the simulated EHR, the feed, and faults.

use super::{ControlError, Controlled, merged, no_such_address, ok, read};
use crate::Emulator;
use crate::ehr::{FeedSettings, ResultStage};
use crate::exchange::{Request, Turn};
use crate::faults::FaultRule;
use crate::fhir::notification::Happening;
use serde::Deserialize;
use serde_json::{Value, json};

/// Most events that one request may have the feed emit.
const EMIT_MAX: u32 = 100_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Emit {
    count: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OneResult {
    order_id: String,
    stage: ResultStage,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Notify {
    /// FHIR id, `p-1` to `p-8`.
    patient: String,
    event: Happening,
    /// Source id; that of the simulated EHR if absent.
    source: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerOrder {
    order_id: Option<String>,
}

impl Emulator {
    pub(super) fn control_behaviour(
        &mut self,
        turn: &mut Turn<'_>,
        request: &Request,
        segments: &[&str],
    ) -> Controlled {
        match (request.method.as_str(), segments) {
            ("GET", ["faults"]) => ok(&json!({"faults": self.faults.list()})),
            ("POST", ["faults"]) => {
                let rule: FaultRule = read(request)?;
                ok(&json!({"id": self.faults.add(rule)?}))
            }
            ("DELETE", ["faults"]) => {
                self.faults.clear();
                ok(&json!({"faults": []}))
            }
            ("DELETE", ["faults", id]) => {
                let unknown = || ControlError::Unknown { what: "fault", id: (*id).to_owned() };
                let number = id.parse().map_err(|_| unknown())?;
                if self.faults.remove(number) { ok(&json!({"removed": number})) } else { Err(unknown()) }
            }
            ("GET", ["ehr"]) => ok(&self.ehr_state()),
            ("PATCH", ["ehr"]) => {
                let change: Value = read(request)?;
                self.ehr.config = merged(&self.ehr.config, Some(change))?;
                ok(&self.ehr_state())
            }
            ("POST", ["ehr", "answer"]) => {
                let meant: AnswerOrder = read(request)?;
                ok(&json!({"answered": self.ehr_answer_open(turn, meant.order_id.as_deref())}))
            }
            ("POST", ["ehr", "result"]) => {
                let wanted: OneResult = read(request)?;
                if !self.ehr_result_now(turn, &wanted.order_id, wanted.stage) {
                    return Err(ControlError::Unknown { what: "order", id: wanted.order_id });
                }
                ok(&json!({"order_id": wanted.order_id}))
            }
            ("POST", ["fhir", "notify"]) => {
                let wanted: Notify = read(request)?;
                let source = wanted.source.or_else(|| crate::ehr::ehr_source(&self.directory)).unwrap_or_default();
                let logs = self.notify(turn, &source, wanted.event, &wanted.patient);
                let unknown = || ControlError::Unknown { what: "patient", id: wanted.patient.clone() };
                ok(&json!({"logs": logs.ok_or_else(unknown)?}))
            }
            ("GET", ["feed"]) => ok(&self.feed_state()),
            ("PATCH", ["feed"]) => {
                let change: Value = read(request)?;
                let settings: FeedSettings = merged(&self.ehr.feed.settings, Some(change))?;
                self.set_feed(turn, settings);
                ok(&self.feed_state())
            }
            ("POST", ["feed", "emit"]) => {
                let wanted: Emit = read(request)?;
                let count = wanted.count.unwrap_or(1).min(EMIT_MAX);
                let logs: Vec<String> = (0..count).flat_map(|_| self.emit(turn)).collect();
                ok(&json!({"emitted": count, "logs": logs}))
            }
            _ => no_such_address(request),
        }
    }

    fn ehr_state(&self) -> Value {
        let mut state = json!(self.ehr.config);
        let open = self.ehr.open_orders.iter();
        let open: Value = open.map(|order| json!({"id": order.id, "application_id": order.application_id})).collect();
        state["open_orders"] = open;
        state
    }

    fn feed_state(&self) -> Value {
        let mut state = json!(self.ehr.feed.settings);
        state["emitted"] = self.ehr.feed.emitted.into();
        state
    }
}
