//! SMART Backend Services: a signed assertion for a short token, renewed before it ends.
//!
//! Source: HL7 SMART App Launch 2.2, "Backend Services"; RFC 7523. Tokens live five minutes or less, downloads longer: a
//! request that finds little of its token's life left renews it first, and all who ask meanwhile wait for that one renewal.

use crate::access::{Origin, Token};
use crate::chance::{self, Entropy};
use crate::http::{self, Http, NetworkError};
use crate::pace::http_date;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::{StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// Life of an assertion; the guide allows five minutes.
const ASSERTION_LIFE: SignedDuration = SignedDuration::from_secs(240);
/// A token with less life left is renewed before use …
const RENEW_BEFORE: SignedDuration = SignedDuration::from_secs(60);
/// … or with less than this share of its life, if it is a short one.
const RENEW_SHARE: i32 = 4;
/// Taken for a token's life when the server does not say: what the guide recommends.
const LIFE_UNSAID: i64 = 300;
/// Clocks that differ by more are mentioned when an assertion is refused.
const SKEW_MATTERS: SignedDuration = SignedDuration::from_secs(30);
const ANSWER_BYTES_MAX: usize = 256 * 1024;
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// A private key that signs assertions: RSA for RS384, P-384 for ES384. `Debug` shows the algorithm only.
#[derive(Clone)]
pub struct SigningKey {
    key: EncodingKey,
    algorithm: Algorithm,
}

/// Why a key cannot sign. Never quotes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not PEM, or not such a key.
    #[error("not an unencrypted RSA or EC private key in PEM form (PKCS#8; PKCS#1 for RSA)")]
    NotAPrivateKey,
    /// It cannot sign.
    #[error("the key cannot sign: RSA needs 2048 bits or more, EC the curve P-384")]
    Unusable,
}

impl SigningKey {
    /// Reads a key, and lets it sign once, so that one of the wrong size or curve is found here.
    pub fn from_pem(pem: &SecretString) -> Result<Self, KeyError> {
        let bytes = pem.expose_secret().as_bytes();
        let (key, algorithm) = if let Ok(key) = EncodingKey::from_rsa_pem(bytes) {
            (key, Algorithm::RS384)
        } else if let Ok(key) = EncodingKey::from_ec_pem(bytes) {
            (key, Algorithm::ES384)
        } else {
            return Err(KeyError::NotAPrivateKey);
        };
        jsonwebtoken::encode(&Header::new(algorithm), &(), &key).map_err(|_| KeyError::Unusable)?;
        Ok(Self { key, algorithm })
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

/// A registered client.
#[derive(Debug)]
pub struct Client {
    /// Its id.
    pub client_id: String,
    /// Its private key.
    pub key: SigningKey,
    /// The id of the public key.
    pub kid: String,
    /// Scopes, separated by spaces.
    pub scope: String,
    /// The token endpoint, if it is not to be discovered.
    pub token_url: Option<Url>,
}

impl Client {
    /// The scope that reads everything, in the spelling of SMART version 1, which version 2 servers take too.
    pub const SCOPE: &str = "system/*.read";
}

/// Why there is no token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The server does not say where.
    #[error("{origin} names no token endpoint ({problem}); give its address, or a token")]
    NotDiscovered {
        /// The server.
        origin: String,
        /// What was found instead.
        problem: String,
    },
    /// The endpoint is in plain text although the server is not.
    #[error("the token endpoint {0} is not reached by https, but the server is")]
    Downgrade(String),
    /// Refused.
    #[error("the token endpoint refused the client with status {status}{}{}", code.as_deref().map(|code| format!(" ({code})")).unwrap_or_default(), skew.map(|s| format!("; our clock differs from its by {s} s")).unwrap_or_default())]
    Refused {
        /// HTTP status.
        status: u16,
        /// OAuth error code.
        code: Option<String>,
        /// How far our clock is ahead of the server's, in seconds, where that is much.
        skew: Option<i64>,
    },
    /// It answered something else.
    #[error("the token endpoint answered {status} without a token")]
    NoToken {
        /// HTTP status.
        status: u16,
    },
    /// It was not reached.
    #[error("no token: {0}")]
    Network(#[from] NetworkError),
    /// Signing failed although the key had signed before.
    #[error("an assertion could not be signed")]
    Sign,
}

/// SMART Backend Services for one server.
pub struct Backend {
    client: Client,
    base: Url,
    entropy: Arc<dyn Entropy>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    endpoint: Option<Url>,
    held: Option<Grant>,
    generation: u64,
    /// How far the server's clock is ahead, once a refusal has made us look.
    server_ahead: SignedDuration,
}

struct Grant {
    token: Token,
    renew_at: Timestamp,
}

impl fmt::Debug for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Backend").field("client_id", &self.client.client_id).finish_non_exhaustive()
    }
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
    jti: String,
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    #[serde(default)]
    expires_in: Option<i64>,
    #[serde(default)]
    scope: Option<String>,
}

