//! What a database must be able to do to hold the truth: apply commands in one transaction, commit it, answer reads.
//!
//! The writer thread is written against [`crate::engine::Engine`] and the rest of the gateway against [`crate::Store`],
//! so a second database is a second implementation of the two traits here and runs the same conformance suite.

use crate::command::{Command, LinkedAnswer, Outcome};
use crate::view::{
    CatchUpRow, Change, DeliveryRow, EventQuery, EventRow, ExpectationQuery, ExpectationRow, LaneDepth, LaneRow,
    OpenDelivery, TimelineEntry, Unresolved,
};
use oxgate_core::limits::{CATCH_UP_MAX, CHILDREN_MAX, RECORDS_MAX};
use oxgate_core::{AttemptId, DeliveryId, EventId, KeyHash, Timestamp};
use std::sync::Arc;

/// What a group of commands did, known before it is durable.
#[derive(Debug, Default)]
pub struct Applied {
    /// One for each command, in their order.
    pub outcomes: Vec<Outcome>,
    /// What the dispatcher is to hear once the group is durable.
    pub changes: Vec<Change>,
    /// Whether anything was written; if not, there is nothing to sync.
    pub wrote: bool,
    /// Events written, ops events included.
    pub events: u64,
    /// Redeliveries recognised.
    pub duplicates: u64,
    /// Events with the content of an earlier one under another id.
    pub suspected: u64,
    /// Facts of our own that could not happen.
    pub illegal: u64,
    /// Types of the operational events, whether or not somebody takes them.
    pub alarms: Vec<String>,
}

/// What a database said; each has its own words.
pub type DatabaseError = Box<dyn std::error::Error + Send + Sync>;

/// Why a group could not be applied or committed. Nothing of it is durable, unless a commit's outcome is unknown.
#[derive(Debug, thiserror::Error)]
pub enum GroupError {
    /// One command failed for its own sake; the others may do without it.
    #[error("command {index} of the group failed")]
    Command {
        /// Its place in the group.
        index: usize,
        /// What went wrong.
        source: CommandError,
    },
    /// The disk is full.
    #[error("the disk is full")]
    Full,
    /// The database cannot write at all.
    #[error("the database cannot write")]
    Broken(#[source] DatabaseError),
}

/// Why a single command failed. Everything that a caller can cause is an outcome; these are ours.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The database refused a statement.
    #[error("a statement failed")]
    Database(#[source] DatabaseError),
    /// The event's body was to be in parts, and they are not there: sealed in another life of the process, or swept.
    #[error("the parts of body {body} are not staged: seal it again")]
    NotStaged {
        /// The body's id.
        body: u64,
    },
    /// More events in one transaction than it is meant to carry.
    #[error("{count} events are to be made from one: at most {CHILDREN_MAX} are")]
    TooManyChildren {
        /// How many.
        count: usize,
    },
    /// More deliveries in one transaction than it is meant to carry.
    #[error("{count} deliveries are to be given at once: at most {CATCH_UP_MAX} are")]
    TooManyGiven {
        /// How many.
        count: usize,
    },
    /// More facts in one transaction than it is meant to carry.
    #[error("{count} facts are to be recorded at once: at most {RECORDS_MAX} are")]
    TooManyRecords {
        /// How many.
        count: usize,
    },
    /// An event without any delivery would vanish.
    #[error("an event came without a delivery")]
    WithoutDelivery,
}

/// A database that holds the truth.
pub trait Engine: Send + 'static {
    /// Applies `commands` in one transaction, which stays open until [`Engine::commit`] or [`Engine::roll_back`].
    ///
    /// # Errors
    /// When a command fails unexpectedly; the transaction is rolled back already.
    fn apply(&mut self, now: Timestamp, commands: &[Command]) -> Result<Applied, GroupError>;

    /// Makes the open transaction durable: returns after its sync.
    ///
    /// # Errors
    /// When the outcome is unknown or negative; nobody may be acknowledged.
    fn commit(&mut self) -> Result<(), GroupError>;

    /// Forgets the open transaction, if there is one.
    fn roll_back(&mut self);

    /// Ends an open transaction that wrote nothing, without a sync.
    fn end_unwritten(&mut self);

    /// After a failed commit: gives up the connection, opens a new one (which recovers the log) and proves by a
    /// durable write that it works.
    ///
    /// # Errors
    /// When it still does not; it will be asked again.
    fn recover(&mut self, now: Timestamp) -> Result<(), GroupError>;

    /// Called between groups: what only the writing connection can do for the log.
    fn between_groups(&mut self);

    /// Asks something of a consistent snapshot.
    ///
    /// # Errors
    /// Those of `ask`, and when no snapshot can be had.
    fn read<T>(&self, ask: impl FnOnce(&dyn Reads) -> Result<T, ReadError>) -> Result<T, ReadError>;
}

