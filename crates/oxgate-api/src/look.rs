//! Looking at events: list, one event with its deliveries and links, timeline, payload, what peers said.

use crate::caller::Caller;
use crate::gateway::Gateway;
use crate::params::{Params, parsed};
use crate::problem::{Code, Problem};
use crate::show;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, Uri, header};
use oxgate_core::{AttemptId, Direction, EventId};
use oxgate_store::command::Command;
use oxgate_store::view::{EventQuery, EventRow, ExpectationQuery};
use serde_json::{Value, json};
use std::sync::Arc;

/// The most events in one answer; the store's own cap.
const LIST_MAX: u32 = 1_000;

const FILTERS: &[&str] = &["direction", "model", "type", "door", "state", "log", "before", "after", "limit"];

/// `GET /v1/events`: newest first; with `after`, oldest first from there on.
pub(crate) async fn list(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    uri: Uri,
) -> Result<Json<Value>, Problem> {
    let query = query(&Params::read(&uri, FILTERS)?)?;
    let limit = query.limit as usize;
    let rows = gateway.store.events(query).await?;
    let next = if rows.len() == limit { rows.last().map(|row| row.id) } else { None };
    let events: Vec<Value> = rows.iter().map(|row| show::event_for(row, &caller, &gateway.store)).collect();
    Ok(Json(json!({ "events": events, "next": next })))
}

fn query(params: &Params) -> Result<EventQuery, Problem> {
    let event = |name| params.get(name, "an event id (`evt_…`)", parsed::<EventId>);
    let (before, after) = (event("before")?, event("after")?);
    if before.is_some() && after.is_some() {
        return Err(
            Problem::new(Code::BadParameter, "`before` and `after` exclude each other").with("parameter", "after")
        );
    }
    Ok(EventQuery {
        direction: params.get("direction", "`inbound`, `outbound` or `ops`", direction)?,
        model: params.text("model").map(str::to_owned),
        event_type: params.text("type").map(str::to_owned),
        door: params.text("door").map(str::to_owned),
        state: params.get("state", "a delivery state such as `parked`", state)?,
        log: params.text("log").map(str::to_owned),
        from: before.or(after).map(|event| event.seq),
        ascending: after.is_some(),
        limit: params.limit(100, LIST_MAX)?,
    })
}

fn direction(text: &str) -> Option<Direction> {
    [Direction::Inbound, Direction::Outbound, Direction::Ops].into_iter().find(|known| known.as_str() == text)
}

/// The delivery state with this name.
pub(crate) fn state(text: &str) -> Option<oxgate_core::State> {
    oxgate_core::State::ALL.into_iter().find(|known| known.as_str() == text)
}

/// The event with this id.
///
/// # Errors
/// 404 when the text is no event id, or names none.
pub(crate) async fn find(gateway: &Gateway, id: &str) -> Result<EventRow, Problem> {
    let missing = || Problem::new(Code::NoSuchEvent, "no event has this id; an id is `evt_` and 20 characters");
    let id: EventId = id.parse().map_err(|_| missing())?;
    gateway.store.event(id).await?.ok_or_else(missing)
}

/// `GET /v1/events/{id}`.
pub(crate) async fn show(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let row = find(&gateway, &id).await?;
    let deliveries = gateway.store.deliveries(row.id).await?;
    let expectations = gateway.store.expectations(ExpectationQuery::of(row.id)).await?;
    let answers = gateway.store.answered_by(row.id).await?;
    let mut value = show::event_for(&row, &caller, &gateway.store);
    value["state"] = oxgate_outbound::overall(deliveries.iter().map(|delivery| delivery.row.state)).as_str().into();
    value["deliveries"] = deliveries.iter().map(show::delivery).collect();
    value["expectations"] = expectations.iter().map(show::expectation).collect();
    value["answers"] = answers
        .iter()
        .map(|link| json!({ "event": link.question, "grade": link.grade.as_str(), "fit": link.fit.as_str() }))
        .collect();
    Ok(Json(value))
}

/// `GET /v1/events/{id}/timeline`: each step with its time, oldest first.
pub(crate) async fn timeline(
    State(gateway): State<Arc<Gateway>>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let row = find(&gateway, &id).await?;
    let entries = gateway.store.timeline(row.id).await?;
    let entries: Vec<Value> = entries.iter().map(show::timeline_entry).collect();
    Ok(Json(json!({ "event": row.id, "timeline": entries })))
}

/// `GET /v1/events/{id}/payload`: the stored bytes.
pub(crate) async fn payload(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let row = find(&gateway, &id).await?;
    if !has_content(&row) {
        return Err(gone());
    }
    audit(&gateway, &caller, "payload.read", row.id).await?;
    let bytes = gateway.store.body(row.id).await?.ok_or_else(gone)?;
    Ok(content(bytes, &row.content_type))
}

/// `GET /v1/attempts/{id}/detail`: what the peer said to an attempt; it may quote the event.
pub(crate) async fn detail(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let nothing = || Problem::new(Code::NoDetail, "no attempt has this id, or its peer said nothing that was kept");
    let id: AttemptId = id.parse().map_err(|_| nothing())?;
    // The bytes are read before the audit and leave after it: a look at nothing is no look.
    let bytes = gateway.store.attempt_detail(id).await?.ok_or_else(nothing)?;
    audit(&gateway, &caller, "detail.read", id.delivery.event).await?;
    Ok(content(bytes, "text/plain; charset=utf-8"))
}

/// Whether there are bytes to hand over. Queries are recorded without theirs.
pub(crate) fn has_content(row: &EventRow) -> bool {
    row.has_body && row.body_bytes > 0
}

fn gone() -> Problem {
    Problem::new(Code::BodyGone, "no body is stored: retention removed it, or the event records a query")
}

/// Durable before the first byte of content leaves.
async fn audit(gateway: &Gateway, caller: &Caller, act: &str, event: EventId) -> Result<(), Problem> {
    let line = Command::Audit { actor: caller.actor(""), act: act.to_owned(), event: Some(event) };
    gateway.store.command(line).await?;
    Ok(())
}

/// Content on its way out. Its type is the sender's word: no browser may guess another, run it, or keep it.
fn content(bytes: Vec<u8>, kind: &str) -> Response {
    let mut response = bytes.into_response();
    let kind = HeaderValue::from_str(kind).ok().filter(|kind| !kind.is_empty());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, kind.unwrap_or(HeaderValue::from_static("application/octet-stream")));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
