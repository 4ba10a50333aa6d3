//! Envelope and validation against general-purpose tools on the same messages in one run: `cargo bench`, in this folder.
//!
//! Prints ratios, since only they survive a change of machine: how many times as long the general tool takes.
//! - `envelope`: `redox_model::envelope::read` against parsing the body into a `serde_json::Value`.
//! - `from bytes`: `redox_model::validate` at level strict against that parse followed by the `jsonschema` crate.
//! - `reversed`: the same with every object's members in the reverse of the documented order, which ours expects.
//! - `from Value`: as from bytes, with the general tool given the parsed value for nothing. Ours still starts at the bytes.
//! - `listed`: from bytes, with the general tool asked for all its errors, as ours always is; elsewhere it is asked for
//!   yes or no only, which is its fastest answer.
//!
//! Both sides know the same rules: the schemas are `redox_model::schema::export`, and formats are asserted.

#![expect(clippy::disallowed_methods, reason = "a benchmark measures time")]

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use jsonschema::Validator;
use redox_model::{
    catalogue::{self, EventInfo},
    envelope, sample, schema,
    validate::{Level, validate},
};
use serde_json::Value;

/// Rounds of which the fastest counts; the subjects take turns, so that a busy machine slows all of them.
const ROUNDS: usize = 150;

/// Bytes read per subject and round: so few that some rounds pass without another program cutting in.
const VOLUME: usize = 1 << 16;

/// Messages with a row of their own; all the others count in the summary.
const SHOWN: [&str; 8] = [
    "PatientAdmin.Arrival",
    "Order.New",
    "Results.New",
    "Scheduling.New",
    "Notes.New",
    "Flowsheet.New",
    "ClinicalSummary.VisitPush",
    "Claim.Submission",
];

/// The fastest time of one reading of one message, by subject.
struct Times {
    value: Duration,
    envelope: Duration,
    validate: Duration,
    schema_on_bytes: Duration,
    schema_listing: Duration,
    schema_on_value: Duration,
    validate_reversed: Duration,
    schema_on_reversed: Duration,
}

/// How many times as long the general tool takes.
struct Ratios {
    envelope: f64,
    from_bytes: f64,
    reversed: f64,
    listed: f64,
    from_value: f64,
}

impl Times {
    fn ratios(&self) -> Ratios {
        let ratio = |theirs: Duration, ours: Duration| theirs.as_secs_f64() / ours.as_secs_f64();
        Ratios {
            envelope: ratio(self.value, self.envelope),
            from_bytes: ratio(self.schema_on_bytes, self.validate),
            reversed: ratio(self.schema_on_reversed, self.validate_reversed),
            listed: ratio(self.schema_listing, self.validate),
            from_value: ratio(self.schema_on_value, self.validate),
        }
    }
}

fn main() {
    println!(
        "{:<28} {:>7} {:>9} {:>11} {:>10} {:>10} {:>8} {:>8} {:>10}",
        "message", "bytes", "Value us", "validate us", "envelope x", "from bytes", "reversed", "listed", "from Value"
    );
    let mut all = Vec::new();
    for event in catalogue::events() {
        let body = sample::build(event, 1, false).to_string().into_bytes();
        let times = measure(event, &body);
        let ratios = times.ratios();
        if SHOWN.contains(&event.to_string().as_str()) {
            let micros = |time: Duration| time.as_secs_f64() * 1e6;
            println!(
                "{:<28} {:>7} {:>9.1} {:>11.1} {:>10.1} {:>10.1} {:>8.1} {:>8.1} {:>10.1}",
                event.to_string(),
                body.len(),
                micros(times.value),
                micros(times.validate),
                ratios.envelope,
                ratios.from_bytes,
                ratios.reversed,
                ratios.listed,
                ratios.from_value,
            );
        }
        all.push((format!("{event}, {} bytes", body.len()), ratios));
    }
    println!(
        "\n{:<28} {:>7} {:>9} {:>11}  least of",
        format!("all {} event types", all.len()),
        "least",
        "median",
        "most"
    );
    summarise("envelope (aim 5)", &all, |ratios| ratios.envelope);
    summarise("from bytes (aim 3)", &all, |ratios| ratios.from_bytes);
    summarise("reversed (aim 3)", &all, |ratios| ratios.reversed);
    summarise("listed (aim 3)", &all, |ratios| ratios.listed);
    summarise("from Value", &all, |ratios| ratios.from_value);
}

