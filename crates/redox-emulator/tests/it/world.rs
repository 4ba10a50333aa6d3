//! A driver for the core: time moves by hand, deliveries wait until the test says what came of them.

use http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use redox_emulator::directory::fixture;
use redox_emulator::exchange::{Answer, Delivery, Effects, Outcome, Reply, Request, Response, Ticket, Timer};
use redox_emulator::{Config, Emulator, Observed, Rng};
use serde_json::{Value, json};
use std::collections::VecDeque;

pub(crate) const HOOK: &str = "http://gateway.test/redox/main";

pub(crate) struct World {
    emulator: Emulator,
    rng: Rng,
    pub(crate) now: Timestamp,
    timers: Vec<Timer>,
    pub(crate) outgoing: VecDeque<Delivery>,
    pub(crate) replies: Vec<(Ticket, Reply)>,
    pub(crate) observed: Vec<Observed>,
    token: Option<String>,
}

impl World {
    pub(crate) fn new(config: Config) -> Self {
        let mut emulator = Emulator::new(config).unwrap();
        emulator.set_base_url("http://emulator.test".to_owned());
        let (mut rng, now) = (Rng::new(42), "2026-03-02T09:30:00Z".parse().unwrap());
        let begun = emulator.begin(now, &mut rng);
        let mut world = Self {
            emulator,
            rng,
            now,
            timers: Vec::new(),
            outgoing: VecDeque::new(),
            replies: Vec::new(),
            observed: Vec::new(),
            token: None,
        };
        world.take(begun);
        world
    }

    /// With the application's destination at [`HOOK`].
    pub(crate) fn with_hook(config: Config) -> Self {
        let mut world = Self::new(config);
        world.control("PATCH", &format!("/destinations/{}", fixture::APPLICATION_DESTINATION), &json!({"url": HOOK}));
        world
    }

    fn take(&mut self, effects: Effects) {
        self.timers.extend(effects.timers);
        self.outgoing.extend(effects.outgoing);
        self.replies.extend(effects.replies);
        self.observed.extend(effects.observed);
    }

    pub(crate) fn request(&mut self, request: &Request) -> Response {
        let handled = self.emulator.handle(request, self.now, &mut self.rng);
        self.take(handled.effects);
        handled.response
    }

    /// A request that must be answered at once.
    pub(crate) fn answer(&mut self, request: &Request) -> Answer {
        match self.request(request) {
            Response::Now(Reply::Answer(answer)) => answer,
            other => panic!("no answer: {other:?}"),
        }
    }

    pub(crate) fn control(&mut self, method: &str, path: &str, body: &Value) -> Value {
        let (status, body) = self.try_control(method, path, body);
        assert_eq!(status, 200, "{method} {path}: {body}");
        body
    }

    pub(crate) fn try_control(&mut self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let answer = self.answer(&Request::new(method, &format!("/_emulator{path}"), body.to_string()));
        (answer.status.as_u16(), serde_json::from_slice(&answer.body).unwrap())
    }

    pub(crate) fn json(&mut self, path: &str, body: &Value) -> Answer {
        let request = Request::new(Method::POST, path, body.to_string());
        self.answer(&request.with_header("content-type", "application/json"))
    }

    /// A legacy token, asked for once.
    pub(crate) fn bearer(&mut self) -> String {
        if self.token.is_none() {
            let keys = json!({"apiKey": fixture::API_KEY, "secret": fixture::API_SECRET});
            let answer = self.json("/auth/authenticate", &keys);
            assert_eq!(answer.status, StatusCode::OK);
            let body: Value = serde_json::from_slice(&answer.body).unwrap();
            self.token = body["accessToken"].as_str().map(|token| format!("Bearer {token}"));
        }
        self.token.clone().unwrap()
    }

    /// A token for an assertion by this key, in place of the legacy one.
    pub(crate) fn oauth(&mut self, own: &crate::keys::Signer) {
        let form = crate::keys::token_form(&own.sign(&crate::keys::claims(self.now, "world")));
        let request = Request::new(Method::POST, "/v2/auth/token", form)
            .with_header("content-type", "application/x-www-form-urlencoded")
            .with_header("host", "emulator.test");
        let answer = self.answer(&request);
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        self.token = body["access_token"].as_str().map(|token| format!("Bearer {token}"));
    }

