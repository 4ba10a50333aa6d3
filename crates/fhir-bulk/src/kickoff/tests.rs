//! Tables of kick-off requests: every parameter, every generation, everything that is refused.

use super::*;

fn base() -> Url {
    Url::parse("https://fhir.example.org/r4/").unwrap()
}

fn kind(name: &str) -> ResourceType {
    ResourceType::try_from(name.to_owned()).unwrap()
}

fn everything() -> Export {
    Export {
        types: vec![kind("Patient"), kind("Observation")],
        since: Some("2026-01-02T03:04:05.678+01:00".to_owned()),
        until: Some("2026-02-01T00:00:00Z".to_owned()),
        elements: vec!["id".to_owned(), "Patient.name".to_owned()],
        type_filters: vec!["Observation?code=a,b&status=final".to_owned(), "Patient?active=true".to_owned()],
        output_format: Some("application/fhir+ndjson".to_owned()),
        include_associated: vec!["LatestProvenanceResources".to_owned(), "_custom".to_owned()],
        organize_by: Some(kind("Patient")),
        allow_partial_manifests: true,
        extra: vec![("_odd".to_owned(), "a b".to_owned())],
        ..Export::default()
    }
}

#[test]
fn levels_have_their_addresses() {
    let table = [
        (Level::System, "https://fhir.example.org/r4/$export"),
        (Level::Patients, "https://fhir.example.org/r4/Patient/$export"),
        (Level::Group("g-1.2".to_owned()), "https://fhir.example.org/r4/Group/g-1.2/$export"),
    ];
    for (level, expect) in table {
        let export = Export { level, ..Export::default() };
        for base in ["https://fhir.example.org/r4", "https://fhir.example.org/r4/?x=1#y"] {
            let made = export.kick_off(&Url::parse(base).unwrap()).unwrap();
            assert_eq!((made.url.as_str(), &made.body, made.prefer), (expect, &None, "respond-async"));
        }
    }
}

