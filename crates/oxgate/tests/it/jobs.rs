//! Bulk exports as jobs of the gateway: over restarts, into files and into handlers, each resource once.

use crate::child::{Served, Stage, json, run, said};
use crate::road::application;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::process::Output;

async fn prepared(handler: &str, more: &str, bulk: Value) -> Stage {
    let stage = Stage::set(handler).await;
    let config = stage.path().join("oxgate.toml");
    let base = format!("{}/fhir/bulk", stage.redox.base_url());
    let section = format!("\n[[bulk]]\nname = \"nightly\"\nbase = \"{base}\"\nlongest_pause = \"50ms\"\n{more}\n");
    let written = std::fs::read_to_string(&config).expect("written by init") + &section;
    std::fs::write(&config, written).expect("written");
    stage.redox.control().call(http::Method::PATCH, "/bulk", &bulk).await.expect("changed");
    stage
}

async fn command(stage: &Stage, arguments: &'static [&'static str]) -> Output {
    let path = stage.path().to_owned();
    tokio::task::spawn_blocking(move || run(&path, arguments)).await.expect("no panic")
}

async fn export(stage: &Stage) -> Value {
    json(&command(stage, &["fhir", "jobs", "list", "--format", "json"]).await)["exports"][0].clone()
}

/// Looks until the export is in this state; each look is a command of its own.
async fn until(stage: &Stage, state: &str) -> Value {
    loop {
        let export = export(stage).await;
        if export["state"] == state {
            return export;
        }
        assert!(state == "failed" || export["state"] != "failed", "{export}");
    }
}

async fn killed(served: Served) {
    served.signal("KILL");
    served.ended().await;
}

