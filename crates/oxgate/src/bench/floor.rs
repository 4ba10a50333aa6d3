//! The floors: the gateway's own HTTP stack in front of a writer that stores the body and nothing else.
//!
//! *Overwrite* is the true limit of a disk: a file of zeros, written over in place, one `fdatasync` for everything that
//! queued up meanwhile. *Append* grows its file, so that every sync also writes the file's length. *No-op* answers at
//! once and shows what HTTP itself costs.

use crate::chance::monotonic;
use crate::exit::Failure;
use crate::serve::http::{Door, Limits, serve};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use std::fs::File;
use std::net::SocketAddr;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

/// Length of the file that is written over, bytes: long enough that no group meets the one before it.
const FILE: u64 = 64 * 1024 * 1024;

/// Bodies in one group at most, as the gateway's writer has it.
const GROUP: usize = oxgate_core::limits::GROUP_COMMANDS;

/// Syncs for the bare figure.
const BARE: usize = 200;

/// What is done with a body before the answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum FloorKind {
    /// Written over zeros, then synced.
    Overwrite,
    /// Added to a growing file, then synced.
    Append,
    /// Nothing.
    Noop,
}

/// A body, and who waits for it to be durable.
type Stored = (Bytes, oneshot::Sender<bool>);

/// A floor that serves.
pub(super) struct Floor {
    addr: SocketAddr,
    stop: CancellationToken,
    server: tokio::task::JoinHandle<()>,
    writer: Option<std::thread::JoinHandle<()>>,
}

impl Floor {
    /// Starts it on a free port with its file in `folder`.
    pub(super) async fn start(kind: FloorKind, folder: &Path) -> Result<Self, Failure> {
        let (writer, queue) = match kind {
            FloorKind::Noop => (None, None),
            FloorKind::Overwrite | FloorKind::Append => {
                let disk = Disk::open(kind, folder)?;
                let (send, receive) = mpsc::channel();
                let thread = std::thread::Builder::new().name("floor".to_owned()).spawn(move || disk.run(&receive))?;
                (Some(thread), Some(send))
            }
        };
        let router = Router::new().route("/redox/bench", post(store)).with_state(queue);
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let addr = listener.local_addr()?;
        let stop = CancellationToken::new();
        let limits = Limits { connections: 1_024, head: Duration::from_secs(10), stop: Duration::from_secs(5) };
        let server = tokio::spawn(serve(Door::Tcp(listener), router, limits, stop.clone()));
        Ok(Self { addr, stop, server, writer })
    }

    pub(super) const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Closes the door and ends the writer, which ends when nobody can send to it any more.
    pub(super) async fn stop(self) {
        self.stop.cancel();
        // Both can only fail by a panic, which has been reported where it happened.
        let _ = self.server.await;
        if let Some(writer) = self.writer {
            let _ = tokio::task::spawn_blocking(move || writer.join()).await;
        }
    }
}

async fn store(State(queue): State<Option<mpsc::Sender<Stored>>>, body: Bytes) -> StatusCode {
    let Some(queue) = queue else { return StatusCode::OK };
    let (reply, answer) = oneshot::channel();
    if queue.send((body, reply)).is_err() {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    match answer.await {
        Ok(true) => StatusCode::OK,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// The file and where the next body goes.
struct Disk {
    file: File,
    kind: FloorKind,
    at: u64,
}

impl Disk {
    fn open(kind: FloorKind, folder: &Path) -> std::io::Result<Self> {
        let file = File::create(folder.join(format!("{kind:?}.floor")))?;
        if kind == FloorKind::Overwrite {
            fill(&file, FILE)?;
        }
        Ok(Self { file, kind, at: 0 })
    }

    fn run(mut self, queue: &mpsc::Receiver<Stored>) {
        while let Ok(first) = queue.recv() {
            let mut group = vec![first];
            while group.len() < GROUP
                && let Ok(next) = queue.try_recv()
            {
                group.push(next);
            }
            let is_durable = self.write(&group).is_ok();
            for (_, waiting) in group {
                // A client that has gone away does not wait.
                let _ = waiting.send(is_durable);
            }
        }
    }

    fn write(&mut self, group: &[Stored]) -> std::io::Result<()> {
        let mut bytes = Vec::with_capacity(group.iter().map(|(body, _)| body.len()).sum());
        for (body, _) in group {
            bytes.extend_from_slice(body);
        }
        if self.kind == FloorKind::Overwrite && self.at + bytes.len() as u64 > FILE {
            self.at = 0;
        }
        self.file.write_all_at(&bytes, self.at)?;
        self.at += bytes.len() as u64;
        self.file.sync_data()
    }
}

/// Writes zeros: space that is only reserved would still be turned into written space at each sync.
fn fill(file: &File, length: u64) -> std::io::Result<()> {
    let zeros = vec![0; 1024 * 1024];
    for at in (0..length).step_by(zeros.len()) {
        file.write_all_at(&zeros, at)?;
    }
    file.sync_all()
}

/// Median time of one write over zeros with its sync, without any HTTP, microseconds.
pub(super) async fn bare_sync(folder: &Path, bytes: usize) -> Result<u32, Failure> {
    let path = folder.join("bare.floor");
    let measured = tokio::task::spawn_blocking(move || -> std::io::Result<u32> {
        let file = File::create(&path)?;
        fill(&file, 4 * 1024 * 1024)?;
        let body = vec![b'x'; bytes];
        let mut took = Vec::with_capacity(BARE);
        for number in 0..BARE {
            let began = monotonic();
            file.write_all_at(&body, (number * bytes % (2 * 1024 * 1024)) as u64)?;
            file.sync_data()?;
            took.push(u32::try_from((monotonic() - began).as_micros()).unwrap_or(u32::MAX));
        }
        took.sort_unstable();
        Ok(took[BARE / 2])
    });
    Ok(measured.await.map_err(|error| Failure::failed(format!("the sync could not be measured: {error}")))??)
}
