//! A FHIR Bulk Data server under `/fhir/bulk`: export jobs over invented patients, of any number, with faults on purpose.
//!
//! Source: HL7 FHIR Bulk Data Access, versions 1.0 to 4.0 (ballot). Nothing is stored: a line of a file follows from its
//! number alone, so a job costs the same for ten patients and for ten million.

/// How the server behaves.
mod settings;

/// What a kick-off asks for.
mod kickoff;

/// Jobs and the files they promise.
mod job;

/// The manifest as each generation writes it.
mod manifest;

/// Files, whole or broken.
mod files;

/// The invented patients, line by line.
mod patients;

/// The compressed form of a file.
mod gzip;

pub use settings::{BulkConfig, BulkFaults, BulkGeneration};

use crate::Emulator;
use crate::exchange::{Answer, Request, Response, Turn};
use crate::faults::Scope;
use bytes::Bytes;
use http::{HeaderValue, StatusCode};
use job::{Content, Job, Selection};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Where the server is.
pub(crate) const PREFIX: &str = "/fhir/bulk";

/// Jobs that are remembered.
const JOBS_MAX: usize = 1000;

/// All state of the bulk server.
#[derive(Debug, Default)]
pub(crate) struct Bulk {
    jobs: BTreeMap<u64, Job>,
    last_job: u64,
    counts: Counts,
    kept: Vec<(Selection, Content, Bytes)>,
}

/// What clients asked for.
#[derive(Debug, Default, Clone, Serialize)]
struct Counts {
    kick_offs: u64,
    polls: u64,
    files: u64,
    ranges: u64,
    compressed: u64,
    refused: u64,
    deletes: u64,
    tokens_seen: u64,
}

/// An `OperationOutcome` as the answer.
pub(super) fn outcome(status: StatusCode, code: &str, text: &str) -> Answer {
    let issue = json!([{"severity": "error", "code": code, "diagnostics": text}]);
    fhir(status, &json!({"resourceType": "OperationOutcome", "issue": issue}))
}

fn fhir(status: StatusCode, body: &Value) -> Answer {
    Answer::json(status, body).with("content-type", HeaderValue::from_static("application/fhir+json"))
}

/// Whether a fault strikes now; each time it does, one less is left.
pub(super) fn strikes(left: &mut u32) -> bool {
    let strikes = *left > 0;
    *left = left.saturating_sub(1);
    strikes
}

impl Emulator {
    /// Everything under [`PREFIX`].
    pub(crate) fn bulk(&mut self, turn: &mut Turn<'_>, request: &Request, scope: &Scope) -> Response {
        let path = request.path.strip_prefix(PREFIX).unwrap_or_default();
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        self.bulk.counts.tokens_seen += u64::from(request.header("authorization").is_some());
        match (request.method.as_str(), segments.as_slice()) {
            ("GET", ["metadata"]) => return fhir(StatusCode::OK, &self.bulk_capabilities()).into(),
            ("GET", [".well-known", "smart-configuration"]) => return self.bulk_smart().into(),
            _ => {}
        }
        // Files that are said to need no token are given without one, and refused with one: nobody should see it.
        let is_file = matches!(segments.as_slice(), ["jobs", _, "files", _]);
        if is_file && !self.config.bulk.files_need_token && request.header("authorization").is_some() {
            self.bulk.counts.refused += 1;
            return outcome(StatusCode::BAD_REQUEST, "security", "no token belongs here").into();
        }
        let needs_token = self.config.bulk.requires_token && (!is_file || self.config.bulk.files_need_token);
        if needs_token && let Err(answer) = self.bulk_authorize(turn, request, scope, is_file) {
            self.bulk.counts.refused += 1;
            return (*answer).into();
        }
        match (request.method.as_str(), segments.as_slice()) {
            ("GET" | "POST", [.., "$export"]) => self.bulk_kick_off(turn, request, &segments),
            ("GET", ["jobs", id]) => self.bulk_status(turn, request, id),
            ("GET", ["jobs", id, "files", name]) => self.bulk_file(turn, request, id, name),
            ("DELETE", ["jobs", id]) => self.bulk_delete(id),
            _ => outcome(StatusCode::NOT_FOUND, "not-found", "no such address"),
        }
        .into()
    }

