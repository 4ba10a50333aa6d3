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
