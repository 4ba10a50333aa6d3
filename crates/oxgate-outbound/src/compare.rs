//! Inbox and outbox against Redox's logs: what one side has and the other has not.

use crate::records::Records;
use oxgate_core::{DeliveryId, Direction, EventId, State, Timestamp};
use oxgate_store::view::{EventQuery, EventRow};
use oxgate_store::{ReadError, Store};
use redox_client::PlatformError;
use redox_wire::platform::{Log, LogFilter, LogKind, LogStatus};
use std::collections::{HashMap, HashSet};
use std::time::Duration;

/// What is younger than this may still be on its way, or not listed yet.
const YOUNG: Duration = Duration::from_mins(5);

/// How far beyond its ends logs are read, so that a log is not missed for a clock that differs.
const EDGE: Duration = Duration::from_mins(10);

/// Logs are searched in pieces of time, because Redox answers no question that takes longer than about a minute.
const PIECE: Duration = Duration::from_hours(1);

/// Events read from the store at once.
const EVENTS_AT_ONCE: u32 = 500;

/// What is compared.
#[derive(Clone, Debug)]
pub struct Scope {
    /// Ids of the sources that this gateway sends as.
    pub sources: HashSet<String>,
    /// Ids of the destinations that push to this gateway, as far as they are configured. Those of events that did arrive
    /// count as well.
    pub destinations: HashSet<String>,
    /// From when.
    pub since: Timestamp,
    /// The present.
    pub now: Timestamp,
}

/// Why nothing could be compared.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// Redox gave no answer.
    #[error("Redox's logs cannot be searched: {0}")]
    Platform(#[from] PlatformError),
    /// The store cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// What a comparison found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Comparison {
    /// Logs that were compared.
    pub logs: usize,
    /// Logs that could not be read, or do not say which way they went: the comparison is not whole.
    pub unreadable: usize,
    /// Sends and events of ours that were compared.
    pub ours: usize,
    /// Accepted sends for which Redox named no log.
    pub without_log: usize,
    /// What Redox has and the gateway has not.
    pub only_redox: Vec<Log>,
    /// What the gateway has and Redox has not.
    pub only_gateway: Vec<Ours>,
}

/// Something of ours that Redox should have a log of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ours {
    /// The event.
    pub event: EventId,
    /// The delivery, of an event that was sent.
    pub delivery: Option<DeliveryId>,
    /// The log id that it holds.
    pub log: String,
    /// `Model.EventType`.
    pub kind: String,
    /// When it was sent or received.
    pub at: Timestamp,
}

impl Comparison {
    /// Log ids that one side lacks although it should have them: alarming. A delivery that Redox has not made yet is
    /// listed and no cause for alarm.
    pub fn gaps(&self) -> Vec<String> {
        let missing =
            |log: &&Log| log.kind != Some(LogKind::Receive) || matches!(log.status, Some(LogStatus::Succeeded));
        let theirs = self.only_redox.iter().filter(missing).map(|log| log.id.as_str().to_owned());
        theirs.chain(self.only_gateway.iter().map(|ours| ours.log.clone())).collect()
    }
}

