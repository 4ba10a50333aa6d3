//! Key pairs: made, read from PEM, and shown to the world as public JWK.
//!
//! Redox accepts RS384 and ES384 for client assertions (Redox docs, "Authenticate with JWT") and finds the public key by its
//! `kid`, in a pasted JWK set or behind a JWKS URL; it also accepts HS384 with a secret that both sides have. The `kid` of a key made here is its thumbprint (RFC 7638), so that it can
//! always be computed again from the key itself.

use std::fmt;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::jwk::{PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use zeroize::Zeroizing;

/// A public key and a set of them, as served at a JWKS URL.
pub use jsonwebtoken::jwk::{Jwk, JwkSet};

/// A secret shorter than the hash makes the signature weaker than its name (RFC 7518 §3.2).
const MIN_SECRET: usize = 48;

/// Kinds of key pair that can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// RSA with 3072 bits, for RS384.
    Rsa3072,
    /// The P-384 curve, for ES384.
    P384,
}

/// A private key or shared secret that can sign client assertions. `Debug` shows its algorithm only.
#[derive(Clone)]
pub struct SigningKey {
    key: EncodingKey,
    algorithm: Algorithm,
}

/// A new key pair.
#[derive(Debug)]
pub struct KeyPair {
    /// The private key, PKCS#8 in PEM.
    pub pem: SecretString,
    /// The public key, with `kid`, `alg` and `use`.
    pub jwk: Jwk,
}

/// Why a key cannot be made or used. Never quotes the key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not PEM, or not a private key of a kind known here.
    #[error("not an unencrypted RSA or EC private key in PEM form (PKCS#8; PKCS#1 for RSA)")]
    NotAPrivateKey,
    /// The older PEM form of EC keys.
    #[error("an EC key must be in PKCS#8 form; convert it with `openssl pkcs8 -topk8 -nocrypt`")]
    Sec1,
    /// It cannot sign.
    #[error("the key cannot sign {algorithm}: RSA needs 2048 bits or more, EC the curve P-384")]
    Unusable {
        /// The algorithm that was tried.
        algorithm: &'static str,
    },
    /// HS384 with less than its own length of secret.
    #[error("a shared secret of {bytes} bytes is too short for HS384, which needs {MIN_SECRET}")]
    ShortSecret {
        /// Its length.
        bytes: usize,
    },
    /// A shared secret was asked for its public half.
    #[error("a shared secret has no public half to publish")]
    NothingPublic,
    /// The cryptographic library made no key.
    #[error("no key could be generated")]
    Generate,
    /// Signing failed although the key had signed before.
    #[error("an assertion could not be signed")]
    Sign,
}

impl SigningKey {
    /// Reads a private key, and lets it sign once so that a key of the wrong size or curve is found here.
    pub fn from_pem(pem: &SecretString) -> Result<Self, KeyError> {
        let text = pem.expose_secret();
        if text.contains("BEGIN EC PRIVATE KEY") {
            return Err(KeyError::Sec1);
        }
        let (key, algorithm) = if let Ok(key) = EncodingKey::from_rsa_pem(text.as_bytes()) {
            (key, Algorithm::RS384)
        } else if let Ok(key) = EncodingKey::from_ec_pem(text.as_bytes()) {
            (key, Algorithm::ES384)
        } else {
            return Err(KeyError::NotAPrivateKey);
        };
        let key = Self { key, algorithm };
        key.sign(&(), None).map_err(|_| KeyError::Unusable { algorithm: key.algorithm() })?;
        Ok(key)
    }

    /// A secret that Redox has too, for HS384; taken as the bytes of its text.
    pub fn from_shared_secret(secret: &SecretString) -> Result<Self, KeyError> {
        let bytes = secret.expose_secret().as_bytes();
        if bytes.len() < MIN_SECRET {
            return Err(KeyError::ShortSecret { bytes: bytes.len() });
        }
        Ok(Self { key: EncodingKey::from_secret(bytes), algorithm: Algorithm::HS384 })
    }

