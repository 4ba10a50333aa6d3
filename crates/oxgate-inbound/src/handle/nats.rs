//! Events into a NATS JetStream stream: published under the delivery's id, settled when the stream has acknowledged.
//!
//! What stands in a webhook's headers stands in the message's headers, the body is Redox's unchanged. `Nats-Msg-Id` is the
//! delivery's id: a repeat inside the stream's duplicate window is recognised there, a replay is another delivery and comes
//! through (NATS docs, "JetStream model deep dive", message deduplication).

/// Where a message goes, from configured words and safe parts of the envelope.
mod subject;

/// What an acknowledgement of a stream is worth.
mod durability;

pub use durability::Durability;
pub use subject::{Subject, SubjectError};

use super::guard::is_refused;
use super::headers;
use super::http::{answers, link};
use super::sign::{SecretError, Signer};
use async_nats::connection::State;
use async_nats::jetstream::context::{PublishError, PublishErrorKind};
use async_nats::jetstream::{self, Context, ContextBuilder};
use async_nats::{Client, ConnectError, ConnectErrorKind, ConnectOptions, HeaderMap, ServerAddr};
use bytes::Bytes;
use oxgate_core::{Clock, Reason};
use oxgate_dispatch::{Body, BoxFuture, Job, Outcome, Report, Target};
use oxgate_store::Store;
use secrecy::{ExposeSecret, SecretString};
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// How long a connection may take to be made.
const CONNECT_MAX: Duration = Duration::from_secs(10);

/// Room that a message's headers are given beside its body when it is held against the server's `max_payload`.
const HEADERS_ROOM: usize = 16 * 1024;

/// The store could not be read; neither target nor event is to blame, and the lane tries again.
const STORE_READ: Reason = Reason::word("store-read");
const NO_STREAM: Reason = Reason::word("nats-no-stream");
const TOO_LARGE: Reason = Reason::word("nats-too-large");
const REFUSED: Reason = Reason::word("nats-refused");
const FAILED: Reason = Reason::word("nats-failed");
const ADDRESS_REFUSED: Reason = Reason::word("address-refused");

/// How to reach a stream, as configured.
#[derive(Clone, Debug)]
pub struct NatsSettings {
    /// `nats://host:4222`, or `tls://…`.
    pub url: String,
    /// Where messages go; a stream must take it.
    pub subject: Subject,
    /// The text of a `.creds` file, or the seed of an nkey (`SU…`).
    pub credentials: Option<SecretString>,
    /// Standard Webhooks secrets; messages are signed only with some.
    pub secrets: Vec<SecretString>,
    /// PEM certificates to trust besides the system's.
    pub ca_file: Option<PathBuf>,
    /// One publication, from connecting to the acknowledgement.
    pub timeout: Duration,
    /// Where the application reaches the gateway's API; bodies too large to be published are handed over as a link.
    pub api_base: String,
}

/// Why a handler's settings are refused.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NatsError {
    /// No address of a NATS server.
    #[error("`{url}` is not nats://host:port, or tls://host:port for TLS")]
    Url {
        /// As configured.
        url: String,
    },
    /// A metadata service's address.
    #[error("`{url}` has a link-local or metadata address, which is always refused")]
    Address {
        /// As configured.
        url: String,
    },
    /// The credentials are of no form that is known.
    #[error("the credentials are neither a NATS .creds file nor the seed of an nkey (SU…)")]
    Credentials,
    /// The secrets cannot sign.
    #[error(transparent)]
    Secret(#[from] SecretError),
}

/// The way to a NATS server.
pub struct NatsLink {
    settings: NatsSettings,
    address: ServerAddr,
    /// Made at first use; from then on the client comes back by itself.
    client: Mutex<Option<Client>>,
}

impl NatsLink {
    /// Checks the settings; nothing is connected yet.
    ///
    /// # Errors
    /// [`NatsError`] names the setting that cannot be used.
    pub fn new(settings: NatsSettings) -> Result<Self, NatsError> {
        let address = checked(&settings.url)?;
        options(&settings)?;
        Ok(Self { settings, address, client: Mutex::new(None) })
    }

