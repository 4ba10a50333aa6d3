//! One request to the server: redirects followed by our own rule, the token only where it may go, one renewal of it.

use crate::access::{Access, Origin, Token};
use crate::chance::Time;
use crate::smart::TokenError;
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, HeaderMap, HeaderValue, IF_RANGE, LOCATION, RANGE};
use reqwest::{StatusCode, Url};
use secrecy::ExposeSecret;
use serde_json::Value;
use std::error::Error;
use std::sync::{Arc, Once};
use std::time::Duration;

/// Longest wait for a connection, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// Longest silence in the middle of an answer.
const SILENCE_MAX: Duration = Duration::from_mins(2);
/// Redirects that are followed in a row; a file behind a store takes one.
const REDIRECTS_MAX: usize = 5;

/// Where a connection failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// Nothing was sent.
    #[error("{origin} could not be reached: {reason}")]
    NotReached {
        /// Where.
        origin: String,
        /// Why.
        reason: String,
    },
    /// The connection broke or fell silent.
    #[error("the connection to {origin} broke: {reason}")]
    Broken {
        /// Where.
        origin: String,
        /// Why.
        reason: String,
    },
}

/// Why a request brought no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// No token for it.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The network.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// A redirect that is not followed.
    #[error("{origin} redirects {problem}")]
    Redirect {
        /// Who.
        origin: String,
        /// Where to, in words.
        problem: &'static str,
    },
}

/// Why no HTTP client can be made.
#[derive(Debug, thiserror::Error)]
#[error("cannot set up TLS: {0}; is the package ca-certificates installed, or a file of authorities given?")]
pub struct ClientError(String);

/// The HTTP client with the clock it measures by.
#[derive(Clone)]
pub(crate) struct Http {
    client: reqwest::Client,
    pub(crate) time: Arc<dyn Time>,
}

