//! No patient data outside the body store: not in logs, headers, lane names, acknowledgements or files.

use super::fixture::{Road, ScriptedPeer, Setup, message, peer, plan, route};
use crate::{Plan, Responder, RouteKind};
use axum::response::IntoResponse;
use http::StatusCode;
use memchr::memmem;
use oxgate_core::filter::Filter;
use oxgate_core::order::OrderBy;
use oxgate_dispatch::Target;
use oxgate_store::Kek;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

/// Values of the invented patient, none of which occurs anywhere else.
const MARKED: [&str; 6] = ["Quillonette", "Marzibando", "MRN-4711-0815", "VISIT-2718", "ORDER-3141", "1871-05-06"];

const CONTENT: &str = r#""Patient":{"Identifiers":[{"ID":"MRN-4711-0815","IDType":"MR"}],
    "Demographics":{"FirstName":"Quillonette","LastName":"Marzibando","DOB":"1871-05-06"}},
    "Visit":{"VisitNumber":"VISIT-2718"},"Orders":[{"ID":"ORDER-3141"}]"#;

/// Everything that was logged, at every level, on every thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("not poisoned").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn assert_unmarked(what: &str, text: &str) {
    for marked in MARKED {
        assert!(!text.contains(marked), "`{marked}` stands in {what}: {text}");
    }
}

fn assert_files_unmarked(folder: &Path) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            assert_files_unmarked(&path);
            continue;
        }
        assert_unmarked("a file name", &path.to_string_lossy());
        // Nothing is ever written into the space kept in reserve, and it is large.
        if path.ends_with("oxgate.reserve") {
            continue;
        }
        let bytes = std::fs::read(&path).expect("a file");
        let found = |marked: &&str| memmem::find(&bytes, marked.as_bytes()).is_some();
        assert_eq!(MARKED.iter().find(|marked| found(marked)), None, "in {}", path.display());
    }
}

fn road(app: &ScriptedPeer) -> Road {
    let mut handler = route("app", Filter { events: vec!["Results".into()], ..Filter::default() }, RouteKind::Handler);
    handler.order_by = OrderBy::Patient;
    let responder = RouteKind::Responder(Responder::new(&peer(&app.url)).expect("good settings"));
    let plan = Plan { routes: vec![handler, route("answers", Filter::default(), responder)], ..plan() };
    let settings = Box::new(|settings: &mut oxgate_store::Settings| {
        settings.kek = Some(Kek { name: "test".into(), key: [9; 32] });
    });
    Road::with(Setup { plan, settings, ..Setup::default() })
}

/// One event of each fate; gives what the sender was told.
async fn every_fate(road: &Road, app: &ScriptedPeer) -> Vec<String> {
    let results = |log: &str, more: &str| message("Results.New", Some((log, "a")), &format!("{CONTENT}{more}"));
    let delivered = road.post(results("log-1", "")).await;
    let bodies = [
        results("log-1", ""),
        results("log-1", r#","More":1"#),
        message("Media.New", None, CONTENT),
        format!("{{{CONTENT}"),
        message("PatientSearch.Query", None, CONTENT),
    ];
    let report = road.handler(peer(&app.url)).deliver(road.job(delivered.event()).await).await;
    let mut told = vec![delivered.body, format!("{report:?}")];
    for body in bodies {
        let answer = road.post(body).await;
        told.push(format!("{:?} {}", answer.headers, answer.body));
    }
    road.inbound.drain().await;
    told
}

#[tokio::test]
async fn g8_marked_values_reach_handlers_bodies_and_nothing_else() {
    let log = Log::default();
    let sink = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(move || sink.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).expect("the only test that sets it");
    let app = ScriptedPeer::new(|seen| {
        let quoted = String::from_utf8(seen.body.to_vec()).expect("text");
        (StatusCode::UNPROCESSABLE_ENTITY, quoted).into_response()
    })
    .await;
    let road = road(&app);

    let told = every_fate(&road, &app).await;
    for text in &told {
        assert_unmarked("an answer", text);
    }
    let seen = app.seen();
    assert_eq!(seen.len(), 2);
    for request in &seen {
        assert!(memmem::find(&request.body, MARKED[0].as_bytes()).is_some());
        assert_unmarked("a header or path", &format!("{} {:?}", request.uri, request.headers));
    }
    let lanes = road.store.lanes().await.expect("readable");
    assert!(lanes.len() >= 3);
    assert_unmarked("a lane", &format!("{lanes:?}"));
    assert_unmarked("the road's debug form", &format!("{:?}", road.inbound));
    assert_unmarked("the events' rows", &format!("{:?}", road.events().await));
    road.store.close().await;
    assert_files_unmarked(road.folder.path());

    let logged = String::from_utf8(log.0.lock().expect("not poisoned").clone()).expect("text");
    assert!(logged.contains("unreadable body kept and parked") && logged.contains("no handler takes the event"));
    assert_unmarked("the log", &logged);
    for secret in [super::fixture::TOKEN, super::fixture::SECRET] {
        assert!(!logged.contains(secret), "a secret stands in the log");
    }
}
