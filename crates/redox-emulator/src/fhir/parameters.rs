//! Conditions of a search, held against a resource (HL7 FHIR R4, "Search": string, token, date and reference parameters).

use serde_json::Value;

/// Parameters that say how to answer, not what to find.
const RESULT: [&str; 5] = ["_count", "_format", "_pretty", "_sort", "_cursor"];

/// Whether a name says how to answer.
pub(super) fn is_result(name: &str) -> bool {
    RESULT.contains(&name)
}

/// Whether the resource fits one condition; none if the parameter is not known for its kind. Commas mean *or*.
pub(super) fn fits(resource: &Value, name: &str, wanted: &str) -> Option<bool> {
    let (name, modifier) = name.split_once(':').unwrap_or((name, ""));
    let kind = resource.get("resourceType").and_then(Value::as_str).unwrap_or_default();
    let test: fn(&Value, &str, &str) -> bool = match (kind, name) {
        (_, "_id") => |resource, wanted, _| resource["id"] == wanted,
        (_, "identifier") => |resource, wanted, _| is_token(&resource["identifier"], wanted, "system", "value"),
        ("Patient", "family") => {
            |resource, wanted, how| any(&resource["name"], |one| text(&one["family"], wanted, how))
        }
        ("Patient", "given") => |resource, wanted, how| any(&resource["name"], |one| given(one, wanted, how)),
        ("Patient", "name") => |resource, wanted, how| {
            any(&resource["name"], |one| text(&one["family"], wanted, how) || given(one, wanted, how))
        },
        ("Patient", "gender") => |resource, wanted, _| resource["gender"] == wanted,
        ("Patient", "birthdate") => |resource, wanted, _| is_date(&resource["birthDate"], wanted),
        ("Patient" | "Binary", _) => return None,
        (_, "status") => |resource, wanted, _| resource["status"] == wanted,
        (_, "patient" | "subject" | "actor") => |resource, wanted, _| refers(resource, wanted),
        ("Observation" | "DiagnosticReport", "code") | ("DocumentReference", "type") => |resource, wanted, _| {
            ["code", "type"].iter().any(|member| is_token(&resource[*member]["coding"], wanted, "system", "code"))
        },
        (_, "date") => |resource, wanted, _| {
            let members = ["effectiveDateTime", "start", "date"];
            let own = members.iter().map(|member| &resource[*member]).chain([&resource["period"]["start"]]);
            own.into_iter().any(|own| is_date(own, wanted))
        },
        _ => return None,
    };
    Some(wanted.split(',').any(|wanted| test(resource, wanted, modifier)))
}

fn any(list: &Value, test: impl Fn(&Value) -> bool) -> bool {
    list.as_array().into_iter().flatten().any(test)
}

/// Strings fit from their beginning and in any case, unless `:exact` or `:contains` says otherwise.
fn text(own: &Value, wanted: &str, modifier: &str) -> bool {
    let own = own.as_str().unwrap_or_default();
    let (folded, needle) = (own.to_lowercase(), wanted.to_lowercase());
    match modifier {
        "exact" => own == wanted,
        "contains" => folded.contains(&needle),
        _ => folded.starts_with(&needle),
    }
}

fn given(name: &Value, wanted: &str, modifier: &str) -> bool {
    any(&name["given"], |one| text(one, wanted, modifier))
}

/// `value`, `system|value`, `|value` (no system) or `system|`.
fn is_token(list: &Value, wanted: &str, system: &str, value: &str) -> bool {
    any(list, |one| match wanted.split_once('|') {
        None => one[value] == wanted,
        Some(("", code)) => one.get(system).is_none() && one[value] == code,
        Some((of, "")) => one[system] == of,
        Some((of, code)) => one[system] == of && one[value] == code,
    })
}

/// Dates compare as text up to the precision asked for, with the prefixes `eq`, `ge`, `gt`, `le`, `lt`.
fn is_date(own: &Value, wanted: &str) -> bool {
    let Some(own) = own.as_str() else { return false };
    let (prefix, wanted) = match wanted.get(..2) {
        Some(prefix @ ("eq" | "ge" | "gt" | "le" | "lt")) => (prefix, &wanted[2..]),
        _ => ("eq", wanted),
    };
    let own = own.get(..wanted.len()).unwrap_or(own);
    match prefix {
        "ge" => own >= wanted,
        "gt" => own > wanted,
        "le" => own <= wanted,
        "lt" => own < wanted,
        _ => own == wanted,
    }
}

/// Whether subject or a participant is the patient, given as id or as reference.
fn refers(resource: &Value, wanted: &str) -> bool {
    let wanted = wanted.rsplit('/').next().unwrap_or(wanted);
    let is_patient = |reference: &Value| {
        reference["reference"].as_str().and_then(|text| text.strip_prefix("Patient/")).is_some_and(|id| id == wanted)
    };
    is_patient(&resource["subject"]) || any(&resource["participant"], |one| is_patient(&one["actor"]))
}

#[cfg(test)]
mod tests {
    use super::fits;
    use serde_json::{Value, json};

    fn patient() -> Value {
        json!({
            "resourceType": "Patient", "id": "p-1", "identifier": [{"system": "urn:a", "value": "7"}, {"value": "8"}],
            "name": [{"family": "Sampleton", "given": ["Testa", "Two"]}], "gender": "female", "birthDate": "1970-01-01",
        })
    }

    #[test]
    fn parameters_fit_as_their_types_say() {
        for (name, yes, no) in [
            ("family", "samp", "leton"),
            ("family:exact", "Sampleton", "sampleton"),
            ("family:contains", "PLE", "x"),
            ("given", "two", "three"),
            ("name", "Testa", "Sample ton"),
            ("gender", "male,female", "male"),
            ("identifier", "7", "9"),
            ("identifier", "urn:a|7", "urn:b|7"),
            ("identifier", "|8", "|7"),
            ("identifier", "urn:a|", "urn:b|"),
            ("birthdate", "1970", "1971"),
            ("birthdate", "ge1970-01-01", "gt1970-01-01"),
            ("birthdate", "lt1971", "le1969-12"),
            ("_id", "p-1", "p-2"),
        ] {
            assert_eq!(fits(&patient(), name, yes), Some(true), "{name}={yes}");
            assert_eq!(fits(&patient(), name, no), Some(false), "{name}={no}");
        }
        assert_eq!(fits(&patient(), "shoesize", "42"), None);
    }

    #[test]
    fn patients_are_found_by_id_and_by_reference() {
        let appointment = json!({
            "resourceType": "Appointment", "participant": [{"actor": {"reference": "Patient/p-3"}}], "start": "2026-03-05T10:00:00Z",
        });
        for wanted in ["p-3", "Patient/p-3", "http://emulator.test/fhir/Patient/p-3"] {
            assert_eq!(fits(&appointment, "patient", wanted), Some(true), "{wanted}");
        }
        assert_eq!(fits(&appointment, "patient", "p-33"), Some(false));
        assert_eq!(fits(&appointment, "date", "ge2026-03-05"), Some(true));
    }
}
