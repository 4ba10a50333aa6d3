//! The validator against messages that are right, and against the same messages broken in one place.

use proptest::prelude::*;
use redox_model::{
    catalogue::{self, EventInfo, Field, Type},
    keys, sample, tree,
    validate::{Found, Level, MAX_PROBLEMS, Report, Requirement, Rule, Severity, validate, with_requirements},
};
use serde_json::{Value, json};

fn event(name: &str) -> &'static EventInfo {
    catalogue::find_dotted(name).expect("known event")
}

/// The problems of a message as (severity, rule, path).
fn problems(message: &Value, level: Level) -> Vec<(Severity, Rule, String)> {
    listed(&validate(message.to_string().as_bytes(), level))
}

fn listed(report: &Report) -> Vec<(Severity, Rule, String)> {
    report.problems.iter().map(|problem| (problem.severity, problem.rule, problem.path.clone())).collect()
}

/// One way to break a member, with what must be reported of it.
#[derive(Debug, Clone, Copy)]
enum Break {
    Remove,
    Null,
    WrongKind,
    OtherScalar,
    Rename,
    Garble,
}

const BREAKS: [Break; 6] =
    [Break::Remove, Break::Null, Break::WrongKind, Break::OtherScalar, Break::Rename, Break::Garble];

/// Rule and severity (strict, lenient) that the break must lead to; `None` when it does not apply or breaks nothing.
fn verdict(field: &Field, how: Break) -> Option<(Rule, Severity, Severity)> {
    use Severity::{Error, Note, Warning};
    let scalar = !field.many && !matches!(field.ty, Type::Object(_));
    Some(match how {
        Break::Remove => field.required.then_some((Rule::Required, Error, Error))?,
        Break::Null if field.required => (Rule::Required, Error, Error),
        Break::Null => (!scalar).then_some((Rule::Null, Error, Note))?,
        Break::WrongKind => (Rule::Type, Error, Error),
        Break::OtherScalar if scalar && field.also.is_none() => match field.ty {
            Type::String | Type::Number => (Rule::Coerced, Error, Note),
            Type::Boolean | Type::Object(_) => return None,
        },
        Break::OtherScalar => return None,
        Break::Rename => (Rule::UnknownField, Warning, Note),
        Break::Garble if scalar => match (field.format, field.values()) {
            (Some(_), None) => (Rule::Format, Error, Warning),
            (None, Some(set)) if set.confidence == catalogue::Confidence::High => (Rule::ValueSet, Error, Warning),
            (None, Some(_)) => (Rule::ValueSet, Warning, Note),
            _ => return None,
        },
        Break::Garble => return None,
    })
}

