//! The other side: one connection to a receiver, one message at a time, answers told apart by the control id they name.

use super::stream::{Frames, Heard, Pace};
use crate::handle::guard::is_refused;
use bytes::Bytes;
use hl7v2::ack::{self, AckCode, AckMode, Match};
use hl7v2::mllp::{self, Config};
use hl7v2::{Message, Options, ParseError};
use oxgate_dispatch::BytesBudget;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_util::sync::CancellationToken;

/// The longest acknowledgement.
const ACK_BYTES_MAX: usize = 1024 * 1024;

/// How long a connection may take to be made, handshake included.
const CONNECT_MAX: Duration = Duration::from_secs(10);

/// A receiver's address.
#[derive(Clone, Debug)]
pub struct Target {
    /// Name or address.
    pub host: String,
    /// The port; 2575 is the registered one.
    pub port: u16,
    /// TLS, if it speaks it.
    pub tls: Option<Arc<ClientConfig>>,
}

/// Why a message has no acknowledgement.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The name leads nowhere.
    #[error("the name `{host}` cannot be resolved")]
    Name {
        /// The name.
        host: String,
        /// What the system said.
        source: io::Error,
    },
    /// A link-local address: there are the metadata services of clouds, and with them the machine's credentials.
    #[error("the name `{host}` leads to a link-local address, which is always refused")]
    Address {
        /// The name.
        host: String,
    },
    /// No connection.
    #[error("{host}:{port} cannot be reached")]
    Connect {
        /// The name.
        host: String,
        /// The port.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// No TLS.
    #[error("TLS was not agreed on")]
    Tls(#[source] io::Error),
    /// The connection broke before an answer was whole.
    #[error("the connection broke before the answer")]
    Broken(#[source] io::Error),
    /// The receiver ended the stream before an answer was whole.
    #[error("the receiver ended the connection without an answer")]
    Ended,
    /// Nobody answered in time. The connection must not be used again: a late answer would pass for the next one's.
    #[error("no answer came within {} s", within.as_secs())]
    Late {
        /// How long was waited.
        within: Duration,
    },
    /// The answer does not say whether the message was taken.
    #[error("the answer holds no verdict (MSA-1)")]
    NoVerdict,
    /// The message cannot be sent in a frame.
    #[error("the message cannot be framed: {0}")]
    Frame(#[from] mllp::FrameError),
    /// The message has no header to be answered by.
    #[error("the message cannot be read: {0}")]
    Unreadable(#[from] ParseError),
}

/// What a receiver said.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    /// The verdict; `None` where the message wants no answer.
    pub code: Option<AckCode>,
    /// The acknowledgement as it came; empty where there was none.
    pub bytes: Bytes,
}

/// Shows no text of the peer's: it may quote the message.
impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reply").field("code", &self.code).field("bytes", &self.bytes.len()).finish()
    }
}

trait Stream: AsyncRead + AsyncWrite + Send {}
impl<S: AsyncRead + AsyncWrite + Send> Stream for S {}
type Both = Pin<Box<dyn Stream>>;

/// A connection to a receiver.
pub struct Connection {
    frames: Frames<ReadHalf<Both>>,
    write: WriteHalf<Both>,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("frames", &self.frames).finish_non_exhaustive()
    }
}

impl Target {
    /// Connects.
    pub async fn connect(&self) -> Result<Connection, SendError> {
        let Self { host, port, .. } = self;
        let failed = |source| SendError::Connect { host: host.clone(), port: *port, source };
        let made = tokio::time::timeout(CONNECT_MAX, self.dial()).await;
        let stream = made.unwrap_or_else(|_| Err(failed(io::ErrorKind::TimedOut.into())))?;
        let (read, write) = tokio::io::split(stream);
        let pace = Pace { idle: Duration::MAX, frame: Duration::MAX };
        let config = Config::default().with_frame_max(ACK_BYTES_MAX).with_unstarted();
        let frames = Frames::new(read, config, pace, &BytesBudget::new(usize::MAX));
        Ok(Connection { frames, write })
    }

    async fn dial(&self) -> Result<Both, SendError> {
        let Self { host, port, tls } = self;
        let addresses = tokio::net::lookup_host((host.as_str(), *port)).await;
        let addresses: Vec<_> = addresses.map_err(|source| SendError::Name { host: host.clone(), source })?.collect();
        if addresses.iter().any(|address| is_refused(address.ip())) {
            return Err(SendError::Address { host: host.clone() });
        }
        let stream = TcpStream::connect(&addresses[..]).await;
        let stream = stream.map_err(|source| SendError::Connect { host: host.clone(), port: *port, source })?;
        let _ = stream.set_nodelay(true);
        let Some(tls) = tls.clone() else { return Ok(Box::pin(stream)) };
        let name = ServerName::try_from(host.clone());
        let name = name.map_err(|error| SendError::Tls(io::Error::other(error)))?;
        let stream = TlsConnector::from(tls).connect(name, stream).await.map_err(SendError::Tls)?;
        Ok(Box::pin(stream))
    }
}

impl Connection {
    /// Sends a message and waits for the acknowledgement that names its control id. Answers that name another message are
    /// passed over: they were too late for the one they belong to.
    pub async fn send(&mut self, message: &[u8], within: Duration) -> Result<Reply, SendError> {
        let frame = mllp::frame(message)?;
        let parsed = Message::parse(message, &Options::default())?;
        let control_id = parsed.header().field(10).raw().to_vec();
        // A sender that wants no answer to a success gets none, and a failure cannot be told from it.
        let is_awaited = AckMode::of(&parsed).reply(AckCode::ApplicationAccept).is_some();
        let exchange = async {
            self.write.write_all(&frame).await.map_err(SendError::Broken)?;
            self.write.flush().await.map_err(SendError::Broken)?;
            if is_awaited { self.answer(&control_id).await } else { Ok(Reply { code: None, bytes: Bytes::new() }) }
        };
        tokio::time::timeout(within, exchange).await.unwrap_or(Err(SendError::Late { within }))
    }

    async fn answer(&mut self, control_id: &[u8]) -> Result<Reply, SendError> {
        let never = CancellationToken::new();
        loop {
            let bytes = match self.frames.next(&never).await.map_err(SendError::Broken)? {
                Heard::Message { message, .. } => message.bytes,
                Heard::Fault(_) => continue,
                Heard::OverBudget | Heard::Silence | Heard::End | Heard::Stopped => return Err(SendError::Ended),
            };
            let Ok(message) = Message::parse(&bytes, &Options::default()) else { continue };
            let Some(received) = ack::read(&message) else { continue };
            if received.matches(control_id) != Match::Other {
                let code = received.code.ok_or(SendError::NoVerdict)?;
                return Ok(Reply { code: Some(code), bytes: bytes.clone() });
            }
        }
    }
}
