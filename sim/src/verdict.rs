//! Promises that are held against what is there after each start, and whether everything has come to rest.

use crate::redox::Redox;
use crate::world::{MARK, World};
use anyhow::{Context, Result};
use oxgate_core::{Clock, State};
use oxgate_store::view::{EventQuery, OpenDelivery};
use oxgate_store::{ReadError, Store};
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
    // What stands behind a full window is looked at when it moves.
    let before =
        |one: &OpenDelivery| open.iter().filter(|other| other.lane == one.lane && other.rank < one.rank).count();
    let shown = |one: &&OpenDelivery| one.row.state == State::Queued && before(one) < world.scenario.window / 2;
    if let Some(overdue) = open.iter().filter(past).find(shown) {
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
    let parked = store.look(|reads| reads.parked(None, None, 1)).unwrap_or_default();
    let parked = parked.first().map(|row| format!("; {} is parked as {}", row.id, row.row.reason)).unwrap_or_default();
    let lanes = store.look(|reads| reads.lanes()).unwrap_or_default();
    let lanes: Vec<String> = lanes.iter().map(|lane| format!("{} {}", lane.id, lane.state.as_str())).collect();
    world.broken("G4", &format!("{} deliveries do not end; first {first}{parked}; lanes {lanes:?}", open.len()));
}

/// The number of the newest event.
pub(crate) fn newest(store: &Store) -> Result<u64, ReadError> {
    let newest = store.look(|reads| reads.events(&EventQuery { limit: 1, ..EventQuery::default() }))?;
    Ok(newest.first().map_or(0, |event| event.id.seq))
}

pub(crate) fn open(store: &Store) -> Result<Vec<OpenDelivery>, ReadError> {
    store.look(|reads| {
        let mut open = Vec::new();
        for lane in reads.busy_lanes()? {
            open.extend(reads.window(lane.id, (0, 0), 10_000)?);
        }
        Ok(open)
    })
}
