//! NDJSON batches: read, made durable in groups and answered line by line, in memory for one group.

use crate::gateway::Gateway;
use crate::intake::{self, Share};
use crate::problem::{Code, Problem};
use crate::submit::{Envelope, receipt};
use axum::body::{Body, BodyDataStream};
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use futures_util::stream::FuturesOrdered;
use http::header;
use oxgate_core::limits::{BODY_BYTES_MAX, GROUP_BYTES};
use oxgate_dispatch::BoxFuture;
use serde_json::Value;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

/// The longest pause between two pieces of a batch: it may be fed by a person or a slow export, and holds little while
/// it waits.
const PAUSE_MAX: Duration = Duration::from_mins(15);

/// Lines handed to the store before the first of them is answered: enough for a group commit, few to repeat.
const LINES_UNDER_WAY: usize = 64;

/// Answers each line as it becomes durable. The order of the lines is the order of the events.
///
/// A line that is refused for its own sake gets a problem and the next one is taken. When the gateway itself takes
/// nothing at the moment, no further line is read; those under way are still answered, and the sender goes on with the
/// first that was not taken.
pub(crate) fn respond(gateway: Arc<Gateway>, envelope: Envelope, body: Body) -> Response {
    let batch = Batch::new(gateway, envelope, body);
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
    /// Lines handed to the store together, so that they share its syncs; answered in their order.
    under_way: FuturesOrdered<BoxFuture<'static, Done>>,
    /// Bytes of those lines.
    bytes: usize,
    /// Nothing more is read.
    ended: bool,
}

/// A line that was tried.
struct Done {
    number: u64,
    bytes: usize,
    result: Result<Value, Problem>,
}

impl Batch {
    fn new(gateway: Arc<Gateway>, envelope: Envelope, body: Body) -> Self {
        let lines = Lines::new(gateway.clone(), body);
        Self { gateway, envelope, lines, under_way: FuturesOrdered::new(), bytes: 0, ended: false }
    }

    /// The next line's answer, with its line feed; `None` at the end.
    async fn next(&mut self) -> Option<String> {
        loop {
            let room = !self.ended && self.under_way.len() < LINES_UNDER_WAY && self.bytes < GROUP_BYTES;
            tokio::select! {
                biased;
                Some(done) = self.under_way.next(), if !self.under_way.is_empty() => return Some(self.answered(done)),
                line = self.lines.next(), if room => self.take(line),
                else => return None,
            }
        }
    }

    fn take(&mut self, line: Result<Option<Line>, Problem>) {
        let number = self.lines.number;
        let refused = |problem| -> BoxFuture<'static, Done> {
            Box::pin(std::future::ready(Done { number, bytes: 0, result: Err(problem) }))
        };
        match line {
            Ok(Some(Line::Event(body))) => {
                self.bytes += body.len();
                self.under_way.push_back(self.submitted(body, number));
            }
            Ok(Some(Line::TooLong)) => self.under_way.push_back(refused(intake::too_large(BODY_BYTES_MAX))),
            Ok(None) => self.ended = true,
            Err(problem) => {
                self.ended = true;
                self.under_way.push_back(refused(problem));
            }
        }
    }

    fn submitted(&self, body: Bytes, number: u64) -> BoxFuture<'static, Done> {
        let (gateway, bytes) = (self.gateway.clone(), body.len());
        let submission = self.envelope.line(body, number);
        Box::pin(async move {
            let result = gateway.outbound.submit(submission).await;
            Done { number, bytes, result: result.map(|queued| receipt(&queued)).map_err(Problem::from) }
        })
    }

    fn answered(&mut self, done: Done) -> String {
        self.bytes -= done.bytes;
        let document = done.result.unwrap_or_else(|problem| {
            self.ended |= problem.status().is_server_error() || problem.code() == Code::Busy;
            problem.document()
        });
        answer(done.number, document)
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
    /// The present line is over the limit and is read past.
    too_long: bool,
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
        Self { gateway, body, rest, scanned: 0, share: Share::default(), too_long: false, number: 0 }
    }

    /// The next line that is not blank.
    ///
    /// # Errors
    /// When the sender breaks off, or the budget for bodies in flight is used up. The line then has no event.
    ///
    /// A call that is dropped loses nothing: what it has read stands in `self`.
    async fn next(&mut self) -> Result<Option<Line>, Problem> {
        loop {
            if let Some(end) = self.rest[self.scanned..].iter().position(|byte| *byte == b'\n') {
                let line = self.rest.split_to(self.scanned + end + 1);
                (self.scanned, self.number) = (0, self.number + 1);
                if let Some(line) = cut(&line.freeze(), std::mem::take(&mut self.too_long)) {
                    return Ok(Some(line));
                }
                continue;
            }
            self.scanned = self.rest.len();
            if self.rest.len() > BODY_BYTES_MAX {
                self.too_long = true;
                self.rest = BytesMut::new();
                self.scanned = 0;
            }
            if !self.read().await? {
                let last = std::mem::take(&mut self.rest).freeze();
                self.scanned = 0;
                let too_long = std::mem::take(&mut self.too_long);
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
