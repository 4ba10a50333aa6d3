//! `POST /v1/events/{id}/resend`: an edited event in the place of one, linked to it by `parent`.
//!
//! A parked delivery that is named is cancelled in the same transaction, so that either both happen or neither: nobody
//! gets both events, and nobody gets none.

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
use http::HeaderMap;
use oxgate_core::delivery::Fact;
use oxgate_core::{Direction, EventId, Phi};
use oxgate_inbound::{Denied, Made};
use oxgate_outbound::submit::Submission;
use oxgate_store::command::{Accept, Accepted, Child, Command, Record, Recorded, Submit, Submitted};
use oxgate_store::view::{DeliveryRow, EventRow};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::sync::Arc;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Resend<'a> {
    /// The parked delivery that the edited event takes the place of.
    cancel: Option<String>,
    #[serde(default)]
    why: String,
    #[serde(borrow)]
    body: &'a RawValue,
}

/// `POST /v1/events/{id}/resend`.
pub(crate) async fn resend(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let (bytes, _share) = intake::message(&gateway.bodies, &headers, body).await?;
    let members = "an object with `body`, the edited message, and `cancel`, a delivery id, and `why`, each optional";
    let order: Resend<'_> =
        serde_json::from_slice(&bytes).map_err(|error| crate::problem::unreadable_json(&error, members))?;
    let event = look::find(&gateway, &id).await?;
    let edited = bytes.slice_ref(order.body.get().as_bytes());
    let act = Act { gateway: &gateway, caller: &caller, why: &order.why };
    let replaced = match &order.cancel {
        Some(delivery) => Some(act::find(&gateway, delivery).await?),
        None => None,
    };
    if replaced.as_ref().is_some_and(|row| row.id.event != event.id) {
        return Err(Problem::new(Code::NoSuchDelivery, "`cancel` names no delivery of this event"));
    }
    let child = child(&gateway, &caller, &event, edited).await?;
    let made = match &replaced {
        Some(row) => act.cancel_for(row, &event, child).await?,
        None => act.add(&event, child).await?,
    };
    Ok(Json(json!({ "event": made, "parent": event.id })))
}

/// The edited event, held to the rules of its road.
async fn child(gateway: &Gateway, caller: &Caller, event: &EventRow, body: Bytes) -> Result<Child, Problem> {
    let correlation = event.correlation.as_deref().and_then(|sealed| gateway.store.open_text(sealed)).map(Phi::new);
    match event.direction {
        Direction::Outbound => {
            let submission = Submission {
                client: caller.client.clone(),
                body: Phi::new(body),
                content_type: event.content_type.clone(),
                idempotency_key: None,
                correlation,
                expires_at: None,
                reply_within: None,
                priority: oxgate_outbound::submit::Priority::Live,
            };
            Ok(gateway.outbound.child(submission).await?)
        }
        Direction::Inbound => {
            let made = Made { correlation, content_type: event.content_type.clone(), ..Made::json(body) };
            gateway.inbound.child(&event.door, made).await.map_err(denied)
        }
        Direction::Ops => Err(Problem::new(Code::WrongRoad, "operational events are the gateway's own words")),
    }
}

fn denied(denied: Denied) -> Problem {
    match denied {
        Denied::Refused(refusal) => {
            let detail = format!("the edited event cannot be accepted: {}", refusal.reason);
            Problem::new(Code::NotAcceptable, detail).with("reason", refusal.reason.as_str())
        }
        Denied::NotNow => Problem::new(Code::Busy, "the store takes nothing at the moment").retry_after(1),
    }
}

impl Act<'_> {
    /// Cancels the delivery and writes the child, both or neither.
    async fn cancel_for(&self, row: &DeliveryRow, event: &EventRow, child: Child) -> Result<EventId, Problem> {
        let policy = self.gateway.routing.policy(&row.target, event.direction);
        let actor = Some(self.caller.actor(self.why));
        let record = Record { actor, children: vec![child], ..Record::new(row.id, Fact::Cancel, policy) };
        let not_now = |state: &str| {
            let detail = "the delivery cannot be cancelled as it stands, so nothing was sent in its place";
            Problem::new(Code::NotInThisState, detail).with("state", state)
        };
        match self.gateway.store.record(record).await? {
            Recorded::Done { children, .. } if !children.is_empty() => Ok(children[0]),
            // It is being sent: the wish to cancel it is noted, and whether it comes true is not known yet.
            Recorded::Done { row, .. } => Err(not_now(row.state.as_str())),
            Recorded::Illegal(illegal) => Err(not_now(illegal.state.as_str())),
            Recorded::Missing => Err(Problem::new(Code::NoSuchDelivery, "no delivery has this id")),
        }
    }

    /// Writes the child beside what becomes of the event.
    async fn add(&self, event: &EventRow, child: Child) -> Result<EventId, Problem> {
        let store = &self.gateway.store;
        let actor = self.caller.actor(self.why);
        store.command(Command::Audit { actor, act: "event.edit".into(), event: Some(event.id) }).await?;
        let Child { event: mut new, deliveries, expectations, answers } = child;
        new.parent = Some(event.id);
        let made = if event.direction == Direction::Outbound {
            match store.submit(Submit { event: new, idempotency: None, deliveries, expectations }).await? {
                Submitted::New { event, .. } | Submitted::Repeated { event, .. } | Submitted::KeyReused { event } => {
                    event
                }
            }
        } else {
            match store.accept(Accept { event: new, dedup: None, deliveries, answers }).await? {
                Accepted::New { event, .. } | Accepted::Duplicate(event) | Accepted::Mismatch { first: event, .. } => {
                    event
                }
            }
        };
        Ok(made)
    }
}
