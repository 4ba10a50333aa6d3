//! A cable that can be cut: forwards connections, and breaks all of them at once when it is told to.

use anyhow::{Context, Result};
use std::net::SocketAddr;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Connections from here to there.
pub(super) struct Cable {
    addr: SocketAddr,
    cuts: watch::Sender<u64>,
}

impl Cable {
    /// Listens on a port of its own and forwards to `peer`.
    pub(super) async fn to(peer: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("a port for a cable")?;
        let addr = listener.local_addr().context("the cable's port")?;
        let cuts = watch::Sender::new(0);
        let cut = cuts.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(forward(near, peer, cut.subscribe()));
            }
        });
        Ok(Self { addr, cuts })
    }

    pub(super) const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Breaks every connection, in the middle of whatever passes.
    pub(super) fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }
}

async fn forward(mut near: TcpStream, peer: SocketAddr, mut cut: watch::Receiver<u64>) {
    // Nobody there: dropping the near side says so.
    let Ok(mut far) = TcpStream::connect(peer).await else { return };
    tokio::select! {
        // However it ends, both sides see it.
        _ended = copy_bidirectional(&mut near, &mut far) => {}
        _cut = cut.changed() => {}
    }
}
