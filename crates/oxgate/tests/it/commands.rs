//! Commands that need no running gateway: output, exit codes, bad input.

use crate::child::{json, run, said};
use std::path::Path;

fn here() -> &'static Path {
    Path::new(".")
}

#[test]
fn models_list_is_an_array_of_all_event_types() {
    let models = json(&run(here(), &["models", "list", "--format", "json"]));
    let models = models.as_array().expect("an array");
    assert_eq!(models.len(), 111);
    let arrival = models.iter().find(|info| info["data_model"] == "PatientAdmin" && info["event_type"] == "Arrival");
    assert_eq!(arrival.expect("PatientAdmin.Arrival")["mode"], "async");
}

#[test]
fn models_show_sample_and_schema_know_every_spelling() {
    for name in ["Order.New", "PatientAdmin.Arrival", "ClinicalSummary.PatientPush", "Clinical Summary.PatientPush"] {
        let shown = json(&run(here(), &["models", "show", name, "--format", "json"]));
        assert_eq!(shown["event"], name.replace(' ', ""));
        let members = shown["members"].as_array().expect("members");
        assert!(members.iter().any(|row| row["path"] == "Meta.DataModel" && row["required"] == true), "{name}");
        let schema = json(&run(here(), &["models", "schema", name]));
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    }
    let query = json(&run(here(), &["models", "show", "PatientSearch.Query", "--format", "json"]));
    assert_eq!((&query["mode"], &query["pair"]), (&"sync-query".into(), &"Response".into()));
    let (code, text) = said(&run(here(), &["models", "show", "PatientSearch.Query"]));
    assert_eq!(code, 0);
    assert!(text.starts_with("PatientSearch.Query  sync-query, answered by PatientSearch.Response"), "{text}");
}

#[test]
fn a_sample_is_valid_to_the_letter_and_the_same_for_the_same_seed() {
    let folder = tempfile::tempdir().expect("a folder");
    let sample = |more: &[&str]| run(folder.path(), &[&["models", "sample", "Order.New"], more].concat()).stdout;
    let (whole, minimal) = (sample(&[]), sample(&["--minimal"]));
    assert_eq!(whole, sample(&["--seed", "1"]));
    assert_ne!(whole, sample(&["--seed", "2"]));
    assert!(minimal.len() < whole.len());
    for body in [whole, minimal] {
        std::fs::write(folder.path().join("sample.json"), body).expect("written");
        let (code, text) = said(&run(folder.path(), &["validate", "--level", "strict", "sample.json"]));
        assert_eq!((code, text.trim()), (0, "sample.json:1: Order.New valid"));
    }
}

#[test]
fn an_unknown_event_type_exits_with_2_and_the_nearest() {
    for (name, says) in [
        ("Order.Nwe", "did you mean `Order.New`?"),
        ("patientadmin.arrival", "did you mean `PatientAdmin.Arrival`?"),
        ("Order", "Order.Cancel, "),
        ("Weather.Forecast", "oxgate models list"),
        ("weather", "MODEL.EVENT"),
    ] {
        for command in ["show", "sample", "schema"] {
            let (code, text) = said(&run(here(), &["models", command, name]));
            assert_eq!(code, 2, "{text}");
            assert!(text.contains(says), "{name}: {text}");
        }
    }
}

#[test]
fn wrong_usage_exits_with_2() {
    assert_eq!(said(&run(here(), &["no-such-command"])).0, 2);
    assert_eq!(said(&run(here(), &["send"])).0, 2);
}

#[test]
fn no_gateway_exits_with_4_and_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let (code, text) = said(&run(folder.path(), &["init", "."]));
    assert_eq!(code, 0, "{text}");
    let (code, text) = said(&run(folder.path(), &["lanes", "list"]));
    assert_eq!(code, 4, "{text}");
    assert!(text.contains("oxgate serve"), "{text}");
    let (code, text) = said(&run(folder.path(), &["lanes", "list", "--url", "http://127.0.0.1:9"]));
    assert_eq!(code, 4, "{text}");
}

#[test]
fn init_never_overwrites_and_keeps_secrets_to_their_owner() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(said(&run(folder.path(), &["init", "."])).0, 0);
    for name in ["store.key", "search.key", "redox-client.pem", "verification-token", "webhook.secret"] {
        let mode = std::fs::metadata(folder.path().join("keys").join(name)).expect(name).permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let (code, text) = said(&run(folder.path(), &["config", "check"]));
    assert_eq!(code, 0, "{text}");
    let before = std::fs::read(folder.path().join("keys/store.key")).expect("a key");
    let (code, text) = said(&run(folder.path(), &["init", "."]));
    assert_eq!(code, 1, "{text}");
    assert_eq!(std::fs::read(folder.path().join("keys/store.key")).expect("a key"), before);
}

#[test]
fn a_wrong_configuration_exits_with_3_and_names_the_place() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("oxgate.toml"), "[server]\nlissten = \"127.0.0.1:1\"\n").expect("written");
    let (code, text) = said(&run(folder.path(), &["config", "check"]));
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("oxgate.toml:2:1") && text.contains("did you mean `listen`?"), "{text}");
}

