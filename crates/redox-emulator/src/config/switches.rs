//! A switch for each point on which documentation and recordings disagree.

use serde::{Deserialize, Serialize};

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
    /// `Meta.EventDateTime` of a delivery.
    pub event_date_time: EventDateTime,
    /// Whether files may be uploaded.
    pub uploads: Uploads,
    /// Body of errors that come from the gateway in front of Redox (413, 429, 5xx).
    pub gateway_errors: GatewayErrors,
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

/// `Meta.EventDateTime` of a delivery.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventDateTime {
    /// When it is first delivered (newer documentation).
    #[default]
    Delivery,
    /// What the sender wrote (older documentation), where it wrote one.
    Event,
}

/// Whether files may be uploaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Uploads {
    /// They may.
    #[default]
    Allowed,
    /// 403, as for free accounts in development.
    Forbidden,
}

/// Body of an error from the gateway in front of Redox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GatewayErrors {
    /// The phrase of the status, as text.
    #[default]
    Plain,
    /// `{"errorDetail": "…"}`, as a public client decodes it.
    ErrorDetail,
}
