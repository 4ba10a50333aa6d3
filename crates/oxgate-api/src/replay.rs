//! The same event once more, at the tail of its lanes: under its own id, or as a new event made from it.

use crate::act::{self, Act};
use crate::caller::Caller;
use crate::gateway::Gateway;
use crate::intake;
use crate::look;
use crate::problem::{Code, Problem};
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use bytes::Bytes;
use oxgate_core::delivery::Fact;
use oxgate_core::lane::LaneScope;
use oxgate_core::{ContentHash, DeliveryId, Direction, EventId, Flags};
use oxgate_dispatch::UNROUTED;
use oxgate_store::command::{Accept, Accepted, Command, NewDelivery, NewEvent, Submit, Submitted};
use oxgate_store::view::{DeliveryRow, EventRow};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What was noticed about the first event and is not true of its child: it has a route, and `parent` says where it is from.
const NOT_INHERITED: Flags = Flags::UNROUTED.with(Flags::CONFLICT).with(Flags::SUSPECTED_DUPLICATE);

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Replay {
    target: Option<String>,
    as_new: bool,
    why: String,
}

/// Where a replay goes, and whether under a new id.
#[derive(Clone, Copy)]
pub(crate) struct Order<'a> {
    /// The target; all that the event was delivered to when absent.
    pub(crate) target: Option<&'a str>,
    /// As a new event with `parent`, so that its receiver takes it for another one.
    pub(crate) as_new: bool,
}

/// What a replay made.
pub(crate) struct Made {
    /// The event replayed, or the new one.
    pub(crate) event: EventId,
    pub(crate) deliveries: Vec<DeliveryId>,
}

/// `POST /v1/events/{id}/replay`.
pub(crate) async fn replay(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let members = "an object with `target`, the name of a target, `as_new`, true or false, and `why`, a text";
    let Replay { target, as_new, why } = intake::act(body, members).await?;
    let event = look::find(&gateway, &id).await?;
    let act = Act { gateway: &gateway, caller: &caller, why: &why };
    let made = act.replay(&event, Order { target: target.as_deref(), as_new }).await?;
    Ok(Json(json!({ "event": made.event, "deliveries": made.deliveries })))
}