    pub(crate) fn forget_token(&mut self) {
        self.token = None;
    }

    pub(crate) fn endpoint(&mut self, message: &Value) -> Request {
        Request::new(Method::POST, "/endpoint", message.to_string())
            .with_header("authorization", &self.bearer())
            .with_header("content-type", "application/json")
    }

    /// Sends a message to Redox; status and body.
    pub(crate) fn post(&mut self, message: &Value) -> (u16, Value) {
        let request = self.endpoint(message);
        let answer = self.answer(&request);
        (answer.status.as_u16(), serde_json::from_slice(&answer.body).unwrap_or_default())
    }

    /// Moves time, waking the core at each due timer in order.
    pub(crate) fn advance(&mut self, span: SignedDuration) {
        let until = self.now + span;
        loop {
            let due = self.timers.iter().enumerate().filter(|(_, timer)| timer.at <= until);
            let Some(index) = due.min_by_key(|(index, timer)| (timer.at, *index)).map(|(index, _)| index) else {
                break;
            };
            let timer = self.timers.remove(index);
            self.now = self.now.max(timer.at);
            let effects = self.emulator.timer(timer, self.now, &mut self.rng);
            self.take(effects);
        }
        self.now = until;
    }

    pub(crate) fn seconds(&mut self, seconds: i64) {
        self.advance(SignedDuration::from_secs(seconds));
    }

    /// When the next timer is due, from now.
    pub(crate) fn next_due(&self) -> Option<SignedDuration> {
        self.timers.iter().map(|timer| timer.at.duration_since(self.now)).min()
    }

    /// The only delivery under way.
    pub(crate) fn only_delivery(&mut self) -> Delivery {
        assert_eq!(self.outgoing.len(), 1, "deliveries under way");
        self.outgoing.pop_front().unwrap()
    }

    pub(crate) fn settle(&mut self, delivery: &Delivery, outcome: Outcome) {
        let effects = self.emulator.delivered(delivery.id, outcome, self.now, &mut self.rng);
        self.take(effects);
    }

    pub(crate) fn settle_status(&mut self, delivery: &Delivery, status: u16) {
        self.settle(delivery, Outcome::Answered { status, body: Vec::new().into() });
    }

    /// Takes and accepts everything that is under way, until nothing is; the bodies in order.
    pub(crate) fn accept_all(&mut self) -> Vec<Value> {
        let mut bodies = Vec::new();
        while let Some(delivery) = self.outgoing.pop_front() {
            bodies.push(body(&delivery));
            self.settle_status(&delivery, 200);
        }
        bodies
    }
}

pub(crate) fn body(delivery: &Delivery) -> Value {
    serde_json::from_slice(&delivery.body).unwrap()
}

/// A message of the application to the simulated EHR.
pub(crate) fn message(model: &str, event: &str, payload: &Value) -> Value {
    let mut message = json!({"Meta": {
        "DataModel": model, "EventType": event, "Destinations": [{"ID": fixture::EHR_DESTINATION}],
    }});
    for (name, value) in payload.as_object().unwrap() {
        message[name.as_str()] = value.clone();
    }
    message
}

pub(crate) fn arrival(number: u32) -> Value {
    let patient = json!({"Identifiers": [{"ID": format!("EX-{number}"), "IDType": "MR"}]});
    message("PatientAdmin", "Arrival", &json!({"Patient": patient, "Visit": {"VisitNumber": format!("V-{number}")}}))
}

pub(crate) fn order(id: &str) -> Value {
    let patient = json!({"Identifiers": [{"ID": "EX-1", "IDType": "MR"}], "Demographics": {"LastName": "Sampleton"}});
    let order = json!({
        "ID": id, "ApplicationOrderID": format!("APP-{id}"), "Status": "New",
        "Procedure": {"Code": "GLU", "Description": "Glucose"},
    });
    let visit = json!({"VisitNumber": "V-1", "AccountNumber": "ACC-1", "Reason": "not carried over"});
    message("Order", "New", &json!({"Patient": patient, "Order": order, "Visit": visit}))
}
