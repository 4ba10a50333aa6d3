//! The simulated EHR behind a destination: it takes orders and answers them, knows a few patients, and has a feed.

/// Admissions, transfers and discharges of invented patients.
pub(crate) mod feed;

/// Documents about the patients.
pub(crate) mod documents;

/// Orders, and the results that answer them.
mod orders;

/// A small population of invented patients, and searching it.
pub(crate) mod patients;

/// Slots and bookings.
mod scheduling;

pub use feed::{FeedFormat, FeedSettings};
pub use orders::{Rejection, ResultStage};

use crate::Emulator;
use crate::directory::{Behaviour, Directory};
use crate::exchange::{Alarm, Turn};
use crate::fhir::notification::Detail;
use crate::logs::{LogKind, NewLog};
use crate::message::Message;
use crate::observed::{Observed, What};
use crate::routing::catalogue::{Published, same_model};
use crate::routing::reply::TargetFailure;
use jiff::{SignedDuration, Timestamp};
use orders::PendingOrder;
use patients::Population;
use scheduling::Booking;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// How the simulated EHR behaves. Durations are scaled by `time_scale`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EhrConfig {
    /// From an order to its first result.
    pub results_delay: SignedDuration,
    /// From one result stage to the next.
    pub results_between: SignedDuration,
    /// Which results an order gets, in this order.
    pub result_stages: Vec<ResultStage>,
    /// Whether orders are answered at all; those left open can be answered later through the control API.
    pub is_answering: bool,
    /// Orders whose id or application order id begins so are left open.
    pub silent_prefix: String,
    /// Orders whose id or application order id begins so are rejected by the EHR.
    pub reject_prefix: String,
    /// How it rejects them.
    pub rejection: Rejection,
    /// How much FHIR notifications hold.
    pub notifications: Detail,
    /// From a new appointment to the patient's arrival; null sends none.
    pub arrival_delay: Option<SignedDuration>,
}

impl Default for EhrConfig {
    fn default() -> Self {
        Self {
            results_delay: SignedDuration::from_secs(5),
            results_between: SignedDuration::from_secs(5),
            result_stages: vec![ResultStage::Final],
            is_answering: true,
            silent_prefix: "NOANSWER".to_owned(),
            reject_prefix: "REJECT".to_owned(),
            rejection: Rejection::Cancel,
            notifications: Detail::Full,
            arrival_delay: None,
        }
    }
}

/// Something that the EHR will do later.
#[derive(Clone, Debug)]
pub(crate) enum Task {
    /// Send the result of one stage.
    Result { order: PendingOrder, stage: usize },
    /// Cancel an order.
    Rejection { order: PendingOrder },
    /// The patient of an appointment arrives.
    Arrival { source: String, payload: Value },
}

/// Everything the EHR remembers.
#[derive(Debug)]
pub(crate) struct Ehr {
    pub(crate) config: EhrConfig,
    pub(crate) population: Population,
    tasks: BTreeMap<u64, Task>,
    last_task: u64,
    /// Orders left open, oldest first.
    pub(crate) open_orders: Vec<PendingOrder>,
    /// Orders that were answered, oldest first: more results can follow.
    answered: VecDeque<PendingOrder>,
    bookings: Vec<Booking>,
    pub(crate) feed: feed::Feed,
}

impl Ehr {
    pub(crate) fn new(config: EhrConfig) -> Self {
        Self {
            config,
            population: Population::invented(),
            tasks: BTreeMap::new(),
            last_task: 0,
            open_orders: Vec::new(),
            answered: VecDeque::new(),
            bookings: Vec::new(),
            feed: feed::Feed::default(),
        }
    }

    /// Answers a synchronous request.
    pub(crate) fn answer(&self, event: &Published, message: &Value, now: Timestamp) -> Result<Value, TargetFailure> {
        match (event.data_model, event.event_type) {
            ("PatientSearch", "Query") => Ok(self.population.search(message)),
            ("Scheduling", "Booked") => Ok(self.booked(message)),
            ("Scheduling", "AvailableSlots") => Ok(self.available_slots(message, now)),
            ("ClinicalSummary", "DocumentQuery") => documents::query(&self.population, message),
            ("ClinicalSummary", "DocumentGet") => documents::get(&self.population, message),
            ("ClinicalSummary", "PatientQuery" | "VisitQuery") => documents::summaries(&self.population, message),
            ("PatientAdmin", "CensusQuery") => Ok(self.feed.census(message)),
            (model, event) => {
                let text = format!("this simulated EHR does not answer {model}.{event}");
                Err(TargetFailure { text, kind: "query", status: None })
            }
        }
    }
}

