//! A message in the form of Redox's own HL7 v2 output gives the event that Redox's documentation shows for the same
//! patient, field by field.
//!
//! The message follows the conventions of a published message that Redox wrote for its demo patient; the event is the
//! documented sample `PatientAdmin.Registration` of March 2023.

use hl7_redox::{Config, Context, FixedZones, map};
use hl7v2::{Message, Options};
use redox_model::validate::{Level, validate};
use serde_json::Value;

const MESSAGE: &[u8] = include_bytes!("redox_output.hl7");

/// Members and what the documented sample has in them.
const DOCUMENTED: &[(&str, &str)] = &[
    ("/Meta/DataModel", "PatientAdmin"),
    ("/Meta/EventType", "Registration"),
    ("/Meta/Test", "true"),
    ("/Patient/Identifiers/0/ID", "0000000001"),
    ("/Patient/Identifiers/0/IDType", "MR"),
    ("/Patient/Identifiers/1/ID", "e167267c-16c9-4fe3-96ae-9cff5703e90a"),
    ("/Patient/Identifiers/1/IDType", "EHRID"),
    ("/Patient/Identifiers/2/ID", "a1d4ee8aba494ca"),
    ("/Patient/Identifiers/2/IDType", "NIST"),
    ("/Patient/Demographics/FirstName", "Timothy"),
    ("/Patient/Demographics/MiddleName", "Paul"),
    ("/Patient/Demographics/LastName", "Bixby"),
    ("/Patient/Demographics/DOB", "2008-01-06"),
    ("/Patient/Demographics/SSN", "101-01-0001"),
    ("/Patient/Demographics/Sex", "Male"),
    ("/Patient/Demographics/MaritalStatus", "Single"),
    ("/Patient/Demographics/PhoneNumber/Home", "+18088675301"),
    ("/Patient/Demographics/Address/StreetAddress", "4762 Hickory Street"),
    ("/Patient/Demographics/Address/City", "Monroe"),
    ("/Patient/Demographics/Address/State", "WI"),
    ("/Patient/Demographics/Address/ZIP", "53566"),
    ("/Patient/Demographics/Address/County", "Green"),
    ("/Patient/Demographics/Address/Country", "US"),
    ("/Patient/Contacts/0/FirstName", "Barbara"),
    ("/Patient/Contacts/0/LastName", "Bixby"),
    ("/Patient/Contacts/0/Address/County", "Green"),
    ("/Patient/Contacts/0/PhoneNumber/Mobile", "+19189368865"),
    ("/Patient/Contacts/0/RelationToPatient", "Mother"),
    ("/Patient/Contacts/0/Roles/0", "Emergency Contact"),
    ("/Patient/Diagnoses/0/Code", "R07.0"),
    ("/Patient/Diagnoses/0/Codeset", "ICD-10"),
    ("/Patient/Diagnoses/0/Name", "Pain in throat"),
    ("/Patient/Allergies/0/Code", "7982"),
    ("/Patient/Allergies/0/Codeset", "RxNorm"),
    ("/Patient/Allergies/0/Name", "Penicillin"),
    ("/Patient/PCP/NPI", "4356789876"),
    ("/Patient/PCP/ID", "4356789876"),
    ("/Patient/PCP/IDType", "NPI"),
    ("/Patient/PCP/FirstName", "Pat"),
    ("/Patient/PCP/LastName", "Granite"),
    ("/Patient/PCP/Credentials/0", "MD"),
    ("/Visit/VisitNumber", "1234"),
    ("/Visit/PatientClass", "Inpatient"),
    ("/Visit/VisitDateTime", "2023-02-27T22:09:04.614Z"),
    ("/Visit/Reason", "Check up"),
    ("/Visit/AttendingProvider/ID", "4356789876"),
    ("/Visit/AttendingProvider/IDType", "NPI"),
    ("/Visit/AttendingProvider/FirstName", "Pat"),
    ("/Visit/AttendingProvider/LastName", "Granite"),
    ("/Visit/AttendingProvider/Credentials/0", "MD"),
    ("/Visit/Location/Type", "Inpatient"),
    ("/Visit/Location/Facility", "RES General Hospital"),
    ("/Visit/Location/Department", "3N"),
    ("/Visit/Location/Room", "136"),
    ("/Visit/Location/Bed", "B"),
    ("/Visit/Guarantor/Number", "10001910"),
    ("/Visit/Guarantor/FirstName", "Kent"),
    ("/Visit/Guarantor/LastName", "Bixby"),
    ("/Visit/Guarantor/Spouse/FirstName", "Barbara"),
    ("/Visit/Guarantor/Spouse/LastName", "Bixby"),
    ("/Visit/Guarantor/Address/County", "Green"),
    ("/Visit/Guarantor/Address/Country", "USA"),
    ("/Visit/Guarantor/RelationToPatient", "Father"),
    ("/Visit/Guarantor/Employer/Name", "Accelerator Labs"),
    ("/Visit/Guarantor/Employer/Address/StreetAddress", "1456 Old Sauk Road"),
    ("/Visit/Guarantor/Employer/Address/ZIP", "53719"),
    ("/Visit/Guarantor/Employer/PhoneNumber", "+18083451121"),
    ("/Visit/Insurances/0/Plan/ID", "31572"),
    ("/Visit/Insurances/0/Plan/IDType", "Payor ID"),
    ("/Visit/Insurances/0/Plan/Name", "HMO Deductible Plan"),
    ("/Visit/Insurances/0/Company/ID", "60054"),
    ("/Visit/Insurances/0/Company/Name", "aetna (60054 0131)"),
    ("/Visit/Insurances/0/Company/Address/StreetAddress", "PO Box 14080"),
    ("/Visit/Insurances/0/Company/Address/ZIP", "40512-4079"),
    ("/Visit/Insurances/0/Company/Address/County", "Fayette"),
    ("/Visit/Insurances/0/Company/PhoneNumber", "+18089541123"),
    ("/Visit/Insurances/0/GroupNumber", "847025-024-0009"),
    ("/Visit/Insurances/0/GroupName", "Accelerator Labs"),
    ("/Visit/Insurances/0/EffectiveDate", "2015-01-01"),
    ("/Visit/Insurances/0/ExpirationDate", "2020-12-31"),
    ("/Visit/Insurances/0/PolicyNumber", "9140860055"),
];