/// A read that failed. A row that does not exist is no failure.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ReadError {
    /// The database refused.
    #[error("cannot read the store: the database refused")]
    Database(#[source] Arc<dyn std::error::Error + Send + Sync>),
    /// A body cannot be opened: its bytes, or the key that sealed them, are not those of the seal.
    #[error("cannot open body {body}: its seal is broken or its data key is another; check the disk and the keys")]
    Sealed {
        /// The body's id.
        body: u64,
    },
    /// The question was given up: the process is ending, or the question itself failed.
    #[error("the question to the store was interrupted")]
    Interrupted,
}

/// A body as it is stored: packed and sealed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredBody {
    /// Its id, which is part of the seal.
    pub id: u64,
    /// How the bytes are packed.
    pub codec: u8,
    /// The parts in order, each with the data key that sealed it.
    pub parts: Vec<(u32, Vec<u8>)>,
}

/// Questions to one consistent snapshot. All lists are bounded by their `limit`, or by what one event or lane can have.
pub trait Reads {
    /// Open deliveries of a lane from a place (rank, n) on, oldest first.
    fn window(&self, lane: i64, from: (u64, u16), limit: usize) -> Result<Vec<OpenDelivery>, ReadError>;
    /// All lanes, those with open work first.
    fn lanes(&self) -> Result<Vec<LaneRow>, ReadError>;
    /// Lanes that have open work.
    fn busy_lanes(&self) -> Result<Vec<LaneRow>, ReadError>;
    /// Lanes that have parked deliveries.
    fn parked_lanes(&self) -> Result<Vec<LaneRow>, ReadError>;
    /// What waits for a person, and which answers are missing; walks what it counts.
    fn unresolved(&self) -> Result<Unresolved, ReadError>;
    /// Counts of one lane; walks its open deliveries.
    fn lane_depth(&self, lane: i64) -> Result<LaneDepth, ReadError>;
    /// Deliveries in `sending` or `unknown`, each with its target.
    fn in_doubt(&self) -> Result<Vec<(OpenDelivery, String)>, ReadError>;
    /// One event.
    fn event(&self, id: EventId) -> Result<Option<EventRow>, ReadError>;
    /// An event's body, still sealed.
    fn body(&self, id: EventId) -> Result<Option<StoredBody>, ReadError>;
    /// What the peer said to an attempt, still sealed.
    fn attempt_detail(&self, id: AttemptId) -> Result<Option<StoredBody>, ReadError>;
    /// An event's deliveries in the order of their numbers.
    fn deliveries(&self, id: EventId) -> Result<Vec<DeliveryRow>, ReadError>;
    /// One delivery.
    fn delivery(&self, id: DeliveryId) -> Result<Option<DeliveryRow>, ReadError>;
    /// Events that fit the query.
    fn events(&self, query: &EventQuery) -> Result<Vec<EventRow>, ReadError>;
    /// Parked deliveries, oldest first, from behind this one on.
    fn parked(
        &self,
        target: Option<&str>,
        after: Option<DeliveryId>,
        limit: u32,
    ) -> Result<Vec<DeliveryRow>, ReadError>;
    /// Events under a search key, newest first, from before this sequence number on; and up to which event the index is
    /// complete.
    fn search(&self, kind: u8, hash: KeyHash, before: u64, limit: u32) -> Result<(Vec<EventRow>, u64), ReadError>;
    /// An event's timeline, oldest first.
    fn timeline(&self, id: EventId) -> Result<Vec<TimelineEntry>, ReadError>;
    /// Expectations, newest first.
    fn expectations(&self, query: &ExpectationQuery) -> Result<Vec<ExpectationRow>, ReadError>;
    /// The questions that an event answers: only those it is linked to.
    fn answered_by(&self, id: EventId) -> Result<Vec<LinkedAnswer>, ReadError>;
    /// Quota slots of an egress address since `from`.
    fn quota(&self, egress: &str, from: Timestamp) -> Result<Vec<(i64, u32)>, ReadError>;
    /// When the next expectation becomes late.
    fn next_late(&self) -> Result<Option<Timestamp>, ReadError>;
    /// Those of these Redox log ids that some event or delivery holds.
    fn known_logs(&self, logs: &[String]) -> Result<Vec<String>, ReadError>;
    /// Whether another delivery with the address of this one was under way in this time and holds no log for it.
    fn neighbours(&self, id: DeliveryId, from: Timestamp, until: Timestamp) -> Result<bool, ReadError>;
    /// Targets that are, or were, given events from before their time.
    fn catch_ups(&self) -> Result<Vec<CatchUpRow>, ReadError>;
    /// How far something has been read.
    fn cursor(&self, name: &str) -> Result<Option<i64>, ReadError>;
}
