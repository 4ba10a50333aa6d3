//! The chapters in which Redox speaks first: a feed, redeliveries, an application that is down, and one that trips.

use super::{Kept, Story, Told, told};
use crate::demo::messages;
use crate::exit::Failure;
use serde_json::json;

impl Story<'_> {
    pub(super) async fn feed(&self, kept: &mut Kept) -> Told {
        self.telling.chapter(9, "A feed of admissions, transfers and discharges");
        self.emit(kept, 20).await?;
        self.arrived(kept.pushed).await?;
        self.telling.done("20 events pushed by Redox, 20 signed webhooks at the application, in order");
        Ok(())
    }

    pub(super) async fn redelivery(&self, kept: &mut Kept) -> Told {
        self.telling.chapter(10, "Redox redelivers what it delivered before");
        let control = self.stage.redox.control();
        let logs = control.logs("type=receive&status=succeeded&limit=5").await.map_err(Failure::failed)?;
        let before = self.stage.gateway.gateway.store.counters().duplicates;
        let ids = logs["logs"].as_array().into_iter().flatten().filter_map(|log| log["id"].as_str());
        for id in ids {
            control.redeliver(id).await.map_err(Failure::failed)?;
            kept.redelivered += 1;
        }
        self.telling
            .fault(&format!("{} logs come again, each under its old log id and a new attempt id", kept.redelivered));
        self.eventually("the redeliveries", async || {
            let seen = self.stage.gateway.gateway.store.counters().duplicates - before;
            (seen == kept.redelivered as u64).then_some(())
        })
        .await?;
        self.telling.done("each is recognised, answered 200, and handed to nobody a second time");
        Ok(())
    }

    pub(super) async fn outage(&self, kept: &mut Kept) -> Told {
        self.telling.chapter(11, "The application is down for a while");
        self.stage.application.be_down(true);
        self.emit(kept, 30).await?;
        self.until("an attempt that meets it down", |application| (application.refused_down() > 0).then_some(()))
            .await?;
        let store = &self.stage.gateway.gateway.store;
        self.eventually("Redox to have handed over the feed", async || {
            let queues = self.stage.redox.control().logs("type=receive&status=pending&limit=1").await.ok()?;
            queues["logs"].as_array().is_some_and(Vec::is_empty).then_some(())
        })
        .await?;
        kept.parked_in_outage = store.parked(None, None, 100).await.map_err(Failure::failed)?.len();
        self.telling.fault(
            "30 events wait in their lane; Redox had its 200 for each; nothing is parked: an outage is not poison",
        );
        self.stage.application.be_down(false);
        self.arrived(kept.pushed).await?;
        self.telling.done("it is back, and all 30 arrive in order");
        Ok(())
    }

    pub(super) async fn poison(&self, kept: &mut Kept) -> Told {
        self.telling.chapter(12, "One event that the application trips over");
        self.stage.application.trip_over(Some("Notes.New"));
        self.deliver(kept, &messages::note_from_hospital(8)).await?;
        self.until("the application to trip", |application| (application.tripped() > 0).then_some(())).await?;
        self.telling.fault("it answers 500 to a note, and takes everything else: so it is the note");
        let store = &self.stage.gateway.gateway.store;
        let healthy = kept.pushed;
        let mut tripped = 0;
        let parked = self
            .eventually("the note to be parked", async || {
                // Another event that goes through between two attempts is the evidence that the application is well.
                if self.stage.application.tripped() > tripped {
                    tripped = self.stage.application.tripped();
                    self.emit(&mut Kept::default(), 1).await.ok()?;
                }
                store.parked(None, None, 10).await.ok()?.into_iter().next().map(|row| row.id)
            })
            .await?;
        kept.parked = 1;
        let emitted = self.stage.redox.control().logs("type=receive&limit=1000").await.map_err(Failure::failed)?;
        kept.pushed = emitted["logs"].as_array().map_or(healthy, Vec::len);
        self.until("the ops handler to be told", |application| told(&application.ops(), "delivery.parked")).await?;
        self.telling.done("after three counted failures it is parked; the ops handler is told");
        self.deliver(kept, &messages::note_from_hospital(9)).await?;
        self.stage.application.trip_over(None);
        self.arrived(kept.pushed - 1).await?;
        self.telling.done("the application is mended; the next note has gone ahead");
        let url = format!("{}/v1/deliveries/{parked}/release", self.stage.gateway_url());
        let released = self
            .stage
            .http
            .post(url)
            .bearer_auth(&self.stage.api_key)
            .json(&json!({"why": "the application was mended"}));
        let status = released.send().await.map_err(Failure::peer)?.status();
        if !status.is_success() {
            return Err(Failure::failed(format!("the parked note was not released: {status}")));
        }
        self.arrived(kept.pushed).await?;
        self.telling.done("released by a person, it is delivered with `Oxgate-Out-Of-Order`");
        Ok(())
    }
}
