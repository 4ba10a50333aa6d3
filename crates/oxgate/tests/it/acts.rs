//! Acts on many by filter, search by what stands in messages, and corrections: through the real binary, as an operator types.

use crate::child::{Served, Stage, json, run, said};
use crate::road::application;
use axum::body::Bytes;
use axum::http::HeaderMap;
use serde_json::{Value, json};
use std::process::Output;
use tokio::sync::mpsc;

type Webhooks = mpsc::UnboundedReceiver<(HeaderMap, Bytes)>;

/// A gateway whose application takes admissions only.
async fn set() -> (Stage, Served, Webhooks) {
    let (handler, webhooks) = application().await;
    let stage = Stage::set(&handler).await;
    let config = stage.path().join("oxgate.toml");
    let text = std::fs::read_to_string(&config).expect("written by init");
    let secrets = "secrets = [{ file = \"keys/webhook.secret\" }]";
    let text = text.replacen(secrets, &format!("{secrets}\nmatch = {{ events = [\"PatientAdmin\"] }}"), 1);
    std::fs::write(&config, text).expect("written");
    let served = stage.serve().await;
    (stage, served, webhooks)
}

/// What `oxgate` does with these words.
async fn oxgate(stage: &Stage, line: &str) -> Output {
    let path = stage.path().to_owned();
    let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
    let done = tokio::task::spawn_blocking(move || {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        run(&path, &words)
    });
    done.await.expect("no panic")
}

async fn shown(stage: &Stage, line: &str) -> Value {
    json(&oxgate(stage, &format!("{line} --format json")).await)
}

