//! What a group costs, pinned by exact counts instead of times.

use super::sample::{accept as new, accept_logged};
use super::{Place, noise, try_accept};
use crate::command::Accepted;
use crate::view::Change;
use oxgate_core::limits::LANE_WINDOW;
use std::collections::HashSet;
use std::fs;

/// A log's header, and a frame of one 4 KiB page with its header.
const LOG_HEADER: u64 = 32;
const FRAME: u64 = 24 + 4_096;

fn log_frames(place: &Place) -> u64 {
    (fs::metadata(place.path().join("oxgate.db-wal")).unwrap().len() - LOG_HEADER) / FRAME
}

/// Pages of the log for a hundred single events with such bodies.
async fn pages_of_100(body_of: impl Fn(u64) -> Vec<u8>) -> u64 {
    let place = Place::new();
    let store = place.open();
    // The first ones make names, lanes and tables' first pages.
    for body in 1..=20 {
        try_accept(&store, accept_logged(body, &format!("log-{body}"), "a"), &body_of(body)).await.unwrap();
    }
    let (before, groups) = (log_frames(&place), store.counters().groups);
    for body in 21..=120 {
        try_accept(&store, accept_logged(body, &format!("log-{body}"), "a"), &body_of(body)).await.unwrap();
    }
    assert_eq!(store.counters().groups - groups, 100, "one event, one group, one sync");
    log_frames(&place) - before
}

/// Eight log pages for a single event of 4.4 KB that does not compress, and what page splits add now and then; less
/// than seven for one that compresses as clinical JSON does.
#[tokio::test]
async fn an_accept_writes_few_pages() {
    let incompressible = pages_of_100(|body| noise(body, 4_400)).await;
    assert!((700..=850).contains(&incompressible), "{incompressible} pages for 100 events");
    let clinical = pages_of_100(|body| [noise(body, 1_100), vec![b' '; 3_300]].concat()).await;
    assert!((500..=700).contains(&clinical), "{clinical} pages for 100 events");
}

#[tokio::test]
async fn duplicates_alone_write_nothing() {
    let place = Place::new();
    let store = place.open();
    try_accept(&store, accept_logged(1, "log-1", "a"), b"{}").await.unwrap();
    let (before, frames) = (store.counters(), log_frames(&place));
    for body in 2..=11 {
        let again = try_accept(&store, accept_logged(body, "log-1", "a"), b"{}").await.unwrap();
        assert!(matches!(again, Accepted::Duplicate(_)));
    }
    let after = store.counters();
    assert_eq!(log_frames(&place), frames);
    assert_eq!((after.groups, after.events), (before.groups, before.events));
    assert_eq!(
        (after.duplicates, after.groups_without_write),
        (before.duplicates + 10, before.groups_without_write + 10)
    );
    assert_eq!(after.commands, before.commands + 10);
}

/// The log is copied away and started over while events keep coming, and the dispatcher's share stays bounded.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_and_the_news_stay_bounded() {
    let place = Place::new();
    let store = place.open();
    let tasks: Vec<_> = (0..16)
        .map(|task| {
            let store = store.clone();
            tokio::spawn(async move {
                for body in 1..=150 {
                    try_accept(&store, new(task * 1_000 + body), &noise(body, 9_000)).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let counters = store.counters();
    assert_eq!(counters.events, 2_400);
    assert!(counters.groups <= 2_400 && counters.checkpoints > 0, "{counters:?}");
    let news = store.changes().await;
    assert!(news.len() <= LANE_WINDOW + 2, "{}", news.len());
    assert!(matches!(news.last(), Some(Change::Overflow { .. })));
    let lane = store.busy_lanes().await.unwrap()[0].id;
    let (mut from, mut seen) = ((0, 0), HashSet::new());
    loop {
        let window = store.window(lane, from, LANE_WINDOW).await.unwrap();
        let Some(last) = window.last() else { break };
        from = (last.rank, last.id.n + 1);
        seen.extend(window.iter().map(|open| open.id));
    }
    assert_eq!(seen.len(), 2_400);
    assert_eq!(store.lane_depth(lane).await.unwrap().open, 2_400);
}
