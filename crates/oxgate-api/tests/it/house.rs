//! A whole gateway in a temporary folder, called in process.

use crate::message::{NORTH, SOURCE, SOUTH};
use crate::redox::FakeRedox;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::response::Response;
use http::{HeaderMap, Request, StatusCode};
use oxgate_api::{
    ApiKeys, Export, ExportRefusal, Exports, Feed, Gateway, NewApiKey, ReconcileFault, Reload, Reloaded, Requests,
    Routes, Routing, Scope, local_router, router,
};
use oxgate_core::delivery::{Fact, Policy};
use oxgate_core::filter::Filter;
use oxgate_core::lane::LaneBy;
use oxgate_core::order::OrderBy;
use oxgate_core::{Clock, DeliveryId, Entropy, Timestamp};
use oxgate_dispatch::{
    BoxFuture, BytesBudget, ClockTimer, Job, Parts as RunnerParts, QuotaGate, QuotaRules, Report, Runner, Target,
    TargetSpec, Wired,
};
use oxgate_inbound::{CannotHandle, Counts, Endpoint, Inbound, Inbox, Parts, Plan as InboundPlan, Route, RouteKind};
use oxgate_marked::{Folder, look};
use oxgate_outbound::plan::{Account, Destination, FhirServer, Plan, Source};
use oxgate_outbound::send::{self, RedoxTarget};
use oxgate_outbound::{Outbound, Roads};
use oxgate_store::command::{Record, Recorded};
use oxgate_store::{Faults, Kek, Settings, Store};
use secrecy::SecretString;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tower::ServiceExt;

/// A clock that moves when told to.
#[derive(Debug)]
pub(crate) struct ManualClock(AtomicI64);

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

/// Bytes that look random and are the same in every run.
#[derive(Debug)]
struct Seeded(AtomicU64);

impl Entropy for Seeded {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(8) {
            // SplitMix64.
            let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(z ^ (z >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}

/// A handler that takes everything.
pub(crate) struct Takes;

impl Target for Takes {
    fn deliver(&self, _: Job) -> BoxFuture<'_, Report> {
        Box::pin(std::future::ready(Report::accepted()))
    }
}

/// What differs from one test to another.
pub(crate) struct Plans {
    pub(crate) running: bool,
    pub(crate) faults: Faults,
    pub(crate) budget: BytesBudget,
    pub(crate) reload: Reload,
}

impl Default for Plans {
    fn default() -> Self {
        let reload: Reload = Arc::new(|| Box::pin(std::future::ready(Ok(Reloaded::default()))));
        Self { running: false, faults: Faults::default(), budget: BytesBudget::default(), reload }
    }
}

pub(crate) struct House {
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) redox: Arc<FakeRedox>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) folder: Folder,
    made: Mutex<u32>,
}

/// Paths that hand over content, by a part of theirs; what all others answer holds none (guarantee G8).
const HAND_OVER: [&str; 6] = ["/payload", "/detail", "/lease", "/v1/queries", "/v1/fhir", "/v1/stream"];

pub(crate) const NOW: Timestamp = Timestamp(1_772_366_400_000);

impl House {
    /// Without a running dispatcher: nothing moves but by the test's own acts.
    pub(crate) fn still() -> Self {
        Self::with(Plans::default())
    }

    /// With a dispatcher that delivers.
    pub(crate) fn running() -> Self {
        Self::with(Plans { running: true, ..Plans::default() })
    }

