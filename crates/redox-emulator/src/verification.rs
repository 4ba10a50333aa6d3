//! Verifying a destination: a challenge is sent, and must come back in a 200.
//!
//! Source: Redox docs, "Create and verify an endpoint" and "Handling destination verification requests".

use crate::Emulator;
use crate::config::ChallengeGet;
use crate::delivery::{Purpose, common_headers};
use crate::directory::VerificationMethod;
use crate::exchange::{Answer, Delivery, Outcome, Response, Ticket, Turn};
use crate::observed::{Observed, What};
use crate::platform;
use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode};
use serde_json::json;
use std::fmt::Write as _;

/// A challenge under way.
#[derive(Debug)]
pub(crate) struct Challenged {
    destination: String,
    challenge: String,
    ticket: Ticket,
    asker: Asker,
}

/// Who asked for a verification, and so in which shape the answer goes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Asker {
    /// The control API.
    Control,
    /// The platform API.
    Platform,
}

/// Why a destination cannot be verified.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VerifyError {
    #[error("no destination has the id {0:?}")]
    Unknown(String),
    #[error("destination {0:?} has no url; PATCH it first")]
    NoUrl(String),
    #[error("the address of destination {0:?} must begin with https:// in staging and production")]
    Insecure(String),
}

impl Emulator {
    /// Sends a challenge; the reply follows when the destination has answered.
    pub(crate) fn verify(&mut self, turn: &mut Turn<'_>, id: &str, asker: Asker) -> Result<Response, VerifyError> {
        let destination = self.directory.destination(id).ok_or_else(|| VerifyError::Unknown(id.to_owned()))?;
        let url = destination.url.clone().ok_or_else(|| VerifyError::NoUrl(destination.name.clone()))?;
        let is_development = self.directory.environment.environment_flag == "Development";
        if self.config.strict && !is_development && !url.starts_with("https://") {
            return Err(VerifyError::Insecure(destination.name.clone()));
        }
        let token = destination.verification_token.clone();
        let challenge = turn.rng.uuid();
        let mut headers = common_headers();
        let (method, url, body) = match destination.verification_method {
            VerificationMethod::Post => {
                headers.insert("connection", HeaderValue::from_static("close"));
                let body = json!({"verification-token": token, "challenge": challenge});
                (Method::POST, url, Bytes::from(body.to_string()))
            }
            VerificationMethod::Get => {
                headers.remove("content-type");
                let joint = if url.contains('?') { '&' } else { '?' };
                let mut url = format!("{url}{joint}challenge={challenge}");
                match self.config.switches.challenge_get {
                    ChallengeGet::Query => url = format!("{url}&verification-token={}", escape(&token)),
                    ChallengeGet::Header => {
                        if let Ok(token) = HeaderValue::from_str(&token) {
                            headers.insert("verification-token", token);
                        }
                    }
                }
                (Method::GET, url, Bytes::new())
            }
        };
        let (delivery, ticket) = (self.next_delivery(), self.next_ticket());
        let timeout = self.config.limits.delivery_timeout;
        turn.effects.outgoing.push(Delivery { id: delivery, method, url, headers, body, timeout });
        let challenged = Challenged { destination: id.to_owned(), challenge, ticket, asker };
        self.in_flight.insert(delivery, Purpose::Challenge(challenged));
        Ok(Response::Later(ticket))
    }

    /// The destination has answered a challenge, or has not.
    pub(crate) fn challenge_settled(&mut self, turn: &mut Turn<'_>, challenged: &Challenged, outcome: &Outcome) {
        let failure = match outcome {
            Outcome::Answered { status: 200, body } if contains(body, challenged.challenge.as_bytes()) => None,
            Outcome::Answered { status: 200, .. } => Some("the answer does not contain the challenge".to_owned()),
            Outcome::Answered { status, .. } => Some(format!("the destination answered {status} instead of 200")),
            Outcome::Refused => Some("the destination could not be reached".to_owned()),
            Outcome::TimedOut => Some("the destination did not answer in time".to_owned()),
        };
        if let Some(destination) = self.directory.destination_mut(&challenged.destination) {
            destination.is_verified = failure.is_none();
        }
        let what = if failure.is_none() { What::Verified } else { What::VerificationFailed };
        let mut seen = Observed::new(turn.now, what);
        seen.destination = Some(self.directory.destination_name(&challenged.destination).to_owned());
        if let Outcome::Answered { status, .. } = outcome {
            seen.status = Some(*status);
        }
        turn.effects.observed.push(seen);
        let answer = match (challenged.asker, failure) {
            (Asker::Control, reason) => {
                Answer::json(StatusCode::OK, &json!({"verified": reason.is_none(), "reason": reason}))
            }
            (Asker::Platform, Some(reason)) => platform::refused(StatusCode::BAD_REQUEST, &reason),
            (Asker::Platform, None) => {
                let element = self.directory.destination(&challenged.destination);
                platform::payload("destination", &element.map(|one| self.destination_element(one)).unwrap_or_default())
            }
        };
        turn.effects.replies.push((challenged.ticket, answer.into()));
        self.drive_destination(turn, &challenged.destination);
    }
}

fn contains(body: &[u8], wanted: &[u8]) -> bool {
    body.windows(wanted.len()).any(|window| window == wanted)
}

/// Percent-encodes everything but the characters that never need it (RFC 3986, section 2.3).
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            write!(escaped, "%{byte:02X}").expect("writing to a string cannot fail");
        }
    }
    escaped
}
