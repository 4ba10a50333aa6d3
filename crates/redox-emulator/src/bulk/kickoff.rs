//! What a kick-off asks for, from a query or a `Parameters` resource.

use super::job::{Job, Selection, Wanted};
use super::patients::Kind;
use super::settings::BulkGeneration;
use super::{outcome, strikes};
use crate::exchange::{Answer, Request, Turn};
use crate::{Emulator, form};
use http::{HeaderValue, Method, StatusCode};
use serde_json::Value;

/// One in so many patients has changed since any `_since`.
const CHANGED_ONE_IN: u64 = 10;
/// There are so many groups; the n-th has the patients whose number leaves n-1 when divided by this.
const GROUPS: u64 = 8;

/// Why a kick-off is refused.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("Accept must be application/fhir+json")]
    Accept,
    #[error("Prefer must be respond-async")]
    Prefer,
    #[error("this generation takes no {0}")]
    Method(Method),
    #[error("body is no Parameters resource")]
    Parameters,
    #[error("no such group; there are 1 to {GROUPS}")]
    Group,
    #[error("{0} is not exported here; Patient, Encounter and Observation are")]
    Type(String),
    #[error("parameter {0} is not known in this generation")]
    Unknown(String),
    #[error("patient takes Patient/p-<number>")]
    Patient,
    #[error("patient needs POST")]
    PatientByGet,
}

impl Emulator {
    pub(super) fn bulk_kick_off(&mut self, turn: &mut Turn<'_>, request: &Request, segments: &[&str]) -> Answer {
        self.bulk.counts.kick_offs += 1;
        let bulk = &mut self.config.bulk;
        let is_taken = bulk.one_job && self.bulk.jobs.values().any(|job| !job.is_deleted);
        if is_taken || strikes(&mut bulk.faults.busy_kick_offs) {
            self.bulk.counts.refused += 1;
            let answer = outcome(StatusCode::TOO_MANY_REQUESTS, "throttled", "another export runs");
            return self.bulk_paced(answer);
        }
        match self.bulk_job(turn, request, segments) {
            Ok(job) => {
                let id = self.bulk.open(job);
                let url = format!("{}/jobs/{id}", self.bulk_base());
                let answer = Answer::json(StatusCode::ACCEPTED, &Value::Null);
                answer.with("content-location", HeaderValue::try_from(url).expect("a base and a number are ASCII"))
            }
            Err(refusal) => {
                self.bulk.counts.refused += 1;
                let status = match refusal {
                    Refusal::Group => StatusCode::NOT_FOUND,
                    Refusal::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
                    _ => StatusCode::BAD_REQUEST,
                };
                outcome(status, "invalid", &refusal.to_string())
            }
        }
    }

    /// A refusal with the configured `Retry-After`.
    pub(super) fn bulk_paced(&self, answer: Answer) -> Answer {
        let value = self.config.bulk.faults.retry_after.as_deref().and_then(|text| HeaderValue::from_str(text).ok());
        match value {
            Some(value) => answer.with("retry-after", value),
            None => answer,
        }
    }

    fn bulk_job(&self, turn: &Turn<'_>, request: &Request, segments: &[&str]) -> Result<Job, Refusal> {
        let config = &self.config.bulk;
        if !request.header("accept").is_some_and(|accept| accept.contains("application/fhir+json")) {
            return Err(Refusal::Accept);
        }
        let prefer = request.header("prefer").unwrap_or_default();
        if !prefer.contains("respond-async") {
            return Err(Refusal::Prefer);
        }
        let is_lenient = prefer.contains("handling=lenient");
        let is_post = request.method == Method::POST;
        match config.generation {
            BulkGeneration::V1 if is_post => return Err(Refusal::Method(request.method.clone())),
            BulkGeneration::V4 if !is_post => return Err(Refusal::Method(request.method.clone())),
            _ => {}
        }
        let parameters = if is_post {
            posted(&request.body).ok_or(Refusal::Parameters)?
        } else {
            form::pairs(request.query.as_deref().unwrap_or_default()).collect()
        };
        check_names(&parameters, config.generation, is_post, is_lenient)?;
        let selection = select(segments, &parameters)?;
        let types: Vec<&str> = values(&parameters, "_type").collect();
        let mut kinds: Vec<Kind> = types.iter().filter_map(|name| Kind::named(name)).collect();
        if let Some(other) = types.iter().find(|name| Kind::named(name).is_none() && !is_lenient) {
            return Err(Refusal::Type((*other).to_owned()));
        }
        if types.is_empty() {
            kinds = Kind::ALL.to_vec();
        }
        let first = |name: &str| parameters.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str());
        let is_paged = first("allowPartialManifests") == Some("true") && config.generation >= BulkGeneration::V3;
        let has_since = first("_since").is_some();
        let ready = self.scaled(config.job_time);
        let now = self.own_time(turn.now);
        let page = config.files_per_page.filter(|_| is_paged);
        Ok(Job::new(now, ready, Wanted { selection, kinds, has_since, page, parameters }, config))
    }
}

