//! What becomes of particular messages: merges, cancellations, deletions, dates, local segments, exceptions of a sender.

use hl7_redox::{Config, Context, FixedZones, Mapped, Outcome, ProblemKind, System, map};
use hl7v2::{Message, Options};
use proptest::prelude::*;
use redox_model::validate::{Level, validate};
use serde_json::{Value, json};

fn context() -> Context<'static> {
    Context { event_date_time: "2026-03-01T12:00:00.000Z", source: None, destinations: &[], zones: &FixedZones }
}

fn run(config: &Config, segments: &[&str]) -> (Outcome, Vec<String>) {
    let text = segments.join("\r");
    let message = Message::parse(text.as_bytes(), &Options::default()).expect("a message");
    let mapping = config.mapping_for(&message);
    let outcome = map(&message, mapping, &context()).expect("mapped");
    let unmapped = outcome.unmapped(&message, mapping).into_iter().map(|unmapped| unmapped.path).collect();
    (outcome, unmapped)
}

fn body(mapped: &Mapped) -> Value {
    let report = validate(mapped.body.as_bytes(), Level::Lenient);
    assert!(report.is_valid() || !mapped.is_complete(), "{:#?}", report.problems);
    serde_json::from_str(&mapped.body).expect("JSON")
}

fn only(segments: &[&str]) -> Value {
    let (outcome, _) = run(Config::built_in(), segments);
    assert_eq!(outcome.events.len(), 1);
    body(&outcome.events[0])
}

const PID: &str = "PID|1||42^^^GHH^MR||Muster^Rita";

fn header(trigger: &str) -> String {
    format!("MSH|^~\\&|ADT1|GHH|||20260301080000-0600||{trigger}|7|P|2.5.1")
}

#[test]
fn each_merge_of_a_message_is_an_event() {
    let (outcome, _) = run(
        Config::built_in(),
        &[&header("ADT^A40"), "EVN|A40", "PID|1||1^^^A", "MRG|9^^^A", "PID|2||2^^^A", "MRG|8^^^A~7^^^B"],
    );
    let previous: Vec<Value> = outcome.events.iter().map(|event| body(event)["Patient"].clone()).collect();
    assert_eq!(
        previous,
        [
            json!({"Identifiers": [{"ID": "1", "IDType": "A"}], "PreviousIdentifiers": [{"ID": "9", "IDType": "A"}]}),
            json!({"Identifiers": [{"ID": "2", "IDType": "A"}],
                   "PreviousIdentifiers": [{"ID": "8", "IDType": "A"}, {"ID": "7", "IDType": "B"}]}),
        ]
    );
}

#[test]
fn moved_visits_share_their_patient() {
    let (outcome, _) = run(
        Config::built_in(),
        &[
            &header("ADT^A45"),
            PID,
            "MRG|42||A1||V1",
            "PV1|1|O|||||||||||||||||V8",
            "MRG|42||A2||V2",
            "PV1|2|O|||||||||||||||||V9",
        ],
    );
    let events: Vec<Value> = outcome.events.iter().map(body).collect();
    let numbers: Vec<&Value> = events.iter().map(|event| &event["Visit"]["VisitNumber"]).collect();
    assert_eq!(numbers, ["V8", "V9"]);
    assert_eq!(
        events[1]["Patient"]["PreviousIdentifiers"],
        json!([{"ID": "V2", "IDType": "VN"}, {"ID": "A2", "IDType": "AN"}])
    );
    assert!(events.iter().all(|event| event["Patient"]["Identifiers"][0]["ID"] == "42"));
}

#[test]
fn the_time_it_happened_is_kept_beside_the_event() {
    for (event, occurred) in [
        ("EVN|A01|20260301080000-0600||||20260301073000-0600", Some("2026-03-01T07:30:00-06:00")),
        ("EVN|A01|20260301080100", Some("2026-03-01T08:01:00-06:00")),
        ("EVN|A01", Some("2026-03-01T08:00:00-06:00")),
    ] {
        let (outcome, _) = run(Config::built_in(), &[&header("ADT^A01"), event, PID]);
        assert_eq!(outcome.occurred.as_deref(), occurred, "{event}");
    }
}

