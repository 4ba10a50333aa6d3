//! What everybody counted at the end, held against what it must be.

use super::{Kept, Story, Told};
use crate::demo::application::Got;
use crate::demo::counts::Counts;
use crate::exit::Failure;
use oxgate_core::EventId;
use std::collections::BTreeMap;

impl Story<'_> {
    pub(super) async fn count(&self, kept: &Kept) -> Told<Counts> {
        let deliveries = kept.settled + 5;
        let settled = self.settled(&kept.submitted, deliveries).await?;
        let received = self.stage.redox.control().received("bodies=false&limit=1000").await.map_err(Failure::failed)?;
        let sends = received["received"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|message| message["data_model"] != "PatientSearch")
            .count();
        let got = self.stage.application.got();
        let answered = got.iter().filter(|got| !got.answers.is_empty()).count();
        let announced = got.iter().filter(|got| got.is_late_in_lane).count();
        let parked = self.stage.gateway.gateway.store.parked(None, None, 100).await.map_err(Failure::failed)?.len();
        let ops = self.stage.application.ops();
        let mut counts = Counts::default();
        counts.add("submitted", "events submitted", kept.submitted.len(), 11);
        counts.add("settled", "deliveries settled at Redox", settled, deliveries);
        counts.add("sent_to_redox", "messages that Redox accepted", sends, deliveries);
        let tokens = self.stage.redox.info()["tokens_issued"].as_u64().unwrap_or_default();
        counts.add("tokens_obtained", "tokens obtained", usize::try_from(tokens).unwrap_or(usize::MAX), 2);
        counts.add("queries_answered", "queries answered on the call", kept.queries_answered, 2);
        counts.add("ambiguous_candidates", "patients that could not be told apart", kept.ambiguous_candidates, 2);
        counts.add("pushed_by_redox", "events pushed by Redox", kept.pushed, kept.pushed);
        counts.add("at_application", "events at the application", got.len(), kept.pushed);
        counts.add("lost", "lost", kept.pushed.saturating_sub(got.len()), 0);
        counts.add("doubled", "doubled", self.stage.application.repeats() + got.len().saturating_sub(kept.pushed), 0);
        counts.add("reordered", "out of order without being announced", reordered(&got), 0);
        counts.add("announced_out_of_order", "out of order and announced", announced, 1);
        counts.add("duplicates_recognised", "redeliveries recognised", kept.redelivered, 5);
        counts.add("answers_linked", "answers linked to their orders", answered, 4);
        counts.add("orders_rejected", "orders rejected by the hospital", kept.rejected, 1);
        counts.add("files_uploaded", "files uploaded ahead of their event", kept.files_uploaded, 1);
        counts.add("followed", "deliveries followed to the hospital", kept.followed, 1);
        counts.add("reconciled", "unknown sends settled by Redox's logs", kept.reconciled, 1);
        let twice = received["counts"]["repeated_bodies"].as_u64().unwrap_or(u64::MAX);
        counts.add("sent_twice", "sent to Redox twice", usize::try_from(twice).unwrap_or(usize::MAX), 0);
        counts.add("late_answers", "answers reported late", kept.late, 1);
        counts.add("parked_in_outage", "parked while the application was down", kept.parked_in_outage, 0);
        counts.add("parked_and_released", "parked and released by a person", kept.parked, 1);
        counts.add("parked_now", "still parked", parked, 0);
        counts.add("ops_events", "operational events", ops.len(), 3);
        counts.add("bad_signatures", "webhooks with a wrong signature", self.stage.application.bad_signatures(), 0);
        Ok(counts)
    }
}

/// Webhooks that came after a younger one of their data model, without saying so.
fn reordered(got: &[Got]) -> usize {
    let mut newest: BTreeMap<&str, EventId> = BTreeMap::new();
    let mut reordered = 0;
    for event in got.iter().filter(|got| !got.is_late_in_lane) {
        let model = event.kind.split('.').next().unwrap_or_default();
        let last = newest.entry(model).or_insert(event.id);
        reordered += usize::from(event.id < *last);
        *last = (*last).max(event.id);
    }
    reordered
}
