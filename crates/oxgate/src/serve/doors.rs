//! Listeners: handed over by the service manager, or opened here.
//!
//! A socket that the service manager holds stays open while the gateway restarts, so a restart fails no delivery: Redox's
//! connection waits in the kernel's queue until the new process accepts it.

use crate::config::Loaded;
use crate::exit::Failure;
use std::os::unix::fs::PermissionsExt;
use tokio::net::{TcpListener, UnixListener};

/// The doors to serve, and where the first one is.
#[derive(Debug)]
pub(crate) struct Doors {
    /// Doors for Redox and the API.
    pub(crate) open: Vec<TcpListener>,
    /// The door for local commands.
    pub(crate) local: UnixListener,
}

/// Takes the sockets of the service manager (`LISTEN_FDS`), or opens the configured one; and opens the local socket.
pub(crate) async fn open(loaded: &Loaded) -> Result<Doors, Failure> {
    let mut handed = listenfd::ListenFd::from_env();
    let mut open = Vec::new();
    for index in 0..handed.len() {
        let listener = handed.take_tcp_listener(index).map_err(|error| {
            Failure::failed(format!("socket {index} from the service manager is no TCP listener: {error}"))
        })?;
        let Some(listener) = listener else { continue };
        listener.set_nonblocking(true)?;
        open.push(TcpListener::from_std(listener)?);
    }
    if open.is_empty() {
        let address = loaded.config.server.listen;
        let listener = TcpListener::bind(address).await.map_err(|error| {
            Failure::failed(format!("cannot listen on {address}: {error}; set `listen` in [server] or use --listen"))
        })?;
        open.push(listener);
    }
    Ok(Doors { open, local: local(loaded)? })
}

/// The store's lock is held by now, so a socket file that is there was left by a process that is gone.
fn local(loaded: &Loaded) -> Result<UnixListener, Failure> {
    let path = loaded.socket();
    let cannot =
        |error: std::io::Error| Failure::failed(format!("cannot open the local socket {}: {error}", path.display()));
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(cannot(error)),
        _ => {}
    }
    let listener = UnixListener::bind(&path).map_err(cannot)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).map_err(cannot)?;
    Ok(listener)
}
