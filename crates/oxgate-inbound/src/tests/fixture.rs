//! A road in front of a real store in a temporary folder, with a clock and entropy that are arguments, and scripted peers.

use crate::handle::PeerSettings;
use crate::{
    CannotHandle, Counts, Endpoint, HttpHandler, HttpSettings, Inbound, Partner, Parts, Plan, Route, RouteKind, router,
};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, Uri};
use http_body_util::BodyExt;
use oxgate_core::expectation::Rule;
use oxgate_core::filter::Filter;
use oxgate_core::lane::LaneBy;
use oxgate_core::order::OrderBy;
use oxgate_core::{Clock, Entropy, EventId, Timestamp};
use oxgate_dispatch::{BytesBudget, Job};
use oxgate_marked::{Folder, look};
use oxgate_store::view::{DeliveryRow, EventQuery, EventRow};
use oxgate_store::{Kek, Settings, Store};
use secrecy::SecretString;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tower::ServiceExt;

/// The verification token of every endpoint here.
pub(crate) const TOKEN: &str = "token-of-the-tests";

/// A signing secret: 32 zero bytes.
pub(crate) const SECRET: &str = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/// A clock that stands still until it is moved: 2026-03-01T12:00:00Z at first.
pub(crate) struct ManualClock(AtomicI64);

impl ManualClock {
    /// Moves it on.
    pub(crate) fn pass(&self, span: Duration) {
        self.0.fetch_add(i64::try_from(span.as_millis()).expect("a short span"), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

/// The same numbers in every run (splitmix64).
pub(crate) struct Seeded(AtomicU64);

impl Seeded {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Entropy for Seeded {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(8) {
            let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst).wrapping_add(0x9e37_79b9_7f4a_7c15);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(z ^ (z >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    /// The event's id in an acknowledgement.
    pub(crate) fn event(&self) -> EventId {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        let body: serde_json::Value = serde_json::from_str(&self.body).expect("JSON");
        body["id"].as_str().expect("an id").parse().expect("an event's id")
    }
}

/// The road and everything around it. Dropping it removes the folder.
pub(crate) struct Road {
    pub(crate) folder: Folder,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) store: Store,
    pub(crate) inbound: Arc<Inbound>,
    pub(crate) router: Router,
}

/// How a road differs from the usual one.
pub(crate) struct Setup {
    pub(crate) plan: Plan,
    pub(crate) settings: Box<dyn FnOnce(&mut Settings)>,
    pub(crate) budget: BytesBudget,
    pub(crate) sync_budget: Duration,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            plan: plan(),
            settings: Box::new(|_| ()),
            budget: BytesBudget::default(),
            sync_budget: oxgate_core::limits::SYNC_BUDGET,
        }
    }
}

impl Road {
    pub(crate) fn new() -> Self {
        Self::with(Setup::default())
    }

    pub(crate) fn with_plan(plan: Plan) -> Self {
        Self::with(Setup { plan, ..Setup::default() })
    }

    pub(crate) fn with(setup: Setup) -> Self {
        Self::built(setup, |inbound| inbound)
    }

    /// With a last change to the road before it is shared.
    pub(crate) fn built(setup: Setup, change: impl FnOnce(Inbound) -> Inbound) -> Self {
        let folder = Folder::new();
        let clock = Arc::new(ManualClock(AtomicI64::new(1_772_366_400_000)));
        Self::on(folder, clock, setup, change)
    }

    /// The next life of the process: the same folder and clock, another plan.
    pub(crate) async fn reopened(self, setup: Setup) -> Self {
        self.store.close().await;
        let Self { folder, clock, .. } = self;
        Self::on(folder, clock, setup, |inbound| inbound)
    }

    fn on(folder: Folder, clock: Arc<ManualClock>, setup: Setup, change: impl FnOnce(Inbound) -> Inbound) -> Self {
        let entropy = Arc::new(Seeded(AtomicU64::new(1)));
        let kek = Some(Kek { name: "test".into(), key: [9; 32] });
        let mut settings = Settings { kek, ..Settings::new(folder.path(), [7; 32]) };
        (setup.settings)(&mut settings);
        let store = Store::open(settings, clock.clone(), entropy.clone()).expect("the store opens");
        let parts = Parts {
            store: store.clone(),
            clock: clock.clone(),
            entropy,
            counts: Arc::new(Counts::default()),
            budget: setup.budget,
            sync_budget: setup.sync_budget,
        };
        let inbound = Arc::new(change(Inbound::new(parts, setup.plan).expect("a good plan")));
        let router = router(Arc::clone(&inbound));
        Self { folder, clock, store, inbound, router }
    }

    pub(crate) fn counts(&self) -> &Counts {
        self.inbound.counts()
    }

    /// A POST to the endpoint `main` with the right token.
    pub(crate) async fn post(&self, body: impl Into<Body>) -> Answer {
        self.send(request(body)).await
    }

    pub(crate) async fn send(&self, request: Request) -> Answer {
        send(self.router.clone(), request).await
    }

    /// All events, oldest first.
    pub(crate) async fn events(&self) -> Vec<EventRow> {
        let query = EventQuery { ascending: true, limit: 1_000, ..EventQuery::default() };
        self.store.events(query).await.expect("readable")
    }

    pub(crate) async fn event(&self, id: EventId) -> EventRow {
        self.store.event(id).await.expect("readable").expect("the event is there")
    }

    /// The first delivery of an event as the dispatcher would hand it over, at the third attempt.
    pub(crate) async fn job(&self, id: EventId) -> Job {
        let body = self.store.body(id).await.expect("readable").expect("kept");
        let now = self.clock.now();
        Job {
            delivery: id.delivery(0),
            attempt_no: 3,
            event: self.event(id).await,
            body: oxgate_dispatch::Body::Inline(body.into()),
            out_of_order: false,
            share: oxgate_dispatch::Share::Live,
            started_at: now,
            deadline: now.plus(Duration::from_secs(30)),
        }
    }

    /// A webhook handler for this peer.
    pub(crate) fn handler(&self, peer: PeerSettings) -> HttpHandler {
        let settings = HttpSettings { peer, api_base: "https://oxgate.example/".into() };
        HttpHandler::new(&settings, self.store.clone(), self.clock.clone()).expect("good settings")
    }

    pub(crate) async fn deliveries(&self, id: EventId) -> Vec<DeliveryRow> {
        self.store.deliveries(id).await.expect("readable")
    }
}

/// Sends a request through the router and reads the answer.
pub(crate) async fn send(router: Router, request: Request) -> Answer {
    let Ok(response) = router.oneshot(request).await;
    let (head, body) = response.into_parts();
    let body = body.collect().await.expect("a whole answer").to_bytes();
    let body = String::from_utf8(body.to_vec()).expect("text");
    look("the headers of an answer", format!("{:?}", head.headers));
    if !head.status.is_success() {
        look("a problem document", &body);
    }
    Answer { status: head.status, headers: head.headers, body }
}

/// A POST to the endpoint `main` with the right token.
pub(crate) fn request(body: impl Into<Body>) -> Request {
    Request::post("/redox/main")
        .header("verification-token", TOKEN)
        .header("content-type", "application/json")
        .body(body.into())
        .expect("a request")
}

/// One endpoint `main`, one handler `app` that takes everything but media, one partner `north`, the built-in rules.
pub(crate) fn plan() -> Plan {
    let events = ["Order", "Results", "PatientAdmin", "Scheduling", "Notes", "FHIR"].map(str::to_owned).to_vec();
    Plan {
        exports: Vec::new(),
        endpoints: vec![endpoint("main")],
        listeners: Vec::new(),
        routes: vec![route("app", Filter { events, ..Filter::default() }, RouteKind::Handler)],
        partners: vec![Partner {
            name: "north".into(),
            sources: vec!["source-1".into()],
            destinations: vec!["destination-9".into()],
            facilities: Vec::new(),
        }],
        rules: Rule::built_in(),
    }
}

pub(crate) fn endpoint(name: &str) -> Endpoint {
    let tokens = vec![SecretString::from("token-of-last-year"), SecretString::from(TOKEN)];
    let cannot_handle = CannotHandle::Keep;
    Endpoint {
        name: name.into(),
        tokens,
        cannot_handle,
        rules: Vec::new(),
        silent_after: None,
        body_bytes_max: 64 * 1024,
    }
}

pub(crate) fn route(target: &str, filter: Filter, kind: RouteKind) -> Route {
    Route { target: target.into(), filter, lane_by: LaneBy::INBOUND.to_vec(), order_by: OrderBy::All, kind }
}

/// A message of this kind as Redox delivers it; `log` as `(ID, AttemptID)`.
pub(crate) fn message(kind: &str, log: Option<(&str, &str)>, content: &str) -> String {
    let (model, event_type) = kind.split_once('.').expect("Model.EventType");
    let logs = log.map(|(id, attempt)| format!(r#","Logs":[{{"ID":"{id}","AttemptID":"{attempt}"}}]"#));
    let logs = logs.unwrap_or_default();
    format!(
        r#"{{"Meta":{{"DataModel":"{model}","EventType":"{event_type}","Source":{{"ID":"source-1","Name":"North"}},
        "Destinations":[{{"ID":"destination-1","Name":"App"}}]{logs},"FacilityCode":null}},{content}}}"#
    )
}

/// What the marked patient's message holds besides `Meta`.
pub(crate) use oxgate_marked::patient::MEMBERS as PATIENT;

/// An arrival of the invented patient under this log id.
pub(crate) fn arrival(log: &str) -> String {
    message("PatientAdmin.Arrival", Some((log, "attempt-1")), PATIENT)
}

/// A request as a peer saw it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("ASCII"))
    }
}

