//! `oxgate send`: submit events to Redox through the running gateway.

use super::Shared;
use crate::exit::{Done, Failure};
use crate::gateway::{Gateway, Request};
use crate::output::{Format, cell, json, print};
use bytes::Bytes;
use clap::Args;
use serde_json::{Value, json};
use std::fmt::Write;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// Lines of an NDJSON file that travel in one request.
const LINES_A_REQUEST: usize = 200;

/// Submit events to Redox through the running gateway.
#[derive(Debug, Args)]
pub(crate) struct Send {
    /// Files with one JSON event, or NDJSON with one event a line; `-` is stdin.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Wait until the event's deliveries have ended, at most so long.
    #[arg(long, value_name = "TIME", value_parser = crate::config::unit::span)]
    wait: Option<std::time::Duration>,
    /// The same key with the same event is the same submission (one file, one event).
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
    /// A value of yours that comes back with every answer.
    #[arg(long, value_name = "TEXT")]
    correlation: Option<String>,
    /// Report the answer as late after so long.
    #[arg(long, value_name = "TIME")]
    reply_within: Option<String>,
    /// Old data: sent beside live events, never before them.
    #[arg(long)]
    backfill: bool,
}

impl Send {
    pub(crate) async fn run(&self, shared: &Shared) -> Done {
        let gateway = shared.gateway()?;
        let mut refused = 0_usize;
        for file in &self.files {
            match open(file)? {
                Input::One(body) => refused += usize::from(!self.one(shared, &gateway, file, body).await?),
                Input::Lines { first, rest } => refused += self.lines(shared, &gateway, file, first, rest).await?,
            }
        }
        match refused {
            0 => Ok(()),
            1 => Err(Failure::invalid("one event was refused")),
            n => Err(Failure::invalid(format!("{n} events were refused"))),
        }
    }

    fn headers(&self, request: Request) -> Request {
        request
            .header("oxgate-correlation", self.correlation.clone())
            .header("oxgate-reply-within", self.reply_within.clone())
            .header("oxgate-priority", self.backfill.then(|| "backfill".to_owned()))
    }

    fn path(&self) -> String {
        self.wait.map_or_else(|| "/v1/events".to_owned(), |wait| format!("/v1/events?wait={}ms", wait.as_millis()))
    }

    /// Whether the event was taken.
    async fn one(&self, shared: &Shared, gateway: &Gateway, file: &Path, body: Bytes) -> Result<bool, Failure> {
        let request = self.headers(Request::post(self.path(), "application/json", body));
        let answer = gateway.call(request.header("idempotency-key", self.idempotency_key.clone())).await?;
        if !answer.status.is_success() {
            let problem = answer.problem();
            if problem.exit != crate::exit::Exit::Invalid {
                return Err(problem);
            }
            eprintln!("oxgate: {}: {}", file.display(), problem.message);
            return Ok(false);
        }
        let value: Value = serde_json::from_slice(&answer.body).map_err(|error| Failure::peer(error.to_string()))?;
        show(shared, &value)?;
        Ok(true)
    }

    /// How many lines were refused.
    async fn lines(
        &self,
        shared: &Shared,
        gateway: &Gateway,
        file: &Path,
        first: Vec<u8>,
        mut rest: Reader,
    ) -> Result<usize, Failure> {
        let (mut refused, mut done) = (0, 0);
        let bar = progress();
        let mut batch = first;
        let mut lines = 1;
        loop {
            let more = rest.read_until(b'\n', &mut batch).map_err(|error| Failure::failed(error.to_string()))?;
            lines += usize::from(more > 0);
            if more > 0 && lines < LINES_A_REQUEST {
                continue;
            }
            if lines > 0 {
                let body = Bytes::from(std::mem::take(&mut batch));
                refused += self.batch(shared, gateway, file, done, body).await?;
                done += lines;
                bar.set_position(done as u64);
                lines = 0;
            }
            if more == 0 {
                bar.finish_and_clear();
                return Ok(refused);
            }
        }
    }

    async fn batch(
        &self,
        shared: &Shared,
        gateway: &Gateway,
        file: &Path,
        before: usize,
        body: Bytes,
    ) -> Result<usize, Failure> {
        let request = self.headers(Request::post("/v1/events", "application/x-ndjson", body));
        let answer = gateway.call(request).await?.successful()?;
        let mut refused = 0;
        for result in answer.body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let mut value: Value = serde_json::from_slice(result).map_err(|error| Failure::peer(error.to_string()))?;
            let line = before
                + value.get("line").and_then(Value::as_u64).and_then(|line| usize::try_from(line).ok()).unwrap_or(0);
            value["line"] = json!(line);
            if value.get("id").is_some() {
                show(shared, &value)?;
            } else {
                refused += 1;
                eprintln!("oxgate: {}:{line}: {}: {}", file.display(), cell(&value, "/title"), cell(&value, "/detail"));
            }
        }
        Ok(refused)
    }
}

type Reader = BufReader<Box<dyn Read + std::marker::Send>>;

enum Input {
    One(Bytes),
    Lines { first: Vec<u8>, rest: Reader },
}

/// NDJSON is known by its first line: a whole JSON value with more after it.
fn open(file: &Path) -> Result<Input, Failure> {
    let cannot = |error: std::io::Error| Failure::failed(format!("cannot read {}: {error}", file.display()));
    let source: Box<dyn Read + std::marker::Send> = if file == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        Box::new(std::fs::File::open(file).map_err(cannot)?)
    };
    let mut reader = BufReader::new(source);
    let mut first = Vec::new();
    reader.read_until(b'\n', &mut first).map_err(cannot)?;
    let whole = serde_json::from_slice::<serde::de::IgnoredAny>(&first).is_ok();
    if whole && !reader.fill_buf().map_err(cannot)?.is_empty() {
        return Ok(Input::Lines { first, rest: reader });
    }
    reader.read_to_end(&mut first).map_err(cannot)?;
    Ok(Input::One(Bytes::from(first)))
}

fn show(shared: &Shared, value: &Value) -> Done {
    if shared.format == Format::Json {
        return json(value);
    }
    let mut text = format!("{}  {}", cell(value, "/id"), cell(value, "/state"));
    for delivery in value.get("deliveries").and_then(Value::as_array).into_iter().flatten() {
        write!(text, "\n  {}  to {}", cell(delivery, "/id"), cell(delivery, "/destination"))
            .expect("writing to a string");
        if let Some(state) = delivery.get("state").and_then(Value::as_str) {
            write!(text, "  {state}").expect("writing to a string");
        }
    }
    print(&text)
}

/// Counts lines on a terminal; silent elsewhere.
fn progress() -> indicatif::ProgressBar {
    let bar = indicatif::ProgressBar::new_spinner();
    let style = indicatif::ProgressStyle::with_template("{spinner} {pos} events, {per_sec}, {elapsed}");
    bar.with_style(style.unwrap_or_else(|_| indicatif::ProgressStyle::default_spinner()))
}
