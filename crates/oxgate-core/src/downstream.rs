//! What became of an accepted event behind Redox: an attribute beside a delivery's state, since nothing here depends on it.

use std::fmt;

/// How Redox's own delivery to its destination stands. The numbers are the store's.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Downstream {
    /// Not there yet.
    Pending = 1,
    /// The destination has it.
    Succeeded = 2,
    /// The destination refused it or cannot be reached. Redox may try again, so this can still change.
    Failed = 3,
    /// Dropped on purpose by a filter rule at Redox.
    Filtered = 4,
}

impl Downstream {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Succeeded, Self::Failed, Self::Filtered];

    /// The number that stands in the store.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The one with this number.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// The word that the API and the command line use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Filtered => "filtered",
        }
    }
}

impl fmt::Display for Downstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
