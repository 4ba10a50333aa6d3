//! An export from the kick-off to the lock file, each step written down before the next one begins.

use crate::capabilities::Capabilities;
use crate::download::Fetch;
use crate::exporter::{ExportError, Exporter, Report, Start};
use crate::folder::{Folder, Opened};
use crate::http::{Call, CallError, NetworkError, Short, Verb};
use crate::job::{Done, Entry, FORMAT, Job, Phase, VERSION};
use crate::kickoff::{Export, KickOff};
use crate::links::{Links, MANIFEST_TIMEOUT};
use crate::manifest::{Manifest, address};
use crate::names::FileId;
use crate::outcome::Outcome;
use crate::pace::{Asked, retry_after};
use crate::plan::Plan;
use crate::receipt::Receipt;
use crate::status::{self, Step};
use crate::watch::Event;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use jiff::Timestamp;
use reqwest::Url;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

const JSON: &str = "application/json";
const FHIR_JSON: &str = "application/fhir+json";
const KICK_OFF_TIMEOUT: Duration = Duration::from_mins(5);
/// The `CapabilityStatement` of a large server has some megabytes.
const CAPABILITIES_BYTES: usize = 32 * 1024 * 1024;
const OUTCOME_BYTES: usize = 1024 * 1024;

/// An export under way.
struct Run<'a> {
    exporter: &'a Exporter,
    folder: Arc<Folder>,
    job: Job,
    plan: Plan,
    done: BTreeMap<FileId, Done>,
    parts: BTreeMap<FileId, String>,
}

/// Where the walk over the pages stands.
struct Cursor {
    page: u32,
    url: Url,
}

impl Exporter {
    /// Carries an export out, or on, into a folder. May be dropped at any point: [`Start::Resume`] goes on from there, and
    /// ends with the same bytes.
    pub async fn run(&self, dir: &Path, start: Start) -> Result<Report, ExportError> {
        // Before anything is made on disk, so that a slip leaves no trace.
        let kick_off = match &start {
            Start::New(export) => Some(export.kick_off(&self.base)?),
            Start::Resume => None,
        };
        if matches!(start, Start::Resume) && !dir.is_dir() {
            return Err(ExportError::NoJob { dir: dir.to_owned(), what: "resume" });
        }
        let Opened { folder, job, entries } = Folder::open(dir).await?;
        let (job, kick_off) = match (start, job) {
            (Start::New(_), Some(job)) => {
                return Err(ExportError::NotEmpty { dir: dir.to_owned(), phase: job.phase });
            }
            (Start::New(export), None) => (self.new_job(*export), kick_off),
            (Start::Resume, None) => return Err(ExportError::NoJob { dir: dir.to_owned(), what: "resume" }),
            (Start::Resume, Some(job)) => (self.own(dir, job)?, None),
        };
        let is_resumed = kick_off.is_none();
        let mut run =
            Run { exporter: self, folder, job, plan: Plan::default(), done: BTreeMap::new(), parts: BTreeMap::new() };
        if run.job.phase == Phase::Requested {
            let kick_off = match kick_off {
                Some(kick_off) => kick_off,
                None => run.job.export.kick_off(&self.base)?,
            };
            run.start(kick_off, is_resumed).await?;
        } else {
            run.recall(entries).await;
            self.watch.saw(&Event::Resumed { done: run.done.len() });
        }
        if run.job.phase == Phase::Accepted {
            run.follow().await?;
        }
        run.finish().await
    }

    /// Tells the server to drop the job of a folder; whether it agreed.
    pub async fn cancel(&self, dir: &Path) -> Result<bool, ExportError> {
        let none = || ExportError::NoJob { dir: dir.to_owned(), what: "cancel" };
        if !dir.is_dir() {
            return Err(none());
        }
        let Opened { folder, job, .. } = Folder::open(dir).await?;
        let mut job = self.own(dir, job.ok_or_else(none)?)?;
        let agreed = self.delete(&job).await?;
        job.phase = if job.phase >= Phase::Finished { Phase::Deleted } else { Phase::Cancelled };
        folder.save(&job).await?;
        Ok(agreed)
    }

    fn new_job(&self, export: Export) -> Job {
        Job {
            format: FORMAT.to_owned(),
            version: VERSION,
            base: self.base.as_str().to_owned(),
            export,
            phase: Phase::Requested,
            requested_at: self.time.now(),
            status_url: None,
            accepted_at: None,
        }
    }

    fn own(&self, dir: &Path, job: Job) -> Result<Job, ExportError> {
        if job.base.trim_end_matches('/') != self.base.as_str().trim_end_matches('/') {
            return Err(ExportError::OtherServer { dir: dir.to_owned(), base: job.base });
        }
        if job.phase == Phase::Cancelled {
            return Err(ExportError::Cancelled(dir.to_owned()));
        }
        Ok(job)
    }

