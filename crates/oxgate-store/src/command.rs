//! What can be asked of the store, and what comes back: plain values, so that a second store and a simulation take the same.

use crate::view::LaneRow;
use oxgate_core::delivery::{Fact, Policy};
use oxgate_core::expectation::{Fit, Grade, KeyKind};
use oxgate_core::lane::{LaneAct, LaneScope, LaneState};
use oxgate_core::{
    Address, ContentHash, DedupKey, Delivery, DeliveryId, Direction, Downstream, EventId, Flags, KeyHash, OrderKeys,
    Reason, Refs, Timestamp,
};
use std::time::Duration;

/// A body made ready for writing on the request's own task: compressed and sealed, the large ones already in parts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SealedBody {
    /// The body's id; drawn before writing because the seal is bound to it.
    pub id: u64,
    /// How the bytes are packed: 0 as they are, 1 zstd.
    pub codec: u8,
    /// The data key that sealed it; 0 when encryption is off.
    pub data_key: u32,
    /// Length before packing, in bytes.
    pub bytes: u64,
    /// The packed bytes, or nothing when the parts are in `staging` already.
    pub inline: Option<Vec<u8>>,
}

/// An event to write.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewEvent {
    /// 32 random bits for the event's public id.
    pub tag: u32,
    /// Which way it travels.
    pub direction: Direction,
    /// The endpoint it came through, or `api`.
    pub door: String,
    /// The partner (health system) it belongs to; empty when none is configured for its address.
    pub partner: String,
    /// What the envelope says.
    pub address: Address,
    /// What was noticed about it.
    pub flags: Flags,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// The event it was made from or conflicts with.
    pub parent: Option<EventId>,
    /// Hash of the clinical content.
    pub content: ContentHash,
    /// `Content-Type` as received.
    pub content_type: String,
    /// The body.
    pub body: SealedBody,
    /// Redox's technical ids.
    pub refs: Refs,
    /// The application's correlation value, sealed like a body (it may say anything).
    pub correlation: Option<Vec<u8>>,
}

/// A delivery to write with its event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewDelivery {
    /// The target's configured name.
    pub target: String,
    /// Which lane of the target.
    pub scope: LaneScope,
    /// Which earlier deliveries it waits for.
    pub keys: OrderKeys,
    /// Its first row: queued, or parked from the start.
    pub delivery: Delivery,
}

/// De-duplication as asked by an accept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dedup {
    /// (endpoint, Redox destination), as text.
    pub scope: String,
    /// The key inside the scope.
    pub key: DedupKey,
    /// What a comparison of whole bodies said after a [`Accepted::Mismatch`].
    pub verdict: Option<Verdict>,
}

/// Whether a body says the same as another one under its de-duplication key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Equal, as JSON values outside the changing parts of `Meta`, to the body of this event.
    SameAs(EventId),
    /// Different from the bodies of this many events, the first ones under the key; or these are no longer there to
    /// compare.
    Different {
        /// How many.
        compared: usize,
    },
}

/// What an arriving event offers to the open expectations of its partner.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AnswerProbe {
    /// The partner; expectations of others are never looked at.
    pub partner: String,
    /// Names of the rules that this event may answer.
    pub rules: Vec<String>,
    /// One entry a part (`Results.New` has a part for each of its `Orders[]`): keys by kind.
    pub parts: Vec<Vec<(KeyKind, KeyHash)>>,
    /// The patient's identifiers.
    pub patients: Vec<KeyHash>,
}

/// An inbound event with all that follows from it, written in one transaction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Accept {
    /// The event.
    pub event: NewEvent,
    /// How to recognise a redelivery; absent when the event carries no Redox id.
    pub dedup: Option<Dedup>,
    /// At least one: nothing vanishes.
    pub deliveries: Vec<NewDelivery>,
    /// Present when some rule names the event's model as an answer.
    pub answers: Option<AnswerProbe>,
}