#[test]
fn swapped_beds_are_two_transfers() {
    let (outcome, _) = run(
        Config::built_in(),
        &[&header("ADT^A17"), "PID|1||1^^^A", "PV1|1|I|4W^1^A|||4W^2^B", "PID|2||2^^^A", "PV1|1|I|4W^2^B|||4W^1^A"],
    );
    let beds: Vec<_> = outcome.events.iter().map(body).map(|event| event["Visit"]["Location"]["Bed"].clone()).collect();
    assert_eq!(beds, ["A", "B"]);
    assert!(outcome.events.iter().all(|event| event.event_type == "Transfer"));
}

#[test]
fn a_cancellation_says_what_it_cancels() {
    for (trigger, class, canceled) in [
        ("ADT^A11", "I", "Arrival"),
        ("ADT^A11", "O", "Registration"),
        ("ADT^A12", "I", "Transfer"),
        ("ADT^A13", "I", "Discharge"),
        ("ADT^A38", "I", "PreAdmit"),
    ] {
        let event = only(&[&header(trigger), PID, &format!("PV1|1|{class}")]);
        assert_eq!(event["Meta"]["EventType"], "Cancel");
        assert_eq!(event["Meta"]["CanceledEvent"], canceled, "{trigger} {class}");
    }
}

#[test]
fn an_update_is_of_the_visit_if_there_is_one() {
    for (visit, event_type) in [
        ("PV1|1|I", "VisitUpdate"),
        ("PV1|1|N", "PatientUpdate"),
        ("PV1|1|N|||||||||||||||||V1", "VisitUpdate"),
        ("NTE|1", "PatientUpdate"),
    ] {
        assert_eq!(only(&[&header("ADT^A08"), PID, visit])["Meta"]["EventType"], event_type, "{visit}");
    }
}

#[test]
fn guarantor_and_insurances_stand_where_the_event_has_them() {
    let segments = ["GT1|1|G1|Muster^Max", "IN1|1|P1", "IN1|2|P2", "IN2||123456789"];
    let with = |trigger: &str| only(&[&[&header(trigger), PID, "PV1|1|I"][..], &segments[..]].concat());
    let update = with("ADT^A31");
    assert_eq!(update["Patient"]["Guarantor"]["Number"], "G1");
    assert_eq!(update.get("Visit"), None);
    let arrival = with("ADT^A01");
    assert_eq!(arrival["Visit"]["Guarantor"]["Number"], "G1");
    assert_eq!(arrival["Patient"].get("Guarantor"), None);
    let insurances = arrival["Visit"]["Insurances"].as_array().expect("a list");
    assert_eq!((insurances.len(), &insurances[0]["Plan"]["ID"]), (2, &json!("P1")));
    // IN2 belongs to the IN1 before it.
    assert_eq!(insurances[0].get("Insured"), None);
    assert_eq!(insurances[1]["Insured"]["SSN"], "123-45-6789");
}

#[test]
fn null_deletes_and_absence_says_nothing() {
    let event = only(&[&header("ADT^A08"), "PID|1||42^^^GHH^MR||Muster^Rita^\"\"||\"\"||||||||||\"\"|", "PV1|1|I"]);
    let demographics = event["Patient"]["Demographics"].as_object().expect("an object");
    assert_eq!(demographics["MiddleName"], Value::Null);
    assert_eq!(demographics["DOB"], Value::Null);
    assert_eq!(demographics["Religion"], Value::Null);
    assert!(!demographics.contains_key("Sex") && !demographics.contains_key("SSN"));
}

#[test]
fn the_right_one_of_several_repetitions_is_taken() {
    let pid = "PID|1||42^^^GHH^MR||Alt^R^^^^^A~Muster&von^Rita^^^^^L||19790131||||Nowhere^^X^^^^BA~1 Main St^Apt 4^Y^IL^62701^USA^H||\
        ^PRN^CP^^^217^5550100~^PRN^PH^^^217^5550101~^NET^Internet^rita@example.org|^WPN^PH^^^217^5550102";
    let event = only(&[&header("ADT^A28"), pid]);
    let demographics = &event["Patient"]["Demographics"];
    assert_eq!((&demographics["LastName"], &demographics["FirstName"]), (&json!("Muster"), &json!("Rita")));
    assert_eq!(
        demographics["Address"],
        json!({"StreetAddress": "1 Main St, Apt 4", "City": "Y", "State": "IL", "ZIP": "62701", "Country": "US"})
    );
    assert_eq!(
        demographics["PhoneNumber"],
        json!({"Home": "+12175550101", "Office": "+12175550102", "Mobile": "+12175550100"})
    );
    assert_eq!(demographics["EmailAddresses"], json!(["rita@example.org"]));
}

