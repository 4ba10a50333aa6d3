//! Against a real `nats-server` (the package of that name in Debian), started and stopped by each test.

use super::{NatsError, NatsHandler, NatsSettings, Subject, check};
use crate::tests::fixture::{PATIENT, Road, SECRET, arrival, message};
use async_nats::jetstream::stream::{Config, StorageType};
use async_nats::jetstream::{self, Context};
use oxgate_core::Reason;
use oxgate_dispatch::{Job, Outcome, Report, Target};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// An nkey of the NATS documentation: the seed, and the user that a server knows by it.
const SEED: &str = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY";
const USER: &str = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4";

/// A server with a folder of its own.
struct Server {
    child: Child,
    folder: TempDir,
    port: u16,
}

impl Server {
    fn start(more: &str) -> Self {
        Self::on(tempfile::tempdir().expect("a folder"), -1, more)
    }

    /// On this port, or on a free one.
    fn on(folder: TempDir, port: i32, more: &str) -> Self {
        let config = folder.path().join("nats.conf");
        let store = folder.path().join("store");
        let text = format!("listen: \"127.0.0.1:{port}\"\njetstream {{ store_dir: \"{}\" }}\n{more}", store.display());
        std::fs::write(&config, text).expect("written");
        let mut command = Command::new("nats-server");
        command.arg("-c").arg(&config).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("nats-server is installed: scripts/test installs it");
        let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
        let mut port = None;
        for line in lines.by_ref().map_while(Result::ok) {
            if let Some(address) = line.split("Listening for client connections on ").nth(1) {
                port = address.rsplit(':').next().and_then(|port| port.trim().parse().ok());
            }
            if line.contains("Server is ready") {
                break;
            }
        }
        // What it says later must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, folder, port: port.expect("it listens") }
    }

    fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    async fn context(&self) -> Context {
        jetstream::new(async_nats::connect(self.url()).await.expect("connected"))
    }

    /// A stream for everything below `redox`.
    async fn stream(&self, more: Config) -> jetstream::stream::Stream {
        let config = Config { name: "events".into(), subjects: vec!["redox.>".into()], ..more };
        self.context().await.create_stream(config).await.expect("made")
    }