    pub(crate) fn with(plans: Plans) -> Self {
        let folder = Folder::new();
        let clock = Arc::new(ManualClock(AtomicI64::new(NOW.0)));
        let entropy: Arc<dyn Entropy> = Arc::new(Seeded(AtomicU64::new(7)));
        let kek = Some(Kek { name: "test".into(), key: [9; 32] });
        let settings = Settings { faults: plans.faults, kek, ..Settings::new(folder.path(), [7; 32]) };
        let store = Store::open(settings, clock.clone(), entropy.clone()).unwrap();
        let redox = Arc::new(FakeRedox::default());
        let outbound = Arc::new(Outbound::new(store.clone(), clock.clone(), roads(&redox)));
        let parts = Parts {
            store: store.clone(),
            clock: clock.clone(),
            entropy: entropy.clone(),
            counts: Arc::new(Counts::default()),
            budget: plans.budget.clone(),
            sync_budget: Duration::from_secs(90),
        };
        let inbound = Arc::new(Inbound::new(parts, inbound_plan()).unwrap());
        let feed = Feed::default();
        let timer = Arc::new(ClockTimer::new(clock.clone()));
        let gate = Arc::new(QuotaGate::new("egress", QuotaRules::default(), clock.clone(), timer.clone()));
        let live = RedoxTarget::new(redox.clone(), store.clone()).wired(TargetSpec::redox("redox"), gate);
        let (told, waiting) = (feed.clone(), outbound.clone());
        let runner = Runner::new(RunnerParts {
            ledger: Arc::new(store.clone()),
            clock: clock.clone(),
            timer,
            entropy: entropy.clone(),
            bodies: plans.budget.clone(),
            targets: vec![Wired::new(TargetSpec::handler("app", "http"), Arc::new(Takes)), send::backfill(&live), live],
            observers: vec![
                Arc::new(move |changes| told.observe(changes)),
                Arc::new(move |changes| waiting.observe(changes)),
            ],
        });
        let handle = runner.handle();
        if plans.running {
            tokio::spawn(runner.run());
        }
        let routing = Routing::new(store.keyed().clone(), clock.clone(), routes(&["PatientAdmin", "Results"]));
        let inbox_timer = Arc::new(ClockTimer::new(clock.clone()));
        let inbox = Inbox::new(store.clone(), clock.clone(), inbox_timer, entropy.clone());
        let gateway = Arc::new(Gateway {
            inbox: Arc::new(inbox),
            store,
            inbound,
            outbound,
            routing: Arc::new(routing),
            runner: handle,
            keys: Arc::new(ApiKeys::open(folder.path()).unwrap()),
            clock: clock.clone(),
            entropy,
            bodies: plans.budget,
            exports: Arc::new(FakeExports::default()),
            feed,
            reload: plans.reload,
            reconcile: Arc::new(|_| Box::pin(std::future::ready(Err(ReconcileFault::NoPlatform)))),
            jwks: Arc::new(|| serde_json::json!({ "keys": [] })),
            requests: Requests::default(),
            started_at: NOW,
            version: "0.0.0-test",
        });
        Self { gateway, redox, clock, folder, made: Mutex::new(0) }
    }

    pub(crate) fn router(&self) -> Router {
        router(self.gateway.clone())
    }

    pub(crate) fn advance(&self, span: Duration) {
        self.clock.0.fetch_add(i64::try_from(span.as_millis()).unwrap(), Ordering::SeqCst);
    }

    /// A new API key with these scopes.
    pub(crate) fn key(&self, scopes: &[Scope]) -> String {
        let number = {
            let mut made = self.made.lock().unwrap();
            *made += 1;
            *made
        };
        let new =
            NewApiKey { name: format!("key-{number}"), scopes: scopes.iter().copied().collect(), expires_at: None };
        let (_, secret) = self.gateway.keys.create(new, NOW, &*self.gateway.entropy).unwrap();
        secret.expose().to_owned()
    }

    /// One request with a key that has every scope.
    pub(crate) async fn call(&self, method: &str, path: &str, body: impl Into<Body>) -> Answer {
        self.call_with(method, path, &[], body).await
    }

    /// The same with further headers, over the owner's listener.
    pub(crate) async fn call_with(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.into()).unwrap();
        let answer = Answer::of(local_router(self.gateway.clone()).oneshot(request).await.unwrap()).await;
        if !HAND_OVER.iter().any(|part| path.contains(part)) {
            look(&format!("the answer of {method} {path}"), shown(&answer.body));
        }
        let metrics = Request::get("/metrics").body(Body::empty()).unwrap();
        let metrics = local_router(self.gateway.clone()).oneshot(metrics).await.unwrap();
        look("the metrics", Answer::of(metrics).await.body);
        answer
    }

    /// Submits one order and gives the event's and the delivery's id.
    pub(crate) async fn submitted(&self, id: &str) -> (String, DeliveryId) {
        let answer = self.call("POST", "/v1/events", crate::message::order(id, &[NORTH]).to_string()).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{answer:?}");
        let delivery = answer.json()["deliveries"][0]["id"].as_str().unwrap().parse().unwrap();
        (answer.text_of("id"), delivery)
    }

    /// Pushes one event through the door for Redox and gives the event's id.
    pub(crate) async fn pushed(&self, model: &str, event_type: &str, log: &str) -> String {
        let body = crate::message::pushed(model, event_type, log).to_string();
        let headers = [("verification-token", "door-token"), ("content-type", "application/json")];
        let answer = self.call_with("POST", "/redox/main", &headers, body).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.text_of("id")
    }

    /// Runs facts through a delivery, as the dispatcher would.
    pub(crate) async fn happened(&self, delivery: DeliveryId, policy: Policy, facts: impl IntoIterator<Item = Fact>) {
        for fact in facts {
            let record = Record::new(delivery, fact, policy);
            let recorded = self.gateway.store.record(record).await.unwrap();
            assert!(matches!(recorded, Recorded::Done { .. }), "{recorded:?}");
        }
    }
}

