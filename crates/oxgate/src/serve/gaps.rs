//! Gaps between the gateway and Redox's logs that somebody has been told of: each once.

use oxgate_outbound::compare::Comparison;
use oxgate_store::Store;
use oxgate_store::command::Command;
use serde_json::json;
use std::collections::HashSet;

/// Ids that are not told again. Beyond them the oldest may be told twice, which is harmless.
const REMEMBERED: usize = 10_000;

/// Ids that one alarm names; its counts are whole.
const NAMED: usize = 50;

/// Log ids of the gaps that have been told.
#[derive(Default)]
pub(super) struct Gaps(HashSet<String>);

impl Gaps {
    /// Tells of those that nobody has been told of; again next time if the store does not take it.
    pub(super) async fn tell(&mut self, store: &Store, found: &Comparison) {
        let fresh: Vec<String> = found.gaps().into_iter().filter(|id| !self.0.contains(id)).collect();
        if fresh.is_empty() {
            return;
        }
        tracing::warn!(gaps = fresh.len(), "Redox's logs and the gateway differ; see `oxgate redox reconcile`");
        let named: Vec<&String> = fresh.iter().take(NAMED).collect();
        let data = json!({
            "gaps": fresh.len(), "logs": named,
            "only_redox": found.only_redox.len(), "only_gateway": found.only_gateway.len(),
        });
        match store.command(Command::Report { what: "reconcile.gap".to_owned(), event: None, data }).await {
            Ok(_) => {
                if self.0.len() > REMEMBERED {
                    self.0.clear();
                }
                self.0.extend(fresh);
            }
            Err(error) => tracing::warn!(%error, "the gaps are reported next time"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::chores::tests::{alarms, store};
    use oxgate_core::{EventId, Timestamp};
    use oxgate_marked::Folder;
    use oxgate_outbound::compare::Ours;
    use oxgate_store::Faults;

    fn found(logs: &[&str]) -> Comparison {
        let ours = |log: &&str| Ours {
            event: EventId { seq: 1, tag: 2 },
            delivery: None,
            log: (*log).to_owned(),
            kind: "Notes.New".to_owned(),
            at: Timestamp::ZERO,
        };
        Comparison { only_gateway: logs.iter().map(ours).collect(), ..Comparison::default() }
    }

    #[tokio::test]
    async fn a_gap_is_told_once() {
        let folder = Folder::new();
        let store = store(&folder, Faults::default());
        let mut gaps = Gaps::default();
        for logs in [&[][..], &["log-1"], &["log-1"], &["log-1", "log-2", "log-3"]] {
            gaps.tell(&store, &found(logs)).await;
        }
        let said = |gaps: usize, logs: &[&str], only_gateway: usize| {
            let data = json!({ "gaps": gaps, "logs": logs, "only_redox": 0, "only_gateway": only_gateway });
            ("reconcile.gap".to_owned(), data)
        };
        assert_eq!(alarms(&store).await, [said(1, &["log-1"], 1), said(2, &["log-2", "log-3"], 3)]);
    }
}
