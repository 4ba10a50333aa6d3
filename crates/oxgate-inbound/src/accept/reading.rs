//! What a body says about itself: address, Redox's ids, content hash. Owned values; the body is not needed again for them.

use oxgate_core::{Address, ContentHash, DedupKey, Flags, Refs};
use redox_model::catalogue::{self, EventInfo};
use redox_model::envelope::{self, Envelope, FhirBundle, Message};
use redox_wire::id::TechnicalId;

/// The longest text taken into an address. It becomes part of lane names and log lines; Redox's own are UUIDs and words.
const ADDRESS_TEXT_MAX: usize = 200;

/// The model under which FHIR message Bundles are routed.
pub(crate) const FHIR_MODEL: &str = "FHIR";

/// Reads a body; a plain function, so that a test can put another in its place.
pub(crate) type Reader = fn(&[u8]) -> Result<Reading, Unreadable>;

/// What the envelope says.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Reading {
    pub(crate) address: Address,
    pub(crate) refs: Refs,
    pub(crate) flags: Flags,
    /// Under which key a redelivery would come; `None` when the event carries no Redox id.
    pub(crate) dedup: Option<DedupKey>,
    pub(crate) content: ContentHash,
    /// The catalogue's entry, when the model and event type are documented ones.
    pub(crate) info: Option<&'static EventInfo>,
}

/// No readable `Meta`, and no FHIR message Bundle.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Unreadable;

/// Reads the envelope of `body` and hashes its content.
pub(crate) fn read(body: &[u8]) -> Result<Reading, Unreadable> {
    match envelope::read(body) {
        Ok(Message::DataModel(envelope)) => of_data_model(body, &envelope),
        Ok(Message::FhirBundle(bundle)) => Ok(of_bundle(body, &bundle)),
        Err(_) => Err(Unreadable),
    }
}

fn of_data_model(body: &[u8], envelope: &Envelope<'_>) -> Result<Reading, Unreadable> {
    let destination = envelope.destinations.first().and_then(|destination| destination.id.as_deref());
    let address = Address {
        model: address_text(Some(&envelope.data_model))?,
        event_type: address_text(Some(&envelope.event_type))?,
        source: address_text(envelope.source.id.as_deref())?,
        destination: address_text(destination)?,
        facility: address_text(envelope.facility_code.as_deref())?,
        test: envelope.test.unwrap_or(false),
    };
    // The first log is this message's own; the others belong to the source's other destinations.
    let log = envelope.logs.first();
    let log_id = log.and_then(|log| log.id.as_deref());
    let ids = [
        ("log", log_id),
        ("transmission", envelope.transmission_id.as_deref()),
        ("message", envelope.message_id.as_deref()),
    ];
    let refs = Refs {
        log: technical(log_id),
        attempt: technical(log.and_then(|log| log.attempt_id.as_deref())),
        transmission: technical(ids[1].1),
        message: technical(ids[2].1),
        bundle: None,
    };
    let info = catalogue::find(&address.model, &address.event_type);
    let mut reading = Reading {
        address,
        refs,
        flags: Flags::default(),
        dedup: dedup_key(&ids),
        content: content(body, envelope),
        info,
    };
    reading.set_flags();
    Ok(reading)
}

/// A FHIR message carries no `Meta`: its event and its sender stand in the `MessageHeader` (FHIR R4, "Messaging").
fn of_bundle(body: &[u8], bundle: &FhirBundle<'_>) -> Reading {
    let event = bundle.event.as_deref().and_then(|event| event.rsplit(['/', '#']).find(|part| !part.is_empty()));
    let address = Address {
        model: FHIR_MODEL.to_owned(),
        // A header that says nothing usable does not make the whole message unreadable: FHIR leaves both free.
        event_type: address_text(event).unwrap_or_default(),
        // Redox writes its source's id as a URN there; everywhere else it stands as it is.
        source: address_text(bundle.source_endpoint.as_deref().map(without_urn)).unwrap_or_default(),
        ..Address::default()
    };
    let id = bundle.id.as_deref();
    let mut reading = Reading {
        address,
        refs: Refs { bundle: technical(id), ..Refs::default() },
        flags: Flags::default(),
        dedup: dedup_key(&[("bundle", id)]),
        content: ContentHash::of([body]),
        info: None,
    };
    reading.set_flags();
    reading
}

/// An id that stands as `urn:uuid:…` (RFC 9562 §4).
fn without_urn(id: &str) -> &str {
    const URN: &str = "urn:uuid:";
    id.get(..URN.len()).filter(|start| start.eq_ignore_ascii_case(URN)).map_or(id, |_| &id[URN.len()..])
}

impl Reading {
    fn set_flags(&mut self) {
        let unknown = self.info.is_none() && self.address.model != FHIR_MODEL;
        let noticed = [
            (self.address.test, Flags::TEST),
            (self.dedup.is_none(), Flags::WITHOUT_ID),
            (unknown, Flags::UNKNOWN_KIND),
        ];
        self.flags = noticed.iter().filter(|(holds, _)| *holds).fold(self.flags, |all, (_, flag)| all.with(*flag));
    }
}

/// A text for the address. One that is too long or has control characters is no name or code.
fn address_text(text: Option<&str>) -> Result<String, Unreadable> {
    let text = text.unwrap_or_default();
    let plain = text.len() <= ADDRESS_TEXT_MAX && !text.chars().any(char::is_control);
    if plain { Ok(text.to_owned()) } else { Err(Unreadable) }
}

/// An id that may be shown; what is in its place but could be prose is not kept.
fn technical(id: Option<&str>) -> Option<String> {
    TechnicalId::parse(id?.trim()).map(|id| id.as_str().to_owned())
}

