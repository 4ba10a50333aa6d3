//! A resource of a bulk export, made an event once however often it is offered.

use super::{Arrival, prepare, reading::FHIR_MODEL, reading::Reading};
use crate::inbound::Inbound;
use bytes::Bytes;
use oxgate_core::{Address, ContentHash, DedupKey, EventId, Flags, Refs};
use oxgate_store::Refused;
use oxgate_store::command::{Accept, Accepted, Dedup};

/// One line of an export.
#[derive(Clone, Debug)]
pub struct Resource {
    /// The export's configured name; filters know it as the endpoint.
    pub door: String,
    /// The resource type: the event is `FHIR.{kind}`.
    pub kind: String,
    /// Run, file and line: the same line of the same run has the same place, in every life of the process.
    pub place: String,
    /// The resource as it came.
    pub body: Bytes,
}

/// Why a resource did not become an event.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NotTaken {
    /// It would be parked, and so would all that follow.
    #[error("no handler takes FHIR.{0} of this export: give one a `match` with the model FHIR")]
    Unrouted(String),
    /// The store has no room just now; nothing was written.
    #[error(transparent)]
    Refused(#[from] Refused),
}

impl Inbound {
    /// Writes a resource with a delivery for each handler that takes it. Once it has returned, it is durable; whoever does
    /// not hear of that offers it again, and it is recognised by its place (guarantee G2).
    ///
    /// # Errors
    /// [`NotTaken`]: nothing was written.
    pub async fn resource(&self, resource: Resource) -> Result<EventId, NotTaken> {
        let Resource { door, kind, place, body } = resource;
        let key = DedupKey::of("bulk", &place);
        let reading = Reading {
            address: Address { model: FHIR_MODEL.to_owned(), event_type: kind, ..Address::default() },
            refs: Refs::default(),
            flags: Flags::default(),
            dedup: Some(key),
            content: ContentHash::of([body.as_ref()]),
            info: None,
        };
        let (plan, store) = (self.plan(), &self.parts.store);
        let arrival = Arrival { door: &door, at: self.parts.clock.now(), body: &body };
        let mut prepared = prepare(&plan, arrival, store.keyed(), reading);
        if prepared.flags.has(Flags::UNROUTED) {
            return Err(NotTaken::Unrouted(prepared.address.event_type));
        }
        let sealed = store.seal(&body).await?;
        let event = prepared.event(store, arrival, "application/fhir+json", sealed);
        let dedup = Some(Dedup { scope: format!("{door} "), key, verdict: None });
        let deliveries = std::mem::take(&mut prepared.deliveries);
        let accept = Accept { event, dedup, deliveries, answers: None };
        match store.accept(accept).await? {
            Accepted::New { event, .. } => {
                self.counts().accepted.add_one();
                Ok(event)
            }
            Accepted::Duplicate(event) | Accepted::Mismatch { first: event, .. } => Ok(event),
        }
    }
}
