//! The validator: any bytes are judged, the levels agree with each other, and every place that is named exists.

#![no_main]

use libfuzzer_sys::fuzz_target;
use oxgate_fuzz::{Json, judge};
use redox_model::validate::{Level, MAX_PROBLEMS, Report, Requirement, Rule, validate, with_requirements};
use std::sync::LazyLock;

static REQUIREMENTS: LazyLock<Vec<Requirement>> = LazyLock::new(|| {
    let paths = ["Visit.VisitNumber", "Orders[].ID", "Patient.Identifiers[].IDType"];
    paths.map(|path| Requirement::parse(path).expect("a path")).to_vec()
});

fuzz_target!(|body: &[u8]| {
    let [strict, lenient, off] = [Level::Strict, Level::Lenient, Level::Off].map(|level| validate(body, level));
    let json = judge(body);
    for report in [&strict, &lenient, &off] {
        check(body, report);
        let deep = report.problems.iter().any(|problem| problem.rule == Rule::JsonDepth);
        let broken = report.problems.iter().any(|problem| problem.rule == Rule::JsonSyntax);
        if json != Json::OutOfItsRange && !deep {
            assert_eq!(broken, json == Json::No);
        }
    }
    // Who keeps to the letter keeps to the rest.
    assert!(!strict.is_valid() || lenient.is_valid(), "strict takes what lenient refuses");
    assert!(!lenient.is_valid() || off.is_valid(), "lenient takes what off refuses");
    let required = with_requirements(body, Level::Lenient, &REQUIREMENTS);
    check(body, &required);
    assert!(!required.is_valid() || lenient.is_valid(), "a requirement makes a message valid");
});

fn check(body: &[u8], report: &Report) {
    assert!(report.problems.len() <= MAX_PROBLEMS);
    for problem in &report.problems {
        assert!(problem.span.start <= problem.span.end && problem.span.end <= body.len());
        assert!(problem.line >= 1 && problem.column >= 1);
        assert_eq!(problem.excerpt(body).len(), problem.span.len());
        assert!(problem.path.starts_with('$'));
    }
}
