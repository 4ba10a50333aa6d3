//! One gateway in a temporary folder: hand-moved clock, seeded randomness, a Redox that answers as told.

use crate::tap::Tap;
use bytes::Bytes;
use futures_util::StreamExt;
use oxgate_core::{Clock, Entropy, Phi, Timestamp};
use oxgate_dispatch::{
    BoxFuture, BytesBudget, Evidence, Handle, Observer, Parts, QuotaGate, QuotaRules, Runner, TargetSpec, Timer, Wired,
};
use oxgate_marked::{Folder, look};
use oxgate_outbound::enqueue::Queued;
use oxgate_outbound::files::Upload;
use oxgate_outbound::meter::Meter;
use oxgate_outbound::plan::{Account, Destination, Plan, Source};
use oxgate_outbound::send::{self, RedoxTarget};
use oxgate_outbound::submit::Submission;
use oxgate_outbound::transport::Transport;
use oxgate_outbound::{Outbound, Roads, SubmissionError};
use oxgate_store::{Kek, Settings, Store};
use redox_client::fhir::{FhirAddress, FhirRequest};
use redox_client::{Answer, Meter as _, RequestClass, SendError, TokenError};
use redox_wire::reply::{Reply, ReplyBody, ReplyHeaders, RequestKind, read};
use redox_wire::upload::{self, UploadReply};
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A clock that moves when told to, and the timer that follows it.
pub(crate) struct HandClock(watch::Sender<i64>);

impl HandClock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(watch::Sender::new(1_772_366_400_000)))
    }

    pub(crate) fn advance(&self, span: Duration) {
        self.0.send_modify(|now| *now = Timestamp(*now).plus(span).millis());
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp(*self.0.borrow())
    }
}

impl Timer for HandClock {
    fn until(&self, at: Timestamp) -> BoxFuture<'static, ()> {
        let mut now = self.0.subscribe();
        Box::pin(async move {
            // A clock that is gone moves no more.
            if now.wait_for(|now| *now >= at.millis()).await.is_err() {
                std::future::pending::<()>().await;
            }
        })
    }
}

/// `SplitMix64`: the same numbers in every run.
struct Seeded(Mutex<u64>);

