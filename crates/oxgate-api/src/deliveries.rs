//! One delivery: look at it, release it, cancel it, hand it to another target; and the list of those that are parked.

use crate::act::{self, Act, Decision};
use crate::caller::Caller;
use crate::gateway::Gateway;
use crate::intake;
use crate::params::{Params, parsed};
use crate::problem::{Code, Problem};
use crate::show;
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use http::Uri;
use oxgate_core::DeliveryId;
use oxgate_core::delivery::Fact;
use oxgate_store::view::{DeliveryRow, EventRow};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// `GET /v1/deliveries/{id}`.
pub(crate) async fn show(State(gateway): State<Arc<Gateway>>, Path(id): Path<String>) -> Result<Json<Value>, Problem> {
    Ok(Json(show::delivery(&act::find(&gateway, &id).await?)))
}

/// `GET /v1/parked`: what waits for a person, oldest first.
pub(crate) async fn parked(State(gateway): State<Arc<Gateway>>, uri: Uri) -> Result<Json<Value>, Problem> {
    let params = Params::read(&uri, &["target", "after", "limit"])?;
    let after = params.get("after", "a delivery id (`dlv_…`)", parsed::<DeliveryId>)?;
    let limit = params.limit(100, 1_000)?;
    let rows = gateway.store.parked(params.text("target").map(str::to_owned), after, limit).await?;
    let next = if rows.len() == limit as usize { rows.last().map(|row| row.id) } else { None };
    Ok(Json(json!({ "parked": rows.iter().map(show::delivery).collect::<Vec<_>>(), "next": next })))
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Release {
    why: String,
    #[serde(rename = "as")]
    decision: Option<Decision>,
}

/// `POST /v1/deliveries/{id}/release`.
pub(crate) async fn release(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let members = "an object with `why`, a text, and for an unknown outcome `as`: `accepted` or `resend`";
    let Release { why, decision } = intake::act(body, members).await?;
    let (row, event) = both(&gateway, &id).await?;
    let act = Act { gateway: &gateway, caller: &caller, why: &why };
    let made = act.carry_out(act.release(&row, &event, decision).await?).await?;
    done(&gateway, &row, &made).await
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Cancel {
    why: String,
}

/// `POST /v1/deliveries/{id}/cancel`. One that is being sent is cancelled when it is known not to have been accepted.
pub(crate) async fn cancel(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let Cancel { why } = intake::act(body, "an object with `why`, a text").await?;
    let (row, event) = both(&gateway, &id).await?;
    let act = Act { gateway: &gateway, caller: &caller, why: &why };
    act.record(&row, event.direction, Fact::Cancel, None).await?;
    done(&gateway, &row, &[]).await
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Reroute {
    target: Option<String>,
    why: String,
}

/// `POST /v1/deliveries/{id}/reroute`.
pub(crate) async fn reroute(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let members = "an object with `target`, the name of a target, and `why`, a text";
    let Reroute { target, why } = intake::act(body, members).await?;
    let target = intake::target(target, members)?;
    let (row, event) = both(&gateway, &id).await?;
    let act = Act { gateway: &gateway, caller: &caller, why: &why };
    let made = act.carry_out(act.reroute(&row, &event, &target).await?).await?;
    done(&gateway, &row, &made).await
}

async fn both(gateway: &Gateway, id: &str) -> Result<(DeliveryRow, EventRow), Problem> {
    let row = act::find(gateway, id).await?;
    let missing = || Problem::new(Code::NoSuchEvent, "the delivery's event is no longer stored");
    let event = gateway.store.event(row.id.event).await?.ok_or_else(missing)?;
    Ok((row, event))
}

/// How the delivery stands after the act, and what the act made.
async fn done(gateway: &Gateway, row: &DeliveryRow, made: &[DeliveryId]) -> Result<Json<Value>, Problem> {
    let row = act::find(gateway, &row.id.to_string()).await?;
    Ok(Json(json!({ "delivery": show::delivery(&row), "made": made })))
}
