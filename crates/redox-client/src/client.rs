//! Sends events and queries, and tells the caller what became of each.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use redox_wire::reply::{self, Reply, RequestKind};
use reqwest::RequestBuilder;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};

use crate::chance::{Clock, Entropy};
use crate::credentials::Credentials;
use crate::endpoints::Endpoints;
use crate::meter::{Meter, RequestClass, Unmetered};
use crate::tokens::{AccessToken, Source, TokenError, Tokens};
use crate::transport::{self, Fault, Lost, NotSent, REPLY_CEILING, Received, SetupError, TransportOptions};

/// Most bytes read of the reply to an event, which only echoes `Meta`.
pub const EVENT_REPLY_LIMIT: usize = 1024 * 1024;

/// Most bytes read of the answer to a query. Redox limits a message to 40 MB.
pub const QUERY_REPLY_LIMIT: usize = 48 * 1024 * 1024;

/// What a client is made of.
pub struct Setup {
    /// Where to.
    pub endpoints: Endpoints,
    /// As whom.
    pub credentials: Credentials,
    /// Over which connections.
    pub transport: TransportOptions,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Quota.
    pub meter: Arc<dyn Meter>,
}

impl Setup {
    /// With the system's certificate authorities and without a meter.
    pub fn new(
        endpoints: Endpoints,
        credentials: Credentials,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        let transport = TransportOptions::default();
        Self { endpoints, credentials, transport, clock, entropy, meter: Arc::new(Unmetered) }
    }
}

/// Why there is no reply. The two cases are all that a durable sender needs: may the message be sent again, or not before it
/// is known what became of it?
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Certainly not accepted: no connection.
    #[error("not sent: {0}")]
    NotSent(#[from] NotSent),
    /// Certainly not accepted: no token.
    #[error("not sent: {0}")]
    NoToken(#[from] TokenError),
    /// Perhaps accepted.
    #[error("outcome unknown: {0}")]
    Lost(#[from] Lost),
}

impl SendError {
    /// True if the message may be sent again without any risk of a second one at Redox.
    pub fn is_certainly_not_accepted(&self) -> bool {
        match self {
            Self::NotSent(_) | Self::NoToken(_) => true,
            Self::Lost(_) => false,
        }
    }
}

impl From<Fault> for SendError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::NotSent(why) => Self::NotSent(why),
            Fault::Lost(why) => Self::Lost(why),
        }
    }
}

/// The answer to a query or a FHIR interaction.
#[derive(Debug)]
pub struct Answer {
    /// What it means.
    pub reply: Reply,
    /// `Content-Type` as declared.
    pub content_type: Option<String>,
    /// The body as it came; empty if it was longer than [`QUERY_REPLY_LIMIT`]. Holds patient data.
    pub body: Bytes,
}

/// A client of one credential. Clones share connections and tokens.
#[derive(Clone)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) http: reqwest::Client,
    pub(crate) endpoints: Endpoints,
    tokens: Tokens,
    clock: Arc<dyn Clock>,
    meter: Arc<dyn Meter>,
}

impl Client {
    /// Sets up a client; nothing is sent yet.
    pub fn new(setup: Setup) -> Result<Self, SetupError> {
        let Setup { endpoints, credentials, transport, clock, entropy, meter } = setup;
        let http = transport::client(&transport)?;
        let tokens = Tokens::new(Source {
            http: http.clone(),
            endpoints: endpoints.clone(),
            credentials,
            clock: Arc::clone(&clock),
            entropy,
            meter: Arc::clone(&meter),
        });
        Ok(Self { shared: Arc::new(Shared { http, endpoints, tokens, clock, meter }) })
    }

    /// The tokens of this client's credential, for other requests in its name.
    pub fn tokens(&self) -> &Tokens {
        &self.shared.tokens
    }

