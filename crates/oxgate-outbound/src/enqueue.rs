//! `Valid → Queued`: one event, one delivery for each destination, and what is expected back, in one transaction.

use crate::correlate;
use crate::plan::Destination;
use crate::submit::Submission;
use crate::validate::Valid;
use oxgate_core::{Address, Delivery, DeliveryId, Direction, EventId, Phi, Refs, State, Timestamp};
use oxgate_store::command::{Child, Idempotency, NewDelivery, NewEvent, Submit, Submitted};
use oxgate_store::view::DeliveryRow;
use oxgate_store::{ReadError, Refused, Store};

/// Why a valid submission was not queued. Nobody was told that it was.
#[derive(Clone, Debug, thiserror::Error)]
pub enum EnqueueError {
    /// The idempotency key stands for another body.
    #[error("`Idempotency-Key` was used before with another body, for {event}: use a new key for a new event")]
    KeyReused {
        /// The event of the first submission.
        event: EventId,
    },
    /// The store takes nothing at the moment: come back with the same idempotency key.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// It was queued by an earlier call under the same key, and how it stands cannot be read at the moment.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// A durable submission. Made by [`enqueue`] and by a wait for it, only.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Queued {
    event: EventId,
    state: State,
    deliveries: Vec<QueuedDelivery>,
    is_repeat: bool,
}

/// One delivery of a [`Queued`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QueuedDelivery {
    /// Its id.
    pub id: DeliveryId,
    /// Redox's id of its destination.
    pub destination: String,
    /// The label of its lane.
    pub lane: String,
    /// Where it stands.
    pub state: State,
}

impl Queued {
    /// The event's id.
    pub fn event(&self) -> EventId {
        self.event
    }

    /// Where the submission stands as a whole: see [`overall`].
    pub fn state(&self) -> State {
        self.state
    }

    /// Its deliveries, in the order of `Meta.Destinations`.
    pub fn deliveries(&self) -> &[QueuedDelivery] {
        &self.deliveries
    }

    /// Whether an earlier submission under the same idempotency key made it.
    pub fn is_repeat(&self) -> bool {
        self.is_repeat
    }

    /// Whether no delivery is left that could go on without a person.
    pub fn is_done(&self) -> bool {
        self.deliveries.iter().all(|delivery| !delivery.state.is_open())
    }

    /// With the states that its deliveries have by now.
    pub(crate) fn updated(mut self, rows: &[DeliveryRow]) -> Self {
        for delivery in &mut self.deliveries {
            if let Some(row) = rows.iter().find(|row| row.id == delivery.id) {
                delivery.state = row.row.state;
            }
        }
        Self::new(self.event, self.deliveries, self.is_repeat)
    }

    fn new(event: EventId, deliveries: Vec<QueuedDelivery>, is_repeat: bool) -> Self {
        let state = overall(deliveries.iter().map(|delivery| delivery.state));
        Self { event, state, deliveries, is_repeat }
    }
}

/// The state of several deliveries in one word: the one that most needs a look. Parked before unknown, held, sending and
/// queued; when all have ended, expired before cancelled before settled.
pub fn overall(states: impl IntoIterator<Item = State>) -> State {
    const BY_URGENCY: [State; 8] = [
        State::Parked,
        State::Unknown,
        State::Held,
        State::Sending,
        State::Queued,
        State::Expired,
        State::Cancelled,
        State::Settled,
    ];
    let urgency = |state: &State| BY_URGENCY.iter().position(|other| other == state);
    states.into_iter().min_by_key(urgency).unwrap_or(State::Settled)
}

