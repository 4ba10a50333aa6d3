//! Connections to Redox, the limits they live under, and the one place that decides where a request failed.

use std::error::Error;
use std::path::PathBuf;
use std::sync::Once;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use redox_wire::reply::{ReplyBody, ReplyHeaders};
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER};
use reqwest::{Certificate, RequestBuilder};

/// Longest wait for a connection, TLS included. A healthy one takes a fraction of a second.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Longest wait for a reply, from the start of the request to the last byte: Redox gives up a synchronous request after 120 s.
pub const REPLY_CEILING: Duration = Duration::from_mins(2);

/// Longest life of an idle connection. Well below the idle limits that load balancers use (60 s and more): a request that
/// meets a connection just closed by the other side has an unknown outcome, and that must stay rare.
pub const IDLE_LIMIT: Duration = Duration::from_secs(15);

/// Which certificates may sign for the server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum TrustRoots {
    /// Those of the operating system.
    #[default]
    System,
    /// Those of the operating system, and those of a PEM file.
    SystemAnd(PathBuf),
    /// Those of a PEM file only; works on a system without any.
    Only(PathBuf),
}

/// Settings of the connections.
#[derive(Debug, Clone, Default)]
pub struct TransportOptions {
    /// Trusted certificate authorities.
    pub roots: TrustRoots,
}

/// Why no client could be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The file of certificate authorities cannot be read.
    #[error("cannot read the certificate authorities in {}: {source}", path.display())]
    ReadRoots {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file has no certificate.
    #[error("{} holds no PEM certificate", path.display())]
    NoRoots {
        /// The file.
        path: PathBuf,
    },
    /// TLS cannot be set up, for instance because the system has no certificate authorities.
    #[error(
        "cannot set up TLS: {reason}; is the package ca-certificates installed, or a file of authorities configured?"
    )]
    Tls {
        /// What the library said.
        reason: String,
    },
}

/// Why a request certainly did not reach the server's application: no byte of it was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSent {
    /// The host name is not known.
    #[error("the host name could not be resolved: {0}")]
    Resolve(String),
    /// No connection.
    #[error("no connection: {0}")]
    Connect(String),
    /// No connection within [`CONNECT_TIMEOUT`].
    #[error("no connection within {} s", CONNECT_TIMEOUT.as_secs())]
    ConnectTimeout,
    /// The TLS handshake failed.
    #[error("no TLS connection: {0}")]
    Tls(String),
    /// The request could not be put together.
    #[error("the request could not be built: {0}")]
    Build(String),
}

/// Why the outcome of a request is not known: bytes of it may have left, and no status came back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Lost {
    /// Time ran out.
    #[error("no reply in time")]
    Timeout,
    /// The connection broke.
    #[error("the connection broke before a reply: {0}")]
    Broken(String),
}

/// Where a request failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    NotSent(NotSent),
    Lost(Lost),
}

/// A reply as it came.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) status: u16,
    headers: HeaderMap,
    body: Body,
}

#[derive(Debug)]
enum Body {
    Whole(Bytes),
    CutShort(Bytes),
    TooLong,
}

impl Received {
    pub(crate) fn headers(&self) -> ReplyHeaders<'_> {
        ReplyHeaders {
            content_type: self.header(CONTENT_TYPE.as_str()),
            retry_after: self.header(RETRY_AFTER.as_str()),
            rate_limit: self.header("x-ratelimit-limit"),
            date: self.header(DATE.as_str()),
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn body(&self) -> ReplyBody<'_> {
        match &self.body {
            Body::Whole(bytes) => ReplyBody::Whole(bytes),
            Body::CutShort(bytes) => ReplyBody::CutShort(bytes),
            Body::TooLong => ReplyBody::TooLong,
        }
    }

    /// The bytes that came; none if they were too many.
    pub(crate) fn into_bytes(self) -> Bytes {
        match self.body {
            Body::Whole(bytes) | Body::CutShort(bytes) => bytes,
            Body::TooLong => Bytes::new(),
        }
    }
}

/// A client whose requests are sent once: no redirects, no repeats, no proxies from the environment, HTTP/1.1 with connections
/// kept alive for a short while.
pub(crate) fn client(options: &TransportOptions) -> Result<reqwest::Client, SetupError> {
    install_crypto();
    let builder = reqwest::Client::builder()
        .user_agent(concat!("redox-client/", env!("CARGO_PKG_VERSION")))
        .http1_only()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_proxy()
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(IDLE_LIMIT);
    let builder = match &options.roots {
        TrustRoots::System => builder,
        TrustRoots::SystemAnd(path) => builder.tls_certs_merge(certificates(path)?),
        TrustRoots::Only(path) => builder.tls_certs_only(certificates(path)?),
    };
    builder.build().map_err(|error| SetupError::Tls { reason: innermost(&error) })
}

fn certificates(path: &PathBuf) -> Result<Vec<Certificate>, SetupError> {
    let pem = std::fs::read(path).map_err(|source| SetupError::ReadRoots { path: path.clone(), source })?;
    let certificates = Certificate::from_pem_bundle(&pem).unwrap_or_default();
    if certificates.is_empty() {
        return Err(SetupError::NoRoots { path: path.clone() });
    }
    Ok(certificates)
}

/// TLS has one provider per process. If the program has installed one already, that one is used.
fn install_crypto() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _already_installed = rustls::crypto::aws_lc_rs::default_provider().install_default();
    });
}

/// Sends a request and reads its reply, at most `limit` bytes of it. Once a status has come, this is not a fault any more: a
/// body that breaks off is a reply cut short, and the status may decide alone.
pub(crate) async fn exchange(request: RequestBuilder, limit: usize) -> Result<Received, Fault> {
    let mut response = request.send().await.map_err(|error| fault(&error.without_url()))?;
    let status = response.status().as_u16();
    let headers = std::mem::take(response.headers_mut());
    let body = read_body(response, limit).await;
    Ok(Received { status, headers, body })
}

async fn read_body(mut response: reqwest::Response, limit: usize) -> Body {
    let mut body = BytesMut::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > limit => return Body::TooLong,
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Body::Whole(body.freeze()),
            Err(_) => return Body::CutShort(body.freeze()),
        }
    }
}

/// The HTTP library knows for certain when a request did not leave: it had no connection yet. Everything later is lost.
fn fault(error: &reqwest::Error) -> Fault {
    let reason = innermost(error);
    if error.is_builder() {
        return Fault::NotSent(NotSent::Build(reason));
    }
    if !error.is_connect() {
        return Fault::Lost(if error.is_timeout() { Lost::Timeout } else { Lost::Broken(reason) });
    }
    Fault::NotSent(if error.is_dns() {
        NotSent::Resolve(reason)
    } else if chain(error).any(is_tls) {
        NotSent::Tls(reason)
    } else if error.is_timeout() {
        NotSent::ConnectTimeout
    } else {
        NotSent::Connect(reason)
    })
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// A TLS error travels inside IO errors, whose `source` skips what they wrap.
fn is_tls(error: &(dyn Error + 'static)) -> bool {
    let mut wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    while let Some(inner) = wrapped {
        if inner.is::<rustls::Error>() {
            return true;
        }
        wrapped = inner.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    }
    error.is::<rustls::Error>()
}

/// The cause at the bottom says what happened; the layers above it say "client error".
fn innermost(error: &(dyn Error + 'static)) -> String {
    chain(error).last().map_or_else(String::new, ToString::to_string)
}