/// Compares. What is younger than five minutes is left out.
///
/// # Errors
/// [`CompareError`].
pub async fn compare<R: Records>(store: &Store, records: &R, scope: &Scope) -> Result<Comparison, CompareError> {
    let until = scope.now.minus(YOUNG);
    let mut comparison = Comparison::default();
    let ours = outbox_and_inbox(store, scope, until, &mut comparison).await?;
    let mut destinations = scope.destinations.clone();
    destinations.extend(ours.received_by);
    let logs = search(records, scope, &mut comparison).await?;
    let relevant = |log: &&Log| match log.kind {
        Some(LogKind::Send) => log.source.as_ref().is_some_and(|source| scope.sources.contains(source.as_str())),
        Some(LogKind::Receive) => {
            log.destination.as_ref().is_some_and(|destination| destinations.contains(destination.as_str()))
        }
        _ => false,
    };
    let within = |log: &&Log| log.created_at.is_none_or(|at| at >= scope.since.millis() && at <= until.millis());
    let compared: Vec<&Log> = logs.values().filter(relevant).filter(within).collect();
    comparison.logs = compared.len();
    comparison.only_gateway = ours.list.into_iter().filter(|ours| !logs.contains_key(&ours.log)).collect();
    let ids: Vec<String> = compared.iter().map(|log| log.id.as_str().to_owned()).collect();
    let known: HashSet<String> = store.known_logs(ids).await?.into_iter().collect();
    let mut unknown: Vec<Log> = compared.into_iter().filter(|log| !known.contains(log.id.as_str())).cloned().collect();
    unknown.sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
    comparison.only_redox = unknown;
    Ok(comparison)
}

/// All logs of the time and its edges, by id.
async fn search<R: Records>(
    records: &R,
    scope: &Scope,
    comparison: &mut Comparison,
) -> Result<HashMap<String, Log>, CompareError> {
    let mut logs = HashMap::new();
    let (mut from, end) = (scope.since.minus(EDGE), scope.now);
    while from < end {
        let until = from.plus(PIECE).min(end);
        let filter = LogFilter {
            created_after: Some(from.millis()),
            created_before: Some(until.millis()),
            ..LogFilter::default()
        };
        let found = records.search(filter).await?;
        comparison.unreadable += found.unreadable;
        for log in found.items {
            let id = log.id.as_str().to_owned();
            let is_undirected = matches!(log.kind, None | Some(LogKind::Unknown));
            if logs.insert(id, log).is_none() && is_undirected {
                comparison.unreadable += 1;
            }
        }
        from = until;
    }
    Ok(logs)
}

/// Ours, and which destinations it was received by.
struct Found {
    list: Vec<Ours>,
    received_by: HashSet<String>,
}

/// Walks events backwards from the newest to the first that was accepted before the time.
async fn outbox_and_inbox(
    store: &Store,
    scope: &Scope,
    until: Timestamp,
    comparison: &mut Comparison,
) -> Result<Found, ReadError> {
    let mut found = Found { list: Vec::new(), received_by: HashSet::new() };
    let mut from = None;
    loop {
        let page = store.events(EventQuery { from, limit: EVENTS_AT_ONCE, ..EventQuery::default() }).await?;
        let Some(last) = page.last() else { break };
        from = Some(last.id.seq);
        let is_last = last.accepted_at < scope.since;
        for event in page.iter().filter(|event| event.accepted_at >= scope.since) {
            one(store, event, until, comparison, &mut found).await?;
        }
        if is_last {
            break;
        }
    }
    comparison.ours = found.list.len();
    Ok(found)
}

async fn one(
    store: &Store,
    event: &EventRow,
    until: Timestamp,
    comparison: &mut Comparison,
    found: &mut Found,
) -> Result<(), ReadError> {
    let kind = event.address.kind();
    match event.direction {
        Direction::Inbound => {
            if let Some(log) = event.refs.log.clone() {
                if !event.address.destination.is_empty() {
                    found.received_by.insert(event.address.destination.clone());
                }
                if event.accepted_at <= until {
                    found.list.push(Ours { event: event.id, delivery: None, log, kind, at: event.accepted_at });
                }
            }
        }
        Direction::Outbound => {
            for row in store.deliveries(event.id).await? {
                let Some(at) = row.ended_at.filter(|at| row.row.state == State::Settled && *at <= until) else {
                    continue;
                };
                match row.receipt {
                    Some(log) => {
                        found.list.push(Ours { event: event.id, delivery: Some(row.id), log, kind: kind.clone(), at });
                    }
                    None => comparison.without_log += 1,
                }
            }
        }
        Direction::Ops => {}
    }
    Ok(())
}
