//! From a verified delivery to a durable event: everything is decided before the writer, the answer waits for the disk.

/// What a body says about itself.
pub(crate) mod reading;

/// Identifiers as keyed hashes: what a delivery waits for, what an answer is found by.
mod keys;

/// Which targets an event goes to.
pub(crate) mod deliveries;

/// Events made by a forward, for handlers.
mod child;

/// Resources of bulk exports.
pub(crate) mod resource;

/// Do two bodies under one key say the same?
mod compare;

use crate::inbound::Inbound;
use crate::plan::{CannotHandle, Ready};
use crate::turned_away::{TurnedAway, Why};
use crate::verify::Verified;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use compare::compare;
use oxgate_core::order::OrderBy;
use oxgate_core::{Address, ContentHash, DedupKey, Direction, EventId, Flags, Keyed, OrderKeys, Refs, Timestamp};
use oxgate_store::command::{
    Accept, Accepted, AnswerProbe, Dedup, LinkedAnswer, NewDelivery, NewEvent, SealedBody, Verdict,
};
use oxgate_store::faults::Mutation;
use oxgate_store::{Refused, Store};
use reading::Reading;

/// An asynchronous event with all that is decided before the writer; only its sealed body is missing.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Prepared {
    address: Address,
    refs: Refs,
    flags: Flags,
    content: ContentHash,
    partner: String,
    dedup: Option<DedupKey>,
    deliveries: Vec<NewDelivery>,
    probe: Option<AnswerProbe>,
    /// The message has more keys than are compared with open questions.
    probe_cut: bool,
}

/// Where an event comes in, when, and its bytes: all that is needed to decide what follows from it.
#[derive(Clone, Copy)]
pub(crate) struct Arrival<'a> {
    /// The endpoint, or the forward that made it; stands in lanes, and filters name it.
    pub(crate) door: &'a str,
    pub(crate) at: Timestamp,
    pub(crate) body: &'a Bytes,
}

/// The event is durable: written now, or known from before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Acknowledged {
    event: EventId,
    duplicate: bool,
}

impl IntoResponse for Acknowledged {
    /// A literal `200` with a small body: what Redox documents as success (Redox docs, "Receiving data from Redox").
    fn into_response(self) -> Response {
        let body = if self.duplicate {
            serde_json::json!({"id": self.event, "duplicate": true})
        } else {
            serde_json::json!({"id": self.event})
        };
        axum::Json(body).into_response()
    }
}

/// Decides all that follows from a readable body.
pub(crate) fn prepare(plan: &Ready, arrival: Arrival<'_>, keyed: &Keyed, reading: Reading) -> Prepared {
    let Reading { address, refs, flags, dedup, content, .. } = reading;
    let partner = plan.partner_of(&address).to_owned();
    let routes = deliveries::matching(plan, arrival.door, &address);
    let rules = if partner.is_empty() { Vec::new() } else { keys::rules_answered(&plan.rules, &address) };
    let wanted = !rules.is_empty() || routes.iter().any(|route| oxgate_keys::looks_into_body(route.order_by));
    // An event whose keys cannot be read is still delivered: behind a barrier, and without looking for its question.
    let found = wanted.then(|| redox_model::keys::read(arrival.body, &address.model, &address.event_type).ok());
    let found = found.flatten();
    let probe = found.as_ref().filter(|_| !rules.is_empty()).map(|found| keys::probe(found, keyed, &partner, rules));
    let (probe, probe_cut) = probe.map_or((None, false), |(probe, cut)| (Some(probe), cut));
    let waits_for = |order_by| oxgate_keys::order(order_by, found.as_ref(), keyed);
    let deliveries = deliveries::of_routes(&routes, arrival, &address, waits_for);
    let (flags, deliveries) = or_unrouted(flags, deliveries, arrival);
    Prepared { address, refs, flags, content, partner, dedup, deliveries, probe, probe_cut }
}

/// Decides all that follows from a message that is no data model: its caller knows what it waits for, and it answers no
/// question.
pub(crate) fn prepare_message(
    plan: &Ready,
    arrival: Arrival<'_>,
    reading: Reading,
    waits_for: impl Fn(OrderBy) -> OrderKeys,
) -> Prepared {
    let Reading { address, refs, flags, dedup, content, .. } = reading;
    let partner = plan.partner_of(&address).to_owned();
    let routes = deliveries::matching(plan, arrival.door, &address);
    let deliveries = deliveries::of_routes(&routes, arrival, &address, waits_for);
    let (flags, deliveries) = or_unrouted(flags, deliveries, arrival);
    Prepared { address, refs, flags, content, partner, dedup, deliveries, probe: None, probe_cut: false }
}

