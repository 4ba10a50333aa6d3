//! Dates and times the way real senders write them.
//!
//! Redox documents ISO 8601; its customers also send a date only, HL7 v2's digits without separators (HL7 v2.5.1
//! chapter 2.A, data type TS), a space for the `T`, a colon before the milliseconds, one-digit months and days, and
//! times without an offset. A two-digit year is nobody's date: it is not read.

/// A date with as much of a time as was written. Fields are in their calendar ranges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct DateTime {
    /// Four digits.
    pub year: u16,
    /// 1 to 12; absent in an HL7 year.
    pub month: Option<u8>,
    /// 1 to the length of the month.
    pub day: Option<u8>,
    /// The time of day, where one was written.
    pub time: Option<Time>,
    /// Minutes east of UTC; `None` when no offset was written, so the moment is only known to the sender.
    pub offset_minutes: Option<i16>,
}

/// A time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Time {
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 60, since leap seconds are written.
    pub second: u8,
    /// Fraction of the second, cut off after nine digits.
    pub nanosecond: u32,
}

/// Reads a date or date-time in any of the spellings above; `None` when it is none of them or no such day exists.
pub fn parse(text: &str) -> Option<DateTime> {
    let mut rest = Rest(text.trim().as_bytes());
    let dashed = rest.0.get(4) == Some(&b'-');
    let year = u16::try_from(rest.number(4, 4)?).ok()?;
    let (month, day) = if dashed { dashed_day(&mut rest)? } else { digits_day(&mut rest)? };
    if !is_day(year, month, day) {
        return None;
    }
    let mut date = DateTime { year, month, day, time: None, offset_minutes: None };
    if rest.0.is_empty() {
        return Some(date);
    }
    day?;
    if dashed {
        if !(rest.take(b'T') || rest.take(b't') || rest.take(b' ')) {
            return None;
        }
        date.time = Some(colon_time(&mut rest)?);
    } else {
        let _ = rest.take(b'T');
        date.time = Some(digits_time(&mut rest)?);
    }
    let _ = rest.take(b' ');
    date.offset_minutes = offset(&mut rest)?;
    rest.0.is_empty().then_some(date)
}

/// Whether the text is a calendar date as ISO 8601 and the documentation write it: `2026-03-01`.
pub fn is_date(text: &str) -> bool {
    text.as_bytes().try_into().is_ok_and(is_calendar_date)
}

/// Whether the text is a moment as RFC 3339 writes it: date, `T`, time with seconds, and an offset.
pub fn is_date_time(text: &str) -> bool {
    let Some((date, rest)) = text.as_bytes().split_first_chunk::<10>() else { return false };
    let Some((time, rest)) = rest.split_first_chunk::<9>() else { return false };
    let &[b'T', h1, h2, b':', m1, m2, b':', s1, s2] = time else { return false };
    let in_range = number(h1, h2) < 24 && number(m1, m2) < 60 && number(s1, s2) < 61;
    in_range && is_calendar_date(*date) && is_offset(behind_fraction(rest))
}

fn is_calendar_date(text: [u8; 10]) -> bool {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text else { return false };
    let (century, year, month, day) = (number(y1, y2), number(y3, y4), number(m1, m2), number(d1, d2));
    let in_range = century < 100 && year < 100 && month < 13;
    in_range && is_day(u16::from(century) * 100 + u16::from(year), Some(month), Some(day))
}

/// What stands behind `.123`; nothing that could be an offset when there is a point without digits.
fn behind_fraction(text: &[u8]) -> &[u8] {
    let Some(digits) = text.strip_prefix(b".") else { return text };
    match digits.iter().position(|byte| !byte.is_ascii_digit()) {
        Some(0) | None => &[],
        Some(end) => &digits[end..],
    }
}

/// `Z`, `+02:00`
fn is_offset(text: &[u8]) -> bool {
    match *text {
        [b'Z'] => true,
        [b'+' | b'-', h1, h2, b':', m1, m2] => number(h1, h2) < 24 && number(m1, m2) < 60,
        _ => false,
    }
}

/// The number that two digits stand for; 255 when they are none.
fn number(tens: u8, ones: u8) -> u8 {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    if tens < 10 && ones < 10 { tens * 10 + ones } else { u8::MAX }
}

/// Whether the text is a time of day: `14:05`, `14:05:30`, with or without fraction and offset.
pub fn is_time(text: &str) -> bool {
    let mut rest = Rest(text.as_bytes());
    rest.0.get(2) == Some(&b':') && colon_time(&mut rest).is_some() && offset(&mut rest).is_some() && rest.0.is_empty()
}

