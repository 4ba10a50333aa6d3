//! Verifying a client's signed assertion: signature, key, and every claim that Redox's documentation names.

use crate::config::Client;
use crate::directory::Directory;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, dangerous, decode, decode_header};
use serde_json::Value;
use std::collections::BTreeMap;

/// Longest life of an assertion that strict mode accepts; what nearly every client sends.
const LIFETIME_MAX: SignedDuration = SignedDuration::from_secs(300);
/// How far in the future `iat` may lie in strict mode.
const SKEW_MAX: SignedDuration = SignedDuration::from_secs(60);

/// The registered clients and their keys.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    clients: BTreeMap<String, Registered>,
}

#[derive(Debug)]
struct Registered {
    keys: JwkSet,
    shared_secret: Option<String>,
    sources: Vec<String>,
}

/// Why a key set cannot be registered.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// No such client.
    #[error("no OAuth client has the id {0:?}; GET /_emulator names the known one")]
    UnknownClient(String),
    /// Not a key set.
    #[error("not a JWK set (RFC 7517): expected {{\"keys\": [..]}} with RSA or P-384 public keys: {0}")]
    NotKeys(#[source] serde_json::Error),
    /// A key that no assertion could name.
    #[error("key {0} of the set has no \"kid\"; assertions name their key by it")]
    Unnamed(usize),
}

impl Keys {
    /// Registers the configured clients.
    pub(crate) fn new(clients: &[Client]) -> Result<Self, KeysError> {
        let mut keys = Self::default();
        for client in clients {
            let registered = Registered {
                keys: JwkSet { keys: Vec::new() },
                shared_secret: client.shared_secret.clone(),
                sources: client.sources.clone(),
            };
            keys.clients.insert(client.client_id.clone(), registered);
            if let Some(set) = &client.jwks {
                keys.register(&client.client_id, set)?;
            }
        }
        Ok(keys)
    }

    /// Replaces the key set of a client; how many keys it has now.
    pub(crate) fn register(&mut self, client_id: &str, set: &Value) -> Result<usize, KeysError> {
        let client = self.clients.get_mut(client_id).ok_or_else(|| KeysError::UnknownClient(client_id.to_owned()))?;
        let set: JwkSet = serde::Deserialize::deserialize(set).map_err(KeysError::NotKeys)?;
        if let Some(index) = set.keys.iter().position(|key| key.common.key_id.is_none()) {
            return Err(KeysError::Unnamed(index));
        }
        client.keys = set;
        Ok(client.keys.keys.len())
    }

    /// Sets or removes the secret for HS384 assertions.
    pub(crate) fn set_secret(&mut self, client_id: &str, secret: Option<String>) -> Result<(), KeysError> {
        let client = self.clients.get_mut(client_id).ok_or_else(|| KeysError::UnknownClient(client_id.to_owned()))?;
        client.shared_secret = secret;
        Ok(())
    }

    /// The first client's id.
    pub(crate) fn first_client(&self) -> Option<&str> {
        self.clients.keys().next().map(String::as_str)
    }

    /// The client that issued an assertion. On the older path the issuer is a source's API key; the keys are then those
    /// of the client that acts for this source.
    fn issuer(&self, issuer: &str, directory: &Directory) -> Option<(&Registered, Vec<String>)> {
        if let Some(client) = self.clients.get(issuer) {
            return Some((client, client.sources.clone()));
        }
        let source = directory.sources.iter().find(|source| source.api_key.as_deref() == Some(issuer))?;
        let client = self.clients.values().find(|client| client.sources.contains(&source.id))?;
        Some((client, vec![source.id.clone()]))
    }
}

/// What an assertion is held against.
pub(crate) struct Expected<'a> {
    pub(crate) audiences: Vec<String>,
    pub(crate) now: Timestamp,
    pub(crate) is_strict: bool,
    pub(crate) directory: &'a Directory,
}

/// Who signed, once everything is verified.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) sources: Vec<String>,
    pub(crate) scope: Option<String>,
    /// `jti`, and until when it must not come again.
    pub(crate) jti: Option<(String, Timestamp)>,
}

/// Why an assertion is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AssertionError {
    #[error("client_assertion is not a compact JWS: {0}")]
    NotJws(#[source] jsonwebtoken::errors::Error),
    #[error("alg {0:?} is not accepted; use RS384, ES384 or HS384")]
    Algorithm(Algorithm),
    #[error("typ must be JWT")]
    Typ,
    #[error("iss is missing or not a known client")]
    Issuer,
    #[error("sub must equal iss")]
    Subject,
    #[error("kid is required for {0:?}")]
    KidMissing(Algorithm),
    #[error("kid matches no key registered for this client")]
    KidUnknown,
    #[error("no shared secret is registered for this client")]
    NoSecret,
    #[error("signature does not match the registered key")]
    Signature,
    #[error("aud is missing; it must be the token URL")]
    AudienceMissing,
    #[error("aud must be the token URL")]
    Audience,
    #[error("exp is missing")]
    ExpiryMissing,
    #[error("the assertion has expired")]
    Expired,
    #[error("exp is more than 300 seconds ahead")]
    TooLong,
    #[error("iat lies in the future")]
    IssuedLater,
    #[error("jti is missing")]
    JtiMissing,
}