/// Nothing vanishes: what no handler takes is parked.
fn or_unrouted(flags: Flags, deliveries: Vec<NewDelivery>, arrival: Arrival<'_>) -> (Flags, Vec<NewDelivery>) {
    if deliveries.is_empty() {
        (flags.with(Flags::UNROUTED), vec![deliveries::unrouted(arrival)])
    } else {
        (flags, deliveries)
    }
}

/// For a body without a readable envelope, and for one that our own reading failed on. Looks at nothing but the bytes.
pub(crate) fn prepare_unreadable(arrival: Arrival<'_>) -> Prepared {
    Prepared {
        address: Address::default(),
        refs: Refs::default(),
        flags: Flags::UNREADABLE,
        content: ContentHash::of([arrival.body.as_ref()]),
        partner: String::new(),
        dedup: None,
        deliveries: vec![deliveries::unreadable(arrival)],
        probe: None,
        probe_cut: false,
    }
}

/// Makes the event durable. Resolves to an acknowledgement only after the store has (guarantee G1).
///
/// # Errors
/// The sender is told to come back: the store refused, or the endpoint holds what cannot be handled.
pub(crate) async fn accept(
    inbound: &Inbound,
    verified: &Verified,
    prepared: Prepared,
) -> Result<Acknowledged, TurnedAway> {
    note_attempt(inbound, verified, &prepared.refs);
    let cannot_handle = prepared.flags.has(Flags::UNREADABLE) || prepared.flags.has(Flags::UNROUTED);
    if cannot_handle && verified.door().cannot_handle(&prepared.address) == CannotHandle::Hold {
        inbound.counts().held.add_one();
        return Err(TurnedAway::for_now(Why::Held, "nobody takes the event, and this endpoint holds such events", 60));
    }
    match write(inbound, verified, &prepared).await {
        Ok(written) => Ok(written),
        Err(refused) => {
            inbound.counts().refused_by_store.add_one();
            tracing::debug!(endpoint.name = verified.door().name(), %refused, "event turned away");
            Err(turned_away(&refused))
        }
    }
}

/// Notes when Redox does not get past a log, once for each; [`Inbound::held_up`] tells who watches the gateway.
fn note_attempt(inbound: &Inbound, verified: &Verified, refs: &Refs) {
    let endpoint = verified.door().name();
    let (Some(log), Some(attempt)) = (&refs.log, &refs.attempt) else { return };
    if inbound.watch.is_retrying(endpoint, log, attempt) {
        inbound.counts().redox_retrying.add_one();
        tracing::warn!(
            endpoint.name = endpoint,
            log.id = log,
            "Redox sends this log again and again: its feed is held up"
        );
    }
}

async fn write(inbound: &Inbound, verified: &Verified, prepared: &Prepared) -> Result<Acknowledged, Refused> {
    let store = &inbound.parts.store;
    let mut sealed = store.seal(verified.body()).await?;
    let mut verdict = None;
    for _ in 0..COMPARISONS_MAX {
        // A large body is in the store in parts already, so the same seal serves a second command.
        let again = sealed.inline.is_none().then(|| sealed.clone());
        let event = prepared.event(store, verified.arrival(), verified.content_type(), sealed);
        let (first, others) = match store.accept(prepared.command(verified, event, verdict)).await? {
            Accepted::Mismatch { first, others } => (first, others),
            Accepted::Duplicate(event) => return Ok(recognised(inbound, verified, event)),
            Accepted::New { event, answers, .. } => {
                if verdict.is_some() {
                    note_conflict(inbound, verified, event);
                }
                return Ok(taken(inbound, verified, prepared, (event, &answers)));
            }
        };
        verdict = Some(compared(inbound, verified, first, others).await?);
        sealed = match again {
            Some(sealed) => sealed,
            None => store.seal(verified.body()).await?,
        };
    }
    Err(Refused::Busy)
}

/// How often a body is compared with what is known under its key: once, and again when others came meanwhile.
const COMPARISONS_MAX: usize = 4;

/// Bodies up to this many bytes are compared on the spot, which is cheaper than a change of threads.
const COMPARED_ON_THE_SPOT: usize = 64 * 1024;

/// Compares the bodies that are known under the key with this one.
async fn compared(
    inbound: &Inbound,
    verified: &Verified,
    first: EventId,
    others: Vec<EventId>,
) -> Result<Verdict, Refused> {
    if inbound.parts.store.mutation() == Some(Mutation::G2DropConflict) {
        return Ok(Verdict::SameAs(first));
    }
    let mut compared = 0;
    for known in std::iter::once(first).chain(others) {
        if is_same(inbound, verified, known).await? {
            return Ok(Verdict::SameAs(known));
        }
        compared += 1;
    }
    Ok(Verdict::Different { compared })
}