    /// What the acknowledgement of the stream behind the subject is worth, as far as a client can see.
    ///
    /// # Errors
    /// The reason why nobody can be asked.
    pub async fn durability(&self) -> Result<Durability, Reason> {
        let client = self.client().await?;
        durability::look(&self.context(client), &self.settings.subject).await
    }

    fn context(&self, client: Client) -> Context {
        ContextBuilder::new().timeout(self.settings.timeout).build(client)
    }

    /// The connection. One that is down is not used: what it would keep for later is kept in the store already.
    async fn client(&self) -> Result<Client, Reason> {
        let mut made = self.client.lock().await;
        if let Some(client) = made.as_ref() {
            let is_up = client.connection_state() == State::Connected;
            return if is_up { Ok(client.clone()) } else { Err(Reason::CONNECT) };
        }
        let place = (self.address.host(), self.address.port());
        let addresses = tokio::net::lookup_host(place).await.map_err(|_| Reason::DNS)?;
        if addresses.map(|address| address.ip()).any(is_refused) {
            return Err(ADDRESS_REFUSED);
        }
        let options = options(&self.settings).map_err(|_| REFUSED)?;
        let client = options.connect(self.address.clone()).await.map_err(|error| of_connect(&error))?;
        Ok(made.insert(client).clone())
    }
}

/// Publishes each event to one stream.
pub struct NatsHandler {
    link: NatsLink,
    signer: Option<Signer>,
    store: Store,
    clock: Arc<dyn Clock>,
}

impl NatsHandler {
    /// A handler for these settings; nothing is connected yet.
    ///
    /// # Errors
    /// [`NatsError`] names the setting that cannot be used.
    pub fn new(settings: NatsSettings, store: Store, clock: Arc<dyn Clock>) -> Result<Self, NatsError> {
        let signer = signer(&settings)?;
        Ok(Self { link: NatsLink::new(settings)?, signer, store, clock })
    }

    /// The way to the server.
    pub const fn link(&self) -> &NatsLink {
        &self.link
    }

    async fn hand_over(&self, job: Job) -> Report {
        let Ok(answers) = answers(&self.store, job.event.id).await else {
            return Report::new(Outcome::TargetFailed, STORE_READ);
        };
        let settings = &self.link.settings;
        let client = match self.link.client().await {
            Ok(client) => client,
            Err(reason) => return Report::new(Outcome::TargetFailed, reason),
        };
        let room = client.server_info().max_payload.saturating_sub(HEADERS_ROOM);
        let mut told = headers::of_event(&job, &answers);
        let (content_type, body) = match &job.body {
            Body::Inline(bytes) if bytes.len() <= room => (job.event.content_type.as_str(), bytes.clone()),
            Body::Inline(_) | Body::Large => {
                told.insert(super::http::BODY, http::HeaderValue::from_static("link"));
                ("application/json", link(&settings.api_base, &job.event))
            }
        };
        let mut message = HeaderMap::new();
        for (name, value) in &told {
            message.append(name.as_str(), value.to_str().unwrap_or_default());
        }
        message.insert("Nats-Msg-Id", job.delivery.to_string());
        message.insert("content-type", if content_type.is_empty() { "application/json" } else { content_type });
        let id = job.event.id.to_string();
        message.insert("webhook-id", id.as_str());
        if let Some(signer) = &self.signer {
            let seconds = self.clock.now().millis().div_euclid(1000);
            message.insert("webhook-timestamp", seconds.to_string());
            message.insert("webhook-signature", signer.sign(&id, seconds, &body));
        }
        let subject = settings.subject.of(&job.event);
        let context = self.link.context(client);
        let published = async { context.publish_with_headers(subject, message, body).await?.await };
        match published.await {
            // One that the stream knew already was published by an attempt whose acknowledgement was lost.
            Ok(_) => Report::accepted(),
            Err(error) => of_publish(&error),
        }
    }
}

