//! The platform API's logs: what was really sent, received, asked and answered, one log per destination.

use super::page::{by_cursor, numbered};
use super::{Platform, PlatformError, give, object};
use crate::Emulator;
use crate::exchange::Request;
use crate::form;
use crate::logs::Log;
use crate::message::Message;
use crate::routing::catalogue::{same_event, same_model};
use jiff::Timestamp;
use serde_json::{Value, json};

/// Regions that Redox runs in.
const REGIONS: [&str; 3] = ["AWS_USA_EAST_1", "AWS_CAN_CENTRAL", "GCP_USA_CENTRAL_1"];

/// Conditions on a log; those that are absent always hold.
#[derive(Default)]
struct Wanted {
    created_after: Option<Timestamp>,
    created_before: Option<Timestamp>,
    updated_after: Option<Timestamp>,
    updated_before: Option<Timestamp>,
    data_model: Option<String>,
    event_type: Option<String>,
    source: Option<String>,
    destination: Option<String>,
    kind: Option<String>,
    status: Option<String>,
    facility_code: Option<String>,
    /// The search is for other traffic than real time, or another region: nothing fits.
    is_elsewhere: bool,
    /// Text that some value of the message must be, lower case; `patient` terms only below `Patient`.
    terms: Vec<(String, bool)>,
}

impl Wanted {
    /// Reads conditions by their names in query or body.
    fn read(get: impl Fn(&str) -> Option<String>, regions: &[String]) -> Result<Self, PlatformError> {
        let instant = |name: &'static str| {
            get(name).map(|text| text.parse().map_err(|_| PlatformError::Invalid(name))).transpose()
        };
        let word = |name: &'static str, words: &[&str]| match get(name) {
            Some(word) if !words.contains(&word.to_lowercase().as_str()) => Err(PlatformError::Invalid(name)),
            word => Ok(word.map(|word| word.to_lowercase())),
        };
        let region = get("serviceRegion");
        if region.as_deref().is_some_and(|region| !REGIONS.contains(&region)) {
            return Err(PlatformError::Invalid("serviceRegion"));
        }
        if region.is_none() && regions.len() > 1 {
            return Err(PlatformError::Required("serviceRegion"));
        }
        let is_backfill = word("dataMode", &["realtime", "backfill"])?.is_some_and(|mode| mode == "backfill");
        Ok(Self {
            created_after: instant("createdAfter")?,
            created_before: instant("createdBefore")?,
            updated_after: instant("updatedAfter")?,
            updated_before: instant("updatedBefore")?,
            data_model: get("dataModel"),
            event_type: get("eventType"),
            source: get("sourceId"),
            destination: get("destinationId"),
            kind: word("type", &["send", "receive", "request", "respond", "unknown"])?,
            status: word("status", &["pending", "succeeded", "failed", "filtered"])?,
            facility_code: get("facilityCode"),
            // All traffic is real time, and in the first region.
            is_elsewhere: is_backfill || region.is_some_and(|region| regions.first() != Some(&region)),
            terms: Vec::new(),
        })
    }

    /// Both ends of a window belong to it (Redox docs, "Get logs").
    fn fits(&self, log: &Log) -> bool {
        let is_word = |wanted: &Option<String>, own: Value| wanted.as_ref().is_none_or(|wanted| own == wanted.as_str());
        !self.is_elsewhere
            && self.created_after.is_none_or(|after| milliseconds(log.created_at) >= after)
            && self.created_before.is_none_or(|before| milliseconds(log.created_at) <= before)
            && self.updated_after.is_none_or(|after| milliseconds(log.updated_at) >= after)
            && self.updated_before.is_none_or(|before| milliseconds(log.updated_at) <= before)
            && self.data_model.as_ref().is_none_or(|model| same_model(model, &log.data_model))
            && self.event_type.as_ref().is_none_or(|event| same_event(event, &log.event_type))
            && self.source.as_ref().is_none_or(|source| *source == log.source)
            && self.destination.as_ref().is_none_or(|destination| *destination == log.destination)
            && self.facility_code.as_ref().is_none_or(|code| Some(code) == log.facility_code.as_ref())
            && is_word(&self.kind, json!(log.kind))
            && is_word(&self.status, json!(log.status))
            && (self.terms.is_empty() || self.is_in_message(log))
    }

    fn is_in_message(&self, log: &Log) -> bool {
        let bytes = match log.message.as_deref() {
            Some(Message::Shaped { payload, .. }) => payload,
            Some(Message::Verbatim(bytes) | Message::Bundle(bytes)) => bytes,
            None => return false,
        };
        let Ok(message) = serde_json::from_slice::<Value>(bytes) else { return false };
        let patient = message.get("Patient").unwrap_or(&Value::Null);
        self.terms.iter().all(|(term, is_patient)| contains(if *is_patient { patient } else { &message }, term))
    }
}