/// Verifies an assertion: whose it is, then its signature, then its claims.
pub(crate) fn verify(compact: &str, keys: &Keys, expected: &Expected<'_>) -> Result<Caller, AssertionError> {
    let header = decode_header(compact).map_err(AssertionError::NotJws)?;
    if !matches!(header.alg, Algorithm::RS384 | Algorithm::ES384 | Algorithm::HS384) {
        return Err(AssertionError::Algorithm(header.alg));
    }
    if expected.is_strict && header.typ.as_deref() != Some("JWT") {
        return Err(AssertionError::Typ);
    }
    let claimed: Value = dangerous::insecure_decode_claims(compact).map_err(AssertionError::NotJws)?;
    let issuer = claimed.get("iss").and_then(Value::as_str).ok_or(AssertionError::Issuer)?;
    let (client, sources) = keys.issuer(issuer, expected.directory).ok_or(AssertionError::Issuer)?;

    let key = if header.alg == Algorithm::HS384 {
        let secret = client.shared_secret.as_deref().ok_or(AssertionError::NoSecret)?;
        DecodingKey::from_secret(secret.as_bytes())
    } else {
        let kid = header.kid.as_deref().ok_or(AssertionError::KidMissing(header.alg))?;
        let key = client.keys.find(kid).ok_or(AssertionError::KidUnknown)?;
        DecodingKey::from_jwk(key).map_err(|_| AssertionError::KidUnknown)?
    };
    // Only the signature is left to the library: times are held against the emulator's own clock below.
    let mut signature_only = Validation::new(header.alg);
    signature_only.required_spec_claims.clear();
    signature_only.validate_exp = false;
    signature_only.validate_aud = false;
    let claims: Value = decode(compact, &key, &signature_only).map_err(|_| AssertionError::Signature)?.claims;
    check_claims(&claims, issuer, sources, expected)
}

fn check_claims(
    claims: &Value,
    issuer: &str,
    sources: Vec<String>,
    expected: &Expected<'_>,
) -> Result<Caller, AssertionError> {
    if claims.get("sub").and_then(Value::as_str) != Some(issuer) {
        return Err(AssertionError::Subject);
    }
    match audiences(claims) {
        list if list.is_empty() && expected.is_strict => return Err(AssertionError::AudienceMissing),
        list if !list.is_empty() && !list.iter().any(|aud| expected.audiences.iter().any(|right| right == aud)) => {
            return Err(AssertionError::Audience);
        }
        _ => {}
    }
    let expires_at = instant(claims, "exp");
    match expires_at {
        None if expected.is_strict => return Err(AssertionError::ExpiryMissing),
        Some(at) if at <= expected.now => return Err(AssertionError::Expired),
        Some(at) if expected.is_strict && at.duration_since(expected.now) > LIFETIME_MAX => {
            return Err(AssertionError::TooLong);
        }
        _ => {}
    }
    let issued_at = instant(claims, "iat");
    if let (true, Some(iat), Some(exp)) = (expected.is_strict, issued_at, expires_at)
        && exp.duration_since(iat) > LIFETIME_MAX
    {
        return Err(AssertionError::TooLong);
    }
    if expected.is_strict && issued_at.is_some_and(|at| at.duration_since(expected.now) > SKEW_MAX) {
        return Err(AssertionError::IssuedLater);
    }
    let jti = claims.get("jti").and_then(Value::as_str);
    if expected.is_strict && jti.is_none() {
        return Err(AssertionError::JtiMissing);
    }
    // Without exp an assertion never ends; a day is then long enough to notice a replay.
    let until = expires_at.unwrap_or(expected.now + SignedDuration::from_hours(24));
    Ok(Caller {
        sources,
        scope: claims.get("scope").and_then(Value::as_str).map(str::to_owned),
        jti: jti.map(|jti| (format!("{issuer} {jti}"), until)),
    })
}

/// `aud` as a list: RFC 7519 section 4.1.3 allows one string or several.
fn audiences(claims: &Value) -> Vec<&str> {
    match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// A `NumericDate` claim; fractions are cut (RFC 7519, section 2).
fn instant(claims: &Value, name: &str) -> Option<Timestamp> {
    let value = claims.get(name)?;
    let seconds = value.as_i64().or_else(|| {
        let seconds = value.as_f64()?.trunc();
        format!("{seconds:.0}").parse().ok()
    })?;
    Timestamp::from_second(seconds).ok()
}
