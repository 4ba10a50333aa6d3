//! A peer over HTTP: checked settings, one client, one signed POST at a time.

use super::guard::{Guarded, Lookup, is_refused, system_lookup};
use super::outcome::{of_error, of_status, retry_after};
use super::sign::{SecretError, Signer};
use bytes::{Bytes, BytesMut};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue};
use oxgate_core::{Reason, Timestamp};
use oxgate_dispatch::Report;
use reqwest::redirect::Policy;
use reqwest::{Body, Certificate, Client, Response, Url};
use secrecy::SecretString;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// How long a connection may take to be made.
const CONNECT_MAX: Duration = Duration::from_secs(10);

/// How long an idle connection is kept. Many servers close theirs after 5 s; a request that meets the closing would look
/// like one that the peer dropped.
const IDLE_MAX: Duration = Duration::from_secs(4);

/// How much of what a peer says is kept for the timeline, in bytes.
const DETAIL_BYTES_MAX: usize = 4 * 1024;

/// How long a peer may take over saying it, once its status is known. What it said of an event is worth less than the
/// next event's turn.
const DETAIL_READ_MAX: Duration = Duration::from_secs(2);

/// How long a health URL may take.
const HEALTH_MAX: Duration = Duration::from_secs(5);

/// What is sent when Redox named no content type: everything it sends is JSON.
const CONTENT_TYPE_DEFAULT: HeaderValue = HeaderValue::from_static("application/json");

const ID: HeaderName = HeaderName::from_static("webhook-id");
const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

/// How to reach a peer, as configured.
#[derive(Clone, Debug)]
pub struct PeerSettings {
    /// Where events are posted: `http` or `https`, no link-local address.
    pub url: String,
    /// Signing secrets in their text form, `whsec_…`; two during a rotation, each signs.
    pub secrets: Vec<SecretString>,
    /// One exchange, from connecting to the end of the answer.
    pub timeout: Duration,
    /// PEM certificates to trust instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// Asked by GET whether the peer is well; any 2xx says yes.
    pub health_url: Option<String>,
}

/// Why a peer's settings are refused.
#[derive(Debug, thiserror::Error)]
pub enum PeerError {
    /// No URL, or not one over HTTP.
    #[error("`{url}` is not an http or https URL with a host")]
    Url {
        /// The text as configured.
        url: String,
    },
    /// A metadata service's address.
    #[error("`{url}` has a link-local or metadata address, which is always refused")]
    Address {
        /// The text as configured.
        url: String,
    },
    /// The secrets cannot sign.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The certificates cannot be read.
    #[error("cannot read the certificates in {}", path.display())]
    CaFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file holds no certificates, or the system's cannot be loaded.
    #[error("cannot set up TLS: are the certificates PEM, and is the system's trust store installed?")]
    Client(#[source] reqwest::Error),
}

/// A peer that can be spoken to.
pub(crate) struct Peer {
    client: Client,
    url: Url,
    health: Option<Url>,
    signer: Signer,
    timeout: Duration,
}

/// One message to a peer.
pub(crate) struct Message<'a> {
    /// `webhook-id`: the same in every repeat.
    pub(crate) id: &'a str,
    /// The time of this attempt.
    pub(crate) at: Timestamp,
    /// As received; empty when there was none.
    pub(crate) content_type: &'a str,
    /// Ours, beside those of the signature.
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Peer {
    /// Checks the settings and makes the client.
    pub(crate) fn new(settings: &PeerSettings) -> Result<Self, PeerError> {
        Self::with_lookup(settings, system_lookup())
    }

    /// With names looked up by `lookup`.
    pub(super) fn with_lookup(settings: &PeerSettings, lookup: Lookup) -> Result<Self, PeerError> {
        let url = checked(&settings.url)?;
        let health = settings.health_url.as_deref().map(checked).transpose()?;
        let signer = Signer::new(&settings.secrets)?;
        // The client asks the process for its crypto library; there is only one, so asking twice changes nothing.
        let _installed_before = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let builder = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .referer(false)
            .connect_timeout(CONNECT_MAX)
            .timeout(settings.timeout)
            .pool_idle_timeout(IDLE_MAX)
            .dns_resolver(Arc::new(Guarded { lookup }));
        let over_tls = [Some(&url), health.as_ref()].into_iter().flatten().any(|url| url.scheme() == "https");
        let builder = match &settings.ca_file {
            Some(path) => {
                let unreadable = |source| PeerError::CaFile { path: path.clone(), source };
                let pem = std::fs::read(path).map_err(unreadable)?;
                builder.tls_certs_only(Certificate::from_pem_bundle(&pem).map_err(PeerError::Client)?)
            }
            None if over_tls => builder,
            // Without TLS nothing is to be trusted, and a machine without a trust store will do.
            None => builder.tls_certs_only([]),
        };
        let client = builder.build().map_err(PeerError::Client)?;
        Ok(Self { client, url, health, signer, timeout: settings.timeout })
    }

    /// Posts a message and gives the answer's head, its body still unread.
    pub(crate) async fn post(&self, message: Message<'_>) -> Result<Response, reqwest::Error> {
        let Message { id, at, content_type, mut headers, body } = message;
        let seconds = at.millis().div_euclid(1000);
        let signature = self.signer.sign(id, seconds, &body);
        let content_type = HeaderValue::from_str(content_type).ok().filter(|value| !value.is_empty());
        headers.insert(CONTENT_TYPE, content_type.unwrap_or(CONTENT_TYPE_DEFAULT));
        headers.insert(ID, legal(id));
        headers.insert(TIMESTAMP, seconds.into());
        headers.insert(SIGNATURE, legal(&signature));
        self.client.post(self.url.clone()).headers(headers).body(Body::from(body)).send().await
    }

    /// Posts a message and tells what came of it, with the beginning of what the peer said unless it took the message.
    pub(crate) async fn deliver(&self, message: Message<'_>) -> Report {
        let now = message.at;
        let response = match self.post(message).await {
            Ok(response) => response,
            Err(error) => {
                let (outcome, reason) = of_error(&error);
                return Report::new(outcome, reason);
            }
        };
        let status = response.status();
        let pause = retry_after(response.headers(), now);
        // Read also after a success: a connection whose answer was read to its end serves the next delivery.
        let detail = beginning(response).await;
        if status.is_success() {
            return Report::accepted().with_status(status.as_u16());
        }
        let status = status.as_u16();
        let report = Report::new(of_status(status), Reason::status(status)).with_status(status).with_detail(detail);
        match pause {
            Some(pause) => report.with_retry_after(pause),
            None => report,
        }
    }

    /// Whether the health URL answers with success; `false` without one.
    pub(crate) async fn is_healthy(&self) -> bool {
        let Some(health) = self.health.clone() else { return false };
        let request = self.client.get(health).timeout(self.timeout.min(HEALTH_MAX));
        request.send().await.is_ok_and(|response| response.status().is_success())
    }
}

impl std::fmt::Debug for Peer {
    /// Only where: the path may hold a secret of the application's making.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Peer").field("host", &self.url.host_str()).finish_non_exhaustive()
    }
}

