//! A second look at sends whose outcome is not known: evidence where there is a source of it, else a person decides.

use super::attempt::CatchPanic;
use super::engine::{Done, Engine, Purpose};
use super::records::plain;
use crate::target::{Doubt, Finding};
use oxgate_core::{DeliveryId, Fact, Timestamp};
use oxgate_store::faults::Mutation;
use std::time::Duration;

/// When to look again after a look that panicked.
const LOOK_AGAIN: Duration = Duration::from_mins(5);

/// A delivery in state `unknown`.
#[derive(Clone, Debug)]
pub(super) struct Unknown {
    pub(super) id: DeliveryId,
    pub(super) lane: i64,
    pub(super) target: String,
    pub(super) attempts: u32,
    /// When to look.
    pub(super) due: Timestamp,
    /// A look or a record is under way.
    pub(super) busy: bool,
}

impl Engine {
    /// Looks at those that are due. Those of a target that is not configured wait for its return.
    pub(super) fn look_at_unknown(&mut self, now: Timestamp) {
        let due: Vec<Unknown> =
            self.unknown.values().filter(|unknown| !unknown.busy && unknown.due <= now).cloned().collect();
        for unknown in due {
            let Some(target) = self.targets.get(&unknown.target) else { continue };
            let evidence = target.wired.evidence.clone();
            if let Some(entry) = self.unknown.get_mut(&unknown.id) {
                entry.busy = true;
            }
            match evidence {
                None => self.conclude_unknown(&unknown, Fact::EvidenceAmbiguous, None),
                Some(evidence) => {
                    let doubt = Doubt { delivery: unknown.id, target: unknown.target, attempts: unknown.attempts };
                    let later = Finding::Later(now.plus(LOOK_AGAIN));
                    self.tasks.spawn(async move {
                        let found = CatchPanic::of(|| evidence.look(doubt)).await;
                        Done::Looked(unknown.id, found.unwrap_or(later))
                    });
                }
            }
        }
    }

    pub(super) fn looked(&mut self, id: DeliveryId, finding: Finding) {
        // Gone when somebody else has settled it meanwhile: its answer, or a person.
        let Some(unknown) = self.unknown.get_mut(&id) else { return };
        let (fact, receipt) = match finding {
            Finding::Accepted { receipt, reason } => (Fact::EvidenceAccepted { reason }, receipt),
            Finding::Absent => (Fact::EvidenceAbsent, None),
            Finding::Ambiguous => (Fact::EvidenceAmbiguous, None),
            Finding::Later(at) => {
                (unknown.due, unknown.busy) = (at, false);
                return;
            }
        };
        let unknown = unknown.clone();
        self.conclude_unknown(&unknown, fact, receipt);
    }

    fn conclude_unknown(&mut self, unknown: &Unknown, fact: Fact, receipt: Option<String>) {
        let resends = self.shared.ledger.mutation() == Some(Mutation::G5ResendUnknown);
        let fact = if resends { Fact::EvidenceAbsent } else { fact };
        let mut record = plain(unknown.id, fact, self.targets.policy(&unknown.target));
        record.receipt = receipt;
        self.record(unknown.lane, Purpose::Doubt, record);
    }

    pub(super) fn next_look(&self) -> Option<Timestamp> {
        let waiting = self.unknown.values().filter(|unknown| !unknown.busy && self.targets.knows(&unknown.target));
        waiting.map(|unknown| unknown.due).min()
    }
}
