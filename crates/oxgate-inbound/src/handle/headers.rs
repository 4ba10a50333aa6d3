//! Our headers beside Redox's bytes: what the gateway knows about an event that its body does not say.

use http::{HeaderMap, HeaderName, HeaderValue};
use oxgate_core::{EventId, Flags};
use oxgate_dispatch::Job;
use std::fmt::Write as _;

const DELIVERY: HeaderName = HeaderName::from_static("oxgate-delivery");
const ATTEMPT: HeaderName = HeaderName::from_static("oxgate-attempt");
const ENDPOINT: HeaderName = HeaderName::from_static("oxgate-endpoint");
const ANSWERS: HeaderName = HeaderName::from_static("oxgate-answers");
const CORRELATION: HeaderName = HeaderName::from_static("oxgate-correlation");
const CORRELATION_ENCODING: HeaderName = HeaderName::from_static("oxgate-correlation-encoding");
const OUT_OF_ORDER: HeaderName = HeaderName::from_static("oxgate-out-of-order");
const CONFLICT_WITH: HeaderName = HeaderName::from_static("oxgate-conflict-with");

/// Flags that a handler is told, each as `true`.
const TOLD: [(Flags, HeaderName); 3] = [
    (Flags::TEST, HeaderName::from_static("oxgate-test")),
    (Flags::UNREADABLE, HeaderName::from_static("oxgate-unreadable")),
    (Flags::SUSPECTED_DUPLICATE, HeaderName::from_static("oxgate-suspected-duplicate")),
];

/// The longest correlation value that is sent as a header, in bytes once encoded; common servers take 8 KiB for all
/// headers together.
const CORRELATION_BYTES_MAX: usize = 2 * 1024;

/// The questions that an event answers, with what the application gave to recognise them by.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Answers {
    /// The questions.
    pub questions: Vec<EventId>,
    /// Without repeats, in the order of the questions.
    pub correlations: Vec<String>,
}

/// Delivery and attempt: what every delivery says about itself.
pub(super) fn of_delivery(job: &Job) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(DELIVERY, shown(&job.delivery));
    headers.insert(ATTEMPT, job.attempt_no.into());
    headers
}

/// Everything that the gateway knows about an inbound event.
pub(super) fn of_event(job: &Job, answers: &Answers) -> HeaderMap {
    let mut headers = of_delivery(job);
    if let Ok(endpoint) = HeaderValue::from_str(&job.event.door) {
        headers.insert(ENDPOINT, endpoint);
    }
    if !answers.questions.is_empty() {
        let ids: Vec<String> = answers.questions.iter().map(EventId::to_string).collect();
        headers.insert(ANSWERS, shown(&ids.join(",")));
    }
    correlate(&mut headers, &answers.correlations);
    if job.out_of_order {
        headers.insert(OUT_OF_ORDER, HeaderValue::from_static("true"));
    }
    if let Some(first) = job.event.parent.filter(|_| job.event.flags.has(Flags::CONFLICT)) {
        headers.insert(CONFLICT_WITH, shown(&first));
    }
    for (flag, name) in TOLD {
        if job.event.flags.has(flag) {
            headers.insert(name, HeaderValue::from_static("true"));
        }
    }
    headers
}

/// One header line for each value. Values that a header cannot carry are percent-encoded, all or none of them, and
/// `Oxgate-Correlation-Encoding: percent` says so; a value that is too long even for that is left out.
fn correlate(headers: &mut HeaderMap, values: &[String]) {
    let as_they_are = values.iter().all(|value| is_legal(value));
    for value in values {
        let text = if as_they_are { value.clone() } else { percent_encoded(value) };
        if let Ok(value) = HeaderValue::from_str(&text)
            && text.len() <= CORRELATION_BYTES_MAX
        {
            headers.append(CORRELATION, value);
        }
    }
    if !as_they_are {
        headers.insert(CORRELATION_ENCODING, HeaderValue::from_static("percent"));
    }
}

/// Visible ASCII with spaces inside only: what every server hands on unchanged (RFC 9110 §5.5).
fn is_legal(value: &str) -> bool {
    value.trim() == value && value.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())
}

/// Percent-encoding of every byte outside RFC 3986's unreserved characters.
fn percent_encoded(value: &str) -> String {
    let mut out = String::with_capacity(value.len() * 3);
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("writing to a string does not fail");
        }
    }
    out
}

fn shown(id: &impl ToString) -> HeaderValue {
    HeaderValue::from_str(&id.to_string()).expect("identifiers are base 32 with a prefix")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn correlations(values: &[&str]) -> Vec<String> {
        let mut headers = HeaderMap::new();
        correlate(&mut headers, &values.iter().map(|&value| value.to_owned()).collect::<Vec<_>>());
        let encoding = headers.get(CORRELATION_ENCODING).map(|value| value.to_str().expect("ASCII").to_owned());
        let values = headers.get_all(CORRELATION).iter().map(|value| value.to_str().expect("ASCII").to_owned());
        encoding.into_iter().chain(values).collect()
    }

    #[test]
    fn legal_values_stand_as_they_are() {
        assert_eq!(correlations(&["task 42, {\"a\": 1}"]), ["task 42, {\"a\": 1}"]);
        assert_eq!(correlations(&["100%41", "b"]), ["100%41", "b"]);
        assert_eq!(correlations(&[]), [] as [&str; 0]);
    }

    #[test]
    fn others_are_encoded_and_marked() {
        assert_eq!(correlations(&["grün"]), ["percent", "gr%C3%BCn"]);
        assert_eq!(correlations(&["a\r\nEvil: x", "100%"]), ["percent", "a%0D%0AEvil%3A%20x", "100%25"]);
        assert_eq!(correlations(&[" a"]), ["percent", "%20a"]);
        assert_eq!(correlations(&[&"x".repeat(CORRELATION_BYTES_MAX + 1)]), [] as [&str; 0]);
    }
}
