//! What becomes of a value on its way: dates, telephone numbers, results of measurements.

use hl7v2::{Precision, Timestamp, Value};

use crate::{
    ProblemKind,
    zone::{self, Zones},
};

/// The zones that a time without an offset may be in.
#[derive(Clone, Copy)]
pub(crate) struct ZoneRule<'z> {
    pub(crate) zones: &'z dyn Zones,
    /// The sender's.
    pub(crate) zone: Option<&'z str>,
    /// The offset of the header's own time, which the standard names first where the sender has none configured.
    pub(crate) header_offset: Option<i16>,
}

impl ZoneRule<'_> {
    fn offset(&self, local: &Timestamp) -> Option<i16> {
        let configured =
            self.zone.and_then(|zone| zone::fixed(zone).or_else(|| self.zones.offset_minutes(zone, local)));
        configured.or(self.header_offset)
    }
}

/// A converted text, or why there is none; the problem of a text that is used all the same.
pub(crate) type Converted = Result<(String, Option<ProblemKind>), ProblemKind>;

pub(crate) fn date(text: &str) -> Converted {
    match Timestamp::parse(text) {
        Ok(stamp) => stamp.iso_date().map(|date| (date, None)).ok_or(ProblemKind::ImpreciseDate),
        Err(_) => Err(ProblemKind::BadDate),
    }
}

/// A moment in the sender's zone. A date stays a date: midnight was not said.
pub(crate) fn date_time(text: &str, rule: &ZoneRule<'_>) -> Converted {
    let stamp = Timestamp::parse(text).map_err(|_| ProblemKind::BadDate)?;
    if stamp.precision() <= Precision::Day {
        return date(text);
    }
    let written = |offset| stamp.rfc3339(offset).ok_or(ProblemKind::ImpreciseDate);
    match stamp.offset_minutes.or_else(|| rule.offset(&stamp)) {
        Some(offset) => Ok((written(offset)?, None)),
        // Redox puts its source's zone to a time without one; an invented offset could not be told from a real one.
        None => Ok((written(0)?.trim_end_matches('Z').to_owned(), Some(ProblemKind::NoZone))),
    }
}

/// An XTN: the number as it is dialled, else put together from its parts. Ten digits get `+1`; what is no number stays as
/// it is.
pub(crate) fn phone(value: Value<'_>) -> Option<String> {
    let part = |number| value.component(number).text().trim().to_owned();
    let dialled = [part(1), part(12)].into_iter().find(|text| text.bytes().any(|byte| byte.is_ascii_digit()));
    let text = dialled.or_else(|| {
        let [country, area, local] = [part(5), part(6), part(7)];
        let country = if country.is_empty() { country } else { format!("+{}", country.trim_start_matches('+')) };
        (!local.is_empty()).then(|| format!("{country}{area}{local}"))
    })?;
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || b" ()+-./".contains(&byte));
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    Some(match (digits.len(), text.starts_with('+')) {
        _ if !is_plain => text,
        (8..=15, true) => format!("+{digits}"),
        (10, false) => format!("+1{digits}"),
        (11, false) if digits.starts_with('1') => format!("+{digits}"),
        _ => text,
    })
}

pub(crate) fn ssn(text: &str) -> Converted {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if digits.len() != 9 {
        return Ok((text.to_owned(), None));
    }
    let is_filler = digits.bytes().all(|byte| byte == digits.as_bytes()[0]);
    if is_filler {
        Err(ProblemKind::Filler)
    } else {
        Ok((format!("{}-{}-{}", &digits[..3], &digits[3..5], &digits[5..]), None))
    }
}

/// OBX-5 by its type: coded values by their text, measured ranges and ratios in one piece, documents by their content, long
/// texts with their repetitions as lines.
pub(crate) fn observation(value_type: &str, field: Value<'_>) -> Option<String> {
    let components = |value: Value<'_>| value.components().map(|part| part.text().into_owned()).collect::<Vec<_>>();
    let text = match value_type {
        "ED" | "RP" => field.component(if value_type == "ED" { 5 } else { 1 }).text().into_owned(),
        "CE" | "CWE" | "CNE" | "CF" => {
            let texts = [2, 1, 9].map(|number| field.component(number).text());
            texts.into_iter().find(|text| !text.is_empty())?.into_owned()
        }
        "SN" => components(field).concat(),
        _ => {
            let lines = field.repetitions().map(|repetition| match value_type {
                "ST" | "TX" | "FT" | "NM" | "DT" | "TM" | "TS" | "DTM" | "ID" | "IS" | "" => {
                    repetition.joined_text().into_owned()
                }
                _ => components(repetition).into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "),
            });
            lines.collect::<Vec<_>>().join("\n")
        }
    };
    (!text.is_empty()).then_some(text)
}

