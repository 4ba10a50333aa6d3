//! Where and how to open the store.

use crate::faults::Faults;
use oxgate_core::limits::DEDUP_KEPT;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// Where and how to open the store. Start from [`Settings::new`] and change what differs.
#[derive(Clone)]
pub struct Settings {
    /// The data folder; made if absent, owner only.
    pub folder: PathBuf,
    /// The operator's key-encryption key; `None` switches encryption at rest off.
    pub kek: Option<Kek>,
    /// The key of search and order keys (32 bytes). A store keeps the one it was made with.
    pub search_key: [u8; 32],
    /// Targets of kind `ops`: every operational event gets a delivery to each.
    pub ops: Vec<String>,
    /// How long things are kept.
    pub retention: Retention,
    /// Failures and deliberate bugs for tests; none in earnest.
    pub faults: Faults,
}

impl Settings {
    /// A store in `folder`: not encrypted until [`Settings::kek`] is set, no ops targets, default retention.
    pub fn new(folder: impl Into<PathBuf>, search_key: [u8; 32]) -> Self {
        Self {
            folder: folder.into(),
            kek: None,
            search_key,
            ops: Vec::new(),
            retention: Retention::default(),
            faults: Faults::default(),
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("folder", &self.folder)
            .field("kek", &self.kek)
            .field("ops", &self.ops)
            .field("retention", &self.retention)
            .finish_non_exhaustive()
    }
}

/// The operator's key-encryption key: wraps the data keys, never seals a body itself. Wiped from memory when dropped.
#[derive(Clone, zeroize::ZeroizeOnDrop)]
pub struct Kek {
    /// What the operator calls it; stands beside every key it wraps.
    #[zeroize(skip)]
    pub name: String,
    /// 256 secret bits.
    pub key: [u8; 32],
}

impl fmt::Debug for Kek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kek({})", self.name)
    }
}

/// How long things are kept. All spans count from the end of what they are about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Retention {
    /// Bodies, from the end of their event's last delivery.
    pub bodies: Duration,
    /// De-duplication keys, from their event's acceptance. Raised to 35 days, and never removed before the body.
    pub dedup: Duration,
    /// Idempotency keys of submissions, from the submission. Raised to 24 hours.
    pub submissions: Duration,
    /// How long after its last answer, or after becoming late, an expectation is still matched.
    pub expectations: Duration,
    /// What is left of an event (its rows, its timeline, its search keys), from the end of its last delivery. Raised
    /// above all spans before this one.
    pub records: Duration,
    /// How long a delivery stays parked before it expires.
    pub parked_max_age: Duration,
    /// Lines of the audit.
    pub audit: Duration,
}

impl Retention {
    /// The shortest life of an idempotency key.
    const SUBMISSIONS_MIN: Duration = Duration::from_hours(24);

    /// Rows outlive the keys that lead to them by so much: a sweep takes a while to get round.
    const RECORDS_MARGIN: Duration = Duration::from_hours(7 * 24);

    /// These spans with the promised minimums applied.
    #[must_use]
    pub fn with_minimums(self) -> Self {
        let dedup = self.dedup.max(DEDUP_KEPT).max(self.bodies);
        let submissions = self.submissions.max(Self::SUBMISSIONS_MIN);
        let others = dedup.max(submissions).max(self.expectations);
        Self { dedup, submissions, records: self.records.max(others + Self::RECORDS_MARGIN), ..self }
    }
}

impl Default for Retention {
    fn default() -> Self {
        let day = Duration::from_hours(24);
        Self {
            bodies: day * 30,
            dedup: DEDUP_KEPT,
            submissions: day * 7,
            expectations: day * 30,
            records: day * 730,
            parked_max_age: day * 730,
            // Six years, as documentation of access has to be kept in the United States (45 CFR 164.316(b)(2)(i)).
            audit: day * 2_191,
        }
    }
}