/// What is left to read.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn take(&mut self, byte: u8) -> bool {
        let taken = self.0.first() == Some(&byte);
        if taken {
            self.0 = &self.0[1..];
        }
        taken
    }

    /// A number of `min` to `max` digits.
    fn number(&mut self, min: usize, max: usize) -> Option<u32> {
        let digits = self.0.iter().take(max).take_while(|byte| byte.is_ascii_digit()).count();
        if digits < min {
            return None;
        }
        let (number, rest) = self.0.split_at(digits);
        self.0 = rest;
        Some(number.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0')))
    }

    /// A number that fits a byte, below a limit.
    fn below(&mut self, min: usize, limit: u8) -> Option<u8> {
        let number = u8::try_from(self.number(min, 2)?).ok()?;
        (number < limit).then_some(number)
    }
}

type Day = (Option<u8>, Option<u8>);

/// `-03-01`, `-3-1`
fn dashed_day(rest: &mut Rest<'_>) -> Option<Day> {
    let month = rest.take(b'-').then(|| rest.below(1, 13))??;
    let day = rest.take(b'-').then(|| rest.below(1, 32))??;
    Some((Some(month), Some(day)))
}

/// `0301`, `03`, nothing
fn digits_day(rest: &mut Rest<'_>) -> Option<Day> {
    if rest.0.is_empty() {
        return Some((None, None));
    }
    let month = rest.below(2, 13)?;
    if rest.0.is_empty() {
        return Some((Some(month), None));
    }
    Some((Some(month), Some(rest.below(2, 32)?)))
}

/// `14:05:30.123`, `14:05`, `14:05:30:123`
fn colon_time(rest: &mut Rest<'_>) -> Option<Time> {
    let hour = rest.below(1, 24)?;
    let minute = rest.take(b':').then(|| rest.below(2, 60))??;
    let mut time = Time { hour, minute, second: 0, nanosecond: 0 };
    if rest.take(b':') {
        time.second = rest.below(2, 61)?;
        if rest.take(b'.') || rest.take(b':') || rest.take(b',') {
            time.nanosecond = fraction(rest)?;
        }
    }
    Some(time)
}

/// `14`, `1405`, `140530`, `140530.123`
fn digits_time(rest: &mut Rest<'_>) -> Option<Time> {
    let digits = |rest: &Rest<'_>| rest.0.first().is_some_and(u8::is_ascii_digit);
    let mut time = Time { hour: rest.below(2, 24)?, minute: 0, second: 0, nanosecond: 0 };
    if digits(rest) {
        time.minute = rest.below(2, 60)?;
        if digits(rest) {
            time.second = rest.below(2, 61)?;
            if rest.take(b'.') {
                time.nanosecond = fraction(rest)?;
            }
        }
    }
    Some(time)
}

fn fraction(rest: &mut Rest<'_>) -> Option<u32> {
    let before = rest.0.len();
    let number = rest.number(1, 9)?;
    let digits = before - rest.0.len();
    while rest.0.first().is_some_and(u8::is_ascii_digit) {
        rest.0 = &rest.0[1..];
    }
    Some((digits..9).fold(number, |number, _| number * 10))
}

/// `Z`, `+02:00`, `-0500`, `+02`, or nothing. The outer `None` is no offset at all readable.
#[expect(clippy::option_option, reason = "an offset may be absent, or present and wrong")]
fn offset(rest: &mut Rest<'_>) -> Option<Option<i16>> {
    if rest.0.is_empty() {
        return Some(None);
    }
    if rest.take(b'Z') || rest.take(b'z') {
        return Some(Some(0));
    }
    let sign = if rest.take(b'+') {
        1
    } else if rest.take(b'-') {
        -1
    } else {
        return None;
    };
    let hours = i16::from(rest.below(2, 24)?);
    let _ = rest.take(b':');
    let minutes = if rest.0.is_empty() { 0 } else { i16::from(rest.below(2, 60)?) };
    Some(Some(sign * (hours * 60 + minutes)))
}

fn is_day(year: u16, month: Option<u8>, day: Option<u8>) -> bool {
    let Some(month) = month else { return true };
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 31,
    };
    month >= 1 && day.is_none_or(|day| (1..=days).contains(&day))
}

#[cfg(test)]
mod tests;
