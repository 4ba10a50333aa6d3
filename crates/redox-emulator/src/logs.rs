//! Redox's logs: one per message and destination, one attempt for each try to deliver it.

use crate::exchange::Turn;
use crate::message::Message;
use jiff::Timestamp;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

/// How many attempts a log remembers; the count goes on.
const ATTEMPTS_KEPT: usize = 20;
/// How many delivered messages are kept for redelivery.
const REDELIVERABLE_MAX: usize = 10_000;
/// Legacy numbers begin beyond 32 bits, as recorded ones do.
const FIRST_NUMBER: u64 = 6_352_609_957;

/// The record of one message to one destination.
#[derive(Clone, Debug, Serialize)]
pub struct Log {
    /// UUID.
    pub id: String,
    /// Direction and kind.
    #[serde(rename = "type")]
    pub kind: LogKind,
    /// Source id.
    pub source: String,
    /// Destination id.
    pub destination: String,
    /// Data model.
    pub data_model: String,
    /// Event type.
    pub event_type: String,
    /// State of the delivery.
    pub status: LogStatus,
    /// How many attempts were begun.
    pub attempts_total: u32,
    /// The latest attempts, oldest first.
    pub attempts: VecDeque<Attempt>,
    /// When the message came in.
    pub created_at: Timestamp,
    /// When anything last changed.
    pub updated_at: Timestamp,
    /// Size of the message as it came in.
    pub bytes: usize,
    /// `Meta.FacilityCode`, if the message has one.
    pub facility_code: Option<String>,
    /// `Meta.Message.ID` in the shapes that have it; shared by the logs of one message.
    pub message_number: u64,
    /// `Meta.Transmission.ID` in the shapes that have it.
    pub transmission_number: u64,
    #[serde(skip)]
    pub(crate) first_attempt_at: Option<Timestamp>,
    /// Id of the first attempt, named in the reply before it begins.
    #[serde(skip)]
    reserved_attempt: Option<String>,
    #[serde(skip)]
    pub(crate) message: Option<Arc<Message>>,
}

/// One try.
#[derive(Clone, Debug, Serialize)]
pub struct Attempt {
    /// UUID, different for each.
    pub id: String,
    /// When it began.
    pub at: Timestamp,
    /// What came of it; null while under way.
    pub result: Option<AttemptResult>,
}

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct AttemptResult {
    /// HTTP status of the destination; null when it gave none.
    pub status: Option<u16>,
    /// Whether the destination has it.
    pub is_good: bool,
}

/// Kinds of logs, as Redox names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogKind {
    /// Asynchronous, from an application to Redox.
    Send,
    /// Asynchronous, from Redox to an application.
    Receive,
    /// Synchronous, from an application to Redox.
    Request,
    /// Synchronous, from Redox to an application.
    Respond,
    /// Not understood.
    Unknown,
}

/// State of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogStatus {
    /// Not tried, or under way.
    Pending,
    /// The destination has it.
    Succeeded,
    /// The latest attempt failed.
    Failed,
    /// Dropped on purpose by a filter of the destination; terminal, and no error.
    Filtered,
}

impl LogStatus {
    /// Whether nothing more will happen to the log by itself.
    fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Filtered)
    }
}

/// What is known when a log is opened.
pub(crate) struct NewLog {
    pub(crate) kind: LogKind,
    pub(crate) source: String,
    pub(crate) destination: String,
    pub(crate) data_model: String,
    pub(crate) event_type: String,
    pub(crate) message: Option<Arc<Message>>,
    pub(crate) message_number: u64,
    pub(crate) bytes: usize,
    pub(crate) facility_code: Option<String>,
}

/// All logs that are still remembered, in order of arrival.
#[derive(Debug, Default)]
pub(crate) struct Logs {
    by_number: BTreeMap<u64, Log>,
    numbers: HashMap<String, u64>,
    last_number: u64,
    last_message: u64,
    /// Delivered logs that still hold their message, oldest first.
    redeliverable: VecDeque<u64>,
}

impl Logs {
    /// Opens a log and returns its id. Beyond `kept_max` the oldest is forgotten if its delivery has ended.
    pub(crate) fn open(&mut self, turn: &mut Turn<'_>, new: NewLog, kept_max: usize) -> String {
        while self.by_number.len() >= kept_max.max(1)
            && self.by_number.values().next().is_some_and(|oldest| oldest.status.is_final())
        {
            if let Some((_, forgotten)) = self.by_number.pop_first() {
                self.numbers.remove(&forgotten.id);
            }
        }
        self.last_number += 1;
        let id = turn.rng.uuid();
        let log = Log {
            id: id.clone(),
            kind: new.kind,
            source: new.source,
            destination: new.destination,
            data_model: new.data_model,
            event_type: new.event_type,
            status: LogStatus::Pending,
            attempts_total: 0,
            attempts: VecDeque::new(),
            created_at: turn.now,
            updated_at: turn.now,
            bytes: new.bytes,
            facility_code: new.facility_code,
            message_number: new.message_number,
            transmission_number: FIRST_NUMBER + self.last_number,
            first_attempt_at: None,
            reserved_attempt: Some(turn.rng.uuid()),
            message: new.message,
        };
        self.numbers.insert(id.clone(), self.last_number);
        self.by_number.insert(self.last_number, log);
        id
    }

