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
        r#"{"Meta":{"DataModel":"PatientAdmin","EventType":"Arrival"},"Patient":{"Identifiers":[{"ID":"OX-1","IDType":"MR"}]}}"#,
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
fn the_emulators_settings_can_be_read_back() {
    let settings = run(here(), &["emulator", "--print-settings"]);
    assert!(json(&settings)["limits"]["rate_limit"].is_u64());
}
