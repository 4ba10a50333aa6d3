//! Problem documents (RFC 9457): what a caller is told when a request is not carried out.

mod code;

pub use code::Code;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use oxgate_store::{ReadError, Refused};
use serde_json::{Map, Value, json};

/// A problem document in the making.
///
/// Nothing out of a message body may enter `detail` or a member: names from the configuration, our ids, codes, JSON
/// paths, types, lengths and positions only (guarantee G8).
#[derive(Clone, PartialEq, Debug)]
pub struct Problem {
    code: Code,
    detail: String,
    members: Map<String, Value>,
    retry_after: Option<u32>,
}

impl Problem {
    /// A problem with what happened this time, as a sentence.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), members: Map::new(), retry_after: None }
    }

    /// With a further member, such as `line` or `accepts`.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    /// With the number of seconds after which the caller should try again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Its code.
    pub const fn code(&self) -> Code {
        self.code
    }

    /// Its status.
    pub const fn status(&self) -> StatusCode {
        self.code.status()
    }

    /// The document.
    pub fn document(&self) -> Value {
        let mut document = json!({
            "type": self.code.page(),
            "title": self.code.title(),
            "status": self.code.status().as_u16(),
            "detail": self.detail,
            "code": self.code.text(),
        });
        if let Some(seconds) = self.retry_after {
            document["retry_after"] = seconds.into();
        }
        for (name, value) in &self.members {
            document[name.as_str()] = value.clone();
        }
        document
    }
}

/// A request body or body part that is not JSON, or not of the documented shape.
///
/// Says where and what was expected, and repeats nothing of what was sent: it may be a patient's.
pub(crate) fn unreadable_json(error: &serde_json::Error, members: &str) -> Problem {
    let (line, column) = (error.line(), error.column());
    let problem = if error.is_data() {
        Problem::new(
            Code::BadShape,
            format!(
                "a member is missing, unknown or of another type near line {line}, column {column}: expected {members}"
            ),
        )
    } else {
        Problem::new(Code::NotJson, format!("the body stops being JSON at line {line}, column {column}"))
    };
    problem.with("line", line).with("column", column)
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let (code, seconds) = match refused {
            Refused::Busy => (Code::Busy, 1),
            Refused::DiskLow => (Code::DiskLow, 30),
            Refused::Sick => (Code::StoreSick, 5),
            Refused::Closed => (Code::Closing, 5),
            Refused::Fault => return Self::new(Code::Internal, refused.to_string()),
        };
        Self::new(code, refused.to_string()).retry_after(seconds)
    }
}

impl From<ReadError> for Problem {
    fn from(_: ReadError) -> Self {
        Self::new(Code::Internal, "the store could not be read; its log and `oxgate store check` say more")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status(), self.document().to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.code == Code::Unauthorized {
            // RFC 9110 §11.6.1: a 401 says how to authenticate.
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"oxgate\""));
        }
        response
    }
}
