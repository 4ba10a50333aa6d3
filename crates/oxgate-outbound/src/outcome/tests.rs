//! Every kind of reply and of silence, and what it makes of a delivery.

use super::*;
use redox_wire::reply::{ReplyBody, ReplyHeaders, RequestKind, read};

/// Stands in every peer text; no report may show it.
const PRIVATE: &str = "Mango Testina";

struct Case {
    name: &'static str,
    status: u16,
    body: &'static str,
    expected: (Outcome, Reason),
    receipt: Option<&'static str>,
}

fn reply(status: u16, body: &str, retry_after: Option<&str>) -> Reply {
    let headers = ReplyHeaders { retry_after, ..ReplyHeaders::default() };
    read(RequestKind::Async, status, &headers, ReplyBody::Whole(body.as_bytes()))
}

const ERRORS: &str =
    r#"{"Meta":{"Errors":[{"ID":7,"Text":"no match for Mango Testina","Type":"message","Module":"DataModels"}]}}"#;
const ROUTE: &str = r#"{"Meta":{"Errors":[{"Text":"No subscriptions.","Type":"message","Module":"Subscriptions"}]}}"#;
const LOGGED: &str = r#"{"Meta":{"Logs":[{"ID":"log-1","AttemptID":"a"}]}}"#;
const LOGGED_ERRORS: &str = r#"{"Meta":{"Logs":[{"ID":"log-2"}],"Errors":[{"Text":"Mango Testina"}]}}"#;

