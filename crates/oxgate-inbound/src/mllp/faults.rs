//! What was wrong in the streams lately, with position and bytes: shown to those who may see bodies, never logged.

use hl7v2::mllp::Event;
use oxgate_core::Timestamp;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

/// How many are kept over all listeners. With [`hl7v2::mllp::SAMPLE_MAX`] bytes each: at most 1 MiB.
pub const FAULTS_MAX: usize = 256;

/// What was wrong.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FaultKind {
    /// Bytes outside of frames.
    Junk,
    /// A frame without end.
    Cut,
    /// A message, or junk, over the limit.
    TooLong,
    /// HTTP on a port for MLLP.
    Http,
    /// TLS on a port for plain MLLP.
    Tls,
    /// A frame whose content is no readable message.
    Unreadable,
    /// An acknowledgement of something that was never sent from here.
    StrayAck,
}

impl FaultKind {
    /// The word that the API and the logs use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Junk => "junk",
            Self::Cut => "cut",
            Self::TooLong => "too-long",
            Self::Http => "http",
            Self::Tls => "tls",
            Self::Unreadable => "unreadable",
            Self::StrayAck => "stray-ack",
        }
    }
}

/// One thing that was wrong.
#[derive(Clone, PartialEq, Eq)]
pub struct Fault {
    /// The listener.
    pub door: String,
    /// Who sent it.
    pub peer: SocketAddr,
    /// When it was noticed.
    pub at: Timestamp,
    /// What it is.
    pub kind: FaultKind,
    /// Where it stands in the connection's stream, in bytes from 0.
    pub offset: u64,
    /// How many bytes there were.
    pub length: u64,
    /// Why, where there is more to say than the kind does; no content.
    pub why: Option<String>,
    /// The first bytes. Patient data, most likely.
    pub sample: Vec<u8>,
}

/// Shows no bytes.
impl std::fmt::Debug for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fault")
            .field("door", &self.door)
            .field("kind", &self.kind)
            .field("offset", &self.offset)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

impl Fault {
    /// The fault that a decoder's event tells of; `None` for a frame, which is none.
    pub(super) fn of(door: &str, peer: SocketAddr, at: Timestamp, event: Event) -> Option<Self> {
        let (kind, offset, length, sample) = match event {
            Event::Junk { offset, length, sample } => (FaultKind::Junk, offset, length, sample),
            Event::Cut { offset, length, sample } => (FaultKind::Cut, offset, length, sample),
            Event::TooLong { offset, limit, sample } => (FaultKind::TooLong, offset, limit as u64, sample),
            Event::OtherProtocol { protocol: "TLS" } => (FaultKind::Tls, 0, 0, Vec::new()),
            Event::OtherProtocol { .. } => (FaultKind::Http, 0, 0, Vec::new()),
            _ => return None,
        };
        Some(Self { door: door.to_owned(), peer, at, kind, offset, length, why: None, sample })
    }
}

/// The last faults of all listeners.
#[derive(Debug, Default)]
pub struct Faults {
    last: Mutex<VecDeque<Fault>>,
}

impl Faults {
    /// Keeps one; the oldest goes when there are too many.
    pub fn note(&self, fault: Fault) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.len() >= FAULTS_MAX {
            last.pop_front();
        }
        last.push_back(fault);
    }

    /// All that are kept, the newest first.
    pub fn list(&self) -> Vec<Fault> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).iter().rev().cloned().collect()
    }
}
