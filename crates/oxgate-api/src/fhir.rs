//! `/v1/fhir/{destination}/…`: FHIR R4 through Redox, with token and source added and the answer unchanged.
//!
//! Of the caller's headers none goes on but what the request is made of: source and body type. Of the answer's, its type.

use crate::caller::Caller;
use crate::files;
use crate::gateway::Gateway;
use crate::intake;
use crate::params::header as parameter;
use crate::problem::{Code, Problem};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use oxgate_core::Phi;
use oxgate_outbound::fhir::FhirCall;
use oxgate_store::command::Command;
use std::sync::Arc;

/// `GET` and `POST /v1/fhir/{destination}/{path}`; every other method is refused with what there is instead.
///
/// Search parameters in the address are refused, not moved into a form: by then the address has passed whatever proxies and
/// logs stand in front of the gateway (guarantee G8).
pub(crate) async fn fhir(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path((destination, path)): Path<(String, String)>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    body_type(&path, &headers)?;
    let (body, _share) = intake::message(&gateway.bodies, &headers, body).await?;
    let call = FhirCall {
        destination,
        source: as_whom(&headers)?,
        method: method.as_str().to_owned(),
        path: Phi::new(path),
        has_query: uri.query().is_some_and(|query| !query.is_empty()),
        body: Phi::new(body),
    };
    let request = gateway.outbound.fhir_request(call)?;
    let line = Command::Audit { actor: caller.actor(&request.note()), act: request.act().to_owned(), event: None };
    gateway.store.command(line).await?;
    let answer = gateway.outbound.fhir(request).await?;
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut response = (status, answer.body.into_exposed()).into_response();
    let declared = answer.content_type.as_deref().and_then(|kind| HeaderValue::from_str(kind).ok());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, declared.unwrap_or(HeaderValue::from_static("application/fhir+json")));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// `Oxgate-Source`, or the header that clients of Redox's own FHIR API send.
fn as_whom(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    if let Some(ours) = files::source(headers)? {
        return Ok(Some(ours));
    }
    parameter(headers, "redox-source-id", "the id of a configured source, once", |text| {
        (!text.is_empty()).then(|| text.to_owned())
    })
}

/// A form for a search, JSON for an operation: what is declared otherwise would be misread at the other end.
fn body_type(path: &str, headers: &HeaderMap) -> Result<(), Problem> {
    let Some(declared) = headers.get(header::CONTENT_TYPE) else { return Ok(()) };
    let declared =
        declared.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let (fits, expected) = if path.ends_with("/_search") {
        (declared == "application/x-www-form-urlencoded", "`application/x-www-form-urlencoded` for a search")
    } else {
        (matches!(declared.as_str(), "application/fhir+json" | "application/json"), "`application/fhir+json`")
    };
    if fits {
        return Ok(());
    }
    let detail = format!("the body's media type cannot be passed on: expected {expected}");
    Err(Problem::new(Code::NotPassedOn, detail).with("parameter", "content-type"))
}