    /// The number that the next message carries in the shapes that have one.
    pub(crate) fn next_message_number(&mut self) -> u64 {
        self.last_message += 1;
        FIRST_NUMBER + self.last_message
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Log> {
        self.by_number.get(self.numbers.get(id)?)
    }

    fn get_mut(&mut self, id: &str) -> Option<&mut Log> {
        self.by_number.get_mut(self.numbers.get(id)?)
    }

    /// Every log, oldest first.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Log> {
        self.by_number.values()
    }

    /// Begins an attempt: the one whose id was already told, or a new one.
    pub(crate) fn begin_attempt(&mut self, turn: &mut Turn<'_>, id: &str) {
        let now = turn.now;
        let Some(log) = self.get_mut(id) else { return };
        let attempt = log.reserved_attempt.take().unwrap_or_else(|| turn.rng.uuid());
        log.first_attempt_at.get_or_insert(now);
        log.attempts_total += 1;
        log.updated_at = now;
        if log.attempts.len() == ATTEMPTS_KEPT {
            log.attempts.pop_front();
        }
        log.attempts.push_back(Attempt { id: attempt, at: now, result: None });
    }

    /// Begins an attempt unless one is under way.
    pub(crate) fn begin_attempt_if_none(&mut self, turn: &mut Turn<'_>, id: &str) {
        let is_under_way = |log: &Log| log.attempts.back().is_some_and(|attempt| attempt.result.is_none());
        if !self.get(id).is_some_and(is_under_way) {
            self.begin_attempt(turn, id);
        }
    }

    /// A filter drops the message: one attempt, which ends there.
    pub(crate) fn filter(&mut self, turn: &mut Turn<'_>, id: &str) {
        self.begin_attempt(turn, id);
        if let Some(log) = self.get_mut(id) {
            log.status = LogStatus::Filtered;
            log.message = None;
        }
    }

    /// Ends the attempt under way.
    pub(crate) fn end_attempt(&mut self, id: &str, now: Timestamp, result: AttemptResult) {
        let Some(log) = self.get_mut(id) else { return };
        if let Some(attempt) = log.attempts.back_mut() {
            attempt.result = Some(result);
        }
        log.status = if result.is_good { LogStatus::Succeeded } else { LogStatus::Failed };
        log.updated_at = now;
        if result.is_good && log.message.is_some() {
            self.redeliverable.extend(self.numbers.get(id));
        }
        if self.redeliverable.len() > REDELIVERABLE_MAX
            && let Some(log) = self.redeliverable.pop_front().and_then(|number| self.by_number.get_mut(&number))
            && log.status == LogStatus::Succeeded
        {
            log.message = None;
        }
    }
}

impl Log {
    /// The status of the latest attempt, in the words of the platform API.
    pub(crate) fn latest_status(&self) -> LogStatus {
        match self.attempts.back().and_then(|attempt| attempt.result) {
            _ if self.status == LogStatus::Filtered => LogStatus::Filtered,
            None => LogStatus::Pending,
            Some(result) if result.is_good => LogStatus::Succeeded,
            Some(_) => LogStatus::Failed,
        }
    }

    /// What a second log of the same message starts from.
    pub(crate) fn again(&self) -> NewLog {
        NewLog {
            kind: self.kind,
            source: self.source.clone(),
            destination: self.destination.clone(),
            data_model: self.data_model.clone(),
            event_type: self.event_type.clone(),
            message: self.message.clone(),
            message_number: self.message_number,
            bytes: self.bytes,
            facility_code: self.facility_code.clone(),
        }
    }

    /// Id of the attempt that a reply or a delivery names.
    pub(crate) fn latest_attempt_id(&self) -> &str {
        let latest = || self.attempts.back().map(|attempt| attempt.id.as_str());
        self.reserved_attempt.as_deref().or_else(latest).unwrap_or_default()
    }

    /// Number of that attempt, counted from 1.
    pub(crate) fn latest_attempt_number(&self) -> u32 {
        self.attempts_total + u32::from(self.reserved_attempt.is_some())
    }

    /// `DataModel.EventType`.
    pub(crate) fn event(&self) -> String {
        format!("{}.{}", self.data_model, self.event_type)
    }
}
