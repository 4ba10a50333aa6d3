//! Promises that are held against every event and delivery, once everything has come to rest.

use crate::forward::COPIES_MADE;
use crate::late;
use crate::life::Life;
use crate::plans::{APP, AUDIT, COPIES, LATE, ORDERS, PULL, is_redox};
use crate::redox::content;
use crate::world::World;
use anyhow::{Context, Result};
use oxgate_core::expectation::Standing;
use oxgate_core::{Clock, Direction, EventId, Flags, State};
use oxgate_store::view::{DeliveryRow, EventQuery, EventRow, ExpectationQuery, TimelineEntry};
use oxgate_store::{ReadError, Store};
use std::collections::BTreeMap;
use std::time::Duration;

/// Everything that must hold at the end.
pub(crate) async fn check(world: &World, life: &Life) -> Result<()> {
    let store = &life.store;
    bodies(world, store).await?;
    let events = events(store).context("listing the events")?;
    once(world, store, &events).await?;
    ended(world, store, &events).context("reading deliveries")?;
    late::check(world, store, &events).context("reading what the late handler has")?;
    made(world, store, &events).context("reading what was made")?;
    answers(world, store).context("reading answers")?;
    deadlines(world, store).context("reading expectations")?;
    given_back(world, life);
    Ok(())
}

/// G1: what was acknowledged is there, byte for byte.
async fn bodies(world: &World, store: &Store) -> Result<()> {
    let acknowledged = world.witness().acknowledged();
    for (event, name, sent) in acknowledged {
        let kept = store.body(event).await.with_context(|| format!("reading {name}"))?;
        // A retry of Redox carries another attempt's id, and the first one's bytes are kept.
        if kept.is_none_or(|kept| said(&kept) != said(&sent)) {
            world.broken("G1", &format!("{name}, acknowledged as {event}, is not what was sent"));
        }
    }
    Ok(())
}

fn said(body: &[u8]) -> String {
    content(&serde_json::from_slice(body).unwrap_or_default())
}

/// All events, in the order in which they were accepted.
pub(crate) fn events(store: &Store) -> Result<Vec<EventRow>, ReadError> {
    store.look(|reads| {
        let mut all: Vec<EventRow> = Vec::new();
        loop {
            let from = all.last().map(|row| row.id.seq);
            let page = reads.events(&EventQuery { from, ascending: true, limit: 1_000, ..EventQuery::default() })?;
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page);
        }
    })
}

/// G2: one content of one log is one event; another content is flagged, and linked to the first.
async fn once(world: &World, store: &Store, events: &[EventRow]) -> Result<()> {
    let mut by_log: BTreeMap<&str, BTreeMap<String, EventId>> = BTreeMap::new();
    for event in events.iter().filter(|event| event.direction == Direction::Inbound) {
        let Some(log) = event.refs.log.as_deref() else { continue };
        let body = store.body(event.id).await.context("reading a body")?.unwrap_or_default();
        let known = by_log.entry(log).or_default();
        let first = known.values().min().copied();
        if let Some(before) = known.insert(said(&body), event.id) {
            world.broken("G2", &format!("log {log} is {before} and {}", event.id));
        } else if first.is_some() && (event.parent != first || !event.flags.has(Flags::CONFLICT)) {
            world.broken("G2", &format!("{} came under the log of {first:?}, and is not linked to it", event.id));
        }
    }
    Ok(())
}

/// G6: every delivery has ended, with a reason where it was not settled, and its timeline says how.
fn ended(world: &World, store: &Store, events: &[EventRow]) -> Result<(), ReadError> {
    for event in events {
        let (deliveries, timeline) =
            store.look(|reads| Ok((reads.deliveries(event.id)?, reads.timeline(event.id)?)))?;
        if deliveries.is_empty() {
            world.broken("G4", &format!("{} has no delivery", event.id));
        }
        if timeline.first().is_none_or(|first| first.what != "accepted") {
            world.broken("G6", &format!("the timeline of {} does not begin with its acceptance", event.id));
        }
        for row in &deliveries {
            one_ended(world, row, &timeline);
        }
    }
    Ok(())
}

