//! Lengths of time, sizes and rates as people write them: `30s`, `24h`, `41 MiB`, `600/min`.

use oxgate_dispatch::Rate;
use serde::de::{Deserialize, Deserializer, Error};
use serde::{Serialize, Serializer};
use std::num::NonZeroU32;
use std::time::Duration;

/// A length of time: a whole number and `ms`, `s`, `m`, `h` or `d`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Span(pub(crate) Duration);

/// A size: a whole number and `B`, `KiB`, `MiB` or `GiB`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Size(pub(crate) usize);

/// So much in so much time: a whole number, `/`, and `s`, `m`, `h` or `d`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct PerTime(pub(crate) Rate);

fn split(text: &str) -> Option<(u64, &str)> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    Some((text[..digits].parse().ok()?, text[digits..].trim()))
}

/// Reads a length of time.
pub(crate) fn span(text: &str) -> Result<Duration, String> {
    let read = || {
        let (number, unit) = split(text)?;
        let millis = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" | "min" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return None,
        };
        number.checked_mul(millis).map(Duration::from_millis)
    };
    read().ok_or_else(|| {
        format!("`{text}` is no length of time: write a whole number and ms, s, m, h or d, as in \"30s\"")
    })
}

fn size(text: &str) -> Result<usize, String> {
    let read = || {
        let (number, unit) = split(text)?;
        let bytes = match unit {
            "B" => 1,
            "KiB" => 1 << 10,
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            _ => return None,
        };
        usize::try_from(number.checked_mul(bytes)?).ok()
    };
    read().ok_or_else(|| format!("`{text}` is no size: write a whole number and B, KiB, MiB or GiB, as in \"41 MiB\""))
}

fn rate(text: &str) -> Result<Rate, String> {
    let read = || {
        let (starts, unit) = text.split_once('/')?;
        let per = match unit.trim() {
            "s" => Duration::from_secs(1),
            "m" | "min" => Duration::from_mins(1),
            "h" => Duration::from_hours(1),
            "d" => Duration::from_hours(24),
            _ => return None,
        };
        Some(Rate::new(starts.trim().parse::<NonZeroU32>().ok()?, per))
    };
    read().ok_or_else(|| {
        format!("`{text}` is no rate: write a whole number above 0, `/` and s, m, h or d, as in \"50/s\" or \"600/m\"")
    })
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        span(&String::deserialize(deserializer)?).map(Self).map_err(D::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        size(&String::deserialize(deserializer)?).map(Self).map_err(D::Error::custom)
    }
}

impl<'de> Deserialize<'de> for PerTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        rate(&String::deserialize(deserializer)?).map(Self).map_err(D::Error::custom)
    }
}

/// As the largest unit that divides it.
fn written(value: u64, units: &[(u64, &str)]) -> String {
    let fits = units.iter().find(|(size, _)| value.is_multiple_of(*size) && value >= *size).or(units.last());
    fits.map_or_else(|| value.to_string(), |(size, unit)| format!("{}{unit}", value / size))
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let millis = u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX);
        let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s"), (1, "ms")];
        serializer.serialize_str(&written(millis, &units))
    }
}

impl Serialize for Size {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let units = [(1 << 30, " GiB"), (1 << 20, " MiB"), (1 << 10, " KiB"), (1, " B")];
        serializer.serialize_str(&written(self.0 as u64, &units))
    }
}

impl Serialize for PerTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let unit = match self.0.per().as_secs() {
            1 => "s",
            60 => "m",
            3_600 => "h",
            _ => "d",
        };
        serializer.serialize_str(&format!("{}/{unit}", self.0.starts()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_units() {
        assert_eq!(span("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(span("24h"), Ok(Duration::from_hours(24)));
        assert_eq!(size("41 MiB"), Ok(41 << 20));
        for wrong in ["", "30", "s", "-1s", "1.5h", "99999999999999999999d", "3 weeks"] {
            assert!(span(wrong).is_err(), "{wrong}");
        }
        assert!(size("999999999999 GiB").is_err());
    }

    #[test]
    fn a_rate_is_read_and_shown_alike() {
        for text in ["50/s", "600/m", "1/h", "4294967295/d"] {
            let read: PerTime = serde_json::from_value(text.into()).expect("read");
            assert_eq!(serde_json::to_value(read).expect("shown"), text);
        }
        let spaced: PerTime = serde_json::from_value("600 / min".into()).expect("read");
        assert_eq!(serde_json::to_value(spaced).expect("shown"), "600/m");
        for wrong in ["", "50", "/s", "0/s", "-1/s", "1.5/s", "50/ms", "50/w", "4294967296/s", "50/s/s"] {
            assert!(rate(wrong).is_err(), "{wrong}");
        }
    }
}
