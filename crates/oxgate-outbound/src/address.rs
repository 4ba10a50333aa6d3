//! Reading where a body wants to go: what it is, who sends it, and which destinations it names.

use crate::plan::{Destination, Plan, Source, UnknownKinds};
use crate::validate::{Instead, Invalid};
use oxgate_core::{Address, Flags};
use redox_model::catalogue::{self, EventInfo, Mode};
use redox_model::envelope::{self, Envelope, Message};
use redox_model::nearest;

/// The most destinations of one submission. Each becomes a delivery in the same transaction, so the number bounds that
/// transaction; a broadcast to more is several submissions.
pub const DESTINATIONS_MAX: usize = 64;

/// The most event types that a refusal names as near.
const NEAREST_MAX: usize = 3;

/// Which door the body came through.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Wanted {
    /// An event that Redox takes and delivers later.
    Event,
    /// A query that is answered on the same call.
    Query,
}

/// A body with everything that its envelope names looked up in the plan.
#[derive(Debug)]
pub(crate) struct Addressed<'b, 'p> {
    pub envelope: Envelope<'b>,
    /// Model in the catalogue's spelling; `destination` is empty when there are several.
    pub address: Address,
    pub flags: Flags,
    pub source: &'p Source,
    /// In the order of `Meta.Destinations`, never empty.
    pub destinations: Vec<&'p Destination>,
}

/// Reads `body` for the door `wanted`.
pub(crate) fn read<'b, 'p>(body: &'b [u8], plan: &'p Plan, wanted: Wanted) -> Result<Addressed<'b, 'p>, Invalid> {
    let envelope = match envelope::read(body)? {
        Message::DataModel(envelope) => envelope,
        Message::FhirBundle(_) => return Err(Invalid::FhirBundle),
    };
    let (model, known) = kind(&envelope, plan, wanted)?;
    let source = source(&envelope, plan)?;
    let destinations = destinations(&envelope, plan, wanted)?;
    let address = Address {
        model,
        event_type: envelope.event_type.to_string(),
        source: source.id.clone(),
        destination: if let [only] = &destinations[..] { only.id.clone() } else { String::new() },
        facility: envelope.facility_code.as_deref().unwrap_or_default().to_owned(),
        test: envelope.test == Some(true),
    };
    for (index, destination) in destinations.iter().enumerate() {
        if !destination.takes(&address) {
            return Err(not_accepting(index, destination, &address, plan, wanted));
        }
    }
    let flags = [(Flags::TEST, address.test), (Flags::UNKNOWN_KIND, !known)];
    let flags = flags.into_iter().filter(|(_, set)| *set).fold(Flags::default(), |all, (flag, _)| all.with(flag));
    Ok(Addressed { envelope, address, flags, source, destinations })
}

/// The model in one spelling, so that one model has one lane, and whether the catalogue knows it with its event type.
fn kind(envelope: &Envelope<'_>, plan: &Plan, wanted: Wanted) -> Result<(String, bool), Invalid> {
    let Some(info) = catalogue::find(&envelope.data_model, &envelope.event_type) else {
        return match plan.unknown_kinds {
            UnknownKinds::Send => Ok((envelope.data_model.to_string(), false)),
            UnknownKinds::Refuse => {
                let nearest = catalogue::find_suggestion(&envelope.data_model, &envelope.event_type);
                Err(Invalid::UnknownKind { nearest: nearest.map(ToString::to_string) })
            }
        };
    };
    match (wanted, info.mode) {
        (Wanted::Event, Mode::Async) | (Wanted::Query, Mode::SyncQuery) => Ok((info.data_model.to_owned(), true)),
        (Wanted::Event, Mode::SyncQuery) => Err(Invalid::IsQuery { kind: info.to_string() }),
        (Wanted::Query, Mode::Async) => Err(Invalid::IsEvent { kind: info.to_string() }),
        _ => Err(Invalid::NotSendable { kind: info.to_string(), mode: info.mode.as_str() }),
    }
}

/// Who sends: the source named by id or, failing that, by name; where none is named, the only one there is.
fn source<'p>(envelope: &Envelope<'_>, plan: &'p Plan) -> Result<&'p Source, Invalid> {
    let known = || plan.sources.iter().map(|source| source.name.clone()).collect::<Vec<_>>();
    let (id, name) = (present(envelope.source.id.as_deref()), present(envelope.source.name.as_deref()));
    if let Some(id) = id {
        return plan
            .source_by_id(id)
            .ok_or_else(|| Invalid::UnknownSource { nearest: plan.nearest_source(id), known: known() });
    }
    let source = match (name, &plan.sources[..]) {
        (Some(name), _) => plan
            .source_by_name(name)
            .ok_or_else(|| Invalid::UnknownSource { nearest: plan.nearest_source(name), known: known() })?,
        (None, [only]) => only,
        (None, _) => return Err(Invalid::SourceNeeded { known: known() }),
    };
    // The body leaves as it came, so an id that Redox needs has to be in it already.
    let shared = plan.sources.iter().filter(|other| other.account == source.account).count() > 1;
    if shared { Err(Invalid::SourceNeeded { known: known() }) } else { Ok(source) }
}