#[test]
fn identifiers_are_not_repeated_and_not_confused() {
    let pid = "PID|1|42^^^OLD|42^^^A~42^^^B~42^^^A|42^^^C~44^^^C|Muster^Rita";
    let event = only(&[&header("ADT^A28"), pid]);
    let found = event["Patient"]["Identifiers"].as_array().expect("a list").iter();
    let found: Vec<_> = found.map(|item| format!("{} {}", item["ID"], item["IDType"]).replace('"', "")).collect();
    assert_eq!(found, ["42 A", "42 B", "44 C"]);
}

#[test]
fn a_text_beside_an_unknown_code_is_understood() {
    let (outcome, _) = run(Config::built_in(), &[&header("ADT^A28"), "PID|1||42^^^A||Muster^Rita|||2^Female"]);
    assert_eq!(body(&outcome.events[0])["Patient"]["Demographics"]["Sex"], "Female");
    assert_eq!(outcome.events[0].problems, []);
}

#[test]
fn problems_name_places_and_never_values() {
    let pid = "PID|1||^^^GHH^MR~43||Muster^Rita||19791332|Q|||||||||||000000000";
    let (outcome, _) = run(Config::built_in(), &[&header("ADT^A01"), pid, "PV1|1|I", "PV2||||||||202603"]);
    let shown: Vec<String> = outcome.events[0].problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "item-left-out: $.Patient.Identifiers[0].ID from PID-3",
            "assumed: $.Patient.Identifiers[0].IDType",
            "bad-date: $.Patient.Demographics.DOB from PID-7",
            "filler: $.Patient.Demographics.SSN from PID-19",
            "unknown-code: $.Patient.Demographics.Sex from PID-8.1",
            "imprecise-date: $.Visit.VisitDateTime from PV2-8",
        ]
    );
    assert!(outcome.events[0].is_complete());
}

#[test]
fn a_message_without_a_patient_is_mapped_and_reported_as_incomplete() {
    let (outcome, _) = run(Config::built_in(), &[&header("ADT^A01"), "PV1|1|I"]);
    let mapped = &outcome.events[0];
    assert!(!mapped.is_complete());
    assert_eq!(mapped.problems.iter().map(|problem| problem.kind).collect::<Vec<_>>(), [ProblemKind::Required]);
}

#[test]
fn what_is_not_carried_is_listed_leaf_by_leaf() {
    let segments = [&header("ADT^A01"), PID, "PV1|1|I|4W^1|R||||||MED&x|||||||", "ZPV|a^b", "PV1|2"];
    let (_, unmapped) = run(Config::built_in(), &segments);
    assert_eq!(unmapped, ["PID-3.5.1", "PV1-4.1.1", "PV1-10.1.1", "PV1-10.1.2", "ZPV-1.1.1", "ZPV-1.2.1"]);
}

const OWN: &str = r#"
zone = "-05:00"

[events.ADT]
A20 = { none = "not wanted" }
A04 = [{ event = "PatientAdmin.Arrival", when = { at = "PV1-2.1", in = ["E"] } }, { event = "PatientAdmin.Registration" }]

[rules]
"Patient.Notes" = { each = "ZNT-2" }
"Patient.Demographics.Race" = false
"Visit.Extensions.acuity" = { from = "ZPV-7", url = "https://example.com/acuity" }

[rules-for."PatientAdmin.Arrival"]
"Visit.Reason" = false

[senders.clinic]
match = { application = ["CLINIC"] }
zone = "America/Chicago"

[senders.clinic.mrn]
authority = ["GHH"]
id-type = "MRN"

[senders.clinic.values.sex]
"1" = "Female"

[senders.clinic.shapes.identifier]
IDType = [".5"]
"#;

/// Knows one zone.
struct Chicago;

impl hl7_redox::Zones for Chicago {
    fn offset_minutes(&self, zone: &str, local: &hl7v2::Timestamp) -> Option<i16> {
        (zone == "America/Chicago").then(|| if local.month == Some(7) { -300 } else { -360 })
    }
}

