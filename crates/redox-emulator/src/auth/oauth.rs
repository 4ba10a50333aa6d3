//! `POST /v2/auth/token` and `/oauth/token`: a signed assertion for a token of five minutes.
//!
//! Source: Redox docs, "Authenticate with JWT"; RFC 6749 sections 4.4 and 5.2, RFC 7523 section 2.2.

use super::assertion::{Expected, verify};
use super::{Grant, TokenKind};
use crate::Emulator;
use crate::config::TokenFailure;
use crate::exchange::{Answer, Request, Response, Turn};
use crate::form;
use crate::observed::{Observed, What};
use http::StatusCode;
use serde_json::json;

/// The two addresses that issue tokens for assertions; the second is the older one for sources.
pub(crate) const TOKEN_PATHS: [&str; 2] = ["/v2/auth/token", "/oauth/token"];
/// The real service's name, which clients with a fixed audience keep even when their requests go elsewhere.
const REAL_BASE: &str = "https://api.redoxengine.com";
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// An OAuth error, by its registered code.
pub(super) struct OAuthError {
    status: StatusCode,
    code: &'static str,
    description: String,
}

impl OAuthError {
    fn new(code: &'static str, description: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code, description: description.into() }
    }

    fn answer(&self) -> Answer {
        Answer::json(self.status, &json!({"error": self.code, "error_description": self.description}))
    }
}

impl Emulator {
    /// An assertion for a token; first its key is fetched if it is only known where.
    pub(crate) fn token(&mut self, turn: &mut Turn<'_>, request: &Request) -> Response {
        match self.fetch_keys(turn, request) {
            Some(later) => later,
            None => self.token_now(turn, request).into(),
        }
    }

    /// An assertion for a token, with the keys that are here.
    pub(super) fn token_now(&mut self, turn: &mut Turn<'_>, request: &Request) -> Answer {
        self.try_token(turn, request).unwrap_or_else(|error| {
            let mut seen = Observed::new(turn.now, What::TokenRefused);
            seen.status = Some(error.status.as_u16());
            seen.detail = Some(error.description.clone());
            turn.effects.observed.push(seen);
            error.answer()
        })
    }

    fn try_token(&mut self, turn: &mut Turn<'_>, request: &Request) -> Result<Answer, OAuthError> {
        let (assertion, scope) = read_form(request)?;
        let now = self.own_time(turn.now);
        let bases = self.audience_bases(request);
        let expected = Expected {
            audiences: self.audiences(&bases, &request.path),
            now,
            is_strict: self.config.strict,
            directory: &self.directory,
        };
        let refused = |status, error: &super::assertion::AssertionError| OAuthError {
            status,
            code: "invalid_client",
            description: error.to_string(),
        };
        let status = match self.config.switches.token_failure {
            TokenFailure::Unauthorized => StatusCode::UNAUTHORIZED,
            TokenFailure::BadRequest => StatusCode::BAD_REQUEST,
        };
        let caller = verify(&assertion, &self.keys, &expected).map_err(|error| refused(status, &error))?;
        if let Some((jti, until)) = &caller.jti
            && !self.tokens.note_jti(jti, *until, now)
            && self.config.strict
        {
            let description = "jti was used before; sign a fresh assertion for every request".to_owned();
            return Err(OAuthError { status, code: "invalid_client", description });
        }
        let lifetime = TokenKind::OAuth.lifetime(&self.config.limits);
        let token = turn.rng.uuid().replace('-', "");
        let mut seen = Observed::new(turn.now, What::TokenIssued);
        seen.source = caller.sources.first().map(|id| self.directory.source_name(id).to_owned());
        turn.effects.observed.push(seen);
        let grant =
            Grant { sources: caller.sources, role: caller.role, kind: TokenKind::OAuth, expires_at: now + lifetime };
        self.tokens.issue(token.clone(), grant, now);
        let scope = scope.or(caller.scope).unwrap_or_default();
        let body = json!({
            "access_token": token, "scope": scope, "token_type": "Bearer", "expires_in": lifetime.as_secs(),
        });
        Ok(Answer::json(StatusCode::OK, &body).with("cache-control", http::HeaderValue::from_static("no-store")))
    }

    /// `GET /.well-known/oauth-…` (RFC 8414, RFC 9728): where tokens come from, and what they are for.
    pub(crate) fn oauth_metadata(&self, path: &str) -> Answer {
        let base = self.base_url.as_deref().unwrap_or_default();
        let body = if path.ends_with("protected-resource") {
            json!({"resource": base, "authorization_servers": [base], "bearer_methods_supported": ["header"]})
        } else {
            json!({
                "issuer": base, "token_endpoint": format!("{base}{}", TOKEN_PATHS[0]),
                "grant_types_supported": ["client_credentials"],
                "token_endpoint_auth_methods_supported": ["private_key_jwt"],
                "token_endpoint_auth_signing_alg_values_supported": ["RS384", "ES384", "HS384"],
                "response_types_supported": [],
            })
        };
        Answer::json(StatusCode::OK, &body)
    }

    /// The base addresses under which this emulator may have been reached.
    fn audience_bases(&self, request: &Request) -> Vec<String> {
        let host = request.header("host");
        let reached = host.iter().flat_map(|host| [format!("http://{host}"), format!("https://{host}")]);
        reached.chain(self.base_url.clone()).collect()
    }

    /// Audiences that are right: strictly the URL used; otherwise either token URL, here or at the real service.
    fn audiences(&self, bases: &[String], path: &str) -> Vec<String> {
        if self.config.strict {
            return bases.iter().map(|base| format!("{base}{path}")).collect();
        }
        let real = REAL_BASE.to_owned();
        let all = bases.iter().chain([&real]);
        all.flat_map(|base| TOKEN_PATHS.map(|path| format!("{base}{path}"))).collect()
    }
}

/// Assertion and scope of a token request's form.
pub(super) fn read_form(request: &Request) -> Result<(String, Option<String>), OAuthError> {
    let content_type = request.header("content-type").unwrap_or_default();
    if !content_type.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
        let text = "content-type must be application/x-www-form-urlencoded";
        return Err(OAuthError::new("invalid_request", text));
    }
    let text = std::str::from_utf8(&request.body).unwrap_or_default();
    if form::value(text, "grant_type").as_deref() != Some("client_credentials") {
        return Err(OAuthError::new("unsupported_grant_type", "grant_type must be client_credentials"));
    }
    if form::value(text, "client_assertion_type").as_deref() != Some(ASSERTION_TYPE) {
        return Err(OAuthError::new("invalid_request", format!("client_assertion_type must be {ASSERTION_TYPE}")));
    }
    let assertion = form::value(text, "client_assertion").filter(|assertion| !assertion.is_empty());
    let assertion = assertion.ok_or_else(|| OAuthError::new("invalid_request", "client_assertion is missing"))?;
    Ok((assertion, form::value(text, "scope")))
}