impl Emulator {
    /// The EHR has been given a message.
    pub(crate) fn ehr_receives(&mut self, turn: &mut Turn<'_>, log_id: &str) {
        let Some(log) = self.logs.get(log_id) else { return };
        let ehr = self.directory.destination(&log.destination).filter(|one| one.behaviour == Behaviour::Ehr);
        let Some(answers_as) = ehr.and_then(|one| one.answers_as.clone()) else { return };
        let Some(Message::Shaped { payload, .. }) = log.message.as_deref() else { return };
        let (model, event) = (log.data_model.clone(), log.event_type.clone());
        let Ok(payload) = serde_json::from_slice::<Value>(payload) else { return };
        if same_model(&model, "Order") {
            self.ehr_order(turn, &event, &answers_as, &payload);
        } else if same_model(&model, "Scheduling") {
            self.ehr_appointment(turn, &event, &answers_as, &payload);
        }
    }

    /// Carries out a task whose time has come.
    pub(crate) fn ehr_task(&mut self, turn: &mut Turn<'_>, id: u64) {
        match self.ehr.tasks.remove(&id) {
            Some(Task::Result { order, stage }) => self.ehr_result(turn, order, stage),
            Some(Task::Rejection { order }) => self.ehr_rejection(turn, &order),
            Some(Task::Arrival { source, payload }) => {
                self.send_from(turn, &source, "PatientAdmin", "Arrival", &payload);
            }
            None => {}
        }
    }

    /// Remembers a task and asks to be woken for it.
    pub(crate) fn ehr_later(&mut self, turn: &mut Turn<'_>, after: SignedDuration, task: Task) {
        self.ehr.last_task += 1;
        self.ehr.tasks.insert(self.ehr.last_task, task);
        turn.wake(self.scaled(after), Alarm::Task(self.ehr.last_task));
    }

    /// Sends a message of the emulator's own making to every subscriber of a source; the ids of its logs.
    pub(crate) fn send_from(
        &mut self,
        turn: &mut Turn<'_>,
        source: &str,
        data_model: &str,
        event_type: &str,
        payload: &Value,
    ) -> Vec<String> {
        let message = Arc::new(Message::invented(data_model, event_type, payload));
        self.send_to_subscribers(turn, source, data_model, event_type, &message)
    }

    /// Sends a message to every subscriber of a source; the ids of its logs.
    pub(crate) fn send_to_subscribers(
        &mut self,
        turn: &mut Turn<'_>,
        source: &str,
        data_model: &str,
        event_type: &str,
        message: &Arc<Message>,
    ) -> Vec<String> {
        let subscribers = self.directory.subscribers(source, data_model, event_type);
        let destinations: Vec<String> = subscribers.into_iter().map(|one| one.id.clone()).collect();
        let message_number = self.logs.next_message_number();
        let mut logs = Vec::with_capacity(destinations.len());
        for destination in destinations {
            let new = NewLog {
                kind: LogKind::Receive,
                source: source.to_owned(),
                destination,
                data_model: data_model.to_owned(),
                event_type: event_type.to_owned(),
                message: Some(Arc::clone(message)),
                message_number,
                bytes: message.bytes(),
                facility_code: None,
            };
            logs.push(self.post(turn, new));
        }
        logs
    }

    /// Opens a log for a message towards the application and hands it over.
    pub(crate) fn post(&mut self, turn: &mut Turn<'_>, new: NewLog) -> String {
        let mut seen = Observed::new(turn.now, What::Accepted);
        seen.event = Some(format!("{}.{}", new.data_model, new.event_type));
        seen.source = Some(self.directory.source_name(&new.source).to_owned());
        seen.destination = Some(self.directory.destination_name(&new.destination).to_owned());
        let log = self.logs.open(turn, new, self.config.limits.kept_max);
        seen.log = Some(log.clone());
        turn.effects.observed.push(seen);
        self.hand_over(turn, &log);
        log
    }
}

/// The source that simulated events come from: that of the first simulated EHR.
pub(crate) fn ehr_source(directory: &Directory) -> Option<String> {
    directory.destinations.iter().find_map(|destination| destination.answers_as.clone())
}

/// A copy of the named members of an object; absent ones stay absent.
pub(crate) fn carried(from: Option<&Value>, names: &[&str]) -> Value {
    let mut members = serde_json::Map::new();
    for name in names {
        if let Some(value) = from.and_then(|from| from.get(name)) {
            members.insert((*name).to_owned(), value.clone());
        }
    }
    Value::Object(members)
}
