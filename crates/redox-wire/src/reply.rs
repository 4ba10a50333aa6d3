//! The one reader of replies: status, headers and body of an answer from Redox become one [`Reply`].
//!
//! The question behind every line is *what may the sender do now?* There is no idempotency key on Redox's side, so sending
//! again is safe only after a reply that says for certain that nothing was accepted.
//!
//! | reply | accepted? | whose fault | the sender |
//! |---|---|---|---|
//! | [`Accepted`](Reply::Accepted) | yes | – | is done |
//! | [`AcceptedWithErrors`](Reply::AcceptedWithErrors) | yes | beyond Redox | must not send again by itself |
//! | [`Rejected`](Reply::Rejected) | no | the message | must not send these bytes again |
//! | [`Failed`](Reply::Failed) | no | this message or Redox, untold | may send again, a limited number of times |
//! | [`Unauthorized`](Reply::Unauthorized) | no | the token | takes a new token and sends once more |
//! | [`RateLimited`](Reply::RateLimited) | no | the sender's pace | waits |
//! | [`TargetFailed`](Reply::TargetFailed) | no | Redox, the route or the set-up | waits until it works again |
//! | [`Unknown`](Reply::Unknown) | cannot be told | – | finds out before sending again |
//!
//! Sources: Redox docs, "Error handling and responses", "Quotas and constraints", "Responding to queries", "FHIR API
//! reference"; HL7 FHIR R4, `OperationOutcome`; RFC 9110 §15. Where they leave a status open, it is *unknown* for a success or
//! a server error and *rejected* for a client error.

mod body;

use std::time::Duration;

use crate::errors::ReplyError;
use crate::id::TechnicalId;
use crate::instant;
use crate::peer::PeerText;

use body::Heard;

/// Most bytes of a peer's plain text that are kept for a person to read.
pub const MAX_PEER_TEXT: usize = 4 * 1024;

/// Most elements of `Meta.Errors` that are kept; [`Details::errors_total`] counts them all.
pub const MAX_ERRORS: usize = 64;

/// What was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RequestKind {
    /// An event. Success means stored by Redox, not delivered.
    Async,
    /// A query. Success is the answer of the destination.
    Sync,
    /// A FHIR R4 interaction: read, search, or an operation. Success is a resource, or nothing where nothing is due.
    Fhir,
}

/// The headers of a reply that matter, as they stand there.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReplyHeaders<'a> {
    /// `Content-Type`.
    pub content_type: Option<&'a str>,
    /// `Retry-After`: seconds or an HTTP date. Redox documents none, proxies send it.
    pub retry_after: Option<&'a str>,
    /// `X-RateLimit-Limit`: requests per five minutes.
    pub rate_limit: Option<&'a str>,
    /// `Date`: the server's clock.
    pub date: Option<&'a str>,
}

impl ReplyHeaders<'_> {
    /// How long the server wants to be left alone. A date is read against the server's own `Date`, so that our clock does not matter.
    pub fn retry_after(&self) -> Option<Duration> {
        let text = self.retry_after?.trim();
        if let Ok(seconds) = text.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let wait = instant::http_date(text)?.saturating_sub(instant::http_date(self.date?)?);
        Some(Duration::from_secs(u64::try_from(wait).unwrap_or(0)))
    }

    /// Unix seconds of the server's clock.
    pub fn server_time(&self) -> Option<i64> {
        instant::http_date(self.date?)
    }
}

/// The body of a reply, as far as it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyBody<'a> {
    /// All of it.
    Whole(&'a [u8]),
    /// The connection ended, or time ran out, before its end.
    CutShort(&'a [u8]),
    /// It is longer than its reader allows; nothing of it was kept.
    TooLong,
}

/// What Redox gave to follow an accepted message by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Receipt {
    /// `Meta.Logs`: one log for each destination.
    Logs(Vec<LogRef>),
    /// `Meta.Message.ID`: replies until about 2023.
    Message(TechnicalId),
    /// Neither; still a success.
    #[default]
    None,
}

/// One element of `Meta.Logs`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRef {
    /// `ID`: stays the same over all attempts.
    pub log: TechnicalId,
    /// `AttemptID`: new for each attempt.
    pub attempt: Option<TechnicalId>,
}

