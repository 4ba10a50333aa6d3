//! What an answer, or its absence, says: is it the target that is not well, or is it the event?
//!
//! Outage is not poison. A target that refuses everybody, or cannot be reached, says nothing about the event; only what
//! it says while it is well otherwise may count towards parking, and the dispatcher decides whether it is.

use super::guard::ResolveError;
use http::HeaderMap;
use http::header::RETRY_AFTER;
use oxgate_core::{Reason, Timestamp};
use oxgate_dispatch::Outcome;
use std::error::Error;
use std::io;
use std::time::Duration;

/// The longest pause that a peer can ask for.
const RETRY_AFTER_MAX: Duration = Duration::from_hours(1);

/// The name led to an address that is always refused.
const ADDRESS_REFUSED: Reason = Reason::word("address-refused");

/// What this status says.
pub(crate) fn of_status(status: u16) -> Outcome {
    match status {
        200..=299 => Outcome::Accepted,
        // Wrong credentials, wrong address, not now: they are as wrong for the next event.
        401 | 403 | 404 | 407 | 408 | 421 | 425 | 429 => Outcome::TargetFailed,
        400..=500 => Outcome::EventFailed,
        // Redirects are not followed, and the other server errors speak of a server or what stands in front of it.
        _ => Outcome::TargetFailed,
    }
}

/// What it says that no whole answer came.
pub(crate) fn of_error(error: &reqwest::Error) -> (Outcome, Reason) {
    if let Some(reason) = name_resolution(error) {
        return (Outcome::TargetFailed, reason);
    }
    if chain(error).any(is_tls) {
        return (Outcome::TargetFailed, Reason::TLS);
    }
    if error.is_timeout() {
        return (Outcome::TargetFailed, Reason::TIMEOUT);
    }
    if error.is_connect() {
        return (Outcome::TargetFailed, Reason::CONNECT);
    }
    // The peer had the request, or part of it, and hung up: perhaps this event makes it fall over.
    (Outcome::EventFailed, Reason::RESET)
}

/// The error and its causes, outermost first.
fn chain(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    let outermost: &(dyn Error + 'static) = error;
    std::iter::successors(Some(outermost), |&error| error.source())
}

fn name_resolution(error: &reqwest::Error) -> Option<Reason> {
    let cause = chain(error).find_map(|error| error.downcast_ref::<ResolveError>())?;
    Some(match cause {
        ResolveError::Lookup(_) => Reason::DNS,
        ResolveError::Refused => ADDRESS_REFUSED,
    })
}

/// A TLS error travels inside an IO error, sometimes inside two, and those show no source.
fn is_tls(error: &(dyn Error + 'static)) -> bool {
    if error.is::<rustls::Error>() {
        return true;
    }
    let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    inner.is_some_and(|inner| is_tls(inner))
}

/// The pause that the peer asks for: seconds or a date (RFC 9110 §10.2.3), at most an hour.
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let until = || {
        let date = jiff::fmt::rfc2822::parse(text).ok()?;
        Some(Timestamp(date.timestamp().as_millisecond()).since(now))
    };
    let pause = text.parse().ok().map(Duration::from_secs).or_else(until)?;
    Some(pause.min(RETRY_AFTER_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_its_reading() {
        let reading = |wanted: Outcome| -> Vec<u16> { (100..=599).filter(|&s| of_status(s) == wanted).collect() };
        assert_eq!(reading(Outcome::Accepted), (200..=299).collect::<Vec<_>>());
        let target = [401, 403, 404, 407, 408, 421, 425, 429];
        let event: Vec<u16> = (400..=500).filter(|status| !target.contains(status)).collect();
        assert_eq!(reading(Outcome::EventFailed), event);
        assert!([100, 301, 307, 399, 501, 502, 503, 504, 599].iter().all(|&s| of_status(s) == Outcome::TargetFailed));
        assert!(of_status(410) == Outcome::EventFailed && of_status(422) == Outcome::EventFailed);
    }

    #[test]
    fn a_pause_is_read_in_both_forms_and_bounded() {
        let now = Timestamp(784_111_770_000); // Sun, 06 Nov 1994 08:49:30 GMT
        let pause = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, text.parse().expect("a header value"));
            retry_after(&headers, now)
        };
        assert_eq!(pause("120"), Some(Duration::from_mins(2)));
        assert_eq!(pause("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::from_secs(7)));
        assert_eq!(pause("Sat, 05 Nov 1994 08:49:37 GMT"), Some(Duration::ZERO));
        assert_eq!(pause("999999999"), Some(RETRY_AFTER_MAX));
        assert_eq!(pause("soon"), None);
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }
}
