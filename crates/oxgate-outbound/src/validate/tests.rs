//! What validation takes and refuses; no store, no clock.

use super::*;
use crate::plan::{Account, UnknownKinds};
use crate::submit::{Priority, Submission, submit};
use oxgate_core::Timestamp;
use redox_model::validate::{Level, Requirement};
use std::time::Duration;

/// Stands wherever a body may hold patient data; no error may show it.
const PRIVATE: &str = "Mango-Testina-4711";

fn plan() -> Plan {
    let account = Arc::new(Account { name: "main".into(), target: "redox".into() });
    let destination = |name: &str, id: &str, accepts: &[&str]| Destination {
        name: name.into(),
        id: id.into(),
        accepts: accepts.iter().map(|&pattern| pattern.to_owned()).collect(),
        subscribed: Vec::new(),
        requires: Vec::new(),
        partner: Some("general".into()),
        fhir: None,
    };
    Plan {
        sources: vec![Source { name: "App".into(), id: "s-1".into(), account }],
        destinations: vec![
            destination("Lab", "d-lab", &["Order.New", "Results.*"]),
            destination("Radiology", "d-rad", &["Order.*"]),
            destination("Archive", "d-arc", &[]),
        ],
        // Most tests are about where a body goes; those about what it holds say how exactly.
        level: Level::Off,
        ..Plan::default()
    }
}

fn body(kind: (&str, &str), destinations: &str) -> String {
    let (model, event_type) = kind;
    format!(
        r#"{{"Meta":{{"DataModel":"{model}","EventType":"{event_type}","Source":{{"ID":"s-1"}},"Destinations":{destinations}}},
            "Patient":{{"Identifiers":[{{"ID":"{PRIVATE}","IDType":"MR"}}]}},"Order":{{"ID":"{PRIVATE}"}}}}"#
    )
}

fn submitted(body: &str, reply_within: Option<Duration>) -> Submitted {
    let submission = Submission {
        client: "key-1".into(),
        body: Phi::new(body.to_owned().into()),
        content_type: "application/json".into(),
        idempotency_key: None,
        correlation: None,
        expires_at: None,
        reply_within,
        priority: Priority::Live,
    };
    submit(submission, Timestamp::ZERO).expect("in bounds")
}

fn check(plan: Plan, body: &str) -> Result<Valid, Invalid> {
    let result = validate(submitted(body, None), &Arc::new(plan));
    if let Err(error) = &result {
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(PRIVATE), "{shown}");
    }
    result
}

fn refusal(body: &str) -> Invalid {
    check(plan(), body).expect_err("refused")
}

const ORDER: (&str, &str) = ("Order", "New");

