//! What a reply from Redox, or its absence, means for a delivery. The one question: may the event be sent again?
//!
//! | what came back | the delivery |
//! |---|---|
//! | accepted | settled, with Redox's log id |
//! | accepted, with errors | parked with the log id: Redox has a log of it, so it is never sent again by itself |
//! | rejected | parked: the same bytes would be refused again |
//! | 401 after a new token, 403, 404, 429, 5xx but 504, no route, no token, not sent | waits with its lane |
//! | 504, no reply after the first byte, a success that cannot be read | unknown: not sent again before it is known |

use bytes::Bytes;
use oxgate_core::Reason;
use oxgate_dispatch::{Outcome, Report};
use redox_client::transport::Lost;
use redox_client::{NotSent, SendError, TokenError};
use redox_wire::errors::{DestinationStatus, ErrorKind, ErrorModule, ReplyError};
use redox_wire::peer::PeerText;
use redox_wire::reply::{Details, Receipt, Reply, TargetCause, UnknownWhy};
use serde_json::{Map, Value};
use std::time::Duration;

/// The pause after a 429 that names none; the quota's gate, which stops every request for it, lets it grow.
pub const RATE_LIMIT_PAUSE: Duration = oxgate_dispatch::limiter::REFUSED_PAUSE;

/// What Redox's reply makes of the attempt.
pub(crate) fn of_reply(reply: &Reply) -> Report {
    let report = match reply {
        Reply::Accepted { .. } => with_receipt(Report::accepted(), reply.receipt()),
        Reply::AcceptedWithErrors(_) => {
            with_receipt(Report::new(Outcome::Rejected, Reason::ACCEPTED_WITH_ERRORS), reply.receipt())
        }
        Reply::Rejected(_) => Report::new(Outcome::Rejected, Reason::REJECTED),
        // A 500 says that nothing was accepted and not whose fault it was. Redox describes its own errors as passing,
        // so waiting with the lane, visible and alarmed, is the choice that loses nothing and doubles nothing; what is
        // due no more after its `expires_at` ends by that.
        Reply::Failed(_) => Report::new(Outcome::TargetFailed, Reason::status(reply.status())),
        Reply::Unauthorized(_) => Report::new(Outcome::TargetFailed, Reason::TOKEN_REFUSED),
        Reply::RateLimited { retry_after, .. } => {
            let pause = retry_after.unwrap_or(RATE_LIMIT_PAUSE);
            Report::new(Outcome::TargetFailed, Reason::status(reply.status())).with_retry_after(pause)
        }
        Reply::TargetFailed { cause, retry_after, .. } => {
            let reason = match cause {
                TargetCause::Routing => Reason::NO_SUBSCRIPTION,
                TargetCause::Refusing | TargetCause::Unavailable | TargetCause::Moved | TargetCause::CutShort => {
                    Reason::status(reply.status())
                }
            };
            with_pause(Report::new(Outcome::TargetFailed, reason), *retry_after)
        }
        Reply::Unknown { why, .. } => Report::new(Outcome::Unknown, unknown_reason(*why, reply.status())),
    };
    let detail = reply.details().map(detail).unwrap_or_default();
    report.with_status(reply.status()).with_detail(detail)
}

/// What the absence of a reply makes of the attempt.
pub(crate) fn of_error(error: &SendError) -> Report {
    match error {
        SendError::NotSent(why) => Report::new(Outcome::TargetFailed, not_sent_reason(why)),
        SendError::NoToken(why) => {
            let report = Report::new(Outcome::TargetFailed, token_reason(why));
            let report = match why {
                TokenError::Refused { text: Some(text), .. } => report.with_detail(words(text)),
                _ => report,
            };
            with_pause(report, why.retry_after())
        }
        SendError::Lost(why) => Report::new(Outcome::Unknown, lost_reason(why)),
    }
}

/// Why it cannot be told whether the event was accepted, as a word.
pub(crate) fn unknown_reason(why: UnknownWhy, status: u16) -> Reason {
    match why {
        UnknownWhy::GatewayTimeout | UnknownWhy::UnlistedStatus => Reason::status(status),
        UnknownWhy::NotJson { .. } | UnknownWhy::NoMeta | UnknownWhy::CutShort | UnknownWhy::TooLong => {
            Reason::UNREADABLE_REPLY
        }
    }
}