/// What became of an [`Accept`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Accepted {
    /// Written.
    New {
        /// The event's id.
        event: EventId,
        /// Its deliveries, in the order given.
        deliveries: Vec<DeliveryId>,
        /// The questions it is linked to, with grade and fit; neither suspect nor overflowing ones.
        answers: Vec<LinkedAnswer>,
    },
    /// Already here; nothing written.
    Duplicate(EventId),
    /// The key is known with other content; nothing written. The caller compares the bodies and asks again with a verdict.
    Mismatch {
        /// The event that holds the key.
        first: EventId,
        /// Others under it with content of their own, oldest first; as many as are worth a comparison.
        others: Vec<EventId>,
    },
}

/// An answer found for a question.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LinkedAnswer {
    /// The question.
    pub question: EventId,
    /// How well the patients agree.
    pub grade: Grade,
    /// How many questions the answer fits.
    pub fit: Fit,
    /// The application's correlation value of the question, still sealed.
    pub correlation: Option<Vec<u8>>,
}

/// The question that an outbound event asks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewExpectation {
    /// The rule's name.
    pub rule: String,
    /// The partner that is asked.
    pub partner: String,
    /// How long to wait, counted from the settle; never late without it.
    pub within: Option<Duration>,
    /// Keys that an answer must share one of.
    pub keys: Vec<(KeyKind, KeyHash)>,
    /// The patient's identifiers, which guard the match.
    pub patients: Vec<KeyHash>,
}

/// An outbound event with all that follows from it, written in one transaction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Submit {
    /// The event.
    pub event: NewEvent,
    /// The caller's idempotency key, scoped to its API key, with the hash of the body as submitted.
    pub idempotency: Option<Idempotency>,
    /// One for each destination.
    pub deliveries: Vec<NewDelivery>,
    /// What it waits for.
    pub expectations: Vec<NewExpectation>,
}

/// An idempotency key of an application.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Idempotency {
    /// The API key's id.
    pub client: String,
    /// The header's text; at most 255 bytes.
    pub key: String,
    /// Hash of the submitted bytes.
    pub body: ContentHash,
}

/// What became of a [`Submit`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Submitted {
    /// Written.
    New {
        /// The event's id.
        event: EventId,
        /// Its deliveries, in the order given.
        deliveries: Vec<DeliveryId>,
    },
    /// The same key with the same body was submitted before.
    Repeated {
        /// The event of the first submission.
        event: EventId,
        /// Its deliveries.
        deliveries: Vec<DeliveryId>,
    },
    /// The same key with another body was submitted before; nothing written.
    KeyReused {
        /// The event of the first submission.
        event: EventId,
    },
}

/// A finished attempt, for the timeline. A successful first attempt needs no row of its own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AttemptRecord {
    /// Which attempt of a repeatable target it was, as counted when it began: the same one told again, because its commit
    /// was refused and had taken effect all the same, is known by it. Absent where nobody tells it again.
    pub no: Option<u32>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// The HTTP status, where there was one.
    pub status: Option<u16>,
    /// What was seen, content-free.
    pub reason: Reason,
    /// What the peer said, as a body (readable under `read-phi` only).
    pub detail: Option<SealedBody>,
}

/// A fact about a delivery, to be run through the state machine against the row as it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// The delivery.
    pub delivery: DeliveryId,
    /// What happened.
    pub fact: Fact,
    /// The target's rules.
    pub policy: Policy,
    /// The attempt that it ends, if it ends one.
    pub attempt: Option<AttemptRecord>,
    /// Redox's log id of an accepted send.
    pub receipt: Option<String>,
    /// Who did it, when a person did; goes to the audit.
    pub actor: Option<Actor>,
    /// For [`Fact::Replay`] and [`Fact::Reroute`]: the delivery to make.
    pub instead: Option<NewDelivery>,
    /// Events made from the delivery's event, written in the same transaction if, and only if, the fact changes the
    /// delivery's state: what a forward settles with, what a person sends in the place of what is cancelled. At most
    /// [`oxgate_core::limits::CHILDREN_MAX`].
    pub children: Vec<Child>,
}

impl Record {
    /// A fact with nothing beside it.
    pub const fn new(delivery: DeliveryId, fact: Fact, policy: Policy) -> Self {
        Self { delivery, fact, policy, attempt: None, receipt: None, actor: None, instead: None, children: Vec::new() }
    }
}

