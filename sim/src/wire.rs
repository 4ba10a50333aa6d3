//! The network between the gateway and Redox: what leaves may be lost, what was taken may go unsaid.

use crate::peers::CURRENT;
use crate::redox::Redox;
use crate::world::World;
use bytes::Bytes;
use http::Method;
use oxgate_outbound::files::Upload;
use oxgate_outbound::transport::Transport;
use redox_client::fhir::{FhirAddress, FhirRequest};
use redox_client::{Answer, Lost, NotSent, SendError, TokenError};
use redox_emulator::directory::fixture;
use redox_emulator::exchange::Request;
use redox_wire::reply::{Reply, ReplyBody, ReplyHeaders, RequestKind, read};
use redox_wire::upload::UploadReply;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

/// The way to Redox of one life.
pub(crate) struct Wire {
    world: Arc<World>,
    redox: Arc<Redox>,
    death: CancellationToken,
    token: Mutex<Option<String>>,
}

impl Wire {
    pub(crate) fn new(world: &Arc<World>, redox: &Arc<Redox>, death: CancellationToken) -> Self {
        Self { world: Arc::clone(world), redox: Arc::clone(redox), death, token: Mutex::default() }
    }

    fn token(&self) -> Option<String> {
        let mut token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        if token.is_none() {
            let keys = json!({"apiKey": fixture::API_KEY, "secret": fixture::API_SECRET}).to_string();
            let (_, body) = self.redox.ask(&Request::new(Method::POST, "/auth/authenticate", keys))?;
            let body: Value = serde_json::from_slice(&body).ok()?;
            *token = body["accessToken"].as_str().map(str::to_owned);
        }
        token.clone()
    }

    /// One request on its way. Once it has left, it arrives or is lost whatever becomes of the gateway.
    async fn exchange(&self, body: Bytes) -> Result<Reply, SendError> {
        if self.death.is_cancelled() {
            std::future::pending::<()>().await;
        }
        let refused = || Err(NotSent::Connect("connection refused".to_owned()).into());
        if self.world.redox_is_down() && self.world.chance.thousandth(600) {
            return refused();
        }
        let Some(token) = self.token() else { return refused() };
        let (answer, answered) = oneshot::channel();
        let (world, redox) = (Arc::clone(&self.world), Arc::clone(&self.redox));
        let delivery = CURRENT.try_with(|id| *id).ok();
        let lost = world.scenario.redox_lost.unwrap_or(world.scenario.lost / 2);
        tokio::spawn(async move {
            tokio::time::sleep(world.chance.millis(1..200)).await;
            if world.strikes(lost) {
                return;
            }
            let answer = if world.strikes(lost) {
                // The connection breaks, and the request has got stuck on its way and arrives all the same.
                drop(answer);
                tokio::time::sleep(world.chance.millis(1_000..230_000)).await;
                oneshot::channel().0
            } else {
                answer
            };
            if world.redox_is_down() {
                let status = world.chance.one_of(&[502, 503, 504]);
                let _gone = answer.send((status, Bytes::new()));
                return;
            }
            let request = Request::new(Method::POST, "/endpoint", body)
                .with_header("authorization", &format!("Bearer {token}"))
                .with_header("content-type", "application/json");
            let Some((status, body)) = redox.ask(&request) else { return };
            if let Some(id) = delivery
                && status == 200
            {
                redox.took(id);
            }
            tokio::time::sleep(world.chance.millis(1..200)).await;
            if !world.strikes(lost) {
                let _gone = answer.send((status, body));
            }
        });
        let Ok((status, body)) = answered.await else {
            tokio::time::sleep(Duration::from_secs(5)).await;
            return Err(Lost::Broken("connection reset".to_owned()).into());
        };
        if status == 401 {
            *self.token.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        let headers = ReplyHeaders { content_type: Some("application/json; charset=utf-8"), ..ReplyHeaders::default() };
        Ok(read(RequestKind::Async, status, &headers, ReplyBody::Whole(&body)))
    }
}

impl Transport for Wire {
    async fn ready(&self) -> Result<(), TokenError> {
        tokio::time::sleep(self.world.chance.millis(0..20)).await;
        if self.world.redox_is_down() && self.world.chance.thousandth(500) || self.token().is_none() {
            return Err(NotSent::Connect("connection refused".to_owned()).into());
        }
        Ok(())
    }

    async fn send(&self, body: Bytes) -> Result<Reply, SendError> {
        self.exchange(body).await
    }

    async fn query(&self, _body: Bytes, _within: Duration) -> Result<Answer, SendError> {
        // Nobody asks here.
        Err(NotSent::Connect("no queries".to_owned()).into())
    }

    async fn upload(&self, _file: Upload) -> Result<UploadReply, SendError> {
        // No body here is large enough.
        Err(NotSent::Connect("no uploads".to_owned()).into())
    }

    async fn fhir(&self, _to: &FhirAddress, _request: FhirRequest, _within: Duration) -> Result<Answer, SendError> {
        // Nobody asks here.
        Err(NotSent::Connect("no FHIR".to_owned()).into())
    }
}
