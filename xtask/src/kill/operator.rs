//! The operator: looks up each send of unknown outcome in Redox's log and decides it.

use super::gateway::Gateway;
use anyhow::{Context, Result};
use redox_emulator::Running;
use serde_json::{Value, json};
use std::collections::HashSet;

/// What was decided.
#[derive(Debug, Default)]
pub(crate) struct Operator {
    /// Sends whose outcome was announced as unknown.
    pub(crate) announced: HashSet<String>,
    /// Orders that were sent again on purpose.
    pub(crate) resent: HashSet<String>,
}

impl Operator {
    /// Decides everything that is parked as unknown.
    pub(crate) async fn decide(&mut self, gateway: &Gateway, redox: &Running) -> Result<()> {
        let parked = gateway.get("/v1/parked?limit=1000").await?;
        let rows =
            ["parked", "deliveries"].iter().find_map(|name| parked[*name].as_array()).context("parked deliveries")?;
        for row in rows.iter().filter(|row| row["reason"] == "unknown-outcome") {
            let delivery = row["id"].as_str().context("a delivery's id")?;
            let event = row["event"].as_str().context("its event's id")?;
            let body = gateway.get(&format!("/v1/events/{event}/payload")).await?;
            let order = body.pointer("/Order/ID").and_then(Value::as_str).context("its order's number")?;
            let decided = if at_redox(redox).await?.contains(order) {
                "accepted"
            } else {
                self.resent.insert(order.to_owned());
                "resend"
            };
            self.announced.insert(delivery.to_owned());
            let act = json!({"as": decided, "why": "looked up in Redox's log"});
            gateway.post(&format!("/v1/deliveries/{delivery}/release"), &act).await?;
        }
        Ok(())
    }
}

async fn at_redox(redox: &Running) -> Result<HashSet<String>> {
    let orders = super::tally::received(redox).await?;
    Ok(orders.into_iter().collect())
}
