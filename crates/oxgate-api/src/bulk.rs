//! Releases, cancels and replays by filter: counted first, carried out when asked for.

use crate::act::{self, Act};
use crate::caller::Caller;
use crate::gateway::Gateway;
use crate::intake;
use crate::look;
use crate::problem::{Code, Problem};
use crate::replay::Order;
use axum::Json;
use axum::body::Body;
use axum::extract::State as Extract;
use oxgate_core::delivery::Fact;
use oxgate_core::limits::RECORDS_MAX;
use oxgate_core::{Address, DeliveryId, Direction, EventId, State, Timestamp};
use oxgate_store::command::Record;
use oxgate_store::faults::Mutation;
use oxgate_store::view::{DeliveryRow, EventQuery, EventRow};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The most that one call touches. A larger job is several calls, each with its line in the audit.
const LIMIT_MAX: u32 = 10_000;

/// Events read from the store at a time; its own cap.
const PAGE: u32 = 1_000;

/// How many refusals one answer spells out; the rest are counted.
const REFUSALS_SHOWN: usize = 100;

/// Which events, by what their envelopes say. A condition that is absent holds for everything.
#[derive(Deserialize, Default, Debug)]
#[serde(deny_unknown_fields, default)]
struct Envelope {
    direction: Option<Direction>,
    model: Option<String>,
    r#type: Option<String>,
    door: Option<String>,
    source: Option<String>,
    destination: Option<String>,
    /// Accepted then or later.
    from: Option<Moment>,
    /// Accepted before then.
    to: Option<Moment>,
}

/// A time, as RFC 3339 writes it.
#[derive(Clone, Copy, Debug)]
struct Moment(Timestamp);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let at: jiff::Timestamp = text.parse().map_err(|_| D::Error::custom("not a time"))?;
        Ok(Self(Timestamp(at.as_millisecond())))
    }
}

impl Envelope {
    fn takes(&self, event: &EventRow) -> bool {
        let Address { model, event_type, source, destination, .. } = &event.address;
        let same = |wanted: &Option<String>, text: &String| wanted.as_ref().is_none_or(|wanted| wanted == text);
        self.direction.is_none_or(|direction| direction == event.direction)
            && same(&self.model, model)
            && same(&self.r#type, event_type)
            && same(&self.door, &event.door)
            && same(&self.source, source)
            && same(&self.destination, destination)
            && self.from.is_none_or(|from| from.0 <= event.accepted_at)
            && self.to.is_none_or(|to| event.accepted_at < to.0)
    }
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields, default)]
struct Releases {
    /// The target that parked them.
    target: Option<String>,
    lane: Option<i64>,
    reason: Option<String>,
    /// Hand them to this target instead.
    to: Option<String>,
    events: Envelope,
    limit: u32,
    dry_run: bool,
    why: String,
}

impl Default for Releases {
    fn default() -> Self {
        Self {
            target: None,
            lane: None,
            reason: None,
            to: None,
            events: Envelope::default(),
            limit: LIMIT_MAX,
            dry_run: true,
            why: String::new(),
        }
    }
}

/// `POST /v1/releases`: releases parked deliveries, oldest first. Unknown outcomes are counted and left: each needs its
/// own decision.
pub(crate) async fn releases(
    Extract(gateway): Extract<Arc<Gateway>>,
    caller: Caller,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let members =
        "an object with `target`, `lane`, `reason`, `to`, `events`, `limit`, `dry_run` and `why`, each optional";
    let order: Releases = intake::act(body, members).await?;
    check_limit(order.limit)?;
    let mut tally = Tally::default();
    let chosen = parked(&gateway, &order, &mut tally).await?;
    let act = Act { gateway: &gateway, caller: &caller, why: &order.why };
    if !order.dry_run {
        let mut acts = Vec::new();
        for (row, event) in &chosen {
            let records = match &order.to {
                Some(target) => act.reroute(row, event, target).await,
                None => act.release(row, event, None).await,
            };
            match records {
                Ok(records) => acts.push((row.id, records)),
                Err(problem) => tally.refuse(row.id.to_string(), &problem)?,
            }
        }
        all(&gateway, acts, &mut tally).await?;
    }
    Ok(Json(tally.show(order.dry_run, "released")))
}