#[test]
fn bad_json_names_line_and_column() {
    let error = refusal(&format!("{{\n  \"Patient\": {PRIVATE}\n}}"));
    assert!(matches!(error, Invalid::Unreadable(EnvelopeError::NotJson { line: 2, column: 14, .. })), "{error:?}");
    assert!(error.to_string().contains("line 2, column 14"), "{error}");
    assert!(matches!(refusal("[]"), Invalid::Unreadable(EnvelopeError::NotAnObject { .. })));
    assert!(matches!(refusal("{}"), Invalid::Unreadable(EnvelopeError::NoMeta)));
    assert_eq!(refusal(r#"{"resourceType":"Bundle","type":"message"}"#), Invalid::FhirBundle);
}

#[test]
fn an_unknown_destination_names_the_known_ones() {
    let known = vec!["Lab".to_owned(), "Radiology".to_owned(), "Archive".to_owned()];
    let error = refusal(&body(ORDER, r#"[{"ID":"d-lab"},{"ID":"d-rat"}]"#));
    let nearest = Some("Radiology".to_owned());
    assert_eq!(error, Invalid::UnknownDestination { index: 1, nearest, known: known.clone() });
    assert_eq!(
        error.to_string(),
        "`Meta.Destinations[1]` names no configured destination, did you mean `Radiology`?; configured: Lab, Radiology, Archive"
    );
    let private = refusal(&body(ORDER, &format!(r#"[{{"Name":"{PRIVATE}"}}]"#)));
    assert_eq!(private, Invalid::UnknownDestination { index: 0, nearest: None, known: known.clone() });
    // The id decides; a known name does not repair an unknown id.
    let both = refusal(&body(ORDER, r#"[{"ID":"elsewhere","Name":"Lab"}]"#));
    assert!(matches!(both, Invalid::UnknownDestination { index: 0, .. }));
    for none in ["[]", "null", r#"{"ID":"d-lab"}"#] {
        assert_eq!(refusal(&body(ORDER, none)), Invalid::NoDestination { known: known.clone() });
    }
    for unnamed in ["[{}]", r#"[{"ID":null,"Name":" "}]"#, "[null]"] {
        assert_eq!(refusal(&body(ORDER, unnamed)), Invalid::DestinationUnnamed { index: 0 });
    }
    let twice = refusal(&body(ORDER, r#"[{"ID":"d-lab"},{"ID":"d-rad"},{"Name":"Lab"}]"#));
    assert_eq!(twice, Invalid::DestinationTwice { index: 2, first: 0 });
    let many = format!("[{}]", vec![r#"{"ID":"x"}"#; 65].join(","));
    assert_eq!(refusal(&body(ORDER, &many)), Invalid::TooManyDestinations { count: 65 });
}

#[test]
fn a_destination_that_does_not_accept_names_what_it_accepts() {
    let error = refusal(&body(("Order", "Cancel"), r#"[{"ID":"d-rad"},{"ID":"d-lab"}]"#));
    let Invalid::NotAccepted { index: 1, destination, kind, instead } = &error else {
        panic!("{error:?}");
    };
    assert_eq!((destination.as_str(), kind.as_deref()), ("Lab", Some("Order.Cancel")));
    assert_eq!(instead.nearest, ["Order.New"]);
    assert_eq!(instead.accepts, ["Order.New", "Results.*"]);
    assert_eq!(instead.takers, ["Radiology", "Archive"]);
    assert_eq!(
        error.to_string(),
        "destination `Lab` (`Meta.Destinations[1]`) does not accept Order.Cancel; nearest that it accepts: \
         Order.New; it accepts Order.New, Results.*; accepted by: Radiology, Archive"
    );
    let near = |kind| match refusal(&body(kind, r#"[{"ID":"d-lab"}]"#)) {
        Invalid::NotAccepted { instead, .. } => instead.nearest,
        other => panic!("{other:?}"),
    };
    assert_eq!(near(("Media", "New")), Vec::<String>::new(), "nothing that the lab takes is like a document");
    assert!(check(plan(), &body(("Order", "Cancel"), r#"[{"ID":"d-arc"}]"#)).is_ok());
    assert!(check(plan(), &body(("Results", "New"), r#"[{"ID":"d-lab"}]"#)).is_ok());
}

#[test]
fn each_event_type_has_its_door() {
    let to_archive = r#"[{"ID":"d-arc"}]"#;
    let error = refusal(&body(("PatientSearch", "Query"), to_archive));
    assert_eq!(error, Invalid::IsQuery { kind: "PatientSearch.Query".into() });
    assert!(error.to_string().contains("/v1/queries"));
    let response = refusal(&body(("PatientSearch", "Response"), to_archive));
    assert_eq!(response, Invalid::NotSendable { kind: "PatientSearch.Response".into(), mode: "sync-response" });
    let misspelt = body(("Order", "Nwe"), to_archive);
    assert_eq!(refusal(&misspelt), Invalid::UnknownKind { nearest: Some("Order.New".into()) });
    assert_eq!(refusal(&body((PRIVATE, PRIVATE), to_archive)), Invalid::UnknownKind { nearest: None });
    let lenient = Plan { unknown_kinds: UnknownKinds::Send, ..plan() };
    let valid = check(lenient, &misspelt).expect("sent all the same");
    assert!(valid.flags.has(Flags::UNKNOWN_KIND));
}

#[test]
fn both_spellings_of_a_model_are_one_lane_and_the_body_keeps_its_own() {
    for spelling in ["Clinical Summary", "ClinicalSummary"] {
        let text = body((spelling, "PatientPush"), r#"[{"ID":"d-arc"}]"#);
        let valid = check(plan(), &text).expect("known");
        assert_eq!(valid.address.model, "Clinical Summary");
        assert_eq!(&valid.body.expose()[..], text.as_bytes());
    }
}

#[test]
fn the_source_is_named_or_the_only_one() {
    let with_source = |source: &str| body(ORDER, r#"[{"ID":"d-lab"}]"#).replace(r#""Source":{"ID":"s-1"}"#, source);
    let named = |plan: Plan, source: &str| check(plan, &with_source(source)).map(|valid| valid.source.name);
    let second = |account: &str| {
        let account = Arc::new(Account { name: account.into(), target: "redox".into() });
        let mut plan = plan();
        plan.sources.push(Source { name: "Other".into(), id: "s-2".into(), account });
        plan
    };
    let known = vec!["App".to_owned(), "Other".to_owned()];
    assert_eq!(named(plan(), r#""Source":null"#), Ok("App".into()));
    assert_eq!(named(plan(), r#""Source":{"Name":"App"}"#), Ok("App".into()));
    assert_eq!(named(second("main"), r#""Source":{"ID":"s-2"}"#), Ok("Other".into()));
    assert_eq!(named(second("other"), r#""Source":{"Name":"Other"}"#), Ok("Other".into()));
    let needed = Err(Invalid::SourceNeeded { known: known.clone() });
    assert_eq!(named(second("other"), r#""Source":null"#), needed);
    // Two sources behind one account: only the id in the body tells Redox which.
    assert_eq!(named(second("main"), r#""Source":{"Name":"Other"}"#), needed);
    let near = Err(Invalid::UnknownSource { nearest: Some("Other".into()), known });
    assert_eq!(named(second("main"), r#""Source":{"Name":"Othr"}"#), near);
    let private = format!(r#""Source":{{"ID":"{PRIVATE}"}}"#);
    assert!(matches!(named(plan(), &private), Err(Invalid::UnknownSource { nearest: None, .. })));
}

#[test]
fn a_name_becomes_an_id_and_every_other_byte_stays() {
    let given = r#"[ {"ID":"d-lab"} ,{"Name":"Archive"}, {"ID":"","Name":"Radiology","Note":1}]"#;
    let text = body(ORDER, given);
    let valid = check(plan(), &text).expect("all known");
    let filled = r#"[ {"ID":"d-lab"} ,{"ID":"d-arc","Name":"Archive"}, {"ID":"d-rad","Name":"Radiology"}]"#;
    assert_eq!(String::from_utf8_lossy(valid.body.expose()), text.replace(given, filled));
    // Idempotency compares what was submitted, not what was made of it.
    assert_eq!(valid.submitted.content(), submitted(&text, None).content());
    assert!(valid.address.destination.is_empty());
}

#[test]
fn a_time_limit_needs_an_answer_that_could_be_recognised() {
    let reply = |plan: Plan, text: &str| {
        let submitted = submitted(text, Some(Duration::from_mins(1)));
        validate(submitted, &Arc::new(plan)).map(|_| ()).map_err(|error| match error {
            Invalid::ReplyNotExpected { why } => why,
            other => panic!("{other}"),
        })
    };
    let order = body(ORDER, r#"[{"ID":"d-lab"}]"#);
    assert_eq!(reply(plan(), &order), Ok(()));
    assert_eq!(reply(plan(), &body(("Results", "New"), r#"[{"ID":"d-lab"}]"#)), Err(NoReply::NoRule));
    assert_eq!(reply(plan(), &order.replace("\"Order\":{", "\"Odd\":{")), Err(NoReply::NoKeys));
    let mut lonely = plan();
    lonely.destinations[0].partner = None;
    assert_eq!(reply(lonely, &order), Err(NoReply::NoPartner));
}

/// A plan whose first destination requires these members.
fn requiring(level: Level, paths: &[&str]) -> Plan {
    let mut plan = Plan { level, ..plan() };
    plan.destinations[0].requires = paths.iter().map(|path| Requirement::parse(path).expect("a path")).collect();
    plan
}

/// An order that names its system and this destination as they are configured: their ids in these tests are no UUIDs,
/// which strict would mind.
fn named(destination: &str) -> String {
    body(ORDER, &format!(r#"[{{"Name":"{destination}"}}]"#)).replace(r#"{"ID":"s-1"}"#, r#"{"Name":"App"}"#)
}

fn listed(error: &Invalid) -> (usize, Vec<(&str, &str)>) {
    let Invalid::Content { errors, problems, .. } = error else { panic!("{error:?}") };
    (*errors, problems.iter().map(|problem| (problem.rule.as_str(), problem.path.as_str())).collect())
}

#[test]
fn content_is_held_to_the_level() {
    let order = named("Lab");
    let without = |member: &str| order.replace(&format!(r#""{member}":"#), &format!(r#""X{member}":"#));
    let at = |level, text: &str| check(Plan { level, ..plan() }, text).map(|_| ());
    for level in [Level::Strict, Level::Lenient, Level::Off] {
        assert_eq!(at(level, &order), Ok(()), "{level}");
    }
    let error = at(Level::Lenient, &without("IDType")).expect_err("refused");
    assert_eq!(listed(&error), (1, vec![("required", "$.Patient.Identifiers[0].IDType")]));
    assert!(
        error.to_string().starts_with("Order.New has 1 error, the first at $.Patient.Identifiers[0].IDType (line 2, "),
        "{error}"
    );
    assert_eq!(at(Level::Off, &without("IDType")), Ok(()));
    // A number where text belongs: real systems send it, one's own should not.
    let number = order.replace(&format!(r#""Order":{{"ID":"{PRIVATE}"}}"#), r#""Order":{"ID":4711}"#);
    assert_eq!(at(Level::Lenient, &number), Ok(()));
    let error = at(Level::Strict, &number).expect_err("refused");
    assert_eq!(listed(&error), (1, vec![("type", "$.Order.ID")]));
    assert!(!format!("{error} {error:?}").contains("4711"));
}

#[test]
fn a_refusal_lists_the_first_problems_and_counts_the_rest() {
    let many = format!(r#""Identifiers":[{}]"#, vec!["{}"; 15].join(","));
    let text = body(ORDER, r#"[{"ID":"d-lab"}]"#)
        .replace(&format!(r#""Identifiers":[{{"ID":"{PRIVATE}","IDType":"MR"}}]"#), &many);
    let error = check(Plan { level: Level::Lenient, ..plan() }, &text).expect_err("refused");
    let (errors, problems) = listed(&error);
    assert_eq!((errors, problems.len()), (30, content::PROBLEMS_MAX));
}

#[test]
fn a_destination_may_require_more() {
    let with_visit = |text: String| text.replace(r#""Order":"#, r#""Visit":{"VisitNumber":"V-1"},"Order":"#);
    let plan = |level| requiring(level, &["Visit.VisitNumber", "Patient.Identifiers[].ID"]);
    for level in [Level::Strict, Level::Lenient] {
        let error = check(plan(level), &named("Lab")).expect_err("refused");
        assert_eq!(listed(&error), (1, vec![("destination-requires", "$.Visit")]));
        assert!(error.to_string().contains("the destination requires Visit.VisitNumber"), "{error}");
        assert!(check(plan(level), &with_visit(named("Lab"))).is_ok());
        assert!(check(plan(level), &named("Radiology")).is_ok(), "another destination requires nothing");
    }
    let both = body(ORDER, r#"[{"ID":"d-rad"},{"ID":"d-lab"}]"#);
    assert!(check(plan(Level::Lenient), &both).is_err());
    assert!(check(plan(Level::Off), &both).is_ok(), "off looks at no content");
}

#[test]
fn a_requirement_counts_where_the_event_type_has_the_member() {
    let has = |kind: &str, path: &str| {
        let event = redox_model::catalogue::find_dotted(kind).expect("known");
        content::has(event, &Requirement::parse(path).expect("a path"))
    };
    assert!(has("Order.New", "Visit.VisitNumber") && has("Results.New", "Orders[].ID"));
    assert!(has("Order.New", "Patient.Extensions.race.coding"));
    assert!(!has("Order.New", "Orders[].ID") && !has("Order.New", "Order.ID.Extensions"));
    assert!(!has("Provider.Activate", "Visit.VisitNumber"));
    let results = body(("Results", "New"), r#"[{"ID":"d-lab"}]"#).replace(r#""Order":{"#, r#""Orders":[],"Order":{"#);
    let outcome = check(requiring(Level::Lenient, &["Order.ID", "Procedure.Code"]), &results);
    assert!(outcome.is_ok(), "{outcome:?}");
}

#[test]
fn a_reply_of_redox_is_no_submission() {
    let refused = |body: &str, level| match check(Plan { level, ..plan() }, body).expect_err("refused") {
        Invalid::Content { problems, .. } => problems.into_iter().map(|problem| problem.path).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    let stamped = |more: &str| {
        format!(
            r#"{{"Meta":{{"DataModel":"Order","EventType":"New","Source":{{"ID":"s-1"}},"Destinations":[{{"ID":"d-arc"}}],{more}}}}}"#
        )
    };
    let logs = r#""Logs":[{"ID":"8f14e45f-ceea-467f-a0e6-2f1b5b1e9c51"}]"#;
    assert_eq!(refused(&stamped(logs), Level::Lenient), ["$.Patient", "$.Order"]);
    assert_eq!(refused(&stamped(r#""Errors":[{"Text":"no"}]"#), Level::Lenient), ["$"]);
    assert_eq!(refused(&stamped(r#""Errors":[{"Text":"no"}]"#), Level::Strict)[0], "$");
    assert!(check(plan(), &stamped(logs)).is_ok(), "off looks at no content");
}
