//! Synchronous requests, answered on the same call: no lane, no durability, and no need of a store that works.
//!
//! Redox allows 120 s from the asker's first byte, so ours is a smaller budget counted from the arrival. What is answered
//! is always a body: either the responder's, or `Meta.Errors` that say what went wrong (Redox docs, "Responding to
//! queries"). The exchange is recorded afterwards, without content; that it could not be is only counted.

/// Recording afterwards that an exchange took place.
mod record;

use crate::classify::Question;
use crate::counts::{Counter, Counts};
use crate::handle::PeerError;
use crate::handle::peer::{Message, Peer, PeerSettings};
use crate::inbound::Inbound;
use crate::plan::{Ready, RouteKind};
use crate::receive::body::{self, BODY_READ_MAX};
use crate::verify::Verified;
use axum::body::{Body, Bytes};
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use oxgate_core::lane::{LaneBy, LaneScope};
use oxgate_core::limits::BODY_BYTES_MAX;
use oxgate_core::order::OrderBy;
use oxgate_core::{Address, Delivery, OrderKeys, Reason, State, Timestamp};
use oxgate_dispatch::{BytesBudget, UNROUTED};
use oxgate_store::command::NewDelivery;
use serde::de::IgnoredAny;
use std::sync::Arc;

const DEADLINE: HeaderName = HeaderName::from_static("oxgate-deadline");
const ENDPOINT: HeaderName = HeaderName::from_static("oxgate-endpoint");

/// The part of an application that answers synchronous requests: it is posted the request, signed like a webhook, and
/// its 2xx answer goes back to Redox unchanged. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Responder {
    peer: Arc<Peer>,
}

impl Responder {
    /// A responder at the settings' URL.
    ///
    /// # Errors
    /// [`PeerError`] names the setting that cannot be used.
    pub fn new(settings: &PeerSettings) -> Result<Self, PeerError> {
        Ok(Self { peer: Arc::new(Peer::new(settings)?) })
    }

    /// Asks, and reads the whole answer.
    async fn ask(&self, message: Message<'_>, budget: &BytesBudget) -> Result<Bytes, Reason> {
        let response = self.peer.post(message).await.map_err(|error| crate::handle::reason_of(&error))?;
        let status = response.status();
        if !status.is_success() {
            return Err(Reason::status(status.as_u16()));
        }
        let answer = body::read(Body::new(reqwest::Body::from(response)), BODY_BYTES_MAX, BODY_READ_MAX, budget).await;
        let answer = answer.map_err(|_| Reason::RESET)?.bytes;
        // An empty answer, or one that is no JSON, would reach the asker as a success that says nothing.
        match serde_json::from_slice::<IgnoredAny>(&answer) {
            Ok(_) => Ok(answer),
            Err(_) => Err(Reason::UNREADABLE_REPLY),
        }
    }
}

/// How an exchange ended.
enum Ended {
    Answered(Bytes),
    NoResponder,
    Failed(Reason),
    Late,
}

/// Answers a synchronous request.
pub(crate) async fn respond(
    inbound: &Arc<Inbound>,
    plan: &Ready,
    verified: &Verified,
    question: &Question,
) -> Response {
    let responder = responder(plan, verified.door().name(), &question.reading.address);
    let ended = match responder {
        Some((_, responder)) => ask(inbound, verified, question, responder).await,
        None => Ended::NoResponder,
    };
    ended.counter(inbound.counts()).add_one();
    tracing::debug!(endpoint.name = verified.door().name(), query.outcome = ended.reason().as_str(), "query handled");
    let target = responder.map_or(UNROUTED, |(target, _)| target);
    record::record(inbound, plan, verified, question, ended.row(target, verified));
    ended.into_response(question)
}

fn responder<'a>(plan: &'a Ready, endpoint: &str, address: &Address) -> Option<(&'a str, &'a Responder)> {
    plan.routes.iter().find_map(|route| match &route.kind {
        RouteKind::Responder(responder) if route.filter.takes(endpoint, address) => {
            Some((route.target.as_str(), responder))
        }
        _ => None,
    })
}

async fn ask(inbound: &Inbound, verified: &Verified, question: &Question, responder: &Responder) -> Ended {
    let now = inbound.parts.clock.now();
    let deadline = verified.at().plus(inbound.parts.sync_budget);
    let id = format!("qry_{:016x}", inbound.parts.entropy.number());
    let message = Message {
        id: &id,
        at: now,
        content_type: verified.content_type(),
        headers: headers(verified, question, deadline),
        body: verified.body().clone(),
    };
    let answer = responder.ask(message, &inbound.parts.budget);
    match tokio::time::timeout(deadline.since(now), answer).await {
        Ok(Ok(answer)) => Ended::Answered(answer),
        Ok(Err(reason)) if reason == Reason::TIMEOUT => Ended::Late,
        Ok(Err(reason)) => Ended::Failed(reason),
        Err(_) => Ended::Late,
    }
}

fn headers(verified: &Verified, question: &Question, deadline: Timestamp) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let endpoint = HeaderValue::from_str(verified.door().name());
    let deadline = HeaderValue::from_str(&deadline.to_string());
    headers.insert(ENDPOINT, endpoint.expect("endpoint names are letters, digits, `-` and `_`"));
    headers.insert(DEADLINE, deadline.expect("an instant is visible ASCII"));
    if question.reading.address.test {
        headers.insert(HeaderName::from_static("oxgate-test"), HeaderValue::from_static("true"));
    }
    headers
}

impl Ended {
    fn counter<'a>(&self, counts: &'a Counts) -> &'a Counter {
        match self {
            Self::Answered(_) => &counts.queries_answered,
            Self::NoResponder => &counts.queries_without_responder,
            Self::Failed(_) => &counts.queries_failed,
            Self::Late => &counts.queries_late,
        }
    }

    fn reason(&self) -> Reason {
        match self {
            Self::Answered(_) => Reason::NONE,
            Self::NoResponder => Reason::UNROUTED,
            Self::Failed(reason) => reason.clone(),
            Self::Late => Reason::TIMEOUT,
        }
    }

    /// How the exchange stands in the store. A synchronous request ends with its call: nothing is left to try again.
    fn row(&self, target: &str, verified: &Verified) -> NewDelivery {
        let state = if matches!(self, Self::Answered(_)) { State::Settled } else { State::Expired };
        NewDelivery {
            target: target.to_owned(),
            scope: LaneScope::of(&[LaneBy::Endpoint], OrderBy::None, verified.door().name(), &Address::default()),
            keys: OrderKeys::Free,
            delivery: Delivery { state, reason: self.reason(), attempts: 1, ..Delivery::queued(verified.at(), None) },
        }
    }

    fn into_response(self, question: &Question) -> Response {
        let (status, text, kind) = match self {
            Self::Answered(answer) => return ([(CONTENT_TYPE, "application/json")], answer).into_response(),
            Self::NoResponder => {
                (StatusCode::NOT_IMPLEMENTED, "no application answers this query here".to_owned(), "query")
            }
            Self::Failed(reason) => {
                (StatusCode::BAD_GATEWAY, format!("the application failed to answer ({reason})"), "transmission")
            }
            Self::Late => {
                (StatusCode::GATEWAY_TIMEOUT, "the application did not answer in time".to_owned(), "transmission")
            }
        };
        let info = question.info;
        let body = serde_json::json!({"Meta": {
            "DataModel": info.data_model,
            "EventType": info.pair.unwrap_or(info.event_type),
            "Errors": [{"Text": text, "Type": kind, "Module": "Send"}],
        }});
        (status, axum::Json(body)).into_response()
    }
}
