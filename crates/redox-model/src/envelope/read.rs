//! Reading the top level of a body, `Meta`, and the header of a FHIR message bundle.

use std::{borrow::Cow, ops::Range};

use super::{Destination, Envelope, EnvelopeError, ErrorEntry, FhirBundle, Log, MAX_ENTRIES, Message, Party};
use crate::scan::{Fault, Kind, Known, Scanner, known};

type Value<'a> = Option<Cow<'a, str>>;

/// What the top level of a body says, before it is decided what the body is.
pub(super) struct Top<'a> {
    kind: Kind,
    meta: Option<Meta<'a>>,
    resource_type: Value<'a>,
    bundle_type: Value<'a>,
    id: Value<'a>,
    entry: Option<Range<usize>>,
}

/// A `Meta` on its way to an envelope: names that are absent are empty.
#[derive(Default)]
struct Meta<'a> {
    envelope: Envelope<'a>,
    too_many: Option<&'static str>,
}

/// Reads a whole body.
pub(super) fn top(body: &[u8]) -> Result<Top<'_>, Fault> {
    let mut scanner = Scanner::new(body)?;
    let kind = scanner.kind()?;
    let mut top = Top { kind, meta: None, resource_type: None, bundle_type: None, id: None, entry: None };
    if kind == Kind::Object {
        scanner.members(|scanner, start, name| {
            match name {
                "Meta" => meta(scanner, start, &mut top.meta)?,
                "resourceType" => top.resource_type = scanner.scalar()?,
                "type" => top.bundle_type = scanner.scalar()?,
                "id" => top.id = scanner.scalar()?,
                "entry" => top.entry = Some(span(scanner)?),
                _ => scanner.skip()?,
            }
            Ok(())
        })?;
    } else {
        scanner.skip()?;
    }
    scanner.end()?;
    Ok(top)
}

/// The names in the first `Meta`, if it is an object that has both.
pub(super) fn names(mut scanner: Scanner<'_>) -> Option<(Cow<'_, str>, Cow<'_, str>)> {
    enter(&mut scanner)?;
    let mut first = true;
    while scanner.another_member(&mut first).ok()? {
        if scanner.take(b"\"Meta\":") || &*scanner.name().ok()?.decode() == "Meta" {
            return names_in_meta(&mut scanner);
        }
        scanner.skip().ok()?;
    }
    None
}

fn names_in_meta<'a>(scanner: &mut Scanner<'a>) -> Option<(Cow<'a, str>, Cow<'a, str>)> {
    enter(scanner)?;
    let (mut data_model, mut event_type, mut first) = (None, None, true);
    while data_model.is_none() || event_type.is_none() {
        let (_, name) = scanner.next_member(&mut first).ok()??;
        match &*name.decode() {
            "DataModel" => data_model = scanner.scalar().ok()?,
            "EventType" => event_type = scanner.scalar().ok()?,
            _ => scanner.skip().ok()?,
        }
    }
    data_model.zip(event_type)
}

impl<'a> Top<'a> {
    /// Decides what the body is.
    pub(super) fn into_message(self, body: &'a [u8]) -> Result<Message<'a>, EnvelopeError> {
        if self.kind != Kind::Object {
            return Err(EnvelopeError::NotAnObject { found: self.kind });
        }
        if let Some(meta) = self.meta {
            return meta.into_envelope().map(Message::DataModel);
        }
        if self.resource_type.as_deref() == Some("Bundle") && self.bundle_type.as_deref() == Some("message") {
            let entry = self.entry.and_then(|entry| body.get(entry)).unwrap_or_default();
            let header = Scanner::new(entry).and_then(|mut scanner| message_header(&mut scanner)).unwrap_or_default();
            return Ok(Message::FhirBundle(FhirBundle { id: self.id, ..header }));
        }
        Err(EnvelopeError::NoMeta)
    }
}

impl<'a> Meta<'a> {
    fn into_envelope(self) -> Result<Envelope<'a>, EnvelopeError> {
        if let Some(member) = self.too_many {
            return Err(EnvelopeError::TooMany { member });
        }
        for (name, member) in [(&self.envelope.data_model, "DataModel"), (&self.envelope.event_type, "EventType")] {
            if name.trim().is_empty() {
                return Err(EnvelopeError::Unnamed { member });
            }
        }
        Ok(self.envelope)
    }
}

/// The members of `Meta` that are read, in the documented order.
const META: &[Known] = known![
    "DataModel",
    "EventType",
    "EventDateTime",
    "Test",
    "Source",
    "Destinations",
    "Logs",
    "Message",
    "Transmission",
    "FacilityCode",
    "CanceledEvent",
    "Errors",
];
const PARTY: &[Known] = known!["ID", "Name"];
const LOG: &[Known] = known!["ID", "AttemptID"];

