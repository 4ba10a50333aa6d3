//! How the readers compare with parsing into a `serde_json::Value`, as ratios within one run: `cargo bench -p redox-model`.
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a benchmark measures time and prints it")]

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use redox_model::{catalogue, envelope, keys, sample, validate, validate::Level};

/// Rounds of which the fastest counts; the subjects take turns, so that a busy machine slows all of them.
const ROUNDS: usize = 15;
/// Bytes read per subject and round.
const VOLUME: usize = 4 << 20;

fn main() {
    println!(
        "{:<32} {:>8} {:>9} {:>10} {:>7} {:>10}",
        "message", "bytes", "Value µs", "envelope ×", "keys ×", "validate ×"
    );
    for name in
        ["PatientAdmin.Arrival", "Order.New", "Results.New", "PatientAdmin.PatientMerge", "ClinicalSummary.VisitPush"]
    {
        let event = catalogue::find_dotted(name).expect("known event");
        let body = sample::build(event, 1, false).to_string().into_bytes();
        let repeats = VOLUME / body.len();
        let mut best = [Duration::MAX; 4];
        for _ in 0..ROUNDS {
            let subjects: [&dyn Fn(); 4] = [
                &|| drop(black_box(serde_json::from_slice::<serde_json::Value>(black_box(&body)))),
                &|| drop(black_box(envelope::read(black_box(&body)))),
                &|| drop(black_box(keys::read(black_box(&body), event.data_model, event.event_type))),
                &|| drop(black_box(validate(black_box(&body), Level::Lenient))),
            ];
            for (subject, best) in subjects.iter().zip(&mut best) {
                let start = Instant::now();
                (0..repeats).for_each(|_| subject());
                *best = start.elapsed().min(*best);
            }
        }
        let [value, envelope, keys, validate] = best.map(|time| time.as_secs_f64());
        let micros = value * 1e6 / f64::from(u32::try_from(repeats).expect("few repeats"));
        println!(
            "{name:<32} {:>8} {micros:>9.1} {:>10.1} {:>7.1} {:>10.1}",
            body.len(),
            value / envelope,
            value / keys,
            value / validate
        );
    }
}
