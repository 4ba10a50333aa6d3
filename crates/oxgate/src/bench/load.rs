//! The load: connections that are kept open, each posting its next message when the last one was answered.

use super::bodies::Bodies;
use crate::chance::monotonic;
use crate::exit::Failure;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// What one subject did in its turn.
#[derive(Clone, Debug)]
pub(super) struct Run {
    /// From the first request to the last answer.
    pub(super) span: Duration,
    /// How long each answer took, microseconds, sorted.
    pub(super) took_us: Vec<u32>,
}

impl Run {
    /// Answers per second.
    #[expect(clippy::cast_precision_loss, reason = "fewer answers than a double counts exactly")]
    pub(super) fn rate(&self) -> f64 {
        self.took_us.len() as f64 / self.span.as_secs_f64()
    }
}

/// Posts for `span` over so many connections; an answer that is no `200` ends it.
pub(super) async fn run(
    addr: SocketAddr,
    connections: usize,
    span: Duration,
    bodies: &Arc<Bodies>,
) -> Result<Run, Failure> {
    let mut senders = Vec::with_capacity(connections);
    for _ in 0..connections {
        senders.push(connect(addr).await?);
    }
    let began = monotonic();
    let mut tasks = JoinSet::new();
    for sender in senders {
        tasks.spawn(post_until(sender, addr, began + span, bodies.clone()));
    }
    let mut took_us = Vec::new();
    while let Some(joined) = tasks.join_next().await {
        let took = joined.map_err(|error| Failure::failed(format!("a connection ended early: {error}")))?;
        took_us.extend(took?);
    }
    let span = monotonic() - began;
    took_us.sort_unstable();
    Ok(Run { span, took_us })
}

async fn connect(addr: SocketAddr) -> Result<SendRequest<Full<Bytes>>, Failure> {
    let stream = TcpStream::connect(addr).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(broken)?;
    tokio::spawn(connection);
    Ok(sender)
}

async fn post_until(
    mut sender: SendRequest<Full<Bytes>>,
    addr: SocketAddr,
    end: Instant,
    bodies: Arc<Bodies>,
) -> Result<Vec<u32>, Failure> {
    let host = addr.to_string();
    let mut took_us = Vec::new();
    loop {
        let request = http::Request::post("/redox/bench")
            .header("host", &host)
            .header("content-type", "application/json")
            .header("verification-token", super::gateway::TOKEN)
            .body(Full::new(bodies.next()))
            .map_err(Failure::failed)?;
        let began = monotonic();
        if began >= end {
            return Ok(took_us);
        }
        let answer = sender.send_request(request).await.map_err(broken)?;
        let status = answer.status();
        answer.into_body().collect().await.map_err(broken)?;
        if status != http::StatusCode::OK {
            return Err(Failure::failed(format!("message {} was answered {status}", took_us.len() + 1)));
        }
        took_us.push(u32::try_from((monotonic() - began).as_micros()).unwrap_or(u32::MAX));
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn broken(error: hyper::Error) -> Failure {
    Failure::failed(format!("a connection of the load broke: {error}"))
}
