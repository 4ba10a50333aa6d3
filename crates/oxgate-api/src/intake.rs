//! Request bodies: read up to a limit, out of one budget for all requests.

use crate::problem::{Code, Problem};
use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures_util::StreamExt;
use http::{HeaderMap, header};
use oxgate_core::limits::BODY_BYTES_MAX;
use oxgate_dispatch::{BytesBudget, BytesPermit};
use serde::de::DeserializeOwned;
use std::time::Duration;

/// The largest body of an act: a filter and a reason.
const ACT_BYTES_MAX: usize = 64 * 1024;

/// The longest pause between two pieces of a body. A sender that trickles would otherwise hold its share for ever.
const PAUSE_MAX: Duration = Duration::from_mins(1);

/// A share of the budget for bodies in flight; given back when dropped.
#[derive(Debug, Default)]
pub(crate) struct Share(Vec<BytesPermit>);

impl Share {
    /// Takes `bytes` more, as they arrive and not by what was announced: a slow sender holds only what it has sent.
    ///
    /// # Errors
    /// 429 when the budget is used up (guarantee G9).
    pub(crate) fn grow(&mut self, budget: &BytesBudget, bytes: usize) -> Result<(), Problem> {
        let busy = || Problem::new(Code::Busy, "too many bodies are in flight; try again shortly").retry_after(1);
        self.0.push(budget.try_take(bytes as u64).ok_or_else(busy)?);
        Ok(())
    }
}

/// The whole body of a message, with its share of the budget.
///
/// # Errors
/// 413 over [`BODY_BYTES_MAX`], 429 when the budget is used up, 400 when the sender breaks off or stalls.
pub(crate) async fn message(budget: &BytesBudget, headers: &HeaderMap, body: Body) -> Result<(Bytes, Share), Problem> {
    announced(headers, BODY_BYTES_MAX)?;
    let mut share = Share::default();
    let bytes = collect(body.into_data_stream(), BODY_BYTES_MAX, |bytes| share.grow(budget, bytes)).await?;
    Ok((bytes, share))
}

/// The JSON body of an act; `T`'s default when there is none. `members` tells the caller what could have stood there.
///
/// # Errors
/// 413, or 400 and 422 with line and column.
pub(crate) async fn act<T: DeserializeOwned + Default>(body: Body, members: &str) -> Result<T, Problem> {
    let bytes = collect(body.into_data_stream(), ACT_BYTES_MAX, |_| Ok(())).await?;
    if bytes.trim_ascii().is_empty() {
        return Ok(T::default());
    }
    serde_json::from_slice(&bytes).map_err(|error| crate::problem::unreadable_json(&error, members))
}

/// The `target` of an act that cannot do without one.
///
/// # Errors
/// 422 when it is missing.
pub(crate) fn target(given: Option<String>, members: &str) -> Result<String, Problem> {
    given.ok_or_else(|| Problem::new(Code::BadShape, format!("`target` is missing: expected {members}")))
}

/// Refuses by `Content-Length` before the first byte is read.
fn announced(headers: &HeaderMap, most: usize) -> Result<(), Problem> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    match length {
        Some(bytes) if bytes > most as u64 => Err(too_large(most)),
        _ => Ok(()),
    }
}

async fn collect(
    mut stream: BodyDataStream,
    most: usize,
    mut hold: impl FnMut(usize) -> Result<(), Problem>,
) -> Result<Bytes, Problem> {
    // Most bodies arrive in one piece, which is passed on as it is instead of being copied.
    let mut first = Bytes::new();
    let mut whole = Vec::new();
    while let Some(piece) = next(&mut stream, PAUSE_MAX).await? {
        if first.len() + whole.len() + piece.len() > most {
            return Err(too_large(most));
        }
        hold(piece.len())?;
        if first.is_empty() && whole.is_empty() {
            first = piece;
            continue;
        }
        if whole.is_empty() {
            whole.extend_from_slice(&std::mem::take(&mut first));
        }
        whole.extend_from_slice(&piece);
    }
    Ok(if whole.is_empty() { first } else { Bytes::from(whole) })
}

/// The body's next piece; `None` at its end.
///
/// # Errors
/// 400 when the sender breaks off, or nothing comes for as long as `pause_max`.
pub(crate) async fn next(stream: &mut BodyDataStream, pause_max: Duration) -> Result<Option<Bytes>, Problem> {
    let broken_off = |_| Problem::new(Code::NotJson, "the body broke off before its end");
    let stalled = |_| {
        let detail = format!("no more of the body arrived within {} seconds", pause_max.as_secs());
        Problem::new(Code::NotJson, detail)
    };
    tokio::time::timeout(pause_max, stream.next()).await.map_err(stalled)?.transpose().map_err(broken_off)
}

/// A 413 that names the limit.
pub(crate) fn too_large(most: usize) -> Problem {
    Problem::new(Code::TooLarge, format!("the body has more than the {most} bytes that are taken")).with("limit", most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunks(parts: &[&'static str]) -> Body {
        Body::from_stream(futures_util::stream::iter(
            parts.iter().map(|part| Ok::<_, std::io::Error>(Bytes::from_static(part.as_bytes()))).collect::<Vec<_>>(),
        ))
    }

    #[tokio::test]
    async fn g9_bodies_come_out_of_one_budget() {
        let budget = BytesBudget::new(6);
        let (bytes, share) = message(&budget, &HeaderMap::new(), chunks(&["ab", "cd"])).await.unwrap();
        assert_eq!(&bytes[..], b"abcd");
        let problem = message(&budget, &HeaderMap::new(), chunks(&["ab", "c"])).await.unwrap_err();
        assert_eq!(problem.code(), Code::Busy);
        assert_eq!(budget.free(), 2, "what the refused body had taken is back");
        drop(share);
        assert_eq!(budget.free(), 6);
    }

    #[tokio::test]
    async fn an_announced_length_is_refused_unread() {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_LENGTH, (BODY_BYTES_MAX + 1).into());
        let problem = message(&BytesBudget::default(), &headers, Body::empty()).await.unwrap_err();
        assert_eq!((problem.code(), &problem.document()["limit"]), (Code::TooLarge, &BODY_BYTES_MAX.into()));
    }

    #[tokio::test]
    async fn acts_are_small_and_their_errors_do_not_repeat_them() {
        let big = Body::from(" ".repeat(ACT_BYTES_MAX + 1));
        assert_eq!(act::<serde_json::Value>(big, "").await.unwrap_err().code(), Code::TooLarge);
        #[derive(serde::Deserialize, Default, Debug)]
        #[serde(deny_unknown_fields)]
        struct Why {
            #[expect(dead_code, reason = "only read by serde")]
            why: String,
        }
        for (text, code) in [("{\"why\": Mango}", Code::NotJson), ("{\"Mango\": 1}", Code::BadShape)] {
            let problem = act::<Why>(Body::from(text), "`why`").await.unwrap_err();
            assert_eq!(problem.code(), code);
            assert!(!problem.document().to_string().contains("Mango"));
        }
    }
}
