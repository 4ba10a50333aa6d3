//! FHIR R4 through Redox: an application's request, with token and source added, and the server's answer unchanged.
//!
//! Three forms are passed on: `GET Resource/id`, `POST Resource/_search` with its parameters in the body, and
//! `POST Resource/$operation` with a Bundle (Redox docs, "FHIR API reference"). Nothing here is queued or repeated: like a
//! query it is answered on the call.

use crate::outcome;
use crate::plan::{FhirServer, NoSource, Plan};
use crate::transport::Transport;
use bytes::Bytes;
use oxgate_core::limits::SYNC_BUDGET;
use oxgate_core::{Phi, Reason};
pub use redox_client::fhir::BadFhirRequest;
use redox_client::fhir::{FhirAddress, FhirRequest, Interaction};
use redox_client::transport::Lost;
use redox_client::{Answer, SendError};
use redox_wire::reply::{Reply, UnknownWhy};
use std::time::Duration;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct FhirCall {
    /// The configured name or the id of the destination.
    pub destination: String,
    /// The configured name or the id of the source; may be absent where there is one only.
    pub source: Option<String>,
    /// `GET`, `POST` and so on.
    pub method: String,
    /// What follows the destination in the path: `Patient/_search`.
    pub path: Phi<String>,
    /// Whether parameters stand in the address, where they do not belong.
    pub has_query: bool,
    /// Form or Bundle.
    pub body: Phi<Bytes>,
}

/// A request that may leave: the audit names it before it does.
pub struct ValidFhir {
    pub(crate) request: FhirRequest,
    pub(crate) server: FhirAddress,
    /// The destination's configured name.
    pub destination: String,
    /// The configured name of the account.
    pub(crate) account: String,
}

impl ValidFhir {
    /// `fhir.read`, `fhir.search` or `fhir.operation`.
    pub fn act(&self) -> &'static str {
        match self.request.interaction() {
            Interaction::Read => "fhir.read",
            Interaction::Search => "fhir.search",
            Interaction::Operation => "fhir.operation",
        }
    }

    /// Where and what, without any content: `memorial: search Patient`.
    pub fn note(&self) -> String {
        format!("{}: {}", self.destination, self.request)
    }
}

impl std::fmt::Debug for ValidFhir {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ValidFhir({})", self.note())
    }
}

/// What the server answered, to be passed on as it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FhirAnswer {
    /// The HTTP status.
    pub status: u16,
    /// `Content-Type` as declared.
    pub content_type: Option<String>,
    /// The body as it came: a resource, a Bundle, an `OperationOutcome`, or nothing.
    pub body: Phi<Bytes>,
}

/// Why a request is not passed on.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadFhir {
    /// No such destination.
    #[error("no destination has this name or id{}", nearest.as_deref().map(|name| format!(", did you mean `{name}`?")).unwrap_or_default())]
    UnknownDestination {
        /// The nearest configured name.
        nearest: Option<String>,
        /// All configured names.
        known: Vec<String>,
    },
    /// A destination that is configured for messages only.
    #[error(
        "destination `{destination}` has no FHIR server: give it `fhir = \"slug/Environment\"`, as the Redox dashboard shows them"
    )]
    NoServer {
        /// Its configured name.
        destination: String,
        /// The configured destinations that have one.
        known: Vec<String>,
    },
    /// Nobody to ask as.
    #[error(transparent)]
    Source(#[from] NoSource),
    /// Not one of the three forms.
    #[error(transparent)]
    Form(#[from] BadFhirRequest),
}

/// Why there is no answer to pass on.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FhirError {
    /// The source's account has no client: the configuration and the wiring disagree.
    #[error("account `{account}` has no client for FHIR")]
    NoAccount {
        /// The configured name.
        account: String,
    },
    /// Redox asked for fewer requests.
    #[error("Redox refuses requests for the moment (429); come back after the pause")]
    RateLimited {
        /// The pause to pass on.
        retry_after: Duration,
    },
    /// Redox was not reached, refused our credentials, or gave nothing that can be passed on.
    #[error("Redox gave no answer to the FHIR request: {reason}{}", may_have_written(*doubt))]
    NoAnswer {
        /// What was seen, content-free.
        reason: Reason,
        /// It was an operation that may have been carried out.
        doubt: bool,
    },
    /// No answer within the time.
    #[error("no answer to the FHIR request in time{}", may_have_written(*doubt))]
    Late {
        /// It was an operation that may have been carried out.
        doubt: bool,
    },
}

