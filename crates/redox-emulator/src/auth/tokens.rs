//! Tokens that were issued, and what they allow.

use crate::config::{Limits, PlatformRole};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// Which of the two ways of authenticating issued a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// API key and secret.
    Legacy,
    /// Signed assertion.
    OAuth,
}

impl TokenKind {
    /// How long its tokens live.
    pub(crate) fn lifetime(self, limits: &Limits) -> SignedDuration {
        match self {
            Self::Legacy => limits.legacy_token_lifetime,
            Self::OAuth => limits.oauth_token_lifetime,
        }
    }
}

/// What a token allows.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    /// Sources that the caller may act for; at least one.
    pub(crate) sources: Vec<String>,
    /// What it allows at the platform API.
    pub(crate) role: PlatformRole,
    pub(crate) kind: TokenKind,
    pub(crate) expires_at: Timestamp,
}

/// Why a bearer token is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BearerError {
    #[error("no bearer token was sent")]
    Missing,
    #[error("the access token is not known")]
    Unknown,
    #[error("the access token expired")]
    Expired(TokenKind),
}

/// Issued tokens and seen assertions.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    access: BTreeMap<String, Grant>,
    /// Refresh token by legacy API key; it stays the same.
    refresh: BTreeMap<String, String>,
    /// `jti` by the time after which it may be forgotten.
    seen: BTreeMap<String, Timestamp>,
    /// How many tokens were issued in all.
    pub(crate) issued: u64,
}

/// How long an expired token is told apart from an unknown one.
const EXPIRED_KEPT: SignedDuration = SignedDuration::from_hours(1);

impl Tokens {
    /// Remembers a new token; forgets those that expired long ago.
    pub(crate) fn issue(&mut self, token: String, grant: Grant, now: Timestamp) {
        self.access.retain(|_, grant| now.duration_since(grant.expires_at) < EXPIRED_KEPT);
        self.access.insert(token, grant);
        self.issued += 1;
    }

    /// The grant behind a bearer token.
    pub(crate) fn check(&self, bearer: Option<&str>, now: Timestamp) -> Result<Grant, BearerError> {
        let grant = self.access.get(bearer.ok_or(BearerError::Missing)?).ok_or(BearerError::Unknown)?;
        if grant.expires_at <= now { Err(BearerError::Expired(grant.kind)) } else { Ok(grant.clone()) }
    }

    /// Ends a token's life early.
    pub(crate) fn expire(&mut self, token: &str, now: Timestamp) {
        if let Some(grant) = self.access.get_mut(token) {
            grant.expires_at = grant.expires_at.min(now - SignedDuration::from_secs(1));
        }
    }

    /// Ends the life of every token; how many lived.
    pub(crate) fn expire_all(&mut self, now: Timestamp) -> usize {
        let living: Vec<String> =
            self.access.iter().filter(|(_, grant)| grant.expires_at > now).map(|(token, _)| token.clone()).collect();
        for token in &living {
            self.expire(token, now);
        }
        living.len()
    }

    /// The refresh token of an API key, made on first use.
    pub(crate) fn refresh_token(&mut self, api_key: &str, make: impl FnOnce() -> String) -> String {
        self.refresh.entry(api_key.to_owned()).or_insert_with(make).clone()
    }

    /// Whether this refresh token was given to this API key.
    pub(crate) fn is_refresh_token(&self, api_key: &str, token: &str) -> bool {
        self.refresh.get(api_key).is_some_and(|known| known == token)
    }

    /// Notes an assertion's `jti`; false when it was seen before and may still be valid.
    pub(crate) fn note_jti(&mut self, jti: &str, valid_until: Timestamp, now: Timestamp) -> bool {
        self.seen.retain(|_, until| *until > now);
        self.seen.insert(jti.to_owned(), valid_until).is_none()
    }
}
