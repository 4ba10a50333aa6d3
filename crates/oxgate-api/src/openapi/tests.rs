//! The description against the route table and against itself.

use super::DOCUMENT;
use crate::router::table;
use serde_json::Value;
use std::collections::BTreeSet;

fn document() -> Value {
    serde_json::from_str(DOCUMENT).expect("the description is JSON")
}

#[test]
fn the_description_and_the_routes_are_the_same() {
    let document = document();
    let mut described = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let scope = operation["security"][0]["apiKey"][0].as_str().unwrap_or("-");
            described.insert(format!("{} {path} {scope}", method.to_uppercase()));
        }
    }
    let routed: BTreeSet<String> = table()
        .iter()
        .map(|entry| format!("{} {} {}", entry.method, entry.path, entry.scope.map_or("-", |scope| scope.as_str())))
        .collect();
    assert_eq!(described, routed);
}

#[test]
fn operations_have_names_of_their_own_and_say_what_they_do() {
    let document = document();
    let operations: Vec<&Value> = document["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|methods| methods.as_object().unwrap().values())
        .collect();
    let names: BTreeSet<&str> = operations.iter().map(|op| op["operationId"].as_str().unwrap()).collect();
    assert_eq!(names.len(), operations.len());
    for operation in operations {
        assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{operation}");
        assert!(!operation["responses"].as_object().unwrap().is_empty(), "{operation}");
    }
}

#[test]
fn references_lead_somewhere() {
    let document = document();
    let mut found = 0;
    check(&document, &document, &mut found);
    assert!(found > 50, "only {found} references");
}

fn check(document: &Value, value: &Value, found: &mut usize) {
    match value {
        Value::Object(members) => {
            if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                let pointer = reference.strip_prefix('#').expect("a local reference");
                assert!(document.pointer(pointer).is_some(), "{reference}");
                *found += 1;
            }
            members.values().for_each(|member| check(document, member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| check(document, item, found)),
        _ => {}
    }
}