    /// `RS384`, `ES384` or `HS384`.
    pub fn algorithm(&self) -> &'static str {
        match self.algorithm {
            Algorithm::RS384 => "RS384",
            Algorithm::HS384 => "HS384",
            _ => "ES384",
        }
    }

    /// The public half: with `alg`, `use` = `sig`, and the thumbprint as `kid`.
    pub fn public_jwk(&self) -> Result<Jwk, KeyError> {
        if self.algorithm == Algorithm::HS384 {
            return Err(KeyError::NothingPublic);
        }
        let unusable = |_| KeyError::Unusable { algorithm: self.algorithm() };
        let mut jwk = Jwk::from_encoding_key(&self.key, self.algorithm).map_err(unusable)?;
        jwk.common.key_id = Some(thumbprint(&jwk).map_err(unusable)?);
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(jwk)
    }

    /// Signs claims into a compact JWS with `alg`, `typ` and `kid` in its header.
    pub(crate) fn sign(&self, claims: &impl Serialize, kid: Option<&str>) -> Result<String, KeyError> {
        let header = Header { kid: kid.map(str::to_owned), ..Header::new(self.algorithm) };
        jsonwebtoken::encode(&header, claims, &self.key).map_err(|_| KeyError::Sign)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("algorithm", &self.algorithm()).finish_non_exhaustive()
    }
}

/// Makes a key pair with the cryptographic library's own random generator. RSA takes up to a few seconds.
pub fn generate(kind: KeyKind) -> Result<KeyPair, KeyError> {
    let pem = match kind {
        KeyKind::Rsa3072 => {
            let pair = rsa::KeyPair::generate(rsa::KeySize::Rsa3072).map_err(|_| KeyError::Generate)?;
            let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| KeyError::Generate)?;
            pkcs8_pem(der.as_ref())
        }
        KeyKind::P384 => {
            let pair = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).map_err(|_| KeyError::Generate)?;
            let document = pair.to_pkcs8v1().map_err(|_| KeyError::Generate)?;
            pkcs8_pem(document.as_ref())
        }
    };
    let jwk = jwk_from_pem(&pem)?;
    Ok(KeyPair { pem, jwk })
}

/// The public JWK of a private key in PEM form.
pub fn jwk_from_pem(pem: &SecretString) -> Result<Jwk, KeyError> {
    SigningKey::from_pem(pem)?.public_jwk()
}

/// RFC 7638 with SHA-256.
fn thumbprint(jwk: &Jwk) -> Result<String, jsonwebtoken::errors::Error> {
    jwk.thumbprint(ThumbprintHash::SHA256)
}