fn destinations<'p>(envelope: &Envelope<'_>, plan: &'p Plan, wanted: Wanted) -> Result<Vec<&'p Destination>, Invalid> {
    let count = envelope.destinations.len();
    if count == 0 || envelope.destinations_span.is_none() {
        return Err(Invalid::NoDestination { known: names(plan) });
    }
    if wanted == Wanted::Query && count > 1 {
        return Err(Invalid::QueryToSeveral { count });
    }
    if count > DESTINATIONS_MAX {
        return Err(Invalid::TooManyDestinations { count });
    }
    let mut found: Vec<&Destination> = Vec::with_capacity(count);
    for (index, item) in envelope.destinations.iter().enumerate() {
        let (id, name) = (present(item.id.as_deref()), present(item.name.as_deref()));
        let text = id.or(name).ok_or(Invalid::DestinationUnnamed { index })?;
        // The id decides: names in Redox's dashboard need not be the configured ones.
        let destination = if id.is_some() { plan.destination_by_id(text) } else { plan.destination_by_name(text) };
        let destination = destination.ok_or_else(|| Invalid::UnknownDestination {
            index,
            nearest: plan.nearest_destination(text),
            known: names(plan),
        })?;
        if let Some(first) = found.iter().position(|earlier| earlier.id == destination.id) {
            return Err(Invalid::DestinationTwice { index, first });
        }
        found.push(destination);
    }
    Ok(found)
}

fn not_accepting(index: usize, destination: &Destination, address: &Address, plan: &Plan, wanted: Wanted) -> Invalid {
    let takers = plan.destinations.iter().filter(|other| other.takes(address));
    Invalid::NotAccepted {
        index,
        destination: destination.name.clone(),
        // A kind out of the catalogue may be shown; any other text came out of the body.
        kind: catalogue::find(&address.model, &address.event_type).map(ToString::to_string),
        instead: Box::new(Instead {
            nearest: nearest_taken(destination, address, wanted),
            accepts: destination.accepted_from(&address.source),
            takers: takers.map(|taker| taker.name.clone()).collect(),
        }),
    }
}

/// The event types that a destination takes at this door and that are most like the one it does not: those of the same
/// model or, failing that, the one with a near name.
fn nearest_taken(destination: &Destination, address: &Address, wanted: Wanted) -> Vec<String> {
    let mode = match wanted {
        Wanted::Event => Mode::Async,
        Wanted::Query => Mode::SyncQuery,
    };
    let is_taken = |info: &&EventInfo| {
        let kind = Address { model: info.data_model.into(), event_type: info.event_type.into(), ..address.clone() };
        info.mode == mode && destination.takes(&kind)
    };
    let taken: Vec<&EventInfo> = catalogue::events().iter().filter(is_taken).collect();
    let mut same: Vec<&EventInfo> = taken.iter().copied().filter(|info| info.data_model == address.model).collect();
    same.sort_by_key(|info| nearest::edits(info.event_type, &address.event_type));
    same.truncate(NEAREST_MAX);
    if same.is_empty() {
        let wanted = format!("{}.{}", address.model, address.event_type);
        let named: Vec<String> = taken.iter().map(ToString::to_string).collect();
        return nearest::of(&wanted, named.iter().map(String::as_str)).map(str::to_owned).into_iter().collect();
    }
    same.iter().map(ToString::to_string).collect()
}

fn names(plan: &Plan) -> Vec<String> {
    plan.destinations.iter().map(|destination| destination.name.clone()).collect()
}

/// Blank and absent are the same: Redox's own samples write empty texts where they mean none.
fn present(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.trim().is_empty())
}

/// The body with an `ID` for each destination that was given by name only; `None` when there is none.
///
/// Such an item is replaced as a whole by `{"ID": …, "Name": …}`. It is part of the one change that a submitted body
/// undergoes, the reduction of `Meta.Destinations`: Redox routes by id, and a later change of the configuration must not
/// send an accepted event elsewhere.
pub(crate) fn with_ids(body: &[u8], addressed: &Addressed<'_, '_>) -> Option<Vec<u8>> {
    let (mut out, mut copied) = (Vec::new(), 0);
    for (item, destination) in addressed.envelope.destinations.iter().zip(&addressed.destinations) {
        if present(item.id.as_deref()).is_none() {
            out.extend_from_slice(&body[copied..item.span.start]);
            let filled = serde_json::json!({ "ID": destination.id, "Name": destination.name });
            out.extend_from_slice(filled.to_string().as_bytes());
            copied = item.span.end;
        }
    }
    (copied > 0).then(|| {
        out.extend_from_slice(&body[copied..]);
        out
    })
}
