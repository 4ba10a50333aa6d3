//! What the gateway passes on or changes on its way out, through the real binary: files, FHIR, several accounts.

use crate::child::{Served, Stage, json, run, said};
use crate::road::application;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::process::Output;

async fn command(stage: &Stage, arguments: &[&str]) -> Output {
    let path = stage.path().to_owned();
    let arguments: Vec<String> = arguments.iter().map(|&text| text.to_owned()).collect();
    let done = tokio::task::spawn_blocking(move || {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        run(&path, &arguments)
    });
    done.await.expect("no panic")
}

/// A client with an API key of this gateway.
async fn client(stage: &Stage) -> reqwest::Client {
    let made = json(&command(stage, &["apikeys", "create", "test", "--scope", "submit", "--format", "json"]).await);
    let key = made["key"].as_str().expect("a key").to_owned();
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert("authorization", format!("Bearer {key}").parse().expect("ASCII"));
    reqwest::Client::builder().default_headers(headers).build().expect("a client")
}

fn document(file: &[u8]) -> String {
    json!({
        "Meta": {"DataModel": "Media", "EventType": "New", "Destinations": [{"Name": "memorial-hospital-ehr"}]},
        "Patient": {"Identifiers": [{"ID": "MRN-4711-0815", "IDType": "MR"}]},
        "Visit": {"VisitNumber": "V-1"},
        "Media": {
            "FileType": "PDF", "FileName": "letter.pdf", "FileContents": STANDARD.encode(file), "DocumentType": "Letter",
            "DocumentID": "doc-1", "Availability": "Available",
            "Provider": {"ID": "4356789876", "IDType": "NPI"},
        },
    })
    .to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_leaves_with_the_uri_of_its_upload_and_is_kept_as_it_came() {
    let stage = Stage::set("http://127.0.0.1:9/events").await;
    let served = stage.serve().await;
    let body = document(&vec![b'%'; 300 * 1024]);
    std::fs::write(stage.path().join("letter.json"), &body).expect("written");
    let sent = command(&stage, &["send", "letter.json", "--wait", "20s", "--format", "json"]).await;
    assert!(sent.status.success(), "{}", said(&sent).1);
    let sent = json(&sent);
    assert_eq!(sent["state"], "settled", "{sent}");
    let received = stage.redox.control().received("data_model=Media").await.expect("listed");
    let contents = received["received"][0]["body"]["Media"]["FileContents"].as_str().expect("a text").to_owned();
    assert!(contents.starts_with("http"), "{contents}");
    let shown = said(&command(&stage, &["events", "show", sent["id"].as_str().expect("an id")]).await).1;
    assert!(shown.contains("file uploaded"), "{shown}");

    // By itself, and then named by an event.
    let client = client(&stage).await;
    let uploaded = client.post(format!("{}/v1/files", served.base)).header("content-type", "application/pdf");
    let uploaded = uploaded.body(vec![b'%'; 10_000]).send().await.expect("an answer");
    assert_eq!(uploaded.status(), 201);
    let uploaded: Value = uploaded.json().await.expect("JSON");
    assert_eq!(uploaded["bytes"], 10_000);
    let mut named: Value = serde_json::from_str(&document(b"x")).expect("JSON");
    named["Media"]["FileContents"] = uploaded["uri"].clone();
    let answer = client.post(format!("{}/v1/events?wait=20s", served.base)).body(named.to_string());
    let answer: Value = answer.send().await.expect("an answer").json().await.expect("JSON");
    assert_eq!(answer["state"], "settled", "{answer}");
}

async fn fhir(client: &reqwest::Client, served: &Served, path: &str, form: Option<&str>) -> (u16, Value) {
    let url = format!("{}/v1/fhir/memorial-hospital-ehr/{path}", served.base);
    let request = match form {
        None => client.get(url),
        Some(form) => {
            client.post(url).header("content-type", "application/x-www-form-urlencoded").body(form.to_owned())
        }
    };
    let answer = request.send().await.expect("an answer");
    (answer.status().as_u16(), answer.json().await.expect("JSON"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fhir_requests_go_through_and_notifications_arrive_like_any_event() {
    let (handler, mut webhooks) = application().await;
    let stage = Stage::set(&handler).await;
    let served = stage.serve().await;
    let client = client(&stage).await;
    let (status, patient) = fhir(&client, &served, "Patient/p-1", None).await;
    assert_eq!((status, patient["resourceType"].as_str()), (200, Some("Patient")), "{patient}");
    let family = patient["name"][0]["family"].as_str().expect("a name").to_owned();
    let (status, found) = fhir(&client, &served, "Patient/_search", Some(&format!("family={family}"))).await;
    assert_eq!((status, found["type"].as_str()), (200, Some("searchset")), "{found}");
    let (status, missing) = fhir(&client, &served, "Patient/nobody", None).await;
    assert_eq!((status, missing["resourceType"].as_str()), (404, Some("OperationOutcome")), "{missing}");
    let (status, refused) = fhir(&client, &served, &format!("Patient?family={family}"), None).await;
    assert_eq!((status, refused["code"].as_str()), (422, Some("OXG0056")), "{refused}");

    stage.redox.control().notify("patient-arrived", "p-1").await.expect("notified");
    let (headers, body) = webhooks.recv().await.expect("a webhook");
    let bundle: Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!((bundle["resourceType"].as_str(), bundle["type"].as_str()), (Some("Bundle"), Some("message")));
    let redox = stage.redox_side(&served);
    assert_eq!(redox.push_body(String::from_utf8(body.to_vec()).expect("JSON")).await, 200);
    assert_eq!(redox.push_body(r#"{"resourceType":"Bundle","type":"collection"}"#.to_owned()).await, 200);
    let events = command(&stage, &["events", "list", "--direction", "inbound", "--format", "json"]).await;
    let events = json(&events)["events"].as_array().expect("events").clone();
    let kinds: Vec<&str> = events.iter().rev().map(|event| event["data_model"].as_str().unwrap_or("-")).collect();
    assert_eq!(kinds, ["FHIR", "-"], "the repeat is none, the other one is kept: {events:?}");
    assert_eq!(events[0]["flags"], json!(["unreadable"]));
    assert_eq!(headers["webhook-id"], events[1]["id"].as_str().expect("an id"));
    let (_, log) = served.stop().await;
    assert!(!log.contains(&family), "no patient's name in the log: {log}");
}

/// Two regions with an account each: one by OAuth, one by legacy key.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_source_sends_through_its_own_account_and_region() {
    let stage = Stage::set("http://127.0.0.1:9/events").await;
    let config = redox_emulator::Config { time_scale: 0.02, ..redox_emulator::Config::default() };
    let canada = redox_emulator::start(config, redox_emulator::SystemClock, 2).await.expect("an emulator");
    let info = canada.info();
    for (file, value) in [("keys/api-key", &info["api_key"]), ("keys/api-secret", &info["api_secret"])] {
        std::fs::write(stage.path().join(file), value.as_str().expect("a text")).expect("written");
    }
    let path = stage.path().join("oxgate.toml");
    let text = std::fs::read_to_string(&path).expect("readable");
    let text = text.replacen("name = \"application\"\nid", "name = \"clinic\"\naccount = \"redox\"\nid", 1);
    let second = format!(
        "\n[[account]]\nname = \"canada\"\nbase_url = \"{}\"\nauth = \"legacy\"\napi_key = {{ file = \"keys/api-key\" }}\n\
         secret = {{ file = \"keys/api-secret\" }}\n\n[[source]]\nname = \"clinique\"\nid = \"{}\"\naccount = \"canada\"\n",
        canada.base_url(),
        info["sources"][0]["id"].as_str().expect("an id"),
    );
    std::fs::write(&path, text + &second).expect("written");
    let served = stage.serve().await;
    let client = client(&stage).await;
    for (source, id) in [("clinic", "O-1"), ("clinique", "O-2"), ("clinique", "O-3")] {
        let order = json!({
            "Meta": {"DataModel": "Order", "EventType": "New", "Source": {"Name": source},
                     "Destinations": [{"Name": "memorial-hospital-ehr"}]},
            "Patient": {"Identifiers": [{"ID": "MRN-4711-0815", "IDType": "MR"}]},
            "Order": {"ID": id, "Status": "New", "Procedure": {"Code": "49086-2", "Codeset": "LOINC"}},
        });
        let answer = client.post(format!("{}/v1/events?wait=20s", served.base)).body(order.to_string());
        let answer: Value = answer.send().await.expect("an answer").json().await.expect("JSON");
        assert_eq!(answer["state"], "settled", "{answer}");
    }
    let orders = async |redox: &redox_emulator::Running| {
        let received = redox.control().received("data_model=Order").await.expect("listed");
        let list = received["received"].as_array().expect("a list").clone();
        list.iter().map(|one| one["body"]["Order"]["ID"].as_str().unwrap_or("-").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(orders(&stage.redox).await, ["O-1"]);
    assert_eq!(orders(&canada).await, ["O-2", "O-3"]);
    // Without a name it cannot be told as whom.
    let upload = client.post(format!("{}/v1/files", served.base)).body("x").send().await.expect("an answer");
    assert_eq!(upload.json::<Value>().await.expect("JSON")["code"], "OXG0007");
    let upload = client.post(format!("{}/v1/files", served.base)).header("oxgate-source", "clinique").body("x");
    assert_eq!(upload.send().await.expect("an answer").status(), 201);
}
