//! What an application hands over, checked as far as it can be without reading the body.

use bytes::Bytes;
use oxgate_core::limits::BODY_BYTES_MAX;
use oxgate_core::{ContentHash, Phi, Timestamp};
use std::time::Duration;

/// Longest idempotency key, in bytes: room for a UUID with any prefix, small enough for an index.
pub const IDEMPOTENCY_KEY_BYTES_MAX: usize = 255;

/// Longest correlation value, in bytes: it comes back in a header of the answer's webhook.
pub const CORRELATION_BYTES_MAX: usize = 1024;

/// Longest wait for an answer: a body is kept as long as its answer is awaited.
pub const REPLY_WITHIN_MAX: Duration = Duration::from_hours(366 * 24);

/// How soon an event is wanted at Redox.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Priority {
    /// As soon as its lane and the quota allow.
    #[default]
    Live,
    /// In lanes of its own beside the live ones and out of the quota's share for replays, so that nothing live ever waits
    /// behind it. Between the two no order is kept.
    Backfill,
}

impl Priority {
    /// The word that the API and the command line use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Backfill => "backfill",
        }
    }
}

/// A word that names no priority.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a priority: use `live` or `backfill`")]
pub struct UnknownPriority;

impl std::str::FromStr for Priority {
    type Err = UnknownPriority;

    fn from_str(text: &str) -> Result<Self, UnknownPriority> {
        [Self::Live, Self::Backfill].into_iter().find(|priority| priority.as_str() == text).ok_or(UnknownPriority)
    }
}

/// One event as it arrived at the API, header texts already turned into values.
#[derive(Clone, Debug)]
pub struct Submission {
    /// The id of the API key; idempotency keys are scoped to it.
    pub client: String,
    /// The body, bytes as received.
    pub body: Phi<Bytes>,
    /// `Content-Type` as received; kept with the event. What the body is, the body says.
    pub content_type: String,
    /// `Idempotency-Key`. Callers may build it from anything, so it is kept as a keyed hash only.
    pub idempotency_key: Option<Phi<String>>,
    /// `Oxgate-Correlation`: comes back with the answer. It may say anything, so it is sealed like a body.
    pub correlation: Option<Phi<String>>,
    /// `Oxgate-Expires`: not to be sent after this time.
    pub expires_at: Option<Timestamp>,
    /// `Oxgate-Reply-Within`: how long to wait for the answer, counted from the settle; overrides the rule's own time.
    pub reply_within: Option<Duration>,
    /// `Oxgate-Priority`.
    pub priority: Priority,
}

/// Why a submission is refused before its body is looked at.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SubmitError {
    /// No body at all.
    #[error("the body is empty: send one JSON object with `Meta`")]
    Empty,
    /// Larger than anything Redox takes.
    #[error("the body has {bytes} bytes, more than the {BODY_BYTES_MAX} that are taken")]
    TooLarge {
        /// Length of the body.
        bytes: usize,
    },
    /// No usable idempotency key.
    #[error(
        "`Idempotency-Key` must have 1 to {IDEMPOTENCY_KEY_BYTES_MAX} visible ASCII characters, found {bytes} bytes"
    )]
    IdempotencyKey {
        /// Length of the header's value.
        bytes: usize,
    },
    /// No usable correlation value.
    #[error("`Oxgate-Correlation` must have 1 to {CORRELATION_BYTES_MAX} printable characters, found {bytes} bytes")]
    Correlation {
        /// Length of the header's value.
        bytes: usize,
    },
    /// It would never be sent.
    #[error("`Oxgate-Expires` is {expires_at}, which has passed: the event would never be sent")]
    Expired {
        /// The time given.
        expires_at: Timestamp,
    },
    /// No time to answer, or more than anybody waits.
    #[error("`Oxgate-Reply-Within` is {}s: give more than zero and at most {}s", given.as_secs(), REPLY_WITHIN_MAX.as_secs())]
    ReplyWithin {
        /// The time given.
        given: Duration,
    },
}

/// A submission whose outside is in order. Made by [`submit`] only.
#[derive(Clone, Debug)]
pub struct Submitted {
    submission: Submission,
    content: ContentHash,
}