/// Breaks the member at `pointer`; tells the path that must be reported.
fn apply(message: &mut Value, pointer: &str, path: &str, field: &Field, how: Break) -> String {
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer has a parent");
    let object = message.pointer_mut(parent).and_then(Value::as_object_mut).expect("the parent is an object");
    let slot = object.get_mut(name).expect("a full sample has every member");
    match how {
        Break::Remove => drop(object.shift_remove(name)),
        Break::Null => *slot = Value::Null,
        Break::WrongKind => *slot = if field.many { json!({}) } else { json!([]) },
        Break::OtherScalar => *slot = if field.ty == Type::String { json!(7) } else { json!("7") },
        Break::Garble => *slot = json!("?"),
        Break::Rename => {
            let value = object.shift_remove(name).expect("a full sample has every member");
            object.insert("Xyzzy".to_owned(), value);
            return format!("{}.Xyzzy", path.rsplit_once('.').expect("a path has a parent").0);
        }
    }
    path.to_owned()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// One member is broken, and that member is reported, by the right rule, with the right weight, and nothing else is.
    #[test]
    fn one_break_is_one_problem(which in any::<prop::sample::Index>(), place in any::<prop::sample::Index>(), seed in any::<u64>(), how in prop::sample::select(&BREAKS)) {
        let event = &catalogue::events()[which.index(111)];
        // Without its names a message is no message at all; that is tested apart.
        let known = |row: &tree::Row| !row.path.starts_with("Meta.M") && !row.path.starts_with("Meta.T") && row.path != "Meta" && !row.path.starts_with("Meta.DataModel") && !row.path.starts_with("Meta.EventType");
        let rows: Vec<_> = tree::rows(event).into_iter().filter(known).collect();
        let row = &rows[place.index(rows.len())];
        let Some((rule, strict, lenient)) = verdict(row.field, how) else { return Ok(()) };
        let mut message = sample::build(event, seed, false);
        // `Patient.Identifiers[].ID` is broken in the first identifier.
        let pointer = format!("/{}", row.path.trim_end_matches("[]").replace("[].", "/0/").replace('.', "/"));
        let written = format!("$.{}", row.path.trim_end_matches("[]").replace("[]", "[0]"));
        let path = apply(&mut message, &pointer, &written, row.field, how);
        let rule_when = |level| if rule == Rule::Coerced && level == Level::Strict { Rule::Type } else { rule };
        for (level, severity) in [(Level::Strict, strict), (Level::Lenient, lenient)] {
            let mut found = problems(&message, level);
            if matches!(how, Break::Rename) && row.field.required {
                found.retain(|(_, rule, _)| *rule != Rule::Required);
            }
            prop_assert_eq!(&found, &[(severity, rule_when(level), path.clone())], "{} {:?}", event, how);
        }
        prop_assert_eq!(problems(&message, Level::Off), []);
    }

    /// Whatever the bytes, there is a report, its places lie in the body, and nothing of the body is in its text.
    #[test]
    fn any_bytes_are_judged(which in any::<prop::sample::Index>(), seed in any::<u64>(), edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6)) {
        let event = &catalogue::events()[which.index(111)];
        let mut body = sample::build(event, seed, true).to_string().into_bytes();
        for (index, byte) in edits {
            let at = index.index(body.len());
            body[at] = byte;
        }
        let readable = serde_json::from_slice::<Value>(&body).is_ok();
        prop_assert_eq!(keys::read(&body, event.data_model, event.event_type).is_ok(), readable);
        for level in [Level::Strict, Level::Lenient, Level::Off] {
            let report = validate(&body, level);
            prop_assert_eq!(report.problems.iter().any(|problem| problem.rule == Rule::JsonSyntax), !readable);
            for problem in &report.problems {
                prop_assert!(problem.span.end <= body.len() && problem.line >= 1 && problem.column >= 1);
            }
        }
    }
}

#[test]
fn a_problem_says_where_and_what_and_not_the_value() {
    let body = "{\n  \"Meta\": { \"DataModel\": \"PatientAdmin\", \"EventType\": \"NewPatient\" },\n  \"Patient\": {\n    \"Identifiers\": [{ \"ID\": 4711, \"IDType\": \"MR\" }],\n    \"Demographics\": { \"Sex\": \"Séçret\", \"Jane Secret\": 1 }\n  }\n}";
    let report = validate(body.as_bytes(), Level::Strict);
    let shown: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "error type at $.Patient.Identifiers[0].ID (line 4, column 29): expected a string, found number of length 4",
            "error value-set at $.Patient.Demographics.Sex (line 5, column 30): expected one of `Female`, `Male`, `Nonbinary`, `Other`, `Unknown`, found string of length 6",
            "warning unknown-field at $.Patient.Demographics[a name of 11 characters] (line 5, column 55): expected a documented member, found number of length 1",
        ]
    );
    assert_eq!(&body[report.problems[0].span.clone()], "4711");
    assert!(!report.is_valid());
    assert!(validate(body.as_bytes(), Level::Lenient).is_valid());
}

