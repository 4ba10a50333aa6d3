//! Connection settings as the configuration gives them.

use crate::plan::CannotHandle;
use hl7v2::Charset;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// A listener for HL7 v2 over MLLP.
#[derive(Clone, Debug)]
pub struct Listener {
    /// The door's name: in lanes, filters and logs.
    pub name: String,
    /// Where it listens.
    pub address: SocketAddr,
    /// Certificate and key, and the authorities of client certificates; plain text without.
    pub tls: Option<Arc<rustls::ServerConfig>>,
    /// What to do with a message that cannot be read or that no handler takes.
    pub cannot_handle: CannotHandle,
    /// What a sender is told while nothing can be made durable.
    pub unavailable: Unavailable,
    /// Answer `AA`, `AE` or `AR` whatever MSH-15 and MSH-16 say: many senders fill them and expect just that.
    pub original_mode: bool,
    /// What text is read in, whatever MSH-18 says.
    pub charset: Option<Charset>,
    /// Take a message that begins with `MSH` without a frame's first byte.
    pub accept_unstarted: bool,
    /// The longest message, in bytes.
    pub body_bytes_max: usize,
    /// Connections at once; further ones wait in the kernel's queue.
    pub connections_max: usize,
    /// Silence between two messages that ends a connection.
    pub idle: Duration,
    /// How long a message may take from its first byte to its last, and an answer to be taken.
    pub frame: Duration,
}

/// What a sender is told while nothing can be made durable.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Unavailable {
    /// `AE` (or `CE`), then the connection ends.
    #[default]
    Error,
    /// The connection ends without an answer, so that even a sender that takes `AE` for a last word tries again.
    Close,
}

impl Listener {
    /// A listener with the usual limits, in plain text.
    pub fn new(name: impl Into<String>, address: SocketAddr) -> Self {
        Self {
            name: name.into(),
            address,
            tls: None,
            cannot_handle: CannotHandle::default(),
            unavailable: Unavailable::default(),
            original_mode: false,
            charset: None,
            accept_unstarted: false,
            body_bytes_max: oxgate_core::limits::BODY_BYTES_MAX,
            connections_max: 64,
            idle: Duration::from_hours(1),
            frame: Duration::from_mins(1),
        }
    }

    /// How its streams are decoded.
    pub(super) fn decoding(&self) -> hl7v2::mllp::Config {
        let config = hl7v2::mllp::Config::default().with_frame_max(self.body_bytes_max);
        if self.accept_unstarted { config.with_unstarted() } else { config }
    }
}
