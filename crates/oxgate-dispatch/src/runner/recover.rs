//! What a crash left under way: interrupted attempts are recorded as such before anything starts.

use super::Shared;
use super::records::plain;
use super::targets::OF_STRANGERS;
use super::unknown::Unknown;
use crate::ledger::ReadFailed;
use oxgate_core::delivery::Policy;
use oxgate_core::{Delivery, Fact, State};
use oxgate_store::command::Recorded;
use oxgate_store::view::LaneRow;
use std::collections::HashMap;
use std::sync::Arc;

/// What the recovery found.
pub(super) struct Recovered {
    /// Lanes that have open work.
    pub(super) lanes: Vec<LaneRow>,
    /// Sends whose outcome is not known.
    pub(super) unknown: Vec<Unknown>,
}

/// Runs the recovery, asking again while the store cannot be read; `None` when the store has closed.
///
/// An attempt at a `Once` target becomes unknown, one at a repeatable target is due again.
pub(super) async fn recover(shared: Arc<Shared>, policies: HashMap<String, Policy>) -> Option<Recovered> {
    let in_doubt = reading(&shared, || shared.ledger.in_doubt()).await;
    let policy = |target: &str| policies.get(target).copied().unwrap_or(OF_STRANGERS);
    let mut unknown = Vec::new();
    for (open, target) in in_doubt {
        let row = match open.row.state {
            State::Sending => match shared.record(plain(open.id, Fact::Recovered, policy(&target))).await? {
                Recorded::Done { row, .. } => row,
                Recorded::Illegal(_) | Recorded::Missing => continue,
            },
            _ => open.row,
        };
        let Delivery { state: State::Unknown, attempts, due_at, .. } = row else { continue };
        tracing::warn!(delivery = %open.id, target, "the outcome of a send is not known");
        unknown.push(Unknown { id: open.id, lane: open.lane, target, attempts, due: due_at, busy: false });
    }
    let lanes = reading(&shared, || shared.ledger.busy_lanes()).await;
    Some(Recovered { lanes, unknown })
}

/// Reads until it succeeds.
pub(super) async fn reading<T, F>(shared: &Shared, read: impl Fn() -> F) -> T
where
    F: Future<Output = Result<T, ReadFailed>>,
{
    loop {
        if let Some(found) = shared.once(read()).await {
            return found;
        }
    }
}
