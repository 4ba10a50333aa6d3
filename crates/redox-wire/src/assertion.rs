//! The claims and the form with which an OAuth client asks for a token: client credentials with a signed assertion.
//!
//! Sources: RFC 6749 §4.4, RFC 7523 §2.2 and §3, SMART Backend Services; Redox docs, "Authenticate with JWT". Signing happens
//! elsewhere; this is what is signed and what is posted.

use serde::Serialize;

/// Path of the OAuth token endpoint below the API's base URL.
pub const TOKEN_PATH: &str = "/v2/auth/token";

/// Lifetime of an assertion in seconds. SMART Backend Services allows at most five minutes, and clients of Redox use all of it.
pub const LIFETIME_SECONDS: i64 = 300;

/// The only grant type in use.
pub const GRANT_TYPE: &str = "client_credentials";

/// Tells the token endpoint that the client assertion is a JWT (RFC 7523 §2.2).
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Claims of the client assertion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Claims<'a> {
    /// The client id.
    pub iss: &'a str,
    /// The client id again: the client speaks for itself.
    pub sub: &'a str,
    /// The exact URL that the assertion is posted to.
    pub aud: &'a str,
    /// Unix seconds at signing, by the token endpoint's clock as far as it is known.
    pub iat: i64,
    /// `iat` + [`LIFETIME_SECONDS`].
    pub exp: i64,
    /// Never used twice: strict servers refuse a replay.
    pub jti: &'a str,
    /// Left out unless configured; older samples send it here and in the form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<&'a str>,
}

impl<'a> Claims<'a> {
    /// Claims of an assertion signed at `now` (Unix seconds).
    pub fn new(client_id: &'a str, token_url: &'a str, now: i64, jti: &'a str, scope: Option<&'a str>) -> Self {
        Self {
            iss: client_id,
            sub: client_id,
            aud: token_url,
            iat: now,
            exp: now.saturating_add(LIFETIME_SECONDS),
            jti,
            scope,
        }
    }
}

/// The form posted to the token endpoint, `application/x-www-form-urlencoded`.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct TokenForm<'a> {
    grant_type: &'static str,
    client_assertion_type: &'static str,
    client_assertion: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'a str>,
}

impl<'a> TokenForm<'a> {
    /// The form around a signed assertion (compact JWS).
    pub fn new(client_assertion: &'a str, scope: Option<&'a str>) -> Self {
        Self { grant_type: GRANT_TYPE, client_assertion_type: ASSERTION_TYPE, client_assertion, scope }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn claims_have_the_documented_members_and_no_others() {
        let claims = Claims::new("client-1", "https://api.example.test/v2/auth/token", 1_700_000_000, "nonce", None);
        assert_eq!(
            serde_json::to_value(&claims).unwrap(),
            json!({
                "iss": "client-1", "sub": "client-1", "aud": "https://api.example.test/v2/auth/token",
                "iat": 1_700_000_000, "exp": 1_700_000_300, "jti": "nonce"
            })
        );
    }

    #[test]
    fn a_scope_stands_in_claims_and_form() {
        let claims = Claims::new("c", "u", 0, "j", Some("fhir:staging"));
        assert_eq!(serde_json::to_value(&claims).unwrap()["scope"], "fhir:staging");
        assert_eq!(
            serde_json::to_value(TokenForm::new("a.b.c", Some("fhir:staging"))).unwrap(),
            json!({
                "grant_type": "client_credentials",
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion": "a.b.c", "scope": "fhir:staging"
            })
        );
    }
}
