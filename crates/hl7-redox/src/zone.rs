//! What moment a local time is.

use hl7v2::Timestamp;

/// Knows the offsets of time zones; the database of zones is the caller's.
pub trait Zones {
    /// Minutes east of UTC that the zone of this name (IANA, such as `America/Chicago`) had at this local time. Where a
    /// local time occurs twice or not at all, the earlier offset. `None`: no such zone.
    fn offset_minutes(&self, zone: &str, local: &Timestamp) -> Option<i16>;
}

/// Knows zones that are offsets themselves: `UTC`, `Z`, `-06:00`, `+0530`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FixedZones;

impl Zones for FixedZones {
    fn offset_minutes(&self, zone: &str, _local: &Timestamp) -> Option<i16> {
        fixed(zone)
    }
}

/// The offset that a zone's name is.
pub(crate) fn fixed(zone: &str) -> Option<i16> {
    if matches!(zone, "UTC" | "Z") {
        return Some(0);
    }
    let sign = match zone.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits: String = zone[1..].chars().filter(|char| *char != ':').collect();
    let is_offset = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number: i16 = digits.parse().ok().filter(|_| is_offset)?;
    (number % 100 < 60 && number <= 1400).then_some(sign * (number / 100 * 60 + number % 100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_zones() {
        for (zone, minutes) in [
            ("UTC", Some(0)),
            ("-06:00", Some(-360)),
            ("+0530", Some(330)),
            ("+9900", None),
            ("-6", None),
            ("America/Chicago", None),
            ("", None),
        ] {
            assert_eq!(fixed(zone), minutes, "{zone}");
        }
    }
}
