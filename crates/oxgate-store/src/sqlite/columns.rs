//! How our values stand in columns, and how they come back.

use crate::view::OpenDelivery;
use oxgate_core::lane::LaneState;
use oxgate_core::{Delivery, DeliveryId, Downstream, EventId, OrderKeys, Reason, State, Timestamp};
use rusqlite::{Row, types::Type};

/// Slots of a body id: its low twelve bits number the parts, 4,096 of 256 KiB at most.
const PARTS_BITS: u32 = 12;

/// A sequence number, rank or body id as a column. Numbers beyond the column's range belong to no row.
pub(super) fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// A column that only we write and that is never negative.
pub(super) fn natural(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

/// Where a body's part stands.
pub(super) fn slot(body: u64, part: u32) -> i64 {
    number(body.saturating_mul(1 << PARTS_BITS).saturating_add(u64::from(part)))
}

/// The first and the last slot that a body can use.
pub(super) fn slots(body: u64) -> (i64, i64) {
    (slot(body, 0), slot(body, (1 << PARTS_BITS) - 1))
}

/// The body that a slot belongs to.
pub(super) fn body_of_slot(slot: i64) -> u64 {
    natural(slot) >> PARTS_BITS
}

/// An event's id from its sequence number and tag.
pub(super) fn event_id(seq: i64, tag: u32) -> EventId {
    EventId { seq: natural(seq), tag }
}

/// A time that may be absent.
pub(super) fn time(value: Option<i64>) -> Option<Timestamp> {
    value.map(Timestamp)
}

/// A value that this release cannot read in column `index`: the file was changed by something else.
pub(super) fn unreadable(index: usize, what: &'static str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(index, Type::Integer, what.into())
}

/// A delivery with all of its columns, in the order of the statements' column list.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Stored {
    pub(super) id: DeliveryId,
    pub(super) lane: i64,
    pub(super) rank: u64,
    pub(super) keys: OrderKeys,
    pub(super) row: Delivery,
    pub(super) started_at: Option<Timestamp>,
    pub(super) ended_at: Option<Timestamp>,
    pub(super) out_of_order: bool,
    pub(super) status: Option<u16>,
    pub(super) receipt: Option<String>,
    pub(super) downstream: Option<Downstream>,
}

impl Stored {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let state = State::from_code(row.get(4)?).ok_or_else(|| unreadable(4, "no delivery state"))?;
        let reason: String = row.get(5)?;
        Ok(Self {
            id: event_id(row.get(0)?, row.get(2)?).delivery(row.get(1)?),
            lane: row.get(3)?,
            row: Delivery {
                state,
                reason: if reason.is_empty() { Reason::NONE } else { Reason::stored(reason) },
                attempts: row.get(6)?,
                counted: row.get(7)?,
                counted_since: time(row.get(8)?),
                due_at: Timestamp(row.get(9)?),
                expires_at: time(row.get(10)?),
                cancel_wished: row.get(11)?,
                ticket: row.get::<_, Option<i64>>(20)?.map(i64::cast_unsigned),
            },
            started_at: time(row.get(12)?),
            ended_at: time(row.get(13)?),
            rank: natural(row.get(14)?),
            out_of_order: row.get(15)?,
            status: row.get(16)?,
            keys: OrderKeys::from_bytes(row.get_ref(17)?.as_blob()?),
            receipt: row.get(18)?,
            downstream: row.get::<_, Option<u8>>(19)?.and_then(Downstream::from_code),
        })
    }

    /// As the scheduler needs it.
    pub(super) fn open(&self) -> OpenDelivery {
        OpenDelivery { id: self.id, lane: self.lane, rank: self.rank, keys: self.keys.clone(), row: self.row.clone() }
    }
}

/// Order keys as numbers, the way `key_holds` stores them.
pub(super) fn key_numbers(keys: &OrderKeys) -> Vec<i64> {
    let bytes = keys.to_bytes();
    bytes.as_chunks::<8>().0.iter().map(|key| i64::from_be_bytes(*key)).collect()
}

/// A lane's state from its columns: state at `state`; from `through` on the last rank, the blocker's three, the lane that it
/// waits for.
pub(super) fn lane_state(row: &Row<'_>, state: usize, through: usize) -> rusqlite::Result<LaneState> {
    let rank = || row.get(through).map(natural);
    Ok(match row.get::<_, u8>(state)? {
        0 => LaneState::Open,
        1 => LaneState::Paused,
        3 => {
            let by = event_id(row.get(through + 1)?, row.get(through + 2)?).delivery(row.get(through + 3)?);
            LaneState::Blocked { by }
        }
        4 => LaneState::Draining { through: rank()? },
        5 => LaneState::Orphaned,
        6 => LaneState::After { lane: row.get(through + 4)?, through: rank()? },
        _ => return Err(unreadable(state, "no lane state")),
    })
}