/// `POST /v1/cancels`: cancels parked deliveries by the same filter.
pub(crate) async fn cancels(
    Extract(gateway): Extract<Arc<Gateway>>,
    caller: Caller,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let members = "an object with `target`, `lane`, `reason`, `events`, `limit`, `dry_run` and `why`, each optional";
    let order: Releases = intake::act(body, members).await?;
    check_limit(order.limit)?;
    if order.to.is_some() {
        return Err(Problem::new(Code::BadShape, format!("`to` is for releases: expected {members}")));
    }
    let mut tally = Tally::default();
    let chosen = parked(&gateway, &order, &mut tally).await?;
    let act = Act { gateway: &gateway, caller: &caller, why: &order.why };
    if !order.dry_run {
        let cancel = |(row, event): &(DeliveryRow, EventRow)| {
            (row.id, vec![act.record_of(row, event.direction, Fact::Cancel, None)])
        };
        all(&gateway, chosen.iter().map(cancel).collect(), &mut tally).await?;
    }
    Ok(Json(tally.show(order.dry_run, "cancelled")))
}

/// Carries out acts on many deliveries in the order given, as many in one transaction as it may have: the dispatcher hears
/// of all of them at once, so none starts before one of its order key that is released with it. A fault in between leaves
/// the first ones done and the others untouched, never a later one before an earlier one.
async fn all(gateway: &Gateway, mut acts: Vec<(DeliveryId, Vec<Record>)>, tally: &mut Tally) -> Result<(), Problem> {
    let backwards = gateway.store.mutation() == Some(Mutation::G3ReleaseBackwards);
    let at_once = if backwards { 1 } else { RECORDS_MAX };
    if backwards {
        acts.reverse();
    }
    let mut acts = acts.into_iter().peekable();
    while acts.peek().is_some() {
        let (mut records, mut whose) = (Vec::new(), Vec::new());
        while let Some((id, of_one)) =
            acts.next_if(|(_, next)| whose.is_empty() || records.len() + next.len() <= at_once)
        {
            whose.push((id, of_one.len()));
            records.extend(of_one);
        }
        let stopped_at = whose.first().map(|(id, _)| id.to_string()).unwrap_or_default();
        let recorded =
            gateway.store.records(records).await.map_err(|refused| tally.stopped(&refused.into(), stopped_at))?;
        let mut recorded = recorded.into_iter();
        for (id, count) in whose {
            let refusal = recorded.by_ref().take(count).find_map(|recorded| act::made(&recorded).err());
            match refusal {
                None => tally.done += 1,
                Some(problem) => tally.refuse(id.to_string(), &problem)?,
            }
        }
    }
    Ok(())
}

/// The parked deliveries that a release is about, in the order of their lanes: by rank, which is that of acceptance but
/// for replays.
async fn parked(
    gateway: &Gateway,
    order: &Releases,
    tally: &mut Tally,
) -> Result<Vec<(DeliveryRow, EventRow)>, Problem> {
    let (mut chosen, mut after) = (Vec::new(), None);
    loop {
        let page = gateway.store.parked(order.target.clone(), after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(chosen) };
        after = Some(last.id);
        for row in page.into_iter().filter(|row| order.takes(row)) {
            let Some(event) = gateway.store.event(row.id.event).await? else { continue };
            if !order.events.takes(&event) {
                continue;
            }
            if act::needs_decision(&row) {
                tally.need_decision += 1;
            } else if chosen.len() < order.limit as usize {
                tally.count(&row, event.direction);
                chosen.push((row, event));
            } else {
                return Ok(chosen);
            }
        }
    }
}

impl Releases {
    fn takes(&self, row: &DeliveryRow) -> bool {
        row.row.state == State::Parked
            && self.target.as_ref().is_none_or(|target| *target == row.target)
            && self.lane.is_none_or(|lane| lane == row.lane)
            && self.reason.as_ref().is_none_or(|reason| reason == row.row.reason.as_str())
    }
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields, default)]
struct Replays {
    /// Where to; all targets that each event was delivered to when absent.
    target: Option<String>,
    as_new: bool,
    events: Envelope,
    /// Only events with a delivery in this state.
    state: Option<String>,
    /// Only events accepted after this one.
    after: Option<EventId>,
    /// Only events accepted before this one.
    before: Option<EventId>,
    limit: u32,
    dry_run: bool,
    why: String,
}

impl Default for Replays {
    fn default() -> Self {
        Self {
            target: None,
            as_new: false,
            events: Envelope::default(),
            state: None,
            after: None,
            before: None,
            limit: LIMIT_MAX,
            dry_run: true,
            why: String::new(),
        }
    }
}

/// `POST /v1/replays`: replays events in the order in which they were accepted.
pub(crate) async fn replays(
    Extract(gateway): Extract<Arc<Gateway>>,
    caller: Caller,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let members = "an object with `target`, `as_new`, `events`, `state`, `after`, `before`, `limit`, `dry_run` and `why`, \
                   each optional";
    let order: Replays = intake::act(body, members).await?;
    check_limit(order.limit)?;
    let chosen = choose(&gateway, &order).await?;
    let mut tally = Tally::default();
    let act = Act { gateway: &gateway, caller: &caller, why: &order.why };
    let to = Order { target: order.target.as_deref(), as_new: order.as_new };
    for event in &chosen {
        if order.dry_run {
            act.foresee(event, to.target).await?.iter().for_each(|row| tally.count(row, event.direction));
            continue;
        }
        match act.replay(event, to).await {
            Ok(_) => tally.done += 1,
            Err(problem) => tally.refuse(event.id.to_string(), &problem)?,
        }
    }
    let mut answer = tally.show(order.dry_run, "replayed");
    answer["events"] = chosen.len().into();
    Ok(Json(answer))
}

