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
use oxgate_core::lane::{LaneAct, LaneState};
use oxgate_core::{Reason, Timestamp};
use oxgate_store::command::{LaneChange, LaneChanged};
use oxgate_store::view::LaneRow;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// `GET /v1/lanes`: those with open work first, by `target` or `state`.
pub(crate) async fn list(State(gateway): State<Arc<Gateway>>, uri: Uri) -> Result<Json<Value>, Problem> {
    let params = Params::read(&uri, &["target", "state", "limit"])?;
    let (target, state) = (params.text("target"), params.text("state"));
    let limit = params.limit(500, 10_000)? as usize;
    let now = gateway.clock.now();
    let mut lanes = Vec::new();
    let rows = gateway.store.lanes().await?;
    let standing = standing(&gateway).await;
    let chosen = |row: &&LaneRow| {
        let shown = show::lane_state(row, standing.of(row));
        target.is_none_or(|target| row.target == target) && state.is_none_or(|state| shown == state)
    };
    for row in rows.iter().filter(chosen).take(limit) {
        lanes.push(show::lane(row, gateway.store.lane_depth(row.id).await?, standing.of(row), now));
    }
    Ok(Json(json!({ "lanes": lanes })))
}

/// The body of an act on a lane.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Why {
    why: String,
    /// Only if the lane is doing this.
    if_state: Option<String>,
}

/// `POST /v1/lanes/{id}/pause`: no further delivery starts; those under way end.
pub(crate) async fn pause(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body,
) -> Result<Json<Value>, Problem> {
    change(&gateway, &caller, &id, body, LaneAct::Pause).await
}

/// `POST /v1/lanes/{id}/resume`: starts again, as far as nothing else holds the lane.
pub(crate) async fn resume(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body,
) -> Result<Json<Value>, Problem> {
    change(&gateway, &caller, &id, body, LaneAct::Resume).await
}

/// `POST /v1/lanes/{id}/drain`: delivers what it has now, then stays paused.
pub(crate) async fn drain(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body,
) -> Result<Json<Value>, Problem> {
    change(&gateway, &caller, &id, body, LaneAct::Drain).await
}

/// Two persons at one lane, or a person and the dispatcher: each decides by what the lane is doing, so a change that finds
/// it doing something else is decided anew, and not for ever.
const TRIES: usize = 3;

async fn change(
    gateway: &Gateway,
    caller: &Caller,
    id: &str,
    body: Body,
    act: LaneAct,
) -> Result<Json<Value>, Problem> {
    let Why { why, if_state } =
        intake::act(body, "an object with `why`, a text, and `if_state`, a lane's state, each optional").await?;
    let mut row = find(gateway, id).await?;
    for _ in 0..TRIES {
        if if_state.as_ref().is_some_and(|wanted| wanted != row.state.as_str()) {
            return Err(moved(&row));
        }
        allowed(&row.state, act)?;
        let (seen, actor) = (Some(row.state.clone()), Some(caller.actor(&why)));
        let change = LaneChange { lane: row.id, act, seen, reason: Reason::BY_PERSON, actor };
        row = match gateway.store.lane(change).await? {
            LaneChanged::Done(row) => return show_one(gateway, &row).await,
            LaneChanged::Moved(row) => row,
            LaneChanged::Missing => return Err(missing()),
        };
    }
    Err(moved(&row))
}

pub(crate) async fn show_one(gateway: &Gateway, row: &LaneRow) -> Result<Json<Value>, Problem> {
    let depth = gateway.store.lane_depth(row.id).await?;
    let standing = standing(gateway).await;
    Ok(Json(show::lane(row, depth, standing.of(row), gateway.clock.now())))
}

/// What the dispatcher knows of lanes that are open, and their rows do not say.
#[derive(Default)]
struct Standing {
    /// The targets that are down, with the time of their next probe.
    down: BTreeMap<String, Timestamp>,
    /// The lanes whose target's rate is used up, with the time of its next start.
    limited: BTreeMap<i64, Timestamp>,
}

/// What something due in an open lane waits for, and until when.
#[derive(Clone, Copy)]
pub(crate) enum Waits {
    /// Its target to come back.
    ForTarget(Timestamp),
    /// Its turn under its target's rate.
    ForRate(Timestamp),
}

impl Standing {
    fn of(&self, row: &LaneRow) -> Option<Waits> {
        let down = self.down.get(&row.target).copied().map(Waits::ForTarget);
        down.or_else(|| self.limited.get(&row.id).copied().map(Waits::ForRate))
    }
}

async fn standing(gateway: &Gateway) -> Standing {
    let status = gateway.runner.status().await.unwrap_or_default();
    let mut standing = Standing::default();
    for target in status.targets {
        if let Some(limited) = target.limited {
            standing.limited.extend(limited.lanes.into_iter().map(|lane| (lane, limited.until)));
        }
        if !target.up {
            standing.down.insert(target.name, target.next_probe.unwrap_or(target.since));
        }
    }
    standing
}

pub(crate) fn moved(row: &LaneRow) -> Problem {
    let detail = format!("the lane is {} by now; look at it and decide anew", row.state.as_str());
    Problem::new(Code::LaneMoved, detail).with("state", row.state.as_str())
}

pub(crate) async fn find(gateway: &Gateway, id: &str) -> Result<LaneRow, Problem> {
    let id: i64 = id.parse().map_err(|_| missing())?;
    gateway.store.lanes().await?.into_iter().find(|row| row.id == id).ok_or_else(missing)
}

pub(crate) fn missing() -> Problem {
    Problem::new(Code::NoSuchLane, "no lane has this number; `GET /v1/lanes` lists them")
}

/// A blocked lane opens when the delivery that blocks it is dealt with; opening it past that one would break its order.
/// Paused meanwhile, it stays blocked once it is resumed: the store remembers what holds it.
fn allowed(present: &LaneState, act: LaneAct) -> Result<(), Problem> {
    let refuse = |detail: String| Problem::new(Code::NotInThisState, detail).with("state", present.as_str());
    match (present, act) {
        (LaneState::Blocked { by }, LaneAct::Resume | LaneAct::Drain) => {
            let detail = format!("the lane is blocked by `{by}` and opens when that is released, cancelled or decided");
            Err(refuse(detail).with("blocked_by", by.to_string()))
        }
        (LaneState::After { lane, .. }, LaneAct::Resume) => {
            let detail = format!("the lane waits until lane {lane} has nothing from before the change of its order");
            Err(refuse(detail).with("after", *lane))
        }
        (LaneState::Orphaned, _) => {
            let detail = "the lane's target is not in the configuration: bring it back, or reassign or cancel what the \
                          lane has";
            Err(refuse(detail.to_owned()))
        }
        _ => Ok(()),
    }
}
