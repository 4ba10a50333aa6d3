//! Frames out of a byte stream: what only time can tell (a missing last byte, a sender that fell silent), and what bytes in
//! arrival cost.

use crate::receive::body::{BodyError, Shares};
use bytes::Bytes;
use hl7v2::mllp::{Config, Decoder, Event};
use oxgate_dispatch::BytesBudget;
use std::ops::Range;
use std::pin::Pin;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::Sleep;
use tokio_util::sync::CancellationToken;

pub use crate::receive::body::Held;

/// What is read at once.
const CHUNK: usize = 16 * 1024;

/// Silence after which a frame that lacks only its last byte has ended.
const LAST_BYTE: Duration = Duration::from_secs(1);

/// How long things may take.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Silence between two messages.
    pub idle: Duration,
    /// A message, from its first byte to its last.
    pub frame: Duration,
}

/// What was heard next.
#[derive(Debug)]
pub enum Heard {
    /// A message.
    Message {
        /// Where its first byte stands in the stream.
        offset: u64,
        /// The message.
        message: Held,
    },
    /// Something that is no message; never [`Event::Frame`].
    Fault(Event),
    /// The budget for bodies in arrival is used up.
    OverBudget,
    /// Nothing came for long; nothing more will be heard.
    Silence,
    /// The peer has ended the stream.
    End,
    /// We were asked to stop, between two messages.
    Stopped,
}

/// Reads frames. After an error, and after everything but a message or junk, the stream is at its end.
pub struct Frames<R> {
    reader: R,
    decoder: Decoder,
    budget: BytesBudget,
    /// The most that is ever paid for: a whole frame, and what was read behind it.
    cost_max: usize,
    shares: Shares,
    buffer: Box<[u8]>,
    unread: Range<usize>,
    pace: Pace,
    /// Runs while a frame is under way.
    timer: Option<Pin<Box<Sleep>>>,
    is_ended: bool,
}

impl<R> std::fmt::Debug for Frames<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Frames").field("decoder", &self.decoder).finish_non_exhaustive()
    }
}

impl<R: AsyncRead + Unpin> Frames<R> {
    /// Reads from `reader`; bytes in arrival are paid for out of `budget`.
    pub fn new(reader: R, config: Config, pace: Pace, budget: &BytesBudget) -> Self {
        let cost_max = config.frame_max.saturating_add(CHUNK);
        Self {
            reader,
            decoder: Decoder::new(config),
            budget: budget.clone(),
            cost_max,
            shares: Shares::new(budget, cost_max),
            buffer: vec![0; CHUNK].into_boxed_slice(),
            unread: 0..0,
            pace,
            timer: None,
            is_ended: false,
        }
    }

    /// The next message, or why there is none. A stop is heard between two messages only.
    ///
    /// # Errors
    /// The connection broke.
    pub async fn next(&mut self, stop: &CancellationToken) -> std::io::Result<Heard> {
        loop {
            if let Some(event) = self.decode() {
                return Ok(self.heard(event));
            }
            if self.is_ended || self.decoder.is_dead() {
                return Ok(Heard::End);
            }
            match self.wait(stop).await? {
                Waited::Bytes => {
                    let cost = (self.decoder.held() + self.unread.len()).min(self.cost_max);
                    if let Err(BodyError::OverBudget) = self.shares.reserve(cost) {
                        self.is_ended = true;
                        return Ok(Heard::OverBudget);
                    }
                }
                Waited::End => self.is_ended = true,
                Waited::Stopped => return Ok(Heard::Stopped),
                Waited::Silence if self.decoder.awaits_last_byte() => {
                    if let Some(event) = self.decoder.idle() {
                        return Ok(self.heard(event));
                    }
                }
                Waited::Silence => {
                    self.is_ended = true;
                    if !self.decoder.is_inside() {
                        return Ok(Heard::Silence);
                    }
                }
            }
        }
    }

    fn decode(&mut self) -> Option<Event> {
        let mut input = &self.buffer[self.unread.clone()];
        let event = self.decoder.advance(&mut input);
        self.unread.start = self.unread.end - input.len();
        event.or_else(|| if self.is_ended { self.decoder.finish() } else { None })
    }

    fn heard(&mut self, event: Event) -> Heard {
        if let Event::Frame { offset, message } = event {
            self.timer = None;
            let shares = std::mem::replace(&mut self.shares, Shares::new(&self.budget, self.cost_max));
            return Heard::Message { offset, message: shares.hold(Bytes::from(message)) };
        }
        Heard::Fault(event)
    }

    async fn wait(&mut self, stop: &CancellationToken) -> std::io::Result<Waited> {
        let is_inside = self.decoder.is_inside();
        if !is_inside {
            self.timer = None;
        } else if self.timer.is_none() {
            self.timer = Some(Box::pin(tokio::time::sleep(self.pace.frame)));
        }
        let pause = if self.decoder.awaits_last_byte() { LAST_BYTE } else { self.pace.idle };
        let too_long = async {
            match &mut self.timer {
                Some(timer) => timer.await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            read = self.reader.read(&mut self.buffer) => {
                self.unread = 0..read?;
                Ok(if self.unread.is_empty() { Waited::End } else { Waited::Bytes })
            }
            () = too_long => Ok(Waited::Silence),
            () = tokio::time::sleep(pause) => Ok(Waited::Silence),
            () = stop.cancelled(), if !is_inside => Ok(Waited::Stopped),
        }
    }
}

enum Waited {
    Bytes,
    End,
    Silence,
    Stopped,
}