#[test]
fn get_carries_every_parameter_with_joined_lists() {
    let made = Export { is_lenient: true, ..everything() }.kick_off(&base()).unwrap();
    let pairs: Vec<(String, String)> = made.url.query_pairs().into_owned().collect();
    let expect = [
        ("_outputFormat", "application/fhir+ndjson"),
        ("_since", "2026-01-02T03:04:05.678+01:00"),
        ("_until", "2026-02-01T00:00:00Z"),
        ("organizeOutputBy", "Patient"),
        ("_type", "Patient,Observation"),
        ("_elements", "id,Patient.name"),
        ("_typeFilter", "Observation?code=a%2Cb&status=final,Patient?active=true"),
        ("includeAssociatedData", "LatestProvenanceResources,_custom"),
        ("allowPartialManifests", "true"),
        ("_odd", "a b"),
    ];
    assert_eq!(pairs, expect.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert!(made.url.as_str().contains("code%3Da%252Cb%26status"), "the filter is encoded as one value: {}", made.url);
    assert_eq!(made.prefer, "respond-async, handling=lenient");
    let backslash = Export { filter_comma: FilterComma::Backslash, ..everything() }.kick_off(&base()).unwrap();
    assert!(backslash.url.query_pairs().any(|(_, value)| value.starts_with("Observation?code=a\\,b&")));
}

#[test]
fn post_is_spelled_by_generation() {
    let export = Export { patients: vec!["1".to_owned(), "Patient/2".to_owned()], ..everything() };
    let made = export.kick_off(&base()).unwrap();
    assert_eq!(made.url.query(), None);
    let expect = json!({"resourceType": "Parameters", "parameter": [
        {"name": "_outputFormat", "valueString": "application/fhir+ndjson"},
        {"name": "_since", "valueInstant": "2026-01-02T03:04:05.678+01:00"},
        {"name": "_until", "valueInstant": "2026-02-01T00:00:00Z"},
        {"name": "organizeOutputBy", "valueString": "Patient"},
        {"name": "_type", "valueString": "Patient,Observation"},
        {"name": "_elements", "valueString": "id,Patient.name"},
        {"name": "_typeFilter", "valueString": "Observation?code=a%2Cb&status=final,Patient?active=true"},
        {"name": "patient", "valueReference": {"reference": "Patient/1"}},
        {"name": "patient", "valueReference": {"reference": "Patient/2"}},
        {"name": "includeAssociatedData", "valueCode": "LatestProvenanceResources"},
        {"name": "includeAssociatedData", "valueCode": "_custom"},
        {"name": "allowPartialManifests", "valueBoolean": true},
        {"name": "_odd", "valueString": "a b"},
    ]});
    assert_eq!(made.body, Some(expect));

    let four = Export { generation: Generation::V4, ..everything() }.kick_off(&base()).unwrap().body.unwrap();
    let values = |name: &str| -> Vec<Value> {
        let list = four["parameter"].as_array().unwrap().iter().filter(|one| one["name"] == name);
        list.map(|one| one.as_object().unwrap().values().nth(1).unwrap().clone()).collect()
    };
    assert_eq!(values("_type"), ["Patient", "Observation"]);
    assert_eq!(values("_typeFilter"), ["Observation?code=a,b&status=final", "Patient?active=true"]);
    assert_eq!(values("includeAssociatedData")[1], json!({"code": "_custom"}));
}

#[test]
fn method_follows_parameters_and_generation() {
    let long = || Export { elements: vec!["abcdefghij".to_owned(); 200], ..Export::default() };
    let patient = || Export { patients: vec!["1".to_owned()], ..Export::default() };
    let is_post = |export: Export| export.kick_off(&base()).map(|made| made.body.is_some());
    assert_eq!(is_post(Export::default()), Ok(false));
    assert_eq!(is_post(Export { method: Method::Post, ..Export::default() }), Ok(true));
    assert_eq!(is_post(long()), Ok(true));
    assert_eq!(is_post(Export { method: Method::Get, ..long() }), Ok(false));
    assert_eq!(is_post(patient()), Ok(true));
    assert_eq!(is_post(Export { method: Method::Get, ..patient() }), Err(KickOffError::NeedsPost("patient")));
    assert_eq!(is_post(Export { generation: Generation::V1, ..patient() }), Err(KickOffError::NoPost("patient")));
    let four = Export { generation: Generation::V4, method: Method::Get, ..Export::default() };
    assert_eq!(is_post(four), Err(KickOffError::NeedsPost("version 4.0 of the guide")));
}

#[test]
fn wrong_values_are_refused_before_anything_is_sent() {
    let refuse = |export: Export| export.kick_off(&base()).unwrap_err();
    for bad in ["", "..", "a/b", "a?b", "é", &"a".repeat(65)] {
        let export = Export { level: Level::Group(bad.to_owned()), ..Export::default() };
        assert_eq!(refuse(export), KickOffError::Group(bad.to_owned()));
        let export = Export { patients: vec![format!("Patient/{bad}")], ..Export::default() };
        assert_eq!(refuse(export), KickOffError::Patient(format!("Patient/{bad}")));
    }
    for bad in ["2026", "2026-01-01", "2026-01-01T00:00:00", "yesterday"] {
        let expect = KickOffError::Instant { name: "_since", value: bad.to_owned() };
        assert_eq!(refuse(Export { since: Some(bad.to_owned()), ..Export::default() }), expect);
    }
    for bad in ["Patient", "?a=b", "Patient?", "Pat ient?a=b"] {
        let export = Export { type_filters: vec![bad.to_owned()], ..Export::default() };
        assert_eq!(refuse(export), KickOffError::Filter(bad.to_owned()));
    }
    for bad in ["", ".", "a.b.c", "a b"] {
        let export = Export { elements: vec![bad.to_owned()], ..Export::default() };
        assert_eq!(refuse(export), KickOffError::Element(bad.to_owned()));
    }
    let export = Export { output_format: Some("text/csv".to_owned()), ..Export::default() };
    assert_eq!(refuse(export), KickOffError::Format("text/csv".to_owned()));
    let export = Export { extra: vec![("a&b".to_owned(), String::new())], ..Export::default() };
    assert_eq!(refuse(export), KickOffError::Name("a&b".to_owned()));
    assert_eq!(Export::default().kick_off(&Url::parse("mailto:a@b").unwrap()), Err(KickOffError::Base));
    assert_eq!(Export::default().kick_off(&Url::parse("file:///x").unwrap()), Err(KickOffError::Base));
}
