//! The answer that turns a request away: a problem document, and when to come back.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_TYPE, RETRY_AFTER};

/// Where the pages of `docs/errors/` are read.
const PAGES: &str = "https://github.com/oxgate/oxgate/blob/main/docs/errors/";

/// Why a door turns a request away. The numbers are those of `docs/errors/`, shared with the API.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Why {
    /// The body is larger than the endpoint takes.
    TooLarge = 6,
    /// Too little free space for new work.
    DiskLow = 18,
    /// The last commit failed.
    StoreSick = 19,
    /// The gateway is stopping.
    Stopping = 20,
    /// No verification token, or a wrong one.
    Token = 42,
    /// No endpoint of this name.
    NoSuchEndpoint = 43,
    /// A `GET` that is no endpoint verification.
    NotAChallenge = 44,
    /// The body broke off or could not be decompressed.
    BrokenBody = 45,
    /// The body took too long.
    SlowBody = 46,
    /// The endpoint is told to hold what cannot be handled.
    Held = 47,
    /// Too much at once, or a fault of ours: Redox keeps the event and comes back.
    NotNow = 48,
    /// What came through an HL7 listener is no readable message.
    UnreadableMessage = 74,
}

impl Why {
    /// All of them, by number.
    pub const ALL: [Self; 12] = [
        Self::TooLarge,
        Self::DiskLow,
        Self::StoreSick,
        Self::Stopping,
        Self::Token,
        Self::NoSuchEndpoint,
        Self::NotAChallenge,
        Self::BrokenBody,
        Self::SlowBody,
        Self::Held,
        Self::NotNow,
        Self::UnreadableMessage,
    ];

    /// The number of its page.
    pub const fn number(self) -> u16 {
        self as u16
    }

    /// The status it is sent with. To Redox every status from 400 on means the same: the feed pauses and this delivery is
    /// tried again (Redox docs, "Receiving data from Redox").
    pub const fn status(self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Token => StatusCode::UNAUTHORIZED,
            Self::NoSuchEndpoint => StatusCode::NOT_FOUND,
            Self::NotAChallenge | Self::BrokenBody => StatusCode::BAD_REQUEST,
            Self::UnreadableMessage => StatusCode::UNPROCESSABLE_ENTITY,
            Self::SlowBody => StatusCode::REQUEST_TIMEOUT,
            Self::DiskLow | Self::StoreSick | Self::Stopping | Self::Held | Self::NotNow => {
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }

    /// The same sentence for every occurrence (RFC 9457 §3.1.3).
    pub const fn title(self) -> &'static str {
        match self {
            Self::TooLarge => "The body is over the limit",
            Self::DiskLow => "The gateway's disk is nearly full",
            Self::StoreSick => "The store cannot write at the moment",
            Self::Stopping => "The gateway is stopping",
            Self::Token => "The verification token is missing or wrong",
            Self::NoSuchEndpoint => "There is no such endpoint",
            Self::NotAChallenge => "The endpoint verification cannot be read",
            Self::BrokenBody => "The body could not be read",
            Self::SlowBody => "The body took too long",
            Self::Held => "The endpoint holds what it cannot handle",
            Self::UnreadableMessage => "The HL7 message cannot be read",
            Self::NotNow => "The gateway cannot take the event right now",
        }
    }
}

/// A request that is turned away.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TurnedAway {
    pub(crate) why: Why,
    pub(crate) detail: &'static str,
    /// Seconds for `Retry-After`.
    pub(crate) retry_after: Option<u32>,
}

impl TurnedAway {
    pub(crate) const fn new(why: Why, detail: &'static str) -> Self {
        Self { why, detail, retry_after: None }
    }

    pub(crate) const fn for_now(why: Why, detail: &'static str, seconds: u32) -> Self {
        Self { why, detail, retry_after: Some(seconds) }
    }
}

impl IntoResponse for TurnedAway {
    fn into_response(self) -> Response {
        let code = format!("OXG{:04}", self.why.number());
        let problem = serde_json::json!({
            "type": format!("{PAGES}{code}.md"),
            "title": self.why.title(),
            "status": self.why.status().as_u16(),
            "detail": self.detail,
            "code": code,
        });
        let head = [(CONTENT_TYPE, "application/problem+json")];
        let mut response = (self.why.status(), head, problem.to_string()).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}
