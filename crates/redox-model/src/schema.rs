//! JSON Schema (draft 2020-12) of a message, for tools that know nothing of Redox.
//!
//! Says what strict validation says, as far as JSON Schema can: types, requiredness, trusted value sets, formats.
//! Undocumented members stay allowed, since Redox adds some without notice.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::{
    catalogue::{Confidence, EventInfo, Field, Shape, Type},
    format::Format,
};

/// The schema of one event type, complete in itself: shapes stand under `$defs`.
pub fn export(event: &EventInfo) -> Value {
    let mut defs = BTreeMap::new();
    let mut root = object(event.root(), &mut defs);
    let joined: String = event.data_model.split(' ').collect();
    let spellings = if joined == event.data_model { vec![event.data_model] } else { vec![event.data_model, &joined] };
    if let Some(meta) = root.pointer_mut("/properties/Meta").and_then(Value::as_object_mut) {
        let names = json!({ "DataModel": { "enum": spellings }, "EventType": { "const": event.event_type } });
        meta.insert("properties".to_owned(), names);
    }
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    schema.insert("title".to_owned(), json!(event.to_string()));
    schema.extend(root.as_object_mut().map(std::mem::take).unwrap_or_default());
    schema.insert("$defs".to_owned(), json!(defs));
    Value::Object(schema)
}

fn object(shape: &'static Shape, defs: &mut BTreeMap<String, Value>) -> Value {
    let mut properties = Map::new();
    for field in &shape.fields {
        properties.insert(field.name.to_owned(), member(field, defs));
    }
    let required: Vec<&str> = shape.fields.iter().filter(|field| field.required).map(|field| field.name).collect();
    let mut object = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        object["required"] = json!(required);
    }
    object
}

fn member(field: &Field, defs: &mut BTreeMap<String, Value>) -> Value {
    let mut schema = if field.many {
        json!({ "type": "array", "items": value(field, false, defs) })
    } else {
        value(field, !field.required, defs)
    };
    if field.deprecated {
        schema["deprecated"] = json!(true);
    }
    schema
}

fn value(field: &Field, nullable: bool, defs: &mut BTreeMap<String, Value>) -> Value {
    if let Type::Object(id) = field.ty {
        let shape = id.shape();
        let name = format!("{}.{}", shape.scope, shape.name);
        if !defs.contains_key(&name) {
            let definition = object(shape, defs);
            defs.insert(name.clone(), definition);
        }
        return json!({ "$ref": format!("#/$defs/{name}") });
    }
    let mut types: Vec<&str> = vec![field.ty.name()];
    types.extend(field.also.map(Type::name));
    types.extend(nullable.then_some("null"));
    let mut schema = if let [only] = types[..] { json!({ "type": only }) } else { json!({ "type": types }) };
    if let Some(set) = field.values() {
        if set.confidence == Confidence::High {
            let mut values: Vec<Value> = set.values.iter().map(|value| json!(value)).collect();
            values.extend(nullable.then_some(Value::Null));
            schema["enum"] = json!(values);
        } else {
            schema["examples"] = json!(set.values);
        }
    }
    match field.format {
        None => {}
        Some(format @ (Format::DateTime | Format::Date | Format::Uuid | Format::Email)) => {
            schema["format"] = json!(format.as_str());
        }
        Some(Format::E164) => schema["pattern"] = json!("^\\+[1-9][0-9]{7,14}$"),
        Some(Format::Country) => schema["pattern"] = json!("^[A-Z]{2}$"),
        Some(Format::Language) => schema["pattern"] = json!("^[a-z]{2}$"),
        // JSON Schema's own `time` has seconds and an offset, Redox's usually neither.
        Some(format) => schema["description"] = json!(format!("Written as {}.", format.describe())),
    }
    schema
}
