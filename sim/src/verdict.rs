//! Promises that are held against what is there: after each start, and when everything has come to rest.

use crate::redox::Redox;
use crate::world::{MARK, World};
use anyhow::{Context, Result};
use oxgate_core::expectation::Standing;
use oxgate_core::{Clock, Direction, EventId, State};
use oxgate_store::view::{EventQuery, EventRow, OpenDelivery};
use oxgate_store::{ReadError, Store};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How long the world may take to come to rest once it is healed.
pub(crate) const REST: Duration = Duration::from_hours(12);

/// G1: whatever was acknowledged before is there.
pub(crate) fn after_start(world: &World, store: &Store) {
    let acknowledged = world.witness().acknowledged();
    for (event, name, _) in acknowledged {
        if !matches!(store.look(|reads| reads.event(event)), Ok(Some(_))) {
            return world.broken("G1", &format!("{name} was acknowledged as {event}, which is gone"));
        }
    }
}

/// G8: the files hold no patient in the clear.
pub(crate) fn files(world: &World, folder: &Path) -> Result<()> {
    for entry in std::fs::read_dir(folder).context("listing the files")? {
        let path = entry.context("listing the files")?.path();
        // Large, and never written to.
        if path.ends_with("oxgate.reserve") {
            continue;
        }
        let bytes = std::fs::read(&path).context("reading a file")?;
        if memchr::memmem::find(&bytes, MARK.as_bytes()).is_some() {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            world.broken("G8", &format!("{name} holds a patient in the clear"));
        }
    }
    Ok(())
}

/// Whether nothing is left to do: at Redox, at the application, in the store.
pub(crate) fn is_at_rest(world: &World, redox: &Arc<Redox>, store: &Store) -> Result<bool> {
    let submitted = {
        let witness = world.witness();
        witness.submitted.len() as u64 == world.scenario.submissions
            && witness.submitted.values().all(|one| one.acknowledged.is_some())
    };
    if !submitted || !redox.is_at_rest()? {
        return Ok(false);
    }
    let open = open(store).context("reading what is open")?;
    let now = world.gateway_clock.now();
    let past = |open: &&OpenDelivery| open.row.expires_at.is_some_and(|at| at.plus(Duration::from_mins(30)) < now);
    if let Some(overdue) = open.iter().find(past).filter(|one| one.row.state == State::Queued) {
        world.broken("G6", &format!("{} is open half an hour after its time", overdue.id));
    }
    let parked = store.look(|reads| reads.parked(None, None, 1)).context("reading what is parked")?;
    Ok(open.is_empty() && parked.is_empty())
}

/// G4: it did not come to rest in time.
pub(crate) fn stuck(world: &World, store: &Store) {
    let open = open(store).unwrap_or_default();
    let first = open.first().map_or_else(
        || "no open delivery".to_owned(),
        |one| format!("{} {} {} of lane {}", one.id, one.row.state.as_str(), one.row.reason, one.lane),
    );
    let lanes = store.look(|reads| reads.lanes()).unwrap_or_default();
    let lanes: Vec<String> = lanes.iter().map(|lane| format!("{} {}", lane.id, lane.state.as_str())).collect();
    world.broken("G4", &format!("{} deliveries do not end; first {first}; lanes {lanes:?}", open.len()));
}

fn open(store: &Store) -> Result<Vec<OpenDelivery>, ReadError> {
    store.look(|reads| {
        let mut open = Vec::new();
        for lane in reads.busy_lanes()? {
            open.extend(reads.window(lane.id, (0, 0), 10_000)?);
        }
        Ok(open)
    })
}

/// Everything that must hold at the end.
pub(crate) async fn at_rest(world: &World, store: &Store) -> Result<()> {
    bodies(world, store).await?;
    let events = events(store).context("listing the events")?;
    once(world, &events);
    ended(world, store, &events).context("reading deliveries")?;
    answers(world, store).context("reading answers")?;
    deadlines(world, store).context("reading expectations")
}

/// G1: what was acknowledged is there, byte for byte.
async fn bodies(world: &World, store: &Store) -> Result<()> {
    let acknowledged = world.witness().acknowledged();
    for (event, name, sent) in acknowledged {
        let kept = store.body(event).await.with_context(|| format!("reading {name}"))?;
        // A retry of Redox carries another attempt's id, and the first one's bytes are kept.
        if kept.is_none_or(|kept| without_attempt(&kept) != without_attempt(&sent)) {
            world.broken("G1", &format!("{name}, acknowledged as {event}, is not what was sent"));
        }
    }
    Ok(())
}

