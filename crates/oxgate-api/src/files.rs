//! `POST /v1/files`: a file passed on to Redox as it arrives, answered with the URI that an event may name it by.

use crate::caller::Caller;
use crate::gateway::Gateway;
use crate::intake;
use crate::params::{Params, bad_parameter, header};
use crate::problem::{Code, Problem};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, StatusCode, Uri, header as names};
use oxgate_outbound::files::{FILE_BYTES_MAX, Pieces, Upload};
use oxgate_store::command::Command;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The longest pause between two pieces of a file.
const PAUSE_MAX: Duration = Duration::from_mins(1);

/// What has come through so far, and why no more did.
#[derive(Debug, Default)]
struct Meter {
    bytes: u64,
    ended_by: Option<Problem>,
}

/// `POST /v1/files`.
///
/// Nothing of the file is kept: piece by piece it goes out as it comes in, so that memory holds one piece, and a caller that
/// is faster than Redox waits.
pub(crate) async fn upload(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Value>), Problem> {
    Params::read(&uri, &[])?;
    let length = headers.get(names::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|bytes| bytes > FILE_BYTES_MAX) {
        return Err(too_large());
    }
    if length == Some(0) {
        return Err(Problem::new(Code::BadShape, "the body is empty: send the file's bytes as they are"));
    }
    let source = source(&headers)?;
    let content_type = media_type(&headers)?;
    let line = Command::Audit { actor: caller.actor(""), act: "file.upload".to_owned(), event: None };
    gateway.store.command(line).await?;
    let meter = Arc::new(Mutex::new(Meter::default()));
    let file = Upload { content_type, length, pieces: pieces(body, Arc::clone(&meter)) };
    let uploaded = gateway.outbound.upload(source.as_deref(), file).await;
    let meter = std::mem::take(&mut *meter.lock().unwrap_or_else(PoisonError::into_inner));
    match (meter.ended_by, uploaded) {
        // Why the caller's body ended is the cause; what Redox made of half a file is not.
        (Some(problem), _) => Err(problem),
        (None, Ok(uri)) => Ok((StatusCode::CREATED, Json(json!({ "uri": uri, "bytes": meter.bytes })))),
        (None, Err(error)) => Err(error.into()),
    }
}

/// The body's pieces, counted; an error breaks the upload off and is remembered for the answer.
fn pieces(body: Body, meter: Arc<Mutex<Meter>>) -> Pieces {
    let state = (body.into_data_stream(), meter);
    Box::pin(stream::try_unfold(state, |(mut body, meter)| async move {
        let piece = intake::next(&mut body, PAUSE_MAX).await.and_then(|piece| match piece {
            Some(piece) => count(&meter, piece).map(Some),
            None => Ok(None),
        });
        match piece {
            Ok(piece) => Ok(piece.map(|piece| (piece, (body, meter)))),
            Err(problem) => {
                meter.lock().unwrap_or_else(PoisonError::into_inner).ended_by = Some(problem);
                Err(std::io::Error::other("the file broke off"))
            }
        }
    }))
}

fn count(meter: &Mutex<Meter>, piece: Bytes) -> Result<Bytes, Problem> {
    let mut meter = meter.lock().unwrap_or_else(PoisonError::into_inner);
    meter.bytes += piece.len() as u64;
    if meter.bytes > FILE_BYTES_MAX { Err(too_large()) } else { Ok(piece) }
}

fn too_large() -> Problem {
    let detail = format!("the file has more than the {FILE_BYTES_MAX} bytes that Redox takes");
    Problem::new(Code::TooLarge, detail).with("limit", FILE_BYTES_MAX)
}

/// As whom: `Oxgate-Source`, by configured name or id.
pub(crate) fn source(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    header(headers, "oxgate-source", "the name or id of a configured source, once", |text| {
        (!text.is_empty()).then(|| text.to_owned())
    })
}

/// The file's media type, which Redox is told. Parameters other than ASCII text are refused here, not by a broken request.
fn media_type(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(names::CONTENT_TYPE) else { return Ok(None) };
    let text = value.to_str().ok().filter(|text| text.split_once('/').is_some() && text.len() <= 200);
    let text = text.ok_or_else(|| bad_parameter("content-type", "a media type such as `application/pdf`"))?;
    if text.starts_with("multipart/") {
        let detail = "send the file's bytes as the body, with its own media type: no form is taken apart here";
        return Err(Problem::new(Code::BadParameter, detail).with("parameter", "content-type"));
    }
    Ok(Some(text.to_owned()))
}
