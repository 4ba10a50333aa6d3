//! What the store shows: rows as the dispatcher, the API and the command line read them.

use oxgate_core::expectation::{Fit, Grade, Judgement, Standing};
use oxgate_core::lane::LaneState;
use oxgate_core::{
    Address, AttemptId, Delivery, DeliveryId, Direction, Downstream, EventId, Flags, OrderKeys, Reason, Refs, State,
    Timestamp,
};
use std::collections::BTreeMap;

/// An open delivery as the scheduler needs it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenDelivery {
    /// Its id.
    pub id: DeliveryId,
    /// Its lane's number.
    pub lane: i64,
    /// Its place in the lane: the event's sequence number, or a later one for a replay.
    pub rank: u64,
    /// Which earlier deliveries it waits for.
    pub keys: OrderKeys,
    /// Its row.
    pub row: Delivery,
}

/// A lane with its counts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LaneRow {
    /// The lane's number.
    pub id: i64,
    /// The target's configured name.
    pub target: String,
    /// The readable scope, e.g. `endpoint=main model=Order`.
    pub label: String,
    /// What it is doing.
    pub state: LaneState,
    /// Why, content-free.
    pub reason: Reason,
    /// Since when.
    pub since: Timestamp,
}

/// How many deliveries of a lane stand where.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LaneDepth {
    /// Queued, sending, unknown or held.
    pub open: u64,
    /// Parked.
    pub parked: u64,
    /// When the oldest open one was accepted.
    pub oldest: Option<Timestamp>,
}

/// An event as the API shows it; no content.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EventRow {
    /// Its id.
    pub id: EventId,
    /// Which way it travels.
    pub direction: Direction,
    /// The endpoint or `api`.
    pub door: String,
    /// Its partner, or empty.
    pub partner: String,
    /// What the envelope says.
    pub address: Address,
    /// What was noticed.
    pub flags: Flags,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// The event it was made from or conflicts with.
    pub parent: Option<EventId>,
    /// Length of the body in bytes.
    pub body_bytes: u64,
    /// Whether the body is still stored.
    pub has_body: bool,
    /// `Content-Type` as received.
    pub content_type: String,
    /// Redox's technical ids.
    pub refs: Refs,
    /// The application's correlation value, sealed.
    pub correlation: Option<Vec<u8>>,
}

/// A delivery as the API shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeliveryRow {
    /// Its id.
    pub id: DeliveryId,
    /// Its lane's number.
    pub lane: i64,
    /// The lane's label.
    pub lane_label: String,
    /// The target's configured name.
    pub target: String,
    /// Its place in the lane.
    pub rank: u64,
    /// Its row.
    pub row: Delivery,
    /// When its first attempt began.
    pub started_at: Option<Timestamp>,
    /// When it ended or was parked.
    pub ended_at: Option<Timestamp>,
    /// Redox's log id of an accepted send.
    pub receipt: Option<String>,
    /// What became of it behind Redox, once Redox has said.
    pub downstream: Option<Downstream>,
    /// Whether it was overtaken: released or replayed after later ones had gone.
    pub out_of_order: bool,
}

/// One line of an event's timeline.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TimelineEntry {
    /// When.
    pub at: Timestamp,
    /// What happened: `accepted`, `attempt`, `settled`, `parked`, `released`, `answered`, `late` …
    pub what: String,
    /// The delivery it happened to.
    pub delivery: Option<DeliveryId>,
    /// The attempt, where there was one.
    pub attempt: Option<AttemptId>,
    /// Why, content-free.
    pub reason: Reason,
    /// The HTTP status, where there was one.
    pub status: Option<u16>,
    /// The other event: the answer, the question, the parent.
    pub event: Option<EventId>,
    /// Who, when a person did.
    pub actor: Option<String>,
}

/// What an operator is told of until it is dealt with.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Unresolved {
    /// Parked deliveries by target, of targets that have some.
    pub parked: BTreeMap<String, u64>,
    /// Questions whose deadline has passed and that have no answer.
    pub late: u64,
}

/// Which expectations to list, newest first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ExpectationQuery {
    /// Only in this standing.
    pub standing: Option<Standing>,
    /// Only of this asking event.
    pub event: Option<EventId>,
    /// Only those with an answer that was judged so, linked or not.
    pub judged: Option<Judgement>,
    /// At most so many; [`Self::LIMIT_MAX`] if more.
    pub limit: u32,
}

