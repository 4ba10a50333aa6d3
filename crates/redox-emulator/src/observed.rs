//! What happened, in words for a person who watches; free of message content.

use jiff::Timestamp;
use serde::Serialize;
use std::fmt;

/// One thing that happened. Carries ids, configured names and codes only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Observed {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: What,
    /// `DataModel.EventType`, where one message is concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// Name of the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Name of the destination.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination: Option<String>,
    /// More in words: codes, field names and sizes, never content.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Number of the received message, by which `GET /_emulator/received` gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received: Option<u64>,
    /// Log id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
    /// Number of the attempt, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// HTTP status that was given or received.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
}

impl Observed {
    pub(crate) fn new(at: Timestamp, what: What) -> Self {
        Self {
            at,
            what,
            event: None,
            source: None,
            destination: None,
            detail: None,
            received: None,
            log: None,
            attempt: None,
            status: None,
        }
    }
}

/// Kinds of things that happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A token was issued.
    TokenIssued,
    /// A token was refused.
    TokenRefused,
    /// A client's key set was fetched from where it publishes it.
    KeysFetched,
    /// A message was accepted for one destination.
    Accepted,
    /// A file was uploaded.
    Uploaded,
    /// A request was refused.
    Refused,
    /// A synchronous request was answered.
    Answered,
    /// A destination took a message.
    Delivered,
    /// A destination did not take a message; its queue waits.
    DeliveryFailed,
    /// A filter of the destination dropped a message.
    Filtered,
    /// A destination was verified.
    Verified,
    /// A destination failed its verification.
    VerificationFailed,
    /// A fault rule struck.
    FaultStruck,
}

impl What {
    fn words(self) -> &'static str {
        match self {
            Self::TokenIssued => "token issued",
            Self::TokenRefused => "token refused",
            Self::KeysFetched => "keys fetched",
            Self::Accepted => "accepted",
            Self::Uploaded => "uploaded",
            Self::Refused => "refused",
            Self::Answered => "answered",
            Self::Delivered => "delivered",
            Self::DeliveryFailed => "delivery failed",
            Self::Filtered => "filtered",
            Self::Verified => "verified",
            Self::VerificationFailed => "verification failed",
            Self::FaultStruck => "fault",
        }
    }
}

impl fmt::Display for Observed {
    /// One line: time, what, event, way, log, attempt, status.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}  {:<19}", self.at, self.what.words())?;
        if let Some(event) = &self.event {
            write!(f, "  {event:<24}")?;
        }
        match (&self.source, &self.destination) {
            (Some(source), Some(destination)) => write!(f, "  {source} → {destination}")?,
            (Some(name), None) | (None, Some(name)) => write!(f, "  {name}")?,
            (None, None) => {}
        }
        if let Some(log) = &self.log {
            write!(f, "  log {log}")?;
        }
        if let Some(attempt) = self.attempt {
            write!(f, "  attempt {attempt}")?;
        }
        if let Some(status) = self.status {
            write!(f, "  {status}")?;
        }
        if let Some(detail) = &self.detail {
            write!(f, "  {detail}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Observed, What};

    #[test]
    fn line_names_the_way_and_the_outcome() {
        let mut seen = Observed::new("2026-03-02T10:00:00Z".parse().unwrap(), What::DeliveryFailed);
        seen.event = Some("Results.New".to_owned());
        seen.source = Some("Memorial".to_owned());
        seen.destination = Some("Application".to_owned());
        seen.attempt = Some(2);
        seen.status = Some(503);
        let line = seen.to_string();
        assert!(line.starts_with("2026-03-02T10:00:00.000Z  delivery failed"), "{line}");
        assert!(line.ends_with("Memorial → Application  attempt 2  503"), "{line}");
    }
}
