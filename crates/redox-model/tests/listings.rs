//! The tree and the JSON Schema of message types, on one example each and by rule on all.

use redox_model::{catalogue, sample, schema, tree, validate::Level};
use serde_json::{Value, json};

#[test]
fn the_tree_reads_well() {
    let event = catalogue::find("PatientAdmin", "VisitMerge").expect("known");
    insta::assert_snapshot!(tree::render(event));
}

#[test]
fn every_row_of_a_tree_is_a_place_in_a_full_sample() {
    for event in catalogue::events() {
        let sample = sample::build(event, 1, false);
        for row in tree::rows(event)
            .iter()
            .filter(|row| !row.path.contains("Meta.Message") && !row.path.contains("Meta.Transmission"))
        {
            let pointer = format!("/{}", row.path.trim_end_matches("[]").replace("[].", "/0/").replace('.', "/"));
            assert!(sample.pointer(&pointer).is_some(), "{event}: {}", row.path);
        }
    }
}

#[test]
fn the_schema_reads_well() {
    let event = catalogue::find("ClinicalSummary", "DocumentGet").expect("known");
    insta::assert_json_snapshot!(schema::export(event));
}

/// As much of a JSON Schema validator as the exported schemas use, formats and patterns aside.
fn accepts(schema: &Value, value: &Value, root: &Value) -> bool {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let target = root.pointer(reference.trim_start_matches('#')).expect("reference leads somewhere");
        if !accepts(target, value, root) {
            return false;
        }
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let typed = match schema.get("type") {
        None => true,
        Some(Value::Array(types)) => types.iter().any(|name| name == kind),
        Some(name) => name == kind,
    };
    let listed = schema.get("enum").and_then(Value::as_array).is_none_or(|values| values.contains(value));
    let constant = schema.get("const").is_none_or(|constant| constant == value);
    let required = schema.get("required").and_then(Value::as_array);
    let complete =
        required.is_none_or(|names| names.iter().all(|name| value.get(name.as_str().expect("name")).is_some()));
    let members = schema.get("properties").and_then(Value::as_object).is_none_or(|properties| {
        properties.iter().all(|(name, member)| value.get(name).is_none_or(|value| accepts(member, value, root)))
    });
    let items = match (schema.get("items"), value.as_array()) {
        (Some(item), Some(values)) => values.iter().all(|value| accepts(item, value, root)),
        _ => true,
    };
    typed && listed && constant && complete && members && items
}

#[test]
fn a_time_without_offset_is_not_refused_by_the_schema() {
    // `format: time` of JSON Schema is RFC 3339's full-time; the documentation's own examples write `08:30`.
    for event in catalogue::events() {
        assert!(!schema::export(event).to_string().contains(r#""format":"time""#), "{event}");
    }
}

#[test]
fn schemas_accept_their_own_samples_and_no_other_events() {
    for event in catalogue::events() {
        let schema = schema::export(event);
        for minimal in [false, true] {
            let mut sample = sample::build(event, 11, minimal);
            assert!(accepts(&schema, &sample, &schema), "{event}");
            sample["Meta"]["EventType"] = "Other".into();
            assert!(!accepts(&schema, &sample, &schema), "{event}");
        }
        let mut without = sample::build(event, 11, true);
        for name in event.root().fields.iter().filter(|field| field.required).map(|field| field.name) {
            let removed = without.as_object_mut().expect("object").shift_remove(name).expect("required");
            assert!(!accepts(&schema, &without, &schema), "{event} without {name}");
            without[name] = removed;
        }
    }
}

#[test]
fn listings_have_a_json_form() {
    let event = catalogue::find("Provider", "ProviderQuery").expect("known");
    assert_eq!(
        serde_json::to_value(event).expect("serialises"),
        json!({ "data_model": "Provider", "event_type": "ProviderQuery", "mode": "sync-query", "pair": "ProviderQueryResponse", "stages": [] })
    );
    let rows = tree::rows(catalogue::find("Order", "New").expect("known"));
    let sex = rows.iter().find(|row| row.path == "Patient.Demographics.Sex").expect("documented");
    assert_eq!(
        serde_json::to_value(sex).expect("serialises"),
        json!({
            "path": "Patient.Demographics.Sex", "type": "string", "required": false, "deprecated": false, "format": null,
            "values": ["Female", "Male", "Nonbinary", "Other", "Unknown"], "confidence": "high",
        })
    );
    let report =
        redox_model::validate(br#"{"Meta":{"DataModel":"Order","EventType":"Query","Test":"?"}}"#, Level::Lenient);
    assert_eq!(
        serde_json::to_value(report).expect("serialises"),
        json!({
            "valid": false, "event": "Order.Query", "omitted": 0,
            "problems": [{
                "severity": "error", "rule": "type", "path": "$.Meta.Test", "expected": "a boolean",
                "found": { "type": "string", "length": 1 }, "line": 1, "column": 57,
            }],
        })
    );
}
