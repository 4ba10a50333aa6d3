//! A message as events: what it becomes, once or several times, and the events' bodies.

use std::collections::BTreeSet;

use hl7v2::{Message, Timestamp, trigger};
use redox_model::catalogue;
use serde_json::{Map, Value};

use crate::{
    Mapping, Problem, ProblemKind, Unmapped, Zones,
    build::Builder,
    convert::{self, ZoneRule},
    rule::{Becomes, EventRow},
    scope::{Finder, Scope, Spot},
    unmapped,
};

/// What an event's `Meta` says that no message can: who sends it where, and when.
#[derive(Clone, Copy)]
pub struct Context<'c> {
    /// `Meta.EventDateTime`: when the event is passed on, RFC 3339. Not when it happened.
    pub event_date_time: &'c str,
    /// `Meta.Source`, where the sender is to be named.
    pub source: Option<&'c System>,
    /// `Meta.Destinations`.
    pub destinations: &'c [System],
    /// What times without an offset mean.
    pub zones: &'c dyn Zones,
}

/// A Redox source or destination.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct System {
    /// Its UUID.
    pub id: Option<String>,
    /// Its name.
    pub name: Option<String>,
}

/// Why a message becomes no event. Names types, triggers and configured reasons only.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotMapped {
    /// The message does not say what it is about.
    #[error("the message says no type and trigger (MSH-9, EVN-1)")]
    Untyped,
    /// The mapping has no row for it.
    #[error("{message_type} is not mapped: the mapping has no row for it")]
    Unknown {
        /// Such as `VXU^V04`.
        message_type: String,
    },
    /// It would become more events, of more segments, than any sender means.
    #[error("{message_type} is not mapped: it holds {events} groups that would share {segments} segments")]
    TooLarge {
        /// Such as `ADT^A40`.
        message_type: String,
        /// How many events it would become.
        events: usize,
        /// How many segments stand before the first group.
        segments: usize,
    },
    /// The mapping says that it becomes nothing.
    #[error("{message_type} is not mapped: {reason}")]
    ByDesign {
        /// Such as `ADT^A20`.
        message_type: String,
        /// What the mapping says.
        reason: String,
    },
}

/// One event.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Mapped {
    /// `Meta.DataModel`.
    pub data_model: String,
    /// `Meta.EventType`.
    pub event_type: String,
    /// The whole event as JSON. Patient data.
    pub body: String,
    /// What was assumed, left out or is missing.
    pub problems: Vec<Problem>,
}

/// Shows no body.
impl std::fmt::Debug for Mapped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mapped")
            .field("event", &format!("{}.{}", self.data_model, self.event_type))
            .field("bytes", &self.body.len())
            .field("problems", &self.problems)
            .finish_non_exhaustive()
    }
}

impl Mapped {
    /// Whether everything that Redox requires is there.
    pub fn is_complete(&self) -> bool {
        !self.problems.iter().any(|problem| problem.kind.is_error())
    }
}

/// What a message became.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The events in the message's order; more than one where a message holds several merges or a swap of beds.
    pub events: Vec<Mapped>,
    /// When what the message tells happened: EVN-6, else EVN-2, else MSH-7. No event has a member for it.
    pub occurred: Option<String>,
    used: BTreeSet<Spot>,
}

impl Outcome {
    /// What the message holds and no event carries: places, no values.
    pub fn unmapped(&self, message: &Message<'_>, mapping: &Mapping) -> Vec<Unmapped> {
        unmapped::list(message, &self.used, &mapping.ignore)
    }
}

/// Maps a message to events.
pub fn map(message: &Message<'_>, mapping: &Mapping, context: &Context<'_>) -> Result<Outcome, NotMapped> {
    let said = trigger::of(message);
    let code = printable(&said.code);
    let trigger = said.trigger.as_deref().map(printable).unwrap_or_default();
    if code.is_empty() {
        return Err(NotMapped::Untyped);
    }
    let message_type = if trigger.is_empty() { code.clone() } else { format!("{code}^{trigger}") };
    let whole: Vec<usize> = (0..message.segments().len()).collect();
    let finder = Finder { message, mapping };
    let rows = mapping.events.get(&code).and_then(|triggers| triggers.get(&trigger).or_else(|| triggers.get("*")));
    let Some(row) = rows.and_then(|rows| choose(rows, finder, &whole)) else {
        let untyped = trigger.is_empty() && rows.is_none() && mapping.events.contains_key(&code);
        return Err(if untyped { NotMapped::Untyped } else { NotMapped::Unknown { message_type } });
    };
    let split = match row {
        Becomes::Nothing(reason) => return Err(NotMapped::ByDesign { message_type, reason: reason.clone() }),
        Becomes::Event { split, .. } => split.as_deref(),
    };
    let header_time = Timestamp::parse(&message.header().field(7).text()).ok();
    let zone = ZoneRule {
        zones: context.zones,
        zone: mapping.zone(),
        header_offset: header_time.and_then(|time| time.offset_minutes),
    };
    let mut used = BTreeSet::new();
    let mut events = Vec::new();
    let groups = groups(message, &whole, split).map_err(|(events, segments)| NotMapped::TooLarge {
        message_type,
        events,
        segments,
    })?;
    for group in groups {
        // The conditions of the rows hold for each part of the message by itself.
        let becomes = rows.and_then(|rows| choose(rows, finder, &group));
        let Some(Becomes::Event { data_model, event_type, canceled, .. }) = becomes else { continue };
        let info = catalogue::find(data_model, event_type).expect("checked when the mapping was read");
        let own_rules = mapping.rules_for.get(&format!("{data_model}.{event_type}"));
        let mut builder =
            Builder { finder, zone, own_rules, used: Vec::new(), problems: several_patients(message, &group) };
        let mut body = builder.event(info.root(), &group);
        used.extend(builder.used);
        let meta = meta(info, canceled.as_deref(), context, body.remove("Meta"));
        let body: Map<String, Value> = [("Meta".to_owned(), meta)].into_iter().chain(body).collect();
        events.push(Mapped {
            data_model: info.data_model.to_owned(),
            event_type: info.event_type.to_owned(),
            body: Value::Object(body).to_string(),
            problems: builder.problems,
        });
    }
    Ok(Outcome { events, occurred: occurred(message, &zone), used })
}