/// Deviations found in recorded and published messages, which lenient validation must let pass.
#[test]
fn what_real_systems_send_passes_leniently() {
    for (name, pointer, value) in [
        ("PatientAdmin.Arrival", "/Visit/VisitNumber", json!(1234)),
        ("PatientAdmin.Arrival", "/Meta/Test", json!("true")),
        ("PatientAdmin.Arrival", "/Meta/Logs/0/ID", json!(99)),
        ("PatientAdmin.Arrival", "/Meta/EventDateTime", json!("2017-08-01T12:00:00")),
        ("PatientAdmin.Arrival", "/Meta/EventDateTime", json!("2016-08-01 14:00:00Z")),
        ("PatientAdmin.Arrival", "/Patient/Demographics/DOB", json!("01-01-01")),
        ("PatientAdmin.Arrival", "/Patient/Demographics/Sex", json!("F")),
        ("PatientAdmin.Arrival", "/Patient/Demographics/Race", json!("")),
        ("PatientAdmin.Arrival", "/Patient/Demographics/Address/Country", json!("United States")),
        ("PatientAdmin.Arrival", "/Patient/Demographics/PhoneNumber/Home", json!("808-555-0110")),
        ("PatientAdmin.Arrival", "/Patient/Demographics/EmailAddresses", json!([null])),
        ("PatientAdmin.Arrival", "/Patient/Demographics", Value::Null),
        ("Order.New", "/Meta/Message", json!({ "ID": 4_627_063_886_i64 })),
        ("Order.New", "/Order/Nickname", json!("Foo")),
        ("Results.New", "/Orders/0/ID", json!(157_968_300)),
        ("Scheduling.AvailableSlots", "/Visit/Duration", json!("30")),
        ("Provider.Activate", "/Providers/0/Roles/0/Organization/IsActive", json!(true)),
        ("ClinicalDecisions.Request", "/UnsignedProcedureOrders/0/Identifiers/0/IDType", json!("EHR")),
        ("ClinicalDecisions.Request", "/UnsignedMedicationOrders/0/Dose/Quantity", json!("4")),
    ] {
        let mut message = sample::build(event(name), 1, false);
        let (parent, member) = pointer.rsplit_once('/').expect("a pointer has a parent");
        message.pointer_mut(parent).and_then(Value::as_object_mut).expect(pointer).insert(member.to_owned(), value);
        let report = validate(message.to_string().as_bytes(), Level::Lenient);
        assert!(report.is_valid(), "{name} {pointer}: {:?}", report.problems);
    }
}

#[test]
fn unreadable_bodies_are_reported_at_every_level() {
    for (body, rule, path) in [
        ("", Rule::JsonSyntax, "$"),
        ("{\"Meta\": {}", Rule::JsonSyntax, "$"),
        ("[]", Rule::BodyObject, "$"),
        ("{}", Rule::MetaMissing, "$.Meta"),
        ("{\"Meta\":{}}", Rule::MetaNamed, "$.Meta.DataModel"),
        ("{\"Meta\":{\"DataModel\":\"Order\"}}", Rule::MetaNamed, "$.Meta.EventType"),
    ] {
        for level in [Level::Strict, Level::Lenient, Level::Off] {
            assert_eq!(listed(&validate(body.as_bytes(), level)), [(Severity::Error, rule, path.to_owned())], "{body}");
        }
    }
    let deep = format!("{{\"Meta\":{}", "[".repeat(100));
    assert_eq!(validate(deep.as_bytes(), Level::Off).problems[0].rule, Rule::JsonDepth);
    let broken = validate(b"{\n \"Meta\": tru }", Level::Off);
    assert_eq!((broken.problems[0].line, broken.problems[0].column, broken.problems[0].found), (2, 10, Found::Nothing));
}

