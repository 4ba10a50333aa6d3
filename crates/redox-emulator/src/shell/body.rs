//! The body of an answer as the connection sends it: whole, piece by piece, or breaking off in the middle.

use crate::exchange::{Answer, Pieces};
use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::Sleep;

/// In how many portions a slow body comes.
const PORTIONS: usize = 10;
const PORTIONS_U32: u32 = 10;

/// Why a body ends early.
#[derive(Debug, thiserror::Error)]
#[error("breaking off, as a fault wants it")]
pub(super) struct BrokenOff;

/// Bytes that were announced, of which perhaps only the first come.
#[derive(Debug)]
pub(super) struct Sent {
    announced: u64,
    bytes: Bytes,
    /// Size of a portion, and the pause before the next one.
    pace: Option<(usize, Duration)>,
    pause: Option<Pin<Box<Sleep>>>,
    /// Further pieces, and the number of the next one.
    pieces: Option<(Pieces, u64)>,
    end: End,
}

/// What comes after the bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    Whole,
    /// One turn later, so that what came before is on the wire when the connection closes.
    BreakSoon,
    Break,
}

impl Sent {
    pub(super) fn new(answer: Answer) -> Self {
        let Answer { body, cut, slow, pieces, .. } = answer;
        let pace =
            slow.map(|span| (body.len() / PORTIONS + 1, Duration::try_from(span).unwrap_or_default() / PORTIONS_U32));
        Self {
            announced: body.len() as u64,
            bytes: body.slice(..cut.unwrap_or(body.len()).min(body.len())),
            pace,
            pause: None,
            pieces: pieces.map(|pieces| (pieces, 0)),
            end: if cut.is_some() { End::BreakSoon } else { End::Whole },
        }
    }
}

impl Body for Sent {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        if let Some(pause) = &mut self.pause {
            ready!(pause.as_mut().poll(context));
            self.pause = None;
        }
        if let Some((portion, pause)) = self.pace
            && self.bytes.len() > portion
        {
            self.pause = Some(Box::pin(tokio::time::sleep(pause)));
            return Poll::Ready(Some(Ok(Frame::data(self.bytes.split_to(portion)))));
        }
        if !self.bytes.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.bytes)))));
        }
        if let Some((pieces, number)) = &mut self.pieces
            && let Some(piece) = pieces.get(*number)
        {
            *number += 1;
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        match self.end {
            End::Whole => Poll::Ready(None),
            End::BreakSoon => {
                self.end = End::Break;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            End::Break => Poll::Ready(Some(Err(BrokenOff))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty() && self.pieces.is_none() && self.end == End::Whole
    }

    fn size_hint(&self) -> SizeHint {
        // Made on the way, its length is not known before its end.
        if self.pieces.is_some() { SizeHint::default() } else { SizeHint::with_exact(self.announced) }
    }
}
