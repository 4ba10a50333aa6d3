//! What an emulator is started with: its organisation, its limits, and a switch for each point on which sources disagree.

use crate::bulk::BulkConfig;
use crate::directory::Directory;
use crate::ehr::EhrConfig;
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
            bulk: BulkConfig::default(),
            time_scale: 1.0,
        }
    }
}

/// An OAuth API key: a client that authenticates with signed assertions.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Client {
    /// `iss` and `sub` of its assertions.
    pub client_id: String,
    /// Public keys as a JWK set (RFC 7517), or null while none is registered.
    pub jwks: Option<Value>,
    /// Secret for HS384 assertions.
    pub shared_secret: Option<String>,
    /// Sources it may act for.
    pub sources: Vec<String>,
}

impl Default for Client {
    fn default() -> Self {
        Self {
            client_id: crate::directory::fixture::CLIENT_ID.to_owned(),
            jwks: None,
            shared_secret: None,
            sources: vec![crate::directory::fixture::APPLICATION_SOURCE.to_owned()],
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
    /// Lifetime of tokens from `/auth/authenticate`.
    pub legacy_token_lifetime: SignedDuration,
    /// Lifetime of tokens from `/v2/auth/token`.
    pub oauth_token_lifetime: SignedDuration,
    /// How long a destination may take for an asynchronous delivery; not published, so ours.
    pub delivery_timeout: SignedDuration,
    /// How long a synchronous request may take end to end.
    pub query_timeout: SignedDuration,
    /// How many finished logs and received messages are remembered.
    pub kept_max: usize,
    /// Bytes of received bodies that are kept for reading back; older ones keep only their digest.
    pub kept_body_bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rate_limit: 10_000,
            rate_window: SignedDuration::from_secs(300),
            retry_after_s: None,
            body_bytes_max: 40 * 1024 * 1024,
            legacy_token_lifetime: SignedDuration::from_hours(24),
            oauth_token_lifetime: SignedDuration::from_secs(300),
            delivery_timeout: SignedDuration::from_secs(30),
            query_timeout: SignedDuration::from_secs(120),
            kept_max: 100_000,
            kept_body_bytes_max: 128 * 1024 * 1024,
        }
    }
}

/// Points on which documentation and recordings disagree; each default is the current documentation's reading.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// Shape of success and error replies.
    pub reply_shape: ReplyShape,
    /// `Meta.Errors` on success.
    pub success_errors: SuccessErrors,
    /// Status when a destination fails a synchronous request.
    pub partial_failure: PartialFailure,
    /// Type of the ids in `Meta.Logs`.
    pub ids: IdType,
    /// `Meta.EventType` of a synchronous reply.
    pub reply_event_type: ReplyEventType,
    /// Body of a 401 on `/endpoint`.
    pub bearer_failure: BearerFailure,
    /// Status of an OAuth `invalid_client`.
    pub token_failure: TokenFailure,
    /// Ids on deliveries to a destination.
    pub delivery_ids: DeliveryIds,
    /// Where a GET challenge carries the verification token.
    pub challenge_get: ChallengeGet,
    /// What happens after a failed delivery.
    pub retries: Retries,
}

/// Shape of the replies to `/endpoint`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyShape {
    /// `Meta.Logs`, names filled in.
    #[default]
    Today,
    /// As recorded in 2020: `Meta.Message.ID`, no `Logs`, no source name on success.
    #[serde(rename = "2020")]
    Year2020,
}

/// `Meta.Errors` of a success.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuccessErrors {
    /// No such key.
    #[default]
    Absent,
    /// An empty array.
    Empty,
}

/// Status of a synchronous request whose destination failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PartialFailure {
    /// 200 with `Meta.Errors` (documentation of 2025).
    #[default]
    #[serde(rename = "200")]
    Ok,
    /// 400 with `Meta.Errors` (recorded in 2020).
    #[serde(rename = "400")]
    BadRequest,
}

/// JSON type of log and attempt ids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdType {
    /// UUID strings.
    #[default]
    Uuid,
    /// Numbers beyond 32 bits.
    Integer,
}

/// `Meta.EventType` of a synchronous reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyEventType {
    /// The `…Response` name.
    #[default]
    Response,
    /// The request's own name, as recorded.
    Mirrored,
}

/// Body of a 401 on `/endpoint`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BearerFailure {
    /// JSON for tokens that OAuth issued, plain text otherwise.
    #[default]
    ByToken,
    /// Always plain text.
    Plain,
    /// Always JSON.
    Json,
}

/// Status of an OAuth `invalid_client`; RFC 6749 section 5.2 allows both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TokenFailure {
    /// 401.
    #[default]
    #[serde(rename = "401")]
    Unauthorized,
    /// 400.
    #[serde(rename = "400")]
    BadRequest,
}

/// Ids that a delivery carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryIds {
    /// `Meta.Logs`.
    #[default]
    Logs,
    /// `Meta.Message` and `Meta.Transmission`, as before 2023.
    Legacy,
    /// Both.
    Both,
    /// None at all.
    None,
}

/// Form of the GET challenge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChallengeGet {
    /// Challenge and token in the query.
    #[default]
    Query,
    /// Challenge in the query, token in a header (older text).
    Header,
}

/// What happens after a failed delivery.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Retries {
    /// The published schedule, without end.
    #[default]
    Automatic,
    /// The queue waits for a person; the documentation ties automatic retries to production.
    Manual,
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