fn one_ended(world: &World, row: &DeliveryRow, timeline: &[TimelineEntry]) {
    let state = row.row.state;
    if !state.has_ended() || row.ended_at.is_none() {
        world.broken("G6", &format!("{} has not ended: {}", row.id, state.as_str()));
    }
    if state != State::Settled && row.row.reason.as_str().is_empty() {
        world.broken("G6", &format!("{} is {} without a reason", row.id, state.as_str()));
    }
    let (taken, received, acked, was_parked) = {
        let witness = world.witness();
        let taken = witness.attempts.get(&row.id).is_some_and(|seen| seen.taken > 0);
        let (received, acked) = (witness.received.contains_key(&row.id), witness.acked.contains(&row.id));
        (taken, received, acked, witness.ever_parked.contains(&row.id))
    };
    if was_parked && !timeline.iter().any(|entry| entry.delivery == Some(row.id) && entry.what == "parked") {
        world.broken("G6", &format!("{} was parked, and its timeline does not say so", row.id));
    }
    if state != State::Settled {
        return;
    }
    if is_redox(&row.target) && !taken {
        world.broken("G5", &format!("{} is settled, and Redox does not have it", row.id));
    }
    let has_it = match row.target.as_str() {
        APP | AUDIT | LATE => received,
        PULL => acked,
        _ => true,
    };
    if !has_it {
        world.broken("G1", &format!("{} is settled, and its handler never had it", row.id));
    }
}

/// G1 and G2: a forward that settled has made its events, and made them once.
fn made(world: &World, store: &Store, events: &[EventRow]) -> Result<(), ReadError> {
    let mut made: BTreeMap<(EventId, &str), usize> = BTreeMap::new();
    for event in events {
        let Some(parent) = event.parent else { continue };
        let by = if event.door == COPIES { COPIES } else { ORDERS };
        let is_made = by == COPIES || event.direction == Direction::Outbound;
        *made.entry((parent, by)).or_default() += usize::from(is_made);
    }
    let notes = |event: &&EventRow| event.address.model == "Notes" && event.direction == Direction::Inbound;
    for event in events.iter().filter(notes) {
        let deliveries = store.look(|reads| reads.deliveries(event.id))?;
        for (forward, each) in [(COPIES, COPIES_MADE), (ORDERS, 1)] {
            let settled = deliveries.iter().filter(|row| row.target == forward && row.row.state == State::Settled);
            let (wanted, made) = (settled.count() * each, made.get(&(event.id, forward)).copied().unwrap_or(0));
            if made != wanted {
                let guarantee = if made < wanted { "G1" } else { "G2" };
                world.broken(guarantee, &format!("{forward} made {made} events of {}, not {wanted}", event.id));
            }
        }
    }
    Ok(())
}

/// G7: each result is linked to its order, and none to an order about somebody else.
fn answers(world: &World, store: &Store) -> Result<(), ReadError> {
    let pairs: Vec<(EventId, EventId, bool)> = {
        let witness = world.witness();
        let pushed = witness.pushed.values().filter_map(|one| {
            let question = witness.submitted.get(&one.answers?)?.acknowledged?;
            Some((one.acknowledged?, question, one.is_stray))
        });
        pushed.collect()
    };
    for (answer, question, is_stray) in pairs {
        let linked = store.look(|reads| reads.answered_by(answer))?;
        let is_linked = linked.iter().any(|link| link.question == question);
        if !is_stray && !is_linked {
            world.broken("G7", &format!("{answer} answers {question}, and is not linked to it"));
        }
        if is_stray && is_linked {
            world.broken("G7", &format!("{answer} is about another patient than {question}, and is linked to it"));
        }
    }
    Ok(())
}

/// G7: a deadline counts from the settle, and when it has passed without an answer, that is said.
fn deadlines(world: &World, store: &Store) -> Result<(), ReadError> {
    let now = world.gateway_clock.now();
    let rows = store.look(|reads| {
        reads.expectations(&ExpectationQuery { limit: ExpectationQuery::LIMIT_MAX, ..ExpectationQuery::default() })
    })?;
    for row in rows {
        let Some(due) = row.due_at else { continue };
        let silent = !row.answers.iter().any(|answer| answer.grade.links()) && row.standing != Standing::Closed;
        if silent && due.plus(Duration::from_mins(2)) < now && !row.was_late {
            world.broken("G7", &format!("{} got no answer by {due}, and nobody was told", row.event));
        }
        let deliveries = store.look(|reads| reads.deliveries(row.event))?;
        let settled = deliveries.iter().filter(|one| one.row.state == State::Settled).filter_map(|one| one.ended_at);
        let settled: Vec<_> = settled.collect();
        let within = {
            let witness = world.witness();
            witness.submitted.values().find(|one| one.acknowledged == Some(row.event)).and_then(|one| one.reply_within)
        };
        if let Some(within) = within
            && !settled.iter().any(|settled| due == settled.plus(within))
        {
            world.broken("G7", &format!("{} is due at {due}, not {within:?} after it settled: {settled:?}", row.event));
        }
    }
    Ok(())
}

/// G9: what bodies and leases took is free again.
pub(crate) fn given_back(world: &World, life: &Life) {
    let (free, all) = (life.bodies.free(), world.scenario.bodies);
    if free != all {
        world.broken("G9", &format!("at rest {free} of {all} bytes for bodies are free"));
    }
    if life.inbox.leased() > 0 {
        world.broken("G9", &format!("at rest {} leases hold", life.inbox.leased()));
    }
}
