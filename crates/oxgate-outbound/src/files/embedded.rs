//! The files of one delivery: uploaded before the event is sent, and named in it instead of embedded.
//!
//! How long Redox keeps what nothing names yet is not documented. So a file is uploaded in the same attempt that sends its
//! event, before the attempt is made durable; an attempt soon after a failed one uses the URIs again, a later one, or one
//! after a restart, uploads anew.

use super::decode::Decoded;
use super::{FILE_BYTES_MAX, Upload, UploadError};
use crate::transport::Transport;
use bytes::Bytes;
use oxgate_core::{DeliveryId, Reason, Timestamp};
use oxgate_dispatch::{Outcome, Report};
use redox_model::files::{Embedded, embedded, with_uris};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a URI that no event has named yet is used again.
const FRESH: Duration = Duration::from_mins(10);

/// Deliveries whose URIs are remembered. One is added a failed attempt, so more than this in ten minutes is an outage, and
/// uploading anew is only slower.
const REMEMBERED_MAX: usize = 1_000;

/// Which files are uploaded, and what was.
#[derive(Debug, Default)]
pub(crate) struct Uploads {
    /// Files of more bytes are uploaded; none without it.
    above: Option<usize>,
    remembered: Mutex<HashMap<DeliveryId, Remembered>>,
}

#[derive(Clone, Debug)]
struct Remembered {
    at: Timestamp,
    /// In the order of the body's files.
    uris: Vec<String>,
}

/// A body whose files stand in it as URIs.
pub(crate) struct Replaced {
    pub(crate) body: Bytes,
    /// How many files; 0 when they had been uploaded a moment before.
    pub(crate) uploaded: usize,
}

impl Uploads {
    /// Uploads files above so many bytes.
    pub(crate) fn above(above: Option<usize>) -> Self {
        Self { above, ..Self::default() }
    }

    /// The body as it is to be sent; `None` when no file in it is to be uploaded.
    ///
    /// One file is on its way at a time, decoded piece by piece: beside the body nothing of its size is held.
    pub(crate) async fn replace<T: Transport>(
        &self,
        transport: &T,
        body: &Bytes,
        kind: (&str, &str),
        delivery: DeliveryId,
        now: Timestamp,
    ) -> Result<Option<Replaced>, Report> {
        let Some(above) = self.above else { return Ok(None) };
        let mut files = embedded(body, kind.0, kind.1);
        files.retain(|file| file.bytes() > above);
        let mut decoded: Vec<(Embedded, Decoded)> = Vec::new();
        for file in files {
            let fits = |file: &Decoded| file.length() > above as u64 && file.length() <= FILE_BYTES_MAX;
            if let Some(bytes) = Decoded::of(text(body, &file)).filter(fits) {
                decoded.push((file, bytes));
            }
        }
        if decoded.is_empty() {
            return Ok(None);
        }
        let known = self.recall(delivery, now).filter(|uris| uris.len() == decoded.len());
        let mut uris = known.unwrap_or_default();
        let mut uploaded = 0;
        let mut places = Vec::new();
        for (index, (file, bytes)) in decoded.into_iter().enumerate() {
            if uris.len() == index {
                let upload = Upload {
                    content_type: media_type(file.file_type.as_deref()),
                    length: Some(bytes.length()),
                    pieces: bytes.pieces(),
                };
                uris.push(super::upload(transport, upload).await.map_err(|error| report(&error))?);
                uploaded += 1;
            }
            places.push(file);
        }
        let named: Vec<(&Embedded, &str)> = places.iter().zip(uris.iter().map(String::as_str)).collect();
        let body = Bytes::from(with_uris(body, &named));
        if uploaded > 0 {
            self.remember(delivery, now, uris);
        }
        Ok(Some(Replaced { body, uploaded }))
    }

    /// Its event has left, or never will.
    pub(crate) fn forget(&self, delivery: DeliveryId) {
        self.lock().remove(&delivery);
    }

    fn recall(&self, delivery: DeliveryId, now: Timestamp) -> Option<Vec<String>> {
        let remembered = self.lock().get(&delivery).cloned()?;
        (now.since(remembered.at) < FRESH).then_some(remembered.uris)
    }

    fn remember(&self, delivery: DeliveryId, at: Timestamp, uris: Vec<String>) {
        let mut all = self.lock();
        all.retain(|_, remembered| at.since(remembered.at) < FRESH);
        if all.len() < REMEMBERED_MAX {
            all.insert(delivery, Remembered { at, uris });
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<DeliveryId, Remembered>> {
        // The map is whole after every statement, whatever panicked meanwhile.
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The file's text as a part of the body, copied only where JSON's escapes force it.
fn text(body: &Bytes, file: &Embedded) -> Bytes {
    match file.text(body) {
        std::borrow::Cow::Borrowed(text) => body.slice_ref(text.as_bytes()),
        std::borrow::Cow::Owned(text) => Bytes::from(text),
    }
}

/// `FileType` is free text; what looks like a media type is one, and the usual abbreviations are known.
fn media_type(file_type: Option<&str>) -> Option<String> {
    let given = file_type?.trim().to_ascii_lowercase();
    let known = match given.as_str() {
        "pdf" => "application/pdf",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "tif" | "tiff" => "image/tiff",
        "rtf" => "application/rtf",
        "txt" => "text/plain",
        "xml" => "application/xml",
        "html" | "htm" => "text/html",
        _ => {
            let is_type = given.split_once('/').is_some_and(|(left, right)| is_token(left) && is_token(right));
            return is_type.then_some(given);
        }
    };
    Some(known.to_owned())
}

fn is_token(text: &str) -> bool {
    let fine = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&byte);
    (1..=127).contains(&text.len()) && text.bytes().all(fine)
}

/// Nothing of the event has left, so whatever went wrong leaves nothing in doubt.
fn report(error: &UploadError) -> Report {
    match error {
        UploadError::Refused { status } => {
            Report::new(Outcome::Rejected, Reason::word("file-refused")).with_status(*status)
        }
        UploadError::RateLimited { retry_after } => {
            Report::new(Outcome::TargetFailed, Reason::status(429)).with_retry_after(*retry_after)
        }
        UploadError::Failed { reason } => Report::new(Outcome::TargetFailed, reason.clone()),
        UploadError::Source(_) | UploadError::NoAccount { .. } => {
            Report::new(Outcome::TargetFailed, Reason::word("no-account"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_types_are_read_as_people_write_them() {
        for (given, expected) in [
            (Some("PDF"), Some("application/pdf")),
            (Some(" image/PNG "), Some("image/png")),
            (Some("application/vnd.x+xml"), Some("application/vnd.x+xml")),
            (Some("Discharge letter"), None),
            (Some("a/b\r\nc"), None),
            (None, None),
        ] {
            assert_eq!(media_type(given).as_deref(), expected, "{given:?}");
        }
    }
}
