//! `Submitted → Valid`: JSON, `Meta`, a known event type for this door, destinations that take it, and a content to match.

/// What the body holds, against the documentation and what its destinations require.
pub mod content;

use crate::address::{self, DESTINATIONS_MAX, Wanted};
use crate::correlate;
use crate::plan::{Destination, Plan, Source};
use crate::submit::Submitted;
use bytes::Bytes;
use oxgate_core::{Address, Flags, Phi};
use redox_model::envelope::EnvelopeError;
use redox_model::keys::{self, Keys};
use redox_model::validate::Problem;
use std::sync::Arc;

/// Why an event or a query is refused. Nothing here quotes the body: positions, paths, lengths, and configured names only.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Invalid {
    /// Not JSON, no object, or no readable `Meta`; JSON errors name line and column.
    #[error(transparent)]
    Unreadable(#[from] EnvelopeError),
    /// A FHIR message has no `Meta` and goes another way.
    #[error("the body is a FHIR message Bundle: this door takes Redox data model messages, which have a `Meta`")]
    FhirBundle,
    /// No such data model and event type.
    #[error("`Meta.DataModel` and `Meta.EventType` name no documented event type{}", hint(nearest.as_deref()))]
    UnknownKind {
        /// The nearest one, as `Model.EventType`.
        nearest: Option<String>,
    },
    /// A query at the door for events.
    #[error("{kind} is a query, answered on the same call: post it to /v1/queries")]
    IsQuery {
        /// `Model.EventType`.
        kind: String,
    },
    /// An event at the door for queries.
    #[error("{kind} is an event, answered later if at all: post it to /v1/events")]
    IsEvent {
        /// `Model.EventType`.
        kind: String,
    },
    /// An answer, or a special exchange that this gateway does not begin.
    #[error("{kind} cannot be sent on its own: it is a {mode}")]
    NotSendable {
        /// `Model.EventType`.
        kind: String,
        /// The catalogue's mode.
        mode: &'static str,
    },
    /// A source that the configuration does not know.
    #[error("`Meta.Source` names no configured source{}; configured: {}", hint(nearest.as_deref()), list(known))]
    UnknownSource {
        /// The nearest configured name.
        nearest: Option<String>,
        /// All configured names.
        known: Vec<String>,
    },
    /// Several sources could be meant, and Redox could not tell either.
    #[error("`Meta.Source.ID` is needed to tell the sources apart; configured: {}", list(known))]
    SourceNeeded {
        /// All configured names.
        known: Vec<String>,
    },
    /// No destination named.
    #[error("`Meta.Destinations` must name at least one destination by `ID` or `Name`; configured: {}", list(known))]
    NoDestination {
        /// All configured names.
        known: Vec<String>,
    },
    /// More than one transaction is meant to carry.
    #[error("`Meta.Destinations` has {count} items, more than the {DESTINATIONS_MAX} that one submission may have")]
    TooManyDestinations {
        /// How many there are.
        count: usize,
    },
    /// Redox answers a query for exactly one destination.
    #[error("a query goes to exactly one destination, found {count} in `Meta.Destinations`")]
    QueryToSeveral {
        /// How many there are.
        count: usize,
    },
    /// An item with neither id nor name.
    #[error("`Meta.Destinations[{index}]` has neither `ID` nor `Name`")]
    DestinationUnnamed {
        /// The item, from 0.
        index: usize,
    },
    /// A destination that the configuration does not know.
    #[error("`Meta.Destinations[{index}]` names no configured destination{}; configured: {}", hint(nearest.as_deref()), list(known))]
    UnknownDestination {
        /// The item, from 0.
        index: usize,
        /// The nearest configured name.
        nearest: Option<String>,
        /// All configured names.
        known: Vec<String>,
    },
    /// The same destination twice: it would get the event twice.
    #[error("`Meta.Destinations[{index}]` is the same destination as `Meta.Destinations[{first}]`")]
    DestinationTwice {
        /// The item, from 0.
        index: usize,
        /// The earlier item.
        first: usize,
    },
    /// The destination is not configured to take this event type.
    #[error(
        "destination `{destination}` (`Meta.Destinations[{index}]`) does not accept {}; {instead}",
        kind.as_deref().unwrap_or("this event type")
    )]
    NotAccepted {
        /// The item, from 0.
        index: usize,
        /// The destination's configured name.
        destination: String,
        /// `Model.EventType`, where the catalogue knows it.
        kind: Option<String>,
        /// What could be sent there, or where this could go.
        instead: Box<Instead>,
    },
    /// The body is not what its event type or its destinations ask for.
    #[error("{kind} has {errors} error{}{}", if *errors == 1 { "" } else { "s" }, content::first(problems))]
    Content {
        /// `Model.EventType`.
        kind: String,
        /// How many errors there are.
        errors: usize,
        /// The first of them, at most [`content::PROBLEMS_MAX`].
        problems: Vec<Problem>,
    },
    /// A time limit for an answer that could not be recognised.
    #[error("`Oxgate-Reply-Within` is set, but no answer could be linked to this event: {why}")]
    ReplyNotExpected {
        /// What is missing.
        why: NoReply,
    },
}

