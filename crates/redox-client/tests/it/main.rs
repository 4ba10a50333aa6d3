//! The client against peers that do what they are told: one that speaks HTTP, one that breaks it.

mod faulty;
mod fhir;
mod files;
mod golden;
mod peer;
mod platform;
mod send;
mod tls;
mod tokens;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use redox_client::keys::{Jwk, KeyKind, generate};
use redox_client::{
    Clock, Credentials, Endpoints, Entropy, LegacyKey, OAuthClient, Setup, SigningKey, TransportOptions, TrustRoots,
};
use secrecy::SecretString;

/// Sun, 06 Nov 1994 08:49:37 GMT
const START: i64 = 784_111_777_000;

/// A clock that moves when told.
#[derive(Clone)]
struct TestClock(Arc<AtomicI64>);

impl TestClock {
    fn new() -> Self {
        Self(Arc::new(AtomicI64::new(START)))
    }

    fn advance_seconds(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Counts, so that two nonces differ and every run is the same.
#[derive(Default)]
struct Counting(AtomicU64);

impl Entropy for Counting {
    fn fill(&self, buffer: &mut [u8]) {
        for byte in buffer {
            *byte = self.0.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()[0];
        }
    }
}

fn authority() -> TrustRoots {
    TrustRoots::Only(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/tls/ca.pem"))
}

fn legacy() -> Credentials {
    let (api_key, secret) = (SecretString::from("key-1"), SecretString::from("secret-1"));
    Credentials::Legacy(LegacyKey { api_key, secret })
}

/// An OAuth client and the public key that verifies it.
fn oauth() -> (Credentials, Jwk) {
    let pair = generate(KeyKind::P384).expect("a key is made");
    let key = SigningKey::from_pem(&pair.pem).expect("its PEM is read");
    let kid = pair.jwk.common.key_id.clone().expect("has a kid");
    let client = OAuthClient { client_id: "client-1".to_owned(), key, kid: Some(kid), scope: None };
    (Credentials::OAuth(client), pair.jwk)
}

/// A client that talks to `base` and trusts the test authority only, whatever the machine trusts.
fn setup(base: &str, credentials: Credentials, clock: &TestClock) -> Setup {
    let endpoints = Endpoints::below(base).expect("is a base URL");
    let mut setup = Setup::new(endpoints, credentials, Arc::new(clock.clone()), Arc::new(Counting::default()));
    setup.transport = TransportOptions { roots: authority() };
    setup
}
