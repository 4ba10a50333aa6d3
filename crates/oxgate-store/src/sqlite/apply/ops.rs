//! Operational events: what the gateway has to say about itself, as content-free events to targets of kind `ops`.

use super::Fault;
use super::Turn;
use crate::command::{NewDelivery, NewEvent, SealedBody};
use crate::sqlite::columns::{Stored, number};
use crate::sqlite::statements as sql;
use oxgate_core::lane::LaneScope;
use oxgate_core::{Address, ContentHash, Delivery, DeliveryId, Direction, EventId, Flags, OrderKeys, Refs, Timestamp};
use rusqlite::OptionalExtension;
use serde_json::{Value, json};

/// The door and the data model under which operational events are listed.
const OURSELVES: &str = "oxgate";

/// A question whose deadline has passed.
pub(super) struct LateQuestion {
    pub(super) event: EventId,
    pub(super) rule: String,
    pub(super) partner: String,
    pub(super) due_at: Timestamp,
}

impl Turn<'_> {
    pub(super) fn report_parked(&mut self, parked: &Stored) -> Result<(), Fault> {
        let mut data = self.lane_data(parked.lane);
        data["delivery"] = json!(parked.id);
        data["event"] = json!(parked.id.event);
        data["kind"] = json!(self.kind(parked.id.event)?);
        data["reason"] = json!(parked.row.reason);
        self.report("delivery.parked", Some(parked.id.event), &data)
    }

    pub(super) fn report_blocked(&mut self, lane: i64, by: DeliveryId) -> Result<(), Fault> {
        let mut data = self.lane_data(lane);
        data["delivery"] = json!(by);
        data["event"] = json!(by.event);
        self.report("lane.blocked", Some(by.event), &data)
    }

    pub(super) fn report_orphaned(&mut self, lane: i64) -> Result<(), Fault> {
        let data = self.lane_data(lane);
        self.report("lane.orphaned", None, &data)
    }

    pub(super) fn report_failed_downstream(&mut self, id: DeliveryId, lane: i64, receipt: &str) -> Result<(), Fault> {
        let mut data = self.lane_data(lane);
        data["delivery"] = json!(id);
        data["event"] = json!(id.event);
        data["kind"] = json!(self.kind(id.event)?);
        data["log"] = json!(receipt);
        self.report("delivery.failed_downstream", Some(id.event), &data)
    }

    pub(super) fn report_caught_up(&mut self, target: &str) -> Result<(), Fault> {
        let (given, without_body): (i64, i64) = self
            .connection
            .prepare_cached(sql::CATCH_UP_COUNTS)?
            .query_row([target], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let data = json!({ "handler": target, "given": given, "without_body": without_body });
        self.report("handler.caught_up", None, &data)
    }

    pub(super) fn report_late(&mut self, late: &LateQuestion) -> Result<(), Fault> {
        let data = json!({
            "event": late.event,
            "kind": self.kind(late.event)?,
            "rule": late.rule,
            "partner": late.partner,
            "due_at": late.due_at.to_string(),
        });
        self.report("expectation.late", Some(late.event), &data)
    }

    pub(super) fn report_suspect(&mut self, answer: EventId, question: EventId) -> Result<(), Fault> {
        let data = json!({ "event": answer, "kind": self.kind(answer)?, "question": question });
        self.report("answer.suspect", Some(answer), &data)
    }

    pub(super) fn report_overflow(&mut self, answer: EventId) -> Result<(), Fault> {
        let data = json!({ "event": answer, "kind": self.kind(answer)? });
        self.report("answer.overflow", Some(answer), &data)
    }

    fn lane_data(&self, id: i64) -> Value {
        match self.memory.lanes.get(&id) {
            Some(lane) => json!({
                "lane": id, "label": lane.label, "target": lane.target, "reason": lane.reason,
            }),
            None => json!({ "lane": id }),
        }
    }

    fn kind(&self, event: EventId) -> rusqlite::Result<String> {
        let address = self
            .connection
            .prepare_cached(sql::EVENT_KIND)?
            .query_row([number(event.seq)], |row| {
                Ok(Address { model: row.get(0)?, event_type: row.get(1)?, ..Address::default() })
            })
            .optional()?;
        Ok(address.unwrap_or_default().kind())
    }

    /// Writes the event with one delivery for each ops target; without targets nobody would read it. It is counted in any
    /// case: what is an alarm is also a figure.
    ///
    /// The body is stored as it is: it holds ids, configured names and reasons, nothing to seal.
    pub(super) fn report(&mut self, what: &str, parent: Option<EventId>, data: &Value) -> Result<(), Fault> {
        let (now, targets) = (self.context.now, self.context.ops);
        self.applied.alarms.push(what.to_owned());
        if targets.is_empty() {
            return Ok(());
        }
        let body = json!({ "type": what, "timestamp": now.to_string(), "data": data }).to_string().into_bytes();
        let mut tag = [0; 4];
        self.context.entropy.fill(&mut tag);
        let event = NewEvent {
            tag: u32::from_le_bytes(tag),
            direction: Direction::Ops,
            door: OURSELVES.to_owned(),
            partner: String::new(),
            address: Address { model: OURSELVES.to_owned(), event_type: what.to_owned(), ..Address::default() },
            flags: Flags::default(),
            accepted_at: now,
            parent,
            content: ContentHash::of([body.as_slice()]),
            content_type: super::insert::USUAL_CONTENT_TYPE.to_owned(),
            body: SealedBody {
                id: self.body_id(),
                codec: 0,
                data_key: 0,
                bytes: body.len() as u64,
                inline: Some(body),
            },
            refs: Refs::default(),
            correlation: None,
        };
        let deliveries: Vec<NewDelivery> = targets
            .iter()
            .map(|target| NewDelivery {
                target: target.clone(),
                scope: LaneScope::default(),
                keys: OrderKeys::All,
                delivery: Delivery::queued(now, None),
            })
            .collect();
        self.insert_event(&event, event.flags, event.parent, &deliveries)?;
        Ok(())
    }
}
