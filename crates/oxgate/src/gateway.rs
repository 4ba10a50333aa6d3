//! How commands talk to a running gateway: over the Unix socket in its data folder, or over HTTP with an API key.

use crate::exit::{Failure, with_causes};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::path::PathBuf;
use tokio::net::UnixStream;

/// Where the gateway is and as whom we come.
#[derive(Clone, Debug)]
pub(crate) enum Gateway {
    /// On this machine; the socket's owner may do everything.
    Socket(PathBuf),
    /// Anywhere, with an API key.
    Url {
        /// `http://host:port`.
        base: String,
        /// `oxg_…`.
        token: Option<String>,
    },
}

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    method: http::Method,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: http::StatusCode,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Bytes,
}

impl Request {
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self { method: http::Method::GET, path: path.into(), headers: Vec::new(), body: Bytes::new() }
    }

    pub(crate) fn post(path: impl Into<String>, content_type: &str, body: Bytes) -> Self {
        let headers = vec![("content-type", content_type.to_owned())];
        Self { method: http::Method::POST, path: path.into(), headers, body }
    }

    pub(crate) fn post_json(path: impl Into<String>, body: &Value) -> Self {
        Self::post(path, "application/json", Bytes::from(body.to_string()))
    }

    pub(crate) fn delete(path: impl Into<String>) -> Self {
        Self { method: http::Method::DELETE, ..Self::get(path) }
    }

    pub(crate) fn header(mut self, name: &'static str, value: Option<String>) -> Self {
        self.headers.extend(value.map(|value| (name, value)));
        self
    }
}

impl Gateway {
    /// Sends a request; an answer of any status is an answer.
    pub(crate) async fn call(&self, request: Request) -> Result<Answer, Failure> {
        match self {
            Self::Socket(path) => over_socket(path, request).await,
            Self::Url { base, token } => over_http(base, token.as_deref(), request).await,
        }
    }

    /// Sends a request and reads a JSON answer; a problem becomes a failure.
    pub(crate) async fn json(&self, request: Request) -> Result<Value, Failure> {
        let answer = self.call(request).await?.successful()?;
        serde_json::from_slice(&answer.body)
            .map_err(|error| Failure::peer(format!("the gateway's answer cannot be read: {error}")))
    }
}

impl Answer {
    /// This answer if it is a success, else what it says as a failure.
    pub(crate) fn successful(self) -> Result<Self, Failure> {
        if self.status.is_success() { Ok(self) } else { Err(self.problem()) }
    }

    /// The failure that a problem document tells of.
    pub(crate) fn problem(&self) -> Failure {
        let problem: Value = serde_json::from_slice(&self.body).unwrap_or(Value::Null);
        let text = |name: &str| problem.get(name).and_then(Value::as_str).map(str::to_owned);
        let code = text("code").map_or_else(String::new, |code| format!(" ({code})"));
        let title = text("title").unwrap_or_else(|| format!("the gateway answered {}", self.status));
        let detail = text("detail").map_or_else(String::new, |detail| format!(": {detail}"));
        let message = format!("{title}{detail}{code}");
        match self.status.as_u16() {
            400 | 413 | 415 | 422 => Failure::invalid(message),
            401 | 403 | 429 | 502 | 503 | 504 => Failure::peer(message),
            _ => Failure::failed(message),
        }
    }
}

async fn over_socket(path: &PathBuf, request: Request) -> Result<Answer, Failure> {
    let absent = |error: std::io::Error| {
        let hint = "is `oxgate serve` running with this configuration? Otherwise name it with --url and --token";
        Failure::peer(format!("no gateway answers at {}: {error}; {hint}", path.display()))
    };
    let broken = |error: hyper::Error| Failure::peer(format!("the gateway at {} broke off: {error}", path.display()));
    let stream = UnixStream::connect(path).await.map_err(absent)?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let driver = tokio::spawn(connection);
    let mut builder = http::Request::builder().method(request.method).uri(&request.path).header("host", "local");
    for (name, value) in &request.headers {
        builder = builder.header(*name, value);
    }
    let sent = builder.body(Full::new(request.body)).map_err(|error| Failure::usage(error.to_string()))?;
    let (parts, body) = sender.send_request(sent).await.map_err(broken)?.into_parts();
    let body = body.collect().await.map_err(broken)?.to_bytes();
    driver.abort();
    Ok(Answer { status: parts.status, headers: parts.headers, body })
}

async fn over_http(base: &str, token: Option<&str>, request: Request) -> Result<Answer, Failure> {
    let unreachable =
        |error: reqwest::Error| Failure::peer(format!("no gateway answers at {base}: {}", with_causes(&error)));
    let client = http_client()?;
    let url = format!("{}{}", base.trim_end_matches('/'), request.path);
    let mut builder = client.request(request.method, url);
    for (name, value) in request.headers {
        builder = builder.header(name, value);
    }
    if let Some(token) = token {
        builder = builder.bearer_auth(token);
    }
    let response = builder.body(request.body).send().await.map_err(unreachable)?;
    let (status, headers) = (response.status(), response.headers().clone());
    let body = response.bytes().await.map_err(unreachable)?;
    Ok(Answer { status, headers, body })
}

/// An HTTP client of ours: one crypto library, no redirects.
pub(crate) fn http_client() -> Result<reqwest::Client, Failure> {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|error| Failure::failed(format!("cannot build an HTTP client: {}", with_causes(&error))))
}
