//! One person's act on one delivery: run through the state machine by the store, with who and why in the audit.

use crate::caller::Caller;
use crate::gateway::Gateway;
use crate::look;
use crate::problem::{Code, Problem};
use bytes::Bytes;
use oxgate_core::delivery::Fact;
use oxgate_core::{DeliveryId, Direction, Reason, State};
use oxgate_dispatch::UNROUTED;
use oxgate_store::command::{NewDelivery, Record, Recorded};
use oxgate_store::view::{DeliveryRow, EventRow};
use serde::Deserialize;

/// Who acts, on what, and why.
#[derive(Clone, Copy)]
pub(crate) struct Act<'a> {
    pub(crate) gateway: &'a Gateway,
    pub(crate) caller: &'a Caller,
    pub(crate) why: &'a str,
}

/// How a person reads a send whose outcome is unknown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Decision {
    /// Redox has it.
    Accepted,
    /// Redox does not have it, or having it twice does no harm.
    Resend,
}

/// The delivery with this id.
///
/// # Errors
/// 404 when the text is no delivery id, or names none.
pub(crate) async fn find(gateway: &Gateway, id: &str) -> Result<DeliveryRow, Problem> {
    let id: DeliveryId = id.parse().map_err(|_| missing())?;
    gateway.store.delivery(id).await?.ok_or_else(missing)
}

fn missing() -> Problem {
    Problem::new(Code::NoSuchDelivery, "no delivery has this id; an id is `dlv_` and 23 characters")
}

/// Whether a person must say how an unknown outcome is to be read.
pub(crate) fn needs_decision(row: &DeliveryRow) -> bool {
    row.row.state == State::Unknown || (row.row.state == State::Parked && row.row.reason == Reason::UNKNOWN_OUTCOME)
}

/// Whether it is parked because no handler took its event, or none could.
pub(crate) fn is_unrouted(row: &DeliveryRow) -> bool {
    row.row.state == State::Parked && row.target == UNROUTED
}

/// The event's body.
///
/// # Errors
/// 410 when retention has removed it, or the event records a query: it can be sent nowhere.
pub(crate) async fn body(gateway: &Gateway, event: &EventRow) -> Result<Bytes, Problem> {
    let gone = || Problem::new(Code::BodyGone, "no body is stored, so the event cannot be delivered again");
    if !look::has_content(event) {
        return Err(gone());
    }
    gateway.store.body(event.id).await?.map(Bytes::from).ok_or_else(gone)
}

impl Act<'_> {
    /// What is to be recorded when `fact` happens to the delivery.
    pub(crate) fn record_of(
        &self,
        row: &DeliveryRow,
        direction: Direction,
        fact: Fact,
        instead: Option<NewDelivery>,
    ) -> Record {
        let policy = self.gateway.routing.policy(&row.target, direction);
        Record { actor: Some(self.caller.actor(self.why)), instead, ..Record::new(row.id, fact, policy) }
    }

    /// Runs `fact` through the delivery's state machine; the delivery made by it, if it makes one.
    ///
    /// # Errors
    /// 409 when the fact cannot happen in the delivery's state.
    pub(crate) async fn record(
        &self,
        row: &DeliveryRow,
        direction: Direction,
        fact: Fact,
        instead: Option<NewDelivery>,
    ) -> Result<Option<DeliveryId>, Problem> {
        made(&self.gateway.store.record(self.record_of(row, direction, fact, instead)).await?)
    }

    /// Records all of it in one transaction; the deliveries made.
    ///
    /// # Errors
    /// 409 when one of the facts cannot happen in its delivery's state.
    pub(crate) async fn carry_out(&self, records: Vec<Record>) -> Result<Vec<DeliveryId>, Problem> {
        let recorded = self.gateway.store.records(records).await?;
        recorded.iter().filter_map(|recorded| made(recorded).transpose()).collect()
    }

    /// What puts a delivery back on its way: in its place, by decision, or, when nobody took it, along today's routes.
    ///
    /// # Errors
    /// 409 when a decision is needed or out of place, or no handler takes the event.
    pub(crate) async fn release(
        &self,
        row: &DeliveryRow,
        event: &EventRow,
        decision: Option<Decision>,
    ) -> Result<Vec<Record>, Problem> {
        let fact = match (needs_decision(row), decision) {
            (true, None) => return Err(undecided()),
            (true, Some(Decision::Accepted)) => Fact::DecideAccepted,
            (true, Some(Decision::Resend)) => Fact::DecideResend,
            (false, Some(_)) => {
                let detail = "`as` is only for a delivery whose outcome is unknown; release this one without it";
                return Err(Problem::new(Code::NotInThisState, detail).with("state", row.row.state.as_str()));
            }
            (false, None) if is_unrouted(row) => return self.route_again(row, event).await,
            (false, None) => Fact::Release,
        };
        Ok(vec![self.record_of(row, event.direction, fact, None)])
    }

    /// Hands an unrouted event to the handlers that take it now.
    async fn route_again(&self, row: &DeliveryRow, event: &EventRow) -> Result<Vec<Record>, Problem> {
        let body = body(self.gateway, event).await?;
        let routes = self.gateway.routing.deliveries(event, &body, None);
        if routes.is_empty() {
            return Err(still_unrouted(self.gateway, event));
        }
        // The first one ends the unrouted delivery; the others are then replays of it.
        let facts = std::iter::once(Fact::Reroute).chain(std::iter::repeat(Fact::Replay));
        let record = |(fact, route)| self.record_of(row, event.direction, fact, Some(route));
        Ok(facts.zip(routes).map(record).collect())
    }

    /// What hands a parked delivery to another target.
    ///
    /// # Errors
    /// 422 when the target is not known.
    pub(crate) async fn reroute(
        &self,
        row: &DeliveryRow,
        event: &EventRow,
        target: &str,
    ) -> Result<Vec<Record>, Problem> {
        let body = body(self.gateway, event).await?;
        let route = self.gateway.routing.deliveries(event, &body, Some(target)).into_iter().next();
        let route = route.ok_or_else(|| unknown_target(self.gateway, event.direction))?;
        Ok(vec![self.record_of(row, event.direction, Fact::Reroute, Some(route))])
    }
}

/// The delivery that a record made, if it made one.
///
/// # Errors
/// 409 when the fact could not happen in the delivery's state.
pub(crate) fn made(recorded: &Recorded) -> Result<Option<DeliveryId>, Problem> {
    match recorded {
        Recorded::Done { made, .. } => Ok(*made),
        Recorded::Illegal(illegal) => {
            Err(Problem::new(Code::NotInThisState, illegal.to_string()).with("state", illegal.state.as_str()))
        }
        Recorded::Missing => Err(missing()),
    }
}

fn undecided() -> Problem {
    let detail = "nobody can tell whether Redox has this event: look it up in the Redox dashboard, then release it with \
                  `\"as\": \"accepted\"` or, to send it again, `\"as\": \"resend\"`";
    Problem::new(Code::DecisionNeeded, detail).with("accepts", vec!["accepted", "resend"])
}

fn still_unrouted(gateway: &Gateway, event: &EventRow) -> Problem {
    let detail = "no handler of the present configuration takes this event: add a handler and reload, or reroute it";
    Problem::new(Code::StillUnrouted, detail).with("known", gateway.routing.targets(event.direction))
}

/// A 422 that names the targets there are.
pub(crate) fn unknown_target(gateway: &Gateway, direction: Direction) -> Problem {
    let detail = format!("`target` names no target that takes {} events", direction.as_str());
    Problem::new(Code::UnknownTarget, detail).with("known", gateway.routing.targets(direction))
}
