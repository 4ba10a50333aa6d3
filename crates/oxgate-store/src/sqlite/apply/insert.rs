//! Rows that accept, submit and operational events share: the event, its body, its deliveries.

use super::Fault;
use super::Turn;
use crate::command::{NewDelivery, NewEvent, SealedBody};
use crate::engine::CommandError;
use crate::sqlite::columns::{Stored, number, slot};
use crate::sqlite::names::Kind;
use crate::sqlite::statements as sql;
use crate::view::Change;
use oxgate_core::delivery::{Policy, step};
use oxgate_core::{Delivery, DeliveryId, Direction, EventId, Fact, Flags, OrderKeys, State};
use rusqlite::{OptionalExtension, params};

/// The content type that stands as NULL, since nearly every body has it.
pub(in crate::sqlite) const USUAL_CONTENT_TYPE: &str = "application/json";

/// Where a new delivery comes from and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) id: DeliveryId,
    pub(super) lane: i64,
    pub(super) direction: Direction,
    pub(super) rank: u64,
    /// The delivery of the same event that it repeats or replaces.
    pub(super) origin: Option<u16>,
    pub(super) out_of_order: bool,
}

impl Turn<'_> {
    /// Writes the event, its body and its deliveries; `flags` and `parent` as found out in the transaction.
    pub(super) fn insert_event(
        &mut self,
        new: &NewEvent,
        flags: Flags,
        parent: Option<EventId>,
        deliveries: &[NewDelivery],
    ) -> Result<(EventId, Vec<DeliveryId>), Fault> {
        if deliveries.is_empty() {
            return Err(CommandError::WithoutDelivery.into());
        }
        let event = EventId { seq: self.memory.next_seq(), tag: new.tag };
        self.own_body(event, &new.body)?;
        self.insert_event_row(event, new, flags, parent)?;
        self.applied.events += 1;
        let mut ids = Vec::with_capacity(deliveries.len());
        for (n, delivery) in (0..).zip(deliveries) {
            let id = event.delivery(n);
            // What is written as ended or parked stands in no order.
            if delivery.delivery.state.is_open() {
                self.follow_rule(&delivery.target, delivery.scope.rule(), event.seq)?;
            }
            let lane = self.lane_for(&delivery.target, &delivery.scope)?;
            let (direction, rank) = (new.direction, event.seq);
            let place = Place { id, lane, direction, rank, origin: None, out_of_order: false };
            self.insert_delivery(place, &delivery.keys, delivery.delivery.clone())?;
            ids.push(id);
        }
        Ok((event, ids))
    }

    fn insert_event_row(
        &mut self,
        id: EventId,
        new: &NewEvent,
        flags: Flags,
        parent: Option<EventId>,
    ) -> Result<(), Fault> {
        let address = &new.address;
        let flags = if address.test { flags.with(Flags::TEST) } else { flags };
        let content_type = (new.content_type != USUAL_CONTENT_TYPE).then_some(&new.content_type);
        let refs = serde_json::to_string(&new.refs).ok().filter(|text| text != "{}");
        let parameters = params![
            number(id.seq),
            id.tag,
            new.direction.code(),
            self.name(Kind::Door, &new.door)?,
            self.name(Kind::Partner, &new.partner)?,
            self.name(Kind::Model, &address.model)?,
            self.name(Kind::EventType, &address.event_type)?,
            self.name(Kind::Source, &address.source)?,
            self.name(Kind::Destination, &address.destination)?,
            self.name(Kind::Facility, &address.facility)?,
            flags.0,
            new.accepted_at.0,
            parent.map(|parent| number(parent.seq)),
            new.content.0,
            content_type,
            number(new.body.bytes),
            number(new.body.id),
            refs,
            new.correlation,
        ];
        self.execute(sql::EVENT_INSERT, parameters)?;
        Ok(())
    }

    /// Writes a body that came inline, or takes over the parts that were staged for it.
    pub(super) fn own_body(&self, event: EventId, body: &SealedBody) -> Result<(), Fault> {
        let first = slot(body.id, 0);
        if let Some(bytes) = &body.inline {
            self.execute(sql::BODY_INSERT, params![first, number(event.seq), body.codec, body.data_key, bytes])?;
        } else {
            if self.execute(sql::STAGING_DELETE, [number(body.id)])? == 0 {
                return Err(CommandError::NotStaged { body: body.id }.into());
            }
            self.execute(sql::BODY_OWN, params![first, number(event.seq)])?;
        }
        Ok(())
    }

    /// Writes one part of a large body; until an event takes it over, `staging` marks it as nobody's.
    pub(super) fn stage(&self, body: u64, part: u32, (codec, data_key, bytes): (u8, u32, &[u8])) -> Result<(), Fault> {
        self.execute(sql::STAGING_INSERT, params![number(body), self.context.now.0])?;
        self.execute(sql::BODY_INSERT, params![slot(body, part), None::<i64>, codec, data_key, bytes])?;
        Ok(())
    }

    /// Writes a delivery; one whose order key is held starts as held.
    pub(super) fn insert_delivery(&mut self, place: Place, keys: &OrderKeys, mut row: Delivery) -> Result<(), Fault> {
        let lane = place.lane;
        if row.state.is_open() {
            self.wait_for_seam(lane, place.rank)?;
        }
        if row.state == State::Queued && self.is_held(lane, (place.rank, place.id.n), keys)? {
            // The policy plays no part in this step.
            if let Ok(held) = step(&row, &Fact::KeyHeld, &Policy::HANDLER, self.context.now) {
                row = held.next;
            }
        }
        let stored = Stored {
            id: place.id,
            lane,
            rank: place.rank,
            keys: keys.clone(),
            started_at: None,
            ended_at: (!row.state.is_open()).then_some(self.context.now),
            out_of_order: place.out_of_order,
            status: None,
            receipt: None,
            downstream: None,
            row,
        };
        self.insert_delivery_row(&stored, place.origin)?;
        if stored.row.state.is_open() {
            self.applied.changes.push(Change::Open(stored.open()));
        } else if stored.row.state == State::Parked && place.direction != Direction::Ops {
            self.report_parked(&stored)?;
        }
        Ok(())
    }

    fn insert_delivery_row(&self, stored: &Stored, origin: Option<u16>) -> rusqlite::Result<()> {
        // Nothing that is new has been begun by an attempt that could undo it.
        let Delivery { state, reason, attempts, counted, counted_since, due_at, expires_at, cancel_wished, ticket: _ } =
            &stored.row;
        let parameters = params![
            number(stored.id.event.seq),
            stored.id.n,
            stored.id.event.tag,
            stored.lane,
            state.code(),
            reason.as_str(),
            attempts,
            counted,
            counted_since.map(|at| at.0),
            due_at.0,
            expires_at.map(|at| at.0),
            cancel_wished,
            stored.ended_at.map(|at| at.0),
            number(stored.rank),
            origin,
            stored.out_of_order,
            stored.keys.to_bytes(),
        ];
        self.execute(sql::DELIVERY_INSERT, parameters)?;
        Ok(())
    }

    /// The id of the event with this sequence number.
    pub(super) fn event_id(&self, seq: i64) -> rusqlite::Result<EventId> {
        let tag = self.connection.prepare_cached(sql::EVENT_TAG)?.query_row([seq], |row| row.get(0))?;
        Ok(crate::sqlite::columns::event_id(seq, tag))
    }

    /// A delivery as it stands, if the id names one.
    pub(super) fn stored(&self, id: DeliveryId) -> rusqlite::Result<Option<Stored>> {
        let found = self
            .connection
            .prepare_cached(sql::DELIVERY_GET)?
            .query_row(params![number(id.event.seq), id.n], Stored::read)
            .optional()?;
        Ok(found.filter(|stored| stored.id == id))
    }
}
