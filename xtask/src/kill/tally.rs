//! The tally: what was acknowledged against what arrived, at Redox and at the application.

use super::application::Application;
use super::gateway::Gateway;
use super::operator::Operator;
use anyhow::{Context, Result};
use redox_emulator::Running;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Deliveries that can be under way at one kill: the handler's places.
const IN_FLIGHT_MAX: usize = 8;

/// Everything counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    submitted: usize,
    pushed: usize,
    lost_to_redox: usize,
    lost_to_application: usize,
    waiting_at_redox: usize,
    doubled_in_store: usize,
    doubled_at_redox_unannounced: usize,
    announced: usize,
    repeated_to_handler: usize,
    reordered: usize,
}

impl Tally {
    pub(crate) async fn take(
        redox: &Running,
        application: &Application,
        gateway: &Gateway,
        acknowledged: &[String],
        operator: &Operator,
    ) -> Result<Self> {
        let mut at_redox: HashMap<String, usize> = HashMap::new();
        for order in received(redox).await? {
            *at_redox.entry(order).or_default() += 1;
        }
        let (pushed, waiting) = pushed(redox).await?;
        let arrived = application.arrived();
        let at_application: HashSet<&str> = arrived.first.iter().map(|(_, log, _)| log.as_str()).collect();
        let doubled = at_redox.iter().filter(|(order, count)| **count > 1 && !operator.resent.contains(*order));
        Ok(Self {
            submitted: acknowledged.len(),
            pushed: pushed.len(),
            lost_to_redox: acknowledged.iter().filter(|order| !at_redox.contains_key(*order)).count(),
            lost_to_application: pushed.iter().filter(|(_, log)| !at_application.contains(log.as_str())).count(),
            waiting_at_redox: waiting,
            doubled_in_store: doubled_in_store(gateway).await?,
            doubled_at_redox_unannounced: doubled.map(|(_, count)| count - 1).sum(),
            announced: operator.announced.len(),
            repeated_to_handler: arrived.repeats,
            reordered: reordered(&pushed, &arrived.first),
        })
    }

    /// Nothing is on its way any more.
    pub(crate) fn is_at_rest(&self) -> bool {
        self.lost_to_redox + self.lost_to_application + self.waiting_at_redox == 0
    }

    pub(crate) fn is_clean(&self, rounds: u32) -> bool {
        let repeats_max = (rounds as usize) * IN_FLIGHT_MAX;
        self.is_at_rest()
            && self.submitted > 0
            && self.pushed > 0
            && self.doubled_in_store + self.doubled_at_redox_unannounced + self.reordered == 0
            && self.repeated_to_handler <= repeats_max
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "submitted": self.submitted,
            "pushed": self.pushed,
            "lost": self.lost_to_redox + self.lost_to_application + self.waiting_at_redox,
            "doubled_in_store": self.doubled_in_store,
            "doubled_at_redox_unannounced": self.doubled_at_redox_unannounced,
            "announced": self.announced,
            "repeated_to_handler": self.repeated_to_handler,
            "reordered": self.reordered,
        })
    }
}

/// The numbers of the orders that Redox accepted, each as often as it did.
pub(super) async fn received(redox: &Running) -> Result<Vec<String>> {
    let mut orders = Vec::new();
    let mut after = 0;
    loop {
        let page = redox.control().received(&format!("after={after}&data_model=Order&limit=1000")).await;
        let page = page.map_err(|error| anyhow::anyhow!("{error}"))?;
        let messages = page["received"].as_array().context("received messages")?;
        orders.extend(
            messages.iter().filter_map(|message| message.pointer("/body/Order/ID")?.as_str().map(str::to_owned)),
        );
        match messages.last().and_then(|message| message["number"].as_u64()) {
            Some(number) => after = number,
            None => return Ok(orders),
        }
    }
}

/// (data model, log id) of everything that Redox has delivered, oldest first, and how much it still holds.
async fn pushed(redox: &Running) -> Result<(Vec<(String, String)>, usize)> {
    let logs = redox.control().logs("type=receive&limit=100000").await.map_err(|error| anyhow::anyhow!("{error}"))?;
    let logs = logs["logs"].as_array().context("logs")?;
    let text = |log: &Value, name: &str| log[name].as_str().unwrap_or_default().to_owned();
    let mut done: Vec<_> = logs
        .iter()
        .filter(|log| log["status"] == "succeeded")
        .map(|log| (text(log, "data_model"), text(log, "id")))
        .collect();
    let waiting = logs.len() - done.len();
    done.reverse();
    Ok((done, waiting))
}

/// Inbound events beyond the first of each Redox log.
async fn doubled_in_store(gateway: &Gateway) -> Result<usize> {
    let mut logs: HashMap<String, usize> = HashMap::new();
    let mut cursor = String::new();
    loop {
        let page = gateway.get(&format!("/v1/events?direction=inbound&limit=1000{cursor}")).await?;
        for event in page["events"].as_array().context("events")? {
            let log = event.pointer("/redox/log").and_then(Value::as_str);
            *logs.entry(log.context("an event's log id")?.to_owned()).or_default() += 1;
        }
        match page["next"].as_str() {
            Some(next) => cursor = format!("&before={next}"),
            None => return Ok(logs.values().map(|count| count - 1).sum()),
        }
    }
}

/// First arrivals that came after one that Redox had delivered later, within a data model.
fn reordered(pushed: &[(String, String)], arrived: &[(String, String, String)]) -> usize {
    let place: HashMap<&str, usize> =
        pushed.iter().enumerate().map(|(place, (_, log))| (log.as_str(), place)).collect();
    let mut last: BTreeMap<&str, usize> = BTreeMap::new();
    let mut reordered = 0;
    for (model, log, _) in arrived {
        let Some(place) = place.get(log.as_str()).copied() else { continue };
        let before = last.entry(model).or_insert(place);
        reordered += usize::from(place < *before);
        *before = (*before).max(place);
    }
    reordered
}