/// Takes a submission.
///
/// # Errors
/// [`SubmitError`] when a header or the length of the body is out of bounds.
pub fn submit(submission: Submission, now: Timestamp) -> Result<Submitted, SubmitError> {
    check_body(submission.body.expose())?;
    if let Some(key) = submission.idempotency_key.as_ref().map(Phi::expose) {
        let fits =
            (1..=IDEMPOTENCY_KEY_BYTES_MAX).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
        if !fits {
            return Err(SubmitError::IdempotencyKey { bytes: key.len() });
        }
    }
    if let Some(value) = submission.correlation.as_ref().map(Phi::expose) {
        let fits = (1..=CORRELATION_BYTES_MAX).contains(&value.len()) && !value.chars().any(char::is_control);
        if !fits {
            return Err(SubmitError::Correlation { bytes: value.len() });
        }
    }
    if let Some(expires_at) = submission.expires_at.filter(|at| *at <= now) {
        return Err(SubmitError::Expired { expires_at });
    }
    if let Some(given) = submission.reply_within.filter(|span| span.is_zero() || *span > REPLY_WITHIN_MAX) {
        return Err(SubmitError::ReplyWithin { given });
    }
    let content = ContentHash::of([&submission.body.expose()[..]]);
    Ok(Submitted { submission, content })
}

/// Checks the length of a body, of an event or of a query.
pub(crate) fn check_body(body: &[u8]) -> Result<(), SubmitError> {
    match body.len() {
        0 => Err(SubmitError::Empty),
        bytes if bytes > BODY_BYTES_MAX => Err(SubmitError::TooLarge { bytes }),
        _ => Ok(()),
    }
}

impl Submitted {
    /// What was submitted.
    pub fn submission(&self) -> &Submission {
        &self.submission
    }

    /// Hash of the bytes as submitted: what makes two submissions under one idempotency key the same.
    pub fn content(&self) -> ContentHash {
        self.content
    }

    /// The body as submitted.
    pub(crate) fn body(&self) -> &Bytes {
        self.submission.body.expose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000);

    fn plain() -> Submission {
        Submission {
            client: "key-1".into(),
            body: Phi::new(Bytes::from_static(b"{}")),
            content_type: "application/json".into(),
            idempotency_key: None,
            correlation: None,
            expires_at: None,
            reply_within: None,
            priority: Priority::Live,
        }
    }

    fn refusal(submission: Submission) -> SubmitError {
        submit(submission, NOW).expect_err("refused")
    }

    #[test]
    fn bounds_are_kept_from_both_sides() {
        let key = |text: String| Submission { idempotency_key: Some(Phi::new(text)), ..plain() };
        assert!(submit(key("k".repeat(255)), NOW).is_ok());
        for text in [String::new(), "k".repeat(256), "a b".into(), "ü".into()] {
            let bytes = text.len();
            assert_eq!(refusal(key(text)), SubmitError::IdempotencyKey { bytes });
        }
        let correlation = |text: String| Submission { correlation: Some(Phi::new(text)), ..plain() };
        assert!(submit(correlation("ward 7 / ü".into()), NOW).is_ok());
        for text in [String::new(), "c".repeat(1025), "line\nbreak".into()] {
            let bytes = text.len();
            assert_eq!(refusal(correlation(text)), SubmitError::Correlation { bytes });
        }
        let within = |span| Submission { reply_within: Some(span), ..plain() };
        assert!(submit(within(REPLY_WITHIN_MAX), NOW).is_ok());
        for given in [Duration::ZERO, REPLY_WITHIN_MAX + Duration::from_secs(1)] {
            assert_eq!(refusal(within(given)), SubmitError::ReplyWithin { given });
        }
        let expires = |at| Submission { expires_at: Some(at), ..plain() };
        assert!(submit(expires(Timestamp(1_001)), NOW).is_ok());
        assert_eq!(refusal(expires(NOW)), SubmitError::Expired { expires_at: NOW });
    }

    #[test]
    fn a_body_has_a_length() {
        let body = |bytes: Vec<u8>| Submission { body: Phi::new(bytes.into()), ..plain() };
        assert_eq!(refusal(body(Vec::new())), SubmitError::Empty);
        assert_eq!(refusal(body(vec![b' '; BODY_BYTES_MAX + 1])), SubmitError::TooLarge { bytes: BODY_BYTES_MAX + 1 });
    }
}
