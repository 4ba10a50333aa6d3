//! Events from before a handler's time, given to it in their order: small batches, each durable together with its place.
//!
//! A handler is new as long as the store holds neither a lane of it nor a place where it began. Its place is noted before
//! the first door opens, so that there is one boundary: what came before it is given here, what comes after has its
//! delivery from the accept. Until the last of the former is given, the handler's lanes are paused, so that nothing goes
//! before what it may have to follow (guarantee G3). A crash repeats the batch that was not written, and no other.

use crate::accept::deliveries;
use crate::inbound::Inbound;
use crate::order;
use crate::plan::{Ready, Route};
use oxgate_core::lane::LaneScope;
use oxgate_core::limits::CATCH_UP_MAX;
use oxgate_core::order::OrderBy;
use oxgate_core::{Delivery, Direction, Flags, OrderKeys, State, Timestamp};
use oxgate_dispatch::UNROUTED;
use oxgate_store::command::{CatchUp, Command, Given, NewDelivery};
use oxgate_store::view::{CatchUpRow, EventQuery, EventRow};
use oxgate_store::{ReadError, Refused};
use std::collections::HashSet;

/// A handler that wants more than what comes from now on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Beginning {
    /// Its name.
    pub target: String,
    /// Events accepted since then.
    pub since: Timestamp,
}

/// Why nothing was given; the next call begins where this one began.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CatchUpError {
    /// The store cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The store takes nothing at the moment.
    #[error(transparent)]
    Refused(#[from] Refused),
}

impl Inbound {
    /// Notes where handlers begin that the store has not seen. To be called before any door opens; a handler that was
    /// noted before goes on from its place.
    ///
    /// # Errors
    /// [`CatchUpError`]: some of them may have been noted.
    pub async fn begin_catch_ups(&self, wanted: &[Beginning]) -> Result<(), CatchUpError> {
        if wanted.is_empty() {
            return Ok(());
        }
        let store = &self.parts.store;
        let seen: HashSet<String> = store.lanes().await?.into_iter().map(|lane| lane.target).collect();
        let newest = store.events(EventQuery { limit: 1, ..EventQuery::default() }).await?;
        let last = newest.first().map_or(0, |event| event.id.seq);
        for Beginning { target, since } in wanted.iter().filter(|one| !seen.contains(&one.target)) {
            store.command(Command::BeginCatchUp { target: target.clone(), since: *since, last }).await?;
        }
        Ok(())
    }

    /// Gives the next few events, at most `at_once` of those accepted, to each handler that has not caught up; `false` when
    /// there is nothing left to give. The store takes no more than [`CATCH_UP_MAX`].
    ///
    /// # Errors
    /// [`CatchUpError`]: to be called again after a while.
    pub async fn catch_up(&self, at_once: usize) -> Result<bool, CatchUpError> {
        let plan = self.plan();
        let behind = |row: &CatchUpRow| !row.is_done() && plan.routes.iter().any(|route| route.target == row.target);
        let rows: Vec<CatchUpRow> = self.parts.store.catch_ups().await?.into_iter().filter(behind).collect();
        for row in &rows {
            self.give_next(&plan, row, at_once).await?;
        }
        Ok(!rows.is_empty())
    }

    /// Whether every handler that was ever noted has caught up. From then on there is nothing to give any more: a new one is
    /// noted before the doors open.
    ///
    /// # Errors
    /// [`CatchUpError`]: to be asked again after a while.
    pub async fn have_all_caught_up(&self) -> Result<bool, CatchUpError> {
        Ok(self.parts.store.catch_ups().await?.iter().all(CatchUpRow::is_done))
    }

    async fn give_next(&self, plan: &Ready, row: &CatchUpRow, at_once: usize) -> Result<(), CatchUpError> {
        let store = &self.parts.store;
        let at_once = at_once.clamp(1, CATCH_UP_MAX);
        let limit = u32::try_from(at_once).expect("a few hundred");
        let direction = Some(Direction::Inbound);
        let query = EventQuery { direction, from: Some(row.through), ascending: true, limit, ..EventQuery::default() };
        let mut events = store.events(query).await?;
        let is_last = events.len() < at_once || events.last().is_some_and(|event| event.id.seq >= row.last);
        events.retain(|event| event.id.seq <= row.last);
        let through = if is_last { row.last } else { events.last().map_or(row.last, |event| event.id.seq) };
        let (mut given, mut without_body) = (Vec::new(), 0);
        for event in events.iter().filter(|event| event.accepted_at >= row.since) {
            let Some(route) = route_for(plan, &row.target, event) else { continue };
            if event.has_body {
                given.push(self.given(plan, route, event).await?);
            } else {
                without_body += 1;
            }
        }
        let target = row.target.clone();
        store.command(Command::CatchUp(CatchUp { target, from: row.through, through, given, without_body })).await?;
        if through == row.last {
            self.say(&row.target).await?;
        }
        Ok(())
    }

    async fn given(&self, plan: &Ready, route: &Route, event: &EventRow) -> Result<Given, CatchUpError> {
        let store = &self.parts.store;
        let keys = match route.order_by {
            OrderBy::All => OrderKeys::All,
            OrderBy::None => OrderKeys::Free,
            order_by => match store.body(event.id).await? {
                Some(body) => self.order_keys(plan, order_by, event, body).await,
                None => OrderKeys::Barrier,
            },
        };
        let mut unrouted = None;
        if event.flags.has(Flags::UNROUTED) {
            unrouted = store.deliveries(event.id).await?.into_iter().find(|row| row.target == UNROUTED);
        }
        let delivery = NewDelivery {
            target: route.target.clone(),
            scope: LaneScope::of(&route.lane_by, route.order_by, &event.door, &event.address),
            keys,
            delivery: Delivery::queued(self.parts.clock.now(), None),
        };
        let unrouted = unrouted.filter(|row| row.row.state == State::Parked).map(|row| row.id);
        Ok(Given { event: event.id, delivery, unrouted })
    }

    /// Apart, for a body that makes our own reading panic is a barrier.
    async fn order_keys(&self, plan: &Ready, order_by: OrderBy, event: &EventRow, body: Vec<u8>) -> OrderKeys {
        let (keyed, event) = (self.parts.store.keyed().clone(), event.clone());
        let listener = plan.listener(&event.door);
        let reading = move || order::order_keys(order_by, &event, &body, listener.as_deref(), &keyed);
        tokio::task::spawn_blocking(reading).await.unwrap_or(OrderKeys::Barrier)
    }

    /// Says in the log that a handler has caught up, and with how much; the ops handlers hear of it from the store.
    async fn say(&self, target: &str) -> Result<(), CatchUpError> {
        let Some(row) = self.parts.store.catch_ups().await?.into_iter().find(|row| row.target == target) else {
            return Ok(());
        };
        let CatchUpRow { given, without_body, .. } = row;
        if without_body > 0 {
            tracing::warn!(
                handler.name = target,
                events.given = given,
                events.without_body = without_body,
                "the new handler has the events from before, without those whose bodies retention has removed"
            );
        } else {
            tracing::info!(handler.name = target, events.given = given, "the new handler has the events from before");
        }
        Ok(())
    }
}

/// The route by which the target takes the event today. What cannot be read goes to no handler, and what a synchronous
/// request left behind is the record of an exchange.
fn route_for<'a>(plan: &'a Ready, target: &str, event: &EventRow) -> Option<&'a Route> {
    if event.flags.has(Flags::UNREADABLE) || event.body_bytes == 0 {
        return None;
    }
    let routes = deliveries::matching(plan, &event.door, &event.address);
    routes.into_iter().find(|route| route.target == target)
}
