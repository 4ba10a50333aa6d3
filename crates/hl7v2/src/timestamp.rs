//! Dates and times with the precision and the offset they were written with.

use std::fmt;

/// A date with as much of a time as was written (HL7 v2.5.1 chapter 2.A, TS, DTM and DT). A leap second is kept as 60.
///
/// Without an offset the moment is known to the sender only; the standard says that the header's offset (MSH-7), then the
/// sender's own zone, applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Timestamp {
    /// Four digits, from 1.
    pub year: u16,
    /// 1 to 12.
    pub month: Option<u8>,
    /// 1 to the length of the month.
    pub day: Option<u8>,
    /// 0 to 23.
    pub hour: Option<u8>,
    /// 0 to 59.
    pub minute: Option<u8>,
    /// 0 to 60.
    pub second: Option<u8>,
    /// Fraction of the second in nanoseconds, cut off behind nine digits.
    pub nanosecond: Option<u32>,
    /// Minutes east of UTC.
    pub offset_minutes: Option<i16>,
}

/// The smallest part that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Precision {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Fraction,
}

/// Why a text is no date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TimestampError {
    /// Only zeros: a filler.
    #[error("only zeros, so no date")]
    Zero,
    /// Written in no known way.
    #[error("not written as a date: unexpected character at {at}")]
    Form {
        /// In bytes from 0.
        at: usize,
    },
    /// A part is out of its range: the thirteenth month, the thirtieth of February.
    #[error("no such {part} in the calendar")]
    Range {
        /// `month`, `day`, `hour`, `minute`, `second`, `offset`.
        part: &'static str,
    },
}

impl Timestamp {
    /// Reads `YYYY[MM[DD[HH[MM[SS[.S…]]]]]][±ZZZZ]`, and ISO 8601 (`2026-01-15T10:00:00Z`), which some send instead.
    pub fn parse(text: &str) -> Result<Self, TimestampError> {
        let trimmed = text.trim();
        let digits = trimmed.bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 && trimmed.bytes().all(|byte| byte == b'0') {
            return Err(TimestampError::Zero);
        }
        let mut reader = Reader { bytes: trimmed.as_bytes(), at: 0 };
        let year = reader.digits(4)?;
        if year == 0 {
            return Err(TimestampError::Range { part: "year" });
        }
        let mut stamp = Timestamp {
            year,
            month: None,
            day: None,
            hour: None,
            minute: None,
            second: None,
            nanosecond: None,
            offset_minutes: None,
        };
        let iso = reader.peek() == Some(b'-') && reader.bytes.get(reader.at + 3).is_none_or(|byte| *byte == b'-');
        let read = if iso { Timestamp::read_iso } else { Timestamp::read_digits };
        read(&mut stamp, &mut reader)?;
        stamp.offset_minutes = reader.offset()?;
        if reader.at < reader.bytes.len() {
            return Err(TimestampError::Form { at: reader.at });
        }
        stamp.check()?;
        Ok(stamp)
    }

    fn read_digits(&mut self, reader: &mut Reader<'_>) -> Result<(), TimestampError> {
        for part in [&mut self.month, &mut self.day, &mut self.hour, &mut self.minute, &mut self.second] {
            if !reader.at_digit() {
                return Ok(());
            }
            *part = Some(reader.two()?);
        }
        self.nanosecond = reader.fraction()?;
        Ok(())
    }

    fn read_iso(&mut self, reader: &mut Reader<'_>) -> Result<(), TimestampError> {
        for part in [&mut self.month, &mut self.day] {
            if !reader.take(b"-") {
                return Ok(());
            }
            *part = Some(reader.two()?);
        }
        if !reader.take(b"Tt ") {
            return Ok(());
        }
        self.hour = Some(reader.two()?);
        for part in [&mut self.minute, &mut self.second] {
            if !reader.take(b":") {
                return Ok(());
            }
            *part = Some(reader.two()?);
        }
        self.nanosecond = reader.fraction()?;
        Ok(())
    }

