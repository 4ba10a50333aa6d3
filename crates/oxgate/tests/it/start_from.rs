//! A handler that is added later, through the real binary: it gets what came before it, once, and what comes after it last.

use crate::child::{Served, Stage, run, said};
use crate::road::application;
use axum::body::Bytes;
use axum::http::HeaderMap;
use oxgate_core::{DeliveryId, EventId};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use tokio::sync::mpsc;

/// Eight batches and a bit.
const OLD: usize = 2_100;

/// How many webhooks have arrived when the gateway is killed for the last time.
const TAKEN_BEFORE_KILL: usize = 150;

/// A handler that comes late, and one that is told when it has caught up.
fn late(url: &str, start_from: &str) -> String {
    let secrets = "secrets = [{ file = \"keys/webhook.secret\" }]";
    format!(
        "\n[[handler]]\nname = \"late\"\nkind = \"http\"\nurl = \"{url}\"\n{secrets}\norder_by = \"patient\"\n\
         start_from = \"{start_from}\"\n\n[[handler]]\nname = \"watch\"\nkind = \"ops\"\nurl = \"{url}\"\n{secrets}\n"
    )
}

/// What has arrived at the late handler.
#[derive(Default)]
struct Arrived {
    /// First arrivals, in their order.
    events: Vec<EventId>,
    /// Arrivals of what had arrived before.
    repeats: Vec<(EventId, DeliveryId)>,
    deliveries: BTreeSet<DeliveryId>,
    /// What the ops handler was told of the catching up, by the id of the operational event.
    told: BTreeMap<String, Value>,
}

impl Arrived {
    fn take(&mut self, (headers, body): &(HeaderMap, Bytes)) {
        let header = |name: &str| headers[name].to_str().expect("ASCII").to_owned();
        let body: Value = serde_json::from_slice(body).expect("JSON");
        if body["type"].is_string() {
            if body["type"] == "handler.caught_up" {
                self.told.insert(header("webhook-id"), body["data"].clone());
            }
            return;
        }
        let event: EventId = header("webhook-id").parse().expect("an event id");
        let delivery: DeliveryId = header("oxgate-delivery").parse().expect("a delivery id");
        assert_eq!(delivery.event, event);
        if self.deliveries.insert(delivery) {
            self.events.push(event);
        } else {
            assert_eq!(self.events.last(), Some(&event), "a repeat comes before what follows it");
            self.repeats.push((event, delivery));
        }
    }

    async fn until(&mut self, webhooks: &mut mpsc::UnboundedReceiver<(HeaderMap, Bytes)>, count: usize) {
        while self.events.len() < count {
            self.take(&webhooks.recv().await.expect("a webhook"));
        }
    }
}

async fn pushed(stage: &Stage, served: &Served) {
    const SENDERS: usize = 12;
    let senders: Vec<_> = (0..SENDERS)
        .map(|sender| {
            let redox = stage.redox_side(served);
            tokio::spawn(async move {
                for number in (sender..OLD).step_by(SENDERS) {
                    assert_eq!(redox.push(&format!("old-{number}")).await, 200);
                }
            })
        })
        .collect();
    for sender in senders {
        sender.await.expect("no panic");
    }
}

/// SIGKILL in every phase of catching up: as soon as the gateway serves, while events are being given, while the first of
/// them are being delivered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g1_a_late_handler_misses_nothing_whenever_the_gateway_is_killed() {
    let stage = Stage::set("http://127.0.0.1:9/events").await;
    let served = stage.serve().await;
    pushed(&stage, &served).await;
    served.signal("KILL");
    let _ = served.ended().await;
    let (url, mut webhooks) = application().await;
    crate::mllp::configure(&stage, &late(&url, "earliest"));

    let served = stage.serve().await;
    served.signal("KILL");
    let _ = served.ended().await;

    let served = stage.serve().await;
    let lane = |served: &Served| served.get("/v1/lanes?target=late")["lanes"][0].clone();
    // Some are given; all of them are, if this test's own steps were that slow.
    while lane(&served)["open"].as_u64().is_none_or(|open| open == 0) {}
    served.signal("KILL");
    let _ = served.ended().await;

    let served = stage.serve().await;
    let mut arrived = Arrived::default();
    arrived.until(&mut webhooks, TAKEN_BEFORE_KILL).await;
    assert_eq!(stage.redox_side(&served).push("new-1").await, 200);
    served.signal("KILL");
    let _ = served.ended().await;

    let served = stage.serve().await;
    assert_eq!(stage.redox_side(&served).push("new-2").await, 200);
    arrived.until(&mut webhooks, OLD + 2).await;
    while arrived.told.is_empty() {
        arrived.take(&webhooks.recv().await.expect("a webhook"));
    }
    served.stop().await;
    while let Ok(webhook) = webhooks.try_recv() {
        arrived.take(&webhook);
    }

    assert_eq!(arrived.events.len(), OLD + 2, "each of them");
    assert!(arrived.events.is_sorted_by_key(|event| event.seq), "in the order in which they were accepted");
    // All of one patient, so one was under way at each kill: it comes again under its own ids, and none else.
    let kills_that_met_one = 2;
    assert!(arrived.repeats.len() <= kills_that_met_one, "{:?}", arrived.repeats);
    let told: Vec<&Value> = arrived.told.values().collect();
    assert_eq!(told, [&json!({ "handler": "late", "given": OLD, "without_body": 0 })], "said once");
}

async fn logs(webhooks: &mut mpsc::UnboundedReceiver<(HeaderMap, Bytes)>, count: usize) -> Vec<String> {
    let mut logs = Vec::new();
    while logs.len() < count {
        let (_, body) = webhooks.recv().await.expect("a webhook");
        let body: Value = serde_json::from_slice(&body).expect("JSON");
        if body["type"].is_string() {
            continue;
        }
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
    let before = std::fs::read_to_string(&config).expect("written by init");
    std::fs::write(&config, before.clone() + &late(&url, "the beginning")).expect("written");
    let (code, text) = said(&run(stage.path(), &["config", "check"]));
    assert!(code != 0 && text.contains("earliest"), "{text}");
    std::fs::write(&config, before + &late(&url, "earliest")).expect("written");

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
