//! The reader of Redox's replies: every status and every body has a reading, and none is taken for more than it says.

#![no_main]

use libfuzzer_sys::fuzz_target;
use redox_wire::reply::{MAX_ERRORS, Reply, ReplyBody, ReplyHeaders, RequestKind, read};
use serde_json::Value;

/// The statuses that have rules, and a few that have none.
const STATUSES: [u16; 32] = [
    200, 201, 202, 204, 206, 299, 100, 300, 301, 302, 307, 308, 400, 401, 403, 404, 405, 407, 408, 409, 413, 415, 421,
    422, 425, 429, 500, 502, 503, 504, 511, 999,
];

fuzz_target!(|input: &[u8]| {
    // Two bytes of choices, a line for headers, the rest is the body.
    let [status, how, rest @ ..] = input else { return };
    let status = STATUSES[usize::from(*status) % STATUSES.len()];
    let (line, body) = match rest.iter().position(|byte| *byte == b'\n') {
        Some(end) if how & 1 == 1 => (&rest[..end], &rest[end + 1..]),
        _ => (&rest[..0], rest),
    };
    let header = std::str::from_utf8(line).ok().filter(|text| !text.is_empty());
    let headers = ReplyHeaders {
        content_type: header.filter(|_| how & 2 != 0),
        retry_after: header.filter(|_| how & 4 != 0),
        rate_limit: header.filter(|_| how & 8 != 0),
        date: header.filter(|_| how & 16 != 0),
    };
    let kind = if how & 32 == 0 { RequestKind::Async } else { RequestKind::Sync };
    let came = match how >> 6 {
        0 | 1 => ReplyBody::Whole(body),
        2 => ReplyBody::CutShort(body),
        _ => ReplyBody::TooLong,
    };
    check(&read(kind, status, &headers, came), status, came);
});

fn check(reply: &Reply, status: u16, body: ReplyBody<'_>) {
    assert_eq!(reply.status(), status);
    assert!(!reply.word().is_empty());
    let success = (200..300).contains(&status);
    let accepted = matches!(reply, Reply::Accepted { .. });
    // Guarantee G5: after a success nothing may ever say that sending again is safe.
    assert!(!(success && reply.is_certainly_not_accepted()));
    assert!(success || !accepted);
    if let Some(details) = reply.details() {
        assert!(details.errors.len() <= MAX_ERRORS && details.errors.len() <= details.errors_total);
    }
    // What is accepted came whole, has a `Meta`, and reports no error that another reader can see.
    if accepted {
        let ReplyBody::Whole(body) = body else { panic!("accepted by part of a body") };
        if let Ok(value) = serde_json::from_slice::<Value>(body) {
            assert!(value["Meta"].is_object());
            let errors = value["Meta"]["Errors"].as_array();
            assert!(errors.is_none_or(|errors| errors.iter().all(Value::is_null)), "accepted with errors");
        }
    }
}
