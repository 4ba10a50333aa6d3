//! The mapping as operators write it: what is refused, and where.

use super::*;

#[test]
fn the_built_in_mapping_is_sound() {
    let config = Config::built_in();
    assert_eq!(config.general().name(), "general");
    assert!(config.mapping("redox-output").is_some());
    assert_eq!(config.mapping("nobody").map(Mapping::name), None);
}

#[test]
fn the_example_in_the_documentation_is_a_mapping() {
    let documentation = include_str!("../config.rs").lines().map(|line| line.trim_start_matches("//!").trim_start());
    let example = documentation.skip_while(|line| *line != "```toml").skip(1).take_while(|line| *line != "```");
    let config = Config::parse(&example.collect::<Vec<_>>().join("\n")).expect("a mapping");
    assert_eq!(config.general().zone(), Some("America/Chicago"));
    assert!(config.mapping("clinic").expect("the sender").values["sex"].codes.contains_key("1"));
}

#[test]
fn what_names_nothing_is_refused_with_its_place() {
    for (text, error) in [
        (
            "[rules]\n\"Patient.Nickname\" = \"PID-5\"",
            "rules.\"Patient.Nickname\": there is no member of an event named `Patient.Nickname`",
        ),
        ("[rules]\n\"Visit.Reason\" = \"PV2\\u002d\"", "rules.\"Visit.Reason\": not a path"),
        ("[rules]\n\"Visit.Reason\" = \"$nothing\"", "rules.\"Visit.Reason\": there is no selection named `nothing`"),
        (
            "[rules]\n\"Visit.Reason\" = { from = \"PV2-3\", map = \"x\" }",
            "rules.\"Visit.Reason\": there is no table of codes named `x`",
        ),
        (
            "[rules]\n\"Visit.Location\" = { from = \"PV1-3\", shape = \"x\" }",
            "rules.\"Visit.Location\": there is no shape named `x`",
        ),
        ("[rules]\n\"Visit.Reason\" = { form = \"PV2-3\" }", "rules.\"Visit.Reason\": unknown field `form`"),
        (
            "[events.ADT]\nA01 = \"PatientAdmin.Admission\"",
            "events.ADT.A01: there is no event named `PatientAdmin.Admission`",
        ),
        ("[events.ADT]\nA01 = { none = \"x\", event = \"y\" }", "events.ADT.A01: expected either `event` or `none`"),
        (
            "[shapes.location]\nWard = \".1\"",
            "rules.\"Visit.Location\" (shape visit-location): there is no member of an event named `Ward`",
        ),
        ("[shapes.address]\nextends = \"x\"", "shapes.x: there is no shape named `x`"),
        ("[shapes.address]\nextends = \"address\"", "shapes.address: there is no shape named `address`"),
        ("[select.name]\nfrom = \"$address\"", "select.name: there is no source a selection may have, named `address`"),
        ("[valeus.sex]\nF = \"x\"", "valeus: there is no section named `valeus`"),
        ("[senders.a]\nprofile = \"x\"", "senders.a.profile: there is no profile named `x`"),
        ("[senders.a.rulez]", "senders.a.rulez: there is no section named `rulez`"),
        (
            "[senders.a.rules]\n\"Visit.Reason\" = \"$x\"",
            "in the mapping of sender `a`: rules.\"Visit.Reason\": there is no selection named `x`",
        ),
        ("senders = 1", "senders: expected a table of senders"),
        ("[rules", "the mapping is not TOML"),
    ] {
        let found = Config::parse(text).expect_err(text).to_string();
        assert!(found.starts_with(error), "{text}: {found}");
    }
}

#[test]
fn a_sender_may_begin_with_a_profile() {
    let config = Config::parse("[senders.a]\nprofile = \"redox-output\"\n[senders.a.rules]\n\"Visit.Reason\" = false")
        .expect("a mapping");
    let mapping = config.mapping("a").expect("the sender");
    assert_eq!(mapping.shapes["identifier"], config.mapping("redox-output").expect("the profile").shapes["identifier"]);
    assert!(mapping.rules["Visit.Reason"].is_empty());
    assert!(!config.general().rules["Visit.Reason"].is_empty());
}

#[test]
fn a_profile_may_be_for_all() {
    let config = Config::parse("profile = \"typed-identifiers\"").expect("a mapping");
    let profile = Config::built_in().mapping("typed-identifiers").expect("the profile");
    assert_eq!(config.general().shapes["identifier"], profile.shapes["identifier"]);
    assert_ne!(Config::built_in().general().shapes["identifier"], profile.shapes["identifier"]);
}