#[test]
fn unknown_and_misspelt_events_are_told_apart() {
    let meta = |model: &str, event: &str| json!({ "Meta": { "DataModel": model, "EventType": event } });
    let found = |message: &Value, level| {
        let problems = validate(message.to_string().as_bytes(), level).problems;
        problems.into_iter().map(|problem| (problem.severity, problem.rule, problem.expected.into_owned())).next()
    };
    let unknown =
        (Severity::Error, Rule::KnownEvent, "a documented data model and event type (nearest: Order.New)".to_owned());
    assert_eq!(found(&meta("Orders", "New"), Level::Lenient), Some(unknown.clone()));
    assert_eq!(found(&meta("Orders", "New"), Level::Strict), Some(unknown));
    let misspelt = validate(meta("ClinicalSummary", "Query").to_string().as_bytes(), Level::Lenient);
    assert_eq!(misspelt.event, Some(event("ClinicalSummary.PatientQuery")));
    assert!(misspelt.problems.iter().any(|problem| problem.rule == Rule::EventSpelling));
    assert_eq!(found(&meta("ClinicalSummary", "Query"), Level::Strict).map(|found| found.1), Some(Rule::KnownEvent));
    let fhir = validate(meta("FHIR.Appointment", "read").to_string().as_bytes(), Level::Strict);
    assert!(fhir.is_valid() && fhir.event.is_none());
}

#[test]
fn replies_are_taken_for_what_they_are() {
    let mut answer = sample::build(event("Scheduling.BookedResponse"), 1, false);
    answer["Meta"]["EventType"] = json!("Booked");
    let report = validate(answer.to_string().as_bytes(), Level::Lenient);
    assert_eq!(report.event, Some(event("Scheduling.BookedResponse")));
    assert_eq!(listed(&report), [(Severity::Note, Rule::AnswerNamedAsQuery, "$.Meta.EventType".to_owned())]);

    // A reply whose members have the query's names, and more in them than the query has.
    let mut patient = sample::build(event("PatientSearch.Response"), 1, false);
    patient["Meta"]["EventType"] = json!("Query");
    patient.as_object_mut().expect("object").shift_remove("PotentialMatches");
    assert!(validate(patient.to_string().as_bytes(), Level::Lenient).is_valid());

    let meta_only = |members: Value| {
        let mut meta = json!({ "DataModel": "Order", "EventType": "New" });
        meta.as_object_mut().expect("object").extend(members.as_object().expect("object").clone());
        json!({ "Meta": meta })
    };
    let logs = json!([{ "ID": "8f14e45f-ceea-467f-a0e6-2f1b5b1e9c51" }]);
    let lacking: Vec<_> =
        ["$.Patient", "$.Order"].map(|path| (Severity::Error, Rule::Required, path.to_owned())).to_vec();
    let note = (Severity::Note, Rule::MetaOnly, "$".to_owned());
    // Acknowledgements and errors: no messages to the letter, yet recorded among them.
    for members in [
        json!({ "Logs": logs }),
        json!({ "Message": { "ID": 4_627_063_886_i64 } }),
        json!({ "Errors": [{ "ID": 1, "Text": "no" }], "Destinations": [{ "ID": "8f14e45f-ceea-467f-a0e6-2f1b5b1e9c51" }] }),
    ] {
        let reply = meta_only(members);
        assert_eq!(problems(&reply, Level::Lenient).first(), Some(&note), "{reply}");
        assert!(validate(reply.to_string().as_bytes(), Level::Lenient).is_valid(), "{reply}");
        let strict: Vec<_> =
            problems(&reply, Level::Strict).into_iter().filter(|found| found.1 != Rule::Type).collect();
        assert_eq!((&strict[0], &strict[1..]), (&note, &lacking[..]), "{reply}");
    }
    // What could be sent is a message, whatever Redox has stamped on it.
    for members in [
        json!({ "Destinations": [{ "ID": "8f14e45f-ceea-467f-a0e6-2f1b5b1e9c51" }], "Logs": logs }),
        json!({ "Test": true, "Logs": logs }),
        json!({ "EventDateTime": "2026-03-01T12:00:00Z", "Message": { "ID": 1 } }),
        json!({ "Errors": [], "Destinations": [{ "ID": "8f14e45f-ceea-467f-a0e6-2f1b5b1e9c51" }] }),
    ] {
        for level in [Level::Strict, Level::Lenient] {
            assert_eq!(problems(&meta_only(members.clone()), level), lacking, "{members}");
        }
    }
    let bare = json!({ "Meta": { "DataModel": "Order", "EventType": "New" } });
    let missing = |name: &str| (Severity::Error, Rule::Required, format!("$.{name}"));
    assert_eq!(problems(&bare, Level::Lenient), [missing("Patient"), missing("Order")]);
}

