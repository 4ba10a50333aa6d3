//! `POST /v1/queries`: a question to Redox, answered on the same call with Redox's own status and body.

use crate::gateway::Gateway;
use crate::intake;
use crate::params::Params;
use crate::problem::Problem;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use oxgate_core::Phi;
use oxgate_core::limits::SYNC_BUDGET;
use std::sync::Arc;

/// The event that records the query, on every answer that has one.
const EVENT_ID: HeaderName = HeaderName::from_static("oxgate-event-id");

/// `POST /v1/queries`.
pub(crate) async fn queries(
    State(gateway): State<Arc<Gateway>>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    Params::read(&uri, &[])?;
    let (bytes, _share) = intake::message(&gateway.bodies, &headers, body).await?;
    let answer = gateway.outbound.query(Phi::new(bytes), SYNC_BUDGET).await?;
    // Redox's status, if it is one that an answer can have.
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut response = (status, answer.body.into_exposed()).into_response();
    let declared = answer.content_type.as_deref().and_then(|kind| HeaderValue::from_str(kind).ok());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, declared.unwrap_or(HeaderValue::from_static("application/json")));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(event) = answer.event {
        headers.insert(EVENT_ID, HeaderValue::from_str(&event.to_string()).expect("an id is ASCII"));
    }
    Ok(response)
}
