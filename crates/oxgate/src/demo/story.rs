//! The story, step by step: each chapter does something, waits until it has come true, and says what it saw.

use super::application::{Application, Got};
use super::counts::Counts;
use super::messages;
use super::setting::Setting;
use super::telling::Telling;
use crate::exit::Failure;
use oxgate_core::EventId;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// How long a chapter waits for what must happen; a healthy machine needs a fraction of it.
const PATIENCE: Duration = Duration::from_secs(30);

/// Who tells, on which stage.
pub(crate) struct Story<'a> {
    stage: &'a Setting,
    telling: Telling,
}

type Told<T = ()> = Result<T, Failure>;

/// What the chapters leave for the counting.
#[derive(Default)]
struct Kept {
    submitted: Vec<EventId>,
    settled: usize,
    pushed: usize,
    redelivered: usize,
    search_results: usize,
    parked_in_outage: usize,
    parked: usize,
    late: usize,
}

impl<'a> Story<'a> {
    pub(crate) fn new(stage: &'a Setting, telling: Telling) -> Self {
        Self { stage, telling }
    }

    /// Tells everything and counts.
    pub(crate) async fn tell(&self) -> Told<Counts> {
        let mut kept = Kept::default();
        self.telling.line(
            "One hospital behind Redox, one gateway, one application; all on this machine, all patients invented.",
        );
        self.register().await?;
        self.submit(&mut kept).await?;
        self.ask(&mut kept).await?;
        self.results(&mut kept).await?;
        self.feed(&mut kept).await?;
        self.redelivery(&mut kept).await?;
        self.outage(&mut kept).await?;
        self.poison(&mut kept).await?;
        self.silence(&mut kept).await?;
        self.count(&kept).await
    }

    async fn register(&self) -> Told {
        self.telling.chapter(1, "Registration: keys, an endpoint, a token");
        let control = self.stage.redox.control();
        control.register_keys(&self.stage.jwks).await.map_err(Failure::failed)?;
        self.telling.done("Redox has the public half of a fresh P-384 key; the private half never left its file");
        let destination = self.stage.info["destinations"][2]["id"].as_str().unwrap_or_default();
        let url = format!("{}/redox/main", self.stage.gateway_url());
        let change = json!({"url": url, "verification_token": self.stage.token});
        control.change_destination(destination, &change).await.map_err(Failure::failed)?;
        let verified = control.verify(destination).await.map_err(Failure::failed)?;
        if verified["verified"] != true {
            return Err(Failure::failed(format!("the endpoint was not verified: {}", verified["reason"])));
        }
        self.telling.done("the endpoint answered Redox's challenge");
        Ok(())
    }