fn cases() -> Vec<Case> {
    use Outcome::{Accepted, Rejected, TargetFailed, Unknown};
    let case = |name, status, body, outcome, reason, receipt| Case {
        name,
        status,
        body,
        expected: (outcome, reason),
        receipt,
    };
    let waits = |name, status, body| case(name, status, body, TargetFailed, Reason::status(status), None);
    vec![
        case("accepted", 200, LOGGED, Accepted, Reason::NONE, Some("log-1")),
        case("accepted, 2020 shape", 200, r#"{"Meta":{"Message":{"ID":63}}}"#, Accepted, Reason::NONE, Some("63")),
        case("accepted, no receipt", 200, r#"{"Meta":{"Errors":[]}}"#, Accepted, Reason::NONE, None),
        case("with errors", 200, LOGGED_ERRORS, Rejected, Reason::ACCEPTED_WITH_ERRORS, Some("log-2")),
        case("wrong message", 400, ERRORS, Rejected, Reason::REJECTED, None),
        case("too large", 413, "too large, Mango Testina", Rejected, Reason::REJECTED, None),
        case("no subscription", 400, ROUTE, TargetFailed, Reason::NO_SUBSCRIPTION, None),
        case("token", 401, "Invalid request", TargetFailed, Reason::TOKEN_REFUSED, None),
        waits("wrong verb", 403, ""),
        waits("not found", 404, ""),
        waits("too early", 425, ""),
        waits("rate limit", 429, ""),
        waits("moved", 301, ""),
        waits("broken", 500, ERRORS),
        waits("dropped", 502, "<html>Mango Testina</html>"),
        waits("unavailable", 503, ""),
        case("timeout", 504, "", Unknown, Reason::status(504), None),
        case("unlisted", 599, "", Unknown, Reason::status(599), None),
        case("page", 200, "<html>Mango Testina</html>", Unknown, Reason::UNREADABLE_REPLY, None),
        case("no meta", 200, "{}", Unknown, Reason::UNREADABLE_REPLY, None),
        case("empty", 200, "", Unknown, Reason::UNREADABLE_REPLY, None),
    ]
}

#[test]
fn every_reply_has_its_outcome() {
    for case in cases() {
        let report = of_reply(&reply(case.status, case.body, None));
        assert_eq!((report.outcome, report.reason.clone()), case.expected, "{}", case.name);
        assert_eq!((report.status, report.receipt.as_deref()), (Some(case.status), case.receipt), "{}", case.name);
        assert!(!format!("{report:?}").contains(PRIVATE), "{}", case.name);
    }
}

#[test]
fn g5_nothing_is_sent_again_unless_it_was_certainly_not_accepted() {
    for case in cases() {
        let reply = reply(case.status, case.body, None);
        let again = of_reply(&reply).outcome == Outcome::TargetFailed;
        assert!(!again || reply.is_certainly_not_accepted(), "{}", case.name);
    }
    for (error, ..) in silences() {
        let again = of_error(&error).outcome == Outcome::TargetFailed;
        assert_eq!(again, error.is_certainly_not_accepted(), "{error}");
    }
}

fn silences() -> Vec<(SendError, Outcome, Reason)> {
    use Outcome::{TargetFailed, Unknown};
    let text = String::from;
    let refused = TokenError::Refused { status: 401, text: Some(PeerText::new(PRIVATE)) };
    vec![
        (NotSent::Resolve(text("x")).into(), TargetFailed, Reason::DNS),
        (NotSent::Connect(text("x")).into(), TargetFailed, Reason::CONNECT),
        (NotSent::ConnectTimeout.into(), TargetFailed, Reason::CONNECT),
        (NotSent::Tls(text("x")).into(), TargetFailed, Reason::TLS),
        (NotSent::Build(text("x")).into(), TargetFailed, Reason::word("request-not-built")),
        (refused.into(), TargetFailed, Reason::TOKEN_REFUSED),
        (TokenError::Unreachable(NotSent::ConnectTimeout).into(), TargetFailed, Reason::CONNECT),
        (TokenError::NoAnswer(Lost::Timeout).into(), TargetFailed, Reason::word("token-unavailable")),
        (TokenError::Abandoned.into(), TargetFailed, Reason::word("token-unavailable")),
        (TokenError::EndedOnArrival.into(), TargetFailed, Reason::word("token-ended")),
        (Lost::Timeout.into(), Unknown, Reason::TIMEOUT),
        (Lost::Broken(text("x")).into(), Unknown, Reason::RESET),
    ]
}

#[test]
fn every_silence_has_its_outcome() {
    for (error, outcome, reason) in silences() {
        let report = of_error(&error);
        assert_eq!((report.outcome, report.reason.clone()), (outcome, reason), "{error}");
        assert_eq!(error_reason(&error), report.reason);
        assert!(!format!("{report:?}").contains(PRIVATE));
    }
}

#[test]
fn a_pause_is_honoured_and_a_429_always_has_one() {
    let pause = |status, asked| of_reply(&reply(status, "", asked)).retry_after;
    assert_eq!(pause(429, Some("7")), Some(Duration::from_secs(7)));
    assert_eq!(pause(429, None), Some(RATE_LIMIT_PAUSE));
    assert_eq!(pause(503, Some("90")), Some(Duration::from_secs(90)));
    assert_eq!(pause(503, None), None);
    let unavailable = TokenError::Unavailable {
        status: 503,
        why: redox_wire::token::UnavailableWhy::Status,
        retry_after: Some(Duration::from_secs(11)),
    };
    assert_eq!(of_error(&unavailable.into()).retry_after, Some(Duration::from_secs(11)));
}

#[test]
fn the_peers_words_are_kept_for_a_person() {
    let detail = |status, body| {
        let detail = of_reply(&reply(status, body, None)).detail.expect("kept");
        serde_json::from_slice::<Value>(&detail).expect("JSON")
    };
    assert_eq!(
        detail(400, ERRORS),
        serde_json::json!({
            "status": 400, "errors_total": 1,
            "errors": [{"ID": "7", "Text": "no match for Mango Testina", "Type": "message", "Module": "DataModels"}],
        })
    );
    assert_eq!(detail(502, "gone"), serde_json::json!({"status": 502, "text": "gone"}));
    assert_eq!(detail(200, LOGGED_ERRORS)["logs"], serde_json::json!(["log-2"]));
    assert_eq!(of_reply(&reply(200, LOGGED, None)).detail, None);
}
