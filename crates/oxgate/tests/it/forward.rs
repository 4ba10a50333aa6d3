//! Events made from events, through the real binary: to other handlers, and to Redox.

use crate::child::{Stage, json, run};
use crate::road::application;
use serde_json::Value;

const FORWARDS: &str = r#"
[[handler]]
name = "turn"
kind = "forward"
to = "handlers"
match = { events = ["PatientAdmin"], endpoint = ["main"] }

[[handler]]
name = "onward"
kind = "forward"
to = "redox"
destinations = ["memorial-hospital-ehr"]
match = { events = ["Order.New"] }
"#;

/// Waits until an order of this direction has settled; each look is a command of its own.
async fn settled(stage: &Stage, direction: &'static str) -> Value {
    loop {
        let path = stage.path().to_owned();
        let list = ["events", "list", "--direction", direction, "--state", "settled", "--format", "json"];
        let list = tokio::task::spawn_blocking(move || json(&run(&path, &list))).await.expect("no panic");
        let events = list["events"].as_array().expect("events");
        if let Some(found) = events.iter().find(|event| event["data_model"] == "Order") {
            return found.clone();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_is_made_from_an_event() {
    let (handler, mut webhooks) = application().await;
    let stage = Stage::set(&handler).await;
    let config = stage.path().join("oxgate.toml");
    let written = std::fs::read_to_string(&config).expect("written by init") + FORWARDS;
    std::fs::write(&config, written).expect("written");
    let served = stage.serve().await;
    let redox = stage.redox_side(&served);

    assert_eq!(redox.push("log-1").await, 200);
    let mut doors = Vec::new();
    for _ in 0..2 {
        let (headers, _) = webhooks.recv().await.expect("a webhook");
        doors.push(headers["oxgate-endpoint"].to_str().expect("ASCII").to_owned());
    }
    doors.sort();
    assert_eq!(doors, ["main", "turn"], "the event, and the one made from it");

    let order = r#"{"Meta":{"DataModel":"Order","EventType":"New","Test":true,"Logs":[{"ID":"log-2","AttemptID":"1"}]},
        "Patient":{"Identifiers":[{"ID":"MRN-4711-0815","IDType":"MR"}]},
        "Order":{"ID":"FORWARD-1","Status":"New","Procedure":{"Code":"49086-2","Codeset":"LOINC"}}}"#;
    assert_eq!(redox.push_body(order.to_owned()).await, 200);
    let sent = settled(&stage, "outbound").await;
    let from = settled(&stage, "inbound").await;
    assert_eq!(sent["parent"], from["id"]);
    // The hospital's answer is linked to the order that the forward made.
    loop {
        let (headers, _) = webhooks.recv().await.expect("a webhook");
        if let Some(answers) = headers.get("oxgate-answers") {
            assert_eq!(answers, sent["id"].as_str().expect("an id"));
            break;
        }
    }
}