/// The events that a replay is about, in the order in which they were accepted.
async fn choose(gateway: &Gateway, order: &Replays) -> Result<Vec<EventRow>, Problem> {
    let unknown = || Problem::new(Code::BadShape, "`state` is no delivery state such as `settled`");
    let state = order.state.as_deref().map(|text| look::state(text).ok_or_else(unknown)).transpose()?;
    let mut pages = Pages::new(&order.events, state, order.after);
    let mut chosen = Vec::new();
    while let Some(page) = pages.next(gateway).await? {
        for event in page {
            let is_after_the_end = order.before.is_some_and(|end| event.id.seq >= end.seq);
            if is_after_the_end || chosen.len() >= order.limit as usize {
                return Ok(chosen);
            }
            if order.events.takes(&event) {
                chosen.push(event);
            }
        }
    }
    Ok(chosen)
}

/// A list of events read page by page, oldest first.
struct Pages {
    query: EventQuery,
    ended: bool,
}

impl Pages {
    fn new(events: &Envelope, state: Option<State>, after: Option<EventId>) -> Self {
        let query = EventQuery {
            direction: events.direction,
            model: events.model.clone(),
            event_type: events.r#type.clone(),
            door: events.door.clone(),
            state,
            log: None,
            from: Some(after.map_or(0, |event| event.seq)),
            ascending: true,
            limit: PAGE,
        };
        Self { query, ended: false }
    }

    async fn next(&mut self, gateway: &Gateway) -> Result<Option<Vec<EventRow>>, Problem> {
        if self.ended {
            return Ok(None);
        }
        let page = gateway.store.events(self.query.clone()).await?;
        self.ended = page.len() < PAGE as usize;
        self.query.from = page.last().map(|event| event.id.seq).or(self.query.from);
        Ok(Some(page))
    }
}

fn check_limit(limit: u32) -> Result<(), Problem> {
    if (1..=LIMIT_MAX).contains(&limit) {
        return Ok(());
    }
    Err(Problem::new(Code::BadShape, format!("`limit` must be a number from 1 to {LIMIT_MAX}")))
}

/// What a bulk act would touch, or has touched: counts by configured names.
#[derive(Default)]
struct Tally {
    deliveries: u64,
    by_target: BTreeMap<String, u64>,
    by_lane: BTreeMap<String, u64>,
    by_reason: BTreeMap<String, u64>,
    /// Requests to Redox, out of the quota.
    redox_requests: u64,
    need_decision: u64,
    done: u64,
    refused: u64,
    refusals: Vec<Value>,
}

impl Tally {
    fn count(&mut self, row: &DeliveryRow, direction: Direction) {
        self.deliveries += 1;
        self.redox_requests += u64::from(direction == Direction::Outbound);
        *self.by_target.entry(row.target.clone()).or_default() += 1;
        *self.by_lane.entry(format!("{} {}", row.target, row.lane_label)).or_default() += 1;
        if !row.row.reason.as_str().is_empty() {
            *self.by_reason.entry(row.row.reason.to_string()).or_default() += 1;
        }
    }

    /// Notes a refusal; one that every further act would meet too ends the call.
    fn refuse(&mut self, id: String, problem: &Problem) -> Result<(), Problem> {
        if problem.status().is_server_error() || problem.code() == Code::Busy {
            return Err(self.stopped(problem, id));
        }
        self.refused += 1;
        if self.refusals.len() < REFUSALS_SHOWN {
            self.refusals.push(json!({ "id": id, "problem": problem.document() }));
        }
        Ok(())
    }

    /// A problem that ends the call, with how far it came.
    fn stopped(&self, problem: &Problem, at: String) -> Problem {
        problem.clone().with("done", self.done).with("stopped_at", at)
    }

    fn show(self, dry_run: bool, done: &str) -> Value {
        let mut value = json!({
            "dry_run": dry_run,
            "deliveries": self.deliveries,
            "by_target": self.by_target,
            "by_lane": self.by_lane,
            "by_reason": self.by_reason,
            "redox_requests": self.redox_requests,
            "need_decision": self.need_decision,
            "refused": self.refused,
            "refusals": self.refusals,
        });
        value[done] = self.done.into();
        value
    }
}