/// Each line of the export reaches the handler under one id, although the gateway dies again and again while it makes events of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g2_every_resource_is_one_event_over_kills() {
    let (handler, mut webhooks) = application().await;
    let bulk = json!({"patients": 1_500, "lines_per_file": 500, "job_time": "0s"});
    let stage = prepared(&handler, "types = [\"Patient\"]\ninto = \"events\"", bulk).await;
    let served = stage.serve().await;
    let started = command(&stage, &["fhir", "jobs", "start", "nightly"]).await;
    assert_eq!(said(&started), (0, "nightly: running, run 1\n".to_owned()));
    let mut ids: BTreeMap<String, String> = BTreeMap::new();
    let mut note = |headers: &axum::http::HeaderMap, body: &[u8]| {
        let body: Value = serde_json::from_slice(body).expect("JSON");
        assert_eq!(headers["oxgate-endpoint"], "nightly");
        let (event, resource) = (headers["webhook-id"].to_str().expect("ASCII"), body["id"].as_str().expect("an id"));
        let known = ids.insert(resource.to_owned(), event.to_owned());
        assert!(known.is_none_or(|known| known == event), "one resource under two ids");
        ids.len()
    };
    // The first webhook comes while the others are still being made; the later ones may.
    let mut served = served;
    for until in [1, 40, 400] {
        loop {
            let (headers, body) = webhooks.recv().await.expect("a webhook");
            if note(&headers, &body) >= until {
                break;
            }
        }
        killed(served).await;
        served = stage.serve().await;
    }
    loop {
        let (headers, body) = webhooks.recv().await.expect("a webhook");
        if note(&headers, &body) == 1_500 {
            break;
        }
    }
    let done = until(&stage, "finished").await;
    assert_eq!((&done["events"], &done["resources"], &done["run"]), (&json!(1_500), &json!(1_500), &json!(1)));
    let left = std::fs::read_dir(stage.path().join("data/bulk/nightly/0001")).expect("the run's folder");
    let left: Vec<_> = left.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8")).collect();
    assert!(!left.iter().any(|name| name.ends_with(".ndjson")), "no patient data stays behind: {left:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_goes_on_after_a_restart_and_ends_with_its_cancel() {
    let (handler, _webhooks) = application().await;
    let stage = prepared(&handler, "level = \"patients\"", json!({"job_time": "10h"})).await;
    let served = stage.serve().await;
    assert_eq!(export(&stage).await["state"], "idle");
    assert_eq!(said(&command(&stage, &["fhir", "jobs", "start", "nightly"]).await).0, 0);
    let (code, words) = said(&command(&stage, &["fhir", "jobs", "start", "nightly"]).await);
    assert!(code != 0 && words.contains("under way"), "{words}");
    let jobs = || async {
        let state = stage.redox.control().call(http::Method::GET, "/bulk", &Value::Null).await.expect("a state");
        state["jobs"].as_array().expect("jobs").clone()
    };
    // Its progress is the server's word for a job that it has taken.
    while export(&stage).await["progress"].is_null() {}
    killed(served).await;
    let _served = stage.serve().await;
    while export(&stage).await["progress"].is_null() {}
    assert_eq!(jobs().await.len(), 1, "the job was taken up, not started again");
    let cancelled = command(&stage, &["fhir", "jobs", "cancel", "nightly", "--why", "enough"]).await;
    assert_eq!(said(&cancelled), (0, "nightly: cancelled, run 1\n".to_owned()));
    while jobs().await[0]["is_deleted"] != true {
        tokio::task::yield_now().await;
    }
    assert_ne!(said(&command(&stage, &["fhir", "jobs", "cancel", "nightly"]).await).0, 0);
    let (code, words) = said(&command(&stage, &["fhir", "jobs", "start", "other"]).await);
    assert!(code != 0 && words.contains("OXG0078"), "{words}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_schedule_starts_runs_and_each_goes_on_from_the_last_one() {
    let (handler, _webhooks) = application().await;
    let more = "every = \"1s\"\nsince = \"last\"\ntypes = [\"Patient\"]";
    let stage = prepared(&handler, more, json!({"job_time": "0s"})).await;
    let _served = stage.serve().await;
    let lock = stage.path().join("data/bulk/nightly/0002/manifest.lock.json");
    while !lock.exists() {
        tokio::task::yield_now().await;
    }
    let read = |run: &str| -> Value {
        let path = stage.path().join("data/bulk/nightly").join(run).join("manifest.lock.json");
        serde_json::from_slice(&std::fs::read(path).expect("a lock file")).expect("JSON")
    };
    assert_eq!(read("0001")["export"]["since"], Value::Null);
    assert_eq!(read("0002")["export"]["since"], read("0001")["transactionTime"]);
    assert!(stage.path().join("data/bulk/nightly/0002/deleted-0001-Bundle.ndjson").exists());
}

/// What can be asked for on the command line can be asked for by a job.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_parameter_of_the_kick_off_can_be_configured() {
    let (handler, _webhooks) = application().await;
    let more = r#"
generation = "3.0"
method = "post"
level = "patients"
types = ["Patient", "Observation"]
since = "2026-01-01T00:00:00Z"
until = "2026-02-01T00:00:00Z"
elements = ["Patient.id"]
type_filters = ["Observation?code=a,b"]
filter_comma = "backslash"
output_format = "application/fhir+ndjson"
patients = ["p-1"]
lenient = true
include_associated = ["LatestProvenanceResources"]
organize_by = "Patient"
partial = true
params = { _odd = "a b" }
check_capabilities = false
max_wait = "1h"
"#;
    let stage = prepared(&handler, more, json!({"patients": 10, "generation": "3.0", "job_time": "10h"})).await;
    let _served = stage.serve().await;
    command(&stage, &["fhir", "jobs", "start", "nightly"]).await;
    while export(&stage).await["progress"].is_null() {}
    let state = stage.redox.control().call(http::Method::GET, "/bulk", &Value::Null).await.expect("a state");
    let parameters = state["jobs"][0]["parameters"].as_array().expect("parameters").clone();
    let expect = json!([
        ["_outputFormat", "application/fhir+ndjson"],
        ["_since", "2026-01-01T00:00:00Z"],
        ["_until", "2026-02-01T00:00:00Z"],
        ["organizeOutputBy", "Patient"],
        ["_type", "Patient,Observation"],
        ["_elements", "Patient.id"],
        ["_typeFilter", "Observation?code=a\\,b"],
        ["patient", "Patient/p-1"],
        ["includeAssociatedData", "LatestProvenanceResources"],
        ["allowPartialManifests", "true"],
        ["_odd", "a b"],
    ]);
    assert_eq!(parameters, *expect.as_array().expect("pairs"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_fails_says_why_and_goes_on_when_it_is_mended() {
    let (handler, _webhooks) = application().await;
    let bulk = json!({"patients": 10, "job_time": "0s", "faults": {"garbled_manifest": true}});
    let stage = prepared(&handler, "", bulk).await;
    let _served = stage.serve().await;
    command(&stage, &["fhir", "jobs", "start", "nightly"]).await;
    let failed = until(&stage, "failed").await;
    assert!(failed["error"].as_str().is_some_and(|text| text.contains("the manifest is not JSON")), "{failed}");
    let mended = json!({"faults": {}});
    stage.redox.control().call(http::Method::PATCH, "/bulk", &mended).await.expect("changed");
    command(&stage, &["fhir", "jobs", "start", "nightly"]).await;
    let done = until(&stage, "finished").await;
    assert_eq!((&done["run"], &done["resources"]), (&json!(1), &json!(70)));
    let (_, table) = said(&command(&stage, &["fhir", "jobs", "list"]).await);
    assert!(table.contains("nightly") && table.contains("finished") && table.contains("3 of 3"), "{table}");
}