impl Act<'_> {
    /// Replays one event.
    ///
    /// # Errors
    /// 410 without a body, 422 for an unknown target, 409 while a delivery to the same handler, or in the same lane to
    /// Redox, is still open or parked.
    pub(crate) async fn replay(&self, event: &EventRow, order: Order<'_>) -> Result<Made, Problem> {
        let body = act::body(self.gateway, event).await?;
        let rows = self.gateway.store.deliveries(event.id).await?;
        if order.as_new {
            let wanted = self.routed(event, &body, &rows, order.target)?;
            return self.as_new(event, &body, wanted).await;
        }
        // All are checked before the first is written.
        let mut deliveries = Vec::new();
        for (base, instead) in self.repeats(event, &body, &rows, order.target)? {
            deliveries.extend(self.record(base, event.direction, Fact::Replay, instead).await?);
        }
        Ok(Made { event: event.id, deliveries })
    }

    /// Which ended deliveries are repeated, each with what is made of it: for each handler that the event has been to, one
    /// under the rules of today. Nothing is left of the rules that its last one was made by: under those, it could neither
    /// wait for what is there now nor be waited for.
    ///
    /// The rule of the road to Redox never changes, so there the last delivery of each lane is repeated as it was. For a
    /// target that the event has not been to, any ended one serves.
    fn repeats<'a>(
        &self,
        event: &EventRow,
        body: &Bytes,
        rows: &'a [DeliveryRow],
        target: Option<&str>,
    ) -> Result<Vec<(&'a DeliveryRow, Option<NewDelivery>)>, Problem> {
        let routing = &self.gateway.routing;
        let mut repeats = Vec::new();
        match event.direction {
            Direction::Outbound => {
                let is_there = |row: &&DeliveryRow| routing.can_take_over(event, &row.target);
                let lanes: BTreeSet<i64> = been(rows, target).filter(is_there).map(|row| row.lane).collect();
                for lane in lanes {
                    repeats.push((last_of(rows, |row| row.lane == lane)?, None));
                }
            }
            Direction::Inbound | Direction::Ops => {
                let targets: BTreeSet<&str> = been(rows, target).map(|row| row.target.as_str()).collect();
                for name in targets {
                    if let Some(new) = routing.deliveries(event, body, Some(name)).into_iter().next() {
                        repeats.push((last_of(rows, |row| row.target == name)?, Some(new)));
                    }
                }
            }
        }
        if !repeats.is_empty() {
            return Ok(repeats);
        }
        let base = rows.iter().rev().find(|row| row.row.state.has_ended()).ok_or_else(nothing_ended)?;
        let routed = self.routed(event, body, rows, target)?;
        Ok(routed.into_iter().map(|new| (base, Some(new))).collect())
    }

    /// What a replay would make, as far as that can be told without the event's body: like these, in the lanes that they
    /// would be in.
    pub(crate) async fn foresee(&self, event: &EventRow, target: Option<&str>) -> Result<Vec<DeliveryRow>, Problem> {
        let rows = self.gateway.store.deliveries(event.id).await?;
        if event.direction != Direction::Inbound {
            let mut seen = BTreeSet::new();
            return Ok(been(&rows, target).filter(|row| seen.insert(row.lane)).cloned().collect());
        }
        let past: BTreeSet<&str> = been(&rows, target).map(|row| row.target.as_str()).collect();
        let wanted = if past.is_empty() { vec![target] } else { past.into_iter().map(Some).collect() };
        let lanes = wanted.into_iter().flat_map(|to| self.gateway.routing.lanes(event, to));
        let like = |(target, lane): (String, LaneScope)| {
            let last = rows.iter().rev().find(|row| row.target == target).or(rows.last())?;
            Some(DeliveryRow { target, lane_label: lane.as_str().to_owned(), ..last.clone() })
        };
        Ok(lanes.filter_map(like).collect())
    }

    /// The deliveries by today's routes: to the target asked for, else to all that the event has been to.
    fn routed(
        &self,
        event: &EventRow,
        body: &Bytes,
        rows: &[DeliveryRow],
        target: Option<&str>,
    ) -> Result<Vec<NewDelivery>, Problem> {
        let routing = &self.gateway.routing;
        let past: BTreeSet<&str> =
            rows.iter().map(|row| row.target.as_str()).filter(|name| *name != UNROUTED).collect();
        let routed: Vec<NewDelivery> = match target {
            Some(target) => routing.deliveries(event, body, Some(target)),
            None if past.is_empty() => routing.deliveries(event, body, None),
            None => past.into_iter().flat_map(|name| routing.deliveries(event, body, Some(name))).collect(),
        };
        if routed.is_empty() { Err(act::unknown_target(self.gateway, event.direction)) } else { Ok(routed) }
    }

    /// A child of the event with the same bytes, written like an event that has just been accepted.
    async fn as_new(&self, event: &EventRow, body: &Bytes, deliveries: Vec<NewDelivery>) -> Result<Made, Problem> {
        let store = &self.gateway.store;
        let child = NewEvent {
            tag: store.tag(),
            direction: event.direction,
            door: event.door.clone(),
            partner: event.partner.clone(),
            address: event.address.clone(),
            flags: Flags(event.flags.0 & !NOT_INHERITED.0),
            accepted_at: self.gateway.clock.now(),
            parent: Some(event.id),
            content: ContentHash::of([&body[..]]),
            content_type: event.content_type.clone(),
            body: store.seal(body).await?,
            refs: event.refs.clone(),
            correlation: event.correlation.clone(),
        };
        let act = if event.direction == Direction::Outbound { "event.resend" } else { "event.replay-as-new" };
        store
            .command(Command::Audit { actor: self.caller.actor(self.why), act: act.into(), event: Some(event.id) })
            .await?;
        let (event, deliveries) = if event.direction == Direction::Outbound {
            let submit = Submit { event: child, idempotency: None, deliveries, expectations: Vec::new() };
            match store.submit(submit).await? {
                Submitted::New { event, deliveries } => (event, deliveries),
                Submitted::Repeated { .. } | Submitted::KeyReused { .. } => {
                    unreachable!("a submission without an idempotency key is always new")
                }
            }
        } else {
            match store.accept(Accept { event: child, dedup: None, deliveries, answers: None }).await? {
                Accepted::New { event, deliveries, .. } => (event, deliveries),
                Accepted::Duplicate(_) | Accepted::Mismatch { .. } => {
                    unreachable!("an event without a de-duplication key is always new")
                }
            }
        };
        Ok(Made { event, deliveries })
    }
}

/// Where an event has been, or what it had at this target.
fn been<'a>(rows: &'a [DeliveryRow], target: Option<&str>) -> impl Iterator<Item = &'a DeliveryRow> {
    rows.iter().filter(move |row| row.target != UNROUTED && target.is_none_or(|name| name == row.target))
}

/// The last delivery of those that are meant.
///
/// While one of them is open or parked there is nothing to repeat: it may still arrive by itself.
fn last_of(rows: &[DeliveryRow], meant: impl Fn(&DeliveryRow) -> bool) -> Result<&DeliveryRow, Problem> {
    let meant = || rows.iter().rev().filter(|row| meant(row));
    if let Some(open) = meant().find(|row| !row.row.state.has_ended()) {
        let detail = format!("`{}` is still {}: release, cancel or wait for it", open.id, open.row.state.as_str());
        let problem = Problem::new(Code::NotInThisState, detail);
        return Err(problem.with("delivery", open.id.to_string()).with("state", open.row.state.as_str()));
    }
    meant().next().ok_or_else(nothing_ended)
}

fn nothing_ended() -> Problem {
    let detail = "no delivery of this event has ended yet: release or cancel what is parked, then replay";
    Problem::new(Code::NotInThisState, detail)
}
