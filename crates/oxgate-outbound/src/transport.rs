//! What is needed of a Redox client: a call each for events, queries, files and FHIR, and one that makes ready for them.

use crate::files::Upload;
use bytes::Bytes;
use redox_client::fhir::{FhirAddress, FhirRequest};
use redox_client::files::File;
use redox_client::{Answer, Client, SendError, TokenError};
use redox_wire::reply::{Reply, RequestKind};
use redox_wire::upload::UploadReply;
use std::future::Future;
use std::time::Duration;

/// The way to Redox with one account's credentials. A message leaves at most once per call, and once more only after a 401.
pub trait Transport: Send + Sync + 'static {
    /// Resolves when a send could leave at once: there is a token. Nothing of any event leaves here.
    fn ready(&self) -> impl Future<Output = Result<(), TokenError>> + Send;

    /// Sends an event. Dropping the future after it was first polled leaves the outcome unknown.
    fn send(&self, body: Bytes) -> impl Future<Output = Result<Reply, SendError>> + Send;

    /// Sends a query and returns its answer, within this time over all.
    fn query(&self, body: Bytes, within: Duration) -> impl Future<Output = Result<Answer, SendError>> + Send;

    /// Uploads a file, which may be done again after any failure.
    fn upload(&self, file: Upload) -> impl Future<Output = Result<UploadReply, SendError>> + Send;

    /// Passes a FHIR interaction on and returns the answer, within this time over all.
    fn fhir(
        &self,
        to: &FhirAddress,
        request: FhirRequest,
        within: Duration,
    ) -> impl Future<Output = Result<Answer, SendError>> + Send;
}

impl Transport for Client {
    async fn ready(&self) -> Result<(), TokenError> {
        self.tokens().token().await.map(|_token| ())
    }

    async fn send(&self, body: Bytes) -> Result<Reply, SendError> {
        Client::send(self, body, RequestKind::Async).await
    }

    async fn query(&self, body: Bytes, within: Duration) -> Result<Answer, SendError> {
        Client::query(self, body, within).await
    }

    async fn upload(&self, file: Upload) -> Result<UploadReply, SendError> {
        let Upload { content_type, length, pieces } = file;
        Client::upload(self, File::streamed(pieces, length, content_type)).await
    }

    async fn fhir(&self, to: &FhirAddress, request: FhirRequest, within: Duration) -> Result<Answer, SendError> {
        Client::fhir(self, to, request, within).await
    }
}