/// Times all subjects on one message, after making sure that both sides think it valid.
fn measure(event: &EventInfo, body: &[u8]) -> Times {
    let value: Value = serde_json::from_slice(body).expect("a sample is JSON");
    let schema = validator(event);
    let refused: Vec<String> = schema.iter_errors(&value).map(|error| error.to_string()).collect();
    assert!(refused.is_empty(), "{event}: not valid by its schema: {refused:?}");
    let reversed_body = reversed(value.clone()).to_string().into_bytes();
    for body in [body, &reversed_body] {
        assert!(validate(body, Level::Strict).is_valid(), "{event}: not valid");
    }
    let from_bytes = |body: &[u8]| {
        let value: Value = serde_json::from_slice(black_box(body)).expect("a sample is JSON");
        black_box(schema.is_valid(&value));
    };
    let subjects: [&dyn Fn(); 8] = [
        &|| drop(black_box(serde_json::from_slice::<Value>(black_box(body)))),
        &|| drop(black_box(envelope::read(black_box(body)))),
        &|| drop(black_box(validate(black_box(body), Level::Strict))),
        &|| from_bytes(body),
        &|| {
            let value: Value = serde_json::from_slice(black_box(body)).expect("a sample is JSON");
            black_box(schema.iter_errors(&value).count());
        },
        &|| {
            black_box(schema.is_valid(black_box(&value)));
        },
        &|| drop(black_box(validate(black_box(&reversed_body), Level::Strict))),
        &|| from_bytes(&reversed_body),
    ];
    let repeats = u32::try_from((VOLUME / body.len()).max(1)).expect("few repeats");
    let mut best = [Duration::MAX; 8];
    for _ in 0..ROUNDS {
        for (subject, best) in subjects.iter().zip(&mut best) {
            let start = Instant::now();
            (0..repeats).for_each(|_| subject());
            *best = start.elapsed().min(*best);
        }
    }
    let [
        value,
        envelope,
        validate,
        schema_on_bytes,
        schema_listing,
        schema_on_value,
        validate_reversed,
        schema_on_reversed,
    ] = best.map(|time| time / repeats);
    Times {
        value,
        envelope,
        validate,
        schema_on_bytes,
        schema_listing,
        schema_on_value,
        validate_reversed,
        schema_on_reversed,
    }
}

/// The same value with the members of every object in reverse.
fn reversed(value: Value) -> Value {
    match value {
        Value::Object(members) => members.into_iter().rev().map(|(name, value)| (name, reversed(value))).collect(),
        Value::Array(items) => items.into_iter().map(reversed).collect(),
        scalar => scalar,
    }
}

fn validator(event: &EventInfo) -> Validator {
    let schema = schema::export(event);
    jsonschema::options().should_validate_formats(true).build(&schema).expect("an exported schema is a schema")
}

fn summarise(what: &str, all: &[(String, Ratios)], of: impl Fn(&Ratios) -> f64) {
    let mut ratios: Vec<(f64, &str)> = all.iter().map(|(name, ratios)| (of(ratios), name.as_str())).collect();
    ratios.sort_by(|left, right| left.0.total_cmp(&right.0));
    let ((least, name), (most, _)) = (ratios[0], ratios[ratios.len() - 1]);
    println!("{what:<28} {least:>7.1} {:>9.1} {most:>11.1}  {name}", ratios[ratios.len() / 2].0);
}
