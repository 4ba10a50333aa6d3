//! The two instant formats of the wire: the HTTP `Date` header, and the ISO 8601 instants of JSON bodies and filters.

const MONTHS: [&[u8]; 12] =
    [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];

/// Unix seconds of an HTTP date in the only form that senders may produce, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
/// The two obsolete forms are not read: no server in reach sends them, and the caller treats an unread date as an absent one.
pub fn http_date(text: &str) -> Option<i64> {
    let b: &[u8; 29] = text.trim().as_bytes().try_into().ok()?;
    let separators = &b[3..5] == b", " && b[7] == b' ' && b[11] == b' ' && b[16] == b' ';
    if !separators || b[19] != b':' || b[22] != b':' || &b[25..] != b" GMT" {
        return None;
    }
    let month = MONTHS.iter().position(|name| *name == &b[8..11])? + 1;
    let date = Civil { year: digits(&b[12..16])?, month: i64::try_from(month).ok()?, day: digits(&b[5..7])? };
    let (hour, minute, second) = (digits(&b[17..19])?, digits(&b[20..22])?, digits(&b[23..25])?);
    date.unix_seconds(hour, minute, second)
}

/// Unix milliseconds of an ISO 8601 instant, `2015-03-25T20:52:35.000Z`: any number of fractional digits (those after the
/// third are dropped), `Z` or a `±hh:mm` offset. Without a zone it names no instant and is not read.
pub fn iso_instant(text: &str) -> Option<i64> {
    let b = text.trim().as_bytes();
    let (head, mut rest) = b.split_at_checked(19)?;
    let dashes = head[4] == b'-' && head[7] == b'-' && matches!(head[10], b'T' | b't' | b' ');
    if !dashes || head[13] != b':' || head[16] != b':' {
        return None;
    }
    let date = Civil { year: digits(&head[..4])?, month: digits(&head[5..7])?, day: digits(&head[8..10])? };
    let seconds = date.unix_seconds(digits(&head[11..13])?, digits(&head[14..16])?, digits(&head[17..19])?)?;

    let mut millis = 0;
    if let Some(fraction) = rest.strip_prefix(b".") {
        let len = fraction.iter().take_while(|b| b.is_ascii_digit()).count();
        let kept = len.min(3);
        millis = digits(&fraction[..kept])? * [1, 100, 10, 1][kept];
        rest = &fraction[len..];
    }
    Some((seconds - offset_seconds(rest)?) * 1000 + millis)
}

/// An instant as Redox writes and reads it: `2015-03-25T20:52:35.000Z`. Years outside 0 to 9999 are held at their border.
pub fn to_iso(unix_ms: i64) -> String {
    /// 0000-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z.
    const WRITABLE: (i64, i64) = (-62_167_219_200_000, 253_402_300_799_999);
    let unix_ms = unix_ms.clamp(WRITABLE.0, WRITABLE.1);
    let (seconds, millis) = (unix_ms.div_euclid(1000), unix_ms.rem_euclid(1000));
    let (date, second) = (Civil::of_day(seconds.div_euclid(86_400)), seconds.rem_euclid(86_400));
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{:04}-{:02}-{:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z", date.year, date.month, date.day)
}

/// Seconds east of Greenwich of `Z`, `+hh:mm` or `-hh:mm`.
fn offset_seconds(zone: &[u8]) -> Option<i64> {
    match zone {
        b"Z" | b"z" => Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?);
            let seconds = (hours < 24 && minutes < 60).then_some(hours * 3600 + minutes * 60)?;
            Some(if *sign == b'-' { -seconds } else { seconds })
        }
        _ => None,
    }
}

/// A date of the proleptic Gregorian calendar, not yet checked.
struct Civil {
    year: i64,
    month: i64,
    day: i64,
}

impl Civil {
    /// Unix seconds of a time on this day in UTC; `None` if date or time do not exist. A leap second counts as the one before.
    fn unix_seconds(&self, hour: i64, minute: i64, second: i64) -> Option<i64> {
        if !(1..=12).contains(&self.month) || self.day < 1 || self.day > self.month_len() {
            return None;
        }
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        Some(self.days() * 86_400 + hour * 3600 + minute * 60 + second.min(59))
    }

    fn is_leap(&self) -> bool {
        (self.year % 4 == 0 && self.year % 100 != 0) || self.year % 400 == 0
    }

