//! The reading of every status × body × kind, written down a second time as a table, and what must hold for any input.

use proptest::prelude::*;
use redox_wire::errors::{ErrorKind, ErrorModule};
use redox_wire::id::TechnicalId;
use redox_wire::peer::PeerText;
use redox_wire::reply::{
    MAX_ERRORS, Receipt, Reply, ReplyBody, ReplyHeaders, RequestKind, TargetCause, UnknownWhy, read,
};
use serde_json::{Value, json};
use std::time::Duration;

const KINDS: [RequestKind; 3] = [RequestKind::Async, RequestKind::Sync, RequestKind::Fhir];

/// The columns of the table.
const BODIES: [(&str, &str); 14] = [
    ("nothing", ""),
    ("text", "Invalid request"),
    ("page", "<html><body>502</body></html>"),
    ("other json", r#"{"message":"Forbidden"}"#),
    ("logs", r#"{"Meta":{"DataModel":"Results","Logs":[{"ID":"l-1","AttemptID":"a-1"}]}}"#),
    ("2020", r#"{"Meta":{"Message":{"ID":6352609957},"Errors":[]},"Patient":{}}"#),
    ("message", r#"{"Meta":{"Errors":[{"ID":531806,"Text":"missing","Type":"message","Module":"DataModels"}]}}"#),
    ("routing", r#"{"Meta":{"Errors":[{"Text":"No subscriptions.","Type":"message","Module":"Subscriptions"}]}}"#),
    (
        "beyond",
        r#"{"Meta":{"Logs":[{"ID":"l-1"}],"Errors":[{"Text":"status code 400","Type":"transmission","Module":"Send"}]}}"#,
    ),
    ("no meta", r#"{"Errors":[{"Text":"failed"}]}"#),
    ("resource", r#"{"resourceType":"Bundle","type":"searchset","total":0,"issue":[{"severity":"error"}]}"#),
    ("hint", r#"{"resourceType":"OperationOutcome","issue":[{"severity":"information","code":"informational"}]}"#),
    ("issue", r#"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"not-found"}]}"#),
    ("both", r#"{"resourceType":"Patient","Meta":{"Errors":[{"Text":"failed"}]}}"#),
];

/// Rows: statuses, and their reading per column: of a message, then of a FHIR interaction where it differs. `+` accepted,
/// `!` accepted with errors, `R` rejected, `F` failed, `U` unauthorized, `L` rate limited, `T` target failed, `?` unknown.
const TABLE: [(&[u16], &str, Option<&str>); 11] = [
    // One sign per body: nothing, text, page, other json | logs, 2020 | message, routing, beyond | no meta
    // | resource, hint, issue, both.
    (&[200, 202, 299], "????++!!!????!", Some("??????????++!!")),
    (&[201, 204], "????++!!!????!", Some("+?????????++!!")),
    (&[301, 302, 307, 308], "TTTTTTTTTTTTTT", None),
    (&[400, 402, 405, 406, 409, 410, 413, 415, 416, 422, 431, 451, 499], "RRRRRRRTRRRRRR", None),
    (&[401], "UUUUUUUUUUUUUU", None),
    (&[404], "TTTTTTTTTTTTTT", Some("RRRRRRRRRRRRRR")),
    (&[403, 407, 408, 421, 425], "TTTTTTTTTTTTTT", None),
    (&[429], "LLLLLLLLLLLLLL", None),
    (&[500], "FFFFFFFTFFFFFF", None),
    (&[501, 502, 503, 505, 511], "TTTTTTTTTTTTTT", None),
    (&[0, 100, 101, 199, 300, 303, 304, 399, 504, 506, 507, 508, 510, 520, 522, 599, 600, 999], "??????????????", None),
];

/// Where a query is read differently: its destination failed it, which in 2020 came with this status.
const SYNC_EXCEPTION: (u16, &str, char) = (400, "beyond", '!');

fn sign(reply: &Reply) -> char {
    match reply {
        Reply::Accepted { .. } => '+',
        Reply::AcceptedWithErrors(_) => '!',
        Reply::Rejected(_) => 'R',
        Reply::Failed(_) => 'F',
        Reply::Unauthorized(_) => 'U',
        Reply::RateLimited { .. } => 'L',
        Reply::TargetFailed { .. } => 'T',
        Reply::Unknown { .. } => '?',
    }
}

fn plain(kind: RequestKind, status: u16, body: &str) -> Reply {
    read(kind, status, &ReplyHeaders::default(), ReplyBody::Whole(body.as_bytes()))
}

#[test]
fn every_status_and_body_is_read_as_the_table_says() {
    for (statuses, of_messages, of_fhir) in TABLE {
        for kind in KINDS {
            let row = if kind == RequestKind::Fhir { of_fhir.unwrap_or(of_messages) } else { of_messages };
            assert_eq!(row.len(), BODIES.len(), "{row} leaves a body out");
            for ((name, body), expected) in BODIES.iter().zip(row.chars()) {
                for &status in statuses {
                    let (at, column, finer) = SYNC_EXCEPTION;
                    let is_exception = kind == RequestKind::Sync && (status, *name) == (at, column);
                    let expected = if is_exception { finer } else { expected };
                    let reply = plain(kind, status, body);
                    assert_eq!(sign(&reply), expected, "{kind:?} {status} with body {name:?}: {reply:?}");
                    assert_eq!(reply.status(), status);
                }
            }
        }
    }
}

/// The table names every status that has a rule; of the others, the class decides.
#[test]
fn a_status_outside_the_table_is_read_like_its_class() {
    let listed = |status: u16| TABLE.iter().any(|(statuses, ..)| statuses.contains(&status));
    for status in (0..=1023).filter(|status| !listed(*status)) {
        let like = match status {
            200..=299 => 299,
            400..=499 => 499,
            _ => 999,
        };
        for (name, body) in BODIES {
            for kind in KINDS {
                let (own, model) = (sign(&plain(kind, status, body)), sign(&plain(kind, like, body)));
                assert_eq!(own, model, "{kind:?} {status} with body {name:?}");
            }
        }
    }
}

#[test]
fn no_status_is_accepted_outside_the_two_hundreds() {
    for (status, (name, body)) in (0..=1023).flat_map(|status| BODIES.map(|body| (status, body))) {
        for kind in KINDS {
            let reply = plain(kind, status, body);
            let (at, column, _) = SYNC_EXCEPTION;
            let reached = kind == RequestKind::Sync && (status, name) == (at, column);
            let safe = (200..300).contains(&status) || reply.is_certainly_not_accepted() || sign(&reply) == '?';
            assert!(safe || reached, "{kind:?} {status} with body {name:?}: {reply:?}");
        }
    }
}

#[test]
fn receipts_of_both_ages_are_read() {
    let receipt = |body: &str| plain(RequestKind::Async, 200, body).receipt().clone();
    let Receipt::Logs(logs) = receipt(BODIES[4].1) else { panic!("no logs") };
    assert_eq!((logs[0].log.as_str(), logs[0].attempt.as_ref().map(TechnicalId::as_str)), ("l-1", Some("a-1")));
    let Receipt::Message(id) = receipt(BODIES[5].1) else { panic!("no message id") };
    assert_eq!(id.as_str(), "6352609957");
    assert_eq!(receipt(r#"{"Meta":{}}"#), Receipt::None);
    assert_eq!(receipt(r#"{"Meta":{"Logs":"none","Message":7}}"#), Receipt::None);
    let Receipt::Logs(logs) = receipt(r#"{"Meta":{"Logs":[{"ID":9007199254740993},{"ID":"free text, no id"}]}}"#)
    else {
        panic!("integer log ids are ids")
    };
    assert_eq!((logs.len(), logs[0].log.as_str()), (1, "9007199254740993"));
}

#[test]
fn a_refusal_keeps_its_errors_and_its_receipt() {
    let Reply::AcceptedWithErrors(details) = plain(RequestKind::Sync, 400, BODIES[8].1) else { panic!("misread") };
    assert!(matches!(&details.receipt, Receipt::Logs(logs) if logs[0].log.as_str() == "l-1"));
    assert_eq!(details.errors[0].kind, Some(ErrorKind::Transmission));
    assert_eq!(details.errors[0].module, Some(ErrorModule::Send));
    assert_eq!(details.text, None);
    let Reply::Rejected(details) = plain(RequestKind::Async, 400, "Invalid request") else { panic!("misread") };
    assert_eq!(details.text.expect("text is kept").expose(), "Invalid request");
}

#[test]
fn gateway_errors_are_errors_too() {
    let Reply::TargetFailed { details, .. } = plain(RequestKind::Async, 502, r#"{"errorDetail":"upstream"}"#) else {
        panic!("misread")
    };
    assert_eq!(details.errors[0].text.as_ref().map(PeerText::expose), Some("upstream"));
    for detail in [r#""upstream""#, r#"{"code":7}"#] {
        let reply = plain(RequestKind::Async, 200, &format!(r#"{{"errorDetail":{detail},"Meta":{{}}}}"#));
        assert!(matches!(reply, Reply::AcceptedWithErrors(_)), "{reply:?}");
    }
}

#[test]
fn many_errors_are_counted_and_the_first_are_kept() {
    let body = json!({"Meta": {"Errors": vec![json!({"Text": "x"}); MAX_ERRORS + 3]}}).to_string();
    let Reply::Rejected(details) = plain(RequestKind::Async, 400, &body) else { panic!("misread") };
    assert_eq!((details.errors.len(), details.errors_total), (MAX_ERRORS, MAX_ERRORS + 3));
}

#[test]
fn the_reason_of_an_unknown_is_told() {
    let why = |status, content_type, body| {
        let headers = ReplyHeaders { content_type: Some(content_type), ..ReplyHeaders::default() };
        match read(RequestKind::Async, status, &headers, body) {
            Reply::Unknown { why, .. } => why,
            other => panic!("not unknown: {other:?}"),
        }
    };
    assert_eq!(why(200, "Text/HTML; charset=utf-8", ReplyBody::Whole(b"<html>")), UnknownWhy::NotJson { html: true });
    assert_eq!(why(200, "application/json", ReplyBody::Whole(b"")), UnknownWhy::NotJson { html: false });
    assert_eq!(why(200, "application/json", ReplyBody::Whole(b"[1]")), UnknownWhy::NoMeta);
    assert_eq!(why(200, "application/json", ReplyBody::Whole(br#"{"Meta":null}"#)), UnknownWhy::NoMeta);
    let listed = br#"{"Meta":[null,null,null]}"#;
    assert_eq!(why(200, "application/json", ReplyBody::Whole(listed)), UnknownWhy::NoMeta);
    assert_eq!(why(200, "application/json", ReplyBody::TooLong), UnknownWhy::TooLong);
    assert_eq!(why(504, "text/html", ReplyBody::Whole(b"")), UnknownWhy::GatewayTimeout);
    assert_eq!(why(520, "text/html", ReplyBody::Whole(b"")), UnknownWhy::UnlistedStatus);
}

#[test]
fn a_body_cut_short_never_decides() {
    let cut = |status, body: &'static [u8]| {
        read(RequestKind::Async, status, &ReplyHeaders::default(), ReplyBody::CutShort(body))
    };
    assert!(matches!(cut(200, br#"{"Meta":{}}"#), Reply::Unknown { why: UnknownWhy::CutShort, .. }));
    assert!(matches!(cut(400, br#"{"Meta":{"Err"#), Reply::TargetFailed { cause: TargetCause::CutShort, .. }));
    assert!(matches!(cut(401, b""), Reply::Unauthorized(_)));
    assert!(matches!(cut(500, b""), Reply::Failed(_)));
    assert!(matches!(cut(503, b""), Reply::TargetFailed { cause: TargetCause::Unavailable, .. }));
}

#[test]
fn a_wait_is_read_as_seconds_or_against_the_servers_clock() {
    let wait = |retry_after, date| {
        let headers =
            ReplyHeaders { retry_after: Some(retry_after), rate_limit: Some("7500"), date, content_type: None };
        match read(RequestKind::Async, 429, &headers, ReplyBody::Whole(b"")) {
            Reply::RateLimited { retry_after, limit, .. } => (retry_after.map(|wait| wait.as_secs()), limit),
            other => panic!("not limited: {other:?}"),
        }
    };
    let date = Some("Sun, 06 Nov 1994 08:49:37 GMT");
    assert_eq!(wait("120", None), (Some(120), Some(7500)));
    assert_eq!(wait("Sun, 06 Nov 1994 08:50:07 GMT", date), (Some(30), Some(7500)));
    assert_eq!(wait("Sun, 06 Nov 1994 08:00:00 GMT", date), (Some(0), Some(7500)));
    assert_eq!(wait("Sun, 06 Nov 1994 08:50:07 GMT", None), (None, Some(7500)));
    assert_eq!(wait("soon", date), (None, Some(7500)));
}

#[test]
fn g8_nothing_that_a_peer_wrote_is_shown() {
    let body = r#"{"Meta":{"Errors":[{"Text":"Testpatient, Invented","Type":"Testpatient","Module":"Testpatient","DestinationStatusCode":"Testpatient","ID":"Testpatient, Invented"}]}}"#;
    for (status, body) in [(400, body), (200, body), (400, "Testpatient"), (200, "Testpatient")] {
        let shown = format!("{:?}", plain(RequestKind::Sync, status, body));
        assert!(!shown.contains("Testpatient"), "{shown}");
    }
}

/// Any JSON, with the members that matter more likely than chance has them.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let name = prop_oneof![
            Just("Meta".to_owned()),
            Just("Errors".to_owned()),
            Just("Logs".to_owned()),
            Just("Message".to_owned()),
            Just("ID".to_owned()),
            Just("resourceType".to_owned()),
            Just("issue".to_owned()),
            "[a-z]{1,4}",
        ];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(name, inner, 0..4).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

/// One real error, in any of the shapes that count as one.
fn any_error() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!([{}])),
        Just(json!([{"Text": "x"}])),
        Just(json!({"Text": "x"})),
        Just(json!("x")),
        Just(json!(true)),
        proptest::collection::vec(any_json().prop_filter("is no absence", |value| !value.is_null()), 1..3)
            .prop_map(Value::from),
    ]
}

proptest! {
    #[test]
    fn no_bytes_panic(status in 0_u16..1100, body in proptest::collection::vec(any::<u8>(), 0..300), cut in any::<bool>()) {
        for kind in KINDS {
            let body = if cut { ReplyBody::CutShort(&body) } else { ReplyBody::Whole(&body) };
            let _ = read(kind, status, &ReplyHeaders::default(), body);
        }
    }

    #[test]
    fn no_json_panics_and_acceptance_needs_an_answer(status in 0_u16..1100, value in any_json()) {
        for kind in KINDS {
            let reply = plain(kind, status, &value.to_string());
            if matches!(reply, Reply::Accepted { .. }) {
                let answer = if kind == RequestKind::Fhir { value["resourceType"].is_string() } else { value["Meta"].is_object() };
                prop_assert!((200..300).contains(&status) && answer, "{}", value);
            }
        }
    }

    #[test]
    fn an_outcome_with_an_issue_is_never_plainly_accepted(status in 0_u16..1100, issue in any_error(), harmless in any::<bool>()) {
        let mut issues = vec![issue];
        if harmless { issues.insert(0, json!({"severity": "information"})) }
        let outcome = json!({"resourceType": "OperationOutcome", "issue": issues});
        let read = plain(RequestKind::Fhir, status, &outcome.to_string());
        prop_assert!(!matches!(read, Reply::Accepted { .. }), "{} {} was accepted", status, outcome);
    }

    #[test]
    fn what_carries_errors_is_never_plainly_accepted(status in 0_u16..1100, errors in any_error(), at_top in any::<bool>(), meta in any_json()) {
        let mut reply = json!({"resourceType": "Patient", "Meta": if meta.is_object() { meta } else { json!({}) }});
        if at_top { reply["Errors"] = errors } else { reply["Meta"]["Errors"] = errors }
        for kind in KINDS {
            let read = plain(kind, status, &reply.to_string());
            prop_assert!(!matches!(read, Reply::Accepted { .. }), "{} {} was accepted", status, reply);
        }
    }

    #[test]
    fn a_second_member_cannot_hide_the_first(swap in any::<bool>()) {
        let (one, two) = (r#""Errors":[{"Text":"x"}]"#, r#""Errors":[]"#);
        let (one, two) = if swap { (two, one) } else { (one, two) };
        for body in [format!(r#"{{"Meta":{{{one},{two}}}}}"#), format!(r#"{{"Meta":{{{one}}},"Meta":{{{two}}}}}"#)] {
            let read = plain(RequestKind::Async, 200, &body);
            prop_assert!(matches!(read, Reply::Unknown { .. }), "{} was read as {:?}", body, read);
        }
    }

    #[test]
    fn a_wait_never_panics(text in "\\PC{0,40}", date in "\\PC{0,40}") {
        let headers = ReplyHeaders { retry_after: Some(&text), date: Some(&date), ..ReplyHeaders::default() };
        let _ = headers.retry_after().map(|wait| wait.min(Duration::from_hours(1)));
    }
}
