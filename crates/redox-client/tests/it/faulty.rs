//! A peer below HTTP, for what a well-behaved server cannot do: break connections at a chosen moment.

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// What becomes of one connection.
pub(crate) enum Fate {
    /// Reset once bytes of a request have arrived, without reading any.
    ResetUnread,
    /// Reset after the whole request was read.
    ResetAfterReading,
    /// Closed in good order after the whole request was read, without an answer.
    CloseAfterReading,
    /// These bytes for an answer, then closed.
    Answer(&'static str),
    /// Read, and then nothing until the peer is dropped.
    Silence,
}

pub(crate) struct Faulty {
    pub(crate) url: String,
    accepted: Arc<Semaphore>,
    server: tokio::task::JoinHandle<()>,
}

impl Faulty {
    /// Each connection gets the next fate.
    pub(crate) async fn start(fates: Vec<Fate>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("is bound"));
        let accepted = Arc::new(Semaphore::new(0));
        let count = Arc::clone(&accepted);
        let server = tokio::spawn(async move {
            let mut open = Vec::new();
            for fate in fates {
                let (stream, _) = listener.accept().await.expect("accepts");
                count.add_permits(1);
                open.extend(suffer(stream, fate).await);
            }
            std::future::pending::<()>().await;
        });
        Self { url, accepted, server }
    }

    /// Number of connections so far.
    pub(crate) fn connections(&self) -> usize {
        self.accepted.available_permits()
    }
}

impl Drop for Faulty {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Returns the stream if it stays open.
async fn suffer(mut stream: TcpStream, fate: Fate) -> Option<TcpStream> {
    stream.readable().await.expect("something comes");
    if !matches!(fate, Fate::ResetUnread) {
        read_request(&mut stream).await;
    }
    match fate {
        Fate::ResetUnread | Fate::ResetAfterReading => stream.set_zero_linger().expect("is a TCP stream"),
        Fate::CloseAfterReading => {}
        Fate::Answer(bytes) => stream.write_all(bytes.as_bytes()).await.expect("is written"),
        Fate::Silence => return Some(stream),
    }
    None
}

/// Reads a head, and the body that its `content-length` announces.
async fn read_request(stream: &mut TcpStream) {
    let mut request = Vec::new();
    loop {
        assert_ne!(stream.read_buf(&mut request).await.expect("is read"), 0, "the client went away");
        let text = String::from_utf8_lossy(&request).to_ascii_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |n| n.parse().expect("is a number"));
        if body.len() >= length {
            return;
        }
    }
}