/// `Meta`, when it is an object; `start` is where its name begins.
fn meta<'a>(scanner: &mut Scanner<'a>, start: usize, into: &mut Option<Meta<'a>>) -> Result<(), Fault> {
    *into = None;
    if scanner.kind()? != Kind::Object {
        return scanner.skip();
    }
    let meta = into.insert(Meta::default());
    meta.envelope.meta_value_start = scanner.offset();
    scanner.members_like(META, |scanner, _, name| {
        let envelope = &mut meta.envelope;
        match name {
            "DataModel" => envelope.data_model = scanner.scalar()?.unwrap_or_default(),
            "EventType" => envelope.event_type = scanner.scalar()?.unwrap_or_default(),
            "EventDateTime" => envelope.event_date_time = scanner.scalar()?,
            "Test" => envelope.test = flag(scanner.scalar()?.as_deref()),
            "Source" => {
                let (id, name) = pair(scanner, PARTY)?;
                envelope.source = Party { id, name };
            }
            "Destinations" => destinations(scanner, meta)?,
            "Logs" => logs(scanner, meta)?,
            "Message" => envelope.message_id = pair(scanner, PARTY)?.0,
            "Transmission" => envelope.transmission_id = pair(scanner, PARTY)?.0,
            "FacilityCode" => envelope.facility_code = scanner.scalar()?,
            "CanceledEvent" => envelope.canceled_event = scanner.scalar()?,
            "Errors" => {
                scanner.kind()?;
                let start = scanner.offset();
                envelope.has_errors = false;
                scanner.items(|scanner| {
                    envelope.has_errors = true;
                    scanner.skip()
                })?;
                envelope.errors_span = Some(start..scanner.offset());
            }
            _ => scanner.skip()?,
        }
        Ok(())
    })?;
    meta.envelope.meta_span = start..scanner.offset();
    Ok(())
}

fn flag(text: Option<&str>) -> Option<bool> {
    let text = text?.trim();
    if text.eq_ignore_ascii_case("true") { Some(true) } else { text.eq_ignore_ascii_case("false").then_some(false) }
}

fn destinations<'a>(scanner: &mut Scanner<'a>, meta: &mut Meta<'a>) -> Result<(), Fault> {
    let Meta { envelope, too_many } = meta;
    envelope.destinations.clear();
    envelope.destinations_span = None;
    let array = scanner.kind()? == Kind::Array;
    let start = scanner.offset();
    scanner.items(|scanner| {
        scanner.kind()?;
        let start = scanner.offset();
        let (id, name) = pair(scanner, PARTY)?;
        if envelope.destinations.len() < MAX_ENTRIES {
            envelope.destinations.push(Destination { id, name, span: start..scanner.offset() });
        } else {
            *too_many = Some("Destinations");
        }
        Ok(())
    })?;
    envelope.destinations_span = array.then(|| start..scanner.offset());
    Ok(())
}

fn logs<'a>(scanner: &mut Scanner<'a>, meta: &mut Meta<'a>) -> Result<(), Fault> {
    let Meta { envelope, too_many } = meta;
    envelope.logs.clear();
    scanner.items(|scanner| {
        let (id, attempt_id) = pair(scanner, LOG)?;
        if envelope.logs.len() < MAX_ENTRIES {
            envelope.logs.push(Log { id, attempt_id });
        } else {
            *too_many = Some("Logs");
        }
        Ok(())
    })
}

/// The first entries of `Meta.Errors`.
pub(super) fn errors<'a>(scanner: &mut Scanner<'a>) -> Result<Vec<ErrorEntry<'a>>, Fault> {
    let mut entries = Vec::new();
    scanner.kind()?;
    scanner.items(|scanner| {
        let mut entry = ErrorEntry::default();
        scanner.members(|scanner, _, name| {
            let slot = match name {
                "ID" => &mut entry.id,
                "Text" => &mut entry.text,
                "Type" => &mut entry.kind,
                "Module" => &mut entry.module,
                "DestinationStatusCode" => &mut entry.destination_status,
                _ => return scanner.skip(),
            };
            *slot = scanner.scalar()?;
            Ok(())
        })?;
        if entries.len() < MAX_ENTRIES {
            entries.push(entry);
        }
        Ok(())
    })?;
    Ok(entries)
}

/// The `MessageHeader` among the entries of a bundle; FHIR wants it first, this takes it wherever it is.
fn message_header<'a>(scanner: &mut Scanner<'a>) -> Result<FhirBundle<'a>, Fault> {
    let mut found = FhirBundle::default();
    scanner.kind()?;
    scanner.items(|scanner| {
        scanner.members(|scanner, _, name| {
            if name != "resource" {
                return scanner.skip();
            }
            let (mut header, mut resource_type, mut code) = (FhirBundle::default(), None, None);
            scanner.members(|scanner, _, name| {
                match name {
                    "resourceType" => resource_type = scanner.scalar()?,
                    "eventUri" => header.event = scanner.scalar()?,
                    "eventCoding" => code = pair(scanner, known!["code"])?.0,
                    "source" => header.source_endpoint = pair(scanner, known!["endpoint"])?.0,
                    _ => scanner.skip()?,
                }
                Ok(())
            })?;
            if resource_type.as_deref() == Some("MessageHeader") {
                header.event = header.event.or(code);
                found = header;
            }
            Ok(())
        })
    })?;
    Ok(found)
}

/// Two scalar members of the object that comes next; whatever else comes next is passed over.
fn pair<'a>(scanner: &mut Scanner<'a>, names: &[Known]) -> Result<(Value<'a>, Value<'a>), Fault> {
    let mut found = (None, None);
    scanner.members_like(names, |scanner, at, _| {
        match at {
            Some(0) => found.0 = scanner.scalar()?,
            Some(1) => found.1 = scanner.scalar()?,
            _ => scanner.skip()?,
        }
        Ok(())
    })?;
    Ok(found)
}

/// Steps into the object that comes next; `None` when it is none.
fn enter(scanner: &mut Scanner<'_>) -> Option<()> {
    if scanner.kind().ok()? == Kind::Object { scanner.enter().ok() } else { None }
}

/// The bytes of the value that comes next, without the white space before it.
fn span(scanner: &mut Scanner<'_>) -> Result<Range<usize>, Fault> {
    scanner.kind()?;
    let start = scanner.offset();
    scanner.skip()?;
    Ok(start..scanner.offset())
}
