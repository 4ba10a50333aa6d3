//! A bulk server on loopback, a clock that both sides share and that only waiting moves, and a folder.

use fhir_bulk::chance::Sleep;
use fhir_bulk::{Auth, Event, Export, ExportError, Exporter, Limits, Origin, Report, Setup, Start, Time, Url, Watch};
use http::Method;
use jiff::Timestamp;
use redox_emulator::{BulkConfig, Config, Running};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// When every test begins.
pub(crate) const START: &str = "2026-11-22T12:00:00Z";

/// The clock of both sides. Nobody waits by it: a wait moves it on and ends.
#[derive(Debug)]
pub(crate) struct SharedClock {
    now: Mutex<Timestamp>,
    pub(crate) waits: Mutex<Vec<Duration>>,
}

impl SharedClock {
    fn new() -> Arc<Self> {
        Arc::new(Self { now: Mutex::new(START.parse().unwrap()), waits: Mutex::default() })
    }

    pub(crate) fn reset(&self) {
        *self.now.lock().unwrap() = START.parse().unwrap();
    }
}

impl Time for SharedClock {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    fn sleep(&self, span: Duration) -> Sleep<'_> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            self.waits.lock().unwrap().push(span);
            let mut now = self.now.lock().unwrap();
            *now = now.checked_add(span).unwrap();
        })
    }
}

/// Everything that was seen, as text.
#[derive(Debug, Default)]
pub(crate) struct Seen(pub(crate) Mutex<Vec<String>>);

impl Watch for Seen {
    fn saw(&self, event: &Event<'_>) {
        let text = match event {
            Event::FileStarted { file, .. } => format!("started {}", file.name()),
            Event::FileDone { file, lines, .. } => format!("done {} {lines}", file.name()),
            Event::FileRetry { file, why, .. } => format!("retry {} {why}", file.name()),
            Event::FileFailed { file, why } => format!("failed {} {why}", file.name()),
            Event::FileBytes { .. } => return,
            other => format!("{other:?}"),
        };
        self.0.lock().unwrap().push(text);
    }
}

impl Seen {
    pub(crate) fn any(&self, part: &str) -> bool {
        self.0.lock().unwrap().iter().any(|text| text.contains(part))
    }

    pub(crate) fn place(&self, part: &str) -> Option<usize> {
        self.0.lock().unwrap().iter().position(|text| text.contains(part))
    }
}

pub(crate) struct World {
    pub(crate) redox: Running,
    pub(crate) clock: Arc<SharedClock>,
    pub(crate) seen: Arc<Seen>,
    pub(crate) limits: Limits,
    _home: tempfile::TempDir,
    pub(crate) dir: PathBuf,
}

/// A few patients: 1 file of patients, 2 of encounters, 4 of observations.
pub(crate) fn small() -> BulkConfig {
    BulkConfig { patients: 10, lines_per_file: 10, ..BulkConfig::default() }
}

impl World {
    pub(crate) async fn new(bulk: BulkConfig) -> Self {
        let clock = SharedClock::new();
        let theirs = Arc::clone(&clock);
        let config = Config { bulk, ..Config::default() };
        let redox = redox_emulator::start(config, move || theirs.now(), 1).await.unwrap();
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("out");
        Self { redox, clock, seen: Arc::default(), limits: Limits::default(), _home: home, dir }
    }

    pub(crate) fn base(&self) -> Url {
        Url::parse(self.redox.info()["bulk_base"].as_str().unwrap()).unwrap()
    }

    pub(crate) fn exporter(&self) -> Exporter {
        self.exporter_as(Auth::None, Vec::new())
    }

    pub(crate) fn exporter_as(&self, auth: Auth, trusted: Vec<Origin>) -> Exporter {
        Exporter::new(Setup {
            base: self.base(),
            auth,
            trusted,
            authorities: None,
            limits: self.limits,
            time: Arc::clone(&self.clock) as Arc<dyn Time>,
            watch: Arc::clone(&self.seen) as Arc<dyn Watch>,
        })
        .unwrap()
    }

    pub(crate) async fn export(&self, export: Export) -> Result<Report, ExportError> {
        self.exporter().run(&self.dir, Start::New(Box::new(export))).await
    }

    pub(crate) async fn resume(&self) -> Result<Report, ExportError> {
        self.exporter().run(&self.dir, Start::Resume).await
    }

    pub(crate) async fn change(&self, change: Value) -> Value {
        self.redox.control().call(Method::PATCH, "/bulk", &change).await.unwrap()
    }

    /// What the server saw.
    pub(crate) async fn state(&self) -> Value {
        self.redox.control().call(Method::GET, "/bulk", &Value::Null).await.unwrap()
    }

    /// Finished files by name.
    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        files(&self.dir)
    }
}

/// Files in plain view, by name.
pub(crate) fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().unwrap().is_file());
    files.map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap())).collect()
}

pub(crate) fn kinds(names: &[&str]) -> Vec<fhir_bulk::names::ResourceType> {
    names.iter().map(|name| (*name).to_owned().try_into().unwrap()).collect()
}
