//! Which data models and event types exist, how they travel, and which answer belongs to which question.
//!
//! The wire spelling is what stands in `Meta`: `Clinical Summary` and `Clinical Decisions` with a space, every other
//! model in one word. Redox's newer documentation writes the two without a space, so look-ups take both.

mod index;
mod load;
mod shape;

use crate::nearest;
use std::fmt;

use serde::{Serialize, Serializer};

pub use shape::{Confidence, Field, Shape, ShapeId, Type, ValueSet};

/// How an event type travels (Redox docs, "Event types for data models").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// A notification: acknowledged at once, processed later.
    Async,
    /// A question that is answered on the same connection within 120 s.
    SyncQuery,
    /// The answer to a [`Mode::SyncQuery`].
    SyncResponse,
    /// `SSO.Sign-on`: posted with a signed token, answered by a redirect.
    SyncSpecial,
}

impl Mode {
    fn from_name(name: &str) -> Option<Self> {
        let all = [Mode::Async, Mode::SyncQuery, Mode::SyncResponse, Mode::SyncSpecial];
        all.into_iter().find(|mode| mode.as_str() == name)
    }

    /// The mode as it is written in listings: `async`, `sync-query`, `sync-response`, `sync-special`.
    pub fn as_str(self) -> &'static str {
        match self {
            Mode::Async => "async",
            Mode::SyncQuery => "sync-query",
            Mode::SyncResponse => "sync-response",
            Mode::SyncSpecial => "sync-special",
        }
    }
}

impl Serialize for Mode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One event type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct EventInfo {
    /// The data model as `Meta.DataModel` spells it (`Clinical Summary`).
    pub data_model: &'static str,
    /// The event type as `Meta.EventType` spells it (`Sign-on`).
    pub event_type: &'static str,
    /// How it travels.
    pub mode: Mode,
    /// The event type on the other side of a synchronous exchange, within the same data model.
    pub pair: Option<&'static str>,
    /// What Redox tags it with, such as `beta`, `dev-preview`, `data-on-demand`, `deprecated`; usually nothing.
    pub stages: Vec<&'static str>,
    #[serde(skip)]
    root: ShapeId,
}

impl EventInfo {
    /// The shape of the whole message.
    pub fn root(&self) -> &'static Shape {
        self.root.shape()
    }

    /// The event type on the other side of a synchronous exchange.
    pub fn pair_info(&self) -> Option<&'static EventInfo> {
        find(self.data_model, self.pair?)
    }
}

/// `Order.New`, with the model in one word: the form that commands take and print.
impl fmt::Display for EventInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for word in self.data_model.split(' ') {
            f.write_str(word)?;
        }
        write!(f, ".{}", self.event_type)
    }
}

/// All event types, grouped by data model, in the order of Redox's documentation.
pub fn events() -> &'static [EventInfo] {
    &load::loaded().events
}

/// The event type with these names; the model in either spelling, the case exact.
pub fn find(data_model: &str, event_type: &str) -> Option<&'static EventInfo> {
    let load::Loaded { events, models, .. } = load::loaded();
    let named = |model: &&load::Model| model.name == data_model || model.joined.as_deref() == Some(data_model);
    let model = models.iter().find(named)?;
    events[model.events.clone()].iter().find(|event| event.event_type == event_type)
}

/// The event type named in one word, `Order.New` or `Clinical Summary.PatientPush`; the case exact.
pub fn find_dotted(name: &str) -> Option<&'static EventInfo> {
    let (data_model, event_type) = name.split_once('.')?;
    find(data_model, event_type)
}

/// The known event type whose name is nearest, for error texts; `None` when nothing is near.
pub fn find_suggestion(data_model: &str, event_type: &str) -> Option<&'static EventInfo> {
    // Cut where the comparison would refuse it anyway, so that a long text costs no copy.
    let short = |text: &str| text.len() <= nearest::COMPARED_BYTES;
    let sought = (short(data_model) && short(event_type)).then(|| format!("{data_model}.{event_type}"))?;
    let named = events().iter().map(|event| (event, event.to_string()));
    let named: Vec<(&EventInfo, String)> = named.collect();
    nearest::by(&sought, &named, |(_, name)| [name.as_str()]).map(|(event, _)| *event)
}

/// The event type that is meant by names with other case or white space (`Preadmit`), or by a name Redox used before
/// (`Query` for `PatientQuery` in 2017's Clinical Summary). Not what the documentation allows: what senders do.
pub fn find_misspelt(data_model: &str, event_type: &str) -> Option<&'static EventInfo> {
    if event_type == "Query" && ["Clinical Summary", "ClinicalSummary"].contains(&data_model) {
        return find(data_model, "PatientQuery");
    }
    let sought = simplify(data_model, event_type)?;
    events().iter().find(|event| simplify(event.data_model, event.event_type).as_deref() == Some(&*sought))
}

/// Longest name that is compared; whatever is longer is near nothing.
const SUGGESTION_LIMIT: usize = 80;

fn simplify(data_model: &str, event_type: &str) -> Option<Vec<u8>> {
    let whole = data_model.bytes().chain([b'.']).chain(event_type.bytes());
    let name: Vec<u8> =
        whole.take(SUGGESTION_LIMIT + 1).filter(|byte| *byte != b' ').map(|byte| byte.to_ascii_lowercase()).collect();
    (name.len() <= SUGGESTION_LIMIT).then_some(name)
}

#[cfg(test)]
mod tests;