async fn push_note(stage: &Stage, served: &Served, log: &str) {
    let note = json!({
        "Meta": {"DataModel": "Notes", "EventType": "New", "Logs": [{"ID": log, "AttemptID": "one"}]},
        "Patient": {"Identifiers": [{"ID": "MRN-4711-0815", "IDType": "MR"}]},
    });
    assert_eq!(stage.redox_side(served).push_body(note.to_string()).await, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acts_by_filter_count_first_and_ask() {
    let (stage, served, mut webhooks) = set().await;
    for log in ["log-1", "log-2", "log-3"] {
        push_note(&stage, &served, log).await;
    }
    let (code, text) = said(&oxgate(&stage, "parked release").await);
    assert!(code == 2 && text.contains("--all"), "{code}: {text}");
    let (code, text) = said(&oxgate(&stage, "parked cancel dlv_1 --model Notes").await);
    assert!(code == 2 && text.contains("filter"), "{code}: {text}");

    let counts = shown(&stage, "parked release --reason unrouted --dry-run").await;
    assert_eq!((&counts["deliveries"], &counts["by_target"]["unrouted"]), (&json!(3), &json!(3)), "{counts}");
    let (code, text) = said(&oxgate(&stage, "parked release --reason unrouted").await);
    assert!(code == 2 && text.contains("3 deliveries") && text.contains("--yes"), "{code}: {text}");
    // Released as they are, they still have no handler: said, and left.
    let (code, text) = said(&oxgate(&stage, "parked release --reason unrouted --yes").await);
    assert!(code == 1 && text.contains("OXG0027") && text.contains("released: 0"), "{code}: {text}");

    let reroute = "parked release --model Notes --limit 1 --reroute application --yes --why by-hand";
    let (code, text) = said(&oxgate(&stage, reroute).await);
    assert!(code == 0 && text.contains("released: 1"), "{code}: {text}");
    let (first, _) = webhooks.recv().await.expect("a webhook");

    let (code, text) = said(&oxgate(&stage, "parked cancel --model Notes --to 2020-01-01T00:00:00Z --yes").await);
    assert!(code == 0 && text.contains("nothing to cancel"), "{code}: {text}");
    let (code, text) = said(&oxgate(&stage, "parked cancel --model Notes --from 2020-01-01T00:00:00Z --yes").await);
    assert!(code == 0 && text.contains("cancelled: 2"), "{code}: {text}");
    assert_eq!(shown(&stage, "parked list").await["parked"], json!([]));

    let again = "events replay --model Notes --target application --yes --why asked";
    // The webhook is taken before its delivery is settled; until then there is nothing to repeat.
    let event = first["webhook-id"].to_str().expect("ASCII").to_owned();
    while shown(&stage, &format!("events show {event}")).await["event"]["deliveries"][1]["state"] != "settled" {}
    let (code, text) = said(&oxgate(&stage, &format!("{again} --state settled")).await);
    assert!(code == 0 && text.contains("replayed: 1"), "{code}: {text}");
    let (second, _) = webhooks.recv().await.expect("a webhook");
    assert_eq!(first["webhook-id"], second["webhook-id"]);
    let steps = shown(&stage, &format!("events show {event}")).await["timeline"]["timeline"].clone();
    let steps: Vec<_> = steps.as_array().expect("steps").iter().filter(|step| step["actor"] == "local").collect();
    let whats: Vec<_> = steps.iter().map(|step| step["what"].as_str().expect("a text")).collect();
    assert_eq!(whats, ["rerouted", "replayed"], "each act with who did it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acts_on_an_orphaned_lane_count_first_and_ask() {
    let stage = Stage::set("http://127.0.0.1:9/events").await;
    let served = stage.serve().await;
    for log in ["log-1", "log-2"] {
        assert_eq!(stage.redox_side(&served).push(log).await, 200);
    }
    let lanes = shown(&stage, "lanes list").await;
    let lane = lanes["lanes"].as_array().expect("lanes").iter().find(|lane| lane["target"] == "application");
    let lane = lane.expect("its lane")["id"].clone();
    let (code, text) = said(&oxgate(&stage, &format!("lanes cancel {lane} --yes")).await);
    assert!(code == 1 && text.contains("OXG0091"), "its target is there: {code}: {text}");
    served.stop().await;

    let config = stage.path().join("oxgate.toml");
    let text = std::fs::read_to_string(&config).expect("written by init");
    std::fs::write(&config, text.replace("name = \"application\"\nkind", "name = \"successor\"\nkind"))
        .expect("written");
    let _served = stage.serve().await;
    let reassign = format!("lanes reassign {lane} --to successor");
    let counts = shown(&stage, &format!("{reassign} --dry-run")).await;
    assert_eq!((&counts["open"], &counts["reassigned"]), (&json!(2), &json!(0)), "{counts}");
    let (code, text) = said(&oxgate(&stage, &reassign).await);
    assert!(code == 2 && text.contains("2 deliveries to `successor`?") && text.contains("--yes"), "{code}: {text}");
    assert!(text.contains(&format!("lane {lane}: 2 open, 0 parked")), "{text}");
    let (code, text) = said(&oxgate(&stage, &format!("lanes cancel {lane}")).await);
    assert!(code == 2 && text.contains("cancel 2 deliveries?") && text.contains("--dry-run"), "{code}: {text}");
    assert_eq!(said(&oxgate(&stage, &format!("{reassign} --dry-run --yes")).await).0, 2);
    assert_eq!(shown(&stage, &format!("lanes cancel {lane} --dry-run")).await["open"], 2, "nothing was done");

    let (code, text) = said(&oxgate(&stage, &format!("{reassign} --yes --why renamed")).await);
    assert!(code == 0 && text.contains("2 reassigned to `successor`, lane "), "{code}: {text}");
    let (code, text) = said(&oxgate(&stage, &reassign).await);
    assert!(code == 0 && text.contains("nothing to reassign"), "{code}: {text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_is_acted_on_by_its_id() {
    let (stage, served, mut webhooks) = set().await;
    for log in ["log-1", "log-2"] {
        push_note(&stage, &served, log).await;
    }
    let parked = shown(&stage, "parked list").await["parked"].clone();
    let id = |index: usize| parked[index]["id"].as_str().expect("an id").to_owned();
    let (code, text) = said(&oxgate(&stage, &format!("parked release {} --reroute application", id(0))).await);
    assert!(code == 0 && text.contains("cancelled, dlv_"), "{code}: {text}");
    webhooks.recv().await.expect("a webhook");
    let (code, text) = said(&oxgate(&stage, &format!("parked cancel {}", id(1))).await);
    assert_eq!((code, text.trim()), (0, format!("{}: cancelled", id(1)).as_str()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_is_found_by_its_patient_and_sent_corrected() {
    let (stage, served, mut webhooks) = set().await;
    assert_eq!(stage.redox_side(&served).push("log-1").await, 200);
    let (headers, body) = webhooks.recv().await.expect("a webhook");
    let event = headers["webhook-id"].to_str().expect("ASCII").to_owned();
    let mut message: Value = serde_json::from_slice(&body).expect("JSON");
    let patient = message["Patient"]["Identifiers"][0].clone();
    let line = format!("{} {}\n", patient["ID"].as_str().expect("a text"), patient["IDType"].as_str().expect("a text"));
    std::fs::write(stage.path().join("whom"), line).expect("written");
    // Search keys are written behind the events.
    let found = loop {
        let found = shown(&stage, "events find patient --from whom").await;
        if found["complete"] == true {
            break found;
        }
    };
    assert_eq!((found["events"].as_array().map(Vec::len), &found["events"][0]["id"]), (Some(1), &json!(event)));
    std::fs::write(stage.path().join("nobody"), "4711 MR\n").expect("written");
    assert_eq!(shown(&stage, "events find patient --from nobody").await["events"], json!([]));
    std::fs::write(stage.path().join("nothing"), "\n").expect("written");
    assert_eq!(said(&oxgate(&stage, "events find patient --from nothing").await).0, 2);

    message["Meta"]["EventType"] = "Discharge".into();
    std::fs::write(stage.path().join("edited.json"), message.to_string()).expect("written");
    let made = shown(&stage, &format!("events resend {event} edited.json --why corrected")).await;
    assert_eq!(made["parent"], event.as_str());
    let (headers, body) = webhooks.recv().await.expect("a webhook");
    assert_eq!(headers["webhook-id"], made["event"].as_str().expect("an id"));
    assert!(String::from_utf8_lossy(&body).contains("Discharge"));
    std::fs::write(stage.path().join("broken.json"), "{\"Meta\":").expect("written");
    let (code, text) = said(&oxgate(&stage, &format!("events resend {event} broken.json")).await);
    assert!(code == 3 && text.contains("line 1"), "{code}: {text}");
}
