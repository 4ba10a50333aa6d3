//! Redox: the emulator's pure core under virtual time, and the network between it and the gateway's door.

use crate::across;
use crate::application::STRANGER;
use crate::checks;
use crate::world::{MARK, World};
use anyhow::{Context, Result};
use axum::body::Body;
use bytes::Bytes;
use http::Method;
use http_body_util::BodyExt;
use jiff::Timestamp;
use oxgate_core::{Clock, DeliveryId, EventId};
use redox_emulator::directory::fixture;
use redox_emulator::exchange::{Delivery, Effects, Outcome, Reply, Request, Response};
use redox_emulator::{Config, EhrConfig, Emulator, Limits, Rng};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tower::ServiceExt;

/// The door's address; nobody resolves it.
const HOOK: &str = "http://gateway.test/redox/main";

/// Longest answer of the door that is read.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// Redox in a box, and its side of the network.
pub(crate) struct Redox {
    world: Arc<World>,
    core: Mutex<Core>,
    /// Messages that Redox has still to say otherwise.
    variants: AtomicUsize,
}

struct Core {
    emulator: Emulator,
    rng: Rng,
}

impl Redox {
    pub(crate) fn new(world: &Arc<World>) -> Result<Arc<Self>> {
        let limits = Limits { rate_limit: u32::MAX, ..Limits::default() };
        let ehr = EhrConfig { results_delay: "40s".parse().context("a span")?, ..EhrConfig::default() };
        let mut emulator = Emulator::new(Config { limits, ehr, ..Config::default() }).context("an emulator")?;
        emulator.set_base_url("http://redox.test".to_owned());
        let redox = Self {
            world: Arc::clone(world),
            core: Mutex::new(Core { emulator, rng: Rng::new(world.seed) }),
            variants: AtomicUsize::new(0),
        };
        let redox = Arc::new(redox);
        redox.control(
            "PATCH",
            &format!("/destinations/{}", fixture::APPLICATION_DESTINATION),
            &json!({"url": HOOK}),
        )?;
        for kind in ["duplicate", "send_again"] {
            let probability = if world.chance.thousandth(400) { 0.1 } else { 0.0 };
            redox.control("POST", "/faults", &json!({"kind": kind, "probability": probability}))?;
        }
        Ok(redox)
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.world.clock.now().millis()).unwrap_or(Timestamp::MAX)
    }

    /// Asks the emulator; status and body, or nothing when it hangs up.
    pub(crate) fn ask(self: &Arc<Self>, request: &Request) -> Option<(u16, Bytes)> {
        let handled = {
            let mut core = self.core.lock().unwrap_or_else(PoisonError::into_inner);
            let Core { emulator, rng } = &mut *core;
            emulator.handle(request, self.now(), rng)
        };
        self.carry_out(handled.effects);
        match handled.response {
            Response::Now(Reply::Answer(answer)) => Some((answer.status.as_u16(), answer.body)),
            Response::Now(Reply::Hangup) | Response::Later(_) => None,
        }
    }

    /// Asks the control API.
    pub(crate) fn control(self: &Arc<Self>, method: &str, path: &str, body: &Value) -> Result<Value> {
        let method = Method::from_bytes(method.as_bytes()).context("a method")?;
        let request = Request::new(method, &format!("/_emulator{path}"), body.to_string());
        let (status, body) = self.ask(&request).context("the control API hung up")?;
        let body: Value = serde_json::from_slice(&body).context("the control API speaks JSON")?;
        anyhow::ensure!(status == 200, "{path}: {status} {body}");
        Ok(body)
    }

    /// Has the EHR push a message to the application.
    pub(crate) fn push(self: &Arc<Self>, body: &Value) -> Result<()> {
        self.control("POST", "/deliver", &json!({"body": body})).map(|_| ())
    }

    /// Whether everything has been delivered.
    pub(crate) fn is_at_rest(self: &Arc<Self>) -> Result<bool> {
        let queues = self.control("GET", "/queues", &Value::Null)?;
        let queues = queues["queues"].as_array().cloned().unwrap_or_default();
        let variants = self.variants.load(Ordering::Relaxed);
        Ok(variants == 0 && queues.iter().all(|queue| queue["length"] == 0))
    }

    /// It has accepted a delivery of the gateway.
    pub(crate) fn took(&self, id: DeliveryId) {
        self.world.note("took", format_args!("{id}"));
        let taken = {
            let mut witness = self.world.witness();
            let seen = witness.attempts.entry(id).or_default();
            seen.taken += 1;
            seen.taken
        };
        if taken > 1 {
            self.world.broken("G5", &format!("{id} is at Redox {taken} times, and nobody had said that it may be"));
        }
    }

    fn carry_out(self: &Arc<Self>, effects: Effects) {
        for timer in effects.timers {
            let redox = Arc::clone(self);
            let wait = timer.at.duration_since(self.now()).as_millis().max(0);
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(u64::try_from(wait).unwrap_or(0) + 1)).await;
                let effects = {
                    let mut core = redox.core.lock().unwrap_or_else(PoisonError::into_inner);
                    let Core { emulator, rng } = &mut *core;
                    emulator.timer(timer, redox.now(), rng)
                };
                redox.carry_out(effects);
            });
        }
        for delivery in effects.outgoing {
            let redox = Arc::clone(self);
            tokio::spawn(async move {
                let id = delivery.id;
                if redox.world.strikes(redox.world.scenario.conflicts) {
                    redox.say_otherwise(&delivery);
                }
                let outcome = redox.knock(&delivery).await;
                let effects = {
                    let mut core = redox.core.lock().unwrap_or_else(PoisonError::into_inner);
                    let Core { emulator, rng } = &mut *core;
                    emulator.delivered(id, outcome, redox.now(), rng)
                };
                redox.carry_out(effects);
            });
        }
    }

    /// One delivery at the gateway's door.
    async fn knock(&self, delivery: &Delivery) -> Outcome {
        let world = &self.world;
        tokio::time::sleep(world.chance.millis(1..300)).await;
        if world.strikes(world.scenario.lost / 2) {
            return Outcome::Refused;
        }
        let Some(life) = world.living() else { return Outcome::Refused };
        let about = About::of(&delivery.body);
        let log = about.log.clone();
        world.note("knock", format_args!("{log}"));
        let (floor, low_before) = (world.witness().newest_acknowledged, world.disk_is_low());
        let mut request = http::Request::post("/redox/main");
        for (name, value) in &delivery.headers {
            request = request.header(name, value);
        }
        let Ok(request) = request.body(Body::from(delivery.body.clone())) else { return Outcome::Refused };
        let router = life.router.clone();
        let answer = life.within(tokio::time::timeout(ANSWER_WITHIN, async {
            let Ok(response) = router.oneshot(request).await;
            let status = response.status().as_u16();
            (status, response.into_body().collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default())
        }));
        let (status, body) = match answer.await {
            None => return Outcome::Refused,
            Some(Err(_)) => return Outcome::TimedOut,
            Some(Ok(answer)) => answer,
        };
        world.note("answer", format_args!("{log} {status}"));
        if status == 200 {
            if let Some(event) = event_in(&body) {
                checks::acknowledged(world, &life.store, event);
            }
            self.acknowledged(about, &delivery.body, &body, floor, low_before);
        } else if String::from_utf8_lossy(&body).contains(crate::world::MARK) {
            world.broken("G8", "a refusal quotes the message");
        }
        if world.strikes(world.scenario.lost / 2) {
            return Outcome::TimedOut;
        }
        Outcome::Answered { status, body }
    }

    /// The gateway has answered 200: what that promises is held against it from now on.
    fn acknowledged(&self, about: About, sent: &Bytes, body: &Bytes, floor: u64, low_before: bool) {
        let world = &self.world;
        let said: Value = serde_json::from_slice(body).unwrap_or_default();
        let Some(event) = event_in(body) else { return world.broken("G1", "a 200 names no event") };
        let is_new = said["duplicate"] != true;
        if is_new && event.seq <= floor {
            world.broken("G3", &format!("{event} came after event {floor} was acknowledged, and ranks before it"));
        }
        if is_new && low_before && world.disk_is_low() {
            world.broken("G9", &format!("{event} was taken while the disk was low"));
        }
        if let Some(life) = world.living() {
            across::heard(world, &life.store, event, sent);
        }
        let mut witness = world.witness();
        witness.newest_acknowledged = witness.newest_acknowledged.max(event.seq);
        let About { log, says, answers, is_stray } = about;
        let pushed = witness.pushed.entry((log.clone(), says.clone())).or_default();
        (pushed.answers, pushed.is_stray) = (answers, is_stray);
        let first = *pushed.acknowledged.get_or_insert(event);
        if pushed.body.is_empty() {
            pushed.body = sent.clone();
        }
        let others = witness.pushed.range((log.clone(), String::new())..).take_while(|((other, _), _)| *other == log);
        let swallowed =
            others.filter(|((_, other), one)| *other != says && one.acknowledged == Some(event)).count() > 0;
        drop(witness);
        if first != event {
            world.broken("G2", &format!("log {log} is {first} and {event}"));
        }
        if swallowed {
            world.broken("G2", &format!("log {log} came with other content, and was taken for {event}"));
        }
    }

    /// The same log once more with other content, or with the same in other words, until the gateway has it.
    fn say_otherwise(self: &Arc<Self>, delivery: &Delivery) {
        let Ok(mut message) = serde_json::from_slice::<Value>(&delivery.body) else { return };
        let Some(members) = message.as_object_mut() else { return };
        if self.world.chance.thousandth(600) {
            members.insert("Changed".to_owned(), format!("{} {}", MARK, self.world.chance.among(0..2)).into());
        } else {
            let turned: Vec<(String, Value)> = std::mem::take(members).into_iter().rev().collect();
            members.extend(turned);
        }
        let variant = Delivery { body: format!("{message:#}").into(), ..delivery.clone() };
        let redox = Arc::clone(self);
        redox.variants.fetch_add(1, Ordering::Relaxed);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(redox.world.chance.millis(1..60_000)).await;
                if matches!(redox.knock(&variant).await, Outcome::Answered { status: 200, .. }) {
                    break;
                }
            }
            redox.variants.fetch_sub(1, Ordering::Relaxed);
        });
    }
}

