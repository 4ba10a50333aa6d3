//! Synchronous queries: checked, sent at once, answered on the same call. Nothing about them waits for the store.

use crate::address::{self, Wanted};
use crate::correlate;
use crate::outcome;
use crate::plan::{Plan, Source};
use crate::submit::{self, SubmitError};
use crate::transport::Transport;
use crate::validate::{Invalid, content};
use bytes::Bytes;
use oxgate_core::delivery::Delivery;
use oxgate_core::limits::SYNC_BUDGET;
use oxgate_core::{Address, ContentHash, Direction, EventId, Flags, Phi, Reason, Refs, State, Timestamp};
use oxgate_store::command::{NewDelivery, NewEvent, Submit, Submitted};
use oxgate_store::{Refused, Store};
use redox_client::transport::Lost;
use redox_client::{Answer, SendError};
use redox_wire::reply::{Reply, UnknownWhy};
use std::time::Duration;

/// What Redox answered, to be passed on as it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QueryOutcome {
    /// The HTTP status. A 200 may carry `Meta.Errors`: the destination was reached and could not answer.
    pub status: u16,
    /// `Content-Type` as declared.
    pub content_type: Option<String>,
    /// The body as it came.
    pub body: Phi<Bytes>,
    /// The event that records the query, without content; absent while the store takes nothing.
    pub event: Option<EventId>,
}

/// Why there is no answer of Redox's to pass on.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum QueryError {
    /// No body, or too much of it.
    #[error(transparent)]
    Body(#[from] SubmitError),
    /// Not a query, not one for exactly one configured destination, or not made as its type is documented.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The source's account has no client: the configuration and the wiring disagree.
    #[error("account `{account}` has no client for queries")]
    NoAccount {
        /// The configured name.
        account: String,
    },
    /// Redox asked for fewer requests.
    #[error("Redox refuses requests for the moment (429); come back after the pause")]
    RateLimited {
        /// The pause to pass on.
        retry_after: Duration,
        /// The event that records the query.
        event: Option<EventId>,
    },
    /// Redox was not reached, refused our credentials, or gave nothing that can be passed on as an answer.
    #[error("Redox gave no answer to the query: {reason}")]
    NoAnswer {
        /// What was seen, content-free.
        reason: Reason,
        /// The event that records the query.
        event: Option<EventId>,
    },
    /// No answer within the time; the destination may have received the query.
    #[error("no answer to the query in time")]
    Late {
        /// The event that records the query.
        event: Option<EventId>,
    },
}

/// How a query ended, before it is recorded.
enum Ended {
    Answered { status: u16, content_type: Option<String>, body: Bytes, reason: Reason },
    RateLimited(Duration),
    NoAnswer(Reason),
    Late,
}

/// A query that may be sent.
pub(crate) struct ValidQuery {
    pub source: Source,
    body: Bytes,
    address: Address,
    flags: Flags,
    partner: String,
    scope: oxgate_core::lane::LaneScope,
}

/// Checks a query against the plan.
pub(crate) fn validate(body: &Bytes, plan: &Plan) -> Result<ValidQuery, QueryError> {
    submit::check_body(body)?;
    let addressed = address::read(body, plan, Wanted::Query)?;
    if !addressed.flags.has(Flags::UNKNOWN_KIND) {
        content::check(body, &addressed.destinations, plan.level)?;
    }
    let with_ids = address::with_ids(body, &addressed).map(Bytes::from);
    let destinations: Vec<_> = addressed.destinations.into_iter().cloned().collect();
    Ok(ValidQuery {
        source: addressed.source.clone(),
        flags: addressed.flags,
        partner: correlate::only_partner(&destinations),
        scope: plan.scope(&addressed.address),
        address: addressed.address,
        body: with_ids.unwrap_or_else(|| body.clone()),
    })
}

