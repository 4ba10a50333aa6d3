//! A Redox that answers what it is told to.

use bytes::Bytes;
use futures_util::StreamExt;
use oxgate_outbound::files::Upload;
use oxgate_outbound::transport::Transport;
use redox_client::fhir::{FhirAddress, FhirRequest};
use redox_client::transport::{Lost, NotSent};
use redox_client::{Answer, SendError, TokenError};
use redox_wire::reply::{self, Reply, ReplyBody, ReplyHeaders, RequestKind};
use redox_wire::upload::{self, UploadReply};
use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

/// One scripted answer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Says {
    /// A status with a body.
    Reply(u16, &'static str),
    /// Nobody there.
    NotThere,
    /// No answer in time.
    Late,
}

/// What Redox says to an event it takes.
pub(crate) const TAKEN: Says =
    Says::Reply(200, r#"{"Meta":{"DataModel":"Order","EventType":"New","Logs":[{"ID":"log-7","AttemptID":"att-7"}]}}"#);

/// Takes everything unless scripted otherwise.
#[derive(Debug, Default)]
pub(crate) struct FakeRedox {
    script: Mutex<VecDeque<Says>>,
    /// What it was asked over FHIR: address, then the request as it shows itself.
    asked: Mutex<Vec<String>>,
    /// How many bytes of files arrived.
    pub(crate) file_bytes: Mutex<usize>,
}

impl FakeRedox {
    pub(crate) fn will_say(&self, says: Says) {
        self.script.lock().unwrap().push_back(says);
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    fn next(&self, kind: RequestKind) -> Result<Answer, SendError> {
        match self.script.lock().unwrap().pop_front().unwrap_or(TAKEN) {
            Says::Reply(status, body) => {
                let headers = ReplyHeaders { content_type: Some("application/json"), ..ReplyHeaders::default() };
                let reply = reply::read(kind, status, &headers, ReplyBody::Whole(body.as_bytes()));
                let content_type = Some("application/json".to_owned());
                Ok(Answer { reply, content_type, body: Bytes::from_static(body.as_bytes()) })
            }
            Says::NotThere => Err(SendError::NotSent(NotSent::ConnectTimeout)),
            Says::Late => Err(SendError::Lost(Lost::Timeout)),
        }
    }
}

impl Transport for FakeRedox {
    async fn ready(&self) -> Result<(), TokenError> {
        Ok(())
    }

    async fn send(&self, _: Bytes) -> Result<Reply, SendError> {
        self.next(RequestKind::Async).map(|answer| answer.reply)
    }

    async fn query(&self, _: Bytes, _: Duration) -> Result<Answer, SendError> {
        self.next(RequestKind::Sync)
    }

    async fn upload(&self, file: Upload) -> Result<UploadReply, SendError> {
        let mut pieces = file.pieces;
        while let Some(piece) = pieces.next().await {
            let Ok(piece) = piece else { return Err(SendError::Lost(Lost::Broken("the body broke off".into()))) };
            *self.file_bytes.lock().unwrap() += piece.len();
        }
        match self.script.lock().unwrap().pop_front() {
            Some(Says::Reply(status, body)) => {
                Ok(upload::read(status, &ReplyHeaders::default(), ReplyBody::Whole(body.as_bytes())))
            }
            Some(Says::NotThere) => Err(SendError::NotSent(NotSent::ConnectTimeout)),
            Some(Says::Late) => Err(SendError::Lost(Lost::Timeout)),
            None => Ok(upload::read(
                201,
                &ReplyHeaders::default(),
                ReplyBody::Whole(br#"{"URI":"https://blob.example/7"}"#),
            )),
        }
    }

    async fn fhir(&self, to: &FhirAddress, request: FhirRequest, _: Duration) -> Result<Answer, SendError> {
        self.asked.lock().unwrap().push(format!("{}/{} {request:?}", to.slug, to.environment));
        self.next(RequestKind::Fhir)
    }
}
