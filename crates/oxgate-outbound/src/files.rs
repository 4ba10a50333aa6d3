//! Files on their way to Redox: uploaded by themselves for an application, or out of an event that embeds them.

/// Base64 text as the bytes it stands for, piece by piece.
mod decode;

/// The files of one delivery.
mod embedded;

pub(crate) use embedded::{Replaced, Uploads};

use crate::outcome;
use crate::transport::Transport;
use bytes::Bytes;
use futures_util::Stream;
use oxgate_core::Reason;
use redox_client::SendError;
use redox_wire::reply::Reply;
use redox_wire::upload::UploadReply;
use std::pin::Pin;
use std::time::Duration;

/// The largest file that Redox takes, in bytes (Redox docs, "Quotas and constraints").
pub const FILE_BYTES_MAX: u64 = redox_client::files::FILE_LIMIT;

/// A file's bytes as they come. An error breaks the upload off; why, its maker remembers.
pub type Pieces = Pin<Box<dyn Stream<Item = Result<Bytes, std::io::Error>> + Send>>;

/// A file to upload. It has no name: a name may be about a patient.
pub struct Upload {
    /// Its media type.
    pub content_type: Option<String>,
    /// Its length, where it is known.
    pub length: Option<u64>,
    /// Its bytes.
    pub pieces: Pieces,
}

impl std::fmt::Debug for Upload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upload").field("length", &self.length).finish_non_exhaustive()
    }
}

/// Why a file has no URI. It may be uploaded again in any case.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum UploadError {
    /// Nobody to upload it as.
    #[error(transparent)]
    Source(#[from] crate::plan::NoSource),
    /// The source's account has no client: the configuration and the wiring disagree.
    #[error("account `{account}` has no client for files")]
    NoAccount {
        /// The configured name.
        account: String,
    },
    /// Redox refuses this file.
    #[error("Redox refused the file ({status})")]
    Refused {
        /// The HTTP status.
        status: u16,
    },
    /// Redox asked for fewer requests.
    #[error("Redox refuses requests for the moment (429); come back after the pause")]
    RateLimited {
        /// The pause to pass on.
        retry_after: Duration,
    },
    /// Redox was not reached, refused our credentials or the account, or gave no URI.
    #[error("the file was not uploaded: {reason}")]
    Failed {
        /// What was seen, content-free.
        reason: Reason,
    },
}

/// Uploads one file; its URI.
pub(crate) async fn upload<T: Transport>(transport: &T, file: Upload) -> Result<String, UploadError> {
    let reply = match transport.upload(file).await {
        Ok(UploadReply::Stored(uri)) => return Ok(uri.as_str().to_owned()),
        Ok(UploadReply::NotStored(reply)) => reply,
        Err(error) => return Err(UploadError::Failed { reason: lost(&error) }),
    };
    let status = reply.status();
    Err(match &reply {
        Reply::Rejected(_) | Reply::AcceptedWithErrors(_) => UploadError::Refused { status },
        Reply::RateLimited { retry_after, .. } => {
            UploadError::RateLimited { retry_after: retry_after.unwrap_or(outcome::RATE_LIMIT_PAUSE) }
        }
        Reply::Unauthorized(_) => UploadError::Failed { reason: Reason::TOKEN_REFUSED },
        Reply::Unknown { why, .. } => UploadError::Failed { reason: outcome::unknown_reason(*why, status) },
        Reply::Accepted { .. } | Reply::Failed(_) | Reply::TargetFailed { .. } => {
            UploadError::Failed { reason: Reason::status(status) }
        }
    })
}

fn lost(error: &SendError) -> Reason {
    outcome::error_reason(error)
}
