//! TLS with a configured authority: trusted is what the file says, nothing else.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use redox_client::{Client, Endpoints, NotSent, SendError, SetupError, TransportOptions, TrustRoots};
use redox_wire::reply::{Reply, RequestKind};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::peer::Peer;
use crate::{TestClock, authority, legacy, setup};

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/tls").join(name)
}

/// Serves one connection on its own thread: reads a request of known length, answers it.
fn serve_one(request_end: &'static [u8]) -> (String, std::thread::JoinHandle<bool>) {
    let certificate = CertificateDer::from_pem_file(file("server.pem")).expect("is a certificate");
    let key = PrivateKeyDer::from_pem_file(file("server.key.pem")).expect("is a key");
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("has protocol versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("certificate and key fit");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let url = format!("https://{}", listener.local_addr().expect("is bound"));
    let server = std::thread::spawn(move || {
        let (stream, _) = listener.accept().expect("accepts");
        let connection = ServerConnection::new(Arc::new(config)).expect("is configured");
        let mut stream = StreamOwned::new(connection, stream);
        let mut request = Vec::new();
        let mut chunk = [0; 4096];
        while !request.ends_with(request_end) {
            match stream.read(&mut chunk) {
                Ok(0) | Err(_) => return false,
                Ok(read) => request.extend_from_slice(&chunk[..read]),
            }
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 11\r\nconnection: close\r\n\r\n{\"Meta\":{}}").is_ok()
    });
    (url, server)
}

async fn send_trusting(roots: TrustRoots) -> (Result<Reply, SendError>, bool) {
    let clock = TestClock::new();
    let peer = Peer::start(&clock).await;
    let (url, server) = serve_one(b"{\"the\":\"end\"}");
    let mut setup = setup(&peer.url, legacy(), &clock);
    setup.endpoints.message = Endpoints::below(&url).expect("is a base URL").message;
    setup.transport = TransportOptions { roots };
    let client = Client::new(setup).expect("a client is set up");
    let result = client.send(Bytes::from_static(b"{\"the\":\"end\"}"), RequestKind::Async).await;
    (result, server.join().expect("the server ends"))
}

#[tokio::test]
async fn a_server_of_the_configured_authority_is_trusted() {
    let (result, served) = send_trusting(authority()).await;
    assert!(matches!(result, Ok(Reply::Accepted { .. })) && served, "{result:?}");
}

#[tokio::test]
async fn any_other_server_is_sent_nothing() {
    let (result, served) = send_trusting(TrustRoots::Only(file("server.pem"))).await;
    assert!(matches!(result, Err(SendError::NotSent(NotSent::Tls(_)))) && !served, "{result:?}");
}

#[tokio::test]
async fn a_missing_or_empty_file_of_authorities_is_named() {
    let clock = TestClock::new();
    let error = |roots| {
        let mut setup = setup("https://127.0.0.1:1", legacy(), &clock);
        setup.transport = TransportOptions { roots };
        Client::new(setup).err().expect("is refused")
    };
    let folder = tempfile::tempdir().expect("a folder");
    let missing = folder.path().join("missing.pem");
    assert!(matches!(error(TrustRoots::Only(missing.clone())), SetupError::ReadRoots { path, .. } if path == missing));
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "no certificate").expect("is written");
    assert!(matches!(error(TrustRoots::SystemAnd(empty.clone())), SetupError::NoRoots { path } if path == empty));
}