/// What a reply that is not a plain success says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// HTTP status.
    pub status: u16,
    /// Redox names logs in refusals too.
    pub receipt: Receipt,
    /// The first [`MAX_ERRORS`] errors.
    pub errors: Vec<ReplyError>,
    /// Number of all errors.
    pub errors_total: usize,
    /// The beginning of a body that has neither a `Meta` nor errors to read.
    pub text: Option<PeerText>,
}

/// Why the target, not the message, is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TargetCause {
    /// 403, 404, 407, 421, 511: we or our address are refused, whatever the message.
    Refusing,
    /// No subscription leads to the destination.
    Routing,
    /// 408, 425, 501, 502, 503, 505: it cannot take a request now.
    Unavailable,
    /// 301, 302, 307, 308: the configured address is not the right one. Never followed: a followed POST may be sent twice.
    Moved,
    /// A client error whose body did not arrive whole: refused for certain, the reason not known.
    CutShort,
}

/// Why it cannot be told whether a message was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnknownWhy {
    /// 504: Redox did not finish in time, or did and could not say so.
    GatewayTimeout,
    /// A success whose body is not JSON: `html` tells a proxy's page from plain text.
    NotJson {
        /// The body was declared as HTML.
        html: bool,
    },
    /// A success that is JSON without what makes it an answer: the `Meta` object, for FHIR the `resourceType`, for an
    /// upload the `URI`.
    NoMeta,
    /// A success whose body did not arrive whole.
    CutShort,
    /// A success whose body is longer than allowed.
    TooLong,
    /// A status for which no rule is known.
    UnlistedStatus,
}

/// A reply, read. See the table at the top of the module for what each allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// 2xx, readable, without errors. Event: durably stored by Redox. Query: answered.
    Accepted {
        /// HTTP status.
        status: u16,
        /// What to follow it by.
        receipt: Receipt,
    },
    /// Accepted by Redox, and something went wrong behind it: a success with errors, or a query that the destination failed.
    AcceptedWithErrors(Details),
    /// A client error that is about this message.
    Rejected(Details),
    /// 500: Redox broke on this message, or at this time.
    Failed(Details),
    /// 401.
    Unauthorized(Details),
    /// 429.
    RateLimited {
        /// Wait asked for, if any was.
        retry_after: Option<Duration>,
        /// The quota named in `X-RateLimit-Limit`.
        limit: Option<u32>,
        /// The rest.
        details: Details,
    },
    /// Not accepted for certain, and not because of the message.
    TargetFailed {
        /// Why.
        cause: TargetCause,
        /// Wait asked for, if any was.
        retry_after: Option<Duration>,
        /// The rest.
        details: Details,
    },
    /// It cannot be told whether the message was accepted.
    Unknown {
        /// Why.
        why: UnknownWhy,
        /// The rest.
        details: Details,
    },
}

impl Reply {
    /// HTTP status of the reply.
    pub fn status(&self) -> u16 {
        match self {
            Self::Accepted { status, .. } => *status,
            other => other.details().map_or(0, |details| details.status),
        }
    }

    /// Everything that a reply other than a plain success says.
    pub fn details(&self) -> Option<&Details> {
        match self {
            Self::Accepted { .. } => None,
            Self::AcceptedWithErrors(details)
            | Self::Rejected(details)
            | Self::Failed(details)
            | Self::Unauthorized(details)
            | Self::RateLimited { details, .. }
            | Self::TargetFailed { details, .. }
            | Self::Unknown { details, .. } => Some(details),
        }
    }

    /// What to follow the message by.
    pub fn receipt(&self) -> &Receipt {
        const NONE: &Receipt = &Receipt::None;
        match self {
            Self::Accepted { receipt, .. } => receipt,
            other => other.details().map_or(NONE, |details| &details.receipt),
        }
    }

    /// True if the same message may be sent again without any risk of a second one at Redox.
    pub fn is_certainly_not_accepted(&self) -> bool {
        match self {
            Self::Accepted { .. } | Self::AcceptedWithErrors(_) | Self::Unknown { .. } => false,
            Self::Rejected(_) | Self::Failed(_) | Self::Unauthorized(_) => true,
            Self::RateLimited { .. } | Self::TargetFailed { .. } => true,
        }
    }

