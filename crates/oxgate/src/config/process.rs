//! The process itself: listeners, data folder, logs.

use super::secret::SecretRef;
use super::unit::{Size, Span};
use crate::telemetry::LogFormat;
use oxgate_core::limits;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// `[server]`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Server {
    /// Where the doors and the API listen; on loopback until told otherwise.
    pub(crate) listen: SocketAddr,
    /// The address under which Redox and handlers reach the gateway; links to large bodies start with it.
    pub(crate) public_url: Option<String>,
    /// The largest body taken.
    pub(crate) body_max: Size,
    /// Connections at once.
    pub(crate) connections_max: usize,
    /// How long a client may take to send its request's head.
    pub(crate) head_timeout: Span,
    /// How long a stop waits for what is under way.
    pub(crate) stop_timeout: Span,
    /// How exactly submissions are held to the documentation.
    pub(crate) validate: Level,
    /// Requests per five minutes that Redox allows to this machine's address; 80 % are used.
    pub(crate) redox_quota: u32,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8600)),
            public_url: None,
            body_max: Size(limits::BODY_BYTES_MAX),
            connections_max: 4_096,
            head_timeout: Span(Duration::from_secs(15)),
            stop_timeout: Span(Duration::from_secs(20)),
            validate: Level::Lenient,
            redox_quota: limits::QUOTA_REQUESTS,
        }
    }
}

/// How exactly messages are held to the documentation.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    /// To the letter: for messages one writes oneself.
    Strict,
    /// As far as real systems keep to it.
    #[default]
    Lenient,
    /// Not at all, beyond being readable.
    Off,
}

impl From<Level> for redox_model::validate::Level {
    fn from(level: Level) -> Self {
        match level {
            Level::Strict => Self::Strict,
            Level::Lenient => Self::Lenient,
            Level::Off => Self::Off,
        }
    }
}

/// `[store]`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Store {
    /// The data folder.
    pub(crate) folder: PathBuf,
    /// The operator's key: 32 bytes as base64 in a file or a variable.
    pub(crate) key: Option<SecretRef>,
    /// The search key, likewise. Changing it makes old search keys worthless.
    pub(crate) search_key: Option<SecretRef>,
    /// Whether bodies are encrypted at rest.
    pub(crate) encrypt: bool,
}

impl Default for Store {
    fn default() -> Self {
        Self { folder: PathBuf::from("data"), key: None, search_key: None, encrypt: true }
    }
}

/// `[retention]`: how long things are kept.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Retention {
    /// Bodies, from the end of their event's last delivery; 30 days.
    pub(crate) bodies: Option<Span>,
    /// Keys that redeliveries are recognised by; 35 days at least.
    pub(crate) dedup: Option<Span>,
    /// Idempotency keys; 7 days, 24 hours at least.
    pub(crate) submissions: Option<Span>,
    /// How long after its last answer, or after becoming late, a question is still matched; 30 days.
    pub(crate) answers: Option<Span>,
    /// What is left of an event; 730 days.
    pub(crate) records: Option<Span>,
    /// How long a delivery stays parked before it expires; 730 days.
    pub(crate) parked_max_age: Option<Span>,
    /// Lines of the audit; 6 years.
    pub(crate) audit: Option<Span>,
}

impl Retention {
    /// With the store's own spans where nothing is said.
    pub(crate) fn in_full(self) -> oxgate_store::Retention {
        let usual = oxgate_store::Retention::default();
        let or = |given: Option<Span>, usual: Duration| given.map_or(usual, |span| span.0);
        oxgate_store::Retention {
            bodies: or(self.bodies, usual.bodies),
            dedup: or(self.dedup, usual.dedup),
            submissions: or(self.submissions, usual.submissions),
            expectations: or(self.answers, usual.expectations),
            records: or(self.records, usual.records),
            parked_max_age: or(self.parked_max_age, usual.parked_max_age),
            audit: or(self.audit, usual.audit),
        }
    }
}

/// `[log]`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Log {
    /// What is logged, in the syntax of `tracing`.
    pub(crate) filter: String,
    /// For people or for machines.
    pub(crate) format: LogFormat,
}

impl Default for Log {
    fn default() -> Self {
        Self { filter: "info".to_owned(), format: LogFormat::Text }
    }
}
