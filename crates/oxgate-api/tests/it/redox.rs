//! A Redox that answers what it is told to.

use bytes::Bytes;
use oxgate_outbound::transport::Transport;
use redox_client::transport::{Lost, NotSent};
use redox_client::{Answer, SendError, TokenError};
use redox_wire::reply::{self, Reply, ReplyBody, ReplyHeaders, RequestKind};
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
}

impl FakeRedox {
    pub(crate) fn will_say(&self, says: Says) {
        self.script.lock().unwrap().push_back(says);
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
}