    fn check(&self) -> Result<(), TimestampError> {
        let month = self.month.unwrap_or(1);
        let parts = [
            ("month", (1..=12).contains(&month)),
            ("day", self.day.is_none_or(|day| day >= 1 && day <= month_length(self.year, month))),
            ("hour", self.hour.is_none_or(|hour| hour < 24)),
            ("minute", self.minute.is_none_or(|minute| minute < 60)),
            ("second", self.second.is_none_or(|second| second <= 60)),
            ("offset", self.offset_minutes.is_none_or(|offset| offset.abs() <= 14 * 60)),
        ];
        match parts.iter().find(|(_, fits)| !fits) {
            Some((part, _)) => Err(TimestampError::Range { part }),
            None => Ok(()),
        }
    }

    /// The smallest part that was written.
    pub fn precision(&self) -> Precision {
        let parts = [
            (Precision::Fraction, self.nanosecond.is_some()),
            (Precision::Second, self.second.is_some()),
            (Precision::Minute, self.minute.is_some()),
            (Precision::Hour, self.hour.is_some()),
            (Precision::Day, self.day.is_some()),
            (Precision::Month, self.month.is_some()),
        ];
        parts.iter().find(|(_, is_written)| *is_written).map_or(Precision::Year, |(precision, _)| *precision)
    }

    /// The day as ISO 8601 writes it, `2026-01-15`; `None` if no day was written.
    pub fn iso_date(&self) -> Option<String> {
        let (month, day) = self.month.zip(self.day)?;
        Some(format!("{:04}-{month:02}-{day:02}", self.year))
    }

    /// The moment as RFC 3339 writes it, at the offset given or, if one was written, at that one; seconds that were not
    /// written are zero. `None` if no time of day was written.
    pub fn rfc3339(&self, offset_minutes: i16) -> Option<String> {
        let (date, hour) = self.iso_date().zip(self.hour)?;
        let offset = self.offset_minutes.unwrap_or(offset_minutes);
        let [minute, second] = [self.minute, self.second].map(|part| part.unwrap_or(0));
        let millis = self.nanosecond.map_or(String::new(), |nanos| format!(".{:03}", nanos / 1_000_000));
        let zone = if offset == 0 {
            "Z".to_owned()
        } else {
            let sign = if offset < 0 { '-' } else { '+' };
            format!("{sign}{:02}:{:02}", offset.abs() / 60, offset.abs() % 60)
        };
        Some(format!("{date}T{hour:02}:{minute:02}:{second:02}{millis}{zone}"))
    }
}

/// As HL7 v2 writes it, with the precision and offset that were read.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        for part in [self.month, self.day, self.hour, self.minute, self.second].into_iter().map_while(|part| part) {
            write!(f, "{part:02}")?;
        }
        if let Some(nanos) = self.nanosecond {
            let digits = format!("{nanos:09}");
            let digits = digits.trim_end_matches('0');
            write!(f, ".{}", if digits.is_empty() { "0" } else { &digits[..digits.len().min(4)] })?;
        }
        if let Some(offset) = self.offset_minutes {
            let sign = if offset < 0 { '-' } else { '+' };
            write!(f, "{sign}{:02}{:02}", offset.abs() / 60, offset.abs() % 60)?;
        }
        Ok(())
    }
}

fn month_length(year: u16, month: u8) -> u8 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

