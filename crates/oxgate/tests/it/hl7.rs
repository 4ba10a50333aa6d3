//! `oxgate hl7`: each command on invented messages, and what it says about a broken one.

use crate::child::{BINARY, json, run, said};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const ARRIVAL: &str = "MSH|^~\\&|ADT1|GHH|GW|RDX|20260301080000||ADT^A01^ADT_A01|CTL-1|P|2.5.1\r\
    EVN|A01|20260301075500\rPID|1||42^^^GHH^MR~77^^^X^PI||Specimen^Anna||19800115|F\r\
    PV1|1|I|W1^R2^B3||||||||||||||||V-9|||||||||||||||||||||||||20260115103000\r";

fn lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("one document a line")).collect()
}

fn write(folder: &Path, name: &str, text: impl AsRef<[u8]>) {
    std::fs::write(folder.join(name), text).expect("written");
}

#[test]
fn parse_and_get_read_files_folders_batches_and_stdin() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("in")).expect("a folder");
    let second = ARRIVAL.replace("CTL-1", "CTL-2").replace("42^", "43^");
    write(folder.path(), "in/b.hl7", ARRIVAL);
    write(folder.path(), "in/a.hl7", format!("BHS|^~\\&\r\n{ARRIVAL}{second}BTS|3\r"));

    let (code, text) = said(&run(folder.path(), &["hl7", "parse", "in/b.hl7"]));
    assert_eq!(code, 0, "{text}");
    assert!(text.starts_with("in/b.hl7:1: message 1: ADT^A01, "), "{text}");
    assert!(text.contains("\n  PID-5.1          Specimen\n"), "{text}");

    let parsed = run(folder.path(), &["hl7", "parse", "in", "--format", "json"]);
    assert_eq!(said(&parsed).0, 0, "{}", said(&parsed).1);
    let places: Vec<_> = lines(&parsed).iter().map(|line| format!("{}:{}", line["file"], line["line"])).collect();
    assert_eq!(places, [r#""in/a.hl7":2"#, r#""in/a.hl7":6"#, r#""in/b.hl7":1"#]);
    assert_eq!(lines(&parsed)[1]["hl7"]["segments"][2]["fields"]["3"][0]["1"], "43");
    let warned = String::from_utf8_lossy(&parsed.stderr);
    assert!(warned.contains("in/a.hl7:10:1: warning: the trailer counts 3, found 2"), "{warned}");

    let (code, text) = said(&run(folder.path(), &["hl7", "get", "PID-3(type=MR).1", "in/b.hl7"]));
    assert_eq!((code, text.as_str()), (0, "42\n"));
    let several = run(folder.path(), &["hl7", "get", "pid-3.1", "in/a.hl7"]);
    assert_eq!(String::from_utf8_lossy(&several.stdout), "in/a.hl7:2: 42\nin/a.hl7:6: 43\n");
    let all = json(&run(folder.path(), &["hl7", "get", "PID-3[*].1", "in/b.hl7", "--format", "json"]));
    assert_eq!(
        all["values"],
        serde_json::json!([{"at": "PID-3.1", "value": "42"}, {"at": "PID-3[2].1", "value": "77"}])
    );
    assert_eq!(said(&run(folder.path(), &["hl7", "get", "PID", "in/b.hl7"])).0, 2);

    let piped = std::fs::File::open(folder.path().join("in/b.hl7")).expect("a file");
    let piped = Command::new(BINARY).args(["hl7", "get", "MSH-10", "-"]).stdin(Stdio::from(piped)).output();
    assert_eq!(said(&piped.expect("the program runs")), (0, "CTL-1\n".to_owned()));
}

#[test]
fn to_redox_prints_events_that_validate_takes() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "a01.hl7", ARRIVAL);
    write(folder.path(), "own.toml", "zone = \"-06:00\"\n");
    write(folder.path(), "wrong.toml", "zoen = \"-06:00\"\n");
    let made = run(folder.path(), &["hl7", "to-redox", "a01.hl7", "--mapping", "own.toml", "--unmapped"]);
    assert_eq!(said(&made).0, 0, "{}", said(&made).1);
    assert_eq!(json(&made)["Patient"]["Identifiers"][0]["ID"], "42");
    let beside = String::from_utf8_lossy(&made.stderr);
    assert!(beside.contains("a01.hl7:1: message 1: unmapped: "), "{beside}");
    assert!(!beside.contains("Specimen"), "{beside}");
    write(folder.path(), "event.json", &made.stdout);
    let (code, text) = said(&run(folder.path(), &["validate", "event.json"]));
    assert_eq!(code, 0, "{text}");
    let (code, text) = said(&run(folder.path(), &["hl7", "to-redox", "a01.hl7", "--mapping", "wrong.toml"]));
    assert!(code == 3 && text.contains("wrong.toml: "), "{text}");
}