fn without_attempt(body: &[u8]) -> serde_json::Value {
    let mut body: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    if let Some(meta) = body.get_mut("Meta").and_then(serde_json::Value::as_object_mut) {
        meta.remove("Logs");
        meta.remove("EventDateTime");
    }
    body
}

fn events(store: &Store) -> Result<Vec<EventRow>, ReadError> {
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

/// G2: one log is one event.
fn once(world: &World, events: &[EventRow]) {
    let mut by_log: BTreeMap<&str, EventId> = BTreeMap::new();
    for event in events.iter().filter(|event| event.direction == Direction::Inbound) {
        let Some(log) = event.refs.log.as_deref() else { continue };
        if let Some(first) = by_log.insert(log, event.id) {
            return world.broken("G2", &format!("log {log} is {first} and {}", event.id));
        }
    }
}

/// G6: every delivery has ended, with a reason where it was not settled, and its timeline says how.
fn ended(world: &World, store: &Store, events: &[EventRow]) -> Result<(), ReadError> {
    for event in events {
        let (deliveries, timeline) =
            store.look(|reads| Ok((reads.deliveries(event.id)?, reads.timeline(event.id)?)))?;
        if deliveries.is_empty() {
            world.broken("G4", &format!("{} has no delivery", event.id));
        }
        for row in deliveries {
            if !row.row.state.has_ended() || row.ended_at.is_none() {
                world.broken("G6", &format!("{} has not ended: {}", row.id, row.row.state.as_str()));
            }
            if row.row.state != State::Settled && row.row.reason.as_str().is_empty() {
                world.broken("G6", &format!("{} is {} without a reason", row.id, row.row.state.as_str()));
            }
            let taken = world.witness().attempts.get(&row.id).copied().unwrap_or_default().taken;
            if row.target == crate::life::REDOX && row.row.state == State::Settled && taken == 0 {
                world.broken("G5", &format!("{} is settled, and Redox does not have it", row.id));
            }
        }
        if timeline.first().is_none_or(|first| first.what != "accepted") {
            world.broken("G6", &format!("the timeline of {} does not begin with its acceptance", event.id));
        }
    }
    Ok(())
}

/// G7: each result is linked to its order.
fn answers(world: &World, store: &Store) -> Result<(), ReadError> {
    let pairs: Vec<(EventId, EventId)> = {
        let witness = world.witness();
        let pushed = witness.pushed.values().filter_map(|one| {
            let question = witness.submitted.get(&one.answers?)?.acknowledged?;
            Some((one.acknowledged?, question))
        });
        pushed.collect()
    };
    for (answer, question) in pairs {
        let linked = store.look(|reads| reads.answered_by(answer))?;
        if !linked.iter().any(|link| link.question == question) {
            world.broken("G7", &format!("{answer} answers {question}, and is not linked to it"));
        }
    }
    Ok(())
}

/// G7: a deadline counts from the settle, and when it has passed without an answer, that is said.
fn deadlines(world: &World, store: &Store) -> Result<(), ReadError> {
    let now = world.gateway_clock.now();
    let rows = store.look(|reads| reads.expectations(None, None, 1_000))?;
    for row in rows {
        let Some(due) = row.due_at else { continue };
        let silent = row.answers.is_empty() && row.standing != Standing::Closed;
        if silent && due.plus(Duration::from_mins(2)) < now && !row.was_late {
            world.broken("G7", &format!("{} got no answer by {due}, and nobody was told", row.event));
        }
        let deliveries = store.look(|reads| reads.deliveries(row.event))?;
        let settled = deliveries.iter().find(|one| one.row.state == State::Settled).and_then(|one| one.ended_at);
        let within = {
            let witness = world.witness();
            witness.submitted.values().find(|one| one.acknowledged == Some(row.event)).and_then(|one| one.reply_within)
        };
        if let (Some(settled), Some(within)) = (settled, within)
            && due != settled.plus(within)
        {
            world.broken("G7", &format!("{} is due at {due}, not {within:?} after its settle at {settled}", row.event));
        }
    }
    Ok(())
}
