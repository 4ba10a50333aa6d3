//! The chapters in which the application speaks first: events and questions to the hospital, and what becomes of them.

use super::{Kept, Story, Told, told};
use crate::demo::application::Got;
use crate::demo::messages;
use crate::exit::Failure;
use oxgate_core::{Downstream, EventId};
use redox_emulator::{FaultKind, FaultRule};
use serde_json::{Value, json};

impl Story<'_> {
    pub(super) async fn submit(&self, kept: &mut Kept) -> Told {
        self.telling.chapter(2, "The application hands over events and may forget about them");
        let events = [
            ("an arrival, to two destinations", arrival_to_two(), None),
            ("an order", messages::order("ORD-1", 1), Some("ward-3/order-1")),
            ("an order", messages::order("ORD-2", 2), Some("ward-3/order-2")),
            ("an order", messages::order("ORD-3", 3), Some("ward-3/order-3")),
            ("an appointment", messages::appointment(4), None),
            ("a note, to the archive", messages::note(5, "archive"), None),
        ];
        let mut deliveries = 0;
        for (what, body, correlation) in events {
            let taken = self.post(&body, correlation, None).await?;
            let id = taken["id"].as_str().unwrap_or_default().to_owned();
            deliveries += taken["deliveries"].as_array().map_or(0, Vec::len);
            self.telling.done(&format!("202 for {what}: {id}"));
            kept.submitted.push(id.parse().map_err(Failure::failed)?);
        }
        let refused = self.send(&messages::order_to_archive(), None, None).await?;
        if refused.status() != 422 {
            return Err(Failure::failed("an order for an archive that takes none was not refused"));
        }
        self.telling
            .fault("422 for an order to the archive, which takes no orders: refused now, not by a routing error later");
        kept.settled = self.settled(&kept.submitted, deliveries).await?;
        self.telling.done(&format!(
            "Redox has all {deliveries} deliveries, in order, each with its log id; one token was enough"
        ));
        Ok(())
    }

    pub(super) async fn ask(&self, kept: &mut Kept) -> Told {
        self.telling.chapter(3, "Questions, answered on the same call");
        let answer = self.query(&messages::search()).await?;
        kept.queries_answered += usize::from(answer.pointer("/Patient/Identifiers").is_some());
        self.telling.done("PatientSearch.Query found the patient at the hospital");
        let answer = self.query(&messages::ambiguous_search()).await?;
        kept.ambiguous_candidates = answer["PotentialMatches"].as_array().map_or(0, Vec::len);
        kept.queries_answered += usize::from(answer["Patient"] == json!({}) && kept.ambiguous_candidates > 1);
        self.telling.fault(&format!(
            "{} patients of the same name and birth date: the hospital names them all and none as the one",
            kept.ambiguous_candidates
        ));
        Ok(())
    }

    async fn query(&self, body: &Value) -> Told<Value> {
        let url = format!("{}/v1/queries", self.stage.gateway_url());
        let answer = self.stage.http.post(url).bearer_auth(&self.stage.api_key).json(body).send().await;
        answer.map_err(Failure::peer)?.json().await.map_err(Failure::peer)
    }

    pub(super) async fn results(&self, kept: &mut Kept) -> Told {
        self.telling.chapter(4, "Results arrive, and find the orders they answer");
        kept.pushed += 3;
        let got = self.until("three results", |application| {
            let results: Vec<Got> = application.got().into_iter().filter(|got| got.kind == "Results.New").collect();
            (results.len() == 3).then_some(results)
        });
        for result in got.await? {
            let correlation = result.correlation.unwrap_or_default();
            self.telling.done(&format!(
                "Results.New answers {}: the application gets its `{correlation}` back",
                result.answers.join(", ")
            ));
        }
        Ok(())
    }

    pub(super) async fn rejected(&self, kept: &mut Kept) -> Told {
        self.telling.chapter(5, "An order that the hospital rejects");
        let taken = self.post(&messages::order("REJECT-1", 7), Some("ward-3/order-4"), None).await?;
        let id: EventId = taken["id"].as_str().unwrap_or_default().parse().map_err(Failure::failed)?;
        kept.submitted.push(id);
        self.telling.done("Redox takes it like any other: what the hospital thinks of it comes later, as an event");
        let is_rejection = |got: &Got| got.kind == "Order.Cancel" && got.answers.contains(&id.to_string());
        let got = self.until("the rejection", |application| application.got().into_iter().find(is_rejection)).await?;
        kept.pushed += 1;
        kept.rejected += 1;
        self.telling.fault(&format!(
            "Order.Cancel answers `{}`: \"{}\"",
            got.correlation.unwrap_or_default(),
            got.comments.unwrap_or_default()
        ));
        Ok(())
    }

    pub(super) async fn uploaded(&self, kept: &mut Kept) -> Told {
        self.telling.chapter(6, "A report that is too large to embed");
        let report = messages::report();
        let taken = self.post(&messages::media(8, &report), None, None).await?;
        let id: EventId = taken["id"].as_str().unwrap_or_default().parse().map_err(Failure::failed)?;
        kept.submitted.push(id);
        self.telling.done(&format!("202 for an event with a file of {} KiB inside", report.len() / 1024));
        self.settled(&[id], 1).await?;
        let control = self.stage.redox.control();
        let uploads = control.uploads().await.map_err(Failure::failed)?;
        let file = &uploads["uploads"][0];
        let received = control.received("data_model=Media").await.map_err(Failure::failed)?;
        let named = received["received"][0]["body"].pointer("/Media/FileContents");
        let is_whole = file["bytes"].as_u64() == u64::try_from(report.len()).ok();
        kept.files_uploaded += usize::from(is_whole && file["uri"].is_string() && named == file.get("uri"));
        self.telling.done("the file went ahead by itself; the event that Redox got names it by its URI");
        Ok(())
    }

    pub(super) async fn followed(&self, kept: &mut Kept) -> Told {
        self.telling.chapter(7, "What becomes of an event after Redox has it");
        let control = self.stage.redox.control();
        let mut refusal = FaultRule::new(FaultKind::DestinationError);
        refusal.model = Some("Scheduling".to_owned());
        refusal.status = Some(503);
        control.add_fault(&refusal).await.map_err(Failure::failed)?;
        let taken = self.post(&messages::appointment(9), None, None).await?;
        let id: EventId = taken["id"].as_str().unwrap_or_default().parse().map_err(Failure::failed)?;
        kept.submitted.push(id);
        self.settled(&[id], 1).await?;
        self.telling.done("settled: Redox has the appointment, and the gateway's duty ends there");
        self.until("the failed delivery", |application| told(&application.ops(), "delivery.failed_downstream")).await?;
        self.telling.fault("Redox's log says that the hospital does not take it: the ops handler is told");
        control.clear_faults().await.map_err(Failure::failed)?;
        let hospital = self.stage.info["destinations"][0]["id"].as_str().unwrap_or_default();
        control.resume(hospital).await.map_err(Failure::failed)?;
        let store = &self.stage.gateway.gateway.store;
        self.eventually("the delivery to be followed to its end", async || {
            let rows = store.deliveries(id).await.ok()?;
            rows.iter().all(|row| row.downstream == Some(Downstream::Succeeded)).then_some(())
        })
        .await?;
        kept.followed += 1;
        self.telling.done("the hospital is back and takes it: `downstream` of the delivery says succeeded");
        Ok(())
    }

    pub(super) async fn reconciled(&self, kept: &mut Kept) -> Told {
        self.telling.chapter(8, "A send whose answer is lost");
        let control = self.stage.redox.control();
        let mut lost = FaultRule::new(FaultKind::DropAfter);
        lost.model = Some("Notes".to_owned());
        lost.count = Some(1);
        control.add_fault(&lost).await.map_err(Failure::failed)?;
        let taken = self.post(&messages::note(10, "memorial"), None, None).await?;
        let id: EventId = taken["id"].as_str().unwrap_or_default().parse().map_err(Failure::failed)?;
        kept.submitted.push(id);
        self.telling.fault("Redox stores the note, and the connection breaks before it says so: nobody knows");
        self.settled(&[id], 1).await?;
        let rows = self.stage.gateway.gateway.store.deliveries(id).await.map_err(Failure::failed)?;
        let logs = control.logs("type=send&data_model=Notes&limit=1").await.map_err(Failure::failed)?;
        let is_found = rows.iter().all(|row| row.receipt.as_deref() == logs["logs"][0]["id"].as_str());
        kept.reconciled += usize::from(is_found);
        control.clear_faults().await.map_err(Failure::failed)?;
        self.telling.done("a look into Redox's logs finds it: settled under that log, and not sent a second time");
        Ok(())
    }

    pub(super) async fn silence(&self, kept: &mut Kept) -> Told {
        self.telling.chapter(13, "An order that nobody answers");
        let taken = self.post(&messages::order("NOANSWER-1", 6), Some("ward-3/order-9"), Some("2s")).await?;
        let id: EventId = taken["id"].as_str().unwrap_or_default().parse().map_err(Failure::failed)?;
        kept.submitted.push(id);
        self.telling.done("an order goes out with `Oxgate-Reply-Within: 2s`");
        self.until("the late report", |application| told(&application.ops(), "expectation.late")).await?;
        kept.late = 1;
        self.telling.fault("two seconds after Redox had it, the ops handler is told: expectation.late");
        Ok(())
    }
}

fn arrival_to_two() -> Value {
    let mut body = messages::arrival(1, "memorial");
    body["Meta"]["Destinations"] = json!([{"Name": "memorial"}, {"Name": "archive"}]);
    body
}