    /// One short request with the token.
    async fn ask(&self, verb: Verb<'_>, url: &Url, accept: &'static str, limit: usize) -> Result<Short, CallError> {
        let timeout = Some(MANIFEST_TIMEOUT);
        let call = Call { verb, url, accept, prefer: None, with_token: true, rest: None, timeout };
        self.http.short(&self.access, call, limit).await
    }

    async fn delete(&self, job: &Job) -> Result<bool, ExportError> {
        let url = job.status_url.as_deref().and_then(|url| Url::parse(url).ok());
        let Some(url) = url else { return Ok(false) };
        let answer = self.ask(Verb::Delete, &url, JSON, OUTCOME_BYTES).await;
        let status = answer.map_err(|source| ExportError::Call { what: "deleting the job", source })?.status;
        // A server that has no job any more, or no DELETE, is as good as one that has dropped it.
        let agreed = status.is_success() || matches!(status.as_u16(), 404 | 405 | 410 | 501);
        self.watch.saw(&Event::JobDeleted { agreed });
        Ok(agreed)
    }
}

impl Run<'_> {
    /// What an earlier process has done, as far as it is still true.
    async fn recall(&mut self, entries: Vec<Entry>) {
        for entry in entries {
            match entry {
                Entry::Page(page) => self.plan.note(page),
                Entry::Done(done) => {
                    self.parts.remove(&done.id);
                    self.done.insert(done.id, done);
                }
                Entry::Part(part) => match part.validator {
                    Some(validator) => drop(self.parts.insert(part.id, validator)),
                    None => drop(self.parts.remove(&part.id)),
                },
            }
        }
        for (_, file) in self.plan.files() {
            if let Some(done) = self.done.get(&file.id)
                && !self.folder.has(&file.name(), done.bytes).await
            {
                self.done.remove(&file.id);
            }
        }
    }

    /// Sends the kick-off until the server takes it, and writes down where the status is.
    async fn start(&mut self, kick_off: KickOff, is_resumed: bool) -> Result<(), ExportError> {
        let watch = &self.exporter.watch;
        if is_resumed {
            let text = "the earlier process ended before it had an answer to the kick-off; asking again, for a new job. If the \
                        server took the first one as well, that job is not known here and ends only there";
            watch.saw(&Event::Warning(text.to_owned()));
        }
        if self.exporter.limits.check_capabilities {
            self.check_capabilities().await?;
        }
        self.folder.clear_journal().await?;
        self.folder.save(&self.job).await?;
        let (mut refused, mut unreached) = (0, 0);
        let answer = loop {
            let (asked, times) = match self.kick_off(&kick_off).await {
                Ok(answer) if matches!(answer.status.as_u16(), 429 | 503) => {
                    refused += 1;
                    (retry_after(answer.header("retry-after"), self.exporter.time.now()), refused)
                }
                Ok(answer) => break answer,
                // Nothing was sent, so no job can have come of it.
                Err(CallError::Network(NetworkError::NotReached { .. }))
                    if unreached + 1 < self.exporter.limits.attempts =>
                {
                    unreached += 1;
                    (Asked::Nothing, unreached)
                }
                Err(CallError::Network(broken @ NetworkError::Broken { .. })) => {
                    return Err(ExportError::Unanswered(broken));
                }
                Err(source) => return Err(ExportError::Call { what: "the kick-off", source }),
            };
            self.check_patience(self.job.requested_at)?;
            let wait = self.exporter.limits.pace.wait(asked, times - 1);
            watch.saw(&Event::Refused { wait });
            self.exporter.time.sleep(wait).await;
        };
        if answer.status.as_u16() != 202 {
            let what = match answer.status.as_u16() {
                401 | 403 => "the server refused the kick-off, perhaps for want of authorization,",
                _ => "the server refused the kick-off",
            };
            let refused = self.refused(what, answer).await?;
            // There is no job, so that the folder is free for another request.
            self.folder.forget().await?;
            return Err(refused);
        }
        let url = answer.header("content-location").ok_or(ExportError::NoStatusUrl("missing"))?;
        let url = address(url, "Content-Location", &kick_off.url)
            .map_err(|_| ExportError::NoStatusUrl("no http address, or not https like the server"))?;
        self.job.status_url = Some(url.into());
        self.job.accepted_at = Some(self.exporter.time.now());
        self.job.phase = Phase::Accepted;
        self.folder.save(&self.job).await?;
        watch.saw(&Event::Accepted);
        Ok(())
    }

    async fn kick_off(&self, kick_off: &KickOff) -> Result<Short, CallError> {
        let call = Call {
            verb: kick_off.body.as_ref().map_or(Verb::Get, Verb::Post),
            url: &kick_off.url,
            accept: FHIR_JSON,
            prefer: Some(kick_off.prefer),
            with_token: true,
            rest: None,
            timeout: Some(KICK_OFF_TIMEOUT),
        };
        self.exporter.http.short(&self.exporter.access, call, OUTCOME_BYTES).await
    }

    /// A server that says clearly that it does not export at this level is not asked to.
    async fn check_capabilities(&self) -> Result<(), ExportError> {
        let mut url = self.exporter.base.clone();
        url.set_query(None);
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push("metadata");
        }
        let answer = self.exporter.ask(Verb::Get, &url, FHIR_JSON, CAPABILITIES_BYTES).await;
        let answer = answer.map_err(|source| ExportError::Call { what: "reading the capabilities", source })?;
        let warn = |text: String| self.exporter.watch.saw(&Event::Warning(text));
        let Some(found) = Capabilities::read(&answer.body) else {
            warn(format!("the server has no CapabilityStatement at metadata (status {})", answer.status.as_u16()));
            return Ok(());
        };
        match found.allows(&self.job.export.level) {
            Some(true) => Ok(()),
            Some(false) => Err(ExportError::NotAnnounced(self.job.export.level.clone())),
            None => {
                warn("the server does not announce $export; trying anyway".to_owned());
                Ok(())
            }
        }
    }

    /// The server's refusal, its words kept for a person.
    async fn refused(&self, what: &'static str, answer: Short) -> Result<ExportError, ExportError> {
        let outcome = Outcome::read(&answer.body);
        let kept = match &outcome {
            Some(_) => Some(self.folder.keep_outcome(answer.body).await?),
            None => None,
        };
        Ok(ExportError::Refused { what, status: answer.status.as_u16(), outcome, kept })
    }

    fn check_patience(&self, since: Timestamp) -> Result<(), ExportError> {
        let spent = Duration::try_from(self.exporter.time.now().duration_since(since)).unwrap_or_default();
        if spent > self.exporter.limits.patience { Err(ExportError::Patience(spent)) } else { Ok(()) }
    }

    /// Follows the job page by page to its end. Files of pages that are there are fetched while the server works on.
    async fn follow(&mut self) -> Result<(), ExportError> {
        let mut cursor = self.cursor()?;
        let (mut waits, mut hiccups) = (0_u32, 0_u32);
        loop {
            self.check_patience(self.job.accepted_at.unwrap_or(self.job.requested_at))?;
            let limits = &self.exporter.limits;
            let wait = match self.poll(&cursor).await? {
                Step::Done(manifest) => {
                    hiccups = 0;
                    match self.absorb(&cursor, &manifest).await? {
                        Some(next) => {
                            cursor = next;
                            continue;
                        }
                        None => break,
                    }
                }
                Step::Running { asked, progress, partial } => {
                    hiccups = 0;
                    if let Some(manifest) = partial {
                        if let Some(next) = self.absorb(&cursor, &manifest).await? {
                            cursor = next;
                            continue;
                        }
                        self.fetch().await?;
                    }
                    let wait = limits.pace.wait(asked, waits);
                    waits = waits.saturating_add(1);
                    self.exporter.watch.saw(&Event::Running { progress: progress.as_deref(), wait });
                    wait
                }
                Step::Again { asked, why, is_pacing } => {
                    hiccups += 1;
                    if hiccups >= limits.refusals && !is_pacing {
                        let what = "the status request failed again and again";
                        return Err(ExportError::Refused { what, status: 503, outcome: None, kept: None });
                    }
                    let wait = limits.pace.wait(asked, hiccups - 1);
                    self.exporter.watch.saw(&Event::Hiccup { why, wait });
                    wait
                }
                Step::Gone { status } => return Err(ExportError::Gone(status)),
                Step::Unauthorized { status } => {
                    let origin = crate::access::Origin::of(&cursor.url);
                    return Err(ExportError::Unauthorized { status, origin });
                }
                Step::Unreadable(error) => return Err(error.into()),
                Step::TooLong => return Err(ExportError::ManifestTooLong(limits.manifest_bytes)),
                Step::Failed { status, outcome } => {
                    return Err(ExportError::Refused { what: "the export failed", status, outcome, kept: None });
                }
            };
            self.exporter.time.sleep(wait).await;
        }
        self.job.phase = Phase::Complete;
        self.folder.save(&self.job).await?;
        Ok(())
    }

    /// The page to ask for first: the status, or the page after the last one that leads on.
    fn cursor(&self) -> Result<Cursor, ExportError> {
        let status = self.job.status_url.as_deref().ok_or(ExportError::NoStatusUrl("not in the job's record"))?;
        let (page, url) = match self.plan.pages.last() {
            None => (0, status),
            Some(last) => match &last.next {
                Some(next) => (last.number + 1, next.as_str()),
                None => (last.number, last.url.as_str()),
            },
        };
        let url = Url::parse(url).map_err(|_| ExportError::NoStatusUrl("no address in the job's record"))?;
        Ok(Cursor { page, url })
    }

    async fn poll(&self, cursor: &Cursor) -> Result<Step, ExportError> {
        let exporter = self.exporter;
        match exporter.ask(Verb::Get, &cursor.url, JSON, exporter.limits.manifest_bytes).await {
            Ok(answer) => {
                let step = status::read(&answer, &cursor.url, exporter.time.now());
                if matches!(step, Step::Failed { outcome: Some(_), .. }) {
                    return Err(self.refused("the export failed", answer).await?);
                }
                Ok(step)
            }
            Err(CallError::Network(error)) => {
                Ok(Step::Again { asked: Asked::Nothing, why: error.to_string(), is_pacing: false })
            }
            Err(source) => Err(ExportError::Call { what: "asking for the status", source }),
        }
    }

    /// Writes a page down; the page after it.
    async fn absorb(&mut self, cursor: &Cursor, manifest: &Manifest) -> Result<Option<Cursor>, ExportError> {
        let page = self.plan.page(cursor.page, cursor.url.as_str(), manifest)?;
        let next = page.next.as_deref().and_then(|next| Url::parse(next).ok());
        let is_new = self.plan.pages.get(cursor.page as usize) != Some(&page);
        if is_new {
            let (number, files, generation) = (page.number, page.files.len(), page.generation);
            self.folder.append(Entry::Page(page.clone())).await?;
            self.plan.note(page);
            if manifest.requires_access_token.is_none() {
                let text = "the manifest does not say whether files need the token; it is sent to trusted hosts";
                self.exporter.watch.saw(&Event::Warning(text.to_owned()));
            }
            self.exporter.watch.saw(&Event::Page { number, files, generation });
        }
        Ok(next.map(|url| Cursor { page: cursor.page + 1, url }))
    }

    /// Fetches every known file that is not in place, a few at a time; a file that fails does not keep others from coming.
    async fn fetch(&mut self) -> Result<(), ExportError> {
        let exporter = self.exporter;
        let watch = &*exporter.watch;
        let links = Links::new(&exporter.http, &exporter.access, watch, exporter.limits.manifest_bytes, &self.plan);
        let parallel = exporter.limits.parallel.max(1);
        let streams = Semaphore::new(parallel);
        // Twice as many as streams: while one is synced or waits for another try, the next one comes. Who asks for one file
        // at a time means it, though.
        let at_once = if parallel == 1 { 1 } else { 2 * parallel };
        let fetch = Fetch {
            http: &exporter.http,
            access: &exporter.access,
            folder: &self.folder,
            links: &links,
            limits: &exporter.limits,
            watch,
            streams: &streams,
        };
        let files = self.plan.files();
        let all = files.len();
        let pending: Vec<_> = files.into_iter().filter(|(_, file)| !self.done.contains_key(&file.id)).collect();
        let (mut came, mut failed) = (Vec::new(), Vec::new());
        let mut pending = pending.into_iter();
        let mut under_way = FuturesUnordered::new();
        loop {
            while under_way.len() < at_once {
                let Some((page, file)) = pending.next() else { break };
                let part = self.parts.get(&file.id).cloned();
                // Boxed, as it is large and there are several at once.
                under_way.push(Box::pin(fetch.file(page, file, part)));
            }
            let Some((file, result)) = under_way.next().await else { break };
            match result? {
                Ok(done) => came.push(done),
                Err(error) => {
                    watch.saw(&Event::FileFailed { file, why: error.to_string() });
                    failed.push(error);
                }
            }
        }
        drop(under_way);
        self.done.extend(came.into_iter().map(|done| (done.id, done)));
        if failed.is_empty() { Ok(()) } else { Err(ExportError::Files { failed, all }) }
    }

    /// The files that are still to come, the lock file, and the end of the job.
    async fn finish(mut self) -> Result<Report, ExportError> {
        self.fetch().await?;
        let receipt = Receipt::new(&self.job, &self.plan.pages, &self.done);
        if self.job.phase < Phase::Finished {
            self.folder.write_lock(receipt.write()).await?;
            self.job.phase = Phase::Finished;
            self.folder.save(&self.job).await?;
        }
        let mut deleted = (self.job.phase == Phase::Deleted).then_some(true);
        if self.exporter.limits.delete_after && self.job.phase == Phase::Finished {
            deleted = Some(match self.exporter.delete(&self.job).await {
                Ok(agreed) => agreed,
                Err(error) => {
                    // The export is whole; a job left behind is worth a warning, not a failure.
                    self.exporter.watch.saw(&Event::Warning(error.to_string()));
                    false
                }
            });
            if deleted == Some(true) {
                self.job.phase = Phase::Deleted;
                self.folder.save(&self.job).await?;
            }
        }
        Ok(Report { receipt, deleted })
    }
}
