//! The life of a delivery: a pure function from (state, fact, policy, now) to the next state and its effects, or illegal.
//!
//! ```text
//!            start              no outcome            evidence ambiguous
//!  queued ──────────► sending ────────────► unknown ────────────────────► parked
//!    ▲ │                 │  accepted           │ evidence accepted          │ release
//!    │ └── accepted ──►  └───────► settled ◄───┘                            ▼
//!    └───────────────── target failure, evidence absent ◄──────────────  queued
//! ```
//!
//! A *repeatable* target (a handler) is tried straight from `queued`; a target that must see an event only *once*
//! (Redox) goes through a durable `sending`, so that a crash leaves `unknown` and never a silent second send.

use crate::reason::Reason;
use crate::time::Timestamp;
use std::time::Duration;

/// Where a delivery stands. The numbers are the store's; below 10 is open, 10 waits for a person, from 20 on it has ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum State {
    /// Waits for its turn and its time.
    Queued = 0,
    /// An attempt is under way that must not be repeated by accident.
    Sending = 1,
    /// The outcome of the last attempt cannot be told.
    Unknown = 2,
    /// Waits behind a parked delivery of the same order key.
    Held = 3,
    /// Needs a person, with a reason.
    Parked = 10,
    /// The target has it.
    Settled = 20,
    /// Ended by a person.
    Cancelled = 21,
    /// Ended by its own time limit.
    Expired = 22,
}

impl State {
    /// All states, in the order of their numbers.
    pub const ALL: [Self; 8] = [
        Self::Queued,
        Self::Sending,
        Self::Unknown,
        Self::Held,
        Self::Parked,
        Self::Settled,
        Self::Cancelled,
        Self::Expired,
    ];

    /// The number that stands in the store.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The state with this number.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// The word that the API and the command line use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Unknown => "unknown",
            Self::Held => "held",
            Self::Parked => "parked",
            Self::Settled => "settled",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }

    /// Still to be done without a person: occupies its place in the lane.
    pub const fn is_open(self) -> bool {
        self.code() < 10
    }

    /// Settled, cancelled or expired: only a replay makes more of it.
    pub const fn has_ended(self) -> bool {
        self.code() >= 20
    }
}

/// How a target bears a repeated attempt.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Mode {
    /// A repeat is harmless and marked as such (same `webhook-id`).
    Repeatable,
    /// A repeat is a second order in the hospital.
    Once,
}

/// What parking a delivery does to those behind it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnPark {
    /// They go on; whoever receives the parked one later is told.
    Continue,
    /// Those that share an order key are held.
    HoldKey,
    /// The whole lane is blocked.
    HoldLane,
}

/// The rules of a target that the state machine needs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Policy {
    /// Repeatable or once.
    pub mode: Mode,
    /// What follows when an event is parked for its own sake.
    pub on_park: OnPark,
    /// What follows when an unknown outcome is parked.
    pub on_unknown: OnPark,
    /// Counted failures before parking.
    pub failures_max: u16,
    /// The time that must lie between the first counted failure and parking.
    pub failures_span: Duration,
    /// Send again when the outcome is unknown and nothing can be found out. Off by default: it may double an order.
    pub resend_unknown: bool,
}

impl Policy {
    /// A handler: twelve counted failures over at least an hour, then the next one's turn.
    pub const HANDLER: Self = Self {
        mode: Mode::Repeatable,
        on_park: OnPark::Continue,
        on_unknown: OnPark::Continue,
        failures_max: 12,
        failures_span: Duration::from_hours(1),
        resend_unknown: false,
    };

    /// Redox: what it refuses it will refuse again, and what may have arrived is not sent again.
    pub const REDOX: Self = Self {
        mode: Mode::Once,
        on_park: OnPark::Continue,
        on_unknown: OnPark::HoldLane,
        failures_max: 1,
        failures_span: Duration::ZERO,
        resend_unknown: false,
    };
}

