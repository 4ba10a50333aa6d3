//! Envelopes, pages, elements and refusals of the platform API.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn whole(status: u16, body: &Value) -> Result<Answer, Refusal> {
    read(status, &ReplyHeaders::default(), ReplyBody::Whole(body.to_string().as_bytes()))
}

fn page<T: Element>(body: &Value) -> Page<T> {
    whole(200, body).and_then(|answer| answer.page()).expect("is a list")
}

#[test]
fn an_element_that_cannot_be_read_is_counted() {
    let page: Page<Source> = page(&json!({"payload": {"sources": [{"id": "s-1"}, {"name": "no id"}, 7]}}));
    assert_eq!((page.items.len(), page.unreadable, page.elements()), (1, 2, 3));
    let missing = whole(200, &json!({"payload": {}})).expect("an envelope").page::<Source>();
    assert_eq!(missing, Err(Refusal::Unreadable { status: 200 }));
}

#[test]
fn a_cursor_is_found_under_its_usual_names() {
    let cursor = |meta: Value| page::<Log>(&json!({"meta": meta, "payload": {"logs": []}})).next_cursor;
    assert_eq!(cursor(json!({"page": {"nextCursor": "abc"}})).as_deref(), Some("abc"));
    assert_eq!(cursor(json!({"page": {"cursor": 100}})).as_deref(), Some("100"));
    for none in [json!({"page": {"nextCursor": null}}), json!({"page": {"nextCursor": ""}}), json!({}), json!(null)] {
        assert_eq!(cursor(none.clone()), None, "{none}");
    }
}

#[test]
fn a_log_is_read_as_far_as_it_goes() {
    let log = Log::from_json(&json!({
        "id": "l-1", "type": "SEND", "dataModel": "Order", "source": {"id": "s"}, "destinationId": "d",
        "createdAt": "2026-03-02T09:30:01.000Z",
        "attempts": {"total": 3, "latest": {"id": "a", "attemptAt": "2026-03-02T09:30:02.000Z", "status": "filtered"}},
    }))
    .expect("has an id");
    assert_eq!((log.kind, log.status), (Some(LogKind::Send), Some(LogStatus::Filtered)));
    assert_eq!(log.source.as_ref().map(TechnicalId::as_str), Some("s"));
    assert_eq!(log.destination.as_ref().map(TechnicalId::as_str), Some("d"));
    assert_eq!((log.created_at, log.attempts), (Some(1_772_443_801_000), Some(3)));
    assert_eq!(Log::from_json(&json!({"status": "failed"})), None);
}

#[test]
fn a_deleted_subscription_is_one() {
    let read = |deleted: Value| {
        let value =
            json!({"source": {"id": "s"}, "destination": {"id": "d"}, "dataModel": "Order", "deletedAt": deleted});
        Subscription::from_json(&value).expect("is a subscription").is_deleted
    };
    assert!(!read(json!(null)) && read(json!("2026-03-02T09:30:01.000Z")));
}

#[test]
fn a_filter_says_only_what_it_restricts() {
    assert_eq!(LogFilter::default().pairs(), []);
    let filter = LogFilter {
        kind: Some(LogKind::Send),
        created_after: Some(1_772_443_801_000),
        data_mode: Some(DataMode::Backfill),
        ..LogFilter::default()
    };
    let own = |name, value: &str| (name, value.to_owned());
    assert_eq!(
        filter.pairs(),
        [own("dataMode", "backfill"), own("createdAfter", "2026-03-02T09:30:01.000Z"), own("type", "send")]
    );
}

#[test]
fn every_status_has_a_meaning() {
    let word = |status| whole(status, &json!({"payload": {}})).map_or_else(|refusal| refusal.word(), |_| "answered");
    for (statuses, expected) in [
        (&[200_u16, 201][..], "answered"),
        (&[401], "unauthorized"),
        (&[403], "forbidden"),
        (&[404], "not-found"),
        (&[429], "rate-limited"),
        (&[408, 500, 502, 503, 504, 599], "unavailable"),
        (&[100, 302, 400, 405, 413, 422], "refused"),
    ] {
        for &status in statuses {
            assert_eq!(word(status), expected, "{status}");
        }
    }
    let cut = read(200, &ReplyHeaders::default(), ReplyBody::CutShort(br#"{"payload":{}}"#));
    assert_eq!(cut, Err(Refusal::Unreadable { status: 200 }));
}

#[test]
fn g8_the_words_of_a_refusal_are_not_shown() {
    let refusal = whole(400, &json!("Testpatient")).expect_err("is a refusal");
    assert!(!format!("{refusal} {refusal:?}").contains("Testpatient"));
}

proptest! {
    #[test]
    fn nothing_panics(status in 0_u16..1000, body in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(answer) = read(status, &ReplyHeaders::default(), ReplyBody::Whole(&body)) {
            let _ = (answer.page::<Log>(), answer.one::<Destination>());
        }
    }
}
