//! What a message says about itself: address, control id, content hash, order keys, and the heading its answer repeats.
//! Owned values; the body is not needed again for them.

use super::answer::Heading;
use super::{Listener, MODEL};
use crate::accept::reading::Reading;
use crate::accept::{self, Prepared};
use crate::plan::Ready;
use crate::verify::Verified;
use hl7v2::{Message, Options, ParseError, Value, ack, trigger};
use oxgate_core::expectation::KeyKind;
use oxgate_core::order::OrderBy;
use oxgate_core::{Address, ContentHash, DedupKey, Flags, KeyHash, Keyed, OrderKeys, Refs};
use oxgate_keys::ORDER_KEYS_MAX;
use redox_wire::id::TechnicalId;

/// The longest name or code taken into an address.
const NAME_MAX: usize = 64;

/// The fields that name patients: PID-3, the older PID-2 and PID-4, and what a merge retires.
const PATIENTS: [(&str, usize); 5] = [("PID", 3), ("PID", 2), ("PID", 4), ("MRG", 1), ("MRG", 4)];
/// The fields that name visits.
const VISITS: [(&str, usize); 4] = [("PV1", 19), ("PV1", 50), ("MRG", 5), ("MRG", 6)];
/// The fields that name orders, the placer's and the filler's.
const ORDERS: [(&str, usize); 4] = [("ORC", 2), ("OBR", 2), ("ORC", 3), ("OBR", 3)];

/// A message, read.
#[derive(Debug)]
pub(super) enum Content {
    /// One to be made durable and acknowledged.
    Message(Box<Decided>),
    /// An acknowledgement; those are not acknowledged themselves.
    Acknowledgement,
    /// None.
    Unreadable(ParseError),
}

/// What is decided before the writer, and the beginning of the answer.
#[derive(Debug)]
pub(super) struct Decided {
    pub(super) prepared: Prepared,
    pub(super) heading: Heading,
}

/// Reads a message and decides all that follows from it.
pub(super) fn read(plan: &Ready, listener: &Listener, verified: &Verified, keyed: &Keyed) -> Content {
    let options = Options { charset: listener.charset, ..Options::default() };
    let message = match Message::parse(verified.body(), &options) {
        Ok(message) => message,
        Err(error) => return Content::Unreadable(error),
    };
    if ack::is_ack(&message) {
        return Content::Acknowledgement;
    }
    let waits_for = |order_by| order(&message, order_by, keyed);
    let prepared = accept::prepare_message(plan, verified.arrival(), reading(&message), waits_for);
    Content::Message(Box::new(Decided { prepared, heading: Heading::of(&message) }))
}

fn reading(message: &Message<'_>) -> Reading {
    let header = message.header();
    let said = trigger::of(message);
    let event_type = match said.trigger.as_deref().map(name) {
        Some(trigger) if !trigger.is_empty() => format!("{}^{trigger}", name(&said.code)),
        _ => name(&said.code),
    };
    let test = matches!(header.field(11).component(1).text().as_ref(), "T" | "D");
    let address = Address {
        model: MODEL.to_owned(),
        event_type,
        source: name(&header.field(3).text()),
        destination: name(&header.field(5).text()),
        facility: name(&header.field(4).text()),
        test,
    };
    let control_id = header.field(10).text();
    let dedup = dedup(message);
    let noticed = [(test, Flags::TEST), (dedup.is_none(), Flags::WITHOUT_ID)];
    Reading {
        address,
        refs: Refs {
            message: TechnicalId::parse(control_id.trim()).map(|id| id.as_str().to_owned()),
            ..Refs::default()
        },
        flags: noticed.iter().filter(|(holds, _)| *holds).fold(Flags::default(), |all, (_, flag)| all.with(*flag)),
        dedup,
        content: content(message),
        info: None,
    }
}

/// A name or code of the header as it may stand in lanes and logs; what could be anything else counts as absent.
fn name(text: &str) -> String {
    let text = text.trim();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b" _-.:/&+".contains(&byte);
    if text.len() <= NAME_MAX && text.bytes().all(plain) { text.to_owned() } else { String::new() }
}

/// Under which key a resent message comes: its control id, for each sending application and facility. It need not be
/// presentable: the key is a hash.
fn dedup(message: &Message<'_>) -> Option<DedupKey> {
    let header = message.header();
    let control_id = header.field(10).text();
    let [application, facility] = [3, 4].map(|number| header.field(number).joined_text());
    let id = format!("{application}\u{1f}{facility}\u{1f}{}", control_id.trim());
    (!control_id.trim().is_empty()).then(|| DedupKey::of("hl7-control-id", &id))
}

/// The hash of what is said: the segments without their ends, and without MSH-7, which some senders set anew when they send
/// the same message again.
fn content(message: &Message<'_>) -> ContentHash {
    let mut parts = Vec::with_capacity(message.segments().len() + 1);
    for segment in message.segments() {
        let raw = segment.raw();
        match segment.field_range(7).filter(|_| segment.index() == 0) {
            Some(time) => {
                let start = segment.range().start;
                parts.push(&raw[..time.start - start]);
                parts.push(&raw[time.end - start..]);
            }
            None => parts.push(raw),
        }
    }
    ContentHash::of(parts)
}

