//! Failures on demand for tests, and the deliberate bugs that the guarantee tests must catch.
//!
//! In an ordinary build every door of this file is shut: a [`Faults`] can only be the default, which does nothing.
//! Tests of this crate, and builds with the feature `mutations`, can set them.

use std::fmt;
use std::sync::Arc;

/// A bug built in on purpose, in this crate or in one that stands on its [`Store`](crate::Store). Each is caught by a test of
/// the guarantee whose number it carries.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Mutation {
    /// Commits without waiting for the disk (`synchronous=OFF`).
    G1SkipSync,
    /// Answers the callers before the commit.
    G1AnswerBeforeCommit,
    /// Answers a pull consumer's acknowledgement without writing it.
    G1AckUnwritten,
    /// Takes the first event of each batch for given that a new handler is to catch up with.
    G1SkipGiven,
    /// Hands over what is open in the lane of a target that is gone, and leaves what is parked.
    G1LeaveParked,
    /// Takes every redelivery for a new event.
    G2SkipDedup,
    /// Takes other content under a known id for the same event.
    G2DropConflict,
    /// Writes the events that a forward made with every repeat of its record.
    G2ChildrenAgain,
    /// Puts a released delivery at the tail instead of into its place.
    G3IgnoreRank,
    /// Lets a delivery with several order keys wait for the first of them only.
    G3FirstKeyOnly,
    /// Lets deliveries pass one whose keys could not be read.
    G3IgnoreBarrier,
    /// Gives a delivery's place away before what came of it is durable.
    G3EndEarly,
    /// Tells nobody that a delivery was overtaken.
    G3HideOvertaking,
    /// Makes no seam where the rule of a target changes.
    G3ForgetSeam,
    /// Lets what comes later pass what was handed over from another target.
    G3ReassignAside,
    /// Starts what a new handler has before everything from before its time is there.
    G3CatchUpOpen,
    /// Releases by filter the newest first, one transaction after the other.
    G3ReleaseBackwards,
    /// Puts a replay into the place of what it repeats instead of at the tail.
    G3ReplayInPlace,
    /// Counts an outage of the target against the event, and parks it.
    G4CountOutage,
    /// Counts a failure against the event although nothing shows that the target is well.
    G4CountUnproved,
    /// Lets what a parked delivery holds go as soon as nothing open precedes it.
    G4ReleaseHeld,
    /// Opens a lane that a parked delivery holds when a person resumes it.
    G4ForgetHold,
    /// Hands over a lane without what its parked deliveries hold.
    G4LeaveHolds,
    /// Answers a start without writing it.
    G5SkipStart,
    /// Sends again what nobody knows the outcome of.
    G5ResendUnknown,
    /// Takes a log that is missing at the first look for absent.
    G5FirstLook,
    /// Takes a lone log for the send in doubt although another send may have left it.
    G5AnyLog,
    /// Answers that a delivery has expired without writing it.
    G6SkipExpiry,
    /// Writes no turn of a delivery's life into its timeline.
    G6SkipStep,
    /// Links no answer to its question.
    G7SkipLink,
    /// Links an answer about another patient than its question's.
    G7IgnorePatient,
    /// Lets a deadline pass without a word.
    G7LateUnsaid,
    /// Keeps bodies in the clear although there is a key.
    G8PlainBodies,
    /// Writes messages into the log.
    G8LogMessage,
    /// Takes new work however little space is left.
    G9IgnoreSpace,
    /// Keeps every open delivery in memory.
    G9EndlessWindow,
    /// Never gives back what bodies took of their budget.
    G9KeepBytes,
}

impl Mutation {
    /// All of them.
    pub const ALL: [Self; 37] = [
        Self::G1SkipSync,
        Self::G1AnswerBeforeCommit,
        Self::G1AckUnwritten,
        Self::G1SkipGiven,
        Self::G1LeaveParked,
        Self::G2SkipDedup,
        Self::G2DropConflict,
        Self::G2ChildrenAgain,
        Self::G3IgnoreRank,
        Self::G3FirstKeyOnly,
        Self::G3IgnoreBarrier,
        Self::G3EndEarly,
        Self::G3HideOvertaking,
        Self::G3ForgetSeam,
        Self::G3ReassignAside,
        Self::G3CatchUpOpen,
        Self::G3ReleaseBackwards,
        Self::G3ReplayInPlace,
        Self::G4CountOutage,
        Self::G4CountUnproved,
        Self::G4ReleaseHeld,
        Self::G4ForgetHold,
        Self::G4LeaveHolds,
        Self::G5SkipStart,
        Self::G5ResendUnknown,
        Self::G5FirstLook,
        Self::G5AnyLog,
        Self::G6SkipExpiry,
        Self::G6SkipStep,
        Self::G7SkipLink,
        Self::G7IgnorePatient,
        Self::G7LateUnsaid,
        Self::G8PlainBodies,
        Self::G8LogMessage,
        Self::G9IgnoreSpace,
        Self::G9EndlessWindow,
        Self::G9KeepBytes,
    ];