struct Reader<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn at_digit(&self) -> bool {
        self.peek().is_some_and(|byte| byte.is_ascii_digit())
    }

    fn take(&mut self, any: &[u8]) -> bool {
        let taken = self.peek().is_some_and(|byte| any.contains(&byte));
        self.at += usize::from(taken);
        taken
    }

    fn digits(&mut self, count: usize) -> Result<u16, TimestampError> {
        let mut number = 0;
        for _ in 0..count {
            let digit = self.peek().filter(u8::is_ascii_digit).ok_or(TimestampError::Form { at: self.at })?;
            number = number * 10 + u16::from(digit - b'0');
            self.at += 1;
        }
        Ok(number)
    }

    fn two(&mut self) -> Result<u8, TimestampError> {
        Ok(self.digits(2)?.try_into().expect("two digits are below 100"))
    }

    fn fraction(&mut self) -> Result<Option<u32>, TimestampError> {
        if !self.take(b".") {
            return Ok(None);
        }
        if !self.at_digit() {
            return Err(TimestampError::Form { at: self.at });
        }
        let (mut nanos, mut weight) = (0, 100_000_000);
        while let Some(digit) = self.peek().filter(u8::is_ascii_digit) {
            nanos += u32::from(digit - b'0') * weight;
            weight /= 10;
            self.at += 1;
        }
        Ok(Some(nanos))
    }

    fn offset(&mut self) -> Result<Option<i16>, TimestampError> {
        if self.take(b"Zz") {
            return Ok(Some(0));
        }
        let sign = if self.take(b"+") {
            1
        } else if self.take(b"-") {
            -1
        } else {
            return Ok(None);
        };
        let hours = i16::from(self.two()?);
        let _ = self.take(b":");
        let minutes = if self.at_digit() { i16::from(self.two()?) } else { 0 };
        if minutes > 59 {
            return Err(TimestampError::Range { part: "offset" });
        }
        Ok(Some(sign * (hours * 60 + minutes)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precision_and_offset_are_those_that_were_written() {
        for (text, precision, rfc3339) in [
            ("1979", Precision::Year, None),
            ("197912", Precision::Month, None),
            ("19791224", Precision::Day, None),
            ("2026011510", Precision::Hour, Some("2026-01-15T10:00:00-06:00")),
            ("202601151030", Precision::Minute, Some("2026-01-15T10:30:00-06:00")),
            ("20260115103059+0000", Precision::Second, Some("2026-01-15T10:30:59Z")),
            ("20260115103059.1234+0530", Precision::Fraction, Some("2026-01-15T10:30:59.123+05:30")),
        ] {
            let stamp = Timestamp::parse(text).expect(text);
            assert_eq!((stamp.precision(), stamp.rfc3339(-360).as_deref()), (precision, rfc3339), "{text}");
            assert_eq!(stamp.to_string(), text);
        }
    }

    #[test]
    fn iso_8601_is_understood() {
        for (text, as_hl7) in [
            ("2026-01-15T10:00:00Z", "20260115100000+0000"),
            ("2026-01-15", "20260115"),
            ("2026-01-15 10:00", "202601151000"),
            ("2026-01-15T10:00:00.5-06:00 ", "20260115100000.5-0600"),
        ] {
            assert_eq!(Timestamp::parse(text).expect(text).to_string(), as_hl7);
        }
        // Four digits, a minus and four digits are a year with an offset, not a month.
        assert_eq!(Timestamp::parse("2026-0600").expect("a year").offset_minutes, Some(-360));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for (text, error) in [
            ("00000000", TimestampError::Zero),
            ("", TimestampError::Form { at: 0 }),
            ("1979133", TimestampError::Form { at: 7 }),
            ("19791332", TimestampError::Range { part: "month" }),
            ("20260230", TimestampError::Range { part: "day" }),
            ("2026022924", TimestampError::Range { part: "day" }),
            ("2024022924", TimestampError::Range { part: "hour" }),
            ("20260101T", TimestampError::Form { at: 8 }),
            ("20260101+9900", TimestampError::Range { part: "offset" }),
            ("20260101101010.", TimestampError::Form { at: 15 }),
            ("yesterday", TimestampError::Form { at: 0 }),
        ] {
            assert_eq!(Timestamp::parse(text), Err(error), "{text}");
        }
    }
}