/// The changeable part of a delivery.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Delivery {
    /// Where it stands.
    pub state: State,
    /// Why it stands there.
    pub reason: Reason,
    /// Attempts that were begun.
    pub attempts: u32,
    /// Failures that speak against the event and not against the target.
    pub counted: u16,
    /// When the first of them happened.
    pub counted_since: Option<Timestamp>,
    /// Not before this time.
    pub due_at: Timestamp,
    /// Not after this time.
    pub expires_at: Option<Timestamp>,
    /// A person wants it cancelled as soon as that is safe.
    pub cancel_wished: bool,
    /// The ticket of the attempt whose start was recorded last; none where starts are not recorded.
    pub ticket: Option<u64>,
}

impl Delivery {
    /// A new one, due at once.
    pub const fn queued(now: Timestamp, expires_at: Option<Timestamp>) -> Self {
        Self {
            state: State::Queued,
            reason: Reason::NONE,
            attempts: 0,
            counted: 0,
            counted_since: None,
            due_at: now,
            expires_at,
            cancel_wished: false,
            ticket: None,
        }
    }

    /// A new one that needs a person from the start (unrouted, unreadable).
    pub fn parked(now: Timestamp, reason: Reason) -> Self {
        Self { state: State::Parked, reason, ..Self::queued(now, None) }
    }
}

/// Something that happened to a delivery.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fact {
    /// An attempt begins.
    Start {
        /// Drawn for this attempt, and no other's.
        ticket: u64,
    },
    /// The store refused the start of an attempt, and may have taken it all the same. Nothing has left by it.
    StartRefused {
        /// The ticket of that attempt; a start with another one is left alone.
        ticket: u64,
    },
    /// The target took it. With the redox log id where there is one, which the store keeps beside the row.
    Accepted,
    /// The target refused or dropped it for its own sake.
    EventFailure {
        /// What the target said, content-free.
        reason: Reason,
        /// Whether the failure counts towards parking: the target has proved to be well otherwise.
        counts: bool,
        /// When to try again, if it is to be tried again.
        retry_at: Timestamp,
    },
    /// The target is down or refuses us; the event is known not to have been accepted.
    TargetFailure {
        /// What was seen, content-free.
        reason: Reason,
        /// When to try again.
        retry_at: Timestamp,
    },
    /// The attempt ended and nobody can tell how.
    NoOutcome {
        /// What was seen, content-free.
        reason: Reason,
        /// When to look for evidence (once), or to try again (repeatable).
        check_at: Timestamp,
    },
    /// Evidence that the target has it: a log entry, or its answer.
    EvidenceAccepted {
        /// Which evidence.
        reason: Reason,
    },
    /// Evidence that the target never had it.
    EvidenceAbsent,
    /// No evidence to be had, or evidence for several readings.
    EvidenceAmbiguous,
    /// Found open at start-up, or taken over from a lost replica.
    Recovered,
    /// An earlier delivery of the same order key was parked.
    KeyHeld,
    /// That earlier delivery has ended.
    KeyReleased,
    /// A person cancels it.
    Cancel,
    /// A person puts a parked one back into its place.
    Release,
    /// A person hands a parked one to another target.
    Reroute,
    /// A person says that an unknown one was accepted.
    DecideAccepted,
    /// A person says that an unknown one is to be sent again.
    DecideResend,
    /// Its own time limit has passed.
    Expire,
    /// A person asks for the same event once more, at the tail.
    Replay,
}

/// What a step asks of the store and the scheduler besides the new row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    /// It has ended; what waited for it may start.
    Ended,
    /// It was parked; those behind it fare as told.
    Parked(OnPark),
    /// It is no longer parked; what it held may start.
    Unparked,
    /// The target is not well; the whole lane waits until this time.
    LaneWaits(Timestamp),
    /// It was accepted; the deadline of its expectation counts from now.
    DeadlineStarts,
    /// Worth a line in the timeline, but nothing changes.
    Noted,
    /// A new delivery of the same event is made at the tail.
    Replayed,
    /// A new delivery of the same event is made for another target.
    Rerouted,
}

