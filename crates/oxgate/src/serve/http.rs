//! The accept loop: connections to requests, with limits on how many, how slow, and an orderly end.
//!
//! It stands on hyper-util instead of `axum::serve`, which arms no timer for a request's head: a client that sends one
//! byte a minute would hold its connection for ever.

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// The limits of a listener.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Connections at once; further ones wait in the kernel's queue.
    pub(crate) connections: usize,
    /// How long a client may take to send a request's head.
    pub(crate) head: Duration,
    /// How long a stop waits for requests under way.
    pub(crate) stop: Duration,
}

/// Where connections come from.
#[derive(Debug)]
pub(crate) enum Door {
    /// Anybody who reaches the port.
    Tcp(TcpListener),
    /// Processes of the same user on this machine.
    Unix(UnixListener),
}

/// Serves `router` until `stop`, then finishes what is under way.
pub(crate) async fn serve(door: Door, router: Router, limits: Limits, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    loop {
        let place = tokio::select! {
            place = places.clone().acquire_owned() => place.expect("the semaphore is never closed"),
            () = stop.cancelled() => break,
        };
        tokio::select! {
            () = stop.cancelled() => break,
            accepted = accept(&door) => match accepted {
                Ok(Stream::Tcp(stream)) => {
                    // Answers are small and waited for: nothing is gained by collecting them into full packets.
                    let _ = stream.set_nodelay(true);
                    connection(TokioIo::new(stream), router.clone(), limits, &graceful, place);
                }
                Ok(Stream::Unix(stream)) => connection(TokioIo::new(stream), router.clone(), limits, &graceful, place),
                Err(error) => {
                    // Out of file descriptors, most likely: what is open must end before more can begin.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
        }
    }
    drop(door);
    tokio::select! {
        () = graceful.shutdown() => {}
        () = tokio::time::sleep(limits.stop) => tracing::warn!("requests were cut off at the end of the stop's time"),
    }
}

enum Stream {
    Tcp(tokio::net::TcpStream),
    Unix(tokio::net::UnixStream),
}

async fn accept(door: &Door) -> std::io::Result<Stream> {
    match door {
        Door::Tcp(listener) => listener.accept().await.map(|(stream, _)| Stream::Tcp(stream)),
        Door::Unix(listener) => listener.accept().await.map(|(stream, _)| Stream::Unix(stream)),
    }
}

fn connection<I>(
    io: TokioIo<I>,
    router: Router,
    limits: Limits,
    graceful: &GracefulShutdown,
    place: tokio::sync::OwnedSemaphorePermit,
) where
    I: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(limits.head).keep_alive(true);
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(Some(Duration::from_secs(30)));
    let served = builder.serve_connection_with_upgrades(io, TowerToHyperService::new(router)).into_owned();
    let watched = graceful.watch(served);
    tokio::spawn(async move {
        // A client that goes away is everyday; its request's fate is logged where it is decided.
        let _ = watched.await;
        drop(place);
    });
}