/// The first id that is there makes the key. It need not be presentable: the key is a hash.
fn dedup_key(ids: &[(&str, Option<&str>)]) -> Option<DedupKey> {
    let given = ids.iter().filter_map(|(kind, id)| Some((*kind, id.as_ref()?.trim())));
    given.filter(|(_, id)| !id.is_empty()).map(|(kind, id)| DedupKey::of(kind, id)).next()
}

/// The hash of what is clinical: every byte outside `Meta`, and what in `Meta` does not change between Redox's retries.
fn content(body: &[u8], envelope: &Envelope<'_>) -> ContentHash {
    let [before, after] = envelope.outside_meta(body);
    let stable = stable_meta(envelope);
    ContentHash::of([before, after].into_iter().chain(stable.iter().map(|text| text.as_bytes())))
}

/// The fields of `Meta` that are the same in each of Redox's retries; ids of logs and attempts, and the time of delivery,
/// are not (Redox docs, "Logs"). An absent field counts as an empty one.
pub(super) fn stable_meta<'a>(envelope: &'a Envelope<'_>) -> Vec<&'a str> {
    let test = match envelope.test {
        Some(true) => "true",
        Some(false) => "false",
        None => "",
    };
    let fields = [
        &envelope.data_model,
        &envelope.event_type,
        envelope.source.id.as_deref().unwrap_or_default(),
        envelope.facility_code.as_deref().unwrap_or_default(),
        envelope.canceled_event.as_deref().unwrap_or_default(),
        test,
    ];
    let destinations = envelope.destinations.iter().map(|destination| destination.id.as_deref().unwrap_or_default());
    fields.into_iter().chain(destinations).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(body: &str) -> Reading {
        read(body.as_bytes()).expect("readable")
    }

    fn with_meta(meta: &str) -> String {
        format!(r#"{{"Meta":{{"DataModel":"Order","EventType":"New"{meta}}},"Order":{{"ID":"7"}}}}"#)
    }

    #[test]
    fn keys_are_taken_in_order() {
        let all = r#","Logs":[{"ID":"l"}],"Transmission":{"ID":5},"Message":{"ID":6}"#;
        assert_eq!(reading(&with_meta(all)).dedup, Some(DedupKey::of("log", "l")));
        let without_log = r#","Logs":[{"ID":" "}],"Transmission":{"ID":5},"Message":{"ID":6}"#;
        assert_eq!(reading(&with_meta(without_log)).dedup, Some(DedupKey::of("transmission", "5")));
        assert_eq!(reading(&with_meta(r#","Message":{"ID":6}"#)).dedup, Some(DedupKey::of("message", "6")));
        let none = reading(&with_meta(""));
        assert_eq!(none.dedup, None);
        assert!(none.flags.has(Flags::WITHOUT_ID));
    }

    #[test]
    fn content_ignores_what_changes_between_retries_and_nothing_else() {
        let first = reading(&with_meta(r#","Logs":[{"ID":"l","AttemptID":"1"}],"EventDateTime":"2026-01-01""#));
        let retry = reading(&with_meta(r#","Logs":[{"ID":"l","AttemptID":"2"}],"EventDateTime":"2026-01-02""#));
        assert_eq!(first.content, retry.content);
        for other in [
            r#","Test":true"#,
            r#","FacilityCode":"N""#,
            r#","Source":{"ID":"s"}"#,
            r#","CanceledEvent":"Arrival""#,
            r#","Destinations":[{"ID":"d"}]"#,
        ] {
            assert_ne!(first.content, reading(&with_meta(other)).content, "{other}");
        }
        assert_ne!(first.content, reading(&with_meta("").replace("\"7\"", "\"8\"")).content);
    }

    #[test]
    fn an_id_that_could_be_prose_is_a_key_but_not_kept() {
        let odd = reading(&with_meta(r#","Logs":[{"ID":"Mango, Testina"}]"#));
        assert_eq!((odd.refs.log, odd.dedup), (None, Some(DedupKey::of("log", "Mango, Testina"))));
    }

    #[test]
    fn a_model_that_is_no_name_is_unreadable() {
        let long = with_meta("").replace("Order\",\"Ev", &format!("{}\",\"Ev", "x".repeat(201)));
        assert_eq!(read(long.as_bytes()), Err(Unreadable));
        assert_eq!(read(with_meta(r#","FacilityCode":"a\nb""#).as_bytes()), Err(Unreadable));
        for body in ["", "{}", "[]", "null", r#"{"Meta":{}}"#, "\u{feff}{}"] {
            assert_eq!(read(body.as_bytes()), Err(Unreadable), "{body}");
        }
    }

    #[test]
    fn unknown_kinds_are_flagged_and_fhir_is_not() {
        let unknown = reading(&with_meta("").replace("Order\",\"Ev", "Ordr\",\"Ev"));
        assert!(unknown.flags.has(Flags::UNKNOWN_KIND));
        let bundle = reading(
            r#"{"resourceType":"Bundle","type":"message","id":"b","entry":[{"resource":{
               "resourceType":"MessageHeader","eventUri":"https://example.org/events/patient-create",
               "source":{"endpoint":"urn:uuid:s-1"}}}]}"#,
        );
        assert_eq!((bundle.address.model.as_str(), bundle.address.event_type.as_str()), ("FHIR", "patient-create"));
        assert_eq!(bundle.address.source, "s-1", "as partners and filters know it");
        assert_eq!(bundle.dedup, Some(DedupKey::of("bundle", "b")));
        assert_eq!(bundle.flags, Flags::default());
    }
}