impl Backend {
    /// Backend services for the server at `base`.
    pub fn new(client: Client, base: &Url, entropy: Arc<dyn Entropy>) -> Self {
        Self { client, base: base.clone(), entropy, state: Mutex::default() }
    }

    /// A token with enough life left, obtained by at most one caller at a time.
    pub(crate) async fn token(&self, http: &Http) -> Result<Token, TokenError> {
        let mut state = self.state.lock().await;
        if let Some(grant) = &state.held
            && http.time.now() < grant.renew_at
        {
            return Ok(grant.token.clone());
        }
        let endpoint = match &state.endpoint {
            Some(endpoint) => endpoint.clone(),
            None => self.discover(http).await?,
        };
        state.endpoint = Some(endpoint.clone());
        let answer = self.ask(http, &endpoint, state.server_ahead).await?;
        let answer = match answer {
            Err(refused) if (refused.server_ahead - state.server_ahead).abs() > SKEW_MATTERS => {
                // An assertion from the future or the past is refused like a forged one: sign by the server's clock.
                state.server_ahead = refused.server_ahead;
                self.ask(http, &endpoint, refused.server_ahead).await?
            }
            other => other,
        };
        let (granted, asked_at) = answer.map_err(|refused| refused.error)?;
        let life = SignedDuration::from_secs(granted.expires_in.filter(|life| *life > 0).unwrap_or(LIFE_UNSAID));
        if let Some(scope) = &granted.scope {
            self.compare(scope);
        }
        state.generation += 1;
        let token = Token { text: Arc::new(SecretString::from(granted.access_token)), generation: state.generation };
        let renew_at = asked_at + (life - RENEW_BEFORE.min(life / RENEW_SHARE));
        state.held = Some(Grant { token: token.clone(), renew_at });
        Ok(token)
    }

    /// Forgets a token that was refused; not one that has come since.
    pub(crate) async fn forget(&self, generation: u64) {
        let mut state = self.state.lock().await;
        if state.held.as_ref().is_some_and(|grant| grant.token.generation == generation) {
            state.held = None;
        }
    }

    fn compare(&self, granted: &str) {
        let has = |scope: &str| granted.split(' ').any(|one| one == scope);
        let missing: Vec<&str> = self.client.scope.split(' ').filter(|scope| !has(scope)).collect();
        if !missing.is_empty() && !granted.is_empty() {
            tracing::warn!(missing = missing.join(" "), granted, "the server granted less than was asked for");
        }
    }

    /// The endpoint by SMART's well-known document, else by the `CapabilityStatement` of older servers.
    async fn discover(&self, http: &Http) -> Result<Url, TokenError> {
        if let Some(url) = &self.client.token_url {
            return Ok(url.clone());
        }
        let mut problem = String::from("no .well-known/smart-configuration");
        for path in [&[".well-known", "smart-configuration"][..], &["metadata"][..]] {
            let mut url = self.base.clone();
            if let Ok(mut segments) = url.path_segments_mut() {
                segments.pop_if_empty().extend(path);
            }
            let request = http.plain().get(url.clone()).header("accept", "application/json").timeout(ANSWER_TIMEOUT);
            let response = request.send().await.map_err(|error| http::network(&error, &url))?;
            let answer = http::read_short(response, 16 * 1024 * 1024).await?;
            let Some(found) = serde_json::from_slice(&answer.body).ok().as_ref().and_then(endpoint_in) else {
                problem = format!("{} answered {} without one", path.join("/"), answer.status.as_u16());
                continue;
            };
            let endpoint = url.join(&found).map_err(|_| TokenError::NotDiscovered {
                origin: Origin::of(&self.base).to_string(),
                problem: "what it names is no address".to_owned(),
            })?;
            if self.base.scheme() == "https" && endpoint.scheme() != "https" {
                return Err(TokenError::Downgrade(Origin::of(&endpoint).to_string()));
            }
            return Ok(endpoint);
        }
        Err(TokenError::NotDiscovered { origin: Origin::of(&self.base).to_string(), problem })
    }

