//! How long to wait before asking a server again: what it says, within reason, else a growing span of our own.
//!
//! `Retry-After` is a number of seconds or an HTTP date (RFC 9110, section 10.2.3). Servers in the field also send the time
//! of day in seconds or milliseconds since 1970, and spans of many hours for jobs that end in minutes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A span above this is taken for a mistake, not for a wish.
const PLAUSIBLE: Duration = Duration::from_hours(24);

/// Numbers from here on are seconds since 1970 …
const EPOCH_SECONDS: u64 = 1_000_000_000;
/// … and from here on milliseconds since 1970.
const EPOCH_MILLIS: u64 = 100_000_000_000;

/// What a `Retry-After` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// To come back after this span; zero if the moment has passed.
    After(Duration),
    /// Nothing.
    Nothing,
    /// Something that cannot be meant: unreadable, or more than a day.
    Bogus,
}

/// The limits on waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    /// Shortest wait (1 s).
    pub least: Duration,
    /// First wait when the server says nothing (5 s); it doubles with each further one.
    pub first: Duration,
    /// Longest wait, whoever asks for it (5 min).
    pub most: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self { least: Duration::from_secs(1), first: Duration::from_secs(5), most: Duration::from_mins(5) }
    }
}

impl Pace {
    /// How long to wait; `times` is how often we have waited in a row already.
    pub fn wait(&self, asked: Asked, times: u32) -> Duration {
        let own = || self.first.saturating_mul(2_u32.saturating_pow(times.min(16)));
        let span = match asked {
            Asked::After(span) => span,
            Asked::Nothing | Asked::Bogus => own(),
        };
        span.clamp(self.least, self.most.max(self.least))
    }
}

/// Reads a `Retry-After` at the time `now`.
pub fn retry_after(value: Option<&str>, now: Timestamp) -> Asked {
    let Some(value) = value.map(str::trim).filter(|value| !value.is_empty()) else { return Asked::Nothing };
    let span = match value.parse::<u64>() {
        Ok(millis @ EPOCH_MILLIS..) => moment(i64::try_from(millis).ok(), now, Timestamp::from_millisecond),
        Ok(seconds @ EPOCH_SECONDS..) => moment(i64::try_from(seconds).ok(), now, Timestamp::from_second),
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => http_date(value).map(|at| until(at, now)),
    };
    match span {
        Some(span) if span <= PLAUSIBLE => Asked::After(span),
        _ => Asked::Bogus,
    }
}

fn moment(
    number: Option<i64>,
    now: Timestamp,
    read: impl Fn(i64) -> Result<Timestamp, jiff::Error>,
) -> Option<Duration> {
    Some(until(read(number?).ok()?, now))
}

fn until(at: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO)
}

/// The three forms of RFC 9110, section 5.6.7: the usual one, that of RFC 850, and that of C's `asctime`.
pub(crate) fn http_date(text: &str) -> Option<Timestamp> {
    const FORMS: [&str; 3] = ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];
    FORMS.iter().find_map(|form| {
        let civil = jiff::civil::DateTime::strptime(form, text).ok()?;
        civil.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_retry_after_is_read() {
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let s = |seconds| Asked::After(Duration::from_secs(seconds));
        let table = [
            (None, Asked::Nothing),
            (Some(""), Asked::Nothing),
            (Some("0"), s(0)),
            (Some(" 120 "), s(120)),
            (Some("18000"), s(18_000)),
            (Some("86400"), s(86_400)),
            (Some("86401"), Asked::Bogus),
            (Some("Sun, 22 Nov 2026 12:02:00 GMT"), s(120)),
            (Some("Sunday, 22-Nov-26 12:02:00 GMT"), s(120)),
            (Some("Sun Nov 22 12:02:00 2026"), s(120)),
            (Some("Sun, 22 Nov 2026 11:00:00 GMT"), s(0)),
            (Some("Tue, 24 Nov 2026 12:02:00 GMT"), Asked::Bogus),
            // 2026-11-22T12:00:30Z in milliseconds and in seconds since 1970, as one reference server sends them.
            (Some("1795348830000"), s(30)),
            (Some("1795348830"), s(30)),
            (Some("1795377426219000"), Asked::Bogus),
            (Some("-5"), Asked::Bogus),
            (Some("soon"), Asked::Bogus),
            (Some("99999999999999999999999"), Asked::Bogus),
        ];
        for (value, expect) in table {
            assert_eq!(retry_after(value, now), expect, "{value:?}");
        }
    }

    #[test]
    fn a_wait_stays_within_its_limits() {
        let pace = Pace::default();
        let s = Duration::from_secs;
        assert_eq!(pace.wait(Asked::After(s(0)), 9), s(1));
        assert_eq!(pace.wait(Asked::After(s(18_000)), 0), s(300));
        assert_eq!(
            [0, 1, 2, 5, 6, 7, 4_000_000_000].map(|n| pace.wait(Asked::Nothing, n).as_secs()),
            [5, 10, 20, 160, 300, 300, 300]
        );
        assert_eq!(pace.wait(Asked::Bogus, 1), s(10));
    }
}
