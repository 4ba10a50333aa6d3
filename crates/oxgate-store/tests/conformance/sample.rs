//! Invented events, deliveries and expectations, and randomness that repeats.

use oxgate_core::delivery::Policy;
use oxgate_core::expectation::KeyKind;
use oxgate_core::lane::{LaneBy, LaneScope};
use oxgate_core::order::OrderBy;
use oxgate_core::{
    Address, ContentHash, DedupKey, Delivery, DeliveryId, Direction, Entropy, Fact, Flags, KeyHash, OrderKeys, Reason,
    Refs, Timestamp,
};
use oxgate_store::command::{
    Accept, AnswerProbe, AttemptRecord, Dedup, NewDelivery, NewEvent, NewExpectation, Record, SealedBody, Submit,
};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Noon of an ordinary day.
pub(crate) const NOON: Timestamp = Timestamp(1_772_366_400_000);

/// Numbers that differ and repeat from run to run.
#[derive(Debug, Default)]
pub(crate) struct Counted(AtomicU64);

impl Entropy for Counted {
    fn fill(&self, out: &mut [u8]) {
        let mut state = self.0.fetch_add(1, Ordering::SeqCst).wrapping_add(0x9e37_79b9_7f4a_7c15);
        for byte in out {
            state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            *byte = state.to_be_bytes()[0];
        }
    }
}

/// The id of a test's body; between two of them there is room for those that the engine makes itself.
pub(crate) fn body_id(body: u64) -> u64 {
    body * 1_000
}

/// An admission of an invented patient, with a plain inline body of its own.
pub(crate) fn event(body: u64) -> NewEvent {
    let bytes = format!("{{\"Meta\":{{}},\"Patient\":{{\"Name\":\"Mango, Testina {body}\"}}}}").into_bytes();
    NewEvent {
        tag: u32::try_from(body % 1_000_003).unwrap() ^ 0x5a5a_5a5a,
        direction: Direction::Inbound,
        door: "main".into(),
        partner: "north".into(),
        address: Address {
            model: "PatientAdmin".into(),
            event_type: "Arrival".into(),
            source: "source-1".into(),
            destination: "destination-1".into(),
            facility: "NORTH".into(),
            test: false,
        },
        flags: Flags::default(),
        accepted_at: NOON,
        parent: None,
        content: ContentHash::of([bytes.as_slice()]),
        content_type: "application/json".into(),
        body: SealedBody { id: body_id(body), codec: 0, data_key: 0, bytes: bytes.len() as u64, inline: Some(bytes) },
        refs: Refs::default(),
        correlation: None,
    }
}

/// A queued delivery to `target`, in its lane for admissions of the main endpoint.
pub(crate) fn delivery(target: &str, keys: OrderKeys) -> NewDelivery {
    let address = event(0).address;
    NewDelivery {
        target: target.into(),
        scope: LaneScope::of(&[LaneBy::Endpoint, LaneBy::Model], OrderBy::All, "main", &address),
        keys,
        delivery: Delivery::queued(NOON, None),
    }
}

/// An inbound event without any Redox id, for the handler `app`.
pub(crate) fn accept(body: u64) -> Accept {
    Accept { event: event(body), dedup: None, deliveries: vec![delivery("app", OrderKeys::All)], answers: None }
}

/// The same with order keys.
pub(crate) fn accept_keyed(body: u64, keys: &[u64]) -> Accept {
    Accept { deliveries: vec![delivery("app", OrderKeys::from_keys(keys.to_vec()))], ..accept(body) }
}

/// An inbound event under a log id, with content `content`.
pub(crate) fn accept_logged(body: u64, log: &str, content: &str) -> Accept {
    let mut accept = accept(body);
    accept.event.content = ContentHash::of([content.as_bytes()]);
    accept.event.refs.log = Some(log.into());
    accept.dedup = Some(Dedup { scope: "main destination-1".into(), key: DedupKey::of("log", log), verdict: None });
    accept
}

/// An identifier's hash; equal texts, equal hashes.
pub(crate) fn hash(text: &str) -> KeyHash {
    KeyHash(ContentHash::of([text.as_bytes()]).0[..12].try_into().unwrap())
}

/// An order sent to Redox that waits for its results for a day.
pub(crate) fn order(body: u64, number: &str, patients: &[&str]) -> Submit {
    let mut event = event(body);
    event.direction = Direction::Outbound;
    event.door = "api".into();
    (event.address.model, event.address.event_type) = ("Order".into(), "New".into());
    Submit {
        event,
        idempotency: None,
        deliveries: vec![delivery("redox", OrderKeys::All)],
        expectations: vec![NewExpectation {
            rule: "order".into(),
            partner: "north".into(),
            within: Some(Duration::from_hours(24)),
            keys: vec![(KeyKind::Order, hash(number))],
            patients: patients.iter().map(|patient| hash(patient)).collect(),
        }],
    }
}

/// Results for orders of these numbers.
pub(crate) fn results(body: u64, numbers: &[&str], patients: &[&str]) -> Accept {
    let mut accept = accept(body);
    (accept.event.address.model, accept.event.address.event_type) = ("Results".into(), "New".into());
    accept.answers = Some(AnswerProbe {
        partner: "north".into(),
        rules: vec!["order".into()],
        parts: numbers.iter().map(|number| vec![(KeyKind::Order, hash(number))]).collect(),
        patients: patients.iter().map(|patient| hash(patient)).collect(),
    });
    accept
}

/// A fact with nothing beside it.
pub(crate) fn fact(delivery: DeliveryId, fact: Fact, policy: Policy) -> Record {
    Record::new(delivery, fact, policy)
}

/// An attempt that took a second.
pub(crate) fn attempt(status: u16, reason: Reason) -> AttemptRecord {
    let (started_at, ended_at) = (NOON, NOON.plus(Duration::from_secs(1)));
    AttemptRecord { no: None, started_at, ended_at, status: Some(status), reason, detail: None }
}

/// A refusal that parks: the policy's limit is one and reached at once.
pub(crate) fn refusal() -> Fact {
    Fact::EventFailure { reason: Reason::status(400), counts: true, retry_at: NOON }
}

/// An attempt that begins and ends at one moment.
pub(crate) struct AttemptAt(pub(crate) Timestamp);

impl AttemptAt {
    pub(crate) fn attempt(self, status: u16, reason: Reason) -> AttemptRecord {
        AttemptRecord { started_at: self.0, ended_at: self.0, ..attempt(status, reason) }
    }
}
