//! Random operations against a plain model; opening the store anew is one of them.
//!
//! The model knows the state machine (which has its own table of tests) and nothing of tables or transactions: who is
//! held is worked out from scratch each time, the order of a lane by sorting.

use super::bed::{Bed, Open};
use super::sample::{accept, delivery, fact, refusal};
use oxgate_core::delivery::{OnPark, Policy, step};
use oxgate_core::{ContentHash, DedupKey, Delivery, DeliveryId, EventId, Fact, OrderKeys, State};
use oxgate_store::command::{Accept, Accepted, Dedup, Recorded, Verdict};
use proptest::prelude::*;
use std::collections::HashMap;
use std::time::Duration;

const POLICY: Policy =
    Policy { failures_max: 1, failures_span: Duration::ZERO, on_park: OnPark::HoldKey, ..Policy::HANDLER };

#[derive(Clone, Debug)]
enum Operation {
    Accept { log: Option<u8>, content: u8, verdict: Option<bool>, keys: OrderKeys },
    Record { which: usize, fact: Fact },
    Wait,
    Reopen,
}

fn keys() -> impl Strategy<Value = OrderKeys> {
    prop_oneof![
        5 => proptest::collection::vec(1_u64..4, 1..3).prop_map(OrderKeys::from_keys),
        1 => Just(OrderKeys::All),
        1 => Just(OrderKeys::Free),
        1 => Just(OrderKeys::Barrier),
    ]
}

fn operation() -> impl Strategy<Value = Operation> {
    let facts = vec![
        Fact::Accepted,
        refusal(),
        refusal(),
        Fact::Release,
        Fact::Cancel,
        Fact::Expire,
        Fact::Replay,
        Fact::Recovered,
    ];
    let accept = (proptest::option::of(0_u8..3), 0_u8..3, proptest::option::of(any::<bool>()), keys())
        .prop_map(|(log, content, verdict, keys)| Operation::Accept { log, content, verdict, keys });
    let record =
        (0_usize..64, proptest::sample::select(facts)).prop_map(|(which, fact)| Operation::Record { which, fact });
    prop_oneof![5 => accept, 6 => record, 1 => Just(Operation::Wait), 1 => Just(Operation::Reopen)]
}

struct Known {
    id: DeliveryId,
    rank: u64,
    keys: OrderKeys,
    row: Delivery,
}

#[derive(Default)]
struct Model {
    deliveries: Vec<Known>,
    /// By log: the content that holds the key, then the variants.
    logs: HashMap<u8, Vec<(u8, EventId)>>,
    /// Sequence numbers and ranks handed out.
    numbers: u64,
}

impl Model {
    fn add(&mut self, id: DeliveryId, keys: OrderKeys, row: Delivery) {
        self.numbers += 1;
        self.deliveries.push(Known { id, rank: self.numbers, keys, row });
        self.hold();
    }

    /// Whoever waits behind a parked delivery of its key is held, and nobody else.
    fn hold(&mut self) {
        let place = |known: &Known| (known.rank, known.id.n);
        let holders: Vec<_> = self
            .deliveries
            .iter()
            .filter(|known| known.row.state == State::Parked && known.keys != OrderKeys::Free)
            .map(|known| (place(known), known.keys.clone()))
            .collect();
        for known in &mut self.deliveries {
            if matches!(known.row.state, State::Queued | State::Held) {
                let held = holders.iter().any(|(at, keys)| *at < place(known) && keys.precedes(&known.keys));
                known.row.state = if held { State::Held } else { State::Queued };
            }
        }
    }

    fn window(&self) -> Vec<(DeliveryId, State)> {
        let mut open: Vec<_> = self.deliveries.iter().filter(|known| known.row.state.is_open()).collect();
        open.sort_by_key(|known| (known.rank, known.id.n));
        open.into_iter().map(|known| (known.id, known.row.state)).collect()
    }
}

fn try_accept<O: Open>(bed: &mut Bed<O>, model: &mut Model, body: u64, operation: &Operation) {
    let Operation::Accept { log, content, verdict, keys } = operation else { return };
    let mut new = Accept { deliveries: vec![delivery("app", keys.clone())], ..accept(body) };
    new.event.content = ContentHash::of([[*content].as_slice()]);
    let variants = log.map(|log| model.logs.entry(log).or_default());
    let first = variants.as_ref().and_then(|list| list.first().copied());
    let verdict = verdict.map(|same| match first {
        Some((_, event)) if same => Verdict::SameAs(event),
        _ => Verdict::Different { compared: usize::MAX },
    });
    new.dedup = log.map(|log| Dedup { scope: "main".into(), key: DedupKey::of("log", &log.to_string()), verdict });
    let got = bed.try_accept(new);
    let known = variants.as_ref().and_then(|list| list.iter().find(|(known, _)| known == content));
    let others = || variants.iter().flat_map(|list| list.iter().skip(1)).map(|(_, event)| *event).collect();
    let expected = match (known, first, verdict) {
        (Some((_, event)), ..) => Some(Accepted::Duplicate(*event)),
        (None, Some((_, event)), Some(Verdict::SameAs(_))) => Some(Accepted::Duplicate(event)),
        (None, Some((_, event)), None) => Some(Accepted::Mismatch { first: event, others: others() }),
        _ => None,
    };
    if let Some(expected) = expected {
        assert_eq!(got, expected);
        return;
    }
    let Accepted::New { event, deliveries, .. } = got else { panic!("{got:?}") };
    assert_eq!(event.seq, model.numbers + 1);
    if let Some(variants) = variants {
        variants.push((*content, event));
    }
    model.add(deliveries[0], keys.clone(), Delivery::queued(bed.now, None));
}

fn try_record<O: Open>(bed: &mut Bed<O>, model: &mut Model, which: usize, next: &Fact) {
    if model.deliveries.is_empty() {
        return;
    }
    let at = which % model.deliveries.len();
    let known = &mut model.deliveries[at];
    let got = bed.record(fact(known.id, next.clone(), POLICY));
    match step(&known.row, next, &POLICY, bed.now) {
        Err(illegal) => assert_eq!(got, Recorded::Illegal(illegal)),
        Ok(step) => {
            known.row = step.next;
            let (id, keys) = (known.id, known.keys.clone());
            let Recorded::Done { made, .. } = got else { panic!("{got:?}") };
            assert_eq!(made.is_some(), *next == Fact::Replay);
            if let Some(made) = made {
                assert_eq!(made.event, id.event);
                model.add(made, keys, Delivery::queued(bed.now, None));
            }
            model.hold();
        }
    }
}

pub(crate) fn random_operations_match_the_model<O: Open>() {
    let config = ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(operations in proptest::collection::vec(operation(), 1..40))| {
        let (mut bed, mut model) = (Bed::<O>::new(), Model::default());
        for (body, operation) in (1..).zip(&operations) {
            match operation {
                Operation::Accept { .. } => try_accept(&mut bed, &mut model, body, operation),
                Operation::Record { which, fact } => try_record(&mut bed, &mut model, *which, fact),
                Operation::Wait => bed.wait(Duration::from_secs(1)),
                Operation::Reopen => bed.reopen(),
            }
            let window: Vec<_> = bed
                .read(|reads| reads.window(1, (0, 0), 1_000))
                .into_iter()
                .map(|open| (open.id, open.row.state))
                .collect();
            assert_eq!(window, model.window());
        }
        for known in &model.deliveries {
            assert_eq!(bed.state(known.id), known.row.state);
        }
    });
}
