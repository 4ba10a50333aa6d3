//! What the writer remembers so that it need not ask: interned names, lanes, the next sequence number.
//!
//! It mirrors committed rows plus those of the open transaction. After a rollback it is loaded anew, so that nothing
//! of the lost transaction stays in it.

use super::apply::Walks;
use super::columns::{lane_state, natural};
use super::names::{Kind, name_text};
use super::statements as sql;
use crate::view::LaneRow;
use oxgate_core::lane::LaneRule;
use oxgate_core::{Direction, Reason, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::{HashMap, HashSet, VecDeque};

/// Cached names of one kind. Beyond this many the cache starts over; the table still knows them all.
const NAMES_CACHED: usize = 16_384;

/// The name under which `meta` keeps the highest rank that belongs to no event (given to a replay).
const RANK_FLOOR: &str = "rank_floor";

/// Inbound events whose content is remembered: at a busy hospital about an hour of them, in two megabytes.
const RECENT_MAX: u32 = 16_384;

/// Where and what: endpoint, Redox destination, hash of the content.
pub(super) type Content = (i64, i64, [u8; 16]);

/// Contents of the last inbound events. It is a hint and bounded; exactness is the business of the keys.
#[derive(Debug, Default)]
pub(super) struct Recent {
    first: HashMap<Content, i64>,
    order: VecDeque<(Content, i64)>,
}

impl Recent {
    fn load(connection: &Connection, last: i64) -> rusqlite::Result<Self> {
        let mut statement = connection.prepare_cached(sql::EVENTS_RECENT)?;
        let rows = statement.query_map([last - i64::from(RECENT_MAX)], |row| {
            let content = (row.get(2)?, row.get(3)?, row.get(4)?);
            Ok((row.get::<_, u8>(1)? == Direction::Inbound.code()).then_some((content, row.get::<_, i64>(0)?)))
        })?;
        let mut recent = Self::default();
        for event in rows {
            if let Some((content, event)) = event? {
                recent.note(content, event);
            }
        }
        Ok(recent)
    }

    /// The first of the remembered events with this content.
    pub(super) fn find(&self, content: &Content) -> Option<i64> {
        self.first.get(content).copied()
    }

    /// Remembers an event.
    pub(super) fn note(&mut self, content: Content, event: i64) {
        if self.order.len() >= RECENT_MAX as usize
            && let Some((oldest, event)) = self.order.pop_front()
            && self.first.get(&oldest) == Some(&event)
        {
            self.first.remove(&oldest);
        }
        self.first.entry(content).or_insert(event);
        self.order.push_back((content, event));
    }
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Memory {
    names: HashMap<Kind, HashMap<Box<str>, i64>>,
    pub(super) lanes: HashMap<i64, LaneRow>,
    pub(super) lane_ids: HashMap<(i64, [u8; 16]), i64>,
    /// Lanes in which some order key is held; only there new deliveries need a look at `key_holds`.
    pub(super) holding: HashSet<i64>,
    /// Targets that have not caught up yet.
    pub(super) catching_up: HashSet<String>,
    /// By which rule each target's deliveries were last put in order.
    pub(super) rules: HashMap<String, LaneRule>,
    /// Ranks after which a target's rule changed, ascending; only of targets that have some.
    pub(super) seams: HashMap<String, Vec<u64>>,
    /// The last seam of its target that a lane is known to be past.
    pub(super) passed: HashMap<i64, u64>,
    /// Contents of the last inbound events, to notice one that comes again under another id.
    pub(super) recent: Recent,
    /// Where the retention walks stand.
    pub(super) walks: Walks,
    next: u64,
}

impl Memory {
    /// From the committed rows.
    pub(super) fn load(connection: &Connection) -> rusqlite::Result<Self> {
        let mut memory = Self::default();
        let last: Option<i64> = connection.query_row(sql::EVENT_LAST, [], |row| row.get(0))?;
        let floor: Option<i64> = connection.query_row(sql::META_GET, [RANK_FLOOR], |row| row.get(0)).optional()?;
        memory.next = natural(last.unwrap_or(0).max(floor.unwrap_or(0))) + 1;
        let mut lanes = connection.prepare_cached(sql::LANES)?;
        let mut rows = lanes.query([])?;
        while let Some(row) = rows.next()? {
            let (id, target): (i64, i64) = (row.get(0)?, row.get(1)?);
            memory.lane_ids.insert((target, row.get(2)?), id);
            let lane = LaneRow {
                id,
                target: name_text(connection, target)?,
                label: row.get(3)?,
                state: lane_state(row, 4, 7)?,
                reason: Reason::stored(row.get(5)?),
                since: Timestamp(row.get(6)?),
            };
            memory.lanes.insert(id, lane);
        }
        let mut rules = connection.prepare_cached(sql::RULES)?;
        let mut rows = rules.query([])?;
        while let Some(row) = rows.next()? {
            memory.rules.insert(name_text(connection, row.get(0)?)?, LaneRule::from_code(row.get(1)?));
        }
        let mut seams = connection.prepare_cached(sql::SEAMS)?;
        let mut rows = seams.query([])?;
        while let Some(row) = rows.next()? {
            memory.seams.entry(name_text(connection, row.get(0)?)?).or_default().push(natural(row.get(1)?));
        }
        memory.recent = Recent::load(connection, last.unwrap_or(0))?;
        let mut catch_ups = connection.prepare_cached(sql::CATCH_UPS)?;
        let mut rows = catch_ups.query([])?;
        while let Some(row) = rows.next()? {
            if row.get::<_, i64>(2)? < row.get::<_, i64>(3)? {
                memory.catching_up.insert(row.get(0)?);
            }
        }
        let mut held = connection.prepare_cached(sql::HOLD_LANES)?;
        memory.holding = held.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(memory)
    }

    /// The next event's sequence number, which is also its deliveries' rank.
    pub(super) fn next_seq(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }

    /// The last rank that was given out.
    pub(super) const fn last_rank(&self) -> u64 {
        self.next - 1
    }

    /// A rank behind everything, for a delivery that is no new event's.
    pub(super) fn next_rank(&mut self, connection: &Connection) -> rusqlite::Result<u64> {
        let rank = self.next_seq();
        connection.prepare_cached(sql::META_SET)?.execute(params![RANK_FLOOR, super::columns::number(rank)])?;
        Ok(rank)
    }

    /// The number of a name, interned if it is new.
    pub(super) fn name(&mut self, connection: &Connection, kind: Kind, name: &str) -> rusqlite::Result<i64> {
        if name.is_empty() {
            return Ok(0);
        }
        let known = self.names.entry(kind).or_default();
        if let Some(id) = known.get(name) {
            return Ok(*id);
        }
        let found = connection
            .prepare_cached(sql::NAME_ID)?
            .query_row(params![kind as u8, name], |row| row.get(0))
            .optional()?;
        let id = match found {
            Some(id) => id,
            None => connection.prepare_cached(sql::NAME_INSERT)?.insert(params![kind as u8, name])?,
        };
        if known.len() >= NAMES_CACHED {
            known.clear();
        }
        known.insert(name.into(), id);
        Ok(id)
    }
}
