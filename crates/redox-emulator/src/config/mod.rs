//! What an emulator is started with; everything has a default that works at once.

/// A switch for each point on which sources disagree.
mod switches;

pub use switches::{
    BearerFailure, ChallengeGet, DeliveryIds, EventDateTime, GatewayErrors, IdType, PartialFailure, ReplyEventType,
    ReplyShape, Retries, SuccessErrors, Switches, TokenFailure, Uploads,
};

use crate::auth::KeysError;
use crate::bulk::BulkConfig;
use crate::directory::Directory;
use crate::ehr::{EhrConfig, FeedSettings};
use crate::faults::{FaultError, FaultRule};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::net::{Ipv4Addr, SocketAddr};

/// The configuration of an emulator; everything has a default that works at once.
///
/// Durations are written as text (`"30s"`, `"1m 30s"`, `"PT30S"`).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Refuse what Redox may refuse, where the default is to accept what real clients are known to send.
    pub strict: bool,
    /// The organisation: sources, destinations, subscriptions.
    pub directory: Directory,
    /// OAuth clients and their keys.
    pub clients: Vec<Client>,
    /// Points on which documentation and recordings disagree.
    pub switches: Switches,
    /// Quotas, lifetimes, sizes.
    pub limits: Limits,
    /// How the simulated EHR behaves.
    pub ehr: EhrConfig,
    /// How the feed runs from the start.
    pub feed: FeedSettings,
    /// Fault rules that are in force from the start.
    pub faults: Vec<FaultRule>,
    /// How the FHIR bulk server behaves.
    pub bulk: BulkConfig,
    /// Factor on every span that the emulator itself waits (retries, answers of the EHR, feed): 0.01 makes a minute 0.6 s.
    /// Token lifetimes, the quota's window and delivery timeouts are not scaled.
    pub time_scale: f64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            strict: false,
            directory: Directory::default(),
            clients: vec![Client::default()],
            switches: Switches::default(),
            limits: Limits::default(),
            ehr: EhrConfig::default(),
            feed: FeedSettings::default(),
            faults: Vec::new(),
            bulk: BulkConfig::default(),
            time_scale: 1.0,
        }
    }
}

/// Why an emulator cannot be started with a configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A client's keys.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// A fault rule.
    #[error("a rule in \"faults\": {0}")]
    Fault(#[from] FaultError),
}

/// An OAuth API key: a client that authenticates with signed assertions.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Client {
    /// `iss` and `sub` of its assertions.
    pub client_id: String,
    /// Name for people.
    pub name: String,
    /// Public keys as a JWK set (RFC 7517), or null while none is registered.
    pub jwks: Option<Value>,
    /// Where its key set is published; fetched when an assertion names a key that is not known.
    pub jwks_url: Option<String>,
    /// Secret for HS384 assertions.
    pub shared_secret: Option<String>,
    /// Sources it may act for.
    pub sources: Vec<String>,
    /// What its user may do at the platform API.
    pub platform_role: PlatformRole,
}

/// Role of the user whom an API key belongs to (Redox docs, "Redox Platform API"); each allows what the one before does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlatformRole {
    /// No access.
    None,
    /// Reads, and searches the metadata of logs.
    Reader,
    /// Searches what messages hold.
    Support,
    /// Manages everything.
    #[default]
    Engineer,
}

impl Default for Client {
    fn default() -> Self {
        Self {
            client_id: crate::directory::fixture::CLIENT_ID.to_owned(),
            name: "Application".to_owned(),
            jwks: None,
            jwks_url: None,
            shared_secret: None,
            sources: vec![crate::directory::fixture::APPLICATION_SOURCE.to_owned()],
            platform_role: PlatformRole::Engineer,
        }
    }
}

/// Quotas, lifetimes and sizes. Defaults are the published ones.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Requests per peer address in [`Limits::rate_window`] (Redox docs, "Quotas and constraints").
    pub rate_limit: u32,
    /// Length of the rolling window.
    pub rate_window: SignedDuration,
    /// `Retry-After` in seconds on a 429; the documentation names none.
    pub retry_after_s: Option<u32>,
    /// Largest request body in bytes (40 MB for data model requests).
    pub body_bytes_max: usize,
    /// Largest uploaded file in bytes (30 MB).
    pub upload_bytes_max: usize,
    /// How long the URI of an uploaded file is good for; not published, so null is without end.
    pub upload_lifetime: Option<SignedDuration>,
    /// Lifetime of tokens from `/auth/authenticate`.
    pub legacy_token_lifetime: SignedDuration,
    /// Lifetime of tokens from `/v2/auth/token`.
    pub oauth_token_lifetime: SignedDuration,
    /// How long a destination may take for an asynchronous delivery; not published, so ours.
    pub delivery_timeout: SignedDuration,
    /// How long a simulated destination takes for a message; scaled. Until then its log is pending.
    pub simulated_delay: SignedDuration,
    /// How long a synchronous request may take end to end.
    pub query_timeout: SignedDuration,
    /// How many finished logs and received messages are remembered.
    pub kept_max: usize,
    /// Bytes of received bodies that are kept for reading back, older ones keep only their digest; and of uploaded files,
    /// older ones are forgotten.
    pub kept_body_bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rate_limit: 10_000,
            rate_window: SignedDuration::from_secs(300),
            retry_after_s: None,
            body_bytes_max: 40 * 1024 * 1024,
            upload_bytes_max: 30 * 1024 * 1024,
            upload_lifetime: None,
            legacy_token_lifetime: SignedDuration::from_hours(24),
            oauth_token_lifetime: SignedDuration::from_secs(300),
            delivery_timeout: SignedDuration::from_secs(30),
            simulated_delay: SignedDuration::ZERO,
            query_timeout: SignedDuration::from_secs(120),
            kept_max: 100_000,
            kept_body_bytes_max: 128 * 1024 * 1024,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Config;
    use serde_json::json;

    #[test]
    fn every_member_may_be_left_out_and_survives_a_round_trip() {
        let read: Config = serde_json::from_str("{}").unwrap();
        assert_eq!(json!(read), json!(Config::default()));
        let again: Config = serde_json::from_value(json!(Config::default())).unwrap();
        assert_eq!(json!(again), json!(Config::default()));
        let partly: Config = serde_json::from_value(json!({"ehr": {"results_delay": "2m"}, "strict": true})).unwrap();
        assert_eq!((partly.ehr.results_delay.as_secs(), partly.strict), (120, true));
        assert!(serde_json::from_value::<Config>(json!({"strikt": true})).is_err());
    }
}
