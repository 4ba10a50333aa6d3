//! NDJSON batches: read, made durable and answered line by line, in memory for one line and its answer.

use crate::gateway::Gateway;
use crate::intake::{self, Share};
use crate::problem::{Code, Problem};
use crate::submit::{Envelope, receipt};
use axum::body::{Body, BodyDataStream};
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use http::header;
use oxgate_core::limits::BODY_BYTES_MAX;
use serde_json::Value;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

/// The longest pause between two pieces of a batch: it may be fed by a person or a slow export, and holds little while
/// it waits.
const PAUSE_MAX: Duration = Duration::from_mins(15);

/// Answers each line as it becomes durable. The order of the lines is the order of the events.
///
/// A line that is refused for its own sake gets a problem and the next one is taken. When the gateway itself takes
/// nothing at the moment, that line's problem is the last: the sender goes on from there, and order is kept.
pub(crate) fn respond(gateway: Arc<Gateway>, envelope: Envelope, body: Body) -> Response {
    let batch = Batch { lines: Lines::new(gateway.clone(), body), gateway, envelope, ended: false };
    let answers = futures_util::stream::unfold(batch, |mut batch| async move {
        let answer = batch.next().await?;
        Some((Ok::<_, Infallible>(Bytes::from(answer)), batch))
    });
    ([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(answers)).into_response()
}

struct Batch {
    gateway: Arc<Gateway>,
    envelope: Envelope,
    lines: Lines,
    ended: bool,
}

impl Batch {
    /// The next line's answer, with its line feed; `None` at the end.
    async fn next(&mut self) -> Option<String> {
        if self.ended {
            return None;
        }
        let line = match self.lines.next().await {
            Ok(Some(line)) => line,
            Ok(None) => return None,
            Err(problem) => {
                self.ended = true;
                return Some(answer(self.lines.number, problem.document()));
            }
        };
        let result = match line {
            Line::Event(bytes) => self.submit(bytes).await,
            Line::TooLong => Err(intake::too_large(BODY_BYTES_MAX)),
        };
        let document = result.unwrap_or_else(|problem| {
            self.ended = problem.status().is_server_error() || problem.code() == Code::Busy;
            problem.document()
        });
        Some(answer(self.lines.number, document))
    }

    async fn submit(&mut self, line: Bytes) -> Result<Value, Problem> {
        let queued = self.gateway.outbound.submit(self.envelope.line(line, self.lines.number)).await?;
        Ok(receipt(&queued))
    }
}

/// One answer. `line` is always the line of the batch: an event is one line, so its own line number says nothing.
fn answer(line: u64, mut document: Value) -> String {
    document["line"] = line.into();
    document.to_string() + "\n"
}

/// The body cut at line feeds.
struct Lines {
    gateway: Arc<Gateway>,
    body: BodyDataStream,
    /// What has arrived and is not yet cut; holds no line feed in its first `scanned` bytes.
    rest: BytesMut,
    scanned: usize,
    share: Share,
    /// The present line's number, from 1, blank lines counted.
    number: u64,
}

enum Line {
    Event(Bytes),
    /// Over the limit of one event; read past without being kept.
    TooLong,
}

impl Lines {
    fn new(gateway: Arc<Gateway>, body: Body) -> Self {
        let (body, rest) = (body.into_data_stream(), BytesMut::new());
        Self { gateway, body, rest, scanned: 0, share: Share::default(), number: 0 }
    }

    /// The next line that is not blank.
    ///
    /// # Errors
    /// When the sender breaks off, or the budget for bodies in flight is used up. The line then has no event.
    async fn next(&mut self) -> Result<Option<Line>, Problem> {
        let mut too_long = false;
        loop {
            if let Some(end) = self.rest[self.scanned..].iter().position(|byte| *byte == b'\n') {
                let line = self.rest.split_to(self.scanned + end + 1);
                (self.scanned, self.number) = (0, self.number + 1);
                if let Some(line) = cut(&line.freeze(), too_long) {
                    return Ok(Some(line));
                }
                too_long = false;
                continue;
            }
            self.scanned = self.rest.len();
            if self.rest.len() > BODY_BYTES_MAX {
                too_long = true;
                self.rest = BytesMut::new();
                self.scanned = 0;
            }
            if !self.read().await? {
                let last = std::mem::take(&mut self.rest).freeze();
                self.scanned = 0;
                self.number += u64::from(too_long || !last.is_empty());
                return Ok(cut(&last, too_long));
            }
        }
    }

    /// Reads one more piece; `false` at the end of the body.
    async fn read(&mut self) -> Result<bool, Problem> {
        let piece = intake::next(&mut self.body, PAUSE_MAX).await.inspect_err(|_| self.number += 1)?;
        let Some(piece) = piece else { return Ok(false) };
        // One share for all that is here now, instead of one a piece: what was cut off has gone already.
        let mut share = Share::default();
        share.grow(&self.gateway.bodies, self.rest.len() + piece.len()).inspect_err(|_| self.number += 1)?;
        self.share = share;
        self.rest.extend_from_slice(&piece);
        Ok(true)
    }
}

/// A line as an event; `None` when it is blank.
fn cut(line: &Bytes, too_long: bool) -> Option<Line> {
    let text = line.trim_ascii();
    if too_long || text.len() > BODY_BYTES_MAX {
        return Some(Line::TooLong);
    }
    (!text.is_empty()).then(|| Line::Event(line.slice_ref(text)))
}
