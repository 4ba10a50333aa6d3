//! Who sees the token, and what happens when it ends.

use crate::world::{World, small};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fhir_bulk::smart::{Backend, Client, SigningKey};
use fhir_bulk::{Auth, Entropy, Fault, Origin, Start, Url};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey};
use redox_emulator::BulkConfig;
use secrecy::SecretString;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der))
}

/// A key pair: PEM, and the public JWK with its id.
fn key(algorithm: Algorithm) -> (String, Jwk) {
    let (pem, key) = if algorithm == Algorithm::ES384 {
        let pair = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
        let pem = pem("PRIVATE KEY", pair.to_pkcs8v1().unwrap().as_ref());
        let key = EncodingKey::from_ec_pem(pem.as_bytes()).unwrap();
        (pem, key)
    } else {
        let pair = aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
        let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
        let pem = pem("PRIVATE KEY", der.as_ref());
        let key = EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap();
        (pem, key)
    };
    let mut jwk = Jwk::from_encoding_key(&key, algorithm).unwrap();
    jwk.common.key_id = Some("k1".to_owned());
    (pem, jwk)
}

/// Bytes that never repeat: every assertion needs its own.
fn counting() -> Arc<dyn Entropy> {
    let next = AtomicU8::new(0);
    Arc::new(move |buffer: &mut [u8]| buffer.fill(next.fetch_add(1, Ordering::Relaxed)))
}

/// Backend services with a key that the server knows.
async fn backend(world: &World, algorithm: Algorithm) -> Auth {
    let (pem, jwk) = key(algorithm);
    world.redox.control().register_keys(&json!({"keys": [jwk]})).await.unwrap();
    let client = Client {
        client_id: world.redox.info()["client_id"].as_str().unwrap().to_owned(),
        key: SigningKey::from_pem(&SecretString::from(pem)).unwrap(),
        kid: "k1".to_owned(),
        scope: Client::SCOPE.to_owned(),
        token_url: None,
    };
    Auth::Backend(Box::new(Backend::new(client, &world.base(), counting())))
}

fn secured() -> BulkConfig {
    BulkConfig { requires_token: true, ..small() }
}

fn everything() -> Start {
    Start::New(Box::default())
}

#[tokio::test]
async fn both_algorithms_open_a_secured_server_and_tokens_are_renewed_in_the_middle() {
    for algorithm in [Algorithm::ES384, Algorithm::RS384] {
        let world = World::new(secured()).await;
        world.change(json!({"faults": {"expired_tokens": 1}})).await;
        let auth = backend(&world, algorithm).await;
        let report = world.exporter_as(auth, Vec::new()).run(&world.dir, everything()).await.unwrap();
        assert_eq!(report.receipt.files.len(), 7);
        assert_eq!(
            world.redox.info()["tokens_issued"],
            2,
            "one at first, and one for all downloads after it was ended"
        );
    }
}

#[tokio::test]
async fn token_is_renewed_before_it_ends() {
    // 300 s of life, and a job of 20 minutes.
    let world = World::new(BulkConfig {
        job_time: jiff::SignedDuration::from_secs(1200),
        retry_after: Some("100".to_owned()),
        ..secured()
    })
    .await;
    let auth = backend(&world, Algorithm::ES384).await;
    world.exporter_as(auth, Vec::new()).run(&world.dir, everything()).await.unwrap();
    let issued = world.redox.info()["tokens_issued"].as_u64().unwrap();
    assert!((4..=7).contains(&issued), "{issued}");
    assert_eq!(world.state().await["counts"]["refused"], 0, "no request came with an ended token");
}

#[tokio::test]
async fn wrong_clock_is_put_right_by_the_servers_date() {
    let world = World::new(secured()).await;
    let skew = json!({"clock_skew": "1h", "strict": true});
    world.redox.control().call(http::Method::PATCH, "/settings", &skew).await.unwrap();
    let auth = backend(&world, Algorithm::ES384).await;
    let done = world.exporter_as(auth, Vec::new()).run(&world.dir, everything()).await;
    assert!(done.is_ok(), "{done:?}");
}

#[tokio::test]
async fn without_or_with_a_wrong_token_the_server_refuses() {
    let mut world = World::new(secured()).await;
    for auth in [Auth::None, Auth::Bearer(SecretString::from("wrong"))] {
        let error = world.exporter_as(auth, Vec::new()).run(&world.dir, everything()).await.unwrap_err();
        assert_eq!(error.fault(), Fault::Peer);
        assert!(error.to_string().contains("401"), "{error}");
        assert!(!format!("{error:?}").contains("wrong\""), "{error:?}");
        world.dir.set_file_name("second");
    }
}

#[tokio::test]
async fn unknown_key_is_refused_by_its_code() {
    let world = World::new(secured()).await;
    let auth = backend(&world, Algorithm::ES384).await;
    let (_, other) = key(Algorithm::ES384);
    world.redox.control().register_keys(&json!({"keys": [other]})).await.unwrap();
    let error = world.exporter_as(auth, Vec::new()).run(&world.dir, everything()).await.unwrap_err();
    assert!(error.to_string().contains("(invalid_client)"), "{error}");
}

/// The server refuses files that come with a token although it said that they need none.
#[tokio::test]
async fn files_that_need_no_token_do_not_see_it() {
    let world = World::new(BulkConfig { files_need_token: false, ..secured() }).await;
    let auth = backend(&world, Algorithm::ES384).await;
    let report = world.exporter_as(auth, Vec::new()).run(&world.dir, everything()).await.unwrap();
    assert_eq!(report.receipt.files.len(), 7);
}

/// The same server under another name is another origin.
#[tokio::test]
async fn foreign_host_sees_the_token_only_if_it_is_named() {
    let world = World::new(secured()).await;
    let foreign = format!("http://localhost:{}", world.redox.addr.port());
    world.change(json!({"files_base": foreign})).await;
    let auth = backend(&world, Algorithm::ES384).await;
    let error = world.exporter_as(auth, Vec::new()).run(&world.dir, everything()).await.unwrap_err();
    assert!(error.to_string().contains("no token is sent to this host"), "{error}");
    let state = world.state().await;
    let counts = |name: &str| state["counts"][name].as_u64().unwrap();
    assert_eq!(counts("files"), 0);
    // The kick-off, its capabilities, and the status: everything that carried a token went to the server itself.
    assert!(counts("tokens_seen") <= 2 + counts("polls"), "{state}");

    let auth = backend(&world, Algorithm::ES384).await;
    let named = vec![Origin::of(&Url::parse(&foreign).unwrap())];
    let report = world.exporter_as(auth, named).run(&world.dir, Start::Resume).await.unwrap();
    assert_eq!(report.receipt.files.len(), 7);
}

/// Links to a store that are said to need the token, and do not take it.
#[tokio::test]
async fn wrong_claim_that_foreign_files_need_the_token_does_no_harm() {
    let world = World::new(BulkConfig { files_need_token: false, says_token: Some(true), ..secured() }).await;
    world.change(json!({"files_base": format!("http://localhost:{}", world.redox.addr.port())})).await;
    let auth = backend(&world, Algorithm::ES384).await;
    let report = world.exporter_as(auth, Vec::new()).run(&world.dir, everything()).await.unwrap();
    assert_eq!(report.receipt.files.len(), 7);
}
