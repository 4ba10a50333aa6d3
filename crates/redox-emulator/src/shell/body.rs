//! The body of an answer as the connection sends it: whole, piece by piece, or breaking off in the middle.

use crate::exchange::Pieces;
use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll};

/// Why a body ends early.
#[derive(Debug, thiserror::Error)]
#[error("breaking off, as a fault wants it")]
pub(super) struct BrokenOff;

/// Bytes that were announced, of which perhaps only the first come.
#[derive(Debug)]
pub(super) struct Sent {
    announced: u64,
    bytes: Bytes,
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
    pub(super) fn new(bytes: &Bytes, cut: Option<usize>, pieces: Option<Pieces>) -> Self {
        let announced = bytes.len() as u64;
        let bytes = bytes.slice(..cut.unwrap_or(bytes.len()).min(bytes.len()));
        let pieces = pieces.map(|pieces| (pieces, 0));
        Self { announced, end: if cut.is_some() { End::BreakSoon } else { End::Whole }, bytes, pieces }
    }
}

impl Body for Sent {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
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
