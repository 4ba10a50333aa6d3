//! Redox's logs: the record of one message to one destination, and what logs are searched by.

use serde::Serialize;
use serde_json::Value;

use super::{Element, id, name};
use crate::id::TechnicalId;
use crate::instant;

/// One message to one destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// Named in replies and deliveries as `Meta.Logs[].ID`.
    pub id: TechnicalId,
    /// Which way, and whether anybody waited.
    pub kind: Option<LogKind>,
    /// What became of it; of the latest attempt where the log itself does not say.
    pub status: Option<LogStatus>,
    /// Data model.
    pub data_model: Option<String>,
    /// Event type.
    pub event_type: Option<String>,
    /// From.
    pub source: Option<TechnicalId>,
    /// To.
    pub destination: Option<TechnicalId>,
    /// When it began, Unix ms.
    pub created_at: Option<i64>,
    /// When anything about it last changed, Unix ms.
    pub updated_at: Option<i64>,
    /// Number of attempts.
    pub attempts: Option<u64>,
    /// The latest one.
    pub latest: Option<Attempt>,
}

/// One try to deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Named in deliveries as `Meta.Logs[].AttemptID`.
    pub id: Option<TechnicalId>,
    /// When, Unix ms.
    pub at: Option<i64>,
    /// What became of it.
    pub status: Option<LogStatus>,
}

impl Element for Log {
    const LIST: &'static [&'static str] = &["results", "logs"];
    const ONE: &'static [&'static str] = &["result", "log"];

    fn from_json(value: &Value) -> Option<Self> {
        let latest = value.pointer("/attempts/latest").filter(|latest| latest.is_object()).map(|latest| Attempt {
            id: id(latest, "id"),
            at: instant(latest, "attemptAt"),
            status: name(latest, "status").map(|word| LogStatus::from_word(&word)),
        });
        let own = name(value, "status").map(|word| LogStatus::from_word(&word));
        Some(Self {
            id: id(value, "id")?,
            kind: name(value, "type").map(|word| LogKind::from_word(&word)),
            status: own.or(latest.as_ref().and_then(|latest| latest.status)),
            data_model: name(value, "dataModel"),
            event_type: name(value, "eventType"),
            source: id(value, "source").or_else(|| id(value, "sourceId")),
            destination: id(value, "destination").or_else(|| id(value, "destinationId")),
            created_at: instant(value, "createdAt"),
            updated_at: instant(value, "updatedAt"),
            attempts: value.pointer("/attempts/total").and_then(Value::as_u64),
            latest,
        })
    }
}

fn instant(value: &Value, member: &str) -> Option<i64> {
    instant::iso_instant(value.get(member)?.as_str()?)
}

/// What became of a log or an attempt (Redox docs, "Get log by id").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogStatus {
    /// Not delivered yet.
    Pending,
    /// Delivered.
    Succeeded,
    /// Not delivered; retried, or waiting for a person.
    Failed,
    /// Dropped on purpose by a filter rule: an end, and no error.
    Filtered,
    /// A word not known here.
    Other,
}

impl LogStatus {
    fn from_word(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "pending" => Self::Pending,
            "succeeded" => Self::Succeeded,
            "failed" => Self::Failed,
            "filtered" => Self::Filtered,
            _ => Self::Other,
        }
    }

    /// The word of the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Filtered => "filtered",
            Self::Other => "other",
        }
    }
}

/// Which way a message went, and whether anybody waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogKind {
    /// An event of ours.
    Send,
    /// An event for us.
    Receive,
    /// A query of ours.
    Request,
    /// A query to us.
    Respond,
    /// Redox could not tell, or a word not known here.
    Unknown,
}

impl LogKind {
    fn from_word(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "send" => Self::Send,
            "receive" => Self::Receive,
            "request" => Self::Request,
            "respond" => Self::Respond,
            _ => Self::Unknown,
        }
    }

    /// The word of the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Receive => "receive",
            Self::Request => "request",
            Self::Respond => "respond",
            Self::Unknown => "unknown",
        }
    }
}

/// Everyday traffic, or old records loaded before the connection went live. A search sees one or the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DataMode {
    /// What a search looks at unless told otherwise.
    #[default]
    Realtime,
    /// Old records.
    Backfill,
}

impl DataMode {
    /// The word of the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::Realtime => "realtime",
            Self::Backfill => "backfill",
        }
    }
}

/// What logs are searched by; what is left out does not restrict. Instants are Unix ms, and both ends of a window belong to it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogFilter {
    /// Everyday traffic or old records.
    pub data_mode: Option<DataMode>,
    /// Required where an environment has several regions: `AWS_USA_EAST_1`, `AWS_CAN_CENTRAL`, `GCP_USA_CENTRAL_1`.
    pub service_region: Option<String>,
    /// Data model.
    pub data_model: Option<String>,
    /// Event type.
    pub event_type: Option<String>,
    /// Begun at or after.
    pub created_after: Option<i64>,
    /// Begun at or before.
    pub created_before: Option<i64>,
    /// Changed at or after.
    pub updated_after: Option<i64>,
    /// Changed at or before.
    pub updated_before: Option<i64>,
    /// From.
    pub source: Option<String>,
    /// To.
    pub destination: Option<String>,
    /// Which way.
    pub kind: Option<LogKind>,
    /// What became of it.
    pub status: Option<LogStatus>,
}

impl LogFilter {
    /// The filter as names and values, in the order of the documentation: parameters of a list, members of a search.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let instant = |at: Option<i64>| at.map(instant::to_iso);
        let pairs = [
            ("dataMode", self.data_mode.map(|mode| mode.word().to_owned())),
            ("serviceRegion", self.service_region.clone()),
            ("dataModel", self.data_model.clone()),
            ("eventType", self.event_type.clone()),
            ("createdAfter", instant(self.created_after)),
            ("createdBefore", instant(self.created_before)),
            ("updatedAfter", instant(self.updated_after)),
            ("updatedBefore", instant(self.updated_before)),
            ("sourceId", self.source.clone()),
            ("destinationId", self.destination.clone()),
            ("type", self.kind.map(|kind| kind.word().to_owned())),
            ("status", self.status.map(|status| status.word().to_owned())),
        ];
        pairs.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}
