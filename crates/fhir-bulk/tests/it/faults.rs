//! Servers that go wrong: what is survived, and what is refused without leaving anything that looks whole.

use crate::world::{World, small};
use fhir_bulk::{Export, ExportError, Fault, FileError};
use redox_emulator::BulkConfig;
use serde_json::json;
use std::time::Duration;

const LOCK: &str = "manifest.lock.json";

/// Survives the faults, ends whole, and keeps every wait within its limits.
async fn survives(bulk: BulkConfig, faults: serde_json::Value) -> World {
    let world = World::new(bulk).await;
    world.change(json!({"faults": faults})).await;
    let report = world.export(Export::default()).await;
    assert_eq!(report.map(|report| report.receipt.files.len()).map_err(|error| error.to_string()), Ok(7), "{faults}");
    let waits = world.clock.waits.lock().unwrap().clone();
    assert!(waits.iter().all(|wait| (1..=300).contains(&wait.as_secs())), "{waits:?}");
    world
}

#[tokio::test]
async fn storms_of_refusals_are_waited_out() {
    // As one server sends them: the time of day in milliseconds; 5 hours; nonsense.
    for retry_after in ["1795377426219", "18000", "later", ""] {
        let faults = json!({
            "busy_kick_offs": 3, "busy_polls": 4, "failing_polls": 3, "busy_files": 12, "failing_files": 5, "retry_after": retry_after,
        });
        survives(small(), faults).await;
    }
}

#[tokio::test]
async fn broken_files_begin_again_whole() {
    for gzip in [true, false] {
        let world = survives(BulkConfig { gzip, ..small() }, json!({"broken_files": 3})).await;
        assert!(world.seen.any("retry") && world.seen.any("broke"), "{:?}", world.seen);
        let state = world.state().await;
        assert_eq!((&state["counts"]["files"], &state["counts"]["ranges"]), (&json!(10), &json!(0)));
    }
}

#[tokio::test]
async fn broken_files_are_continued_where_the_server_can() {
    let bulk = BulkConfig { gzip: false, ranges: true, ..small() };
    let whole = survives(bulk.clone(), json!({})).await;
    let world = survives(bulk, json!({"broken_files": 3})).await;
    assert_eq!(world.state().await["counts"]["ranges"], 3);
    let strip = |mut files: std::collections::BTreeMap<String, Vec<u8>>| {
        files.remove(LOCK);
        files
    };
    assert_eq!(strip(world.files()), strip(whole.files()));
}

#[tokio::test]
async fn content_that_is_wrong_once_is_fetched_again() {
    for fault in ["cut_files", "short_files", "garbled_files", "mixed_files"] {
        let world = survives(small(), json!({fault: 1})).await;
        assert!(world.seen.any("retry"), "{fault}");
    }
}

#[tokio::test]
async fn content_that_stays_wrong_is_kept_aside_and_the_rest_comes() {
    let table = [
        ("cut_files", "line 10 is not JSON"),
        ("short_files", "it has 9 resources, but 10 were announced"),
        ("garbled_files", "line 1 is not JSON (column 1)"),
        ("mixed_files", "line 1 is a resource of type Group, but the file is announced as"),
    ];
    for (fault, text) in table {
        let mut world = World::new(small()).await;
        world.limits.parallel = 1;
        world.change(json!({"faults": {fault: 2}})).await;
        let error = world.export(Export::default()).await.unwrap_err();
        assert_eq!(error.fault(), Fault::Invalid);
        let ExportError::Files { failed, all: 7 } = &error else { panic!("{error}") };
        let [FileError::Rejected { name, aside, .. }] = failed.as_slice() else { panic!("{error}") };
        assert!(error.to_string().contains(&format!("{name}: {text}")), "{error}");
        assert!(aside.ends_with(format!(".job/{name}.rejected")) && aside.exists());
        let files = world.files();
        assert!(!files.contains_key(name) && !files.contains_key(LOCK));
        assert_eq!(files.len(), 6, "the others are in place");
        // The server is put right, and only what is missing is asked for.
        let before = world.state().await["counts"]["files"].as_u64().unwrap();
        world.resume().await.unwrap();
        assert_eq!(world.state().await["counts"]["files"].as_u64().unwrap(), before + 1);
        assert_eq!(world.files().len(), 8);
    }
}

