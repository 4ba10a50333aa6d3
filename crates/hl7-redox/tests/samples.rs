//! The public sample messages: every admission and result becomes events that Redox's documentation allows.

use std::{collections::BTreeMap, fs, path::PathBuf};

use hl7_redox::{Config, Context, FixedZones, NotMapped, map};
use hl7v2::{Message, Options, batch, charset, trigger};
use redox_model::validate::{Level, validate};

fn context() -> Context<'static> {
    Context { event_date_time: "2026-03-01T12:00:00.000Z", source: None, destinations: &[], zones: &FixedZones }
}

/// Every message of the samples, if they are there.
fn messages() -> Vec<(String, Vec<u8>)> {
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/samples"));
    let folder = option_env!("OXGATE_SAMPLES").map_or(beside, PathBuf::from).join("hl7v2");
    let Ok(files) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = files.map(|file| file.expect("readable").path()).collect();
    paths.sort();
    let mut messages = Vec::new();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|extension| extension == "hl7")) {
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        let bytes = charset::normalise(&fs::read(path).expect("readable")).into_owned();
        let file = batch::File::read(&bytes);
        messages.extend(file.messages().map(|(at, message)| (format!("{name} at {at}"), message.to_vec())));
    }
    messages
}

#[test]
fn every_admission_and_result_gives_events_that_validate() {
    let (mut adt, mut oru, mut events, mut valid) = (0, 0, 0, 0);
    let (mut incomplete, mut lacking, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
    let mut refused: BTreeMap<String, usize> = BTreeMap::new();
    for (name, bytes) in messages() {
        let Ok(message) = Message::parse(&bytes, &Options::default()) else { continue };
        let mapping = Config::built_in().mapping_for(&message);
        let outcome = match map(&message, mapping, &context()) {
            Ok(outcome) => outcome,
            Err(error) => {
                *refused.entry(error.to_string()).or_default() += 1;
                continue;
            }
        };
        let is_adt = trigger::of(&message).code == "ADT";
        *(if is_adt { &mut adt } else { &mut oru }) += 1;
        for event in &outcome.events {
            events += 1;
            let report = validate(event.body.as_bytes(), Level::Lenient);
            if is_adt && report.is_valid() {
                valid += 1;
            } else if is_adt {
                lacking.push(name.clone());
            }
            if event.is_complete() && !report.is_valid() {
                wrong.push(format!("{name}: {}.{}: {:#?}", event.data_model, event.event_type, report.problems));
            }
            if !event.is_complete() {
                let missing = event.problems.iter().filter(|problem| problem.kind.is_error());
                incomplete.push(format!("{name}: {}", missing.map(ToString::to_string).collect::<Vec<_>>().join(", ")));
            }
        }
        // What is listed as not carried can be looked up, and is there.
        for unmapped in outcome.unmapped(&message, mapping) {
            let path: hl7v2::Path = unmapped.path.parse().unwrap_or_else(|error| panic!("{}: {error}", unmapped.path));
            assert_eq!(message.get(&path).raw().len(), unmapped.length, "{name}: {}", unmapped.path);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    if events > 0 {
        eprintln!("{adt} ADT ({valid} valid events), {oru} ORU, {events} events in all");
        eprintln!("refused {refused:#?}, incomplete {incomplete:#?}");
        assert!(adt >= 140 && oru >= 14, "{adt} ADT, {oru} ORU");
        // Complete or not: where a message names no patient, for one, the rest is in order.
        assert!(lacking.is_empty(), "{lacking:?}");
    }
}

#[test]
fn what_is_not_mapped_says_so() {
    for (message_type, reason) in [
        ("ORM^O01", "ORM^O01 is not mapped: orders are not mapped"),
        ("SIU^S12", "SIU^S12 is not mapped: schedules are not mapped"),
        ("MDM^T02", "MDM^T02 is not mapped: documents are not mapped"),
        ("ADT^A20", "ADT^A20 is not mapped: bed status concerns no patient"),
        ("ADT^A99", "ADT^A99 is not mapped: the mapping has no row for it"),
        ("VXU^V04", "VXU^V04 is not mapped: the mapping has no row for it"),
        ("ADT", "the message says no type and trigger (MSH-9, EVN-1)"),
        ("", "the message says no type and trigger (MSH-9, EVN-1)"),
    ] {
        let text = format!("MSH|^~\\&|||||||{message_type}\r");
        let message = Message::parse(text.as_bytes(), &Options::default()).expect("a message");
        let error: NotMapped = map(&message, Config::built_in().general(), &context()).expect_err(message_type);
        assert_eq!(error.to_string(), reason);
    }
}

/// Every trigger has a row: an event, or the reason why there is none.
#[test]
fn every_assigned_trigger_is_decided() {
    for event in trigger::ADT.iter().filter(|event| event.name != "Unassigned") {
        let text = format!(
            "MSH|^~\\&|||||||ADT^{}\rPID|1||42^^^GHH^MR\rMRG|41^^^GHH^MR||A1||V1\rPV1|1|I|||||||||||||||||V2\r",
            event.code
        );
        let message = Message::parse(text.as_bytes(), &Options::default()).expect("a message");
        match map(&message, Config::built_in().general(), &context()) {
            Ok(outcome) => {
                for mapped in outcome.events {
                    let report = validate(mapped.body.as_bytes(), Level::Strict);
                    assert!(report.is_valid(), "{}: {:#?}", event.code, report.problems);
                    assert!(mapped.is_complete(), "{}: {:?}", event.code, mapped.problems);
                }
            }
            Err(NotMapped::ByDesign { .. }) => {}
            Err(error) => panic!("{}: {error}", event.code),
        }
    }
}
