//! Documents about the invented patients: queried, fetched, and read through FHIR.

use super::patients::{Patient, Population};
use crate::routing::reply::TargetFailure;
use serde_json::{Value, json};

/// The patient whose documents the EHR cannot get at: a query that reaches it and fails there.
const UNRETRIEVABLE: u32 = 2;
/// When each document was written.
const WRITTEN_AT: &str = "2026-01-05T10:00:00.000Z";

/// A summary of care as a small document in the manner of HL7 CDA R2; about an invented patient.
pub(crate) fn summary(patient: Patient) -> String {
    let Patient { number, first, last, born, sex } = patient;
    let (born, gender) = (born.replace('-', ""), &sex[..1]);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ClinicalDocument xmlns=\"urn:hl7-org:v3\">\n  \
         <typeId root=\"2.16.840.1.113883.1.3\" extension=\"POCD_HD000040\"/>\n  <id extension=\"DOC-{number:04}\"/>\n  \
         <code code=\"34133-9\" codeSystem=\"2.16.840.1.113883.6.1\" displayName=\"Summary of episode note\"/>\n  \
         <title>Summary of Care</title>\n  <effectiveTime value=\"20260105100000+0000\"/>\n  <recordTarget><patientRole>\n    \
         <id extension=\"MR-{number:04}\"/>\n    <patient><name><given>{first}</given><family>{last}</family></name>\
         <administrativeGenderCode code=\"{gender}\"/><birthTime value=\"{born}\"/></patient>\n  \
         </patientRole></recordTarget>\n</ClinicalDocument>\n"
    )
}

/// The payload of a `DocumentQueryResponse`: one document of the patient asked for, none of a stranger.
pub(super) fn query(population: &Population, message: &Value) -> Result<Value, TargetFailure> {
    let Some(patient) = population.identified(message) else { return Ok(json!({"Documents": []})) };
    if patient.number == UNRETRIEVABLE {
        return Err(failed("Something went wrong retrieving the document list"));
    }
    let document = json!({
        "ID": format!("DOC-{:04}", patient.number), "Title": "Summary of Care", "DateTime": WRITTEN_AT,
        "Type": {"Code": "34133-9", "CodeSystem": "2.16.840.1.113883.6.1", "CodeSystemName": "LOINC", "Name": "Summary of episode note"},
        "FileType": "text/xml", "Locale": "US",
        "Author": {"FirstName": "Sim", "LastName": "Ulated", "Type": null},
    });
    Ok(json!({"Patient": {"Identifiers": patient.identifiers()}, "Documents": [document]}))
}

/// The payload of a `DocumentGetResponse`.
pub(super) fn get(population: &Population, message: &Value) -> Result<Value, TargetFailure> {
    let wanted = message.pointer("/Document/ID").and_then(Value::as_str).unwrap_or_default();
    let patient = population.iter().find(|patient| format!("DOC-{:04}", patient.number) == wanted);
    let patient = patient.ok_or_else(|| failed("Something went wrong retrieving the document"))?;
    Ok(json!({"Document": {"ID": wanted}, "FileType": "text/xml", "Data": summary(patient)}))
}

/// The payload of a `PatientQueryResponse` or `VisitQueryResponse`: a header and one encounter.
pub(super) fn summaries(population: &Population, message: &Value) -> Result<Value, TargetFailure> {
    let patient = population.identified(message).filter(|patient| patient.number != UNRETRIEVABLE);
    let patient = patient.ok_or_else(|| failed("Something went wrong retrieving the summary"))?;
    let document = json!({
        "ID": format!("DOC-{:04}", patient.number), "Title": "Summary of Care", "DateTime": WRITTEN_AT, "Type": "Summary of Care",
    });
    Ok(json!({
        "Header": {"Document": document, "Patient": patient.element()},
        "Encounters": [{"DateTime": "2026-01-05T09:00:00.000Z", "EndDateTime": "2026-01-05T09:30:00.000Z"}],
    }))
}

fn failed(text: &str) -> TargetFailure {
    TargetFailure { text: text.to_owned(), kind: "query", status: None }
}
