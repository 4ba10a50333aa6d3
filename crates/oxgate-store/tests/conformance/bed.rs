//! A way to open an engine, and a bed to try it on: one command a transaction, the clock in the test's hand.

use super::sample::NOON;
use oxgate_core::delivery::Policy;
use oxgate_core::{DeliveryId, EventId, Fact, State, Timestamp};
use oxgate_store::command::{Accept, Accepted, Command, LinkedAnswer, Outcome, Record, Recorded, Submit, Submitted};
use oxgate_store::engine::{Applied, Engine, ReadError, Reads};
use oxgate_store::view::{Change, DeliveryRow, EventRow};
use std::time::Duration;

/// A place where an engine keeps its data, and how to open it there, again and again.
pub(crate) trait Open {
    type Engine: Engine;

    /// A place of its own, with these targets of kind `ops`.
    fn new(ops: &[&str]) -> Self;

    /// The engine with the data of the place; an earlier engine of the place is gone by then.
    fn open(&self) -> Self::Engine;
}

/// An open engine with its clock.
pub(crate) struct Bed<O: Open> {
    engine: Option<O::Engine>,
    pub(crate) now: Timestamp,
    place: O,
}

impl<O: Open> Bed<O> {
    pub(crate) fn new() -> Self {
        Self::with_ops(&[])
    }

    pub(crate) fn with_ops(ops: &[&str]) -> Self {
        let place = O::new(ops);
        Self { engine: Some(place.open()), now: NOON, place }
    }

    pub(crate) fn reopen(&mut self) {
        self.engine = None;
        self.engine = Some(self.place.open());
    }

    pub(crate) fn wait(&mut self, span: Duration) {
        self.now = self.now.plus(span);
    }

    fn engine(&mut self) -> &mut O::Engine {
        self.engine.as_mut().unwrap()
    }

    /// Applies and commits a group.
    pub(crate) fn group(&mut self, commands: &[Command]) -> Applied {
        let now = self.now;
        let applied = self.engine().apply(now, commands).unwrap();
        if applied.wrote {
            self.engine().commit().unwrap();
        } else {
            self.engine().end_unwritten();
        }
        applied
    }

    /// Applies a group that is to fail.
    pub(crate) fn fails(&mut self, commands: &[Command]) -> String {
        let now = self.now;
        let error = self.engine().apply(now, commands).unwrap_err();
        std::error::Error::source(&error).unwrap().to_string()
    }

    pub(crate) fn run(&mut self, command: Command) -> Outcome {
        self.group(&[command]).outcomes.remove(0)
    }

    pub(crate) fn try_accept(&mut self, accept: Accept) -> Accepted {
        match self.run(Command::Accept(Box::new(accept))) {
            Outcome::Accepted(accepted) => accepted,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn accept_answers(&mut self, accept: Accept) -> (EventId, DeliveryId, Vec<LinkedAnswer>) {
        match self.try_accept(accept) {
            Accepted::New { event, deliveries, answers } => (event, deliveries[0], answers),
            other => panic!("{other:?}"),
        }
    }

    /// Accepts a new event and returns its first delivery.
    pub(crate) fn accept(&mut self, accept: Accept) -> DeliveryId {
        self.accept_answers(accept).1
    }

    pub(crate) fn try_submit(&mut self, submit: Submit) -> Submitted {
        match self.run(Command::Submit(Box::new(submit))) {
            Outcome::Submitted(submitted) => submitted,
            other => panic!("{other:?}"),
        }
    }

    /// Submits a new event and returns its first delivery.
    pub(crate) fn submit(&mut self, submit: Submit) -> DeliveryId {
        match self.try_submit(submit) {
            Submitted::New { deliveries, .. } => deliveries[0],
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn record(&mut self, record: Record) -> Recorded {
        match self.run(Command::Record(Box::new(record))) {
            Outcome::Recorded(recorded) => recorded,
            other => panic!("{other:?}"),
        }
    }

    /// Records a fact that must be legal, and returns the state it leads to and the delivery it made.
    pub(crate) fn fact(&mut self, delivery: DeliveryId, fact: Fact, policy: Policy) -> (State, Option<DeliveryId>) {
        match self.record(super::sample::fact(delivery, fact, policy)) {
            Recorded::Done { row, made, .. } => (row.state, made),
            other => panic!("{other:?}"),
        }
    }

    /// Settles a delivery to Redox.
    pub(crate) fn send(&mut self, delivery: DeliveryId) {
        self.fact(delivery, Fact::Start { ticket: 1 }, Policy::REDOX);
        assert_eq!(self.fact(delivery, Fact::Accepted, Policy::REDOX).0, State::Settled);
    }

    /// Rows that a step touched.
    pub(crate) fn rows(&mut self, command: Command) -> u32 {
        match self.run(command) {
            Outcome::Rows(rows) => rows,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn read<T>(&self, ask: impl FnOnce(&dyn Reads) -> Result<T, ReadError>) -> T {
        self.engine.as_ref().unwrap().read(ask).unwrap()
    }

    pub(crate) fn delivery(&self, id: DeliveryId) -> DeliveryRow {
        self.read(|reads| reads.delivery(id)).unwrap()
    }

    pub(crate) fn state(&self, id: DeliveryId) -> State {
        self.delivery(id).row.state
    }

    pub(crate) fn event(&self, id: EventId) -> EventRow {
        self.read(|reads| reads.event(id)).unwrap()
    }

    /// Operational events so far, oldest first: their bodies as JSON.
    pub(crate) fn reports(&self) -> Vec<serde_json::Value> {
        let query = oxgate_store::view::EventQuery {
            direction: Some(oxgate_core::Direction::Ops),
            ascending: true,
            limit: 1_000,
            ..Default::default()
        };
        let events = self.read(|reads| reads.events(&query));
        let body = |id| self.read(|reads| reads.body(id)).unwrap().parts.remove(0).1;
        events.into_iter().map(|event| serde_json::from_slice(&body(event.id)).unwrap()).collect()
    }
}

/// Deliveries that a group opened, with their states.
pub(crate) fn opened(changes: &[Change]) -> Vec<(DeliveryId, State)> {
    let open = |change: &Change| match change {
        Change::Open(delivery) => Some((delivery.id, delivery.row.state)),
        _ => None,
    };
    changes.iter().filter_map(open).collect()
}
