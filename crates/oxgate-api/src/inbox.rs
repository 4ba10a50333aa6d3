//! `POST /v1/inbox/{handler}/…`: consumers of a pull handler lease runs of deliveries and say what became of them.
//!
//! The scope is `read-phi`: a lease hands over bodies. An acknowledgement is answered only once it is durable.

use crate::gateway::Gateway;
use crate::intake;
use crate::params::span;
use crate::problem::{Code, Problem};
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::header;
use oxgate_core::DeliveryId;
use oxgate_dispatch::TargetSpec;
use oxgate_inbound::handle::{answers, line};
use oxgate_inbound::inbox::{Ask, InboxError, LEASE_MAX, Leased, RUN_MAX, Run, Verdict};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// The longest wait for something to lease: shorter than the idle limit of common proxies.
const WAIT_MAX: Duration = Duration::from_secs(55);

/// How long a delivery that could not be handled rests unless told otherwise.
const RETRY_IN: Duration = Duration::from_secs(10);

/// The longest rest.
const RETRY_IN_MAX: Duration = Duration::from_hours(24);

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct LeaseOrder {
    max: usize,
    r#for: String,
    wait: String,
}

impl Default for LeaseOrder {
    fn default() -> Self {
        Self { max: 10, r#for: "30s".into(), wait: "0s".into() }
    }
}

/// `POST /v1/inbox/{handler}/lease`.
pub(crate) async fn lease(
    State(gateway): State<Arc<Gateway>>,
    Path(handler): Path<String>,
    body: Body,
) -> Result<Response, Problem> {
    let members = "an object with `max`, a number, `for` and `wait`, spans such as `30s`, each optional";
    let order: LeaseOrder = intake::act(body, members).await?;
    let spec = pull(&gateway, &handler)?;
    if !(1..=RUN_MAX).contains(&order.max) {
        return Err(Problem::new(Code::BadShape, format!("`max` must be a number from 1 to {RUN_MAX}")));
    }
    let ask = Ask {
        target: spec.name,
        most: order.max,
        within: bounded("for", &order.r#for, Duration::from_secs(1), LEASE_MAX)?,
        wait: bounded("wait", &order.wait, Duration::ZERO, WAIT_MAX)?,
        inline_max: spec.inline_max,
    };
    let body = match gateway.inbox.lease(&ask).await? {
        Some(run) => show(&gateway, &run).await?,
        None => json!({ "lease": null, "deliveries": [] }).to_string().into_bytes(),
    };
    Ok(([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], body).into_response())
}

/// The lease as JSON; bodies stand in it byte for byte where they are JSON themselves.
async fn show(gateway: &Gateway, run: &Run) -> Result<Vec<u8>, Problem> {
    let head = json!({ "lease": run.lease, "until": run.until.to_string(), "lane": run.lane });
    let mut out = head.to_string().into_bytes();
    out.pop();
    out.extend_from_slice(b",\"deliveries\":[");
    for (index, leased) in run.deliveries.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend(one(gateway, leased).await?);
    }
    out.extend_from_slice(b"]}");
    Ok(out)
}

async fn one(gateway: &Gateway, leased: &Leased) -> Result<Vec<u8>, Problem> {
    let id = leased.delivery.id;
    let answers = answers(&gateway.store, id.event).await?;
    let out_of_order = gateway.store.delivery(id).await?.is_some_and(|row| row.out_of_order);
    let mut facts = line::facts(&line::Facts {
        delivery: id,
        attempt: leased.delivery.row.attempts + 1,
        event: &leased.event,
        out_of_order,
        answers: &answers.questions,
        correlations: &answers.correlations,
    });
    if let Some(body) = &leased.body {
        return Ok(line::with_body(&facts, body));
    }
    facts["payload_path"] = format!("/v1/events/{}/payload", id.event).into();
    Ok(facts.to_string().into_bytes())
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Said {
    lease: String,
    deliveries: Vec<String>,
    retry_in: Option<String>,
    park: bool,
}

/// `POST /v1/inbox/{handler}/ack`: the consumer has them.
pub(crate) async fn ack(
    State(gateway): State<Arc<Gateway>>,
    Path(handler): Path<String>,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let said: Said =
        intake::act(body, "an object with `lease` and `deliveries`, a list; all of them when absent").await?;
    settle(&gateway, &handler, &said, Verdict::Ack).await
}

/// `POST /v1/inbox/{handler}/nack`: the consumer could not handle them.
pub(crate) async fn nack(
    State(gateway): State<Arc<Gateway>>,
    Path(handler): Path<String>,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let members = "an object with `lease`, `deliveries`, `retry_in`, a span, and `park`, true or false";
    let said: Said = intake::act(body, members).await?;
    let retry_in = match &said.retry_in {
        Some(text) => bounded("retry_in", text, Duration::ZERO, RETRY_IN_MAX)?,
        None => RETRY_IN,
    };
    settle(&gateway, &handler, &said, Verdict::Nack { retry_in, park: said.park }).await
}

async fn settle(gateway: &Gateway, handler: &str, said: &Said, verdict: Verdict) -> Result<Json<Value>, Problem> {
    let spec = pull(gateway, handler)?;
    let unreadable = || Problem::new(Code::BadShape, "`deliveries` must list delivery ids (`dlv_…`)");
    let named: Option<Vec<DeliveryId>> = said.deliveries.iter().map(|id| id.parse().ok()).collect();
    let named = named.ok_or_else(unreadable)?;
    let states = gateway.inbox.settle((&spec.name, spec.policy), &said.lease, &named, verdict).await?;
    let shown: Vec<Value> =
        states.iter().map(|(id, state)| json!({ "delivery": id, "state": state.as_str() })).collect();
    Ok(Json(json!({ "deliveries": shown })))
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Extend {
    lease: String,
    r#for: Option<String>,
}

/// `POST /v1/inbox/{handler}/extend`.
pub(crate) async fn extend(
    State(gateway): State<Arc<Gateway>>,
    Path(handler): Path<String>,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let Extend { lease, r#for } = intake::act(body, "an object with `lease` and `for`, a span such as `30s`").await?;
    let spec = pull(&gateway, &handler)?;
    let within = bounded("for", r#for.as_deref().unwrap_or("30s"), Duration::from_secs(1), LEASE_MAX)?;
    let until = gateway.inbox.extend(&spec.name, &lease, within)?;
    Ok(Json(json!({ "lease": lease, "until": until.to_string() })))
}

fn pull(gateway: &Gateway, handler: &str) -> Result<TargetSpec, Problem> {
    gateway.routing.pull(handler).map_err(|known| {
        Problem::new(Code::NoSuchInbox, "no handler of kind `pull` has this name").with("known", known)
    })
}

fn bounded(name: &str, text: &str, least: Duration, most: Duration) -> Result<Duration, Problem> {
    span(text).filter(|span| (least..=most).contains(span)).ok_or_else(|| {
        let bounds = format!("from {} to {} seconds, such as `30s`", least.as_secs(), most.as_secs());
        Problem::new(Code::BadShape, format!("`{name}` must be a span {bounds}"))
    })
}

impl From<InboxError> for Problem {
    fn from(error: InboxError) -> Self {
        let detail = error.to_string();
        match error {
            InboxError::LeaseOver => Self::new(Code::LeaseOver, detail),
            InboxError::NotLeased { count } => Self::new(Code::NotLeased, detail).with("count", count),
            InboxError::Refused(refused) => refused.into(),
            InboxError::Read(error) => error.into(),
        }
    }
}
