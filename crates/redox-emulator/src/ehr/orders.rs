//! Orders: taken, rejected, left open, or answered by results that carry the order's identifiers back.

use super::{Emulator, Task, carried};
use crate::directory::Behaviour;
use crate::exchange::Turn;
use crate::message::Message;
use crate::routing::catalogue::same_model;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How many open orders are remembered.
const OPEN_MAX: usize = 10_000;

/// One result that an order gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResultStage {
    /// `Preliminary`.
    Preliminary,
    /// `Final`.
    Final,
    /// `Corrected`.
    Corrected,
}

impl ResultStage {
    /// As Redox spells it.
    fn status(self) -> &'static str {
        match self {
            Self::Preliminary => "Preliminary",
            Self::Final => "Final",
            Self::Corrected => "Corrected",
        }
    }

    /// A value that differs from stage to stage, so that a correction can be seen.
    fn value(self) -> &'static str {
        match self {
            Self::Preliminary => "97",
            Self::Final => "98",
            Self::Corrected => "101",
        }
    }
}

/// How an EHR says that it will not carry out an order: there is no answer of its own for that, and sites differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rejection {
    /// `Order.Cancel` with the reason in `Comments`.
    #[default]
    Cancel,
    /// `Results.New` whose `ResultsStatus` is `Canceled`.
    CanceledResult,
    /// The transmission is refused with a 400: the log fails, and the feed waits behind it.
    Refusal,
}

/// Why orders are rejected, in the EHR's words.
const REASON: &str = "Order rejected: procedure is not performed at this location";

/// What the EHR needs of an order to answer it.
#[derive(Clone, Debug)]
pub(crate) struct PendingOrder {
    /// The source that answers.
    pub(crate) source: String,
    pub(crate) id: String,
    pub(crate) application_id: Option<String>,
    order: Value,
    patient: Value,
    visit: Option<Value>,
}

impl PendingOrder {
    fn read(source: &str, order: &Value, payload: &Value) -> Option<Self> {
        let text = |name: &str| order.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            source: source.to_owned(),
            id: text("ID")?,
            application_id: text("ApplicationOrderID"),
            order: carried(Some(order), &["Procedure", "Provider", "Priority"]),
            patient: carried(payload.get("Patient"), &["Identifiers", "Demographics"]),
            visit: payload.get("Visit").map(|visit| {
                carried(Some(visit), &["VisitNumber", "AccountNumber", "VisitDateTime", "PatientClass", "Location"])
            }),
        })
    }

    fn has_prefix(&self, prefix: &str) -> bool {
        let begins = |id: &str| !prefix.is_empty() && id.starts_with(prefix);
        begins(&self.id) || self.application_id.as_deref().is_some_and(begins)
    }

    /// A message about this order: patient, the order's part, visit.
    fn payload(&self, name: &str, part: &Value) -> Value {
        let mut payload = json!({"Patient": self.patient, name: part});
        if let Some(visit) = &self.visit {
            payload["Visit"] = visit.clone();
        }
        payload
    }

    /// The identifiers that tie an answer to the order.
    fn identifiers(&self) -> Value {
        let mut part = json!({"ID": self.id});
        if let Some(id) = &self.application_id {
            part["ApplicationOrderID"] = id.as_str().into();
        }
        part
    }
}

impl Emulator {
    /// An order event has reached the EHR.
    pub(crate) fn ehr_order(&mut self, turn: &mut Turn<'_>, event: &str, source: &str, payload: &Value) {
        let single = payload.get("Order").into_iter();
        let grouped = payload.get("Orders").and_then(Value::as_array).into_iter().flatten();
        let orders: Vec<PendingOrder> =
            single.chain(grouped).filter_map(|order| PendingOrder::read(source, order, payload)).collect();
        for order in orders {
            if event.eq_ignore_ascii_case("Cancel") {
                self.ehr_forget_order(&order.id);
            } else if event.eq_ignore_ascii_case("New") || event.eq_ignore_ascii_case("GroupedOrders") {
                self.ehr_take_order(turn, order);
            }
        }
    }

    fn ehr_take_order(&mut self, turn: &mut Turn<'_>, order: PendingOrder) {
        let config = &self.ehr.config;
        let delay = config.results_delay;
        if order.has_prefix(&config.reject_prefix) {
            self.ehr_later(turn, delay, Task::Rejection { order });
        } else if !config.is_answering || order.has_prefix(&config.silent_prefix) {
            if self.ehr.open_orders.len() == OPEN_MAX {
                self.ehr.open_orders.remove(0);
            }
            self.ehr.open_orders.push(order);
        } else {
            self.ehr_later(turn, delay, Task::Result { order, stage: 0 });
        }
    }