impl Entropy for Seeded {
    fn fill(&self, out: &mut [u8]) {
        let mut state = self.0.lock().expect("no test thread panics with it");
        for chunk in out.chunks_mut(8) {
            *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut word = *state;
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(word ^ (word >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}

/// How Redox takes the next message.
pub(crate) enum Act {
    /// It answers this.
    Say(u16, &'static str),
    /// The client has no reply to show.
    Fail(SendError),
    /// It refuses the token once, then takes the message: two requests.
    RefuseTokenOnce,
    /// It never answers.
    Hang,
}

/// Redox as told: what is not told is accepted.
#[derive(Default)]
pub(crate) struct Redox {
    acts: Mutex<VecDeque<Act>>,
    sent: watch::Sender<Vec<Bytes>>,
    meter: Option<Meter>,
    /// What it says to the next ones that ask for a token, instead of giving one.
    no_token: Mutex<VecDeque<TokenError>>,
    /// What it says to the next uploads; a URI without a word.
    to_uploads: Mutex<VecDeque<u16>>,
    /// Files as they arrived, with their types.
    files: watch::Sender<Vec<(Vec<u8>, Option<String>)>>,
    /// Whether it keeps its answer to uploads to itself.
    hangs_after_upload: AtomicBool,
}

impl Redox {
    pub(crate) fn metered(gate: Arc<QuotaGate>) -> Self {
        Self { meter: Some(Meter::new(gate)), ..Self::default() }
    }

    pub(crate) fn next(&self, act: Act) {
        self.acts.lock().expect("no test thread panics with it").push_back(act);
    }

    /// Answers an upload with this status and nothing else.
    pub(crate) fn refuse_file(&self, status: u16) {
        self.to_uploads.lock().expect("no test thread panics with it").push_back(status);
    }

    /// The files uploaded so far, with their types.
    pub(crate) fn files(&self) -> Vec<(Vec<u8>, Option<String>)> {
        self.files.borrow().clone()
    }

    /// Takes files and never says so.
    pub(crate) fn hang_after_upload(&self) {
        self.hangs_after_upload.store(true, Ordering::Relaxed);
    }

    /// Resolves when `count` files have arrived.
    pub(crate) async fn has_uploaded(&self, count: usize) {
        self.files.subscribe().wait_for(|files| files.len() >= count).await.expect("the sender is here");
    }

    pub(crate) fn refuse_token(&self, error: TokenError) {
        self.no_token.lock().expect("no test thread panics with it").push_back(error);
    }

    /// The bodies that left so far.
    pub(crate) fn sent(&self) -> Vec<String> {
        self.sent.borrow().iter().map(|body| String::from_utf8(body.to_vec()).expect("JSON")).collect()
    }

    /// Resolves when `count` bodies have left.
    pub(crate) async fn has_sent(&self, count: usize) {
        self.sent.subscribe().wait_for(|sent| sent.len() >= count).await.expect("the sender is here");
    }

    async fn take(&self, body: Bytes, class: RequestClass) -> Result<(u16, String), SendError> {
        let act = self.acts.lock().expect("no test thread panics with it").pop_front();
        let requests = if matches!(act, Some(Act::RefuseTokenOnce)) { 2 } else { 1 };
        for _ in 0..requests {
            if let Some(meter) = &self.meter {
                meter.permit(class).await;
            }
        }
        self.sent.send_modify(|sent| sent.push(body));
        let count = self.sent.borrow().len();
        match act {
            Some(Act::Say(status, body)) => Ok((status, body.to_owned())),
            Some(Act::Fail(error)) => Err(error),
            Some(Act::Hang) => std::future::pending().await,
            Some(Act::RefuseTokenOnce) | None => {
                Ok((200, format!(r#"{{"Meta":{{"Logs":[{{"ID":"log-{count}"}}]}}}}"#)))
            }
        }
    }
}

impl Transport for Redox {
    async fn ready(&self) -> Result<(), TokenError> {
        let refused = self.no_token.lock().expect("no test thread panics with it").pop_front();
        refused.map_or(Ok(()), Err)
    }

    async fn send(&self, body: Bytes) -> Result<Reply, SendError> {
        let (status, body) = self.take(body, RequestClass::Event).await?;
        Ok(read(RequestKind::Async, status, &ReplyHeaders::default(), ReplyBody::Whole(body.as_bytes())))
    }

    async fn query(&self, body: Bytes, _within: Duration) -> Result<Answer, SendError> {
        let (status, body) = self.take(body, RequestClass::Query).await?;
        let reply = read(RequestKind::Sync, status, &ReplyHeaders::default(), ReplyBody::Whole(body.as_bytes()));
        Ok(Answer { reply, content_type: Some("application/json; charset=utf-8".into()), body: body.into() })
    }

    async fn upload(&self, file: Upload) -> Result<UploadReply, SendError> {
        let mut bytes = Vec::new();
        let mut pieces = file.pieces;
        while let Some(piece) = pieces.next().await {
            bytes.extend(piece.expect("no piece fails"));
        }
        assert_eq!(file.length, Some(bytes.len() as u64));
        if let Some(status) = self.to_uploads.lock().expect("no test thread panics with it").pop_front() {
            return Ok(upload::read(status, &ReplyHeaders::default(), ReplyBody::Whole(b"")));
        }
        self.files.send_modify(|files| files.push((bytes, file.content_type)));
        if self.hangs_after_upload.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        let body = format!(r#"{{"URI":"https://blob.example/{}"}}"#, self.files.borrow().len());
        Ok(upload::read(201, &ReplyHeaders::default(), ReplyBody::Whole(body.as_bytes())))
    }

    async fn fhir(&self, _: &FhirAddress, _: FhirRequest, _: Duration) -> Result<Answer, SendError> {
        unreachable!("what is passed on is tested at the API")
    }
}

pub(crate) struct Gateway {
    folder: Folder,
    pub(crate) clock: Arc<HandClock>,
    pub(crate) store: Store,
    pub(crate) redox: Arc<Redox>,
    pub(crate) gate: Arc<QuotaGate>,
    pub(crate) outbound: Arc<Outbound<Redox>>,
    tap: Tap,
    running: Option<(Handle, JoinHandle<()>)>,
}

pub(crate) fn plan() -> Plan {
    let account = Arc::new(Account { name: "main".into(), target: "redox".into() });
    let destination = |name: &str, partner: &str| Destination {
        name: name.into(),
        id: format!("d-{}", name.to_lowercase()),
        accepts: Vec::new(),
        subscribed: Vec::new(),
        requires: Vec::new(),
        partner: Some(partner.into()),
        fhir: None,
    };
    Plan {
        sources: vec![Source { name: "App".into(), id: "s-1".into(), account }],
        destinations: vec![
            destination("Lab", "general"),
            destination("Radiology", "general"),
            destination("Elsewhere", "county"),
        ],
        ..Plan::default()
    }
}

fn gate(clock: &Arc<HandClock>) -> Arc<QuotaGate> {
    Arc::new(QuotaGate::new("default", QuotaRules::default(), Arc::clone(clock) as _, Arc::clone(clock) as _))
}

fn open(folder: &std::path::Path, clock: &Arc<HandClock>) -> Store {
    let kek = Kek { name: "test".into(), key: [3; 32] };
    let settings = Settings { kek: Some(kek), ..Settings::new(folder, [7; 32]) };
    Store::open(settings, Arc::clone(clock) as _, Arc::new(Seeded(Mutex::new(42)))).expect("opens")
}

impl Gateway {
    pub(crate) fn new() -> Self {
        Self::on(Folder::new(), HandClock::new())
    }

    fn on(folder: Folder, clock: Arc<HandClock>) -> Self {
        let store = open(folder.path(), &clock);
        let gate = gate(&clock);
        let redox = Arc::new(Redox::metered(Arc::clone(&gate)));
        let clients = HashMap::from([("main".to_owned(), Arc::clone(&redox))]);
        let roads = Roads { plan: Arc::new(plan()), clients };
        let outbound = Arc::new(Outbound::new(store.clone(), Arc::clone(&clock) as _, roads));
        let tap = Tap::default();
        Self { folder, clock, store, redox, gate, outbound, tap, running: None }
    }

    /// Starts the dispatcher.
    pub(crate) fn run(&mut self) {
        self.run_with(None);
    }

    /// Starts the dispatcher with a place to look for evidence about sends in doubt.
    pub(crate) fn run_with(&mut self, evidence: Option<Arc<dyn Evidence>>) {
        let target = RedoxTarget::new(Arc::clone(&self.redox), self.store.clone()).uploading_above(Some(1_000));
        let live = target.wired(TargetSpec::redox("redox"), Arc::clone(&self.gate));
        let live = Wired { evidence, ..live };
        let (outbound, tap) = (Arc::clone(&self.outbound), self.tap.clone());
        let observer: Observer = Arc::new(move |changes| {
            outbound.observe(changes);
            tap.observe(changes);
        });
        let runner = Runner::new(Parts {
            ledger: Arc::new(self.store.clone()),
            clock: Arc::clone(&self.clock) as _,
            timer: Arc::clone(&self.clock) as _,
            entropy: Arc::new(Seeded(Mutex::new(1))),
            bodies: BytesBudget::default(),
            targets: vec![send::backfill(&live), live],
            observers: vec![observer],
        });
        let handle = runner.handle();
        self.running = Some((handle, tokio::spawn(runner.run())));
    }

    /// Stops everything, dropping what is under way, and opens the same folder again; the dispatcher is not started.
    pub(crate) async fn reopen(mut self) -> Self {
        if let Some((handle, task)) = self.running.take() {
            handle.stop(Duration::ZERO).await;
            task.await.expect("no panic");
        }
        self.store.close().await;
        let Self { folder, clock, .. } = self;
        Self::on(folder, clock)
    }

    pub(crate) async fn submit(&self, body: &str) -> Queued {
        self.try_submit(submission(body)).await.expect("queued")
    }

    pub(crate) async fn try_submit(&self, submission: Submission) -> Result<Queued, SubmissionError> {
        let answer = self.outbound.submit(submission).await;
        // What the API makes its problem document of.
        look("an answer to a submission", format!("{answer:?}"));
        if let Err(error) = &answer {
            look("an error's text", error.to_string());
        }
        answer
    }

    /// Goes on with another plan and the same Redox.
    pub(crate) fn replace_plan(&self, plan: Plan) {
        let clients = HashMap::from([("main".to_owned(), Arc::clone(&self.redox))]);
        self.outbound.replace(Roads { plan: Arc::new(plan), clients });
    }

    /// Resolves when the submission's first delivery is back in the queue after so many attempts.
    pub(crate) async fn requeued(&self, queued: &Queued, attempts: u32) {
        self.tap.requeued(queued.deliveries()[0].id, attempts).await;
    }

    /// The submission as it stands once no delivery of it can go on without a person.
    pub(crate) async fn done(&self, queued: Queued) -> Queued {
        self.outbound.wait(queued, std::future::pending()).await.expect("readable")
    }
}

pub(crate) fn submission(body: &str) -> Submission {
    Submission {
        client: "key-1".into(),
        body: Phi::new(body.to_owned().into()),
        content_type: "application/json".into(),
        idempotency_key: None,
        correlation: None,
        expires_at: None,
        reply_within: None,
        priority: oxgate_outbound::submit::Priority::Live,
    }
}

/// An invented order to these destinations.
pub(crate) fn order(id: &str, destinations: &str) -> String {
    format!(
        r#"{{"Patient":{{"Identifiers":[{{"ID":"MRN-4711-0815","IDType":"MR"}}],"Notes":["x "] }},"Order":{{"ID":"{id}"}},
 "Meta":{{"DataModel":"Order","EventType":"New","Destinations":{destinations},"Source":{{"ID":"s-1"}} }} }}"#
    )
}
