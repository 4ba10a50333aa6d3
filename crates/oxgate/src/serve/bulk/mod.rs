//! Bulk exports as jobs: each configured export has at most one run at a time, which goes on over restarts until it has ended.
//!
//! A run is a folder: `fhir-bulk` keeps its own record there, and `run.json` beside it says what the gateway makes of it.
//! Whatever is in these two decides what happens next, at a start of the process as in its middle.

/// What stands in the configuration.
mod spec;

/// `run.json`, and which run comes next.
mod record;

/// What a watcher sees.
mod progress;

/// One run to its end.
mod drive;

/// Resources as events.
mod feed;

pub(super) use spec::{Spec, specs};

use drive::Driver;
use oxgate_api::{Export, ExportRefusal, Exports};
use oxgate_core::Clock;
use oxgate_dispatch::{BoxFuture, BytesBudget, Timer};
use oxgate_inbound::Inbound;
use progress::Progress;
use record::{Record, Run, State};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// What every job is given.
#[derive(Clone)]
pub(super) struct Parts {
    pub(super) inbound: Arc<Inbound>,
    pub(super) bodies: BytesBudget,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) timer: Arc<dyn Timer>,
}

/// All jobs.
pub(super) struct Jobs {
    jobs: Vec<Arc<Job>>,
    parts: Parts,
}

/// One configured export.
struct Job {
    spec: Spec,
    state: Mutex<Present>,
    progress: Arc<Progress>,
    /// A run was asked for, or an end.
    changed: Notify,
}

/// The present or last run.
struct Present {
    run: Option<Run>,
    /// Ends what the driver is doing with it.
    cancel: CancellationToken,
}

impl Jobs {
    /// Reads what earlier processes left.
    pub(super) fn new(specs: Vec<Spec>, parts: Parts) -> Result<Self, String> {
        let mut jobs = Vec::new();
        for spec in specs {
            let run = Run::last(&spec.folder).map_err(|error| format!("[[bulk]] `{}`: {error}", spec.name))?;
            let present = Present { run, cancel: CancellationToken::new() };
            let (progress, changed) = (Arc::default(), Notify::new());
            jobs.push(Arc::new(Job { spec, state: Mutex::new(present), progress, changed }));
        }
        Ok(Self { jobs, parts })
    }

    /// Starts a task for each job; all end at `stop`, and what is under way goes on at the next start.
    pub(super) fn spawn(&self, tasks: &TaskTracker, stop: &CancellationToken) {
        for job in &self.jobs {
            let driver = Driver { job: Arc::clone(job), parts: self.parts.clone(), stop: stop.clone() };
            tasks.spawn(driver.run());
        }
    }

    fn find(&self, name: &str) -> Result<&Arc<Job>, ExportRefusal> {
        self.jobs.iter().find(|job| job.spec.name == name).ok_or(ExportRefusal::Unknown)
    }
}

impl Job {
    fn lock(&self) -> MutexGuard<'_, Present> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new run, or the one that failed once more; written down before anybody is told.
    fn begin(&self, clock: &dyn Clock) -> Result<(), ExportRefusal> {
        let mut present = self.lock();
        let next = match &present.run {
            Some(run) if run.record.state.is_under_way() => return Err(ExportRefusal::Running),
            Some(run) if matches!(run.record.state, State::Failed | State::FeedFailed) => Ok(run.again()),
            last => Run::next(&self.spec, last.as_ref(), clock.now()),
        };
        let next = next.and_then(|run| run.save().map(|()| run)).map_err(|error| {
            tracing::error!(export = self.spec.name, %error, "a run could not be written down");
            ExportRefusal::NotNow
        })?;
        self.progress.clear();
        *present = Present { run: Some(next), cancel: CancellationToken::new() };
        drop(present);
        self.changed.notify_one();
        Ok(())
    }

    /// Ends the run for good. The driver lets go of it, and then has the server drop its job.
    fn end(&self, clock: &dyn Clock) -> Result<(), ExportRefusal> {
        let mut present = self.lock();
        let run = present.run.as_ref().filter(|run| !matches!(run.record.state, State::Finished | State::Cancelled));
        let mut run = run.cloned().ok_or(ExportRefusal::NotRunning)?;
        run.record.end(State::Cancelled, clock.now(), None);
        run.save().map_err(|error| {
            tracing::error!(export = self.spec.name, %error, "the end of a run could not be written down");
            ExportRefusal::NotNow
        })?;
        present.run = Some(run);
        present.cancel.cancel();
        self.changed.notify_one();
        Ok(())
    }

    /// Changes the record of the run under way and writes it down; one that a person has ended meanwhile stays ended. A record
    /// that cannot be written is told, and stays as it is on disk: the step is done once more after a restart.
    fn note(&self, change: impl FnOnce(&mut Record)) {
        let mut present = self.lock();
        let Some(run) = present.run.as_mut().filter(|run| run.record.state.is_under_way()) else { return };
        change(&mut run.record);
        if let Err(error) = run.save() {
            tracing::error!(export = self.spec.name, %error, "the state of a run could not be written down");
        }
    }

    fn view(&self) -> Export {
        let present = self.lock();
        let mut export = Export {
            name: self.spec.name.clone(),
            base: self.spec.base.to_string(),
            into: self.spec.kind(),
            state: "idle",
            ..Export::default()
        };
        if let Some(run) = &present.run {
            let record = &run.record;
            export.state = record.state.word();
            export.run = run.number;
            export.since.clone_from(&record.since);
            export.started_at = Some(record.started_at.to_string());
            export.ended_at = record.ended_at.map(|at| at.to_string());
            export.error.clone_from(&record.error);
            export.events = record.events;
            export.next_run_at = self.spec.due(Some(record)).map(|at| at.to_string());
            self.progress.show(&mut export, run);
        }
        export
    }
}

impl Exports for Jobs {
    fn list(&self) -> Vec<Export> {
        self.jobs.iter().map(|job| job.view()).collect()
    }

    fn start(&self, name: &str) -> Result<Export, ExportRefusal> {
        let job = self.find(name)?;
        job.begin(&*self.parts.clock)?;
        Ok(job.view())
    }

    fn cancel<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Export, ExportRefusal>> {
        let job = self.find(name);
        Box::pin(std::future::ready(job.and_then(|job| job.end(&*self.parts.clock).map(|()| job.view()))))
    }
}