/// Why no reply came, as a word.
pub(crate) fn error_reason(error: &SendError) -> Reason {
    match error {
        SendError::NotSent(why) => not_sent_reason(why),
        SendError::NoToken(why) => token_reason(why),
        SendError::Lost(why) => lost_reason(why),
    }
}

fn lost_reason(why: &Lost) -> Reason {
    match why {
        Lost::Timeout => Reason::TIMEOUT,
        Lost::Broken(_) => Reason::RESET,
    }
}

fn not_sent_reason(why: &NotSent) -> Reason {
    match why {
        NotSent::Resolve(_) => Reason::DNS,
        NotSent::Connect(_) | NotSent::ConnectTimeout => Reason::CONNECT,
        NotSent::Tls(_) => Reason::TLS,
        NotSent::Build(_) => Reason::word("request-not-built"),
    }
}

fn token_reason(why: &TokenError) -> Reason {
    match why {
        TokenError::Refused { .. } => Reason::TOKEN_REFUSED,
        TokenError::Unreachable(why) => not_sent_reason(why),
        // No event left, so a token endpoint that fell silent leaves nothing unknown about the event.
        TokenError::Unavailable { .. } | TokenError::NoAnswer(_) | TokenError::Abandoned => {
            Reason::word("token-unavailable")
        }
        TokenError::EndedOnArrival => Reason::word("token-ended"),
        TokenError::Key(_) => Reason::word("signing-key"),
    }
}

fn with_receipt(report: Report, receipt: &Receipt) -> Report {
    match receipt {
        // One destination, one log.
        Receipt::Logs(logs) => match logs.first() {
            Some(first) => report.with_receipt(first.log.as_str()),
            None => report,
        },
        Receipt::Message(id) => report.with_receipt(id.as_str()),
        Receipt::None => report,
    }
}

fn with_pause(report: Report, pause: Option<Duration>) -> Report {
    match pause {
        Some(pause) => report.with_retry_after(pause),
        None => report,
    }
}

/// The peer's words as JSON, for the body store: they may quote the event.
fn detail(details: &Details) -> Bytes {
    let mut out = Map::new();
    out.insert("status".into(), details.status.into());
    if let Receipt::Logs(logs) = &details.receipt {
        out.insert("logs".into(), logs.iter().map(|log| log.log.as_str()).collect());
    }
    if !details.errors.is_empty() {
        out.insert("errors".into(), details.errors.iter().map(error).collect());
        out.insert("errors_total".into(), details.errors_total.into());
    }
    if let Some(text) = &details.text {
        out.insert("text".into(), text.expose().into());
    }
    Value::Object(out).to_string().into()
}

fn error(error: &ReplyError) -> Value {
    let exposed = |text: &PeerText| text.expose().to_owned();
    let kind = error.kind.as_ref().map(|kind| match kind {
        ErrorKind::Message => "message".to_owned(),
        ErrorKind::Transmission => "transmission".to_owned(),
        ErrorKind::Query => "query".to_owned(),
        ErrorKind::Other(word) => exposed(word),
    });
    let module = error.module.as_ref().map(|module| match module {
        ErrorModule::DataModels => "DataModels".to_owned(),
        ErrorModule::Subscriptions => "Subscriptions".to_owned(),
        ErrorModule::Send => "Send".to_owned(),
        ErrorModule::Other(word) => exposed(word),
    });
    let destination_status = error.destination_status.as_ref().map(|status| match status {
        DestinationStatus::Http(status) => status.to_string(),
        DestinationStatus::Other(word) => exposed(word),
    });
    let members = [
        ("ID", error.id.as_ref().map(ToString::to_string)),
        ("Text", error.text.as_ref().map(exposed)),
        ("Type", kind),
        ("Module", module),
        ("DestinationStatusCode", destination_status),
    ];
    members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Value::from(value?)))).collect()
}

fn words(text: &PeerText) -> Bytes {
    let out: Map<String, Value> = [("text".to_owned(), Value::from(text.expose()))].into_iter().collect();
    Value::Object(out).to_string().into()
}

#[cfg(test)]
mod tests;