fn text(event: &Value, pointer: &str) -> Option<String> {
    let value = event.pointer(pointer)?;
    Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

#[test]
fn the_message_maps_to_the_documented_event() {
    let message = Message::parse(MESSAGE, &Options::default()).expect("a message");
    let mapping = Config::built_in().mapping_for(&message);
    assert_eq!(mapping.name(), "redox-output");
    let context =
        Context { event_date_time: "2023-02-27T22:09:03.585Z", source: None, destinations: &[], zones: &FixedZones };
    let outcome = map(&message, mapping, &context).expect("a registration");
    let [mapped] = &outcome.events[..] else { panic!("{} events", outcome.events.len()) };
    assert_eq!(mapped.problems, []);
    let report = validate(mapped.body.as_bytes(), Level::Lenient);
    assert!(report.is_valid(), "{:#?}", report.problems);

    let event: Value = serde_json::from_str(&mapped.body).expect("JSON");
    let differing: Vec<_> = DOCUMENTED
        .iter()
        .filter_map(|(pointer, expected)| {
            let found = text(&event, pointer);
            (found.as_deref() != Some(*expected)).then(|| format!("{pointer}: {expected}, found {found:?}"))
        })
        .collect();
    assert!(differing.is_empty(), "{}", differing.join("\n"));
    // Redox's output repeats the visit number as account number.
    assert_eq!(text(&event, "/Visit/AccountNumber").as_deref(), Some("1234"));
    let unmapped: Vec<_> = outcome.unmapped(&message, mapping).into_iter().map(|unmapped| unmapped.path).collect();
    assert_eq!(unmapped, Vec::<String>::new());
}

#[test]
fn the_table_is_what_the_documented_sample_says() {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/samples");
    let folder = std::path::PathBuf::from(option_env!("OXGATE_SAMPLES").unwrap_or(beside));
    let Ok(sample) = std::fs::read(folder.join("redox/pyredox-2023__patientadmin_registration.json")) else { return };
    let sample: Value = serde_json::from_slice(&sample).expect("JSON");
    for (pointer, expected) in DOCUMENTED {
        assert_eq!(text(&sample, pointer).as_deref(), Some(*expected), "{pointer}");
    }
}