    /// Its name on the command line: the guarantee first.
    pub const fn name(self) -> &'static str {
        match self {
            Self::G1SkipSync => "g1-skip-sync",
            Self::G1AnswerBeforeCommit => "g1-answer-before-commit",
            Self::G1AckUnwritten => "g1-ack-unwritten",
            Self::G1SkipGiven => "g1-skip-given",
            Self::G1LeaveParked => "g1-leave-parked",
            Self::G2SkipDedup => "g2-skip-dedup",
            Self::G2DropConflict => "g2-drop-conflict",
            Self::G2ChildrenAgain => "g2-children-again",
            Self::G3IgnoreRank => "g3-ignore-rank",
            Self::G3FirstKeyOnly => "g3-first-key-only",
            Self::G3IgnoreBarrier => "g3-ignore-barrier",
            Self::G3EndEarly => "g3-end-early",
            Self::G3HideOvertaking => "g3-hide-overtaking",
            Self::G3ForgetSeam => "g3-forget-seam",
            Self::G3ReassignAside => "g3-reassign-aside",
            Self::G3CatchUpOpen => "g3-catch-up-open",
            Self::G3ReleaseBackwards => "g3-release-backwards",
            Self::G3ReplayInPlace => "g3-replay-in-place",
            Self::G4CountOutage => "g4-count-outage",
            Self::G4CountUnproved => "g4-count-unproved",
            Self::G4ReleaseHeld => "g4-release-held",
            Self::G4ForgetHold => "g4-forget-hold",
            Self::G4LeaveHolds => "g4-leave-holds",
            Self::G5SkipStart => "g5-skip-start",
            Self::G5ResendUnknown => "g5-resend-unknown",
            Self::G5FirstLook => "g5-first-look",
            Self::G5AnyLog => "g5-any-log",
            Self::G6SkipExpiry => "g6-skip-expiry",
            Self::G6SkipStep => "g6-skip-step",
            Self::G7SkipLink => "g7-skip-link",
            Self::G7IgnorePatient => "g7-ignore-patient",
            Self::G7LateUnsaid => "g7-late-unsaid",
            Self::G8PlainBodies => "g8-plain-bodies",
            Self::G8LogMessage => "g8-log-message",
            Self::G9IgnoreSpace => "g9-ignore-space",
            Self::G9EndlessWindow => "g9-endless-window",
            Self::G9KeepBytes => "g9-keep-bytes",
        }
    }

    /// The mutation of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mutation| mutation.name() == name)
    }
}

/// How an injected failure looks to the writer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failure {
    /// The disk reports an error.
    Io,
    /// The disk is full.
    Full,
}

/// Called around a commit with the number of the group, from 1; an error stands for the commit's own failure.
pub type CommitHook = Arc<dyn Fn(u64) -> Result<(), Failure> + Send + Sync>;

/// Called instead of asking the file system for its free bytes.
pub type FreeBytes = Arc<dyn Fn() -> u64 + Send + Sync>;

/// What goes wrong on demand.
#[derive(Clone, Default)]
pub struct Faults {
    mutation: Option<Mutation>,
    before_commit: Option<CommitHook>,
    after_commit: Option<CommitHook>,
    free_bytes: Option<FreeBytes>,
    reserve_bytes: Option<u64>,
}

impl Faults {
    /// Whether this bug is built in.
    pub(crate) fn has(&self, mutation: Mutation) -> bool {
        self.mutation == Some(mutation)
    }

    /// The bug that is built in.
    pub(crate) const fn mutation(&self) -> Option<Mutation> {
        self.mutation
    }

    /// The failure to report instead of committing group `number`.
    pub(crate) fn before_commit(&self, number: u64) -> Result<(), Failure> {
        self.before_commit.as_ref().map_or(Ok(()), |hook| hook(number))
    }

    /// The failure to report although group `number` was committed.
    pub(crate) fn after_commit(&self, number: u64) -> Result<(), Failure> {
        self.after_commit.as_ref().map_or(Ok(()), |hook| hook(number))
    }

    /// The size of the reserve, where it is another than usual.
    pub(crate) const fn reserve_bytes(&self) -> Option<u64> {
        self.reserve_bytes
    }

    /// The pretended free space.
    pub(crate) fn free_bytes(&self) -> Option<u64> {
        self.free_bytes.as_ref().map(|free| free())
    }
}

#[cfg(any(test, feature = "mutations"))]
impl Faults {
    /// With this bug built in.
    #[must_use]
    pub fn mutated(mutation: Mutation) -> Self {
        Self { mutation: Some(mutation), ..Self::default() }
    }

    /// Asks `hook` before each commit; an error rolls the group back as a failed commit does.
    #[must_use]
    pub fn failing_before_commit(mut self, hook: CommitHook) -> Self {
        self.before_commit = Some(hook);
        self
    }

    /// Asks `hook` after each commit; an error is taken for a commit whose outcome is not known.
    #[must_use]
    pub fn failing_after_commit(mut self, hook: CommitHook) -> Self {
        self.after_commit = Some(hook);
        self
    }

    /// Lays a reserve of this size: a simulation lays thousands of them.
    #[must_use]
    pub const fn with_reserve(mut self, bytes: u64) -> Self {
        self.reserve_bytes = Some(bytes);
        self
    }

    /// Pretends this much free space.
    #[must_use]
    pub fn with_free_bytes(mut self, free: FreeBytes) -> Self {
        self.free_bytes = Some(free);
        self
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faults").field("mutation", &self.mutation).finish_non_exhaustive()
    }
}