    /// Sends the bytes of one message and returns what Redox said. The kind decides how the reply is read and at whose
    /// expense it is metered.
    ///
    /// Dropping the future after it was first polled leaves the outcome unknown.
    pub async fn send(&self, body: Bytes, kind: RequestKind) -> Result<Reply, SendError> {
        let limit = match kind {
            RequestKind::Async => EVENT_REPLY_LIMIT,
            RequestKind::Sync | RequestKind::Fhir => QUERY_REPLY_LIMIT,
        };
        let (reply, _) = self.shared.exchange(body, kind, limit).await?;
        Ok(reply)
    }

    /// Sends a query and returns its answer, within this time over all (token, a second try after 401) and never longer than
    /// [`REPLY_CEILING`] for one request.
    pub async fn query(&self, body: Bytes, within: Duration) -> Result<Answer, SendError> {
        let exchange = self.shared.exchange(body, RequestKind::Sync, QUERY_REPLY_LIMIT);
        let (reply, received) = tokio::time::timeout(within, exchange).await.map_err(|_elapsed| Lost::Timeout)??;
        let content_type = received.headers().content_type.map(str::to_owned);
        Ok(Answer { reply, content_type, body: received.into_bytes() })
    }
}

impl Shared {
    /// Posts a message, and after a 401 once more with a new token: a 401 says that nothing was accepted.
    async fn exchange(&self, body: Bytes, kind: RequestKind, limit: usize) -> Result<(Reply, Received), SendError> {
        let class = match kind {
            RequestKind::Async => RequestClass::Event,
            RequestKind::Sync | RequestKind::Fhir => RequestClass::Query,
        };
        let request = || {
            let request = self.http.post(self.endpoints.message.clone()).header(CONTENT_TYPE, "application/json");
            Some(request.header(ACCEPT, "application/json").body(body.clone()))
        };
        let received = self.call(class, limit, request).await?;
        let reply = reply::read(kind, received.status, &received.headers(), received.body());
        Ok((reply, received))
    }

    /// Sends what `request` makes, with a token, and after a 401 once more with a new one, if it can be made twice.
    pub(crate) async fn call(
        &self,
        class: RequestClass,
        limit: usize,
        mut request: impl FnMut() -> Option<RequestBuilder>,
    ) -> Result<Received, SendError> {
        let (token, received) = self.once(class, limit, &mut request).await?.ok_or_else(unmade)?;
        if received.status != 401 {
            return Ok(received);
        }
        tracing::debug!(generation = token.generation(), "token not accepted; asking for a new one");
        self.tokens.invalidate(&token);
        match self.once(class, limit, &mut request).await? {
            Some((_, again)) => Ok(again),
            None => Ok(received),
        }
    }

    /// Sends once; `None` if there is nothing to send. Without a token no permit is spent; a permit may be long in coming,
    /// so the token is taken again after it.
    async fn once(
        &self,
        class: RequestClass,
        limit: usize,
        request: &mut impl FnMut() -> Option<RequestBuilder>,
    ) -> Result<Option<(Arc<AccessToken>, Received)>, SendError> {
        let Some(request) = request() else { return Ok(None) };
        self.tokens.token().await?;
        self.meter.permit(class).await;
        let token = self.tokens.token().await?;
        let request = request.timeout(REPLY_CEILING).header(AUTHORIZATION, bearer(&token)?);
        let asked = self.clock.now();
        let received = transport::exchange(request, limit).await?;
        if received.status == 429 {
            self.meter.refused(received.headers().retry_after());
        }
        self.tokens.observe(asked, self.clock.now(), &received.headers());
        Ok(Some((token, received)))
    }
}

fn unmade() -> SendError {
    NotSent::Build("there is nothing to send".to_owned()).into()
}

/// Marked sensitive, so that no layer below shows it.
fn bearer(token: &AccessToken) -> Result<HeaderValue, NotSent> {
    let mut value = HeaderValue::try_from(format!("Bearer {}", token.expose()))
        .map_err(|_| NotSent::Build("the token does not fit a header".to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}