/// What a request is.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) verb: Verb<'a>,
    pub(crate) url: &'a Url,
    pub(crate) accept: &'static str,
    pub(crate) prefer: Option<&'static str>,
    /// Whether the token may be sent at all.
    pub(crate) with_token: bool,
    /// Ask for the rest of a file: from this byte, if it still is the one with this validator.
    pub(crate) rest: Option<(u64, &'a str)>,
    /// Bound on the whole exchange, for answers that are short.
    pub(crate) timeout: Option<Duration>,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Verb<'a> {
    Get,
    Post(&'a Value),
    Delete,
}

/// An answer whose body has not been read yet.
pub(crate) struct Answer {
    pub(crate) response: reqwest::Response,
    /// The token it was asked with.
    pub(crate) sent_token: bool,
}

impl Answer {
    pub(crate) fn status(&self) -> StatusCode {
        self.response.status()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.response.headers().get(name)?.to_str().ok()
    }
}

/// An answer read whole.
pub(crate) struct Short {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// The body went past the limit and is not here.
    pub(crate) is_too_long: bool,
}

impl Short {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl Http {
    /// A client; `authorities` are certificates in PEM that are trusted beside the system's.
    pub(crate) fn new(time: Arc<dyn Time>, authorities: Option<&[u8]>) -> Result<Self, ClientError> {
        install_crypto();
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("fhir-bulk/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(SILENCE_MAX);
        if let Some(pem) = authorities {
            let list = reqwest::Certificate::from_pem_bundle(pem).map_err(|error| ClientError(innermost(&error)))?;
            builder = builder.tls_certs_merge(list);
        }
        let client = builder.build().map_err(|error| ClientError(innermost(&error)))?;
        Ok(Self { client, time })
    }

    pub(crate) fn plain(&self) -> &reqwest::Client {
        &self.client
    }

    /// Sends a request. A `401` to a token that can be renewed is answered once with a new one.
    pub(crate) async fn send(&self, access: &Access, call: Call<'_>) -> Result<Answer, CallError> {
        let mut is_renewed = false;
        loop {
            let (response, token) = self.follow(access, call).await?;
            let refused = token.as_ref().filter(|_| response.status() == StatusCode::UNAUTHORIZED && !is_renewed);
            if let Some(token) = refused
                && access.refused(token).await
            {
                is_renewed = true;
                continue;
            }
            return Ok(Answer { response, sent_token: token.is_some() });
        }
    }

    /// Sends a request and reads at most `limit` bytes of its answer.
    pub(crate) async fn short(&self, access: &Access, call: Call<'_>, limit: usize) -> Result<Short, CallError> {
        let answer = self.send(access, call).await?;
        Ok(read_short(answer.response, limit).await?)
    }

    async fn follow(&self, access: &Access, call: Call<'_>) -> Result<(reqwest::Response, Option<Token>), CallError> {
        let mut url = call.url.clone();
        for _ in 0..=REDIRECTS_MAX {
            let token = if call.with_token { access.token(self, &url).await? } else { None };
            let response = self.once(&url, call, token.as_ref()).await?;
            let is_redirect = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
            if !is_redirect {
                return Ok((response, token));
            }
            let wrong = |problem| CallError::Redirect { origin: Origin::of(&url).to_string(), problem };
            if call.verb != Verb::Get {
                return Err(wrong("a request that is no GET"));
            }
            let to = response.headers().get(LOCATION).and_then(|to| to.to_str().ok());
            let to = to.and_then(|to| url.join(to).ok()).ok_or_else(|| wrong("to no address"))?;
            if !matches!((url.scheme(), to.scheme()), (_, "https") | ("http", "http")) {
                return Err(wrong("from https to something else"));
            }
            url = to;
        }
        Err(CallError::Redirect { origin: Origin::of(&url).to_string(), problem: "too often" })
    }

    async fn once(&self, url: &Url, call: Call<'_>, token: Option<&Token>) -> Result<reqwest::Response, NetworkError> {
        let mut request = match call.verb {
            Verb::Get => self.client.get(url.clone()),
            Verb::Delete => self.client.delete(url.clone()),
            Verb::Post(body) => {
                self.client.post(url.clone()).header("content-type", "application/fhir+json").body(body.to_string())
            }
        };
        request = request.header(ACCEPT, call.accept);
        if let Some(prefer) = call.prefer {
            request = request.header("prefer", prefer);
        }
        if let Some((from, validator)) = call.rest {
            // Bytes of a compressed form have no place in the plain one.
            request = request.header(RANGE, format!("bytes={from}-")).header(IF_RANGE, validator);
            request = request.header(ACCEPT_ENCODING, "identity");
        }
        if let Some(token) = token
            && let Ok(mut value) = HeaderValue::try_from(format!("Bearer {}", token.text.expose_secret()))
        {
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        if let Some(timeout) = call.timeout {
            request = request.timeout(timeout);
        }
        request.send().await.map_err(|error| network(&error, url))
    }
}

pub(crate) async fn read_short(mut response: reqwest::Response, limit: usize) -> Result<Short, NetworkError> {
    let url = response.url().clone();
    let status = response.status();
    let headers = std::mem::take(response.headers_mut());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| network(&error, &url))? {
        if body.len() + chunk.len() > limit {
            return Ok(Short { status, headers, body: Vec::new(), is_too_long: true });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Short { status, headers, body, is_too_long: false })
}

/// Which failure it was; addresses stay out of the text, as links to files may be keys to them.
pub(crate) fn network(error: &reqwest::Error, url: &Url) -> NetworkError {
    let (origin, reason) = (Origin::of(url).to_string(), innermost(error));
    if error.is_connect() || error.is_builder() {
        NetworkError::NotReached { origin, reason }
    } else {
        NetworkError::Broken { origin, reason }
    }
}

/// The cause at the bottom says what happened; the layers above it say "client error".
fn innermost(error: &reqwest::Error) -> String {
    let top: &(dyn Error + 'static) = error;
    let chain = std::iter::successors(Some(top), |&error| error.source());
    match chain.skip(1).last() {
        Some(cause) => cause.to_string(),
        None if error.is_timeout() => "no answer in time".to_owned(),
        None => "the request failed".to_owned(),
    }
}

/// TLS has one provider per process. If the program has installed one already, that one is used.
fn install_crypto() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _already_installed = rustls::crypto::aws_lc_rs::default_provider().install_default();
    });
}