    fn month_len(&self) -> i64 {
        match self.month {
            4 | 6 | 9 | 11 => 30,
            2 if self.is_leap() => 29,
            2 => 28,
            _ => 31,
        }
    }

    /// The date of a day since 1970-01-01; the inverse of [`days`](Self::days).
    fn of_day(day: i64) -> Self {
        let day = day + 719_468;
        let (era, day_of_era) = (day.div_euclid(146_097), day.rem_euclid(146_097));
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        Self {
            year: era * 400 + year_of_era + i64::from(month <= 2),
            month,
            day: day_of_year - (153 * month_from_march + 2) / 5 + 1,
        }
    }

    /// Days since 1970-01-01. Counted with years that start in March, so that a leap day is the last of its year.
    fn days(&self) -> i64 {
        let year = if self.month <= 2 { self.year - 1 } else { self.year };
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * ((self.month + 9) % 12) + 2) / 5 + self.day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * 146_097 + day_of_era - 719_468
    }
}

/// A number of up to four ASCII digits; `None` if there is none or anything else is among them.
fn digits(text: &[u8]) -> Option<i64> {
    if text.is_empty() || text.len() > 4 {
        return None;
    }
    text.iter().try_fold(0, |sum, b| b.is_ascii_digit().then(|| sum * 10 + i64::from(b - b'0')))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_the_date_header() {
        assert_eq!(http_date("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        assert_eq!(http_date("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(http_date("Thu, 29 Feb 2024 23:59:60 GMT"), Some(1_709_251_199));
    }

    #[test]
    fn reads_iso_instants() {
        assert_eq!(iso_instant("2015-03-25T20:52:35.000Z"), Some(1_427_316_755_000));
        assert_eq!(iso_instant("2015-03-25T20:52:35Z"), Some(1_427_316_755_000));
        assert_eq!(iso_instant("2015-03-25T20:52:35.5Z"), Some(1_427_316_755_500));
        assert_eq!(iso_instant("2015-03-25T20:52:35.123456Z"), Some(1_427_316_755_123));
        assert_eq!(iso_instant("2015-03-25T16:52:35.007-04:00"), Some(1_427_316_755_007));
        assert_eq!(iso_instant("1969-12-31T23:59:59.999Z"), Some(-1));
    }

    #[test]
    fn refuses_what_names_no_instant() {
        for text in
            ["", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 PST", "Sun, 31 Feb 1994 08:49:37 GMT"]
        {
            assert_eq!(http_date(text), None, "{text}");
        }
        for text in [
            "2015-03-25T20:52:35",
            "2015-03-25",
            "2015-13-25T20:52:35Z",
            "2015-03-25T24:00:00Z",
            "2015-03-25T20:52:35.Z",
        ] {
            assert_eq!(iso_instant(text), None, "{text}");
        }
        assert_eq!(iso_instant("2023-02-29T00:00:00Z"), None);
    }

    #[test]
    fn writes_what_it_reads() {
        for text in ["2015-03-25T20:52:35.007Z", "2024-02-29T00:00:00.000Z", "1969-12-31T23:59:59.999Z"] {
            assert_eq!(to_iso(iso_instant(text).expect("is an instant")), text);
        }
        assert_eq!(
            (to_iso(i64::MIN), to_iso(i64::MAX)),
            ("0000-01-01T00:00:00.000Z".into(), "9999-12-31T23:59:59.999Z".into())
        );
    }

    proptest! {
        #[test]
        fn an_instant_survives_writing(ms in -62_167_219_200_000_i64..253_402_300_800_000) {
            prop_assert_eq!(iso_instant(&to_iso(ms)), Some(ms));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,40}") {
            let _ = (http_date(&text), iso_instant(&text));
        }

        /// Walking day by day over leap years and centuries, each date is one day after the one before it.
        #[test]
        fn days_follow_each_other(year in 1600_i64..2600, month in 1_i64..=12) {
            let first = Civil { year, month, day: 1 };
            let last = Civil { year, month, day: first.month_len() };
            let next = if month == 12 { Civil { year: year + 1, month: 1, day: 1 } } else { Civil { year, month: month + 1, day: 1 } };
            prop_assert_eq!(last.days() - first.days() + 1, first.month_len());
            prop_assert_eq!(next.days(), last.days() + 1);
        }
    }
}
