//! What a lane has whose target is gone from the configuration: handed to another target, or cancelled.

use crate::act;
use crate::caller::Caller;
use crate::gateway::Gateway;
use crate::intake;
use crate::lanes;
use crate::problem::{Code, Problem};
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use oxgate_core::delivery::Fact;
use oxgate_core::lane::{LaneAct, LaneState};
use oxgate_core::limits::RECORDS_MAX;
use oxgate_core::{DeliveryId, Direction, Reason};
use oxgate_store::command::{LaneChange, LaneChanged, Reassign, Reassigned, Record, Recorded};
use oxgate_store::view::{EventRow, LaneDepth, LaneRow};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Deliveries handed over in one transaction, and parked ones read at a time; no more than [`RECORDS_MAX`].
const STEP: u32 = 500;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Order {
    target: Option<String>,
    dry_run: bool,
    why: String,
}

impl Default for Order {
    fn default() -> Self {
        Self { target: None, dry_run: true, why: String::new() }
    }
}

/// `POST /v1/lanes/{id}/reassign`: hands what an orphaned lane has to another target, in its order. Counts unless
/// `dry_run` is `false`.
pub(crate) async fn reassign(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let members = "an object with `target`, the name of a target, and `dry_run` and `why`, each optional";
    let Order { target, dry_run, why } = intake::act(body, members).await?;
    let to = intake::target(target, members)?;
    let lane = orphan(&gateway, &id).await?;
    let found = Found::of(&gateway, &lane).await?;
    if let Some(event) = &found.first
        && !gateway.routing.can_take_over(event, &to)
    {
        return Err(act::unknown_target(&gateway, event.direction));
    }
    if dry_run || found.first.is_none() {
        return found.show(&gateway, &lane, dry_run, &[("to", Value::Null), ("reassigned", 0.into())]).await;
    }
    let actor = caller.actor(&why);
    let lane = declared(&gateway, &caller, &why, lane).await?;
    let mut reassigned = 0;
    loop {
        let step = Reassign { lane: lane.id, to: to.clone(), rows: STEP, actor: actor.clone() };
        match gateway.store.reassign(step).await? {
            Reassigned::Done { lane: taken, moved, complete } => {
                reassigned += moved;
                if complete {
                    let Json(taken) = lanes::show_one(&gateway, &taken).await?;
                    let more = [("to", taken), ("reassigned", reassigned.into())];
                    return found.show(&gateway, &lane, dry_run, &more).await;
                }
            }
            Reassigned::NotOrphaned(row) => return Err(not_orphaned(&row)),
            Reassigned::After { lane } => {
                let detail = format!("what lane {lane} has comes before it: reassign or cancel that first");
                return Err(Problem::new(Code::NotInThisState, detail).with("after", lane));
            }
            Reassigned::Missing => return Err(lanes::missing()),
        }
    }
}

/// `POST /v1/lanes/{id}/cancel`: cancels what an orphaned lane has. Counts unless `dry_run` is `false`.
pub(crate) async fn cancel(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let members = "an object with `dry_run` and `why`, each optional";
    let Order { target, dry_run, why } = intake::act(body, members).await?;
    if target.is_some() {
        return Err(Problem::new(Code::BadShape, format!("`target` is for reassigning: expected {members}")));
    }
    let lane = orphan(&gateway, &id).await?;
    let found = Found::of(&gateway, &lane).await?;
    let Some(event) = found.first.as_ref().filter(|_| !dry_run) else {
        return found.show(&gateway, &lane, dry_run, &[("cancelled", 0.into()), ("refused", 0.into())]).await;
    };
    let lane = declared(&gateway, &caller, &why, lane).await?;
    let policy = gateway.routing.policy(&lane.target, event.direction);
    let record = |id: DeliveryId| Record { actor: Some(caller.actor(&why)), ..Record::new(id, Fact::Cancel, policy) };
    let (mut cancelled, mut refused) = (0_u64, 0_u64);
    let mut rest = Rest::of(&lane);
    loop {
        let page = rest.next(&gateway).await?;
        if page.is_empty() {
            break;
        }
        for recorded in gateway.store.records(page.into_iter().map(record).collect()).await? {
            let ended = matches!(&recorded, Recorded::Done { row, .. } if row.state.has_ended());
            *(if ended { &mut cancelled } else { &mut refused }) += 1;
        }
    }
    found.show(&gateway, &lane, dry_run, &[("cancelled", cancelled.into()), ("refused", refused.into())]).await
}

