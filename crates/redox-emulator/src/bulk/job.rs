//! Jobs: what they promise is fixed at the kick-off, and everything they do follows from the time.

use super::manifest;
use super::patients::Kind;
use super::settings::BulkConfig;
use super::{fhir, outcome, strikes};
use crate::exchange::{Answer, Request, Turn};
use crate::{Emulator, form};
use http::{HeaderValue, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// Which patients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Selection {
    /// From one number on, in steps.
    Every { first: u64, step: u64 },
    /// These.
    Listed(Vec<u64>),
}

impl Selection {
    fn count(&self, patients: u64) -> u64 {
        match self {
            Self::Every { first, step } => patients.saturating_sub(*first).div_ceil(*step),
            Self::Listed(list) => list.len() as u64,
        }
    }

    /// The number of the patient at a place.
    pub(super) fn patient(&self, place: u64) -> u64 {
        match self {
            Self::Every { first, step } => first + place * step,
            Self::Listed(list) => usize::try_from(place).ok().and_then(|place| list.get(place)).copied().unwrap_or(0),
        }
    }
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Resources of one kind: the first, and how many.
    Resources { kind: Kind, first: u64, lines: u64 },
    /// What is gone.
    Deleted,
    /// Warnings.
    Warnings,
}

impl Content {
    pub(super) fn lines(self) -> u64 {
        match self {
            Self::Resources { lines, .. } => lines,
            Self::Deleted => 1,
            Self::Warnings => 3,
        }
    }
}

/// What a kick-off asked for, once it is understood.
pub(super) struct Wanted {
    pub(super) selection: Selection,
    pub(super) kinds: Vec<Kind>,
    pub(super) has_since: bool,
    /// Files on a page of the manifest; `None` is all.
    pub(super) page: Option<usize>,
    pub(super) parameters: Vec<(String, String)>,
}

/// An export job.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) created: Timestamp,
    /// When it is done.
    pub(super) ready: Timestamp,
    pub(super) selection: Selection,
    pub(super) files: Vec<Content>,
    /// Files on a page of the manifest.
    pub(super) page: usize,
    pub(super) is_deleted: bool,
    parameters: Vec<(String, String)>,
}

/// Names of list and place in the address of a file.
pub(super) fn file_name(content: Content, place: usize) -> String {
    match content {
        Content::Resources { kind, .. } => format!("{place}.{}.ndjson", kind.name()),
        Content::Deleted => format!("{place}.Bundle.ndjson"),
        Content::Warnings => format!("{place}.OperationOutcome.ndjson"),
    }
}

impl Job {
    pub(super) fn new(now: Timestamp, takes: SignedDuration, wanted: Wanted, config: &BulkConfig) -> Self {
        let Wanted { selection, kinds, has_since, page, parameters } = wanted;
        let patients = selection.count(config.patients);
        let per_file = config.lines_per_file.max(1);
        let mut files = Vec::new();
        for kind in kinds {
            let lines = patients * kind.per_patient();
            for first in (0..lines).step_by(usize::try_from(per_file).unwrap_or(usize::MAX)) {
                files.push(Content::Resources { kind, first, lines: per_file.min(lines - first) });
            }
        }
        if has_since {
            files.push(Content::Deleted);
        }
        if config.error_file {
            files.push(Content::Warnings);
        }
        let ready = now.checked_add(takes).unwrap_or(Timestamp::MAX);
        let page = page.unwrap_or(usize::MAX).max(1);
        Self { created: now, ready, selection, files, page, is_deleted: false, parameters }
    }

    pub(super) fn pages(&self) -> usize {
        self.files.len().div_ceil(self.page).max(1)
    }

    /// When a page is there: pages come one after the other, the last with the end of the job.
    fn page_ready(&self, page: usize) -> Timestamp {
        let (place, pages) =
            (i32::try_from(page + 1).unwrap_or(i32::MAX), i32::try_from(self.pages()).unwrap_or(i32::MAX));
        if place == pages {
            return self.ready;
        }
        let takes = self.ready.duration_since(self.created) / pages;
        self.created.checked_add(takes.saturating_mul(place)).unwrap_or(self.ready)
    }

    pub(super) fn state(&self, id: u64) -> Value {
        let parameters: Value = self.parameters.iter().map(|(name, value)| json!([name, value])).collect();
        json!({
            "id": id, "created": self.created, "ready": self.ready, "files": self.files.len(), "pages": self.pages(),
            "is_deleted": self.is_deleted, "parameters": parameters,
        })
    }
}

impl Emulator {
    pub(super) fn bulk_status(&mut self, turn: &Turn<'_>, request: &Request, id: &str) -> Answer {
        self.bulk.counts.polls += 1;
        let now = self.own_time(turn.now);
        let faults = &mut self.config.bulk.faults;
        if strikes(&mut faults.busy_polls) {
            return self.bulk_paced(outcome(StatusCode::TOO_MANY_REQUESTS, "throttled", "slower"));
        }
        if strikes(&mut faults.failing_polls) {
            return self.bulk_paced(Answer::text(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"));
        }
        let Some((id, job)) = self.bulk.job(id) else {
            return outcome(StatusCode::NOT_FOUND, "not-found", "no such job");
        };
        let page = form::value(request.query.as_deref().unwrap_or_default(), "page");
        let page: usize = page.and_then(|page| page.parse().ok()).unwrap_or(0);
        if page >= job.pages() {
            return outcome(StatusCode::NOT_FOUND, "not-found", "no such page");
        }
        let config = &self.config.bulk;
        let is_done = now >= job.ready;
        if is_done && config.faults.failing_jobs {
            return outcome(StatusCode::INTERNAL_SERVER_ERROR, "processing", "the export failed, as it was told to");
        }
        if is_done && config.faults.garbled_manifest {
            return Answer::text(StatusCode::OK, "{\"transactionTime\": \"2026-11-22T00:00:00Z\", \"output\": [");
        }
        if is_done || (now >= job.page_ready(page) && job.pages() > 1) {
            let has_next = page + 1 < job.pages() && now >= job.page_ready(page + 1);
            let source = manifest::Source { id, job, config, base: self.bulk_base(), now };
            let body = source.page(page, has_next);
            if is_done {
                let expires = now.checked_add(SignedDuration::from_hours(1)).unwrap_or(now);
                let expires = expires.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
                let answer = Answer::json(StatusCode::OK, &body)
                    .with("content-type", HeaderValue::from_static("application/json"));
                return answer.with("expires", HeaderValue::try_from(expires).expect("a date is ASCII"));
            }
            return self.bulk_running(job, fhir(StatusCode::ACCEPTED, &body), now);
        }
        self.bulk_running(job, Answer::text(StatusCode::ACCEPTED, ""), now)
    }

    fn bulk_running(&self, job: &Job, answer: Answer, now: Timestamp) -> Answer {
        let spent = now.duration_since(job.created).as_secs_f64();
        let all = job.ready.duration_since(job.created).as_secs_f64();
        let progress =
            format!("{:.0}% of {} files", (spent / all.max(0.001) * 100.0).clamp(0.0, 99.0), job.files.len());
        let answer = answer.with("x-progress", HeaderValue::try_from(progress).expect("numbers are ASCII"));
        match self.config.bulk.retry_after.as_deref().and_then(|text| HeaderValue::from_str(text).ok()) {
            Some(value) => answer.with("retry-after", value),
            None => answer,
        }
    }
}
