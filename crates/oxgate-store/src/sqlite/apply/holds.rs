//! What parking a delivery does to those behind it, and what its end gives back to them.

use super::Fault;
use super::Turn;
use super::record::Circumstances;
use crate::sqlite::columns::{Stored, key_numbers, natural, number};
use crate::sqlite::statements as sql;
use oxgate_core::delivery::{OnPark, Policy, step};
use oxgate_core::{Fact, OrderKeys, State};
use rusqlite::{OptionalExtension, params};

impl Turn<'_> {
    pub(super) fn parked(&mut self, parked: &Stored, on_park: OnPark) -> Result<(), Fault> {
        if self.direction(parked.id.event)? != oxgate_core::Direction::Ops {
            self.report_parked(parked)?;
        }
        match on_park {
            OnPark::Continue => Ok(()),
            OnPark::HoldKey => self.hold_keys(parked),
            OnPark::HoldLane => self.block_lane(parked),
        }
    }

    pub(super) fn unparked(&mut self, stored: &Stored) -> Result<(), Fault> {
        self.unblock_lane(stored)?;
        let mut removed = 0;
        for key in key_numbers(&stored.keys) {
            let (rank, seq) = (number(stored.rank), number(stored.id.event.seq));
            removed += self.execute(sql::HOLD_DELETE, params![stored.lane, key, rank, stored.id.n, seq])?;
        }
        if removed == 0 {
            return Ok(());
        }
        let more: Option<i64> =
            self.connection.prepare_cached(sql::HOLD_ANY)?.query_row([stored.lane], |row| row.get(0)).optional()?;
        if more.is_none() {
            self.memory.holding.remove(&stored.lane);
        }
        for waiting in self.behind(stored, State::Held)? {
            if !self.is_held(waiting.lane, (waiting.rank, waiting.id.n), &waiting.keys)? {
                self.turn_by_key(&waiting, &Fact::KeyReleased)?;
            }
        }
        Ok(())
    }

    fn hold_keys(&mut self, parked: &Stored) -> Result<(), Fault> {
        let keys = key_numbers(&parked.keys);
        if keys.is_empty() {
            return Ok(());
        }
        for key in keys {
            let (rank, seq) = (number(parked.rank), number(parked.id.event.seq));
            self.execute(sql::HOLD_INSERT, params![parked.lane, key, rank, parked.id.n, seq])?;
        }
        self.memory.holding.insert(parked.lane);
        for waiting in self.behind(parked, State::Queued)? {
            self.turn_by_key(&waiting, &Fact::KeyHeld)?;
        }
        Ok(())
    }

    fn turn_by_key(&mut self, delivery: &Stored, fact: &Fact) -> Result<(), Fault> {
        // Holding and releasing read the same under every policy.
        if let Ok(step) = step(&delivery.row, fact, &Policy::HANDLER, self.context.now) {
            self.advance(delivery, step, fact, Circumstances::default())?;
        }
        Ok(())
    }

    /// Deliveries of the lane behind `first` that share a key with it and stand in `state`.
    fn behind(&self, first: &Stored, state: State) -> rusqlite::Result<Vec<Stored>> {
        let mut statement = self.connection.prepare_cached(sql::OPEN_BEHIND)?;
        let mut rows = statement.query(params![first.lane, number(first.rank), first.id.n])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let later = Stored::read(row)?;
            if later.row.state == state && first.keys.precedes(&later.keys) {
                found.push(later);
            }
        }
        Ok(found)
    }

    /// Whether a parked delivery before `place` holds one of these keys.
    pub(super) fn is_held(&self, lane: i64, place: (u64, u16), keys: &OrderKeys) -> rusqlite::Result<bool> {
        if !self.memory.holding.contains(&lane) {
            return Ok(false);
        }
        let barrier = key_numbers(&OrderKeys::Barrier);
        let asked = match keys {
            OrderKeys::All | OrderKeys::Barrier => return self.is_behind_any_hold(lane, place),
            OrderKeys::Free => barrier,
            OrderKeys::Some(_) => [key_numbers(keys), key_numbers(&OrderKeys::All), barrier].concat(),
        };
        let mut statement = self.connection.prepare_cached(sql::HOLD_OF_KEY)?;
        for key in asked {
            if statement.exists(params![lane, key, number(place.0), place.1])? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn is_behind_any_hold(&self, lane: i64, place: (u64, u16)) -> rusqlite::Result<bool> {
        let mut statement = self.connection.prepare_cached(sql::HOLDS_OF_LANE)?;
        let mut rows = statement.query([lane])?;
        while let Some(row) = rows.next()? {
            if (natural(row.get(0)?), row.get(1)?) < place {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
