//! `POST /v1/events/search`: events by an identifier in them.
//!
//! What is looked for stands in the body, never in the address: addresses end up in logs (guarantee G8). The store knows
//! keyed hashes only, so an identifier is found as a whole or not at all.

use crate::caller::Caller;
use crate::gateway::Gateway;
use crate::intake;
use crate::problem::{Code, Problem};
use crate::show;
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use oxgate_core::EventId;
use oxgate_keys::Sought;
use oxgate_store::view::{EventQuery, EventRow};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

const LIMIT_MAX: u32 = 1_000;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Search {
    patient: Option<Patient>,
    visit: Option<String>,
    order: Option<String>,
    document: Option<String>,
    account: Option<String>,
    referral: Option<String>,
    log: Option<String>,
    before: Option<EventId>,
    limit: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Patient {
    id: String,
    r#type: Option<String>,
}

impl Search {
    /// What is looked for, if it is exactly one thing; a log id stands for itself.
    fn sought(&mut self) -> Option<Result<Sought, String>> {
        let patient = self.patient.take().map(|patient| Sought::Patient { id: patient.id, id_type: patient.r#type });
        let all = [
            patient.map(Ok),
            self.visit.take().map(Sought::Visit).map(Ok),
            self.order.take().map(Sought::Order).map(Ok),
            self.document.take().map(Sought::Document).map(Ok),
            self.account.take().map(Sought::Account).map(Ok),
            self.referral.take().map(Sought::Referral).map(Ok),
            self.log.take().map(Err),
        ];
        let mut given = all.into_iter().flatten();
        let first = given.next()?;
        given.next().is_none().then_some(first)
    }
}

/// `POST /v1/events/search`: newest first, with the event up to which the index is complete.
pub(crate) async fn search(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let members = "an object with exactly one of `patient` (`id`, and `type` where known), `visit`, `order`, `document`, \
                   `account`, `referral` and `log`, and with `before`, an event id, and `limit`, each optional";
    let mut order: Search = intake::act(body, members).await?;
    let limit = order.limit.unwrap_or(100);
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(Problem::new(Code::BadShape, format!("`limit` must be a number from 1 to {LIMIT_MAX}")));
    }
    let shape = || Problem::new(Code::BadShape, format!("one thing at a time can be looked for: expected {members}"));
    let before = order.before.map_or(u64::MAX, |event| event.seq);
    let (rows, through) = match order.sought().ok_or_else(shape)? {
        Ok(sought) => by_keys(&gateway, &sought, before, limit).await?,
        Err(log) => {
            let from = order.before.map(|event| event.seq);
            let query = EventQuery { log: Some(log), from, limit, ..EventQuery::default() };
            // Log ids are found through the tables themselves, which are never behind.
            (gateway.store.events(query).await?, u64::MAX)
        }
    };
    let newest = newest_below(&gateway, u64::MAX).await?;
    let complete = newest.is_none_or(|event| event.seq <= through);
    let complete_through = if complete { newest } else { newest_below(&gateway, through + 1).await? };
    let next = if rows.len() == limit as usize { rows.last().map(|row| row.id) } else { None };
    let events: Vec<Value> = rows.iter().map(|row| show::event_for(row, &caller, &gateway.store)).collect();
    Ok(Json(json!({ "events": events, "next": next, "complete": complete, "complete_through": complete_through })))
}

async fn by_keys(gateway: &Gateway, sought: &Sought, before: u64, limit: u32) -> Result<(Vec<EventRow>, u64), Problem> {
    let (mut found, mut through) = (BTreeMap::new(), u64::MAX);
    for (kind, hash) in sought.keys(gateway.store.keyed()) {
        let (rows, indexed) = gateway.store.search(kind, hash, before, limit).await?;
        through = through.min(indexed);
        found.extend(rows.into_iter().map(|row| (row.id.seq, row)));
    }
    Ok((found.into_values().rev().take(limit as usize).collect(), through))
}

async fn newest_below(gateway: &Gateway, seq: u64) -> Result<Option<EventId>, Problem> {
    let query = EventQuery { from: Some(seq), limit: 1, ..EventQuery::default() };
    Ok(gateway.store.events(query).await?.first().map(|row| row.id))
}
