//! The values that cross the border of the core: requests and replies, timers, and deliveries that the shell carries out.

use crate::observed::Observed;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::net::IpAddr;

/// One HTTP request as the core sees it.
#[derive(Clone, Debug)]
pub struct Request {
    /// Method as sent.
    pub method: Method,
    /// Path without query, as sent.
    pub path: String,
    /// Query without the question mark.
    pub query: Option<String>,
    /// Header fields.
    pub headers: HeaderMap,
    /// The whole body; empty when `is_oversized`.
    pub body: Bytes,
    /// The shell stopped reading because the body passes [`crate::Limits::body_bytes_max`].
    pub is_oversized: bool,
    /// Whose quota this request counts against.
    pub peer: Option<IpAddr>,
}

impl Request {
    /// A request with a body and no headers, for tests and in-process callers.
    pub fn new(method: Method, path: &str, body: impl Into<Bytes>) -> Self {
        let (path, query) = match path.split_once('?') {
            Some((path, query)) => (path, Some(query.to_owned())),
            None => (path, None),
        };
        Self {
            method,
            path: path.to_owned(),
            query,
            headers: HeaderMap::new(),
            body: body.into(),
            is_oversized: false,
            peer: None,
        }
    }

    /// The same request with one more header.
    ///
    /// # Panics
    ///
    /// If name or value is not valid in HTTP.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        let name = http::HeaderName::from_bytes(name.as_bytes()).expect("a caller passes a valid header name");
        self.headers.insert(name, HeaderValue::from_str(value).expect("a caller passes a valid header value"));
        self
    }

    /// A header as text, if present and readable.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// What is sent back on the connection.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Header fields, `date` included.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
    /// Only so many bytes of the body are sent; then the connection breaks.
    pub cut: Option<usize>,
    /// The body takes this long, in small portions.
    pub slow: Option<SignedDuration>,
    /// What comes in place of `body` when it would be too large to hold.
    pub pieces: Option<Pieces>,
}

/// A body that is made while it is sent, and gone afterwards: its pieces by number, from 0.
#[derive(Clone)]
pub struct Pieces(std::sync::Arc<dyn Fn(u64) -> Option<Bytes> + Send + Sync>);

impl Pieces {
    /// Pieces until the first number without one.
    pub(crate) fn new(piece: impl Fn(u64) -> Option<Bytes> + Send + Sync + 'static) -> Self {
        Self(std::sync::Arc::new(piece))
    }

    /// A piece; `None` after the last.
    pub fn get(&self, number: u64) -> Option<Bytes> {
        (self.0)(number)
    }
}

impl std::fmt::Debug for Pieces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pieces").finish_non_exhaustive()
    }
}

impl Answer {
    /// A JSON answer in the content type that Redox uses.
    pub(crate) fn json(status: StatusCode, body: &Value) -> Self {
        Self::with_type(status, "application/json; charset=utf-8", body.to_string().into())
    }

    /// A plain text answer; Redox labels these `text/html`.
    pub(crate) fn text(status: StatusCode, body: &'static str) -> Self {
        Self::with_type(status, "text/html; charset=utf-8", Bytes::from_static(body.as_bytes()))
    }

    /// An answer of any type.
    pub(crate) fn bytes(status: StatusCode, content_type: HeaderValue, body: impl Into<Bytes>) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, content_type);
        Self { status, headers, body: body.into(), cut: None, slow: None, pieces: None }
    }

    fn with_type(status: StatusCode, content_type: &'static str, body: Bytes) -> Self {
        Self::bytes(status, HeaderValue::from_static(content_type), body)
    }

    /// An answer of any type whose body is made piece by piece.
    pub(crate) fn pieces(status: StatusCode, content_type: HeaderValue, pieces: Pieces) -> Self {
        Self { pieces: Some(pieces), ..Self::bytes(status, content_type, Bytes::new()) }
    }

    /// The same answer, whose connection breaks in the middle of the body.
    pub(crate) fn cut_in_half(mut self) -> Self {
        self.cut = Some(self.body.len() / 2);
        self
    }

    /// The same answer, whose body ends in the middle although HTTP calls it whole.
    pub(crate) fn garbled(mut self) -> Self {
        self.body = self.body.slice(..self.body.len() / 2);
        self
    }

    /// The same answer, whose body takes its time.
    pub(crate) fn slowly(mut self, span: SignedDuration) -> Self {
        self.slow = Some(span);
        self
    }

    /// The same answer with one more header.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<HeaderValue>) -> Self {
        self.headers.insert(name, value.into());
        self
    }
}

