//! Reading HL7 v2 messages against the published Rust parsers on the same messages in one run:
//! `cargo bench --bench hl7`, in this folder.
//!
//! One subject's time is that of parsing a message and reading [`FIELDS`] out of it, each by the accessors that the library
//! gives for it. What each subject reads is compared with what the message's author wrote down or, for the public samples
//! (in `OXGATE_SAMPLES`, if that names their folder), with what most subjects say; a value that differs is counted.
//! Prints ratios, since only they survive a change of machine.
//!
//! `-- only SUBJECT CASE TIMES` (numbers from 0) reads one message so many times by one subject and measures nothing: for
//! `valgrind --tool=callgrind`, whose count of instructions no other program disturbs. Two counts with different TIMES
//! differ by what the reading costs.

#![expect(clippy::disallowed_methods, reason = "a benchmark measures time")]

use std::{
    collections::HashMap,
    hint::black_box,
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

/// Rounds of which the fastest counts; the subjects take turns, so that a busy machine slows all of them.
const ROUNDS: usize = 60;

/// Bytes read per subject and round: so few that some rounds pass without another program cutting in.
const VOLUME: usize = 1 << 17;

/// Segment, field, component: what an interface reads of nearly every message.
const FIELDS: [(&str, usize, usize); 10] = [
    ("MSH", 3, 1),
    ("MSH", 9, 2),
    ("MSH", 10, 1),
    ("PID", 3, 1),
    ("PID", 3, 4),
    ("PID", 5, 1),
    ("PID", 5, 2),
    ("PID", 7, 1),
    ("PID", 11, 3),
    ("PV1", 19, 1),
];

/// Takes the value of a field by its number; an absent one is never given.
type Take<'t> = dyn FnMut(usize, &str) + 't;

/// Parses a message and reads the fields; false if it cannot be parsed.
type Read = fn(&str, &mut Take<'_>) -> bool;

const SUBJECTS: [(&str, Read); 6] = [
    ("oxgate hl7v2", ours),
    ("hl7-v2 0.1", hl7_v2),
    ("hl7kit 0.2", hl7kit),
    ("hl7-2 0.2", hl7_2),
    ("hl7-parser 0.3", hl7_parser),
    ("rust-hl7 0.5", rust_hl7),
];

fn ours(text: &str, take: &mut Take<'_>) -> bool {
    let Ok(message) = hl7v2::Message::parse(text.as_bytes(), &hl7v2::Options::default()) else { return false };
    for (index, (segment, field, component)) in FIELDS.into_iter().enumerate() {
        if let Some(segment) = message.segment(segment) {
            take(index, &segment.field(field).component(component).text());
        }
    }
    true
}

fn hl7_v2(text: &str, take: &mut Take<'_>) -> bool {
    let Ok(message) = hl7_v2::Hl7Message::parse(text.as_bytes()) else { return false };
    for (index, (segment, field, component)) in FIELDS.into_iter().enumerate() {
        // It counts the fields of MSH from MSH-2.
        let number = if segment == "MSH" { field - 1 } else { field };
        let Some(field) = message.segment(segment).and_then(|segment| segment.field(number)) else { continue };
        if let Some(value) = field.component(component) {
            take(index, value);
        }
    }
    true
}

fn hl7kit(text: &str, take: &mut Take<'_>) -> bool {
    let Ok(message) = hl7kit::Message::parse(text) else { return false };
    for (index, (segment, field, component)) in FIELDS.into_iter().enumerate() {
        let field = message.segment(segment).and_then(|segment| segment.field(field));
        let repetition = field.and_then(|field| field.repetition(1));
        if let Some(component) = repetition.and_then(|repetition| repetition.component(component)) {
            take(index, &component.decoded());
        }
    }
    true
}

fn hl7_2(text: &str, take: &mut Take<'_>) -> bool {
    const PATHS: [&str; 10] = [
        "MSH-3.1", "MSH-9.2", "MSH-10.1", "PID-3.1", "PID-3.4", "PID-5.1", "PID-5.2", "PID-7.1", "PID-11.3", "PV1-19.1",
    ];
    let Ok(message) = hl7_2::parse(text) else { return false };
    for (index, path) in PATHS.into_iter().enumerate() {
        if let Ok(Some(value)) = message.get(path) {
            take(index, &value);
        }
    }
    true
}

fn hl7_parser(text: &str, take: &mut Take<'_>) -> bool {
    let Ok(message) = hl7_parser::Message::parse(text) else { return false };
    for (index, (segment, field, component)) in FIELDS.into_iter().enumerate() {
        let field = message.segment(segment).and_then(|segment| segment.field(field));
        if let Some(component) = field.and_then(|field| field.component(component)) {
            take(index, component.raw_value());
        }
    }
    true
}

fn rust_hl7(text: &str, take: &mut Take<'_>) -> bool {
    const QUERIES: [&str; 10] = [
        "MSH.F3",
        "MSH.F9.C2",
        "MSH.F10",
        "PID.F3.C1",
        "PID.F3.C4",
        "PID.F5.C1",
        "PID.F5.C2",
        "PID.F7",
        "PID.F11.C3",
        "PV1.F19.C1",
    ];
    let Ok(message) = rusthl7::message::Message::try_from(text) else { return false };
    for (index, query) in QUERIES.into_iter().enumerate() {
        take(index, message.query(query));
    }
    true
}

/// A message, with what was written into it where that is known.
struct Case {
    name: String,
    text: String,
    written: Option<[String; 10]>,
}

/// Reads what the arguments name; false if they name nothing.
fn only() -> bool {
    let words: Vec<String> = std::env::args().skip_while(|word| word != "only").collect();
    let [_, subject, case, times, ..] = &words[..] else { return false };
    let number = |word: &String| word.parse::<usize>().expect("a number");
    let (_, subject) = SUBJECTS[number(subject)];
    let text = [admission(0), admission(6), results(40)][number(case)].text.clone();
    for _ in 0..number(times) {
        black_box(subject(black_box(&text), &mut |_, value| {
            black_box(value.len());
        }));
    }
    true
}

fn main() {
    if only() {
        return;
    }
    let mut cases = vec![admission(0), admission(6), results(40)];
    cases.extend(samples());
    let known = |case: &&Case| case.written.is_some();
    let shown = cases.iter().filter(known).map(|case| case.name.len()).max().unwrap_or(0).max(24);
    print!("{:<shown$} {:>6}", "message", "bytes");
    SUBJECTS.iter().for_each(|(name, _)| print!(" {name:>15}"));
    println!("\n{:<shown$} {:>6} {}", "", "", "µs for parsing and reading ten fields; times as long as ours");
    let mut wrong = vec![0_usize; SUBJECTS.len()];
    let mut failed = vec![0_usize; SUBJECTS.len()];
    let mut totals = vec![Duration::ZERO; SUBJECTS.len()];
    let mut compared = 0;
    for case in &cases {
        let read: Vec<Option<[String; 10]>> =
            SUBJECTS.iter().map(|(_, subject)| values(*subject, &case.text)).collect();
        let expected = case.written.clone().unwrap_or_else(|| most(&read));
        compared += FIELDS.len();
        for (index, read) in read.iter().enumerate() {
            match read {
                Some(read) => wrong[index] += read.iter().zip(&expected).filter(|(one, other)| one != other).count(),
                None => failed[index] += 1,
            }
        }
        if read.iter().any(Option::is_none) {
            continue;
        }
        let times = measure(&case.text);
        totals.iter_mut().zip(&times).for_each(|(total, time)| *total += *time);
        if case.written.is_some() {
            row(&case.name, case.text.len(), shown, &times);
        }
    }
    row(&format!("all {} messages", cases.len()), cases.iter().map(|case| case.text.len()).sum(), shown, &totals);
    print!("{:<shown$} {compared:>6}", "values that differ, of");
    wrong.iter().for_each(|count| print!(" {count:>15}"));
    print!("\n{:<shown$} {:>6}", "messages not read, of", cases.len());
    failed.iter().for_each(|count| print!(" {count:>15}"));
    let fastest = totals[1..].iter().min().expect("there are peers");
    let ratio = fastest.as_secs_f64() / totals[0].as_secs_f64();
    println!("\n\nagainst the fastest peer over all messages: {ratio:.1} times as fast (aim 2)");
    assert_eq!((wrong[0], failed[0]), (0, 0), "ours reads something else");
}

fn row(name: &str, bytes: usize, shown: usize, times: &[Duration]) {
    print!("{name:<shown$} {bytes:>6}");
    for time in times {
        let ratio = time.as_secs_f64() / times[0].as_secs_f64();
        print!(" {:>9.2} {ratio:>4.1}x", time.as_secs_f64() * 1e6);
    }
    println!();
}

/// The ten values, absent ones empty; `None` if the message is not parsed, or the library panics.
fn values(read: Read, text: &str) -> Option<[String; 10]> {
    let mut values = <[String; 10]>::default();
    let read = catch_unwind(AssertUnwindSafe(|| read(text, &mut |index, value| value.clone_into(&mut values[index]))));
    read.unwrap_or(false).then_some(values)
}

/// What most say, value by value.
fn most(read: &[Option<[String; 10]>]) -> [String; 10] {
    std::array::from_fn(|index| {
        let mut votes: HashMap<&str, usize> = HashMap::new();
        for values in read.iter().flatten() {
            *votes.entry(&values[index]).or_default() += 1;
        }
        // Ours is asked first, so it breaks a tie.
        let first = read.iter().flatten().next().map_or("", |values| &values[index]);
        let best = votes.into_iter().max_by_key(|(value, count)| (*count, *value == first));
        best.map_or(String::new(), |(value, _)| value.to_owned())
    })
}

fn measure(text: &str) -> Vec<Duration> {
    let repeats = u32::try_from((VOLUME / text.len()).max(1)).expect("few repeats");
    let mut best = vec![Duration::MAX; SUBJECTS.len()];
    for _ in 0..ROUNDS {
        for ((_, subject), best) in SUBJECTS.iter().zip(&mut best) {
            let start = Instant::now();
            for _ in 0..repeats {
                black_box(subject(black_box(text), &mut |_, value| {
                    black_box(value.len());
                }));
            }
            *best = start.elapsed().min(*best);
        }
    }
    best.into_iter().map(|time| time / repeats).collect()
}

/// An admission of an invented patient, with so many insurances and contacts.
fn admission(more: usize) -> Case {
    let mut text = "MSH|^~\\&|ADT1|GHH|GW|OX|20260301120000-0600||ADT^A01^ADT_A01|CTL-17|P|2.5.1\rEVN|A01|20260301120000\r\
        PID|1||0007^^^GHH^MR~8812^^^STATE^PI||Specimen^Anna^Q||19790131|F|||1 Main St^Apt 2^Springfield^IL^62701^USA^H||\
        ^PRN^PH^^^217^5550101|^WPN^PH^^^217^5550102|en|M|||123-45-6789\r\
        PV1|1|I|4W^12^A^GHH|R|||1001^Muster^Rita^^^^MD|1002^Beispiel^Bo^^^^MD||MED|||||||1001^Muster^Rita^^^^MD|INP|V-100233\r"
        .to_owned();
    for number in 1..=more {
        text.push_str(&format!(
            "NK1|{number}|Specimen^Otto|SPO|1 Main St^^Springfield^IL^62701|^PRN^PH^^^217^5550103\r\
             IN1|{number}|PLAN{number}^Deductible Plan|C{number}|Invented Health Company|PO Box 1^^Town^IL^62701||2175550104|\
             847025-024-000{number}||||20150101|20301231|||Specimen^Otto|SPO|19760505|1 Main St^^Springfield^IL^62701\r"
        ));
    }
    let written = ["ADT1", "A01", "CTL-17", "0007", "GHH", "Specimen", "Anna", "19790131", "Springfield", "V-100233"];
    Case { name: format!("ADT^A01, {more} insurances"), text, written: Some(written.map(str::to_owned)) }
}

/// A laboratory's report with so many results.
fn results(lines: usize) -> Case {
    let mut text = "MSH|^~\\&|LAB|GHH|GW|OX|20260301120000||ORU^R01^ORU_R01|R-9|P|2.5.1\r\
        PID|1||0007^^^GHH^MR||Specimen^Anna||19790131|F|||1 Main St^^Springfield^IL\r\
        PV1|1|I|||||||||||||||||V-100233\rORC|RE|P1|F1\rOBR|1|P1|F1|CBC^Blood count^LN|||20260301110000\r"
        .to_owned();
    for number in 1..=lines {
        text.push_str(&format!(
            "OBX|{number}|NM|{number}-1^Analyte number {number}^LN||4.{number}|10*3/uL|4.0-11.0|N|||F|||20260301113000\r"
        ));
    }
    let written = ["LAB", "R01", "R-9", "0007", "GHH", "Specimen", "Anna", "19790131", "Springfield", "V-100233"];
    Case { name: format!("ORU^R01, {lines} results"), text, written: Some(written.map(str::to_owned)) }
}

/// The public samples in the form that the standard wants, which is the only one that all subjects read: UTF-8, CR, one
/// message each; those without a patient and a visit are left out, since one of the subjects panics at them.
fn samples() -> Vec<Case> {
    let Some(folder) = std::env::var_os("OXGATE_SAMPLES") else { return Vec::new() };
    let mut paths: Vec<_> = std::fs::read_dir(std::path::Path::new(&folder).join("hl7v2"))
        .expect("a folder of samples")
        .map(|entry| entry.expect("a readable entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "hl7"))
        .collect();
    paths.sort();
    let mut cases = Vec::new();
    for path in paths {
        let bytes = std::fs::read(&path).expect("a readable sample");
        let Ok(message) = hl7v2::Message::parse(&bytes, &hl7v2::Options::default()) else { continue };
        let is_whole = ["PID", "PV1"].iter().all(|id| message.segment(id).is_some());
        let Some(text) = String::from_utf8(message.to_canonical()).ok().filter(|_| is_whole) else { continue };
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        cases.push(Case { name, text, written: None });
    }
    cases
}