#[test]
fn an_operators_file_changes_what_it_names() {
    let config = Config::parse(OWN).expect("a mapping");
    let pid = "PID|1||42^^^GHH^MR||Muster^Rita||||||||||||||||";
    let (outcome, unmapped) = run(
        &config,
        &[
            "MSH|^~\\&|OTHER||||20260301||ADT^A04|7|P|2.5",
            pid,
            "PV1|1|E",
            "PV2|||X",
            "ZNT|1|one",
            "ZNT|1|two",
            "ZPV|||||||high",
        ],
    );
    let event = body(&outcome.events[0]);
    assert_eq!(event["Meta"]["EventType"], "Arrival");
    assert_eq!(event["Visit"].get("Reason"), None);
    // Only the first segment of an id is meant, unless the list is made of segments.
    assert_eq!(event["Patient"]["Notes"], json!(["one"]));
    assert_eq!(
        event["Visit"]["Extensions"],
        json!({"acuity": {"url": "https://example.com/acuity", "string": "high"}})
    );
    assert!(unmapped.contains(&"ZNT[2]-2.1.1".to_owned()), "{unmapped:?}");
}

#[test]
fn a_sender_has_its_own_exceptions() {
    let config = Config::parse(OWN).expect("a mapping");
    let text = "MSH|^~\\&|CLINIC||||20260301||ADT^A01|7|P|2.5\rPID|1||9^^^X^PI~42^^^GHH^ZZ||Muster^Rita|||1\r\
        PV1|1|I||||||||||||||||||||||||||||||||||||||||||202607011200";
    let message = Message::parse(text.as_bytes(), &Options::default()).expect("a message");
    let mapping = config.mapping_for(&message);
    assert_eq!((mapping.name(), mapping.zone()), ("clinic", Some("America/Chicago")));
    let system = System { id: None, name: Some("Destination".into()) };
    let context = Context { zones: &Chicago, destinations: &[system], ..context() };
    let outcome = map(&message, mapping, &context).expect("mapped");
    let event = body(&outcome.events[0]);
    assert_eq!(event["Patient"]["Identifiers"], json!([{"ID": "42", "IDType": "MRN"}, {"ID": "9", "IDType": "PI"}]));
    assert_eq!(event["Patient"]["Demographics"]["Sex"], "Female");
    assert_eq!(event["Visit"]["VisitDateTime"], "2026-07-01T12:00:00-05:00");
    assert_eq!(event["Meta"]["Destinations"], json!([{"Name": "Destination"}]));
}

#[test]
fn results_are_grouped_by_order() {
    let (outcome, _) = run(
        Config::built_in(),
        &[
            &header("ORU^R01"),
            PID,
            "PV1|1|I",
            "ORC|RE|P1|F1",
            "OBR|1|P1|F1|CBC^Blood count^LN|||20260301070000|||||||||1^Lab^Lisa|||||||||F||^^^^^S",
            "NTE|1||of the order",
            "OBX|1|NM|WBC^Leukocytes^LN||4.2|K/uL|4.0-11.0|H|||F|||20260301073000",
            "NTE|1||of the result",
            "NTE|2||and more",
            "OBX|2|CE|RH||P^Positive^L",
            "ORC|RE|P2|F2",
            "OBR|2|P2|F2|TSH^Thyrotropin",
            "OBX|1|SN|TSH||<^0.1",
        ],
    );
    assert_eq!(outcome.events[0].event_type, "New");
    let event = body(&outcome.events[0]);
    let orders = event["Orders"].as_array().expect("a list");
    assert_eq!(orders.len(), 2);
    assert_eq!(orders[0]["Notes"], json!(["of the order"]));
    assert_eq!((&orders[0]["Priority"], &orders[0]["ResultsStatus"]), (&json!("Stat"), &json!("Final")));
    assert_eq!(orders[1]["ID"], "P2");
    assert_eq!(
        orders[0]["Results"][0],
        json!({
            "Code": "WBC", "Codeset": "LOINC", "Description": "Leukocytes", "Value": "4.2", "ValueType": "Numeric",
            "CompletionDateTime": "2026-03-01T07:30:00-06:00", "Units": "K/uL", "Notes": ["of the result", "and more"],
            "AbnormalFlag": "High", "Status": "Final",
            "ReferenceRange": {"High": 11.0, "Low": 4.0, "Text": "4.0-11.0"},
        })
    );
    assert_eq!(
        (&orders[0]["Results"][1]["Value"], &orders[1]["Results"][0]["Value"]),
        (&json!("Positive"), &json!("<0.1"))
    );
}

