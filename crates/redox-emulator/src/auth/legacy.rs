//! `POST /auth/authenticate` and `/auth/refreshToken`: API key and secret for a token of 24 hours.
//!
//! Source: Redox docs, "Authenticate a legacy API key"; bodies as recorded in public client tests.

use super::{Grant, INVALID_REQUEST, TokenKind};
use crate::Emulator;
use crate::config::PlatformRole;
use crate::exchange::{Answer, Request, Turn};
use crate::form;
use crate::observed::{Observed, What};
use http::StatusCode;
use serde_json::{Value, json};

/// The members that either address reads; further ones are ignored.
struct Credentials {
    api_key: Option<String>,
    secret: Option<String>,
    refresh_token: Option<String>,
}

impl Credentials {
    /// Reads JSON, or a form as some browser demos send.
    fn read(body: &[u8]) -> Self {
        let text = std::str::from_utf8(body).unwrap_or_default();
        let json: Option<Value> = serde_json::from_str(text).ok();
        let member = |name: &str| match &json {
            Some(json) => json.get(name).and_then(Value::as_str).map(str::to_owned),
            None => form::value(text, name),
        };
        Self { api_key: member("apiKey"), secret: member("secret"), refresh_token: member("refreshToken") }
    }
}

impl Emulator {
    /// Key and secret for a token.
    pub(crate) fn authenticate(&mut self, turn: &mut Turn<'_>, request: &Request) -> Answer {
        let sent = Credentials::read(&request.body);
        let source =
            self.directory.sources.iter().find(|source| {
                source.api_key.is_some() && source.api_key == sent.api_key && source.secret == sent.secret
            });
        let source = source.map(|source| source.id.clone());
        self.legacy_token(turn, source, sent.api_key)
    }

    /// Key and refresh token for a new token; the refresh token stays the same.
    pub(crate) fn refresh(&mut self, turn: &mut Turn<'_>, request: &Request) -> Answer {
        let sent = Credentials::read(&request.body);
        let is_known = match (&sent.api_key, &sent.refresh_token) {
            (Some(key), Some(token)) => self.tokens.is_refresh_token(key, token),
            _ => false,
        };
        let source = self.directory.sources.iter().find(|source| is_known && source.api_key == sent.api_key);
        let source = source.map(|source| source.id.clone());
        self.legacy_token(turn, source, sent.api_key)
    }

    fn legacy_token(&mut self, turn: &mut Turn<'_>, source: Option<String>, api_key: Option<String>) -> Answer {
        let (Some(source), Some(api_key)) = (source, api_key) else {
            turn.effects.observed.push(Observed::new(turn.now, What::TokenRefused));
            return Answer::text(StatusCode::UNAUTHORIZED, INVALID_REQUEST);
        };
        let now = self.own_time(turn.now);
        let expires_at = now + TokenKind::Legacy.lifetime(&self.config.limits);
        let access = turn.rng.uuid();
        let refresh = self.tokens.refresh_token(&api_key, || turn.rng.uuid());
        let mut seen = Observed::new(turn.now, What::TokenIssued);
        seen.source = Some(self.directory.source_name(&source).to_owned());
        turn.effects.observed.push(seen);
        // The documentation gives these keys the data model API only.
        let role = if self.config.strict { PlatformRole::None } else { PlatformRole::Engineer };
        let grant = Grant { sources: vec![source], role, kind: TokenKind::Legacy, expires_at };
        self.tokens.issue(access.clone(), grant, now);
        let body = json!({"accessToken": access, "expires": format!("{expires_at:.3}"), "refreshToken": refresh});
        Answer::json(StatusCode::OK, &body)
    }
}
