//! The bulk server by its protocol, without any client of ours: two sides that were written together agree on mistakes.

use crate::world::World;
use http::Method;
use jiff::SignedDuration;
use redox_emulator::exchange::{Answer, Request};
use redox_emulator::{BulkConfig, BulkFaults, BulkGeneration, Config};
use serde_json::{Value, json};

fn world(bulk: BulkConfig) -> World {
    World::new(Config { bulk: BulkConfig { gzip: false, ..bulk }, ..Config::default() })
}

fn get(world: &mut World, url: &str) -> Answer {
    let path = url.strip_prefix("http://emulator.test").unwrap_or(url);
    world.answer(&Request::new(Method::GET, path, ""))
}

fn kick_off(path: &str) -> Request {
    Request::new(Method::GET, path, "")
        .with_header("accept", "application/fhir+json")
        .with_header("prefer", "respond-async")
}

fn header(answer: &Answer, name: &str) -> String {
    answer.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

fn body(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}

/// Starts a job and waits for its end; its status address and manifest.
fn export(world: &mut World, request: &Request) -> (String, Value) {
    let taken = world.answer(request);
    assert_eq!(taken.status, 202, "{:?}", taken.body);
    let url = header(&taken, "content-location");
    world.now += SignedDuration::from_secs(2);
    let done = get(world, &url);
    assert_eq!((done.status.as_u16(), header(&done, "content-type").as_str()), (200, "application/json"));
    (url, body(&done))
}

#[test]
fn job_goes_from_202_to_a_manifest_whose_counts_are_true() {
    let mut world = world(BulkConfig { patients: 25, lines_per_file: 30, ..BulkConfig::default() });
    let taken = world.answer(&kick_off("/fhir/bulk/$export?_type=Patient,Encounter"));
    let url = header(&taken, "content-location");
    assert!(url.starts_with("http://emulator.test/fhir/bulk/jobs/"), "{url}");
    world.now += SignedDuration::from_secs(1);
    let running = get(&mut world, &url);
    assert_eq!((running.status.as_u16(), header(&running, "retry-after").as_str()), (202, "1"));
    assert_eq!(header(&running, "x-progress"), "50% of 3 files");
    world.now += SignedDuration::from_secs(1);
    let manifest = body(&get(&mut world, &url));
    let output = manifest["output"].as_array().unwrap();
    let counts: Vec<_> =
        output.iter().map(|file| (file["type"].as_str().unwrap(), file["count"].as_u64().unwrap())).collect();
    assert_eq!(counts, [("Patient", 25), ("Encounter", 30), ("Encounter", 20)]);
    let mut ids = std::collections::BTreeSet::new();
    for file in output {
        let answer = get(&mut world, file["url"].as_str().unwrap());
        assert_eq!(header(&answer, "content-type"), "application/fhir+ndjson");
        let text = std::str::from_utf8(&answer.body).unwrap();
        assert_eq!(text.lines().count() as u64, file["count"].as_u64().unwrap());
        for line in text.lines() {
            let resource: Value = serde_json::from_str(line).unwrap();
            assert_eq!(resource["resourceType"], file["type"]);
            assert!(ids.insert(resource["id"].as_str().unwrap().to_owned()), "every id once");
        }
    }
    assert_eq!(ids.len(), 75);
}

#[test]
fn kick_offs_that_break_the_guide_are_refused() {
    let mut world = world(BulkConfig::default());
    let plain = |path: &str| Request::new(Method::GET, path, "");
    let table = [
        (plain("/fhir/bulk/$export").with_header("accept", "application/fhir+json"), 400),
        (plain("/fhir/bulk/$export").with_header("prefer", "respond-async"), 400),
        (kick_off("/fhir/bulk/$export?_type=Practitioner"), 400),
        (kick_off("/fhir/bulk/$export?_nonsense=1"), 400),
        (kick_off("/fhir/bulk/$export?_until=2026-01-01T00:00:00Z"), 400),
        (kick_off("/fhir/bulk/$export?patient=Patient/p-1"), 400),
        (kick_off("/fhir/bulk/Group/9/$export"), 404),
        (
            kick_off("/fhir/bulk/$export?_type=Practitioner").with_header("prefer", "respond-async, handling=lenient"),
            202,
        ),
        (kick_off("/fhir/bulk/$export?x-own=1"), 202),
    ];
    for (request, status) in table {
        assert_eq!(world.answer(&request).status, status, "{request:?}");
    }
    world.control("PATCH", "/bulk", &json!({"generation": "4.0"}));
    assert_eq!(world.answer(&kick_off("/fhir/bulk/$export")).status, 405);
}

#[test]
fn deleted_jobs_are_gone_with_their_files() {
    let mut world = world(BulkConfig::default());
    let (url, manifest) = export(&mut world, &kick_off("/fhir/bulk/Patient/$export"));
    let delete = Request::new(Method::DELETE, url.strip_prefix("http://emulator.test").unwrap(), "");
    assert_eq!([world.answer(&delete).status, world.answer(&delete).status], [202, 404]);
    assert_eq!(get(&mut world, &url).status, 404);
    assert_eq!(get(&mut world, manifest["output"][0]["url"].as_str().unwrap()).status, 404);
}

#[test]
fn links_end_and_a_new_manifest_has_new_ones() {
    let mut world = world(BulkConfig { links_live: Some(SignedDuration::from_secs(10)), ..BulkConfig::default() });
    let (url, manifest) = export(&mut world, &kick_off("/fhir/bulk/$export"));
    let file = manifest["output"][0]["url"].as_str().unwrap().to_owned();
    assert_eq!(get(&mut world, &file).status, 200);
    world.now += SignedDuration::from_secs(10);
    assert_eq!(get(&mut world, &file).status, 410);
    let fresh = body(&get(&mut world, &url));
    assert_eq!(get(&mut world, fresh["output"][0]["url"].as_str().unwrap()).status, 200);
}

#[test]
fn rest_of_a_file_is_given_to_who_knows_it() {
    let mut world = world(BulkConfig { ranges: true, ..BulkConfig::default() });
    let (_, manifest) = export(&mut world, &kick_off("/fhir/bulk/$export"));
    let url = manifest["output"][0]["url"].as_str().unwrap().to_owned();
    let whole = get(&mut world, &url);
    let tag = header(&whole, "etag");
    let path = url.strip_prefix("http://emulator.test").unwrap();
    let rest =
        |tag: &str| Request::new(Method::GET, path, "").with_header("range", "bytes=100-").with_header("if-range", tag);
    let part = world.answer(&rest(&tag));
    assert_eq!((part.status.as_u16(), &part.body[..]), (206, &whole.body[100..]));
    assert_eq!(header(&part, "content-range"), format!("bytes 100-{}/{}", whole.body.len() - 1, whole.body.len()));
    assert_eq!(world.answer(&rest("\"other\"")).status, 200);
}

#[test]
fn faults_strike_as_often_as_told() {
    let faults =
        BulkFaults { busy_polls: 1, failing_polls: 1, retry_after: Some("soon".to_owned()), ..BulkFaults::default() };
    let mut world = world(BulkConfig { faults, ..BulkConfig::default() });
    let taken = world.answer(&kick_off("/fhir/bulk/$export"));
    let url = header(&taken, "content-location");
    let seen: Vec<_> = (0..3)
        .map(|_| get(&mut world, &url))
        .map(|answer| (answer.status.as_u16(), header(&answer, "retry-after")))
        .collect();
    assert_eq!(seen, [(429, "soon".to_owned()), (503, "soon".to_owned()), (202, "1".to_owned())]);
}

#[test]
fn pages_appear_one_after_the_other() {
    let bulk = BulkConfig {
        generation: BulkGeneration::V3,
        files_per_page: Some(1),
        lines_per_file: 1000,
        ..BulkConfig::default()
    };
    let mut world = world(bulk);
    let taken = world.answer(&kick_off("/fhir/bulk/$export?allowPartialManifests=true&_type=Patient,Encounter"));
    let url = header(&taken, "content-location");
    assert!(get(&mut world, &url).body.is_empty());
    world.now += SignedDuration::from_secs(1);
    let first = get(&mut world, &url);
    assert_eq!((first.status.as_u16(), body(&first)["output"].as_array().unwrap().len()), (202, 1));
    assert!(body(&first)["link"].is_null(), "the second page is not there yet");
    world.now += SignedDuration::from_secs(1);
    let next = body(&get(&mut world, &url))["link"][0]["url"].as_str().unwrap().to_owned();
    let second = get(&mut world, &next);
    assert_eq!((second.status.as_u16(), body(&second)["output"][0]["type"].as_str()), (200, Some("Encounter")));
}
