//! What an answer of the status address means.
//!
//! Source: HL7 FHIR Bulk Data Access, "Bulk Data Status Request"; version 3.0 on `separate-export-status`.

use crate::http::Short;
use crate::manifest::{self, Manifest, ManifestError};
use crate::outcome::Outcome;
use crate::pace::{Asked, retry_after};
use jiff::Timestamp;
use reqwest::Url;

/// Longest `X-Progress` that is shown; the guide allows 100 characters.
const PROGRESS_MAX: usize = 100;

/// A step of the job.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// It goes on; perhaps with the first files.
    Running { asked: Asked, progress: Option<String>, partial: Option<Manifest> },
    /// This page is final.
    Done(Manifest),
    /// Ask again: the answer is about this request, not about the job.
    Again { asked: Asked, why: String, is_pacing: bool },
    /// The server does not know the job any more.
    Gone { status: u16 },
    /// The token was refused, or there was none.
    Unauthorized { status: u16 },
    /// The job failed.
    Failed { status: u16, outcome: Option<Outcome> },
    /// The answer cannot be read.
    Unreadable(ManifestError),
    /// The answer is larger than is read.
    TooLong,
}

/// Reads an answer that came from `page` at `now`.
pub(crate) fn read(answer: &Short, page: &Url, now: Timestamp) -> Step {
    let asked = retry_after(answer.header("retry-after"), now);
    // With a status of the export beside that of the request, 200 speaks of the request alone.
    let export_status = answer.header("x-export-status").and_then(|status| status.trim().parse::<u16>().ok());
    let status = match (answer.status.as_u16(), export_status) {
        (200, Some(status)) => status,
        (status, _) => status,
    };
    let outcome = Outcome::read(&answer.body);
    match status {
        _ if answer.is_too_long => Step::TooLong,
        202 => {
            let progress = answer.headers.get("x-progress").map(|text| shown(text.as_bytes()));
            let progress = progress.filter(|text| !text.is_empty());
            let has_page = manifest::looks_like_one(&answer.body);
            match has_page.then(|| manifest::read(&answer.body, page)).transpose() {
                Ok(partial) => Step::Running { asked, progress, partial },
                Err(error) => Step::Unreadable(error),
            }
        }
        200 => match manifest::read(&answer.body, page) {
            Ok(manifest) => Step::Done(manifest),
            Err(error) => Step::Unreadable(error),
        },
        404 | 410 => Step::Gone { status },
        401 | 403 => Step::Unauthorized { status },
        429 => Step::Again { asked, why: "the server asks for fewer requests (429)".to_owned(), is_pacing: true },
        408 | 425 | 502..=504 => Step::Again { asked, why: format!("the server answered {status}"), is_pacing: false },
        _ if outcome.as_ref().is_some_and(Outcome::is_transient) => {
            Step::Again { asked, why: format!("the server answered {status}, for the moment"), is_pacing: false }
        }
        500..=599 if outcome.is_none() => {
            Step::Again { asked, why: format!("the server answered {status}"), is_pacing: false }
        }
        _ => Step::Failed { status, outcome },
    }
}

/// Foreign text on a terminal: printable characters only, cut.
fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.chars().filter(|c| !c.is_control()).take(PROGRESS_MAX).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::StatusCode;
    use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
    use std::time::Duration;

    fn step(status: u16, headers: &[(&'static str, &str)], body: &str) -> Step {
        let list = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).unwrap()));
        let answer = Short {
            status: StatusCode::from_u16(status).unwrap(),
            headers: list.collect::<HeaderMap>(),
            body: body.as_bytes().to_vec(),
            is_too_long: false,
        };
        read(&answer, &Url::parse("https://a.example/job").unwrap(), Timestamp::UNIX_EPOCH)
    }

    const MANIFEST: &str = r#"{"transactionTime":"t","requiresAccessToken":false,"output":[]}"#;
    const BROKEN: &str = r#"{"resourceType":"OperationOutcome","issue":[{"severity":"fatal","code":"processing"}]}"#;
    const PASSING: &str = r#"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"transient"}]}"#;

    #[test]
    fn every_status_has_its_meaning() {
        let running = step(202, &[("x-progress", " 12 %\t of it "), ("retry-after", "7")], "");
        let asked = Asked::After(Duration::from_secs(7));
        assert_eq!(running, Step::Running { asked, progress: Some("12 % of it".to_owned()), partial: None });
        assert!(matches!(step(202, &[], MANIFEST), Step::Running { partial: Some(_), .. }));
        assert!(matches!(step(202, &[], BROKEN), Step::Running { partial: None, .. }));
        assert!(matches!(step(200, &[], MANIFEST), Step::Done(_)));
        assert!(matches!(step(200, &[], "<html>"), Step::Unreadable(_)));
        assert!(matches!(step(200, &[("x-export-status", "202")], ""), Step::Running { .. }));
        assert!(matches!(step(200, &[("x-export-status", "500")], BROKEN), Step::Failed { status: 500, .. }));
        assert!(matches!(step(429, &[("retry-after", "9")], ""), Step::Again { is_pacing: true, .. }));
        for status in [408, 425, 500, 502, 503, 504] {
            assert!(matches!(step(status, &[], ""), Step::Again { is_pacing: false, .. }), "{status}");
        }
        for status in [400, 422, 500] {
            assert!(matches!(step(status, &[], BROKEN), Step::Failed { .. }), "{status}");
            assert!(matches!(step(status, &[], PASSING), Step::Again { .. }), "{status}");
        }
        assert_eq!(step(404, &[], BROKEN), Step::Gone { status: 404 });
        assert_eq!(step(410, &[], ""), Step::Gone { status: 410 });
        assert_eq!(step(401, &[], ""), Step::Unauthorized { status: 401 });
        assert_eq!(step(418, &[], ""), Step::Failed { status: 418, outcome: None });
    }

    #[test]
    fn progress_is_cut_and_cleaned() {
        let long = "x".repeat(300);
        let Step::Running { progress, .. } = step(202, &[("x-progress", &long)], "") else { panic!() };
        assert_eq!(progress.unwrap().len(), PROGRESS_MAX);
    }
}
