//! The story, step by step: each chapter does something, waits until it has come true, and says what it saw.

/// The application speaks first.
mod outward;

/// Redox speaks first.
mod inward;

/// The counting.
mod ending;

use super::application::Application;
use super::counts::Counts;
use super::setting::Setting;
use super::telling::Telling;
use crate::exit::Failure;
use oxgate_core::EventId;
use serde_json::{Value, json};
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
    queries_answered: usize,
    ambiguous_candidates: usize,
    rejected: usize,
    files_uploaded: usize,
    followed: usize,
    reconciled: usize,
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
        self.rejected(&mut kept).await?;
        self.uploaded(&mut kept).await?;
        self.followed(&mut kept).await?;
        self.reconciled(&mut kept).await?;
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

fn told(ops: &[Value], kind: &str) -> Option<()> {
    ops.iter().any(|event| event["type"] == kind).then_some(())
}