/// What a lane has before anything is done about it.
struct Found {
    depth: LaneDepth,
    /// The event of its first delivery: all of a lane go the same way.
    first: Option<EventRow>,
}

impl Found {
    async fn of(gateway: &Gateway, lane: &LaneRow) -> Result<Self, Problem> {
        let depth = gateway.store.lane_depth(lane.id).await?;
        let first = Rest::of(lane).next(gateway).await?.first().copied();
        let first = match first {
            Some(id) => gateway.store.event(id.event).await?,
            None => None,
        };
        Ok(Self { depth, first })
    }

    async fn show(
        &self,
        gateway: &Gateway,
        lane: &LaneRow,
        dry_run: bool,
        more: &[(&str, Value)],
    ) -> Result<Json<Value>, Problem> {
        let lane = lanes::find(gateway, &lane.id.to_string()).await?;
        let Json(shown) = lanes::show_one(gateway, &lane).await?;
        let LaneDepth { open, parked, .. } = self.depth;
        let outbound = self.first.as_ref().is_some_and(|event| event.direction == Direction::Outbound);
        let mut answer = json!({
            "dry_run": dry_run,
            "lane": shown,
            "open": open,
            "parked": parked,
            "redox_requests": if outbound { open } else { 0 },
        });
        for (name, value) in more {
            answer[*name] = value.clone();
        }
        Ok(Json(answer))
    }
}

/// The lane with this number, if its target is gone from the configuration.
async fn orphan(gateway: &Gateway, id: &str) -> Result<LaneRow, Problem> {
    let lane = lanes::find(gateway, id).await?;
    if gateway.routing.knows(&lane.target) { Err(not_orphaned(&lane)) } else { Ok(lane) }
}

/// The lane marked as orphaned. The dispatcher does that for each lane that has something; one that a person has paused it
/// leaves as it is.
async fn declared(gateway: &Gateway, caller: &Caller, why: &str, lane: LaneRow) -> Result<LaneRow, Problem> {
    if lane.state == LaneState::Orphaned {
        return Ok(lane);
    }
    let (seen, actor) = (Some(lane.state.clone()), Some(caller.actor(why)));
    let reason = Reason::word("target-gone");
    match gateway.store.lane(LaneChange { lane: lane.id, act: LaneAct::Orphan, seen, reason, actor }).await? {
        LaneChanged::Done(row) => Ok(row),
        LaneChanged::Moved(row) if row.state == LaneState::Orphaned => Ok(row),
        LaneChanged::Moved(row) => Err(lanes::moved(&row)),
        LaneChanged::Missing => Err(lanes::missing()),
    }
}

/// What a lane has that has not ended, page by page: first what is open, then what is parked, each in its order.
struct Rest<'a> {
    lane: &'a LaneRow,
    /// Where the next open one may stand; `None` behind the last.
    open_from: Option<(u64, u16)>,
    parked_after: Option<DeliveryId>,
}

impl<'a> Rest<'a> {
    const fn of(lane: &'a LaneRow) -> Self {
        Self { lane, open_from: Some((0, 0)), parked_after: None }
    }

    /// At most [`RECORDS_MAX`]; empty at the end.
    async fn next(&mut self, gateway: &Gateway) -> Result<Vec<DeliveryId>, Problem> {
        if let Some(from) = self.open_from {
            let page = gateway.store.window(self.lane.id, from, RECORDS_MAX).await?;
            self.open_from = page.last().map(|last| (last.rank, last.id.n.saturating_add(1)));
            if !page.is_empty() {
                return Ok(page.iter().map(|open| open.id).collect());
            }
        }
        loop {
            let page = gateway.store.parked(Some(self.lane.target.clone()), self.parked_after, STEP).await?;
            let Some(last) = page.last() else { return Ok(Vec::new()) };
            self.parked_after = Some(last.id);
            let ours: Vec<_> = page.iter().filter(|row| row.lane == self.lane.id).map(|row| row.id).collect();
            if !ours.is_empty() {
                return Ok(ours);
            }
        }
    }
}

fn not_orphaned(lane: &LaneRow) -> Problem {
    let detail = format!("the lane's target `{}` is in the configuration", lane.target);
    Problem::new(Code::NotOrphaned, detail).with("state", lane.state.as_str())
}