/// An instant as logs show it, so that what was read from a log finds this log again.
fn milliseconds(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

/// Whether some text in the value is the term; for names also two neighbouring words, as in `Testa Sampleton`.
fn contains(value: &Value, term: &str) -> bool {
    match value {
        Value::String(text) => text.to_lowercase() == term,
        Value::Array(items) => items.iter().any(|item| contains(item, term)),
        Value::Object(members) => {
            let name = |name: &str| members.get(name).and_then(Value::as_str).unwrap_or_default().to_lowercase();
            members.values().any(|value| contains(value, term))
                || format!("{} {}", name("FirstName"), name("LastName")) == term
        }
        _ => false,
    }
}

impl Emulator {
    /// `…/logs` and `…/logs/{id}`.
    pub(super) fn platform_logs(&self, request: &Request, rest: &[&str]) -> Platform {
        let query = request.query.as_deref().unwrap_or_default();
        match (request.method.as_str(), rest) {
            ("GET", []) => {
                // A list names no region and no mode.
                let wanted = Wanted::read(|name| form::value(query, name), &[])?;
                numbered(request, "results", self.found(&wanted))
            }
            ("GET", [id]) => give("result", &log_element(self.logs.get(id).ok_or(PlatformError::NotFound)?)),
            _ => Err(PlatformError::NotFound),
        }
    }

    /// `…/logs/search/metadata` and `…/logs/search/payloads`; neither shows what messages hold.
    pub(super) fn platform_log_search(&self, request: &Request, what: &str) -> Platform {
        if request.method != "POST" || !matches!(what, "metadata" | "payloads") {
            return Err(PlatformError::NotFound);
        }
        let body = object(request)?;
        let get = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        let mut wanted = Wanted::read(get, &self.directory.environment.service_regions)?;
        if what == "payloads" {
            let terms = body.get("searchTerms").and_then(Value::as_array).filter(|terms| !terms.is_empty());
            for term in terms.ok_or(PlatformError::Required("searchTerms"))? {
                let value = term.get("value").and_then(Value::as_str).ok_or(PlatformError::Invalid("searchTerms"))?;
                let is_patient = term.get("category").is_some_and(|category| category == "patient");
                wanted.terms.push((value.to_lowercase(), is_patient));
            }
        }
        by_cursor(request, "results", self.found(&wanted))
    }

    /// Logs that fit, oldest first.
    fn found(&self, wanted: &Wanted) -> Vec<Value> {
        self.logs.iter().filter(|log| wanted.fits(log)).map(log_element).collect()
    }
}

fn log_element(log: &Log) -> Value {
    let latest = log.attempts.back().map(
        |attempt| json!({"id": attempt.id, "attemptAt": format!("{:.3}", attempt.at), "status": log.latest_status()}),
    );
    json!({
        "id": log.id, "type": log.kind, "status": log.status,
        "dataModel": log.data_model, "eventType": log.event_type,
        "source": {"id": log.source}, "destination": {"id": log.destination},
        "createdAt": format!("{:.3}", log.created_at), "updatedAt": format!("{:.3}", log.updated_at),
        "facilityCode": log.facility_code, "dataMode": "realtime",
        "attempts": {"total": log.attempts_total, "latest": latest},
    })
}
