//! Does the request carry one of the endpoint's tokens? The only door from [`Received`] to [`Verified`].
//!
//! Redox authenticates by a shared secret in a header and signs nothing (Redox docs, "Receiving data from Redox").
//! Verification requests carry the secret in their body instead, so a request without a header token is read as far as
//! a verification request can be long, and no further.

use crate::accept::Arrival;
use crate::mllp::Listener;
use crate::plan::{CannotHandle, Endpoint};
use crate::receive::body::{self, BODY_READ_MAX, BodyError, Held};
use axum::body::{Body, Bytes};
use http::HeaderMap;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use oxgate_core::{Address, Timestamp};
use oxgate_dispatch::BytesBudget;
use redox_wire::challenge::{self, Challenge};
use redox_wire::verification::{Presented, TOKEN_HEADER, Verdict, check, check_token};
use secrecy::ExposeSecret;
use std::sync::Arc;
use std::time::Duration;

/// The longest `Content-Type` that is kept; longer ones are dropped. Real ones have about 30 characters.
const CONTENT_TYPE_MAX: usize = 200;

/// How long a request without a right token may take to send what could be a challenge.
const STRANGER_READ_MAX: Duration = Duration::from_secs(5);

/// A request at a configured endpoint, of which nothing but its head has been looked at.
pub(crate) struct Received {
    pub(crate) endpoint: Arc<Endpoint>,
    pub(crate) at: Timestamp,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
}

/// A delivery that carried a right token, or a message of a sender that may reach the listener, with its whole body.
/// Nobody can make one but [`verify`] and [`of_listener`].
#[derive(Debug)]
pub(crate) struct Verified {
    door: Door,
    at: Timestamp,
    content_type: String,
    body: Held,
}

/// The door something came through.
#[derive(Clone, Debug)]
pub(crate) enum Door {
    /// Redox's, over HTTP.
    Endpoint(Arc<Endpoint>),
    /// An HL7 sender's, over MLLP.
    Listener(Arc<Listener>),
}

impl Door {
    /// The configured name.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Endpoint(endpoint) => &endpoint.name,
            Self::Listener(listener) => &listener.name,
        }
    }

    /// What becomes of an event of this address that cannot be understood or handled.
    pub(crate) fn cannot_handle(&self, address: &Address) -> CannotHandle {
        match self {
            Self::Endpoint(endpoint) => endpoint.cannot_handle(address),
            Self::Listener(listener) => listener.cannot_handle,
        }
    }
}

/// What a request with a right token is.
#[derive(Debug)]
pub(crate) enum Knock {
    /// An endpoint verification; the text is to be echoed.
    Challenge(String),
    /// A delivery.
    Delivery(Verified),
}

/// Why a request does not pass. Holds no token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unverified {
    /// No token, or a wrong one.
    Unauthorized,
    /// Not a verification request that can be answered.
    NotAChallenge,
    /// The body was not read to its end.
    Body(BodyError),
}

impl Verified {
    /// What acceptance needs to know of it.
    pub(crate) fn arrival(&self) -> Arrival<'_> {
        Arrival { door: self.door.name(), at: self.at, body: &self.body.bytes }
    }

    /// The door it came through.
    pub(crate) fn door(&self) -> &Door {
        &self.door
    }

    /// When it arrived.
    pub(crate) fn at(&self) -> Timestamp {
        self.at
    }

    /// `Content-Type` as received; empty when there was none.
    pub(crate) fn content_type(&self) -> &str {
        &self.content_type
    }

    /// The sender's bytes.
    pub(crate) fn body(&self) -> &Bytes {
        &self.body.bytes
    }
}

/// Checks the token of a POST and reads its body.
pub(crate) async fn verify(received: Received, budget: &BytesBudget) -> Result<Knock, Unverified> {
    let Received { endpoint, at, headers, body } = received;
    let by_header = check(presented(&headers), &valid(&endpoint)).is_match();
    let (limit, within) = if by_header {
        (endpoint.body_bytes_max, BODY_READ_MAX)
    } else {
        (challenge::MAX_BODY.min(endpoint.body_bytes_max), STRANGER_READ_MAX)
    };
    let body = match body::read(body, limit, within, budget).await {
        Ok(body) => body,
        Err(BodyError::TooLarge) if !by_header => return Err(Unverified::Unauthorized),
        Err(error) => return Err(Unverified::Body(error)),
    };
    if let Some(challenge) = Challenge::from_post(&body.bytes, header_token(&headers)) {
        let by_challenge = match challenge.token() {
            Some(token) => is_valid(Some(token), &endpoint),
            None => by_header,
        };
        return if by_challenge { Ok(Knock::Challenge(challenge.answer().to_owned())) } else { refused() };
    }
    if !by_header {
        return refused();
    }
    let content_type = content_type(&headers);
    Ok(Knock::Delivery(Verified { door: Door::Endpoint(endpoint), at, content_type, body }))
}

/// A message that came whole through a listener. MLLP has no tokens: who may connect is decided before the first byte, by
/// the address listened on and by the client certificate where one is asked for.
pub(crate) fn of_listener(listener: Arc<Listener>, at: Timestamp, content_type: String, body: Held) -> Verified {
    Verified { door: Door::Listener(listener), at, content_type, body }
}

/// Checks the token of a GET, which can only be an endpoint verification. The answer is the text to echo.
pub(crate) fn verify_get(endpoint: &Endpoint, query: &str, headers: &HeaderMap) -> Result<String, Unverified> {
    let challenge = Challenge::from_get(query, header_token(headers)).map_err(|_| Unverified::NotAChallenge)?;
    let passes = match challenge.token() {
        Some(token) => is_valid(Some(token), endpoint),
        None => check(presented(headers), &valid(endpoint)).is_match(),
    };
    if passes { Ok(challenge.answer().to_owned()) } else { refused() }
}

fn refused<T>() -> Result<T, Unverified> {
    Err(Unverified::Unauthorized)
}

fn valid(endpoint: &Endpoint) -> Vec<&[u8]> {
    endpoint.tokens.iter().map(|token| token.expose_secret().as_bytes()).collect()
}

fn is_valid(token: Option<&str>, endpoint: &Endpoint) -> bool {
    matches!(check_token(token, &valid(endpoint)), Verdict::Matched { .. })
}

fn presented(headers: &HeaderMap) -> Presented<'_> {
    Presented {
        verification_token: headers.get(TOKEN_HEADER).map(http::HeaderValue::as_bytes),
        authorization: headers.get(AUTHORIZATION).map(http::HeaderValue::as_bytes),
    }
}

fn header_token(headers: &HeaderMap) -> Option<&str> {
    headers.get(TOKEN_HEADER)?.to_str().ok()
}

fn content_type(headers: &HeaderMap) -> String {
    let text = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if text.len() <= CONTENT_TYPE_MAX { text.to_owned() } else { String::new() }
}