impl ExpectationQuery {
    /// The most expectations of one answer.
    pub const LIMIT_MAX: u32 = 1_000;

    /// All of one event.
    pub fn of(event: EventId) -> Self {
        Self { event: Some(event), limit: Self::LIMIT_MAX, ..Self::default() }
    }
}

/// An expectation with its answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExpectationRow {
    /// Its number.
    pub id: i64,
    /// The question.
    pub event: EventId,
    /// The rule's name.
    pub rule: String,
    /// The partner that is asked.
    pub partner: String,
    /// Where it stands.
    pub standing: Standing,
    /// Whether it was ever late.
    pub was_late: bool,
    /// When it becomes late.
    pub due_at: Option<Timestamp>,
    /// What came back.
    pub answers: Vec<AnswerRow>,
}

/// One answer of an expectation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AnswerRow {
    /// The answering event.
    pub event: EventId,
    /// Which of its parts, from 0.
    pub part: u16,
    /// How well the patients agree.
    pub grade: Grade,
    /// How many questions it fits.
    pub fit: Fit,
    /// When it arrived.
    pub at: Timestamp,
}

/// Which events to list, newest first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct EventQuery {
    /// Only this way.
    pub direction: Option<Direction>,
    /// Only this data model.
    pub model: Option<String>,
    /// Only this event type.
    pub event_type: Option<String>,
    /// Only this endpoint or `api`.
    pub door: Option<String>,
    /// Only events with a delivery in this state.
    pub state: Option<State>,
    /// Only events with this Redox log id.
    pub log: Option<String>,
    /// Only events accepted before this one (for paging), or after it with `ascending`.
    pub from: Option<u64>,
    /// Oldest first.
    pub ascending: bool,
    /// At most so many; the store caps it at 1,000.
    pub limit: u32,
}

/// How far a target has come with the events from before its time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CatchUpRow {
    /// The target.
    pub target: String,
    /// It gets events accepted since then.
    pub since: Timestamp,
    /// Every event up to this sequence number has been looked at.
    pub through: u64,
    /// The last event that was here before it.
    pub last: u64,
    /// Deliveries made.
    pub given: u64,
    /// Events that could not be given because their bodies were gone.
    pub without_body: u64,
}

impl CatchUpRow {
    /// Whether nothing is missing any more.
    pub const fn is_done(&self) -> bool {
        self.through >= self.last
    }
}

/// What the post-commit hook tells the dispatcher, in commit order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Change {
    /// A delivery became open or due anew: written, requeued, held, in doubt, released, replayed. Its row says which; a
    /// delivery known already is replaced by this. A start is no news to the one who starts.
    Open(OpenDelivery),
    /// A delivery left the open ones: settled, parked, cancelled, expired.
    Closed {
        /// Its id.
        id: DeliveryId,
        /// Its lane's number.
        lane: i64,
        /// Where it stands now.
        state: State,
    },
    /// More happened in this lane than the hook carries: forget what you know of it and load its row and its window
    /// from the store. Nothing more of the lane follows until the next call.
    Overflow {
        /// The lane's number.
        lane: i64,
    },
    /// A lane was made or changed.
    Lane(LaneRow),
}

/// How the store is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Health {
    /// Takes everything.
    Well,
    /// Too little free space: new work is refused, settling and retention go on.
    DiskLow,
    /// The last commit failed: everything is refused until a probe write succeeds.
    Sick,
}

/// Exact counters since start, for metrics and for the tests that pin causes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counters {
    /// Groups committed.
    pub groups: u64,
    /// Commands applied.
    pub commands: u64,
    /// Events written.
    pub events: u64,
    /// Redeliveries recognised.
    pub duplicates: u64,
    /// Groups that wrote nothing and so needed no sync.
    pub groups_without_write: u64,
    /// Checkpoints run.
    pub checkpoints: u64,
    /// Events that came with the content of an earlier one under another id: kept, flagged, delivered.
    pub suspected: u64,
    /// Facts that could not happen: must stay zero for our own facts.
    pub illegal: u64,
}