    /// An order that is cancelled gets no results any more.
    fn ehr_forget_order(&mut self, id: &str) {
        self.ehr.open_orders.retain(|order| order.id != id);
        self.ehr.tasks.retain(|_, task| match task {
            Task::Result { order, .. } | Task::Rejection { order } => order.id != id,
            Task::Arrival { .. } => true,
        });
    }

    /// Answers orders that were left open: the one named, or all; how many.
    pub(crate) fn ehr_answer_open(&mut self, turn: &mut Turn<'_>, id: Option<&str>) -> usize {
        let is_meant =
            |order: &PendingOrder| id.is_none_or(|id| order.id == id || order.application_id.as_deref() == Some(id));
        let open = std::mem::take(&mut self.ehr.open_orders);
        let (meant, left): (Vec<_>, Vec<_>) = open.into_iter().partition(is_meant);
        self.ehr.open_orders = left;
        let count = meant.len();
        for order in meant {
            self.ehr_result(turn, order, 0);
        }
        count
    }

    /// Sends the result of one stage and plans the next.
    pub(crate) fn ehr_result(&mut self, turn: &mut Turn<'_>, order: PendingOrder, stage: usize) {
        let Some(current) = self.ehr.config.result_stages.get(stage).copied() else { return };
        self.ehr_send_result(turn, &order, current);
        if stage == 0 {
            self.ehr.answered.push_back(order.clone());
        }
        if self.ehr.answered.len() > OPEN_MAX {
            self.ehr.answered.pop_front();
        }
        if stage + 1 < self.ehr.config.result_stages.len() {
            let between = self.ehr.config.results_between;
            self.ehr_later(turn, between, Task::Result { order, stage: stage + 1 });
        }
    }

    /// Sends one more result of an order, open or answered, by its id or application order id; whether it is known.
    pub(crate) fn ehr_result_now(&mut self, turn: &mut Turn<'_>, id: &str, stage: ResultStage) -> bool {
        let is_meant = |order: &&PendingOrder| order.id == id || order.application_id.as_deref() == Some(id);
        let known = self.ehr.answered.iter().rev().chain(&self.ehr.open_orders).find(is_meant).cloned();
        if let Some(order) = &known {
            self.ehr_send_result(turn, order, stage);
        }
        known.is_some()
    }

    fn ehr_send_result(&mut self, turn: &mut Turn<'_>, order: &PendingOrder, current: ResultStage) {
        let at = format!("{:.3}", turn.now);
        let mut part = order.identifiers();
        for (name, value) in order.order.as_object().into_iter().flatten() {
            part[name.as_str()] = value.clone();
        }
        part["TransactionDateTime"] = at.as_str().into();
        part["CompletionDateTime"] = at.as_str().into();
        part["Status"] = "Resulted".into();
        part["ResultsStatus"] = current.status().into();
        part["Results"] = json!([{
            "Code": "2345-7", "Codeset": "LOINC", "Description": "Glucose",
            "Value": current.value(), "ValueType": "Numeric", "Units": "mg/dL",
            "ReferenceRange": {"Low": 70, "High": 99, "Text": null},
            "AbnormalFlag": if current == ResultStage::Corrected { "High" } else { "Normal" },
            "Status": current.status(), "CompletionDateTime": at, "Notes": [],
        }]);
        self.send_from(turn, &order.source, "Results", "New", &order.payload("Orders", &json!([part])));
    }

    /// Tells the sender that its order will not be carried out.
    pub(crate) fn ehr_rejection(&mut self, turn: &mut Turn<'_>, order: &PendingOrder) {
        let mut part = order.identifiers();
        part["TransactionDateTime"] = format!("{:.3}", turn.now).into();
        if self.ehr.config.rejection == Rejection::CanceledResult {
            part["Status"] = "Resulted".into();
            part["ResultsStatus"] = "Canceled".into();
            part["Notes"] = json!([REASON]);
            part["Results"] = json!([]);
            self.send_from(turn, &order.source, "Results", "New", &order.payload("Orders", &json!([part])));
        } else {
            part["Status"] = "Cancel".into();
            part["Comments"] = REASON.into();
            self.send_from(turn, &order.source, "Order", "Cancel", &order.payload("Order", &part));
        }
    }

    /// The status with which the EHR refuses to take a message at all, if it does.
    pub(crate) fn ehr_refuses(&self, log_id: &str) -> Option<u16> {
        let config = &self.ehr.config;
        let log = self.logs.get(log_id).filter(|log| same_model(&log.data_model, "Order"))?;
        let destination = self.directory.destination(&log.destination)?;
        if config.rejection != Rejection::Refusal || destination.behaviour != Behaviour::Ehr {
            return None;
        }
        let Some(Message::Shaped { payload, .. }) = log.message.as_deref() else { return None };
        let payload: Value = serde_json::from_slice(payload).ok()?;
        let order = PendingOrder::read("", payload.get("Order")?, &payload)?;
        order.has_prefix(&config.reject_prefix).then_some(400)
    }
}
