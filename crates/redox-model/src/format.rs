//! How the text of a field is written, where names and examples of the documentation tell.
//!
//! Redox's schemas declare no formats; these were inferred, and real messages break each of them somewhere. A broken
//! format is therefore a warning unless validation is strict.

use std::fmt;

use crate::date;

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// A moment with offset, RFC 3339.
    DateTime,
    /// A calendar date, `2026-03-01`.
    Date,
    /// Either of the two.
    DateOrDateTime,
    /// A time of day, `14:05` or `14:05:30`.
    Time,
    /// A UUID with dashes, RFC 9562.
    Uuid,
    /// A telephone number, ITU-T E.164: `+16085550100`.
    E164,
    /// An e-mail address, by its outline.
    Email,
    /// A country, ISO 3166-1 alpha-2: `US`.
    Country,
    /// A language, ISO 639-1: `en`.
    Language,
    /// A time zone of the IANA database: `America/Chicago`.
    TimeZone,
}

impl Format {
    const ALL: [Format; 10] = [
        Format::DateTime,
        Format::Date,
        Format::DateOrDateTime,
        Format::Time,
        Format::Uuid,
        Format::E164,
        Format::Email,
        Format::Country,
        Format::Language,
        Format::TimeZone,
    ];

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == name)
    }

    /// The name in the catalogue, such as `date-time`.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::DateTime => "date-time",
            Format::Date => "date",
            Format::DateOrDateTime => "date-or-date-time",
            Format::Time => "time",
            Format::Uuid => "uuid",
            Format::E164 => "e164",
            Format::Email => "email",
            Format::Country => "country",
            Format::Language => "language",
            Format::TimeZone => "time-zone",
        }
    }

    /// What a text of this format is, for people.
    pub fn describe(self) -> &'static str {
        match self {
            Format::DateTime => "a date-time with offset (RFC 3339)",
            Format::Date => "a date (YYYY-MM-DD)",
            Format::DateOrDateTime => "a date (YYYY-MM-DD) or a date-time with offset (RFC 3339)",
            Format::Time => "a time of day (HH:MM or HH:MM:SS)",
            Format::Uuid => "a UUID",
            Format::E164 => "a telephone number in E.164 form (+ and digits)",
            Format::Email => "an e-mail address",
            Format::Country => "a country code of two letters (ISO 3166-1)",
            Format::Language => "a language code of two letters (ISO 639-1)",
            Format::TimeZone => "an IANA time zone name",
        }
    }

    /// Whether the text is written that way.
    pub fn accepts(self, text: &str) -> bool {
        let letters = |lower: bool| {
            text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic() && byte.is_ascii_lowercase() == lower)
        };
        match self {
            Format::DateTime => date::is_date_time(text),
            Format::Date => date::is_date(text),
            Format::DateOrDateTime => date::is_date(text) || date::is_date_time(text),
            Format::Time => date::is_time(text),
            Format::Uuid => is_uuid(text),
            Format::E164 => is_e164(text),
            Format::Email => is_email(text),
            Format::Country => letters(false),
            Format::Language => letters(true),
            Format::TimeZone => is_time_zone(text),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

fn is_uuid(text: &str) -> bool {
    let Ok(mut digits) = <[u8; 36]>::try_from(text.as_bytes()) else { return false };
    for at in [8, 13, 18, 23] {
        if digits[at] != b'-' {
            return false;
        }
        digits[at] = b'0';
    }
    // Without an early end all digits are looked at together.
    digits.iter().fold(true, |all, byte| all & byte.is_ascii_hexdigit())
}

/// `+`, then up to 15 digits of which the first is no zero; nothing shorter than 8 digits is a subscriber.
fn is_e164(text: &str) -> bool {
    let Some(digits) = text.strip_prefix('+') else { return false };
    (8..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// One `@` with something plausible on both sides; addresses are not checked further than senders check them.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let plain = |part: &str| !part.is_empty() && !part.chars().any(|char| char.is_whitespace() || char == '@');
    plain(local) && plain(domain) && domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.')
}

fn is_time_zone(text: &str) -> bool {
    let part = |part: &str| {
        part.starts_with(|char: char| char.is_ascii_alphabetic())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte))
    };
    text == "UTC" || (text.contains('/') && text.split('/').all(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format_accepts_its_documented_form_and_refuses_its_neighbours() {
        for (format, good, bad) in [
            (Format::Uuid, "7ce6f387-c33c-417d-8682-81e83628cbd9", "7ce6f387c33c417d868281e83628cbd9"),
            (Format::Uuid, "7CE6F387-C33C-417D-8682-81E83628CBD9", "7ce6f387-c33c-417d-8682-81e83628cbdg"),
            (Format::E164, "+16085550100", "608-555-0100"),
            (Format::E164, "+4930123456", "+06085550100"),
            (Format::E164, "+123456789012345", "+1234567890123456"),
            (Format::Email, "testina@example.com", "testina@example com"),
            (Format::Email, "a+b@c.de", "a@b@c.de"),
            (Format::Country, "US", "us"),
            (Format::Country, "DE", "USA"),
            (Format::Language, "en", "EN"),
            (Format::Language, "de", "deu"),
            (Format::TimeZone, "America/Chicago", "CST"),
            (Format::TimeZone, "America/North_Dakota/New_Salem", "America/"),
            (Format::Time, "14:05:30", "2:05 pm"),
            (Format::DateOrDateTime, "2026-03-01", "03/01/2026"),
            (Format::DateOrDateTime, "2026-03-01T12:00:00Z", "2026-03-01T12:00:00"),
        ] {
            assert!(format.accepts(good), "{format}: {good}");
            assert!(!format.accepts(bad), "{format}: {bad}");
            assert!(!format.accepts(""), "{format}");
        }
    }

    #[test]
    fn names_lead_back() {
        for format in Format::ALL {
            assert_eq!(Format::from_name(format.as_str()), Some(format));
        }
    }
}
