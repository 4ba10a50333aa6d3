//! `oxgate fhir export` against a bulk server: what a person sees, exit codes, and a kill at every request.

use crate::child::{BINARY, run, said};
use redox_emulator::{BulkConfig, Config, FaultKind, FaultRule, Running, SystemClock, What};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// A bulk server, and a folder for exports.
struct World {
    redox: Running,
    home: TempDir,
}

/// 1 file of patients, 2 of encounters, 4 of observations, all at once.
fn small() -> BulkConfig {
    BulkConfig { patients: 10, lines_per_file: 10, job_time: jiff::SignedDuration::ZERO, ..BulkConfig::default() }
}

impl World {
    async fn new(bulk: BulkConfig) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let redox = redox_emulator::start(Config { bulk, ..Config::default() }, SystemClock, 1).await.expect("starts");
        Self { redox, home: tempfile::tempdir().expect("a folder") }
    }

    fn base(&self) -> String {
        format!("{}/fhir/bulk", self.redox.base_url())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// The arguments of an export into `out`.
    fn arguments(&self, out: &str, more: &[&str]) -> Vec<String> {
        let base = self.base();
        ["fhir", "export", &base, "-o", out, "--longest-pause", "20ms"]
            .iter()
            .chain(more)
            .map(|&text| text.to_owned())
            .collect()
    }

    /// Runs an export to its end; the emulator serves from another thread meanwhile.
    async fn export(&self, out: &str, more: &[&str]) -> Output {
        let (arguments, home) = (self.arguments(out, more), self.home.path().to_owned());
        let done =
            tokio::task::spawn_blocking(move || run(&home, &arguments.iter().map(String::as_str).collect::<Vec<_>>()));
        done.await.expect("no panic")
    }

    /// An export that is killed at the server's request number `at` (from 0): processed, but never answered.
    async fn killed_at(&self, out: &str, more: &[&str], at: u32) -> bool {
        self.redox.control().clear_faults().await.expect("cleared");
        let mut seen = self.redox.observe();
        let rule = FaultRule {
            path: Some("/fhir/bulk".to_owned()),
            ms: Some(3_600_000),
            skip: at,
            count: Some(1),
            ..FaultRule::new(FaultKind::Latency)
        };
        self.redox.control().add_fault(&rule).await.expect("a rule");
        let mut child = Command::new(BINARY)
            .args(self.arguments(out, more))
            .current_dir(self.home.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let id = child.id();
        let ended = tokio::task::spawn_blocking(move || child.wait().expect("it ends"));
        tokio::pin!(ended);
        let is_killed = loop {
            tokio::select! {
                seen = seen.recv() => if seen.is_ok_and(|seen| seen.what == What::FaultStruck) {
                    let done = Command::new("kill").args(["-KILL", &id.to_string()]).status();
                    assert!(done.expect("kill runs").success());
                    ended.as_mut().await.expect("no panic");
                    break true;
                },
                status = &mut ended => {
                    assert!(status.expect("no panic").success());
                    break false;
                }
            }
        };
        self.redox.control().clear_faults().await.expect("cleared");
        is_killed
    }

    async fn change(&self, change: Value) {
        self.redox.control().call(http::Method::PATCH, "/bulk", &change).await.expect("changed");
    }

    async fn state(&self) -> Value {
        self.redox.control().call(http::Method::GET, "/bulk", &Value::Null).await.expect("a state")
    }
}

/// Files in plain view, by name; the lock file names no address, so it is the same for every port.
fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().map(|entry| entry.expect("an entry"));
    let files = entries.filter(|entry| entry.file_type().expect("a type").is_file());
    let read = |entry: std::fs::DirEntry| {
        let name = entry.file_name().into_string().expect("UTF-8");
        (name, std::fs::read(entry.path()).expect("read"))
    };
    files.map(read).collect()
}