/// An event made from another one, with all that follows from it. Its parent is the event of the [`Record`] it comes with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Child {
    /// The event; what it says of its parent is not read.
    pub event: NewEvent,
    /// At least one.
    pub deliveries: Vec<NewDelivery>,
    /// What it waits for, when it goes to Redox.
    pub expectations: Vec<NewExpectation>,
    /// What it may answer, when it goes to handlers.
    pub answers: Option<AnswerProbe>,
}

/// A person or program that acts through the API, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Actor {
    /// The API key's name, or `local` for the Unix socket.
    pub name: String,
    /// What they gave as their reason; content-free by agreement, at most 200 characters kept.
    pub why: String,
}

/// What became of a [`Record`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Recorded {
    /// The row as it stands now.
    Done {
        /// The delivery's new row.
        row: Delivery,
        /// The delivery made by a replay or reroute.
        made: Option<DeliveryId>,
        /// The events written with it, in the order given.
        children: Vec<EventId>,
    },
    /// The fact cannot happen in this state; nothing written.
    Illegal(oxgate_core::delivery::Illegal),
    /// No such delivery.
    Missing,
}

/// What Redox's logs say of accepted sends, with how far the logs have been read.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Follow {
    /// Log ids and how they stand; ids that no delivery holds are passed over.
    pub seen: Vec<(String, Downstream)>,
    /// Kept in the same transaction, so that nothing is skipped: a name, and a time in Unix ms.
    pub cursor: Option<(String, i64)>,
}

/// A change to a lane asked by a person or by the dispatcher.
///
/// Two who act at once must not undo each other unseen, so whoever decided by what they saw says what that was.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LaneChange {
    /// The lane's number.
    pub lane: i64,
    /// What is asked.
    pub act: LaneAct,
    /// The state that the act was decided by: in any other, nothing is changed. Absent: whatever the lane is doing.
    pub seen: Option<LaneState>,
    /// Why, content-free.
    pub reason: Reason,
    /// Who, when a person did.
    pub actor: Option<Actor>,
}

/// Events that were here before their target, given to it in their order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CatchUp {
    /// The target.
    pub target: String,
    /// How far it had come before; nothing is written unless that is how far it has come.
    pub from: u64,
    /// How far it has come once this is written.
    pub through: u64,
    /// In the order of their events; at most [`oxgate_core::limits::CATCH_UP_MAX`].
    pub given: Vec<Given>,
    /// Events that it would have taken and whose bodies retention has removed.
    pub without_body: u32,
}

/// An event's delivery to a target that came later.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Given {
    /// The event.
    pub event: EventId,
    /// Its delivery to the target.
    pub delivery: NewDelivery,
    /// The delivery that stood for it while nobody took it: rerouted if it is still parked.
    pub unrouted: Option<DeliveryId>,
}

/// What became of a [`LaneChange`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LaneChanged {
    /// The lane as it stands now.
    Done(LaneRow),
    /// It had left the state that was seen; nothing written. The lane as it stands.
    Moved(LaneRow),
    /// There is no such lane; nothing written.
    Missing,
}

/// The unfinished deliveries of an orphaned lane, to be handed to another target: step by step, each step with the same
/// command, until nothing is left.
///
/// They go to a lane of their own at the new target, with their ranks, keys and holds. It starts nothing before the last
/// of them has come; and what is accepted for the new target from then on, and may belong to the same events' order, waits
/// until they are gone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reassign {
    /// The orphaned lane's number.
    pub lane: i64,
    /// The configured name of the target that takes over.
    pub to: String,
    /// The most deliveries moved in this step; at least 1.
    pub rows: u32,
    /// Who.
    pub actor: Actor,
}

/// What became of a [`Reassign`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reassigned {
    /// Moved.
    Done {
        /// The lane that took them.
        lane: LaneRow,
        /// Deliveries moved in this step.
        moved: u32,
        /// Whether that was the last step.
        complete: bool,
    },
    /// The lane is not orphaned; nothing written. The lane as it stands.
    NotOrphaned(LaneRow),
    /// What another lane has comes first; nothing written.
    After {
        /// The other lane's number.
        lane: i64,
    },
    /// There is no such lane.
    Missing,
}

