//! FHIR R4 through Redox: read, search and operations of one destination.
//!
//! Source: Redox docs, "FHIR API reference". A search is a POST with its parameters in the body and a write is a named
//! operation (`$documentreference-create`) with a message Bundle, so no address here carries anything about a patient but
//! the id that the server gave to a resource.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use redox_wire::reply::{self, RequestKind};
use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};

use crate::client::{Answer, Client, QUERY_REPLY_LIMIT, SendError};
use crate::endpoints;
use crate::meter::RequestClass;
use crate::transport::Lost;

/// Names the source where an environment has more than one.
const SOURCE_HEADER: &str = "redox-source-id";

const FHIR_JSON: &str = "application/fhir+json";
const FORM: &str = "application/x-www-form-urlencoded";

/// Which FHIR server behind Redox.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FhirAddress {
    /// The destination's name in addresses, from the dashboard.
    pub slug: String,
    /// `Development`, `Staging` or `Production`.
    pub environment: String,
}

/// Something to ask of a FHIR server. Made by [`read`](Self::read), [`search`](Self::search), [`operation`](Self::operation)
/// or from the request of somebody else by [`parse`](Self::parse). `Debug` and `Display` show neither body nor resource id.
#[derive(Clone, PartialEq, Eq)]
pub struct FhirRequest {
    interaction: Interaction,
    resource: String,
    /// An id, `_search`, or the name of an operation.
    last: String,
    body: Bytes,
    source: Option<HeaderValue>,
}

/// What a request does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Interaction {
    /// Fetches one resource.
    Read,
    /// Finds resources.
    Search,
    /// Whatever the operation does: as a rule it writes.
    Operation,
}

/// Why something is no FHIR request that can be passed on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadFhirRequest {
    /// No such resource type.
    #[error("a resource type is 1 to 64 letters, such as `Patient`")]
    Resource,
    /// No such id.
    #[error("a resource id is 1 to 64 of letters, digits, `-` and `.`")]
    Id,
    /// No such operation.
    #[error(
        "an operation is `$` and a name of lower-case letters, digits and `-`, such as `$documentreference-create`"
    )]
    Operation,
    /// No interaction has this form.
    #[error(
        "only GET Resource/id, POST Resource/_search and POST Resource/$operation are passed on: Redox writes by named operations"
    )]
    Form,
    /// Parameters in the address.
    #[error("search parameters belong into the body of POST Resource/_search: addresses are logged on their way")]
    Query,
    /// The source's id does not fit a header.
    #[error("the source id cannot stand in a header")]
    Source,
}

impl FhirRequest {
    /// Fetches one resource by the id that the server gave it.
    ///
    /// # Errors
    /// [`BadFhirRequest`].
    pub fn read(resource: &str, id: &str) -> Result<Self, BadFhirRequest> {
        let fits = (1..=64).contains(&id.len());
        let plain = id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'));
        // A dot segment would be taken out of the address, and another resource asked for.
        if !fits || !plain || id.bytes().all(|b| b == b'.') {
            return Err(BadFhirRequest::Id);
        }
        Self::new(Interaction::Read, resource, id, Bytes::new())
    }

    /// Finds resources; `form` is `application/x-www-form-urlencoded`.
    ///
    /// # Errors
    /// [`BadFhirRequest`].
    pub fn search(resource: &str, form: Bytes) -> Result<Self, BadFhirRequest> {
        Self::new(Interaction::Search, resource, "_search", form)
    }

    /// Runs an operation, such as `$documentreference-create`, on a Bundle in JSON.
    ///
    /// # Errors
    /// [`BadFhirRequest`].
    pub fn operation(resource: &str, operation: &str, bundle: Bytes) -> Result<Self, BadFhirRequest> {
        let name = operation.strip_prefix('$').ok_or(BadFhirRequest::Operation)?;
        let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !(1..=64).contains(&name.len()) || !plain {
            return Err(BadFhirRequest::Operation);
        }
        Self::new(Interaction::Operation, resource, operation, bundle)
    }

    /// Reads a request as somebody else made it: method, and what follows the server's base address.
    ///
    /// # Errors
    /// [`BadFhirRequest`].
    pub fn parse(method: &str, path: &str, query: Option<&str>, body: Bytes) -> Result<Self, BadFhirRequest> {
        if query.is_some_and(|query| !query.is_empty()) {
            return Err(BadFhirRequest::Query);
        }
        let path = path.strip_prefix('/').unwrap_or(path);
        match (method, path.split_once('/')) {
            ("GET", Some((resource, id))) => Self::read(resource, id),
            ("POST", Some((resource, "_search"))) => Self::search(resource, body),
            ("POST", Some((resource, operation))) if operation.starts_with('$') => {
                Self::operation(resource, operation, body)
            }
            _ => Err(BadFhirRequest::Form),
        }
    }

    fn new(interaction: Interaction, resource: &str, last: &str, body: Bytes) -> Result<Self, BadFhirRequest> {
        if !(1..=64).contains(&resource.len()) || !resource.bytes().all(|b| b.is_ascii_alphabetic()) {
            return Err(BadFhirRequest::Resource);
        }
        Ok(Self { interaction, resource: resource.to_owned(), last: last.to_owned(), body, source: None })
    }

