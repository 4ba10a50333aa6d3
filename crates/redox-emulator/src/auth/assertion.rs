//! Verifying a client's signed assertion: signature, key, and every claim that Redox's documentation names.

use super::clients::Keys;
use super::oauth;
use crate::config::PlatformRole;
use crate::directory::Directory;
use crate::exchange::Request;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, dangerous, decode, decode_header};
use serde_json::Value;

/// Longest life of an assertion that strict mode accepts; what nearly every client sends.
const LIFETIME_MAX: SignedDuration = SignedDuration::from_secs(300);
/// How far in the future `iat` may lie in strict mode.
const SKEW_MAX: SignedDuration = SignedDuration::from_secs(60);

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
    pub(crate) role: PlatformRole,
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

/// Whom and which key an assertion names, before anything is verified.
pub(super) struct Named {
    pub(super) issuer: String,
    pub(super) kid: String,
}

/// What the assertion of a token request names, as far as it can be read.
pub(super) fn named(request: &Request) -> Option<Named> {
    let (compact, _) = oauth::read_form(request).ok()?;
    let kid = decode_header(&compact).ok()?.kid?;
    let claims: Value = dangerous::insecure_decode_claims(&compact).ok()?;
    Some(Named { issuer: claims.get("iss")?.as_str()?.to_owned(), kid })
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
    let (_, client, sources) = keys.issuer(issuer, expected.directory).ok_or(AssertionError::Issuer)?;

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
    let jti = check_claims(&claims, issuer, expected)?;
    let scope = claims.get("scope").and_then(Value::as_str).map(str::to_owned);
    Ok(Caller { sources, role: client.role, scope, jti })
}

/// Holds every claim against what is expected; the `jti`, and until when it must not come again.
fn check_claims(
    claims: &Value,
    issuer: &str,
    expected: &Expected<'_>,
) -> Result<Option<(String, Timestamp)>, AssertionError> {
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
    Ok(jti.map(|jti| (format!("{issuer} {jti}"), until)))
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