#[test]
fn a_result_without_a_code_is_not_left_out_but_reported() {
    let (outcome, _) =
        run(Config::built_in(), &[&header("ORU^R01"), PID, "OBR|1|P1", "OBX|1|NM|||4.2", "OBX|2|NM|X||"]);
    let mapped = &outcome.events[0];
    assert!(!mapped.is_complete());
    assert_eq!(mapped.problems[0].to_string(), "required: $.Orders[0].Results[0].Code");
    let results = body(mapped)["Orders"][0]["Results"].clone();
    assert_eq!((&results[0]["Value"], &results[1]["Value"]), (&json!("4.2"), &json!("")));
}

#[test]
fn each_patients_results_are_an_event_of_their_own() {
    let (outcome, _) = run(
        Config::built_in(),
        &[
            &header("ORU^R01"),
            "PID|1||1^^^A",
            "OBR|1|P1",
            "OBX|1|ST|X||a",
            "PID|2||2^^^A",
            "OBR|1||F2",
            "OBX|1|ST|Y||b",
        ],
    );
    let found = outcome.events.iter().map(body).map(|event| {
        let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        [text("/Meta/EventType"), text("/Patient/Identifiers/0/ID"), text("/Orders/0/Results/0/Code")]
    });
    assert_eq!(found.collect::<Vec<_>>(), [["New", "1", "X"], ["NewUnsolicited", "2", "Y"]]);
}

#[test]
fn a_message_of_thousands_of_merges_that_share_thousands_of_segments_is_refused() {
    let text =
        format!("{}\r{}{}", header("ADT^A40"), "NTE|1\r".repeat(2_000), "PID|1||1^^^A\rMRG|2^^^A\r".repeat(1_000));
    let message = Message::parse(text.as_bytes(), &Options::default()).expect("a message");
    let error = map(&message, Config::built_in().general(), &context()).expect_err("too large");
    assert_eq!(error.to_string(), "ADT^A40 is not mapped: it holds 1000 groups that would share 2001 segments");
}

#[test]
fn a_second_patient_is_never_passed_over() {
    let (outcome, _) = run(Config::built_in(), &[&header("ADT^A01"), PID, "PV1|1|I", "PID|2||43^^^GHH^MR"]);
    assert!(!outcome.events[0].is_complete());
    assert_eq!(outcome.events[0].problems[0].to_string(), "several-patients: $.Patient from PID[2]");
}

#[test]
fn results_nobody_ordered_are_unsolicited() {
    let event = only(&[&header("ORU^R01"), PID, "OBR|1||F1|CBC", "OBX|1|ST|X||y"]);
    assert_eq!(event["Meta"]["EventType"], "NewUnsolicited");
    assert_eq!(event["Orders"][0]["ApplicationOrderID"], "F1");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// Whatever stands in the fields: the event is JSON, is of the documented form unless it says that it is not, and no
    /// problem shows what stood there.
    #[test]
    fn any_admission_gives_an_event_that_validates(
        trigger in "A(0[1-8]|1[1-8]|2[1278]|31|40|45|60)",
        segments in proptest::collection::vec(
            ("(PID|PD1|NK1|PV1|PV2|AL1|IAM|DG1|GT1|IN1|IN2|MRG|OBX)",
             proptest::collection::vec("(|SECRET7|20260101|\"\"|Y|[A-Z\\^&~0-9]{1,9}|a\\^SECRET7\\^c\\^d&e\\^f~g)", 1..40)),
            0..12,
        ),
    ) {
        let mut lines = vec![header(&format!("ADT^{trigger}"))];
        lines.extend(segments.iter().map(|(id, fields)| format!("{id}|{}", fields.join("|"))));
        let text = lines.join("\r");
        let message = Message::parse(text.as_bytes(), &Options::default()).expect("a message");
        let mapping = Config::built_in().general();
        let outcome = map(&message, mapping, &context()).expect("a trigger that is mapped");
        for mapped in &outcome.events {
            let report = validate(mapped.body.as_bytes(), Level::Lenient);
            prop_assert!(report.is_valid() || !mapped.is_complete(), "{}: {:#?}", mapped.body, report.problems);
            let shown = format!("{mapped:?}");
            prop_assert!(!shown.contains("SECRET7"), "{}", shown);
        }
        let _ = outcome.unmapped(&message, mapping);
    }
}
