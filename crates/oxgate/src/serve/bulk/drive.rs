//! The task of one export: waits for its next run, carries it to its end, and lets go wherever the process stops.

use super::feed::{self, Fed};
use super::record::{Run, State};
use super::{Job, Parts};
use crate::config::bulk::Into;
use fhir_bulk::job::Phase;
use fhir_bulk::{ExportError, Exporter, FileError, Start};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// The task of one export.
pub(super) struct Driver {
    pub(super) job: Arc<Job>,
    pub(super) parts: Parts,
    pub(super) stop: CancellationToken,
}

/// Why a step of a run did not end well.
enum Trouble {
    /// Worth another try after a while.
    Passing(String),
    /// A person is needed.
    Lasting(String),
}

impl Driver {
    /// Works until the process stops.
    pub(super) async fn run(self) {
        while !self.stop.is_cancelled() {
            let (run, cancel) = {
                let present = self.job.lock();
                (present.run.clone(), present.cancel.clone())
            };
            match run {
                Some(run) if run.record.state.is_under_way() => self.carry(run, cancel).await,
                run => self.rest(run.as_ref()).await,
            }
        }
    }

    /// Waits until a run is asked for, or is due.
    async fn rest(&self, last: Option<&Run>) {
        if last.is_some_and(|run| run.record.state == State::Cancelled) {
            self.drop_job(last).await;
        }
        let due = self.job.spec.due(last.map(|run| &run.record));
        let scheduled = async {
            match due {
                Some(at) => self.parts.timer.until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = self.job.changed.notified() => {}
            () = scheduled => {
                if self.job.begin(&*self.parts.clock).is_err() {
                    // Logged where it happened; the disk is asked again after a while.
                    self.pause().await;
                }
            }
        }
    }

    async fn pause(&self) {
        let at = self.parts.clock.now().plus(self.job.spec.pause());
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = self.job.changed.notified() => {}
            () = self.parts.timer.until(at) => {}
        }
    }

    /// One attempt at a run.
    async fn carry(&self, run: Run, cancel: CancellationToken) {
        let number = run.number;
        let ended = tokio::select! {
            ended = Box::pin(self.step(run)) => ended,
            // What is on disk decides how it goes on: at the next start, or by dropping the job.
            () = self.stop.cancelled() => return,
            () = cancel.cancelled() => return,
        };
        let (name, now) = (&self.job.spec.name, self.parts.clock.now());
        match ended {
            Ok(()) => {
                self.job.note(|record| record.end(State::Finished, now, None));
                tracing::info!(export = name, run = number, "a bulk export has finished");
            }
            Err(Trouble::Passing(error)) => {
                tracing::warn!(export = name, run = number, error, "a bulk export waits");
                self.job.note(|record| (record.state, record.error) = (State::Waiting, Some(error)));
                self.pause().await;
            }
            Err(Trouble::Lasting(error)) => {
                tracing::error!(export = name, run = number, error, "a bulk export failed");
                self.job.note(|record| {
                    let state = if record.state == State::Feeding { State::FeedFailed } else { State::Failed };
                    record.end(state, now, Some(error));
                });
            }
        }
    }

    /// Files, then events.
    async fn step(&self, run: Run) -> Result<(), Trouble> {
        let Job { spec, progress, .. } = &*self.job;
        if run.record.state != State::Feeding {
            self.job.note(|record| (record.state, record.error) = (State::Running, None));
            let exporter = spec.exporter(Arc::clone(progress)).map_err(|error| Trouble::Lasting(error.to_string()))?;
            let known = Exporter::look(&run.dir).await.map_err(|error| Trouble::Lasting(error.to_string()))?;
            let start = match known {
                Some(_) => Start::Resume,
                None => Start::New(Box::new(spec.export(run.record.since.clone()))),
            };
            exporter.run(&run.dir, start).await.map_err(|error| trouble(&error))?;
            if spec.into == Into::Events {
                // From here on the files are used up, and must not be asked for again.
                self.job.note(|record| record.state = State::Feeding);
            }
        }
        if spec.into == Into::Files {
            return Ok(());
        }
        match feed::all(&self.job, &self.parts, &run).await {
            Ok(()) => Ok(()),
            Err(Fed::Untaken(error)) => Err(Trouble::Lasting(error.to_string())),
            Err(Fed::File(error)) => Err(Trouble::Lasting(error.to_string())),
        }
    }

    /// Has the server drop the job of a run that was cancelled; tried once, as the run has ended either way.
    async fn drop_job(&self, run: Option<&Run>) {
        let Some(run) = run else { return };
        let known = Exporter::look(&run.dir).await.ok().flatten();
        if !known.is_some_and(|job| matches!(job.phase, Phase::Accepted | Phase::Complete)) {
            return;
        }
        let name = &self.job.spec.name;
        let exporter = match self.job.spec.exporter(Arc::clone(&self.job.progress)) {
            Ok(exporter) => exporter,
            Err(error) => return tracing::warn!(export = name, %error, "the server was not told of the cancel"),
        };
        tokio::select! {
            () = self.stop.cancelled() => {}
            dropped = Box::pin(exporter.cancel(&run.dir)) => match dropped {
                Ok(agreed) => tracing::info!(export = name, agreed, "the server was told to drop the job"),
                Err(error) => tracing::warn!(export = name, %error, "the server was not told of the cancel"),
            }
        }
    }
}

/// What may pass by itself: the network, a server that answered nothing, files that did not come.
fn trouble(error: &ExportError) -> Trouble {
    let is_missing = |file: &FileError| matches!(file, FileError::Missing { .. });
    match error {
        ExportError::Call { .. } | ExportError::Unanswered(_) => Trouble::Passing(error.to_string()),
        ExportError::Refused { status: 429 | 500..=599, outcome: None, .. } => Trouble::Passing(error.to_string()),
        ExportError::Files { failed, .. } if failed.iter().all(is_missing) => Trouble::Passing(error.to_string()),
        _ => Trouble::Lasting(error.to_string()),
    }
}