/// Whose data: all, a group's, or the patients named; one in ten of them if only changes are wanted.
fn select(segments: &[&str], parameters: &[(String, String)]) -> Result<Selection, Refusal> {
    let step = if parameters.iter().any(|(name, _)| name == "_since") { CHANGED_ONE_IN } else { 1 };
    let named: Vec<&str> = values(parameters, "patient").collect();
    if !named.is_empty() {
        let number = |text: &str| text.strip_prefix("Patient/").unwrap_or(text).strip_prefix("p-")?.parse().ok();
        let list: Option<Vec<u64>> = named.into_iter().map(number).collect();
        return Ok(Selection::Listed(list.ok_or(Refusal::Patient)?));
    }
    match segments {
        ["$export"] | ["Patient", "$export"] => Ok(Selection::Every { first: 0, step }),
        ["Group", id, "$export"] => {
            let group = id.parse().ok().filter(|id: &u64| (1..=GROUPS).contains(id)).ok_or(Refusal::Group)?;
            Ok(Selection::Every { first: group - 1, step: GROUPS * step })
        }
        _ => Err(Refusal::Group),
    }
}

fn check_names(
    parameters: &[(String, String)],
    generation: BulkGeneration,
    is_post: bool,
    is_lenient: bool,
) -> Result<(), Refusal> {
    const KNOWN: [(&str, BulkGeneration); 10] = [
        ("_outputFormat", BulkGeneration::V1),
        ("_since", BulkGeneration::V1),
        ("_type", BulkGeneration::V1),
        ("_typeFilter", BulkGeneration::V1),
        ("_elements", BulkGeneration::V2),
        ("patient", BulkGeneration::V2),
        ("includeAssociatedData", BulkGeneration::V2),
        ("_until", BulkGeneration::V3),
        ("organizeOutputBy", BulkGeneration::V3),
        ("allowPartialManifests", BulkGeneration::V3),
    ];
    for (name, _) in parameters {
        let known = KNOWN.iter().any(|(known, from)| name == known && *from <= generation);
        // Parameters of a server's own begin with x here.
        if !known && !is_lenient && !name.starts_with("x-") {
            return Err(Refusal::Unknown(name.clone()));
        }
        if name == "patient" && !is_post {
            return Err(Refusal::PatientByGet);
        }
    }
    Ok(())
}

/// The values of a list parameter, however it was spelled.
fn values<'a>(parameters: &'a [(String, String)], name: &str) -> impl Iterator<Item = &'a str> {
    let own = parameters.iter().filter(move |(one, _)| one == name);
    own.flat_map(|(_, value)| value.split(',')).filter(|value| !value.is_empty()).collect::<Vec<_>>().into_iter()
}

/// Names and values of a `Parameters` resource.
fn posted(body: &[u8]) -> Option<Vec<(String, String)>> {
    let value: Value = serde_json::from_slice(body).ok()?;
    if value.get("resourceType")?.as_str()? != "Parameters" {
        return None;
    }
    let list = value.get("parameter").and_then(Value::as_array).into_iter().flatten();
    list.map(|one| {
        let members = one.as_object()?;
        let (_, value) = members.iter().find(|(key, _)| key.starts_with("value"))?;
        let inner = value.get("reference").or_else(|| value.get("code")).unwrap_or(value);
        let text = inner.as_str().map_or_else(|| inner.to_string(), str::to_owned);
        Some((members.get("name")?.as_str()?.to_owned(), text))
    })
    .collect()
}