/// The lock file holds the server's time of the data, which is another one for every job.
fn without_time(mut files: BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Vec<u8>> {
    if let Some(lock) = files.get_mut("manifest.lock.json") {
        let mut value: Value = serde_json::from_slice(lock).expect("JSON");
        value["transactionTime"] = Value::Null;
        *lock = value.to_string().into_bytes();
    }
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_lines_table_and_json() {
    let world = World::new(BulkConfig { error_file: true, ..small() }).await;
    let output = world.export("out", &[]).await;
    assert_eq!(said(&output).0, 0, "{}", said(&output).1);
    let table = String::from_utf8_lossy(&output.stdout);
    for row in ["LIST    TYPE", "output  Patient", "output  Observation       4      40", "error   OperationOutcome"] {
        assert!(table.contains(row), "{row}: {table}");
    }
    assert!(table.contains("The server reports issues: 1 error, 2 warning."), "{table}");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(
        words.contains("the server took the job\n") && words.contains("0001-Patient.ndjson: 10 resources,"),
        "{words}"
    );
    assert!(!words.contains('\u{1b}') && !words.contains('\r'), "no terminal, no control characters: {words:?}");

    let output = world.export("again", &["--format", "json", "--type", "Patient,Encounter", "--delete"]).await;
    let shown: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    assert_eq!((&shown["jobDeleted"], &shown["dir"]), (&json!(true), &json!("again")));
    assert_eq!(shown["files"].as_array().map(Vec::len), Some(4));
    assert_eq!(world.state().await["jobs"][1]["is_deleted"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn exit_codes_tell_usage_content_and_peer_apart() {
    let world = World::new(small()).await;
    let table = [
        (json!({}), &["--since", "yesterday"][..], 2, "is no FHIR instant"),
        (json!({}), &["--type", "../x"], 2, "name of a resource type"),
        (json!({}), &["--resume"], 2, "holds no export to resume"),
        (
            json!({"faults": {"garbled_files": 2}}),
            &["--parallel", "1"],
            3,
            "0001-Patient.ndjson: line 1 is not JSON (column 1)",
        ),
        (json!({"faults": {"mixed_files": 2}}), &["--parallel", "1"], 3, "line 1 is a resource of type Group"),
        (json!({"faults": {"cut_files": 2}}), &["--parallel", "1"], 3, "line 10 is not JSON"),
        (json!({"faults": {"short_files": 2}}), &["--parallel", "1"], 3, "it has 9 resources, but 10 were announced"),
        (json!({"faults": {"garbled_manifest": true}}), &[], 3, "the manifest is not JSON (line 1, column"),
        (json!({"faults": {"path_as_type": true}}), &[], 3, "output[0].type of the manifest is not the name"),
        (json!({"sizes_short_by": 5}), &[], 3, "it is larger than the"),
        (json!({"files_base": "ftp://files.example"}), &[], 3, "has the scheme \"ftp\""),
        (json!({"faults": {"failing_jobs": true}}), &[], 4, "the export failed with status 500 (error: processing)"),
        (json!({"job_time": "9h"}), &["--max-wait", "0s"], 4, "the job has been running for 0 h"),
        (
            json!({"requires_token": true}),
            &[],
            4,
            "the server refused the kick-off, perhaps for want of authorization, with status 401",
        ),
    ];
    for (number, (change, more, code, text)) in table.into_iter().enumerate() {
        let usual = json!({
            "faults": {}, "sizes_short_by": null, "files_base": null, "job_time": "0s", "requires_token": false,
        });
        world.change(usual).await;
        world.change(change.clone()).await;
        let out = format!("out-{number}");
        let output = world.export(&out, more).await;
        let (got, words) = said(&output);
        assert!(got == code && words.contains(text), "{change} {more:?}: {got} {words}");
        assert!(output.stdout.is_empty(), "{words}");
        assert!(!world.path(&out).join("manifest.lock.json").exists());
    }
    // A kick-off that was refused leaves a folder that another one may use.
    world.change(json!({"requires_token": false})).await;
    assert_eq!(said(&world.export("out-13", &[]).await).0, 0);
    let away = World::new(small()).await;
    let base = away.base();
    away.redox.shutdown().await;
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = ["fhir", "export", &base, "-o", "out", "--no-capability-check", "--longest-pause", "1ms"];
    let (code, words) = said(&run(folder.path(), &arguments));
    assert!(code == 4 && words.contains("could not be reached"), "{words}");
}

/// The lines of the guarantee: whatever request the process dies at, going on ends with the same bytes, and a job that the
/// server was heard to take is never started twice.
#[tokio::test(flavor = "multi_thread")]
async fn kill_at_any_request_and_resume_is_byte_identical() {
    // Streamed in pieces, so that a kill finds other files half-way.
    let bulk = BulkConfig { patients: 6_000, lines_per_file: 24_000, gzip: false, error_file: true, ..small() };
    let world = World::new(bulk).await;
    assert_eq!(said(&world.export("whole", &[]).await).0, 0);
    let expect = without_time(files(&world.path("whole")));
    assert_eq!(expect.len(), 5);
    for at in 0.. {
        let out = format!("killed-{at}");
        let before = world.state().await["counts"]["kick_offs"].as_u64().expect("a count");
        let is_killed = world.killed_at(&out, &["--parallel", "2"], at).await;
        if !is_killed {
            assert_eq!(at, 7, "an export makes seven requests: metadata, kick-off, status, and four files");
            break;
        }
        // In plain view there are only whole files; the second life dies one request later.
        for (name, bytes) in files(&world.path(&out)) {
            assert_eq!(expect.get(&name), Some(&bytes), "{name} after a kill at {at}");
        }
        let has_job = world.path(&out).join(".job/job.json").exists();
        let goes_on = if has_job { &["--resume"][..] } else { &[] };
        if has_job {
            world.killed_at(&out, goes_on, 1).await;
        }
        let output = world.export(&out, goes_on).await;
        let (code, words) = said(&output);
        assert_eq!(code, 0, "after a kill at {at}: {words}");
        assert_eq!(without_time(files(&world.path(&out))), expect, "after a kill at {at}");
        let kick_offs = world.state().await["counts"]["kick_offs"].as_u64().expect("a count") - before;
        // Up to the answer to the kick-off nobody can know whether there is a job.
        let is_unknown = at <= 1;
        assert!(is_unknown || kick_offs == 1, "{kick_offs} kick-offs after a kill at {at}");
        assert_eq!(at == 1, words.contains("asking again, for a new job"), "{words}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn kick_off_without_an_answer_is_told_and_asked_again() {
    let world = World::new(small()).await;
    let rule = FaultRule {
        path: Some("/fhir/bulk/$export".to_owned()),
        count: Some(1),
        ..FaultRule::new(FaultKind::DropAfter)
    };
    world.redox.control().add_fault(&rule).await.expect("a rule");
    let (code, words) = said(&world.export("out", &[]).await);
    assert!(code == 4 && words.contains("no answer to the kick-off"), "{words}");
    assert!(words.contains("--resume"), "{words}");
    let (code, words) = said(&world.export("out", &["--resume"]).await);
    assert!(code == 0 && words.contains("asking again, for a new job"), "{words}");
    assert_eq!(world.state().await["counts"]["kick_offs"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn increments_follow_and_cancel_drops_the_job() {
    let world = World::new(small()).await;
    let (code, words) = said(&world.export("out", &["--since", "last"]).await);
    assert!(code == 2 && words.contains("export without --since first"), "{words}");
    assert_eq!(said(&world.export("out", &[]).await).0, 0);
    let (code, words) = said(&world.export("out", &[]).await);
    assert!(code == 2 && words.contains("holds an export already"), "{words}");
    assert_eq!(said(&world.export("out", &["--since", "last"]).await).0, 0);
    let increment = files(&world.path("out/increments/0001"));
    assert!(increment.contains_key("deleted-0001-Bundle.ndjson"), "{:?}", increment.keys());
    let lock =
        |dir: &str| -> Value { serde_json::from_slice(&files(&world.path(dir))["manifest.lock.json"]).expect("JSON") };
    let parameters = &world.state().await["jobs"][1]["parameters"];
    assert!(parameters.to_string().contains(lock("out")["transactionTime"].as_str().expect("a time")), "{parameters}");

    world.change(json!({"job_time": "9h"})).await;
    let (code, words) = said(&world.export("long", &["--max-wait", "0s"]).await);
    assert!(code == 4 && words.contains("--cancel"), "{words}");
    let (code, words) = said(&world.export("long", &["--cancel"]).await);
    assert!(code == 0 && words.starts_with("The server dropped the job.\n"), "{words}");
    assert_eq!(world.state().await["jobs"][2]["is_deleted"], true);
    assert_eq!(said(&world.export("long", &["--resume"]).await).0, 2);
}

/// SMART Backend Services with the keys that `oxgate keys generate` makes, over tokens that end in the middle.
#[tokio::test(flavor = "multi_thread")]
async fn signed_assertions_open_a_secured_server() {
    let world = World::new(BulkConfig { requires_token: true, ..small() }).await;
    let home = world.home.path().to_owned();
    let keys = tokio::task::spawn_blocking(move || {
        let made = run(&home, &["keys", "generate", "--kind", "p384", "--out", "key.pem", "--format", "json"]);
        assert_eq!(said(&made).0, 0, "{}", said(&made).1);
        serde_json::from_slice::<Value>(&made.stdout).expect("a JWK set")
    });
    let jwks = keys.await.expect("no panic");
    world.redox.control().register_keys(&jwks).await.expect("registered");
    world.change(json!({"faults": {"expired_tokens": 1}})).await;
    let id = world.redox.info()["client_id"].as_str().expect("an id").to_owned();
    let access = ["--client-id", &id, "--key", "key.pem"];
    let (code, words) = said(&world.export("out", &access).await);
    assert_eq!(code, 0, "{words}");
    assert_eq!(files(&world.path("out")).len(), 8);
}