/// What happens to the connection of a request.
#[derive(Clone, Debug)]
pub enum Reply {
    /// It is answered.
    Answer(Answer),
    /// It is closed without an answer.
    Hangup,
}

impl From<Answer> for Reply {
    fn from(answer: Answer) -> Self {
        Self::Answer(answer)
    }
}

/// When a request gets its reply.
#[derive(Clone, Debug)]
pub enum Response {
    /// At once.
    Now(Reply),
    /// When [`Effects::replies`] of a later call names this ticket.
    Later(Ticket),
}

impl From<Answer> for Response {
    fn from(answer: Answer) -> Self {
        Self::Now(Reply::Answer(answer))
    }
}

/// Names a request that waits for its reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub(crate) u64);

/// What a request led to.
#[derive(Debug)]
pub struct Handled {
    /// The reply, or the promise of one.
    pub response: Response,
    /// Everything the driver has to carry out.
    pub effects: Effects,
}

/// Work for whoever drives the core. Order within each list is the order of causes.
#[derive(Debug, Default)]
pub struct Effects {
    /// Call [`crate::Emulator::timer`] with each at its time.
    pub timers: Vec<Timer>,
    /// Send each and call [`crate::Emulator::delivered`] with what came of it.
    pub outgoing: Vec<Delivery>,
    /// Replies to earlier requests that were promised [`Response::Later`].
    pub replies: Vec<(Ticket, Reply)>,
    /// What a person watching would want to see.
    pub observed: Vec<Observed>,
}

/// A wish to be woken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timer {
    /// Not before this time.
    pub at: Timestamp,
    pub(crate) alarm: Alarm,
}

/// What a timer is for; a timer that has been overtaken by events does nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Alarm {
    /// Try the head of a queue again, if the queue still waits in this round.
    Retry { queue: crate::queue::QueueKey, round: u64 },
    /// A simulated destination has had the head of a queue long enough, if the queue is still in this round.
    Taken { queue: crate::queue::QueueKey, round: u64 },
    /// Let a message go on that a reordering fault held back.
    Release { queue: crate::queue::QueueKey },
    /// Carry out a task of the simulated EHR.
    Task(u64),
    /// Let the feed emit its next event, if it still runs in this round.
    Feed { round: u64 },
    /// Release a reply that was held back.
    Reply(Ticket),
}

/// An HTTP request that the shell sends for the core.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Names the delivery in [`crate::Emulator::delivered`].
    pub id: DeliveryId,
    /// Method.
    pub method: Method,
    /// Absolute URL.
    pub url: String,
    /// Header fields.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
    /// How long the destination may take.
    pub timeout: SignedDuration,
}

/// Names one attempt to reach a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryId(pub(crate) u64);

/// What came of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The destination answered.
    Answered {
        /// HTTP status.
        status: u16,
        /// Body, as far as the shell was willing to read it.
        body: Bytes,
    },
    /// No connection, or it broke before an answer.
    Refused,
    /// No answer within [`Delivery::timeout`].
    TimedOut,
}

/// One call into the core: the time, the randomness, and the effects collected so far.
pub(crate) struct Turn<'a> {
    pub(crate) now: Timestamp,
    pub(crate) rng: &'a mut crate::Rng,
    pub(crate) effects: Effects,
}

impl<'a> Turn<'a> {
    pub(crate) fn new(now: Timestamp, rng: &'a mut crate::Rng) -> Self {
        Self { now, rng, effects: Effects::default() }
    }

    /// Asks to be woken `after` from now; a span beyond the calendar means never.
    pub(crate) fn wake(&mut self, after: SignedDuration, alarm: Alarm) {
        if let Ok(at) = self.now.checked_add(after) {
            self.effects.timers.push(Timer { at, alarm });
        }
    }
}
