//! Query parameters and header values, read strictly: what is not understood is refused, never ignored.

use crate::problem::{Code, Problem};
use axum::extract::Query;
use http::{HeaderMap, Uri};
use oxgate_core::Timestamp;
use std::collections::HashSet;
use std::str::FromStr;
use std::time::Duration;

/// The query parameters of one request. A filter with a slip of the pen would otherwise select everything.
#[derive(Debug)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    /// # Errors
    /// A 400 when a parameter is not among `known`, stands twice, or is not well encoded.
    pub(crate) fn read(uri: &Uri, known: &'static [&'static str]) -> Result<Self, Problem> {
        let refuse = |detail: &str| Err(Problem::new(Code::BadParameter, detail).with("known", known));
        let Ok(Query(pairs)) = Query::<Vec<(String, String)>>::try_from_uri(uri) else {
            return refuse("the query string cannot be decoded");
        };
        let mut seen = HashSet::new();
        for (name, _) in &pairs {
            if !known.contains(&name.as_str()) {
                return refuse("the query string holds a parameter that this path does not know");
            }
            if !seen.insert(name.as_str()) {
                return refuse("the query string holds a parameter twice");
            }
        }
        Ok(Self(pairs))
    }

    /// The parameter's text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The parameter, read by `read`.
    ///
    /// # Errors
    /// A 400 that names the parameter and what was expected, without the value.
    pub(crate) fn get<T>(
        &self,
        name: &'static str,
        expected: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Problem> {
        self.text(name).map(|text| read(text).ok_or_else(|| bad_parameter(name, expected))).transpose()
    }

    /// How many rows to show at most.
    ///
    /// # Errors
    /// A 400 when it is no number from 1 to `most`.
    pub(crate) fn limit(&self, usual: u32, most: u32) -> Result<u32, Problem> {
        let read = |text: &str| text.parse().ok().filter(|limit| (1..=most).contains(limit));
        Ok(self.get("limit", &format!("a number from 1 to {most}"), read)?.unwrap_or(usual))
    }
}

/// A parameter or header that cannot be understood.
pub(crate) fn bad_parameter(name: &'static str, expected: &str) -> Problem {
    Problem::new(Code::BadParameter, format!("`{name}` cannot be understood: expected {expected}"))
        .with("parameter", name)
}

/// A header's text, read by `read`.
///
/// # Errors
/// A 400 that names the header and what was expected, without the value; also when it stands twice.
pub(crate) fn header<T>(
    headers: &HeaderMap,
    name: &'static str,
    expected: &str,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, Problem> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let text = std::str::from_utf8(value.as_bytes()).ok().filter(|_| values.next().is_none());
    text.and_then(|text| read(text.trim())).map(Some).ok_or_else(|| bad_parameter(name, expected))
}

/// A span such as `30s`, `24h`, `90d` or `1h 30m`, or ISO 8601 `PT24H`; not negative. A day has 24 hours.
pub(crate) fn span(text: &str) -> Option<Duration> {
    let span: jiff::Span = text.parse().ok()?;
    Duration::try_from(span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()?).ok()
}

/// RFC 3339 (`2026-03-01T12:00:00Z`), or a span from now on (`24h`).
pub(crate) fn time(text: &str, now: Timestamp) -> Option<Timestamp> {
    let at = text.parse::<jiff::Timestamp>().ok().map(|at| Timestamp(at.as_millisecond()));
    at.or_else(|| span(text).map(|span| now.plus(span)))
}

/// Anything that [`FromStr`] reads.
pub(crate) fn parsed<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_times() {
        assert_eq!(span("30s"), Some(Duration::from_secs(30)));
        assert_eq!(span("24h"), Some(Duration::from_hours(24)));
        assert_eq!(span("90d"), Some(Duration::from_hours(90 * 24)));
        assert_eq!(span("PT1H30M"), Some(Duration::from_mins(90)));
        assert_eq!(span("-5s").or(span("soon")).or(span("30")), None);
        assert_eq!(time("2026-03-01T12:00:00.250Z", Timestamp(0)), Some(Timestamp(1_772_366_400_250)));
        assert_eq!(time("1m", Timestamp(5)), Some(Timestamp(60_005)));
        assert_eq!(time("tomorrow", Timestamp(5)), None);
    }

    #[test]
    fn what_is_not_understood_is_refused_without_being_repeated() {
        let read = |text: &str| Params::read(&text.parse().unwrap(), &["limit", "state"]);
        assert_eq!(read("/x?limit=7").map(|params| params.limit(5, 10)).ok(), Some(Ok(7)));
        for text in ["/x?limt=Mango", "/x?state=Mango&state=Mango"] {
            let problem = read(text).expect_err("refused");
            assert_eq!(problem.code(), Code::BadParameter);
            assert!(!problem.document().to_string().contains("Mango"));
        }
        for limit in ["0", "11", "Mango", "-1"] {
            let params = read(&format!("/x?limit={limit}")).expect("known");
            let problem = params.limit(5, 10).expect_err("refused");
            assert_eq!(problem.document()["parameter"], "limit");
            assert!(!problem.document().to_string().contains("Mango"));
        }
    }
}
