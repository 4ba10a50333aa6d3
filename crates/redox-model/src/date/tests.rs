//! Spellings of dates seen in the field, and texts that are no dates.

use super::*;

fn shown(text: &str) -> Option<String> {
    let DateTime { year, month, day, time, offset_minutes } = parse(text)?;
    let part = |value: Option<u8>| value.map_or("??".into(), |value| format!("{value:02}"));
    let date = format!("{year:04}-{}-{}", part(month), part(day));
    let time = time.map_or(String::new(), |Time { hour, minute, second, nanosecond }| {
        format!(" {hour:02}:{minute:02}:{second:02}.{nanosecond:09}")
    });
    let offset = offset_minutes.map_or(String::new(), |minutes| format!(" {minutes:+}"));
    Some(date + &time + &offset)
}

#[test]
fn every_spelling_seen_in_the_field_is_read() {
    for (text, expected) in [
        ("2026-03-01T12:34:56.789Z", "2026-03-01 12:34:56.789000000 +0"),
        ("2026-03-01T12:34:56-04:00", "2026-03-01 12:34:56.000000000 -240"),
        ("2026-03-01T12:34:56.123456+0530", "2026-03-01 12:34:56.123456000 +330"),
        ("2017-08-01T12:00:00", "2017-08-01 12:00:00.000000000"),
        ("2016-08-01 14:00:00Z", "2016-08-01 14:00:00.000000000 +0"),
        ("2005-07-02T04:00:00:000Z", "2005-07-02 04:00:00.000000000 +0"),
        ("2012-08-07", "2012-08-07"),
        ("2016-10-5", "2016-10-05"),
        ("20120807", "2012-08-07"),
        ("201208071530", "2012-08-07 15:30:00.000000000"),
        ("20120807153045.12+0200", "2012-08-07 15:30:45.120000000 +120"),
        ("201208", "2012-08-??"),
        ("2012", "2012-??-??"),
        (" 2012-08-07 ", "2012-08-07"),
        ("2024-02-29", "2024-02-29"),
        ("2026-03-01T12:34:56.1234567891Z", "2026-03-01 12:34:56.123456789 +0"),
    ] {
        assert_eq!(shown(text).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn what_is_no_day_is_not_read() {
    for text in [
        "",
        "01-01-01",
        "2023-02-29",
        "1900-02-29",
        "2026-13-01",
        "2026-00-01",
        "2026-01-00",
        "2026-04-31",
        "20261301",
        "2026-03-01T",
        "2026-03-01T25:00:00Z",
        "2026-03-01T12:60:00Z",
        "2026-03-01T12:34:56+",
        "2026-03-01T12:34:56.Z",
        "2026-03-01x",
        "yesterday",
        "2026-03",
        "20120807T",
        "２０２６-03-01",
        "2026-03-01T12:34:56Z Z",
    ] {
        assert_eq!(parse(text), None, "{text}");
    }
}

#[test]
fn the_documented_forms_are_narrower() {
    for (text, date, date_time) in [
        ("2026-03-01", true, false),
        ("2026-3-1", false, false),
        ("20260301", false, false),
        ("2026-03-01T12:34:56Z", false, true),
        ("2026-03-01T12:34:56.7+02:00", false, true),
        ("2026-03-01T12:34:56", false, false),
        ("2026-03-01 12:34:56Z", false, false),
        ("2026-03-01T12:34Z", false, false),
        ("2026-03-01T12:34:56:000Z", false, false),
        ("2026-03-01T12:34:56.Z", false, false),
        ("2026-03-01T12:34:56+0200", false, false),
        ("2026-02-30T12:34:56Z", false, false),
        ("2026-13-01", false, false),
        ("2026-02-29", false, false),
        ("2024-02-29", true, false),
        ("2026-3-1  ", false, false),
        (" 2026-3-01T12:34:56Z", false, false),
        ("2026-03-01T24:00:00Z", false, false),
        ("2026-03-01T23:59:60Z", false, true),
        ("2026-03-01T12:34:56+24:00", false, false),
        ("2026-03-01T12:34:56 02:00", false, false),
    ] {
        assert_eq!((is_date(text), is_date_time(text)), (date, date_time), "{text}");
    }
    for (text, time) in
        [("14:05", true), ("14:05:30", true), ("14:05:30.5Z", true), ("1405", false), ("25:00", false), ("", false)]
    {
        assert_eq!(is_time(text), time, "{text}");
    }
}
