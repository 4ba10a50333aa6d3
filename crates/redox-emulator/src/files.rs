//! Uploaded files: `POST /upload` keeps one, its URI gives it back, and a message may name it instead of embedding it.
//!
//! Source: Redox docs, "Send a file via Redox Data Model API"; status and body as recorded in public client tests.

use crate::Emulator;
use crate::config::Uploads;
use crate::exchange::{Answer, Request, Response, Turn};
use crate::faults::Scope;
use crate::multipart::{self, Part};
use crate::observed::{Observed, What};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderValue, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Where files are uploaded.
pub(crate) const UPLOAD: &str = "/upload";
/// File numbers begin where recorded ones are.
const FIRST_NUMBER: u64 = 14_652_614;

/// An uploaded file.
#[derive(Debug)]
struct Stored {
    /// Only these sources may fetch and name it.
    sources: Vec<String>,
    file_name: Option<String>,
    content_type: HeaderValue,
    content: Bytes,
    at: Timestamp,
    is_expired: bool,
}

/// The files that are kept, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Files {
    by_number: BTreeMap<u64, Stored>,
    last_number: u64,
    kept_bytes: usize,
}

impl Files {
    /// Keeps a file and returns its number; the oldest go when there are too many bytes.
    fn keep(&mut self, stored: Stored, bytes_max: usize) -> u64 {
        self.kept_bytes += stored.content.len();
        let number = FIRST_NUMBER + self.last_number;
        self.last_number += 1;
        self.by_number.insert(number, stored);
        while self.kept_bytes > bytes_max && self.by_number.len() > 1 {
            let Some((_, oldest)) = self.by_number.pop_first() else { break };
            self.kept_bytes -= oldest.content.len();
        }
        number
    }
}

impl Emulator {
    /// `POST /upload`: one part named `file`.
    pub(crate) fn upload(&mut self, turn: &mut Turn<'_>, request: &Request, scope: &Scope) -> Response {
        let grant = match self.authorize(turn, request, scope) {
            Ok(grant) => grant,
            Err(answer) => return (*answer).into(),
        };
        if self.config.switches.uploads == Uploads::Forbidden {
            return failure(StatusCode::FORBIDDEN, "file upload is not available in this environment").into();
        }
        if request.is_oversized {
            return failure(StatusCode::PAYLOAD_TOO_LARGE, "file is too large").into();
        }
        let Part { file_name, content_type, content } =
            match multipart::part(request.header("content-type").unwrap_or_default(), &request.body, "file") {
                Ok(part) => part,
                Err(error) => return failure(StatusCode::BAD_REQUEST, &error.to_string()).into(),
            };
        if content.len() > self.config.limits.upload_bytes_max {
            return failure(StatusCode::PAYLOAD_TOO_LARGE, "file is too large").into();
        }
        let mut seen = Observed::new(turn.now, What::Uploaded);
        seen.source = grant.sources.first().map(|id| self.directory.source_name(id).to_owned());
        seen.detail = Some(format!("{} bytes", content.len()));
        turn.effects.observed.push(seen);
        let content_type = content_type.and_then(|text| HeaderValue::try_from(text).ok());
        let stored = Stored {
            sources: grant.sources,
            file_name,
            content_type: content_type.unwrap_or(HeaderValue::from_static("application/octet-stream")),
            content,
            at: turn.now,
            is_expired: false,
        };
        let number = self.files.keep(stored, self.config.limits.kept_body_bytes_max);
        Answer::json(StatusCode::CREATED, &json!({"URI": self.file_uri(number)})).into()
    }

    /// `GET` of a file's URI, with a token of the source that uploaded it.
    pub(crate) fn file(&mut self, turn: &mut Turn<'_>, request: &Request, number: u64, scope: &Scope) -> Response {
        let grant = match self.authorize(turn, request, scope) {
            Ok(grant) => grant,
            Err(answer) => return (*answer).into(),
        };
        let Some(stored) = self.files.by_number.get(&number).filter(|stored| !self.has_expired(stored, turn.now))
        else {
            return failure(StatusCode::NOT_FOUND, "no such file, or its URI has expired").into();
        };
        if !stored.sources.iter().any(|own| grant.sources.contains(own)) {
            return failure(StatusCode::FORBIDDEN, "the file belongs to another source").into();
        }
        Answer::bytes(StatusCode::OK, stored.content_type.clone(), stored.content.clone()).into()
    }

    fn has_expired(&self, stored: &Stored, now: Timestamp) -> bool {
        let lifetime = self.config.limits.upload_lifetime;
        stored.is_expired || lifetime.is_some_and(|lifetime| now.duration_since(stored.at) >= lifetime)
    }

    fn file_uri(&self, number: u64) -> String {
        format!("{}/{number}", self.base_url.as_deref().unwrap_or_default())
    }

    /// Puts the content of named files in the place of their URIs, as base64: receivers never see a URI. Fails on a URI
    /// of ours that this source may not name, or not any more; foreign URIs stay as they are.
    pub(crate) fn embed_files(&self, message: &mut Value, source: &str, now: Timestamp) -> Result<(), FileGone> {
        let Some(base) = &self.base_url else { return Ok(()) };
        each_file_place(message, &mut |place| {
            let uri = place.as_str().and_then(|text| text.strip_prefix(base.as_str())?.strip_prefix('/'));
            let Some(number) = uri.and_then(|number| number.parse::<u64>().ok()) else { return Ok(()) };
            let known = self.files.by_number.get(&number);
            let is_usable =
                |stored: &&Stored| !self.has_expired(stored, now) && stored.sources.iter().any(|own| own == source);
            let stored = known.filter(is_usable).ok_or(FileGone)?;
            *place = STANDARD.encode(&stored.content).into();
            Ok(())
        })
    }

    /// `GET /_emulator/uploads`: what is kept, oldest first.
    pub(crate) fn uploads(&self, now: Timestamp) -> Value {
        let element = |(number, stored): (&u64, &Stored)| {
            json!({
                "uri": self.file_uri(*number), "file_name": stored.file_name, "bytes": stored.content.len(),
                "content_type": stored.content_type.to_str().unwrap_or_default(), "sources": stored.sources,
                "at": stored.at, "is_expired": self.has_expired(stored, now),
            })
        };
        self.files.by_number.iter().map(element).collect()
    }

    /// Ends every URI that lives; how many.
    pub(crate) fn expire_uploads(&mut self) -> usize {
        let living = self.files.by_number.values_mut().filter(|stored| !stored.is_expired);
        living.map(|stored| stored.is_expired = true).count()
    }
}

/// A message names a file that its source cannot use.
pub(crate) struct FileGone;

/// Visits every place where Redox documents that a URI may stand for a file: a `FileContents`, and the `Value` of an
/// encapsulated result.
fn each_file_place(
    value: &mut Value,
    visit: &mut impl FnMut(&mut Value) -> Result<(), FileGone>,
) -> Result<(), FileGone> {
    match value {
        Value::Array(items) => items.iter_mut().try_for_each(|item| each_file_place(item, visit)),
        Value::Object(members) => {
            let is_file = members.get("ValueType").is_some_and(|kind| kind == "Encapsulated Data");
            members.iter_mut().try_for_each(|(name, value)| match name.as_str() {
                "FileContents" => visit(value),
                "Value" if is_file => visit(value),
                _ => each_file_place(value, visit),
            })
        }
        _ => Ok(()),
    }
}

/// The error body that a public client decodes for uploads.
fn failure(status: StatusCode, text: &str) -> Answer {
    Answer::json(status, &json!({"errorDetail": text}))
}
