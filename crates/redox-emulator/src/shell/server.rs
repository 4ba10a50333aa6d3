//! Accepts connections and answers requests from the core; a hang-up closes the connection without a byte.

use super::Shared;
use super::body::Sent;
use crate::exchange::{Reply, Request};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};

/// Most connections at once; further ones wait in the backlog.
const CONNECTIONS_MAX: usize = 2048;

/// Pause after a failed accept: without file descriptors the next try fails too until some are given back.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// Why a request gets no answer; hyper then closes its connection.
#[derive(Debug, thiserror::Error)]
enum NoAnswer {
    #[error("hanging up, as a fault rule wants it")]
    Hangup,
    #[error("reading the request: {0}")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Accepts until the emulator stops.
pub(super) async fn run(listener: TcpListener, shared: Arc<Shared>, body_bytes_max: usize) {
    let room = Arc::new(tokio::sync::Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok(permit) = Arc::clone(&room).acquire_owned().await else { return };
        let accepted = tokio::select! {
            () = shared.stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, peer)) = accepted else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let connection = serve(stream, peer, Arc::clone(&shared), body_bytes_max);
        shared.tasks.spawn(async move {
            connection.await;
            drop(permit);
        });
    }
}

async fn serve(stream: TcpStream, peer: SocketAddr, shared: Arc<Shared>, body_bytes_max: usize) {
    let _ = stream.set_nodelay(true);
    let stop = shared.stop.clone();
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { respond(request, peer.ip(), &shared, body_bytes_max).await }
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new());
    builder.http2().timer(TokioTimer::new());
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        () = stop.cancelled() => {}
        ended = connection => if let Err(error) = ended {
            tracing::trace!(target: "redox_emulator", error, "connection ended early");
        },
    }
}

async fn respond(
    request: hyper::Request<Incoming>,
    peer: IpAddr,
    shared: &Arc<Shared>,
    body_bytes_max: usize,
) -> Result<hyper::Response<Sent>, NoAnswer> {
    let (parts, body) = request.into_parts();
    let (body, is_oversized) = match Limited::new(body, body_bytes_max).collect().await {
        Ok(body) => (body.to_bytes(), false),
        Err(error) if error.is::<LengthLimitError>() => (Bytes::new(), true),
        Err(error) => return Err(NoAnswer::Broken(error)),
    };
    let request = Request {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().map(str::to_owned),
        headers: parts.headers,
        body,
        is_oversized,
        peer: Some(peer),
    };
    match shared.answer(&request).await {
        Reply::Hangup => Err(NoAnswer::Hangup),
        Reply::Answer(mut answer) => {
            let headers = std::mem::take(&mut answer.headers);
            let status = answer.status;
            let mut response = hyper::Response::new(Sent::new(answer));
            *response.status_mut() = status;
            *response.headers_mut() = headers;
            Ok(response)
        }
    }
}