/// The same for a message that was received before; behind a barrier if it cannot be read any more.
pub(crate) fn waits_for(body: &[u8], charset: Option<hl7v2::Charset>, order_by: OrderBy, keyed: &Keyed) -> OrderKeys {
    match Message::parse(body, &Options { charset, ..Options::default() }) {
        Ok(message) => order(&message, order_by, keyed),
        Err(_) => OrderKeys::Barrier,
    }
}

/// Which earlier messages of its lane this one waits for. Numbers are compared without their authority: senders do not write
/// it every time, and two patients who share a number only wait for each other.
fn order(message: &Message<'_>, order_by: OrderBy, keyed: &Keyed) -> OrderKeys {
    let (kind, places) = match order_by {
        OrderBy::All => return OrderKeys::All,
        OrderBy::None => return OrderKeys::Free,
        OrderBy::Patient => (KeyKind::Patient, &PATIENTS[..]),
        OrderBy::Visit => (KeyKind::Visit, &VISITS[..]),
        OrderBy::Order => (KeyKind::Order, &ORDERS[..]),
    };
    let mut hashes: Vec<KeyHash> = Vec::new();
    for segment in message.segments() {
        for (_, field) in places.iter().filter(|(id, _)| segment.is(id)) {
            for value in segment.field(*field).repetitions().filter_map(id) {
                let hash = keyed.hash(kind.as_str(), &value);
                if !hashes.contains(&hash) {
                    hashes.push(hash);
                }
            }
        }
        if hashes.len() > ORDER_KEYS_MAX {
            return OrderKeys::Barrier;
        }
    }
    // Without any, which ones it should wait for nobody knows.
    OrderKeys::from_keys(hashes.into_iter().map(|hash| keyed.order(hash)).collect())
}

fn id(value: Value<'_>) -> Option<String> {
    let text = value.text();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYED: Keyed = Keyed::new([7; 32]);

    fn message(text: &str) -> Message<'_> {
        Message::parse(text.as_bytes(), &Options::default()).expect("a message")
    }

    const ARRIVAL: &str = "MSH|^~\\&|ADT1|GHH|GW|OX|20260301||ADT^A01^ADT_A01|17|P|2.5\rPID|1||42^^^GHH^MR~7^^^X^PI\r";

    #[test]
    fn the_address_is_made_of_the_headers_names() {
        let Reading { address, refs, flags, .. } = reading(&message(ARRIVAL));
        assert_eq!(address.kind(), "HL7v2.ADT^A01");
        assert_eq!([address.source, address.facility, address.destination], ["ADT1", "GHH", "GW"]);
        assert_eq!((address.test, refs.message.as_deref(), flags), (false, Some("17"), Flags::default()));
        let test = reading(&message("MSH|^~\\&|Muster, Rita|||||||  |T\r"));
        assert_eq!((test.address.source.as_str(), test.address.test, test.dedup), ("", true, None));
        assert!(test.flags.has(Flags::TEST) && test.flags.has(Flags::WITHOUT_ID));
    }

    #[test]
    fn the_same_message_sent_again_has_the_same_key_and_content() {
        let first = reading(&message(ARRIVAL));
        for again in [ARRIVAL.replace("|20260301|", "|20260302|"), ARRIVAL.replace('\r', "\n")] {
            let again = reading(&message(&again));
            assert_eq!((first.dedup, first.content), (again.dedup, again.content));
        }
        for other in [ARRIVAL.replace("42", "43"), ARRIVAL.replace("|P|", "|T|"), format!("{ARRIVAL}PV1|1\r")] {
            let other = reading(&message(&other));
            assert_eq!(first.dedup, other.dedup);
            assert_ne!(first.content, other.content);
        }
        for other in
            [ARRIVAL.replace("ADT1", "ADT2"), ARRIVAL.replace("|GHH|", "|GHX|"), ARRIVAL.replace("|17|", "|18|")]
        {
            assert_ne!(first.dedup, reading(&message(&other)).dedup);
        }
    }

    #[test]
    fn a_patient_is_waited_for_under_each_number() {
        let of = |text: &str| order(&message(text), OrderBy::Patient, &KEYED);
        let (first, merge) = (of(ARRIVAL), of("MSH|^~\\&|A\rPID|1||9\rMRG|7^^^X\r"));
        assert!(first.precedes(&merge) && first.precedes(&of("MSH|^~\\&|A\rPID|1|42\r")));
        assert!(!first.precedes(&of("MSH|^~\\&|A\rPID|1||43\r")));
        assert_eq!(of("MSH|^~\\&|A\rPID|1\r"), OrderKeys::Barrier);
        assert_eq!(order(&message(ARRIVAL), OrderBy::All, &KEYED), OrderKeys::All);
        assert_eq!(order(&message(ARRIVAL), OrderBy::None, &KEYED), OrderKeys::Free);
    }
}
