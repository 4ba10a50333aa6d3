//! Sockets: opened before a configuration is taken, so that it is refused as a whole where one cannot be; then served until
//! they are replaced or everything stops.

use super::Listener;
use super::session::Session;
use crate::inbound::Inbound;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A pause after a connection could not be accepted: what is open must end before more can begin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How long a TLS handshake may take.
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);

/// An address that cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("listener `{name}` cannot listen on {address}")]
pub struct BindError {
    /// The listener.
    pub name: String,
    /// The address as configured.
    pub address: SocketAddr,
    /// What the system said.
    #[source]
    pub source: std::io::Error,
}

/// Sockets that are open and not served yet.
#[derive(Debug)]
pub struct Bound {
    wanted: Vec<Listener>,
    fresh: Vec<(String, TcpListener)>,
}

/// The open listeners.
pub struct Doors {
    inbound: Arc<Inbound>,
    open: Mutex<HashMap<String, Open>>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

/// One of them.
struct Open {
    /// As configured; the port may be 0.
    configured: SocketAddr,
    local: SocketAddr,
    connections_max: usize,
    stop: CancellationToken,
}

impl std::fmt::Debug for Doors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Doors").field("open", &self.addresses()).finish_non_exhaustive()
    }
}

impl Doors {
    /// None open yet.
    pub fn new(inbound: Arc<Inbound>) -> Self {
        Self { inbound, open: Mutex::default(), tasks: TaskTracker::new(), stop: CancellationToken::new() }
    }

    /// Opens the sockets that these listeners need and that are not open yet.
    ///
    /// # Errors
    /// One cannot be opened; the others are closed again, and what is in force stays.
    pub async fn bind(&self, wanted: &[Listener]) -> Result<Bound, BindError> {
        let missing: Vec<Listener> = {
            let open = self.lock();
            wanted
                .iter()
                .filter(|listener| !open.get(&listener.name).is_some_and(|open| open.serves(listener)))
                .cloned()
                .collect()
        };
        let mut fresh = Vec::new();
        for Listener { name, address, .. } in missing {
            let socket = TcpListener::bind(address).await;
            let socket = socket.map_err(|source| BindError { name: name.clone(), address, source })?;
            fresh.push((name, socket));
        }
        Ok(Bound { wanted: wanted.to_vec(), fresh })
    }

    /// Closes the doors that are wanted no more and serves the new ones. The plan with their settings must be in force.
    ///
    /// # Errors
    /// A new socket does not say its address.
    pub fn serve(&self, bound: Bound) -> std::io::Result<()> {
        let mut open = self.lock();
        open.retain(|name, open| {
            let stays = bound.wanted.iter().any(|listener| listener.name == *name && open.serves(listener));
            if !stays {
                open.stop.cancel();
            }
            stays
        });
        for (name, socket) in bound.fresh {
            let Some(listener) = bound.wanted.iter().find(|listener| listener.name == name) else { continue };
            let (local, stop) = (socket.local_addr()?, self.stop.child_token());
            tracing::info!(endpoint.name = name, address = %local, tls = listener.tls.is_some(), "listening for HL7 v2");
            let (configured, connections_max) = (listener.address, listener.connections_max);
            let door = Door {
                inbound: Arc::clone(&self.inbound),
                name: name.clone(),
                places: Arc::new(Semaphore::new(connections_max)),
                tasks: self.tasks.clone(),
                stop: stop.clone(),
            };
            self.tasks.spawn(door.accept(socket));
            open.insert(name, Open { configured, local, connections_max, stop });
        }
        Ok(())
    }

    /// Where each listens, by name.
    pub fn addresses(&self) -> Vec<(String, SocketAddr)> {
        let mut all: Vec<_> = self.lock().iter().map(|(name, open)| (name.clone(), open.local)).collect();
        all.sort();
        all
    }

    /// Closes all doors. Messages under way are answered, if they are whole in time.
    pub async fn close(&self, within: Duration) {
        self.stop.cancel();
        self.tasks.close();
        if tokio::time::timeout(within, self.tasks.wait()).await.is_err() {
            tracing::warn!("HL7 connections were cut off at the end of the stop's time");
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    /// Whether this socket can go on serving the listener; other settings are looked up when a message arrives.
    fn serves(&self, listener: &Listener) -> bool {
        self.configured == listener.address && self.connections_max == listener.connections_max
    }
}

/// The accept loop of one listener.
struct Door {
    inbound: Arc<Inbound>,
    name: String,
    places: Arc<Semaphore>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Door {
    async fn accept(self, socket: TcpListener) {
        loop {
            let place = tokio::select! {
                place = self.places.clone().acquire_owned() => place.expect("the semaphore is never closed"),
                () = self.stop.cancelled() => return,
            };
            let accepted = tokio::select! {
                accepted = socket.accept() => accepted,
                () = self.stop.cancelled() => return,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(endpoint.name = self.name, %error, "an HL7 connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            let Some(listener) = self.inbound.plan().listener(&self.name) else { return };
            self.inbound.counts().hl7_connections.add_one();
            let session = Session { inbound: Arc::clone(&self.inbound), door: self.name.clone(), peer };
            let stop = self.stop.clone();
            // Answers are small and waited for: nothing is gained by collecting them into full packets.
            let _ = stream.set_nodelay(true);
            self.tasks.spawn(async move {
                Box::pin(talk(session, listener, stream, stop)).await;
                drop(place);
            });
        }
    }
}

async fn talk(session: Session, listener: Arc<Listener>, stream: TcpStream, stop: CancellationToken) {
    let Some(tls) = listener.tls.clone() else { return run(session, stream, stop).await };
    match tokio::time::timeout(HANDSHAKE_MAX, TlsAcceptor::from(tls).accept(stream)).await {
        Ok(Ok(stream)) => run(session, stream, stop).await,
        Ok(Err(error)) => {
            session.inbound.counts().hl7_faults.add_one();
            tracing::warn!(endpoint.name = session.door, peer = %session.peer, %error, "TLS was not agreed on");
        }
        Err(_) => tracing::warn!(endpoint.name = session.door, peer = %session.peer, "the TLS handshake took too long"),
    }
}

async fn run<S: AsyncRead + AsyncWrite>(session: Session, stream: S, stop: CancellationToken) {
    session.run(stream, stop).await;
}
