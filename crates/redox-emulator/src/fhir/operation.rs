//! Named operations that write: a message Bundle in, one resource created, a message Bundle out.
//!
//! Source: Redox docs, "FHIR API reference" (`Appointment/$appointment-create` and its siblings); HL7 FHIR R4, "Messaging"
//! (`MessageHeader.response`).

use super::{Call, Refused, resource};
use crate::Emulator;
use crate::exchange::{Answer, Turn};
use http::StatusCode;
use serde_json::{Value, json};

/// Operations by resource, with the event that their header must name.
const OPERATIONS: [(&str, &str, &str); 3] = [
    ("Appointment", "$appointment-create", "AppointmentCreate"),
    ("DocumentReference", "$documentreference-create", "DocumentReferenceCreate"),
    ("DiagnosticReport", "$diagnosticreport-create", "DiagnosticReportCreate"),
];
pub(super) const EVENTS: &str = "https://fhir.redoxengine.com/EventDefinition/";

impl Emulator {
    pub(super) fn fhir_operation(
        &mut self,
        turn: &mut Turn<'_>,
        call: &Call<'_>,
        kind: &'static str,
        operation: &str,
    ) -> Result<Answer, Refused> {
        let known = OPERATIONS.iter().find(|(of, name, _)| *of == kind && *name == operation);
        let (_, _, event) = known.ok_or_else(|| Refused::not_found("operation"))?;
        let content_type = call.request.header("content-type").unwrap_or_default();
        if !content_type.contains("json") {
            let text = "content-type must be application/fhir+json";
            return Err(Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-supported", text));
        }
        let bundle: Value =
            serde_json::from_slice(&call.request.body).map_err(|_| Refused::invalid("the body is not JSON"))?;
        let header = header(&bundle)?;
        let event_uri = format!("{EVENTS}{event}");
        if header["eventUri"] != event_uri.as_str() {
            return Err(Refused::new(
                StatusCode::BAD_REQUEST,
                "value",
                format!("MessageHeader.eventUri must be {event_uri}"),
            ));
        }
        let endpoint = header["source"]["endpoint"].as_str().unwrap_or_default();
        if endpoint.trim_start_matches("urn:uuid:") != call.source {
            return Err(Refused::invalid("MessageHeader.source.endpoint must be the id of the source that sends it"));
        }
        let focus = focus(&bundle, header, kind)?;
        self.fhir_patient_is_known(&bundle, focus)?;
        let identifier = header["id"].clone();
        let id = self.fhir.created.keep(kind, focus.clone(), turn.now);
        let name = self.directory.destination_name(&call.destination);
        let answer = json!({
            "resourceType": "MessageHeader", "id": turn.rng.uuid(), "eventUri": event_uri,
            "source": {"name": name, "endpoint": call.destination},
            "response": {"identifier": identifier, "code": "ok"},
            "focus": [{"reference": format!("{kind}/{id}")}],
        });
        let bundle = json!({
            "resourceType": "Bundle", "id": turn.rng.uuid(), "type": "message", "timestamp": format!("{:.3}", turn.now),
            "entry": [{"resource": answer}],
        });
        Ok(resource(StatusCode::OK, &bundle))
    }

    /// A patient whom neither the EHR knows nor the Bundle brings: the destination cannot file the resource.
    fn fhir_patient_is_known(&self, bundle: &Value, focus: &Value) -> Result<(), Refused> {
        let participants = focus["participant"].as_array().into_iter().flatten().map(|one| &one["actor"]);
        let references = participants.chain([&focus["subject"]]).filter_map(|one| one["reference"].as_str());
        let is_known = |reference: &str| self.fhir_knows_patient(reference) || find(bundle, reference).is_some();
        let mut patients = references.filter(|reference| reference.starts_with("Patient/"));
        if patients.all(is_known) {
            return Ok(());
        }
        let text = "the patient is not known at the destination";
        Err(Refused::new(StatusCode::UNPROCESSABLE_ENTITY, "not-found", text))
    }
}

/// The header of a message Bundle: its first resource.
fn header(bundle: &Value) -> Result<&Value, Refused> {
    let is_message = bundle["resourceType"] == "Bundle" && bundle["type"] == "message";
    let header = bundle.pointer("/entry/0/resource").filter(|first| first["resourceType"] == "MessageHeader");
    let header = header.filter(|_| is_message);
    header.ok_or_else(|| Refused::invalid("a Bundle of type message with a MessageHeader is required"))
}

/// The resource that the message is about.
fn focus<'a>(bundle: &'a Value, header: &Value, kind: &str) -> Result<&'a Value, Refused> {
    let references = header["focus"].as_array().into_iter().flatten().filter_map(|one| one["reference"].as_str());
    let found = references.filter_map(|reference| find(bundle, reference)).find(|one| one["resourceType"] == kind);
    found.ok_or_else(|| Refused::invalid(format!("MessageHeader.focus must name a {kind} of the Bundle")))
}

/// The resource of the Bundle that a reference means: by `fullUrl`, or by type and id.
fn find<'a>(bundle: &'a Value, reference: &str) -> Option<&'a Value> {
    let entries = bundle["entry"].as_array()?;
    let is_meant = |entry: &&Value| {
        let (kind, id) = reference.split_once('/').unwrap_or_default();
        let resource = &entry["resource"];
        entry["fullUrl"] == reference || (resource["resourceType"] == kind && resource["id"] == id)
    };
    entries.iter().find(is_meant).map(|entry| &entry["resource"])
}