    fn bulk_authorize(
        &mut self,
        turn: &mut Turn<'_>,
        request: &Request,
        scope: &Scope,
        is_file: bool,
    ) -> Result<(), Box<Answer>> {
        if is_file && strikes(&mut self.config.bulk.faults.expired_tokens) {
            self.tokens.expire_all(self.own_time(turn.now));
        }
        self.authorize(turn, request, scope).map(drop)
    }

    fn bulk_base(&self) -> String {
        format!("{}{PREFIX}", self.base_url.as_deref().unwrap_or_default())
    }

    fn bulk_smart(&self) -> Answer {
        let token_endpoint = format!("{}/v2/auth/token", self.base_url.as_deref().unwrap_or_default());
        let body = json!({
            "token_endpoint": token_endpoint,
            "grant_types_supported": ["client_credentials"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["RS384", "ES384"],
            "scopes_supported": ["system/*.read", "system/*.rs"],
            "capabilities": ["client-confidential-asymmetric"],
        });
        Answer::json(StatusCode::OK, &body)
    }

    fn bulk_capabilities(&self) -> Value {
        let definition = |name: &str| format!("http://hl7.org/fhir/uv/bulkdata/OperationDefinition/{name}");
        let operation = |name: &str| json!([{"name": "export", "definition": definition(name)}]);
        let levels = &self.config.bulk.levels;
        let has = |level: &str| levels.iter().any(|one| one == level);
        let mut resources = Vec::new();
        for (kind, level, name) in [("Patient", "patient", "patient-export"), ("Group", "group", "group-export")] {
            if has(level) {
                resources.push(json!({"type": kind, "operation": operation(name)}));
            }
        }
        let mut rest = json!({"mode": "server", "resource": resources});
        if has("system") {
            rest["operation"] = operation("export");
        }
        json!({
            "resourceType": "CapabilityStatement", "status": "active", "kind": "instance", "fhirVersion": "4.0.1",
            "instantiates": ["http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data"],
            "format": ["json"], "rest": [rest],
        })
    }

    fn bulk_delete(&mut self, id: &str) -> Answer {
        self.bulk.counts.deletes += 1;
        let known = id.parse().ok().and_then(|id: u64| self.bulk.jobs.get_mut(&id)).filter(|job| !job.is_deleted);
        match known {
            Some(job) => {
                job.is_deleted = true;
                fhir(StatusCode::ACCEPTED, &json!({"resourceType": "OperationOutcome", "issue": []}))
            }
            None => outcome(StatusCode::NOT_FOUND, "not-found", "no such job"),
        }
    }

    /// `GET /_emulator/bulk`: settings, jobs, and what clients asked for.
    pub(crate) fn bulk_state(&self) -> Value {
        let jobs: Value = self.bulk.jobs.iter().map(|(id, job)| job.state(*id)).collect();
        json!({"settings": self.config.bulk, "jobs": jobs, "counts": self.bulk.counts})
    }

    /// Forgets every job and count.
    pub(crate) fn bulk_clear(&mut self) {
        self.bulk = Bulk { last_job: self.bulk.last_job, ..Bulk::default() };
    }
}

impl Bulk {
    /// A file that is made once, whichever job asks for it.
    fn kept(&mut self, selection: Selection, content: Content) -> Bytes {
        let same = |kept: &&(Selection, Content, Bytes)| kept.0 == selection && kept.1 == content;
        if let Some((_, _, bytes)) = self.kept.iter().find(same) {
            return bytes.clone();
        }
        let bytes = Bytes::from(files::whole(&selection, content));
        self.kept.push((selection, content, bytes.clone()));
        bytes
    }

    /// Notes a job; the oldest is forgotten when there are too many.
    fn open(&mut self, job: Job) -> u64 {
        self.last_job += 1;
        self.jobs.insert(self.last_job, job);
        if self.jobs.len() > JOBS_MAX {
            self.jobs.pop_first();
        }
        self.last_job
    }

    fn job(&self, id: &str) -> Option<(u64, &Job)> {
        let id = id.parse().ok()?;
        self.jobs.get(&id).filter(|job| !job.is_deleted).map(|job| (id, job))
    }
}
