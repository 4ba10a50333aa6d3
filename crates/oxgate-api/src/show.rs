//! Rows of the store as the API's JSON: one shape each, content-free.

use crate::caller::Caller;
use crate::lanes::Waits;
use crate::scope::Scope;
use oxgate_core::lane::LaneState;
use oxgate_core::{Flags, Reason, State, Timestamp};
use oxgate_store::Store;
use oxgate_store::view::{DeliveryRow, EventRow, ExpectationRow, LaneDepth, LaneRow, TimelineEntry};
use serde_json::{Value, json};

/// RFC 3339 in UTC.
pub(crate) fn time(at: Timestamp) -> Value {
    at.to_string().into()
}

fn maybe_time(at: Option<Timestamp>) -> Value {
    at.map_or(Value::Null, time)
}

/// An absent text is `null`, not `""`: the difference matters to those who filter.
fn maybe_text(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { text.into() }
}

fn reason(reason: &Reason) -> Value {
    maybe_text(reason.as_str())
}

/// An event, content-free.
pub(crate) fn event(row: &EventRow) -> Value {
    let repeats = row.flags.has(Flags::SUSPECTED_DUPLICATE) && !row.flags.has(Flags::CONFLICT);
    json!({
        "id": row.id,
        "direction": row.direction,
        "door": row.door,
        "partner": maybe_text(&row.partner),
        "data_model": maybe_text(&row.address.model),
        "event_type": maybe_text(&row.address.event_type),
        "source": maybe_text(&row.address.source),
        "destination": maybe_text(&row.address.destination),
        "facility": maybe_text(&row.address.facility),
        "test": row.address.test,
        "flags": row.flags.names(),
        "accepted_at": time(row.accepted_at),
        "parent": row.parent,
        "suspected_duplicate_of": row.parent.filter(|_| repeats),
        "body_bytes": row.body_bytes,
        "body_stored": row.has_body,
        "content_type": maybe_text(&row.content_type),
        "redox": row.refs,
        "has_correlation": row.correlation.is_some(),
    })
}

/// An event as this caller may see it: the correlation value is the application's own text and may say anything, so it
/// needs `read-phi`.
pub(crate) fn event_for(row: &EventRow, caller: &Caller, store: &Store) -> Value {
    let mut value = event(row);
    if caller.may(Scope::ReadPhi) {
        let text = row.correlation.as_deref().and_then(|sealed| store.open_text(sealed));
        value["correlation"] = text.map_or(Value::Null, Value::String);
    }
    value
}

/// A delivery.
pub(crate) fn delivery(row: &DeliveryRow) -> Value {
    json!({
        "id": row.id,
        "event": row.id.event,
        "target": row.target,
        "lane": row.lane,
        "lane_label": row.lane_label,
        "state": row.row.state.as_str(),
        "reason": reason(&row.row.reason),
        "attempts": row.row.attempts,
        "counted_failures": row.row.counted,
        "due_at": if row.row.state == State::Queued { time(row.row.due_at) } else { Value::Null },
        "expires_at": maybe_time(row.row.expires_at),
        "started_at": maybe_time(row.started_at),
        "ended_at": maybe_time(row.ended_at),
        "receipt": row.receipt,
        "downstream": row.downstream.map(oxgate_core::Downstream::as_str),
        "out_of_order": row.out_of_order,
        "cancel_wished": row.row.cancel_wished,
    })
}

/// One line of a timeline.
pub(crate) fn timeline_entry(entry: &TimelineEntry) -> Value {
    json!({
        "at": time(entry.at),
        "what": entry.what,
        "delivery": entry.delivery,
        "attempt": entry.attempt,
        "reason": reason(&entry.reason),
        "status": entry.status,
        "event": entry.event,
        "actor": entry.actor,
    })
}

/// What a lane is doing, in one word. One that is open while its target is down, which `probe` says, waits for it.
pub(crate) fn lane_state(row: &LaneRow, waits: Option<Waits>) -> &'static str {
    match (&row.state, waits) {
        (LaneState::Open, Some(Waits::ForTarget(_))) => "waiting",
        (state, _) => state.as_str(),
    }
}

/// A lane with its counts.
pub(crate) fn lane(row: &LaneRow, depth: LaneDepth, waits: Option<Waits>, now: Timestamp) -> Value {
    let (mut until, mut blocked_by, mut after) = (Value::Null, Value::Null, Value::Null);
    let mut why = reason(&row.reason);
    match &row.state {
        LaneState::Open => match waits {
            Some(Waits::ForTarget(probe)) => until = time(probe),
            Some(Waits::ForRate(start)) => (until, why) = (time(start), "rate-limit".into()),
            None => {}
        },
        LaneState::Blocked { by } => blocked_by = by.to_string().into(),
        LaneState::After { lane, .. } => after = (*lane).into(),
        _ => {}
    }
    let oldest_age = depth.oldest.map(|oldest| now.since(oldest).as_secs());
    json!({
        "id": row.id,
        "target": row.target,
        "label": row.label,
        "state": lane_state(row, waits),
        "reason": why,
        "since": time(row.since),
        "until": until,
        "blocked_by": blocked_by,
        "after": after,
        "open": depth.open,
        "parked": depth.parked,
        "oldest_age_s": oldest_age,
    })
}

/// An expectation with its answers.
pub(crate) fn expectation(row: &ExpectationRow) -> Value {
    let answers: Vec<Value> = row
        .answers
        .iter()
        .map(|answer| {
            json!({
                "event": answer.event,
                "part": answer.part,
                "grade": answer.grade.as_str(),
                "fit": answer.fit.as_str(),
                "at": time(answer.at),
            })
        })
        .collect();
    json!({
        "id": row.id,
        "event": row.event,
        "rule": row.rule,
        "partner": row.partner,
        "standing": row.standing.as_str(),
        "was_late": row.was_late,
        "due_at": maybe_time(row.due_at),
        "answers": answers,
    })
}
