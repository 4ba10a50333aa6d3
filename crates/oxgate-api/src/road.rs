//! The road to Redox as the API uses it: `oxgate_outbound::Outbound`, whatever client it sends with.

use bytes::Bytes;
use oxgate_core::Phi;
use oxgate_dispatch::BoxFuture;
use oxgate_outbound::enqueue::Queued;
use oxgate_outbound::fhir::{BadFhir, FhirAnswer, FhirCall, FhirError, ValidFhir};
use oxgate_outbound::files::{Upload, UploadError};
use oxgate_outbound::query::{QueryError, QueryOutcome};
use oxgate_outbound::submit::Submission;
use oxgate_outbound::transport::Transport;
use oxgate_outbound::{Outbound, SubmissionError};
use oxgate_store::ReadError;
use oxgate_store::command::Child;
use std::time::Duration;

/// `Outbound` without its type parameter, so that the router need not carry it.
pub trait Road: Send + Sync + 'static {
    /// See [`Outbound::submit`].
    fn submit(&self, submission: Submission) -> BoxFuture<'_, Result<Queued, SubmissionError>>;

    /// See [`Outbound::child`].
    fn child(&self, submission: Submission) -> BoxFuture<'_, Result<Child, SubmissionError>>;

    /// See [`Outbound::query`].
    fn query(&self, body: Phi<Bytes>, within: Duration) -> BoxFuture<'_, Result<QueryOutcome, QueryError>>;

    /// See [`Outbound::upload`].
    fn upload<'a>(&'a self, source: Option<&'a str>, file: Upload) -> BoxFuture<'a, Result<String, UploadError>>;

    /// See [`Outbound::fhir_request`].
    fn fhir_request(&self, call: FhirCall) -> Result<ValidFhir, BadFhir>;

    /// See [`Outbound::fhir`].
    fn fhir(&self, request: ValidFhir) -> BoxFuture<'_, Result<FhirAnswer, FhirError>>;

    /// See [`Outbound::wait`]; until `wait` has passed at most.
    fn wait(&self, queued: Queued, wait: Duration) -> BoxFuture<'_, Result<Queued, ReadError>>;
}

impl<T: Transport> Road for Outbound<T> {
    fn submit(&self, submission: Submission) -> BoxFuture<'_, Result<Queued, SubmissionError>> {
        Box::pin(Self::submit(self, submission))
    }

    fn child(&self, submission: Submission) -> BoxFuture<'_, Result<Child, SubmissionError>> {
        Box::pin(Self::child(self, submission))
    }

    fn query(&self, body: Phi<Bytes>, within: Duration) -> BoxFuture<'_, Result<QueryOutcome, QueryError>> {
        Box::pin(Self::query(self, body, within))
    }

    fn upload<'a>(&'a self, source: Option<&'a str>, file: Upload) -> BoxFuture<'a, Result<String, UploadError>> {
        Box::pin(Self::upload(self, source, file))
    }

    fn fhir_request(&self, call: FhirCall) -> Result<ValidFhir, BadFhir> {
        Self::fhir_request(self, call)
    }

    fn fhir(&self, request: ValidFhir) -> BoxFuture<'_, Result<FhirAnswer, FhirError>> {
        Box::pin(Self::fhir(self, request))
    }

    fn wait(&self, queued: Queued, wait: Duration) -> BoxFuture<'_, Result<Queued, ReadError>> {
        Box::pin(Self::wait(self, queued, tokio::time::sleep(wait)))
    }
}