/// The next row and what goes with it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// The row to write.
    pub next: Delivery,
    /// What else has to happen in the same transaction or after it.
    pub effects: Vec<Effect>,
}

/// A fact that cannot happen in this state. It is counted as a broken invariant when it comes from our own code, and
/// answered with `409` when it comes from a person.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a {} delivery does not take `{fact}`", state.as_str())]
pub struct Illegal {
    /// The state it was in.
    pub state: State,
    /// The fact's name.
    pub fact: &'static str,
}

impl Fact {
    /// The fact's name in errors, timelines and metrics.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Start { .. } => "start",
            Self::StartRefused { .. } => "start refused",
            Self::Accepted => "accepted",
            Self::EventFailure { .. } => "event failure",
            Self::TargetFailure { .. } => "target failure",
            Self::NoOutcome { .. } => "no outcome",
            Self::EvidenceAccepted { .. } => "evidence accepted",
            Self::EvidenceAbsent => "evidence absent",
            Self::EvidenceAmbiguous => "evidence ambiguous",
            Self::Recovered => "recovered",
            Self::KeyHeld => "key held",
            Self::KeyReleased => "key released",
            Self::Cancel => "cancel",
            Self::Release => "release",
            Self::Reroute => "reroute",
            Self::DecideAccepted => "decide accepted",
            Self::DecideResend => "decide resend",
            Self::Expire => "expire",
            Self::Replay => "replay",
        }
    }
}

/// What `fact` makes of `delivery`.
///
/// # Errors
/// [`Illegal`] when the fact cannot happen in the delivery's state; the row then stays as it is.
pub fn step(delivery: &Delivery, fact: &Fact, policy: &Policy, now: Timestamp) -> Result<Step, Illegal> {
    let turn = Turn { delivery, policy, now };
    if let Fact::StartRefused { ticket } = fact {
        return Ok(turn.start_refused(*ticket));
    }
    let step = match delivery.state {
        State::Queued => turn.queued(fact),
        State::Sending => turn.sending(fact),
        State::Unknown => turn.unknown(fact),
        State::Held => turn.held(fact),
        State::Parked => turn.parked(fact),
        State::Settled | State::Cancelled | State::Expired => turn.ended(fact),
    };
    step.ok_or(Illegal { state: delivery.state, fact: fact.name() })
}

/// One call of [`step`]: the arguments that every rule looks at.
struct Turn<'a> {
    delivery: &'a Delivery,
    policy: &'a Policy,
    now: Timestamp,
}