/// Why an event expects no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoReply {
    /// No rule names its event type as a question.
    NoRule,
    /// None of its destinations belongs to a partner.
    NoPartner,
    /// It carries none of the keys that the rule matches by.
    NoKeys,
}

impl std::fmt::Display for NoReply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NoRule => "no expectation rule names its event type as a question",
            Self::NoPartner => "none of its destinations belongs to a configured partner",
            Self::NoKeys => "it carries none of the identifiers that its rule matches answers by",
        })
    }
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map(|name| format!(", did you mean `{name}`?")).unwrap_or_default()
}

/// The ways out for an event type that a destination does not accept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Instead {
    /// The event types that it does accept and that are most like this one, the nearest first; empty when none is.
    pub nearest: Vec<String>,
    /// What it accepts, as configured.
    pub accepts: Vec<String>,
    /// The configured destinations that accept this event type.
    pub takers: Vec<String>,
}

impl std::fmt::Display for Instead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.nearest.is_empty() {
            write!(f, "nearest that it accepts: {}; ", self.nearest.join(", "))?;
        }
        write!(f, "it accepts {}; accepted by: {}", list(&self.accepts), list(&self.takers))
    }
}

/// How many names an error text shows; the variant holds all of them.
const NAMES_SHOWN: usize = 20;

fn list(names: &[String]) -> String {
    match names.len() {
        0 => "none".to_owned(),
        count if count > NAMES_SHOWN => format!("{} and {} more", names[..NAMES_SHOWN].join(", "), count - NAMES_SHOWN),
        _ => names.join(", "),
    }
}

/// A submission that may be queued. Made by [`validate`] only; holds on to the plan it was checked against.
#[derive(Clone, Debug)]
pub struct Valid {
    pub(crate) submitted: Submitted,
    pub(crate) plan: Arc<Plan>,
    /// As submitted, or with the ids of destinations that were given by name.
    pub(crate) body: Phi<Bytes>,
    pub(crate) address: Address,
    pub(crate) flags: Flags,
    pub(crate) source: Source,
    /// One delivery each, in this order.
    pub(crate) destinations: Vec<Destination>,
    pub(crate) keys: Keys,
}

/// Checks a submission against the plan.
///
/// # Errors
/// [`Invalid`], the first thing that is wrong.
pub fn validate(submitted: Submitted, plan: &Arc<Plan>) -> Result<Valid, Invalid> {
    let body = submitted.body().clone();
    let addressed = address::read(&body, plan, Wanted::Event)?;
    // Of an event type that nobody has documented yet nothing can be said.
    if !addressed.flags.has(Flags::UNKNOWN_KIND) {
        content::check(&body, &addressed.destinations, plan.level)?;
    }
    // Cannot fail after the envelope was read from the same bytes; keys that cannot be read are no keys.
    let keys = keys::read(&body, &addressed.address.model, &addressed.address.event_type).unwrap_or_default();
    if submitted.submission().reply_within.is_some() {
        correlate::check_reply(plan, &addressed.address, &addressed.destinations, &keys)
            .map_err(|why| Invalid::ReplyNotExpected { why })?;
    }
    let with_ids = address::with_ids(&body, &addressed).map(Bytes::from);
    Ok(Valid {
        plan: Arc::clone(plan),
        address: addressed.address,
        flags: addressed.flags,
        source: addressed.source.clone(),
        destinations: addressed.destinations.into_iter().cloned().collect(),
        keys,
        body: Phi::new(with_ids.unwrap_or_else(|| body.clone())),
        submitted,
    })
}

impl Valid {
    /// What the event says about itself.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Where it goes: one delivery each, in this order.
    pub fn destinations(&self) -> &[Destination] {
        &self.destinations
    }
}

#[cfg(test)]
mod tests;