/// The URL, if it may be spoken to.
fn checked(text: &str) -> Result<Url, PeerError> {
    let unusable = || PeerError::Url { url: text.to_owned() };
    let url = Url::parse(text.trim()).map_err(|_| unusable())?;
    let host = url.host_str().filter(|_| matches!(url.scheme(), "http" | "https")).ok_or_else(unusable)?;
    let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    if literal.is_ok_and(is_refused) {
        return Err(PeerError::Address { url: text.to_owned() });
    }
    Ok(url)
}

/// The first bytes of an answer; what is cut or broken off counts as said.
async fn beginning(mut response: Response) -> Bytes {
    let mut kept = BytesMut::new();
    let reading = async {
        while kept.len() < DETAIL_BYTES_MAX {
            let Ok(Some(piece)) = response.chunk().await else { break };
            kept.extend_from_slice(&piece[..piece.len().min(DETAIL_BYTES_MAX - kept.len())]);
        }
    };
    let _ended_or_given_up = tokio::time::timeout(DETAIL_READ_MAX, reading).await;
    kept.freeze()
}

/// A header value out of our own making.
fn legal(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("ids, numbers and base64 are visible ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(url: &str) -> PeerSettings {
        PeerSettings {
            url: url.to_owned(),
            secrets: vec!["whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".into()],
            timeout: Duration::from_secs(30),
            ca_file: None,
            health_url: None,
        }
    }

    #[test]
    fn metadata_addresses_are_refused_however_they_are_written() {
        for url in [
            "http://169.254.169.254/latest",
            "http://0xA9FEA9FE/",
            "http://2852039166/",
            "http://[::ffff:169.254.169.254]/",
            "https://[fe80::1]/",
            "http://100.100.100.200/",
        ] {
            assert!(matches!(Peer::new(&settings(url)), Err(PeerError::Address { .. })), "{url}");
            let by_health = PeerSettings { health_url: Some(url.into()), ..settings("http://127.0.0.1/") };
            assert!(matches!(Peer::new(&by_health), Err(PeerError::Address { .. })), "{url}");
        }
    }

    #[test]
    fn other_urls_are_refused() {
        for url in ["", "127.0.0.1:80", "ftp://127.0.0.1/", "http://", "unix:/run/x"] {
            assert!(matches!(Peer::new(&settings(url)), Err(PeerError::Url { .. })), "{url}");
        }
    }

    #[test]
    fn a_missing_certificate_file_is_named() {
        let path = PathBuf::from("/does/not/exist.pem");
        let missing = PeerSettings { ca_file: Some(path), ..settings("https://127.0.0.1/") };
        let Err(error) = Peer::new(&missing) else { panic!("taken") };
        assert_eq!(error.to_string(), "cannot read the certificates in /does/not/exist.pem");
    }
}
