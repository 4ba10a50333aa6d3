//! One connection from its first byte to its last: hear, make durable, answer, in this order and one at a time.

use super::answer::{Answer, Writer};
use super::faults::{Fault, FaultKind};
use super::reading::{self, Content};
use super::stream::{Frames, Heard, Held, Pace};
use super::{CONTENT_TYPE, Listener};
use crate::accept;
use crate::inbound::Inbound;
use crate::turned_away::{TurnedAway, Why};
use crate::verify::{self, Verified};
use futures_util::FutureExt;
use hl7v2::mllp::{Event, SAMPLE_MAX};
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, WriteHalf};
use tokio_util::sync::CancellationToken;

/// Messages above this are read on a thread for blocking work: below it the hand-over costs more than it saves others.
const OWN_TASK_BYTES_MAX: usize = 1024 * 1024;

const PANICKED: TurnedAway = TurnedAway::for_now(Why::NotNow, "a part of the gateway failed at this message", 5);

/// What messages of this listener are kept as; a charset that was set for it goes with them.
fn content_type(listener: &Listener) -> String {
    listener.charset.map_or_else(|| CONTENT_TYPE.to_owned(), |charset| format!("{CONTENT_TYPE}; charset={charset}"))
}

/// A connection to one listener.
pub(super) struct Session {
    pub(super) inbound: Arc<Inbound>,
    /// The listener's name; its settings are those in force when a message arrives.
    pub(super) door: String,
    pub(super) peer: SocketAddr,
}

impl Session {
    /// Serves until the peer ends the stream, something ends it for the peer, or `stop`.
    pub(super) async fn run<S: AsyncRead + AsyncWrite>(self, stream: S, stop: CancellationToken) {
        let Some(listener) = self.inbound.plan().listener(&self.door) else { return };
        let (read, mut write) = tokio::io::split(stream);
        let pace = Pace { idle: listener.idle, frame: listener.frame };
        let mut frames = Frames::new(read, listener.decoding(), pace, &self.inbound.parts.budget);
        loop {
            let heard = match frames.next(&stop).await {
                Ok(heard) => heard,
                Err(error) => {
                    tracing::debug!(endpoint.name = self.door, peer = %self.peer, %error, "the connection broke");
                    return;
                }
            };
            let Some(listener) = self.inbound.plan().listener(&self.door) else { return };
            let answer = match heard {
                Heard::Message { offset, message } => self.guarded(&listener, offset, message).await,
                Heard::Fault(event) => self.fault(event),
                Heard::OverBudget => {
                    self.inbound.counts().over_budget.add_one();
                    tracing::warn!(endpoint.name = self.door, peer = %self.peer, "too many bodies are in flight; the connection ends");
                    Answer::CLOSE
                }
                Heard::Silence | Heard::End | Heard::Stopped => Answer::CLOSE,
            };
            let is_over = answer.close || stop.is_cancelled();
            if !self.send(&mut write, &listener, answer.frame).await || is_over {
                break;
            }
        }
        // The peer learns of the end at once; whether it still listens is its own affair.
        let _ = tokio::time::timeout(pace.frame, write.shutdown()).await;
    }