/// An answer without the application's own correlation values, which may say anything and need the right to read it.
fn shown(body: &Bytes) -> Vec<u8> {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(members) => {
                members.remove("correlation");
                members.values_mut().for_each(strip);
            }
            Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let Ok(mut value) = serde_json::from_slice::<Value>(body) else { return body.to_vec() };
    strip(&mut value);
    value.to_string().into_bytes()
}

/// A response, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) async fn of(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        look("the headers of an answer", format!("{:?}", parts.headers));
        if parts.headers.get("content-type").is_some_and(|kind| kind == "application/problem+json") {
            look("a problem document", &body);
        }
        Self { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn text_of(&self, member: &str) -> String {
        self.json()[member].as_str().unwrap_or_else(|| panic!("no {member}: {self:?}")).to_owned()
    }

    /// The problem's code, after checking that it is one.
    pub(crate) fn code(&self) -> String {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{self:?}");
        assert_eq!(self.json()["status"], self.status.as_u16());
        self.text_of("code")
    }
}

fn roads(redox: &Arc<FakeRedox>) -> Roads<FakeRedox> {
    Roads { plan: Arc::new(outbound_plan()), clients: HashMap::from([("main".to_owned(), redox.clone())]) }
}

fn outbound_plan() -> Plan {
    let account = Arc::new(Account { name: "main".into(), target: "redox".into() });
    let destination = |name: &str, id: &str, accepts: &[&str]| Destination {
        name: name.into(),
        id: id.into(),
        accepts: accepts.iter().map(|&text| text.to_owned()).collect(),
        subscribed: Vec::new(),
        requires: Vec::new(),
        partner: Some("north".into()),
        fhir: (name == "north-ehr").then(|| FhirServer { slug: "north".into(), environment: "Development".into() }),
    };
    Plan {
        sources: vec![Source { name: "clinic".into(), id: SOURCE.into(), account }],
        destinations: vec![
            destination("north-ehr", NORTH, &[]),
            destination("south-ehr", SOUTH, &["Notes", "Order.Cancel"]),
        ],
        ..Plan::default()
    }
}

pub(crate) fn inbound_plan() -> InboundPlan {
    InboundPlan {
        listeners: Vec::new(),
        exports: Vec::new(),
        endpoints: vec![Endpoint {
            name: "main".into(),
            tokens: vec![SecretString::from("door-token")],
            cannot_handle: CannotHandle::Keep,
            rules: Vec::new(),
            silent_after: None,
            body_bytes_max: 1024 * 1024,
        }],
        routes: handler_routes(&["PatientAdmin", "Results"]),
        partners: Vec::new(),
        rules: Vec::new(),
    }
}

/// Routes to the handler `app`.
pub(crate) fn routes(events: &[&str]) -> Routes {
    Routes {
        inbound: handler_routes(events),
        listeners: Vec::new(),
        outbound: Arc::new(outbound_plan()),
        targets: vec![
            TargetSpec::handler("app", "http"),
            TargetSpec::handler("queue", "pull"),
            TargetSpec::redox("redox"),
        ],
    }
}

fn handler_routes(events: &[&str]) -> Vec<Route> {
    let route = |target: &str, events: &[&str]| Route {
        target: target.into(),
        filter: Filter { events: events.iter().map(|&text| text.to_owned()).collect(), ..Filter::default() },
        lane_by: LaneBy::INBOUND.to_vec(),
        order_by: OrderBy::All,
        kind: RouteKind::Handler,
    };
    vec![route("app", events), route("queue", &["Vaccination"])]
}

/// One export, `nightly`, that runs from its start to its cancel.
#[derive(Default)]
struct FakeExports(Mutex<bool>);

impl FakeExports {
    fn export(&self) -> Export {
        let state = if *self.0.lock().unwrap() { "running" } else { "idle" };
        Export { name: "nightly".to_owned(), into: "files", state, ..Export::default() }
    }

    fn change(&self, name: &str, to: bool, refusal: ExportRefusal) -> Result<Export, ExportRefusal> {
        if name != "nightly" {
            return Err(ExportRefusal::Unknown);
        }
        let before = std::mem::replace(&mut *self.0.lock().unwrap(), to);
        if before == to { Err(refusal) } else { Ok(self.export()) }
    }
}

impl Exports for FakeExports {
    fn list(&self) -> Vec<Export> {
        vec![self.export()]
    }

    fn start(&self, name: &str) -> Result<Export, ExportRefusal> {
        self.change(name, true, ExportRefusal::Running)
    }

    fn cancel<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Export, ExportRefusal>> {
        Box::pin(std::future::ready(self.change(name, false, ExportRefusal::NotRunning)))
    }
}
