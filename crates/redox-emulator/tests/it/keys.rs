//! Key pairs and assertions of an OAuth client.

use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair};
use aws_lc_rs::{encoding::AsDer, rand::SystemRandom};
use base64::Engine as _;
use jiff::Timestamp;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use redox_emulator::directory::fixture;
use serde_json::{Value, json};

pub(crate) struct Signer {
    key: EncodingKey,
    pub(crate) header: Header,
}

impl Signer {
    pub(crate) fn es384(kid: &str) -> Self {
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &SystemRandom::new()).unwrap();
        Self::new(EncodingKey::from_ec_der(pkcs8.as_ref()), Algorithm::ES384, Some(kid))
    }

    pub(crate) fn rs384(kid: &str) -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let der: aws_lc_rs::encoding::Pkcs8V1Der<'_> = pair.as_der().unwrap();
        let body = base64::engine::general_purpose::STANDARD.encode(der.as_ref());
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n");
        Self::new(EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap(), Algorithm::RS384, Some(kid))
    }

    pub(crate) fn hs384(secret: &str) -> Self {
        Self::new(EncodingKey::from_secret(secret.as_bytes()), Algorithm::HS384, None)
    }

    fn new(key: EncodingKey, algorithm: Algorithm, kid: Option<&str>) -> Self {
        let header = Header { kid: kid.map(str::to_owned), ..Header::new(algorithm) };
        Self { key, header }
    }

    pub(crate) fn jwks(&self) -> Value {
        let mut jwk = Jwk::from_encoding_key(&self.key, self.header.alg).unwrap();
        jwk.common.key_id.clone_from(&self.header.kid);
        json!({"keys": [jwk]})
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        encode(&self.header, claims, &self.key).unwrap()
    }
}

/// What a careful client claims.
pub(crate) fn claims(now: Timestamp, jti: &str) -> Value {
    json!({
        "iss": fixture::CLIENT_ID, "sub": fixture::CLIENT_ID, "aud": "http://emulator.test/v2/auth/token",
        "iat": now.as_second(), "exp": now.as_second() + 300, "jti": jti,
    })
}

pub(crate) fn token_form(assertion: &str) -> String {
    format!(
        "grant_type=client_credentials&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3A\
         client-assertion-type%3Ajwt-bearer&client_assertion={assertion}"
    )
}