/// The ends of a reference range, where it is written as one.
pub(crate) fn range(text: &str) -> (Option<String>, Option<String>) {
    let text = text.trim();
    let number = |text: &str| {
        let text = text.trim();
        text.parse::<f64>().ok().filter(|number| number.is_finite()).map(|_| text.to_owned())
    };
    for (prefix, is_low) in [(">=", true), ("<=", false), (">", true), ("<", false)] {
        if let Some(rest) = text.strip_prefix(prefix) {
            return if is_low { (number(rest), None) } else { (None, number(rest)) };
        }
    }
    // The minus of a negative lower end is not the dash.
    let dash = text.char_indices().skip(1).find(|(_, char)| *char == '-').map(|(at, _)| at);
    let ends = dash.and_then(|at| number(&text[..at]).zip(number(&text[at + 1..])));
    ends.map_or((None, None), |(low, high)| (Some(low), Some(high)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FixedZones;
    use hl7v2::{Message, Options};

    fn with_field<T>(text: &str, check: impl FnOnce(Value<'_>) -> T) -> T {
        let text = format!("MSH|^~\\&|\rZZZ|{text}");
        let message = Message::parse(text.as_bytes(), &Options::default()).expect("a message");
        check(message.get(&"ZZZ-1".parse().expect("a path")))
    }

    #[test]
    fn a_time_is_put_into_the_senders_zone_and_a_date_stays_a_date() {
        let zones = |zone| ZoneRule { zones: &FixedZones, zone, header_offset: None };
        let ok = |text: &str, problem| Ok((text.to_owned(), problem));
        assert_eq!(date_time("20260115103000", &zones(Some("-06:00"))), ok("2026-01-15T10:30:00-06:00", None));
        assert_eq!(date_time("20260115103000+0100", &zones(Some("-06:00"))), ok("2026-01-15T10:30:00+01:00", None));
        assert_eq!(date_time("202601151030", &zones(None)), ok("2026-01-15T10:30:00", Some(ProblemKind::NoZone)));
        assert_eq!(date_time("20260115", &zones(None)), ok("2026-01-15", None));
        assert_eq!(date_time("202601", &zones(None)), Err(ProblemKind::ImpreciseDate));
        assert_eq!(date_time("soon", &zones(None)), Err(ProblemKind::BadDate));
        let header = ZoneRule { zones: &FixedZones, zone: Some("Mars/Olympus"), header_offset: Some(60) };
        assert_eq!(date_time("2026011510", &header), ok("2026-01-15T10:00:00+01:00", None));
    }

    #[test]
    fn telephone_numbers_are_written_internationally_where_they_can_be() {
        for (field, number) in [
            ("(555) 555-2004", Some("+15555552004")),
            ("8885551212", Some("+18885551212")),
            ("1-888-555-1212", Some("+18885551212")),
            ("+49 30 123456", Some("+4930123456")),
            ("^PRN^PH^^1^217^5550101", Some("+12175550101")),
            ("^PRN^PH^^^217^5550101", Some("+12175550101")),
            ("^^^^^^^^^^^2175550101", Some("+12175550101")),
            ("555-0001", Some("555-0001")),
            ("217-555-0101 x12", Some("217-555-0101 x12")),
            ("^NET^Internet^a@b.example", None),
        ] {
            assert_eq!(with_field(field, phone).as_deref(), number, "{field}");
        }
    }

    #[test]
    fn observations_are_read_by_their_type() {
        for (value_type, field, text) in [
            ("NM", "4.2", Some("4.2")),
            ("TX", "a & b~second", Some("a & b\nsecond")),
            ("CE", "P^Positive^L", Some("Positive")),
            ("CWE", "P", Some("P")),
            ("SN", ">^100", Some(">100")),
            ("SN", "^1^:^8", Some("1:8")),
            ("ED", "App^pdf^pdf^Base64^QUJD", Some("QUJD")),
            ("XPN", "Muster^Rita^^", Some("Muster Rita")),
            ("ST", "", None),
        ] {
            assert_eq!(
                with_field(field, |value| observation(value_type, value)).as_deref(),
                text,
                "{value_type} {field}"
            );
        }
    }

    #[test]
    fn ranges_are_read_where_they_are_ranges() {
        for (text, low, high) in [
            ("4.0-11.0", Some("4.0"), Some("11.0")),
            (" 0.000 - 150.000", Some("0.000"), Some("150.000")),
            ("-5--1", Some("-5"), Some("-1")),
            (">40", Some("40"), None),
            ("<=7", None, Some("7")),
            ("negative", None, None),
            ("", None, None),
        ] {
            assert_eq!(range(text), (low.map(str::to_owned), high.map(str::to_owned)), "{text}");
        }
    }

    #[test]
    fn fillers_are_no_social_security_numbers() {
        assert_eq!(ssn("123456789"), Ok(("123-45-6789".to_owned(), None)));
        assert_eq!(ssn("000-00-0000"), Err(ProblemKind::Filler));
        assert_eq!(ssn("AB1"), Ok(("AB1".to_owned(), None)));
    }
}