#[test]
fn validate_tells_good_from_bad() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    write(
        "good.json",
        r#"{"Meta":{"DataModel":"PatientAdmin","EventType":"Arrival"},"Patient":{"Identifiers":[{"ID":"MRN-4711-0815","IDType":"MR"}]}}"#,
    );
    write("slip.json", r#"{"Meta":{"DataModel":"PatientAdmin","EventType":"Arival"}}"#);
    write("broken.json", "{\"Meta\": \n oops}");
    let good = run(folder.path(), &["validate", "good.json"]);
    assert_eq!(said(&good).0, 0, "{}", said(&good).1);
    let slip = run(folder.path(), &["validate", "slip.json", "--format", "json"]);
    assert_eq!(said(&slip).0, 3);
    assert_eq!(json(&slip)[0]["valid"], false);
    let (code, text) = said(&run(folder.path(), &["validate", "broken.json"]));
    assert_eq!(code, 3);
    assert!(text.contains("line 2"), "{text}");
}

#[test]
fn validate_reads_lines_and_shows_values_only_when_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = r#"{"Meta":{"DataModel":"PatientAdmin","EventType":"Arrival"},"Patient":{"Identifiers":[{"ID":"MRN-4711-0815","IDType":"MR"}]}}"#;
    let odd = good.replace("\"MRN-4711-0815\"", "4711");
    std::fs::write(folder.path().join("batch.ndjson"), format!("{good}\n\n{odd}\nnot json\n")).expect("written");
    let (code, text) = said(&run(folder.path(), &["validate", "batch.ndjson"]));
    assert_eq!(code, 3, "{text}");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "batch.ndjson:1: PatientAdmin.Arrival valid");
    assert_eq!(lines[1], "batch.ndjson:3: PatientAdmin.Arrival valid");
    assert!(lines[2].starts_with("  note coerced at $.Patient.Identifiers[0].ID (line 3, column "), "{text}");
    assert!(lines[2].ends_with("found number of length 4") && !text.contains("4711"), "{text}");
    assert!(lines[4].contains("error json-syntax at $ (line 4, column 1)"), "{text}");
    assert!(text.contains("1 of 3 messages are invalid"), "{text}");
    let strict =
        run(folder.path(), &["validate", "--level", "strict", "--format", "json", "--show-values", "batch.ndjson"]);
    let shown = json(&strict);
    let verdicts: Vec<_> = shown.as_array().expect("an array").iter().map(|message| &message["valid"]).collect();
    assert_eq!(verdicts, [true, false, false]);
    let problem = &shown[1]["problems"][0];
    assert_eq!((&problem["rule"], &problem["path"]), (&"type".into(), &"$.Patient.Identifiers[0].ID".into()));
    assert_eq!((&problem["value"], &problem["line"]), (&"4711".into(), &3.into()));
    assert_eq!(problem["found"], serde_json::json!({"type": "number", "length": 4}));
    assert_eq!(said(&run(folder.path(), &["validate", "--level", "off", "batch.ndjson"])).0, 3, "still not JSON");
}

#[test]
fn validate_knows_what_a_destination_requires() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    let order = |visit: &str| {
        format!(
            r#"{{"Meta":{{"DataModel":"Order","EventType":"New"}},"Patient":{{"Identifiers":[{{"ID":"MRN-4711-0815","IDType":"MR"}}]}},{visit}"Order":{{"ID":"O-1"}}}}"#
        )
    };
    write("without.json", &order(""));
    write("with.json", &order(r#""Visit":{"VisitNumber":"V-1"},"#));
    write("oxgate.toml", "[[destination]]\nname = \"memorial\"\nid = \"d-1\"\nrequires = [\"Visit.VisitNumber\"]\n");
    let validate = |more: &[&str]| said(&run(folder.path(), &[&["validate"], more].concat()));
    assert_eq!(validate(&["without.json"]).0, 0);
    assert_eq!(validate(&["--destination", "memorial", "with.json"]).0, 0);
    let (code, text) = validate(&["--destination", "memorial", "without.json"]);
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("error destination-requires at $.Visit "), "{text}");
    let (code, text) = validate(&["--destination", "memoral", "with.json"]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("configured: memorial"), "{text}");
    assert_eq!(validate(&["--destination", "memorial", "--level", "off", "with.json"]).0, 2);
    write("oxgate.toml", "[[destination]]\nname = \"memorial\"\nid = \"d-1\"\nrequires = [\"Visit.VisitNumbr\"]\n");
    let (code, text) = said(&run(folder.path(), &["config", "check"]));
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("oxgate.toml:4:") && text.contains("did you mean `Visit.VisitNumber`?"), "{text}");
}

#[test]
fn the_emulators_settings_can_be_read_back() {
    let settings = run(here(), &["emulator", "--print-settings"]);
    assert!(json(&settings)["limits"]["rate_limit"].is_u64());
}
