//! The guard goes red for every kind of place, and stays green for what may be there.

use oxgate_marked::{Folder, Guard, look, look_into_folder, patient};
use std::sync::Mutex;

/// What was seen belongs to the process, and so do these tests, one at a time.
static ALONE: Mutex<()> = Mutex::new(());

/// What the guard says at the end of a test that does this.
fn at_the_end_of(test: impl FnOnce() + std::panic::UnwindSafe) -> Result<(), String> {
    let _alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    std::panic::catch_unwind(|| {
        let _guard = Guard::new();
        test();
    })
    .map_err(|panic| panic.downcast_ref::<String>().cloned().unwrap_or_default())
}

#[test]
fn g8_a_log_line_with_a_mark_fails_the_test() {
    for mark in patient::marks() {
        let said = at_the_end_of(|| tracing::trace!(patient = mark, "a slip of the pen")).expect_err("red");
        assert!(said.contains(mark) && said.contains("the log"), "{said}");
    }
    assert_eq!(at_the_end_of(|| tracing::error!(event.id = "evt_1", "nothing to see")), Ok(()));
}

#[test]
fn g8_what_a_harness_looks_at_fails_the_test() {
    let said = at_the_end_of(|| look("the metrics", format!("lanes{{label=\"{}\"}} 1", patient::VISIT)));
    assert!(said.expect_err("red").contains("VISIT-2718"));
    assert_eq!(at_the_end_of(|| look("the metrics", "lanes{label=\"model=Order\"} 1")), Ok(()));
}

#[test]
fn g8_files_are_searched_and_their_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let below = folder.path().join("below");
    std::fs::create_dir(&below).expect("made");
    std::fs::write(below.join("audit"), b"\x00\xff released for Marzibando\x00").expect("written");
    let everything = || look_into_folder(folder.path(), &|_| true);
    assert!(at_the_end_of(everything).expect_err("red").contains("below/audit"));
    let no_file = || look_into_folder(folder.path(), &|_| false);
    assert_eq!(at_the_end_of(no_file), Ok(()), "a payload's file is not searched");
    std::fs::write(below.join(format!("{}.json", patient::MRN)), b"").expect("written");
    assert!(at_the_end_of(no_file).expect_err("red").contains("the name of a file"));
}

#[test]
fn g8_a_folder_is_searched_as_it_goes() {
    let with = |name: &'static str, text: &'static str| {
        at_the_end_of(move || {
            let folder = Folder::new();
            std::fs::write(folder.path().join(name), text).expect("written");
        })
    };
    assert!(with("oxgate.db-wal", "audit: released for Marzibando").is_err());
    assert!(with("VISIT-2718.json", "").is_err());
    assert_eq!(with("oxgate.db", "audit: released"), Ok(()));
    assert_eq!(with("archive.ndjson", patient::MEMBERS), Ok(()), "a handler's file holds payloads");
}

#[test]
fn messages_are_made_of_marks() {
    for value in [patient::FAMILY, patient::GIVEN, patient::MRN, patient::BORN, patient::VISIT, patient::STREET] {
        assert!(patient::MEMBERS.contains(value), "{value}");
    }
    for value in [patient::FAMILY, patient::GIVEN, "MRN-4711-2", patient::BORN_HL7, patient::VISIT, patient::STREET] {
        assert!(patient::segments("MRN-4711-2").contains(value), "{value}");
    }
    assert!(patient::MRN.starts_with(patient::MRNS));
}