/// Whether an event's body says the same as this one; large ones are compared on a thread for blocking work.
async fn is_same(inbound: &Inbound, verified: &Verified, known: EventId) -> Result<bool, Refused> {
    let Ok(known) = inbound.parts.store.body(known).await else { return Err(Refused::Sick) };
    let Some(known) = known else { return Ok(false) };
    let body = verified.body().clone();
    let is_small = known.len().max(body.len()) <= COMPARED_ON_THE_SPOT;
    let comparing = move || std::panic::catch_unwind(|| compare(&known, &body)).ok();
    let ended = if is_small { comparing() } else { tokio::task::spawn_blocking(comparing).await.unwrap_or(None) };
    // A comparison that panics proves nothing, and what is not proved to be the same is delivered.
    Ok(ended.unwrap_or(false))
}

fn note_conflict(inbound: &Inbound, verified: &Verified, event: EventId) {
    inbound.counts().conflicts.add_one();
    tracing::warn!(
        endpoint.name = verified.door().name(),
        event.id = %event,
        "another content under a known Redox id; kept as a new event and linked"
    );
}

fn recognised(inbound: &Inbound, verified: &Verified, event: EventId) -> Acknowledged {
    inbound.counts().duplicates.add_one();
    tracing::debug!(endpoint.name = verified.door().name(), event.id = %event, "redelivery recognised");
    Acknowledged { event, duplicate: true }
}

fn taken(
    inbound: &Inbound,
    verified: &Verified,
    prepared: &Prepared,
    (event, answers): (EventId, &[LinkedAnswer]),
) -> Acknowledged {
    let counts = inbound.counts();
    counts.accepted.add_one();
    let noticed = [
        (Flags::UNREADABLE, &counts.unreadable),
        (Flags::UNROUTED, &counts.unrouted),
        (Flags::WITHOUT_ID, &counts.without_id),
    ];
    noticed.iter().filter(|(flag, _)| prepared.flags.has(*flag)).for_each(|(_, counter)| counter.add_one());
    if prepared.probe_cut {
        counts.probes_cut.add_one();
        tracing::warn!(event.id = %event, "more keys than are compared with open questions; the first were");
    }
    if answers.iter().any(|answer| answer.grade.links()) {
        counts.answers.add_one();
    }
    prepared.log(verified, event);
    if inbound.parts.store.mutation() == Some(Mutation::G8LogMessage) {
        tracing::debug!(body = %String::from_utf8_lossy(verified.body()), "event accepted");
    }
    Acknowledged { event, duplicate: false }
}

fn turned_away(refused: &Refused) -> TurnedAway {
    match refused {
        Refused::Busy => TurnedAway::for_now(Why::NotNow, "the store's queue is full", 1),
        Refused::DiskLow => TurnedAway::for_now(Why::DiskLow, "the store's disk is nearly full", 60),
        Refused::Sick => TurnedAway::for_now(Why::StoreSick, "the store recovers by itself", 5),
        Refused::Closed => TurnedAway::for_now(Why::Stopping, "come back when it has started again", 5),
        Refused::Fault => TurnedAway::for_now(Why::NotNow, "the store could not take this event", 30),
    }
}

impl Prepared {
    /// Known by its content: a sender that is refused may send the same bytes again and again.
    #[must_use]
    pub(crate) fn known_by_content(mut self) -> Self {
        self.dedup = Some(DedupKey::of("content", &format!("{:?}", self.content)));
        self
    }

    fn event(&self, store: &Store, arrival: Arrival<'_>, content_type: &str, body: SealedBody) -> NewEvent {
        NewEvent {
            tag: store.tag(),
            direction: Direction::Inbound,
            door: arrival.door.to_owned(),
            partner: self.partner.clone(),
            address: self.address.clone(),
            flags: self.flags,
            accepted_at: arrival.at,
            parent: None,
            content: self.content,
            content_type: content_type.to_owned(),
            body,
            refs: self.refs.clone(),
            correlation: None,
        }
    }

    fn command(&self, verified: &Verified, event: NewEvent, verdict: Option<Verdict>) -> Accept {
        // The same log id may reach two endpoints, or two destinations of one endpoint: each is a delivery of its own.
        let scope = || format!("{} {}", verified.door().name(), self.address.destination);
        let dedup = self.dedup.map(|key| Dedup { scope: scope(), key, verdict });
        Accept { event, dedup, deliveries: self.deliveries.clone(), answers: self.probe.clone() }
    }

    /// One line for each event, louder where a person should look.
    fn log(&self, verified: &Verified, event: EventId) {
        let (endpoint, bytes) = (verified.door().name(), verified.body().len());
        if self.flags.has(Flags::UNREADABLE) {
            tracing::warn!(event.id = %event, endpoint.name = endpoint, body.bytes = bytes, "unreadable body kept and parked");
        } else if self.flags.has(Flags::UNROUTED) {
            tracing::warn!(event.id = %event, endpoint.name = endpoint, "no handler takes the event; kept and parked");
        } else {
            tracing::debug!(event.id = %event, endpoint.name = endpoint, body.bytes = bytes, "event accepted");
        }
    }
}
