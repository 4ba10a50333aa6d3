//! Why something is as it is: short content-free words, stable enough for filters and alarms.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// A reason such as `http-503` or `connect-refused`. Never holds text from a peer or from a body.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reason(Cow<'static, str>);

impl Reason {
    /// Nothing to explain.
    pub const NONE: Self = Self::word("");
    /// No handler takes the event.
    pub const UNROUTED: Self = Self::word("unrouted");
    /// No readable `Meta`, and no FHIR message Bundle.
    pub const UNREADABLE: Self = Self::word("unreadable");
    /// The outcome of a send to Redox cannot be told.
    pub const UNKNOWN_OUTCOME: Self = Self::word("unknown-outcome");
    /// The process ended while the attempt was under way.
    pub const INTERRUPTED: Self = Self::word("interrupted");
    /// The configured number of counted failures was reached.
    pub const FAILURE_LIMIT: Self = Self::word("failure-limit");
    /// An earlier delivery of the same order key is parked.
    pub const KEY_HELD: Self = Self::word("key-held");
    /// A person decided it.
    pub const BY_PERSON: Self = Self::word("by-person");
    /// The lane's target is being given the events that came before it.
    pub const CATCHING_UP: Self = Self::word("catching-up");
    /// Its time was over.
    pub const EXPIRED: Self = Self::word("expired");
    /// The answer to it arrived, so it must have been accepted.
    pub const ANSWERED: Self = Self::word("answered");
    /// Found in Redox's logs.
    pub const FOUND_IN_LOG: Self = Self::word("found-in-log");
    /// Looked for in Redox's logs and not found.
    pub const ABSENT_FROM_LOG: Self = Self::word("absent-from-log");
    /// Name resolution failed.
    pub const DNS: Self = Self::word("dns");
    /// The connection was refused or could not be made.
    pub const CONNECT: Self = Self::word("connect");
    /// The TLS handshake failed.
    pub const TLS: Self = Self::word("tls");
    /// No answer in time.
    pub const TIMEOUT: Self = Self::word("timeout");
    /// The connection broke before an answer was complete.
    pub const RESET: Self = Self::word("reset");
    /// The token was refused.
    pub const TOKEN_REFUSED: Self = Self::word("token-refused");
    /// Redox has no subscription for this source, destination and data model.
    pub const NO_SUBSCRIPTION: Self = Self::word("no-subscription");
    /// Redox refused the event.
    pub const REJECTED: Self = Self::word("rejected");
    /// Redox took the event and named errors in the same answer.
    pub const ACCEPTED_WITH_ERRORS: Self = Self::word("accepted-with-errors");
    /// An answer that cannot be read.
    pub const UNREADABLE_REPLY: Self = Self::word("unreadable-reply");
    /// The body is no longer stored, so it cannot be sent.
    pub const BODY_EXPIRED: Self = Self::word("body-expired");

    /// A reason known at compile time: lower case, words joined by `-`.
    pub const fn word(word: &'static str) -> Self {
        Self(Cow::Borrowed(word))
    }

    /// `http-404`: the peer answered with this status.
    pub fn status(status: u16) -> Self {
        Self(Cow::Owned(format!("http-{status}")))
    }

    /// A reason read back from the store.
    pub fn stored(text: String) -> Self {
        Self(Cow::Owned(text))
    }

    /// The word; empty for [`Reason::NONE`].
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