/// What a message says of itself.
struct About {
    /// Its log's id.
    log: String,
    /// Stands for its content, whatever words it is in.
    says: String,
    /// Of a result: the number of its order.
    answers: Option<u64>,
    /// It is about another patient than that order.
    is_stray: bool,
}

impl About {
    fn of(body: &[u8]) -> Self {
        let message: Value = serde_json::from_slice(body).unwrap_or_default();
        let log = message["Meta"]["Logs"][0]["ID"].as_str().unwrap_or_default().to_owned();
        let order = message["Orders"][0]["ID"].as_str().and_then(|id| id.split_once('-'));
        let number = order.filter(|(kind, _)| ["ORD", "NOANSWER"].contains(kind)).and_then(|(_, id)| id.parse().ok());
        Self {
            log,
            says: content(&message),
            answers: number.filter(|_| message["Meta"]["DataModel"] == "Results"),
            is_stray: message["Patient"]["Identifiers"][0]["ID"] == STRANGER,
        }
    }
}

/// Stands for what a message says: members in their alphabetical order, without what Redox changes from attempt to attempt.
pub(crate) fn content(message: &Value) -> String {
    let mut message = message.clone();
    if let Some(meta) = message.get_mut("Meta").and_then(Value::as_object_mut) {
        meta.remove("Logs");
        meta.remove("EventDateTime");
    }
    message.sort_all_objects();
    blake3::hash(message.to_string().as_bytes()).to_hex()[..16].to_owned()
}

/// The event that an acknowledgement names.
fn event_in(body: &[u8]) -> Option<EventId> {
    let said: Value = serde_json::from_slice(body).ok()?;
    said["id"].as_str()?.parse().ok()
}