/// Sends a query and waits for its answer, `within` at most and never beyond the budget of a synchronous exchange.
pub(crate) async fn exchange<T: Transport>(
    transport: &T,
    store: &Store,
    query: ValidQuery,
    within: Duration,
    begun: Timestamp,
) -> Result<QueryOutcome, QueryError> {
    let answer = transport.query(query.body.clone(), within.min(SYNC_BUDGET)).await;
    let ended = match answer {
        Ok(answer) => read(answer),
        Err(SendError::Lost(Lost::Timeout)) => Ended::Late,
        Err(error) => Ended::NoAnswer(outcome::error_reason(&error)),
    };
    let event = record(store, query, &ended, begun).await.unwrap_or_else(|refused| {
        tracing::warn!(%refused, "a query was answered and could not be recorded");
        None
    });
    match ended {
        Ended::Answered { status, content_type, body, reason: _ } => {
            Ok(QueryOutcome { status, content_type, body: Phi::new(body), event })
        }
        Ended::RateLimited(retry_after) => Err(QueryError::RateLimited { retry_after, event }),
        Ended::NoAnswer(reason) => Err(QueryError::NoAnswer { reason, event }),
        Ended::Late => Err(QueryError::Late { event }),
    }
}

/// Whether a reply is Redox's answer to this query, or something that stands where an answer should be.
fn read(answer: Answer) -> Ended {
    let Answer { reply, content_type, body } = answer;
    let status = reply.status();
    match &reply {
        Reply::Accepted { .. } => Ended::Answered { status, content_type, body, reason: Reason::NONE },
        // Passed on, a 401 would tell the application that its own key is wrong.
        Reply::Unauthorized(_) => Ended::NoAnswer(Reason::TOKEN_REFUSED),
        Reply::RateLimited { retry_after, .. } => Ended::RateLimited(retry_after.unwrap_or(outcome::RATE_LIMIT_PAUSE)),
        Reply::Unknown { why: UnknownWhy::GatewayTimeout, .. } => Ended::Late,
        Reply::Unknown { why, .. } => Ended::NoAnswer(outcome::unknown_reason(*why, status)),
        Reply::AcceptedWithErrors(_) | Reply::Rejected(_) => {
            Ended::Answered { status, content_type, body, reason: outcome::of_reply(&reply).reason }
        }
        Reply::Failed(details) | Reply::TargetFailed { details, .. } => {
            let reason = outcome::of_reply(&reply).reason;
            // A page of some proxy on the way is no answer; a body with `Meta` is.
            if body.is_empty() || details.text.is_some() {
                Ended::NoAnswer(reason)
            } else {
                Ended::Answered { status, content_type, body, reason }
            }
        }
    }
}

/// Writes down that there was a query and how it ended: names, times and codes, neither the question nor the answer.
async fn record(store: &Store, query: ValidQuery, ended: &Ended, begun: Timestamp) -> Result<Option<EventId>, Refused> {
    let (state, reason) = match ended {
        Ended::Answered { reason, .. } => (State::Settled, reason.clone()),
        Ended::RateLimited(_) => (State::Cancelled, Reason::status(429)),
        Ended::NoAnswer(reason) => (State::Cancelled, reason.clone()),
        Ended::Late => (State::Expired, Reason::TIMEOUT),
    };
    let event = NewEvent {
        tag: store.tag(),
        direction: Direction::Outbound,
        door: crate::DOOR.to_owned(),
        partner: query.partner,
        address: query.address,
        flags: query.flags,
        accepted_at: begun,
        parent: None,
        content: ContentHash::of([&query.body[..]]),
        content_type: "application/json".to_owned(),
        body: store.seal(&[]).await?,
        refs: Refs::default(),
        correlation: None,
    };
    // Ended from the start, so that no dispatcher ever sends it.
    let row = Delivery { state, reason, attempts: 1, ..Delivery::queued(begun, None) };
    let delivery = NewDelivery {
        target: query.source.account.target.clone(),
        scope: query.scope,
        keys: oxgate_core::OrderKeys::Free,
        delivery: row,
    };
    let submit = Submit { event, idempotency: None, deliveries: vec![delivery], expectations: Vec::new() };
    Ok(match store.submit(submit).await? {
        Submitted::New { event, .. } => Some(event),
        Submitted::Repeated { .. } | Submitted::KeyReused { .. } => None,
    })
}
