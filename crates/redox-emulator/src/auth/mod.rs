//! Who is calling: tokens are issued against an API key or a signed assertion, and checked on every request.

/// OAuth clients and their keys.
mod clients;

/// Verifying a client's signed assertion.
mod assertion;

/// `POST /auth/authenticate` and `/auth/refreshToken`.
mod legacy;

/// `POST /v2/auth/token` and `/oauth/token`.
mod oauth;

/// Keys that a client publishes at a URL.
mod key_url;

/// Tokens that were issued, and what they allow.
mod tokens;

pub use clients::KeysError;
pub(crate) use clients::{Keys, Registered};
pub(crate) use key_url::KeyFetch;
pub(crate) use tokens::{Grant, TokenKind, Tokens};

use crate::Emulator;
use crate::config::BearerFailure;
use crate::exchange::{Answer, Request, Turn};
use crate::faults::{FaultKind, Scope};
use http::StatusCode;
use serde_json::json;
use tokens::BearerError;

/// The body of a refusal on the older path, as recorded.
const INVALID_REQUEST: &str = "Invalid request";

impl Emulator {
    /// Who calls, by bearer token; or the 401 to answer.
    pub(crate) fn authorize(
        &mut self,
        turn: &mut Turn<'_>,
        request: &Request,
        scope: &Scope,
    ) -> Result<Grant, Box<Answer>> {
        let bearer = request.header("authorization").and_then(bearer_token);
        if let Some(token) = bearer
            && self.strike(turn, FaultKind::TokenExpired, scope).is_some()
        {
            self.tokens.expire(token, turn.now);
        }
        let now = self.own_time(turn.now);
        self.tokens.check(bearer, now).map_err(|error| Box::new(self.unauthorized(&error)))
    }

    fn unauthorized(&self, error: &BearerError) -> Answer {
        let is_json = match self.config.switches.bearer_failure {
            BearerFailure::Plain => false,
            BearerFailure::Json => true,
            BearerFailure::ByToken => matches!(error, BearerError::Expired(TokenKind::OAuth)),
        };
        if is_json {
            let body = json!({"error": "invalid_token", "error_description": error.to_string()});
            Answer::json(StatusCode::UNAUTHORIZED, &body)
        } else {
            Answer::text(StatusCode::UNAUTHORIZED, INVALID_REQUEST)
        }
    }
}

/// The token of an `Authorization: Bearer` header; the scheme's case does not matter (RFC 9110, section 11.1).
fn bearer_token(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
