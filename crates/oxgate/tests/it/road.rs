//! One event on each road, through the real binary, the way the guides describe it.

use crate::child::{Stage, json, run, said};
use axum::Router;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::routing::post;
use serde_json::{Value, json};
use tokio::sync::mpsc;

/// An application that passes on what it is given.
pub(crate) async fn application() -> (String, mpsc::UnboundedReceiver<(HeaderMap, Bytes)>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let router = Router::new().route(
        "/events",
        post(move |headers: HeaderMap, body: Bytes| {
            let sender = sender.clone();
            async move {
                oxgate_marked::look("a header of a webhook", format!("{headers:?}"));
                let _ = sender.send((headers, body));
            }
        }),
    );
    tokio::spawn(async move { axum::serve(listener, router).await });
    (format!("http://{address}/events"), receiver)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_goes_out_and_its_result_comes_back_linked() {
    let (handler, mut webhooks) = application().await;
    let stage = Stage::set(&handler).await;
    let served = stage.serve().await;
    let order = r#"{"Meta":{"DataModel":"Order","EventType":"New","Test":true,"Destinations":[{"Name":"memorial-hospital-ehr"}]},
        "Patient":{"Identifiers":[{"ID":"MRN-4711-0815","IDType":"MR"}]},
        "Order":{"ID":"ROAD-1","Status":"New","Procedure":{"Code":"49086-2","Codeset":"LOINC"}}}"#;
    std::fs::write(stage.path().join("order.json"), order).expect("written");
    let path = stage.path().to_owned();
    let sent = tokio::task::spawn_blocking(move || {
        run(&path, &["send", "order.json", "--wait", "20s", "--correlation", "ward-7", "--format", "json"])
    });
    let sent = sent.await.expect("no panic");
    assert!(sent.status.success(), "{}", said(&sent).1);
    let sent = json(&sent);
    assert_eq!(sent["state"], "settled", "{sent}");
    let question = sent["id"].as_str().expect("an id").to_owned();

    let (headers, body) = webhooks.recv().await.expect("a webhook");
    let body: Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(body["Meta"]["DataModel"], "Results");
    assert_eq!(headers["oxgate-answers"], question.as_str());
    assert_eq!(headers["oxgate-correlation"], "ward-7");
    assert_eq!(headers["oxgate-endpoint"], "main");

    let path = stage.path().to_owned();
    let shown = tokio::task::spawn_blocking(move || {
        let expectations = json(&run(&path, &["expectations", "list", "--state", "answered", "--format", "json"]));
        assert_eq!(
            json(&run(&path, &["expectations", "list", "--state", "late", "--format", "json"])),
            json!({"expectations": []})
        );
        let listed = said(&run(&path, &["events", "list"]));
        let shown = said(&run(&path, &["events", "show", &question]));
        (expectations, listed, shown)
    });
    let (expectations, listed, shown) = shown.await.expect("no panic");
    assert_eq!(expectations["expectations"][0]["standing"], "answered", "{expectations}");
    assert!(listed.1.contains("Order.New") && listed.1.contains("Results.New"), "{}", listed.1);
    assert!(shown.1.contains("settled"), "{}", shown.1);
    let (code, log) = served.stop().await;
    assert_eq!(code, Some(0), "{log}");
    assert!(!log.contains("MRN-4711-0815"), "no patient's number in the log: {log}");
}

/// Inbound events, as the command line lists them.
async fn inbound(stage: &Stage) -> Vec<Value> {
    let path = stage.path().to_owned();
    let listed = tokio::task::spawn_blocking(move || {
        json(&run(&path, &["events", "list", "--direction", "inbound", "--limit", "1000", "--format", "json"]))
    });
    listed.await.expect("no panic")["events"].as_array().expect("events").clone()
}

/// Pushes one log over 32 connections at once; how many events it became.
async fn pushed_at_once(environment: &[(&str, &str)]) -> usize {
    let stage = Stage::set("http://127.0.0.1:9/events").await;
    let mut command = std::process::Command::new(crate::child::BINARY);
    command.envs(environment.iter().copied());
    let served = stage.serve_by(command).await;
    let pushes: Vec<_> = (0..32)
        .map(|_| {
            // A client of its own is a connection of its own.
            let redox = stage.redox_side(&served);
            tokio::spawn(async move { redox.push("the-same-log").await })
        })
        .collect();
    for push in pushes {
        assert_eq!(push.await.expect("no panic"), 200);
    }
    inbound(&stage).await.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g2_a_log_redelivered_over_32_connections_is_one_event() {
    assert_eq!(pushed_at_once(&[]).await, 1);
}

/// The deliberate bug `g2-skip-dedup` is seen.
#[cfg(feature = "mutations")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mutations_of_g2_are_caught() {
    assert_eq!(pushed_at_once(&[("OXGATE_MUTATION", "g2-skip-dedup")]).await, 32);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g2_without_ids_nothing_is_taken_for_a_duplicate() {
    let stage = Stage::set("http://127.0.0.1:9/events").await;
    let served = stage.serve().await;
    let redox = stage.redox_side(&served);
    for event in ["Arrival", "Cancel", "Arrival"] {
        let body = format!(
            r#"{{"Meta":{{"DataModel":"PatientAdmin","EventType":"{event}"}},"Patient":{{"Identifiers":[{{"ID":"MRN-4711-0815","IDType":"MR"}}]}}}}"#
        );
        assert_eq!(redox.push_body(body).await, 200);
    }
    let types: Vec<_> = inbound(&stage).await.iter().rev().map(|event| event["event_type"].clone()).collect();
    assert_eq!(types, ["Arrival", "Cancel", "Arrival"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_read_is_kept_and_parked() {
    let stage = Stage::set("http://127.0.0.1:9/events").await;
    let served = stage.serve().await;
    assert_eq!(stage.redox_side(&served).push_body("this is not JSON".to_owned()).await, 200);
    let path = stage.path().to_owned();
    let parked = tokio::task::spawn_blocking(move || json(&run(&path, &["parked", "list", "--format", "json"]))).await;
    let parked = parked.expect("no panic");
    assert_eq!(parked["parked"][0]["reason"], "unreadable", "{parked}");
    let wrong =
        reqwest::Client::new().post(format!("{}/redox/main", served.base)).header("verification-token", "wrong");
    assert_eq!(wrong.body("{}").send().await.expect("an answer").status(), 401);
    assert_eq!(inbound(&stage).await.len(), 1, "a wrong token stores nothing");
}
