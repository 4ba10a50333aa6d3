//! Public identifiers: a kind, and the row's address in Crockford base 32.
//!
//! `evt_` carries the event's sequence number and a random tag, `dlv_` adds the delivery's number within its event,
//! `att_` the attempt's number within its delivery. The store finds the row by primary key and compares the tag, so no
//! index over identifiers is needed and a guessed identifier finds nothing. The text sorts in order of acceptance.

use std::fmt;
use std::str::FromStr;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// One clinical message, inbound or outbound (`evt_…`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId {
    /// Position in the store; grows by one with each event.
    pub seq: u64,
    /// 32 random bits drawn when the event was made.
    pub tag: u32,
}

/// The duty to hand one event to one target (`dlv_…`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryId {
    /// The event to hand over.
    pub event: EventId,
    /// The delivery's number within the event, from 0.
    pub n: u16,
}

/// One try of a delivery (`att_…`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttemptId {
    /// The delivery tried.
    pub delivery: DeliveryId,
    /// The attempt's number within the delivery, from 1.
    pub no: u32,
}

/// A text that is no identifier of the kind asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum IdError {
    /// The text does not start with the kind's prefix.
    #[error("not an identifier of this kind: it must start with `{expected}`")]
    Prefix {
        /// The prefix of the kind asked for.
        expected: &'static str,
    },
    /// The text after the prefix has another length.
    #[error("identifier cut short or too long: `{prefix}` is followed by {expected} characters, found {found}")]
    Length {
        /// The kind's prefix.
        prefix: &'static str,
        /// How many characters follow it.
        expected: usize,
        /// How many there were.
        found: usize,
    },
    /// A character that base 32 does not use.
    #[error("identifier holds a character that none has, at position {at}")]
    Character {
        /// Counted in characters after the prefix, from 0.
        at: usize,
    },
}

fn encode(prefix: &str, bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str(prefix)?;
    let (mut buffer, mut bits) = (0_u32, 0);
    for &byte in bytes {
        buffer = buffer << 8 | u32::from(byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            fmt::Write::write_char(f, char::from(ALPHABET[(buffer >> bits & 31) as usize]))?;
        }
    }
    if bits > 0 {
        fmt::Write::write_char(f, char::from(ALPHABET[(buffer << (5 - bits) & 31) as usize]))?;
    }
    Ok(())
}

fn decode<const N: usize>(prefix: &'static str, text: &str) -> Result<[u8; N], IdError> {
    let digits = text.strip_prefix(prefix).ok_or(IdError::Prefix { expected: prefix })?;
    let (expected, found) = ((N * 8).div_ceil(5), digits.chars().count());
    if found != expected {
        return Err(IdError::Length { prefix, expected, found });
    }
    let mut out = [0; N];
    let (mut buffer, mut bits, mut filled) = (0_u32, 0, 0);
    for (at, digit) in digits.bytes().enumerate() {
        let value = ALPHABET
            .iter()
            .position(|&known| known == digit.to_ascii_lowercase())
            .and_then(|value| u32::try_from(value).ok())
            .ok_or(IdError::Character { at })?;
        buffer = buffer << 5 | value;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            out[filled] = u8::try_from(buffer >> bits & 255).expect("masked to eight bits");
            filled += 1;
        }
    }
    // The last digit's spare bits must be zero, so that one row has exactly one text.
    if buffer & ((1 << bits) - 1) != 0 {
        return Err(IdError::Character { at: expected - 1 });
    }
    Ok(out)
}

impl EventId {
    fn bytes(self) -> [u8; 12] {
        let mut out = [0; 12];
        out[..8].copy_from_slice(&self.seq.to_be_bytes());
        out[8..].copy_from_slice(&self.tag.to_be_bytes());
        out
    }

    fn from_bytes(bytes: [u8; 12]) -> Self {
        let (seq, tag) = bytes.split_at(8);
        Self {
            seq: u64::from_be_bytes(seq.try_into().expect("split at eight")),
            tag: u32::from_be_bytes(tag.try_into().expect("four bytes follow eight of twelve")),
        }
    }

    /// The event's delivery number `n`.
    pub const fn delivery(self, n: u16) -> DeliveryId {
        DeliveryId { event: self, n }
    }
}

impl DeliveryId {
    fn bytes(self) -> [u8; 14] {
        let mut out = [0; 14];
        out[..12].copy_from_slice(&self.event.bytes());
        out[12..].copy_from_slice(&self.n.to_be_bytes());
        out
    }

    fn from_bytes(bytes: [u8; 14]) -> Self {
        let (event, n) = bytes.split_at(12);
        Self {
            event: EventId::from_bytes(event.try_into().expect("split at twelve")),
            n: u16::from_be_bytes(n.try_into().expect("two bytes follow twelve of fourteen")),
        }
    }

    /// The delivery's attempt number `no`.
    pub const fn attempt(self, no: u32) -> AttemptId {
        AttemptId { delivery: self, no }
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        encode("evt_", &self.bytes(), f)
    }
}

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        encode("dlv_", &self.bytes(), f)
    }
}

impl fmt::Display for AttemptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = [0; 18];
        bytes[..14].copy_from_slice(&self.delivery.bytes());
        bytes[14..].copy_from_slice(&self.no.to_be_bytes());
        encode("att_", &bytes, f)
    }
}

impl FromStr for EventId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        decode("evt_", text).map(Self::from_bytes)
    }
}

impl FromStr for DeliveryId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        decode("dlv_", text).map(Self::from_bytes)
    }
}

impl FromStr for AttemptId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let bytes: [u8; 18] = decode("att_", text)?;
        let (delivery, no) = bytes.split_at(14);
        Ok(Self {
            delivery: DeliveryId::from_bytes(delivery.try_into().expect("split at fourteen")),
            no: u32::from_be_bytes(no.try_into().expect("four bytes follow fourteen of eighteen")),
        })
    }
}

macro_rules! text_form {
    ($($kind:ty),*) => {$(
        impl fmt::Debug for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl serde::Serialize for $kind {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $kind {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

text_form!(EventId, DeliveryId, AttemptId);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn text_and_value_are_one(seq: u64, tag: u32, n: u16, no: u32) {
            let event = EventId { seq, tag };
            let delivery = event.delivery(n);
            prop_assert_eq!(event.to_string().parse(), Ok(event));
            prop_assert_eq!(delivery.to_string().parse(), Ok(delivery));
            prop_assert_eq!(delivery.attempt(no).to_string().parse(), Ok(delivery.attempt(no)));
        }

        #[test]
        fn text_sorts_like_the_sequence(a: u64, b: u64, tag: u32) {
            let (left, right) = (EventId { seq: a, tag }, EventId { seq: b, tag });
            prop_assert_eq!(left.to_string().cmp(&right.to_string()), a.cmp(&b));
        }

        #[test]
        fn any_text_parses_or_says_why(text in ".{0,40}") {
            let _ = text.parse::<EventId>();
            let _ = format!("evt_{text}").parse::<EventId>();
        }
    }

    #[test]
    fn a_row_has_exactly_one_text() {
        let text = EventId { seq: 7, tag: 9 }.to_string();
        let last = text.chars().last().expect("not empty");
        let other = text[..text.len() - 1].to_owned() + if last == '1' { "0" } else { "1" };
        assert_ne!(other.parse::<EventId>(), text.parse());
        assert_eq!("dlv_0".parse::<EventId>(), Err(IdError::Prefix { expected: "evt_" }));
        assert_eq!("evt_0".parse::<EventId>(), Err(IdError::Length { prefix: "evt_", expected: 20, found: 1 }));
    }
}