/// PEM (RFC 7468): base64 in lines of 64 characters between two marks.
fn pkcs8_pem(der: &[u8]) -> SecretString {
    let body = Zeroizing::new(STANDARD.encode(der));
    // Large enough not to move, so that no unwiped copy stays behind.
    let mut pem = Zeroizing::new(String::with_capacity(body.len() + body.len() / 64 + 64));
    pem.push_str("-----BEGIN PRIVATE KEY-----\n");
    for line in body.as_bytes().chunks(64) {
        pem.push_str(std::str::from_utf8(line).expect("base64 is ASCII"));
        pem.push('\n');
    }
    pem.push_str("-----END PRIVATE KEY-----\n");
    SecretString::from(pem.as_str())
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::jwk::AlgorithmParameters;
    use jsonwebtoken::{DecodingKey, Validation};
    use serde_json::{Value, json};

    use super::*;

    fn verify(jwt: &str, jwk: &Jwk, algorithm: Algorithm) -> Value {
        let mut validation = Validation::new(algorithm);
        validation.validate_exp = false;
        validation.required_spec_claims.clear();
        let key = DecodingKey::from_jwk(jwk).expect("is a usable public key");
        jsonwebtoken::decode::<Value>(jwt, &key, &validation).expect("the signature is right").claims
    }

    #[test]
    fn a_made_key_signs_what_its_jwk_verifies() {
        for (kind, algorithm) in [(KeyKind::Rsa3072, Algorithm::RS384), (KeyKind::P384, Algorithm::ES384)] {
            let pair = generate(kind).expect("a key is made");
            let key = SigningKey::from_pem(&pair.pem).expect("its own PEM is read");
            let kid = pair.jwk.common.key_id.clone().expect("has a kid");
            let jwt = key.sign(&json!({"sub": "client"}), Some(&kid)).expect("it signs");
            assert_eq!(verify(&jwt, &pair.jwk, algorithm), json!({"sub": "client"}), "{kind:?}");
            let header = jsonwebtoken::decode_header(&jwt).expect("has a header");
            assert_eq!((header.alg, header.kid, header.typ.as_deref()), (algorithm, Some(kid), Some("JWT")));
        }
    }

    #[test]
    fn the_modulus_has_3072_bits_and_the_published_form_is_public() {
        let pair = generate(KeyKind::Rsa3072).expect("a key is made");
        let AlgorithmParameters::RSA(ref rsa) = pair.jwk.algorithm else { panic!("not RSA") };
        assert_eq!(rsa.n.len(), 512, "384 bytes in base64url");
        let shown = serde_json::to_value(JwkSet { keys: vec![pair.jwk.clone()] }).expect("serialises");
        let mut members: Vec<&str> =
            shown["keys"][0].as_object().expect("an object").keys().map(String::as_str).collect();
        members.sort_unstable();
        assert_eq!(members, ["alg", "e", "kid", "kty", "n", "use"]);
        assert_eq!((&shown["keys"][0]["alg"], &shown["keys"][0]["use"]), (&json!("RS384"), &json!("sig")));
    }

    /// The example of RFC 7638 §3.1.
    #[test]
    fn a_kid_is_the_thumbprint() {
        let jwk: Jwk = serde_json::from_value(json!({
            "kty": "RSA", "e": "AQAB", "alg": "RS256", "kid": "2011-04-29",
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
        }))
        .expect("is a JWK");
        assert_eq!(thumbprint(&jwk).expect("has a thumbprint"), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn a_wrong_key_is_named_without_being_quoted() {
        let error = |pem: &str| SigningKey::from_pem(&SecretString::from(pem)).expect_err("is refused");
        assert_eq!(error("no key at all"), KeyError::NotAPrivateKey);
        assert_eq!(error("-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n"), KeyError::Sec1);
        let p256 =
            EcdsaKeyPair::generate(&aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key is made");
        let pem = pkcs8_pem(p256.to_pkcs8v1().expect("is encoded").as_ref());
        assert_eq!(error(pem.expose_secret()), KeyError::Unusable { algorithm: "ES384" });
    }

    #[test]
    fn a_shared_secret_signs_and_publishes_nothing() {
        let secret = "invented secret of at least forty-eight bytes, for tests";
        let key = SigningKey::from_shared_secret(&SecretString::from(secret)).expect("is long enough");
        let jwt = key.sign(&json!({"sub": "client"}), None).expect("it signs");
        let header = jsonwebtoken::decode_header(&jwt).expect("has a header");
        assert_eq!((header.alg, header.kid, key.algorithm()), (Algorithm::HS384, None, "HS384"));
        let mut validation = Validation::new(Algorithm::HS384);
        validation.validate_exp = false;
        validation.required_spec_claims.clear();
        let decoded = jsonwebtoken::decode::<Value>(&jwt, &DecodingKey::from_secret(secret.as_bytes()), &validation);
        assert_eq!(decoded.expect("the signature is right").claims, json!({"sub": "client"}));
        assert_eq!(key.public_jwk().expect_err("is refused"), KeyError::NothingPublic);
        let short = SigningKey::from_shared_secret(&SecretString::from("short"));
        assert_eq!(short.expect_err("is refused"), KeyError::ShortSecret { bytes: 5 });
    }

    #[test]
    fn debug_shows_no_key() {
        let pair = generate(KeyKind::P384).expect("a key is made");
        let key = SigningKey::from_pem(&pair.pem).expect("is read");
        assert_eq!(format!("{key:?}"), r#"SigningKey { algorithm: "ES384", .. }"#);
        let secret: String = pair.pem.expose_secret().lines().nth(1).expect("has a body").to_owned();
        assert!(!format!("{pair:?}").contains(&secret));
    }
}