    /// Sent as this source (`Redox-Source-Id`).
    ///
    /// # Errors
    /// [`BadFhirRequest::Source`].
    pub fn as_source(mut self, id: &str) -> Result<Self, BadFhirRequest> {
        self.source = Some(HeaderValue::try_from(id).map_err(|_| BadFhirRequest::Source)?);
        Ok(self)
    }

    /// What it does.
    pub fn interaction(&self) -> Interaction {
        self.interaction
    }

    /// The resource type.
    pub fn resource(&self) -> &str {
        &self.resource
    }

    /// The operation's name, with `$`.
    pub fn operation_name(&self) -> Option<&str> {
        (self.interaction == Interaction::Operation).then_some(self.last.as_str())
    }
}

impl fmt::Display for FhirRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.interaction {
            Interaction::Read => write!(f, "read {}", self.resource),
            Interaction::Search => write!(f, "search {}", self.resource),
            Interaction::Operation => write!(f, "{}/{}", self.resource, self.last),
        }
    }
}

impl fmt::Debug for FhirRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FhirRequest({self}, {} bytes)", self.body.len())
    }
}

impl Client {
    /// Passes a FHIR interaction on and returns the answer, within this time over all. Its reply is read as
    /// [`RequestKind::Fhir`]: an operation whose outcome is unknown may have written.
    ///
    /// # Errors
    /// [`SendError`] without a reply.
    pub async fn fhir(&self, to: &FhirAddress, request: FhirRequest, within: Duration) -> Result<Answer, SendError> {
        let exchange = self.fhir_exchange(to, request);
        tokio::time::timeout(within, exchange).await.map_err(|_elapsed| Lost::Timeout)?
    }

    async fn fhir_exchange(&self, to: &FhirAddress, request: FhirRequest) -> Result<Answer, SendError> {
        let FhirRequest { interaction, resource, last, body, source } = request;
        let shared = &self.shared;
        let url = endpoints::below(&shared.endpoints.fhir, &[&to.slug, &to.environment, &resource, &last]);
        let (method, content_type) = match interaction {
            Interaction::Read => (Method::GET, None),
            Interaction::Search => (Method::POST, Some(FORM)),
            Interaction::Operation => (Method::POST, Some(FHIR_JSON)),
        };
        let make = || {
            let mut request = shared.http.request(method.clone(), url.clone()).header(ACCEPT, FHIR_JSON);
            if let Some(source) = &source {
                request = request.header(SOURCE_HEADER, source.clone());
            }
            Some(match content_type {
                Some(kind) => request.header(CONTENT_TYPE, kind).body(body.clone()),
                None => request,
            })
        };
        let received = shared.call(RequestClass::Query, QUERY_REPLY_LIMIT, make).await?;
        let reply = reply::read(RequestKind::Fhir, received.status, &received.headers(), received.body());
        let content_type = received.headers().content_type.map(str::to_owned);
        Ok(Answer { reply, content_type, body: received.into_bytes() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(method: &str, path: &str) -> Result<FhirRequest, BadFhirRequest> {
        FhirRequest::parse(method, path, None, Bytes::from_static(b"MR-0001"))
    }

    #[test]
    fn three_forms_are_passed_on() {
        for (method, path, interaction) in [
            ("GET", "/Patient/p-1", Interaction::Read),
            ("POST", "Patient/_search", Interaction::Search),
            ("POST", "/DocumentReference/$documentreference-create", Interaction::Operation),
        ] {
            assert_eq!(parse(method, path).map(|request| request.interaction()), Ok(interaction), "{method} {path}");
        }
    }

    #[test]
    fn nothing_else_is() {
        use BadFhirRequest::{Form, Id, Operation, Resource};
        for (method, path, why) in [
            ("GET", "/Patient", Form),
            ("GET", "/Patient/..", Id),
            ("GET", "/Patient/p-1/_history/2", Id),
            ("GET", "/Patient/a%2Fb", Id),
            ("GET", "/../Patient", Resource),
            ("PUT", "/Patient/p-1", Form),
            ("DELETE", "/Patient/p-1", Form),
            ("POST", "/Patient", Form),
            ("POST", "/Patient/$", Operation),
            ("POST", "/Patient/$a/../b", Operation),
            ("POST", "/Pat ient/_search", Resource),
        ] {
            assert_eq!(parse(method, path), Err(why), "{method} {path}");
        }
        let query = FhirRequest::parse("GET", "/Patient/p-1", Some("name=x"), Bytes::new());
        assert_eq!(query, Err(BadFhirRequest::Query));
    }

    #[test]
    fn g8_a_request_shows_no_body_and_no_id() {
        let request = parse("POST", "/Patient/_search").expect("is one");
        assert_eq!(format!("{request} {request:?}"), "search Patient FhirRequest(search Patient, 7 bytes)");
        assert!(!format!("{:?}", parse("GET", "/Patient/MR-0001")).contains("MR-0001"));
    }
}
