//! The published example messages, where they lie beside the checkout: one per event type, each of which must be read,
//! validate as its index says, and yield its keys. Without the folder there is nothing to check.

use std::{collections::BTreeMap, fs, path::PathBuf};

use redox_model::{
    catalogue,
    envelope::{self, Message},
    keys,
    validate::{Level, Rule, Severity, validate},
};

/// `$OXGATE_SAMPLES/redox`, or `shared/samples/redox` beside the checkout.
fn folder() -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "the samples are no part of the repository")]
    let named = std::env::var("OXGATE_SAMPLES").map(PathBuf::from);
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/samples"));
    let folder = named.unwrap_or_else(|_| beside()).join("redox");
    folder.is_dir().then_some(folder)
}

struct Sample {
    file: String,
    body: Vec<u8>,
    event_type: String,
    remarks: BTreeMap<String, usize>,
}

/// The samples with what `index.tsv` says of them: name (1), event type (7), remarks such as `format_violation:4` (10).
fn samples() -> Vec<Sample> {
    let Some(folder) = folder() else { return Vec::new() };
    let index = fs::read_to_string(folder.join("index.tsv")).expect("index");
    let sample = |line: &str| {
        let columns: Vec<&str> = line.split('\t').collect();
        let remark =
            |text: &str| text.trim().split_once(':').map(|(name, n)| (name.to_owned(), n.parse().expect("count")));
        Sample {
            file: columns[0].to_owned(),
            body: fs::read(folder.join(columns[0])).expect("sample"),
            event_type: columns[6].to_owned(),
            remarks: columns.get(9).unwrap_or(&"").split(',').filter_map(remark).collect(),
        }
    };
    index.lines().skip(1).map(sample).collect()
}

#[test]
fn every_sample_is_valid_as_its_index_says() {
    let mut differing = Vec::new();
    for Sample { file, body, event_type, remarks } in samples() {
        let report = validate(&body, Level::Lenient);
        let event = report.event.expect("known event");
        assert_eq!(event.event_type, event_type, "{file}");
        let errors: Vec<_> = report.problems.iter().filter(|problem| problem.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "{file}: {errors:#?}");
        let count = |rule| report.problems.iter().filter(|problem| problem.rule == rule).count();
        let found = (count(Rule::ValueSet), count(Rule::Format));
        let remark = |name| remarks.get(name).copied().unwrap_or(0);
        let stated = (remark("enum_violation"), remark("format_violation"));
        if found != stated {
            differing.push((file, found, stated));
        }
    }
    assert!(differing.is_empty(), "value sets and formats, found and stated: {differing:#?}");
}

/// Reads a body as its type and writes it again.
#[cfg(feature = "models")]
struct RoundTrip<'a>(&'a [u8]);

#[cfg(feature = "models")]
impl redox_model::typed::Visitor for RoundTrip<'_> {
    type Output = (String, usize);

    fn visit<T: redox_model::typed::Event>(self) -> Self::Output {
        let read = redox_model::typed::read::<T>(self.0).expect("readable");
        (read.message.to_json(), read.notes.len())
    }
}

/// Without nulls and empty arrays, which typed messages do not tell from absent members.
#[cfg(feature = "models")]
fn pruned(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::Object(members) => {
            let kept = members.into_iter().map(|(name, value)| (name, pruned(value)));
            Value::Object(
                kept.filter(|(_, value)| !value.is_null() && value.as_array().is_none_or(|items| !items.is_empty()))
                    .collect(),
            )
        }
        Value::Array(items) => items.into_iter().map(pruned).collect(),
        other => other,
    }
}

#[cfg(feature = "models")]
#[test]
fn every_sample_is_read_and_written_without_loss() {
    for Sample { file, body, .. } in samples() {
        let event = validate(&body, Level::Off).event.expect("known event");
        let (written, notes) = redox_model::models::visit(event, RoundTrip(&body));
        let tree = |body: &[u8]| pruned(serde_json::from_slice(body).expect("JSON"));
        assert_eq!(tree(written.as_bytes()), tree(&body), "{file}");
        assert_eq!(notes, 0, "{file}");
    }
}

#[test]
fn every_sample_has_an_envelope_and_keys() {
    let samples = samples();
    for Sample { file, body, .. } in &samples {
        let Ok(Message::DataModel(envelope)) = envelope::read(body) else { panic!("{file}: no envelope") };
        assert!(catalogue::find(&envelope.data_model, &envelope.event_type).is_some(), "{file}");
        let keys = keys::read(body, &envelope.data_model, &envelope.event_type).expect("keys");
        // What has a patient with identifiers somewhere obvious has patient keys.
        let tree: serde_json::Value = serde_json::from_slice(body).expect("JSON");
        let identifiers =
            ["/Patient/Identifiers/0/ID", "/Header/Patient/Identifiers/0/ID", "/Visits/0/Patient/Identifiers/0/ID"];
        if let Some(id) = identifiers.iter().find_map(|path| tree.pointer(path)?.as_str()) {
            assert!(keys.patients.iter().any(|patient| patient.id == id), "{file}");
        }
        if let Some(visit) = tree.pointer("/Visit/VisitNumber").and_then(serde_json::Value::as_str) {
            assert!(keys.visits.iter().any(|number| number == visit), "{file}");
        }
        let order_id =
            |order: &serde_json::Value| order.get("ID").and_then(serde_json::Value::as_str).map(ToOwned::to_owned);
        let orders = tree.pointer("/Orders").and_then(serde_json::Value::as_array);
        let listed: Vec<String> = orders.into_iter().flatten().filter_map(order_id).collect();
        let parts: Vec<String> = keys.parts.into_iter().filter_map(|part| part.order).collect();
        assert!(listed.is_empty() || listed == parts, "{file}");
    }
    assert!(samples.is_empty() || samples.len() == 111, "{}", samples.len());
}