type Script = Arc<dyn Fn(&Seen) -> Response + Send + Sync>;

#[derive(Clone)]
struct Stage {
    script: Script,
    seen: Arc<Mutex<Vec<Seen>>>,
}

/// A local HTTP server that answers by script and remembers what it saw.
pub(crate) struct ScriptedPeer {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: tokio::task::JoinHandle<()>,
}

impl ScriptedPeer {
    pub(crate) async fn new(script: impl Fn(&Seen) -> Response + Send + Sync + 'static) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/hook", listener.local_addr().expect("bound"));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let stage = Stage { script: Arc::new(script), seen: Arc::clone(&seen) };
        let app = Router::new().fallback(play).with_state(stage);
        let task = tokio::spawn(async move { axum::serve(listener, app).await.expect("serves until it is dropped") });
        Self { url, seen, task }
    }

    /// Everything seen so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("not poisoned").clone()
    }
}

impl Drop for ScriptedPeer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn play(State(stage): State<Stage>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = body.collect().await.expect("a whole request").to_bytes();
    let seen = Seen { uri: head.uri, headers: head.headers, body };
    look("the address or a header of a request", format!("{} {:?}", seen.uri, seen.headers));
    let response = (stage.script)(&seen).into_response();
    stage.seen.lock().expect("not poisoned").push(seen);
    response
}

/// Settings for a peer at this URL.
pub(crate) fn peer(url: &str) -> PeerSettings {
    PeerSettings {
        url: url.to_owned(),
        secrets: vec![SECRET.into()],
        timeout: Duration::from_mins(1),
        ca_file: None,
        health_url: None,
    }
}
