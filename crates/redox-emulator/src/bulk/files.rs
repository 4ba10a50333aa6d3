//! A file of a job: whole, compressed, in part, or broken in one of the ways that servers break; a large one is made while it
//! is sent.

use super::gzip;
use super::job::{Content, Selection};
use super::patients::{self, Kind};
use super::settings::BulkFaults;
use super::{outcome, strikes};
use crate::exchange::{Answer, Pieces, Request, Turn};
use crate::{Emulator, form};
use bytes::Bytes;
use http::{HeaderValue, StatusCode};
use jiff::Timestamp;

const NDJSON: HeaderValue = HeaderValue::from_static("application/fhir+ndjson");
/// Lines of one piece of a large file, some 250 KiB.
const PIECE_LINES: u64 = 1000;
/// Files with more lines are made while they are sent, where nothing needs them whole.
const WHOLE_LINES_MAX: u64 = 20_000;

impl Emulator {
    pub(super) fn bulk_file(&mut self, turn: &Turn<'_>, request: &Request, id: &str, name: &str) -> Answer {
        let now = self.own_time(turn.now);
        let faults = &mut self.config.bulk.faults;
        if strikes(&mut faults.busy_files) {
            self.bulk.counts.refused += 1;
            return self.bulk_paced(outcome(StatusCode::TOO_MANY_REQUESTS, "throttled", "slower"));
        }
        if strikes(&mut faults.failing_files) {
            self.bulk.counts.refused += 1;
            return Answer::text(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error");
        }
        let place = name.split_once('.').and_then(|(place, _)| place.parse::<usize>().ok());
        let found = self.bulk.job(id).filter(|(_, job)| now >= job.created);
        let Some((_, job)) = found else { return outcome(StatusCode::NOT_FOUND, "not-found", "no such job") };
        let Some(content) = place.and_then(|place| job.files.get(place)).copied() else {
            return outcome(StatusCode::NOT_FOUND, "not-found", "no such file");
        };
        let selection = job.selection.clone();
        if is_expired(request, now) {
            self.bulk.counts.refused += 1;
            return outcome(StatusCode::GONE, "expired", "the link has expired");
        }
        let config = &mut self.config.bulk;
        let is_packed = config.gzip && request.header("accept-encoding").is_some_and(|list| list.contains("gzip"));
        let is_whole = is_packed || config.ranges || config.faults != BulkFaults::default();
        self.bulk.counts.files += 1;
        if config.keep_files && !is_packed {
            return Answer::bytes(StatusCode::OK, NDJSON, self.bulk.kept(selection, content));
        }
        if content.lines() > WHOLE_LINES_MAX && !is_whole {
            return Answer::pieces(StatusCode::OK, NDJSON, Pieces::new(move |n| piece(&selection, content, n)));
        }
        let mut body = whole(&selection, content);
        spoil(&mut body, &mut config.faults);
        let is_cut = strikes(&mut config.faults.broken_files);
        let tag = format!("\"{id}-{name}\"");
        let answer = if is_packed {
            self.bulk.counts.compressed += 1;
            Answer::bytes(StatusCode::OK, NDJSON, gzip::stored(&body))
                .with("content-encoding", HeaderValue::from_static("gzip"))
        } else if config.ranges {
            let part = rest(request, &tag, body.len());
            self.bulk.counts.ranges += u64::from(part.is_some());
            ranged(body, &tag, part)
        } else {
            Answer::bytes(StatusCode::OK, NDJSON, body)
        };
        if is_cut { answer.cut_in_half() } else { answer }
    }
}

fn is_expired(request: &Request, now: Timestamp) -> bool {
    let until = form::value(request.query.as_deref().unwrap_or_default(), "until");
    until.is_some_and(|until| until.parse::<i64>().map_or(true, |until| now.as_millisecond() >= until))
}

/// Where the rest begins that is asked for, if it is the rest of this very file.
fn rest(request: &Request, tag: &str, length: usize) -> Option<usize> {
    let from = request.header("range")?.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()?;
    let is_same = request.header("if-range").is_none_or(|known| known == tag);
    (is_same && from < length).then_some(from)
}

fn ranged(body: Vec<u8>, tag: &str, part: Option<usize>) -> Answer {
    let length = body.len();
    let answer = match part {
        Some(from) => {
            let range = format!("bytes {from}-{}/{length}", length - 1);
            let answer = Answer::bytes(StatusCode::PARTIAL_CONTENT, NDJSON, body[from..].to_vec());
            answer.with("content-range", HeaderValue::try_from(range).expect("numbers are ASCII"))
        }
        None => Answer::bytes(StatusCode::OK, NDJSON, body),
    };
    let answer = answer.with("accept-ranges", HeaderValue::from_static("bytes"));
    match HeaderValue::from_str(tag) {
        Ok(tag) => answer.with("etag", tag),
        Err(_) => answer,
    }
}

/// A piece of a file by its number; `None` after the last.
fn piece(selection: &Selection, content: Content, number: u64) -> Option<Bytes> {
    let mut body = String::new();
    match content {
        Content::Resources { kind, first, lines } => {
            let from = number.checked_mul(PIECE_LINES).filter(|from| *from < lines)?;
            for line in first + from..first + lines.min(from + PIECE_LINES) {
                let patient = selection.patient(line / kind.per_patient());
                patients::write(&mut body, kind, patient, line % kind.per_patient());
            }
        }
        _ if number > 0 => return None,
        Content::Deleted => patients::write_deleted(&mut body),
        Content::Warnings => patients::write_warnings(&mut body),
    }
    Some(body.into())
}

/// A file in one.
pub(super) fn whole(selection: &Selection, content: Content) -> Vec<u8> {
    let pieces: Vec<Bytes> = (0..).map_while(|number| piece(selection, content, number)).collect();
    pieces.concat()
}

/// Content that is wrong although HTTP says nothing.
fn spoil(body: &mut Vec<u8>, faults: &mut BulkFaults) {
    if strikes(&mut faults.cut_files) {
        body.truncate(body.len().saturating_sub(20));
    }
    if strikes(&mut faults.short_files) {
        let end = body[..body.len().saturating_sub(1)].iter().rposition(|byte| *byte == b'\n');
        body.truncate(end.map_or(0, |end| end + 1));
    }
    if strikes(&mut faults.garbled_files) {
        body.splice(0..1, *b"<");
    }
    if strikes(&mut faults.mixed_files) {
        let mut stray = String::new();
        patients::write(&mut stray, Kind::Stray, 0, 0);
        let end = body.iter().position(|byte| *byte == b'\n').map_or(body.len(), |end| end + 1);
        body.splice(0..end, stray.into_bytes());
    }
}
