//! Facts about an accepted event that stand beside its body: direction, flags, references.

use serde::{Deserialize, Serialize};

/// Which way an event travels.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// From Redox (or an HL7 sender) to handlers.
    Inbound,
    /// From an application to Redox.
    Outbound,
    /// About the gateway itself, to handlers of kind `ops`; content-free.
    Ops,
}

impl Direction {
    /// The number that stands in the store.
    pub const fn code(self) -> u8 {
        match self {
            Self::Inbound => 0,
            Self::Outbound => 1,
            Self::Ops => 2,
        }
    }

    /// The direction with this number.
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Inbound),
            1 => Some(Self::Outbound),
            2 => Some(Self::Ops),
            _ => None,
        }
    }

    /// `inbound`, `outbound` or `ops`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
            Self::Ops => "ops",
        }
    }
}

/// What was noticed about an event when it was accepted; a set of bits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Flags(pub u32);

impl Flags {
    /// No readable `Meta`, and no FHIR message Bundle; kept and parked.
    pub const UNREADABLE: Self = Self(1);
    /// No handler takes it; kept and parked.
    pub const UNROUTED: Self = Self(1 << 1);
    /// Same de-duplication key as an earlier event, other clinical content; linked by `parent`.
    pub const CONFLICT: Self = Self(1 << 2);
    /// Same clinical content as an earlier event under another key; delivered all the same.
    pub const SUSPECTED_DUPLICATE: Self = Self(1 << 3);
    /// `Meta.Test` was true.
    pub const TEST: Self = Self(1 << 4);
    /// No Redox id to recognise a redelivery by.
    pub const WITHOUT_ID: Self = Self(1 << 5);
    /// The catalogue does not know its model or event type.
    pub const UNKNOWN_KIND: Self = Self(1 << 6);

    const NAMES: [(Self, &'static str); 7] = [
        (Self::UNREADABLE, "unreadable"),
        (Self::UNROUTED, "unrouted"),
        (Self::CONFLICT, "conflict"),
        (Self::SUSPECTED_DUPLICATE, "suspected_duplicate"),
        (Self::TEST, "test"),
        (Self::WITHOUT_ID, "without_id"),
        (Self::UNKNOWN_KIND, "unknown_kind"),
    ];

    /// Both sets together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether every bit of `other` is set.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The names of the bits that are set, as the API prints them.
    pub fn names(self) -> Vec<&'static str> {
        Self::NAMES.iter().filter(|(flag, _)| self.has(*flag)).map(|(_, name)| *name).collect()
    }
}

/// Redox's own technical ids of an event. They identify a transmission, never a patient.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Refs {
    /// `Meta.Logs[0].ID`: stable across Redox's retries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
    /// `Meta.Logs[0].AttemptID`: new with each of Redox's retries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<String>,
    /// `Meta.Transmission.ID`, as text; gone from newer feeds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transmission: Option<String>,
    /// `Meta.Message.ID`, as text; gone from newer feeds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// `Bundle.id` of a FHIR message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle: Option<String>,
}