/// Whether these settings can be used.
///
/// # Errors
/// [`NatsError`] names the one that cannot.
pub fn check(settings: NatsSettings) -> Result<(), NatsError> {
    signer(&settings)?;
    NatsLink::new(settings).map(drop)
}

fn signer(settings: &NatsSettings) -> Result<Option<Signer>, SecretError> {
    if settings.secrets.is_empty() { Ok(None) } else { Signer::new(&settings.secrets).map(Some) }
}

/// The server's address, if it may be spoken to.
fn checked(url: &str) -> Result<ServerAddr, NatsError> {
    let unusable = || NatsError::Url { url: url.to_owned() };
    let known = url.starts_with("nats://") || url.starts_with("tls://");
    let address: ServerAddr = url.parse().ok().filter(|_| known).ok_or_else(unusable)?;
    if address.host().is_empty() || address.has_user_pass() {
        return Err(unusable());
    }
    let literal = address.host().trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    if literal.is_ok_and(is_refused) {
        return Err(NatsError::Address { url: url.to_owned() });
    }
    Ok(address)
}

fn options(settings: &NatsSettings) -> Result<ConnectOptions, NatsError> {
    // Only where the configuration says: servers that are announced could lead anywhere.
    let options = ConnectOptions::new().name("oxgate").connection_timeout(CONNECT_MAX).ignore_discovered_servers();
    let options = options.require_tls(settings.url.starts_with("tls://"));
    let options = match &settings.ca_file {
        Some(path) => options.add_root_certificates(path.clone()),
        None => options,
    };
    let Some(credentials) = &settings.credentials else { return Ok(options) };
    let text = credentials.expose_secret().trim();
    if text.starts_with("SU") && !text.contains(char::is_whitespace) {
        return Ok(options.nkey(text.to_owned()));
    }
    options.credentials(text).map_err(|_| NatsError::Credentials)
}

fn of_connect(error: &ConnectError) -> Reason {
    match error.kind() {
        ConnectErrorKind::Dns => Reason::DNS,
        ConnectErrorKind::Authentication | ConnectErrorKind::AuthorizationViolation => REFUSED,
        ConnectErrorKind::TimedOut => Reason::TIMEOUT,
        ConnectErrorKind::Tls => Reason::TLS,
        _ => Reason::CONNECT,
    }
}

/// Is it the stream that is not well, or is it this message?
fn of_publish(error: &PublishError) -> Report {
    match error.kind() {
        PublishErrorKind::StreamNotFound => Report::new(Outcome::TargetFailed, NO_STREAM),
        PublishErrorKind::TimedOut => Report::new(Outcome::TargetFailed, Reason::TIMEOUT),
        PublishErrorKind::BrokenPipe => Report::new(Outcome::TargetFailed, Reason::RESET),
        PublishErrorKind::MaxPayloadExceeded => Report::new(Outcome::EventFailed, TOO_LARGE),
        _ => of_stream(std::error::Error::source(error).and_then(|source| source.downcast_ref())),
    }
}

/// What the stream itself said. Its codes are the server's own (nats-server, `errors.json`).
fn of_stream(error: Option<&jetstream::Error>) -> Report {
    /// The message is larger than the stream takes.
    const MESSAGE_TOO_LARGE: u64 = 10054;
    let Some(error) = error else { return Report::new(Outcome::TargetFailed, FAILED) };
    let code = error.error_code().0;
    let outcome = if code == MESSAGE_TOO_LARGE { Outcome::EventFailed } else { Outcome::TargetFailed };
    let reason = Reason::stored(format!("nats-{code}"));
    Report::new(outcome, reason).with_detail(Bytes::from(error.to_string()))
}

impl Target for NatsHandler {
    fn deliver(&self, job: Job) -> BoxFuture<'_, Report> {
        Box::pin(self.hand_over(job))
    }

    fn healthy(&self) -> BoxFuture<'_, bool> {
        Box::pin(async { self.link.client().await.is_ok() })
    }
}

impl std::fmt::Debug for NatsHandler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NatsHandler").field("link", &self.link).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for NatsLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NatsLink").field("host", &self.address.host()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
