//! Time zones as the operating system keeps them, in its zone information files (RFC 9636).

use hl7_redox::{FixedZones, Zones};
use hl7v2::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Where the operating system keeps them.
const FOLDER: &str = "/usr/share/zoneinfo";

/// Zones that are offsets themselves, and those of the operating system. Where it has none, as in a small container image,
/// a named zone is unknown, and the mapping says so beside the event (`no-zone`).
#[derive(Default)]
pub(crate) struct SystemZones {
    /// Each zone is read once; `None` stays unknown.
    read: Mutex<HashMap<String, Option<TimeZone>>>,
}

impl Zones for SystemZones {
    fn offset_minutes(&self, zone: &str, local: &Timestamp) -> Option<i16> {
        let fixed = FixedZones.offset_minutes(zone, local);
        fixed.or_else(|| {
            let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
            let known = read.entry(zone.to_owned()).or_insert_with(|| load(zone));
            known.as_ref().and_then(|known| offset(known, local))
        })
    }
}

/// Reads a zone by its IANA name.
fn load(zone: &str) -> Option<TimeZone> {
    let is_name = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte))
    };
    if !zone.split('/').all(is_name) {
        return None;
    }
    let bytes = std::fs::read(Path::new(FOLDER).join(zone)).ok()?;
    TimeZone::tzif(zone, &bytes).ok()
}

/// Minutes east of UTC at a local time. A local time that occurs twice or not at all has the offset before the change.
fn offset(zone: &TimeZone, local: &Timestamp) -> Option<i16> {
    let small = |part: Option<u8>, least: u8| i8::try_from(part.unwrap_or(least)).ok();
    let (month, day) = (small(local.month, 1)?, small(local.day, 1)?);
    let (hour, minute, second) = (small(local.hour, 0)?, small(local.minute, 0)?, small(local.second, 0)?);
    let year = i16::try_from(local.year).ok()?;
    // A leap second has the offset of the second before it.
    let civil = DateTime::new(year, month, day, hour, minute, second.min(59), 0).ok()?;
    let offset = match zone.to_ambiguous_timestamp(civil).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset,
        AmbiguousOffset::Gap { before, .. } | AmbiguousOffset::Fold { before, .. } => before,
    };
    i16::try_from(offset.seconds() / 60).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_follow_the_calendar_and_changes_have_the_earlier_one() {
        let chicago = TimeZone::posix("CST6CDT,M3.2.0,M11.1.0").expect("a zone");
        for (local, minutes) in [
            ("20260115103000", -360),
            ("20260715103000", -300),
            ("20260308023000", -360),
            ("20261101013000", -300),
            ("20260715", -300),
        ] {
            let local_time = Timestamp::parse(local).expect("a time");
            assert_eq!(offset(&chicago, &local_time), Some(minutes), "{local}");
        }
    }

    #[test]
    fn names_that_leave_the_folder_are_no_zones() {
        for zone in ["../../../etc/passwd", "/etc/passwd", "America/../UTC", "", "America/", "Mars/Olympus"] {
            assert!(load(zone).is_none(), "{zone}");
        }
    }
}
