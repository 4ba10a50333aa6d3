//! The door: `GET` and `POST /redox/{endpoint}`, from the first byte of a request to the last of its answer.

/// Reading bodies under a limit each and a budget for all together.
pub(crate) mod body;

use crate::classify::{Class, classify};
use crate::counts::Counter;
use crate::inbound::Inbound;
use crate::turned_away::{TurnedAway, Why};
use crate::verify::{Knock, Received, Unverified, Verified, verify, verify_get};
use crate::{accept, respond};
use axum::Router;
use axum::extract::{Path, RawQuery, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use body::BodyError;
use futures_util::FutureExt;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use redox_wire::challenge;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tower_http::decompression::RequestDecompressionLayer;

/// The routes for Redox. Request bodies may be gzip; the endpoint's limit applies to what they unpack to.
///
/// A challenge is answered at any time and without side effects, whatever the store is doing.
pub fn router(inbound: Arc<Inbound>) -> Router {
    Router::new()
        .route("/redox/{endpoint}", get(challenge_by_get).post(post))
        .layer(RequestDecompressionLayer::new())
        .with_state(inbound)
}

const UNKNOWN_ENDPOINT: TurnedAway =
    TurnedAway::new(Why::NoSuchEndpoint, "the configuration has no endpoint of this name");
const PANICKED: TurnedAway = TurnedAway::for_now(Why::NotNow, "a part of the gateway failed at this request", 5);

async fn challenge_by_get(
    State(inbound): State<Arc<Inbound>>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let counts = inbound.counts();
    let plan = inbound.plan();
    let Some(endpoint) = plan.endpoint(&name) else {
        counts.unknown_endpoint.add_one();
        return UNKNOWN_ENDPOINT.into_response();
    };
    counts.requests.add_one();
    match verify_get(endpoint, query.as_deref().unwrap_or_default(), &headers) {
        Ok(answer) => echo(&inbound, answer),
        Err(error) => turn_away(&inbound, &endpoint.name, error),
    }
}

async fn post(State(inbound): State<Arc<Inbound>>, Path(name): Path<String>, request: Request) -> Response {
    // Nothing is acknowledged by a request that panicked, so nothing is lost: Redox sends it again.
    AssertUnwindSafe(admit(&inbound, &name, request)).catch_unwind().await.unwrap_or_else(|_| {
        inbound.counts().panics.add_one();
        tracing::error!(endpoint.name = known(&inbound, &name), "a request panicked and was answered 503");
        PANICKED.into_response()
    })
}

/// The configured name, never what a stranger wrote into the path.
fn known(inbound: &Inbound, name: &str) -> String {
    inbound.plan().endpoint(name).map(|endpoint| endpoint.name.clone()).unwrap_or_default()
}

async fn admit(inbound: &Arc<Inbound>, name: &str, request: Request) -> Response {
    let at = inbound.parts.clock.now();
    let plan = inbound.plan();
    let Some(endpoint) = plan.endpoint(name).cloned() else {
        inbound.counts().unknown_endpoint.add_one();
        return UNKNOWN_ENDPOINT.into_response();
    };
    inbound.counts().requests.add_one();
    let (head, body) = request.into_parts();
    let received = Received { endpoint: Arc::clone(&endpoint), at, headers: head.headers, body };
    let verified = match verify(received, &inbound.parts.budget).await {
        Ok(Knock::Delivery(verified)) => {
            inbound.watch.heard(&endpoint.name, at);
            Arc::new(verified)
        }
        Ok(Knock::Challenge(answer)) => return echo(inbound, answer),
        Err(error) => return turn_away(inbound, &endpoint.name, error),
    };
    match classify(inbound, &plan, &verified).await {
        Ok(Class::Synchronous(question)) => respond::respond(inbound, &plan, &verified, &question).await,
        Ok(Class::Asynchronous(prepared)) => asynchronous(inbound, &verified, *prepared).await,
        Err(away) => away.into_response(),
    }
}

async fn asynchronous(inbound: &Inbound, verified: &Verified, prepared: accept::Prepared) -> Response {
    match accept::accept(inbound, verified, prepared).await {
        Ok(acknowledged) => acknowledged.into_response(),
        Err(away) => away.into_response(),
    }
}

fn echo(inbound: &Inbound, answer: String) -> Response {
    inbound.counts().challenges.add_one();
    ([(CONTENT_TYPE, challenge::ANSWER_CONTENT_TYPE)], answer).into_response()
}

fn turn_away(inbound: &Inbound, endpoint: &str, error: Unverified) -> Response {
    let counts = inbound.counts();
    let (counter, away): (Option<&Counter>, TurnedAway) = match error {
        Unverified::Unauthorized => {
            tracing::warn!(endpoint.name = endpoint, "verification token missing or wrong");
            let detail = "send the endpoint's token as `verification-token` or as `Authorization: Bearer`";
            (Some(&counts.unauthorized), TurnedAway::new(Why::Token, detail))
        }
        Unverified::NotAChallenge => {
            (None, TurnedAway::new(Why::NotAChallenge, "a GET here is an endpoint verification and needs `challenge`"))
        }
        Unverified::Body(BodyError::TooLarge) => {
            tracing::warn!(endpoint.name = endpoint, "body over the endpoint's limit");
            let detail = "the body is larger than this endpoint takes";
            (Some(&counts.too_large), TurnedAway::new(Why::TooLarge, detail))
        }
        Unverified::Body(BodyError::OverBudget) => {
            (Some(&counts.over_budget), TurnedAway::for_now(Why::NotNow, "too many bodies are in flight", 1))
        }
        Unverified::Body(BodyError::Slow) => {
            (Some(&counts.broken_bodies), TurnedAway::new(Why::SlowBody, "the body did not arrive in time"))
        }
        Unverified::Body(BodyError::Broken) => {
            let detail = "the body broke off or could not be decompressed";
            (Some(&counts.broken_bodies), TurnedAway::new(Why::BrokenBody, detail))
        }
    };
    if let Some(counter) = counter {
        counter.add_one();
    }
    away.into_response()
}
