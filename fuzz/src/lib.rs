//! What the targets share: an independent judge of what JSON is.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// What `serde_json` thinks of a body; it knows neither our limits nor our reader.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Json {
    /// One JSON document.
    Yes,
    /// None.
    No,
    /// Deeper than it reads, or with a number that no `f64` holds; our reader has other limits.
    OutOfItsRange,
}

/// Judges a body.
#[must_use]
pub fn judge(body: &[u8]) -> Json {
    match serde_json::from_slice::<Anything>(body) {
        Ok(Anything) => Json::Yes,
        Err(error) => {
            let text = error.to_string();
            let limit = text.starts_with("recursion limit exceeded") || text.starts_with("number out of range");
            if limit { Json::OutOfItsRange } else { Json::No }
        }
    }
}

/// Takes every value and keeps none. Unlike `serde_json::Value` it gives no member name a meaning, and unlike
/// `IgnoredAny` it has strings decoded, so that broken escapes are seen.
struct Anything;

impl<'de> Deserialize<'de> for Anything {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Anything {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self, A::Error> {
        while members.next_entry::<Self, Self>()?.is_some() {}
        Ok(self)
    }
}
