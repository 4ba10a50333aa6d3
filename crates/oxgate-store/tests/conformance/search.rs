//! Search keys with the place up to which they are complete, lists with cursors, and what others have noticed.

use super::bed::{Bed, Open};
use super::sample::{NOON, accept, hash, refusal};
use oxgate_core::delivery::Policy;
use oxgate_core::{DeliveryId, EventId, Fact};
use oxgate_store::command::{Command, IndexKey};
use std::time::Duration;

const DAY: Duration = Duration::from_hours(24);

fn key(text: &str, event: EventId, days: i64) -> IndexKey {
    IndexKey { day: NOON.0 / 86_400_000 + days, kind: 5, hash: hash(text), event: event.seq }
}

fn found<O: Open>(bed: &Bed<O>, text: &str, before: u64, limit: u32) -> (Vec<EventId>, u64) {
    let (rows, through) = bed.read(|reads| reads.search(5, hash(text), before, limit));
    (rows.into_iter().map(|row| row.id).collect(), through)
}

pub(crate) fn events_are_found_by_key_newest_first<O: Open>() {
    let mut bed = Bed::<O>::new();
    assert_eq!(found(&bed, "mango", u64::MAX, 9), (Vec::new(), 0));
    let [a, b, c] = [1, 2, 3].map(|body| bed.accept(accept(body)).event);
    let keys = vec![key("mango", a, 0), key("mango", b, 0), key("papaya", b, 0), key("mango", c, 1)];
    let index = Command::Index { through: c.seq, keys };
    // The same again after a crash that left it unclear whether it was written.
    bed.run(index.clone());
    bed.run(index);
    bed.reopen();
    assert_eq!(found(&bed, "mango", u64::MAX, 9), (vec![c, b, a], c.seq));
    assert_eq!(found(&bed, "mango", u64::MAX, 2).0, [c, b]);
    assert_eq!(found(&bed, "mango", b.seq, 9).0, [a]);
    assert_eq!(found(&bed, "papaya", u64::MAX, 9).0, [b]);
    assert!(found(&bed, "quince", u64::MAX, 9).0.is_empty());
    assert!(bed.read(|reads| reads.search(1, hash("mango"), u64::MAX, 9)).0.is_empty(), "another kind of key");
}

pub(crate) fn search_keys_go_with_the_records<O: Open>() {
    let mut bed = Bed::<O>::new();
    let event = bed.accept(accept(1)).event;
    bed.run(Command::Index { through: event.seq, keys: vec![key("mango", event, 0), key("mango", event, 800)] });
    bed.wait(DAY * 731);
    bed.rows(Command::Sweep { rows: 16 });
    // The event is still open, so its row stays; its key of the old day is gone, the later one is not.
    assert_eq!(found(&bed, "mango", u64::MAX, 9).0, [event]);
    bed.wait(DAY * 801);
    bed.rows(Command::Sweep { rows: 16 });
    assert!(found(&bed, "mango", u64::MAX, 9).0.is_empty());
}

pub(crate) fn parked_ones_are_read_page_by_page<O: Open>() {
    let mut bed = Bed::<O>::new();
    let strict = Policy { failures_max: 1, failures_span: Duration::ZERO, ..Policy::HANDLER };
    let ids: Vec<DeliveryId> = (1..=5).map(|body| bed.accept(accept(body))).collect();
    for id in &ids {
        bed.fact(*id, refusal(), strict);
    }
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = bed.read(|reads| reads.parked(None, after, 2));
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        seen.extend(page.iter().map(|row| row.id));
        // What is decided between two pages neither hides nor repeats others.
        bed.fact(page[0].id, Fact::Cancel, strict);
    }
    assert_eq!(seen, ids);
}

pub(crate) fn what_others_notice_is_told<O: Open>() {
    let mut bed = Bed::<O>::with_ops(&["watch"]);
    let data = serde_json::json!({ "endpoint": "main" });
    bed.run(Command::Report { what: "feed.silent".into(), event: None, data: data.clone() });
    let reports = bed.reports();
    assert_eq!((reports.len(), &reports[0]["type"], &reports[0]["data"]), (1, &"feed.silent".into(), &data));
}
