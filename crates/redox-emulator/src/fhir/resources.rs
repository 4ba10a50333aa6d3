//! The invented patients as FHIR resources, and what clients have created.

use super::{Call, Refused, resource};
use crate::Emulator;
use crate::ehr::documents;
use crate::ehr::patients::Patient;
use crate::exchange::{Answer, Turn};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};

/// Kinds of resource that the sandbox knows.
pub(crate) const KINDS: [&str; 7] =
    ["Patient", "Encounter", "Observation", "DocumentReference", "DiagnosticReport", "Appointment", "Binary"];

/// How many created resources are remembered.
const CREATED_MAX: usize = 1000;

/// When the invented resources were last changed.
const INVENTED_AT: &str = "2026-01-01T00:00:00.000Z";

/// Resources that clients have created, by kind and id; the oldest are forgotten.
#[derive(Debug, Default)]
pub(super) struct Created {
    by_name: BTreeMap<(&'static str, String), Value>,
    order: VecDeque<(&'static str, String)>,
    last: u64,
}

impl Created {
    /// Keeps a resource under a new id, which it returns.
    pub(super) fn keep(&mut self, kind: &'static str, mut resource: Value, now: Timestamp) -> String {
        self.last += 1;
        let id = format!("created-{}", self.last);
        resource["id"] = id.as_str().into();
        resource["meta"] = json!({"versionId": "1", "lastUpdated": format!("{now:.3}")});
        self.by_name.insert((kind, id.clone()), resource);
        self.order.push_back((kind, id.clone()));
        if self.order.len() > CREATED_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.by_name.remove(&oldest);
        }
        id
    }
}

impl Emulator {
    /// One resource.
    pub(super) fn fhir_read(&self, kind: &'static str, id: &str) -> Option<Value> {
        if let Some(created) = self.fhir.created.by_name.get(&(kind, id.to_owned())) {
            return Some(created.clone());
        }
        self.fhir_invented(kind).find(|resource| resource["id"] == id)
    }

    /// Every resource of a kind: the invented ones, then the created ones in order of creation.
    pub(super) fn fhir_all(&self, kind: &'static str) -> Vec<Value> {
        let created = self.fhir.created.order.iter().filter(|(of, _)| *of == kind);
        let created = created.filter_map(|name| self.fhir.created.by_name.get(name).cloned());
        self.fhir_invented(kind).chain(created).collect()
    }

    fn fhir_invented(&self, kind: &'static str) -> impl Iterator<Item = Value> {
        self.ehr.population.iter().filter_map(move |patient| invented(kind, patient))
    }

    /// Whether a reference is to a patient whom the EHR knows.
    pub(super) fn fhir_knows_patient(&self, reference: &str) -> bool {
        reference.strip_prefix("Patient/").is_some_and(|id| self.fhir_invented("Patient").any(|one| one["id"] == id))
    }

    /// `POST Binary`: a Binary resource, or bytes of any other type.
    pub(super) fn fhir_binary(&mut self, turn: &mut Turn<'_>, call: &Call<'_>) -> Result<Answer, Refused> {
        let content_type = call.request.header("content-type").unwrap_or("application/octet-stream");
        let binary = if content_type.starts_with("application/fhir+json") {
            let sent: Value = serde_json::from_slice(&call.request.body).unwrap_or_default();
            if sent["resourceType"] != "Binary" || !sent["data"].is_string() || !sent["contentType"].is_string() {
                return Err(Refused::invalid("a Binary with contentType and data is required"));
            }
            sent
        } else {
            let data = STANDARD.encode(&call.request.body);
            json!({"resourceType": "Binary", "contentType": content_type, "data": data})
        };
        let id = self.fhir.created.keep("Binary", binary.clone(), turn.now);
        let answer = json!({"resourceType": "Binary", "id": id, "contentType": binary["contentType"]});
        let location = HeaderValue::try_from(format!("{}/Binary/{id}", call.base));
        let location = location.map_err(|_| Refused::invalid("the address of the emulator fits no header"))?;
        Ok(resource(StatusCode::CREATED, &answer).with("location", location))
    }
}

/// A patient's resource of one kind, if there is one.
fn invented(kind: &str, patient: Patient) -> Option<Value> {
    let number = patient.number;
    let subject = json!({"reference": format!("Patient/p-{number}"), "display": patient.name()});
    let mut resource = match kind {
        "Patient" => json!({
            "id": format!("p-{number}"),
            "identifier": [
                {"system": "urn:example:mr", "value": format!("MR-{number:04}"), "type": {"text": "MR"}},
                {"system": "urn:example:ehr", "value": format!("EHR-{number:04}"), "type": {"text": "EHRID"}},
            ],
            "name": [{"family": patient.last, "given": [patient.first]}],
            "gender": patient.sex.to_lowercase(), "birthDate": patient.born,
        }),
        "Encounter" => json!({
            "id": format!("e-{number}"), "status": "finished",
            "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
            "subject": subject,
            "period": {"start": "2026-01-05T09:00:00Z", "end": "2026-01-05T09:30:00Z"},
        }),
        "Observation" => json!({
            "id": format!("o-{number}"), "status": "final", "subject": subject,
            "encounter": {"reference": format!("Encounter/e-{number}")},
            "code": {"coding": [{"system": "http://loinc.org", "code": "2345-7", "display": "Glucose"}]},
            "effectiveDateTime": "2026-01-05T09:10:00Z",
            "valueQuantity": {"value": 90 + number, "unit": "mg/dL", "system": "http://unitsofmeasure.org", "code": "mg/dL"},
        }),
        "DocumentReference" => json!({
            "id": format!("d-{number}"), "status": "current", "subject": subject,
            "type": {"coding": [{"system": "http://loinc.org", "code": "34133-9", "display": "Summary of episode note"}]},
            "date": "2026-01-05T10:00:00Z",
            "content": [{"attachment": {"contentType": "text/xml", "url": format!("Binary/b-{number}")}}],
        }),
        "Binary" => json!({
            "id": format!("b-{number}"), "contentType": "text/xml", "data": STANDARD.encode(documents::summary(patient)),
        }),
        _ => return None,
    };
    resource["resourceType"] = kind.into();
    resource["meta"] = json!({"versionId": "1", "lastUpdated": INVENTED_AT});
    Some(resource)
}

/// A patient as it stands in a notification.
pub(super) fn patient(patient: Patient) -> Value {
    invented("Patient", patient).unwrap_or_default()
}

/// What the sandbox can do.
pub(super) fn capabilities(now: Timestamp) -> Value {
    let interactions = json!([{"code": "read"}, {"code": "search-type"}]);
    let kinds: Value = KINDS.iter().map(|kind| json!({"type": kind, "interaction": interactions})).collect();
    json!({
        "resourceType": "CapabilityStatement", "status": "active", "kind": "instance", "fhirVersion": "4.0.1",
        "date": format!("{now:.3}"), "format": ["json"], "rest": [{"mode": "server", "resource": kinds}],
    })
}
