//! A handler that is added later, through the real binary: it gets what came before it, once, and what comes after it last.

use crate::child::{Stage, run, said};
use crate::road::application;
use axum::body::Bytes;
use axum::http::HeaderMap;
use serde_json::Value;
use tokio::sync::mpsc;

async fn logs(webhooks: &mut mpsc::UnboundedReceiver<(HeaderMap, Bytes)>, count: usize) -> Vec<String> {
    let mut logs = Vec::new();
    while logs.len() < count {
        let (_, body) = webhooks.recv().await.expect("a webhook");
        let body: Value = serde_json::from_slice(&body).expect("JSON");
        logs.push(body["Meta"]["Logs"][0]["ID"].as_str().expect("a log").to_owned());
    }
    logs
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_added_later_gets_what_was_there_first_and_once() {
    let stage = Stage::set("http://127.0.0.1:9/events").await;
    let served = stage.serve().await;
    for log in ["old-1", "old-2", "old-3"] {
        assert_eq!(stage.redox_side(&served).push(log).await, 200);
    }
    let (code, log) = served.stop().await;
    assert_eq!(code, Some(0), "{log}");

    let (url, mut webhooks) = application().await;
    let config = stage.path().join("oxgate.toml");
    let late = |start_from: &str| {
        format!(
            "\n[[handler]]\nname = \"late\"\nkind = \"http\"\nurl = \"{url}\"\n\
             secrets = [{{ file = \"keys/webhook.secret\" }}]\nstart_from = \"{start_from}\"\n"
        )
    };
    let before = std::fs::read_to_string(&config).expect("written by init");
    std::fs::write(&config, before.clone() + &late("the beginning")).expect("written");
    let (code, text) = said(&run(stage.path(), &["config", "check"]));
    assert!(code != 0 && text.contains("earliest"), "{text}");
    std::fs::write(&config, before + &late("earliest")).expect("written");

    let served = stage.serve().await;
    assert_eq!(stage.redox_side(&served).push("new-1").await, 200);
    assert_eq!(logs(&mut webhooks, 4).await, ["old-1", "old-2", "old-3", "new-1"]);
    let (_, log) = served.stop().await;
    assert!(log.contains("the new handler has the events from before"), "{log}");

    let served = stage.serve().await;
    assert_eq!(stage.redox_side(&served).push("new-2").await, 200);
    assert_eq!(logs(&mut webhooks, 1).await, ["new-2"], "nothing twice");
    served.stop().await;
}