    fn stop(mut self) -> (TempDir, u16) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        (std::mem::replace(&mut self.folder, tempfile::tempdir().expect("a folder")), self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn settings(url: &str) -> NatsSettings {
    NatsSettings {
        url: url.to_owned(),
        subject: Subject::new("redox.{endpoint}.{model}.{type}").expect("a subject"),
        credentials: None,
        secrets: Vec::new(),
        ca_file: None,
        timeout: Duration::from_secs(30),
        api_base: "https://oxgate.example".into(),
    }
}

fn handler(road: &Road, settings: NatsSettings) -> NatsHandler {
    NatsHandler::new(settings, road.store.clone(), road.clock.clone()).expect("good settings")
}

async fn job(road: &Road, log: &str) -> Job {
    let event = road.post(arrival(log)).await.event();
    road.job(event).await
}

fn seen(report: &Report) -> (Outcome, &str) {
    (report.outcome, report.reason.as_str())
}

#[tokio::test]
async fn an_event_is_in_the_stream_with_what_a_webhook_says() {
    let (server, road) = (Server::start(""), Road::new());
    let stream = server.stream(Config::default()).await;
    let job = job(&road, "log-1").await;
    let event = job.event.id;
    let signed = NatsSettings { secrets: vec![SECRET.into()], ..settings(&server.url()) };
    let report = handler(&road, signed).deliver(job.clone()).await;
    assert_eq!(seen(&report), (Outcome::Accepted, ""));
    let message = stream.get_raw_message(1).await.expect("there");
    assert_eq!(message.subject.as_str(), "redox.main.PatientAdmin.Arrival");
    assert_eq!(message.payload, arrival("log-1").as_bytes());
    let header = |name: &str| message.headers.get(name).map_or("-", |value| value.as_str()).to_owned();
    assert_eq!(header("Nats-Msg-Id"), event.delivery(0).to_string());
    assert_eq!([header("webhook-id"), header("oxgate-delivery")], [event.to_string(), event.delivery(0).to_string()]);
    assert_eq!([header("oxgate-endpoint"), header("oxgate-attempt")], ["main", "3"]);
    assert_eq!(header("content-type"), "application/json");
    assert!(header("webhook-signature").starts_with("v1,"), "{:?}", message.headers);
    oxgate_marked::look("a message's subject or headers", format!("{} {:?}", message.subject, message.headers));
}

#[tokio::test]
async fn a_repeat_is_one_message_and_a_replay_another() {
    let (server, road) = (Server::start(""), Road::new());
    let mut stream = server.stream(Config::default()).await;
    let handler = handler(&road, settings(&server.url()));
    let job = job(&road, "log-1").await;
    let replay = Job { delivery: job.event.id.delivery(1), ..job.clone() };
    for (job, messages) in [(job.clone(), 1), (job, 1), (replay, 2)] {
        assert_eq!(seen(&handler.deliver(job).await), (Outcome::Accepted, ""));
        assert_eq!(stream.info().await.expect("there").state.messages, messages);
    }
}

#[tokio::test]
async fn g4_what_is_wrong_with_the_stream_is_the_target_s_and_a_message_too_large_is_the_event_s() {
    let (server, road) = (Server::start(""), Road::new());
    let handler = handler(&road, settings(&server.url()));
    let job = job(&road, "log-1").await;
    assert_eq!(seen(&handler.deliver(job.clone()).await), (Outcome::TargetFailed, "nats-no-stream"));
    let full = Config { max_messages: 0, max_message_size: 64, ..Config::default() };
    server.stream(full).await;
    let report = handler.deliver(job).await;
    assert_eq!(seen(&report), (Outcome::EventFailed, "nats-10054"));
    assert!(report.detail.is_some(), "the server's words are kept as an attempt's detail");
}

#[tokio::test]
async fn g4_an_outage_is_the_target_s_and_ends_by_itself() {
    let (server, road) = (Server::start(""), Road::new());
    server.stream(Config::default()).await;
    let handler = handler(&road, settings(&server.url()));
    assert_eq!(handler.deliver(job(&road, "log-1").await).await.outcome, Outcome::Accepted);
    let (folder, port) = server.stop();
    let waiting = job(&road, "log-2").await;
    let mut during = handler.deliver(waiting.clone()).await;
    while during.outcome == Outcome::Accepted {
        during = handler.deliver(waiting.clone()).await;
    }
    assert_eq!(during.outcome, Outcome::TargetFailed, "{during:?}");
    let server = Server::on(folder, i32::from(port), "");
    while handler.deliver(waiting.clone()).await.outcome != Outcome::Accepted {
        tokio::task::yield_now().await;
    }
    let stream = server.context().await.get_stream("events").await.expect("kept");
    assert_eq!(stream.cached_info().state.messages, 2);
    assert!(handler.healthy().await);
}

#[tokio::test]
async fn a_body_that_the_server_would_not_take_goes_as_a_link() {
    let (server, road) = (Server::start("max_payload: 32KB"), Road::new());
    let stream = server.stream(Config::default()).await;
    let long = format!(r#"{PATIENT},"Notes":"{}""#, "x".repeat(40_000));
    let event = road.post(message("PatientAdmin.Arrival", Some(("log-1", "a")), &long)).await.event();
    let report = handler(&road, settings(&server.url())).deliver(road.job(event).await).await;
    assert_eq!(seen(&report), (Outcome::Accepted, ""));
    let message = stream.get_raw_message(1).await.expect("there");
    assert_eq!(message.headers.get("oxgate-body").map(async_nats::HeaderValue::as_str), Some("link"));
    let link: serde_json::Value = serde_json::from_slice(&message.payload).expect("JSON");
    assert_eq!(link["payload_url"], format!("https://oxgate.example/v1/events/{event}/payload"));
}

#[tokio::test]
async fn credentials_come_from_the_settings() {
    let (server, road) = (Server::start(&format!("authorization {{ users: [ {{ nkey: {USER} }} ] }}")), Road::new());
    let job = job(&road, "log-1").await;
    let report = handler(&road, settings(&server.url())).deliver(job.clone()).await;
    assert_eq!(seen(&report), (Outcome::TargetFailed, "nats-refused"));
    let known = NatsSettings { credentials: Some(SEED.into()), ..settings(&server.url()) };
    assert_eq!(seen(&handler(&road, known).deliver(job).await), (Outcome::TargetFailed, "nats-no-stream"), "let in");
}

#[tokio::test]
async fn tls_is_held_to_the_configured_authority() {
    let tls = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/tls");
    let server =
        Server::start(&format!("tls {{ cert_file: \"{tls}/server.pem\", key_file: \"{tls}/server.key.pem\" }}"));
    let road = Road::new();
    let job = job(&road, "log-1").await;
    let over_tls = |ca: Option<&str>| NatsSettings {
        ca_file: ca.map(|name| format!("{tls}/{name}").into()),
        ..settings(&format!("tls://localhost:{}", server.port))
    };
    let trusted = handler(&road, over_tls(Some("ca.pem"))).deliver(job.clone()).await;
    assert_eq!(seen(&trusted), (Outcome::TargetFailed, "nats-no-stream"), "the handshake succeeded");
    let strange = handler(&road, over_tls(None)).deliver(job).await;
    assert_eq!(strange.outcome, Outcome::TargetFailed);
    assert_ne!(strange.reason, Reason::word("nats-no-stream"), "an unknown authority is not believed");
}

#[tokio::test]
async fn what_an_acknowledgement_is_worth_is_said() {
    for (storage, in_memory) in [(StorageType::File, false), (StorageType::Memory, true)] {
        let (server, road) = (Server::start(""), Road::new());
        let handler = handler(&road, settings(&server.url()));
        assert_eq!(handler.link().durability().await, Err(Reason::word("nats-no-stream")));
        server.stream(Config { storage, ..Config::default() }).await;
        let found = handler.link().durability().await.expect("seen");
        assert_eq!((found.stream.as_str(), found.in_memory, found.replicas), ("events", in_memory, 1));
        let said = found.to_string();
        assert!(said.contains(if in_memory { "in memory" } else { "sync_interval" }), "{said}");
    }
}

#[test]
fn settings_that_cannot_be_used_are_refused() {
    for url in ["", "127.0.0.1", "http://127.0.0.1:4222", "nats://", "nats://me:secret@127.0.0.1:4222"] {
        assert!(matches!(check(settings(url)), Err(NatsError::Url { .. })), "{url}");
    }
    assert!(matches!(check(settings("nats://169.254.169.254:4222")), Err(NatsError::Address { .. })));
    let wrong = NatsSettings { credentials: Some("hunter2".into()), ..settings("nats://127.0.0.1:4222") };
    let error = check(wrong).expect_err("refused");
    assert!(error == NatsError::Credentials && !error.to_string().contains("hunter2"), "{error}");
    assert!(check(settings("tls://nats.example:4222")).is_ok());
}
