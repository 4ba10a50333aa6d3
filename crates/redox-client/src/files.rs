//! Uploads a file, so that a message can name it instead of carrying it.
//!
//! Source: Redox docs, "Send a file via the Redox Data Model API": one part of a multipart body, at most 30 MB. The URI that
//! comes back belongs to the source of the token. How long it stays valid is not documented, so a file is uploaded just before
//! the message that names it, and again if that message is late.

use bytes::Bytes;
use futures_util::TryStream;
use redox_wire::upload::{self, PART, UploadReply};
use reqwest::header::ACCEPT;
use reqwest::multipart::{Form, Part};
use reqwest::{Body, RequestBuilder};

use crate::client::{Client, SendError};
use crate::meter::RequestClass;
use crate::transport::NotSent;

/// Most bytes of a file (Redox docs, "Quotas and constraints").
pub const FILE_LIMIT: u64 = 30 * 1024 * 1024;

/// Name given to a file that has none. A name may be about a patient, so a caller does well to give none.
const NAMELESS: &str = "file";

/// The reply is one address.
const REPLY_LIMIT: usize = 64 * 1024;

/// A file to upload.
#[derive(Debug)]
pub struct File {
    /// Its name, which the receiver may see.
    pub name: Option<String>,
    /// Its media type; `application/octet-stream` unless given.
    pub content_type: Option<String>,
    /// Its bytes.
    pub content: Content,
}

/// The bytes of a file.
#[derive(Debug)]
pub enum Content {
    /// In memory. Sent again after a 401.
    Whole(Bytes),
    /// As they come. They cannot be sent twice: a 401 is then the reply, and the next upload has a new token.
    Stream(Streamed),
}

/// Bytes as they come.
#[derive(Debug)]
pub struct Streamed {
    body: Body,
    length: Option<u64>,
}

impl File {
    /// A file in memory, without a name.
    pub fn whole(bytes: impl Into<Bytes>, content_type: Option<String>) -> Self {
        Self { name: None, content_type, content: Content::Whole(bytes.into()) }
    }

    /// A file that comes in pieces, of this length where it is known. An error of the stream breaks the upload off.
    pub fn streamed<S>(stream: S, length: Option<u64>, content_type: Option<String>) -> Self
    where
        S: TryStream + Send + 'static,
        S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
        Bytes: From<S::Ok>,
    {
        let body = Body::wrap_stream(stream);
        Self { name: None, content_type, content: Content::Stream(Streamed { body, length }) }
    }
}

impl Client {
    /// Uploads a file. Unlike a message it may be uploaded again after any failure: the worst is a file that nothing names.
    ///
    /// # Errors
    /// [`SendError`] without a reply. A media type that cannot stand in a header is [`NotSent::Build`].
    pub async fn upload(&self, file: File) -> Result<UploadReply, SendError> {
        let shared = &self.shared;
        let url = &shared.endpoints.upload;
        let File { name, content_type, content } = file;
        let name = name.unwrap_or_else(|| NAMELESS.to_owned());
        let content_type = content_type.unwrap_or_else(|| "application/octet-stream".to_owned());
        let form = |part: Part| -> Result<Form, SendError> {
            let part = part.file_name(name.clone()).mime_str(&content_type);
            let part = part.map_err(|_| NotSent::Build("the file's media type cannot be read".to_owned()))?;
            Ok(Form::new().part(PART, part))
        };
        let post = |form: Form| -> RequestBuilder {
            shared.http.post(url.clone()).header(ACCEPT, "application/json").multipart(form)
        };
        let received = match content {
            Content::Whole(bytes) => {
                let part = || form(Part::stream_with_length(bytes.clone(), bytes.len() as u64));
                part()?;
                shared.call(RequestClass::File, REPLY_LIMIT, || Some(post(part().ok()?))).await?
            }
            Content::Stream(Streamed { body, length }) => {
                let part = match length {
                    Some(length) => Part::stream_with_length(body, length),
                    None => Part::stream(body),
                };
                let mut once = Some(form(part)?);
                shared.call(RequestClass::File, REPLY_LIMIT, || once.take().map(post)).await?
            }
        };
        Ok(upload::read(received.status, &received.headers(), received.body()))
    }
}
