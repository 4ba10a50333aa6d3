//! Looking at lanes, and stopping and starting them.

use crate::caller::Caller;
use crate::gateway::Gateway;
use crate::intake;
use crate::params::Params;
use crate::problem::{Code, Problem};
use crate::show;
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use http::Uri;
use oxgate_core::Reason;
use oxgate_core::lane::LaneState;
use oxgate_store::command::LaneChange;
use oxgate_store::view::LaneRow;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// `GET /v1/lanes`: those with open work first, by `target` or `state`.
pub(crate) async fn list(State(gateway): State<Arc<Gateway>>, uri: Uri) -> Result<Json<Value>, Problem> {
    let params = Params::read(&uri, &["target", "state", "limit"])?;
    let (target, state) = (params.text("target"), params.text("state"));
    let limit = params.limit(500, 10_000)? as usize;
    let now = gateway.clock.now();
    let mut lanes = Vec::new();
    let rows = gateway.store.lanes().await?;
    let chosen = |row: &&LaneRow| {
        target.is_none_or(|target| row.target == target) && state.is_none_or(|state| row.state.as_str() == state)
    };
    for row in rows.iter().filter(chosen).take(limit) {
        lanes.push(show::lane(row, gateway.store.lane_depth(row.id).await?, now));
    }
    Ok(Json(json!({ "lanes": lanes })))
}

/// The body of an act on a lane.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Why {
    why: String,
}

/// `POST /v1/lanes/{id}/pause`: no further delivery starts; those under way end.
pub(crate) async fn pause(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body,
) -> Result<Json<Value>, Problem> {
    change(&gateway, &caller, &id, body, LaneState::Paused).await
}

/// `POST /v1/lanes/{id}/resume`: starts again; for a lane that waits for its target, tries at once.
pub(crate) async fn resume(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body,
) -> Result<Json<Value>, Problem> {
    change(&gateway, &caller, &id, body, LaneState::Open).await
}

/// `POST /v1/lanes/{id}/drain`: delivers what it holds now, then stays paused.
pub(crate) async fn drain(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body,
) -> Result<Json<Value>, Problem> {
    change(&gateway, &caller, &id, body, LaneState::Draining).await
}

async fn change(
    gateway: &Gateway,
    caller: &Caller,
    id: &str,
    body: Body,
    state: LaneState,
) -> Result<Json<Value>, Problem> {
    let Why { why } = intake::act(body, "an object with `why`, a text").await?;
    let row = find(gateway, id).await?;
    allowed(&row.state, &state)?;
    let change = LaneChange { lane: row.id, state, reason: Reason::BY_PERSON, actor: Some(caller.actor(&why)) };
    if !gateway.store.lane(change).await? {
        return Err(missing());
    }
    let row = find(gateway, id).await?;
    let depth = gateway.store.lane_depth(row.id).await?;
    Ok(Json(show::lane(&row, depth, gateway.clock.now())))
}

async fn find(gateway: &Gateway, id: &str) -> Result<LaneRow, Problem> {
    let id: i64 = id.parse().map_err(|_| missing())?;
    gateway.store.lanes().await?.into_iter().find(|row| row.id == id).ok_or_else(missing)
}

fn missing() -> Problem {
    Problem::new(Code::NoSuchLane, "no lane has this number; `GET /v1/lanes` lists them")
}

/// A blocked lane opens when the delivery that blocks it is dealt with; opening it past that one would break its order.
/// Paused meanwhile, it stays blocked once it is resumed: the store remembers what holds it.
fn allowed(present: &LaneState, wanted: &LaneState) -> Result<(), Problem> {
    let refuse = |detail: String| Problem::new(Code::NotInThisState, detail).with("state", present.as_str());
    match (present, wanted) {
        (LaneState::Blocked { by }, LaneState::Open) => {
            let detail = format!("the lane is blocked by `{by}` and opens when that is released, cancelled or decided");
            Err(refuse(detail).with("blocked_by", by.to_string()))
        }
        (LaneState::Orphaned, _) => {
            let detail =
                "the lane's target is not in the configuration: bring it back, or reroute or cancel what is parked";
            Err(refuse(detail.to_owned()))
        }
        _ => Ok(()),
    }
}
