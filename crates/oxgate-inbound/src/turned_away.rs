//! The answer that turns a request away: a problem document, and when to come back.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_TYPE, RETRY_AFTER};

/// Why a request is turned away. To Redox every status from 400 on means the same: the feed pauses and this delivery is
/// tried again (Redox docs, "Receiving data from Redox").
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TurnedAway {
    pub(crate) status: StatusCode,
    pub(crate) title: &'static str,
    /// Seconds for `Retry-After`.
    pub(crate) retry_after: Option<u32>,
}

impl TurnedAway {
    pub(crate) const fn new(status: StatusCode, title: &'static str) -> Self {
        Self { status, title, retry_after: None }
    }

    pub(crate) const fn for_now(title: &'static str, seconds: u32) -> Self {
        Self { status: StatusCode::SERVICE_UNAVAILABLE, title, retry_after: Some(seconds) }
    }
}

impl IntoResponse for TurnedAway {
    fn into_response(self) -> Response {
        let problem = serde_json::json!({"type": "about:blank", "title": self.title, "status": self.status.as_u16()});
        let head = [(CONTENT_TYPE, "application/problem+json")];
        let mut response = (self.status, head, problem.to_string()).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}