    /// One request: a grant with the time it was asked for, or a refusal with what it shows about the clocks.
    async fn ask(
        &self,
        http: &Http,
        endpoint: &Url,
        server_ahead: SignedDuration,
    ) -> Result<Result<(Granted, Timestamp), Refused>, TokenError> {
        let now = http.time.now();
        let iat = (now + server_ahead).as_second();
        let claims = Claims {
            iss: &self.client.client_id,
            sub: &self.client.client_id,
            aud: endpoint.as_str(),
            iat,
            exp: iat + ASSERTION_LIFE.as_secs(),
            jti: chance::nonce(&*self.entropy),
        };
        let header = Header { kid: Some(self.client.kid.clone()), ..Header::new(self.client.key.algorithm) };
        let assertion = jsonwebtoken::encode(&header, &claims, &self.client.key.key).map_err(|_| TokenError::Sign)?;
        let form = [
            ("grant_type", "client_credentials"),
            ("scope", self.client.scope.as_str()),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", &assertion),
        ];
        let request = http.plain().post(endpoint.clone()).form(&form).header("accept", "application/json");
        let response = request.timeout(ANSWER_TIMEOUT).send().await.map_err(|error| http::network(&error, endpoint))?;
        let answer = http::read_short(response, ANSWER_BYTES_MAX).await?;
        let status = answer.status.as_u16();
        if answer.status.is_success() {
            let granted = serde_json::from_slice(&answer.body).map_err(|_| TokenError::NoToken { status })?;
            return Ok(Ok((granted, now)));
        }
        if !matches!(answer.status, StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            return Err(TokenError::NoToken { status });
        }
        let date = answer.header("date").and_then(http_date);
        let ahead = date.map_or(SignedDuration::ZERO, |date| date.duration_since(http.time.now()));
        let skew = (ahead.abs() > SKEW_MATTERS).then(|| -ahead.as_secs());
        let error = TokenError::Refused { status, code: error_code(&answer.body), skew };
        Ok(Err(Refused { error, server_ahead: ahead }))
    }
}

struct Refused {
    error: TokenError,
    server_ahead: SignedDuration,
}

/// The OAuth error code of a refusal (RFC 6749, section 5.2), if it looks like one.
fn error_code(body: &[u8]) -> Option<String> {
    let value: serde_json::Value = serde_json::from_slice(body).ok()?;
    let code = value.get("error")?.as_str()?;
    let is_code = (1..=64).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    is_code.then(|| code.to_owned())
}

/// The token endpoint in a SMART configuration, or in the OAuth extension of a `CapabilityStatement`.
fn endpoint_in(document: &serde_json::Value) -> Option<String> {
    if let Some(url) = document.get("token_endpoint").and_then(|url| url.as_str()) {
        return Some(url.to_owned());
    }
    let named = |list: &serde_json::Value, name: &str| -> Option<serde_json::Value> {
        let is_it = |one: &&serde_json::Value| one.get("url").and_then(|url| url.as_str()) == Some(name);
        list.as_array()?.iter().find(is_it).cloned()
    };
    let extensions = document.pointer("/rest/0/security/extension")?;
    let uris = named(extensions, "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris")?;
    named(uris.get("extension")?, "token")?.get("valueUri")?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn endpoint_is_found_in_both_documents() {
        let smart = json!({"token_endpoint": "https://a/token"});
        assert_eq!(endpoint_in(&smart).as_deref(), Some("https://a/token"));
        let old = json!({"rest": [{"security": {"extension": [{"url": "x"}, {
            "url": "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris",
            "extension": [{"url": "authorize", "valueUri": "https://a/no"}, {"url": "token", "valueUri": "https://a/old"}],
        }]}}]});
        assert_eq!(endpoint_in(&old).as_deref(), Some("https://a/old"));
        assert_eq!(endpoint_in(&json!({"resourceType": "CapabilityStatement"})), None);
    }

    #[test]
    fn refusals_show_codes_only_and_name_a_wrong_clock() {
        assert_eq!(error_code(br#"{"error":"invalid_client"}"#).as_deref(), Some("invalid_client"));
        assert_eq!(error_code(br#"{"error":"Jane Sampleton"}"#), None);
        let error = TokenError::Refused { status: 400, code: Some("invalid_client".to_owned()), skew: Some(-90) };
        let text = "the token endpoint refused the client with status 400 (invalid_client); our clock differs from its by -90 s";
        assert_eq!(error.to_string(), text);
    }

    #[test]
    fn wrong_key_is_refused_without_being_quoted() {
        let error = SigningKey::from_pem(&SecretString::from("no key")).unwrap_err();
        assert_eq!(error, KeyError::NotAPrivateKey);
    }
}