#[test]
fn ack_answers_with_the_code_the_sender_asks_for() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "a01.hl7", ARRIVAL);
    write(folder.path(), "enhanced.hl7", ARRIVAL.replace("|P|2.5.1", "|P|2.5.1|||AL|NE"));
    let answer = run(folder.path(), &["hl7", "ack", "a01.hl7"]);
    let text = String::from_utf8(answer.stdout).expect("UTF-8");
    assert!(text.starts_with("MSH|^~\\&|GW|RDX|ADT1|GHH|") && text.ends_with("\rMSA|AA|CTL-1\r"), "{text:?}");
    let document = json(&run(folder.path(), &["hl7", "ack", "enhanced.hl7", "--code", "ae", "--format", "json"]));
    assert_eq!(document["code"], "CE");
    assert_eq!(said(&run(folder.path(), &["hl7", "ack", "a01.hl7", "--code", "OK"])).0, 2);
}

#[test]
fn what_cannot_be_used_exits_with_3_and_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "batch.hl7", format!("{ARRIVAL}MSH|^^\r{ARRIVAL}"));
    write(folder.path(), "note.txt", "nothing of the kind\n");
    write(folder.path(), "vaccine.hl7", ARRIVAL.replace("ADT^A01^ADT_A01", "VXU^V04"));
    write(folder.path(), "nobody.hl7", "MSH|^~\\&|ADT1|GHH|||20260301||ADT^A01|1|P|2.5\rEVN|A01\rPID|1\r");
    for command in [&["parse"][..], &["get", "PID-3"], &["to-redox"], &["ack"]] {
        let output = run(folder.path(), &[&["hl7"], command, &["batch.hl7"]].concat());
        let (code, text) = said(&output);
        assert_eq!(code, 3, "{command:?}: {text}");
        assert!(text.contains("batch.hl7:5:6: message 2: byte 5 cannot be a separator"), "{command:?}: {text}");
        assert!(text.contains("1 of 3 messages are invalid"), "{command:?}: {text}");
    }
    let records = lines(&run(folder.path(), &["hl7", "parse", "batch.hl7", "--format", "json"]));
    assert_eq!(records.len(), 3);
    assert_eq!((&records[1]["error"]["line"], &records[1]["error"]["column"]), (&5.into(), &6.into()));

    let (code, text) = said(&run(folder.path(), &["hl7", "parse", "note.txt"]));
    assert!(code == 3 && text.contains("note.txt:1:1: message 1: no message"), "{text}");
    let (code, text) = said(&run(folder.path(), &["hl7", "to-redox", "vaccine.hl7"]));
    assert!(code == 3 && text.contains("vaccine.hl7:1:1: message 1: VXU^V04 is not mapped"), "{text}");
    let incomplete = run(folder.path(), &["hl7", "to-redox", "nobody.hl7"]);
    let (code, text) = said(&incomplete);
    assert!(
        code == 3 && text.contains("nobody.hl7:1:1: message 1: PatientAdmin.") && text.contains("incomplete"),
        "{text}"
    );
    assert!(incomplete.stdout.is_empty(), "{text}");
    assert_eq!(said(&run(folder.path(), &["hl7", "parse", "absent.hl7"])).0, 1);
}
