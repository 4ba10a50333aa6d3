//! Reading request bodies under a limit each and a budget for all together.

use axum::body::{Body, Bytes, HttpBody};
use bytes::BytesMut;
use http_body_util::BodyExt;
use oxgate_dispatch::{BytesBudget, BytesPermit};
use std::time::Duration;

/// The longest that a body may take from its first byte to its last. A sender that trickles would otherwise hold its
/// share of the budget for as long as it likes.
pub(crate) const BODY_READ_MAX: Duration = Duration::from_mins(1);

/// A whole body with its share of the budget, which is given back when this is dropped.
#[derive(Debug)]
pub struct Held {
    pub(crate) bytes: Bytes,
    _shares: Vec<BytesPermit>,
}

impl Held {
    /// The body.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }
}

/// Why a body was not read to its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum BodyError {
    /// Longer than the endpoint takes.
    TooLarge,
    /// The budget for bodies in flight is used up.
    OverBudget,
    /// The sender took too long.
    Slow,
    /// The connection broke off, or the compressed form is damaged.
    Broken,
}

/// Reads `body` whole. The limit applies to the bytes that come out of any decompression.
pub(crate) async fn read(body: Body, limit: usize, within: Duration, budget: &BytesBudget) -> Result<Held, BodyError> {
    tokio::time::timeout(within, collect(body, limit, budget)).await.unwrap_or(Err(BodyError::Slow))
}

async fn collect(mut body: Body, limit: usize, budget: &BytesBudget) -> Result<Held, BodyError> {
    let mut shares = Shares::new(budget, limit);
    // An announced length is taken at once, so that a body is refused before it has been read in part.
    let announced = body.size_hint().exact().map_or(Ok(0), usize::try_from).map_err(|_| BodyError::TooLarge)?;
    shares.reserve(announced)?;
    // Most bodies arrive in one piece, which is then kept as it is instead of being copied.
    let mut first = Bytes::new();
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| BodyError::Broken)?.into_data() else { continue };
        shares.reserve(first.len() + whole.len() + data.len())?;
        if first.is_empty() && whole.is_empty() {
            first = data;
            continue;
        }
        if whole.is_empty() {
            whole.reserve(shares.reserved);
            whole.extend_from_slice(&std::mem::take(&mut first));
        }
        whole.extend_from_slice(&data);
    }
    let bytes = if whole.is_empty() { first } else { whole.freeze() };
    Ok(shares.hold(bytes))
}

/// What a body in arrival has taken from the budget.
#[derive(Debug)]
pub(crate) struct Shares {
    budget: BytesBudget,
    limit: usize,
    reserved: usize,
    permits: Vec<BytesPermit>,
}

impl Shares {
    /// Nothing taken yet, at most `limit` bytes ever.
    pub(crate) fn new(budget: &BytesBudget, limit: usize) -> Self {
        Self { budget: budget.clone(), limit, reserved: 0, permits: Vec::new() }
    }

    /// The body that was paid for.
    pub(crate) fn hold(self, bytes: Bytes) -> Held {
        Held { bytes, _shares: self.permits }
    }

    /// Makes sure that the first `length` bytes are paid for. A body of unknown length pays by doubling, so that its
    /// shares stay few.
    pub(crate) fn reserve(&mut self, length: usize) -> Result<(), BodyError> {
        if length > self.limit {
            return Err(BodyError::TooLarge);
        }
        if length > self.reserved {
            let next = length.max(self.reserved * 2).min(self.limit);
            let share = self.budget.try_take((next - self.reserved) as u64).ok_or(BodyError::OverBudget)?;
            self.permits.push(share);
            self.reserved = next;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;

    fn pieces(pieces: &[&'static str]) -> Body {
        let frames: Vec<Result<&'static str, std::io::Error>> = pieces.iter().map(|piece| Ok(*piece)).collect();
        Body::from_stream(stream::iter(frames))
    }

    async fn outcome(body: Body, limit: usize, budget: &BytesBudget) -> Result<Bytes, BodyError> {
        read(body, limit, BODY_READ_MAX, budget).await.map(|held| held.bytes)
    }

    #[tokio::test]
    async fn a_body_is_read_whole_however_it_arrives() {
        let budget = BytesBudget::new(100);
        for body in [Body::from("abcdef"), pieces(&["abcdef"]), pieces(&["ab", "", "cd", "ef"])] {
            assert_eq!(outcome(body, 6, &budget).await, Ok(Bytes::from("abcdef")));
        }
        assert_eq!(outcome(Body::empty(), 6, &budget).await, Ok(Bytes::new()));
    }

    #[tokio::test]
    async fn a_body_over_the_limit_is_refused_announced_or_not() {
        let budget = BytesBudget::new(100);
        assert_eq!(outcome(Body::from("abcdef"), 5, &budget).await, Err(BodyError::TooLarge));
        assert_eq!(outcome(pieces(&["abc", "def"]), 5, &budget).await, Err(BodyError::TooLarge));
    }

    #[tokio::test]
    async fn the_budget_is_shared_and_given_back() {
        let budget = BytesBudget::new(10);
        let held = read(Body::from("abcdef"), 10, BODY_READ_MAX, &budget).await.expect("fits");
        assert_eq!(outcome(Body::from("ghijk"), 10, &budget).await, Err(BodyError::OverBudget));
        assert_eq!(outcome(pieces(&["gh", "ijk"]), 10, &budget.clone()).await, Err(BodyError::OverBudget));
        assert_eq!(outcome(pieces(&["gh", "ij"]), 4, &budget).await, Ok(Bytes::from("ghij")));
        drop(held);
        assert_eq!(outcome(Body::from("ghijk"), 10, &budget).await, Ok(Bytes::from("ghijk")));
    }

    #[tokio::test]
    async fn a_body_that_never_ends_is_given_up() {
        let budget = BytesBudget::new(10);
        let endless = Body::from_stream(stream::pending::<Result<&'static str, std::io::Error>>());
        let ended = read(endless, 10, Duration::from_millis(1), &budget).await;
        assert_eq!(ended.map(|held| held.bytes), Err(BodyError::Slow));
        assert_eq!(budget.free(), 10);
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_told_apart() {
        let frames = [Ok("abc"), Err(std::io::Error::other("gone"))];
        let body = Body::from_stream(stream::iter(frames));
        assert_eq!(outcome(body, 10, &BytesBudget::new(10)).await, Err(BodyError::Broken));
    }
}