    /// Writes an answer; false if the peer does not take it.
    async fn send<S: AsyncWrite>(&self, write: &mut WriteHalf<S>, listener: &Listener, frame: Option<Vec<u8>>) -> bool {
        let Some(frame) = frame else { return true };
        let writing = async {
            write.write_all(&frame).await?;
            write.flush().await
        };
        match tokio::time::timeout(listener.frame, writing).await {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                tracing::debug!(endpoint.name = self.door, peer = %self.peer, %error, "an answer could not be sent");
                false
            }
            Err(_) => {
                tracing::warn!(endpoint.name = self.door, peer = %self.peer, "the peer does not take its answer");
                false
            }
        }
    }

    /// Nothing is acknowledged by a message whose handling panicked, so nothing is lost: its sender sends it again.
    async fn guarded(&self, listener: &Arc<Listener>, offset: u64, message: Held) -> Answer {
        AssertUnwindSafe(self.admit(listener, offset, message)).catch_unwind().await.unwrap_or_else(|_| {
            self.inbound.counts().panics.add_one();
            tracing::error!(endpoint.name = self.door, "a message panicked; the connection ends without an answer");
            Answer::CLOSE
        })
    }

    async fn admit(&self, listener: &Arc<Listener>, offset: u64, message: Held) -> Answer {
        let inbound = &self.inbound;
        inbound.counts().hl7_messages.add_one();
        let at = inbound.parts.clock.now();
        let verified = Arc::new(verify::of_listener(Arc::clone(listener), at, content_type(listener), message));
        let content = match self.read(listener, &verified).await {
            Ok(content) => content,
            // The process is ending, or our own reading failed: nothing was written, the sender comes again.
            Err(away) => return self.unheard(listener, &verified, &away),
        };
        match content {
            Content::Message(decided) => match accept::accept(inbound, &verified, decided.prepared).await {
                Ok(_) => self.writer().taken(listener, &decided.heading),
                Err(away) => self.writer().turned_away(listener, &decided.heading, &away),
            },
            Content::Acknowledgement => {
                self.note(FaultKind::StrayAck, offset, verified.body(), None);
                Answer::NONE
            }
            Content::Unreadable(error) => {
                self.note(FaultKind::Unreadable, offset, verified.body(), Some(error.to_string()));
                let unreadable = accept::prepare_unreadable(verified.arrival()).known_by_content();
                match accept::accept(inbound, &verified, unreadable).await {
                    Ok(_) => self.writer().unreadable(verified.body(), Why::UnreadableMessage, false),
                    Err(away) if away.why == Why::Held => {
                        self.writer().unreadable(verified.body(), Why::UnreadableMessage, false)
                    }
                    Err(away) => self.unheard(listener, &verified, &away),
                }
            }
        }
    }

    /// Reads on this task, or elsewhere if it takes long.
    async fn read(&self, listener: &Arc<Listener>, verified: &Arc<Verified>) -> Result<Content, TurnedAway> {
        let keyed = self.inbound.parts.store.keyed().clone();
        let (plan, listener, verified) = (self.inbound.plan(), Arc::clone(listener), Arc::clone(verified));
        let is_large = verified.body().len() > OWN_TASK_BYTES_MAX;
        let read = move || catch_unwind(AssertUnwindSafe(|| reading::read(&plan, &listener, &verified, &keyed))).ok();
        let content = if is_large {
            let ended = tokio::task::spawn_blocking(read).await;
            ended.map_err(|_| TurnedAway::for_now(Why::Stopping, "come back when it has started again", 5))?
        } else {
            read()
        };
        content.ok_or_else(|| {
            self.inbound.counts().panics.add_one();
            tracing::error!(endpoint.name = self.door, "reading a message panicked");
            PANICKED
        })
    }

    /// Turned away before anything of the message is known.
    fn unheard(&self, listener: &Listener, verified: &Verified, away: &TurnedAway) -> Answer {
        match listener.unavailable {
            super::Unavailable::Close => Answer::CLOSE,
            super::Unavailable::Error => self.writer().refused(verified.body(), away.why),
        }
    }

    fn fault(&self, event: Event) -> Answer {
        let at = self.inbound.parts.clock.now();
        let Some(fault) = Fault::of(&self.door, self.peer, at, event) else { return Answer::NONE };
        self.warn(&fault);
        let answer = match fault.kind {
            FaultKind::TooLong => self.writer().unreadable(&fault.sample, Why::TooLarge, true),
            FaultKind::Http | FaultKind::Tls => Answer::CLOSE,
            _ => Answer::NONE,
        };
        self.inbound.faults().note(fault);
        answer
    }

    fn note(&self, kind: FaultKind, offset: u64, message: &[u8], why: Option<String>) {
        let (door, at, length) = (self.door.clone(), self.inbound.parts.clock.now(), message.len() as u64);
        let sample = message[..message.len().min(SAMPLE_MAX)].to_vec();
        let fault = Fault { door, peer: self.peer, at, kind, offset, length, why, sample };
        self.warn(&fault);
        self.inbound.faults().note(fault);
    }

    fn warn(&self, fault: &Fault) {
        self.inbound.counts().hl7_faults.add_one();
        tracing::warn!(
            endpoint.name = self.door,
            peer = %self.peer,
            fault = fault.kind.as_str(),
            stream.offset = fault.offset,
            stream.length = fault.length,
            why = fault.why,
            "something in an HL7 stream is no message"
        );
    }

    fn writer(&self) -> Writer<'_> {
        Writer { clock: &*self.inbound.parts.clock, entropy: &*self.inbound.parts.entropy }
    }
}
