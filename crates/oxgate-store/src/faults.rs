//! Failures on demand for tests, and the deliberate bugs that the guarantee tests must catch.
//!
//! In an ordinary build every door of this file is shut: a [`Faults`] can only be the default, which does nothing.
//! Tests of this crate, and builds with the feature `mutations`, can set them.

use std::fmt;
use std::sync::Arc;

/// A bug built in on purpose. Each is caught by the test of the guarantee whose number it carries.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Mutation {
    /// Commits without waiting for the disk (`synchronous=OFF`).
    G1SkipSync,
    /// Answers the callers before the commit.
    G1AnswerBeforeCommit,
    /// Takes every redelivery for a new event.
    G2SkipDedup,
    /// Puts a released delivery at the tail instead of into its place.
    G3IgnoreRank,
    /// Counts an outage of the target against the event, and parks it.
    G4CountOutage,
    /// Answers a start without writing it.
    G5SkipStart,
    /// Answers that a delivery has expired without writing it.
    G6SkipExpiry,
    /// Links no answer to its question.
    G7SkipLink,
    /// Keeps bodies in the clear although there is a key.
    G8PlainBodies,
    /// Takes new work however little space is left.
    G9IgnoreSpace,
}

impl Mutation {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::G1SkipSync,
        Self::G1AnswerBeforeCommit,
        Self::G2SkipDedup,
        Self::G3IgnoreRank,
        Self::G4CountOutage,
        Self::G5SkipStart,
        Self::G6SkipExpiry,
        Self::G7SkipLink,
        Self::G8PlainBodies,
        Self::G9IgnoreSpace,
    ];

    /// Its name on the command line: the guarantee first.
    pub const fn name(self) -> &'static str {
        match self {
            Self::G1SkipSync => "g1-skip-sync",
            Self::G1AnswerBeforeCommit => "g1-answer-before-commit",
            Self::G2SkipDedup => "g2-skip-dedup",
            Self::G3IgnoreRank => "g3-ignore-rank",
            Self::G4CountOutage => "g4-count-outage",
            Self::G5SkipStart => "g5-skip-start",
            Self::G6SkipExpiry => "g6-skip-expiry",
            Self::G7SkipLink => "g7-skip-link",
            Self::G8PlainBodies => "g8-plain-bodies",
            Self::G9IgnoreSpace => "g9-ignore-space",
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
}

impl Faults {
    /// Whether this bug is built in.
    pub(crate) fn has(&self, mutation: Mutation) -> bool {
        self.mutation == Some(mutation)
    }

    /// The failure to report instead of committing group `number`.
    pub(crate) fn before_commit(&self, number: u64) -> Result<(), Failure> {
        self.before_commit.as_ref().map_or(Ok(()), |hook| hook(number))
    }

    /// The failure to report although group `number` was committed.
    pub(crate) fn after_commit(&self, number: u64) -> Result<(), Failure> {
        self.after_commit.as_ref().map_or(Ok(()), |hook| hook(number))
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