fn may_have_written(doubt: bool) -> &'static str {
    if doubt { "; the operation may have been carried out, so look before you repeat it" } else { "" }
}

/// Checks a request against the plan.
pub(crate) fn validate(call: FhirCall, plan: &Plan) -> Result<ValidFhir, BadFhir> {
    let destination = plan
        .destination_by_name(&call.destination)
        .or_else(|| plan.destination_by_id(&call.destination))
        .ok_or_else(|| BadFhir::UnknownDestination {
            nearest: plan.nearest_destination(&call.destination),
            known: plan.destinations.iter().map(|known| known.name.clone()).collect(),
        })?;
    let Some(FhirServer { slug, environment }) = destination.fhir.clone() else {
        let has_one = plan.destinations.iter().filter(|known| known.fhir.is_some());
        let known = has_one.map(|known| known.name.clone()).collect();
        return Err(BadFhir::NoServer { destination: destination.name.clone(), known });
    };
    let source = plan.source_named(call.source.as_deref())?;
    // What the parameters are is of no use here, only that there are some.
    let query = call.has_query.then_some("?");
    let request = FhirRequest::parse(&call.method, call.path.expose(), query, call.body.into_exposed())?;
    let request = request.as_source(&source.id)?;
    let (account, destination) = (source.account.name.clone(), destination.name.clone());
    Ok(ValidFhir { request, server: FhirAddress { slug, environment }, destination, account })
}

/// Passes a request on and reads what comes back.
pub(crate) async fn exchange<T: Transport>(transport: &T, call: ValidFhir) -> Result<FhirAnswer, FhirError> {
    let writes = call.request.interaction() == Interaction::Operation;
    match transport.fhir(&call.server, call.request, SYNC_BUDGET).await {
        Ok(answer) => read(answer, writes),
        Err(SendError::Lost(Lost::Timeout)) => Err(FhirError::Late { doubt: writes }),
        Err(error) => {
            let doubt = writes && !error.is_certainly_not_accepted();
            Err(FhirError::NoAnswer { reason: outcome::error_reason(&error), doubt })
        }
    }
}

/// An answer of the server's, or something that stands where one should be: a page of some proxy, say.
fn read(answer: Answer, writes: bool) -> Result<FhirAnswer, FhirError> {
    let Answer { reply, content_type, body } = answer;
    let status = reply.status();
    let says_something = content_type.as_deref().is_some_and(|kind| kind.contains("json")) && !body.is_empty();
    let passed_on = FhirAnswer { status, content_type, body: Phi::new(body) };
    match &reply {
        Reply::Accepted { .. } | Reply::AcceptedWithErrors(_) => Ok(passed_on),
        // Passed on, a 401 would tell the application that its own key is wrong.
        Reply::Unauthorized(_) => Err(FhirError::NoAnswer { reason: Reason::TOKEN_REFUSED, doubt: false }),
        Reply::RateLimited { retry_after, .. } => {
            Err(FhirError::RateLimited { retry_after: retry_after.unwrap_or(outcome::RATE_LIMIT_PAUSE) })
        }
        _ if says_something && !(200..300).contains(&status) => Ok(passed_on),
        Reply::Unknown { why: UnknownWhy::GatewayTimeout, .. } => Err(FhirError::Late { doubt: writes }),
        Reply::Unknown { why, .. } => {
            Err(FhirError::NoAnswer { reason: outcome::unknown_reason(*why, status), doubt: writes })
        }
        Reply::Rejected(_) | Reply::Failed(_) | Reply::TargetFailed { .. } => {
            Err(FhirError::NoAnswer { reason: Reason::status(status), doubt: false })
        }
    }
}