/// One command for the writer. Commands are applied in groups, each group in one transaction with one sync.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Command {
    /// Take an inbound event.
    Accept(Box<Accept>),
    /// Take an outbound event.
    Submit(Box<Submit>),
    /// Run a fact through a delivery's state machine.
    Record(Box<Record>),
    /// Run facts through deliveries' state machines, all of them in this command's transaction, in the order given: the
    /// dispatcher hears of none before all are durable. Where one is refused, so are the later ones of its delivery. At
    /// most [`oxgate_core::limits::RECORDS_MAX`].
    Records(Vec<Record>),
    /// Change a lane's state.
    Lane(LaneChange),
    /// Hand what an orphaned lane still has to another target.
    Reassign(Reassign),
    /// Somebody is about to be told that this delivery comes out of order; its row says so from then on.
    Overtaken(DeliveryId),
    /// Write one part of a large body before its event.
    Part {
        /// The body's id.
        body: u64,
        /// The part's number, from 0.
        part: u32,
        /// How the bytes are packed.
        codec: u8,
        /// The data key that sealed them.
        data_key: u32,
        /// The packed bytes.
        bytes: Vec<u8>,
    },
    /// Keep a newly made, wrapped data key.
    DataKey {
        /// The key's id.
        id: u32,
        /// Which operator key wrapped it.
        kek: String,
        /// The wrapped key.
        wrapped: Vec<u8>,
    },
    /// Turn waiting expectations whose deadline has passed into late ones, each with its ops event.
    Late,
    /// Remove what retention allows, at most `rows` rows.
    Sweep {
        /// The most rows touched in this step.
        rows: u32,
    },
    /// Write search keys of events, and up to which event all have theirs.
    Index {
        /// Every event up to this sequence number is indexed once this is written.
        through: u64,
        /// One entry for each key.
        keys: Vec<IndexKey>,
    },
    /// Tell the targets of kind `ops` something that the gateway noticed outside the store.
    Report {
        /// Its type: `feed.silent`, `redox.retrying`, `disk.low`.
        what: String,
        /// The event it is about.
        event: Option<EventId>,
        /// What to say; content-free.
        data: serde_json::Value,
    },
    /// Quota slots used, so that the rolling window survives a restart.
    Quota {
        /// The egress address's name.
        egress: String,
        /// Slot start, Unix ms.
        slot: i64,
        /// Requests made in the slot.
        used: u32,
    },
    /// A step of a delivery's timeline that changes nothing about it.
    Note {
        /// The delivery.
        delivery: DeliveryId,
        /// What happened (`file uploaded`), content-free.
        what: String,
        /// Why, content-free.
        reason: Reason,
    },
    /// What became of accepted sends behind Redox.
    Follow(Follow),
    /// Begin to give a new target the events that are here: those accepted since a time. Nothing happens when it has begun
    /// before. Lanes that the target gets until it has caught up are paused, so that the later events wait for the earlier.
    BeginCatchUp {
        /// The target.
        target: String,
        /// Since when.
        since: Timestamp,
        /// The last event that was here before it; the next ones have it by themselves.
        last: u64,
    },
    /// Go on with it.
    CatchUp(CatchUp),
    /// A line in the audit.
    Audit {
        /// Who.
        actor: Actor,
        /// What (`payload.read`, `config.reload`).
        act: String,
        /// The event it was about.
        event: Option<EventId>,
    },
}

/// A keyed hash under which an event is found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct IndexKey {
    /// Day of the event's acceptance, counted from 1970-01-01.
    pub day: i64,
    /// [`KeyKind::code`], or a number above 100 for kinds that only search knows.
    pub kind: u8,
    /// The hash.
    pub hash: KeyHash,
    /// The event's sequence number.
    pub event: u64,
}

/// The result of one command, in the order of the commands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Of [`Command::Accept`].
    Accepted(Accepted),
    /// Of [`Command::Submit`].
    Submitted(Submitted),
    /// Of [`Command::Record`].
    Recorded(Recorded),
    /// Of [`Command::Records`], in their order.
    Records(Vec<Recorded>),
    /// Of [`Command::Lane`].
    Lane(LaneChanged),
    /// Of [`Command::Reassign`].
    Reassigned(Reassigned),
    /// Of [`Command::Sweep`], [`Command::Late`] and [`Command::Follow`]: how many rows changed. Of [`Command::CatchUp`]: how
    /// many deliveries were made.
    Rows(u32),
    /// Of the others.
    Done,
}