/// A second patient in what becomes one event would be dropped, or worse, given the first one's name.
fn several_patients(message: &Message<'_>, group: &[usize]) -> Vec<Problem> {
    let is_patient = |index: &&usize| message.segment_at(**index).is_some_and(|segment| segment.is("PID"));
    let second = group.iter().filter(is_patient).nth(1);
    let problem = |_| Problem {
        kind: ProblemKind::SeveralPatients,
        target: "$.Patient".to_owned(),
        source: Some("PID[2]".to_owned()),
    };
    second.map(problem).into_iter().collect()
}

fn occurred(message: &Message<'_>, zone: &ZoneRule<'_>) -> Option<String> {
    let event = message.segment("EVN");
    let of_event = |number| event.map(|event| event.field(number).text());
    let times = [of_event(6), of_event(2), Some(message.header().field(7).text())];
    times.into_iter().flatten().find_map(|text| convert::date_time(&text, zone).ok()).map(|(time, _)| time)
}

/// A message type as it may be shown: a code, not data that slipped into its place.
fn printable(text: &str) -> String {
    text.trim().chars().filter(char::is_ascii_alphanumeric).take(8).collect()
}

fn choose<'e>(rows: &'e [EventRow], finder: Finder<'_, '_>, whole: &[usize]) -> Option<&'e Becomes> {
    let scope = Scope { segments: whole.into(), item: None };
    let holds = |row: &&EventRow| row.when.as_ref().is_none_or(|when| finder.holds(when, &scope));
    rows.iter().find(holds).map(|row| &row.becomes)
}

/// How many segments the groups of a message may share, all groups counted.
const SHARED_MAX: usize = 1_000_000;

/// The segments of each event: what stands before the first of the splitting segments belongs to all. `Err`: how many groups
/// would share how many segments.
fn groups(message: &Message<'_>, whole: &[usize], split: Option<&str>) -> Result<Vec<Vec<usize>>, (usize, usize)> {
    let is_start = |index: &usize| {
        let segment = message.segment_at(*index);
        split.is_some_and(|id| segment.is_some_and(|segment| segment.is(id)))
    };
    let starts: Vec<usize> = whole.iter().copied().filter(|index| is_start(index)).collect();
    if starts.len() < 2 {
        return Ok(vec![whole.to_vec()]);
    }
    if starts.len() * starts[0] > SHARED_MAX {
        return Err((starts.len(), starts[0]));
    }
    let ends = starts[1..].iter().copied().chain([whole.len()]);
    Ok(starts.iter().zip(ends).map(|(start, end)| [&whole[..starts[0]], &whole[*start..end]].concat()).collect())
}

fn meta(info: &catalogue::EventInfo, canceled: Option<&str>, context: &Context<'_>, rest: Option<Value>) -> Value {
    let text = |text: &str| Value::String(text.to_owned());
    let system = |system: &System| {
        let members = [("ID", &system.id), ("Name", &system.name)];
        let members = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), text(value.as_ref()?))));
        Value::Object(members.collect())
    };
    let mut meta = Map::new();
    meta.insert("DataModel".to_owned(), text(info.data_model));
    meta.insert("EventType".to_owned(), text(info.event_type));
    meta.insert("EventDateTime".to_owned(), text(context.event_date_time));
    if let Some(canceled) = canceled {
        meta.insert("CanceledEvent".to_owned(), text(canceled));
    }
    if let Some(Value::Object(rest)) = rest {
        meta.extend(rest);
    }
    if let Some(source) = context.source {
        meta.insert("Source".to_owned(), system(source));
    }
    if !context.destinations.is_empty() {
        meta.insert("Destinations".to_owned(), Value::Array(context.destinations.iter().map(system).collect()));
    }
    Value::Object(meta)
}
