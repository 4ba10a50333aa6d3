//! Alarms through the real binary: each reaches the ops handler, and is a figure.

use crate::child::{Served, Stage, run, said};
use crate::mllp::configure;
use crate::road::application;
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use oxgate_marked::patient::MEMBERS;
use serde_json::Value;
use std::collections::BTreeMap;
use tokio::sync::mpsc;

/// An application that is well and refuses every event.
async fn refusing() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let router = Router::new()
        .route("/events", post(async || StatusCode::BAD_REQUEST))
        .route("/well", get(async || StatusCode::OK));
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// What the ops handler was told, by type.
struct Told {
    webhooks: mpsc::UnboundedReceiver<(HeaderMap, Bytes)>,
    by_type: BTreeMap<String, Vec<Value>>,
}

impl Told {
    /// The first alarm of this type; waits for it.
    async fn of(&mut self, what: &str) -> Value {
        loop {
            if let Some(told) = self.by_type.get(what) {
                return told[0].clone();
            }
            let (_, body) = self.webhooks.recv().await.expect("a webhook");
            let body: Value = serde_json::from_slice(&body).expect("JSON");
            let what = body["type"].as_str().expect("a type").to_owned();
            self.by_type.entry(what).or_default().push(body["data"].clone());
        }
    }
}

async fn oxgate(stage: &Stage, arguments: &'static [&'static str]) -> (i32, String) {
    let path = stage.path().to_owned();
    tokio::task::spawn_blocking(move || said(&run(&path, arguments))).await.expect("no panic")
}

/// Whether the figures hold these lines.
fn figures(served: &Served, lines: &[&str]) {
    let shown = served.metrics();
    for line in lines {
        assert!(shown.lines().any(|found| found == *line), "{line}\n{shown}");
    }
}

/// How often there was such an alarm since the start.
fn counted(served: &Served, what: &str) -> u64 {
    let (shown, name) = (served.metrics(), format!("oxgate_alarms_total{{type=\"{what}\"}} "));
    let count = shown.lines().find_map(|line| line.strip_prefix(&name)).expect("a figure");
    count.parse().expect("a number")
}

/// A feed that is soon called silent, an application of which one refusal stops its lane, and somebody who watches.
fn watched(stage: &Stage, well: &str, url: &str) {
    let config = stage.path().join("oxgate.toml");
    let text = std::fs::read_to_string(&config).expect("written by init");
    let strict = format!(
        "name = \"application\"\nkind = \"http\"\nfailures_max = 1\nfailures_span = \"0s\"\non_park = \"hold_lane\"\n\
         health_url = \"{well}/well\"\nmatch = {{ events = [\"PatientAdmin\"] }}"
    );
    let text = text
        .replace("name = \"application\"\nkind = \"http\"", &strict)
        .replace("cannot_handle = \"keep\"", "cannot_handle = \"keep\"\nsilent_after = \"1s\"");
    std::fs::write(&config, text).expect("written");
    configure(
        stage,
        &format!(
            "[[handler]]\nname = \"watch\"\nkind = \"ops\"\nurl = \"{url}\"\nsecrets = [{{ file = \"keys/webhook.secret\" }}]"
        ),
    );
}

/// An order, or results for it, about the marked patient or another one.
fn message(kind: &str, order: &str, source: &str, patient: &str) -> String {
    let (model, event_type) = kind.split_once('.').expect("a kind");
    let order = match model {
        "Order" => format!(r#""Order":{{"ID":"{order}","Status":"New","Procedure":{{"Code":"49086-2"}}}}"#),
        _ => format!(r#""Orders":[{{"ID":"{order}","Status":"Resulted"}}]"#),
    };
    format!(
        r#"{{"Meta":{{"DataModel":"{model}","EventType":"{event_type}","Test":true,{source}}},
            "Patient":{{"Identifiers":[{{"ID":"{patient}","IDType":"MR"}}]}},{order}}}"#
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g4_every_alarm_reaches_the_ops_handler_and_the_figures() {
    let (well, (url, webhooks)) = (refusing().await, application().await);
    let mut told = Told { webhooks, by_type: BTreeMap::new() };
    let stage = Stage::set(&format!("{well}/events")).await;
    watched(&stage, &well, &url);
    let served = stage.serve().await;
    assert_eq!(told.of("feed.silent").await["endpoint"], "main");

    // Redox does not get past one log; the application will not have its event.
    let redox = stage.redox_side(&served);
    for attempt in ["one", "two", "three"] {
        let logs = format!(r#"[{{"ID":"log-1","AttemptID":"{attempt}"}}]"#);
        let meta = format!(r#"{{"DataModel":"PatientAdmin","EventType":"Arrival","Logs":{logs}}}"#);
        assert_eq!(redox.push_body(format!(r#"{{"Meta":{meta},{MEMBERS}}}"#)).await, 200);
    }
    assert_eq!(told.of("redox.retrying").await["log"], "log-1");
    let parked = told.of("delivery.parked").await;
    assert_eq!((&parked["target"], &parked["kind"]), (&"application".into(), &"PatientAdmin.Arrival".into()));
    assert_eq!(told.of("lane.blocked").await["delivery"], parked["delivery"]);

    // Nobody answers an order in time; then somebody does, about another patient.
    let to = r#""Destinations":[{"Name":"memorial-hospital-ehr"}]"#;
    std::fs::write(stage.path().join("order.json"), message("Order.New", "NOANSWER-1", to, "MRN-1")).expect("written");
    let (code, text) = oxgate(&stage, &["send", "order.json", "--reply-within", "1s"]).await;
    assert_eq!(code, 0, "{text}");
    let late = told.of("expectation.late").await;
    assert_eq!((&late["kind"], &late["partner"]), (&"Order.New".into(), &"hospital".into()));
    let from = format!(r#""Source":{{"ID":{}}}"#, stage.redox.info()["sources"][1]["id"]);
    assert_eq!(redox.push_body(message("Results.New", "NOANSWER-1", &from, "MRN-2")).await, 200);
    assert_eq!(told.of("answer.suspect").await["question"], late["event"]);
    let (code, text) = oxgate(&stage, &["expectations", "list", "--grade", "suspect"]).await;
    assert!(code == 0 && text.contains("(suspect)"), "{text}");
    for what in told.by_type.keys() {
        assert!(counted(&served, what) > 0, "{what}");
    }
    figures(
        &served,
        &[
            "oxgate_deliveries_parked{target=\"application\"} 1",
            "oxgate_expectations_late 1",
            "oxgate_lanes{target=\"application\",state=\"blocked\"} 1",
            "oxgate_lanes_orphaned 0",
        ],
    );
    let (code, log) = served.stop().await;
    assert_eq!(code, Some(0), "{log}");

    // Its handler goes. All that the lane has is parked.
    let config = stage.path().join("oxgate.toml");
    let text = std::fs::read_to_string(&config).expect("written");
    std::fs::write(&config, text.replace("name = \"application\"\nkind", "name = \"successor\"\nkind"))
        .expect("written");
    let served = stage.serve().await;
    let orphaned = told.of("lane.orphaned").await;
    assert_eq!(counted(&served, "lane.orphaned"), 1);
    assert_eq!((&orphaned["lane"], &orphaned["target"]), (&parked["lane"], &"application".into()));
    figures(
        &served,
        &[
            "oxgate_lanes_orphaned 1",
            "oxgate_lanes{target=\"application\",state=\"orphaned\"} 1",
            "oxgate_deliveries_parked{target=\"application\"} 1",
            "oxgate_expectations_late 1",
        ],
    );
}
