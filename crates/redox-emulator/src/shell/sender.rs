//! Sends what the core wants sent and tells it what came of it.

use super::Shared;
use crate::exchange::{Delivery, Outcome};
use bytes::{Bytes, BytesMut};
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// Most that is read of a destination's answer: enough for any reply to a query.
const ANSWER_BYTES_MAX: usize = 40 * 1024 * 1024;

/// The HTTP client for deliveries. It follows no redirects, as receivers must not answer with any. Unless strict, it
/// takes any certificate, so that a receiver under development can be reached.
pub(super) fn client(is_strict: bool) -> io::Result<reqwest::Client> {
    // Another part of the process may have chosen the same provider before.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .tls_danger_accept_invalid_certs(!is_strict)
        .build()
        .map_err(io::Error::other)
}

/// Carries out one delivery.
pub(super) async fn send(shared: Arc<Shared>, delivery: Delivery) {
    let id = delivery.id;
    let limit = Duration::try_from(delivery.timeout).unwrap_or(Duration::ZERO);
    let outcome = tokio::select! {
        () = shared.stop.cancelled() => return,
        outcome = tokio::time::timeout(limit, exchange(&shared.sender, delivery)) => outcome,
    };
    let outcome = outcome.unwrap_or(Outcome::TimedOut);
    shared.turn(|emulator, now, rng| emulator.delivered(id, outcome, now, rng));
}

async fn exchange(client: &reqwest::Client, delivery: Delivery) -> Outcome {
    let Delivery { method, url, headers, body, .. } = delivery;
    let answer = match client.request(method, url).headers(headers).body(body).send().await {
        Ok(answer) => answer,
        Err(error) => {
            tracing::debug!(target: "redox_emulator", error = %error.without_url(), "delivery found no answer");
            return Outcome::Refused;
        }
    };
    let status = answer.status().as_u16();
    match read(answer).await {
        Some(body) => Outcome::Answered { status, body },
        None => Outcome::Refused,
    }
}

/// The body up to the limit; `None` when the connection broke.
async fn read(mut answer: reqwest::Response) -> Option<Bytes> {
    let mut body = BytesMut::new();
    while let Some(chunk) = answer.chunk().await.ok()? {
        let room = ANSWER_BYTES_MAX - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if body.len() == ANSWER_BYTES_MAX {
            break;
        }
    }
    Some(body.freeze())
}
