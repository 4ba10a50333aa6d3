//! Events for a target that came after them: their deliveries in batches, each with the place up to which none is missing.

use super::insert::Place;
use super::record::Circumstances;
use super::{Fault, Turn};
use crate::command::{CatchUp, Given};
use crate::engine::CommandError;
use crate::faults::Mutation;
use crate::sqlite::columns::number;
use crate::sqlite::names::Kind;
use crate::sqlite::statements as sql;
use oxgate_core::delivery::{Effect, Policy, step};
use oxgate_core::limits::CATCH_UP_MAX;
use oxgate_core::{DeliveryId, Fact, State, Timestamp};
use rusqlite::{OptionalExtension, params};

impl Turn<'_> {
    /// Notes the target with the last event from before its time.
    pub(super) fn begin_catch_up(&mut self, target: &str, since: Timestamp, last: u64) -> Result<(), Fault> {
        let begins = self.execute(sql::CATCH_UP_INSERT, params![target, since.0, number(last)])? > 0;
        if begins && last > 0 {
            self.memory.catching_up.insert(target.to_owned());
        }
        Ok(())
    }

    /// How many deliveries were made. A batch that was written before, its answer lost, finds its place taken.
    pub(super) fn catch_up(&mut self, batch: &CatchUp) -> Result<u32, Fault> {
        if batch.given.len() > CATCH_UP_MAX {
            return Err(CommandError::TooManyGiven { count: batch.given.len() }.into());
        }
        let place: Option<(i64, i64)> = self
            .connection
            .prepare_cached(sql::CATCH_UP_GET)?
            .query_row([&batch.target], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((_, last)) = place.filter(|(through, _)| *through == number(batch.from)) else { return Ok(0) };
        let (mut given, mut without_body) = (0, batch.without_body);
        let skipped = usize::from(self.context.faults.has(Mutation::G1SkipGiven));
        for one in batch.given.iter().skip(skipped) {
            match self.give(one)? {
                Gave::Delivery => given += 1,
                Gave::NoBody => without_body += 1,
                Gave::Nothing => {}
            }
        }
        self.execute(sql::CATCH_UP_SET, params![batch.target, number(batch.through), given, without_body])?;
        if number(batch.through) >= last {
            self.caught_up(&batch.target)?;
            self.report_caught_up(&batch.target)?;
        }
        Ok(given)
    }

    /// The event's delivery to the target, at the event's own place.
    fn give(&mut self, given: &Given) -> Result<Gave, Fault> {
        let Given { event, delivery, unrouted } = given;
        let seq = number(event.seq);
        if !self.connection.prepare_cached(sql::EVENT_HAS_BODY)?.exists([seq])? {
            // Retention was faster.
            return Ok(Gave::NoBody);
        }
        let target = self.name(Kind::Target, &delivery.target)?;
        if self.connection.prepare_cached(sql::DELIVERY_TO)?.exists(params![seq, target])? {
            // A person has replayed it there already.
            return Ok(Gave::Nothing);
        }
        if let Some(unrouted) = unrouted {
            self.routed(*unrouted)?;
        }
        let n = self.connection.prepare_cached(sql::DELIVERY_NEXT_N)?.query_row([seq], |row| row.get(0))?;
        let place = Place {
            id: event.delivery(n),
            lane: self.lane_for(&delivery.target, &delivery.scope)?,
            direction: self.direction(*event)?,
            rank: event.seq,
            origin: None,
            out_of_order: false,
        };
        self.insert_delivery(place, &delivery.keys, delivery.delivery.clone())?;
        Ok(Gave::Delivery)
    }

    /// Ends the parked delivery of an event that nobody took, as a reroute does; what it is rerouted to is written beside it.
    fn routed(&mut self, id: DeliveryId) -> Result<(), Fault> {
        let Some(parked) = self.stored(id)?.filter(|stored| stored.row.state == State::Parked) else { return Ok(()) };
        // The policy plays no part in this step.
        if let Ok(mut rerouted) = step(&parked.row, &Fact::Reroute, &Policy::HANDLER, self.context.now) {
            rerouted.effects.retain(|effect| *effect != Effect::Rerouted);
            self.advance(&parked, rerouted, &Fact::Reroute, Circumstances::default())?;
        }
        Ok(())
    }
}

/// What became of one event.
enum Gave {
    Delivery,
    NoBody,
    Nothing,
}