/// Queues a valid submission. Resolves when it is durable and not before.
///
/// # Errors
/// [`EnqueueError`]; nothing was written, except that an unreadable repeat was written by an earlier call.
pub async fn enqueue(store: &Store, valid: Valid, now: Timestamp) -> Result<Queued, EnqueueError> {
    let Child { event, deliveries, expectations, .. } = child(store, &valid, now).await?;
    let lanes: Vec<String> = deliveries.iter().map(|delivery| delivery.scope.as_str().to_owned()).collect();
    let submit = Submit { event, idempotency: idempotency(&valid), deliveries, expectations };
    match store.submit(submit).await? {
        Submitted::New { event, deliveries } => {
            let parts = deliveries.into_iter().zip(&valid.destinations).zip(lanes);
            let deliveries = parts.map(|((id, destination), lane)| QueuedDelivery {
                id,
                destination: destination.id.clone(),
                lane,
                state: State::Queued,
            });
            Ok(Queued::new(event, deliveries.collect(), false))
        }
        Submitted::Repeated { event, .. } => {
            let rows = store.deliveries(event).await?;
            // Same body, same destinations in the same order; what replays have added is not this submission's.
            let parts = rows.into_iter().zip(&valid.destinations);
            let deliveries = parts.map(|(row, destination)| QueuedDelivery {
                id: row.id,
                destination: destination.id.clone(),
                lane: row.lane_label,
                state: row.row.state,
            });
            Ok(Queued::new(event, deliveries.collect(), true))
        }
        Submitted::KeyReused { event } => Err(EnqueueError::KeyReused { event }),
    }
}

/// A valid submission as an event that another one's transaction writes.
pub(crate) async fn child(store: &Store, valid: &Valid, now: Timestamp) -> Result<Child, Refused> {
    Ok(Child {
        event: new_event(store, valid, now).await?,
        deliveries: new_deliveries(store, valid, now),
        expectations: correlate::expectations(valid, store.keyed()),
        answers: None,
    })
}

fn new_deliveries(store: &Store, valid: &Valid, now: Timestamp) -> Vec<NewDelivery> {
    let keys = oxgate_keys::order(valid.plan.order_by, Some(&valid.keys), store.keyed());
    let &Submission { expires_at, priority, .. } = valid.submitted.submission();
    let delivery = |destination: &Destination| NewDelivery {
        target: valid.source.account.target_for(priority),
        scope: valid.plan.scope(&Address { destination: destination.id.clone(), ..valid.address.clone() }),
        keys: keys.clone(),
        delivery: Delivery::queued(now, expires_at),
    };
    valid.destinations.iter().map(delivery).collect()
}

async fn new_event(store: &Store, valid: &Valid, now: Timestamp) -> Result<NewEvent, Refused> {
    let submission = valid.submitted.submission();
    let correlation = submission.correlation.as_ref().map(Phi::expose);
    Ok(NewEvent {
        tag: store.tag(),
        direction: Direction::Outbound,
        door: crate::DOOR.to_owned(),
        partner: correlate::only_partner(&valid.destinations),
        address: valid.address.clone(),
        flags: valid.flags,
        accepted_at: now,
        parent: None,
        content: valid.submitted.content(),
        content_type: submission.content_type.clone(),
        correlation: correlation.map(|text| store.seal_text(text)).transpose()?,
        body: store.seal(valid.body.expose()).await?,
        refs: Refs::default(),
    })
}

/// The store keeps a keyed hash of the key only.
fn idempotency(valid: &Valid) -> Option<Idempotency> {
    let submission = valid.submitted.submission();
    Some(Idempotency {
        client: submission.client.clone(),
        key: submission.idempotency_key.as_ref()?.expose().clone(),
        body: valid.submitted.content(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_is_what_most_needs_a_look() {
        use State::{Cancelled, Expired, Parked, Queued, Settled, Unknown};
        for (states, expected) in [
            (vec![Settled, Queued, Parked], Parked),
            (vec![Settled, Unknown, Queued], Unknown),
            (vec![Settled, Queued], Queued),
            (vec![Settled, Cancelled, Expired], Expired),
            (vec![Settled, Settled], Settled),
        ] {
            assert_eq!(overall(states), expected);
        }
    }
}
