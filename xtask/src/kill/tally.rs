//! The tally: what was acknowledged against what arrived, at Redox and at the application.

use super::application::Application;
use super::gateway::Gateway;
use super::hospital;
use super::load::Acknowledged;
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
    hl7_acknowledged: usize,
    hl7_repeated: usize,
    lost_in_store: usize,
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
        acknowledged: &Acknowledged,
        operator: &Operator,
    ) -> Result<Self> {
        let mut at_redox: HashMap<String, usize> = HashMap::new();
        for order in received(redox).await? {
            *at_redox.entry(order).or_default() += 1;
        }
        let (mut given, waiting) = pushed(redox).await?;
        let pushed = given.len();
        given.extend(acknowledged.hl7.messages.iter().cloned());
        let kept = kept(gateway).await?;
        let arrived = application.arrived();
        let at_application: HashSet<&str> = arrived.first.iter().map(|(_, name)| name.as_str()).collect();
        let doubled = at_redox.iter().filter(|(order, count)| **count > 1 && !operator.resent.contains(*order));
        Ok(Self {
            submitted: acknowledged.orders.len(),
            pushed,
            hl7_acknowledged: acknowledged.hl7.messages.len(),
            hl7_repeated: acknowledged.hl7.repeats,
            lost_in_store: given.iter().filter(|(_, name)| !kept.contains_key(name)).count(),
            lost_to_redox: acknowledged.orders.iter().filter(|order| !at_redox.contains_key(*order)).count(),
            lost_to_application: given.iter().filter(|(_, name)| !at_application.contains(name.as_str())).count(),
            waiting_at_redox: waiting,
            doubled_in_store: kept.values().map(|count| count - 1).sum(),
            doubled_at_redox_unannounced: doubled.map(|(_, count)| count - 1).sum(),
            announced: operator.announced.len(),
            repeated_to_handler: arrived.repeats,
            reordered: reordered(&given, &arrived.first),
        })
    }

    /// What should have arrived somewhere and has not; while work is under way, what is on its way.
    pub(crate) fn lost(&self) -> usize {
        self.lost_in_store + self.lost_to_redox + self.lost_to_application + self.waiting_at_redox
    }

    /// What Redox has delivered.
    pub(crate) const fn pushed(&self) -> usize {
        self.pushed
    }

    pub(crate) fn is_clean(&self, rounds: u32) -> bool {
        let repeats_max = (rounds as usize) * IN_FLIGHT_MAX;
        self.lost() == 0
            && self.submitted > 0
            && self.pushed > 0
            && self.hl7_acknowledged > 0
            && self.doubled_in_store + self.doubled_at_redox_unannounced + self.reordered == 0
            && self.repeated_to_handler <= repeats_max
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "submitted": self.submitted,
            "pushed": self.pushed,
            "hl7_acknowledged": self.hl7_acknowledged,
            "hl7_repeated": self.hl7_repeated,
            "lost": self.lost(),
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

/// How often the store has each thing that was given to it: by Redox's log id, or by sender and control id.
async fn kept(gateway: &Gateway) -> Result<HashMap<String, usize>> {
    let mut kept: HashMap<String, usize> = HashMap::new();
    let mut cursor = String::new();
    loop {
        let page = gateway.get(&format!("/v1/events?direction=inbound&limit=1000{cursor}")).await?;
        for event in page["events"].as_array().context("events")? {
            *kept.entry(named(event).context("an event that nobody gave")?).or_default() += 1;
        }
        match page["next"].as_str() {
            Some(next) => cursor = format!("&before={next}"),
            None => return Ok(kept),
        }
    }
}

fn named(event: &Value) -> Option<String> {
    if let Some(log) = event.pointer("/redox/log").and_then(Value::as_str) {
        return Some(log.to_owned());
    }
    let control_id = event.pointer("/redox/message").and_then(Value::as_str)?;
    Some(hospital::name(event["source"].as_str()?, control_id))
}

/// First arrivals that came after one that was given later, within a stream.
fn reordered(given: &[(String, String)], arrived: &[(String, String)]) -> usize {
    let place: HashMap<&str, usize> =
        given.iter().enumerate().map(|(place, (_, name))| (name.as_str(), place)).collect();
    let mut last: BTreeMap<&str, usize> = BTreeMap::new();
    let mut reordered = 0;
    for (stream, name) in arrived {
        let Some(place) = place.get(name.as_str()).copied() else { continue };
        let before = last.entry(stream).or_insert(place);
        reordered += usize::from(place < *before);
        *before = (*before).max(place);
    }
    reordered
}

#[cfg(test)]
mod tests {
    use super::{named, reordered};
    use serde_json::json;

    fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
        of.iter().map(|&(stream, name)| (stream.to_owned(), name.to_owned())).collect()
    }

    #[test]
    fn order_is_counted_within_a_stream() {
        let given = pairs(&[("ADT1", "ADT1 1"), ("ADT1", "ADT1 2"), ("ADT2", "ADT2 1")]);
        let swapped = pairs(&[("ADT1", "ADT1 2"), ("ADT1", "ADT1 1"), ("ADT2", "ADT2 1")]);
        let between = pairs(&[("ADT2", "ADT2 1"), ("ADT1", "ADT1 1"), ("ADT1", "ADT1 2")]);
        assert_eq!([reordered(&given, &given), reordered(&given, &swapped), reordered(&given, &between)], [0, 1, 0]);
    }

    #[test]
    fn an_event_is_named_as_its_giver_named_it() {
        assert_eq!(named(&json!({"source": null, "redox": {"log": "L"}})), Some("L".to_owned()));
        assert_eq!(named(&json!({"source": "ADT1", "redox": {"message": "7"}})), Some("ADT1 7".to_owned()));
        assert_eq!(named(&json!({"source": "ADT1", "redox": {}})), None);
    }
}
