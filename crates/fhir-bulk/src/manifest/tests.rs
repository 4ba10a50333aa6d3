//! Tables of manifests: the four generations, and everything that is none.

use super::*;
use serde_json::json;

fn page() -> Url {
    Url::parse("https://bulk.example.org/jobs/1").unwrap()
}

fn parse(value: &Value) -> Result<Manifest, ManifestError> {
    read(value.to_string().as_bytes(), &page())
}

#[test]
fn four_generations_are_read_into_one_shape() {
    let patient = json!({"type": "Patient", "url": "https://files.example.org/p", "count": 2});
    let one = json!({
        "transactionTime": "2026-11-22T00:00:00Z", "request": "https://bulk.example.org/$export", "requiresAccessToken": true,
        "output": [patient], "error": [{"type": "OperationOutcome", "url": "https://files.example.org/e"}],
        "extension": {"https://example.org/x": true},
    });
    let two = json!({
        "transactionTime": "2026-11-22T00:00:00Z", "request": "r", "requiresAccessToken": true, "output": [patient],
        "error": [{"type": "OperationOutcome", "url": "https://files.example.org/e"}],
        "deleted": [{"type": "Bundle", "url": "https://files.example.org/d", "count": 1}],
    });
    let three = json!({
        "transactionTime": "2026-11-22T00:00:00Z", "request": "r", "requiresAccessToken": true, "outputOrganizedBy": "",
        "output": [patient], "error": [{"type": "OperationOutcome", "url": "https://files.example.org/e"}],
        "link": [{"relation": "self", "url": "x"}, {"relation": "next", "url": "https://bulk.example.org/jobs/1?page=2"}],
    });
    let four = json!({
        "transactionTime": "2026-11-22T00:00:00Z", "requiresAccessToken": true, "manifestType": "bulk-export",
        "outputFormat": "application/fhir+ndjson", "output": [{"type": "Patient", "url": "https://files.example.org/p", "count": 2, "fileSize": 99}],
        "outcome": [{"type": "OperationOutcome", "url": "https://files.example.org/e", "countSeverity": {"error": 1}}],
        "extension": [{"url": "https://example.org/x", "valueBoolean": true}],
    });
    let table = [(one, Generation::V1), (two, Generation::V2), (three, Generation::V3), (four, Generation::V4)];
    for (value, generation) in table {
        let manifest = parse(&value).unwrap();
        assert_eq!(manifest.generation, generation);
        assert_eq!(
            (manifest.transaction_time.as_str(), manifest.requires_access_token),
            ("2026-11-22T00:00:00Z", Some(true))
        );
        assert_eq!(manifest.organized_by, None);
        let seen: Vec<_> =
            manifest.files.iter().map(|file| (file.section, file.url.as_str(), file.count, file.bytes)).collect();
        let bytes = (generation == Generation::V4).then_some(99);
        let mut expect = vec![
            (Section::Error, "https://files.example.org/e", None, None),
            (Section::Output, "https://files.example.org/p", Some(2), bytes),
        ];
        if generation == Generation::V2 {
            expect.push((Section::Deleted, "https://files.example.org/d", Some(1), None));
        }
        assert_eq!(seen, expect, "{generation:?}");
        let next = (generation == Generation::V3).then_some("https://bulk.example.org/jobs/1?page=2");
        assert_eq!(manifest.next.as_ref().map(Url::as_str), next);
    }
}

#[test]
fn what_servers_leave_out_is_forgiven() {
    let manifest = parse(&json!({"transactionTime": "t", "output": null, "deleted": []})).unwrap();
    assert_eq!((manifest.files.len(), manifest.requires_access_token), (0, None));
    let manifest =
        parse(&json!({"transactionTime": "t", "output": [{"type": "Patient", "url": "/p", "count": "7"}]})).unwrap();
    assert_eq!((manifest.files[0].url.as_str(), manifest.files[0].count), ("https://bulk.example.org/p", Some(7)));
    let organized = json!({"transactionTime": "t", "outputOrganizedBy": "Patient", "output": [{"url": "/p"}]});
    let manifest = parse(&organized).unwrap();
    assert_eq!((manifest.files[0].kind.clone(), manifest.organized_by.unwrap().as_str()), (None, "Patient"));
    assert!(read(b"\xef\xbb\xbf{\"transactionTime\": \"t\", \"output\": []}", &page()).is_ok());
}

#[test]
fn what_is_no_manifest_is_named_by_its_path() {
    assert_eq!(read(b"{\n  \"output\": [", &page()), Err(ManifestError::NotJson { line: 2, column: 13 }));
    assert_eq!(parse(&json!([])), Err(ManifestError::NoLists));
    assert_eq!(parse(&json!({"resourceType": "OperationOutcome"})), Err(ManifestError::NoLists));
    let with =
        |entry: Value| json!({"transactionTime": "t", "output": [{"type": "Patient", "url": "https://a/"}, entry]});
    let table = [
        (json!({"output": []}), "transactionTime of the manifest is missing"),
        (json!({"transactionTime": 5, "output": []}), "transactionTime of the manifest is not text"),
        (json!({"transactionTime": "t", "output": {}}), "output of the manifest is not a list"),
        (
            json!({"transactionTime": "t", "output": [], "requiresAccessToken": "yes"}),
            "requiresAccessToken of the manifest is not true or false",
        ),
        (
            json!({"transactionTime": "t", "output": [], "link": [{"relation": "next"}]}),
            "link[0].url of the manifest is missing",
        ),
        (with(json!("x")), "output[1] of the manifest is not an object"),
        (with(json!({"url": "https://a/"})), "output[1].type of the manifest is missing"),
        (
            with(json!({"type": "../x", "url": "https://a/"})),
            "output[1].type of the manifest is not the name of a resource type",
        ),
        (with(json!({"type": "Patient"})), "output[1].url of the manifest is missing"),
        (with(json!({"type": "Patient", "url": "https://["})), "output[1].url of the manifest is no address"),
        (
            with(json!({"type": "Patient", "url": "file:///etc/passwd"})),
            "output[1].url of the manifest has the scheme \"file\"; only http and https are followed",
        ),
        (
            with(json!({"type": "Patient", "url": "http://a/"})),
            "output[1].url of the manifest is an http address, but the server was reached by https",
        ),
        (
            with(json!({"type": "Patient", "url": "https://a/", "count": -1})),
            "output[1].count of the manifest is not a whole number",
        ),
    ];
    for (value, expect) in table {
        assert_eq!(parse(&value).unwrap_err().to_string(), expect);
    }
}