    /// One word for logs and metrics.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Accepted { .. } => "accepted",
            Self::AcceptedWithErrors(_) => "accepted-with-errors",
            Self::Rejected(_) => "rejected",
            Self::Failed(_) => "failed",
            Self::Unauthorized(_) => "unauthorized",
            Self::RateLimited { .. } => "rate-limited",
            Self::TargetFailed { .. } => "target-failed",
            Self::Unknown { .. } => "unknown",
        }
    }
}

/// Reads a reply. Total: every status and every body has a reading.
pub fn read(kind: RequestKind, status: u16, headers: &ReplyHeaders<'_>, body: ReplyBody<'_>) -> Reply {
    let heard = Heard::from_body(kind, body);
    match status {
        // A write that brings nothing back says so with its status (HL7 FHIR R4, RESTful API, create and update).
        201 | 204 if kind == RequestKind::Fhir && body == ReplyBody::Whole(b"") => {
            Reply::Accepted { status, receipt: Receipt::None }
        }
        200..=299 => success(status, headers, body, heard),
        401 => Reply::Unauthorized(heard.into_details(status)),
        429 => Reply::RateLimited {
            retry_after: headers.retry_after(),
            limit: headers.rate_limit.and_then(|limit| limit.trim().parse().ok()),
            details: heard.into_details(status),
        },
        301 | 302 | 307 | 308 => target_failed(TargetCause::Moved, status, headers, heard),
        // A FHIR address names a resource, which may not be there; a message has one address for everything.
        404 if kind == RequestKind::Fhir => Reply::Rejected(heard.into_details(status)),
        403 | 404 | 407 | 421 | 511 => target_failed(TargetCause::Refusing, status, headers, heard),
        408 | 425 | 501 | 502 | 503 | 505 => target_failed(TargetCause::Unavailable, status, headers, heard),
        400..=500 if heard.is_routing() => target_failed(TargetCause::Routing, status, headers, heard),
        // Redox answered such queries with 400 in 2020 and documents 200 today; both mean the same.
        400 if kind == RequestKind::Sync && heard.is_from_destination() => {
            Reply::AcceptedWithErrors(heard.into_details(status))
        }
        400..=499 if !matches!(body, ReplyBody::Whole(_)) => {
            target_failed(TargetCause::CutShort, status, headers, heard)
        }
        400..=499 => Reply::Rejected(heard.into_details(status)),
        500 => Reply::Failed(heard.into_details(status)),
        504 => unknown(UnknownWhy::GatewayTimeout, status, heard),
        _ => unknown(UnknownWhy::UnlistedStatus, status, heard),
    }
}

/// A 2xx is a success only once its body has been read and has no errors in it.
fn success(status: u16, headers: &ReplyHeaders<'_>, body: ReplyBody<'_>, heard: Heard) -> Reply {
    if heard.is_answer() && heard.has_errors() {
        return Reply::AcceptedWithErrors(heard.into_details(status));
    }
    if heard.is_answer() {
        return Reply::Accepted { status, receipt: heard.into_receipt() };
    }
    let why = match body {
        ReplyBody::TooLong => UnknownWhy::TooLong,
        ReplyBody::CutShort(_) => UnknownWhy::CutShort,
        ReplyBody::Whole(_) if heard.is_json() => UnknownWhy::NoMeta,
        ReplyBody::Whole(_) => UnknownWhy::NotJson { html: headers.content_type.is_some_and(is_html) },
    };
    unknown(why, status, heard)
}

fn is_html(content_type: &str) -> bool {
    content_type.trim_start().get(..9).is_some_and(|start| start.eq_ignore_ascii_case("text/html"))
}

fn target_failed(cause: TargetCause, status: u16, headers: &ReplyHeaders<'_>, heard: Heard) -> Reply {
    Reply::TargetFailed { cause, retry_after: headers.retry_after(), details: heard.into_details(status) }
}

fn unknown(why: UnknownWhy, status: u16, heard: Heard) -> Reply {
    Reply::Unknown { why, details: heard.into_details(status) }
}