    async fn submit(&self, kept: &mut Kept) -> Told {
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

    async fn ask(&self, kept: &mut Kept) -> Told {
        self.telling.chapter(3, "A question, answered on the same call");
        let url = format!("{}/v1/queries", self.stage.gateway_url());
        let answer = self.stage.http.post(url).bearer_auth(&self.stage.api_key).json(&messages::search()).send().await;
        let answer: Value = answer.map_err(Failure::peer)?.json().await.map_err(Failure::peer)?;
        kept.search_results = usize::from(answer.pointer("/Patient/Identifiers").is_some());
        self.telling.done("PatientSearch.Query found the patient at the hospital");
        Ok(())
    }

    async fn results(&self, kept: &mut Kept) -> Told {
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

    async fn feed(&self, kept: &mut Kept) -> Told {
        self.telling.chapter(5, "A feed of admissions, transfers and discharges");
        self.emit(kept, 20).await?;
        self.arrived(kept.pushed).await?;
        self.telling.done("20 events pushed by Redox, 20 signed webhooks at the application, in order");
        Ok(())
    }

    async fn redelivery(&self, kept: &mut Kept) -> Told {
        self.telling.chapter(6, "Redox redelivers what it delivered before");
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

    async fn outage(&self, kept: &mut Kept) -> Told {
        self.telling.chapter(7, "The application is down for a while");
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
        kept.parked_in_outage = store.parked(None, 100).await.map_err(Failure::failed)?.len();
        self.telling.fault(
            "30 events wait in their lane; Redox had its 200 for each; nothing is parked: an outage is not poison",
        );
        self.stage.application.be_down(false);
        self.arrived(kept.pushed).await?;
        self.telling.done("it is back, and all 30 arrive in order");
        Ok(())
    }

    async fn poison(&self, kept: &mut Kept) -> Told {
        self.telling.chapter(8, "One event that the application trips over");
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
                store.parked(None, 10).await.ok()?.into_iter().next().map(|row| row.id)
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

    async fn silence(&self, kept: &mut Kept) -> Told {
        self.telling.chapter(9, "An order that nobody answers");
        let taken = self.post(&messages::order("NOANSWER-1", 6), Some("ward-3/order-9"), Some("2s")).await?;
        let id: EventId = taken["id"].as_str().unwrap_or_default().parse().map_err(Failure::failed)?;
        kept.submitted.push(id);
        self.telling.done("an order goes out with `Oxgate-Reply-Within: 2s`");
        self.until("the late report", |application| told(&application.ops(), "expectation.late")).await?;
        kept.late = 1;
        self.telling.fault("two seconds after Redox had it, the ops handler is told: expectation.late");
        Ok(())
    }

    async fn count(&self, kept: &Kept) -> Told<Counts> {
        let deliveries = kept.settled + 1;
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
        let parked = self.stage.gateway.gateway.store.parked(None, 100).await.map_err(Failure::failed)?.len();
        let ops = self.stage.application.ops();
        let mut counts = Counts::default();
        counts.add("submitted", "events submitted", kept.submitted.len(), 7);
        counts.add("settled", "deliveries settled at Redox", settled, deliveries);
        counts.add("sent_to_redox", "messages that Redox accepted", sends, deliveries);
        let tokens = self.stage.redox.info()["tokens_issued"].as_u64().unwrap_or_default();
        counts.add("tokens_obtained", "tokens obtained", usize::try_from(tokens).unwrap_or(usize::MAX), 1);
        counts.add("queries_answered", "queries answered on the call", kept.search_results, 1);
        counts.add("pushed_by_redox", "events pushed by Redox", kept.pushed, kept.pushed);
        counts.add("at_application", "events at the application", got.len(), kept.pushed);
        counts.add("lost", "lost", kept.pushed.saturating_sub(got.len()), 0);
        counts.add("doubled", "doubled", self.stage.application.repeats() + got.len().saturating_sub(kept.pushed), 0);
        counts.add("reordered", "out of order without being announced", reordered(&got), 0);
        counts.add("announced_out_of_order", "out of order and announced", announced, 1);
        counts.add("duplicates_recognised", "redeliveries recognised", kept.redelivered, 5);
        counts.add("answers_linked", "results linked to their orders", answered, 3);
        counts.add("late_answers", "answers reported late", kept.late, 1);
        counts.add("parked_in_outage", "parked while the application was down", kept.parked_in_outage, 0);
        counts.add("parked_and_released", "parked and released by a person", kept.parked, 1);
        counts.add("parked_now", "still parked", parked, 0);
        counts.add("ops_events", "operational events", ops.len(), 2);
        counts.add("bad_signatures", "webhooks with a wrong signature", self.stage.application.bad_signatures(), 0);
        Ok(counts)
    }

    async fn emit(&self, kept: &mut Kept, events: u32) -> Told {
        self.stage.redox.control().emit(events).await.map_err(Failure::failed)?;
        kept.pushed += events as usize;
        Ok(())
    }

    async fn deliver(&self, kept: &mut Kept, body: &Value) -> Told {
        self.stage.redox.control().deliver(body).await.map_err(Failure::failed)?;
        kept.pushed += 1;
        Ok(())
    }

    async fn send(&self, body: &Value, correlation: Option<&str>, within: Option<&str>) -> Told<reqwest::Response> {
        let url = format!("{}/v1/events", self.stage.gateway_url());
        let mut request = self.stage.http.post(url).bearer_auth(&self.stage.api_key).json(body);
        if let Some(correlation) = correlation {
            request = request.header("oxgate-correlation", correlation);
        }
        if let Some(within) = within {
            request = request.header("oxgate-reply-within", within);
        }
        request.send().await.map_err(Failure::peer)
    }

    async fn post(&self, body: &Value, correlation: Option<&str>, within: Option<&str>) -> Told<Value> {
        let answer = self.send(body, correlation, within).await?;
        let status = answer.status();
        let value: Value = answer.json().await.map_err(Failure::peer)?;
        if status == 202 {
            Ok(value)
        } else {
            Err(Failure::failed(format!("an event was not taken: {status} {value}")))
        }
    }

    /// Waits until all deliveries of these events are settled; how many there are.
    async fn settled(&self, events: &[EventId], deliveries: usize) -> Told<usize> {
        let store = &self.stage.gateway.gateway.store;
        self.eventually("deliveries to settle at Redox", async || {
            let mut settled = 0;
            for id in events {
                let rows = store.deliveries(*id).await.ok()?;
                settled += rows.iter().filter(|row| row.row.state == oxgate_core::State::Settled).count();
            }
            (settled == deliveries).then_some(settled)
        })
        .await
    }

    async fn arrived(&self, events: usize) -> Told {
        self.until("webhooks at the application", |application| (application.got().len() >= events).then_some(())).await
    }

    async fn until<T>(&self, what: &str, look: impl Fn(&Application) -> Option<T>) -> Told<T> {
        self.eventually(what, async || look(&self.stage.application)).await
    }

    /// Looks again after each webhook, and now and then in between.
    async fn eventually<T>(&self, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> Told<T> {
        let seen = async {
            loop {
                if let Some(seen) = look().await {
                    return seen;
                }
                let _ = tokio::time::timeout(Duration::from_millis(50), self.stage.application.changed()).await;
            }
        };
        tokio::time::timeout(PATIENCE, seen)
            .await
            .map_err(|_| Failure::failed(format!("waited {} s for {what}, in vain", PATIENCE.as_secs())))
    }
}

fn arrival_to_two() -> Value {
    let mut body = messages::arrival(1, "memorial");
    body["Meta"]["Destinations"] = json!([{"Name": "memorial"}, {"Name": "archive"}]);
    body
}

fn told(ops: &[Value], kind: &str) -> Option<()> {
    ops.iter().any(|event| event["type"] == kind).then_some(())
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