impl Turn<'_> {
    /// Undoes the start that was taken although it was refused. Whatever else has become of the delivery is not this
    /// attempt's doing.
    fn start_refused(&self, ticket: u64) -> Step {
        if self.delivery.state != State::Sending || self.delivery.ticket != Some(ticket) {
            self.unchanged()
        } else if self.delivery.cancel_wished {
            self.cancelled()
        } else {
            self.requeued(Reason::word("start-refused"), self.now, false)
        }
    }

    fn queued(&self, fact: &Fact) -> Option<Step> {
        let repeatable = self.policy.mode == Mode::Repeatable;
        match fact {
            Fact::Start { ticket } => {
                let state = if repeatable { State::Queued } else { State::Sending };
                let begin = |next: &mut Delivery| {
                    next.attempts += 1;
                    next.ticket = Some(*ticket);
                };
                Some(self.to(state, Reason::NONE, begin, &[]))
            }
            Fact::Accepted if repeatable => Some(self.settled(Reason::NONE)),
            Fact::EventFailure { reason, counts, retry_at } if repeatable => {
                Some(self.event_failure(reason, *counts, *retry_at))
            }
            Fact::TargetFailure { reason, retry_at } => Some(self.requeued(reason.clone(), *retry_at, true)),
            Fact::NoOutcome { reason, check_at } if repeatable => Some(self.requeued(reason.clone(), *check_at, false)),
            Fact::EvidenceAccepted { .. } => Some(self.unchanged()),
            Fact::Recovered => Some(self.unchanged()),
            Fact::KeyHeld => Some(self.to(State::Held, Reason::KEY_HELD, |_| (), &[])),
            Fact::Cancel => Some(self.cancelled()),
            Fact::Expire => Some(self.expired()),
            _ => None,
        }
    }

    fn sending(&self, fact: &Fact) -> Option<Step> {
        match fact {
            Fact::Accepted => Some(self.settled(Reason::NONE)),
            Fact::EvidenceAccepted { reason } => Some(self.settled(reason.clone())),
            // Redox said no: the same bytes would be refused again.
            Fact::EventFailure { reason, .. } => Some(self.park(reason.clone(), self.policy.on_park)),
            Fact::TargetFailure { .. } if self.delivery.cancel_wished => Some(self.cancelled()),
            Fact::TargetFailure { reason, retry_at } => Some(self.requeued(reason.clone(), *retry_at, true)),
            Fact::NoOutcome { reason, check_at } => Some(self.unknown_since(reason.clone(), *check_at)),
            Fact::Recovered if self.policy.mode == Mode::Once => {
                Some(self.unknown_since(Reason::INTERRUPTED, self.now))
            }
            Fact::Recovered => Some(self.requeued(Reason::INTERRUPTED, self.now, false)),
            Fact::Cancel => {
                Some(self.to(State::Sending, Reason::NONE, |next| next.cancel_wished = true, &[Effect::Noted]))
            }
            _ => None,
        }
    }

    fn unknown(&self, fact: &Fact) -> Option<Step> {
        match fact {
            Fact::Accepted => Some(self.settled(Reason::NONE)),
            Fact::EvidenceAccepted { reason } => Some(self.settled(reason.clone())),
            Fact::EvidenceAbsent if self.delivery.cancel_wished => Some(self.cancelled()),
            Fact::EvidenceAbsent => Some(self.requeued(Reason::ABSENT_FROM_LOG, self.now, false)),
            Fact::EvidenceAmbiguous if self.policy.resend_unknown => {
                Some(self.requeued(Reason::UNKNOWN_OUTCOME, self.now, false))
            }
            Fact::EvidenceAmbiguous => Some(self.park(Reason::UNKNOWN_OUTCOME, self.policy.on_unknown)),
            Fact::Recovered => Some(self.unchanged()),
            Fact::Cancel => Some(self.cancelled()),
            Fact::DecideAccepted => Some(self.settled(Reason::BY_PERSON)),
            Fact::DecideResend => Some(self.requeued(Reason::BY_PERSON, self.now, false)),
            _ => None,
        }
    }

    fn held(&self, fact: &Fact) -> Option<Step> {
        match fact {
            Fact::KeyReleased => Some(self.requeued(Reason::NONE, self.now, false)),
            Fact::Recovered => Some(self.unchanged()),
            Fact::Cancel => Some(self.cancelled()),
            Fact::Expire => Some(self.expired()),
            _ => None,
        }
    }

    fn parked(&self, fact: &Fact) -> Option<Step> {
        let for_unknown = self.delivery.reason == Reason::UNKNOWN_OUTCOME;
        let step = match fact {
            // A reply or an answer that comes after all, from an attempt we had given up.
            Fact::Accepted | Fact::DecideAccepted if for_unknown => self.settled(Reason::NONE),
            Fact::EvidenceAccepted { reason } if for_unknown => self.settled(reason.clone()),
            Fact::EvidenceAbsent if for_unknown => self.requeued(Reason::ABSENT_FROM_LOG, self.now, false),
            Fact::DecideResend if for_unknown => self.released(),
            Fact::Recovered => return Some(self.unchanged()),
            Fact::Cancel => self.cancelled(),
            // Of an unknown send a person must say which way to read it.
            Fact::Release if !for_unknown => self.released(),
            Fact::Reroute if !for_unknown => Self::with(self.cancelled(), Effect::Rerouted),
            Fact::Expire => self.expired(),
            _ => return None,
        };
        Some(Self::with(step, Effect::Unparked))
    }

    fn ended(&self, fact: &Fact) -> Option<Step> {
        let late_outcome =
            matches!(fact, Fact::EventFailure { .. } | Fact::TargetFailure { .. } | Fact::NoOutcome { .. });
        match fact {
            Fact::Accepted | Fact::EvidenceAccepted { .. } => Some(self.noted()),
            // A handler's attempt was under way when a person ended the delivery.
            _ if late_outcome && self.policy.mode == Mode::Repeatable => Some(self.noted()),
            Fact::Replay => Some(Self::with(self.unchanged(), Effect::Replayed)),
            _ => None,
        }
    }

    fn event_failure(&self, reason: &Reason, counts: bool, retry_at: Timestamp) -> Step {
        let counted = self.delivery.counted.saturating_add(u16::from(counts));
        let since = self.delivery.counted_since.or(counts.then_some(self.now));
        let long_enough = since.is_some_and(|since| self.now.since(since) >= self.policy.failures_span);
        let count = |next: &mut Delivery| (next.counted, next.counted_since) = (counted, since);
        if counts && counted >= self.policy.failures_max && long_enough {
            self.to(State::Parked, reason.clone(), count, &[Effect::Parked(self.policy.on_park)])
        } else {
            self.to(
                State::Queued,
                reason.clone(),
                |next| {
                    count(next);
                    next.due_at = retry_at;
                },
                &[],
            )
        }
    }

    fn settled(&self, reason: Reason) -> Step {
        self.to(State::Settled, reason, |_| (), &[Effect::Ended, Effect::DeadlineStarts])
    }

    fn cancelled(&self) -> Step {
        self.to(State::Cancelled, Reason::BY_PERSON, |_| (), &[Effect::Ended])
    }

    fn expired(&self) -> Step {
        self.to(State::Expired, Reason::EXPIRED, |_| (), &[Effect::Ended])
    }

    fn park(&self, reason: Reason, on_park: OnPark) -> Step {
        self.to(State::Parked, reason, |_| (), &[Effect::Parked(on_park)])
    }

    /// Back in its place with a clean count: a person has looked at it.
    fn released(&self) -> Step {
        self.to(
            State::Queued,
            Reason::BY_PERSON,
            |next| {
                next.due_at = self.now;
                (next.counted, next.counted_since) = (0, None);
            },
            &[],
        )
    }

    fn requeued(&self, reason: Reason, due_at: Timestamp, target_down: bool) -> Step {
        let waits = [Effect::LaneWaits(due_at)];
        self.to(State::Queued, reason, |next| next.due_at = due_at, if target_down { &waits } else { &[] })
    }

    fn unknown_since(&self, reason: Reason, check_at: Timestamp) -> Step {
        self.to(State::Unknown, reason, |next| next.due_at = check_at, &[])
    }

    fn unchanged(&self) -> Step {
        Step { next: self.delivery.clone(), effects: Vec::new() }
    }

    fn noted(&self) -> Step {
        Self::with(self.unchanged(), Effect::Noted)
    }

    fn with(mut step: Step, effect: Effect) -> Step {
        step.effects.push(effect);
        step
    }

    fn to(&self, state: State, reason: Reason, change: impl FnOnce(&mut Delivery), effects: &[Effect]) -> Step {
        let mut next = Delivery { state, reason, ..self.delivery.clone() };
        change(&mut next);
        Step { next, effects: effects.to_vec() }
    }
}
