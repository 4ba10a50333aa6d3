//! HL7 v2 messages to a receiver over MLLP: one at a time over each connection, settled by the acknowledgement that names
//! their control id.
//!
//! | what comes back | reading |
//! |---|---|
//! | `AA`, `CA` | accepted |
//! | `AE`, `CE`, `AR`, `CR` | speaks of the event: tried again and parked after the limit, as every event failure |
//! | an answer without verdict; the connection ends inside an exchange | the same: perhaps this event makes the receiver fall over |
//! | no connection, no TLS, no answer in time | the target is not well; the lane waits |
//! | the event is no HL7 v2 message, or cannot be framed | refused for good |
//!
//! The chapter on acknowledgements lets a receiver answer `AR` for reasons that have nothing to do with the message (it is
//! down, say), so a refusal is repeated before a person is asked.

use crate::mllp::MODEL;
use crate::mllp::client::{Connection, Reply, SendError, Target};
use hl7v2::ack::AckCode;
use oxgate_core::Reason;
use oxgate_dispatch::{Body, BoxFuture, Job, Outcome, Report, Target as Handler};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

const NOT_HL7: Reason = Reason::word("not-hl7");
const UNFRAMABLE: Reason = Reason::word("unframable");

/// The name led to an address that is always refused.
const ADDRESS_REFUSED: Reason = Reason::word("address-refused");

/// A margin between the receiver's time for an answer and the end of the attempt.
const MARGIN: Duration = Duration::from_secs(1);

/// Connections that are kept for the next message.
const IDLE_MAX: usize = 8;

/// Sends events to one receiver.
#[derive(Debug)]
pub struct MllpHandler {
    target: Target,
    timeout: Duration,
    idle: Mutex<Vec<Connection>>,
}

impl MllpHandler {
    /// A handler for this receiver; `timeout` is that of an attempt.
    pub fn new(target: Target, timeout: Duration) -> Self {
        let timeout = timeout.checked_sub(MARGIN).filter(|left| !left.is_zero()).unwrap_or(timeout);
        Self { target, timeout, idle: Mutex::default() }
    }

    async fn hand_over(&self, job: Job) -> Report {
        let Body::Inline(body) = &job.body else { return Report::new(Outcome::Rejected, NOT_HL7) };
        if job.event.address.model != MODEL {
            return Report::new(Outcome::Rejected, NOT_HL7);
        }
        match self.exchange(body).await {
            Ok(reply) => of_reply(reply),
            Err(error) => of_error(&error),
        }
    }

    /// Over a connection that is open already, or a new one. A receiver may have ended an idle one without our noticing:
    /// where that ends the exchange, the message goes out once more over a new one, which may be a repeat to the receiver.
    async fn exchange(&self, message: &[u8]) -> Result<Reply, SendError> {
        if let Some(mut connection) = self.kept() {
            match connection.send(message, self.timeout).await {
                Err(SendError::Broken(_) | SendError::Ended) => {}
                ended => return self.keep(connection, ended),
            }
        }
        let mut connection = self.target.connect().await?;
        let ended = connection.send(message, self.timeout).await;
        self.keep(connection, ended)
    }

    fn kept(&self) -> Option<Connection> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    /// Keeps a connection on which nothing is left to come.
    fn keep(&self, connection: Connection, ended: Result<Reply, SendError>) -> Result<Reply, SendError> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if ended.is_ok() && idle.len() < IDLE_MAX {
            idle.push(connection);
        }
        ended
    }
}

impl Handler for MllpHandler {
    fn deliver(&self, job: Job) -> BoxFuture<'_, Report> {
        Box::pin(self.hand_over(job))
    }
}

fn of_reply(reply: Reply) -> Report {
    match reply.code {
        None => Report::accepted(),
        Some(code) if code.is_accept() => Report::accepted(),
        Some(code) => Report::new(Outcome::EventFailed, refusal(code)).with_detail(reply.bytes),
    }
}

fn refusal(code: AckCode) -> Reason {
    match code {
        AckCode::ApplicationError => Reason::word("ack-ae"),
        AckCode::ApplicationReject => Reason::word("ack-ar"),
        AckCode::CommitError => Reason::word("ack-ce"),
        AckCode::CommitReject => Reason::word("ack-cr"),
        AckCode::ApplicationAccept | AckCode::CommitAccept => Reason::NONE,
    }
}

fn of_error(error: &SendError) -> Report {
    let (outcome, reason) = match error {
        SendError::Name { .. } => (Outcome::TargetFailed, Reason::DNS),
        SendError::Address { .. } => (Outcome::TargetFailed, ADDRESS_REFUSED),
        SendError::Connect { .. } => (Outcome::TargetFailed, Reason::CONNECT),
        SendError::Tls(_) => (Outcome::TargetFailed, Reason::TLS),
        SendError::Late { .. } => (Outcome::TargetFailed, Reason::TIMEOUT),
        SendError::Broken(_) | SendError::Ended => (Outcome::EventFailed, Reason::RESET),
        SendError::NoVerdict => (Outcome::EventFailed, Reason::UNREADABLE_REPLY),
        SendError::Frame(_) => (Outcome::Rejected, UNFRAMABLE),
        SendError::Unreadable(_) => (Outcome::Rejected, NOT_HL7),
    };
    Report::new(outcome, reason)
}
