//! Exports that go well: every level, every generation, and what is in the folder afterwards.

use crate::world::{START, World, kinds, small};
use aws_lc_rs::digest;
use fhir_bulk::kickoff::Generation;
use fhir_bulk::names::Section;
use fhir_bulk::{Export, ExportError, Exporter, Fault, Level, Start};
use redox_emulator::{BulkConfig, BulkGeneration};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;

#[tokio::test]
async fn whole_export_is_in_place_with_its_lock_file() {
    let world = World::new(BulkConfig { error_file: true, ..small() }).await;
    let report = world.export(Export::default()).await.unwrap();
    let files = world.files();
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    let expect = [
        "0001-Patient.ndjson",
        "0002-Encounter.ndjson",
        "0003-Encounter.ndjson",
        "0004-Observation.ndjson",
        "0005-Observation.ndjson",
        "0006-Observation.ndjson",
        "0007-Observation.ndjson",
        "error-0001-OperationOutcome.ndjson",
        "manifest.lock.json",
    ];
    assert_eq!(names, expect);
    let lock: Value = serde_json::from_slice(&files["manifest.lock.json"]).unwrap();
    assert_eq!(lock["transactionTime"], START);
    assert_eq!(lock["severities"], json!({"error": 1, "warning": 2}));
    for file in lock["files"].as_array().unwrap() {
        let bytes = &files[file["name"].as_str().unwrap()];
        let hash: Vec<String> =
            digest::digest(&digest::SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        let hash = hash.concat();
        assert_eq!((file["bytes"].as_u64(), file["sha256"].as_str()), (Some(bytes.len() as u64), Some(hash.as_str())));
        assert_eq!(file["lines"], String::from_utf8_lossy(bytes).lines().count());
    }
    assert_eq!(report.receipt.total(Section::Output).1, 10 + 20 + 40);
    assert_eq!(report.deleted, None);
    let mode = |name: &str| std::fs::metadata(world.dir.join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!([mode(""), mode("0001-Patient.ndjson"), mode("manifest.lock.json")], [0o700, 0o600, 0o600]);
    let work: Vec<_> =
        std::fs::read_dir(world.dir.join(".job")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(work.iter().all(|name| !name.to_string_lossy().ends_with(".part")), "{work:?}");
    // The error file is the first one asked for, and nothing needed a token.
    assert_eq!(world.seen.place("started error-0001"), world.seen.place("started "));
    let counts = &world.state().await["counts"];
    assert_eq!((&counts["tokens_seen"], &counts["compressed"]), (&json!(0), &json!(8)));
}

#[tokio::test]
async fn levels_and_parameters_reach_the_server() {
    let table = [
        (Export { level: Level::Patients, types: kinds(&["Patient"]), ..Export::default() }, 10),
        (Export { level: Level::Group("3".to_owned()), types: kinds(&["Patient"]), ..Export::default() }, 1),
        (
            Export {
                patients: vec!["p-4".to_owned(), "Patient/p-5".to_owned()],
                types: kinds(&["Encounter"]),
                ..Export::default()
            },
            4,
        ),
        (Export { extra: vec![("x-own".to_owned(), "1".to_owned())], ..Export::default() }, 70),
        (Export { since: Some(START.to_owned()), ..Export::default() }, 7),
    ];
    for (export, lines) in table {
        let world = World::new(small()).await;
        let has_since = export.since.is_some();
        let report = world.export(export).await.unwrap();
        assert_eq!(report.receipt.total(Section::Output).1, lines);
        assert_eq!(report.receipt.total(Section::Deleted).0, usize::from(has_since));
        assert_eq!(world.files().contains_key("deleted-0001-Bundle.ndjson"), has_since);
    }
}

#[tokio::test]
async fn four_generations_of_servers_are_understood() {
    let table = [
        (BulkGeneration::V1, Generation::V1),
        (BulkGeneration::V2, Generation::V2),
        (BulkGeneration::V3, Generation::V3),
        (BulkGeneration::V4, Generation::V4),
    ];
    for (theirs, ours) in table {
        let bulk = BulkConfig { generation: theirs, files_per_page: Some(3), error_file: true, ..small() };
        let world = World::new(bulk).await;
        let allow_partial_manifests = ours >= Generation::V3;
        let export = Export { generation: ours, allow_partial_manifests, ..Export::default() };
        let report = world.export(export).await.unwrap();
        assert_eq!(report.receipt.total(Section::Output).1, 70, "{ours:?}");
        assert_eq!(report.receipt.total(Section::Error).1, 3, "{ours:?}");
        let pages = world.state().await["jobs"][0]["pages"].clone();
        assert_eq!(pages, if allow_partial_manifests { 3 } else { 1 });
    }
}

#[tokio::test]
async fn files_of_early_pages_come_while_the_job_still_runs() {
    let job_time = jiff::SignedDuration::from_secs(100);
    let bulk = BulkConfig { generation: BulkGeneration::V3, files_per_page: Some(2), job_time, ..small() };
    let world = World::new(bulk).await;
    let export = Export { generation: Generation::V3, allow_partial_manifests: true, ..Export::default() };
    let report = world.export(export).await.unwrap();
    assert_eq!(report.receipt.total(Section::Output), (7, 70, report.receipt.total(Section::Output).2));
    assert!(world.seen.place("done 0001-Patient") < world.seen.place("Page { number: 3"));
}

#[tokio::test]
async fn job_is_deleted_at_the_end_and_only_then_the_next_one_begins() {
    let mut world = World::new(BulkConfig { one_job: true, ..small() }).await;
    world.limits.delete_after = true;
    let report = world.export(Export::default()).await.unwrap();
    assert_eq!(report.deleted, Some(true));
    assert_eq!(world.state().await["jobs"][0]["is_deleted"], true);
    // What is finished stays finished, without asking the server, which has forgotten it.
    let again = world.resume().await.unwrap();
    assert_eq!((again.receipt, again.deleted), (report.receipt, Some(true)));
    world.dir.set_file_name("second");
    assert!(world.export(Export::default()).await.is_ok());
}

#[tokio::test]
async fn cancel_deletes_the_job_and_ends_the_export() {
    let job_time = jiff::SignedDuration::from_hours(1);
    let mut world = World::new(BulkConfig { job_time, ..small() }).await;
    world.limits.patience = std::time::Duration::from_mins(1);
    let error = world.export(Export::default()).await.unwrap_err();
    assert!(matches!(error, ExportError::Patience(_)) && error.fault() == Fault::Peer, "{error}");
    assert!(world.exporter().cancel(&world.dir).await.unwrap());
    assert_eq!(world.state().await["jobs"][0]["is_deleted"], true);
    let error = world.resume().await.unwrap_err();
    assert!(matches!(error, ExportError::Cancelled(_)) && error.fault() == Fault::Usage, "{error}");
}

#[tokio::test]
async fn folders_are_not_mixed_up() {
    let world = World::new(small()).await;
    let nothing = |error: ExportError| assert!(matches!(error, ExportError::NoJob { .. }), "{error}");
    nothing(world.resume().await.unwrap_err());
    nothing(world.exporter().cancel(&world.dir).await.unwrap_err());
    assert!(!world.dir.exists(), "a slip leaves no trace");
    let bad = Export { since: Some("last week".to_owned()), ..Export::default() };
    assert_eq!(world.export(bad).await.unwrap_err().fault(), Fault::Usage);
    assert!(!world.dir.exists(), "a slip leaves no trace");
    world.export(Export::default()).await.unwrap();
    let error = world.export(Export::default()).await.unwrap_err();
    assert!(matches!(error, ExportError::NotEmpty { .. }), "{error}");
    let job = Exporter::look(&world.dir).await.unwrap().unwrap();
    assert_eq!(job.base, world.base().as_str());
    let other = World::new(small()).await;
    let error = other.exporter().run(&world.dir, Start::Resume).await.unwrap_err();
    assert!(matches!(error, ExportError::OtherServer { .. }), "{error}");
}

#[tokio::test]
async fn two_processes_do_not_share_a_folder() {
    let world = World::new(small()).await;
    std::fs::create_dir_all(world.dir.join(".job")).unwrap();
    let lock = std::fs::File::create(world.dir.join(".job/lock")).unwrap();
    lock.try_lock().unwrap();
    let error = world.export(Export::default()).await.unwrap_err();
    assert!(error.to_string().contains("another export is at work"), "{error}");
    drop(lock);
    assert!(world.export(Export::default()).await.is_ok());
}

#[tokio::test]
async fn level_that_is_not_announced_is_not_asked_for() {
    let mut world = World::new(BulkConfig { levels: vec!["group".to_owned()], ..small() }).await;
    let error = world.export(Export::default()).await.unwrap_err();
    assert!(matches!(error, ExportError::NotAnnounced(Level::System)), "{error}");
    assert_eq!(world.state().await["counts"]["kick_offs"], 0);
    world.dir.set_file_name("second");
    world.limits.check_capabilities = false;
    assert!(world.export(Export::default()).await.is_ok());
}
