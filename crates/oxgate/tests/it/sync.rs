//! Guarantee G1 seen from outside: the log's sync lies between the writing of an event and the answer to it.
//!
//! A SIGKILL leaves the page cache alone, so killing proves nothing about power loss. What proves it is the order of
//! system calls: on one connection, request after request, each `200` must be preceded by a write to the store's log and,
//! after that write, a sync of the same file.

use crate::child::{BINARY, Stage};
use std::process::Command;

/// What happened, in order, as far as the proof is concerned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Call {
    /// Frames were written to the log.
    Frames,
    /// The log was synced.
    Sync,
    /// A `200` left.
    Answer,
}

/// Reads the trace: calls that are split over two lines count when they return.
fn calls(trace: &str) -> Vec<Call> {
    let mut unfinished = std::collections::HashMap::new();
    let mut calls = Vec::new();
    for line in trace.lines() {
        let thread = line.split_whitespace().next().unwrap_or_default();
        let whole = if let Some(start) = line.find("<unfinished ...>") {
            unfinished.insert(thread.to_owned(), line[..start].to_owned());
            // An answer counts from its beginning, a sync only once it has returned.
            if is_answer(line) { line.to_owned() } else { continue }
        } else if line.contains("resumed>") {
            let Some(start) = unfinished.remove(thread) else { continue };
            if is_answer(&start) {
                continue;
            }
            start + line
        } else {
            line.to_owned()
        };
        let of_log = whole.contains("-wal>");
        if is_answer(&whole) {
            calls.push(Call::Answer);
        } else if of_log && (whole.contains("pwrite64(") || whole.contains("write(")) {
            calls.push(Call::Frames);
        } else if of_log && (whole.contains("fdatasync(") || whole.contains("fsync(")) && whole.contains("= 0") {
            calls.push(Call::Sync);
        }
    }
    calls
}

fn is_answer(line: &str) -> bool {
    line.contains("HTTP/1.1 200 OK")
}

/// How many answers left whose event was written and synced after the answer before.
fn proved(calls: &[Call]) -> Result<usize, String> {
    let (mut written, mut synced, mut answers) = (false, false, 0);
    for call in calls {
        match call {
            Call::Frames => (written, synced) = (true, false),
            Call::Sync => synced = written,
            Call::Answer if written && synced => {
                answers += 1;
                (written, synced) = (false, false);
            }
            Call::Answer => return Err(format!("answer {} left before its event was synced", answers + 1)),
        }
    }
    Ok(answers)
}

/// How many of [`EVENTS`] answers are proved for a gateway that is started by `strace`, with the environment given.
async fn watched(environment: &[(&str, &str)]) -> Result<usize, String> {
    // No handler of the events: nothing but accepts writes to the store while we watch.
    let stage = Stage::set("http://127.0.0.1:9/events").await;
    let config = stage.path().join("oxgate.toml");
    let text = std::fs::read_to_string(&config).expect("a configuration");
    let without_handler = text.split("[[handler]]").next().expect("a beginning");
    std::fs::write(&config, without_handler).expect("written");
    let trace = stage.path().join("trace");
    let mut strace = Command::new("strace");
    strace
        .args(["-f", "-y", "-s", "64", "-e", "trace=fdatasync,fsync,pwrite64,write,writev,sendto", "-o"])
        .arg(&trace)
        .arg(BINARY);
    strace.envs(environment.iter().copied());
    let served = stage.serve_by(strace).await;

    let before = std::fs::read_to_string(&trace).expect("a trace").len();
    let redox = stage.redox_side(&served);
    for number in 0..EVENTS {
        assert_eq!(redox.push(&format!("log-{number}")).await, 200);
    }
    let text = std::fs::read_to_string(&trace).expect("a trace");
    let calls = calls(text.get(before..).expect("the trace only grows"));
    proved(&calls).map_err(|why| format!("{why}: {calls:?}"))
}

const EVENTS: usize = 25;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g1_sync_before_answer() {
    let answers = watched(&[]).await.unwrap_or_else(|why| panic!("{why}"));
    assert!(answers >= EVENTS - 1, "{answers} of {EVENTS} answers were seen");
}

/// The deliberate bugs `g1-skip-sync` and `g1-answer-before-commit` are seen.
#[cfg(feature = "mutations")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mutations_of_g1_are_caught() {
    for mutation in ["g1-skip-sync", "g1-answer-before-commit"] {
        let seen = watched(&[("OXGATE_MUTATION", mutation)]).await;
        assert!(seen.is_err(), "{mutation} was not caught: {seen:?}");
    }
}

/// The proof must be able to fail: the same calls with the sync taken out, or moved behind the answer, are refused.
#[test]
fn g1_the_proof_sees_a_missing_sync() {
    let line = |call: &str| format!("100 {call}\n");
    let frames = line("pwrite64(9</data/store.db-wal>, \"x\", 4096, 0) = 4096");
    let sync = line("fdatasync(9</data/store.db-wal>) = 0");
    let answer = line("writev(12<TCP:[1]>, [{iov_base=\"HTTP/1.1 200 OK\\r\\n\"}], 1) = 17");
    assert_eq!(proved(&calls(&[&*frames, &sync, &answer].concat())), Ok(1));
    assert!(proved(&calls(&[&*frames, &answer].concat())).is_err());
    assert!(proved(&calls(&[&*frames, &answer, &sync].concat())).is_err());
    assert!(proved(&calls(&[&*sync, &frames, &answer].concat())).is_err());
    let begun = "100 fdatasync(9</data/store.db-wal> <unfinished ...>\n".to_owned();
    let ended = "100 <... fdatasync resumed>) = 0\n".to_owned();
    let other = answer.replace("100 ", "101 ");
    assert_eq!(proved(&calls(&[&*frames, &begun, &ended, &other].concat())), Ok(1));
    assert!(proved(&calls(&[&*frames, &begun, &other, &ended].concat())).is_err(), "a sync under way is no sync");
}