#[tokio::test]
async fn wrong_counts_are_refused_or_only_told() {
    let faults = json!({"faults": {"wrong_counts": true}});
    let world = World::new(small()).await;
    world.change(faults.clone()).await;
    let error = world.export(Export::default()).await.unwrap_err();
    assert_eq!(error.fault(), Fault::Invalid);
    assert!(error.to_string().starts_with("7 of 7 files are missing"), "{error}");
    assert_eq!(world.files().len(), 0);

    let mut world = World::new(small()).await;
    world.change(faults).await;
    world.limits.counts = fhir_bulk::CountRule::Warn;
    world.export(Export::default()).await.unwrap();
    assert!(world.seen.any("has 10 lines, but 11 were announced"));
}

#[tokio::test]
async fn links_that_end_are_asked_for_again() {
    let links_live = Some(jiff::SignedDuration::from_secs(3));
    let bulk = BulkConfig { links_live, ..small() };
    // Every refusal moves the clock on by more than a link lives.
    let world = survives(bulk, json!({"busy_files": 5, "retry_after": "10"})).await;
    assert!(world.seen.any("LinksRenewed"), "{:?}", world.seen);
}

#[tokio::test]
async fn links_that_stay_dead_end_in_a_clear_error() {
    let links_live = Some(jiff::SignedDuration::ZERO);
    let world = World::new(BulkConfig { links_live, ..small() }).await;
    let error = world.export(Export::default()).await.unwrap_err();
    assert_eq!(error.fault(), Fault::Peer);
    assert!(error.to_string().contains("the link is refused with status 410"), "{error}");
    assert!(!world.files().contains_key(LOCK));
}

#[tokio::test]
async fn manifests_that_are_none_are_refused() {
    let table = [
        ("garbled_manifest", "the manifest is not JSON"),
        ("path_as_type", "output[0].type of the manifest is not the name"),
    ];
    for (fault, text) in table {
        let world = World::new(small()).await;
        world.change(json!({"faults": {fault: true}})).await;
        let error = world.export(Export::default()).await.unwrap_err();
        assert!(error.to_string().contains(text), "{error}");
        assert_eq!((error.fault(), world.files().len()), (Fault::Invalid, 0));
        world.change(json!({"faults": {}})).await;
        world.resume().await.unwrap();
    }
}

#[tokio::test]
async fn failed_job_is_told_by_codes_and_its_words_are_kept() {
    let world = World::new(small()).await;
    world.change(json!({"faults": {"failing_jobs": true}})).await;
    let error = world.export(Export::default()).await.unwrap_err();
    assert_eq!(error.fault(), Fault::Peer);
    let text = error.to_string();
    assert!(
        text.starts_with("the export failed with status 500 (error: processing); its words are kept in "),
        "{text}"
    );
    assert!(!text.contains("as it was told to"));
    assert!(std::fs::read_to_string(world.dir.join(".job/outcome.json")).unwrap().contains("as it was told to"));
}

#[tokio::test]
async fn job_that_the_server_forgot_is_gone() {
    let world = World::new(small()).await;
    world.change(json!({"faults": {"failing_jobs": true}})).await;
    world.export(Export::default()).await.unwrap_err();
    world.redox.control().call(http::Method::DELETE, "/bulk/jobs", &serde_json::Value::Null).await.unwrap();
    let error = world.resume().await.unwrap_err();
    assert!(matches!(error, ExportError::Gone(404)), "{error}");
}

#[tokio::test]
async fn server_that_is_not_there_is_a_peer_that_could_not_be_reached() {
    let mut world = World::new(small()).await;
    world.limits.attempts = 2;
    let exporter = world.exporter();
    // The port is given back; nobody answers there.
    let World { redox, dir, clock, .. } = world;
    redox.shutdown().await;
    let error = exporter.run(&dir, fhir_bulk::Start::New(Box::default())).await.unwrap_err();
    assert_eq!(error.fault(), Fault::Peer);
    assert!(error.to_string().contains("could not be reached"), "{error}");
    assert!(clock.waits.lock().unwrap().iter().all(|wait| *wait <= Duration::from_mins(5)));
}
