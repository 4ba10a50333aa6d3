//! Reading the top level of a body, `Meta`, and the header of a FHIR message bundle.

use std::{borrow::Cow, ops::Range};

use super::{Destination, Envelope, EnvelopeError, ErrorEntry, FhirBundle, Log, MAX_ENTRIES, Message, Party};
use crate::scan::{Fault, Kind, Scanner};

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

#[derive(Default)]
struct Meta<'a> {
    span: Range<usize>,
    data_model: Value<'a>,
    event_type: Value<'a>,
    event_date_time: Value<'a>,
    test: Option<bool>,
    source: Party<'a>,
    destinations: Vec<Destination<'a>>,
    destinations_span: Option<Range<usize>>,
    logs: Vec<Log<'a>>,
    message_id: Value<'a>,
    transmission_id: Value<'a>,
    facility_code: Value<'a>,
    canceled_event: Value<'a>,
    errors_span: Option<Range<usize>>,
    value_start: usize,
    has_errors: bool,
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
                "Meta" => top.meta = meta(scanner, start)?,
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
        let named = |value: Value<'a>, member| {
            value.filter(|value| !value.trim().is_empty()).ok_or(EnvelopeError::Unnamed { member })
        };
        Ok(Envelope {
            data_model: named(self.data_model, "DataModel")?,
            event_type: named(self.event_type, "EventType")?,
            event_date_time: self.event_date_time,
            test: self.test,
            source: self.source,
            destinations: self.destinations,
            logs: self.logs,
            message_id: self.message_id,
            transmission_id: self.transmission_id,
            facility_code: self.facility_code,
            canceled_event: self.canceled_event,
            has_errors: self.has_errors,
            meta_span: self.span,
            destinations_span: self.destinations_span,
            errors_span: self.errors_span,
            meta_value_start: self.value_start,
        })
    }
}

/// `Meta`, when it is an object; `start` is where its name begins.
fn meta<'a>(scanner: &mut Scanner<'a>, start: usize) -> Result<Option<Meta<'a>>, Fault> {
    if scanner.kind()? != Kind::Object {
        return scanner.skip().map(|()| None);
    }
    let mut meta = Meta { value_start: scanner.offset(), ..Meta::default() };
    scanner.members(|scanner, _, name| {
        match name {
            "DataModel" => meta.data_model = scanner.scalar()?,
            "EventType" => meta.event_type = scanner.scalar()?,
            "EventDateTime" => meta.event_date_time = scanner.scalar()?,
            "Test" => meta.test = flag(scanner.scalar()?.as_deref()),
            "Source" => {
                let (id, name) = pair(scanner, "ID", "Name")?;
                meta.source = Party { id, name };
            }
            "Destinations" => destinations(scanner, &mut meta)?,
            "Logs" => logs(scanner, &mut meta)?,
            "Message" => meta.message_id = pair(scanner, "ID", "")?.0,
            "Transmission" => meta.transmission_id = pair(scanner, "ID", "")?.0,
            "FacilityCode" => meta.facility_code = scanner.scalar()?,
            "CanceledEvent" => meta.canceled_event = scanner.scalar()?,
            "Errors" => {
                scanner.kind()?;
                let start = scanner.offset();
                meta.has_errors = false;
                scanner.items(|scanner| {
                    meta.has_errors = true;
                    scanner.skip()
                })?;
                meta.errors_span = Some(start..scanner.offset());
            }
            _ => scanner.skip()?,
        }
        Ok(())
    })?;
    meta.span = start..scanner.offset();
    Ok(Some(meta))
}

fn flag(text: Option<&str>) -> Option<bool> {
    let text = text?.trim();
    if text.eq_ignore_ascii_case("true") { Some(true) } else { text.eq_ignore_ascii_case("false").then_some(false) }
}

fn destinations<'a>(scanner: &mut Scanner<'a>, meta: &mut Meta<'a>) -> Result<(), Fault> {
    meta.destinations.clear();
    meta.destinations_span = None;
    let array = scanner.kind()? == Kind::Array;
    let start = scanner.offset();
    scanner.items(|scanner| {
        scanner.kind()?;
        let start = scanner.offset();
        let (id, name) = pair(scanner, "ID", "Name")?;
        if meta.destinations.len() < MAX_ENTRIES {
            meta.destinations.push(Destination { id, name, span: start..scanner.offset() });
        } else {
            meta.too_many = Some("Destinations");
        }
        Ok(())
    })?;
    meta.destinations_span = array.then(|| start..scanner.offset());
    Ok(())
}

fn logs<'a>(scanner: &mut Scanner<'a>, meta: &mut Meta<'a>) -> Result<(), Fault> {
    meta.logs.clear();
    scanner.items(|scanner| {
        let (id, attempt_id) = pair(scanner, "ID", "AttemptID")?;
        if meta.logs.len() < MAX_ENTRIES {
            meta.logs.push(Log { id, attempt_id });
        } else {
            meta.too_many = Some("Logs");
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
                    "eventCoding" => code = pair(scanner, "code", "")?.0,
                    "source" => header.source_endpoint = pair(scanner, "endpoint", "")?.0,
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
fn pair<'a>(scanner: &mut Scanner<'a>, first: &str, second: &str) -> Result<(Value<'a>, Value<'a>), Fault> {
    let mut found = (None, None);
    scanner.members(|scanner, _, name| {
        if name == first {
            found.0 = scanner.scalar()?;
        } else if name == second {
            found.1 = scanner.scalar()?;
        } else {
            scanner.skip()?;
        }
        Ok(())
    })?;
    Ok(found)
}

/// The bytes of the value that comes next, without the white space before it.
fn span(scanner: &mut Scanner<'_>) -> Result<Range<usize>, Fault> {
    scanner.kind()?;
    let start = scanner.offset();
    scanner.skip()?;
    Ok(start..scanner.offset())
}