#[test]
fn extensions_and_both_spellings_are_no_problem_and_repeats_are() {
    let mut message = sample::build(event("ClinicalSummary.DocumentGet"), 1, false);
    message["Meta"]["DataModel"] = json!("ClinicalSummary");
    message["Meta"]["Extensions"] = json!({ "user-id": { "string": "x" } });
    message["Document"]["Extensions"] = json!({ "anything": [1, null] });
    assert_eq!(problems(&message, Level::Strict), []);
    let twice = message.to_string().replace("\"Document\":{", "\"Document\":{\"ID\":\"1\"},\"Document\":{");
    let found = listed(&validate(twice.as_bytes(), Level::Lenient));
    assert_eq!(found, [(Severity::Warning, Rule::DuplicateField, "$.Document".to_owned())]);
}

#[test]
fn a_destination_may_require_more() {
    let require = |paths: &[&str]| -> Vec<Requirement> {
        paths.iter().map(|path| Requirement::parse(path).expect("a path")).collect()
    };
    let found = |message: &Value, paths: &[&str]| {
        listed(&with_requirements(message.to_string().as_bytes(), Level::Lenient, &require(paths)))
            .into_iter()
            .map(|(severity, rule, path)| {
                assert_eq!((severity, rule), (Severity::Error, Rule::DestinationRequires));
                path
            })
            .collect::<Vec<_>>()
    };
    let full = sample::build(event("Results.New"), 1, false);
    assert_eq!(
        found(&full, &["Visit.VisitNumber", "Orders[].ID", "Orders.Results.Code", "Patient.Identifiers"]),
        [""; 0]
    );
    let mut message = full.clone();
    message["Visit"]["VisitNumber"] = json!(" ");
    message["Orders"] = json!([full["Orders"][0], full["Orders"][0]]);
    message["Orders"][1]["ApplicationOrderID"] = Value::Null;
    assert_eq!(
        found(&message, &["Visit.VisitNumber", "Orders[].ApplicationOrderID", "Patient.Shoes.Size"]),
        ["$.Patient.Shoes", "$.Orders[1].ApplicationOrderID", "$.Visit.VisitNumber"]
    );
    message.as_object_mut().expect("object").shift_remove("Visit");
    message["Patient"]["Demographics"] = json!({});
    assert_eq!(found(&message, &["Visit.VisitNumber", "Patient.Demographics"]), ["$.Visit", "$.Patient.Demographics"]);
    for path in ["", ".", "A.", "A b", "[]", "A[0]"] {
        assert!(Requirement::parse(path).is_err(), "{path}");
    }
}

#[test]
fn a_report_is_bounded() {
    let mut message = sample::build(event("Results.New"), 1, true);
    message["Patient"]["Identifiers"] = Value::Array(vec![json!(1); 5 * MAX_PROBLEMS]);
    let report = validate(message.to_string().as_bytes(), Level::Lenient);
    assert_eq!((report.problems.len(), report.omitted), (MAX_PROBLEMS, 4 * MAX_PROBLEMS));
    assert!(!report.is_valid());
    let notes: serde_json::Map<String, Value> = (0..2 * MAX_PROBLEMS).map(|n| (format!("x{n}"), json!(n))).collect();
    let mut message = sample::build(event("Results.New"), 1, true);
    message["Patient"].as_object_mut().expect("object").extend(notes);
    let report = validate(message.to_string().as_bytes(), Level::Lenient);
    assert_eq!((report.problems.len(), report.omitted, report.is_valid()), (MAX_PROBLEMS, MAX_PROBLEMS, true));
}
