//! Signatures after Standard Webhooks: HMAC-SHA256 over id, timestamp and body.
//!
//! Source: the Standard Webhooks specification, "Webhook signature": `v1,` and base64 of the MAC over
//! `{id}.{timestamp}.{body}`; several signatures, one for each secret in use, are parted by spaces.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};

/// What every secret begins with.
const PREFIX: &str = "whsec_";

/// Shortest and longest key, in bytes (Standard Webhooks, "Signature scheme").
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// Why a list of secrets cannot sign. Shows none of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SecretError {
    /// An unsigned webhook could come from anybody.
    #[error("at least one signing secret is needed")]
    None,
    /// Another text form.
    #[error("signing secret {at} is not `whsec_` followed by base64 of 24 to 64 bytes")]
    Form {
        /// Position in the list, from 1.
        at: usize,
    },
}

/// Signs with each of the secrets in use; two during a rotation.
pub(crate) struct Signer {
    keys: Vec<hmac::Key>,
}

impl Signer {
    /// From secrets in their text form.
    pub(crate) fn new(secrets: &[SecretString]) -> Result<Self, SecretError> {
        if secrets.is_empty() {
            return Err(SecretError::None);
        }
        let key = |(index, secret): (usize, &SecretString)| {
            let text = secret.expose_secret().trim().strip_prefix(PREFIX);
            let bytes =
                text.and_then(|text| STANDARD.decode(text).ok()).filter(|bytes| KEY_BYTES.contains(&bytes.len()));
            let bytes = bytes.ok_or(SecretError::Form { at: index + 1 })?;
            Ok(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
        };
        Ok(Self { keys: secrets.iter().enumerate().map(key).collect::<Result<_, _>>()? })
    }

    /// The value of `webhook-signature`.
    pub(crate) fn sign(&self, id: &str, seconds: i64, body: &[u8]) -> String {
        let signature = |key: &hmac::Key| {
            let mut context = hmac::Context::with_key(key);
            context.update(format!("{id}.{seconds}.").as_bytes());
            context.update(body);
            format!("v1,{}", STANDARD.encode(context.sign()))
        };
        self.keys.iter().map(signature).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Example secret, message and signature as the Standard Webhooks libraries use them in their own tests.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    /// 32 zero bytes, and the signature that Python's `hmac` gives for them.
    const ZEROS: &str = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    const BY_ZEROS: &str = "v1,woH/1mJtZGSMCmpFTxRYbStS24eLLD/oXIYr4PYyZ7g=";

    fn sign(secrets: &[&str]) -> String {
        let secrets: Vec<SecretString> = secrets.iter().map(|&secret| secret.into()).collect();
        let signer = Signer::new(&secrets).expect("well-formed secrets");
        signer.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#)
    }

    #[test]
    fn agrees_with_the_published_example() {
        assert_eq!(sign(&[SECRET]), SIGNATURE);
    }

    #[test]
    fn a_rotation_signs_with_both() {
        assert_eq!(sign(&[ZEROS, SECRET]), format!("{BY_ZEROS} {SIGNATURE}"));
    }

    #[test]
    fn other_forms_are_refused_without_showing_them() {
        let refusal = |secret: &str| match Signer::new(&[SECRET.into(), secret.into()]) {
            Err(error) => error,
            Ok(_) => panic!("taken: {secret}"),
        };
        for secret in ["", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_", "whsec_c2hvcnQ=", "whsec_ÄÖÜ"] {
            assert_eq!(refusal(secret), SecretError::Form { at: 2 });
        }
        assert!(matches!(Signer::new(&[]), Err(SecretError::None)));
    }
}
