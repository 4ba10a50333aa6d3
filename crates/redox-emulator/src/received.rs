//! What was accepted from the application: so that a test can ask whether Redox got something, and how often.

use crate::config::Limits;
use crate::routing::meta::Meta;
use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use jiff::Timestamp;
use serde::Serialize;
use std::collections::{HashMap, VecDeque};

/// One accepted message.
#[derive(Clone, Debug, Serialize)]
pub struct Received {
    /// Position in the order of acceptance, from 1.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Source id.
    pub source: String,
    /// Destination ids.
    pub destinations: Vec<String>,
    /// Data model.
    pub data_model: String,
    /// Event type.
    pub event_type: String,
    /// One log per destination.
    pub logs: Vec<String>,
    /// SHA-256 of the body as sent, in hexadecimal.
    pub digest: String,
    /// Which occurrence of this very body it was, from 1.
    pub occurrence: u32,
    #[serde(skip)]
    pub(crate) body: Option<Bytes>,
}

pub(crate) struct NewReceived<'a> {
    pub(crate) at: Timestamp,
    pub(crate) source: String,
    pub(crate) meta: &'a Meta,
    pub(crate) destinations: Vec<String>,
    pub(crate) logs: Vec<String>,
    pub(crate) body: Bytes,
}

/// Counts over everything ever accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ReceivedCounts {
    /// Messages accepted.
    pub accepted: u64,
    /// Of these, different bodies.
    pub distinct_bodies: u64,
    /// Of these, bodies that had been accepted before.
    pub repeated_bodies: u64,
}

/// Accepted messages, oldest first; digests are remembered as long as their message.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    messages: VecDeque<Received>,
    occurrences: HashMap<String, u32>,
    kept_body_bytes: usize,
    /// Messages before this index have lost their body.
    bodiless: usize,
    pub(crate) counts: ReceivedCounts,
}

impl Inbox {
    /// Notes an accepted message.
    pub(crate) fn note(&mut self, new: NewReceived<'_>, limits: &Limits) {
        let digest = hex(digest(&SHA256, &new.body).as_ref());
        let occurrence = self.occurrences.entry(digest.clone()).or_default();
        *occurrence += 1;
        self.counts.accepted += 1;
        if *occurrence == 1 {
            self.counts.distinct_bodies += 1;
        } else {
            self.counts.repeated_bodies += 1;
        }
        self.kept_body_bytes += new.body.len();
        self.messages.push_back(Received {
            number: self.counts.accepted,
            at: new.at,
            source: new.source,
            destinations: new.destinations,
            data_model: new.meta.data_model.clone(),
            event_type: new.meta.event_type.clone(),
            logs: new.logs,
            digest,
            occurrence: *occurrence,
            body: Some(new.body),
        });
        self.trim(limits);
    }

    fn trim(&mut self, limits: &Limits) {
        while self.kept_body_bytes > limits.kept_body_bytes_max && self.bodiless < self.messages.len() {
            let body = self.messages[self.bodiless].body.take();
            self.kept_body_bytes -= body.map_or(0, |body| body.len());
            self.bodiless += 1;
        }
        while self.messages.len() > limits.kept_max.max(1) {
            let Some(oldest) = self.messages.pop_front() else { break };
            self.kept_body_bytes -= oldest.body.map_or(0, |body| body.len());
            self.bodiless = self.bodiless.saturating_sub(1);
            if let Some(count) = self.occurrences.get_mut(&oldest.digest) {
                *count -= 1;
                if *count == 0 {
                    self.occurrences.remove(&oldest.digest);
                }
            }
        }
    }

    /// Every remembered message, oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Received> {
        self.messages.iter()
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string cannot fail");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::{Inbox, NewReceived};
    use crate::config::Limits;
    use crate::routing::meta::Meta;
    use jiff::Timestamp;

    #[test]
    fn repeats_are_counted_and_memory_is_bounded() {
        let limits = Limits { kept_max: 3, kept_body_bytes_max: 8, ..Limits::default() };
        let mut inbox = Inbox::default();
        for body in ["aaaa", "bbbb", "aaaa", "cccc", "dddd"] {
            let meta = Meta::default();
            let (source, body) = (String::new(), body.into());
            let (destinations, logs) = (Vec::new(), Vec::new());
            inbox.note(
                NewReceived { at: Timestamp::UNIX_EPOCH, source, meta: &meta, destinations, logs, body },
                &limits,
            );
        }
        assert_eq!((inbox.counts.accepted, inbox.counts.distinct_bodies, inbox.counts.repeated_bodies), (5, 4, 1));
        let kept: Vec<_> = inbox.iter().map(|one| (one.number, one.occurrence, one.body.is_some())).collect();
        assert_eq!(kept, [(3, 2, false), (4, 1, true), (5, 1, true)]);
    }
}
