//! Who we are to Redox: a legacy API key with its secret, or an OAuth client with something to sign with.

use redox_wire::assertion::Claims;
use secrecy::SecretString;

use crate::keys::{KeyError, SigningKey};

/// Credentials of one source (legacy) or one OAuth client.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// Deprecated by Redox, still valid where it exists.
    Legacy(LegacyKey),
    /// The recommended way.
    OAuth(OAuthClient),
}

/// A legacy API key: one source in one environment.
#[derive(Debug, Clone)]
pub struct LegacyKey {
    /// The API key.
    pub api_key: SecretString,
    /// The source's secret.
    pub secret: SecretString,
}

/// An OAuth client that proves itself by a signed assertion.
#[derive(Debug, Clone)]
pub struct OAuthClient {
    /// The client id, public.
    pub client_id: String,
    /// The private key, or the secret shared with Redox.
    pub key: SigningKey,
    /// Id of the public key as registered with Redox, which needs it to find the key. A shared secret has none.
    pub kid: Option<String>,
    /// Only where a scope has to be asked for, such as `fhir:production`.
    pub scope: Option<String>,
}

impl OAuthClient {
    /// A signed assertion for one use at `token_url`; `now` is in Unix seconds by the server's clock as far as it is known.
    pub(crate) fn assertion(&self, token_url: &str, now: i64, jti: &str) -> Result<String, KeyError> {
        let claims = Claims::new(&self.client_id, token_url, now, jti, self.scope.as_deref());
        self.key.sign(&claims, self.kid.as_deref())
    }
}
