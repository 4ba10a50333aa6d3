//! Redox: the emulator's pure core under virtual time, and the network between it and the gateway's door.

use crate::checks;
use crate::world::World;
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
        let redox = Self { world: Arc::clone(world), core: Mutex::new(Core { emulator, rng: Rng::new(world.seed) }) };
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
        Ok(queues.iter().all(|queue| queue["length"] == 0))
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
                let outcome = redox.knock(delivery).await;
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
    async fn knock(&self, delivery: Delivery) -> Outcome {
        let world = &self.world;
        tokio::time::sleep(world.chance.millis(1..300)).await;
        if world.strikes(world.scenario.lost / 2) {
            return Outcome::Refused;
        }
        let Some(life) = world.living() else { return Outcome::Refused };
        let (log, answers) = about(&delivery.body);
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
            self.acknowledged(&log, answers, &delivery.body, &body, floor, low_before);
        } else if String::from_utf8_lossy(&body).contains(crate::world::MARK) {
            world.broken("G8", "a refusal quotes the message");
        }
        if world.strikes(world.scenario.lost / 2) {
            return Outcome::TimedOut;
        }
        Outcome::Answered { status, body }
    }

    /// The gateway has answered 200: what that promises is held against it from now on.
    fn acknowledged(&self, log: &str, answers: Option<u64>, sent: &Bytes, body: &Bytes, floor: u64, low_before: bool) {
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
        let mut witness = world.witness();
        witness.newest_acknowledged = witness.newest_acknowledged.max(event.seq);
        let pushed = witness.pushed.entry(log.to_owned()).or_default();
        pushed.answers = answers;
        let first = *pushed.acknowledged.get_or_insert(event);
        if pushed.body.is_empty() {
            pushed.body = sent.clone();
        }
        drop(witness);
        if first != event {
            world.broken("G2", &format!("log {log} is {first} and {event}"));
        }
    }
}

/// The event that an acknowledgement names.
fn event_in(body: &[u8]) -> Option<EventId> {
    let said: Value = serde_json::from_slice(body).ok()?;
    said["id"].as_str()?.parse().ok()
}

/// The log id of a message, and of a result the number of its order.
fn about(body: &[u8]) -> (String, Option<u64>) {
    let message: Value = serde_json::from_slice(body).unwrap_or_default();
    let log = message["Meta"]["Logs"][0]["ID"].as_str().unwrap_or_default().to_owned();
    let order = message["Orders"][0]["ID"].as_str().and_then(|id| id.rsplit('-').next()?.parse().ok());
    (log, order.filter(|_| message["Meta"]["DataModel"] == "Results"))
}
